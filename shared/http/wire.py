"""What goes over the wire: strict JSON in, plain JSON out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import orjson

LARGEST = 2**63 - 1
"""Beyond it an integer cannot be stored."""

DEEPEST = 32
"""Levels of lists and objects within each other."""

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class BadJson(ValueError):
    """`expected` and `found` say what is wrong with the text."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


def _default(value: Any) -> Any:
    if isinstance(value, Decimal | Fraction):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def dumps(value: Any) -> bytes:
    """JSON text. Moments in UTC, exact numbers (Decimal, Fraction) as text, sets sorted."""
    return orjson.dumps(value, default=_default, option=_OPTIONS)


def plain(value: Any) -> Any:
    """The value as it will be read on the other side: JSON values only."""
    return orjson.loads(dumps(value))


def check_json(raw: bytes) -> None:
    """BadJson for what is no JSON, or holds what cannot be stored: NaN, characters NUL, integers beyond 64 bits, deep nests."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadJson("JSON text", f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    for value in _leaves(found):
        if isinstance(value, str) and "\0" in value:
            raise BadJson("text without the character NUL (U+0000)", "one with it")
        # orjson reads integers beyond 64 bits as floats.
        if isinstance(value, int | float) and abs(value) > LARGEST:
            raise BadJson(f"numbers between -{LARGEST} and {LARGEST}", "a larger one")


def _leaves(value: Any) -> Iterator[Any]:
    """Every scalar and every name, without recursion."""
    waiting = [(value, 0)]
    while waiting:
        current, depth = waiting.pop()
        if depth > DEEPEST:
            raise BadJson(f"at most {DEEPEST} levels of lists and objects", "more")
        if isinstance(current, dict):
            yield from current
            waiting += [(inner, depth + 1) for inner in current.values()]
        elif isinstance(current, list):
            waiting += [(inner, depth + 1) for inner in current]
        else:
            yield current
