"""Complaints: a term by kind on the agency's calendar, reported when it passes, resolved once, and nothing of the citizen published."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.feedback.defaults import DEFAULTS
from services.feedback.domain.complaints import INTAKE, AnswerComplaint, ReceiveComplaint
from services.feedback.domain.course import (
    COMPLAINT,
    MoveTerm,
    PassComplaint,
    PauseComplaint,
    ReportOverdue,
    ResolveComplaint,
    ResumeComplaint,
)
from services.feedback.domain.terms import check_terms, terms_of
from services.feedback.events import (
    EVENTS,
    CitizenAsked,
    CitizenReplied,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintPassed,
    ComplaintPaused,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResumed,
)
from services.feedback.reactions import COMPLAINTS as CLOCK
from services.feedback.reactions import WAITING
from services.feedback.service import SERVICE
from services.feedback.views import COMPLAINTS, fold_complaints
from shared.events.calendar import HolidayDeclared
from shared.flow.declared import Arm, Disarm
from shared.kernel.calendar import Calendar
from shared.kernel.refusal import Refused
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge, heard

NATIONAL = next(rules for rules in DEFAULTS if rules.kind == "complaints")
TERMS = terms_of(NATIONAL.settings, NATIONAL.name)
# Monday 4 May 2026, 10:00 in Jakarta; Friday 8 May is a day off here.
MONDAY = datetime(2026, 5, 4, 3, tzinfo=UTC)
HERE = Calendar(holidays=frozenset({date(2026, 5, 8)}))
FILE = ReceiveComplaint("k-1", "dukcapil", "normative", "t1", "t2", False, False, "digest", MONDAY, TERMS, HERE)


def knowing() -> MemoryKnowledge:
    """What feedback knows here: of the day off."""
    known = MemoryKnowledge(SERVICE, now=MONDAY)
    off = HolidayDeclared(date(2026, 5, 8), "local", "188/1/2026")
    known.arrive(heard("personnel", off, "agency", "personnel-holidays-2026", 1, MONDAY))
    return known


RECEIVED: ComplaintReceived = given(INTAKE).when(FILE).events[0]
RESOLVE = ResolveComplaint(RECEIVED, True, date(2026, 5, 12))


@pytest.mark.parametrize(("kind", "last_day"), [
    ("light", date(2026, 5, 6)),
    ("normative", date(2026, 5, 12)),
    ("not-oversight", date(2026, 5, 25)),
    ("oversight", date(2026, 7, 28)),
])  # fmt: skip
def test_each_kind_has_its_working_days(kind: str, last_day: date):
    """2, 5, 14 and 60 working days from the day after; weekends and the day off of 8 May do not count."""
    event = given(INTAKE).when(replace(FILE, kind=kind)).events[0]
    assert event.last_day == last_day and event.due == HERE.end_of(last_day) and event.received_on == date(2026, 5, 4)


def test_a_rule_set_may_count_calendar_days():
    ten = terms_of({"kinds": {"normative": {"days": 10, "kind": "calendar"}}}, "malinau@1")
    assert given(INTAKE).when(replace(FILE, terms=ten)).events[0].last_day == date(2026, 5, 14)


def test_a_kind_that_the_place_does_not_know_is_refused():
    wrong = given(INTAKE).when(replace(FILE, kind="corruption")).refused
    assert (wrong.status, wrong.code) == (422, "complaint-kind") and "light" in wrong.expected


def test_an_anonymous_complaint_keeps_nothing_that_leads_to_the_citizen():
    assert given(INTAKE).when(replace(FILE, anonymous=True)).refused.code == "anonymous-with-contact"
    assert given(INTAKE).when(replace(FILE, anonymous=True, contact_text=None)).events[0].anonymous
    assert given(INTAKE).when(replace(FILE, contact_text=None)).events[0].anonymous, "without a contact nobody is known"
    assert not RECEIVED.anonymous


def test_resolved_on_the_last_day_is_in_time_and_a_day_later_is_not():
    given(COMPLAINT).when(RESOLVE).then(ComplaintResolved("dukcapil", "k-1", "normative", True, True, date(2026, 5, 12)))
    assert not given(COMPLAINT).when(replace(RESOLVE, resolved_on=date(2026, 5, 13))).events[0].in_time


def test_a_complaint_is_resolved_and_answered_once():
    resolved = given(COMPLAINT).when(RESOLVE).events
    given(COMPLAINT, *resolved).when(replace(RESOLVE, resolved_on=date(2026, 6, 1))).then()
    assert given(COMPLAINT, *resolved).when(replace(RESOLVE, founded=False)).refused.code == "already-resolved"
    answered = given(INTAKE, RECEIVED).when(AnswerComplaint("k-1", "dukcapil", "t3")).events
    assert answered == [ComplaintAnswered("k-1", "dukcapil", "t3")]
    given(INTAKE, RECEIVED, *answered).when(AnswerComplaint("k-1", "dukcapil", "t4")).then()


def test_the_clock_reports_an_open_complaint_once():
    overdue = [ComplaintOverdue("dukcapil", "k-1", "normative", RECEIVED.due)]
    report = ReportOverdue(RECEIVED, RECEIVED.due)
    assert given(COMPLAINT).when(report).events == overdue
    given(COMPLAINT, *overdue).when(report).then()
    given(COMPLAINT, *given(COMPLAINT).when(RESOLVE).events).when(report).then()
    late = given(COMPLAINT, *overdue).when(replace(RESOLVE, resolved_on=date(2026, 5, 20))).events
    assert not late[0].in_time


def test_the_clock_is_armed_by_the_complaint_and_disarmed_by_its_resolution():
    known = knowing()
    (received,) = known.execute(INTAKE, FILE).events
    assert list(CLOCK.on[ComplaintReceived](received)) == [Arm("k-1", RECEIVED.due)]
    (do,) = CLOCK.fire("k-1", RECEIVED.due, known)
    (overdue,) = known.execute(do.aggregate, do.command).events
    assert overdue.subject == "dukcapil" and overdue.effective == RECEIVED.due
    (resolved,) = known.execute(COMPLAINT, RESOLVE).events
    assert list(CLOCK.on[ComplaintResolved](resolved)) == [Disarm("k-1")]
    row = known.row(COMPLAINTS, "k-1")
    assert (row["status"], row["was_overdue"], row["founded"], row["due"]) == ("resolved", True, True, date(2026, 5, 12))


def test_the_list_is_the_same_in_whatever_order_it_learns():
    known = knowing()
    facts = [known.execute(aggregate, command).events[0] for aggregate, command in (
        (INTAKE, FILE), (COMPLAINT, ReportOverdue(RECEIVED, RECEIVED.due)), (COMPLAINT, RESOLVE),
    )]  # fmt: skip
    rows = []
    for order in permutations(facts):
        row = None
        for fact in order:
            row = fold_complaints("k-1", row, fact)
        rows.append(row)
    assert all(row == rows[0] for row in rows)


def test_what_is_published_says_nothing_of_the_citizen():
    assert not EVENTS.of(ComplaintReceived).published and not EVENTS.of(ComplaintAnswered).published
    told = {field.name for model in (ComplaintOverdue, ComplaintResolved) for field in fields(model)}
    assert told == {"unit", "complaint", "kind", "due", "founded", "in_time", "resolved_on"}
    assert not EVENTS.of(CitizenAsked).published and not EVENTS.of(CitizenReplied).published


# Passed to another unit


def at(day: int, hour: int = 10) -> datetime:
    """A moment of May 2026 in Jakarta."""
    return datetime(2026, 5, day, hour - 7, tzinfo=UTC)


PASS = PassComplaint(RECEIVED, "dinkes", at(7), "t5", "d5", TERMS, HERE)


def test_a_complaint_on_the_wrong_unit_is_passed_and_its_clock_goes_on():
    """Monday 4 May, five working days, Friday off: due on 12 May, in either unit."""
    passed = given(COMPLAINT).when(PASS).events
    assert passed == [
        ComplaintPassed(
            "dinkes", "k-1", "normative", "dukcapil", date(2026, 5, 7), "goes-on", date(2026, 5, 12), RECEIVED.due, "t5", "d5"
        )
    ]
    assert given(COMPLAINT, *passed).when(PASS).events == [], "it is there"
    assert COMPLAINT.subject(PASS) == "dukcapil", "a stream keeps its subject"
    resolved = given(COMPLAINT, *passed).when(RESOLVE).events
    assert resolved[0] == ComplaintResolved("dinkes", "k-1", "normative", True, True, date(2026, 5, 12))
    back = given(COMPLAINT, *passed).when(replace(PASS, unit="dukcapil")).events
    assert (back[0].from_unit, back[0].unit) == ("dinkes", "dukcapil")
    assert given(COMPLAINT, *passed, *back).when(RESOLVE).events[0].unit == "dukcapil"
    assert given(COMPLAINT, *given(COMPLAINT).when(RESOLVE).events).when(PASS).refused.code == "already-resolved"
    assert given(COMPLAINT, *passed).when(ReportOverdue(RECEIVED, RECEIVED.due)).events[0].unit == "dinkes"


def test_where_the_rules_say_so_the_clock_begins_anew_with_the_new_unit():
    """From Thursday 7 May, Friday 8 off: 11, 12, 13, 14 and 15 May. The old moment is then no term of anybody's."""
    anew = replace(TERMS, passed_clock="anew")
    passed = given(COMPLAINT).when(replace(PASS, terms=anew)).events
    assert (passed[0].clock, passed[0].last_day, passed[0].due) == ("anew", date(2026, 5, 15), HERE.end_of(date(2026, 5, 15)))
    given(COMPLAINT, *passed).when(ReportOverdue(RECEIVED, RECEIVED.due)).then()
    assert given(COMPLAINT, *passed).when(replace(RESOLVE, resolved_on=date(2026, 5, 15))).events[0].in_time
    late = given(COMPLAINT, *passed).when(ReportOverdue(RECEIVED, passed[0].due)).events
    assert late == [ComplaintOverdue("dinkes", "k-1", "normative", passed[0].due)]
    again = given(COMPLAINT, *passed, *late).when(replace(PASS, unit="rsud", passed_at=at(18), terms=anew)).events
    assert given(COMPLAINT, *passed, *late, *again).when(ReportOverdue(RECEIVED, again[0].due)).events, "each unit's term is reported"


# Waiting for the citizen

PAUSE = PauseComplaint(RECEIVED, at(6), TERMS, HERE)


def answered(day: int) -> ResumeComplaint:
    return ResumeComplaint(RECEIVED, "answered", date(2026, 5, day), TERMS, HERE)


def test_while_the_citizen_is_waited_for_the_clock_stands_still_and_the_due_day_moves():
    """Asked on Wednesday 6 May with 7, 11 and 12 May left; answered on the 13th: 14, 15 and 18 May are left, due on the 18th."""
    paused = given(COMPLAINT).when(PAUSE).events
    assert paused == [
        ComplaintPaused("dukcapil", "k-1", "normative", date(2026, 5, 6), 3, date(2026, 5, 16), HERE.end_of(date(2026, 5, 16)))
    ]
    assert given(COMPLAINT, *paused).when(ReportOverdue(RECEIVED, RECEIVED.due)).events == [], "the old moment passes unheard"
    assert given(COMPLAINT, *paused).when(replace(RESOLVE, resolved_on=date(2026, 5, 14))).events[0].in_time
    resumed = given(COMPLAINT, *paused).when(answered(13)).events
    due = HERE.end_of(date(2026, 5, 18))
    assert resumed == [ComplaintResumed("dukcapil", "k-1", "normative", date(2026, 5, 13), "answered", date(2026, 5, 18), due)]
    past = [*paused, *resumed]
    given(COMPLAINT, *past).when(ReportOverdue(RECEIVED, RECEIVED.due)).then()
    assert given(COMPLAINT, *past).when(ReportOverdue(RECEIVED, due)).events
    resolved = (given(COMPLAINT, *past).when(replace(RESOLVE, resolved_on=date(2026, 5, day))).events[0] for day in (18, 19))
    assert [one.in_time for one in resolved] == [True, False]


def test_a_term_of_calendar_days_moves_by_the_days_waited():
    ten = terms_of({"kinds": {"normative": {"days": 10, "kind": "calendar"}}, "waiting": {"days": 5, "kind": "working"}}, "malinau@1")
    received = given(INTAKE).when(replace(FILE, terms=ten)).events[0]
    assert received.last_day == date(2026, 5, 14)
    paused = given(COMPLAINT).when(PauseComplaint(received, at(6), ten, HERE)).events
    assert (paused[0].days_left, paused[0].until) == (8, date(2026, 5, 14)), "five working days: 7, 11, 12, 13 and 14 May"
    resumed = given(COMPLAINT, *paused).when(ResumeComplaint(received, "answered", date(2026, 5, 9), ten, HERE)).events
    assert resumed[0].last_day == date(2026, 5, 17), "three days were waited"


@settings(max_examples=200, deadline=None)
@for_all(
    st.sampled_from(("working", "calendar")),
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 12)), min_size=1, max_size=3),
    st.sets(st.dates(date(2026, 5, 4), date(2026, 9, 30)), max_size=12),
)
def test_however_often_it_waits_the_term_has_its_days(kind: str, days: int, waits: list, off: set):
    """The days outside the waiting are as many as the term has: none is lost, and none is won."""
    here = Calendar(holidays=frozenset(off))
    terms = terms_of({"kinds": {"normative": {"days": days, "kind": kind}}, "waiting": {"days": 60, "kind": "calendar"}}, "x@1")
    received = given(INTAKE).when(replace(FILE, terms=terms, calendar=here)).events[0]
    past, day, waited = [], date(2026, 5, 4), set()
    for after, long in waits:
        began = day + timedelta(days=after)
        if began > (past[-1].last_day if past else received.last_day):
            break
        day = began + timedelta(days=long)
        past += given(COMPLAINT, *past).when(PauseComplaint(received, here.start_of(began), terms, here)).events
        past += given(COMPLAINT, *past).when(ResumeComplaint(received, "answered", day, terms, here)).events
        waited |= {began + timedelta(days=number) for number in range(1, long + 1)}
    last = past[-1].last_day if past else received.last_day
    between = [date(2026, 5, 4) + timedelta(days=number) for number in range(1, (last - date(2026, 5, 4)).days + 1)]
    assert sum((kind == "calendar" or here.is_working(one)) and one not in waited for one in between) == days


def test_the_waiting_ends_with_its_term_and_no_later_answer_stretches_it():
    paused = given(COMPLAINT).when(PAUSE).events
    moment = paused[0].until_moment
    expired = ResumeComplaint(RECEIVED, "expired", date(2026, 5, 17), TERMS, HERE, moment)
    (resumed,) = given(COMPLAINT, *paused).when(expired).events
    assert (resumed.since, resumed.how, resumed.last_day) == (date(2026, 5, 16), "expired", date(2026, 5, 20))
    assert given(COMPLAINT, *paused, resumed).when(expired).events == [], "it is over"
    given(COMPLAINT, *paused, *given(COMPLAINT, *paused).when(RESOLVE).events).when(expired).then()
    assert given(COMPLAINT, *paused).when(answered(30)).events[0].last_day == resumed.last_day
    known = knowing()
    known.execute(INTAKE, FILE)
    (fact,) = known.execute(COMPLAINT, PAUSE).events
    assert list(WAITING.on[ComplaintPaused](fact)) == [Arm("k-1", moment)] and list(CLOCK.on[ComplaintPaused](fact)) == [Disarm("k-1")]
    known.now = moment
    (do,) = WAITING.fire("k-1", moment, known)
    (over,) = known.execute(do.aggregate, do.command).events
    assert over.event == resumed and list(CLOCK.on[ComplaintResumed](over)) == [Arm("k-1", resumed.due)]


def test_the_clock_is_stopped_only_while_it_runs_and_where_a_place_stops_one():
    paused = given(COMPLAINT).when(PAUSE).events
    assert given(COMPLAINT, *paused).when(PAUSE).refused.code == "complaint-waiting"
    assert given(COMPLAINT).when(replace(PAUSE, paused_at=at(13))).refused.code == "term-over"
    assert given(COMPLAINT).when(replace(PAUSE, paused_at=at(12))).events[0].days_left == 0, "the last day is still a day"
    assert given(COMPLAINT).when(replace(PAUSE, terms=replace(TERMS, waiting=None))).refused.code == "no-waiting"
    assert given(COMPLAINT).when(answered(9)).refused.code == "complaint-not-waiting"
    resolved = given(COMPLAINT, *paused).when(RESOLVE).events
    assert given(COMPLAINT, *paused, *resolved).when(answered(9)).refused.code == "already-resolved"
    assert given(COMPLAINT, *resolved).when(PAUSE).refused.code == "already-resolved"


def test_a_complaint_may_be_passed_while_it_waits():
    paused = given(COMPLAINT).when(PAUSE).events
    passed = given(COMPLAINT, *paused).when(PASS).events
    assert (passed[0].last_day, passed[0].due) == (None, None)
    resumed = given(COMPLAINT, *paused, *passed).when(answered(13)).events
    assert (resumed[0].unit, resumed[0].last_day) == ("dinkes", date(2026, 5, 18))


def test_a_unit_that_gets_a_complaint_while_it_waits_has_its_full_days_where_the_clock_begins_anew():
    """Asked on 6 May with three of five days left, passed on the 7th, answered on the 13th: 14, 15, 18, 19 and 20 May."""
    anew = replace(TERMS, passed_clock="anew")
    paused = given(COMPLAINT).when(replace(PAUSE, terms=anew)).events
    passed = given(COMPLAINT, *paused).when(replace(PASS, terms=anew)).events
    assert (passed[0].last_day, passed[0].due, passed[0].days_left) == (None, None, 5)
    resumed = given(COMPLAINT, *paused, *passed).when(replace(answered(13), terms=anew)).events
    assert (resumed[0].unit, resumed[0].last_day) == ("dinkes", date(2026, 5, 20))
    past = [*paused, *passed, *resumed]
    assert given(COMPLAINT, *past).when(replace(RESOLVE, resolved_on=date(2026, 5, 20))).events[0].in_time
    off = replace(HERE, holidays=HERE.holidays | {date(2026, 5, 18)})
    (moved,) = given(COMPLAINT, *past).when(MoveTerm(received=RECEIVED, terms=anew, calendar=off, today=date(2026, 5, 14))).events
    assert moved.last_day == date(2026, 5, 21), "the five days are counted from the answer"
    back = given(COMPLAINT, *paused, *passed).when(replace(PASS, unit="dukcapil", terms=anew)).events
    [again] = given(COMPLAINT, *paused, *passed, *back).when(answered(13)).events
    assert again.last_day == date(2026, 5, 20), "passed twice, waited for once"
    old = [replace(passed[0], days_left=None)]
    assert given(COMPLAINT, *paused, *old).when(answered(13)).events[0].last_day == date(2026, 5, 18), "what was said before says no days"


@for_all(st.sampled_from(("goes-on", "anew")), st.integers(0, 8), st.integers(0, 9), st.integers(0, 20))
def test_the_unit_that_has_it_last_has_the_days_of_its_clock_whenever_it_was_passed(clock: str, ask: int, wait: int, after: int):
    """Passed before, while or after it waits: the five days are counted from the passing, or from the first day, without those waited."""
    terms, first = replace(TERMS, passed_clock=clock), date(2026, 5, 4)
    asked, told, passed = (first + timedelta(days=number) for number in (ask, ask + wait, after))
    acts = (
        (passed, PassComplaint(RECEIVED, "dinkes", HERE.start_of(passed), "t5", "d5", terms, HERE)),
        (asked, PauseComplaint(RECEIVED, HERE.start_of(asked), terms, HERE)),
        (told, ResumeComplaint(RECEIVED, "answered", told, terms, HERE)),
    )
    past: list = []
    for _, act in sorted(acts, key=lambda one: one[0]):
        past += given(COMPLAINT, *past).when(act).events
    counted_from = passed if clock == "anew" else first
    days = (counted_from + timedelta(days=number) for number in range(1, 60))
    counted = [day for day in days if HERE.is_working(day) and not asked < day <= told]
    last = told if counted[4] <= asked else counted[4]
    assert COMPLAINT.decider.state(past).last_day_of(RECEIVED) == last


def test_the_list_says_where_a_complaint_stands_in_whatever_order_it_learns():
    known = knowing()
    steps = ((INTAKE, FILE), (COMPLAINT, PAUSE), (COMPLAINT, PASS), (COMPLAINT, answered(13)))
    shown, facts = [], []
    for aggregate, command in steps:
        facts += known.execute(aggregate, command).events
        row = known.row(COMPLAINTS, "k-1")
        shown.append((row["unit"], row["status"], row["due"], row["waiting_until"]))
    assert shown == [
        ("dukcapil", "open", date(2026, 5, 12), None),
        ("dukcapil", "waiting", None, date(2026, 5, 16)),
        ("dinkes", "waiting", None, date(2026, 5, 16)),
        ("dinkes", "open", date(2026, 5, 18), None),
    ]
    (overdue,) = known.execute(COMPLAINT, ReportOverdue(RECEIVED, HERE.end_of(date(2026, 5, 18)))).events
    assert known.row(COMPLAINTS, "k-1")["status"] == "overdue"
    last = known.row(COMPLAINTS, "k-1")
    taken_in, *course = [*facts, overdue]
    for place in range(len(course) + 1):
        row = None
        for fact in (*course[:place], taken_in, *course[place:]):
            row = fold_complaints("k-1", row, fact)
        assert {name: row.get(name) for name in last if name != "key"} == {name: last[name] for name in last if name != "key"}


@pytest.mark.parametrize(("wrong", "said"), [
    ({"kinds": {"light": {"days": 2, "kind": "working"}}, "waiting": 10}, "waiting"),
    ({"kinds": {"light": {"days": 2, "kind": "working"}}, "passed_clock": "stops"}, "goes-on"),
    ({}, "kinds: an object"),
    ({"kinds": {}}, "kinds"),
    ({"kinds": {"Light": {"days": 2, "kind": "working"}}}, "small letters"),
    ({"kinds": {"light": {"days": 2}}}, "kinds.light"),
    ({"kinds": {"light": {"days": 2, "kind": "moon"}}}, "kinds.light"),
    ({"kinds": {"light": {"days": 0, "kind": "working"}}}, "1 to 365"),
    ({"kinds": {"light": {"days": True, "kind": "working"}}}, "1 to 365"),
    ({"kinds": {"light": {"days": 2, "kind": "working"}}, "more": 1}, "settings"),
])  # fmt: skip
def test_terms_that_cannot_be_counted_are_refused(wrong: dict, said: str):
    check_terms(NATIONAL.settings)
    with pytest.raises(Refused) as caught:
        check_terms(wrong)
    assert caught.value.status == 422 and said in caught.value.expected
