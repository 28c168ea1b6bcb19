"""Development proposals follow finalised appraisals: decided anew whenever a fact about the employee arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.personnel.domain.conditions import Appraisal, Score, read_conditions
from services.personnel.domain.proposals import PROPOSAL
from services.personnel.domain.proposing import Rules, Standing, proposals_due
from services.personnel.events import (
    DevelopmentDecided,
    DevelopmentProposed,
    DevelopmentWithdrawn,
    EmployeeRegistered,
    GuidanceClosed,
    TrainingCompleted,
)
from services.personnel.heard import AppraisalCorrected, AppraisalFinalized, AppraisalImported, ScoreSubmitted, TargetSet
from services.personnel.views import EMPLOYEES
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Do, Reaction
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.money import exact
from shared.kernel.periods import Period


def history_of(employee: str, knowledge: Knowledge) -> Mapping[str, Appraisal]:
    """Every period of the employee with a settled result, from what was heard.

    An appraisal's facts stand in one stream, so its last version holds; scores are the superior's, one for each item.
    """
    settled: dict[str, tuple[int, str, Fact[Any]]] = {}
    final: set[str] = set()
    for model in (AppraisalImported, AppraisalFinalized, AppraisalCorrected):
        for fact in knowledge.facts(model, employee):
            period = fact.event.period
            if model is AppraisalFinalized:
                final.add(period)
            if period not in settled or fact.version > settled[period][0]:
                settled[period] = (fact.version, _predicate(fact.event), fact)
    scores = _scores(knowledge.facts(ScoreSubmitted, employee))
    indicators = {(one.event.period, one.event.target_id): one.event.indicator for one in knowledge.facts(TargetSet, employee)}
    return {
        period: Appraisal(
            period=Period.parse(period),
            predicate=predicate,
            event=fact.id,
            settled=fact.effective,
            final=period in final,
            scores=scores.get(period, ()),
            indicators={target: code for (plan, target), code in indicators.items() if Period.parse(plan).contains(Period.parse(period))},
        )
        for period, (_, predicate, fact) in settled.items()
    }


def _predicate(event: Any) -> str:
    if isinstance(event, AppraisalImported):
        return event.predicate
    return (event.after if isinstance(event, AppraisalCorrected) else event.judgement).predicate


def _scores(facts: Sequence[Fact[ScoreSubmitted]]) -> Mapping[str, tuple[Score, ...]]:
    last: dict[tuple[str, str, str], Fact[ScoreSubmitted]] = {}
    for fact in facts:
        key = (fact.event.period, fact.event.what, fact.event.item)
        # What one says of oneself carries no proposal; what numbers say is for the numeric regime's own conditions.
        if fact.event.by == "superior" and fact.event.scheme == "rating" and (key not in last or fact.version > last[key].version):
            last[key] = fact
    by_period: dict[str, list[Score]] = {}
    for (period, what, item), fact in sorted(last.items()):
        percent = fact.event.achievement_percent
        score = Score(what, item, fact.event.value, exact(percent) if percent is not None else None, fact.id)
        by_period.setdefault(period, []).append(score)
    return {period: tuple(scores) for period, scores in by_period.items()}


def standing_of(employee: str, knowledge: Knowledge) -> tuple[Standing, ...]:
    """The employee's proposals so far, from the own events."""
    last: dict[str, Fact[Any]] = {}
    made: dict[str, DevelopmentProposed] = {}
    for model in (DevelopmentProposed, DevelopmentWithdrawn, DevelopmentDecided):
        for fact in knowledge.facts(model, employee):
            name = fact.event.proposal
            if isinstance(fact.event, DevelopmentProposed):
                made[name] = fact.event
            if name not in last or fact.version > last[name].version:
                last[name] = fact
    closed = {fact.event.proposal: fact.effective for fact in knowledge.facts(GuidanceClosed, employee)}
    trained = knowledge.facts(TrainingCompleted, employee)
    return tuple(_standing(made[name], last[name], closed, trained) for name in sorted(made))


def _standing(
    made: DevelopmentProposed, last: Fact[Any], closed: Mapping[str, datetime], trained: Sequence[Fact[TrainingCompleted]]
) -> Standing:
    status, ended = "proposed", None
    if isinstance(last.event, DevelopmentWithdrawn):
        status = "withdrawn"
    elif isinstance(last.event, DevelopmentDecided):
        status, ended = last.event.outcome, closed.get(made.proposal)
        if status == "rejected":
            ended = last.effective
        elif made.kind == "study":
            # A completion names its programme only: the first one after the approval is this one's.
            after = [fact.effective for fact in trained if fact.event.programme == made.programme and fact.effective >= last.effective]
            ended = min(after, default=None)
    codes = tuple(dict.fromkeys(reason.code for reason in made.reasons))
    return Standing(made.proposal, made.kind, made.programme, codes, status, ended)


def decide(employee: str, knowledge: Knowledge) -> Iterable[Do]:
    """Propose what the finalised appraisals carry and withdraw what they no longer carry, under each period's own rules."""
    if not knowledge.facts(EmployeeRegistered, employee):
        return []
    history = history_of(employee, knowledge)
    rules: dict[str, Rules] = {}
    for period, appraisal in history.items():
        if appraisal.final:
            found = knowledge.rules("development", appraisal.period.end)
            rules[period] = Rules(found.name, read_conditions(found.settings))
    return [Do(PROPOSAL, command) for command in proposals_due(employee, history, rules, standing_of(employee, knowledge))]


def _subject(fact: Fact[Any], knowledge: Knowledge) -> Iterable[str]:
    return (fact.subject,)


def _everyone(fact: Fact[RuleSetPublished], knowledge: Knowledge) -> Iterable[str]:
    """New rules concern all. Whoever is registered later is decided on when he is."""
    if fact.event.kind != "development":
        return ()
    return tuple(row["key"] for row in knowledge.rows(EMPLOYEES))


REACTIONS = (
    Reaction(
        name="development-proposals",
        on={
            EmployeeRegistered: _subject,
            TargetSet: _subject,
            ScoreSubmitted: _subject,
            AppraisalFinalized: _subject,
            AppraisalCorrected: _subject,
            AppraisalImported: _subject,
            RuleSetPublished: _everyone,
        },
        decide=decide,
    ),
)
