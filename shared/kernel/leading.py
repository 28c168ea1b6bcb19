"""Who led somebody in a period, by the reporting lines in force on its days: an assessor reads what he assesses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import Protocol

from shared.kernel.employment import Employment, ends_of, stands_in
from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period
from shared.kernel.withdrawn import held_on, that_stand


class Line(Protocol):
    """A reporting line from a day on: `superior` is None where nobody stands above the assessor."""

    assessor: str
    superior: str | None
    since: date


def lines_within(lines: Sequence[Line], ends: Employment, first: date, last: date) -> list[Line]:
    """The lines in force on a day from `first` to `last`; `lines` by their days, lowest first, one for each day.

    `ends`: the employee's service as far as its ends matter: a line ends with the next, and where another spell of service begins.
    """
    held = [line for line, after in zip_longest(lines, lines[1:]) if line.since <= last and (after is None or after.since > first)]
    return [line for line in held if ends.reaches(line.since, max(line.since, first))]


def lines_of(knowledge: Knowledge, model: type, withdrawn: type, employee: str) -> tuple[Line, ...]:
    """By their days, lowest first; of two from the same day the one that holds. `model`, `withdrawn`: the service's classes."""
    return tuple({fact.event.since: fact.event for fact in that_stand(knowledge, model, withdrawn, employee)}.values())


def leads_on(
    knowledge: Knowledge, person: str, employee: str, day: date, model: type, withdrawn: type, models: Sequence[type]
) -> bool:
    """Whether somebody is the employee's assessor on a day: by a line of the service that either of them was in then. Nobody leads himself.

    `model`, `withdrawn`: as for :func:`lines_of`; `models`: as for :meth:`Employment.known`.
    """
    line = held_on(knowledge, model, withdrawn, employee, day, models)
    if line is None or not person == line.event.assessor != employee:
        return False
    return stands_in(knowledge, person, line.event.since, day, models)


def led_within(knowledge: Knowledge, person: str, employee: str, lines: Sequence[Line], period: Period, models: Sequence[type]) -> bool:
    """Whether somebody was the employee's assessor on a day of the period, or of the quarter that a month lies in, or is it today.

    Where one of these is out of service or away, his superior by the same line stands in for him. By whichever rule a place finds the
    assessor of a period (its last day, most of its days), it is one of these people. Nobody leads himself. `models`: as for
    :meth:`Employment.known`.
    """
    if person == employee:
        return False
    around, today = period.quarter if period.kind == "month" else period, knowledge.today
    ends = ends_of(knowledge, employee, models)
    spans = ((around.start, min(around.end, today)), (today, today))
    for first, last in spans:
        for line in lines_within(lines, ends, first, last):
            day = max(line.since, first)
            if person == line.assessor and stands_in(knowledge, person, line.since, day, models):
                return True
            if person == line.superior and stands_in(knowledge, person, line.since, day, models):
                if not _acts(knowledge, line.assessor, line.since, models):
                    return True
    return False


def _acts(knowledge: Knowledge, person: str, since: date, models: Sequence[type]) -> bool:
    """Whether an assessor by a line from `since` on is at work today, without an end of service since; of whom nothing is known, yes."""
    life = Employment.known(knowledge, person, models)
    today = knowledge.today
    return life.ended(today) is None and life.reaches(since, today) and life.interruption(today) is None
