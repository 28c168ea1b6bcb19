"""What personnel publishes: who holds which post, who reports to whom, attendance, and development that follows from appraisals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import RuleSetPublished

EVENTS = Catalogue("personnel")
EVENTS.event(EventClass.OPEN, effective="since")(RuleSetPublished)


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class UnitOpened:
    """Subject: the unit. Stream ``personnel-unit-<unit>``."""

    unit: str
    parent: str | None
    kind: str
    since: date


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class EmployeeRegistered:
    """`kind`: PNS, CPNS or PPPK. Name and NIP stay in the vault. Stream of this and the next three: ``personnel-employee-<employee>``."""

    employee: str
    kind: str
    since: date


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class PositionAssigned:
    """`job_class` 1–17 (kelas jabatan); `kind`: structural, functional or executing (pelaksana)."""

    employee: str
    post: str
    job_class: int
    kind: str
    unit: str
    acting: bool
    since: date
    document: str


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class RankHeld:
    """`rank`: golongan/ruang such as III/a, or the PPPK's golongan such as IX; service years are counted from `service_since`."""

    employee: str
    rank: str
    since: date
    service_since: date


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class ReportingLineSet:
    """`assessor`: pejabat penilai; `superior`: the assessor's superior, who decides on objections (PP 30/2019 art. 59)."""

    employee: str
    assessor: str
    superior: str | None
    since: date
    document: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AttendanceRecorded:
    """One month's attendance; a later `revision` replaces an earlier one whole. Stream ``personnel-attendance-<employee>-<month>``."""

    employee: str
    month: str
    minutes_late: int
    minutes_early: int
    days_absent: int
    meetings_missed: int
    roll_calls_missed: int
    leave_days: dict[str, int]
    revision: int


@dataclass(frozen=True)
class Reason:
    """`code` names the rule's condition, `event` the id of the fact that meets it, `found` the value in it."""

    code: str
    event: str
    found: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentProposed:
    """A proposal that follows from appraisals, for an official to decide. `kind`: role, mentor, study or coaching.

    Stream of this and the next two: ``personnel-proposal-<employee>-<kind>-<programme>-<period>``; subject: the employee.
    """

    employee: str
    proposal: str
    kind: str
    programme: str
    period: str
    reasons: tuple[Reason, ...]
    rule_set: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentWithdrawn:
    """The facts that carried the proposal no longer do; `missing` names the conditions."""

    employee: str
    proposal: str
    missing: tuple[str, ...]


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentDecided:
    """`outcome`: approved or rejected."""

    employee: str
    proposal: str
    outcome: str
    document: str
    decided_by: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class PostDecided:
    """A role or post given on a proposal. Stream of this and what follows: ``personnel-development-<employee>``."""

    employee: str
    proposal: str
    post: str
    document: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class MentorAppointed:
    """The employee is mentor of `unit`."""

    employee: str
    proposal: str
    unit: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TrainingAssigned:
    """`cause`: gap or strength."""

    employee: str
    proposal: str
    cause: str
    programme: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TrainingCompleted:
    employee: str
    programme: str
    result: str
    completed_on: date


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceOpened:
    """`cause`: the condition's code."""

    employee: str
    proposal: str
    cause: str
    programme: str
    since: date


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceFollowed:
    """A step of the guidance, mentoring or coaching took place; what was agreed lies in the text."""

    employee: str
    proposal: str
    on: date
    agreement_text: str | None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceClosed:
    """`outcome`: reached or not_reached."""

    employee: str
    proposal: str
    outcome: str
