"""What the report tells of citizens: surveys, complaints, and what units improved after them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, in_time
from scenario.tables import table
from scenario.telling.lines import bar, unit_name, wrapped
from scenario.words import Words

_CELLS = 20
_LEAST, _MOST = 25, 100
"""Between these every index lies (PermenPANRB 14/2017: answers 1 to 4, times 25)."""


def silent(outcome: Outcome, words: Words) -> Iterator[str]:
    """That citizens were not heard here."""
    if not outcome.surveys and not outcome.complaints:
        yield "  " + words("citizens-none")


def surveys(outcome: Outcome, words: Words) -> Iterator[str]:
    """The satisfaction index (SKM) of each service, period by period, as a bar from 25 to 100, and from where to where it went."""
    if not outcome.surveys:
        return

    def service(row: Row) -> tuple[str, str]:
        return row["unit"], row["service"]

    ordered = in_time({row["period"] for row in outcome.surveys})
    found = sorted(outcome.surveys, key=lambda row: (*service(row), ordered.index(row["period"])))
    rows = [
        [
            unit_name(row["unit"]),
            words.named(row["service"]),
            words.short(row["period"]),
            str(row["n"]),
            words.number(row["index"]),
            row["mutu"],
            drawn(row["index"]),
        ]
        for row in found
    ]
    heads = [words("unit"), words("service"), words("period"), words("answers"), words("index"), words("mutu"), ""]
    yield from table(heads, rows, right=(3, 4))
    for (unit, name), of_it in groupby(found, key=service):
        both_ends = list(of_it)
        first, last = both_ends[0], both_ends[-1]
        if first is not last:
            ends = {"from_": words.number(first["index"]), "to": words.number(last["index"])}
            spans = {"first": words.period(first["period"]), "last": words.period(last["period"])}
            yield from wrapped(words("rose", unit=unit_name(unit), service=words.named(name), **ends, **spans))


def drawn(index: str) -> str:
    """An index as a bar: nothing at 25, full at 100."""
    return bar((Fraction(index) - _LEAST) / (_MOST - _LEAST), _CELLS).rstrip()


def complaints(outcome: Outcome, words: Words) -> Iterator[str]:
    """Each complaint with its term, when it was answered, and whether it was founded; what was said is not shown."""
    rows = [
        [
            unit_name(row["unit"]),
            str(number),
            words.code(row["kind"], "complaint"),
            words.date(row["received_on"]),
            words.date(row["due"]),
            words.date(row["resolved_on"]) if row["resolved_on"] else "–",
            _whether(row["in_time"], words),
            _whether(row["founded"], words),
        ]
        for row, number in numbered(outcome.complaints)
    ]
    if rows:
        heads = ["unit", "number", "kind", "came", "last-day", "resolved", "in-time", "founded"]
        yield from table([words(head) for head in heads], rows, right=[1])


def numbered(rows: list[Row]) -> Iterator[tuple[Row, int]]:
    """Complaints with their number within the unit, as they came in: their own ids are different wherever the year is played."""
    for _, same in groupby(sorted(rows, key=_came), key=lambda row: row["unit"]):
        yield from ((row, number) for number, row in enumerate(same, start=1))


def _came(row: Row) -> tuple[str, ...]:
    return row["unit"], row["received_on"], row["kind"], row["resolved_on"] or ""


def _whether(answer: bool | None, words: Words) -> str:
    return "–" if answer is None else words("yes" if answer else "no")


def improvements(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """Each improvement item, by unit and number, with its cause, its last day and what was done."""
    causes = _causes(outcome, words)
    for unit, items in groupby(outcome.improvements, key=lambda row: row["unit"]):
        for number, row in enumerate(items, start=1):
            yield from wrapped(
                words(
                    "improvement",
                    unit=unit_name(unit),
                    number=number,
                    opened=words.day(row["opened_at"], zone),
                    cause=causes.get(row["event"]) or words.code(row["cause"], "cause"),
                    due=words.date(row["due"]),
                    done=_done(row, words),
                )
            )


def _causes(outcome: Outcome, words: Words) -> dict[str, str]:
    """The event of a complaint's outcome or of a survey's result → what it was, in words."""
    resolved = {
        row["event"]: words("by-complaint", number=number, day=words.date(row["received_on"]))
        for row, number in numbered(outcome.complaints)
        if row["resolved_on"]
    }
    published = {
        row["event"]: words(
            "by-falling-index",
            service=words.named(row["service"]),
            index=words.number(row["index"]),
            period=words.period(row["period"]),
        )
        for row in outcome.surveys
    }
    return resolved | published


def _done(row: Row, words: Words) -> str:
    if row["status"] == "closed":
        return words("done", day=words.date(row["done_on"]), what=(row["what"] or "–").rstrip("."))
    return words("open") + (f", {words('item-overdue')}" if row["overdue"] else "")
