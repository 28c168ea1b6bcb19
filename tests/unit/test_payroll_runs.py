"""How pay runs are called and follow each other, and which run comes next."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.month import ALLOWANCE_MONTH, LeaveOut, Settle, next_run
from services.payroll.domain.recovery import CLAIM, RECOVERY, RUNS, Outstanding, ScheduleRecovery
from services.payroll.domain.repayment import REPAYMENT, RecordRepayment
from services.payroll.domain.run import PAY_RUN, BeginAnew, CloseRun, ContinueRun, Run, check_none_open
from services.payroll.domain.run_id import RunId
from services.payroll.events import (
    AllowanceCalculated,
    AllowanceHeld,
    AllowancePosted,
    LeftOut,
    Missing,
    PaidAdjustment,
    RecoveryScheduled,
)
from shared.kernel.refusal import Refused
from tests.support.deciding import given

MONTHS = st.builds("{}-{:02d}".format, st.integers(1950, 2099), st.integers(1, 12))
RUN_IDS = st.builds(RunId, MONTHS, st.integers(0, 99))


@for_all(RUN_IDS, RUN_IDS)
def test_runs_follow_each_other_as_their_names_do(one: RunId, other: RunId):
    assert RunId.parse(str(one)) == one
    assert (one < other) == (str(one) < str(other))
    assert one < one.next_month and one.next_month.number == 0


OTHERS = ("2026-10\n", "2026-10.1", "2026-10.00", "2026-10.100", "2026-13", "2026-10.٠١", "2026-Q1", "2026", "1000-01", "")


@pytest.mark.parametrize("text", OTHERS)
def test_other_names_are_refused(text: str):
    with pytest.raises(ValueError, match="expected a p"):
        RunId.parse(text)


def paid(run: str) -> AllowancePosted:
    return AllowancePosted("m1", run[:7], run, 1, (), 1)


@pytest.mark.parametrize(("closed", "own", "month", "run"), [
    (None, [], "2026-01", "2026-02"),
    ("2026-10", ["2026-09"], "2026-07", "2026-11"),
    ("2026-10", ["2026-10.01"], "2026-07", "2026-11"),
    ("2026-10", ["2026-11"], "2026-07", "2026-12"),
    ("2026-12", ["2026-12"], "2026-12", "2027-01"),
])  # fmt: skip
def test_the_next_run_is_the_agencys(closed: str | None, own: list[str], month: str, run: str):
    """Who was held in October is not told that October takes it back; a run that has paid him and is still open is behind him, too."""
    assert next_run(RunId.parse(closed) if closed else None, map(paid, own), month) == run


def scheduled(*past: RecoveryScheduled, amount: int = 300, first_run: str = "2026-11", left: bool = False) -> list:
    return given(RECOVERY, *past).when(ScheduleRecovery("m1", amount, 1_000, 25, first_run, left)).events


def test_a_recovery_is_said_again_when_its_run_closed_without_it_or_the_person_left():
    october = RecoveryScheduled("m1", 300, 2, "25", "2026-10", RUNS)
    assert scheduled(october) == [RecoveryScheduled("m1", 300, 2, "25", "2026-11", RUNS)]
    assert scheduled(october, first_run="2026-10") == []
    claimed = RecoveryScheduled("m1", 300, None, "25", "2026-11", CLAIM)
    assert scheduled(october, left=True) == [claimed]
    assert scheduled(october, claimed) == [RecoveryScheduled("m1", 300, 2, "25", "2026-11", RUNS)]
    assert scheduled(claimed, amount=0, left=True) == [RecoveryScheduled("m1", 0, 0, "25", "2026-11", CLAIM)]
    assert scheduled(claimed, RecoveryScheduled("m1", 0, 0, "25", "2026-11", CLAIM), amount=0, first_run="2027-01") == []


@pytest.mark.parametrize(
    ("on", "code"), [("2025-12-31", "repayment-too-early"), ("0001-01-01", "repayment-too-early"), ("2026-01-01", None)]
)
def test_nothing_is_given_back_before_the_month_that_is_owed(on: str, code: str | None):
    owed = (Outstanding("2026-01", "e1", "c", -300),)
    command = RecordRepayment("m1", "STS/1/2026", date.fromisoformat(on), 300, date(2026, 6, 8), owed)
    if code is None:
        assert len(given(REPAYMENT).when(command).events) == 1
    else:
        assert given(REPAYMENT).when(command).refused.code == code


def test_a_month_that_a_run_left_out_says_what_it_waits_for_until_it_can_be_calculated():
    """Once for each run and reason; a calculation solves it even where it gives what it gave before."""
    attendance, predicate = Missing("attendance", "2026-10"), Missing("predicate", "2026-Q3")
    both = LeaveOut("m1", "2026-10", "2026-10", (attendance, predicate))
    past = decided(both)
    assert past == [AllowanceHeld("m1", "2026-10", (attendance, predicate), "2026-10")]
    assert decided(both, past) == []
    assert decided(Settle("m1", "2026-10", Held("m1", "2026-10", (attendance, predicate)), "2026-10"), past) == []
    one = decided(Settle("m1", "2026-10", Held("m1", "2026-10", (attendance,)), "2026-10"), past)
    assert one == [AllowanceHeld("m1", "2026-10", (attendance,), "2026-10")]
    nothing = Entitlement("m1", "2026-10", "r@1", 8, "2026-Q3", "baik", "", (), 0, (), outside=True)
    assert [type(event) for event in decided(Settle("m1", "2026-10", nothing, "2026-10"), past)] == [AllowanceCalculated]
    assert decided(Settle("m1", "2026-10", nothing, "2026-10")) == []


def decided(command: Settle | LeaveOut, past: list = ()) -> list:
    return given(ALLOWANCE_MONTH, *past).when(command).events


PAID = st.lists(st.tuples(st.integers(0, 9_000_000), st.integers(-500_000, 500_000)), min_size=1, max_size=12)


@for_all(PAID, st.sets(st.integers(1, 11)))
def test_a_run_in_parts_closes_as_one_in_one_go(amounts: list[tuple[int, int]], cuts: set[int]):
    """Whatever the parts: the same totals, and everybody who was left out counted and named once."""
    month, decider = "2026-10", PAY_RUN.decider
    codes = [f"e-{number:02d}" for number in range(len(amounts))]
    payments = {
        code: AllowancePosted(code, month, month, due, (PaidAdjustment("2026-09", more, "x", "c"),) if more else (), due + more)
        for code, (due, more) in zip(codes, amounts)
        if due or more
    }
    left_out = {code: LeftOut(code, (Missing("attendance"),)) for code in codes if code not in payments}

    def said(people: list[str]) -> dict:
        named = tuple(left_out[code] for code in people if code in left_out)
        return {"posted": tuple(payments[code] for code in people if code in payments), "held": len(named), "named": named}

    def closed(*parts: list[str]) -> Run:
        past: list = []
        for part in parts[:-1]:
            past += given(PAY_RUN, *past).when(ContinueRun(month, month, part[-1], len(part), **said(part))).events
            assert (decider.state(past).reached, decider.state(past).posted) == (part[-1], None)
        past += given(PAY_RUN, *past).when(CloseRun(month, month, treasurer="m20", **said(parts[-1]))).events
        given(PAY_RUN, *past).when(ContinueRun(month, month, "z", 1, (), 0)).then()
        return decider.state(past)

    edges = [0, *sorted(cut for cut in cuts if cut < len(codes)), len(codes)]
    parts = [codes[start:end] for start, end in zip(edges, edges[1:])]
    if not payments:
        with pytest.raises(Refused, match="at least one person"):
            closed(*parts)
        return
    whole = closed(codes)
    assert (closed(*parts).posted, closed(*parts).named) == (whole.posted, whole.named)
    assert whole.posted.persons == len(payments) and whole.posted.total_paid == sum(event.paid for event in payments.values())
    assert whole.named == tuple(left_out.values())


def test_only_an_open_run_that_paid_nobody_begins_anew():
    decider, month = PAY_RUN.decider, "2026-10"
    left_out = (LeftOut("e-1", (Missing("attendance"),)),)
    nobody = given(PAY_RUN).when(ContinueRun(month, month, "e-1", 1, (), 1, left_out)).events
    again = [*nobody, *given(PAY_RUN, *nobody).when(BeginAnew(month, month)).events]
    assert decider.state(nobody).open and decider.state(again) == Run() and len(again) == len(nobody) + 1
    somebody = [*nobody, *given(PAY_RUN, *nobody).when(ContinueRun(month, month, "e-2", 1, (paid(month),), 0)).events]
    closed = [*somebody, *given(PAY_RUN, *somebody).when(CloseRun(month, month, (), "m20")).events]
    for past in ([], somebody, closed):
        given(PAY_RUN, *past).when(BeginAnew(month, month)).then()
    assert [decider.state(past).open for past in ([], somebody, closed)] == [False, True, False]


@pytest.mark.parametrize(("unfinished", "run", "refused"), [
    (None, "2026-10", False), ("2026-10", "2026-10", False), ("2026-10", "2026-11", True), ("2026-10", "2026-09.01", True),
    ("2026-10.01", "2026-11", True), ("2026-10.01", "2026-10.01", False),
])  # fmt: skip
def test_one_run_is_open_at_a_time(unfinished: str | None, run: str, refused: bool):
    other = RunId.parse(unfinished) if unfinished else None
    if not refused:
        check_none_open(RunId.parse(run), other)
        return
    with pytest.raises(Refused, match="run-not-closed"):
        check_none_open(RunId.parse(run), other)
