"""People, units and attendance: what may be said of them, and what changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.personnel.domain.attendance import ATTENDANCE, RecordAttendance
from services.personnel.domain.employee import (
    EMPLOYEE,
    AssignPosition,
    EndEmployment,
    HoldRank,
    InterruptService,
    RegisterEmployee,
    ResumeService,
    RevokeEnd,
    SetReportingLine,
)
from services.personnel.domain.unit import UNIT, MoveUnit, OpenUnit
from services.personnel.events import (
    AttendanceRecorded,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    RankHeld,
    ReportingLineSet,
    ServiceInterrupted,
    ServiceResumed,
    UnitMoved,
    UnitOpened,
)
from shared.kernel.dated import in_force
from shared.kernel.employment import Employment, Spell
from tests.support.deciding import given

JOINED = date(2025, 6, 1)
REGISTERED = EmployeeRegistered("m8", "CPNS", JOINED)
POST = AssignPosition("m8", "pengelola-berkas-2", 7, "executing", "dpmptsp", False, JOINED, "813/108/2025")
POSTED = PositionAssigned("m8", "pengelola-berkas-2", 7, "executing", "dpmptsp", False, JOINED, "813/108/2025")
ALWAYS = Employment((Spell(date(2020, 1, 1)),))
APRIL = RecordAttendance("m1", "2026-04", 450, 0, 0, 0, 0, date(2026, 5, 3), service=ALWAYS)
APRIL_RECORDED = AttendanceRecorded("m1", "2026-04", 450, 0, 0, 0, 0, {}, 1)


def test_a_unit_is_opened_once_below_another():
    command = OpenUnit("dpmptsp", "kota", "dinas", date(2020, 1, 1))
    opened = UnitOpened("dpmptsp", "kota", "dinas", date(2020, 1, 1))
    given(UNIT).when(command).then(opened)
    given(UNIT, opened).when(command).then()
    assert given(UNIT, opened).when(replace(command, parent="setda")).refused.code == "unit-exists"
    assert given(UNIT).when(replace(command, parent="dpmptsp")).refused.code == "unit-below-itself"


OPENED = UnitOpened("desk", "dpmptsp", "seksi", date(2020, 1, 1))
MOVE = MoveUnit("desk", "setda", date(2026, 7, 1), "188/41/2026", ("setda", "kota"))


def test_a_unit_moves_under_another_from_a_day_on_and_the_same_move_changes_nothing():
    moved = UnitMoved("desk", "dpmptsp", "setda", date(2026, 7, 1), "188/41/2026")
    given(UNIT, OPENED).when(MOVE).then(moved)
    given(UNIT, OPENED, moved).when(MOVE).then()
    back = replace(MOVE, parent="dpmptsp", since=date(2027, 1, 1), above=("dpmptsp", "kota"))
    given(UNIT, OPENED, moved).when(back).then(UnitMoved("desk", "setda", "dpmptsp", date(2027, 1, 1), "188/41/2026"))
    state = UNIT.decider.state([OPENED, moved])
    assert [state.parent_on(date(year, 7, 1)) for year in (2019, 2025, 2026)] == ["dpmptsp", "dpmptsp", "setda"]


@pytest.mark.parametrize(("past", "changes", "code"), [
    ((), {}, "unknown-unit"),
    ((OPENED,), {"parent": "desk", "above": ("desk",)}, "unit-below-itself"),
    ((OPENED,), {"parent": "counter", "above": ("counter", "desk", "dpmptsp")}, "unit-below-itself"),
    ((OPENED,), {"since": date(2019, 12, 31)}, "unit-move-date"),
])  # fmt: skip
def test_a_move_that_cannot_be_is_refused(past: tuple, changes: dict, code: str):
    assert given(UNIT, *past).when(replace(MOVE, **changes)).refused.code == code


def test_the_same_file_imported_twice_registers_nobody_twice():
    commands = [RegisterEmployee("m8", "CPNS", JOINED), POST, HoldRank("m8", "III/a", JOINED, JOINED)]
    known = [REGISTERED, POSTED, RankHeld("m8", "III/a", JOINED, JOINED)]
    assert [given(EMPLOYEE, *known).when(command).events for command in commands] == [[], [], []]


def test_a_cpns_becomes_pns_and_nobody_else_changes_kind():
    """UU 20/2023: the trial year ends with the appointment as PNS."""
    became = RegisterEmployee("m8", "PNS", date(2026, 6, 1))
    given(EMPLOYEE, REGISTERED).when(became).then(EmployeeRegistered("m8", "PNS", date(2026, 6, 1)))
    given(EMPLOYEE, REGISTERED, EmployeeRegistered("m8", "PNS", date(2026, 6, 1))).when(RegisterEmployee("m8", "CPNS", JOINED)).then()
    assert given(EMPLOYEE, REGISTERED).when(replace(became, kind="PPPK")).refused.code == "employee-registered"
    assert given(EMPLOYEE, REGISTERED).when(replace(became, since=JOINED)).refused.code == "employee-registered"
    assert given(EMPLOYEE).when(replace(became, kind="THL")).refused.status == 422


def test_nothing_is_said_of_somebody_who_is_not_registered():
    assert given(EMPLOYEE).when(POST).refused.status == 404


def test_job_classes_are_1_to_17():
    """Perpres 188/2014: kelas jabatan 1–17."""
    assert given(EMPLOYEE, REGISTERED).when(replace(POST, job_class=17)).events
    for wrong in (0, 18):
        assert given(EMPLOYEE, REGISTERED).when(replace(POST, job_class=wrong)).refused.code == "job-class"
    assert given(EMPLOYEE, REGISTERED).when(replace(POST, kind="honorary")).refused.code == "position-kind"


def test_no_post_before_the_first_day_of_service():
    assert given(EMPLOYEE, REGISTERED).when(replace(POST, since=date(2025, 5, 31))).refused.code == "before-service"


def test_a_later_word_for_the_same_day_corrects_the_post():
    corrected = replace(POST, job_class=8)
    given(EMPLOYEE, REGISTERED, POSTED).when(corrected).then(replace(POSTED, job_class=8))
    state = EMPLOYEE.decider.state([REGISTERED, POSTED, replace(POSTED, job_class=8)])
    assert in_force(state.positions, JOINED).job_class == 8
    assert in_force(state.positions, date(2025, 5, 31)) is None


def test_an_acting_post_stands_beside_the_definitive_one():
    acting = replace(POST, acting=True, post="kasi")
    past = [REGISTERED, POSTED, replace(POSTED, acting=True, post="kasi")]
    assert given(EMPLOYEE, *past[:2]).when(acting).events == past[2:]
    given(EMPLOYEE, *past).when(POST).then()


@pytest.mark.parametrize(("kind", "rank", "fits"), [
    ("PNS", "III/a", True), ("PNS", "IV/e", True), ("PNS", "III/e", False), ("PNS", "IX", False),
    ("PPPK", "IX", True), ("PPPK", "XVII", True), ("PPPK", "XVIII", False), ("PPPK", "III/a", False),
])  # fmt: skip
def test_ranks_are_those_of_the_kind_of_employment(kind: str, rank: str, fits: bool):
    past, command = [EmployeeRegistered("m7", kind, JOINED)], HoldRank("m7", rank, JOINED, JOINED)
    if fits:
        given(EMPLOYEE, *past).when(command).then(RankHeld("m7", rank, JOINED, JOINED))
    else:
        assert given(EMPLOYEE, *past).when(command).refused.code == "rank"


def test_no_rank_before_service():
    assert given(EMPLOYEE, REGISTERED).when(HoldRank("m8", "III/a", date(2025, 5, 1), JOINED)).refused.code == "rank-before-service"


def test_pp_30_2019_art_59_employee_assessor_and_superior_are_three_persons():
    line = SetReportingLine("m8", "m11", "m13", JOINED, "800/31/2025")
    given(EMPLOYEE, REGISTERED).when(line).then(ReportingLineSet("m8", "m11", "m13", JOINED, "800/31/2025"))
    assert given(EMPLOYEE, REGISTERED).when(replace(line, superior=None)).events
    for wrong in (replace(line, assessor="m8"), replace(line, superior="m8"), replace(line, superior="m11")):
        assert given(EMPLOYEE, REGISTERED).when(wrong).refused.code == "reporting-line-circular"


def test_attendance_is_replaced_whole_by_its_next_revision():
    given(ATTENDANCE).when(APRIL).then(APRIL_RECORDED)
    given(ATTENDANCE, APRIL_RECORDED).when(APRIL).then()
    corrected = replace(APRIL_RECORDED, minutes_late=0, revision=2)
    given(ATTENDANCE, APRIL_RECORDED).when(replace(APRIL, minutes_late=0)).then(corrected)
    given(ATTENDANCE, APRIL_RECORDED, corrected).when(replace(APRIL, minutes_late=0)).then()
    given(ATTENDANCE, APRIL_RECORDED, corrected).when(APRIL).then(replace(APRIL_RECORDED, revision=3))


def test_attendance_of_a_month_that_has_not_ended_is_refused():
    assert given(ATTENDANCE).when(replace(APRIL, today=date(2026, 4, 30))).refused.code == "attendance-early"
    assert given(ATTENDANCE).when(replace(APRIL, today=date(2026, 5, 1))).events
    assert given(ATTENDANCE).when(replace(APRIL, month="2026-Q1")).refused.code == "attendance-period"


def test_a_month_that_runs_is_recorded_up_to_a_day_and_replaced_by_the_whole_month():
    """December is paid before it ends: its attendance up to the 15th, said as such; the whole month is the next revision, even if alike."""
    so_far = replace(APRIL, provisional_until=date(2026, 4, 15), today=date(2026, 4, 17))
    (recorded,) = given(ATTENDANCE).when(so_far).events
    assert recorded == replace(APRIL_RECORDED, provisional_until=date(2026, 4, 15))
    given(ATTENDANCE, recorded).when(so_far).then()
    given(ATTENDANCE, recorded).when(APRIL).then(replace(APRIL_RECORDED, revision=2))
    for day in (date(2026, 4, 18), date(2026, 3, 31), date(2026, 5, 1)):
        assert given(ATTENDANCE).when(replace(so_far, provisional_until=day)).refused.code == "attendance-provisional"
    assert given(ATTENDANCE, APRIL_RECORDED).when(replace(so_far, today=date(2026, 5, 1))).refused.code == "attendance-provisional"
    assert given(ATTENDANCE).when(replace(so_far, days_absent=16)).refused.code == "attendance-figure"


@pytest.mark.parametrize("wrong", [
    {"days_absent": 31}, {"days_absent": -1}, {"minutes_late": 30 * 24 * 60 + 1}, {"roll_calls_missed": -1},
    {"days_absent": 20, "leave_days": {"sick": 11}}, {"leave_days": {"annual": -1}},
])  # fmt: skip
def test_attendance_that_no_month_can_hold_is_refused(wrong: dict):
    assert given(ATTENDANCE).when(replace(APRIL, **wrong)).refused.code == "attendance-figure"


END = EndEmployment("m8", "resigned", date(2026, 5, 1), "800/9/2026")
ENDED = EmploymentEnded("m8", "resigned", date(2026, 5, 1), "800/9/2026")
LEAVE = InterruptService("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/7/2026")
ON_LEAVE = ServiceInterrupted("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/7/2026")


def test_an_end_is_recorded_once_and_another_one_asks_that_it_be_revoked_first():
    given(EMPLOYEE, REGISTERED).when(END).then(ENDED)
    given(EMPLOYEE, REGISTERED, ENDED).when(END).then()
    assert given(EMPLOYEE, REGISTERED, ENDED).when(replace(END, since=date(2026, 6, 1))).refused.code == "employment-ended"
    assert given(EMPLOYEE, REGISTERED).when(replace(END, since=JOINED)).refused.code == "end-before-service"
    assert given(EMPLOYEE, REGISTERED).when(replace(END, kind="gone")).refused.code == "end-kind"
    revoked = EmploymentEndRevoked("m8", ENDED.since, "800/10/2026")
    given(EMPLOYEE, REGISTERED, ENDED).when(RevokeEnd("m8", "800/10/2026")).then(revoked)
    assert given(EMPLOYEE, REGISTERED, ENDED, revoked).when(RevokeEnd("m8", "800/10/2026")).refused.code == "not-ended"
    assert given(EMPLOYEE, REGISTERED, ENDED, revoked).when(replace(END, since=date(2026, 6, 1))).events


def test_what_begins_after_the_end_is_refused_and_what_began_before_is_not():
    past, first, last = [REGISTERED, ENDED], ENDED.since, date(2026, 4, 30)
    line = SetReportingLine("m8", "m11", "m13", first, "800/31/2025")
    for command in (replace(POST, since=first), line, HoldRank("m8", "III/b", first, JOINED), replace(LEAVE, since=first, until=None)):
        assert given(EMPLOYEE, *past).when(command).refused.code == "after-service"
        assert given(EMPLOYEE, *past).when(replace(command, since=last)).events


def test_registered_again_from_the_end_on_and_not_before():
    again = RegisterEmployee("m8", "PPPK", ENDED.since)
    given(EMPLOYEE, REGISTERED, ENDED).when(again).then(EmployeeRegistered("m8", "PPPK", ENDED.since))
    assert given(EMPLOYEE, REGISTERED, ENDED).when(replace(again, since=date(2026, 4, 30))).refused.code == "employee-registered"
    assert given(EMPLOYEE, REGISTERED, replace(ENDED, kind="died")).when(again).refused.code == "employee-registered"
    back = [REGISTERED, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 7, 1))]
    assert given(EMPLOYEE, *back).when(replace(POST, since=date(2026, 7, 1))).events
    assert given(EMPLOYEE, *back).when(replace(POST, since=date(2026, 6, 30))).refused.code == "after-service"
    assert given(EMPLOYEE, *back).when(RevokeEnd("m8", "800/10/2026")).refused.code == "not-ended"


def test_nobody_is_away_twice_on_a_day_and_comes_back_only_from_somewhere():
    given(EMPLOYEE, REGISTERED).when(LEAVE).then(ON_LEAVE)
    given(EMPLOYEE, REGISTERED, ON_LEAVE).when(LEAVE).then()
    longer = replace(LEAVE, until=date(2026, 4, 30))
    given(EMPLOYEE, REGISTERED, ON_LEAVE).when(longer).then(replace(ON_LEAVE, until=date(2026, 4, 30)))
    sick = replace(LEAVE, kind="sick-leave", since=date(2026, 3, 31), until=None)
    assert given(EMPLOYEE, REGISTERED, ON_LEAVE).when(sick).refused.code == "service-interrupted"
    assert given(EMPLOYEE, REGISTERED, ON_LEAVE).when(replace(sick, since=date(2026, 4, 1))).events
    assert given(EMPLOYEE, REGISTERED).when(replace(LEAVE, until=date(2026, 2, 28))).refused.code == "interruption-days"
    assert given(EMPLOYEE, REGISTERED).when(replace(LEAVE, kind="holiday")).refused.code == "interruption-kind"
    assert given(EMPLOYEE, REGISTERED).when(replace(LEAVE, since=date(2025, 5, 31))).refused.code == "before-service"
    back = ResumeService("m8", date(2026, 3, 20), "800/8/2026")
    resumed = ServiceResumed("m8", date(2026, 3, 20), "800/8/2026")
    given(EMPLOYEE, REGISTERED, ON_LEAVE).when(back).then(resumed)
    given(EMPLOYEE, REGISTERED, ON_LEAVE, resumed).when(back).then()
    assert given(EMPLOYEE, REGISTERED, ON_LEAVE).when(replace(back, since=date(2026, 4, 1))).refused.code == "not-interrupted"


def test_an_old_first_day_back_speaks_of_its_own_interruption():
    def back(day: int, month: int = 3) -> ResumeService:
        return ResumeService("m8", date(2026, month, day), "800/8/2026")

    def said(command: ResumeService) -> ServiceResumed:
        return ServiceResumed(command.employee, command.since, command.document)

    past = [REGISTERED, ON_LEAVE, said(back(20))]
    given(EMPLOYEE, *past).when(back(10)).then(said(back(10)))
    assert given(EMPLOYEE, *past).when(back(25)).refused.code == "not-interrupted", "a day that nobody said opens no leave again"
    given(EMPLOYEE, *past, said(back(10))).when(back(20)).then(ON_LEAVE, said(back(20)))
    given(EMPLOYEE, *past, said(back(1))).when(back(20)).then(ON_LEAVE, said(back(20)))
    shorter = [*past, replace(ON_LEAVE, until=date(2026, 3, 15))]
    assert given(EMPLOYEE, *shorter).when(back(20)).events == [ON_LEAVE, said(back(20))], "said before, of the leave as it was then"
    refused = given(EMPLOYEE, *shorter).when(back(21)).refused
    assert refused.code == "not-interrupted", "never said, and not within the leave as it was said last"
    other = ServiceInterrupted("m8", "study", date(2026, 3, 20), date(2026, 6, 30), "800/9/2026")
    assert given(EMPLOYEE, *past, other).when(back(20)).events == [], "the study that began on that day stays"
    corrected = [*past, said(back(10)), other]
    assert given(EMPLOYEE, *corrected).when(back(20)).refused.code == "service-interrupted", "the leave does not run into the study"
    assert given(EMPLOYEE, *corrected).when(back(25)).events == [said(back(25))], "the first day back from the study"


@pytest.mark.parametrize(("since", "end", "month", "fits"), [
    (date(2026, 5, 1), None, "2026-04", False),
    (date(2026, 4, 30), None, "2026-04", True),
    (date(2020, 1, 1), date(2026, 4, 1), "2026-04", False),
    (date(2020, 1, 1), date(2026, 4, 2), "2026-04", True),
])  # fmt: skip
def test_attendance_of_a_month_without_a_day_of_service_is_refused(since: date, end: date | None, month: str, fits: bool):
    service = Employment((Spell(since, end, "retired" if end else None),))
    command = replace(APRIL, month=month, minutes_late=5, service=service)
    if fits:
        assert given(ATTENDANCE).when(command).events
        assert given(ATTENDANCE).when(replace(command, days_absent=2)).refused.code == "attendance-figure"
    else:
        assert given(ATTENDANCE).when(command).refused.code == "outside-service"
