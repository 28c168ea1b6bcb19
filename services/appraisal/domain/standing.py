"""Who assesses a period and who decides after him, from the history of reporting lines and not from today's alone.

PermenPANRB 6/2022, annex IV.A: an assessor who moves within the window of assessment still assesses his old unit; an employee who moves
is assessed by the new assessor, with the new unit's result. PP 30/2019 art. 59: the superior of who assessed decides on an objection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from shared.kernel.employment import Employment
from shared.kernel.leading import Line, lines_within
from shared.kernel.periods import Period


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
    """What is known of one employee: lines and posts by their days, lowest first; and of anybody how he serves today.

    `ends`: the employee's service as far as its ends matter: what held before one does not count in the service after it.
    `stands`: (person, since, day) → whether whom a line names from `since` on has not left service between that day and `day`.
    """

    employee: str
    lines: Sequence[Line]
    posts: Sequence[Post]
    today: date
    service: Callable[[str], Service]
    ends: Employment = field(default_factory=Employment)
    stands: Callable[[str, date, date], bool] = lambda person, since, day: since <= day

    def line_on(self, day: date) -> Line | None:
        """The line in force on a day: the one that began last, in the day's own spell of service."""
        return self.ends.in_force(self.lines, day)

    def begun_within(self, first: date, last: date) -> list[date]:
        """The days after `first` and up to `last` on which another spell of service began."""
        return [spell.since for spell in self.ends.spells[1:] if first < spell.since <= last]

    def named(self, line: Line | None, day: date) -> tuple[str | None, str | None]:
        """The assessor by a line and his superior, as of a day; None for who has left since it named him."""
        if line is None:
            return None, None
        assessor, superior = (one if one and self.stands(one, line.since, day) else None for one in (line.assessor, line.superior))
        return assessor, superior


@dataclass(frozen=True)
class May:
    """Who may act now: these persons, and where `official` the appointing official but for those in `never`."""

    persons: tuple[str, ...]
    official: bool = False
    never: tuple[str, ...] = ()


def line_of_period(history: History, period: Period, rule: Assesses) -> Line | None:
    """The line by which a period is assessed; while it lasts, today's."""
    last = min(period.end, history.today)
    if rule is Assesses.LAST_DAY or history.today <= period.end:
        return history.line_on(last)
    first = max((period.start, *_moved(history.posts, period.start, last), *history.begun_within(period.start, last)))
    begun = sorted({first, *(line.since for line in history.lines if first < line.since <= last)})
    days: dict[str, int] = {}
    latest: dict[str, Line] = {}
    for start, end in pairwise((*begun, last + timedelta(days=1))):
        line = history.line_on(start)
        if line is not None:
            # Taken out and put in again, so that of equals the later one stands last.
            days[line.assessor] = days.pop(line.assessor, 0) + (end - start).days
            latest[line.assessor] = line
    if not days:
        return None
    most = max(days.values())
    return latest[[assessor for assessor, count in days.items() if count == most][-1]]


def _moved(posts: Sequence[Post], first: date, last: date) -> list[date]:
    """The days within the period on which the employee came to another unit."""
    changes = [after.since for before, after in pairwise(posts) if before.unit != after.unit]
    return [day for day in changes if first < day <= last]


def assessing(history: History, period: Period, rule: Assesses) -> May:
    """Who may assess a period: its assessor, also when he has moved since.

    Where he is out of service: his superior then, else the present assessor, else that one's superior.
    """
    then, now = line_of_period(history, period, rule), history.line_on(history.today)
    chain = [*history.named(then, min(period.end, history.today)), *history.named(now, history.today)]
    return May(_first_present(chain, history, never=(history.employee,)))


def deciding(history: History, period: Period, delivered_by: str | None, delivered_on: date, above: str | None) -> May:
    """Who may decide on an objection to what `delivered_by` delivered on that day, or correct it.

    The superior of who delivered, as of then; else who stands above now; else the appointing official: never the employee, and never
    who delivered. `above`: the assessor of who delivered, as of then, for one who was no assessor by a line of the employee's.
    """
    never = tuple(dict.fromkeys(person for person in (history.employee, delivered_by) if person is not None))
    # What held in the period, or came after it.
    by = [line for line in lines_within(history.lines, history.ends, period.start, delivered_on) if line.assessor == delivered_by]
    chain = [history.named(by[-1], delivered_on)[1] if by else above, history.named(history.line_on(history.today), history.today)[1]]
    persons = _first_present(chain, history, never)
    reached = any(history.service(person) is Service.PRESENT for person in persons)
    return May(persons, official=not reached, never=never)


def _first_present(chain: Sequence[str | None], history: History, never: tuple[str, ...]) -> tuple[str, ...]:
    """The first of the chain who is in service and at work; those on leave before him may act too."""
    present: list[str] = []
    for person in chain:
        if person is None or person in never or person in present:
            continue
        service = history.service(person)
        if service is not Service.GONE:
            present.append(person)
        if service is Service.PRESENT:
            break
    return tuple(present)
