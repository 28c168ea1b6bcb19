"""Improvement items: opened once by a founded complaint or a falling survey where the rules say so, due by the agency's calendar."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.appraisal import events, views
from services.appraisal.domain.improvement import IMPROVEMENT, CloseImprovementItem, OpenImprovementItem
from services.appraisal.heard import ComplaintResolved, SurveyResultPublished
from services.appraisal.service import SERVICE
from shared.events.rule_set import RuleSetPublished
from tests.support.appraisal import SETTINGS, moment
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge
from tests.support.knowledge import heard as heard_fact

NOW = moment("2026-07-10")
RULES = {"founded_complaints": True, "falling_surveys": True, "due": {"days": 10, "kind": "working"}}
OPENED = events.ImprovementItemOpened("clinic", "complaint-k1", "complaint", "event-1", date(2026, 6, 30), "r@1", date(2026, 6, 16))


def complaint(name="k1", founded=True, number=1):
    resolved = ComplaintResolved("clinic", name, founded, date(2026, 6, 16))
    return heard_fact("feedback", resolved, "clinic", f"feedback-complaint-{name}", number, datetime(2026, 6, 16, 3, tzinfo=UTC))


def survey(period, index, service="imunisasi", number=1):
    """Published on 9 July."""
    published = SurveyResultPublished("clinic", service, period, 40, index)
    return heard_fact("feedback", published, "clinic", f"feedback-survey-clinic-{service}-{period}", number, moment("2026-07-09"))


def place(improvement=RULES):
    knowledge = MemoryKnowledge(SERVICE, now=NOW)
    settings = SETTINGS | ({"improvement": improvement} if improvement else {})
    published = RuleSetPublished("appraisal", "place", 1, date(2026, 1, 1), ("law",), settings)
    knowledge.arrive(knowledge.own(published, "rules-appraisal", "appraisal-rules-appraisal", 1))
    return knowledge


def items(knowledge):
    return [(row["item"], row["cause"], row["due"], row["status"]) for row in knowledge.rows(views.IMPROVEMENT_ITEMS)]


def test_a_founded_complaint_opens_one_item_due_after_ten_working_days():
    knowledge = place()
    fact = complaint()
    for _ in range(3):
        knowledge.arrive(fact)
        knowledge.mark([fact])
        knowledge.settle()
    assert items(knowledge) == [("complaint-k1", "complaint", date(2026, 6, 30), "open")]
    assert knowledge.row(views.IMPROVEMENT_ITEMS, "clinic/complaint-k1")["event"] == fact.id


def test_a_complaint_that_was_passed_counts_for_the_unit_that_it_ended_at():
    """Its subject stays the unit that the citizen named; the item is the other's."""
    knowledge = place()
    resolved = replace(complaint().event, unit="hospital")
    knowledge.arrive(heard_fact("feedback", resolved, "clinic", "feedback-complaint-k1", 2, datetime(2026, 6, 16, 3, tzinfo=UTC)))
    knowledge.settle()
    assert [row["unit"] for row in knowledge.rows(views.IMPROVEMENT_ITEMS)] == ["hospital"]


def test_surveys_fall_by_the_index_before_it_was_rounded():
    knowledge = place()
    for period, index in (("2026-Q1", "80.004"), ("2026-Q2", "79.996"), ("2026-Q3", "79.996")):
        fact = survey(period, "80.00")
        knowledge.arrive(heard_fact("feedback", replace(fact.event, converted=index), "clinic", fact.stream, 1, fact.recorded))
    knowledge.settle()
    assert [item for item, *_ in items(knowledge)] == ["survey-imunisasi-2026-q2"]


def test_an_unfounded_complaint_opens_none():
    knowledge = place()
    knowledge.arrive(complaint(founded=False), complaint("k2", number=1))
    knowledge.settle()
    assert [item for item, *_ in items(knowledge)] == ["complaint-k2"]


@pytest.mark.parametrize("rules", [None, RULES | {"founded_complaints": False, "falling_surveys": False}])
def test_where_the_rules_do_not_say_so_nothing_is_opened(rules):
    knowledge = place(rules)
    knowledge.arrive(complaint(), survey("2026-Q1", "80.00"), survey("2026-Q2", "79.99"))
    knowledge.settle()
    assert items(knowledge) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_falling_survey_opens_one_item_in_whatever_order_results_arrive(order):
    results = [survey("2026-Q1", "80.00"), survey("2026-Q2", "79.99"), survey("2026-Q2", "90.00", "ktp"), survey("2026", "10.00")]
    knowledge = place()
    for index in order:
        knowledge.arrive(results[index])
        knowledge.settle()
    assert items(knowledge) == [("survey-imunisasi-2026-q2", "survey", date(2026, 7, 23), "open")]


def test_a_rising_or_equal_survey_opens_none():
    knowledge = place()
    knowledge.arrive(survey("2026-Q1", "80.00"), survey("2026-Q2", "80.00"), survey("2026-Q3", "100.00"))
    knowledge.settle()
    assert items(knowledge) == []


def test_an_item_is_opened_once_and_closed_once():
    opening = OpenImprovementItem("clinic", "complaint-k1", "complaint", "event-1", date(2026, 6, 30), "r@1", date(2026, 6, 16))
    closing = CloseImprovementItem("clinic", "complaint-k1", date(2026, 7, 1), "t", "d", date(2026, 7, 2))
    closed = events.ImprovementItemClosed("clinic", "complaint-k1", date(2026, 7, 1), "t", "d")
    given(IMPROVEMENT).when(opening).then(OPENED)
    given(IMPROVEMENT, OPENED).when(opening).then()
    given(IMPROVEMENT, OPENED).when(closing).then(closed)
    given(IMPROVEMENT, OPENED, closed).when(closing).then_refused("improvement-item-closed")
    given(IMPROVEMENT, OPENED, closed).when(opening).then()
    given(IMPROVEMENT).when(closing).then_refused("unknown-improvement-item", 404)
    given(IMPROVEMENT, OPENED).when(replace(closing, done_on=date(2026, 7, 3))).then_refused("not-done-yet", 422)
