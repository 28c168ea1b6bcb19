"""Nothing is decided by a rounded number: peers' means, surveys' indexes, from the raw answers to what follows from them."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.rules import read_settings
from services.appraisal.heard import FeedbackSummarised as ToAppraisal
from services.appraisal.heard import SurveyResultPublished as SurveyToAppraisal
from services.appraisal.tables import TABLES
from services.feedback.domain.peers import PEER_SUMMARY, SummarisePeerFeedback
from services.feedback.domain.scale import Scale
from services.personnel.domain.awards import RecognitionRules, Survey, rises
from services.personnel.domain.condition_rules import read_conditions
from services.personnel.domain.conditions import Summary, evaluate_peers
from services.personnel.heard import FeedbackSummarised as ToPersonnel
from services.personnel.heard import SurveyResultPublished as SurveyToPersonnel
from shared.events.codec import encode, read
from shared.kernel.periods import Period
from tests.support.appraisal import BEHAVIOURS, plan_with
from tests.support.deciding import given as given_past
from tests.unit.test_appraisal_numeric import SCALE, WITH_PEERS, delivery, scored

ASPECTS = ("quality", "teamwork", "timeliness")
PEERS = Scale(ASPECTS, 1, 4, 3, "rekan@1")
RULES = read_settings("place@1", WITH_PEERS, TABLES)
PLAN = plan_with({"permits": ("36", "36", "36"), "days": ("5.5", "5.5", "5.5")})
"""Every target at 90 percent."""
EDGE = tuple(scored("behaviour", item, "90") for item in BEHAVIOURS)


def published(answers, model):
    """The summary of `answers` as another service reads it."""
    return read(encode(given_past(PEER_SUMMARY).when(SummarisePeerFeedback("m1", "2026-Q1", answers, PEERS)).events[0]), model)


def judged(answers):
    return (
        given_past(APPRAISAL, *EDGE)
        .when(delivery(plan=PLAN, under=RULES, peers=published(answers, ToAppraisal).means))
        .events[-1]
        .judgement
    )


def exactly(answers):
    """The whole number, from the raw answers: 60 percent results, 40 percent behaviour, of which colleagues are 40 percent."""
    mean = sum(Fraction(sum(one[name] for one in answers), len(answers)) for name in ASPECTS) / len(ASPECTS)
    return Fraction(60, 100) * 90 + Fraction(40, 100) * (Fraction(60, 100) * 90 + Fraction(40, 100) * mean / 4 * 100)


def rated(*rows):
    return [dict(zip(ASPECTS, row)) for row in rows]


def with_sums(n, *sums):
    """`n` answers of threes and fours whose aspects have these sums."""
    return rated(*(tuple(4 if place < total - 3 * n else 3 for total in sums) for place in range(n)))


def test_a_predicate_at_the_border_of_baik_follows_the_sums_and_flips_neither_way():
    """47 + 56 + 59 of 15 answers are 3.6 of 4 exactly, 90, and Baik; rounded, 313 + 373 + 393 hundredths would lie below.

    59 + 71 + 75 of 19 answers lie below; rounded, 311 + 374 + 395 hundredths would be 3.6.
    """
    border, below = with_sums(15, 47, 56, 59), with_sums(19, 59, 71, 75)
    assert [sum(published(one, ToAppraisal).means_hundredths.values()) for one in (border, below)] == [1079, 1080]
    assert (judged(border).score, judged(border).predicate) == ("90", "baik")
    assert exactly(below) < 90 and judged(below).predicate == "butuh_perbaikan"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*(st.integers(3, 4) for _ in ASPECTS)), min_size=3, max_size=19))
def test_the_predicate_is_that_of_the_raw_answers(rows):
    answers = rated(*rows)
    assert Fraction(judged(answers).score) == exactly(answers)
    assert judged(answers).predicate == SCALE.predicate(exactly(answers), False)


def proposed(answers, **bound):
    when = {"peers": {"aspect": "quality", **bound}}
    conditions = read_conditions({"conditions": [{"code": "weak", "when": when, "propose": {"kind": "coaching", "programme": "mutu"}}]})
    said = published(answers, ToPersonnel)
    return evaluate_peers(conditions, Summary(Period.parse("2026-Q1"), "e1", datetime(2026, 4, 1, tzinfo=UTC), said.means))


def test_a_condition_on_peers_holds_by_the_exact_mean_on_either_side():
    """2/3 and 1/3 of a point round to 267 and 233: under 267 is 8/3, and over 233 is 7/3."""
    eight, seven = rated((3, 1, 1), (3, 1, 1), (2, 1, 1)), rated((2, 1, 1), (2, 1, 1), (3, 1, 1))
    under, over = proposed(eight, mean_under_hundredths=267), proposed(seven, mean_over_hundredths=233)
    assert [one.reasons[0].found for one in (*under, *over)] == ["800/3", "700/3"]
    assert not proposed(seven, mean_over_hundredths="700/3") and not proposed(eight, mean_under_hundredths="800/3")


@given(st.lists(st.integers(1, 4), min_size=3, max_size=30), st.integers(100, 400))
def test_a_condition_on_peers_is_that_of_the_raw_answers(points, bound):
    answers = [dict.fromkeys(ASPECTS, one) for one in points]
    assert bool(proposed(answers, mean_under_hundredths=bound)) == (100 * sum(points) < bound * len(points))
    assert bool(proposed(answers, mean_over_hundredths=bound)) == (100 * sum(points) > bound * len(points))


def test_surveys_are_compared_by_the_index_before_it_was_rounded():
    """80.004 and 79.996 both read 80.00; 82.499 less 79.996 is over 2.5, and 82.50 less 80.00 no less."""
    first, second = (SurveyToAppraisal("u", "s", "2026-Q1", 9, "80.00", text) for text in ("80.004", "79.996"))
    assert first.index == second.index and second.exact_index < first.exact_index
    older = SurveyToAppraisal("u", "s", "2026-Q1", 9, "80.00")
    assert older.exact_index == 80, "what was published before says the rounded one"
    rules = RecognitionRules("recognition", 0, Fraction(5, 2), (), True)
    for before, after, rose in (("80.004", "82.496", False), ("79.996", "82.496", True), ("80.004", "82.504", True)):
        said = [SurveyToPersonnel("u", "s", "2026-Q1", 9, "80.00", "B", text).exact_index for text in (before, after)]
        periods = {Period.parse("2026-Q1"): Survey(said[0], "e1"), Period.parse("2026-Q2"): Survey(said[1], "e2")}
        assert bool(rises("s", periods, rules)) is rose


def test_a_summary_from_before_sums_were_published_is_read_by_its_means():
    old = ToAppraisal("m1", "2026-Q1", 3, {"quality": 267})
    assert old.means == {"quality": Fraction(267, 100)} == ToPersonnel("m1", "2026-Q1", 3, {"quality": 267}).means
