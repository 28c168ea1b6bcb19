"""What a month says in its stream, event by event: calculated, held, left out, posted, adjusted and confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.month import ALLOWANCE_MONTH, LeaveOut, Month, Post, Settle, cause_of, next_run
from services.payroll.domain.run_id import RunId
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceConfirmed,
    AllowanceHeld,
    AllowancePosted,
    Line,
    Missing,
    PaidAdjustment,
)
from shared.kernel.facts import Fact
from tests.support import payroll_year as year
from tests.support.deciding import given
from tests.support.payroll_year import at

LINES = (Line("work", "payout", 100, "100", "100", 100),)
POST, ATTENDED = year.position(), year.attendance(1)
GROUNDS = (POST, ATTENDED)
FRESH = Entitlement("m1", "2026-01", "r@1", 8, "2025-Q4", "baik", "97", LINES, 100, GROUNDS, counts_until=date(2026, 1, 31))
SAID = {"rule_set": "r@1", "job_class": 8, "predicate_period": "2025-Q4", "predicate": "baik", "discipline_points": "97", "lines": LINES}
INPUTS = (POST.id, ATTENDED.id)
CALCULATED = AllowanceCalculated("m1", "2026-01", **SAID, total=100, inputs=INPUTS, counts_until=date(2026, 1, 31))
POSTED = AllowancePosted("m1", "2026-01", "2026-01", 100, (), 100)
PAID = [CALCULATED, POSTED]
WAITS = (Missing("attendance", "2026-01"),)
HELD = Held("m1", "2026-01", WAITS)
OTHER = {"rule_set": "r@2", "job_class": 9, "predicate_period": "2026-Q1", "predicate": "kurang", "discipline_points": "96",
         "lines": (replace(LINES[0], rule="other"),)}  # fmt: skip


def settle(past: list, finding: Entitlement | Held = FRESH) -> list:
    return given(ALLOWANCE_MONTH, *past).when(Settle("m1", "2026-01", finding, "2026-03")).events


def test_an_open_month_is_calculated_when_something_changes():
    assert settle([]) == [CALCULATED]
    assert settle([CALCULATED, "something else"]) == []
    for name, value in OTHER.items():
        assert settle([CALCULATED], replace(FRESH, **{name: value})) == [replace(CALCULATED, **{name: value})]
    assert settle([CALCULATED], replace(FRESH, grounds=GROUNDS[:1])) == [], "other facts with the same effect are no change"


def test_an_open_month_that_can_not_be_calculated_any_more_is_held():
    held = AllowanceHeld("m1", "2026-01", WAITS, None)
    assert settle([], HELD) == []
    assert settle([CALCULATED], HELD) == [held]
    assert settle([CALCULATED, held], HELD) == [], "no run came by"
    assert settle([CALCULATED, held]) == [CALCULATED]
    assert settle(PAID, HELD) == []


def test_a_month_that_a_run_left_out_says_what_it_waits_for_now():
    left = AllowanceHeld("m1", "2026-01", WAITS, "2026-01")
    leave = LeaveOut("m1", "2026-01", "2026-01", WAITS)
    given(ALLOWANCE_MONTH).when(leave).then(left)
    assert given(ALLOWANCE_MONTH, left).when(leave).events == given(ALLOWANCE_MONTH, *PAID).when(leave).events == []
    given(ALLOWANCE_MONTH, CALCULATED).when(leave).then(left)
    given(ALLOWANCE_MONTH, left, CALCULATED).when(leave).then(left)
    given(ALLOWANCE_MONTH, left).when(replace(leave, run="2026-02")).then(replace(left, run="2026-02"))
    given(ALLOWANCE_MONTH, left).when(replace(leave, missing=())).then(replace(left, missing=()))
    assert settle([left], HELD) == []
    more = (*WAITS, Missing("predicate", "2025-Q4"))
    assert settle([left], replace(HELD, missing=more)) == [replace(left, missing=more)]
    assert settle([left, CALCULATED], HELD) == [left], "its run stays named"
    assert ALLOWANCE_MONTH.decider.state([left, CALCULATED]) == Month(CALCULATED, run="2026-01")
    assert ALLOWANCE_MONTH.decider.state([left, replace(left, run=None)]) == Month(run="2026-01", missing=WAITS)


def test_a_month_outside_service_is_not_calculated_unless_a_run_left_it_out_or_it_was_before():
    outside = replace(FRESH, outside=True, lines=(), total=0)
    left = AllowanceHeld("m1", "2026-01", WAITS, "2026-01")
    assert settle([], outside) == []
    assert settle([left], outside) == settle([CALCULATED], outside) == [replace(CALCULATED, lines=(), total=0)]
    never = replace(outside, job_class=0)
    assert settle([], never) == []
    assert settle([left], never) == [AllowanceHeld("m1", "2026-01", (), "2026-01")]
    assert settle([CALCULATED], never) == [AllowanceHeld("m1", "2026-01", (), None)]
    assert settle(PAID, never)[0].difference == -100
    assert settle([], replace(never, outside=False)) == [replace(CALCULATED, job_class=0, lines=(), total=0)]


@pytest.mark.parametrize("total", [130, 60, 0])
def test_a_posted_month_says_the_difference_to_all_that_was_granted_and_its_cause(total: int):
    cause = year.attendance(1, revision=2)
    fresh = replace(FRESH, total=total, grounds=(POST, cause), **OTHER)
    adjusted = AllowanceAdjusted(
        "m1", "2026-01", **OTHER, from_total=100, to_total=total, difference=total - 100, cause=cause.id, cause_type=cause.type,
        run="2026-03", inputs=(POST.id, cause.id),
    )  # fmt: skip
    assert settle(PAID, fresh) == [adjusted]
    assert settle([*PAID, adjusted], fresh) == []
    (back,) = settle([*PAID, adjusted])
    assert (back.from_total, back.to_total, back.difference, back.rule_set) == (total, 100, 100 - total, "r@1")
    assert ALLOWANCE_MONTH.decider.state([*PAID, adjusted]) == Month(adjusted, total, "2026-01")


def test_a_posted_month_of_the_same_total_on_other_grounds_is_confirmed_once():
    cause = year.attendance(1, revision=2)
    for name, value in OTHER.items():
        fresh = replace(FRESH, grounds=(POST, cause), **{name: value})
        confirmed = AllowanceConfirmed(
            "m1", "2026-01", **SAID | {name: value}, total=100, cause=cause.id, cause_type=cause.type, inputs=(POST.id, cause.id)
        )
        assert settle(PAID, fresh) == [confirmed]
        assert settle([*PAID, confirmed], fresh) == []
        assert ALLOWANCE_MONTH.decider.state([*PAID, confirmed]) == Month(confirmed, 100, "2026-01")
    assert settle(PAID, replace(FRESH, grounds=(cause,))) == []


def moved(fact: Fact, **changes: Any) -> Fact:
    return Fact(**{name: getattr(fact, name) for name in fact.__struct_fields__} | changes)


def test_the_cause_is_the_new_fact_that_became_known_last_and_of_equals_the_higher_rank():
    first, second = moved(ATTENDED, id="n1", recorded=at(9, 1)), moved(ATTENDED, id="n2", recorded=at(9, 2))
    old = moved(POST, recorded=at(12, 1))
    for grounds in ((old, first, second), (second, first, old)):
        assert cause_of(CALCULATED, replace(FRESH, grounds=grounds)) == second
    assert cause_of(CALCULATED, replace(FRESH, grounds=(ATTENDED, old))) == old, "where nothing is new, of what it rests on"
    later = moved(first, id="n3", version=9)
    assert (
        cause_of(CALCULATED, replace(FRESH, grounds=(later, first)))
        == cause_of(CALCULATED, replace(FRESH, grounds=(first, later)))
        == later
    )


def test_a_month_is_posted_once_with_parts_of_other_months():
    parts = (PaidAdjustment("2025-12", 30, "e1", "c1"), PaidAdjustment("2025-12", -50, "e2", "c2"))
    post = Post("m1", "2026-01", "2026-02.01", FRESH, parts)
    posted = AllowancePosted("m1", "2026-01", "2026-02.01", 100, parts, 80)
    given(ALLOWANCE_MONTH, CALCULATED).when(post).then(posted)
    given(ALLOWANCE_MONTH).when(post).then(CALCULATED, posted)
    given(ALLOWANCE_MONTH, replace(CALCULATED, predicate="kurang")).when(post).then(CALCULATED, posted)
    given(ALLOWANCE_MONTH, *PAID).when(post).then()
    given(ALLOWANCE_MONTH, CALCULATED).when(replace(post, run="2026-01", adjustments=())).then(POSTED)
    given(ALLOWANCE_MONTH, CALCULATED).when(Post("m1", "2026-01", "2026-01", FRESH)).then(POSTED)
    for run in ("2025-12", "2025-12.01"):
        given(ALLOWANCE_MONTH).when(replace(post, run=run)).then_refused("month-after-run")
    assert ALLOWANCE_MONTH.decider.state([CALCULATED, posted]) == Month(CALCULATED, 100, "2026-02.01")
    with pytest.raises(TypeError):
        given(ALLOWANCE_MONTH).when("something else").then()


@pytest.mark.parametrize(("closed", "own", "month", "run"), [
    (None, (), "2026-01", "2026-02"), (RunId("2026-03"), (), "2026-01", "2026-04"), (RunId("2025-03"), (), "2026-01", "2026-02"),
    (None, ("2026-05.02",), "2026-01", "2026-06"), (RunId("2026-12"), ("2026-05",), "2026-11", "2027-01"),
])  # fmt: skip
def test_a_difference_is_due_in_the_agencys_next_ordinary_run(closed: RunId | None, own: tuple[str, ...], month: str, run: str):
    assert next_run(closed, [AdjustmentsPosted("m1", one, (), 0) for one in own], month) == run
