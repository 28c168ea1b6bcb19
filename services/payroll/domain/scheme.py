"""The allowance's rules as a month uses them (:mod:`services.payroll.domain.settings` reads them from a rule set)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from services.payroll.domain.allowance import LARGEST_REMAINDER, Component
from services.payroll.domain.discipline import DisciplineRule
from services.payroll.domain.early import EarlyRule
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period

KIND = "allowance"
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
PREDICATE_FACTOR, DISCIPLINE = "predicate", "discipline"
JOB_CLASS = re.compile(r"[1-9][0-9]?")
NAME = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9_-]{0,39}")

DAYS, WORKING_DAYS, FIRST_DAY, LAST_DAY, LONGEST = "days", "working-days", "first-day", "last-day", "longest"
WITHIN_MONTH = (DAYS, WORKING_DAYS, FIRST_DAY, LAST_DAY, LONGEST)
"""How a month counts in which something changes: by its days, or as a whole by what holds on one day or longest.

BKN 5/2020 pays a new amount from the month after; others look at a day of the month, such as the 15th.
"""
WHOLE_MONTH, AS_WITHIN_MONTH = "whole-month", "within-month"
"""How a month counts in which service ends: to its last day, or as any other change within a month."""
PAID, LAPSES = "paid", "lapses"
"""What becomes of a bonus that was granted and is to be paid with a month after the end of service."""
EFFECTS: Mapping[str, Callable[[Period], Period]] = {
    "next_quarter": lambda month: month.quarter.shift(-1),
    "next_year": lambda month: Period(month.year - 1, 1, 12),
    "next_month": lambda month: month.shift(-1),
    "same_month": lambda month: month,
}
"""For each effect the appraised period that pays a month. Permenlu 3/2025 art. 15: next quarter; PermenLHK 6/2024 art. 19: next year."""


@dataclass(frozen=True)
class Tables:
    """National tables by name: amounts by job class in rupiah, percentages by predicate, each table with its legal source.

    `interruptions`: what is paid during each kind of interruption where a rule set does not say it, in percent. `bonuses`: what becomes
    of a bonus after each kind of end, PAID or LAPSES.
    """

    basic: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    payout: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    interruptions: Mapping[str, Fraction] = field(default_factory=dict)
    bonuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Extra:
    """A line of its own beside the components: `share` percent of the basic amount, for these predicates."""

    name: str
    when: frozenset[str]
    share: Fraction


@dataclass(frozen=True)
class CutRule:
    """A region's own regulation that sanctions cut the allowance, for months that begin on `since` or later.

    PP 94/2021 art. 42 defers its own cut until salaries are regulated anew; without such a rule no sanction touches the allowance.
    """

    since: date
    source: str


@dataclass(frozen=True)
class Scheme:
    """A rule set, ready to compute with. `when_missing`: ``hold``, ``last`` or the percentage that is paid without a predicate.

    `names` maps predicates of another regime, such as *cukup* of PP 30/2019, to those of the payout table. `rest`: which lines get the
    rupiah that rounding leaves. `within_month`: one of WITHIN_MONTH, or the day of the month that decides for all of it. `interruptions`:
    what is paid during each kind, in percent. `ends`: for a kind of end how its month counts. `without_predicate`: ``hold``, the percentage
    or the predicate that pays a month whose appraised period the person was away from altogether; None: `when_missing` decides.
    `early`: months that are paid before they end. `bonuses`: for a kind of end whether a bonus is paid with a month after it.
    `own`: what rules read of settings of their own, by the rule's name.
    """

    rule_set: str
    sources: tuple[str, ...]
    components: tuple[Component, ...]
    basic: Mapping[int, Rupiah]
    payout: Mapping[str, Fraction]
    effect: str
    pay_basis: str
    when_missing: str | Fraction
    discipline: DisciplineRule | None
    recovery_cap: Fraction
    extras: tuple[Extra, ...] = ()
    cut: CutRule | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    rest: str = LARGEST_REMAINDER
    within_month: str | int = DAYS
    interruptions: Mapping[str, Fraction] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    without_predicate: str | Fraction | None = None
    early: EarlyRule | None = None
    bonuses: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)

    def uses(self, factor: str) -> bool:
        return any(factor in component.factors for component in self.components)

    def pays(self, month: Period) -> Period:
        """The appraised period whose predicate pays `month`."""
        return EFFECTS[self.effect](month)

    def named(self, predicate: str) -> str:
        """The predicate as the payout table calls it."""
        return self.names.get(predicate, predicate)

    def cuts(self, month: Period) -> bool:
        """Whether a sanction cuts the allowance of `month`."""
        return self.cut is not None and self.cut.since <= month.start


def paid_months(period: Period) -> tuple[Period, ...]:
    """Every month that `period` may pay under some effect. A period's kind leaves one effect, a month's two."""
    if period.kind == "month":
        return (period, period.shift(1))
    return period.shift(1).months
