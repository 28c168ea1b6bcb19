"""Development: which finalised appraisals lead to which proposals, who decides, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.personnel.domain.condition_rules import check_development
from services.personnel.domain.development import DEVELOPMENT, Begin, Close, Follow
from services.personnel.domain.proposals import PROPOSAL, Decide, Propose, Withdraw
from services.personnel.events import (
    DevelopmentDecided,
    DevelopmentProposed,
    DevelopmentWithdrawn,
    EmployeeRegistered,
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    MentorAppointed,
    PostDecided,
    Reason,
    TrainingAssigned,
    TrainingCompleted,
)
from services.personnel.heard import AppraisalCorrected, AppraisalFinalized, AppraisalImported, Judgement, ScoreSubmitted, TargetSet
from services.personnel.service import SERVICE
from services.personnel.views import DEVELOPMENTS, PROPOSALS
from shared.events.rule_set import RuleSetPublished
from shared.kernel.facts import Fact
from shared.kernel.refusal import Refused
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge, heard

RULES = {
    "conditions": [
        {
            "code": "communication-strength",
            "when": {"score": {"what": "behaviour", "item": "komunikasi", "value": "above"}},
            "propose": {"kind": "role", "programme": "public-relations"},
        },
        {
            "code": "team-efficiency",
            "when": {"target": {"indicator": "team-efficiency", "achievement_over_percent": "100"}},
            "propose": {"kind": "mentor", "programme": "team-mentor"},
        },
        {
            "code": "good-performer",
            "when": {"predicate": {"is": ["sangat_baik"], "last": 2}},
            "propose": {"kind": "study", "programme": "study-place"},
        },
        {
            "code": "behaviour-below",
            "when": {"score": {"what": "behaviour", "value": "below"}},
            "propose": {"kind": "coaching", "programme": "{item}"},
        },
    ]
}
START = datetime(2026, 4, 1, tzinfo=UTC)


class Story:
    """What is heard of one employee, in the streams that appraisal writes."""

    def __init__(self, employee: str = "m1") -> None:
        self.employee, self.versions, self.facts, self.begins = employee, {}, [], START

    def later(self, days: int) -> None:
        self.begins += timedelta(days=days)

    def _add(self, event: Any, stream: str) -> Fact:
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        moment = self.begins + timedelta(minutes=len(self.facts))
        self.facts.append(heard("appraisal", event, self.employee, stream, version, moment))
        return self.facts[-1]

    def target(self, target: str, indicator: str) -> Fact:
        return self._add(TargetSet(self.employee, "2026", target, indicator), f"appraisal-plan-{self.employee}-2026")

    def score(self, period: str, what: str, item: str, value: str, percent: str | None = None, by: str = "superior") -> Fact:
        event = ScoreSubmitted(self.employee, period, "rating", what, item, by, value, percent)
        return self._add(event, f"appraisal-{self.employee}-{period}")

    def final(self, period: str, predicate: str) -> Fact:
        return self._add(AppraisalFinalized(self.employee, period, Judgement(predicate)), f"appraisal-{self.employee}-{period}")

    def imported(self, period: str, predicate: str) -> Fact:
        return self._add(AppraisalImported(self.employee, period, predicate), f"appraisal-{self.employee}-{period}")

    def corrected(self, period: str, predicate: str) -> Fact:
        return self._add(AppraisalCorrected(self.employee, period, Judgement(predicate)), f"appraisal-{self.employee}-{period}")


def knowing(*facts: Fact, rules: dict | None = RULES, registered: bool = True) -> MemoryKnowledge:
    knowledge = MemoryKnowledge(SERVICE, now=START)
    if rules is not None:
        publish(knowledge, rules, 1)
    if registered:
        register(knowledge)
    knowledge.arrive(*facts)
    knowledge.settle()
    return knowledge


def publish(knowledge: MemoryKnowledge, rules: dict, version: int) -> None:
    event = RuleSetPublished("development", "mulyorejo-pengembangan", version, date(2026, 1, 1), ("Perwal 43/2025",), rules)
    knowledge.arrive(knowledge.own(event, "rules-development", "personnel-rules-development", version))


def register(knowledge: MemoryKnowledge) -> None:
    knowledge.arrive(knowledge.own(EmployeeRegistered("m1", "PNS", date(2015, 3, 1)), "m1", "personnel-employee-m1", 1))


def open_proposals(knowledge: MemoryKnowledge) -> set[str]:
    return {row["proposal"] for row in knowledge.rows(PROPOSALS, status="proposed")}


def wake(knowledge: MemoryKnowledge) -> None:
    """Decide again, as any further fact would make it."""
    knowledge.marked.add(("development-proposals", "m1"))
    knowledge.settle()


def decide(knowledge: MemoryKnowledge, proposal: str, outcome: str) -> None:
    knowledge.execute(PROPOSAL, Decide("m1", proposal, outcome, "800/1", "m19"))


# --- conditions met by finalised appraisals ---


def test_a_strength_in_communication_proposes_the_public_relations_role():
    story = Story()
    score, final = story.score("2026-Q1", "behaviour", "komunikasi", "above"), story.final("2026-Q1", "baik")
    row = knowing(*story.facts).row(PROPOSALS, "m1/role-public-relations-2026-Q1")
    assert (row["status"], row["kind"], row["programme"], row["rule_set"]) == (
        "proposed",
        "role",
        "public-relations",
        "mulyorejo-pengembangan@1",
    )
    assert row["reasons"] == [
        {"code": "communication-strength", "event": score.id, "found": "above"},
        {"code": "communication-strength", "event": final.id, "found": "baik"},
    ]


def test_nothing_is_proposed_before_the_appraisal_is_final():
    """Promotions and what is like them rest on finalised appraisals only."""
    story = Story()
    story.score("2026-Q1", "behaviour", "komunikasi", "above")
    knowledge = knowing(*story.facts)
    assert open_proposals(knowledge) == set()
    knowledge.arrive(story.final("2026-Q1", "baik"))
    knowledge.settle()
    assert open_proposals(knowledge) == {"role-public-relations-2026-Q1"}


def test_what_one_says_of_oneself_carries_no_proposal():
    story = Story()
    story.score("2026-Q1", "behaviour", "komunikasi", "above", by="self")
    story.final("2026-Q1", "baik")
    assert open_proposals(knowing(*story.facts)) == set()


def test_of_two_scores_of_an_item_the_later_counts():
    story = Story()
    story.score("2026-Q1", "behaviour", "komunikasi", "above")
    story.score("2026-Q1", "behaviour", "komunikasi", "as")
    story.final("2026-Q1", "baik")
    assert open_proposals(knowing(*story.facts)) == set()


@pytest.mark.parametrize(("percent", "proposed"), [("100.01", True), ("100", False), ("201/2", True), (None, False)])
def test_who_raised_the_teams_efficiency_becomes_a_mentor(percent: str | None, proposed: bool):
    story = Story()
    story.target("t1", "team-efficiency")
    story.target("t2", "letters-answered")
    story.score("2026-Q1", "target", "t1", "above", percent)
    story.score("2026-Q1", "target", "t2", "above", "120")
    story.final("2026-Q1", "baik")
    assert open_proposals(knowing(*story.facts)) == ({"mentor-team-mentor-2026-Q1"} if proposed else set())


def test_two_periods_in_a_row_propose_a_study_place_and_imported_ones_count_as_history():
    story = Story()
    imported = story.imported("2025-Q4", "sangat_baik")
    assert open_proposals(knowing(*story.facts)) == set()
    final = story.final("2026-Q1", "sangat_baik")
    row = knowing(*story.facts).row(PROPOSALS, "m1/study-study-place-2026-Q1")
    assert [reason["event"] for reason in row["reasons"]] == [final.id, imported.id]


def test_a_gap_between_two_good_periods_proposes_nothing():
    story = Story()
    story.imported("2025-Q3", "sangat_baik")
    story.final("2026-Q1", "sangat_baik")
    assert open_proposals(knowing(*story.facts)) == set()
    other_length = Story()
    other_length.imported("2025", "sangat_baik")
    other_length.final("2026-Q1", "sangat_baik")
    assert open_proposals(knowing(*other_length.facts)) == set()


def test_each_weakness_has_its_own_coaching():
    story = Story()
    story.score("2026-Q1", "behaviour", "berorientasi_pelayanan", "below")
    story.score("2026-Q1", "behaviour", "adaptif", "below")
    story.final("2026-Q1", "kurang")
    assert open_proposals(knowing(*story.facts)) == {"coaching-berorientasi-pelayanan-2026-Q1", "coaching-adaptif-2026-Q1"}


def test_without_own_rules_the_national_ones_open_coaching_after_a_poor_result():
    """PermenPANRB 6/2022 art. 5: the appraisal is followed up."""
    story = Story()
    story.final("2026-Q1", "butuh_perbaikan")
    row = knowing(*story.facts, rules=None).row(PROPOSALS, "m1/coaching-performance-2026-Q1")
    assert row["rule_set"] == "national-development@1"


# --- proposals follow the facts until an official has decided ---


def test_a_correction_withdraws_what_it_no_longer_carries():
    story = Story()
    story.imported("2025-Q4", "sangat_baik")
    story.final("2026-Q1", "sangat_baik")
    knowledge = knowing(*story.facts)
    knowledge.arrive(story.corrected("2026-Q1", "baik"))
    knowledge.settle()
    row = knowledge.row(PROPOSALS, "m1/study-study-place-2026-Q1")
    assert (row["status"], row["missing"]) == ("withdrawn", ["good-performer"])
    knowledge.arrive(story.corrected("2026-Q1", "sangat_baik"))
    knowledge.settle()
    assert open_proposals(knowledge) == {"study-study-place-2026-Q1"}


def test_what_was_decided_stays_when_the_facts_change():
    story = Story()
    story.imported("2025-Q4", "sangat_baik")
    story.final("2026-Q1", "sangat_baik")
    knowledge = knowing(*story.facts)
    decide(knowledge, "study-study-place-2026-Q1", "approved")
    knowledge.arrive(story.corrected("2026-Q1", "baik"))
    knowledge.settle()
    assert knowledge.row(PROPOSALS, "m1/study-study-place-2026-Q1")["status"] == "approved"


def test_a_role_that_is_held_is_not_proposed_again_for_the_next_period():
    story = Story()
    for period in ("2026-Q1", "2026-Q2"):
        story.score(period, "behaviour", "komunikasi", "above")
        story.final(period, "baik")
    knowledge = knowing(*story.facts)
    assert open_proposals(knowledge) == {"role-public-relations-2026-Q1"}
    decide(knowledge, "role-public-relations-2026-Q1", "approved")
    wake(knowledge)
    assert open_proposals(knowledge) == set()


def test_what_was_rejected_may_be_proposed_for_a_later_period_and_not_for_one_known_by_then():
    story = Story()
    for period in ("2026-Q1", "2026-Q2"):
        story.score(period, "behaviour", "komunikasi", "above")
        story.final(period, "baik")
    knowledge = knowing(*story.facts)
    knowledge.now = START + timedelta(days=1)
    decide(knowledge, "role-public-relations-2026-Q1", "rejected")
    wake(knowledge)
    assert open_proposals(knowledge) == set()
    story.later(days=2)
    story.score("2026-Q3", "behaviour", "komunikasi", "above")
    story.final("2026-Q3", "baik")
    knowledge.arrive(*story.facts)
    knowledge.settle()
    assert open_proposals(knowledge) == {"role-public-relations-2026-Q3"}


def test_a_coaching_answers_what_was_known_when_it_ended_and_a_later_weakness_opens_another():
    story = Story()
    story.score("2026-Q1", "behaviour", "adaptif", "below")
    story.final("2026-Q1", "kurang")
    knowledge = knowing(*story.facts)
    decide(knowledge, "coaching-adaptif-2026-Q1", "approved")
    knowledge.execute(DEVELOPMENT, Begin("m1", "coaching-adaptif-2026-Q1", "coaching", "adaptif", "behaviour-below", "800/1", START.date()))
    story.score("2026-Q2", "behaviour", "adaptif", "below")
    story.final("2026-Q2", "kurang")
    knowledge.arrive(*story.facts)
    knowledge.settle()
    assert open_proposals(knowledge) == set()
    knowledge.now = START + timedelta(days=1)
    knowledge.execute(DEVELOPMENT, Close("m1", "coaching-adaptif-2026-Q1", "reached", date(2026, 8, 1)))
    wake(knowledge)
    assert open_proposals(knowledge) == set()
    story.later(days=2)
    story.score("2026-Q3", "behaviour", "adaptif", "below")
    story.final("2026-Q3", "kurang")
    knowledge.arrive(*story.facts)
    knowledge.settle()
    assert open_proposals(knowledge) == {"coaching-adaptif-2026-Q3"}


def test_new_rules_change_the_open_proposals_of_everybody():
    story = Story()
    story.score("2026-Q1", "behaviour", "komunikasi", "above")
    story.final("2026-Q1", "baik")
    knowledge = knowing(*story.facts)
    publish(knowledge, {"conditions": RULES["conditions"][1:]}, 2)
    knowledge.settle()
    assert knowledge.row(PROPOSALS, "m1/role-public-relations-2026-Q1")["status"] == "withdrawn"


def test_appraisals_may_be_heard_before_the_employee_is_registered():
    story = Story()
    story.score("2026-Q1", "behaviour", "komunikasi", "above")
    story.final("2026-Q1", "baik")
    knowledge = knowing(*story.facts, registered=False)
    assert open_proposals(knowledge) == set()
    register(knowledge)
    knowledge.settle()
    assert open_proposals(knowledge) == {"role-public-relations-2026-Q1"}


def _full_story() -> list[Fact]:
    story = Story()
    story.target("t1", "team-efficiency")
    story.imported("2025-Q4", "sangat_baik")
    story.score("2026-Q1", "behaviour", "komunikasi", "above")
    story.score("2026-Q1", "behaviour", "adaptif", "below")
    story.score("2026-Q1", "behaviour", "adaptif", "as")
    story.score("2026-Q1", "target", "t1", "above", "110")
    story.final("2026-Q1", "sangat_baik")
    return story.facts


@for_all(order=st.permutations(_full_story()), again=st.lists(st.sampled_from(_full_story())), split=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_any_order_and_repetition_of_the_facts_ends_in_the_same_proposals(order: list[Fact], again: list[Fact], split: int):
    arriving = [*order, *again]
    knowledge = knowing(*arriving[:split])
    knowledge.arrive(*arriving[split:])
    knowledge.settle()
    assert open_proposals(knowledge) == {"role-public-relations-2026-Q1", "mentor-team-mentor-2026-Q1", "study-study-place-2026-Q1"}


# --- the rules themselves ---


def one(place: int, **changed: Any) -> dict[str, Any]:
    """A rule set of one condition, with something changed in it."""
    return {"conditions": [RULES["conditions"][place] | changed]}


@pytest.mark.parametrize(("wrong", "said"), [
    ({}, "conditions: a list"),
    ({"conditions": [{"code": "a"}]}, "conditions[0].when: an object"),
    ({"conditions": [RULES["conditions"][0]] * 2}, "each code once"),
    (one(0, code="Two words"), "conditions[0].code"),
    (one(0, when={"luck": {}}), "conditions[0].when: exactly one of score, target, predicate"),
    (one(0, when={"score": {"what": "behaviour", "value": "good"}}), "when.score.value: one of above, as, below"),
    (one(0, when={"target": {"indicator": "x", "achievement_over_percent": 1.5}}), "an exact number"),
    (one(0, when={"predicate": {"is": ["baik"], "last": 0}}), "when.predicate.last: a whole number from 1"),
    (one(0, when={"predicate": {"is": ["great"]}}), "when.predicate.is"),
    (one(0, propose={"kind": "rise", "programme": "x"}), "propose.kind: one of role, mentor"),
    (one(2, propose={"kind": "study", "programme": "{item}"}), "a predicate has no item"),
])  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_and_say_where(wrong: dict, said: str):
    with pytest.raises(Refused) as caught:
        check_development(wrong)
    assert caught.value.status == 422 and said in caught.value.expected
    check_development(RULES)


# --- decisions ---

PROPOSED = DevelopmentProposed("m1", "role-x-2026-Q1", "role", "x", "2026-Q1", (Reason("c", "e", "above"),), "r@1")
DECIDE = Decide("m1", "role-x-2026-Q1", "approved", "800/1", "m19")


def test_an_official_decides_once():
    decided = DevelopmentDecided("m1", "role-x-2026-Q1", "approved", "800/1", "m19")
    given(PROPOSAL, PROPOSED).when(DECIDE).then(decided)
    assert given(PROPOSAL, PROPOSED, decided).when(DECIDE).refused.code == "proposal-not-open"
    assert given(PROPOSAL, PROPOSED, DevelopmentWithdrawn("m1", "role-x-2026-Q1", ("c",))).when(DECIDE).refused.code == "proposal-not-open"
    assert given(PROPOSAL).when(DECIDE).refused.status == 404


def test_nobody_decides_on_a_proposal_about_himself():
    assert given(PROPOSAL, PROPOSED).when(replace(DECIDE, decided_by="m1")).refused.status == 403


def test_other_reasons_are_proposed_anew_and_the_same_ones_are_not():
    same = Propose(**vars(PROPOSED))
    given(PROPOSAL, PROPOSED).when(same).then()
    other = replace(same, reasons=(Reason("c", "e2", "above"),))
    given(PROPOSAL, PROPOSED).when(other).then(replace(PROPOSED, reasons=other.reasons))
    given(PROPOSAL, PROPOSED, DevelopmentDecided("m1", "role-x-2026-Q1", "rejected", "d", "m19")).when(other).then()
    given(PROPOSAL).when(Withdraw("m1", "role-x-2026-Q1", ("c",))).then()


# --- what an approval brings ---

SINCE = date(2026, 5, 18)
BEGIN = Begin("m1", "p", "mentor", "team-mentor", "team-efficiency", "800/1", SINCE, post="juru-bicara", unit="dpmptsp")
MENTORING = MentorAppointed("m1", "p", "dpmptsp", SINCE)


@pytest.mark.parametrize(("kind", "event"), [
    ("role", PostDecided("m1", "p", "juru-bicara", "800/1", SINCE)),
    ("mentor", MENTORING),
    ("study", TrainingAssigned("m1", "p", "strength", "team-mentor", SINCE)),
    ("coaching", GuidanceOpened("m1", "p", "team-efficiency", "team-mentor", SINCE)),
])  # fmt: skip
def test_an_approval_brings_what_was_proposed_once(kind: str, event: object):
    given(DEVELOPMENT).when(replace(BEGIN, kind=kind)).then(event)
    given(DEVELOPMENT, event).when(replace(BEGIN, kind=kind)).then()


def test_a_mentor_needs_a_unit_and_a_role_a_post():
    assert given(DEVELOPMENT).when(replace(BEGIN, unit=None)).refused.code == "unit-missing"
    assert given(DEVELOPMENT).when(replace(BEGIN, kind="role", post=None)).refused.code == "post-missing"


def test_steps_lie_between_the_beginning_and_today():
    follow = Follow("m1", "p", date(2026, 6, 19), "text-1", date(2026, 6, 20))
    given(DEVELOPMENT, MENTORING).when(follow).then(GuidanceFollowed("m1", "p", date(2026, 6, 19), "text-1"))
    for wrong in (SINCE - timedelta(days=1), date(2026, 6, 21)):
        assert given(DEVELOPMENT, MENTORING).when(replace(follow, on=wrong)).refused.code == "step-date"
    assert given(DEVELOPMENT).when(follow).refused.status == 404
    assert given(DEVELOPMENT, PostDecided("m1", "p", "x", "d", SINCE)).when(follow).refused.code == "role-has-no-steps"


def test_a_measure_is_closed_once_and_a_training_is_completed():
    close = Close("m1", "p", "reached", date(2026, 11, 20))
    closed = GuidanceClosed("m1", "p", "reached")
    given(DEVELOPMENT, MENTORING).when(close).then(closed)
    assert given(DEVELOPMENT, MENTORING, closed).when(close).refused.code == "measure-closed"
    training = TrainingAssigned("m1", "p", "strength", "study-place", SINCE)
    completed = TrainingCompleted("m1", "study-place", "reached", date(2026, 11, 20))
    given(DEVELOPMENT, training).when(close).then(completed)
    assert given(DEVELOPMENT, training, completed).when(close).refused.code == "measure-closed"


def test_the_view_shows_measures_steps_and_how_they_ended():
    knowledge = knowing()
    for command in (
        replace(BEGIN, kind="coaching"),
        Follow("m1", "p", date(2026, 6, 1), "text-1", date(2026, 6, 2)),
        Close("m1", "p", "reached", SINCE),
        replace(BEGIN, proposal="q", kind="study", programme="study-place"),
    ):
        knowledge.execute(DEVELOPMENT, command)
    row = knowledge.row(DEVELOPMENTS, "m1")
    assert [(one["kind"], one["status"], one["steps"]) for one in row["measures"]] == [
        ("coaching", "closed", [{"on": "2026-06-01", "agreement_text": "text-1"}]),
        ("study", "open", []),
    ]
    assert row["open"] == 1


def test_the_end_of_the_time_to_improve_is_published_in_utc() -> None:
    here = datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
    begin = replace(BEGIN, kind="improvement", cause_event="e", since=date(2026, 6, 1), until=date(2026, 11, 30), due=here)
    [opened] = given(DEVELOPMENT).when(begin).events
    assert opened.due == here and opened.due.tzinfo is UTC
