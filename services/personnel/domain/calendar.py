"""The agency's calendar: the working week from a day on, and days off declared by decree and withdrawn again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.calendar import AGENCY, HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

WEEKS = (5, 6)
"""Monday to Friday (Perpres 21/2023 art. 3), or to Saturday where the place keeps six days."""
NEAR = 10
"""Years: a day further off than this is a slip of the pen."""


@dataclass(frozen=True)
class SetWorkingWeek:
    days: int
    since: date
    document: str
    today: date


@dataclass(frozen=True)
class DeclareHoliday:
    """`kind`: national (hari libur nasional), joint-leave (cuti bersama) or local."""

    day: date
    kind: str
    document: str
    today: date


@dataclass(frozen=True)
class WithdrawHoliday:
    day: date
    document: str


Weeks = Mapping[date, WorkingWeekSet]
Holidays = Mapping[date, HolidayDeclared]


def set_week(state: Weeks, command: SetWorkingWeek) -> Sequence[WorkingWeekSet]:
    """WorkingWeekSet, unless it says nothing new. Refused for a week of another length, and for a day that is not near."""
    _near(command.since, command.today)
    if command.days not in WEEKS:
        raise Refused(
            "working-week",
            status=422,
            expected="5 working days (Monday to Friday) or 6 (Monday to Saturday)",
            found=str(command.days),
            remedy="choose one of the two",
        )
    wished = WorkingWeekSet(command.days, command.since, command.document)
    return () if state.get(command.since) == wished else (wished,)


def decide_holiday(state: Holidays, command: DeclareHoliday | WithdrawHoliday) -> Sequence[Any]:
    """HolidayDeclared or HolidayWithdrawn; the same once more changes nothing.

    Refused: a day that is not near, and a withdrawal of what is not declared.
    """
    if isinstance(command, WithdrawHoliday):
        if command.day not in state:
            raise Refused(
                "unknown-holiday",
                status=404,
                expected=f"{command.day} to be declared a day off",
                found="no such day off",
                remedy="take the day from the year's calendar",
            )
        return (HolidayWithdrawn(command.day, command.document),)
    _near(command.day, command.today)
    wished = HolidayDeclared(command.day, command.kind, command.document)
    return () if state.get(command.day) == wished else (wished,)


def _near(day: date, today: date) -> None:
    if abs(day.year - today.year) > NEAR:
        raise Refused(
            "calendar-day",
            status=422,
            expected=f"a day from {today.year - NEAR} to {today.year + NEAR}",
            found=str(day),
            remedy="correct the year",
        )


def _holidays(state: Holidays, event: Any) -> Holidays:
    if isinstance(event, HolidayDeclared):
        return {**state, event.day: event}
    return {day: one for day, one in state.items() if day != event.day} if isinstance(event, HolidayWithdrawn) else state


WORKING_WEEK = Aggregate(
    "working-week",
    Decider({}, set_week, lambda state, event: {**state, event.since: event} if isinstance(event, WorkingWeekSet) else state),
    stream=lambda: "personnel-working-week",
    ids=lambda command: (),
    subject=lambda command: AGENCY,
)
# A stream for each year: what is declared of a day and withdrawn again stands in one, in its order.
HOLIDAYS = Aggregate(
    "holidays",
    Decider({}, decide_holiday, _holidays),
    stream=lambda year: f"personnel-holidays-{year}",
    ids=lambda command: (command.day.year,),
    subject=lambda command: AGENCY,
)
