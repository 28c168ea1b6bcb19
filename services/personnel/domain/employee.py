"""An employee's service: when it begins, rests and ends, posts, rank and who appraises him. The person's name and NIP are not here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.domain.away import Spoken, alone, resume, spoken_of
from services.personnel.domain.entries import Entry, WithdrawEntry, Withdrawn, after_entry, withdraw_entry
from services.personnel.domain.ranks import KEEP_RANK
from services.personnel.domain.registration import WithdrawRegistration, withdraw
from services.personnel.events import (
    EducationRecorded,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    RankHeld,
    RegistrationWithdrawn,
    ReportingLineSet,
    ServiceInterrupted,
    ServiceResumed,
)
from shared.kernel.dated import in_force
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.employment import ENDS, INTERRUPTIONS, Employment, Spell
from shared.kernel.refusal import Refused

KINDS = ("PNS", "CPNS", "PPPK")
POSITION_KINDS = ("structural", "functional", "executing")
JOB_CLASSES = range(1, 18)
"""Kelas jabatan 1–17 (Perpres 188/2014)."""

_RANK_PNS = re.compile(r"(?:I|II|III)/[a-d]|IV/[a-e]")
_RANK_PPPK = re.compile(r"I|II|III|IV|V|VI|VII|VIII|IX|X|XI|XII|XIII|XIV|XV|XVI|XVII")


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


@dataclass(frozen=True)
class EndEmployment:
    """`since`: the first day outside service."""

    employee: str
    kind: str
    since: date
    document: str


@dataclass(frozen=True)
class RevokeEnd:
    """`document`: what annuls the end, or corrects it. `since`: only the end of that day, if it stands; None: whichever stands."""

    employee: str
    document: str
    since: date | None = None


@dataclass(frozen=True)
class InterruptService:
    """`until`: the last day; None while nobody knows it."""

    employee: str
    kind: str
    since: date
    until: date | None
    document: str


@dataclass(frozen=True)
class ResumeService:
    """`since`: the first day back; the interruption's own first day says that it never was."""

    employee: str
    since: date
    document: str


Command = (
    RegisterEmployee
    | AssignPosition
    | HoldRank
    | SetReportingLine
    | RecordEducation
    | WithdrawEntry
    | EndEmployment
    | RevokeEnd
    | InterruptService
    | ResumeService
    | WithdrawRegistration
)


@dataclass(frozen=True)
class EmployeeState:
    """Everything that was ever said, in the order of the stream; what holds on a day :func:`shared.kernel.dated.in_force` says."""

    registered: tuple[EmployeeRegistered, ...] = ()
    positions: tuple[PositionAssigned, ...] = ()
    ranks: tuple[RankHeld, ...] = ()
    lines: tuple[ReportingLineSet, ...] = ()
    educations: tuple[EducationRecorded, ...] = ()
    service: Employment = Employment()
    spoken: Spoken = ()
    withdrawn: bool = False
    taken_back: tuple[Withdrawn, ...] = ()


def decide(state: EmployeeState, command: Command) -> Sequence[Any]:
    """What the command adds to the stream; nothing when it says what is known already (so a file may be imported twice)."""
    if isinstance(command, RegisterEmployee):
        return _register(state, command)
    if isinstance(command, WithdrawRegistration) and state.withdrawn:
        return []
    _must_be_registered(state, command)
    match command:
        case WithdrawRegistration():
            return withdraw(min(one.since for one in state.registered), command)
        case AssignPosition():
            return _assign(state, command)
        case HoldRank():
            return _hold(state, command)
        case RecordEducation():
            wished = EducationRecorded(command.employee, command.education)
            return [] if state.educations and state.educations[-1] == wished else [wished]
        case WithdrawEntry():
            return withdraw_entry(state, command)
        case EndEmployment():
            return _end(state, command)
        case RevokeEnd():
            return _revoke(state, command)
        case InterruptService():
            return _interrupt(state, command)
        case ResumeService():
            return resume(state.service, state.spoken, ServiceResumed(command.employee, command.since, command.document))
    return _report(state, command)


def _register(state: EmployeeState, command: RegisterEmployee) -> Sequence[EmployeeRegistered]:
    if command.kind not in KINDS:
        raise _wrong("employee-kind", " or ".join(KINDS), command.kind, "correct the kind of employment")
    if state.withdrawn:
        raise Refused(
            "employee-withdrawn",
            expected="an employee code that was never used",
            found=f"{command.employee}, whose registration was withdrawn",
            remedy="register the person under another code",
        )
    wished = EmployeeRegistered(command.employee, command.kind, command.since)
    if wished in state.registered:
        return []
    ended = state.service.ended(date.max)
    if ended is not None and ended.how != "died" and command.since >= ended.end:
        return [wished]
    if state.registered:
        last = max(state.registered, key=lambda entry: entry.since)
        # A CPNS becomes PNS after the trial year (UU 20/2023); no other change of kind keeps the person's service.
        if ended is not None or not (last.kind == "CPNS" and command.kind == "PNS" and command.since > last.since):
            raise Refused(
                "employee-registered",
                expected=f"an employee code not in use, or {command.employee} as registered",
                found=f"{command.employee} registered as {last.kind} from {last.since}" + (_over(ended) if ended else ""),
                remedy=(
                    f"after an end, register again from {ended.end} on"
                    if ended is not None and ended.how != "died"
                    else "choose another code, or give kind and date as registered"
                ),
            )
    return [wished]


def _over(ended: Spell) -> str:
    return f", out of service since {ended.end} ({ended.how})"


def _must_be_registered(state: EmployeeState, command: Command) -> None:
    if not state.registered:
        raise Refused(
            "unknown-employee",
            expected="a registered employee",
            found=f"nobody registered as {command.employee}",
            remedy="import the person first",
            status=404,
        )


def _assign(state: EmployeeState, command: AssignPosition) -> Sequence[PositionAssigned]:
    if command.job_class not in JOB_CLASSES:
        raise _wrong("job-class", "a job class (kelas jabatan) from 1 to 17", command.job_class, "correct the job class")
    if command.kind not in POSITION_KINDS:
        raise _wrong("position-kind", " or ".join(POSITION_KINDS), command.kind, "correct the kind of post")
    _in_service(state, command.since, "the post")
    wished = PositionAssigned(
        command.employee, command.post, command.job_class, command.kind, command.unit, command.acting, command.since, command.document
    )
    return [] if _said(state.positions, wished, acting=command.acting) else [wished]


def _hold(state: EmployeeState, command: HoldRank) -> Sequence[RankHeld]:
    contract = in_force(state.registered, date.max).kind == "PPPK"
    if not (_RANK_PPPK if contract else _RANK_PNS).fullmatch(command.rank):
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
    ended = state.service.ended(command.since)
    # A rank of another agency counts from its own day for a person who has come back from there.
    if ended is not None and not (ended.how in KEEP_RANK and ended is not state.service.spells[-1]):
        _in_service(state, command.since, "the rank")
    wished = RankHeld(command.employee, command.rank, command.since, command.service_since)
    return [] if _said(state.ranks, wished) else [wished]


def _report(state: EmployeeState, command: SetReportingLine) -> Sequence[ReportingLineSet]:
    """PP 30/2019 art. 59: the objection goes to the assessor's superior, so the three must be three persons."""
    if len({command.employee, command.assessor, command.superior}) < 3:
        raise Refused(
            "reporting-line-circular",
            expected="the employee, the assessor and the assessor's superior to be different persons (PP 30/2019 art. 59)",
            found=f"{command.employee}, {command.assessor}, {command.superior or 'none'}",
            remedy="correct the assessor or the superior",
            status=422,
        )
    _in_service(state, command.since, "the reporting line")
    wished = ReportingLineSet(command.employee, command.assessor, command.superior, command.since, command.document)
    return [] if _said(state.lines, wished) else [wished]


def _said(entries: Iterable[Any], wished: Any, **equal: Any) -> bool:
    """Whether `wished` is what the stream says last for its day: a later entry for the same day is a correction."""
    same_day = [e for e in entries if e.since == wished.since and all(getattr(e, name) == value for name, value in equal.items())]
    return bool(same_day) and same_day[-1] == wished


def _in_service(state: EmployeeState, since: date, what: str) -> None:
    """Refused (422) for a day before service (before-service), or after its end (after-service)."""
    ended = state.service.ended(since)
    if ended is not None:
        raise _wrong("after-service", f"{what} to begin before {ended.end}, the end of service ({ended.how})", since, "correct the date")
    if not state.service.serving(since):
        raise _wrong(
            "before-service", f"{what} to begin on or after {state.service.began}, the first day of service", since, "correct the date"
        )


def _wrong(code: str, expected: str, found: object, remedy: str) -> Refused:
    return Refused(code, expected=expected, found=str(found), remedy=remedy, status=422)


def _end(state: EmployeeState, command: EndEmployment) -> Sequence[EmploymentEnded]:
    """Refused (422) for an unknown kind or a day not after the first; (409) when another end stands: it is revoked first."""
    if command.kind not in ENDS:
        raise _wrong("end-kind", " or ".join(ENDS), command.kind, "correct the kind of end")
    wished = EmploymentEnded(command.employee, command.kind, command.since, command.document)
    spell = state.service.spells[-1]
    if any((one.end, one.how) == (command.since, command.kind) for one in state.service.spells):
        return []
    if spell.end is not None:
        raise Refused(
            "employment-ended",
            expected=f"{command.employee} in service, or the end as it stands",
            found=f"an end on {spell.end} ({spell.how})",
            remedy="revoke that end first if it is wrong",
        )
    if command.since <= spell.since:
        raise _wrong("end-before-service", f"a first day outside service after {spell.since}, its first day", command.since, "correct it")
    return [wished]


def _revoke(state: EmployeeState, command: RevokeEnd) -> Sequence[EmploymentEndRevoked]:
    """Refused (409) when no end stands: there was none, or the person has been registered again since."""
    spell = state.service.spells[-1]
    if command.since not in (None, spell.end):
        return []
    if spell.end is None:
        raise Refused(
            "not-ended",
            expected="an employment that has an end",
            found=f"{command.employee} in service since {spell.since}",
            remedy="nothing needs to be revoked",
        )
    return [EmploymentEndRevoked(command.employee, spell.end, command.document)]


def _interrupt(state: EmployeeState, command: InterruptService) -> Sequence[ServiceInterrupted]:
    """Refused (422) for an unknown kind, days that are none, or outside service; (409) for days of another interruption."""
    if command.kind not in INTERRUPTIONS:
        raise _wrong("interruption-kind", " or ".join(INTERRUPTIONS), command.kind, "correct the kind of interruption")
    if command.until is not None and command.until < command.since:
        raise _wrong("interruption-days", f"a last day from {command.since} on", command.until, "give a later last day, or none")
    _in_service(state, command.since, "the interruption")
    wished = ServiceInterrupted(command.employee, command.kind, command.since, command.until, command.document)
    held = state.service.spell(command.since).interruptions
    if any((one.kind, one.since, one.until) == (command.kind, command.since, command.until) for one in held):
        return []
    alone(state.service, (command.kind, command.since), command.until)
    return [wished]


def evolve(state: EmployeeState, event: object) -> EmployeeState:
    if isinstance(event, RegistrationWithdrawn):
        return EmployeeState(service=state.service.after(event), withdrawn=True)
    about = spoken_of(state.service, event)
    state = replace(state, service=state.service.after(event))
    if isinstance(event, EmployeeRegistered):
        return replace(state, registered=(*state.registered, event))
    if isinstance(event, Entry):
        return after_entry(state, event)
    return state if about is None else replace(state, spoken=(*state.spoken, (about, event)))


EMPLOYEE = Aggregate(
    "employee",
    Decider(EmployeeState(), decide, evolve),
    stream=lambda employee: f"personnel-employee-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)
