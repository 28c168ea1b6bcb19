"""Who assesses a period and who decides after him, from the history of reporting lines and not from today's alone.

PermenPANRB 6/2022, annex IV.A: an assessor who moves within the window of assessment still assesses his old unit; an employee who moves
is assessed by the new assessor, with the new unit's result. PP 30/2019 art. 59: the superior of who assessed decides on an objection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from shared.kernel.periods import Period


class Line(Protocol):
    """A reporting line from a day on: `superior` is None where nobody stands above the assessor."""

    assessor: str
    superior: str | None
    since: date


class Assesses(StrEnum):
    """Who assesses a period within which the assessor changed while the employee stayed: the law leaves it open, the place says."""

    LAST_DAY = "last-day"
    """Who was assessor on its last day."""
    LONGEST = "longest"
    """Who was it for most of its days; of equals the later one. What was before an employee's own move does not count."""


class Service(StrEnum):
    """How somebody stands to service on a day, for what he may do."""

    PRESENT = "present"
    AWAY = "away"
    """On leave: he may act, and so may the next, for the matter does not wait for him."""
    GONE = "gone"
    """Suspended, or out of service."""


@dataclass(frozen=True)
class Post:
    """The unit of the post that is not held in an acting capacity, from a day on."""

    unit: str
    since: date


@dataclass(frozen=True)
class History:
    """What is known of one employee: lines and posts by their days, lowest first; and of anybody how he serves today."""

    employee: str
    lines: Sequence[Line]
    posts: Sequence[Post]
    today: date
    service: Callable[[str], Service]


@dataclass(frozen=True)
class May:
    """Who may act now: these persons, and where `official` the appointing official but for those in `never`."""

    persons: tuple[str, ...]
    official: bool = False
    never: tuple[str, ...] = ()


def line_on(lines: Sequence[Line], day: date) -> Line | None:
    """The line in force on a day: the one that began last."""
    held = [line for line in lines if line.since <= day]
    return held[-1] if held else None


def line_of_period(history: History, period: Period, rule: Assesses) -> Line | None:
    """The line by which a period is assessed; while it lasts, today's."""
    last = min(period.end, history.today)
    if rule is Assesses.LAST_DAY or history.today <= period.end:
        return line_on(history.lines, last)
    first = _moved(history.posts, period.start, last) or period.start
    begun = sorted({first, *(line.since for line in history.lines if first < line.since <= last)})
    days: dict[str, int] = {}
    latest: dict[str, Line] = {}
    for start, end in pairwise((*begun, last + timedelta(days=1))):
        line = line_on(history.lines, start)
        if line is not None:
            # Taken out and put in again, so that of equals the later one stands last.
            days[line.assessor] = days.pop(line.assessor, 0) + (end - start).days
            latest[line.assessor] = line
    if not days:
        return None
    most = max(days.values())
    return latest[[assessor for assessor, count in days.items() if count == most][-1]]


def _moved(posts: Sequence[Post], first: date, last: date) -> date | None:
    """The day within the period on which the employee came to the unit that he was in at its end."""
    changes = [after.since for before, after in pairwise(posts) if before.unit != after.unit]
    within = [day for day in changes if first < day <= last]
    return within[-1] if within else None


def assessing(history: History, period: Period, rule: Assesses) -> May:
    """Who may assess a period: its assessor, also when he has moved since.

    Where he is out of service: his superior then, else the present assessor, else that one's superior.
    """
    then, now = line_of_period(history, period, rule), line_on(history.lines, history.today)
    chain = [person for line in (then, now) if line is not None for person in (line.assessor, line.superior)]
    return May(_first_present(chain, history, never=(history.employee,)))


def deciding(history: History, period: Period, delivered_by: str | None, delivered_on: date, above: str | None) -> May:
    """Who may decide on an objection to what `delivered_by` delivered on that day, or correct it.

    The superior of who delivered, as of then; else who stands above now; else the appointing official: never the employee, and never
    who delivered. `above`: the assessor of who delivered, as of then, for one who was no assessor by a line of the employee's.
    """
    never = tuple(dict.fromkeys(person for person in (history.employee, delivered_by) if person is not None))
    ends = [*(line.since for line in history.lines[1:]), date.max]
    held = [line for line, end in zip(history.lines, ends) if line.since <= delivered_on and end > period.start]
    by = [line for line in held if line.assessor == delivered_by]
    now = line_on(history.lines, history.today)
    chain = [by[-1].superior if by else above, now.superior if now else None]
    persons = _first_present(chain, history, never)
    reached = any(history.service(person) is Service.PRESENT for person in persons)
    return May(persons, official=not reached, never=never)


def _first_present(chain: Sequence[str | None], history: History, never: tuple[str, ...]) -> tuple[str, ...]:
    """The first of the chain who is in service and at work; those on leave before him may act too."""
    found: list[str] = []
    for person in chain:
        if person is None or person in never or person in found:
            continue
        service = history.service(person)
        if service is not Service.GONE:
            found.append(person)
        if service is Service.PRESENT:
            break
    return tuple(found)
