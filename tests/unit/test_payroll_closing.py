"""Runs, what they take back, and what is repaid beside them: whole events, on every boundary, and each refusal with its status."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from services.payroll.domain.early import EarlyRule
from services.payroll.domain.recovery import (
    ADJUSTMENTS_ALONE,
    CLAIM,
    RECOVERY,
    RUNS,
    Outstanding,
    PayAdjustments,
    ScheduleRecovery,
    give_back,
    instalments,
    outstanding,
    owed,
    settle,
)
from services.payroll.domain.repayment import REPAYMENT, RecordRepayment
from services.payroll.domain.rules.sanctions import Penalty, heaviest, penalties
from services.payroll.domain.run import PAY_RUN, CloseRun, check_month, check_supplementary
from services.payroll.domain.run_id import RunId, month_of_run
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowancePosted,
    PaidAdjustment,
    PayRunPosted,
    RecoveryScheduled,
    RepaymentReceived,
)
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support import payroll_places as places
from tests.support.deciding import coded, given

# --- what is outstanding ---


def adjusted(month: str, difference: int, name: str, version: int) -> Fact[AllowanceAdjusted]:
    event = AllowanceAdjusted("m1", month, "r@1", 8, "2025-Q4", "baik", "", (), 0, difference, difference, f"c-{name}", "t", "2026-09", ())
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    return Fact(event, name, "id.payroll.adjusted", "kota", "m1", f"payroll-m1-{month}", version, moment, moment, "x", "y")


def part(month: str, amount: int, event: str = "e") -> PaidAdjustment:
    return PaidAdjustment(month, amount, event, f"c-{event}")


def test_what_no_run_has_paid_yet_by_month_and_in_the_order_of_its_stream():
    facts = [
        adjusted("2026-02", -300, "b", 5),
        adjusted("2026-01", 500, "a", 9),
        adjusted("2026-02", 200, "c", 4),
        adjusted("2026-03", 7, "d", 1),
    ]
    settled = (
        AllowancePosted("m1", "2026-05", "2026-05", 1, (part("2026-02", -100, "b"), part("2026-03", 7, "d")), 1),
        AdjustmentsPosted("m1", "2026-06", (part("2026-02", -50, "b"),), 1),
        RepaymentReceived("m1", "STS/1", date(2026, 6, 8), (part("2026-02", -25, "b"),), 25),
    )
    left = (Outstanding("2026-01", "a", "c-a", 500), Outstanding("2026-02", "c", "c-c", 200), Outstanding("2026-02", "b", "c-b", -125))
    assert outstanding([*facts, facts[0]], settled) == left
    assert outstanding(facts[:1], ()) == (Outstanding("2026-02", "b", "c-b", -300),)


def due(*parts: tuple[str, int]) -> tuple[Outstanding, ...]:
    return tuple(Outstanding(month, f"e{number}", f"c-e{number}", amount) for number, (month, amount) in enumerate(parts))


@pytest.mark.parametrize(("parts", "posted", "cap", "paid"), [
    ([("2026-01", -300)], 1000, "25", [-250]),
    ([("2026-01", -300)], 1200, "25", [-300]),
    ([("2026-01", -300)], 1199, "25", [-299]),
    ([("2026-01", -300)], 0, "25", []),
    ([("2026-01", -300)], 1000, "0", []),
    ([("2026-01", -300)], 299, "100", [-299]),
    ([("2026-01", -100), ("2026-02", -300)], 1000, "25", [-100, -150]),
    ([("2026-01", -300), ("2026-02", 100)], 1000, "25", [-275, 100]),
    ([("2026-01", -300), ("2026-01", 100)], 1000, "10", [-200, 100]),
    ([("2026-01", 100), ("2026-01", -300), ("2026-01", -50)], 1000, "10", [100, -200]),
    ([("2026-01", 100), ("2026-01", -300), ("2026-01", -50)], 1000, "22", [100, -300, -20]),
    ([("2026-01", 300), ("2026-01", -300)], 0, "0", [300, -300]),
    ([("2026-01", 300), ("2026-01", -100)], 0, "0", [300, -100]),
    ([("2026-01", 1), ("2026-02", -1)], 0, "100", [1, -1]),
])  # fmt: skip
def test_what_a_run_pays_beside_the_month(parts: list, posted: int, cap: str, paid: list[int]):
    outstanding_ = due(*parts)
    found = settle(posted, outstanding_, Fraction(cap))
    assert [one.amount for one in found] == paid
    known = {one.event: one for one in outstanding_}
    assert all((one.month, one.cause) == (known[one.event].month, known[one.event].cause) for one in found)


@pytest.mark.parametrize(("parts", "amount", "paid"), [
    ([("2026-01", -300), ("2026-02", -100)], 350, [-300, -50]),
    ([("2026-01", -300), ("2026-02", -100)], 300, [-300]),
    ([("2026-01", -300), ("2026-02", -100)], 0, []),
    ([("2026-01", 50), ("2026-02", -100)], 100, [-100]),
    ([("2026-01", 50), ("2026-01", -100), ("2026-02", -10)], 55, [50, -100, -5]),
    ([("2026-01", -300)], 999, [-300]),
])  # fmt: skip
def test_what_a_repayment_settles(parts: list, amount: int, paid: list[int]):
    assert [one.amount for one in give_back(due(*parts), amount)] == paid


def test_what_is_owed_in_all():
    assert [owed(due(*parts)) for parts in ([], [("2026-01", 5)], [("2026-01", -5), ("2026-01", 3), ("2026-02", 9), ("2026-03", -4)])] == [
        0,
        0,
        6,
    ]


@pytest.mark.parametrize(("amount", "worth", "cap", "runs"), [
    (300, 1000, "25", 2), (250, 1000, "25", 1), (251, 1000, "25", 2), (0, 1000, "25", 0), (1, 3, "25", None), (1, 4, "25", 1),
    (0, 0, "25", 0), (5, 1000, "0", None), (7, 799, "0.5", 3),
])  # fmt: skip
def test_how_many_runs_take_it_back(amount: int, worth: int, cap: str, runs: int | None):
    assert instalments(amount, worth, Fraction(cap)) == runs


SCHEDULE = ScheduleRecovery("m1", 300, 1000, Fraction(25, 2), "2026-11")
SCHEDULED = RecoveryScheduled("m1", 300, 3, "12.5", "2026-11", RUNS)


@pytest.mark.parametrize(("past", "change", "scheduled"), [
    ([], {}, {}), ([], {"amount": 0}, None), ([SCHEDULED], {}, None), ([SCHEDULED], {"first_run": "2026-10"}, None),
    ([SCHEDULED], {"first_run": "2026-12"}, {"first_run": "2026-12"}), ([SCHEDULED], {"worth": 9}, None),
    ([SCHEDULED], {"amount": 125}, {"amount": 125, "instalments_left": 1}),
    ([SCHEDULED], {"cap_percent": Fraction(50)}, {"cap_percent": "50", "instalments_left": 1}),
    ([SCHEDULED], {"left": True}, {"collection": CLAIM, "instalments_left": None}),
    ([SCHEDULED], {"amount": 0}, {"amount": 0, "instalments_left": 0}),
    ([SCHEDULED], {"amount": 0, "left": True}, {"amount": 0, "instalments_left": 0, "collection": CLAIM}),
    ([replace(SCHEDULED, amount=0)], {"amount": 0, "first_run": "2027-01", "left": True}, None),
    ([SCHEDULED, "something else"], {"amount": 301, "worth": 0}, {"amount": 301, "instalments_left": None}),
])  # fmt: skip
def test_a_recovery_is_said_when_it_changes(past: list, change: dict[str, Any], scheduled: dict[str, Any] | None):
    expected = [] if scheduled is None else [replace(SCHEDULED, **scheduled)]
    assert given(RECOVERY, *past).when(replace(SCHEDULE, **change)).events == expected


def test_adjustments_without_a_month_are_paid_once_for_each_run():
    parts = (part("2026-01", 500), part("2026-02", -120))
    posted = AdjustmentsPosted("m1", "2026-06", parts, 380)
    given(ADJUSTMENTS_ALONE, "something else").when(PayAdjustments("m1", "2026-06", parts)).then(posted)
    given(ADJUSTMENTS_ALONE, posted).when(PayAdjustments("m1", "2026-06", parts)).then()
    given(ADJUSTMENTS_ALONE).when(PayAdjustments("m1", "2026-06", ())).then()


# --- repayments ---

TODAY = date(2026, 6, 8)
OWED = due(("2026-01", -300), ("2026-02", -100))
REPAY = RecordRepayment("m1", "STS/1", TODAY, 350, TODAY, OWED)
REPAID = RepaymentReceived("m1", "STS/1", TODAY, (part("2026-01", -300, "e0"), part("2026-02", -50, "e1")), 350)


def test_a_repayment_is_recorded_once_by_its_receipt():
    given(REPAYMENT, "something else").when(REPAY).then(REPAID)
    other = replace(REPAID, document="STS/2")
    given(REPAYMENT, other, REPAID).when(replace(REPAY, due=())).then()
    given(REPAYMENT, other).when(REPAY).then(REPAID)
    given(REPAYMENT).when(replace(REPAY, amount=400)).then(
        replace(REPAID, adjustments=(part("2026-01", -300, "e0"), part("2026-02", -100, "e1")), amount=400)
    )
    assert given(REPAYMENT).when(replace(REPAY, received_on=date(2026, 1, 1))).events[0].received_on == date(2026, 1, 1)


@pytest.mark.parametrize(("past", "change", "found"), [
    ([REPAID], {"amount": 349}, ("repayment-recorded", 409)),
    ([REPAID], {"received_on": date(2026, 6, 7)}, ("repayment-recorded", 409)),
    ([], {"received_on": date(2026, 6, 9)}, ("repayment-ahead", 422)),
    ([], {"received_on": date(2025, 12, 31)}, ("repayment-too-early", 422)),
    ([], {"amount": 401}, ("repayment-over-debt", 409)),
    ([], {"amount": 1, "due": (), "received_on": date(2020, 1, 1)}, ("repayment-over-debt", 409)),
])  # fmt: skip
def test_a_repayment_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(REPAYMENT, *past).when(replace(REPAY, **change)).refusal == found


# --- closing a run ---

POSTED = (
    AllowancePosted("m1", "2026-05", "2026-05", 1000, (part("2026-01", 50), part("2026-02", -30)), 1020),
    AllowancePosted("m1", "2026-04", "2026-05", 200, (), 200),
    AdjustmentsPosted("m2", "2026-05", (part("2026-03", 7),), 7),
)
CLOSE = CloseRun("2026-05", "2026-05", POSTED, "boss", 3)
CLOSED = PayRunPosted("2026-05", "2026-05", 2, 1200, 27, 1227, "boss", 3)


def test_a_run_is_closed_once_with_its_totals():
    given(PAY_RUN, "something else").when(CLOSE).then(CLOSED)
    given(PAY_RUN, CLOSED).when(CLOSE).then()
    given(PAY_RUN).when(CloseRun("2026-05.01", "2026-05", POSTED[2:], "boss")).then(
        PayRunPosted("2026-05", "2026-05.01", 1, 0, 7, 7, "boss", 0)
    )
    for held in (0, 3):
        given(PAY_RUN).when(replace(CLOSE, posted=(), held=held)).then_refused("nothing-to-pay")
    assert PAY_RUN.stream(RunId("2026-05", 1)) == "payroll-run-2026-05.01"


MAY = Period(2026, 5, 5)
JUNE_1 = date(2026, 6, 1)


def outcome(check: Any, *given: Any) -> tuple[str, int] | None:
    try:
        check(*given)
    except Refused as refused:
        return coded(refused)
    return None


EARLY = EarlyRule(frozenset((5,)), 20, "full", "last", "Perwal 42/2025")


@pytest.mark.parametrize(("today", "closed", "in_rules", "early", "found"), [
    (JUNE_1, None, True, None, None),
    (date(2026, 5, 31), None, True, None, ("month-not-over", 409)),
    (date(2026, 5, 31), None, True, EARLY, None), (date(2026, 5, 20), None, True, EARLY, None),
    (date(2026, 5, 19), None, True, EARLY, ("month-not-over", 409)),
    (date(2026, 5, 31), None, True, replace(EARLY, months=frozenset((6,))), ("month-not-over", 409)),
    (JUNE_1, RunId("2026-04", 3), True, None, None), (JUNE_1, RunId("2026-05"), True, None, None),
    (JUNE_1, RunId("2026-06"), True, None, ("run-out-of-order", 409)), (JUNE_1, None, False, None, ("month-before-rules", 422)),
    (JUNE_1, RunId("2026-06"), False, None, ("run-out-of-order", 409)),
])  # fmt: skip
def test_which_month_may_be_run(today: date, closed: RunId | None, in_rules: bool, early: EarlyRule | None, found: tuple | None):
    assert outcome(check_month, MAY, today, closed, in_rules, early) == found


@pytest.mark.parametrize(("closed", "has_run", "found"), [
    (RunId("2026-05"), True, None), (None, True, None), (RunId("2026-04"), True, None),
    (None, False, ("run-not-closed", 409)), (RunId("2026-04"), False, ("run-not-closed", 409)),
    (RunId("2026-06"), True, ("run-out-of-order", 409)), (RunId("2026-06"), False, ("run-not-closed", 409)),
])  # fmt: skip
def test_which_month_may_have_a_supplementary_run(closed: RunId | None, has_run: bool, found: tuple | None):
    assert outcome(check_supplementary, MAY, closed, has_run) == found


def test_a_months_run_and_its_supplementary_ones():
    assert [str(RunId.parse(one)) for one in ("2026-10", "2026-10.01", "2026-10.99")] == ["2026-10", "2026-10.01", "2026-10.99"]
    assert (RunId.parse("2026-10.07").month, RunId.parse("2026-10.07").number) == ("2026-10", 7)
    assert month_of_run("2026-10.07") == "2026-10" and RunId("2026-12", 3).next_month == RunId("2027-01")
    assert RunId("2026-12", 3).period == Period(2026, 12, 12)


# --- which sanction cuts ---

SINCE, UNTIL = date(2026, 4, 1), date(2026, 9, 30)
IMPOSED = places.imposed(since=SINCE, until=UNTIL)


def cuts(month: int, *facts: Fact) -> list[tuple[str, bool]]:
    imposed = [one for one in facts if "Imposed" in type(one.event).__name__]
    lifted = [one for one in facts if one not in imposed]
    return [(one.imposed.event.sanction, one.cuts) for one in penalties(Period(2026, month, month), imposed, lifted)]


def test_a_cut_counts_by_the_first_days_of_months():
    assert [cuts(month, IMPOSED) for month in (3, 4, 9, 10)] == [[], [("absence-2025", True)], [("absence-2025", True)], []]
    assert cuts(12, places.imposed(until=None)) == [("absence-2025", True)]
    assert cuts(10, places.imposed(until=date(2026, 10, 1))) == [("absence-2025", True)]
    assert cuts(4, places.imposed(since=date(2026, 4, 2))) == cuts(4, places.imposed(effect="step_delay")) == []


def test_a_lifting_counts_from_its_day_on_and_the_later_word_stands():
    for on, may, june in ((date(2026, 5, 1), False, False), (date(2026, 5, 2), True, False), (date(2026, 6, 2), True, True)):
        facts = (IMPOSED, places.lifted(on))
        assert (cuts(5, *facts), cuts(6, *facts)) == ([("absence-2025", may)], [("absence-2025", june)])
    assert cuts(6, IMPOSED, places.lifted(date(2026, 5, 1), sanction="other")) == [("absence-2025", True)]
    two = (places.imposed(sanction="b"), places.imposed(sanction="a"))
    assert cuts(5, *two) == [("a", True), ("b", True)]
    earlier, later = places.lifted(date(2026, 5, 1)), places.lifted(date(2026, 8, 1))
    for facts in ((earlier, later), (later, earlier)):
        assert cuts(6, IMPOSED, *facts) == [("absence-2025", True)], "the one that holds later has the higher rank"


def test_of_cuts_at_once_the_heaviest_counts():
    def penalty(sanction: str, percent: int | None, lifted: bool = False, since: date = SINCE) -> Penalty:
        lifting = places.lifted(SINCE, sanction=sanction) if lifted else None
        return Penalty(places.imposed(sanction=sanction, percent=percent, since=since), lifting)

    light, heavy, unknown, gone = penalty("z", 10), penalty("b", 25), penalty("c", None), penalty("d", 50, True)
    assert heaviest([light, heavy, gone]) is heaviest([heavy, light]) is heavy
    assert heaviest([unknown, heavy]) is heaviest([heavy, unknown]) is unknown
    assert heaviest([gone]) is heaviest([]) is None
    later = penalty("e", 25, since=date(2026, 5, 1))
    assert heaviest([heavy, later]) is heaviest([later, heavy]) is later
