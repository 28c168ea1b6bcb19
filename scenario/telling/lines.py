"""What the report's sections share: wrapped sentences, short predicates, bars, and reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from textwrap import fill

from scenario.report import Outcome, Row
from scenario.words import Words

SHORT = {"sangat_baik": "SB", "baik": "B", "butuh_perbaikan": "BP", "kurang": "K", "sangat_kurang": "SK"}
WIDE = 120


def wrapped(text: str, indent: int = 2) -> Iterator[str]:
    """A sentence in lines of a terminal's width, the later ones further in."""
    yield from fill(text, WIDE, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)).splitlines()


def bar(part: Fraction, cells: int, mark: Fraction | None = None) -> str:
    """A bar of `cells` characters filled by a part of 1, with a line where `mark` (a part of 1 too) stands."""
    drawn = ["█"] * min(cells, int(part * cells + Fraction(1, 2)))
    drawn += [" "] * (cells - len(drawn))
    if mark is not None:
        drawn.insert(min(cells, int(mark * cells + Fraction(1, 2))), "│")
    return "".join(drawn)


def because(reasons: Iterable[Row], outcome: Outcome, words: Words) -> str:
    """The reasons of a proposal, each once, in a row."""
    tests = _tests(outcome)
    return "; ".join(dict.fromkeys(_reason(one, tests, words) for one in reasons))


def _tests(outcome: Outcome) -> Mapping[str, str]:
    """A condition's code → what it looks at, as the place's own rules say."""
    found = {}
    for rules in outcome.rules:
        if rules["kind"] == "development":
            found |= {one["code"]: next(iter(one["when"])) for one in rules["settings"]["conditions"]}
    return found


def _reason(reason: Row, tests: Mapping[str, str], words: Words) -> str:
    code, found = reason["code"], reason["found"]
    if found in SHORT:
        return words("by-predicate", predicate=words.code(found))
    if f"by-{code}" in words.said:
        return words(f"by-{code}", found=_found(found, words))
    form = {"peers": "by-peers", "target": "by-achievement"}.get(tests.get(code, ""), "by-score")
    shown = words.hundredths(int(found)) if form == "by-peers" else _found(found, words)
    return words(form, item=words.code(code), found=shown)


def _found(found: str, words: Words) -> str:
    """A date, a number or a code as it reads."""
    if len(found) == 10 and found[4:5] == found[7:8] == "-":
        return words.date(found)
    return words.number(found) if found[:1].isdigit() else words.code(found)
