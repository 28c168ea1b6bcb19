"""What the report's sections share: wrapped sentences, short predicates, bars, commands, and reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from textwrap import fill

from scenario.report import Outcome, Row
from scenario.words import Words
from shared.kernel.money import half_up
from shared.words.reasons import reason

SHORT = {"sangat_baik": "SB", "baik": "B", "butuh_perbaikan": "BP", "cukup": "C", "kurang": "K", "sangat_kurang": "SK"}
WIDE = 120


def wrapped(text: str, indent: int = 2) -> Iterator[str]:
    """A sentence in lines of a terminal's width, the later ones further in."""
    yield from fill(text, WIDE, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False).splitlines()


def bar(part: Fraction, cells: int, mark: Fraction | None = None) -> str:
    """A bar of `cells` characters filled by a part of 1, with a line where `mark` (a part of 1 too) stands.

    Whatever is more than nothing shows, and only the whole fills every cell.
    """
    filled = min(cells, half_up(part * cells))
    if 0 < part < 1:
        filled = min(max(filled, 1), cells - 1)
    drawn = ["█"] * filled + [" "] * (cells - filled)
    if mark is not None:
        drawn.insert(min(cells, half_up(mark * cells)), "│")
    return "".join(drawn)


def percent(part: Fraction) -> str:
    """A part of 1 in whole percent, rounded half up."""
    return str(half_up(part * 100))


def unit_name(unit: str) -> str:
    """How a unit is called in the report: its code as an abbreviation, which the report's beginning spells out."""
    return unit.upper()


def explaining(outcome: Outcome, employee: str, month: str) -> str:
    """The command that explains one person's month."""
    return f"./merit explain {employee} {month} --agency {outcome.place.agency}"


def document(row: Row) -> str:
    """The document of a decision, in brackets behind it."""
    return f" ({row['document']})" if row.get("document") else ""


def because(reasons: Iterable[Row], outcome: Outcome, words: Words) -> str:
    """The reasons of a proposal, each once, in a row."""
    tests, periods = _tests(outcome), _periods(outcome)
    told = (reason(one, words, tests.get(one["code"], ""), periods.get(one["event"] or "", "")) for one in reasons)
    return "; ".join(dict.fromkeys(told))


def _tests(outcome: Outcome) -> Mapping[str, str]:
    """A condition's code → what it looks at, as the place's own rules say."""
    found = {}
    for rules in outcome.rules:
        if rules["kind"] == "development":
            found |= {one["code"]: next(iter(one["when"])) for one in rules["settings"]["conditions"]}
    return found


def _periods(outcome: Outcome) -> Mapping[str, str]:
    """The event of a result or of a survey's publication → its period."""
    judged = {step["event"]: row["period"] for row in outcome.appraisals for step in row["history"]}
    return judged | {row["event"]: row["period"] for row in outcome.surveys}
