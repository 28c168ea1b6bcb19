"""The view of an agency's calendar, which every service folds for itself: a row for the weeks, and one for the days off of each year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import JSONB

from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.kernel.calendar import Calendar
from shared.kernel.facts import Fact
from shared.views.view import Row, View

WEEKS = "weeks"


def _keys(fact: Fact[Any]) -> tuple[str, ...]:
    return (WEEKS,) if isinstance(fact.event, WorkingWeekSet) else (f"{fact.event.day.year}",)


def fold_calendar(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """`weeks`: first day → days and document. `holidays`: day → kind and document, without those that were withdrawn."""
    event, known = fact.event, row or {"weeks": {}, "holidays": {}}
    weeks, holidays = dict(known["weeks"]), dict(known["holidays"])
    match event:
        case WorkingWeekSet():
            weeks[event.since.isoformat()] = {"days": event.days, "document": event.document}
        case HolidayDeclared():
            holidays[event.day.isoformat()] = {"kind": event.kind, "document": event.document}
        case HolidayWithdrawn():
            holidays.pop(event.day.isoformat(), None)
    return {"weeks": weeks, "holidays": holidays, "version": fact.version}


CALENDAR = View(
    name="calendar",
    columns=(Column("weeks", JSONB), Column("holidays", JSONB), Column("version", Integer)),
    on=dict.fromkeys((WorkingWeekSet, HolidayDeclared, HolidayWithdrawn), _keys),
    fold=fold_calendar,
)


def calendar_of(zone: str, rows: Iterable[Mapping[str, Any]]) -> Calendar:
    """The calendar that the view's rows say."""
    found = list(rows)
    holidays = frozenset(date.fromisoformat(day) for row in found for day in row["holidays"])
    weeks = sorted((date.fromisoformat(since), said["days"]) for row in found for since, said in row["weeks"].items())
    return Calendar(zone, holidays, tuple(weeks))
