"""The allowance's computation: from a basic amount, shares and percentages to lines of whole rupiah."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from services.payroll.events import Line
from shared.kernel.money import Rupiah, exact, rupiah


@dataclass(frozen=True)
class Component:
    """One line of the allowance: `share` percent of the basic amount, times the percentages that `factors` name.

    `rule` says for each reader where the percentage comes from, such as a payout table's name.
    """

    name: str
    share: Fraction
    factors: tuple[str, ...]
    rule: str


def basic_allowance(position_allowance: int, *indices: Fraction) -> Rupiah:
    """Basic TPP of a job class: the class's *tunjangan kinerja* at BPK (Perpres 188/2014) × the region's indices, rounded once.

    Kepmendagri 900-4700/2020: fiscal capacity × construction cost × government performance (IKFD × IKK × IPPD).
    """
    return rupiah(position_allowance * prod(indices, start=Fraction(1)))


def lines_of(base: int, components: Sequence[Component], percents: Mapping[str, Fraction]) -> tuple[Line, ...]:
    """Each line exact, then rounded half up, once. `percents` gives each factor's percentage (of 100).

    Together the lines never exceed what their shares of `base` make: where rounding up would, the last line gives way
    (a share of 70 and 30 of 3,086,335 would otherwise pay one rupiah too much).
    """
    found = tuple(_line(base, component, percents) for component in components)
    ceiling = rupiah(Fraction(base) * sum((component.share for component in components), Fraction(0)) / 100)
    excess = sum(line.amount for line in found) - ceiling
    fitted: list[Line] = []
    for line in reversed(found):
        less = min(max(excess, 0), line.amount)
        excess -= less
        fitted.append(replace(line, amount=line.amount - less))
    return tuple(reversed(fitted))


def _line(base: int, component: Component, percents: Mapping[str, Fraction]) -> Line:
    percent = 100 * prod((percents[factor] / 100 for factor in component.factors), start=Fraction(1))
    amount = _rounded(base, component.share, percent)
    return Line(component.name, component.rule, base, exact_text(component.share), exact_text(percent), amount)


def _rounded(base: int, share: Fraction, percent: Fraction) -> Rupiah:
    return rupiah(Fraction(base) * share / 100 * percent / 100)


def gave_way(line: Line) -> Rupiah:
    """By how much a line is less than its own rounding, so that the lines together stay within `base`; 0 for a cut."""
    share, percent = exact(line.share_percent), exact(line.percent)
    return _rounded(line.base, share, percent) - line.amount if percent >= 0 else rupiah(0)


def extra_line(base: int, name: str, rule: str, share: Fraction) -> Line:
    """A line beside the components, outside their ceiling: `share` percent of `base` in full."""
    return Line(name, rule, base, exact_text(share), "100", rupiah(Fraction(base) * share / 100))


def cut_line(lines: Sequence[Line], name: str, rule: str, percent: int) -> Line:
    """A cut of `percent` on the sum of the components' rounded lines: rounded once, half up, and taken off."""
    base = sum(line.amount for line in lines)
    return Line(name, rule, base, "100", f"{-percent}", -rupiah(Fraction(base) * percent / 100))


def exact_text(value: Fraction) -> str:
    """The exact number as text: a decimal where it ends (``54.55``), else a fraction (``1/3``). Inverse of ``money.exact``."""
    denominator, places = value.denominator, 0
    while denominator != 1 and (10**places) % denominator:
        if places > 18:
            return f"{value.numerator}/{value.denominator}"
        places += 1
    scaled = abs(value.numerator) * 10**places // denominator
    digits = str(scaled).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if value < 0 else text
