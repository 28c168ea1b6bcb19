"""An explanation tells the targets of the plans that count for the appraised months, and of no other."""

from __future__ import annotations

from datetime import date

import pytest

from services.payroll.domain.explanation import plans_counting
from services.payroll.heard import PlanApproved
from shared.kernel.periods import Period

JANUARY = PlanApproved("m1", "2026", 1)
MAY = PlanApproved("m1", "2026", 2, date(2026, 5, 4))


@pytest.mark.parametrize(("period", "versions"), [
    ("2026-Q1", {1}), ("2026-05", {1}), ("2026-06", {2}), ("2026-Q2", {1, 2}), ("2026-Q3", {2}), ("2026", {1, 2}),
])  # fmt: skip
def test_a_plan_made_anew_counts_from_its_first_whole_month_on(period: str, versions: set[int]):
    assert plans_counting([JANUARY, MAY], Period.parse(period)) == versions
    assert plans_counting([JANUARY], Period.parse(period)) == {1}


def test_a_version_that_a_later_one_of_the_same_month_replaced_counts_for_none():
    again = PlanApproved("m1", "2026", 3, date(2026, 6, 1))
    assert plans_counting([JANUARY, MAY, again], Period.parse("2026-Q2")) == {1, 3}
