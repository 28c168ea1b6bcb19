"""What feedback hears of personnel: which units there are, who is employed and where, and who appraises whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.calendar import CALENDAR_EVENTS
from shared.events.registry import Heard

HEARD = Heard()
for _model in CALENDAR_EVENTS:
    HEARD.hears("personnel")(_model)


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitOpened:
    unit: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEnded:
    """`since`: the first day outside service."""

    employee: str
    kind: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEndRevoked:
    """Service went on from `since`, the first day outside it by the end that is undone."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class RegistrationWithdrawn:
    """The person was registered by mistake; `since`: the first day of the service that never was."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceInterrupted:
    """In service and not at work from `since` to the last day `until`; None: open."""

    employee: str
    kind: str
    since: date
    until: date | None


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceResumed:
    """`since`: the first day back."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionWithdrawn:
    """The post entered as beginning on `since` was never held; an entry after this one stands."""

    employee: str
    since: date
    acting: bool


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineWithdrawn:
    """The line entered as beginning on `since` never held; an entry after this one stands."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionAssigned:
    employee: str
    unit: str
    acting: bool
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineSet:
    employee: str
    assessor: str
    since: date
    superior: str | None = None


LIFE = (EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, ServiceInterrupted, ServiceResumed, RegistrationWithdrawn)
"""What a person's service is folded from (:class:`shared.kernel.employment.Employment`)."""

STANDING = (*LIFE, PositionAssigned, PositionWithdrawn, ReportingLineSet, ReportingLineWithdrawn)
"""What says how a person stands on a day: service, posts and reporting lines."""
