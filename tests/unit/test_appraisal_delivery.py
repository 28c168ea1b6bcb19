"""Rules of scoring and delivering: achievement, ratings, the quadrant, acceptance and silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.appraisal import events
from services.appraisal.defaults import NATIONAL
from services.appraisal.domain import rating, streams
from services.appraisal.domain.appraisal import APPRAISAL, AcceptAppraisal, AcceptBySilence, ImportAppraisal
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.organisation import ORGANISATION, SetOrganisationResult
from services.appraisal.domain.plan import PlanState
from services.appraisal.domain.quadrant import Predicate, Rating
from services.appraisal.domain.rules import read_rules, read_settings
from services.appraisal.domain.scoring import SubmitScore
from services.appraisal.domain.withdrawal import SEEN, SeeDelivery, WithdrawDelivery
from services.appraisal.tables import TABLES
from shared.kernel.money import exact, exact_text
from shared.kernel.refusal import Refused
from tests.support.appraisal import (
    ALWAYS,
    AS_EXPECTED,
    BEHAVIOURS,
    DELIVERED,
    FILED,
    GOOD,
    JAKARTA,
    M1,
    NEEDS_IMPROVEMENT,
    OBJECTED,
    SCORED,
    SETTINGS,
    UNTIL,
    WEAK,
    moment,
    plan_with,
    rules,
    score,
    spells,
)
from tests.support.deciding import given

FULL_ABOVE = plan_with({"permits": ("60", "60", "60"), "days": ("4", "4", "4")})


def scoring(what="behaviour", item="akuntabel", value="as", by="superior", plan=AS_EXPECTED, period="2026-Q1", today=None, under=None):
    return SubmitScore(M1, period, what, item, by, value, today or date(2026, 4, 14), plan, under or rules(), service=ALWAYS)


def delivery(plan=AS_EXPECTED, period="2026-Q1", at=None, organisation="baik", under=None):
    return DeliverAppraisal(M1, period, at or moment("2026-04-20"), plan, organisation, under or rules(), JAKARTA, service=ALWAYS)


# Scores


def test_a_behaviour_is_scored_and_the_same_score_again_changes_nothing():
    given(APPRAISAL).when(scoring()).then(score("akuntabel", "as"))
    given(APPRAISAL, score("akuntabel", "as")).when(scoring()).then()
    given(APPRAISAL, score("akuntabel", "as")).when(scoring(value="above")).then(score("akuntabel", "above"))


def test_scoring_before_the_plan_is_approved_is_refused():
    given(APPRAISAL).when(scoring(plan=PlanState())).then_refused("plan-not-approved")


def test_scoring_after_delivery_is_refused():
    given(APPRAISAL, *DELIVERED).when(scoring()).then_refused("already-delivered")


def test_a_period_that_has_not_begun_or_is_not_appraised_is_not_scored():
    given(APPRAISAL).when(scoring(period="2026-Q3")).then_refused("period-not-begun", 422)
    given(APPRAISAL).when(scoring(period="2026-04")).then_refused("period-not-appraised", 422, "2026-04")
    given(APPRAISAL).when(scoring(period="spring")).then_refused("period-invalid", 422)


def test_only_known_items_and_ratings_are_scored():
    given(APPRAISAL).when(scoring(item="charming")).then_refused("unknown-item", 422)
    given(APPRAISAL).when(scoring(value="5")).then_refused("rating-unknown", 422)
    given(APPRAISAL).when(scoring(what="target", item="other", by="self")).then_refused("unknown-target", 404)
    given(APPRAISAL).when(scoring(what="whole", item="luck")).then_refused("unknown-item", 422)
    given(APPRAISAL).when(scoring(what="mood", item="luck")).then_refused("score-of-what", 422)


def test_where_the_policy_rates_the_superior_does_not_but_everybody_may_rate_himself():
    given(APPRAISAL).when(scoring(what="target", item="permits")).then_refused("rated-by-policy")
    given(APPRAISAL).when(scoring(what="whole", item="result")).then_refused("rated-by-policy")
    given(APPRAISAL).when(scoring(what="whole", item="behaviour")).then_refused("rated-by-policy")
    given(APPRAISAL).when(scoring(what="target", item="permits", by="self")).then(score("permits", "as", "target", "self"))


def test_ones_own_scores_do_not_count():
    own = tuple(score(item, "above", by="self") for item in BEHAVIOURS)
    refused = given(APPRAISAL, *own).when(delivery()).then_refused("appraisal-incomplete")
    assert refused.facts["missing"] == [f"the superior's score of behaviour {item}" for item in BEHAVIOURS]


# Delivery


def test_permenpanrb_6_2022_delivery_gives_ratings_by_policy_and_the_predicate_by_quadrant():
    """Permits 117/3 of 40 is 97.5 %; days 15.1/3 against 5 is (2 − 151/150) × 100 = 298/3 %; weighted 60:40 that is 2947/30 %."""
    given(APPRAISAL, *SCORED).when(delivery()).then(
        score("permits", "as", "target", percent="97.5"),
        score("days", "as", "target", percent="298/3"),
        score("result", "as", "whole", percent="2947/30"),
        events.AppraisalDelivered(M1, "2026-Q1", "quarter", GOOD, "place@1", UNTIL),
    )


def test_a_weak_quarter_needs_improvement():
    then = given(APPRAISAL, *SCORED).when(delivery(plan=WEAK))
    assert then.events[-1].judgement == NEEDS_IMPROVEMENT


def test_pp_30_2019_no_achievement_counts_more_than_120():
    assert given(APPRAISAL, *SCORED).when(delivery(plan=FULL_ABOVE)).events[0].achievement_percent == "120"


def test_pp_30_2019_art_59_the_objection_is_open_until_the_end_of_the_fourteenth_day():
    late_in_the_evening = given(APPRAISAL, *SCORED).when(delivery(at=moment("2026-04-20", "23:59"))).events[-1]
    assert late_in_the_evening.objection_until == moment("2026-05-05", "00:00")
    working = rules(objection={"days": 14, "kind": "working"})
    assert given(APPRAISAL, *SCORED).when(delivery(under=working)).events[-1].objection_until == moment("2026-05-09", "00:00")


def test_missing_input_is_never_zero_and_the_refusal_names_it():
    gaps = plan_with({"permits": ("40", "38"), "days": ("5", "5", "5")})
    refused = given(APPRAISAL, *SCORED[1:]).when(delivery(plan=gaps)).then_refused("appraisal-incomplete")
    assert refused.facts["missing"] == ["progress of permits in 2026-03", "the superior's score of behaviour akuntabel"]


def test_nothing_is_delivered_before_the_period_is_over():
    given(APPRAISAL, *SCORED).when(delivery(at=moment("2026-03-31", "23:59"))).then_refused("period-not-over", 422, "2026-03-31")
    assert given(APPRAISAL, *SCORED).when(delivery(at=moment("2026-04-01", "00:00"))).events


def test_a_period_is_appraised_once():
    given(APPRAISAL, *DELIVERED).when(delivery()).then_refused("already-delivered")
    imported = events.AppraisalImported(M1, "2026-Q1", "baik", "old", "ab" * 32, 2)
    given(APPRAISAL, imported).when(delivery()).then_refused("already-delivered")


def test_permenpanrb_6_2022_art_24_the_organisations_result_comes_first_where_the_rules_say_so():
    first = rules(organisation_first=True)
    refused = given(APPRAISAL, *SCORED).when(delivery(organisation=None, under=first)).then_refused("appraisal-incomplete")
    assert "organisation" in refused.facts["missing"][0]
    assert given(APPRAISAL, *SCORED).when(delivery(under=first)).events


def test_permenpanrb_6_2022_without_a_local_policy_the_superior_judges_the_result():
    national = read_rules(NATIONAL, TABLES)
    scores = tuple(score(item, "as") for item in national.behaviours)
    given(APPRAISAL, *scores).when(delivery(under=national)).then_refused("appraisal-incomplete", found="whole result")
    judged = given(APPRAISAL, *scores, score("result", "above", "whole")).when(delivery(under=national)).events
    assert judged == [
        events.AppraisalDelivered(M1, "2026-Q1", "quarter", events.Judgement("above", "as", "baik"), "national-appraisal@1", UNTIL),
    ]


def test_the_last_month_alone_counts_where_reports_are_cumulative():
    cumulative = rules(rating_policy={"aggregate": "last"})
    only_march = replace(AS_EXPECTED, progress={key: one for key, one in AS_EXPECTED.progress.items() if key[1] == "2026-03"})
    assert given(APPRAISAL, *SCORED).when(delivery(plan=only_march, under=cumulative)).events[0].achievement_percent == "97.5"


# Ratings


@pytest.mark.parametrize(
    ("percent", "rated"), [("100.01", "above"), ("100", "as"), ("90", "as"), ("269/3", "below"), ("0", "below"), ("120", "above")]
)
def test_a_published_policy_rates_over_100_above_and_from_90_as_expected(percent, rated):
    assert rating.rate(exact(percent), rules().policy) == rated


def test_where_less_is_better_half_the_time_is_150_percent_capped_and_twice_the_time_is_nothing():
    policy = rules().policy
    assert rating.achievement([exact("4.5")], exact("5"), "lower", policy) == 110
    assert rating.achievement([exact("2.5")], exact("5"), "lower", policy) == 120
    assert rating.achievement([exact("11")], exact("5"), "lower", policy) == 0
    ratio = rules(rating_policy={"lower_is_better": "target-over-realised"}).policy
    assert rating.achievement([exact("6.25")], exact("5"), "lower", ratio) == 80
    assert rating.achievement([exact("0")], exact("5"), "lower", ratio) == 120


@pytest.mark.parametrize(
    ("ratings", "found"),
    [("aab", "above"), ("abb", "below"), ("aas", "above"), ("asb", "as"), ("aabb", "as"), ("sssb", "as"), ("a", "above")],
)
def test_behaviour_is_what_more_than_half_of_the_aspects_are_else_as_expected(ratings, found):
    words = {"a": Rating.ABOVE, "s": Rating.AS, "b": Rating.BELOW}
    assert rating.majority([words[letter] for letter in ratings]) == found


@pytest.mark.parametrize(
    ("result", "behaviour", "predicate"),
    [
        ("above", "above", "sangat_baik"),
        ("above", "as", "baik"),
        ("above", "below", "kurang"),
        ("as", "above", "baik"),
        ("as", "as", "baik"),
        ("as", "below", "kurang"),
        ("below", "above", "butuh_perbaikan"),
        ("below", "as", "butuh_perbaikan"),
        ("below", "below", "sangat_kurang"),
    ],
)
def test_permenpanrb_6_2022_the_quadrant_is_not_symmetric(result, behaviour, predicate):
    assert rules().quadrant.judge(Rating(result), Rating(behaviour)) == events.Judgement(result, behaviour, predicate)


@for_all(some.fractions(min_value=-1000, max_value=1000, max_denominator=10_000))
def test_an_exact_number_is_written_so_that_it_is_read_again(value):
    assert exact(exact_text(value)) == value


@for_all(
    some.lists(some.fractions(min_value=0, max_value=500, max_denominator=100), min_size=1, max_size=12),
    some.fractions(min_value=Fraction(1, 100), max_value=500),
    some.sampled_from(["higher", "lower"]),
    some.sampled_from(["two-minus-ratio", "target-over-realised"]),
)
def test_an_achievement_lies_between_nothing_and_the_cap(values, target, direction, formula):
    policy = rules(rating_policy={"lower_is_better": formula}).policy
    assert 0 <= rating.achievement(values, target, direction, policy) <= policy.cap


# Acceptance


def withdrawal(seen=False, delivery="e-1"):
    return WithdrawDelivery(M1, "2026-Q1", delivery, seen, "t9", "d9")


WITHDRAWN = events.DeliveryWithdrawn(M1, "2026-Q1", "e-1", "t9", "d9")


def test_a_delivery_that_the_employee_has_not_seen_is_withdrawn_and_delivered_again():
    given(APPRAISAL, *DELIVERED).when(withdrawal()).then(WITHDRAWN)
    again = given(APPRAISAL, *DELIVERED, WITHDRAWN).when(delivery()).events
    assert isinstance(again[-1], events.AppraisalDelivered)
    given(APPRAISAL, *DELIVERED, WITHDRAWN).when(withdrawal()).then_refused("appraisal-not-delivered")


@pytest.mark.parametrize(
    ("past", "seen"),
    [
        (DELIVERED, True),
        (OBJECTED, False),
        ((*DELIVERED, events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "silence", "place@1")), False),
    ],
)
def test_what_the_employee_has_received_is_not_withdrawn(past, seen):
    given(APPRAISAL, *past).when(withdrawal(seen)).then_refused("delivery-seen")


def test_a_delivery_is_seen_once_and_another_one_anew():
    seen = events.DeliverySeen(M1, "2026-Q1", "e-1")
    given(SEEN).when(SeeDelivery(M1, "2026-Q1", "e-1")).then(seen)
    given(SEEN, seen).when(SeeDelivery(M1, "2026-Q1", "e-1")).then()
    given(SEEN, seen).when(SeeDelivery(M1, "2026-Q1", "e-2")).then(events.DeliverySeen(M1, "2026-Q1", "e-2"))


def test_an_accepted_result_is_final():
    given(APPRAISAL, *DELIVERED).when(AcceptAppraisal(M1, "2026-Q1")).then(
        events.AppraisalAccepted(M1, "2026-Q1", "explicit"),
        events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "accepted", "place@1"),
    )


def test_only_a_delivered_result_that_nobody_contested_is_accepted():
    given(APPRAISAL, *SCORED).when(AcceptAppraisal(M1, "2026-Q1")).then_refused("appraisal-not-delivered")
    given(APPRAISAL, *OBJECTED).when(AcceptAppraisal(M1, "2026-Q1")).then_refused("appraisal-not-open", found="open objection")
    accepted = given(APPRAISAL, *DELIVERED).when(AcceptAppraisal(M1, "2026-Q1")).events
    given(APPRAISAL, *DELIVERED, *accepted).when(AcceptAppraisal(M1, "2026-Q1")).then_refused("appraisal-not-open", found="final")


def test_silence_accepts_when_the_term_for_an_objection_is_over_and_not_before():
    given(APPRAISAL, *DELIVERED).when(AcceptBySilence(M1, "2026-Q1", moment("2026-05-04", "23:59"))).then()
    silence = AcceptBySilence(M1, "2026-Q1", moment("2026-05-05", "00:00"))
    made = (
        events.AppraisalAccepted(M1, "2026-Q1", "silence"),
        events.AppraisalFinalized(M1, "2026-Q1", "quarter", NEEDS_IMPROVEMENT, "silence", "place@1"),
    )
    given(APPRAISAL, *DELIVERED).when(silence).then(*made)
    given(APPRAISAL, *DELIVERED, *made).when(silence).then()
    given(APPRAISAL, *DELIVERED, FILED).when(silence).then()


# Imports and organisations


def test_an_earlier_predicate_is_imported_where_nothing_is_known_of_the_period():
    command = ImportAppraisal(M1, "2025-Q4", Predicate.BAIK, "old", "ab" * 32, 2, date(2026, 1, 2), service=ALWAYS)
    given(APPRAISAL).when(command).then(events.AppraisalImported(M1, "2025-Q4", "baik", "old", "ab" * 32, 2))
    given(APPRAISAL, *DELIVERED).when(replace(command, period="2026-Q1")).then_refused("period-already-appraised")

    given(APPRAISAL).when(replace(command, period="2026-Q1")).then_refused("period-not-over", 422)
    given(APPRAISAL).when(replace(command, period="last year")).then_refused("period-invalid", 422)


@pytest.mark.parametrize(
    ("period", "since", "planned", "service", "refused"),
    [
        ("2025-Q4", date(2026, 1, 1), False, ALWAYS, False),
        ("2026-Q1", date(2026, 1, 1), False, ALWAYS, True),
        ("2026", date(2026, 12, 31), False, ALWAYS, True),
        ("2025", date(2025, 7, 1), False, ALWAYS, True),  # half of it here
        ("2026-Q1", None, False, ALWAYS, False),
        ("2026-Q1", None, True, ALWAYS, True),
        ("2026-Q2", date(2026, 7, 1), False, ALWAYS, False),
        ("2026-Q2", date(2026, 1, 1), False, spells(date(2026, 7, 1)), False),  # another agency's until then
        ("2026-Q2", date(2026, 1, 1), True, spells(date(2026, 7, 1)), False),
        ("2026-Q2", date(2026, 1, 1), False, spells(date(2026, 6, 30)), True),
        ("2026-Q2", date(2026, 1, 1), True, spells((date(2020, 1, 1), date(2026, 4, 1)), date(2026, 7, 1)), False),  # left, and came back
        ("2026-Q2", date(2026, 1, 1), False, spells((date(2020, 1, 1), date(2026, 4, 2)), date(2026, 7, 1)), True),
    ],
)
def test_a_period_that_merit_appraises_is_not_taken_from_a_file(period, since, planned, service, refused):
    command = ImportAppraisal(M1, period, Predicate.BAIK, "old", "ab" * 32, 2, date(2027, 1, 2), since, planned, service=service)
    done = given(APPRAISAL).when(command)
    if refused:
        done.then_refused("period-of-merit", 422)
    else:
        done.then(events.AppraisalImported(M1, period, "baik", "old", "ab" * 32, 2))


def test_an_organisations_result_is_set_once():
    command = SetOrganisationResult("office", "2026-Q1", "baik", "se-menpanrb-3-2023")
    made = events.OrganisationResultSet("office", "2026-Q1", "baik", "se-menpanrb-3-2023")
    given(ORGANISATION).when(command).then(made)
    given(ORGANISATION, made).when(command).then()
    given(ORGANISATION, made).when(replace(command, result="kurang")).then_refused("organisation-result-set", found="baik")
    given(ORGANISATION).when(replace(command, result="fine")).then_refused("organisation-result-unknown", 422)


# Rule sets and streams


@pytest.mark.parametrize(
    "wrong",
    [
        {"scheme": "numeric"},
        {"quadrant": "symmetric"},
        {"appraised": "daily"},
        {"rating_policy": {"above_over_percent": "80", "as_from_percent": "90"}},
        {"rating_policy": {"cap_percent": "lots"}},
        {"behaviours": []},
        {"behaviours": ["akuntabel", "akuntabel"]},
        {"objection": {"days": 0, "kind": "calendar"}},
        {"objection": {"days": 14, "kind": "lunar"}},
        {"decision": {"days": 7, "kind": "calendar", "binding": True}},
        {"accept_by_silence": "yes"},
    ],
)
def test_a_wrong_rule_set_is_refused_when_it_is_published(wrong):
    with pytest.raises(Refused) as refused:
        read_settings("draft", SETTINGS | wrong, TABLES)
    assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422)


def test_an_employees_id_that_looks_like_another_stream_is_refused():
    assert streams.appraisal("m1", "2026-Q1") == "appraisal-m1-2026-Q1"
    with pytest.raises(Refused):
        streams.appraisal("plan-m1", "2026")
