"""The allowance's computation: from a basic amount, shares and percentages to lines of whole rupiah."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import floor, prod

from services.payroll.events import Line
from shared.kernel.money import Rupiah, exact, exact_text, half_up, rupiah

LARGEST_REMAINDER, EACH_LINE = "largest-remainder", "each-line"
"""Where the rest goes when lines are rounded; a component's name is the third way (:func:`lines_of`)."""


@dataclass(frozen=True)
class Component:
    """One line of the allowance: `share` percent of the basic amount, times the percentages that `factors` name.

    `rule` says for each reader where the percentage comes from, such as a payout table's name.
    """

    name: str
    share: Fraction
    factors: tuple[str, ...]
    rule: str


@dataclass(frozen=True)
class Portion:
    """Days of a month on one basic amount: `days` of the `of_days` that the month counts, from `since` to `until`, both inside.

    `percent` is what is paid on these days, less than 100 where an interruption of service, which `why` names, leaves less.
    """

    base: Rupiah
    job_class: int | None = None
    since: date | None = None
    until: date | None = None
    days: int = 1
    of_days: int = 1
    percent: Fraction = Fraction(100)
    why: str | None = None

    @property
    def part(self) -> Fraction:
        return Fraction(self.days, self.of_days)


def basic_allowance(position_allowance: int, *indices: Fraction) -> Rupiah:
    """Basic TPP of a job class: the class's *tunjangan kinerja* at BPK (Perpres 188/2014) × the region's indices, rounded once.

    Kepmendagri 900-4700/2020: fiscal capacity × construction cost × government performance (IKFD × IKK × IPPD).
    """
    return rupiah(position_allowance * prod(indices, start=Fraction(1)))


def lines_of(
    base: Rupiah | int | Sequence[Portion],
    components: Sequence[Component],
    percents: Mapping[str, Fraction],
    rest: str = LARGEST_REMAINDER,
) -> tuple[Line, ...]:
    """The components' lines in whole rupiah. `base`: the month's basic amount, or its portions; `percents`: each factor's percentage.

    Lines whose factors give the same percentage are parts of one whole, and sum to it exactly: to the exact sum, rounded half up once. Each
    is its exact value rounded up or down; `rest` says which of them get the rupiah that rounding down leaves:

    - ``largest-remainder``: those that lost most by rounding down; among equals the earlier line.
    - a component's name: its last line takes what the others, each rounded half up, leave. Where it is not among them: as above.
    - ``each-line``: each line is rounded half up by itself, so that the sum may differ from the whole. It is never more than what the
      shares of `base` make: where rounding would exceed that, the last line gives way.
    """
    portions = tuple(base) if isinstance(base, Sequence) else (Portion(Rupiah(base)),)
    return _lines_of(portions, tuple(components), tuple(percents.items()), rest)


@lru_cache(maxsize=4096)
def _lines_of(
    portions: tuple[Portion, ...], components: tuple[Component, ...], factors: tuple[tuple[str, Fraction], ...], rest: str
) -> tuple[Line, ...]:
    """Most months of most people are alike: a person's whole year is looked at again with every fact about him."""
    percents = dict(factors)
    found = [_line(portion, component, percents) for portion in portions for component in components]
    if rest == EACH_LINE:
        shares = sum((component.share for component in components), Fraction(0)) / 100
        ceiling = sum((portion.base * portion.part for portion in portions), Fraction(0)) * shares
        return _giving_way([replace(line, amount=rupiah(exact_amount(line))) for line in found], rupiah(ceiling))
    factored = [_percent(component, percents) for _ in portions for component in components]
    return _shared_out(found, factored, rest)


def _percent(component: Component, percents: Mapping[str, Fraction]) -> Fraction:
    return 100 * prod((percents[factor] / 100 for factor in component.factors), start=Fraction(1))


def _line(portion: Portion, component: Component, percents: Mapping[str, Fraction]) -> Line:
    """The line without its amount."""
    percent = _percent(component, percents) * portion.percent / 100
    rule = f"{component.rule} × {portion.why}" if portion.why else component.rule
    return _dated(Line(component.name, rule, portion.base, exact_text(component.share), exact_text(percent), 0), portion)


def _dated(line: Line, portion: Portion) -> Line:
    """With the days and the class of a portion that is not the whole month."""
    if portion.days == portion.of_days:
        return line
    return replace(line, job_class=portion.job_class, since=portion.since, until=portion.until, days=portion.days, of_days=portion.of_days)


def _shared_out(lines: Sequence[Line], wholes: Sequence[Hashable], rest: str) -> tuple[Line, ...]:
    """With amounts: the lines of each whole, which `wholes` names for each line, sum to its exact amount, rounded half up once."""
    amounts: dict[int, int] = {}
    for name in dict.fromkeys(wholes):
        places = [at for at, whole in enumerate(wholes) if whole == name]
        parts = [exact_amount(lines[at]) for at in places]
        takes = [at for at, place in enumerate(places) if rest in (lines[place].name, lines[place].name.rpartition("/")[2])]
        amounts |= zip(places, _by_name(parts, takes[-1]) if takes else apportion(parts), strict=True)
    return tuple(replace(line, amount=amounts[at]) for at, line in enumerate(lines))


def apportion(parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Parts of a whole in whole numbers that sum to the whole, rounded half up once: each is the part rounded down or up.

    By the largest remainder: those that lost most by rounding down get one more; among equals the earlier one.
    """
    floors = [floor(part) for part in parts]
    rest = half_up(sum(parts, Fraction(0))) - sum(floors)
    by_loss = sorted(range(len(parts)), key=lambda at: (floors[at] - parts[at], at))
    more = set(by_loss[:rest])
    return tuple(whole + (at in more) for at, whole in enumerate(floors))


def _by_name(parts: Sequence[Fraction], takes: int) -> tuple[int, ...]:
    """Each rounded half up, but for the one that takes what is left; never less than nothing."""
    rounded = [rupiah(part) for part in parts]
    left = rupiah(sum(parts, Fraction(0))) - (sum(rounded) - rounded[takes])
    if left < 0:
        return apportion(parts)
    return tuple(left if at == takes else amount for at, amount in enumerate(rounded))


def _giving_way(lines: Sequence[Line], ceiling: Rupiah) -> tuple[Line, ...]:
    """The last lines give way until all together are at most `ceiling`."""
    excess = sum(line.amount for line in lines) - ceiling
    fitted: list[Line] = []
    for line in reversed(lines):
        less = min(max(excess, 0), line.amount)
        excess -= less
        fitted.append(replace(line, amount=line.amount - less))
    return tuple(reversed(fitted))


def exact_amount(line: Line) -> Fraction:
    """What a line makes before it is rounded, in rupiah."""
    amount = Fraction(line.base) * exact(line.share_percent) / 100 * exact(line.percent) / 100
    return amount if line.days is None else amount * line.days / line.of_days


def shifted(line: Line) -> int:
    """By how many rupiah a line differs from its own rounding, so that the lines together make the whole; 0 for a cut."""
    return 0 if exact(line.percent) < 0 else line.amount - rupiah(exact_amount(line))


def extra_lines(portions: Sequence[Portion], name: str, rule: str, share: Fraction) -> tuple[Line, ...]:
    """Lines beside the components, outside their whole: `share` percent of each portion's base. They make a whole of their own."""
    found = [_line(portion, Component(name, share, (), rule), {}) for portion in portions]
    return _shared_out(found, [name] * len(found), LARGEST_REMAINDER)


def bonus_line(amount: int, name: str, rule: str) -> Line:
    """A sum that was granted, whatever the month's days."""
    return Line(name, rule, amount, "100", "100", amount)


def cut_line(lines: Sequence[Line], name: str, rule: str, percent: int) -> Line:
    """A cut of `percent` on the sum of the components' rounded lines: rounded once, half up, and taken off."""
    base = sum(line.amount for line in lines)
    return Line(name, rule, base, "100", f"{-percent}", -rupiah(Fraction(base) * percent / 100))
