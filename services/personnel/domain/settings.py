"""Reading a rule set's settings: each check names the place of what is wrong, what was expected there and what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from shared.kernel.money import exact
from shared.kernel.refusal import Refused

RATINGS = ("above", "as", "below")
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "cukup", "kurang", "sangat_kurang")
"""PermenPANRB 6/2022; ``cukup`` is PP 30/2019's word between Baik and Kurang."""
EMPLOYMENTS = ("PNS", "CPNS", "PPPK")
_CODE = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")
_CITED = re.compile(r"(?=.*[0-9])(?!.*[0-9]{8}[ .-]?[0-9]{6})[A-Za-z0-9][A-Za-z0-9 .,:;/()–-]{0,79}")


class Reader:
    """The checks for one kind of rule set; every one raises Refused (422) with the code ``<kind>-rules``."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def wrong(self, place: str, expected: str, found: object) -> Refused:
        return Refused(
            f"{self.kind}-rules",
            expected=f"{place}: {expected}",
            found=repr(found),
            remedy="correct the rule set and publish it again",
            status=422,
        )

    def keys(self, place: str, data: Any, needed: set[str], allowed: set[str] | frozenset[str] = frozenset()) -> Mapping[str, Any]:
        """An object with these members; what is not needed and not allowed is refused, so that a misspelt name is found."""
        if not isinstance(data, Mapping) or not needed <= set(data) <= needed | allowed:
            found = sorted(data) if isinstance(data, Mapping) else data
            more = f" (and {', '.join(sorted(allowed))})" if allowed else ""
            raise self.wrong(place, f"an object with {', '.join(sorted(needed)) or 'nothing needed'}{more}", found)
        return data

    def code(self, place: str, value: Any) -> str:
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            raise self.wrong(place, "a code of lower-case letters, digits and hyphens, at most 40", value)
        return value

    def cited(self, place: str, value: Any) -> str:
        """A law or decree with its number."""
        if not isinstance(value, str) or not _CITED.fullmatch(value):
            raise self.wrong(place, "a law or decree with its number, such as PP 94/2021 Pasal 11, at most 80 characters", value)
        return value

    def one_of(self, place: str, value: Any, allowed: Sequence[str]) -> str:
        if value not in allowed:
            raise self.wrong(place, " or ".join(allowed), value)
        return value

    def some_of(self, place: str, value: Any, allowed: Sequence[str], *, empty: bool = False) -> tuple[str, ...]:
        """A list of different words out of `allowed`."""
        if not isinstance(value, list | tuple) or not (value or empty) or len(set(map(str, value))) != len(value):
            raise self.wrong(place, f"a list, each once, of {', '.join(allowed)}", value)
        return tuple(self.one_of(place, one, allowed) for one in value)

    def listed(self, place: str, value: Any) -> Sequence[Any]:
        if not isinstance(value, list | tuple):
            raise self.wrong(place, f"a list of {place.rpartition('.')[2]}", value)
        return value

    def whole(self, place: str, value: Any, least: int, most: int) -> int:
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(place, f"a whole number from {least} to {most}", value)
        return value

    def whole_or_none(self, place: str, value: Any, least: int, most: int) -> int | None:
        return None if value is None else self.whole(place, value, least, most)

    def number(self, place: str, value: Any) -> Fraction:
        if type(value) not in (int, str):
            raise self.wrong(place, "an exact number such as '100'", value)
        try:
            return exact(value)
        except (ValueError, ZeroDivisionError):
            raise self.wrong(place, "an exact number such as '100'", value) from None

    def yes_no(self, place: str, value: Any) -> bool:
        if type(value) is not bool:
            raise self.wrong(place, "true or false", value)
        return value

    def day_or_none(self, place: str, value: Any) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(place, "a date such as 2026-01-01, or null", value) from None
