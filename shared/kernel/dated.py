"""What is in force on a day, of entries that each hold from a day on until the next one begins: posts, ranks, lines, rule sets.

    in_force(state.ranks, date(2026, 4, 1))                        # events, commands, rule sets: whatever has `since`
    in_force(knowledge.facts(RankHeld, "ani"), day, since=of_fact)
    in_force(row["parents"], day, since=of_row)

Where entries end with a spell of service, :meth:`shared.kernel.employment.Employment.in_force` asks the same of the day's own spell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")

own_day: Callable[[Any], date] = attrgetter("since")
of_fact: Callable[[Any], date] = attrgetter("event.since")


def of_row(entry: Mapping[str, Any]) -> date:
    """The day of an entry that a view keeps as JSON, with ``since`` in ISO form."""
    return date.fromisoformat(entry["since"])


def in_force(entries: Iterable[T], day: date, since: Callable[[T], date] = own_day) -> T | None:
    """The entry that began last on or before `day`; of those from one day the one said last. None when there is none.

    `entries` are in the order in which they were said, as a stream, ``Knowledge.facts`` and a view's lists have them; their days may come
    in any order.
    """
    found, began = None, None
    for entry in entries:
        first = since(entry)
        if first <= day and (began is None or first >= began):
            found, began = entry, first
    return found
