"""Who belongs to an organisation for a period: a unit with everything below it, and who served there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from shared.kernel.employment import Employment
from shared.kernel.periods import Period

Rows = Iterable[Mapping[str, Any]]


def unit_on(employee: Mapping[str, Any], service: Employment, day: date) -> str | None:
    """The unit of a row of the view `employees` on a day, by the post of that service that is not held in an acting capacity."""
    posts = (post for post in employee["posts"] if not post["acting"])
    units = [post["unit"] for post in posts if service.reaches(date.fromisoformat(post["since"]), day)]
    return units[-1] if units else None


def parent_on(unit: Mapping[str, Any], day: date) -> str | None:
    """The unit above a row of the view `units` on a day; for a day before it was opened as on that of its opening."""
    on = max(day.isoformat(), unit["parents"][0]["since"])
    return [one["parent"] for one in unit["parents"] if one["since"] <= on][-1]


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


def members(employees: Rows, units: Rows, top: str | None, period: Period, without: Collection[str] = ()) -> list[str]:
    """The employees who belong to an organisation for a period: whose unit on the last day served in it is the organisation's.

    Without `top` everybody who served. Interruptions of the kinds `without` are no service here.
    """
    lives = ((row, Employment.read(row["service"])) for row in employees)
    last = [(row, life, day) for row, life in lives if (day := life.last_day(period, without)) is not None]
    if top is None:
        return [row["key"] for row, _, _ in last]
    inside = units_below(units, top, period.end)
    return [row["key"] for row, life, day in last if unit_on(row, life, day) in inside]
