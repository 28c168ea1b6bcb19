"""Statutory clocks: when a term that began with an event ends, in an agency's own calendar and time zone.

    Term(14).last_day(delivered_at, calendar)  # delivered on 20 April: 4 May
    Term(5, "working").last_day(received_at, calendar)  # skips the days off that the agency declared
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from shared.kernel.dated import in_force

ORDINARY_WEEK = 5
"""Monday to Friday (Perpres 21/2023 art. 3)."""


@dataclass(frozen=True)
class Zone:
    """Where an agency is: when its days begin. It never changes."""

    zone: str = "Asia/Jakarta"

    def local_date(self, moment: datetime) -> date:
        """The calendar day of an aware `moment` where the agency is."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def end_of(self, day: date) -> datetime:
        """The first moment that no longer belongs to `day`."""
        return self.start_of(day + timedelta(days=1))


@dataclass(frozen=True)
class Calendar(Zone):
    """An agency's working days: all but Saturday and Sunday, until it declares another week or a day off.

    `holidays`: national holidays (hari libur nasional), joint leave (cuti bersama) and local ones.
    `weeks`: (first day, 5 or 6 working days from Monday on), by first day.
    """

    holidays: frozenset[date] = field(default_factory=frozenset)
    weeks: tuple[tuple[date, int], ...] = ()

    @property
    def declared(self) -> bool:
        """Whether the agency said anything of its days."""
        return bool(self.holidays or self.weeks)

    def week_on(self, day: date) -> int:
        """How many days from Monday on are worked in the week in force on `day`."""
        week = in_force(self.weeks, day, since=itemgetter(0))
        return ORDINARY_WEEK if week is None else week[1]

    def is_working(self, day: date) -> bool:
        return day.weekday() < self.week_on(day) and day not in self.holidays


@dataclass(frozen=True)
class Term:
    """So many days, counted from the day after the one on which it begins; ``working`` skips days off."""

    days: int
    kind: str = "calendar"

    def last_day(self, began: datetime, calendar: Calendar) -> date:
        """The last day on which the act is still in time. A term of 14 calendar days from 20 April ends on 4 May."""
        return self.counted_from(calendar.local_date(began), calendar)

    def counted_from(self, day: date, calendar: Calendar) -> date:
        """The last day of a term that begins on `day`."""
        if self.kind == "calendar":
            return day + timedelta(days=self.days)
        left = self.days
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
        return day

    def until(self, began: datetime, calendar: Calendar) -> datetime:
        """The first moment that is too late, at the agency's own midnight."""
        return calendar.end_of(self.last_day(began, calendar))

    def moved(self, began: date, was: date, calendar: Calendar, today: date) -> date:
        """The last day of a running term by the calendar as it is now known, which was `was` until now.

        A day off that is declared makes it later. One that is withdrawn makes it earlier, but who has the term keeps at least the whole
        day after `today`.
        """
        day = self.counted_from(began, calendar)
        return day if day >= was else max(day, min(was, today + timedelta(days=1)))
