"""Units, the working calendar and attendance, exactly: on boundary days and at the limits of what a month can hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.attendance import ATTENDANCE, YEAR_ABSENCE, RecordAttendance, RecordYearAbsence
from services.personnel.domain.calendar import HOLIDAYS, WORKING_WEEK, DeclareHoliday, SetWorkingWeek, WithdrawHoliday
from services.personnel.domain.unit import UNIT, MoveUnit, OpenUnit, WithdrawMove
from services.personnel.events import AttendanceRecorded, UnitMoved, UnitMoveWithdrawn, UnitOpened, YearAbsenceRecorded
from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.kernel.employment import Employment, Spell
from shared.kernel.refusal import Refused
from tests.support.deciding import given

DAY = timedelta(days=1)

# --- units ---

SINCE, MOVED = date(2020, 1, 1), date(2026, 7, 1)
OPEN = OpenUnit("desk", "dpmptsp", "seksi", SINCE)
OPENED = UnitOpened("desk", "dpmptsp", "seksi", SINCE)
MOVE = MoveUnit("desk", "setda", MOVED, "188/41", ("setda", "kota"))
MOVEMENT = UnitMoved("desk", "dpmptsp", "setda", MOVED, "188/41")


def test_a_unit_is_opened_once():
    given(UNIT, "something else").when(OPEN).then(OPENED)
    given(UNIT).when(replace(OPEN, parent=None)).then(replace(OPENED, parent=None))
    assert UNIT.decider.state([OPENED, "something else"]) == UNIT.decider.state([OPENED])
    given(UNIT, OPENED).when(OPEN).then()
    for change in ({"parent": None}, {"kind": "bidang"}, {"since": SINCE + DAY}):
        given(UNIT, OPENED).when(replace(OPEN, **change)).then_refused("unit-exists")
    given(UNIT).when(replace(OPEN, parent="desk")).then_refused("unit-below-itself", 422)


def test_a_unit_moves_from_where_it_stands_on_the_day():
    given(UNIT, OPENED).when(MOVE).then(MOVEMENT)
    given(UNIT, OPENED, MOVEMENT).when(MOVE).then()
    before = replace(MOVE, since=MOVED - DAY)
    given(UNIT, OPENED, MOVEMENT).when(before).then(replace(MOVEMENT, since=MOVED - DAY))
    given(UNIT, OPENED, MOVEMENT).when(replace(before, parent="dpmptsp")).then()
    given(UNIT, OPENED).when(replace(MOVE, since=SINCE + DAY)).then(replace(MOVEMENT, since=SINCE + DAY))
    given(UNIT, replace(OPENED, parent=None)).when(MOVE).then(replace(MOVEMENT, parent_from=None))


def test_a_unit_that_was_opened_under_the_wrong_one_never_stood_there():
    always = replace(MOVEMENT, since=SINCE)
    given(UNIT, OPENED).when(replace(MOVE, since=SINCE)).then(always)
    state = UNIT.decider.state([OPENED, always])
    assert [state.parent_on(day) for day in (SINCE - DAY, SINCE, MOVED)] == ["setda"] * 3


def test_a_wrong_move_is_taken_back_once_and_what_stood_before_holds_again():
    withdraw, withdrawn = WithdrawMove("desk", MOVED, "188/42", ("dpmptsp",)), UnitMoveWithdrawn("desk", MOVED, "188/42")
    given(UNIT, OPENED, MOVEMENT).when(withdraw).then(withdrawn)
    given(UNIT, OPENED, MOVEMENT, withdrawn).when(withdraw).then()
    state = UNIT.decider.state([OPENED, MOVEMENT, withdrawn])
    assert [state.parent_on(day) for day in (SINCE, MOVED, MOVED + DAY)] == ["dpmptsp"] * 3
    again = UNIT.decider.state([OPENED, MOVEMENT, withdrawn, MOVEMENT])
    assert again.parent_on(MOVED) == "setda" and again.changes_after(SINCE) == [MOVED] and again.changes_after(MOVED) == []
    given(UNIT, OPENED, MOVEMENT).when(replace(withdraw, since=MOVED + DAY)).then_refused("unknown-move", 404)
    given(UNIT, OPENED, MOVEMENT).when(replace(withdraw, above=("dpmptsp", "desk"))).then_refused("unit-below-itself", 422)


@pytest.mark.parametrize(("past", "change", "found"), [
    ([], {}, ("unknown-unit", 404)),
    ([OPENED], {"above": ("setda", "desk")}, ("unit-below-itself", 422)),
    ([OPENED], {"since": SINCE - DAY}, ("unit-move-date", 422)),
])  # fmt: skip
def test_a_move_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(UNIT, *past).when(replace(MOVE, **change)).refusal == found


def test_the_unit_above_on_a_day():
    state = UNIT.decider.state([OPENED, MOVEMENT, replace(MOVEMENT, parent="bkd", since=MOVED + DAY)])
    assert [state.parent_on(day) for day in (SINCE - DAY, SINCE, MOVED - DAY, MOVED, MOVED + DAY)] == [
        "dpmptsp", "dpmptsp", "dpmptsp", "setda", "bkd",
    ]  # fmt: skip
    assert UNIT.decider.state([]).parent_on(SINCE) is UNIT.decider.state([replace(OPENED, parent=None)]).parent_on(SINCE - DAY) is None


# --- the working calendar ---

TODAY = date(2026, 5, 3)
WEEK = SetWorkingWeek(5, date(2026, 1, 1), "188/1", TODAY)
WEEK_SET = WorkingWeekSet(5, date(2026, 1, 1), "188/1")


def test_perpres_21_2023_a_working_week_of_five_or_six_days_is_said_once():
    given(WORKING_WEEK, "something else").when(WEEK).then(WEEK_SET)
    given(WORKING_WEEK, WEEK_SET).when(WEEK).then()
    given(WORKING_WEEK, WEEK_SET).when(replace(WEEK, days=6)).then(replace(WEEK_SET, days=6))
    given(WORKING_WEEK, WEEK_SET).when(replace(WEEK, document="188/2")).then(replace(WEEK_SET, document="188/2"))
    given(WORKING_WEEK, WEEK_SET).when(replace(WEEK, since=TODAY)).then(replace(WEEK_SET, since=TODAY))
    given(WORKING_WEEK, WEEK_SET, replace(WEEK_SET, since=TODAY), replace(WEEK_SET, days=6)).when(WEEK).then(WEEK_SET)
    for days in (4, 7):
        given(WORKING_WEEK).when(replace(WEEK, days=days)).then_refused("working-week", 422)


DECLARE = DeclareHoliday(date(2026, 8, 17), "national", "SKB 3/2025", TODAY)
DECLARED = HolidayDeclared(date(2026, 8, 17), "national", "SKB 3/2025")
WITHDRAW = WithdrawHoliday(date(2026, 8, 17), "SKB 4/2025")
WITHDRAWN = HolidayWithdrawn(date(2026, 8, 17), "SKB 4/2025")


def test_a_day_off_is_declared_and_withdrawn_again():
    other = replace(DECLARED, day=date(2026, 12, 25))
    given(HOLIDAYS, "something else").when(DECLARE).then(DECLARED)
    given(HOLIDAYS, DECLARED, other).when(DECLARE).then()
    given(HOLIDAYS, DECLARED).when(replace(DECLARE, kind="local")).then(replace(DECLARED, kind="local"))
    given(HOLIDAYS, DECLARED).when(replace(DECLARE, document="SKB 9/2025")).then(replace(DECLARED, document="SKB 9/2025"))
    given(HOLIDAYS, other, DECLARED).when(WITHDRAW).then(WITHDRAWN)
    given(HOLIDAYS, DECLARED, WITHDRAWN).when(DECLARE).then(DECLARED)
    for past in ([], [other], [DECLARED, WITHDRAWN]):
        given(HOLIDAYS, *past).when(WITHDRAW).then_refused("unknown-holiday", 404)
    assert HOLIDAYS.decider.state([DECLARED, other, WITHDRAWN, "something else"]) == {other.day: other}


@pytest.mark.parametrize(("year", "near"), [(2015, False), (2016, True), (2026, True), (2036, True), (2037, False)])
def test_a_day_more_than_ten_years_off_is_a_slip_of_the_pen(year: int, near: bool):
    for aggregate, command in ((WORKING_WEEK, replace(WEEK, since=date(year, 6, 1))), (HOLIDAYS, replace(DECLARE, day=date(year, 6, 1)))):
        if near:
            assert len(given(aggregate).when(command).events) == 1
        else:
            given(aggregate).when(command).then_refused("calendar-day", 422)


# --- a month's attendance ---

ALWAYS = Employment((Spell(date(2020, 1, 1)),))
APRIL = RecordAttendance("m1", "2026-04", 450, 30, 2, 1, 3, TODAY, {"sick": 4}, 2, service=ALWAYS)
RECORDED = AttendanceRecorded("m1", "2026-04", 450, 30, 2, 1, 3, {"sick": 4}, 1, 2)
NOTHING = {"minutes_late": 0, "minutes_early": 0, "days_absent": 0, "meetings_missed": 0, "roll_calls_missed": 0, "leave_days": {},
           "days_in_row": None}  # fmt: skip


def test_a_month_is_recorded_figure_by_figure_and_replaced_by_its_next_revision():
    given(ATTENDANCE, "something else").when(APRIL).then(RECORDED)
    given(ATTENDANCE, RECORDED).when(APRIL).then()
    given(ATTENDANCE, RECORDED).when(replace(APRIL, today=TODAY + DAY)).then()
    for change in (
        {"minutes_late": 451}, {"minutes_early": 31}, {"days_absent": 3}, {"meetings_missed": 2}, {"roll_calls_missed": 4},
        {"leave_days": {"sick": 5}}, {"leave_days": {"annual": 4}}, {"days_in_row": 1}, {"days_in_row": None},
    ):  # fmt: skip
        wished = replace(RECORDED, **change, revision=8)
        given(ATTENDANCE, replace(RECORDED, revision=7)).when(replace(APRIL, **change)).then(wished)


@pytest.mark.parametrize(("figures", "fits"), [
    ({"minutes_late": 43200}, True), ({"minutes_late": 43201}, False), ({"minutes_late": -1}, False),
    ({"minutes_early": 43200}, True), ({"minutes_early": 43201}, False), ({"minutes_early": -1}, False),
    ({"days_absent": 30}, True), ({"days_absent": 31}, False), ({"days_absent": -1}, False),
    ({"meetings_missed": 999}, True), ({"meetings_missed": 1000}, False), ({"meetings_missed": -1}, False),
    ({"roll_calls_missed": 999}, True), ({"roll_calls_missed": 1000}, False), ({"roll_calls_missed": -1}, False),
    ({"leave_days": {"sick": 30}}, True), ({"leave_days": {"sick": 15, "annual": 16}}, False),
    ({"leave_days": {"sick": -1, "annual": 5}}, False), ({"leave_days": {"sick": 0}}, True),
    ({"days_absent": 10, "leave_days": {"sick": 10, "annual": 10}}, True), ({"days_absent": 11, "leave_days": {"sick": 20}}, False),
    ({"days_in_row": 0}, True), ({"days_in_row": 1}, False), ({"days_in_row": -1}, False),
    ({"days_absent": 1, "days_in_row": 1}, True), ({"days_absent": 1, "days_in_row": 0}, False),
    ({"days_absent": 1, "days_in_row": 366}, True), ({"days_absent": 1, "days_in_row": 367}, False),
])  # fmt: skip
def test_no_figure_is_more_than_a_month_of_thirty_days_can_hold(figures: dict[str, Any], fits: bool):
    command = replace(APRIL, **NOTHING | figures)
    if fits:
        given(ATTENDANCE).when(command).then(replace(RECORDED, **NOTHING | figures))
    else:
        given(ATTENDANCE).when(command).then_refused("attendance-figure", 422)


@pytest.mark.parametrize(("change", "found"), [
    ({"month": "2026-Q1"}, "attendance-period"), ({"month": "2025"}, "attendance-period"),
    ({"today": date(2026, 4, 30)}, "attendance-early"), ({"today": date(2026, 3, 1)}, "attendance-early"),
    ({"today": date(2026, 5, 1)}, None),
    ({"provisional_until": date(2026, 4, 10)}, "attendance-provisional"),
    ({"provisional_until": date(2026, 4, 10), "today": date(2026, 4, 30)}, None),
    ({"provisional_until": date(2026, 4, 30), "today": date(2026, 4, 30)}, None),
    ({"provisional_until": date(2026, 4, 20), "today": date(2026, 4, 20)}, None),
    ({"provisional_until": date(2026, 4, 21), "today": date(2026, 4, 20)}, "attendance-provisional"),
    ({"provisional_until": date(2026, 3, 31), "today": date(2026, 4, 20)}, "attendance-provisional"),
    ({"provisional_until": date(2026, 5, 1), "today": date(2026, 4, 30)}, "attendance-provisional"),
])  # fmt: skip
def test_a_month_is_recorded_when_it_is_over_or_up_to_a_day_while_it_runs(change: dict[str, Any], found: str | None):
    command = replace(APRIL, **change)
    if found is None:
        wished = replace(RECORDED, provisional_until=change.get("provisional_until"))
        given(ATTENDANCE).when(command).then(wished)
        given(ATTENDANCE, wished).when(command).then()
    else:
        given(ATTENDANCE).when(command).then_refused(found, 422)


@for_all(began=st.integers(1, 30), left=st.integers(1, 32), until=st.integers(1, 30))
def test_the_days_served_by_the_last_day_recorded_bound_the_figures(began: int, left: int, until: int):
    first, end = date(2026, 4, began), date(2026, 4, 1) + DAY * (left - 1)
    service = Employment((Spell(first, end, "retired"),))
    served = len([day for day in range(1, until + 1) if began <= day < left])
    command = replace(APRIL, **NOTHING, service=service, provisional_until=date(2026, 4, until), today=date(2026, 4, 30))
    if not served:
        given(ATTENDANCE).when(command).then_refused("outside-service", 422)
        return
    assert len(given(ATTENDANCE).when(replace(command, days_absent=served, minutes_late=served * 1440)).events) == 1
    for more in ({"days_absent": served + 1}, {"minutes_late": served * 1440 + 1}, {"leave_days": {"sick": served + 1}}):
        given(ATTENDANCE).when(replace(command, **more)).then_refused("attendance-figure", 422)


def test_a_month_outside_service_says_when_service_was():
    gone = Employment((Spell(date(2020, 1, 1), date(2026, 4, 1), "retired"),))
    for service, told in ((gone, "ended on 2026-04-01 (retired)"), (Employment((Spell(date(2026, 5, 1)),)), "since 2026-05-01")):
        with pytest.raises(Refused, match="outside-service") as caught:
            given(ATTENDANCE).when(replace(APRIL, service=service)).then()
        assert told in caught.value.found


# --- a year before Merit ---

YEAR = RecordYearAbsence("m1", "2025", 12, "d" * 64, 7, TODAY, 5)
YEAR_RECORDED = YearAbsenceRecorded("m1", "2025", 12, "d" * 64, 7, 5)


def test_a_year_before_merit_is_recorded_once_and_corrected_by_another_figure():
    given(YEAR_ABSENCE, "something else").when(YEAR).then(YEAR_RECORDED)
    given(YEAR_ABSENCE, YEAR_RECORDED).when(replace(YEAR, file_digest="e" * 64, row=9)).then()
    for change in ({"days_absent": 13}, {"days_in_row": 6}, {"days_in_row": None}):
        given(YEAR_ABSENCE, YEAR_RECORDED).when(replace(YEAR, **change)).then(replace(YEAR_RECORDED, **change))


@pytest.mark.parametrize(("change", "found"), [
    ({"year": "2025-Q1"}, "absence-year"), ({"year": "2026"}, "absence-year"), ({"today": date(2025, 12, 31)}, "absence-year"),
    ({"today": date(2026, 1, 1)}, None), ({"days_absent": -1}, "attendance-figure"), ({"days_absent": 367}, "attendance-figure"),
    ({"days_absent": 366}, None), ({"days_absent": 0, "days_in_row": 0}, None), ({"days_in_row": 0}, "attendance-figure"),
    ({"days_in_row": 367}, "attendance-figure"), ({"days_absent": 0, "days_in_row": 1}, "attendance-figure"),
])  # fmt: skip
def test_a_year_is_over_and_holds_at_most_its_days(change: dict[str, Any], found: str | None):
    command = replace(YEAR, **change)
    if found is None:
        assert len(given(YEAR_ABSENCE).when(command).events) == 1
    else:
        given(YEAR_ABSENCE).when(command).then_refused(found, 422)
