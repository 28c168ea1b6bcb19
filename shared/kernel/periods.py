"""Periods of appraisal and pay: a year ``2026``, a quarter ``2026-Q1``, a month ``2026-04``.

    Period.parse("2026-04").quarter == Period.parse("2026-Q2")

Text from outside is read by :func:`period_of`, which refuses; text that was checked before by :meth:`Period.parse`. Both take the kinds
of period that are meant, and without any all three. A day is read by :func:`parse_day`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from shared.kernel.refusal import Malformed

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""No agency's period or day lies outside: what is read from outside is bounded, so that no work grows with a year in a request."""
_FORMS = re.compile(r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
_SUCH_AS = {"year": "a year such as 2026", "quarter": "a quarter such as 2026-Q1", "month": "a month such as 2026-04"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Period:
    """Months `first` to `last` (1–12) of a year. Made with :meth:`parse` or :func:`month`; printed with ``str``."""

    year: int
    first: int
    last: int

    @staticmethod
    @lru_cache(maxsize=4096)
    def parse(text: str, *kinds: str) -> Period:
        """Read ``2026``, ``2026-Q1`` or ``2026-04``. Malformed for any other text, and for a period of none of the `kinds`."""
        matched = _FORMS.fullmatch(text)
        period = _of(matched) if matched else None
        if period is None or not FIRST_YEAR <= period.year <= LAST_YEAR or (kinds and period.kind not in kinds):
            expected = " or ".join(_SUCH_AS[kind] for kind in kinds) or "a period such as 2026, 2026-Q1 or 2026-04"
            raise Malformed(f"{expected}, from {FIRST_YEAR} to {LAST_YEAR}", repr(text[:40]))
        return period

    @lru_cache(maxsize=4096)  # noqa: B019 - a period is a value, and there are few
    def __str__(self) -> str:
        if self.kind == "year":
            return f"{self.year}"
        if self.kind == "quarter":
            return f"{self.year}-Q{(self.first + 2) // 3}"
        return f"{self.year}-{self.first:02d}"

    @property
    def kind(self) -> str:
        """``year``, ``quarter`` or ``month``."""
        return {12: "year", 3: "quarter", 1: "month"}[self.last - self.first + 1]

    @property
    def start(self) -> date:
        return date(self.year, self.first, 1)

    @property
    def end(self) -> date:
        """The last day."""
        after = date(self.year + 1, 1, 1) if self.last == 12 else date(self.year, self.last + 1, 1)
        return after - timedelta(days=1)

    @property
    def months(self) -> tuple[Period, ...]:
        return tuple(Period(self.year, number, number) for number in range(self.first, self.last + 1))

    @property
    def quarter(self) -> Period:
        """The quarter that a month (or the quarter itself) lies in."""
        first = 3 * ((self.first + 2) // 3) - 2
        return Period(self.year, first, first + 2)

    def shift(self, count: int) -> Period:
        """The period of the same kind, `count` periods later (earlier when negative)."""
        length = self.last - self.first + 1
        index = self.year * 12 + self.first - 1 + count * length
        year, first = index // 12, index % 12 + 1
        return Period(year, first, first + length - 1)

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


def _of(matched: re.Match[str]) -> Period:
    year = int(matched["year"])
    if matched["quarter"]:
        first = 3 * int(matched["quarter"]) - 2
        return Period(year, first, first + 2)
    if matched["month"]:
        return Period(year, int(matched["month"]), int(matched["month"]))
    return Period(year, 1, 12)


def period_of(text: str, *kinds: str, code: str = "period-invalid") -> Period:
    """As :meth:`Period.parse`; Refused (422) with this code in place of Malformed."""
    try:
        return Period.parse(text, *kinds)
    except Malformed as malformed:
        raise malformed.refused(code, "correct the period") from None


def month(year: int, number: int) -> Period:
    """The month `number` (1–12) of `year`."""
    return Period(year, number, number)


def month_of(day: date) -> Period:
    return Period(day.year, day.month, day.month)


def parse_day(text: str) -> date:
    """Read ``2026-04-01``, in ASCII digits and no other form of ISO 8601. Malformed for any other text."""
    try:
        if _DAY.fullmatch(text):
            return within_life(date.fromisoformat(text))
    except ValueError:
        pass
    raise Malformed(f"a day such as 2026-04-01, from {FIRST_YEAR} to {LAST_YEAR}", repr(text[:40]))


def within_life(day: date) -> date:
    """The day itself. Malformed when it lies outside the years of any agency's periods."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Malformed(f"a day from {FIRST_YEAR} to {LAST_YEAR}", str(day))
    return day
