"""The events of an agency's calendar: personnel declares them, every service counts its terms by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

AGENCY = "agency"
"""The subject of what concerns the agency as a whole."""


@dataclass(frozen=True)
class WorkingWeekSet:
    """From `since` on a week has `days` working days from Monday on: 5 or 6. Subject ``agency``, stream ``personnel-working-week``.

    `document`: the regulation that says so. Of two from the same day the later event holds.
    """

    days: int
    since: date
    document: str


@dataclass(frozen=True)
class HolidayDeclared:
    """A day off: `kind` national, joint-leave (cuti bersama) or local. Declared again, the last one holds.

    `document`: the decree, such as the yearly joint one of three ministers (SKB). Subject ``agency``, stream
    ``personnel-holidays-<year>``.
    """

    day: date
    kind: str
    document: str


@dataclass(frozen=True)
class HolidayWithdrawn:
    """The day is no day off, or no longer. Same stream as HolidayDeclared."""

    day: date
    document: str


CALENDAR_EVENTS = (WorkingWeekSet, HolidayDeclared, HolidayWithdrawn)
