"""Cells of imported spreadsheets: each kind of column reads its text strictly, and says what it expected.

Every cell comes as text, stripped and not empty; XLSX numbers and dates were written out as ``12.5`` and ``2026-04-01``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.kernel import decimals
from shared.kernel.periods import Period, within_life
from shared.kernel.refusal import Malformed

LONGEST = 2000
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}([.,][0-9]{3})+")
_GROUPED = re.compile(r"(?P<whole>-?[1-9][0-9]{0,2}(?:(?P<mark>[.,' ])[0-9]{3})(?:(?P=mark)[0-9]{3})*)(?P<rest>[.,][0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+([.,][0-9]+)?")
_FIRST_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-01")
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|(?P<d>[0-9]{1,2})[/-](?P<m>[0-9]{1,2})[/-](?P<y>[0-9]{4})")


Parse = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """A column under `head` becomes the row's member `name`. Not `required`: the column may be missing and its cells empty; they then say
    `default`, the same as a cell with it written out.

    `parse` raises Malformed.
    """

    head: str
    name: str
    parse: Parse
    required: bool = True
    default: Any = None


def text(cell: str) -> str:
    """Any text up to 2,000 characters."""
    if len(cell) > LONGEST:
        raise Malformed(f"at most {LONGEST} characters", f"{len(cell)}")
    return cell


def code(cell: str) -> str:
    """A code of small letters, digits and hyphens; capitals are made small."""
    # Some letters of other alphabets become ours when made small, such as the sign for kelvin.
    found = cell.lower() if cell.isascii() else cell
    if not re.fullmatch(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}", found):
        raise Malformed("a code of letters, digits and hyphens, up to 40, and no NIP", repr(cell[:60]))
    return found


def integer(cell: str) -> int:
    """A whole number without thousand separators."""
    if not re.fullmatch(r"-?[0-9]{1,18}", cell):
        hint = f", such as {re.sub('[.,]', '', cell)}" if _THOUSANDS.fullmatch(cell) else ""
        raise Malformed(f"a whole number without thousand separators{hint}", repr(cell[:60]))
    return int(cell)


def decimal(cell: str) -> Decimal:
    """An exact number with a decimal comma or point, without thousand separators. ``1.234`` could be either and is refused."""
    found = repr(cell[:60])
    if _THOUSANDS.fullmatch(cell):
        plain = re.sub("[.,]", "", cell)
        raise Malformed(f"a number without thousand separators: {plain}, or {cell.replace(',', '.', 1)}0 for a fraction", found)
    if grouped := _GROUPED.fullmatch(cell):
        plain = re.sub("[.,' ]", "", grouped["whole"]) + (grouped["rest"] or "").replace(".", ",")
        raise Malformed(f"a number without thousand separators: {plain}", found)
    if cell.endswith("%") and _PLAIN.fullmatch(cell[:-1].strip()):
        raise Malformed(f"a number without a percent sign: {cell[:-1].strip()}, where the unit is percent", found)
    if not _PLAIN.fullmatch(cell):
        raise Malformed("a number such as 97 or 97,5", found)
    exact = Decimal(cell.replace(",", "."))
    whole, _, places = cell.lstrip("-").replace(",", ".").partition(".")
    if len(whole) > decimals.WHOLE:
        raise Malformed(f"a number with {decimals.SAID}; choose a larger unit", found)
    if len(places) > decimals.PLACES:
        raise Malformed(f"a number with {decimals.SAID}, such as {decimals.plain(decimals.to_places(exact))}", found)
    return Decimal(decimals.plain(exact))


def day(cell: str) -> date:
    """``2026-04-30`` or, as Indonesia writes it, ``30/04/2026`` and ``30-04-2026``."""
    matched = _DAY.fullmatch(cell)
    try:
        if matched and matched["year"]:
            return within_life(date(int(matched["year"]), int(matched["month"]), int(matched["day"])))
        if matched:
            return within_life(date(int(matched["y"]), int(matched["m"]), int(matched["d"])))
    except ValueError:
        pass
    raise Malformed("a date such as 2026-04-30 or 30/04/2026 (day first)", repr(cell[:60]))


def month(cell: str) -> Period:
    """``2026-04``, also where the spreadsheet has made it a date: the month's first day."""
    return Period.parse(cell.removesuffix("-01") if _FIRST_DAY.fullmatch(cell) else cell, "month")


def period(cell: str) -> Period:
    """``2026``, ``2026-Q1`` or ``2026-04``."""
    return Period.parse(cell)


def one_of(words: Mapping[str, Any]) -> Parse:
    """One of these words, capitals or not; the value is what the word stands for."""
    known = {word.casefold(): value for word, value in words.items()}

    def parse(cell: str) -> Any:
        """One of the words."""
        found = cell.casefold() if cell.isascii() else cell
        if found not in known:
            raise Malformed(f"one of: {', '.join(words)}", repr(cell[:60]))
        return known[found]

    parse.__doc__ = f"One of: {', '.join(words)}."
    return parse


yes_no: Parse = one_of({"ya": True, "tidak": False})
