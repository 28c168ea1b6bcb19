"""Pages: a list is read in pieces, each beginning after the last key of the one before."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.http.problems import Problem
from shared.views.view import Row

USUAL = 100


Reader = Callable[[str, int], Sequence[Row]]
"""(after, most) → the rows after that key, in the order of their keys, at most so many."""


def page(read: Reader, asked: Mapping[str, str], most: int) -> dict[str, Any]:
    """``{"items": […], "next": cursor or None}``. `asked` are the request's parameters ``limit`` and ``cursor``."""
    limit = limit_of(asked, most)
    rows = read(key_of(asked["cursor"]) if "cursor" in asked else "", limit + 1)
    return {"items": rows[:limit], "next": cursor(rows[limit - 1]["key"]) if len(rows) > limit else None}


def limit_of(asked: Mapping[str, str], most: int) -> int:
    """The parameter ``limit``, 1 to `most`; without it the usual 100."""
    given = asked.get("limit")
    if given is None:
        return min(USUAL, most)
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= most:
        raise Problem("invalid-parameters", 422, f"limit from 1 to {most}", given[:40], "choose a limit in that range")
    return int(given)


def cursor(key: str) -> str:
    """A key as an opaque word."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(given: str) -> str:
    """The key that :func:`cursor` wrote; the problem 422 for anything else."""
    try:
        key = base64.b64decode((given + "=" * (-len(given) % 4)).encode(), altchars=b"-_", validate=True).decode()
        if not key or "\0" in key:
            raise ValueError("no key of a row")
        return key
    except (binascii.Error, ValueError):
        expected = "cursor as `next` of the page before gave it"
        raise Problem("invalid-parameters", 422, expected, given[:40], "begin without a cursor") from None
