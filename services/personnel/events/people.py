"""Facts about people and units: who holds which post and rank, who reports to whom, who was absent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.personnel.events.catalogue import EVENTS
from shared.events.classes import EventClass


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class UnitOpened:
    """Subject: the unit. Stream of this and the next: ``personnel-unit-<unit>``."""

    unit: str
    parent: str | None
    kind: str
    since: date


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class UnitMoved:
    """From `since` on the unit stands under another one, with everything below it."""

    unit: str
    parent_from: str | None
    parent: str
    since: date
    document: str


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class UnitMoveWithdrawn:
    """The move entered as holding from `since` on was entered wrongly: the unit stands where it stood before; a move after this one stands.

    Stream ``personnel-unit-<unit>``.
    """

    unit: str
    since: date
    document: str


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class EmployeeRegistered:
    """`kind`: PNS, CPNS or PPPK. Name and NIP stay in the vault. Stream of this and the next seven: ``personnel-employee-<employee>``.

    After an end of employment it begins a new spell of service.
    """

    employee: str
    kind: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class RegistrationWithdrawn:
    """The person was registered by mistake, and nothing had followed: he never served. `since`: the first day as registered.

    The code stays unused ever after. Stream ``personnel-employee-<employee>``.
    """

    employee: str
    since: date
    document: str


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


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class PositionWithdrawn:
    """The post entered as beginning on `since` (and `acting` or not) was entered wrongly and never held; an entry after this one stands."""

    employee: str
    since: date
    acting: bool
    document: str


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class RankWithdrawn:
    """The rank entered as held from `since` on was entered wrongly and never held from then."""

    employee: str
    since: date
    document: str


@EVENTS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class ReportingLineWithdrawn:
    """The reporting line entered as beginning on `since` was entered wrongly and never held."""

    employee: str
    since: date
    document: str


@EVENTS.event(EventClass.RESTRICTED, effective="since")
@dataclass(frozen=True)
class EmploymentEnded:
    """`since`: the first day outside service. `kind`: retired (pensiun), resigned, dismissed, died, contract-ended or moved-agency.

    PP 11/2017 art. 238–248; PP 94/2021 art. 8 for a dismissal that is a sanction; PP 49/2018 for the contract of a PPPK.
    """

    employee: str
    kind: str
    since: date
    document: str


@EVENTS.event(EventClass.RESTRICTED, effective="since")
@dataclass(frozen=True)
class EmploymentEndRevoked:
    """The end whose first day outside service was `since` is undone: service went on from that day."""

    employee: str
    since: date
    document: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class EmploymentEndReached:
    """The first day outside service has come: what was open about the person is looked at again. Stream ``personnel-left-<employee>``."""

    employee: str
    since: date


@EVENTS.event(EventClass.RESTRICTED, effective="since")
@dataclass(frozen=True)
class ServiceInterrupted:
    """From `since` to the last day `until` (None: open) the person is in service and not at work; a later one of kind and day corrects it.

    `kind`: suspended (pemberhentian sementara), unpaid-leave (cuti di luar tanggungan negara), long-leave (cuti besar), sick-leave,
    maternity-leave, study (tugas belajar). PP 11/2017 jo. PP 17/2020.
    """

    employee: str
    kind: str
    since: date
    until: date | None
    document: str


@EVENTS.event(EventClass.RESTRICTED, effective="since")
@dataclass(frozen=True)
class ServiceResumed:
    """`since`: the first day back; the interruption that held then ends the day before, or never was when it began that day."""

    employee: str
    since: date
    document: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AttendanceRecorded:
    """One month's attendance; a later `revision` replaces an earlier one whole. Stream ``personnel-attendance-<employee>-<month>``.

    `days_in_row`: the most working days absent without excuse one after the other, of a run that ended in the month or goes on after it,
    counted from where it began, even in an earlier month; None where that is not known. `provisional_until`: the month has not ended, and
    what is recorded goes up to this day; the whole month replaces it as the next revision.
    """

    employee: str
    month: str
    minutes_late: int
    minutes_early: int
    days_absent: int
    meetings_missed: int
    roll_calls_missed: int
    leave_days: dict[str, int]
    revision: int
    days_in_row: int | None = None
    provisional_until: date | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class YearAbsenceRecorded:
    """Days absent without excuse in a whole year before Merit, as the old system had them. A later one of the year replaces it.

    `days_in_row`: the most working days of them one after the other, where that is known. Stream ``personnel-absence-<employee>-<year>``.
    """

    employee: str
    year: str
    days_absent: int
    file_digest: str
    row: int
    days_in_row: int | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class EducationRecorded:
    """The person's highest recognised education, which limits regular promotion. Stream ``personnel-employee-<employee>``."""

    employee: str
    education: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class EducationWithdrawn:
    """This education was entered wrongly and never was the person's; what was recorded before holds again. Stream as of the one before."""

    employee: str
    education: str
    document: str
