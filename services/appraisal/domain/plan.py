"""The plan of a year: fixed by the superior (SKP ditetapkan), then measured every month with evidence and obstacles.

It may be made anew within the year: the new version counts from its first whole month on, the earlier one for the months before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.domain.appraised import outside_service
from services.appraisal.domain.targets import Target, check_target, check_year, fixed, number, target_of, unknown_target
from services.appraisal.events import PlanApproved, ProgressRecorded, TargetSet
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.employment import Employment
from shared.kernel.periods import Period, month_of
from shared.kernel.refusal import Malformed, Refused


@dataclass(frozen=True)
class ApprovePlan:
    """`targets`: the draft as the superior saw it; `document`: the number of the signed plan.

    For a new version within the year: `since`, from which day on (None: that of the last transfer begun); `transfers`: the days on which
    another post or spell of service began; `priorities`: whether the rules let other reasons than a transfer do; `closed`: the months
    whose appraisal has been delivered. `appraised`: the year's periods whose result follows from achievements.
    """

    employee: str
    year: str
    targets: tuple[Target, ...]
    assessor: str
    document: str
    rule_set: str
    approved_on: date
    since: date | None = None
    transfers: tuple[date, ...] = ()
    priorities: bool = False
    closed: frozenset[str] = frozenset()
    appraised: tuple[Period, ...] = ()


@dataclass(frozen=True)
class RecordProgress:
    """`closed`: the months whose appraisal has been delivered; `obstacle_text`: a text's id; `evidence`: SHA-256 in hexadecimal.

    `measurement`: how often the rules in force measure, monthly, quarterly or yearly; `service` and `not_asked` say in which months
    the person was there.
    """

    employee: str
    year: str
    target_id: str
    month: str
    value: str
    evidence: tuple[str, ...]
    obstacle_text: str | None
    today: date
    closed: frozenset[str] = frozenset()
    measurement: str = "monthly"
    service: Employment = field(kw_only=True)
    not_asked: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Fixed:
    """One version of the plan as fixed. `first`: the first month that it counts for; `since`: the day from which it was made anew."""

    number: int
    assessor: str
    first: Period
    since: date | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanState:
    """`versions` in the order in which they were fixed; `progress`: (target id, month) → the event that holds now."""

    versions: tuple[Fixed, ...] = ()
    progress: Mapping[tuple[str, str], ProgressRecorded] = field(default_factory=dict)

    @property
    def approved(self) -> bool:
        return bool(self.versions)

    @property
    def plan_version(self) -> int:
        """0: not approved."""
        return self.versions[-1].number if self.versions else 0

    @property
    def targets(self) -> Mapping[str, Target]:
        """Those of the version fixed last."""
        return self.versions[-1].targets if self.versions else {}

    def fixed_for(self, month: Period) -> Fixed | None:
        """The version that counts for a month: the last one whose first month has come."""
        found = [one for one in self.versions if one.first.start <= month.start]
        return found[-1] if found else None

    def reported(self, period: Period, measurement: str, served: Sequence[Period]) -> tuple[tuple[Fixed, tuple[Period, ...]], ...]:
        """For each version that counts in the period the months that are reported under it, of those in which the person served."""
        found = []
        for version in self.versions:
            own = [one for one in served if self.fixed_for(one) is version]
            if months := measured(period, measurement, own):
                found.append((version, months))
        return tuple(found)

    def counting(self, period: Period) -> Mapping[str, Target]:
        """The targets of every version that counts for a month of the period; of one id the last."""
        fixed = {one.number: one for month in period.months if (one := self.fixed_for(month))}
        return {key: target for number in sorted(fixed) for key, target in fixed[number].targets.items()}

    def asked(self, target: Target, version: Fixed, period: Period, measurement: str, served: Sequence[Period]) -> tuple[Period, ...]:
        """The months of `period` in which the target is reported: its own, or all that are under its version; of those served."""
        own = [one for one in served if self.fixed_for(one) is version]
        if target.months:
            return tuple(one for one in period.months if one in own and str(one) in target.months)
        return measured(period, measurement, own)

    def missing(self, period: Period, aggregate: str, measurement: str, served: Sequence[Period]) -> tuple[tuple[str, str], ...]:
        """The (target id, month) that an appraisal of `period` needs and nobody recorded: all asked for, for ``last`` the last one.

        `aggregate`: of the targets that do not say their own.
        """
        found = []
        for version, _ in self.reported(period, measurement, served):
            for target in version.targets.values():
                months = self.asked(target, version, period, measurement, served)
                needed = months[-1:] if (target.aggregate or aggregate) == "last" else months
                found += [(target.target_id, str(one)) for one in needed if (target.target_id, str(one)) not in self.progress]
        return tuple(found)

    def values(self, target_id: str, months: Sequence[Period]) -> tuple[str, ...]:
        """The recorded values of a target in these months, in their order."""
        found = (self.progress.get((target_id, str(one))) for one in months)
        return tuple(one.value for one in found if one is not None)


def measured(period: Period, measurement: str, served: Sequence[Period]) -> tuple[Period, ...]:
    """The months of `period` that are reported: all, or the last one of every quarter or year (PP 30/2019: measured monthly … yearly).

    Of the months served, that is: who leaves in February reports the first quarter in February.
    """
    every = {"monthly": 1, "quarterly": 3, "yearly": 12}[measurement]
    last: dict[int, Period] = {}
    for one in period.months:
        if one in served:
            last[(one.first - 1) // every] = one
    return tuple(last.values())


def decide(state: PlanState, command: ApprovePlan | RecordProgress) -> Sequence[Any]:
    """PlanApproved with one TargetSet for each target, or ProgressRecorded; nothing when the same progress is reported again."""
    year = check_year(command.year)
    match command:
        case ApprovePlan():
            return _approve(state, command, year)
        case RecordProgress():
            return _record(state, command, year)
    raise TypeError(f"expected a command on a plan, found {command!r}")


def evolve(state: PlanState, event: Any) -> PlanState:
    match event:
        case PlanApproved():
            first = Period.parse(event.period).months[0] if event.since is None else first_month(event.since)
            return replace(state, versions=(*state.versions, Fixed(event.plan_version, event.assessor, first, event.since)))
        case TargetSet():
            *earlier, last = state.versions
            return replace(state, versions=(*earlier, replace(last, targets={**last.targets, event.target_id: target_of(event)})))
        case ProgressRecorded():
            return replace(state, progress={**state.progress, (event.target_id, event.month): event})
    return state


def needs_plan(state: PlanState, year: str) -> None:
    """Refused: nothing is measured or scored before the plan is fixed (PermenPANRB 6/2022 art. 5: planning comes first)."""
    if not state.approved:
        raise Refused(
            "plan-not-approved",
            expected=f"an approved plan of {year}",
            found="no approved plan",
            remedy="let the superior approve the plan first",
        )


def first_month(since: date) -> Period:
    """The first whole month from a day on: a month is measured by one plan."""
    month = month_of(since)
    return month if since == month.start else month.shift(1)


def _approve(state: PlanState, command: ApprovePlan, year: Period) -> Sequence[Any]:
    since, cause = (None, None) if not state.approved else _anew(state, command, year)
    if command.assessor == command.employee:
        raise Refused(
            "own-plan",
            status=403,
            expected="approval by the superior",
            found="the employee himself",
            remedy="let the superior in the reporting line approve the plan",
        )
    if command.approved_on > year.end:
        raise Refused(
            "period-over",
            status=422,
            expected=f"an approval until {year.end}",
            found=str(command.approved_on),
            remedy="make the plan of the current year",
        )
    for target in command.targets:
        check_target(target, command.year)
    targets = fixed(command.targets)
    first = first_month(since) if since else year.months[0]
    _measured_in_all(targets, command.appraised, first)
    version = state.plan_version + 1
    return (
        PlanApproved(command.employee, command.year, version, command.assessor, command.document, command.rule_set, since, cause),
        *(TargetSet(employee=command.employee, period=command.year, plan_version=version, **vars(target)) for target in targets),
    )


def _measured_in_all(targets: Sequence[Target], appraised: Sequence[Period], first: Period) -> None:
    """Refused (422) where a period would be appraised in which none of the targets is measured: its result could never be given."""
    own = {month for target in targets for month in target.months}
    if all(target.months for target in targets):
        for period in appraised:
            months = [month for month in period.months if month.start >= first.start]
            if months and not own & set(map(str, months)):
                raise Refused(
                    "period-unmeasured",
                    status=422,
                    expected=f"at least one target that is measured in {period}",
                    found="targets measured in " + ", ".join(sorted(own)),
                    remedy="add a target that is measured then, or more months to one of these",
                )


def _anew(state: PlanState, command: ApprovePlan, year: Period) -> tuple[date, str]:
    """From which day on, and why, the plan is made anew within its year (SKP follows the post, PermenPANRB 6/2022).

    From the day of the transfer; of one that was learned of when its months had been appraised, from the first day after those months.
    Refused (409) when neither a transfer nor the rules allow it, (422) for a day that does not fit, (409) for a month delivered already.
    """
    last, after = state.versions[-1], _after(command.closed)
    earliest = max(last.first.shift(1).start, after or year.start)
    open_ = transfers_open(state, command.transfers)
    days = tuple(sorted({*open_, *(earliest for day in open_ if first_month(day).start < earliest)}))
    since = command.since or _followed(open_, year, command.approved_on)
    if since is None or not (since in days or command.priorities):
        raise Refused(
            "plan-approved",
            expected=f"a plan of {year} that is not fixed yet"
            + (", or a new one from " + " or ".join(str(day) for day in days) if days else ", or another post within the year"),
            found=f"version {state.plan_version}, approved" + (f", and a new one from {since}" if since else ""),
            remedy="work by the fixed targets; a new plan follows another post, from the day on which it began",
        )
    first = first_month(since)
    if first in year.months and first.start >= earliest:
        return since, "transfer" if since in days else "priorities"
    fits = max(first.start, earliest)
    remedy = f"give {fits} as since: the first day that the new plan can begin on"
    if fits > year.end:
        remedy = f"make the plan of {fits.year}: no month of {year} is left that a new one could count for"
    if after is not None and first.start < after:
        raise Refused(
            "period-delivered",
            expected=f"months from {first} on whose appraisal is not delivered yet",
            found=", ".join(sorted(one for one in command.closed if one >= str(first))),
            remedy=remedy,
        )
    raise Refused(
        "plan-since",
        status=422,
        expected=f"a day of {year} after {last.since or last.first.start} that leaves the earlier plan and the new one a month each",
        found=str(since),
        remedy=remedy,
    )


def _followed(transfers: Sequence[date], year: Period, today: date) -> date | None:
    """The transfer that a plan without a day follows: the last that has begun and leaves it a month of the year, else the last."""
    fits = [day for day in transfers if first_month(day) in year.months]
    begun = [day for day in fits if day <= today]
    return next(iter(reversed(begun or fits or transfers)), None)


def _after(closed: frozenset[str]) -> date | None:
    """The first day after all months that a delivered appraisal counts; None while it counts none."""
    last = max((Period.parse(one).end for one in closed), default=None)
    return None if last is None else last + timedelta(days=1)


def transfers_open(state: PlanState, transfers: Sequence[date]) -> tuple[date, ...]:
    """The days of transfer for which no version of the plan has been made yet."""
    made = state.versions[-1].since or state.versions[-1].first.start
    return tuple(sorted(day for day in transfers if day > made))


def check_evidence(digests: Sequence[str]) -> None:
    """Evidence is cited by its SHA-256; Refused (422) for anything else."""
    for digest in digests:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise Refused(
                "evidence-invalid",
                status=422,
                expected="SHA-256 in 64 hexadecimal digits",
                found=digest[:80],
                remedy="send the digest of the file, not the file or a link",
            )


def _record(state: PlanState, command: RecordProgress, year: Period) -> Sequence[Any]:
    needs_plan(state, command.year)
    month = _month_in(command.month, year)
    fixed = state.fixed_for(month)
    if fixed is None or command.target_id not in fixed.targets:
        raise unknown_target(command.target_id, fixed.targets if fixed else {})
    _asked(state, command, year, month)
    if month.start > command.today:
        raise Refused(
            "month-not-begun",
            status=422,
            expected=f"a month that has begun by {command.today}",
            found=command.month,
            remedy="report the month when it is there",
        )
    if command.month in command.closed:
        raise Refused(
            "period-delivered",
            expected="a month whose appraisal is not delivered yet",
            found=command.month,
            remedy="bring it forward as evidence in an objection",
        )
    number(command.value, "the achieved value")
    check_evidence(command.evidence)
    event = ProgressRecorded(
        command.employee, command.year, command.target_id, command.month, command.value, command.evidence, command.obstacle_text
    )
    return () if state.progress.get((command.target_id, command.month)) == event else (event,)


def _asked(state: PlanState, command: RecordProgress, year: Period, month: Period) -> None:
    """Refused (422) for a month outside service or away (outside-service), and for one that the rules do not measure."""
    served = command.service.months(year, command.not_asked)
    if month not in served:
        raise outside_service(command.service, month)
    version = state.fixed_for(month)
    target = version.targets[command.target_id]
    asked = state.asked(target, version, year, command.measurement, served)
    if month not in asked:
        raise Refused(
            "month-not-measured",
            status=422,
            expected="one of " + ", ".join(str(one) for one in asked),
            found=command.month,
            remedy="report what was achieved by then in one of the target's own months"
            if target.months
            else f"the rules measure {command.measurement}: report what was achieved by then in such a month",
        )


def _month_in(text: str, year: Period) -> Period:
    try:
        month = Period.parse(text, "month")
    except Malformed:
        month = None
    if month is None or not year.contains(month):
        raise Refused(
            "month-outside-period",
            status=422,
            expected=f"a month of {year}, such as {year}-01",
            found=text,
            remedy="report it in the plan of that month's year",
        )
    return month


PLAN = Aggregate(
    "plan",
    Decider(PlanState(), decide, evolve),
    stream=streams.plan,
    ids=lambda command: (command.employee, command.year),
    subject=lambda command: command.employee,
)
