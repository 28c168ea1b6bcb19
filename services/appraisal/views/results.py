"""What results say in numbers, without how they came about: what units are summed up from."""

from __future__ import annotations

from sqlalchemy import Column, Numeric, Text

from services.appraisal import events
from services.appraisal.views.appraisals import period_key
from shared.kernel.facts import Fact
from shared.views.view import Row, View

PARTS = ("score", "result", "behaviour")
"""The whole number, and the two parts that it is made of."""


def fold_result(key: str, row: Row | None, fact: Fact) -> Row | None:
    """`result` and `behaviour` are the assessor's last numbers; None where there is none, or a rating in its place. A number that is no
    decimal stands as a whole one (`score`) over another (`score_over`, else 1).
    """
    event = fact.event
    row = dict(row) if row else {"employee": event.employee, "period": event.period}
    match event:
        case events.ScoreSubmitted():
            return row | _number(event.item, event.achievement_percent or event.value)
        case events.AppraisalDelivered() | events.AppraisalFinalized():
            return _judged(row, event.judgement)
        case events.ObjectionDecided() | events.AppraisalCorrected():
            return _judged(row, event.after)
        case events.DeliveryWithdrawn():
            return row | {"predicate": None} | _number("score", None)
        case events.AppraisalImported():
            return row | {"predicate": event.predicate}
    return row


def _of_the_whole(fact: Fact[events.ScoreSubmitted]) -> tuple[str, ...]:
    """A part of the whole, but for what the employee says of himself."""
    event = fact.event
    return period_key(fact) if (event.what, event.item) in (("whole", "result"), ("whole", "behaviour")) and event.by != "self" else ()


def _judged(row: Row, judgement: events.Judgement) -> Row:
    return row | {"predicate": judgement.predicate} | _number("score", judgement.score)


def _number(part: str, said: str | None) -> Row:
    """From exact text (:func:`shared.kernel.money.exact`). A rating has no sum."""
    if said is None or not said[:1].isdigit():
        return {part: None, f"{part}_over": None}
    number, _, over = said.partition("/")
    return {part: number, f"{part}_over": over or "1"}


RESULTS = View(
    name="results",
    columns=(
        Column("employee", Text),
        Column("period", Text),
        Column("predicate", Text),
        *(Column(name, Numeric) for part in PARTS for name in (part, f"{part}_over")),
    ),
    on={
        events.ScoreSubmitted: _of_the_whole,
        **dict.fromkeys(
            (
                events.AppraisalDelivered,
                events.AppraisalFinalized,
                events.ObjectionDecided,
                events.AppraisalCorrected,
                events.DeliveryWithdrawn,
                events.AppraisalImported,
            ),
            period_key,
        ),
    },
    fold=fold_result,
    indexes=(("period",),),
)
