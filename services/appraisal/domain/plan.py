"""The plan of a year: fixed by the superior (SKP ditetapkan), then measured every month with evidence and obstacles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.domain.targets import Target, check_target, check_weights, check_year, number, target_of, unknown_target
from services.appraisal.events import PlanApproved, ProgressRecorded, TargetSet
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class ApprovePlan:
    """`targets`: the draft as the superior saw it; `document`: the number of the signed plan."""

    employee: str
    year: str
    targets: tuple[Target, ...]
    assessor: str
    document: str
    rule_set: str
    approved_on: date


@dataclass(frozen=True)
class RecordProgress:
    """`closed`: the months whose appraisal has been delivered; `obstacle_text`: a text's id; `evidence`: SHA-256 in hexadecimal.

    `measurement`: how often the rules in force measure, monthly, quarterly or yearly.
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


@dataclass(frozen=True)
class PlanState:
    """`plan_version` 0: not approved. `progress`: (target id, month) → the event that holds now."""

    plan_version: int = 0
    assessor: str | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)
    progress: Mapping[tuple[str, str], ProgressRecorded] = field(default_factory=dict)

    @property
    def approved(self) -> bool:
        return self.plan_version > 0

    def missing(self, period: Period, aggregate: str, measurement: str) -> tuple[tuple[str, str], ...]:
        """The (target id, month) that an appraisal of `period` needs and nobody recorded: all measured, for ``last`` the last one."""
        months = measured(period, measurement)[0 if aggregate == "mean" else -1 :]
        return tuple((target, str(one)) for target in self.targets for one in months if (target, str(one)) not in self.progress)

    def values(self, target_id: str, period: Period) -> tuple[str, ...]:
        """The recorded values of a target in the months of `period`, in their order."""
        found = (self.progress.get((target_id, str(one))) for one in period.months)
        return tuple(one.value for one in found if one is not None)


def measured(period: Period, measurement: str) -> tuple[Period, ...]:
    """The months of `period` that are reported: all, or the last one of every quarter or year (PP 30/2019: measured monthly … yearly)."""
    every = {"monthly": 1, "quarterly": 3, "yearly": 12}[measurement]
    return tuple(one for one in period.months if one.first % every == 0)


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
            return replace(state, plan_version=event.plan_version, assessor=event.assessor)
        case TargetSet():
            return replace(state, targets={**state.targets, event.target_id: target_of(event)})
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


def _approve(state: PlanState, command: ApprovePlan, year: Period) -> Sequence[Any]:
    if state.approved:
        raise Refused(
            "plan-approved",
            expected=f"a plan of {year} that is not fixed yet",
            found=f"version {state.plan_version}, approved",
            remedy="work by the fixed targets; they stand for the year",
        )
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
        check_target(target)
    check_weights(command.targets)
    version = state.plan_version + 1
    return (
        PlanApproved(command.employee, command.year, version, command.assessor, command.document, command.rule_set),
        *(TargetSet(employee=command.employee, period=command.year, plan_version=version, **vars(target)) for target in command.targets),
    )


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
    if command.target_id not in state.targets:
        raise unknown_target(command.target_id, state.targets)
    month = _month_in(command.month, year)
    if month not in measured(year, command.measurement):
        raise Refused(
            "month-not-measured",
            status=422,
            expected="one of " + ", ".join(str(one) for one in measured(year, command.measurement)),
            found=command.month,
            remedy=f"the rules measure {command.measurement}: report what was achieved by then in such a month",
        )
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


def _month_in(text: str, year: Period) -> Period:
    try:
        month = Period.parse(text)
    except ValueError:
        month = None
    if month is None or month.kind != "month" or not year.contains(month):
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
    stream=lambda command: streams.plan(command.employee, command.year),
    subject=lambda command: command.employee,
)
