"""A language of the report: its sentences and words for codes, and how it writes amounts, dates and periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Words:
    """One language. `said` are the sentences, with places for what they tell of; `codes` the words for codes in events."""

    language: str
    months: tuple[str, ...]
    thousands: str
    decimal: str
    said: Mapping[str, str]
    codes: Mapping[str, str]

    def __call__(self, sentence: str, **parts: object) -> str:
        return self.said[sentence].format(**parts)

    def code(self, code: str) -> str:
        """A code in words; a code without words stands for itself."""
        return self.codes.get(code, code)

    def rupiah(self, amount: int) -> str:
        return f"{amount:,}".replace(",", self.thousands)

    def hundredths(self, number: int) -> str:
        """Hundredths as a decimal: 312 is 3,12."""
        return f"{number // 100}{self.decimal}{number % 100:02d}"

    def day(self, moment: str, zone: ZoneInfo, hour: bool = False) -> str:
        """An ISO moment as a day (and hour) where the agency is."""
        local = datetime.fromisoformat(moment).astimezone(zone)
        shown = f"{local.day} {self.months[local.month - 1]} {local.year}"
        return f"{shown} {local:%H.%M}" if hour else shown

    def date(self, text: str) -> str:
        """An ISO date in words."""
        year, month, day = text.split("-")
        return f"{int(day)} {self.months[int(month) - 1]} {year}"

    def last_day(self, moment: str, zone: ZoneInfo) -> str:
        """The last day that ends at `moment`, the first one too late."""
        return self.day((datetime.fromisoformat(moment) - timedelta(microseconds=1)).isoformat(), zone)

    def number(self, exact: str) -> str:
        """An exact number as text, for reading: a decimal as it is, a fraction with two decimals."""
        if "/" in exact:
            return self.hundredths(int((Fraction(exact) * 200 + 1) // 2))
        return exact.replace(".", self.decimal)

    def month(self, text: str, last: str = "") -> str:
        """``2026-04`` in words, or a span of months of one year."""
        year, _, number = text.partition("-")
        span = f"–{self.months[int(last[-2:]) - 1]}" if last and last != text else ""
        return f"{self.months[int(number) - 1]}{span} {year}"

    def title(self, text: str) -> str:
        """A section's title: a sentence of this language, or the words as they are."""
        return self.said.get(text, text)

    def period(self, text: str) -> str:
        """``2026``, ``2026-Q1`` or ``2026-04`` in words; what is no period as it is."""
        year, _, part = text.partition("-")
        if part.startswith("Q"):
            return self.said["quarter"].format(number={"1": "I", "2": "II", "3": "III", "4": "IV"}[part[1:]], year=year)
        if part:
            return self.month(text)
        return self.said["year"].format(year=year) if year.isdigit() else text
