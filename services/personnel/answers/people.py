"""What the routes of people, units, attendance and the calendar answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from services.personnel import views
from shared.http.answers import Actor, Code, Count, Form, Member, Named, Version, Words, row_of
from shared.kernel.employment import EVENTS

Month = Annotated[str, Form("month")]
EmploymentKind = Annotated[str, Form("EmployeeRegistered.kind"), Named("EmploymentKind")]
EndKind = Annotated[str, Form("EmploymentEnded.kind"), Named("EndKind")]
InterruptionKind = Annotated[str, Form("ServiceInterrupted.kind"), Named("InterruptionKind")]
ServiceWord = Literal[*EVENTS]
PostKind = Annotated[str, Form("PositionAssigned.kind"), Named("PostKind")]
HolidayKind = Annotated[str, Form("HolidayDeclared.kind"), Named("HolidayKind")]
Nip = Annotated[str, Meta(pattern="^[0-9]{18}$", description="Of a civil servant, for those who may see it.")]


# Units


class UnitPlace(TypedDict):
    """Under whom a unit stood from when; null: on top."""

    parent: str | None
    since: date


class Unit(row_of(views.UNITS, "since")):
    """A unit with its name. `parents`: under whom it stood from when, in order."""

    unit: str
    name: Words | None
    kind: Annotated[str, Form("UnitOpened.kind")]
    parents: list[UnitPlace]


class UnitMove(TypedDict):
    """Under whom the unit stands from this day on."""

    unit: str
    parent: str | None
    since: date
    version: Version


# People


class Contact(TypedDict):
    """How to reach a person."""

    email: NotRequired[Words]
    phone: NotRequired[Words]


class ListedEmployee(row_of(views.EMPLOYEES, without=("educations", "registered", "positions", "ranks", "lines", "service"), key=False)):
    """A person with what holds last. Name, NIP and contact stand there for those who may see them, while they are kept."""

    employee: str
    kind: EmploymentKind | None
    how: EndKind | None
    name: NotRequired[Words | None]
    nip: NotRequired[Nip | None]
    contact: NotRequired[Contact]


class Registration(TypedDict):
    """As what a person was registered, from when."""

    kind: EmploymentKind
    since: date


class HeldPosition(TypedDict):
    """A post held from a day on."""

    post: str
    job_class: int
    kind: PostKind
    unit: str
    acting: bool
    since: date
    document: str | None


class HeldRank(TypedDict):
    """A rank held from a day on; `service_since`: from when service in ranks is counted."""

    rank: str
    since: date
    service_since: date


class ReportingLine(TypedDict):
    """Who assesses a person, and who stands above, from a day on."""

    assessor: str
    superior: str | None
    since: date
    document: str | None


class ServiceEntry(TypedDict):
    """A word on service, in the order in which they were said."""

    version: Version
    what: ServiceWord
    since: date
    kind: Code | EmploymentKind | None
    until: date | None


class Away(TypedDict):
    """An interruption of service."""

    kind: InterruptionKind
    since: date
    until: date | None


class Service(TypedDict):
    """Whether somebody serves on the day, since and until when, and the interruption that holds."""

    serving: bool
    since: date | None
    ends: date | None
    how: EndKind | None
    away: Away | None


class EmployeeHistory(TypedDict):
    """Everything that was said of a person, with its dates."""

    registered: list[Registration]
    positions: list[HeldPosition]
    ranks: list[HeldRank]
    lines: list[ReportingLine]
    service: list[ServiceEntry]


class Employee(TypedDict):
    """A person as of a day. Name, NIP and contact stand there for those who may see them, while they are kept."""

    employee: str
    on: date
    kind: EmploymentKind | None
    position: HeldPosition | None
    acting: HeldPosition | None
    rank: HeldRank | None
    line: ReportingLine | None
    education: str | None
    service: Service
    history: EmployeeHistory
    version: Version
    name: NotRequired[Words | None]
    nip: NotRequired[Nip | None]
    contact: NotRequired[Contact]


class RegistrationWithdrawal(TypedDict):
    """Somebody who was registered by mistake never served."""

    employee: str
    status: Literal["withdrawn"]
    version: Version


class EndOfService(TypedDict):
    """The end of somebody's service; `assesses`: whose reporting lines still name the person, and need another."""

    employee: str
    kind: EndKind
    since: date
    version: Version
    assesses: list[Code]


class ServiceDay(TypedDict):
    """From this day on the person serves."""

    employee: str
    since: date
    version: Version


class ServiceInterruption(TypedDict):
    """Leave of some length, a suspension or study."""

    employee: str
    kind: InterruptionKind
    since: date
    until: date | None
    version: Version


class Look(TypedDict):
    """Somebody saw a person's identity."""

    actor: Actor
    purpose: Words
    at: datetime


class Looks(TypedDict):
    """Who saw a person's identity, the oldest first, all of them."""

    items: list[Look]
    next: None


class NipCorrection(TypedDict):
    """Whether the NIP was corrected; the number is not repeated."""

    employee: str
    status: Literal["corrected", "unchanged"]


class IdentityErasure(TypedDict):
    """Name, NIP and contact are forgotten."""

    employee: str
    status: Literal["erased"]


class Attendance(row_of(views.ATTENDANCE_MONTHS, "employee", "month")):
    """A month's attendance as last recorded; `version` is its revision."""

    leave_days: Annotated[dict[str, Count], Member("AttendanceRecorded", "leave_days")]


# The calendar


class CalendarHoliday(TypedDict):
    """A day off, by its decree."""

    day: date
    kind: HolidayKind
    document: str


class CalendarWeek(TypedDict):
    """How many working days the week has from a day on."""

    since: date
    days: Annotated[int, Member("WorkingWeekSet", "days")]
    document: str


class CalendarYear(TypedDict):
    """A year: its days off, the weeks as they were set, and how many working days each month has."""

    year: int
    holidays: list[CalendarHoliday]
    weeks: list[CalendarWeek]
    working_days: dict[str, Count]


class WorkingWeek(TypedDict):
    """The working week from a day on."""

    days: Annotated[int, Member("WorkingWeekSet", "days")]
    since: date
    version: Version


class Holiday(TypedDict):
    """A day off that was declared."""

    day: date
    kind: HolidayKind
    version: Version


class HolidayWithdrawal(TypedDict):
    """A day that is worked after all."""

    day: date
    version: Version
