"""Statutory clocks: when a term that began with an event ends, in an agency's own calendar and time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """An agency's time zone and its days off beside Saturday and Sunday."""

    zone: str = "Asia/Jakarta"
    holidays: frozenset[date] = field(default_factory=frozenset)

    def local_date(self, moment: datetime) -> date:
        """The calendar day of an aware `moment` where the agency is."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def end_of(self, day: date) -> datetime:
        """The first moment that no longer belongs to `day`."""
        return self.start_of(day + timedelta(days=1))


@dataclass(frozen=True)
class Term:
    """So many days, counted from the day after the one on which it begins; ``working`` skips days off."""

    days: int
    kind: str = "calendar"

    def last_day(self, began: datetime, calendar: Calendar) -> date:
        """The last day on which the act is still in time. A term of 14 calendar days from 20 April ends on 4 May."""
        day = calendar.local_date(began)
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
