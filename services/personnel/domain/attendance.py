"""A month's attendance of one employee, replaced whole when it is corrected; the days absent in a year before Merit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

from services.personnel.events import AttendanceRecorded, YearAbsenceRecorded
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.employment import Employment
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class RecordAttendance:
    """Minutes are cumulated over the month, days are working days; `today` is the agency's date on which it is recorded.

    `provisional_until`: the month runs, and the figures go up to this day.
    """

    employee: str
    month: str
    minutes_late: int
    minutes_early: int
    days_absent: int
    meetings_missed: int
    roll_calls_missed: int
    today: date
    leave_days: Mapping[str, int] = field(default_factory=dict)
    days_in_row: int | None = None
    provisional_until: date | None = None
    service: Employment = field(kw_only=True)


@dataclass(frozen=True)
class AttendanceState:
    last: AttendanceRecorded | None = None


def decide(state: AttendanceState, command: RecordAttendance) -> Sequence[AttendanceRecorded]:
    """Record the month, or its correction as the next revision; the same figures once more change nothing.

    Refused (422) for a month that has not ended, since pay rests on whole months, unless it is said up to which day the figures go; for one
    in which the person did not serve a day (outside-service); and for figures that the days served in it, or in the part, cannot hold.
    """
    period = period_of(command.month, "month", code="attendance-period")
    last = _last_day_recorded(period, command)
    served = sum(command.service.serving(period.start + timedelta(days=number)) for number in range((last - period.start).days + 1))
    if not served:
        raise _outside(command.service, period)
    _check_figures(command, served)
    figures = {f.name: getattr(command, f.name) for f in fields(command) if f.name not in ("today", "leave_days", "service")}
    wished = AttendanceRecorded(**figures, leave_days=dict(command.leave_days), revision=1)
    if state.last is None:
        return [wished]
    if replace(state.last, revision=1) == wished:
        return []
    return [replace(wished, revision=state.last.revision + 1)]


def _outside(service: Employment, period: Period) -> Refused:
    ended = service.ended(period.end)
    found = f"{period}, and service ended on {ended.end} ({ended.how})" if ended else f"{period}, and service since {service.began}"
    return _wrong(
        "outside-service", "a month with at least one day of service", found, "leave the month out, or correct the dates of service"
    )


def _last_day_recorded(period: Period, command: RecordAttendance) -> date:
    """Up to which day the figures go: the month's last, or the provisional day."""
    until = command.provisional_until
    if until is None:
        if period.end >= command.today:
            remedy = "record it when the month is over, or say up to which day the figures go"
            raise _wrong("attendance-early", f"a month that has ended before {command.today}", command.month, remedy)
        return period.end
    if period.end < command.today:
        raise _wrong("attendance-provisional", "no provisional day of a month that has ended", until, "record the whole month")
    if not period.holds(until) or until > command.today:
        last = min(period.end, command.today)
        raise _wrong("attendance-provisional", f"a day of {command.month} up to {last}", until, "correct the day")
    return until


def _check_figures(command: RecordAttendance, days: int) -> None:
    minutes = days * 24 * 60
    bounds = {"minutes_late": minutes, "minutes_early": minutes, "days_absent": days, "meetings_missed": 999, "roll_calls_missed": 999}
    for name, most in bounds.items():
        found = getattr(command, name)
        if not 0 <= found <= most:
            raise _wrong("attendance-figure", f"{name} from 0 to {most} in {command.month}", found, "correct the figure")
    away = command.days_absent + sum(command.leave_days.values())
    if away > days or min(command.leave_days.values(), default=0) < 0:
        raise _wrong(
            "attendance-figure",
            f"at most {days} days absent and on leave, as many as were served in {command.month}",
            away,
            "correct the days",
        )
    _check_row(command.days_in_row, command.days_absent)


def _check_row(row: int | None, absent: int) -> None:
    """A run may be longer than the month's days, because it may have begun before; without a day absent there is none."""
    if row is not None and not (1 if absent else 0) <= row <= (366 if absent else 0):
        expected = "0 days in a row, as nobody was absent" if not absent else "1 to 366 days in a row"
        raise _wrong("attendance-figure", expected, row, "correct the days in a row, or leave the cell empty")


def _wrong(code: str, expected: str, found: object, remedy: str) -> Refused:
    return Refused(code, expected=expected, found=str(found), remedy=remedy, status=422)


def evolve(state: AttendanceState, event: object) -> AttendanceState:
    return AttendanceState(event) if isinstance(event, AttendanceRecorded) else state


ATTENDANCE = Aggregate(
    "attendance",
    Decider(AttendanceState(), decide, evolve),
    stream=lambda employee, month: f"personnel-attendance-{employee}-{month}",
    ids=lambda command: (command.employee, command.month),
    subject=lambda command: command.employee,
)


@dataclass(frozen=True)
class RecordYearAbsence:
    """Days absent without excuse in a year that the old system kept; `file_digest` and `row` say where it was read."""

    employee: str
    year: str
    days_absent: int
    file_digest: str
    row: int
    today: date
    days_in_row: int | None = None


def decide_year(state: YearAbsenceRecorded | None, command: RecordYearAbsence) -> Sequence[YearAbsenceRecorded]:
    """Record the year; the same days once more change nothing. Refused (422) for a year that has not ended."""
    period = Period.parse(command.year)
    if period.kind != "year" or period.end >= command.today:
        raise _wrong("absence-year", f"a year that ended before {command.today}", command.year, "record months of this year by month")
    if not 0 <= command.days_absent <= 366:
        raise _wrong("attendance-figure", "0 to 366 days", command.days_absent, "correct the figure")
    _check_row(command.days_in_row, command.days_absent)
    if state is not None and (state.days_absent, state.days_in_row) == (command.days_absent, command.days_in_row):
        return []
    return [YearAbsenceRecorded(command.employee, command.year, command.days_absent, command.file_digest, command.row, command.days_in_row)]


YEAR_ABSENCE = Aggregate(
    "year-absence",
    Decider(None, decide_year, lambda state, event: event if isinstance(event, YearAbsenceRecorded) else state),
    stream=lambda employee, year: f"personnel-absence-{employee}-{year}",
    ids=lambda command: (command.employee, command.year),
    subject=lambda command: command.employee,
)
