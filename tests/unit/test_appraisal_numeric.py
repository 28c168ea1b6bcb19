"""The numeric regime (PP 30/2019 art. 41): weights, caps, bounds, the new idea, colleagues with and without a weight."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.appraisal import events
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.numeric import Scale
from services.appraisal.domain.objection import DecideObjection
from services.appraisal.domain.quadrant import Predicate, Rating, predicate_of
from services.appraisal.domain.rules import read_settings
from services.appraisal.domain.scoring import SubmitScore
from services.appraisal.tables import FOLDER, TABLES
from shared.kernel.money import exact
from shared.kernel.refusal import Refused
from tests.support.appraisal import (
    ALWAYS,
    AS_EXPECTED,
    ASSESSOR,
    BEHAVIOURS,
    FILED,
    JAKARTA,
    M1,
    SETTINGS,
    SUPERIOR,
    UNTIL,
    moment,
    plan_with,
)
from tests.support.deciding import given

NUMERIC = {
    **{key: value for key, value in SETTINGS.items() if key not in ("quadrant", "rating_policy")},
    "scheme": "numeric",
    "numeric": {"scale": "pp-30-2019-41", "result_percent": 70, "behaviour_percent": 30},
}
WITH_PEERS = NUMERIC | {
    "numeric": {"scale": "pp-30-2019-41", "result_percent": 60, "behaviour_percent": 40},
    "peers": {"use": "weight", "share_percent": "40", "top": 4, "full_score": "100"},
}
SCALE = TABLES.scales["pp-30-2019-41"]


def by_numbers(**changed):
    return read_settings("place@1", NUMERIC | changed, TABLES)


def scored(what, item, value, by="superior", percent=None, document=None):
    return events.ScoreSubmitted(M1, "2026-Q1", "numeric", what, item, by, value, percent, document)


ASPECTS = tuple(scored("behaviour", item, value) for item, value in zip(BEHAVIOURS, ("90", "95.5", "100")))
IDEA = scored("idea", "innovation", "yes", document="INO/7/2026")


def submit(what="behaviour", item="akuntabel", value="95.5", by="superior", document=None, under=None):
    return SubmitScore(
        M1, "2026-Q1", what, item, by, value, date(2026, 4, 14), AS_EXPECTED, under or by_numbers(), document, service=ALWAYS
    )


def delivery(plan=AS_EXPECTED, under=None, peers=None):
    return DeliverAppraisal(M1, "2026-Q1", moment("2026-04-20"), plan, "baik", under or by_numbers(), JAKARTA, peers, service=ALWAYS)


def delivered(score, predicate):
    judgement = events.Judgement(None, None, predicate, score)
    return events.AppraisalDelivered(M1, "2026-Q1", "quarter", judgement, "place@1", UNTIL)


# Scores


def test_a_behaviour_is_scored_with_a_number_up_to_120():
    given(APPRAISAL).when(submit()).then(scored("behaviour", "akuntabel", "95.5"))
    given(APPRAISAL).when(submit(value="120")).then(scored("behaviour", "akuntabel", "120"))
    given(APPRAISAL).when(submit(value="120.01")).then_refused("score-over-cap", 422)
    given(APPRAISAL).when(submit(value="as")).then_refused("number-invalid", 422)
    given(APPRAISAL, scored("behaviour", "akuntabel", "95.5")).when(submit()).then()


def test_art_41_a_new_idea_is_told_with_its_document():
    given(APPRAISAL).when(submit("idea", "innovation", "yes", document="INO/7/2026")).then(IDEA)
    given(APPRAISAL, IDEA).when(submit("idea", "innovation", "yes", document="INO/7/2026")).then()
    given(APPRAISAL).when(submit("idea", "innovation", "yes")).then_refused("idea-invalid", 422)
    given(APPRAISAL).when(submit("idea", "innovation", "110", document="INO/7/2026")).then_refused("idea-invalid", 422)
    given(APPRAISAL).when(submit("idea", "luck", "yes", document="INO/7/2026")).then_refused("unknown-item", 422)
    given(APPRAISAL).when(submit(document="INO/7/2026")).then_refused("score-document", 422)
    by_ratings = read_settings("place@1", SETTINGS, TABLES)
    given(APPRAISAL).when(submit("idea", "innovation", "yes", document="INO/7/2026", under=by_ratings)).then_refused("idea-invalid", 422)


# Delivery


def test_art_41_results_count_70_and_behaviour_30_percent_and_every_part_is_written_down():
    """Permits (40+38+39)/3 of 40 = 97.5; days 2 − (15.1/3)/5 = 298/3; 0.6 × 97.5 + 0.4 × 298/3 = 2947/30. Behaviour 95.1666… = 571/6.

    0.7 × 2947/30 + 0.3 × 571/6 = 29194/300 = 97.3133…
    """
    given(APPRAISAL, *ASPECTS).when(delivery()).then(
        scored("target", "permits", "97.5", percent="97.5"),
        scored("target", "days", "298/3", percent="298/3"),
        scored("whole", "result", "2947/30", percent="2947/30"),
        scored("whole", "behaviour", "571/6"),
        delivered("14597/150", "baik"),
    )
    assert Fraction(7, 10) * Fraction(2947, 30) + Fraction(3, 10) * Fraction(571, 6) == Fraction(14597, 150)


def test_art_41_where_colleagues_have_a_weight_results_count_60_and_behaviour_40_percent():
    """Colleagues' mean of 3.5 of 4 is 87.5 of 100; behaviour 0.6 × 571/6 + 0.4 × 87.5 = 92.1; 0.6 × 2947/30 + 0.4 × 92.1 = 95.78."""
    rules = read_settings("place@1", WITH_PEERS, TABLES)
    peers = {"kualitas": Fraction("3.25"), "kerja_sama": Fraction("3.75")}
    made = given(APPRAISAL, *ASPECTS).when(delivery(under=rules, peers=peers)).events
    assert made[-2:] == [scored("whole", "peers", "87.5", by="peers"), delivered("95.78", "baik")]
    refused = given(APPRAISAL, *ASPECTS).when(delivery(under=rules)).then_refused("appraisal-incomplete")
    assert refused.facts["missing"] == ["the published summary of at least three colleagues"]


def test_where_colleagues_have_no_weight_their_summary_changes_nothing():
    without = given(APPRAISAL, *ASPECTS).when(delivery()).events
    assert given(APPRAISAL, *ASPECTS).when(delivery(peers={"kualitas": Fraction(1)})).events == without
    needed = by_numbers(peers={"use": "required"})
    given(APPRAISAL, *ASPECTS).when(delivery(under=needed)).then_refused("appraisal-incomplete", found="colleagues")
    assert given(APPRAISAL, *ASPECTS).when(delivery(under=needed, peers={"kualitas": Fraction(1)})).events == without


def test_art_41_sangat_baik_only_with_a_new_idea():
    full = plan_with({"permits": ("60", "60", "60"), "days": ("2", "2", "2")})
    best = tuple(scored("behaviour", item, "120") for item in BEHAVIOURS)
    assert given(APPRAISAL, *best).when(delivery(plan=full)).events[-1] == delivered("120", "baik")
    assert given(APPRAISAL, *best, IDEA).when(delivery(plan=full)).events[-1] == delivered("120", "sangat_baik")
    own = replace(IDEA, by="self")
    assert given(APPRAISAL, *best, own).when(delivery(plan=full)).events[-1] == delivered("120", "baik")
    assert given(APPRAISAL, *ASPECTS, IDEA).when(delivery()).events[-1].judgement.predicate == "baik"


def test_the_superiors_own_numbers_count_where_the_rules_leave_it_to_him():
    rules = by_numbers(rating_policy={"result_by": "superior"}, behaviour_policy="superior")
    past = (scored("whole", "result", "80"), scored("whole", "behaviour", "60"))
    given(APPRAISAL, *past).when(delivery(under=rules)).then(delivered("74", "butuh_perbaikan"))
    refused = given(APPRAISAL, past[0]).when(delivery(under=rules)).then_refused("appraisal-incomplete")
    assert refused.facts["missing"] == ["the superior's score of whole behaviour"]


def test_ratings_given_before_the_rules_went_over_to_numbers_are_missing_as_numbers():
    ratings = tuple(replace(one, scheme="rating", value="as") for one in ASPECTS)
    refused = given(APPRAISAL, *ratings).when(delivery()).then_refused("appraisal-incomplete")
    assert refused.facts["missing"] == [f"the superior's score of behaviour {item}" for item in BEHAVIOURS]


# The scale


@pytest.mark.parametrize(
    ("score", "idea", "predicate"),
    [
        ("120", True, "sangat_baik"),
        ("110", True, "sangat_baik"),
        ("109.999999", True, "baik"),
        ("120", False, "baik"),
        ("110", False, "baik"),
        ("90", False, "baik"),
        ("89.999999", False, "butuh_perbaikan"),
        ("269/3", True, "butuh_perbaikan"),
        ("70", False, "butuh_perbaikan"),
        ("69.999999", False, "kurang"),
        ("50", False, "kurang"),
        ("49.999999", False, "sangat_kurang"),
        ("0", False, "sangat_kurang"),
    ],
)
def test_art_41_the_bounds_are_half_open_and_nothing_is_rounded_up_to_them(score, idea, predicate):
    assert SCALE.predicate(exact(score), idea) == predicate


@for_all(some.fractions(min_value=0, max_value=120, max_denominator=1000), some.booleans())
def test_every_number_has_a_predicate_and_more_is_never_worse(score, idea):
    found = SCALE.predicate(score, idea)
    assert found.place <= SCALE.predicate(min(score + Fraction(1, 7), Fraction(120)), idea).place
    assert SCALE.predicate(score, False).place <= SCALE.predicate(score, True).place


def test_a_scale_with_a_gap_is_not_read():
    with (FOLDER / "pp30_2019_nilai.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(Scale.read("whole", rows).bands) == 5
    with pytest.raises(ValueError, match="none for 70"):
        Scale.read("broken", [row | {"min_inklusif": "0"} if row["predikat"] == "Cukup" else row for row in rows])


def test_cukup_of_pp_30_2019_is_todays_butuh_perbaikan():
    assert predicate_of("Cukup") == Predicate.BUTUH_PERBAIKAN


# Objection


def test_art_59_a_granted_objection_gives_a_new_number():
    past = (*ASPECTS, delivered("74", "butuh_perbaikan"), FILED)

    def decision(new, outcome="granted", **changed):
        return DecideObjection(M1, "2026-Q1", outcome, new, "800/1", "t", "d", SUPERIOR, ASSESSOR, by_numbers(**changed))

    after = events.Judgement(None, None, "baik", "90")
    decided, final = given(APPRAISAL, *past).when(decision("90")).events
    assert (decided.before.score, decided.after, final.judgement) == ("74", after, after)
    given(APPRAISAL, *past).when(decision((Rating.AS, Rating.AS))).then_refused("decision-invalid", 422, "ratings")
    given(APPRAISAL, *past).when(decision("120.5")).then_refused("decision-invalid", 422)
    given(APPRAISAL, *past).when(decision("74")).then_refused("decision-invalid", 422, "same")
    assert given(APPRAISAL, *past).when(decision("69")).events[0].after.predicate == "kurang"
    refused = given(APPRAISAL, *past).when(decision("69", objection_may_lower=False)).then_refused("objection-may-not-lower")
    assert "dapat mengubah" in refused.expected and "may change" in refused.expected


# Rule sets


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (NUMERIC, {"numeric": {"scale": "pp-30-2019-41", "result_percent": 60, "behaviour_percent": 40}}),
        (NUMERIC, {"numeric": {"scale": "pp-30-2019-41", "result_percent": 70, "behaviour_percent": 40}}),
        (NUMERIC, {"numeric": {"scale": "school", "result_percent": 70, "behaviour_percent": 30}}),
        (NUMERIC, {"numeric": None}),
        (NUMERIC, {"rating_policy": {"cap_percent": "150"}}),
        (NUMERIC, {"behaviour_policy": "majority"}),
        (WITH_PEERS, {"numeric": NUMERIC["numeric"]}),
        (WITH_PEERS, {"peers": {"use": "weight", "share_percent": "100", "top": 4}}),
        (WITH_PEERS, {"peers": {"use": "weight", "share_percent": "40"}}),
        (SETTINGS, {"peers": {"use": "weight", "share_percent": "40", "top": 4}}),
        (SETTINGS, {"peers": {"use": "sometimes"}}),
        (SETTINGS, {"measurement": "yearly"}),
        (SETTINGS, {"improvement": {"founded_complaints": True}}),
        (SETTINGS, {"achievement_report_required": "yes"}),
    ],
)
def test_a_wrong_rule_set_is_refused_when_it_is_published(settings, wrong):
    read_settings("draft", settings, TABLES)
    with pytest.raises(Refused) as refused:
        read_settings("draft", settings | wrong, TABLES)
    assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422)
