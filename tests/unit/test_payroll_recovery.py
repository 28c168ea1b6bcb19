"""What was overpaid comes back: never more than the cap of a run, always exactly the debt, and beside the runs where none is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.payroll.domain.recovery import Outstanding, give_back, owed, settle
from services.payroll.domain.repayment import REPAYMENT, RecordRepayment
from services.payroll.events import PaidAdjustment, RepaymentReceived
from tests.support.deciding import Then, given

JUNE = date(2026, 6, 8)
DEBT = (Outstanding("2026-01", "e1", "c", -300), Outstanding("2026-02", "e2", "c", -500), Outstanding("2026-02", "e3", "c", 100))


def minus(due: Sequence[Outstanding], paid: Sequence[PaidAdjustment]) -> tuple[Outstanding, ...]:
    """What is left of each part."""
    settled: dict[str, int] = {}
    for part in paid:
        settled[part.event] = settled.get(part.event, 0) + part.amount
    left = (Outstanding(one.month, one.event, one.cause, one.amount - settled.get(one.event, 0)) for one in due)
    return tuple(one for one in left if one.amount)


@st.composite
def debts(draw: st.DrawFn) -> tuple[Outstanding, ...]:
    amounts = st.integers(-2_000_000, 2_000_000).filter(bool)
    months = draw(st.lists(st.sampled_from([f"2026-{number:02d}" for number in range(1, 7)]), min_size=1, max_size=6))
    return tuple(Outstanding(month, f"e{at}", "c", draw(amounts)) for at, month in enumerate(sorted(months)))


@for_all(debts(), st.lists(st.integers(0, 6_000_000), max_size=8), st.fractions(0, 100, max_denominator=7))
def test_no_run_takes_more_than_the_cap_and_all_of_them_together_take_the_debt(due: tuple, runs: list[int], cap: Fraction):
    total = sum(part.amount for part in due)
    settled = 0
    for posted in runs:
        debt, paid = owed(due), settle(posted, due, cap)
        nets: dict[str, int] = {}
        for part in paid:
            nets[part.month] = nets.get(part.month, 0) + part.amount
        upward = sum(net for net in nets.values() if net > 0)
        taken = -sum(net for net in nets.values() if net < 0)
        assert taken <= (posted + upward) * cap // 100 and taken <= debt
        assert posted + sum(nets.values()) >= 0, "nobody pays to be paid"
        due = minus(due, paid)
        assert owed(due) == debt - taken and not any(sum(p.amount for p in due if p.month == one.month) > 0 for one in due)
        settled += sum(nets.values())
    assert settled + sum(part.amount for part in due) == total


@for_all(debts(), st.integers(0, 6_000_000), st.fractions(0, 100, max_denominator=7))
def test_what_a_month_is_owed_is_paid_at_once_and_whole_whatever_the_cap(due: tuple, posted: int, cap: Fraction):
    paid = settle(posted, due, cap)
    for month in {part.month for part in due}:
        net = sum(part.amount for part in due if part.month == month)
        if net >= 0:
            assert sum(part.amount for part in paid if part.month == month) == net


def test_an_amount_owed_to_a_person_is_paid_where_nothing_may_be_taken():
    assert [part.amount for part in settle(0, (Outstanding("2026-01", "e1", "c", 900_000),), Fraction(0))] == [900_000]


@for_all(debts(), st.integers(100_000, 6_000_000))
def test_runs_that_pay_something_take_all_of_it_back_in_the_end(due: tuple, posted: int):
    debt = owed(due)
    for _ in range(debt // (posted // 4) + 2):
        due = minus(due, settle(posted, due, Fraction(25)))
    assert due == ()


@for_all(debts(), st.data())
def test_a_repayment_settles_exactly_its_amount_and_a_run_the_rest(due: tuple, data: st.DataObject):
    debt = owed(due)
    amount = data.draw(st.integers(0, debt))
    parts = give_back(due, amount)
    assert -sum(part.amount for part in parts) == amount
    assert owed(minus(due, parts)) == debt - amount


Received = Sequence[RepaymentReceived]


def repaid(past: Received, amount: int, document: str = "STS/1/2026", on: date = JUNE) -> Then:
    return given(REPAYMENT, *past).when(RecordRepayment("s1", document, on, amount, JUNE, DEBT))


def test_the_oldest_month_comes_first_and_the_same_receipt_counts_once():
    (received,) = repaid((), 400).events
    assert [(part.month, part.amount) for part in received.adjustments] == [("2026-01", -300), ("2026-02", -200), ("2026-02", 100)]
    repaid([received], 400).then()


@pytest.mark.parametrize(("amount", "document", "on", "code"), [
    (701, "STS/2/2026", JUNE, "repayment-over-debt"),
    (100, "STS/1/2026", JUNE, "repayment-recorded"),
    (100, "STS/2/2026", date(2026, 6, 9), "repayment-ahead"),
])  # fmt: skip
def test_what_cannot_be_is_refused(amount: int, document: str, on: date, code: str):
    assert repaid(repaid((), 400).events, amount, document, on).refused.code == code
