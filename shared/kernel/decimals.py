"""Decimals as text: the one limit of what a number that people report may look like, at every edge and in every event.

The published form ``decimal`` of the contracts says the same; a test compares them.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from shared.kernel.refusal import Malformed

WHOLE = 15
"""Digits before the point: what a spreadsheet keeps of a number."""

PLACES = 12
"""Digits after the point."""

DECIMAL = re.compile(rf"[0-9]{{1,{WHOLE}}}(\.[0-9]{{1,{PLACES}}})?")
"""Zero or more, in plain digits with a point."""

SAID = f"at most {WHOLE} digits before and {PLACES} after the decimal sign"

_WIDE = Context(prec=400)
_KEPT = Context(prec=15, rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """The number in digits alone, without an exponent and without zeros that say nothing."""
    found = format(_WIDE.normalize(value), "f")
    return "0" if found == "-0" else found


def to_places(value: Decimal) -> Decimal:
    """Rounded half up to the digits after the point that are kept."""
    return value.quantize(Decimal(1).scaleb(-PLACES), rounding=ROUND_HALF_UP, context=_WIDE)


def of_float(value: float) -> Decimal:
    """A spreadsheet's number: 15 significant digits, which is all that it computes with, then at most `PLACES` after the point.

    0.1 + 0.2 is 0.3, and 97.33333333333333 is 97.333333333333. Malformed for what is no number, and where rounding would leave nothing
    of it.
    """
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise Malformed("a number", str(exact))
    found = to_places(_KEPT.plus(exact))
    if exact and not found:
        raise Malformed(f"a number of {plain(Decimal(1).scaleb(-PLACES))} or more, or zero", repr(value))
    return found
