"""A language: its sentences and words for codes, and how it writes amounts, dates and periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

Pairs = Mapping[str, tuple[str, str]]
"""A name → its words in Indonesian and in English."""

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


@dataclass(frozen=True)
class Words:
    """One language. `said` are the sentences, with places for what they tell of; `steps` those of an explanation, `codes` the words for
    codes in events and rules. `side`: which of a pair is this language's.
    """

    language: str
    side: int
    months: tuple[str, ...]
    thousands: str
    decimal: str
    said: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    def with_more(self, said: Pairs, codes: Pairs, steps: Pairs | None = None) -> Words:
        """The same language with further sentences, and words for further codes, names and steps."""

        def own(pairs: Pairs) -> dict[str, str]:
            return {name: pair[self.side] for name, pair in pairs.items()}

        return replace(
            self, said={**self.said, **own(said)}, codes={**self.codes, **own(codes)}, steps={**self.steps, **own(steps or {})}
        )

    def __call__(self, sentence: str, **parts: object) -> str:
        return self.said[sentence].format(**parts)

    def step(self, step: str, **parts: object) -> str:
        """The sentence of a step of an explanation."""
        return self.steps[step].format(**parts)

    def code(self, code: str, about: str = "") -> str:
        """A code in words, as a code about something (a cause, a kind of rules) where it has words of its own there.

        One without words stands in ‹angles›, so that a reader sees it and a test refuses it.
        """
        return self._known(code, about) or f"‹{code}›"

    def named(self, name: str, about: str = "") -> str:
        """A name that an agency gave itself (a programme, a post, a target), in words, or as it reads."""
        return self._known(name, about) or name.replace("-", " ").replace("_", " ")

    def _known(self, code: str, about: str) -> str | None:
        return next((self.codes[one] for one in (f"{about}:{code}", code, code.replace("-", "_")) if one in self.codes), None)

    def thousands_of(self, amount: int) -> str:
        """Rupiah in thousands, rounded half up: 3.038.392 is 3.038."""
        return self.rupiah((amount + 500) // 1000)

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
        """An exact number as text, for reading: a decimal of one or two places as it is, anything else with two places."""
        if "/" in exact or len(exact.partition(".")[2]) > 2:
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

    def short(self, text: str) -> str:
        """A period as the head of a column has room for it."""
        year, _, part = text.partition("-")
        if part.startswith("Q"):
            return self._quarter("quarter-short", year, part[1:])
        return f"{self.months[int(part) - 1][:3]} {year}" if part else text

    def period(self, text: str) -> str:
        """``2026``, ``2026-Q1`` or ``2026-04`` in words; what is no period as it is."""
        year, _, part = text.partition("-")
        if part.startswith("Q"):
            return self._quarter("quarter", year, part[1:])
        if part:
            return self.month(text)
        return self.said["year"].format(year=year) if year.isdigit() else text

    def _quarter(self, form: str, year: str, digit: str) -> str:
        return self.said[form].format(number=_ROMAN[digit], digit=digit, year=year)
