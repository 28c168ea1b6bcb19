"""Relations hold on the day, in personnel and in feedback: a former or future assessor or mentor neither reads nor writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.appraisal import heard as appraisal_heard
from services.appraisal.domain.standing import Assesses, assessing
from services.appraisal.known import history_of
from services.appraisal.service import SERVICE as APPRAISAL
from services.feedback import heard as feedback_heard
from services.feedback.known import assesses_on, standing_of, units_of
from services.feedback.policy import POLICY as FEEDBACK
from services.feedback.service import SERVICE as FEEDBACK_SERVICE
from services.personnel import events as personnel_events
from services.personnel.events import (
    EmployeeRegistered,
    EmploymentEnded,
    GuidanceClosed,
    MentorAppointed,
    PositionAssigned,
    RankHeld,
    ReportingLineSet,
    ServiceInterrupted,
    ServiceResumed,
)
from services.personnel.known import rank_of
from services.personnel.policy import POLICY
from services.personnel.service import SERVICE
from services.personnel.views import EMPLOYEES
from shared.http.policy import Actor
from shared.kernel.periods import Period
from tests.support.knowledge import MemoryKnowledge, heard

HIRED, APRIL, NOW = date(2024, 1, 2), date(2026, 4, 1), datetime(2026, 4, 5, 2, tzinfo=UTC)


def employee(who: str) -> Actor:
    return Actor(who, "mulyorejo", frozenset({"employee"}), "web")


def post(unit: str, since: date, acting: bool = False) -> PositionAssigned:
    return PositionAssigned("m1", f"post-{unit}", 8, "functional", unit, acting, since, "SK 1")


def knowing(*events: object) -> MemoryKnowledge:
    known = MemoryKnowledge(SERVICE, now=NOW)
    hired = [EmployeeRegistered(who, "PNS", HIRED) for who in ("m1", "m5", "m11", "m12")]
    for number, event in enumerate((*hired, *events), start=1):
        known.arrive(known.own(event, event.employee, f"personnel-employee-{event.employee}", number))
    return known


MENTOR = MentorAppointed("m5", "mentor-team-2026-Q1", "permits", date(2026, 2, 1))


@pytest.mark.parametrize(
    ("events", "mentors"),
    [
        ((post("permits", HIRED), MENTOR), True),
        ((post("permits", HIRED), post("archive", APRIL), MENTOR), False),
        ((post("archive", HIRED), post("permits", date(2026, 4, 6)), MENTOR), False),
        ((post("archive", HIRED), post("permits", date(2026, 3, 1), acting=True), MENTOR), False),
        ((post("permits", HIRED), post("archive", date(2026, 3, 1), acting=True), MENTOR), True),
        ((post("permits", HIRED), MentorAppointed("m5", "mentor-x", "permits", date(2026, 4, 5))), True),
        ((post("permits", HIRED), MentorAppointed("m5", "mentor-x", "permits", date(2026, 4, 6))), False),
        ((post("permits", HIRED), MENTOR, GuidanceClosed("m5", MENTOR.proposal, "reached")), False),
        ((post("permits", HIRED), MENTOR, GuidanceClosed("m5", "another", "reached")), True),
        ((post("permits", HIRED), MENTOR, EmploymentEnded("m5", "retired", APRIL, "SK 2")), False),
        ((post("permits", HIRED), MENTOR, EmploymentEnded("m5", "retired", date(2026, 5, 1), "SK 2")), True),
        ((MENTOR,), False),
    ],
)
def test_a_mentor_writes_from_appointment_to_closing_for_whom_holds_a_post_of_his_unit_today(events, mentors):
    assert POLICY.permits(employee("m5"), "follow-development", "m1", knowing(*events)) is mentors


def line(assessor: str, since: date) -> ReportingLineSet:
    return ReportingLineSet("m1", assessor, "m13", since, "SK 3")


def test_the_file_is_the_present_assessors_and_a_months_attendance_also_who_assesses_that_month():
    known = knowing(line("m11", HIRED), line("m12", APRIL))
    for action in ("read-employee", "follow-development", "close-development", "see-identity"):
        assert POLICY.permits(employee("m12"), action, "m1", known) and not POLICY.permits(employee("m11"), action, "m1", known)
    march, april = Period.parse("2026-03"), Period.parse("2026-04")
    assert not any(POLICY.permits(employee("m13"), "read-attendance", "m1", known, month) for month in (march, april))
    assert POLICY.permits(employee("m11"), "read-attendance", "m1", known, march)
    assert not POLICY.permits(employee("m11"), "read-attendance", "m1", known, april)
    assert POLICY.permits(employee("m12"), "read-attendance", "m1", known, march)
    gone = knowing(line("m11", HIRED), EmploymentEnded("m11", "moved-agency", APRIL, "SK 2"))
    assert not POLICY.permits(employee("m11"), "read-employee", "m1", gone)
    assert not POLICY.permits(employee("m11"), "read-attendance", "m1", gone, march)


LEFT, AGAIN = date(2026, 2, 1), date(2026, 4, 1)


def again(who: str) -> tuple[object, ...]:
    return EmploymentEnded(who, "retired", LEFT, "SK 4"), EmployeeRegistered(who, "PPPK", AGAIN)


@pytest.mark.parametrize("who", ["m1", "m11", "m5"])
def test_after_a_new_registration_nobody_leads_helps_or_ranks_by_what_held_before(who):
    """m1 is led by m11 and works in m5's unit; one of them retired in February and is back since April."""
    before = (line("m11", HIRED), post("permits", HIRED), MentorAppointed("m5", MENTOR.proposal, "permits", HIRED))
    known = knowing(*before, *again(who))
    assert POLICY.permits(employee("m11"), "read-employee", "m1", known) is (who == "m5")
    assert POLICY.permits(employee("m5"), "follow-development", "m1", known) is (who == "m11")
    fifth = (line("m11", NOW.date()), post("permits", NOW.date()), MentorAppointed("m5", "mentor-again", "permits", NOW.date()))
    known = knowing(*before, *again(who), *fifth)
    assert POLICY.permits(employee("m11"), "read-employee", "m1", known)
    assert POLICY.permits(employee("m5"), "follow-development", "m1", known)


def test_a_file_shows_the_posts_ranks_and_lines_of_the_present_service():
    held = (line("m11", HIRED), post("permits", HIRED), RankHeld("m1", "III/a", HIRED, HIRED))
    known = knowing(*held, *again("m1"))
    row = known.row(EMPLOYEES, "m1")
    assert [row[name] for name in ("post", "unit", "job_class", "rank", "assessor", "superior")] == [None] * 6
    assert len(row["positions"]) == len(row["ranks"]) == len(row["lines"]) == 1, "what was said stays in the file"
    assert rank_of("m1", known) is None and rank_of("m1", knowing(*held)).event.rank == "III/a"
    known = knowing(*held, *again("m1"), post("archive", AGAIN), line("m12", AGAIN))
    row = known.row(EMPLOYEES, "m1")
    assert (row["unit"], row["assessor"], row["rank"]) == ("archive", "m12", None)


def test_who_comes_back_from_another_agency_has_the_rank_that_he_has_had_and_none_of_his_posts_and_lines():
    """PP 11/2017: a PNS who moves to another agency stays a PNS of his rank, and may be promoted there."""
    back = EmploymentEnded("m1", "moved-agency", LEFT, "SK 4"), EmployeeRegistered("m1", "PNS", AGAIN)
    held = (line("m11", HIRED), post("permits", HIRED), RankHeld("m1", "III/a", HIRED, HIRED))
    elsewhere = RankHeld("m1", "III/b", date(2026, 3, 1), HIRED)
    for more, rank in (((), "III/a"), ((elsewhere,), "III/b")):
        known = knowing(*held, *back, *more)
        row = known.row(EMPLOYEES, "m1")
        assert (rank_of("m1", known).event.rank, row["rank"]) == (rank, rank)
        assert [row[name] for name in ("post", "unit", "assessor")] == [None] * 3
    retired = EmploymentEnded("m1", "retired", date(2026, 4, 3), "SK 5"), EmployeeRegistered("m1", "PPPK", date(2026, 4, 4))
    assert rank_of("m1", knowing(*held, *back, *retired)) is None


def feedback_knowing(*events: object) -> MemoryKnowledge:
    known = MemoryKnowledge(FEEDBACK_SERVICE, now=NOW)
    for number, event in enumerate(events, start=1):
        since = datetime.combine(event.since, datetime.min.time(), UTC)
        known.arrive(heard("personnel", event, event.employee, f"personnel-employee-{event.employee}", number, since, effective=since))
    return known


@pytest.mark.parametrize("who", ["m1", "m11", "m2"])
def test_after_a_new_registration_nobody_is_colleague_or_assessor_by_what_held_before(who):
    before = (
        *(feedback_heard.EmployeeRegistered(one, HIRED) for one in ("m1", "m2", "m11")),
        *(feedback_heard.PositionAssigned(one, "permits", False, HIRED) for one in ("m1", "m2")),
        feedback_heard.PositionAssigned("m1", "archive", True, date(2025, 1, 1)),
        feedback_heard.ReportingLineSet("m1", "m11", HIRED),
        feedback_heard.EmploymentEnded(who, "retired", LEFT),
        feedback_heard.EmployeeRegistered(who, AGAIN),
    )
    known, today = feedback_knowing(*before), NOW.date()
    standing = standing_of(known, employee("m2"), "m1", (), today)
    assert standing.colleague is (who == "m11")
    assert units_of(known, "m1", today) == (frozenset() if who == "m1" else {"permits", "archive"})
    assert units_of(known, "m1", date(2026, 1, 31)) == {"permits", "archive"}
    assert assesses_on(known, "m11", "m1", today) is (who == "m2") and assesses_on(known, "m11", "m1", date(2026, 1, 31))
    assert FEEDBACK.permits(employee("m11"), "read-peer-feedback", "m1", known, Period.parse("2026-Q2")) is (who == "m2")
    known = feedback_knowing(
        *before, feedback_heard.PositionAssigned(who, "permits", False, AGAIN), feedback_heard.ReportingLineSet("m1", "m11", AGAIN)
    )
    assert standing_of(known, employee("m2"), "m1", (), today).colleague and assesses_on(known, "m11", "m1", today)


def test_who_was_assessor_for_most_of_the_quarter_reads_its_attendance_and_its_ratings_whoever_was_it_on_the_last_day():
    """Until 15 March m11, then m12: by a place's rule either of them assesses the first quarter."""
    since = date(2026, 3, 15)
    known = knowing(line("m11", HIRED), line("m12", since))
    told = feedback_knowing(feedback_heard.ReportingLineSet("m1", "m11", HIRED), feedback_heard.ReportingLineSet("m1", "m12", since))
    for month in ("2026-01", "2026-03"):
        readers = {who for who in PEOPLE if POLICY.permits(employee(who), "read-attendance", "m1", known, Period.parse(month))}
        assert readers == {"m11", "m12"}, month
    assert not POLICY.permits(employee("m11"), "read-attendance", "m1", known, Period.parse("2026-04"))
    for period, readers in (("2026-Q1", {"m11", "m12"}), ("2026-03", {"m11", "m12"}), ("2025-Q4", {"m11", "m12"}), ("2026-Q2", {"m12"})):
        found = {who for who in PEOPLE if FEEDBACK.permits(employee(who), "read-peer-feedback", "m1", told, Period.parse(period))}
        assert found == readers, period
    assert not POLICY.permits(employee("m11"), "read-employee", "m1", known), "the file is the present assessor's"


def test_who_stands_in_for_an_assessor_who_is_away_or_gone_reads_what_he_assesses():
    march, first = Period.parse("2026-03"), Period.parse("2026-Q1")
    away = ServiceInterrupted("m11", "maternity-leave", date(2026, 3, 1), None, "SK 5")
    for gone in (EmploymentEnded("m11", "died", APRIL, "SK 6"), away):
        known = knowing(line("m11", HIRED), gone)
        assert POLICY.permits(employee("m13"), "read-attendance", "m1", known, march)
        told = feedback_knowing(
            feedback_heard.EmployeeRegistered("m11", HIRED),
            feedback_heard.ReportingLineSet("m1", "m11", HIRED, "m13"),
            feedback_heard.EmploymentEnded("m11", "died", APRIL)
            if gone is not away
            else feedback_heard.ServiceInterrupted("m11", away.kind, away.since, None),
        )
        assert FEEDBACK.permits(employee("m13"), "read-peer-feedback", "m1", told, first)
    back = knowing(line("m11", HIRED), away, ServiceResumed("m11", APRIL, "SK 7"))
    assert not POLICY.permits(employee("m13"), "read-attendance", "m1", back, march)


PEOPLE = ("m11", "m12", "m13", "m14")
DAYS = st.dates(date(2025, 12, 1), date(2026, 4, 4))
LINES = st.dictionaries(DAYS, st.permutations(PEOPLE), min_size=1, max_size=4)
LIVES = st.dictionaries(st.sampled_from(("m1", *PEOPLE)), st.tuples(DAYS, st.sampled_from(("left", "again", "away"))), max_size=3)


@given(LINES, LIVES, st.sampled_from(Assesses))
def test_whoever_assesses_a_quarter_by_whichever_rule_reads_its_attendance_and_its_ratings(lines, lives, rule):
    appraisal, personnel, feedback = (MemoryKnowledge(one, now=NOW) for one in (APPRAISAL, SERVICE, FEEDBACK_SERVICE))
    told = [("EmployeeRegistered", who, HIRED, ("PNS",)) for who in ("m1", *PEOPLE)]
    told += [("ReportingLineSet", "m1", since, people[:2]) for since, people in sorted(lines.items())]
    for who, (day, how) in lives.items():
        away = ("ServiceInterrupted", who, day, ("long-leave", None))
        told.append(away if how == "away" else ("EmploymentEnded", who, day, ("retired",)))
        told += [("EmployeeRegistered", who, NOW.date(), ("PNS",))] if how == "again" else []
    for number, (name, who, since, more) in enumerate(told, start=1):
        said = dict(zip({"ReportingLineSet": ("assessor", "superior"), "ServiceInterrupted": ("kind", "until")}.get(name, ("kind",)), more))
        for service, known in ((appraisal_heard, appraisal), (feedback_heard, feedback)):
            model = getattr(service, name)
            event = model(employee=who, since=since, **{key: value for key, value in said.items() if key in model.__match_args__})
            begins = datetime.combine(since, datetime.min.time(), UTC)
            known.arrive(heard("personnel", event, who, f"personnel-employee-{who}", number, begins, effective=begins))
        documented = {} if name == "EmployeeRegistered" else {"document": "SK 1"}
        own = getattr(personnel_events, name)(employee=who, since=since, **said, **documented)
        personnel.arrive(personnel.own(own, who, f"personnel-employee-{who}", number))
    quarter = Period.parse("2026-Q1")
    for who in assessing(history_of(appraisal, "m1"), quarter, rule).persons:
        assert all(POLICY.permits(employee(who), "read-attendance", "m1", personnel, month) for month in quarter.months), who
        assert FEEDBACK.permits(employee(who), "read-peer-feedback", "m1", feedback, quarter), who


def test_colleagues_answers_are_read_by_the_periods_assessor_and_by_todays():
    known = MemoryKnowledge(FEEDBACK_SERVICE, now=NOW)
    for number, (who, since) in enumerate((("m11", HIRED), ("m12", APRIL), ("m14", date(2026, 7, 1))), start=1):
        told = feedback_heard.ReportingLineSet("m1", who, since)
        known.arrive(heard("personnel", told, "m1", "personnel-employee-m1", number, datetime(2026, 1, 1, tzinfo=UTC),
                           effective=datetime.combine(since, datetime.min.time(), UTC)))  # fmt: skip
    for period, readers in (("2026-Q1", {"m11", "m12"}), ("2026-Q2", {"m12"}), ("2025", {"m11", "m12"})):
        found = {
            who for who in ("m11", "m12", "m14") if FEEDBACK.permits(employee(who), "read-peer-feedback", "m1", known, Period.parse(period))
        }
        assert found == readers, period
