"""Months that are paid before they end, by a rule of the place: December, because the budget's year closes (by about the 20th)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.kernel.periods import Period
from shared.kernel.settings import Settings

PROVISIONAL, FULL_ATTENDANCE = "provisional", "full"
"""What stands for a month's attendance while it runs: what was recorded of it up to a day, or without that no deduction."""
HOLD, LAST_PREDICATE = "hold", "last"


@dataclass(frozen=True)
class EarlyRule:
    """`months` (1–12) are paid from their day `from_day` on. `source`: the region's own regulation.

    `attendance`: ``provisional`` counts what is recorded up to a day, the days after it as attended in full; ``full`` does the same, and
    counts a month of which nothing is recorded as attended in full. `predicate`: ``last`` pays by the last one known where that of the
    month's own period is not there yet. Both hold while the month runs. What becomes known afterwards is settled as a difference.
    """

    months: frozenset[int]
    from_day: int
    attendance: str
    predicate: str
    source: str

    def covers(self, month: Period) -> bool:
        return month.first in self.months

    def runs(self, month: Period, today: date | None) -> bool:
        """Whether `month` is one of the rule's and has not ended: what is recorded of a part of it counts so long."""
        return self.covers(month) and today is not None and today <= month.end

    def first_day(self, month: Period) -> date:
        return month.start.replace(day=self.from_day)

    def holds(self, month: Period, today: date | None) -> bool:
        """Whether `month` is paid on `today` although it has not ended."""
        return self.runs(month, today) and self.first_day(month) <= today


def read_early(said: Settings) -> EarlyRule | None:
    """``pay_before_end``: {months, from_day, attendance, predicate, source}; none or null: no month is paid before it ends."""
    rule = said.part_or_none("pay_before_end")
    if rule is None:
        return None
    months = rule.take("months", expected="a list of months from 1 to 12")
    if not isinstance(months, list | tuple) or not months or not all(type(one) is int and 1 <= one <= 12 for one in months):
        raise rule.wrong("months", "a list of months from 1 to 12", months)
    return EarlyRule(
        frozenset(months),
        rule.whole("from_day", 1, 28),
        rule.one_of("attendance", (PROVISIONAL, FULL_ATTENDANCE), PROVISIONAL),
        rule.one_of("predicate", (HOLD, LAST_PREDICATE), HOLD),
        rule.text("source"),
    )
