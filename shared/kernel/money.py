"""Money and parts of it: integer rupiah, exact fractions, one rounding."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NewType

from shared.kernel.refusal import Malformed

Rupiah = NewType("Rupiah", int)
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400}|/[0-9]{1,400})?")


def half_up(exact: Fraction | Decimal | int) -> int:
    """Round to the nearest integer, halves away from zero: 0.5 → 1, 1.5 → 2, −0.5 → −1."""
    value = Fraction(exact)
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def rupiah(exact: Fraction | Decimal | int) -> Rupiah:
    """An exact amount rounded half up, once, to whole rupiah."""
    return Rupiah(half_up(exact))


def exact(value: int | str | Fraction | Decimal) -> Fraction:
    """A number from data or the wire as an exact fraction: ``"54.55"``, ``"1/9"``, ``97``. Floats are refused with TypeError.

    Text has ASCII digits only, and no exponent: ``1e999999`` would fill the memory. Malformed otherwise.
    """
    if isinstance(value, float):
        raise TypeError(f"expected an integer or a string such as '54.55', found the float {value!r}")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise Malformed("a number such as '54.55' or '1/9'", repr(value[:40]))
    return Fraction(value)


PLACES = 30
"""Decimals that an exact number is written with at most; one with more is written as a fraction."""


@lru_cache(maxsize=4096)
def exact_text(value: Fraction) -> str:
    """A decimal where one is exact with at most PLACES places (``95.5``), else a fraction (``286/3``); :func:`exact` reads both."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > PLACES:
        return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
