"""What appraisal shows and who may do what: folds, distribution, the policy cell by cell, the statutory clocks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.appraisal import events, heard, known, views
from services.appraisal.domain.appraisal import APPRAISAL, AcceptBySilence
from services.appraisal.domain.distribution import ORGANISATION_RESULTS
from services.appraisal.domain.objection import ReportOverdue
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.policy import POLICY
from services.appraisal.reactions import DECISION, SILENCE
from services.appraisal.service import SERVICE
from services.appraisal.tables import GUIDE
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Arm, Disarm, Dispatch
from shared.http.policy import COMMON, Actor
from shared.kernel.periods import Period
from tests.support.appraisal import DELIVERED, FILED, M1, NEEDS_IMPROVEMENT, SETTINGS, UNTIL, moment
from tests.support.knowledge import MemoryKnowledge
from tests.support.knowledge import heard as heard_fact

NOW = moment("2026-04-20")
Q1 = Period.parse("2026-Q1")
NUMBERS = itertools.count(1)
DAY = date(2026, 1, 1)


def learned(event, since=DAY, number=None):
    """A fact of personnel's."""
    number = number or next(NUMBERS)
    subject = getattr(event, "employee", None) or event.unit
    at = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return heard_fact("personnel", event, subject, f"personnel-employee-{subject}", number, at, effective=at)


def line(employee, assessor, superior, since=DAY):
    return learned(heard.ReportingLineSet(employee, assessor, superior, since), since)


def post(employee, unit, since=DAY, acting=False):
    return learned(heard.PositionAssigned(employee, f"post-{unit}", unit, acting, since), since)


def joined(employee, since=date(2020, 1, 1)):
    return learned(heard.EmployeeRegistered(employee, "PNS", since), since)


def knowing(*facts):
    knowledge = MemoryKnowledge(SERVICE, now=NOW)
    knowledge.arrive(*facts)
    return knowledge


def own(knowledge, *happened):
    """Own events of M1's first quarter."""
    start = len(knowledge.stream(f"appraisal-{M1}-2026-Q1"))
    made = [knowledge.own(event, M1, f"appraisal-{M1}-2026-Q1", start + number) for number, event in enumerate(happened, 1)]
    knowledge.arrive(*made)
    return made


# Folds


def test_an_appraisals_row_tells_its_story():
    knowledge = knowing()
    after = events.Judgement("as", "as", "baik")
    own(
        knowledge,
        *DELIVERED,
        FILED,
        events.ObjectionOverdue(M1, "2026-Q1", FILED.decision_due),
        events.ObjectionDecided(M1, "2026-Q1", "granted", NEEDS_IMPROVEMENT, after, "800/1", "t2", "d2", "m13"),
        events.AppraisalFinalized(M1, "2026-Q1", "quarter", after, "decision", "place@1"),
    )
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert (row["status"], row["predicate"], row["basis"], row["version"]) == ("final", "baik", "decision", len(DELIVERED) + 4)
    assert (row["objection"]["status"], row["objection"]["overdue"], row["objection"]["decision"]["document"]) == ("decided", True, "800/1")
    steps = ["AppraisalDelivered", "ObjectionFiled", "ObjectionOverdue", "ObjectionDecided", "AppraisalFinalized"]
    assert [step["what"] for step in row["history"]] == steps
    assert datetime.fromisoformat(row["history"][2]["due"]) == FILED.decision_due


def test_a_late_objection_stands_in_the_story_with_what_was_due_and_what_came():
    knowledge = knowing()
    late = moment("2026-05-05", "00:10")
    final = events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "silence", "place@1")
    own(knowledge, *DELIVERED, final, events.ObjectionRefused(M1, "2026-Q1", "objection-term", UNTIL, late, "t2", "d2"))
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert [step["what"] for step in row["history"]] == ["AppraisalDelivered", "AppraisalFinalized", "ObjectionRefused"]
    assert [datetime.fromisoformat(row["history"][2][name]) for name in ("due", "found")] == [UNTIL, late]
    assert (row["status"], row["objection"]["status"]) == ("final", "refused")


def test_an_overdue_decision_is_marked_on_the_objection_and_stands_in_the_story():
    knowledge = knowing()
    own(knowledge, *DELIVERED, FILED)
    assert knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")["objection"]["overdue"] is False
    (overdue,) = own(knowledge, events.ObjectionOverdue(M1, "2026-Q1", FILED.decision_due))
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert row["objection"]["overdue"] is True and row["status"] == "objected"
    last = row["history"][-1]
    assert (last["what"], last["event"]) == ("ObjectionOverdue", overdue.id)
    assert datetime.fromisoformat(last["due"]) == FILED.decision_due


def test_a_withdrawn_delivery_leaves_an_appraisal_that_is_scored_and_its_story():
    knowledge = knowing()
    own(knowledge, *DELIVERED)
    delivery = knowledge.stream(f"appraisal-{M1}-2026-Q1")[-1].id
    own(knowledge, events.DeliveryWithdrawn(M1, "2026-Q1", delivery, "t2", "d2"))
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert (row["status"], row["predicate"], row["judgement"], row["rule_set"], row["delivered_by"]) == ("scoring", None, None, None, None)
    assert [step["what"] for step in row["history"]] == ["AppraisalDelivered", "DeliveryWithdrawn"] and len(row["scores"]) == 4


def test_a_later_score_or_report_replaces_the_earlier():
    knowledge = knowing()
    scores = [events.ScoreSubmitted(M1, "2026-Q1", "rating", "behaviour", "akuntabel", "superior", value) for value in ("as", "above")]
    own(knowledge, *scores)
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert [score["value"] for score in row["scores"]] == ["above"]
    reports = [events.ProgressRecorded(M1, "2026", "permits", "2026-01", value) for value in ("1", "2")]
    facts = [knowledge.own(event, M1, f"appraisal-plan-{M1}-2026", number) for number, event in enumerate(reports, 1)]
    plan = reduce(lambda row, fact: views.fold_plan("", row, fact), facts, None)
    assert [report["value"] for report in plan["progress"]] == ["2"]


def test_a_correction_and_an_import_are_shown_as_such():
    knowledge = knowing()
    own(knowledge, events.AppraisalImported(M1, "2026-Q1", "baik", "old", "ab" * 32, 2))
    assert knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")["status"] == "imported"
    imported = events.Judgement(None, None, "baik")
    after = events.Judgement(None, None, "butuh_perbaikan")
    own(knowledge, events.AppraisalCorrected(M1, "2026-Q1", imported, after, "law", "800/2", DAY, "t3", "d3"))
    row = knowledge.row(views.APPRAISALS, f"{M1}/2026-Q1")
    assert (row["status"], row["predicate"], row["judgement"]) == ("corrected", "butuh_perbaikan", {"predicate": "butuh_perbaikan"})
    assert (row["correction"]["before"], row["correction"]["document"]) == ({"predicate": "baik"}, "800/2")


def test_a_persons_row_does_not_depend_on_the_order_or_number_of_arrivals():
    facts = [
        learned(heard.EmployeeRegistered(M1, "PNS", DAY)),
        post(M1, "a"),
        post(M1, "b", date(2026, 7, 1)),
        post(M1, "c", date(2026, 3, 1), acting=True),
        line(M1, "m11", "m13"),
        line(M1, "m12", None, date(2026, 7, 1)),
    ]
    rows = set()
    for seed in range(40):
        arrivals = random.Random(seed).sample([*facts, *facts], 2 * len(facts))
        rows.add(repr(sorted(reduce(lambda row, fact: views.fold_employee(M1, row, fact), arrivals, None).items())))
    assert len(rows) == 1


def test_an_organisations_result_holds_for_the_units_below_it_until_they_have_their_own():
    knowledge = knowing(learned(heard.UnitOpened("town", None, DAY)), learned(heard.UnitOpened("office", "town", DAY)))
    assert known.organisation_result(knowledge, "office", "2026-Q1") is None
    for unit, result in (("town", "baik"), ("office", "istimewa")):
        made = events.OrganisationResultSet(unit, "2026-Q1", result, GUIDE.name)
        knowledge.arrive(knowledge.own(made, unit, f"appraisal-organisation-{unit}-2026-Q1", 1))
        assert known.organisation_result(knowledge, "office", "2026-Q1") == result
    assert known.organisation_result(knowledge, "office", "2026-Q2") is None


# Distribution


@pytest.mark.parametrize(
    ("result", "counts", "holds"),
    [
        ("istimewa", {"sangat_baik": 7, "baik": 3}, [True]),
        ("istimewa", {"sangat_baik": 8, "baik": 3}, [False]),
        ("baik", {"baik": 7, "butuh_perbaikan": 3}, [True, True]),
        ("baik", {"baik": 7, "sangat_baik": 3}, [True, False]),
        ("baik", {"baik": 8, "kurang": 3}, [False, True]),
        ("butuh_perbaikan", {"butuh_perbaikan": 6, "sangat_baik": 1, "baik": 3}, [True, True]),
        ("butuh_perbaikan", {"butuh_perbaikan": 5, "sangat_baik": 2, "baik": 3}, [False, False]),
        ("kurang", {"kurang": 6, "butuh_perbaikan": 1, "baik": 3}, [True, True, True]),
        ("sangat_kurang", {"sangat_kurang": 6, "kurang": 1, "baik": 2, "sangat_baik": 1}, [True, True, False]),
    ],
)
def test_se_menpanrb_3_2023_the_guide_is_compared_and_nobody_is_moved(result, counts, holds):
    people = [predicate for predicate, count in counts.items() for _ in range(count)]
    assert [finding.holds for finding in GUIDE.compare(result, people)] == holds


@given(st.sampled_from(ORGANISATION_RESULTS), st.lists(st.sampled_from(list(Predicate)), min_size=1, max_size=60), st.randoms())
def test_for_any_unit_the_guide_says_exactly_what_the_shares_are_and_moves_nobody(result, people, chance):
    """Against exact fractions; small units too: of three persons one is a third, not 33 percent."""
    before = list(people)
    findings = GUIDE.compare(result, people)
    assert people == before and [finding.limit for finding in findings] == list(GUIDE.limits[result])
    for finding in findings:
        share = Fraction(sum(one in finding.limit.predicates for one in people), len(people))
        bound = Fraction(finding.limit.percent, 100)
        held = {"<=": share <= bound, ">=": share >= bound, "=": share == bound, ">": share > bound}[finding.limit.comparison]
        assert (finding.of, Fraction(finding.count, finding.of), finding.holds) == (len(people), share, held)
    assert GUIDE.compare(result, people * 7) == tuple(replace(one, count=7 * one.count, of=7 * one.of) for one in findings), (
        "seven such units together are as one"
    )
    chance.shuffle(people)
    assert GUIDE.compare(result, people) == findings


def test_where_nobody_was_appraised_there_is_nothing_to_compare():
    assert GUIDE.compare("baik", []) == ()


# Policy


SELF, BOSS, CHIEF, OTHER, PPK, HR, AUDITOR, TREASURER = (
    ("m1", "employee"),
    ("m11", "employee"),
    ("m13", "employee"),
    ("m9", "employee"),
    ("m19", "employee", "approver"),
    ("m15", "employee", "hr"),
    ("m18", "employee", "auditor"),
    ("m16", "employee", "treasurer"),
)
EVERYBODY = (SELF, BOSS, CHIEF, OTHER, PPK, HR, AUDITOR, TREASURER)
READERS = (SELF, BOSS, CHIEF, PPK, HR, AUDITOR)
MAY: Mapping[str, Sequence[tuple[str, ...]]] = {
    "acknowledge-rules": (SELF,),
    "draft-target": (SELF,),
    "record-progress": (SELF,),
    "submit-score": (SELF, BOSS),
    "report-achievement": (SELF,),
    "accept-appraisal": (SELF,),
    "file-objection": (SELF,),
    "withdraw-delivery": (BOSS,),
    "approve-plan": (BOSS,),
    "deliver-appraisal": (BOSS,),
    "decide-objection": (CHIEF,),
    "correct-appraisal": (CHIEF,),
    "set-organisation-result": (PPK,),
    "import-targets": (HR,),
    "import-earlier-predicates": (HR,),
    "import-achievements": (HR,),
    "close-improvement-item": (PPK, HR),
    "list-improvement-items": EVERYBODY,
    "read-unit-scores": (PPK, HR, AUDITOR),
    "read-plan": READERS,
    "read-appraisal": READERS,
    "read-objection": READERS,
    "read-text": (PPK, HR, AUDITOR),
    "list-appraisals": (PPK, HR, AUDITOR),
    "read-distribution": (PPK, HR, AUDITOR),
}


def test_every_action_of_the_policy_is_tried_below():
    assert set(MAY) == POLICY.actions - {line.action for line in COMMON}


@pytest.mark.parametrize("action", MAY)
def test_only_who_stands_so_to_the_employee_may(action):
    knowledge = knowing(line(M1, "m11", "m13"))
    found = [who for who in EVERYBODY if POLICY.permits(Actor(who[0], "mulyorejo", frozenset(who[1:]), "web"), action, M1, knowledge, Q1)]
    assert found == [who for who in EVERYBODY if who in MAY[action]]


def test_everybody_of_a_unit_may_see_its_scores_and_nobody_of_another():
    towns = [learned(heard.UnitOpened(unit, parent, DAY)) for unit, parent in (("town", None), ("office", "town"), ("desk", "office"))]
    knowledge = knowing(*towns, post("m1", "desk"), post("m9", "town"), post("m9", "desk", acting=True))
    assert permitted(knowledge, SELF, "read-unit-scores", "desk") and permitted(knowledge, SELF, "read-unit-scores", "office")
    assert not permitted(knowledge, OTHER, "read-unit-scores", "desk") and not permitted(knowledge, CHIEF, "read-unit-scores", "desk")


def permitted(knowledge, who, action, subject=M1, period=Q1):
    return POLICY.permits(Actor(who[0], "mulyorejo", frozenset(who[1:]), "web"), action, subject, knowledge, period)


def test_without_a_reporting_line_nobody_assesses():
    assert not any(permitted(knowing(), who, "deliver-appraisal") for who in EVERYBODY)


# Statutory clocks


def published(**changed):
    return RuleSetPublished("appraisal", "place", 1, DAY, ("law",), SETTINGS | changed)


def with_rules(**changed):
    knowledge = knowing()
    knowledge.arrive(knowledge.own(published(**changed), "rules-appraisal", "appraisal-rules-appraisal", 1))
    return knowledge


def test_silence_is_armed_by_delivery_and_disarmed_by_whoever_speaks():
    knowledge = with_rules()
    facts = own(knowledge, *DELIVERED, FILED, events.AppraisalAccepted(M1, "2026-Q1", "explicit"))
    changes = [change for fact in facts if type(fact.event) in SILENCE.on for change in SILENCE.on[type(fact.event)](fact)]
    assert changes == [Arm(f"{M1}/2026-Q1", UNTIL), Disarm(f"{M1}/2026-Q1"), Disarm(f"{M1}/2026-Q1")]
    (withdrawn,) = own(knowledge, events.DeliveryWithdrawn(M1, "2026-Q1", facts[0].id, "t2", "d2"))
    assert SILENCE.on[events.DeliveryWithdrawn](withdrawn) == (Disarm(f"{M1}/2026-Q1"),)


def test_when_the_term_is_over_silence_accepts_where_the_rules_say_so():
    knowledge = with_rules()
    own(knowledge, *DELIVERED)
    knowledge.now = UNTIL + timedelta(minutes=1)
    assert list(SILENCE.fire(f"{M1}/2026-Q1", UNTIL, knowledge)) == [Dispatch(APPRAISAL, AcceptBySilence(M1, "2026-Q1", knowledge.now))]
    silent = with_rules(accept_by_silence=False)
    own(silent, *DELIVERED)
    assert list(SILENCE.fire(f"{M1}/2026-Q1", UNTIL, silent)) == []


def test_a_decision_that_is_due_is_reported_overdue():
    knowledge = with_rules()
    *_, filed = own(knowledge, *DELIVERED, FILED)
    assert list(DECISION.on[events.ObjectionFiled](filed)) == [Arm(f"{M1}/2026-Q1", FILED.decision_due)]
    (do,) = DECISION.fire(f"{M1}/2026-Q1", FILED.decision_due, knowledge)
    assert do == Dispatch(APPRAISAL, ReportOverdue(M1, "2026-Q1", FILED.decision_due))
