"""Who belongs to an organisation on a day: a unit with everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Rows = Iterable[Mapping[str, Any]]


def unit_on(employee: Mapping[str, Any], day: date) -> str | None:
    """The unit of a row of the view `employees` on a day, by the post that is not held in an acting capacity."""
    units = [post["unit"] for post in employee["posts"] if not post["acting"] and post["since"] <= day.isoformat()]
    return units[-1] if units else None


def parent_on(unit: Mapping[str, Any], day: date) -> str | None:
    """The unit above a row of the view `units` on a day; the first one for a day before it was opened."""
    parents = [one["parent"] for one in unit["parents"] if one["since"] <= day.isoformat()]
    return parents[-1] if parents else unit["parents"][0]["parent"]


def units_below(units: Rows, top: str, day: date) -> frozenset[str]:
    """A unit and all units below it on a day, from rows of the view `units`."""
    below: dict[str | None, list[str]] = {}
    for unit in units:
        below.setdefault(parent_on(unit, day), []).append(unit["key"])
    found, waiting = {top}, [top]
    while waiting:
        fresh = [unit for unit in below.get(waiting.pop(), ()) if unit not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)


def members(employees: Rows, units: Rows, top: str, day: date) -> list[str]:
    """The employees of an organisation on a day."""
    inside = units_below(units, top, day)
    return [row["key"] for row in employees if unit_on(row, day) in inside]
