"""Satisfaction surveys (SKM): exact ninths, rounding before classing, one answer a case, and the older method by the same functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.feedback.defaults import DEFAULTS
from services.feedback.domain.skm import check_survey, survey_rules, two_decimals
from services.feedback.domain.surveys import SURVEY_ANSWER, SURVEY_RESULT, AnswerSurvey, PublishSurvey, Survey, points_of
from services.feedback.events import EVENTS, SurveyAnswered, SurveyResultPublished
from shared.kernel.refusal import Refused
from shared.kernel.rules import rules_in_force
from tests.support.deciding import given

NATIONAL = next(rules for rules in DEFAULTS if rules.id == "national-skm")
SKM = survey_rules(NATIONAL.settings, NATIONAL.name)
OLD = next(rules for rules in DEFAULTS if rules.id == "national-ikm")
"""KEP/25/M.PAN/2/2004: fourteen elements, each weighing 0.071."""

BIRTHS = Survey("dukcapil", "akta-lahir", "2026-Q1")


def all_of(points: int, rules: Any = SKM) -> dict[str, int]:
    return dict.fromkeys(rules.scale.aspects, points)


ANSWER = AnswerSurvey(BIRTHS, "c1", all_of(3), SKM, False)
ANSWERED = SurveyAnswered("dukcapil", "akta-lahir", "2026-Q1", "c1", all_of(3))


def test_full_marks_give_a_hundred_since_a_ninth_is_a_ninth():
    """PermenPANRB 14/2017 prints 0.11, by which nine fours would be 99."""
    assert SKM.index([all_of(4)]) == 100 and SKM.index([all_of(1)]) == 25
    printed = survey_rules({**NATIONAL.settings, "weight": "0.11"}, "printed@1")
    assert printed.index([all_of(4)]) == 99


def test_the_index_is_rounded_half_up_once_to_two_decimals():
    published = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, [all_of(3), all_of(3), all_of(3) | {"U3": 4, "U9": 1}], SKM)).events
    # 80 points of 3 × 9 answers: 80 / 27 × 25 = 74.074…
    assert published == [
        SurveyResultPublished(
            "dukcapil", "akta-lahir", "2026-Q1", 3, "74.07", "C", all_of(300) | {"U3": 333, "U9": 233}, "national-skm@1",
            sums=all_of(9) | {"U3": 10, "U9": 7}, counts=all_of(3), converted="2000/27",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("index", "mutu"), [
    ("100.00", "A"), ("88.31", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"), ("65.00", "C"), ("64.99", "D"), ("25.00", "D"),
    ("24.85", "D"),
])  # fmt: skip
def test_the_classes_of_permenpanrb_14_2017(index: str, mutu: str):
    assert SKM.mutu(Fraction(index)) == mutu


def test_an_index_in_a_gap_of_the_table_is_rounded_before_it_is_classed():
    """76.605 lies between 76.60 and 76.61: it becomes 76.61, and B."""
    # 76.605 / 25 × 9 = 27.5778 points a citizen: 13,789 of 500 citizens give 76.6056, above the half.
    answers = [all_of(3)] * 211 + [all_of(3) | {"U1": 4}] * 289
    assert SKM.converted(answers) == Fraction(13789 * 25, 500 * 9)
    assert Fraction("76.60") < SKM.converted(answers) < Fraction("76.61")
    assert (two_decimals(SKM.index(answers)), SKM.mutu(SKM.index(answers))) == ("76.61", "B")


def test_skm_1_the_older_method_by_its_own_rule_set():
    """worked_examples SKM-1: a weighted mean of 3.059 over fourteen elements of 0.071 gives 76.475, class B by the older bounds."""
    assert rules_in_force(DEFAULTS, "survey", date(2013, 12, 31)) == OLD
    assert rules_in_force(DEFAULTS, "survey", date(2026, 3, 31)) == NATIONAL
    check_survey(OLD.settings)
    rules = survey_rules(OLD.settings, OLD.name)
    assert (len(rules.scale.aspects), rules.weight) == (14, Fraction("0.071"))
    assert [(mutu, two_decimals(bound)) for mutu, bound in rules.classes] == [
        ("A", "81.26"),
        ("B", "62.51"),
        ("C", "43.76"),
        ("D", "25.00"),
    ]
    # 3,059 points from 71 citizens: 3059 / 71 × 0.071 = 3.059 exactly.
    answers = [all_of(3, rules) | {"U1": 4}] * 65 + [all_of(3, rules) | {"U1": 4, "U2": 4}] * 6
    assert sum(sum(one.values()) for one in answers) == 3059
    assert rules.converted(answers) == Fraction("76.475")
    event = given(SURVEY_RESULT).when(PublishSurvey(replace(BIRTHS, period="2013"), answers, rules)).events[0]
    assert (event.index, event.mutu, event.n, event.rule_set) == ("76.48", "B", 71, "national-ikm@1")
    assert rules.mutu(rules.index([all_of(1, rules)])) == "D", "weights of 0.994 in all give 24.85"


def test_a_case_answers_once():
    given(SURVEY_ANSWER).when(ANSWER).then(ANSWERED)
    given(SURVEY_ANSWER, ANSWERED).when(ANSWER).then()
    assert given(SURVEY_ANSWER, ANSWERED).when(replace(ANSWER, elements=all_of(4))).refused.code == "already-answered"
    later = replace(ANSWER, survey=replace(BIRTHS, period="2026-Q2"))
    assert SURVEY_ANSWER.stream_of(later) == SURVEY_ANSWER.stream_of(ANSWER)
    assert given(SURVEY_ANSWER, ANSWERED).when(later).refused.code == "already-answered"


def test_surveys_with_hyphens_in_their_names_do_not_meet():
    first, second = Survey("dukcapil-akta", "lahir", "2026-Q1"), Survey("dukcapil", "akta-lahir", "2026-Q1")
    for aggregate, command in ((SURVEY_ANSWER, ANSWER), (SURVEY_RESULT, PublishSurvey(first, [], SKM))):
        assert aggregate.stream_of(replace(command, survey=first)) != aggregate.stream_of(replace(command, survey=second))


@pytest.mark.parametrize("elements", [
    all_of(3) | {"U10": 3}, {"U1": 3}, all_of(3) | {"U4": 0}, all_of(3) | {"U4": 5}, all_of(3) | {"U4": True},
])  # fmt: skip
def test_an_answer_rates_every_element_from_one_to_four(elements: dict):
    assert given(SURVEY_ANSWER).when(replace(ANSWER, elements=elements)).refused.status == 422


def test_an_element_that_does_not_apply_to_the_service_leaves_its_weight_to_the_others():
    """Without a fee (U4) each of eight elements weighs an eighth: 25 points of 8 in a hundred, not 25 of 9."""
    free = {**all_of(4), "U4": None}
    assert SKM.converted([free, free, free]) == 100
    event = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, [{**all_of(3), "U4": None}, free, free], SKM)).events[0]
    assert (event.index, event.converted, event.counts.get("U4"), event.sums["U1"]) == ("91.67", "275/3", None, 11)
    assert "U4" not in event.elements_hundredths and "U4" not in event.sums
    older = survey_rules(OLD.settings, OLD.name)
    assert older.converted([{**all_of(4, older), "U2": None}]) == older.converted([all_of(4, older)]), "the whole weight stays 0.994"


def test_an_element_that_one_left_out_counts_over_those_who_answered():
    """U9: (4 + 2) / 2 = 3, as everything else: 75. Counted as zero it would be 2, and 72.22."""
    answers = [all_of(3) | {"U9": 4}, all_of(3) | {"U9": None}, all_of(3) | {"U9": 2}]
    event = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, answers, SKM)).events[0]
    assert (event.index, event.mutu, event.sums["U9"], event.counts["U9"], event.counts["U1"]) == ("75.00", "C", 6, 2, 3)


def test_an_answer_says_of_every_element_what_became_of_it():
    eight = {name: points for name, points in all_of(3).items() if name != "U4"}
    said = replace(ANSWER, elements=eight, not_applicable=("U4",))
    taken = given(SURVEY_ANSWER).when(said).events
    assert taken == [replace(ANSWERED, elements=eight, not_applicable=("U4",))] and points_of(taken[0]) == eight | {"U4": None}
    given(SURVEY_ANSWER, *taken).when(said).then()
    left_out = replace(ANSWER, elements=eight, unanswered=("U4",))
    assert given(SURVEY_ANSWER, *taken).when(left_out).refused.code == "already-answered"
    assert points_of(given(SURVEY_ANSWER).when(left_out).events[0])["U4"] is None
    for wrong in (
        replace(ANSWER, elements=eight),
        replace(ANSWER, not_applicable=("U4",)),
        replace(said, unanswered=("U4",)),
        replace(said, unanswered=("U10",)),
        replace(ANSWER, elements={}, not_applicable=tuple(all_of(3))),
    ):
        assert given(SURVEY_ANSWER).when(wrong).refused.code == "feedback-aspects"


@for_all(
    answers=st.lists(
        st.fixed_dictionaries({name: st.one_of(st.none(), st.integers(1, 4)) for name in SKM.scale.aspects}).filter(
            lambda one: any(points is not None for points in one.values())
        ),
        min_size=3,
        max_size=12,
    )
)
def test_the_index_is_the_mean_of_the_means_of_what_was_answered(answers: list):
    event = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, answers, SKM)).events[0]
    said = {name: [one[name] for one in answers if one[name] is not None] for name in SKM.scale.aspects}
    means = [Fraction(sum(points), len(points)) for points in said.values() if points]
    assert Fraction(event.converted) == 25 * sum(means) / len(means)
    assert {name: (event.sums[name], event.counts[name]) for name in event.sums} == {
        name: (sum(points), len(points)) for name, points in said.items() if points
    }


def test_too_few_answers_are_not_published_and_a_result_stays():
    asks = survey_rules({**NATIONAL.settings, "least_answers": 5}, "plaju-skm@1")
    assert given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, [all_of(3)] * 4, asks)).refused.found == "4"
    published = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, [all_of(3)] * 5, asks)).events
    assert given(SURVEY_RESULT, *published).when(PublishSurvey(BIRTHS, [all_of(4)] * 9, asks)).refused.code == "already-published"
    assert given(SURVEY_ANSWER).when(replace(ANSWER, published=True)).refused.code == "already-published"


def test_answers_stay_in_the_store():
    assert not EVENTS.of(SurveyAnswered).published
    assert not {"case", "case_token"} & set(SurveyResultPublished.__dataclass_fields__)


@for_all(answers=st.lists(st.fixed_dictionaries({name: st.integers(1, 4) for name in SKM.scale.aspects}), min_size=3, max_size=40))
def test_any_answers_give_an_index_from_25_to_100_and_a_class_that_falls_with_it(answers: list):
    event = given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, answers, SKM)).events[0]
    assert 25 <= Fraction(event.index) <= 100 and len(event.index.split(".")[1]) == 2
    assert abs(Fraction(event.index) - SKM.converted(answers)) <= Fraction(1, 200)
    worse = [{name: max(1, points - 1) for name, points in one.items()} for one in answers]
    assert given(SURVEY_RESULT).when(PublishSurvey(BIRTHS, worse, SKM)).events[0].mutu >= event.mutu


@pytest.mark.parametrize(("wrong", "said"), [
    ({"elements": []}, "elements"),
    ({"elements": ["U1", "U1"]}, "each code once"),
    ({"elements": ["waktu"]}, "elements: a list of codes"),
    ({"weight": "0"}, "weight"),
    ({"weight": "1/8"}, "at most 100"),
    ({"weight": 1}, "weight"),
    ({"conversion": "25"}, "conversion"),
    ({"conversion": 0}, "conversion"),
    ({"least_answers": 2}, "3 or more"),
    ({"scale": [4, 1]}, "scale"),
    ({"scale": [1, 5]}, "at most 100"),
    ({"classes": []}, "classes"),
    ({"classes": [{"mutu": "A", "from": "88.3"}]}, "two decimals"),
    ({"classes": [{"mutu": "E", "from": "88.31"}]}, "mutu"),
    ({"classes": [{"mutu": "A", "from": "76.61"}, {"mutu": "B", "from": "88.31"}]}, "lower than the one before"),
    ({"classes": [{"mutu": "B", "from": "88.31"}, {"mutu": "A", "from": "76.61"}]}, "from the best"),
    ({"other": 1}, "settings"),
])  # fmt: skip
def test_rules_that_cannot_be_computed_with_are_refused(wrong: dict, said: str):
    check_survey(NATIONAL.settings)
    with pytest.raises(Refused) as caught:
        check_survey({**NATIONAL.settings, **wrong})
    assert caught.value.status == 422 and said in caught.value.expected


def test_the_national_elements_and_bounds_come_from_the_tables():
    assert SKM.scale.aspects == tuple(f"U{number}" for number in range(1, 10)) and SKM.weight == Fraction(1, 9)
    assert [(mutu, two_decimals(bound)) for mutu, bound in SKM.classes] == [("A", "88.31"), ("B", "76.61"), ("C", "65.00"), ("D", "25.00")]
