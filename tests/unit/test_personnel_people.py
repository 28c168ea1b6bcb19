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
    in_force,
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
from shared.kernel.decider import Aggregate
from shared.kernel.employment import Employment, Spell
from shared.kernel.refusal import Refused

JOINED = date(2025, 6, 1)
REGISTERED = EmployeeRegistered("m8", "CPNS", JOINED)
POST = AssignPosition("m8", "pengelola-berkas-2", 7, "executing", "dpmptsp", False, JOINED, "813/108/2025")
POSTED = PositionAssigned("m8", "pengelola-berkas-2", 7, "executing", "dpmptsp", False, JOINED, "813/108/2025")
ALWAYS = Employment((Spell(date(2020, 1, 1)),))
APRIL = RecordAttendance("m1", "2026-04", 450, 0, 0, 0, 0, date(2026, 5, 3), service=ALWAYS)
APRIL_RECORDED = AttendanceRecorded("m1", "2026-04", 450, 0, 0, 0, 0, {}, 1)


def given_when(aggregate: Aggregate, given: list, command: object) -> list:
    decider = aggregate.decider
    return list(decider.decide(decider.state(given), command))


def refused(aggregate: Aggregate, given: list, command: object) -> Refused:
    with pytest.raises(Refused) as caught:
        given_when(aggregate, given, command)
    return caught.value


def test_a_unit_is_opened_once_below_another():
    command = OpenUnit("dpmptsp", "kota", "dinas", date(2020, 1, 1))
    opened = UnitOpened("dpmptsp", "kota", "dinas", date(2020, 1, 1))
    assert given_when(UNIT, [], command) == [opened]
    assert given_when(UNIT, [opened], command) == []
    assert refused(UNIT, [opened], replace(command, parent="setda")).code == "unit-exists"
    assert refused(UNIT, [], replace(command, parent="dpmptsp")).code == "unit-below-itself"


OPENED = UnitOpened("desk", "dpmptsp", "seksi", date(2020, 1, 1))
MOVE = MoveUnit("desk", "setda", date(2026, 7, 1), "188/41/2026", ("setda", "kota"))


def test_a_unit_moves_under_another_from_a_day_on_and_the_same_move_changes_nothing():
    moved = UnitMoved("desk", "dpmptsp", "setda", date(2026, 7, 1), "188/41/2026")
    assert given_when(UNIT, [OPENED], MOVE) == [moved]
    assert given_when(UNIT, [OPENED, moved], MOVE) == []
    back = replace(MOVE, parent="dpmptsp", since=date(2027, 1, 1), above=("dpmptsp", "kota"))
    assert given_when(UNIT, [OPENED, moved], back) == [UnitMoved("desk", "setda", "dpmptsp", date(2027, 1, 1), "188/41/2026")]
    state = UNIT.decider.state([OPENED, moved])
    assert [state.parent_on(date(year, 7, 1)) for year in (2019, 2025, 2026)] == ["dpmptsp", "dpmptsp", "setda"]


@pytest.mark.parametrize(("past", "changes", "code"), [
    ((), {}, "unknown-unit"),
    ((OPENED,), {"parent": "desk", "above": ("desk",)}, "unit-below-itself"),
    ((OPENED,), {"parent": "counter", "above": ("counter", "desk", "dpmptsp")}, "unit-below-itself"),
    ((OPENED,), {"since": date(2019, 12, 31)}, "unit-move-date"),
])  # fmt: skip
def test_a_move_that_cannot_be_is_refused(past: tuple, changes: dict, code: str):
    assert refused(UNIT, list(past), replace(MOVE, **changes)).code == code


def test_the_same_file_imported_twice_registers_nobody_twice():
    commands = [RegisterEmployee("m8", "CPNS", JOINED), POST, HoldRank("m8", "III/a", JOINED, JOINED)]
    known = [REGISTERED, POSTED, RankHeld("m8", "III/a", JOINED, JOINED)]
    assert [given_when(EMPLOYEE, known, command) for command in commands] == [[], [], []]


def test_a_cpns_becomes_pns_and_nobody_else_changes_kind():
    """UU 20/2023: the trial year ends with the appointment as PNS."""
    became = RegisterEmployee("m8", "PNS", date(2026, 6, 1))
    assert given_when(EMPLOYEE, [REGISTERED], became) == [EmployeeRegistered("m8", "PNS", date(2026, 6, 1))]
    assert (
        given_when(EMPLOYEE, [REGISTERED, EmployeeRegistered("m8", "PNS", date(2026, 6, 1))], RegisterEmployee("m8", "CPNS", JOINED)) == []
    )
    assert refused(EMPLOYEE, [REGISTERED], replace(became, kind="PPPK")).code == "employee-registered"
    assert refused(EMPLOYEE, [REGISTERED], replace(became, since=JOINED)).code == "employee-registered"
    assert refused(EMPLOYEE, [], replace(became, kind="THL")).status == 422


def test_nothing_is_said_of_somebody_who_is_not_registered():
    assert refused(EMPLOYEE, [], POST).status == 404


def test_job_classes_are_1_to_17():
    """Perpres 188/2014: kelas jabatan 1–17."""
    assert given_when(EMPLOYEE, [REGISTERED], replace(POST, job_class=17))
    for wrong in (0, 18):
        assert refused(EMPLOYEE, [REGISTERED], replace(POST, job_class=wrong)).code == "job-class"
    assert refused(EMPLOYEE, [REGISTERED], replace(POST, kind="honorary")).code == "position-kind"


def test_no_post_before_the_first_day_of_service():
    assert refused(EMPLOYEE, [REGISTERED], replace(POST, since=date(2025, 5, 31))).code == "before-service"


def test_a_later_word_for_the_same_day_corrects_the_post():
    corrected = replace(POST, job_class=8)
    assert given_when(EMPLOYEE, [REGISTERED, POSTED], corrected) == [replace(POSTED, job_class=8)]
    state = EMPLOYEE.decider.state([REGISTERED, POSTED, replace(POSTED, job_class=8)])
    assert in_force(state.positions, JOINED).job_class == 8
    assert in_force(state.positions, date(2025, 5, 31)) is None


def test_an_acting_post_stands_beside_the_definitive_one():
    acting = replace(POST, acting=True, post="kasi")
    given = [REGISTERED, POSTED, replace(POSTED, acting=True, post="kasi")]
    assert given_when(EMPLOYEE, given[:2], acting) == given[2:]
    assert given_when(EMPLOYEE, given, POST) == []


@pytest.mark.parametrize(("kind", "rank", "fits"), [
    ("PNS", "III/a", True), ("PNS", "IV/e", True), ("PNS", "III/e", False), ("PNS", "IX", False),
    ("PPPK", "IX", True), ("PPPK", "XVII", True), ("PPPK", "XVIII", False), ("PPPK", "III/a", False),
])  # fmt: skip
def test_ranks_are_those_of_the_kind_of_employment(kind: str, rank: str, fits: bool):
    given, command = [EmployeeRegistered("m7", kind, JOINED)], HoldRank("m7", rank, JOINED, JOINED)
    if fits:
        assert given_when(EMPLOYEE, given, command) == [RankHeld("m7", rank, JOINED, JOINED)]
    else:
        assert refused(EMPLOYEE, given, command).code == "rank"


def test_no_rank_before_service():
    assert refused(EMPLOYEE, [REGISTERED], HoldRank("m8", "III/a", date(2025, 5, 1), JOINED)).code == "rank-before-service"


def test_pp_30_2019_art_59_employee_assessor_and_superior_are_three_persons():
    line = SetReportingLine("m8", "m11", "m13", JOINED, "800/31/2025")
    assert given_when(EMPLOYEE, [REGISTERED], line) == [ReportingLineSet("m8", "m11", "m13", JOINED, "800/31/2025")]
    assert given_when(EMPLOYEE, [REGISTERED], replace(line, superior=None))
    for wrong in (replace(line, assessor="m8"), replace(line, superior="m8"), replace(line, superior="m11")):
        assert refused(EMPLOYEE, [REGISTERED], wrong).code == "reporting-line-circular"


def test_attendance_is_replaced_whole_by_its_next_revision():
    assert given_when(ATTENDANCE, [], APRIL) == [APRIL_RECORDED]
    assert given_when(ATTENDANCE, [APRIL_RECORDED], APRIL) == []
    corrected = replace(APRIL_RECORDED, minutes_late=0, revision=2)
    assert given_when(ATTENDANCE, [APRIL_RECORDED], replace(APRIL, minutes_late=0)) == [corrected]
    assert given_when(ATTENDANCE, [APRIL_RECORDED, corrected], replace(APRIL, minutes_late=0)) == []
    assert given_when(ATTENDANCE, [APRIL_RECORDED, corrected], APRIL) == [replace(APRIL_RECORDED, revision=3)]


def test_attendance_of_a_month_that_has_not_ended_is_refused():
    assert refused(ATTENDANCE, [], replace(APRIL, today=date(2026, 4, 30))).code == "attendance-early"
    assert given_when(ATTENDANCE, [], replace(APRIL, today=date(2026, 5, 1)))
    assert refused(ATTENDANCE, [], replace(APRIL, month="2026-Q1")).code == "attendance-period"


def test_a_month_that_runs_is_recorded_up_to_a_day_and_replaced_by_the_whole_month():
    """December is paid before it ends: its attendance up to the 15th, said as such; the whole month is the next revision, even if alike."""
    so_far = replace(APRIL, provisional_until=date(2026, 4, 15), today=date(2026, 4, 17))
    (recorded,) = given_when(ATTENDANCE, [], so_far)
    assert recorded == replace(APRIL_RECORDED, provisional_until=date(2026, 4, 15))
    assert given_when(ATTENDANCE, [recorded], so_far) == []
    assert given_when(ATTENDANCE, [recorded], APRIL) == [replace(APRIL_RECORDED, revision=2)]
    for day in (date(2026, 4, 18), date(2026, 3, 31), date(2026, 5, 1)):
        assert refused(ATTENDANCE, [], replace(so_far, provisional_until=day)).code == "attendance-provisional"
    assert refused(ATTENDANCE, [APRIL_RECORDED], replace(so_far, today=date(2026, 5, 1))).code == "attendance-provisional"
    assert refused(ATTENDANCE, [], replace(so_far, days_absent=16)).code == "attendance-figure"


@pytest.mark.parametrize("wrong", [
    {"days_absent": 31}, {"days_absent": -1}, {"minutes_late": 30 * 24 * 60 + 1}, {"roll_calls_missed": -1},
    {"days_absent": 20, "leave_days": {"sick": 11}}, {"leave_days": {"annual": -1}},
])  # fmt: skip
def test_attendance_that_no_month_can_hold_is_refused(wrong: dict):
    assert refused(ATTENDANCE, [], replace(APRIL, **wrong)).code == "attendance-figure"


END = EndEmployment("m8", "resigned", date(2026, 5, 1), "800/9/2026")
ENDED = EmploymentEnded("m8", "resigned", date(2026, 5, 1), "800/9/2026")
LEAVE = InterruptService("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/7/2026")
ON_LEAVE = ServiceInterrupted("m8", "unpaid-leave", date(2026, 3, 1), date(2026, 3, 31), "800/7/2026")


def test_an_end_is_recorded_once_and_another_one_asks_that_it_be_revoked_first():
    assert given_when(EMPLOYEE, [REGISTERED], END) == [ENDED]
    assert given_when(EMPLOYEE, [REGISTERED, ENDED], END) == []
    assert refused(EMPLOYEE, [REGISTERED, ENDED], replace(END, since=date(2026, 6, 1))).code == "employment-ended"
    assert refused(EMPLOYEE, [REGISTERED], replace(END, since=JOINED)).code == "end-before-service"
    assert refused(EMPLOYEE, [REGISTERED], replace(END, kind="gone")).code == "end-kind"
    revoked = EmploymentEndRevoked("m8", ENDED.since, "800/10/2026")
    assert given_when(EMPLOYEE, [REGISTERED, ENDED], RevokeEnd("m8", "800/10/2026")) == [revoked]
    assert refused(EMPLOYEE, [REGISTERED, ENDED, revoked], RevokeEnd("m8", "800/10/2026")).code == "not-ended"
    assert given_when(EMPLOYEE, [REGISTERED, ENDED, revoked], replace(END, since=date(2026, 6, 1)))


def test_what_begins_after_the_end_is_refused_and_what_began_before_is_not():
    given, first, last = [REGISTERED, ENDED], ENDED.since, date(2026, 4, 30)
    line = SetReportingLine("m8", "m11", "m13", first, "800/31/2025")
    for command in (replace(POST, since=first), line, HoldRank("m8", "III/b", first, JOINED), replace(LEAVE, since=first, until=None)):
        assert refused(EMPLOYEE, given, command).code == "after-service"
        assert given_when(EMPLOYEE, given, replace(command, since=last))


def test_registered_again_from_the_end_on_and_not_before():
    again = RegisterEmployee("m8", "PPPK", ENDED.since)
    assert given_when(EMPLOYEE, [REGISTERED, ENDED], again) == [EmployeeRegistered("m8", "PPPK", ENDED.since)]
    assert refused(EMPLOYEE, [REGISTERED, ENDED], replace(again, since=date(2026, 4, 30))).code == "employee-registered"
    assert refused(EMPLOYEE, [REGISTERED, replace(ENDED, kind="died")], again).code == "employee-registered"
    back = [REGISTERED, ENDED, EmployeeRegistered("m8", "PPPK", date(2026, 7, 1))]
    assert given_when(EMPLOYEE, back, replace(POST, since=date(2026, 7, 1)))
    assert refused(EMPLOYEE, back, replace(POST, since=date(2026, 6, 30))).code == "after-service"
    assert refused(EMPLOYEE, back, RevokeEnd("m8", "800/10/2026")).code == "not-ended"


def test_nobody_is_away_twice_on_a_day_and_comes_back_only_from_somewhere():
    assert given_when(EMPLOYEE, [REGISTERED], LEAVE) == [ON_LEAVE]
    assert given_when(EMPLOYEE, [REGISTERED, ON_LEAVE], LEAVE) == []
    longer = replace(LEAVE, until=date(2026, 4, 30))
    assert given_when(EMPLOYEE, [REGISTERED, ON_LEAVE], longer) == [replace(ON_LEAVE, until=date(2026, 4, 30))]
    sick = replace(LEAVE, kind="sick-leave", since=date(2026, 3, 31), until=None)
    assert refused(EMPLOYEE, [REGISTERED, ON_LEAVE], sick).code == "service-interrupted"
    assert given_when(EMPLOYEE, [REGISTERED, ON_LEAVE], replace(sick, since=date(2026, 4, 1)))
    assert refused(EMPLOYEE, [REGISTERED], replace(LEAVE, until=date(2026, 2, 28))).code == "interruption-days"
    assert refused(EMPLOYEE, [REGISTERED], replace(LEAVE, kind="holiday")).code == "interruption-kind"
    assert refused(EMPLOYEE, [REGISTERED], replace(LEAVE, since=date(2025, 5, 31))).code == "before-service"
    back = ResumeService("m8", date(2026, 3, 20), "800/8/2026")
    resumed = ServiceResumed("m8", date(2026, 3, 20), "800/8/2026")
    assert given_when(EMPLOYEE, [REGISTERED, ON_LEAVE], back) == [resumed]
    assert given_when(EMPLOYEE, [REGISTERED, ON_LEAVE, resumed], back) == []
    assert refused(EMPLOYEE, [REGISTERED, ON_LEAVE], replace(back, since=date(2026, 4, 1))).code == "not-interrupted"


def test_an_old_first_day_back_speaks_of_its_own_interruption():
    def back(day: int, month: int = 3) -> ResumeService:
        return ResumeService("m8", date(2026, month, day), "800/8/2026")

    def said(command: ResumeService) -> ServiceResumed:
        return ServiceResumed(command.employee, command.since, command.document)

    given = [REGISTERED, ON_LEAVE, said(back(20))]
    assert given_when(EMPLOYEE, given, back(10)) == [said(back(10))]
    assert refused(EMPLOYEE, given, back(25)).code == "not-interrupted", "a day that nobody said opens no leave again"
    assert given_when(EMPLOYEE, [*given, said(back(10))], back(20)) == [ON_LEAVE, said(back(20))]
    assert given_when(EMPLOYEE, [*given, said(back(1))], back(20)) == [ON_LEAVE, said(back(20))]
    shorter = [*given, replace(ON_LEAVE, until=date(2026, 3, 15))]
    assert given_when(EMPLOYEE, shorter, back(20)) == [ON_LEAVE, said(back(20))], "said before, of the leave as it was then"
    assert refused(EMPLOYEE, shorter, back(21)).code == "not-interrupted", "never said, and not within the leave as it was said last"
    other = ServiceInterrupted("m8", "study", date(2026, 3, 20), date(2026, 6, 30), "800/9/2026")
    assert given_when(EMPLOYEE, [*given, other], back(20)) == [], "the study that began on that day stays"
    corrected = [*given, said(back(10)), other]
    assert refused(EMPLOYEE, corrected, back(20)).code == "service-interrupted", "the leave does not run into the study"
    assert given_when(EMPLOYEE, corrected, back(25)) == [said(back(25))], "the first day back from the study"


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
        assert given_when(ATTENDANCE, [], command)
        assert refused(ATTENDANCE, [], replace(command, days_absent=2)).code == "attendance-figure"
    else:
        assert refused(ATTENDANCE, [], command).code == "outside-service"
