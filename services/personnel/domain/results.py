"""Finalised results as personnel knows them, and what a whole year came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from shared.kernel.periods import Period

ORDER = {"sangat_kurang": 0, "kurang": 1, "butuh_perbaikan": 2, "cukup": 2, "baik": 3, "sangat_baik": 4}
"""How high a predicate stands; ``cukup`` (PP 30/2019) stands where ``butuh_perbaikan`` (PermenPANRB 6/2022) does."""


@dataclass(frozen=True)
class Score:
    """The superior's last score of one item; `achievement` in exact percent for a target that was measured.

    `value` is a rating, or in the numeric regime the text of `number`.
    """

    what: str
    item: str
    value: str
    achievement: Fraction | None
    event: str
    number: Fraction | None = None


@dataclass(frozen=True)
class Ended:
    """How a measure ended that came from a period's result: `kind` of the measure, `outcome`, and the event's id."""

    kind: str
    outcome: str
    event: str


@dataclass(frozen=True)
class Appraisal:
    """One period's result. `final` when Merit finalised or corrected it; an imported one counts as history.

    `event` is the id of the fact that settled the predicate, `settled` its moment; `indicators` gives each target id its indicator;
    `score` is the exact number of the numeric regime.
    """

    period: Period
    predicate: str
    event: str
    settled: datetime
    final: bool
    scores: tuple[Score, ...] = ()
    indicators: Mapping[str, str] | None = None
    score: Fraction | None = None
    ended: tuple[Ended, ...] = ()


History = Mapping[str, Appraisal]


def year_results(history: History, year: int, *, imported: bool = True) -> tuple[Appraisal, ...]:
    """The results that cover a whole year: the yearly one, else all four quarters, else all twelve months; none when it is not covered.

    Without `imported` only results that Merit finalised count.
    """
    whole = Period(year, 1, 12)
    quarters = [Period(year, first, first + 2) for first in (1, 4, 7, 10)]
    for periods in ([whole], quarters, whole.months):
        found = [history.get(str(period)) for period in periods]
        if all(one is not None and (imported or one.final) for one in found):
            return tuple(one for one in found if one is not None)
    return ()


def at_least(results: Sequence[Appraisal], predicate: str) -> bool:
    """Whether every result stands at least as high as `predicate`; False without results."""
    return bool(results) and all(ORDER[one.predicate] >= ORDER[predicate] for one in results)


def mean_order(results: Sequence[Appraisal]) -> Fraction:
    """The mean of how high the results stand, 0 to 4."""
    return Fraction(sum(ORDER[one.predicate] for one in results), len(results))


def written(value: Fraction) -> str:
    """An exact number as text: a decimal where it ends, else a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    while rest % 2 == 0:
        rest, places = rest // 2, places + 1
    while rest % 5 == 0:
        rest, places = rest // 5, places + 1
    if rest != 1 or places > 12:
        return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}"
    return f"-{text}" if value < 0 else text
