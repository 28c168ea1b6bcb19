"""Terms in working days follow the agency's calendar while they run: complaints, objections, their decisions, improvement items."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.appraisal import events as appraisal
from services.appraisal import views as appraisal_views
from services.appraisal.domain import streams
from services.appraisal.domain.appraisal import APPRAISAL, AcceptBySilence
from services.appraisal.domain.objection import ReportOverdue as ReportUndecided
from services.appraisal.heard import ComplaintResolved as Resolved
from services.appraisal.reactions import DECISION, SILENCE
from services.appraisal.service import SERVICE as APPRAISALS
from services.feedback.defaults import DEFAULTS
from services.feedback.domain.complaints import INTAKE, ReceiveComplaint
from services.feedback.domain.course import (
    COMPLAINT,
    PassComplaint,
    PauseComplaint,
    ReportOverdue,
    ResolveComplaint,
    ResumeComplaint,
)
from services.feedback.domain.terms import terms_of
from services.feedback.events import ComplaintTermMoved, ComplaintWaitingMoved
from services.feedback.reactions import COMPLAINTS as CLOCK
from services.feedback.reactions import WAITING
from services.feedback.service import SERVICE as FEEDBACK
from services.feedback.views import COMPLAINTS
from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Arm
from shared.kernel.calendar import Calendar
from tests.support.appraisal import DELIVERED, FILED, M1, SETTINGS
from tests.support.knowledge import MemoryKnowledge, heard

NATIONAL = next(rules for rules in DEFAULTS if rules.kind == "complaints")
TERMS = terms_of(NATIONAL.settings, NATIONAL.name)
MONDAY = datetime(2027, 5, 3, 3, tzinfo=UTC)
ASCENSION, FRIDAY = date(2027, 5, 6), date(2027, 5, 7)


class Place:
    """A service's knowledge, to which the agency's calendar comes."""

    def __init__(self, service: Any, now: datetime = MONDAY) -> None:
        self.known, self.versions = MemoryKnowledge(service, now=now), 0

    def at(self, day: int) -> Place:
        self.known.now = datetime(2027, 5, day, 3, tzinfo=UTC)
        return self

    def hear(self, *said: Any) -> Place:
        for event in said:
            self.versions += 1
            stream = "personnel-working-week" if isinstance(event, WorkingWeekSet) else "personnel-holidays-2027"
            self.known.arrive(heard("personnel", event, "agency", stream, self.versions, self.known.now))
        self.known.settle()
        return self

    def off(self, *days: date) -> Place:
        return self.hear(*(HolidayDeclared(day, "national", "SKB 1/2026") for day in days))

    def worked(self, *days: date) -> Place:
        return self.hear(*(HolidayWithdrawn(day, "SKB 2/2027") for day in days))


class Complaints(Place):
    def __init__(self) -> None:
        super().__init__(FEEDBACK)

    def file(self, complaint: str = "k-1") -> Complaints:
        command = ReceiveComplaint(
            complaint, "dukcapil", "normative", "t1", None, True, False, "digest", self.known.now, TERMS, self.known.calendar
        )
        (self.received,) = (fact.event for fact in self.known.execute(INTAKE, command).events)
        self.known.settle()
        return self

    @property
    def due(self) -> date:
        return self.known.row(COMPLAINTS, "k-1")["due"]

    @property
    def moves(self) -> list[ComplaintTermMoved]:
        stream = self.known.stream("feedback-complaint-k-1")
        return [fact.event for fact in stream if isinstance(fact.event, ComplaintTermMoved)]


def test_a_complaint_of_monday_is_due_a_day_later_whether_ascension_was_declared_before_or_after_it():
    before, after = Complaints().off(ASCENSION), Complaints()
    assert (before.file().due, before.moves) == (date(2027, 5, 11), [])
    assert after.file().due == date(2027, 5, 10)
    after.at(4).off(ASCENSION)
    assert after.due == date(2027, 5, 11)
    until = datetime(2027, 5, 11, 17, tzinfo=UTC)
    assert after.moves == [ComplaintTermMoved("dukcapil", "k-1", "normative", date(2027, 5, 10), date(2027, 5, 11), until)]
    (moved,) = (fact for fact in after.known.known.values() if isinstance(fact.event, ComplaintTermMoved))
    assert list(CLOCK.on[ComplaintTermMoved](moved)) == [Arm("k-1", until)]
    for fired in (after.received.due, until):  # the old moment reports nothing any more, the new one does
        reported = [after.known.execute(do.aggregate, do.command).events for do in CLOCK.fire("k-1", fired, after.known)]
        assert [len(one) for one in reported] == [int(fired == until)]
    assert after.known.row(COMPLAINTS, "k-1")["status"] == "overdue"


def test_resolved_on_the_day_gained_is_in_time():
    place = Complaints().file().at(4).off(ASCENSION)
    done = place.known.execute(COMPLAINT, ResolveComplaint(place.received, True, date(2027, 5, 11)))
    assert done.events[0].event.in_time
    assert place.worked(ASCENSION).due == date(2027, 5, 11), "a complaint that is resolved moves no more"


def test_what_ran_out_stays_and_says_so():
    place = Complaints().file().at(11)
    place.known.execute(COMPLAINT, ReportOverdue(place.received, place.received.due))
    place.off(ASCENSION)
    assert (place.due, place.moves) == (date(2027, 5, 10), [])


def test_a_day_off_withdrawn_gives_back_the_day_but_leaves_a_whole_one():
    early = Complaints().off(ASCENSION, FRIDAY).file()
    assert (early.due, early.at(4).worked(FRIDAY).due) == (date(2027, 5, 12), date(2027, 5, 11))
    late = Complaints().off(ASCENSION, FRIDAY).file()
    assert late.at(11).worked(ASCENSION, FRIDAY).due == date(2027, 5, 12)
    last = Complaints().off(ASCENSION, FRIDAY).file()
    assert last.at(10).worked(ASCENSION, FRIDAY).due == date(2027, 5, 11), "10 May by the calendar, and never before tomorrow"
    assert last.at(11).off(date(2027, 6, 1)).due == date(2027, 5, 11), "and it does not move away from there by itself"


def test_a_week_of_six_days_moves_terms_and_one_of_five_moves_them_back():
    place = Complaints().file()
    assert place.hear(WorkingWeekSet(6, date(2027, 5, 1), "800/1/2027")).due == date(2027, 5, 8)
    assert place.hear(WorkingWeekSet(5, date(2027, 5, 1), "800/2/2027")).due == date(2027, 5, 10)
    assert [(move.previous.day, move.last_day.day) for move in place.moves] == [(10, 8), (8, 10)]


def test_a_term_in_calendar_days_knows_no_days_off():
    place = Complaints()
    command = RuleSetPublished("complaints", "desa", 1, date(2027, 1, 1), ("Perdes 1/2027",), {"kinds": {"normative": {
        "days": 5, "kind": "calendar"}}})  # fmt: skip
    place.known.arrive(place.known.own(command, "rules-complaints", "feedback-rules-complaints", 1))
    own = terms_of(command.settings, "desa@1")
    received = ReceiveComplaint("k-1", "desa", "normative", "t1", None, True, False, "d", MONDAY, own, place.known.calendar)
    place.known.execute(INTAKE, received)
    place.known.settle()
    assert (place.off(ASCENSION).due, place.moves) == (date(2027, 5, 8), [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(4, 20), st.booleans()), max_size=8), st.integers(0, 8))
def test_in_whatever_order_a_complaint_and_the_calendar_come_the_term_ends_the_same(said, filed):
    """All is said on the day of the complaint, so no shortening is held back."""
    place = Complaints()
    for number, (day, off) in enumerate([*said, (0, True)]):
        if number == min(filed, len(said)):
            place.file()
        if day:
            place.off(date(2027, 5, day)) if off else place.worked(date(2027, 5, day))
    assert place.due == TERMS.of("normative").counted_from(date(2027, 5, 3), place.known.calendar)


def do(place: Complaints, command: Any) -> Any:
    (fact,) = place.known.execute(COMPLAINT, command).events
    place.known.settle()
    return fact.event


def pause(place: Complaints, **terms: Any) -> Any:
    return do(place, PauseComplaint(place.received, place.known.now, replace(TERMS, **terms), place.known.calendar))


def resume(place: Complaints) -> Any:
    return do(place, ResumeComplaint(place.received, "answered", place.known.today, TERMS, place.known.calendar))


def test_days_off_while_a_citizen_is_waited_for_cost_no_day_of_the_term():
    """Asked on Wednesday 5 May with 6, 7 and 10 May left. Ascension falls into the waiting; the Friday after the answer does not."""
    place = Complaints().file().at(5)
    assert pause(place).days_left == 3
    assert (place.off(ASCENSION).due, place.moves) == (None, [])
    assert resume(place.at(11)).last_day == date(2027, 5, 14)
    assert (place.off(date(2027, 5, 14)).due, place.worked(date(2027, 5, 14)).due) == (date(2027, 5, 17), date(2027, 5, 14))
    assert place.off(date(2027, 5, 4)).due == date(2027, 5, 14), "a day before the waiting has been counted"


def test_the_term_of_a_citizen_who_is_waited_for_moves_if_it_is_in_working_days():
    here = RuleSetPublished("complaints", "kota", 1, date(2027, 1, 1), ("Perwal 1/2027",), {
        "kinds": {"normative": {"days": 5, "kind": "working"}}, "waiting": {"days": 3, "kind": "working"}})  # fmt: skip
    place = Complaints()
    place.known.arrive(place.known.own(here, "rules-complaints", "feedback-rules-complaints", 1))
    terms = terms_of(here.settings, "kota@1")
    command = ReceiveComplaint("k-1", "dukcapil", "normative", "t1", None, True, False, "d", MONDAY, terms, place.known.calendar)
    (place.received,) = (fact.event for fact in place.known.execute(INTAKE, command).events)
    do(place, PauseComplaint(place.received, MONDAY, terms, place.known.calendar))
    place.off(ASCENSION)
    until = datetime(2027, 5, 7, 17, tzinfo=UTC)
    (fact,) = (fact for fact in place.known.known.values() if isinstance(fact.event, ComplaintWaitingMoved))
    assert fact.event == ComplaintWaitingMoved("dukcapil", "k-1", "normative", date(2027, 5, 6), date(2027, 5, 7), until)
    assert list(WAITING.on[ComplaintWaitingMoved](fact)) == [Arm("k-1", until)]
    assert place.known.row(COMPLAINTS, "k-1")["waiting_until"] == date(2027, 5, 7)
    early = ResumeComplaint(place.received, "expired", date(2027, 5, 7), terms, place.known.calendar, datetime(2027, 5, 6, 17, tzinfo=UTC))
    assert place.known.execute(COMPLAINT, early).events == ()


def test_a_clock_that_began_anew_with_another_unit_follows_the_calendar_from_there():
    def passed(clock: str) -> Complaints:
        place = Complaints().file().at(5)
        terms = replace(TERMS, passed_clock=clock)
        do(place, PassComplaint(place.received, "dinkes", place.known.now, "t5", "d5", terms, place.known.calendar))
        return place

    goes_on, anew = passed("goes-on"), passed("anew")
    assert (goes_on.due, anew.due) == (date(2027, 5, 10), date(2027, 5, 12))
    assert (goes_on.off(ASCENSION).due, anew.off(ASCENSION).due) == (date(2027, 5, 11), date(2027, 5, 13))
    assert [place.moves[-1].unit for place in (goes_on, anew)] == ["dinkes", "dinkes"]
    assert (goes_on.off(date(2027, 5, 4)).due, anew.off(date(2027, 5, 4)).due) == (date(2027, 5, 12), date(2027, 5, 13))


# --- appraisal ------------------------------------------------------------------------------------------------------------------------

IN_WORKING_DAYS = {"objection": {"days": 5, "kind": "working"}, "decision": {"days": 3, "kind": "working", "binding": False}}
END = Calendar().end_of
KEY = f"{M1}/2026-Q1"


class Appraised(Place):
    def __init__(self, *past: Any, **changed: Any) -> None:
        super().__init__(APPRAISALS)
        rules = RuleSetPublished("appraisal", "place", 1, date(2026, 1, 1), ("law",), SETTINGS | IN_WORKING_DAYS | changed)
        self.known.arrive(self.known.own(rules, "rules-appraisal", "appraisal-rules-appraisal", 1))
        for number, event in enumerate(past, 1):
            self.known.arrive(self.known.own(event, M1, streams.appraisal(M1, "2026-Q1"), number))
        self.known.settle()

    @property
    def row(self) -> Any:
        return self.known.row(appraisal_views.APPRAISALS, KEY)

    def told(self, model: type) -> list[Any]:
        return [fact.event for fact in self.known.stream(streams.appraisal(M1, "2026-Q1")) if isinstance(fact.event, model)]


GIVEN = (*DELIVERED[:-1], replace(DELIVERED[-1], objection_until=END(date(2027, 5, 10)).astimezone(UTC)))
OBJECTED = (*GIVEN, replace(FILED, filed_at=MONDAY, decision_due=END(FRIDAY - timedelta(days=1)).astimezone(UTC)))


def test_the_term_for_an_objection_moves_and_silence_waits_for_its_new_end():
    place = Appraised(*GIVEN).at(4).off(ASCENSION)
    later = END(date(2027, 5, 11)).astimezone(UTC)
    (moved,) = place.told(appraisal.ObjectionTermMoved)
    assert (moved.previous, moved.objection_until, place.row["objection_until"]) == (GIVEN[-1].objection_until, later, later)
    assert place.row["history"][-1]["what"] == "ObjectionTermMoved"
    (fact,) = (fact for fact in place.known.known.values() if fact.event == moved)
    assert list(SILENCE.on[appraisal.ObjectionTermMoved](fact)) == [Arm(KEY, later)]
    assert place.known.execute(APPRAISAL, AcceptBySilence(M1, "2026-Q1", later - timedelta(seconds=1))).events == ()
    assert len(place.known.execute(APPRAISAL, AcceptBySilence(M1, "2026-Q1", later)).events) == 2
    assert place.worked(ASCENSION).told(appraisal.ObjectionTermMoved) == [moved], "what is final moves no more"


def test_the_term_for_the_decision_moves_and_is_overdue_only_then():
    place = Appraised(*OBJECTED).at(4).off(ASCENSION)
    later = END(FRIDAY).astimezone(UTC)
    (moved,) = place.told(appraisal.DecisionTermMoved)
    assert (moved.previous, moved.decision_due) == (OBJECTED[-1].decision_due, later)
    assert place.row["objection"]["decision_due"] == "2027-05-07T17:00:00Z"
    (fact,) = (fact for fact in place.known.known.values() if fact.event == moved)
    assert list(DECISION.on[appraisal.DecisionTermMoved](fact)) == [Arm(KEY, later)]
    assert place.known.execute(APPRAISAL, ReportUndecided(M1, "2026-Q1", moved.previous)).events == ()
    assert len(place.known.execute(APPRAISAL, ReportUndecided(M1, "2026-Q1", later)).events) == 1
    place.off(FRIDAY)
    assert place.told(appraisal.DecisionTermMoved) == [moved], "overdue is overdue"


@pytest.mark.parametrize("past", [GIVEN, OBJECTED], ids=["objection", "decision"])
def test_terms_of_the_law_in_calendar_days_stay(past):
    place = Appraised(*past, objection={"days": 7, "kind": "calendar"}, decision={"days": 3, "kind": "calendar", "binding": False})
    place.off(ASCENSION)
    assert place.told(appraisal.ObjectionTermMoved) == place.told(appraisal.DecisionTermMoved) == []


def test_an_improvement_item_moves_while_it_is_open_and_its_day_has_not_passed():
    def place() -> Appraised:
        made = Appraised(improvement={"founded_complaints": True, "due": {"days": 5, "kind": "working"}})
        resolved = Resolved("dukcapil", "k1", True, date(2027, 5, 3))
        made.known.arrive(heard("feedback", resolved, "dukcapil", "feedback-complaint-k1", 1, MONDAY))
        made.known.settle()
        return made

    def due(made: Appraised) -> date:
        return made.known.row(appraisal_views.IMPROVEMENT_ITEMS, "dukcapil/complaint-k1")["due"]

    one = place()
    assert due(one) == date(2027, 5, 10)
    assert due(one.at(4).off(ASCENSION)) == date(2027, 5, 11)
    (moved,) = (fact.event for fact in one.known.known.values() if isinstance(fact.event, appraisal.ImprovementItemMoved))
    assert moved == appraisal.ImprovementItemMoved("dukcapil", "complaint-k1", date(2027, 5, 10), date(2027, 5, 11))
    assert due(one.at(5).worked(ASCENSION)) == date(2027, 5, 10)
    assert due(place().at(11).off(ASCENSION)) == date(2027, 5, 10)
