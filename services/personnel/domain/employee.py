"""An employee's service: registration, posts, rank and who appraises him. The person's name and NIP are not here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.events import EducationRecorded, EmployeeRegistered, PositionAssigned, RankHeld, ReportingLineSet
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

KINDS = ("PNS", "CPNS", "PPPK")
POSITION_KINDS = ("structural", "functional", "executing")
JOB_CLASSES = range(1, 18)
"""Kelas jabatan 1–17 (Perpres 188/2014)."""

_RANK_PNS = re.compile(r"^(?:(?:I|II|III)/[a-d]|IV/[a-e])$")
_RANK_PPPK = re.compile(r"^(?:I|II|III|IV|V|VI|VII|VIII|IX|X|XI|XII|XIII|XIV|XV|XVI|XVII)$")


@dataclass(frozen=True)
class RegisterEmployee:
    employee: str
    kind: str
    since: date


@dataclass(frozen=True)
class AssignPosition:
    """`acting` (Plt) stands beside the definitive post and does not end it."""

    employee: str
    post: str
    job_class: int
    kind: str
    unit: str
    acting: bool
    since: date
    document: str


@dataclass(frozen=True)
class HoldRank:
    employee: str
    rank: str
    since: date
    service_since: date


@dataclass(frozen=True)
class SetReportingLine:
    employee: str
    assessor: str
    superior: str | None
    since: date
    document: str


@dataclass(frozen=True)
class RecordEducation:
    employee: str
    education: str


Command = RegisterEmployee | AssignPosition | HoldRank | SetReportingLine | RecordEducation


@dataclass(frozen=True)
class EmployeeState:
    """Everything that was ever said, in the order of the stream; what holds on a day is :func:`in_force`."""

    registered: tuple[EmployeeRegistered, ...] = ()
    positions: tuple[PositionAssigned, ...] = ()
    ranks: tuple[RankHeld, ...] = ()
    lines: tuple[ReportingLineSet, ...] = ()
    education: str | None = None


def in_force(entries: Iterable[Any], day: date) -> Any | None:
    """The entry that began last on or before `day`; of two from the same day the one said later. None when there is none."""
    found = None
    for entry in entries:
        if entry.since <= day and (found is None or entry.since >= found.since):
            found = entry
    return found


def decide(state: EmployeeState, command: Command) -> Sequence[Any]:
    """What the command adds to the stream; nothing when it says what is known already (so a file may be imported twice)."""
    if isinstance(command, RegisterEmployee):
        return _register(state, command)
    began = _began(state, command)
    if isinstance(command, AssignPosition):
        return _assign(state, command, began)
    if isinstance(command, HoldRank):
        return _hold(state, command)
    if isinstance(command, RecordEducation):
        return [] if state.education == command.education else [EducationRecorded(command.employee, command.education)]
    return _report(state, command, began)


def _register(state: EmployeeState, command: RegisterEmployee) -> Sequence[EmployeeRegistered]:
    if command.kind not in KINDS:
        raise _wrong("employee-kind", " or ".join(KINDS), command.kind, "correct the kind of employment")
    wished = EmployeeRegistered(command.employee, command.kind, command.since)
    if wished in state.registered:
        return []
    if state.registered:
        last = max(state.registered, key=lambda entry: entry.since)
        # A CPNS becomes PNS after the trial year (UU 20/2023); no other change of kind keeps the person's service.
        if not (last.kind == "CPNS" and command.kind == "PNS" and command.since > last.since):
            raise Refused(
                "employee-registered",
                expected=f"an employee code not in use, or {command.employee} as registered",
                found=f"{command.employee} registered as {last.kind} from {last.since}",
                remedy="choose another code, or give kind and date as registered",
            )
    return [wished]


def _began(state: EmployeeState, command: Command) -> date:
    if not state.registered:
        raise Refused(
            "unknown-employee",
            expected="a registered employee",
            found=f"nobody registered as {command.employee}",
            remedy="import the person first",
            status=404,
        )
    return min(entry.since for entry in state.registered)


def _assign(state: EmployeeState, command: AssignPosition, began: date) -> Sequence[PositionAssigned]:
    if command.job_class not in JOB_CLASSES:
        raise _wrong("job-class", "a job class (kelas jabatan) from 1 to 17", command.job_class, "correct the job class")
    if command.kind not in POSITION_KINDS:
        raise _wrong("position-kind", " or ".join(POSITION_KINDS), command.kind, "correct the kind of post")
    _not_before(command.since, began, "the post")
    wished = PositionAssigned(
        command.employee, command.post, command.job_class, command.kind, command.unit, command.acting, command.since, command.document
    )
    return [] if _said(state.positions, wished, acting=command.acting) else [wished]


def _hold(state: EmployeeState, command: HoldRank) -> Sequence[RankHeld]:
    contract = in_force(state.registered, date.max).kind == "PPPK"
    if not (_RANK_PPPK if contract else _RANK_PNS).match(command.rank):
        raise _wrong(
            "rank",
            "a golongan from I to XVII for a PPPK" if contract else "a golongan/ruang from I/a to IV/e",
            command.rank,
            "correct the rank",
        )
    if command.since < command.service_since:
        raise _wrong(
            "rank-before-service", f"a date on or after {command.service_since}, the first day of service", command.since, "correct it"
        )
    wished = RankHeld(command.employee, command.rank, command.since, command.service_since)
    return [] if _said(state.ranks, wished) else [wished]


def _report(state: EmployeeState, command: SetReportingLine, began: date) -> Sequence[ReportingLineSet]:
    """PP 30/2019 art. 59: the objection goes to the assessor's superior, so the three must be three persons."""
    if len({command.employee, command.assessor, command.superior}) < 3:
        raise Refused(
            "reporting-line-circular",
            expected="the employee, the assessor and the assessor's superior to be different persons (PP 30/2019 art. 59)",
            found=f"{command.employee}, {command.assessor}, {command.superior or 'none'}",
            remedy="correct the assessor or the superior",
            status=422,
        )
    _not_before(command.since, began, "the reporting line")
    wished = ReportingLineSet(command.employee, command.assessor, command.superior, command.since, command.document)
    return [] if _said(state.lines, wished) else [wished]


def _said(entries: Iterable[Any], wished: Any, **equal: Any) -> bool:
    """Whether `wished` is what the stream says last for its day: a later entry for the same day is a correction."""
    same_day = [e for e in entries if e.since == wished.since and all(getattr(e, name) == value for name, value in equal.items())]
    return bool(same_day) and same_day[-1] == wished


def _not_before(since: date, began: date, what: str) -> None:
    if since < began:
        raise _wrong("before-service", f"{what} to begin on or after {began}, the first day of service", since, "correct the date")


def _wrong(code: str, expected: str, found: object, remedy: str) -> Refused:
    return Refused(code, expected=expected, found=str(found), remedy=remedy, status=422)


def evolve(state: EmployeeState, event: object) -> EmployeeState:
    if isinstance(event, EmployeeRegistered):
        return replace(state, registered=(*state.registered, event))
    if isinstance(event, PositionAssigned):
        return replace(state, positions=(*state.positions, event))
    if isinstance(event, RankHeld):
        return replace(state, ranks=(*state.ranks, event))
    if isinstance(event, ReportingLineSet):
        return replace(state, lines=(*state.lines, event))
    if isinstance(event, EducationRecorded):
        return replace(state, education=event.education)
    return state


def employee_stream(employee: str) -> str:
    return f"personnel-employee-{employee}"


EMPLOYEE = Aggregate("employee", Decider(EmployeeState(), decide, evolve), lambda c: employee_stream(c.employee), lambda c: c.employee)
