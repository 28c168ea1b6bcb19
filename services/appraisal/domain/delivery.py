"""Delivery: from scores, achievements and colleagues to the judgement that the employee receives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from services.appraisal.domain import rating
from services.appraisal.domain.appraised import appraised_period, must_have_served, still_scoring
from services.appraisal.domain.plan import Fixed, PlanState, needs_plan
from services.appraisal.domain.record import Record
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.targets import Target
from services.appraisal.events import AppraisalDelivered, Judgement, ScoreSubmitted
from shared.kernel.calendar import Calendar
from shared.kernel.employment import Employment
from shared.kernel.money import exact, exact_text
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class DeliverAppraisal:
    """`organisation_result`: of the employee's unit and period, None while it is not set; `delivered_at`: when the employee receives it.

    `peers`: the exact means of the colleagues' summary in points by aspect, None while none is published.
    """

    employee: str
    period: str
    delivered_at: datetime
    plan: PlanState
    organisation_result: str | None
    rules: AppraisalRules
    calendar: Calendar
    peers: Mapping[str, Fraction] | None = None
    service: Employment = field(kw_only=True)


def deliver(state: Record, command: DeliverAppraisal) -> Sequence[Any]:
    """The scores that the policy gives, and AppraisalDelivered, in one append, so that every reader of it can explain it.

    The result follows from the months' achievements (or is the superior's), behaviour from the superior's scores of the aspects, and
    the predicate from the quadrant (PermenPANRB 6/2022) or from the weighted number (PP 30/2019 art. 41).
    The term for an objection begins now.
    Refused: a second appraisal of the period, before its end, where the person did not serve a day of it, or while something is missing,
    which it names.
    """
    period = appraised_period(command.period, command.rules)
    still_scoring(state, command.period)
    must_have_served(command.service, period, command.rules)
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
    scores, judgement = (_by_rating if command.rules.scheme == "rating" else _by_number)(state, command, period)
    until = command.rules.objection.until(command.delivered_at, command.calendar).astimezone(UTC)
    return (
        *scores,
        AppraisalDelivered(command.employee, command.period, period.kind, judgement, command.rules.name, until),
    )


def _complete(state: Record, command: DeliverAppraisal, period: Period) -> None:
    """Missing input is never zero: it is missing, and the refusal says so."""
    rules, missing = command.rules, []
    said = state.rating if rules.scheme == "rating" else state.number
    if rules.policy.result_by == "achievement":
        gaps = command.plan.missing(period, rules.policy.aggregate, rules.measurement, _served(command, period))
        missing += [f"progress of {target} in {month}" for target, month in gaps]
        if not gaps and not _measured(command, period):
            missing.append(f"a target that is measured in {period}")
    elif said("whole", "result") is None:
        missing.append("the superior's score of whole result")
    if rules.behaviour_by != "superior":
        missing += [f"the superior's score of behaviour {item}" for item in rules.behaviours if said("behaviour", item) is None]
    elif said("whole", "behaviour") is None:
        missing.append("the superior's score of whole behaviour")
    if rules.organisation_first and command.organisation_result is None:
        missing.append("the organisation's result, which comes first (PermenPANRB 6/2022 art. 24–25)")
    if rules.peers.use != "information" and not command.peers:
        missing.append("the published summary of at least three colleagues")
    today = command.calendar.local_date(command.delivered_at)
    # Who has left, or has died, is asked for nothing any more.
    if rules.report_required and period.kind == "year" and state.report is None and command.service.serving(today):
        missing.append("the employee's own achievement report")
    if missing:
        raise Refused(
            "appraisal-incomplete",
            expected="progress, scores and results complete",
            found="missing: " + "; ".join(missing),
            remedy="add what is missing, then deliver",
            missing=missing,
        )


def _by_rating(state: Record, command: DeliverAppraisal, period: Period) -> tuple[list[ScoreSubmitted], Judgement]:
    rules, scores = command.rules, []
    result = state.rating("whole", "result")
    if rules.policy.result_by == "achievement":
        targets, whole = _achievements(command, period)
        scores = [_scored(command, "target", target, rating.rate(percent, rules.policy), percent) for target, percent in targets.items()]
        result = rating.rate(whole, rules.policy)
        scores.append(_scored(command, "whole", "result", result, whole))
    behaviour = state.rating("whole", "behaviour")
    if rules.behaviour_by == "majority":
        behaviour = rating.majority([state.rating("behaviour", item) for item in rules.behaviours])
    return scores, rules.quadrant.judge(result, behaviour)


def _by_number(state: Record, command: DeliverAppraisal, period: Period) -> tuple[list[ScoreSubmitted], Judgement]:
    """Each part is written down as a score, so that the number in the judgement can be added up again from them."""
    rules, scores = command.rules, []
    result = state.number("whole", "result")
    if rules.policy.result_by == "achievement":
        targets, result = _achievements(command, period)
        scores = [_scored(command, "target", target, exact_text(percent), percent) for target, percent in targets.items()]
        scores.append(_scored(command, "whole", "result", exact_text(result), result))
    behaviour = state.number("whole", "behaviour")
    if rules.behaviour_by == "mean":
        behaviour = sum((state.number("behaviour", item) for item in rules.behaviours), Fraction()) / len(rules.behaviours)
        scores.append(_scored(command, "whole", "behaviour", exact_text(behaviour)))
    if rules.peers.use == "weight":
        peers = min(rules.peers.number(command.peers), rules.policy.cap)
        scores.append(_scored(command, "whole", "peers", exact_text(peers), by="peers"))
        behaviour = ((100 - rules.peers.share) * behaviour + rules.peers.share * peers) / 100
    return scores, rules.numeric.judge(rules.numeric.weigh(result, behaviour), state.idea)


def _measured(command: DeliverAppraisal, period: Period) -> bool:
    """Whether any target is measured in the period."""
    plan, served, measurement = command.plan, _served(command, period), command.rules.measurement
    versions = plan.reported(period, measurement, served)
    return any(plan.asked(target, one, period, measurement, served) for one, _ in versions for target in one.targets.values())


def _served(command: DeliverAppraisal, period: Period) -> tuple[Period, ...]:
    return command.service.months(period, command.rules.not_asked)


def _achievements(command: DeliverAppraisal, period: Period) -> tuple[Mapping[str, Fraction], Fraction]:
    """The achievement of every target by its id, and of the whole; of several plans in the period each by its weight."""
    rules = command.rules
    served = _served(command, period)
    plans = []
    for version, _ in command.plan.reported(period, rules.measurement, served):
        reached = [
            (target, _reached(command, target, version, months))
            for target in version.targets.values()
            if (months := command.plan.asked(target, version, period, rules.measurement, served))
        ]
        if not reached:
            continue
        share = 1 if rules.plan_changes.weigh == "mean" else sum(command.plan.fixed_for(one) is version for one in served)
        plans.append((share, reached))
    whole = _mean((share, rating.weighted((target.share, percent) for target, percent in reached)) for share, reached in plans)
    ids = dict.fromkeys(target.target_id for _, reached in plans for target, _ in reached)
    of_one = {
        one: _mean((share, percent) for share, reached in plans for target, percent in reached if target.target_id == one) for one in ids
    }
    return of_one, whole


def _reached(command: DeliverAppraisal, target: Target, version: Fixed, months: Sequence[Period]) -> Fraction:
    values = [exact(value) for value in command.plan.values(target.target_id, months)]
    return rating.achievement(
        values, exact(target.value), target.direction, command.rules.policy, target.aggregate, _part(command, target, version, months)
    )


def _part(command: DeliverAppraisal, target: Target, version: Fixed, months: Sequence[Period]) -> Fraction:
    """How much of the target's amount is to be reached in the period: so many of the months that it was set for, its own or all.

    It was set for the year from the first month in service on, or from that of its version. Who was away, wherever in the year, left, or
    had the plan made anew, has so much less of it to reach; who joined within the year had his own amount set.
    """
    year = Period(Period.parse(command.period).year, 1, 12)
    began = max(command.service.months(year)[0].start, version.first.start)
    planned = [month for month in year.months if month.start >= began]
    if target.months:
        return Fraction(len(months), sum(str(month) in target.months for month in planned))
    served = [month for month in _served(command, Period.parse(command.period)) if command.plan.fixed_for(month) is version]
    return Fraction(len(served), len(planned))


def _mean(parts: Iterable[tuple[int, Fraction]]) -> Fraction:
    """By their shares, exact."""
    found = tuple(parts)
    return sum((share * percent for share, percent in found), Fraction()) / sum(share for share, _ in found)


def _scored(
    command: DeliverAppraisal, what: str, item: str, value: str, percent: Fraction | None = None, by: str = "superior"
) -> ScoreSubmitted:
    achieved = None if percent is None else exact_text(percent)
    return ScoreSubmitted(command.employee, command.period, command.rules.scheme, what, item, by, str(value), achieved)
