"""Objection and decision (PP 30/2019 art. 59): in time, once, by another, final."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.appraisal import events
from services.appraisal.domain.appraisal import APPRAISAL, AcceptAppraisal, AcceptBySilence
from services.appraisal.domain.objection import DecideObjection, FileObjection, ReportOverdue
from services.appraisal.domain.quadrant import Rating
from tests.support.appraisal import (
    ASSESSOR,
    DELIVERED,
    FILED,
    GOOD,
    JAKARTA,
    M1,
    NEEDS_IMPROVEMENT,
    OBJECTED,
    SCORED,
    SUPERIOR,
    UNTIL,
    moment,
    rules,
)
from tests.support.deciding import given

SILENT = (
    events.AppraisalAccepted(M1, "2026-Q1", "silence"),
    events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "silence", "place@1"),
)
TOO_LATE = events.ObjectionRefused(M1, "2026-Q1", "objection-term", UNTIL, moment("2026-05-05", "00:10"), "text-1", "digest-1")
DUE = JAKARTA.start_of(date(2026, 5, 8))


def objection(at=None, items=("permits",)):
    return FileObjection(M1, "2026-Q1", items, at or moment("2026-04-30"), "text-1", "digest-1", (), rules(), JAKARTA)


def decision(outcome="granted", ratings=(Rating.AS, Rating.AS), by=SUPERIOR, under=None):
    return DecideObjection(M1, "2026-Q1", outcome, ratings, "800/1/2026", "text-2", "digest-2", by, ASSESSOR, under or rules())


def decided(outcome, after):
    return (
        events.ObjectionDecided(M1, "2026-Q1", outcome, NEEDS_IMPROVEMENT, after, "800/1/2026", "text-2", "digest-2", SUPERIOR),
        events.AppraisalFinalized(M1, "2026-Q1", "quarter", after, "decision", "place@1"),
    )


def test_art_59_an_objection_in_time_is_filed_and_its_decision_due_by_the_local_rule():
    given(APPRAISAL, *DELIVERED).when(objection()).then(FILED)
    given(APPRAISAL, *DELIVERED).when(objection(at=moment("2026-05-04", "23:59"))).then(
        replace(FILED, filed_at=moment("2026-05-04", "23:59"), decision_due=JAKARTA.start_of(date(2026, 5, 12)))
    )


@pytest.mark.parametrize("past", [DELIVERED, (*DELIVERED, *SILENT)], ids=["before the timer", "after the timer"])
def test_art_59_after_the_fourteenth_day_it_is_refused_and_that_it_came_is_recorded(past):
    """Received on 20 April, the last day is 4 May: 5 May, 00:10 in Jakarta (still 4 May in UTC) is too late."""
    given(APPRAISAL, *past).when(objection(at=moment("2026-05-05", "00:10"))).then(TOO_LATE)
    given(APPRAISAL, *past).when(objection(at=UNTIL)).then(replace(TOO_LATE, found=UNTIL))


def test_a_refused_objection_leaves_the_result_and_the_silence():
    given(APPRAISAL, *DELIVERED, TOO_LATE).when(AcceptBySilence(M1, "2026-Q1", moment("2026-05-05", "00:11"))).then(*SILENT)


def test_objecting_twice_is_refused():
    given(APPRAISAL, *OBJECTED).when(objection()).then_refused("objection-already-filed", found="open")
    given(APPRAISAL, *DELIVERED, TOO_LATE).when(objection(at=moment("2026-05-06"))).then_refused("objection-already-filed", found="late")
    given(APPRAISAL, *OBJECTED, *decided("rejected", NEEDS_IMPROVEMENT)).when(objection()).then_refused(
        "objection-already-filed", found="decided"
    )


def test_there_is_nothing_to_object_to_before_delivery_or_after_acceptance():
    given(APPRAISAL, *SCORED).when(objection()).then_refused("appraisal-not-delivered")
    accepted = given(APPRAISAL, *DELIVERED).when(AcceptAppraisal(M1, "2026-Q1")).events
    given(APPRAISAL, *DELIVERED, *accepted).when(objection()).then_refused("appraisal-accepted")


def test_an_objection_names_what_it_is_about():
    given(APPRAISAL, *DELIVERED).when(objection(items=("whole", "akuntabel"))).then(replace(FILED, items=("whole", "akuntabel")))
    given(APPRAISAL, *DELIVERED).when(objection(items=("permits", "weather"))).then_refused("objection-items", 422, "weather")
    given(APPRAISAL, *DELIVERED).when(objection(items=())).then_refused("objection-items", 422)


def test_art_59_a_granted_objection_gives_a_new_judgement_which_is_final():
    given(APPRAISAL, *OBJECTED).when(decision()).then(*decided("granted", GOOD))


def test_art_59_a_rejected_objection_leaves_the_result_which_is_final():
    given(APPRAISAL, *OBJECTED).when(decision("rejected", None)).then(*decided("rejected", NEEDS_IMPROVEMENT))


def test_art_59_the_decision_is_the_last_word():
    past = (*OBJECTED, *decided("granted", GOOD))
    given(APPRAISAL, *past).when(decision("rejected", None)).then_refused("no-open-objection", found="decided")
    given(APPRAISAL, *DELIVERED).when(decision()).then_refused("no-open-objection", found="none")
    given(APPRAISAL, *past).when(AcceptAppraisal(M1, "2026-Q1")).then_refused("appraisal-not-open")


def test_art_59_neither_the_employee_nor_the_assessor_decides():
    given(APPRAISAL, *OBJECTED).when(decision(by=M1)).then_refused("own-objection", 403, "employee")
    given(APPRAISAL, *OBJECTED).when(decision(by=ASSESSOR)).then_refused("own-objection", 403, "assessor")


def test_a_decision_says_what_it_changes():
    given(APPRAISAL, *OBJECTED).when(decision("granted", None)).then_refused("decision-invalid", 422)
    given(APPRAISAL, *OBJECTED).when(decision("granted", (Rating.BELOW, Rating.AS))).then_refused("decision-invalid", 422, "same")
    given(APPRAISAL, *OBJECTED).when(decision("rejected", (Rating.AS, Rating.AS))).then_refused("decision-invalid", 422)
    given(APPRAISAL, *OBJECTED).when(decision("postponed", None)).then_refused("decision-invalid", 422)


def test_art_59_the_superior_may_lower_unless_the_place_rules_it_out():
    worse = (Rating.BELOW, Rating.BELOW)
    lowered = given(APPRAISAL, *OBJECTED).when(decision(ratings=worse)).events
    assert lowered[0].after.predicate == "sangat_kurang"
    local = rules(objection_may_lower=False)
    given(APPRAISAL, *OBJECTED).when(decision(ratings=worse, under=local)).then_refused("objection-may-not-lower")
    assert given(APPRAISAL, *OBJECTED).when(decision(under=local)).events[0].after == GOOD


def test_an_overdue_decision_is_reported_once_and_nothing_is_forfeited():
    overdue = events.ObjectionOverdue(M1, "2026-Q1", DUE)
    given(APPRAISAL, *OBJECTED).when(ReportOverdue(M1, "2026-Q1", DUE)).then(overdue)
    given(APPRAISAL, *OBJECTED, overdue).when(ReportOverdue(M1, "2026-Q1", DUE)).then()
    given(APPRAISAL, *OBJECTED, *decided("granted", GOOD)).when(ReportOverdue(M1, "2026-Q1", DUE)).then()
    given(APPRAISAL, *OBJECTED, overdue).when(decision()).then(*decided("granted", GOOD))
