"""Where somebody served, day by day: stays of one unit without a change, so that a period's last day can be looked up in a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.kernel.employment import Employment, Spell

OPEN = date.max
"""The last day of a stay whose end is not known."""
NOWHERE = ""
"""The unit of somebody who served without a post."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """A post that is not held in an acting capacity: its unit, and its first day."""

    unit: str
    since: date


@dataclass(frozen=True)
class Stay:
    """Days of service from `since` to `until`, both inside, in one unit; `away`: the kinds of the interruptions that all of them lie in."""

    unit: str
    since: date
    until: date
    away: tuple[str, ...] = ()


def unit_on(posts: Sequence[Held], service: Employment, day: date) -> str:
    """The unit of the last post of that service by the day; `posts` in their order."""
    units = [post.unit for post in posts if service.reaches(post.since, day)]
    return units[-1] if units else NOWHERE


def stays_of(posts: Sequence[Held], service: Employment) -> tuple[Stay, ...]:
    """All stays of a life in service, in order and apart from each other. Each day of service lies in one of them."""
    stays: list[Stay] = []
    for spell in service.spells:
        for since, until in _unchanged(spell, posts):
            away = tuple(sorted({one.kind for one in spell.interruptions if one.holds(since)}))
            stay = Stay(unit_on(posts, service, since), since, until, away)
            before = stays[-1] if stays else None
            if before is not None and (before.unit, before.away, before.until + _DAY) == (stay.unit, stay.away, since):
                stays[-1] = replace(before, until=until)
            else:
                stays.append(stay)
    return tuple(stays)


def _unchanged(spell: Spell, posts: Iterable[Held]) -> list[tuple[date, date]]:
    """The spell in pieces within which neither post nor interruption changes."""
    last = OPEN if spell.end is None else spell.end - _DAY
    days = {post.since for post in posts}
    for one in spell.interruptions:
        days |= {one.since} if one.until is None else {one.since, one.until + _DAY}
    begins = sorted({spell.since, *(day for day in days if spell.since < day <= last)})
    ends = [*(day - _DAY for day in begins[1:]), last]
    return [(since, until) for since, until in zip(begins, ends, strict=True) if since <= until]
