"""Feedback: one answer a person, summaries of three or more, and raters whom nobody can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.feedback.defaults import DEFAULTS
from services.feedback.domain.peers import PEER_ANSWER, PEER_SUMMARY, GivePeerFeedback, SummarisePeerFeedback
from services.feedback.domain.process import PROCESS_ANSWER, PROCESS_SUMMARY, GiveProcessFeedback, PublishProcessFeedback
from services.feedback.domain.rounds import PEER_ROUND, OpenPeerRound, PeerRules, Raters, Standing, check_peers, peer_rules
from services.feedback.domain.scale import Scale, check_scale, scale_of
from services.feedback.events import (
    EVENTS,
    FeedbackGiven,
    FeedbackSummarised,
    PeerRoundOpened,
    ProcessFeedbackGiven,
    ProcessFeedbackPublished,
)
from services.feedback.heard import PositionAssigned
from services.feedback.known import units_of
from services.feedback.raters import pseudonym
from services.feedback.service import SERVICE
from shared.kernel.refusal import Refused
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge, heard

SCALE = Scale(("clarity", "fairness"), 1, 4, 3, "umpan-balik@1")
GIVE = GiveProcessFeedback("2026-Q1", "r1", {"clarity": 3, "fairness": 4}, "text-1", SCALE, False)
GIVEN = ProcessFeedbackGiven("2026-Q1", "r1", {"clarity": 3, "fairness": 4}, "text-1")
THREE = ({"clarity": 3, "fairness": 4}, {"clarity": 3, "fairness": 1}, {"clarity": 4, "fairness": 2})
COUNTED = ({"clarity": 10, "fairness": 7}, {"clarity": 3, "fairness": 3})
"""The sums and counts of THREE."""
PEER = GivePeerFeedback("m1", "2026-Q1", "r1", Standing(), {"clarity": 3, "fairness": 4}, None, PeerRules(SCALE, Raters.ANY), False)
ROUND = OpenPeerRound("m1", "2026-Q1", ("m2", "m3", "m4"), PeerRules(SCALE, Raters.ASSIGNED), False)


def test_a_person_answers_once_for_a_period():
    given(PROCESS_ANSWER).when(GIVE).then(GIVEN)
    given(PROCESS_ANSWER, GIVEN).when(GIVE).then()
    assert given(PROCESS_ANSWER, GIVEN).when(replace(GIVE, aspects={"clarity": 1, "fairness": 1})).refused.code == "already-answered"


def test_every_rater_has_a_stream_of_his_own():
    assert PROCESS_ANSWER.stream_of(GIVE) != PROCESS_ANSWER.stream_of(replace(GIVE, rater="r2"))
    assert PROCESS_ANSWER.subject(GIVE) == "2026-Q1"


@pytest.mark.parametrize("aspects", [
    {"clarity": 3}, {"clarity": 3, "fairness": 4, "speed": 1}, {"clarity": 0, "fairness": 4}, {"clarity": 3, "fairness": 5},
    {"clarity": True, "fairness": 4},
])  # fmt: skip
def test_an_answer_rates_every_aspect_on_the_scale(aspects: dict):
    assert given(PROCESS_ANSWER).when(replace(GIVE, aspects=aspects)).refused.status == 422
    assert given(PEER_ANSWER).when(replace(PEER, aspects=aspects)).refused.status == 422


def test_below_three_answers_nothing_is_published():
    """DESIGN: peer feedback is published only as a summary of at least three answers; the same holds for the process."""
    publish, summarise = PublishProcessFeedback("2026-Q1", THREE[:2], SCALE), SummarisePeerFeedback("m1", "2026-Q1", THREE[:2], SCALE)
    assert given(PROCESS_SUMMARY).when(publish).refused.found == "2"
    assert given(PEER_SUMMARY).when(summarise).refused.code == "too-few-answers"


def test_the_means_are_rounded_half_up_to_hundredths():
    given(PROCESS_SUMMARY).when(PublishProcessFeedback("2026-Q1", THREE, SCALE)).then(
        ProcessFeedbackPublished("2026-Q1", 3, {"clarity": 333, "fairness": 233}, "umpan-balik@1", *COUNTED)
    )
    eight = [{"clarity": 1, "fairness": 1}] * 7 + [{"clarity": 2, "fairness": 4}]
    published = given(PROCESS_SUMMARY).when(PublishProcessFeedback("2026-Q1", eight, SCALE)).events[0]
    assert published.means_hundredths == {"clarity": 113, "fairness": 138}


def test_peers_are_summarised_with_their_spread():
    means, spreads = {"clarity": 333, "fairness": 233}, {"clarity": 100, "fairness": 300}
    given(PEER_SUMMARY).when(SummarisePeerFeedback("m1", "2026-Q1", THREE, SCALE)).then(
        FeedbackSummarised("m1", "2026-Q1", 3, means, spreads, "umpan-balik@1", *COUNTED)
    )


def test_a_summary_is_published_once_so_that_no_difference_shows_an_answer():
    published = ProcessFeedbackPublished("2026-Q1", 3, {"clarity": 333, "fairness": 233}, "umpan-balik@1")
    assert given(PROCESS_SUMMARY, published).when(PublishProcessFeedback("2026-Q1", THREE * 2, SCALE)).refused.code == "already-published"
    summarised = FeedbackSummarised("m1", "2026-Q1", 3, {}, {}, "umpan-balik@1")
    assert given(PEER_SUMMARY, summarised).when(SummarisePeerFeedback("m1", "2026-Q1", THREE, SCALE)).refused.code == "already-published"
    assert given(PROCESS_ANSWER).when(replace(GIVE, published=True)).refused.code == "already-published"
    assert given(PEER_ANSWER).when(replace(PEER, published=True)).refused.code == "already-published"


def test_answers_to_other_questions_do_not_count():
    other = [{"clarity": 4, "speed": 4}]
    assert given(PROCESS_SUMMARY).when(PublishProcessFeedback("2026-Q1", [*THREE[:2], *other], SCALE)).refused.found == "2"


def test_nobody_is_his_own_peer():
    assert given(PEER_ANSWER).when(replace(PEER, standing=Standing(own=True))).refused.status == 403
    given(PEER_ANSWER).when(PEER).then(FeedbackGiven("m1", "2026-Q1", "r1", {"clarity": 3, "fairness": 4}, None))
    other = FeedbackGiven("m1", "2026-Q1", "r1", {"clarity": 1, "fairness": 1}, None)
    assert given(PEER_ANSWER, other).when(PEER).refused.code == "already-answered"


@pytest.mark.parametrize(("raters", "standing", "code"), [
    (Raters.ANY, Standing(assessor=True), None),
    (Raters.UNIT, Standing(colleague=True), None),
    (Raters.UNIT, Standing(), "not-a-peer"),
    (Raters.UNIT, Standing(colleague=True, assessor=True), "not-a-peer"),
    (Raters.UNIT, Standing(asked=True), "not-a-peer"),
    (Raters.ASSIGNED, Standing(asked=True), None),
    (Raters.ASSIGNED, Standing(colleague=True), "not-asked"),
    *((raters, Standing(own=True, colleague=True, asked=True), "own-feedback") for raters in Raters),
])  # fmt: skip
def test_who_counts_as_a_peer_is_the_places_rule(raters: Raters, standing: Standing, code: str | None):
    command = replace(PEER, rules=PeerRules(SCALE, raters), standing=standing)
    if code is None:
        assert len(given(PEER_ANSWER).when(command).events) == 1
    else:
        wrong = given(PEER_ANSWER).when(command).refused
        assert (wrong.code, wrong.status) == (code, 403)


def test_a_round_asks_at_least_as_many_as_a_summary_needs():
    opened = PeerRoundOpened("m1", "2026-Q1", ("m2", "m3", "m4"), "umpan-balik@1")
    given(PEER_ROUND).when(ROUND).then(opened)
    given(PEER_ROUND, opened).when(ROUND).then()
    assert given(PEER_ROUND, opened).when(replace(ROUND, raters=("m2", "m3", "m5"))).events[0].raters == ("m2", "m3", "m5")
    assert "at least 3" in given(PEER_ROUND).when(replace(ROUND, raters=("m2", "m3", "m3"))).refused.expected
    assert given(PEER_ROUND).when(replace(ROUND, raters=("m1", "m2", "m3"))).refused.code == "peer-raters"
    assert given(PEER_ROUND).when(replace(ROUND, published=True)).refused.code == "already-published"
    anyone = PeerRules(SCALE, Raters.ANY)
    assert given(PEER_ROUND).when(replace(ROUND, rules=anyone)).refused.code == "peer-raters"
    assert given(PEER_ROUND).when(replace(ROUND, rules=anyone, raters=())).events[0].raters == ()


def test_a_place_names_its_aspects_and_its_raters():
    settings = {"aspects": ["quality"], "scale": [1, 4], "least_answers": 3}
    check_peers(settings)
    assert peer_rules(settings, "x@1").raters is Raters.ANY
    for raters in Raters:
        check_peers(settings | {"raters": raters.value})
        assert peer_rules(settings | {"raters": raters.value}, "x@1").raters is raters
    for wrong in ({"raters": "everybody"}, {"raters": ["unit"]}, {"least_answers": 1, "raters": "unit"}):
        with pytest.raises(Refused):
            check_peers(settings | wrong)


@for_all(answers=st.lists(st.fixed_dictionaries({name: st.integers(1, 4) for name in SCALE.aspects}), min_size=3))
def test_a_mean_lies_within_the_scale_and_the_spread_within_its_width(answers: list):
    event = given(PEER_SUMMARY).when(SummarisePeerFeedback("m1", "2026-Q1", answers, SCALE)).events[0]
    assert all(100 <= mean <= 400 for mean in event.means_hundredths.values())
    assert all(0 <= spread <= 300 for spread in event.spreads_hundredths.values())


def test_single_answers_stay_in_the_store():
    assert not EVENTS.of(ProcessFeedbackGiven).published and not EVENTS.of(FeedbackGiven).published
    assert "rater" not in ProcessFeedbackPublished.__dataclass_fields__ and "rater" not in FeedbackSummarised.__dataclass_fields__


def test_a_rater_is_the_same_for_the_same_question_and_nobody_elses():
    secrets, agencies, periods, persons = ("s1", "s2"), ("mulyorejo", "plaju"), ("2026-Q1", "2026-Q2"), ("m1", "m2")
    every = [pseudonym(s, a, "process", p, m) for s in secrets for a in agencies for p in periods for m in persons]
    assert len(set(every)) == len(every) == 16
    assert pseudonym("s1", "mulyorejo", "process", "2026-Q1", "m1") == every[0]
    assert len(every[0]) == 40 and "m1" not in every[0]


@pytest.mark.parametrize(("wrong", "said"), [
    ({"least_answers": 2}, "least_answers: 3 or more"),
    ({"least_answers": "3"}, "least_answers"),
    ({"scale": [4, 1]}, "scale"),
    ({"scale": [1]}, "scale"),
    ({"aspects": []}, "aspects"),
    ({"aspects": ["clarity", "clarity"]}, "each code once"),
    ({"aspects": ["two words"]}, "aspects"),
    ({"other": 1}, "settings"),
])  # fmt: skip
def test_rules_that_would_uncover_answers_or_cannot_be_used_are_refused(wrong: dict, said: str):
    right = {"aspects": ["clarity"], "scale": [1, 4], "least_answers": 3}
    check_scale(right)
    with pytest.raises(Refused) as caught:
        check_scale(right | wrong)
    assert caught.value.status == 422 and said in caught.value.expected


def test_the_national_questionnaires_are_usable():
    for rules in DEFAULTS:
        SERVICE.check_rules[rules.kind](rules.settings)
    for kind in ("process-feedback", "peer-feedback"):
        rules = next(one for one in DEFAULTS if one.kind == kind)
        assert scale_of(rules.settings, rules.name).least_answers == 3


def test_where_somebody_works_is_the_definitive_post_and_an_acting_one_taken_up_since():
    known = MemoryKnowledge(SERVICE)
    posts = ((1, "sekretariat", False), (3, "dukcapil", True), (5, "dinkes", False), (7, "dukcapil", True))
    for version, (month, unit, acting) in enumerate(posts, start=1):
        since = date(2026, month, 1)
        began = known.calendar.start_of(since)
        known.arrive(heard("personnel", PositionAssigned("m1", unit, acting, since), "m1", "personnel-employee-m1", version, began))
    held = {1: {"sekretariat"}, 4: {"sekretariat", "dukcapil"}, 6: {"dinkes"}, 8: {"dinkes", "dukcapil"}}
    assert {month: units_of(known, "m1", date(2026, month, 1)) for month in held} == held
    assert units_of(known, "m1", date(2025, 1, 1)) == set()
