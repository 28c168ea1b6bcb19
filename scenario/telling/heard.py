"""What the report tells of citizens: surveys, complaints, and what units improved after them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

from scenario.report import Outcome, Row
from scenario.tables import table
from scenario.telling.lines import bar, wrapped
from scenario.words import Words

_CELLS = 20


def surveys(outcome: Outcome, words: Words) -> Iterator[str]:
    """The satisfaction index (SKM) of each service, period by period, as a bar from 25 to 100."""
    rows = [
        [row["unit"], row["service"], row["period"], str(row["n"]), words.number(row["index"]), row["mutu"], _drawn(row)]
        for row in sorted(outcome.surveys, key=lambda row: (row["unit"], row["service"], row["period"]))
    ]
    if rows:
        heads = [words("unit"), words("service"), "", words("answers"), words("index"), words("mutu"), ""]
        yield from table(heads, rows, right=(3, 4))


def _drawn(row: Row) -> str:
    return bar((Fraction(row["index"]) - 25) / 75, _CELLS).rstrip()


def complaints(outcome: Outcome, words: Words) -> Iterator[str]:
    """For each unit and kind how many came, were resolved in time, and were founded."""

    def kind(row: Row) -> tuple[str, str]:
        return row["unit"], row["kind"]

    rows = []
    for (unit, name), found in groupby(sorted(outcome.complaints, key=kind), key=kind):
        same = list(found)
        counts = [len(same), *(sum(bool(row[what]) for row in same) for what in ("in_time", "was_overdue", "founded"))]
        rows.append([unit, words.code(name), *map(str, counts)])
    if rows:
        heads = [words("unit"), words("kind"), words("came"), words("in-time"), words("late"), words("founded")]
        yield from table(heads, rows, right=range(2, 6))


def improvements(outcome: Outcome, words: Words) -> Iterator[str]:
    """Each improvement item with its cause, its last day and what was done."""
    for row in outcome.improvements:
        cause, due = words.code(row["cause"]), words.date(row["due"])
        yield from wrapped(words("improvement", unit=row["unit"], item=row["item"], cause=cause, due=due, done=_done(row, words)))


def _done(row: Row, words: Words) -> str:
    if row["status"] == "closed":
        return words("done", day=words.date(row["done_on"]), what=(row["what"] or "–").rstrip("."))
    return words("open") + (f", {words('item-overdue')}" if row["overdue"] else "")
