"""A post, rank or reporting line entered from a wrong day is taken back: what stood before holds again, wherever it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.appraisal import heard as appraisal_heard
from services.appraisal.known import above, unit_of, upwards
from services.appraisal.service import SERVICE as APPRAISAL
from services.appraisal.views import EMPLOYEES as APPRAISED
from services.appraisal.views import UNITS
from services.feedback import heard as feedback_heard
from services.feedback.known import assesses_on, units_of
from services.feedback.service import SERVICE as FEEDBACK
from services.payroll import heard as payroll_heard
from services.payroll.known import read_ledger
from services.personnel.domain.employee import EMPLOYEE, AssignPosition, RecordEducation
from services.personnel.domain.entries import WithdrawEntry
from services.personnel.events import (
    EducationRecorded,
    EducationWithdrawn,
    EmployeeRegistered,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
)
from services.personnel.policy import is_assessor
from services.personnel.service import SERVICE as PERSONNEL
from services.personnel.views import EMPLOYEES as PEOPLE
from shared.http.policy import Actor
from shared.kernel.refusal import Refused
from tests.support import payroll_year as year
from tests.support.appraisal import parent_on
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge, heard
from tests.support.payroll_year import at
from tests.unit.test_payroll_year import due, mulyorejo, run, tell

WRONG, RIGHT = date(2026, 3, 1), date(2026, 6, 1)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


STREAM = [
    EmployeeRegistered("m1", "PNS", date(2020, 1, 1)),
    PositionAssigned("m1", "p8", 8, "functional", "a", False, date(2020, 1, 1), "821/1"),
    PositionAssigned("m1", "p9", 9, "functional", "b", False, WRONG, "821/2"),
    PositionAssigned("m1", "plt", 11, "structural", "c", True, WRONG, "821/3"),
    RankHeld("m1", "III/a", date(2020, 1, 1), date(2020, 1, 1)),
    RankHeld("m1", "III/b", WRONG, date(2020, 1, 1)),
    ReportingLineSet("m1", "m11", "m13", date(2020, 1, 1), "800/1"),
    ReportingLineSet("m1", "m12", "m13", WRONG, "800/2"),
]


def decided(entry: str, since: date = WRONG, acting: bool = False, past: list = STREAM) -> list:
    command = WithdrawEntry("m1", entry, since, acting, "800/9")
    return given(EMPLOYEE, *past).when(command).events


def test_a_wrong_entry_is_taken_back_once_and_by_its_day_alone():
    assert decided("position") == [PositionWithdrawn("m1", WRONG, False, "800/9")]
    assert decided("position", acting=True) == [PositionWithdrawn("m1", WRONG, True, "800/9")]
    assert decided("rank") == [RankWithdrawn("m1", WRONG, "800/9")]
    assert decided("reporting-line") == [ReportingLineWithdrawn("m1", WRONG, "800/9")]
    for entry in ("position", "rank", "reporting-line"):
        assert decided(entry, past=[*STREAM, *decided(entry)]) == []
        with pytest.raises(Refused) as refused:
            decided(entry, since=RIGHT)
        assert (refused.value.code, refused.value.status) == ("unknown-entry", 404) and str(WRONG) in refused.value.expected


def test_the_day_can_be_used_again_and_what_is_said_after_the_withdrawal_stands():
    past = [*STREAM, *decided("position")]
    again = AssignPosition("m1", "p9", 9, "functional", "b", False, WRONG, "821/2")
    [assigned] = given(EMPLOYEE, *past).when(again).events
    state = EMPLOYEE.decider.state([*past, assigned])
    assert [one.since for one in state.positions if not one.acting] == [date(2020, 1, 1), WRONG]


def test_an_education_that_was_entered_wrongly_is_named_itself():
    s1, s2 = EducationRecorded("m1", "s1"), EducationRecorded("m1", "s2")
    past, wrong = [*STREAM, s1, s2], WithdrawEntry("m1", "education", None, False, "800/9", "s2")

    def decide(command: object, *events: object) -> list:
        return given(EMPLOYEE, *events).when(command).events

    withdrawn = EducationWithdrawn("m1", "s2", "800/9")
    assert decide(wrong, *past) == [withdrawn] and decide(wrong, *past, withdrawn) == []
    assert decide(RecordEducation("m1", "s1"), *past, withdrawn) == [], "what was recorded before holds again"
    assert decide(RecordEducation("m1", "s2"), *past, withdrawn) == [s2], "what is said after the withdrawal stands"
    with pytest.raises(Refused) as refused:
        decide(WithdrawEntry("m1", "education", None, False, "800/9", "s3"), *past)
    assert refused.value.code == "unknown-entry" and "s1, s2" in refused.value.expected
    rows = [personnel(*past, *more).row(PEOPLE, "m1") for more in ((), (withdrawn,), (withdrawn, EducationWithdrawn("m1", "s1", "800/9")))]
    assert [row["education"] for row in rows] == ["s2", "s1", None]


def personnel(*events: object) -> MemoryKnowledge:
    knowledge = MemoryKnowledge(PERSONNEL, now=at(12, 1))
    knowledge.arrive(*(knowledge.own(event, "m1", "personnel-employee-m1", number) for number, event in enumerate(events, 1)))
    return knowledge


def test_personnels_page_and_its_rights_follow():
    m12 = Actor("m12", "mulyorejo", frozenset({"employee"}), "web")
    before = personnel(*STREAM)
    row = before.row(PEOPLE, "m1")
    assert (row["post"], row["job_class"], row["acting"], row["rank"], row["assessor"]) == ("p9", 9, True, "III/b", "m12")
    assert is_assessor(m12, "m1", None, before)
    after = personnel(*STREAM, *decided("position"), *decided("position", acting=True), *decided("rank"), *decided("reporting-line"))
    row = after.row(PEOPLE, "m1")
    assert (row["post"], row["job_class"], row["unit"], row["acting"]) == ("p8", 8, "a", False)
    assert (row["rank"], row["assessor"]) == ("III/a", "m11")
    assert [len(row[name]) for name in ("positions", "ranks", "lines")] == [1, 1, 1]
    assert not is_assessor(m12, "m1", None, after)


def of_personnel(event: object, version: int) -> object:
    return heard("personnel", event, "m1", "personnel-employee-m1", version, at(12, 1), effective=moment(event.since))


def test_appraisal_reads_the_unit_and_the_line_that_stand():
    h = appraisal_heard
    facts = [
        of_personnel(h.EmployeeRegistered("m1", "PNS", date(2020, 1, 1)), 1),
        of_personnel(h.PositionAssigned("m1", "p8", "a", False, date(2020, 1, 1)), 2),
        of_personnel(h.PositionAssigned("m1", "p9", "b", False, WRONG), 3),
        of_personnel(h.ReportingLineSet("m1", "m11", "m13", date(2020, 1, 1)), 4),
        of_personnel(h.ReportingLineSet("m1", "m12", "m13", WRONG), 5),
    ]
    taken = [of_personnel(h.PositionWithdrawn("m1", WRONG, False), 6), of_personnel(h.ReportingLineWithdrawn("m1", WRONG), 7)]
    knowledge = MemoryKnowledge(APPRAISAL, now=at(12, 2))
    knowledge.arrive(*facts)
    assert (unit_of(knowledge, "m1", RIGHT), above(knowledge, "m1", RIGHT)[0]) == ("b", "m12")
    knowledge.arrive(*taken)
    assert (unit_of(knowledge, "m1", RIGHT), above(knowledge, "m1", RIGHT)[0]) == ("a", "m11")
    row = knowledge.row(APPRAISED, "m1")
    assert ([one["unit"] for one in row["posts"]], [one["assessor"] for one in row["lines"]]) == (["a"], ["m11"])
    knowledge.arrive(of_personnel(h.PositionAssigned("m1", "p9", "b", False, WRONG), 8))
    assert unit_of(knowledge, "m1", RIGHT) == "b"
    assert [one["unit"] for one in knowledge.row(APPRAISED, "m1")["posts"]] == ["a", "b"]


def test_appraisal_reads_where_a_unit_stands_without_the_wrong_move():
    def of_unit(event: object, version: int) -> object:
        return heard("personnel", event, event.unit, f"personnel-unit-{event.unit}", version, at(12, 1), effective=moment(event.since))

    h, first = appraisal_heard, date(2020, 1, 1)
    knowledge = MemoryKnowledge(APPRAISAL, now=at(12, 2))
    knowledge.arrive(*(of_unit(h.UnitOpened(unit, parent, first), 1) for unit, parent in (("town", None), ("b", "town"), ("desk", "town"))))

    def over(day: date) -> list[str | None]:
        return [[*upwards(knowledge, "desk", day)][1], parent_on(knowledge.row(UNITS, "desk"), day)]

    knowledge.arrive(of_unit(h.UnitMoved("desk", "b", WRONG), 2))
    assert over(RIGHT) == ["b", "b"]
    knowledge.arrive(of_unit(h.UnitMoveWithdrawn("desk", WRONG), 3))
    assert over(RIGHT) == ["town", "town"]
    knowledge.arrive(of_unit(h.UnitMoved("desk", "b", first), 4))
    assert [over(day) for day in (date(2019, 1, 1), first, RIGHT)] == [["b", "b"]] * 3, "it never stood where it was opened"
    knowledge.arrive(of_unit(h.UnitMoveWithdrawn("desk", first), 5))
    assert over(RIGHT) == ["town", "town"], "the opening itself stands"


def test_feedback_reads_the_colleagues_and_the_assessor_that_stand():
    h = feedback_heard
    knowledge = MemoryKnowledge(FEEDBACK, now=at(12, 2))
    knowledge.arrive(
        of_personnel(h.PositionAssigned("m1", "a", False, date(2020, 1, 1)), 1),
        of_personnel(h.PositionAssigned("m1", "b", False, WRONG), 2),
        of_personnel(h.ReportingLineSet("m1", "m11", date(2020, 1, 1)), 3),
        of_personnel(h.ReportingLineSet("m1", "m12", WRONG), 4),
    )
    assert units_of(knowledge, "m1", RIGHT) == {"b"} and assesses_on(knowledge, "m12", "m1", RIGHT)
    knowledge.arrive(of_personnel(h.PositionWithdrawn("m1", WRONG, False), 5), of_personnel(h.ReportingLineWithdrawn("m1", WRONG), 6))
    assert units_of(knowledge, "m1", RIGHT) == {"a"} and not assesses_on(knowledge, "m12", "m1", RIGHT)


def test_what_a_wrong_day_paid_too_much_comes_back_and_names_the_withdrawal():
    """Entered from March in place of June: the right entry alone leaves March to May in the higher class."""
    right, wrong = mulyorejo(), mulyorejo()
    tell(wrong, year.position(9, WRONG, version=3))
    for knowledge in (right, wrong):
        tell(knowledge, year.position(9, RIGHT, version=4), year.delivered("baik"), year.attendance(4))
        run(knowledge, 4)
    assert due(wrong, "2026-04") > due(right, "2026-04")
    event = payroll_heard.PositionWithdrawn("m1", WRONG, False)
    withdrawal = heard("personnel", event, "m1", "personnel-employee-m1", 5, at(5, 12), effective=moment(WRONG))
    tell(wrong, withdrawal)
    assert due(wrong, "2026-04") == due(right, "2026-04")
    [adjusted] = [fact.event for fact in read_ledger(wrong, "m1").adjusted]
    assert (adjusted.month, adjusted.cause) == ("2026-04", withdrawal.id) and adjusted.difference < 0
    for knowledge in (right, wrong):
        tell(knowledge, year.attendance(6), year.delivered("baik", "2026-Q1"))
    assert due(wrong, "2026-06") == due(right, "2026-06")
