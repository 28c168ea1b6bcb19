"""Complaints: a term by kind on the agency's calendar, reported when it passes, resolved once, and nothing of the citizen published."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from services.feedback.defaults import DEFAULTS
from services.feedback.domain.complaints import (
    COMPLAINT,
    INTAKE,
    AnswerComplaint,
    ReceiveComplaint,
    ReportOverdue,
    ResolveComplaint,
)
from services.feedback.domain.terms import check_terms, terms_of
from services.feedback.events import EVENTS, ComplaintAnswered, ComplaintOverdue, ComplaintReceived, ComplaintResolved
from services.feedback.reactions import COMPLAINTS as CLOCK
from services.feedback.service import SERVICE
from services.feedback.views import COMPLAINTS, fold_complaints
from shared.flow.declared import Arm, Disarm
from shared.kernel.calendar import Calendar
from shared.kernel.decider import Aggregate
from shared.kernel.refusal import Refused
from tests.support.knowledge import MemoryKnowledge

NATIONAL = next(rules for rules in DEFAULTS if rules.kind == "complaints")
TERMS = terms_of(NATIONAL.settings, NATIONAL.name)
# Monday 4 May 2026, 10:00 in Jakarta; Friday 8 May is a day off here.
MONDAY = datetime(2026, 5, 4, 3, tzinfo=UTC)
HERE = Calendar(holidays=frozenset({date(2026, 5, 8)}))
FILE = ReceiveComplaint("k-1", "dukcapil", "normative", "t1", "t2", False, False, "digest", MONDAY, TERMS, HERE)


def given_when(aggregate: Aggregate, past: list, command: object) -> list:
    decider = aggregate.decider
    return list(decider.decide(decider.state(past), command))


def refused(aggregate: Aggregate, past: list, command: object) -> Refused:
    with pytest.raises(Refused) as caught:
        given_when(aggregate, past, command)
    return caught.value


RECEIVED: ComplaintReceived = given_when(INTAKE, [], FILE)[0]
RESOLVE = ResolveComplaint(RECEIVED, True, date(2026, 5, 12))


@pytest.mark.parametrize(("kind", "last_day"), [
    ("light", date(2026, 5, 6)),
    ("normative", date(2026, 5, 12)),
    ("not-oversight", date(2026, 5, 25)),
    ("oversight", date(2026, 7, 28)),
])  # fmt: skip
def test_each_kind_has_its_working_days(kind: str, last_day: date):
    """2, 5, 14 and 60 working days from the day after; weekends and the day off of 8 May do not count."""
    event = given_when(INTAKE, [], replace(FILE, kind=kind))[0]
    assert event.last_day == last_day and event.due == HERE.end_of(last_day) and event.received_on == date(2026, 5, 4)


def test_a_rule_set_may_count_calendar_days():
    ten = terms_of({"kinds": {"normative": {"days": 10, "kind": "calendar"}}}, "malinau@1")
    assert given_when(INTAKE, [], replace(FILE, terms=ten))[0].last_day == date(2026, 5, 14)


def test_a_kind_that_the_place_does_not_know_is_refused():
    wrong = refused(INTAKE, [], replace(FILE, kind="corruption"))
    assert (wrong.status, wrong.code) == (422, "complaint-kind") and "light" in wrong.expected


def test_an_anonymous_complaint_keeps_nothing_that_leads_to_the_citizen():
    assert refused(INTAKE, [], replace(FILE, anonymous=True)).code == "anonymous-with-contact"
    assert given_when(INTAKE, [], replace(FILE, anonymous=True, contact_text=None))[0].anonymous
    assert given_when(INTAKE, [], replace(FILE, contact_text=None))[0].anonymous, "without a contact nobody is known"
    assert not RECEIVED.anonymous


def test_resolved_on_the_last_day_is_in_time_and_a_day_later_is_not():
    assert given_when(COMPLAINT, [], RESOLVE) == [ComplaintResolved("dukcapil", "k-1", "normative", True, True, date(2026, 5, 12))]
    assert not given_when(COMPLAINT, [], replace(RESOLVE, resolved_on=date(2026, 5, 13)))[0].in_time


def test_a_complaint_is_resolved_and_answered_once():
    resolved = given_when(COMPLAINT, [], RESOLVE)
    assert given_when(COMPLAINT, resolved, replace(RESOLVE, resolved_on=date(2026, 6, 1))) == []
    assert refused(COMPLAINT, resolved, replace(RESOLVE, founded=False)).code == "already-resolved"
    answered = given_when(INTAKE, [RECEIVED], AnswerComplaint("k-1", "dukcapil", "t3"))
    assert answered == [ComplaintAnswered("k-1", "dukcapil", "t3")]
    assert given_when(INTAKE, [RECEIVED, *answered], AnswerComplaint("k-1", "dukcapil", "t4")) == []


def test_the_clock_reports_an_open_complaint_once():
    overdue = [ComplaintOverdue("dukcapil", "k-1", "normative", RECEIVED.due)]
    report = ReportOverdue(RECEIVED, RECEIVED.due)
    assert given_when(COMPLAINT, [], report) == overdue
    assert given_when(COMPLAINT, overdue, report) == []
    assert given_when(COMPLAINT, given_when(COMPLAINT, [], RESOLVE), report) == []
    late = given_when(COMPLAINT, overdue, replace(RESOLVE, resolved_on=date(2026, 5, 20)))
    assert not late[0].in_time


def test_the_clock_is_armed_by_the_complaint_and_disarmed_by_its_resolution():
    known = MemoryKnowledge(SERVICE, calendar=HERE, now=MONDAY)
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
    known = MemoryKnowledge(SERVICE, calendar=HERE, now=MONDAY)
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


@pytest.mark.parametrize(("wrong", "said"), [
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
