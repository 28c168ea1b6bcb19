"""Exact numbers as text, as events and answers carry them."""

from __future__ import annotations

from fractions import Fraction


def exact_text(value: Fraction) -> str:
    """A decimal where one is exact (``95.5``), else a fraction (``286/3``); both are read by ``shared.kernel.money.exact``."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return str(value)
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
