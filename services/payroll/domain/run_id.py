"""How a pay run is called: by its month, and with a number where it is a supplementary run (TPP susulan)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.kernel.periods import Period
from shared.kernel.refusal import Malformed

_FORM = re.compile(r"([12][0-9]{3}-(?:0[1-9]|1[0-2]))(?:\.(0[1-9]|[1-9][0-9]))?")
MOST = 99
"""Supplementary runs of one month."""


@dataclass(frozen=True, order=True)
class RunId:
    """The ordinary run of `month` has the number 0; its supplementary runs count from 1. Ordered as they follow each other, as text too."""

    month: str
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> RunId:
        """Read ``2026-10`` or ``2026-10.01``; Malformed for any other text."""
        found = _FORM.fullmatch(text)
        if not found:
            raise Malformed("a pay run such as 2026-10, or its supplementary run 2026-10.01", repr(text[:40]))
        return cls(str(Period.parse(found[1])), int(found[2] or 0))

    def __str__(self) -> str:
        return f"{self.month}.{self.number:02d}" if self.number else self.month

    @property
    def period(self) -> Period:
        return Period.parse(self.month)

    @property
    def next_month(self) -> RunId:
        """The ordinary run of the month after."""
        return RunId(str(self.period.shift(1)))


def month_of_run(run: str) -> str:
    """The month whose run, or supplementary run, this is."""
    return RunId.parse(run).month
