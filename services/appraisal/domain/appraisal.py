"""The appraisal of one person and period: scores, delivery, acceptance or silence; with objection.py the heart's decider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from services.appraisal.domain import objection, rating, streams
from services.appraisal.domain.objection import DecideObjection, FileObjection, ReportOverdue
from services.appraisal.domain.plan import PlanState, needs_plan
from services.appraisal.domain.quadrant import Predicate, Rating
from services.appraisal.domain.record import Record, Stage, evolve, not_delivered
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.targets import unknown_target
from services.appraisal.events import AppraisalAccepted, AppraisalDelivered, AppraisalFinalized, AppraisalImported, ScoreSubmitted
from shared.kernel.calendar import Calendar
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class SubmitScore:
    """`by`: self or superior. `what`: behaviour, target or whole (item result or behaviour). `value`: above, as or below."""

    employee: str
    period: str
    what: str
    item: str
    by: str
    value: str
    today: date
    plan: PlanState
    rules: AppraisalRules


@dataclass(frozen=True)
class DeliverAppraisal:
    """`organisation_result`: of the employee's unit and period, None while it is not set; `delivered_at`: when the employee receives it."""

    employee: str
    period: str
    delivered_at: datetime
    plan: PlanState
    organisation_result: str | None
    rules: AppraisalRules
    calendar: Calendar


@dataclass(frozen=True)
class AcceptAppraisal:
    employee: str
    period: str


@dataclass(frozen=True)
class AcceptBySilence:
    """The timer's command when the term for an objection is over."""

    employee: str
    period: str
    now: datetime


@dataclass(frozen=True)
class ImportAppraisal:
    """A finalised predicate of an earlier period from the old system, with the file and row it came from."""

    employee: str
    period: str
    predicate: Predicate
    source_system: str
    file_digest: str
    row: int
    today: date


def decide(state: Record, command: Any) -> Sequence[Any]:
    """The events of one command; what each may be refused for is said at its function."""
    match command:
        case SubmitScore():
            return score(state, command)
        case DeliverAppraisal():
            return deliver(state, command)
        case AcceptAppraisal():
            return accept(state, command)
        case AcceptBySilence():
            return accept_by_silence(state, command)
        case ImportAppraisal():
            return import_earlier(state, command)
        case FileObjection():
            return objection.file(state, command)
        case DecideObjection():
            return objection.settle(state, command)
        case ReportOverdue():
            return objection.report_overdue(state, command)
    raise TypeError(f"expected a command on an appraisal, found {command!r}")


def score(state: Record, command: SubmitScore) -> Sequence[Any]:
    """ScoreSubmitted; nothing when the same score stands. Refused before the plan is approved and after delivery."""
    period = appraised_period(command.period, command.rules)
    _still_scoring(state, command.period)
    needs_plan(command.plan, str(period.year))
    if period.start > command.today:
        raise Refused(
            "period-not-begun",
            status=422,
            expected=f"a period that has begun by {command.today}",
            found=command.period,
            remedy="score it when it is there",
        )
    if command.value not in tuple(Rating):
        raise Refused(
            "rating-unknown",
            status=422,
            expected="above, as or below",
            found=command.value,
            remedy="send a rating against the expectation",
        )
    _scored_item(command)
    if state.scores.get((command.what, command.item, command.by)) == command.value:
        return ()
    return (_scored(command, command.what, command.item, command.value, by=command.by),)


def deliver(state: Record, command: DeliverAppraisal) -> Sequence[Any]:
    """The scores that the policy gives, and AppraisalDelivered, in one append, so that whoever hears of it can explain it.

    The result rating follows from the months' achievements (or is the superior's), the behaviour rating from the superior's scores of
    the aspects, the predicate from the quadrant (PermenPANRB 6/2022). The term for an objection begins now.
    Refused: a second appraisal of the period, before its end, or while something is missing, which it names.
    """
    period = appraised_period(command.period, command.rules)
    _still_scoring(state, command.period)
    needs_plan(command.plan, str(period.year))
    today = command.calendar.local_date(command.delivered_at)
    if today <= period.end:
        raise Refused(
            "period-not-over",
            status=422,
            expected=f"a day after {period.end}",
            found=str(today),
            remedy="deliver the result when the period is over",
        )
    _complete(state, command, period)
    scores, result = _result(state, command, period)
    behaviour = _behaviour(state, command.rules)
    judgement = command.rules.quadrant.judge(result, behaviour)
    until = command.rules.objection.until(command.delivered_at, command.calendar).astimezone(UTC)
    return (
        *scores,
        AppraisalDelivered(command.employee, command.period, period.kind, judgement, command.rules.name, until),
    )


def accept(state: Record, command: AcceptAppraisal) -> Sequence[Any]:
    """AppraisalAccepted and AppraisalFinalized. Refused unless the result is delivered, not contested and not final."""
    if state.stage in (Stage.NONE, Stage.SCORING):
        raise not_delivered(command.period)
    if state.stage is not Stage.DELIVERED:
        found = "an open objection" if state.stage is Stage.OBJECTED else "a final result"
        raise Refused(
            "appraisal-not-open",
            expected="a delivered result that nobody contested",
            found=found,
            remedy="read the appraisal: an objection is settled by its decision, a final result needs nothing more",
        )
    return _finalized(state, command.employee, command.period, "explicit", "accepted")


def accept_by_silence(state: Record, command: AcceptBySilence) -> Sequence[Any]:
    """AppraisalAccepted by silence and AppraisalFinalized, once the term for an objection is over and nobody spoke; else nothing."""
    if state.stage is not Stage.DELIVERED or command.now < state.objection_until:
        return ()
    return _finalized(state, command.employee, command.period, "silence", "silence")


def import_earlier(state: Record, command: ImportAppraisal) -> Sequence[Any]:
    """AppraisalImported, for a period that is over and of which nothing is known."""
    if state.stage is not Stage.NONE:
        raise Refused(
            "period-already-appraised",
            expected=f"nothing known of {command.employee} for {command.period}",
            found=f"an appraisal that is {state.stage}",
            remedy="leave the row out; a final result changes by correction only",
        )
    period = _period(command.period)
    if period.end >= command.today:
        raise Refused(
            "period-not-over",
            status=422,
            expected=f"a period that was over before {command.today}",
            found=command.period,
            remedy="import finished periods only",
        )
    return (
        AppraisalImported(
            command.employee, command.period, str(command.predicate), command.source_system, command.file_digest, command.row
        ),
    )


def appraised_period(text: str, rules: AppraisalRules) -> Period:
    """A period of a kind that the rule set appraises; Refused (422) otherwise."""
    period = _period(text)
    if period.kind not in rules.appraised:
        raise Refused(
            "period-not-appraised",
            status=422,
            expected="a " + " or ".join(rules.appraised),
            found=text,
            remedy=f"name a period that the rule set {rules.name} appraises",
        )
    return period


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        raise Refused(
            "period-invalid",
            status=422,
            expected="a period such as 2026, 2026-Q1 or 2026-04",
            found=text,
            remedy="write the period so",
        ) from None


def _still_scoring(state: Record, period: str) -> None:
    if state.stage not in (Stage.NONE, Stage.SCORING):
        raise Refused(
            "already-delivered",
            expected=f"no delivered appraisal of {period}",
            found=f"one that is {state.stage}",
            remedy="one period is appraised once; a result changes by an objection's decision or a correction",
        )


def _scored_item(command: SubmitScore) -> None:
    rules, by_superior = command.rules, command.by == "superior"
    if command.what == "behaviour" and command.item not in rules.behaviours:
        raise _unknown_item(rules.behaviours, command.item)
    if command.what == "target" and command.item not in command.plan.targets:
        raise unknown_target(command.item, command.plan.targets)
    if command.what == "whole" and command.item not in ("result", "behaviour"):
        raise _unknown_item(("result", "behaviour"), command.item)
    if command.what not in ("behaviour", "target", "whole"):
        raise Refused(
            "score-of-what", status=422, expected="behaviour, target or whole", found=command.what, remedy="say what the score is of"
        )
    by_policy = (command.what == "target" or (command.what, command.item) == ("whole", "result")) and rules.policy.result_by != "superior"
    of_aspects = (command.what, command.item) == ("whole", "behaviour") and rules.behaviour_by != "superior"
    if by_superior and (by_policy or of_aspects):
        raise Refused(
            "rated-by-policy",
            expected="scores of the behaviour aspects: " + ", ".join(rules.behaviours),
            found=f"a superior's score of {command.what} {command.item}, which rule set {rules.name} computes",
            remedy="see to the months' progress and the aspects' scores; the rating follows at delivery",
        )


def _unknown_item(known: Sequence[str], found: str) -> Refused:
    return Refused("unknown-item", status=422, expected="one of " + ", ".join(known), found=found, remedy="score one of these")


def _complete(state: Record, command: DeliverAppraisal, period: Period) -> None:
    """Missing input is never zero: it is missing, and the refusal says so."""
    rules, missing = command.rules, []
    if rules.policy.result_by == "achievement":
        missing += [f"progress of {target} in {month}" for target, month in command.plan.missing(period, rules.policy.aggregate)]
    elif state.rating("whole", "result") is None:
        missing.append("the superior's score of whole result")
    if rules.behaviour_by == "majority":
        missing += [f"the superior's score of behaviour {item}" for item in rules.behaviours if state.rating("behaviour", item) is None]
    elif state.rating("whole", "behaviour") is None:
        missing.append("the superior's score of whole behaviour")
    if rules.organisation_first and command.organisation_result is None:
        missing.append("the organisation's result, which comes first (PermenPANRB 6/2022 art. 24–25)")
    if missing:
        raise Refused(
            "appraisal-incomplete",
            expected="progress, scores and results complete",
            found="missing: " + "; ".join(missing),
            remedy="add what is missing, then deliver",
            missing=missing,
        )


def _result(state: Record, command: DeliverAppraisal, period: Period) -> tuple[list[ScoreSubmitted], Rating]:
    policy = command.rules.policy
    if policy.result_by == "superior":
        return [], state.rating("whole", "result")
    scores: list[ScoreSubmitted] = []
    reached: list[tuple[int, Fraction]] = []
    for target in command.plan.targets.values():
        values = [exact(value) for value in command.plan.values(target.target_id, period)]
        percent = rating.achievement(values, exact(target.value), target.direction, policy)
        reached.append((target.weight, percent))
        scores.append(_scored(command, "target", target.target_id, rating.rate(percent, policy), percent))
    whole = rating.weighted(reached)
    result = rating.rate(whole, policy)
    return [*scores, _scored(command, "whole", "result", result, whole)], result


def _behaviour(state: Record, rules: AppraisalRules) -> Rating:
    if rules.behaviour_by == "superior":
        return state.rating("whole", "behaviour")
    return rating.majority([state.rating("behaviour", item) for item in rules.behaviours])


def _scored(command: Any, what: str, item: str, value: str, percent: Fraction | None = None, by: str = "superior") -> ScoreSubmitted:
    achieved = None if percent is None else rating.exact_text(percent)
    return ScoreSubmitted(command.employee, command.period, "rating", what, item, by, str(value), achieved)


def _finalized(state: Record, employee: str, period: str, how: str, basis: str) -> Sequence[Any]:
    return (
        AppraisalAccepted(employee, period, how),
        AppraisalFinalized(employee, period, state.kind, state.judgement, basis, state.rule_set),
    )


APPRAISAL = Aggregate(
    "appraisal",
    Decider(Record(), decide, evolve),
    stream=lambda command: streams.appraisal(command.employee, command.period),
    subject=lambda command: command.employee,
)
