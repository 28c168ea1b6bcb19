"""Conditions of development: how a rule set is read, which results meet which condition, and which proposals follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.personnel.domain.condition_rules import read_conditions
from services.personnel.domain.conditions import (
    Bounds,
    Condition,
    MeasureEnded,
    NumberIs,
    PeersSaid,
    PredicateIs,
    ScoreIs,
    Summary,
    TargetAchieved,
    Wanted,
    evaluate,
    evaluate_peers,
)
from services.personnel.domain.proposals import PROPOSAL, Decide, ProposalState, Propose, Withdraw
from services.personnel.domain.proposing import Rules, Standing, brought_to, lapsed, proposals_due
from services.personnel.domain.results import Appraisal, Ended, Score
from services.personnel.events import (
    AwardTerms,
    DevelopmentDecided,
    DevelopmentProposed,
    DevelopmentWithdrawn,
    Reason,
    SanctionTerms,
)
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.deciding import given, wrong_setting

ROLE = {"kind": "role", "programme": "spokesman"}
LAW = "PP 94/2021 Pasal 9"


def condition(when: dict[str, Any], propose: dict[str, Any] = ROLE, **more: Any) -> dict[str, Any]:
    return {"code": "a-rule", "when": when, "propose": propose, **more}


def settings(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": list(conditions)}


# --- how a rule set is read ---


@pytest.mark.parametrize(("when", "meant"), [
    ({"score": {"what": "target", "value": "above"}}, ScoreIs("target", None, "above")),
    ({"score": {"what": "behaviour", "item": "adaptif", "value": "as"}}, ScoreIs("behaviour", "adaptif", "as")),
    ({"score": {"what": "behaviour", "item": None, "value": "below"}}, ScoreIs("behaviour", None, "below")),
    ({"score": {"what": "target", "item": "t1", "number_over": "90.5"}}, NumberIs("target", "t1", Bounds(over=Fraction(181, 2)))),
    ({"score": {"what": "whole", "number_under": 50}}, NumberIs("whole", None, Bounds(under=Fraction(50)))),
    ({"target": {"indicator": "hours", "achievement_over_percent": 100}}, TargetAchieved("hours", Bounds(over=Fraction(100)))),
    ({"target": {"indicator": "hours", "achievement_under_percent": "1/3"}}, TargetAchieved("hours", Bounds(under=Fraction(1, 3)))),
    ({"predicate": {"is": ["baik", "cukup"], "last": 12}}, PredicateIs(("baik", "cukup"), 12)),
    ({"predicate": {"is": ["kurang"]}}, PredicateIs(("kurang",), 1)),
    ({"measure": {"kind": "mentor", "outcome": "reached"}}, MeasureEnded("mentor", "reached")),
    ({"measure": {"kind": "training", "outcome": "failed"}}, MeasureEnded("training", "failed")),
    ({"peers": {"aspect": "kolaboratif", "mean_over_hundredths": 450}}, PeersSaid("kolaboratif", Bounds(over=Fraction(450)))),
    ({"peers": {"aspect": "kolaboratif", "mean_under_hundredths": "200.5"}}, PeersSaid("kolaboratif", Bounds(under=Fraction(401, 2)))),
])  # fmt: skip
def test_what_a_condition_looks_at(when: dict[str, Any], meant: object):
    assert read_conditions(settings(condition(when))) == (Condition("a-rule", meant, "role", "spokesman"),)


GOOD = {"predicate": {"is": ["baik"]}}
BELOW = {"score": {"what": "behaviour", "value": "below"}}


@pytest.mark.parametrize(("when", "propose", "meant"), [
    (BELOW, {"kind": "coaching", "programme": "{item}"}, ("coaching", "{item}", None, 0)),
    (GOOD, {"kind": "award", "programme": "praise", "bonus": 250000}, ("award", "praise", None, 250000)),
    (GOOD, {"kind": "award", "programme": "praise", "bonus": 10**10}, ("award", "praise", None, 10**10)),
    (GOOD, {"kind": "award", "programme": "praise"}, ("award", "praise", None, 0)),
    (GOOD, {"kind": "sanction", "programme": "warning", "basis": LAW}, ("sanction", "warning", LAW, 0)),
    (GOOD, {"kind": "training", "programme": "recognition"}, ("training", "recognition", None, 0)),
])  # fmt: skip
def test_what_a_condition_proposes(when: dict[str, Any], propose: dict[str, Any], meant: tuple):
    (found,) = read_conditions(settings(condition(when, propose)))
    assert (found.kind, found.programme, found.basis, found.bonus) == meant


def test_imported_results_meet_a_condition_only_where_it_says_so():
    rules = [condition(GOOD, code=code, **more) for code, more in (("a", {}), ("b", {"imported": False}), ("c", {"imported": True}))]
    assert [one.imported for one in read_conditions(settings(*rules))] == [False, False, True]


@pytest.mark.parametrize(("wrong", "place"), [
    (condition(GOOD, {"kind": "award", "programme": "praise", "bonus": -1}), "conditions[0].propose.bonus"),
    (condition(GOOD, {"kind": "award", "programme": "praise", "bonus": 10**10 + 1}), "conditions[0].propose.bonus"),
    (condition(GOOD, {"kind": "award", "programme": "praise", "basis": LAW}), "conditions[0].propose"),
    (condition(GOOD, {"kind": "role", "programme": "spokesman", "bonus": 5}), "conditions[0].propose"),
    (condition(GOOD, {"kind": "sanction", "programme": "warning", "basis": LAW, "bonus": 5}), "conditions[0].propose"),
    (condition(GOOD, {"kind": "sanction", "programme": "warning"}), "conditions[0].propose"),
    (condition(GOOD, {"kind": "sanction", "programme": "warning", "basis": "custom"}), "conditions[0].propose.basis"),
    (condition(GOOD, {"kind": "role"}), "conditions[0].propose.programme"),
    (condition(GOOD, {"kind": "role", "programme": "two.words"}), "conditions[0].propose.programme"),
    (condition(GOOD, {"kind": "award", "programme": "pegawai-teladan"}), "conditions[0].propose.programme"),
    (condition(GOOD, {"kind": "award", "programme": "recognition"}), "conditions[0].propose.programme"),
    (condition({"measure": {"kind": "mentor", "outcome": "reached"}}, {"kind": "role", "programme": "{item}"}),
     "conditions[0].propose.programme"),
    (condition(GOOD, {"kind": "role", "programme": "{item}"}), "conditions[0].propose.programme"),
    (condition(GOOD, code="a_rule"), "conditions[0].code"),
    (condition(GOOD, imported="yes"), "conditions[0].imported"),
    (condition({}), "conditions[0].when"),
    (condition(GOOD | BELOW), "conditions[0].when"),
    (condition({"score": {"what": "mood", "value": "above"}}), "conditions[0].when.score.what"),
    (condition({"score": {"what": "target", "item": " ", "value": "above"}}), "conditions[0].when.score.item"),
    (condition({"score": {"what": "target"}}), "conditions[0].when.score"),
    (condition({"score": {"what": "target", "number_over": 1, "number_under": 2}}), "conditions[0].when.score"),
    (condition({"target": {"indicator": "two.words", "achievement_over_percent": 1}}), "conditions[0].when.target.indicator"),
    (condition({"predicate": {"is": ["baik"], "last": 13}}), "conditions[0].when.predicate.last"),
    (condition({"measure": {"kind": "role", "outcome": "reached"}}), "conditions[0].when.measure.kind"),
    (condition({"measure": {"kind": "mentor", "outcome": "lost"}}), "conditions[0].when.measure.outcome"),
    (condition({"peers": {"aspect": "", "mean_over_hundredths": 1}}), "conditions[0].when.peers.aspect"),
    (condition(GOOD, surplus=1), "conditions[0].surplus"),
])  # fmt: skip
def test_a_condition_that_cannot_be_used_is_refused_with_its_place(wrong: dict[str, Any], place: str):
    with pytest.raises(Refused) as caught:
        read_conditions(settings(wrong))
    assert wrong_setting(caught.value) == place


def test_each_code_stands_once():
    with pytest.raises(Refused) as caught:
        read_conditions(settings(condition(GOOD), condition(GOOD, code="b"), condition(BELOW)))
    assert wrong_setting(caught.value) == "conditions"
    assert [one.code for one in read_conditions(settings(condition(GOOD), condition(GOOD, code="b")))] == ["a-rule", "b"]


def test_a_setting_that_nobody_reads_stays_readable_once_it_was_published():
    assert read_conditions(settings(condition(GOOD, surplus=1)), published=True)[0].code == "a-rule"


# --- which results meet it ---

Q1, YEAR = Period.parse("2026-Q1"), Period.parse("2026")
MOMENT = datetime(2026, 4, 20, 9, tzinfo=UTC)
RESULT = Appraisal(Q1, "baik", "final", MOMENT, True)


def with_scores(*scores: Score, **more: Any) -> Appraisal:
    return replace(RESULT, scores=scores, **more)


def met(when: Any, result: Appraisal) -> tuple:
    return when.met("c", result, {"2026-Q1": result})


def number(item: str, value: str, what: str = "target") -> Score:
    return Score(what, item, value, None, f"e-{item}", Fraction(value))


def test_bounds_are_strict():
    assert [Bounds(over=Fraction(5)).hold(Fraction(one)) for one in ("4", "5", "5.1")] == [False, False, True]
    assert [Bounds(under=Fraction(5)).hold(Fraction(one)) for one in ("4.9", "5", "6")] == [True, False, False]
    both = Bounds(over=Fraction(1), under=Fraction(3))
    assert [both.hold(Fraction(one)) for one in (1, 2, 3)] == [False, True, False]


def test_a_rating_is_met_by_kind_item_and_value():
    result = with_scores(
        Score("behaviour", "adaptif", "below", None, "e1"), Score("behaviour", "loyal", "above", None, "e2"),
        Score("target", "adaptif", "below", None, "e3"), Score("behaviour", "akuntabel", "below", None, "e4"),
    )  # fmt: skip
    any_item = (("adaptif", Reason("c", "e1", "below")), ("akuntabel", Reason("c", "e4", "below")))
    assert met(ScoreIs("behaviour", None, "below"), result) == any_item
    assert met(ScoreIs("behaviour", "akuntabel", "below"), result) == any_item[1:]
    assert met(ScoreIs("behaviour", "loyal", "below"), result) == ()


def test_a_number_is_met_by_kind_item_and_bounds():
    rated = Score("target", "t4", "above", None, "e-t4")
    result = with_scores(number("t1", "91"), number("t2", "90"), rated, number("t3", "181/2"), number("t1", "99", "behaviour"))
    over = Bounds(over=Fraction(90))
    any_item = (("t1", Reason("c", "e-t1", "91")), ("t3", Reason("c", "e-t3", "181/2")))
    assert met(NumberIs("target", None, over), result) == any_item
    assert met(NumberIs("target", "t3", over), result) == any_item[1:]
    assert met(NumberIs("target", "t2", over), result) == met(NumberIs("whole", None, over), result) == ()


def test_an_achievement_is_met_by_the_targets_of_its_indicator():
    def target(item: str, achieved: str | None, what: str = "target") -> Score:
        return Score(what, item, "above", None if achieved is None else Fraction(achieved), f"e-{item}")

    scores = (target("t1", "302/3"), target("t2", "120"), target("t3", None), target("t5", "100"), target("t1", "130", "behaviour"))
    result = with_scores(*scores, indicators={"t1": "hours", "t2": "letters", "t3": "hours", "t5": "hours"})
    assert met(TargetAchieved("hours", Bounds(over=Fraction(100))), result) == (("t1", Reason("c", "e-t1", "302/3")),)
    assert met(TargetAchieved("hours", Bounds(over=Fraction(100))), replace(result, indicators=None)) == ()


def test_a_predicate_is_met_in_a_row_of_periods_of_one_length():
    def past(text: str, predicate: str) -> Appraisal:
        return Appraisal(Period.parse(text), predicate, f"e-{text}", MOMENT, False)

    history = {"2025-Q3": past("2025-Q3", "sangat_baik"), "2025-Q4": past("2025-Q4", "baik"), "2026-Q1": RESULT}
    good = PredicateIs(("baik", "sangat_baik"), 3)
    rows = [(None, Reason("c", "final", "baik")), (None, Reason("c", "e-2025-Q4", "baik")), (None, Reason("c", "e-2025-Q3", "sangat_baik"))]
    assert good.met("c", RESULT, history) == tuple(rows)
    assert replace(good, last=1).met("c", RESULT, history) == tuple(rows[:1])
    assert replace(good, last=4).met("c", RESULT, history) == replace(good, among=("baik",)).met("c", RESULT, history) == ()


def test_a_measures_end_is_met_by_kind_and_outcome():
    ended = (Ended("coaching", "reached", "e1"), Ended("coaching", "not_reached", "e2"), Ended("mentor", "reached", "e3"))
    result = replace(RESULT, ended=(*ended, Ended("coaching", "reached", "e4")))
    found = met(MeasureEnded("coaching", "reached"), result)
    assert found == ((None, Reason("c", "e1", "reached")), (None, Reason("c", "e4", "reached")))
    assert met(MeasureEnded("study", "reached"), result) == ()


# --- which proposals follow ---

COACHING = Condition("weak", ScoreIs("behaviour", None, "below"), "coaching", "{item}")
WARNING = Condition("missed", PredicateIs(("kurang",), 1), "sanction", "written-warning", basis=LAW)
PRAISE = Condition("good", PredicateIs(("baik",), 1), "award", "praise", bonus=750000)
HEARD = Condition("peers", PeersSaid("kerja_sama", Bounds(over=Fraction(450))), "mentor", "{item}", imported=True)


def test_each_condition_says_its_programme_its_period_and_its_terms():
    score = Score("behaviour", "kerja_sama", "below", None, "e1")
    result = with_scores(score, predicate="kurang")
    final = Reason("weak", "final", "kurang")
    missed = (Reason("missed", "final", "kurang"),)
    warning = SanctionTerms("written-warning", "light", "warning", None, None, LAW)
    assert evaluate([COACHING, HEARD, WARNING, PRAISE], result, {"2026-Q1": result}) == (
        Wanted("coaching", "kerja-sama", "2026-Q1", MOMENT, (Reason("weak", "e1", "below"), final)),
        Wanted("sanction", "written-warning", "2026-Q1", MOMENT, missed, warning),
    )
    award = AwardTerms("praise", None, "2026", 750000)
    reasons = (Reason("good", "final", "baik"),)
    assert evaluate([PRAISE], RESULT, {"2026-Q1": RESULT}) == (Wanted("award", "praise", "2026-Q1", MOMENT, reasons, None, award),)


def test_a_result_that_is_not_final_meets_what_asks_for_imported_ones_only():
    imported = replace(RESULT, final=False)
    older = replace(PRAISE, code="older", imported=True)
    assert [one.reasons for one in evaluate([PRAISE, older], imported, {"2026-Q1": imported})] == [(Reason("older", "final", "baik"),)]
    assert [one.reasons for one in evaluate([older], RESULT, {"2026-Q1": RESULT})] == [(Reason("older", "final", "baik"),)]


def test_two_conditions_for_one_programme_make_one_proposal_with_the_terms_of_the_first():
    second = replace(PRAISE, code="second", bonus=1)
    found = evaluate([PRAISE, second, replace(second, code="other", kind="role")], RESULT, {"2026-Q1": RESULT})
    assert [(one.kind, one.programme, [reason.code for reason in one.reasons]) for one in found] == [
        ("award", "praise", ["good", "second"]), ("role", "praise", ["other"]),
    ]  # fmt: skip
    assert found[0].award == AwardTerms("praise", None, "2026", 750000) and found[1].award is None


def test_what_peers_say_is_a_condition_in_hundredths_of_a_point():
    summary = Summary(Q1, "sum-1", MOMENT, {"kerja_sama": Fraction(14, 3), "loyal": Fraction(5)})
    reasons = (Reason("peers", "sum-1", "1400/3"),)
    assert evaluate_peers([PRAISE, HEARD], summary) == (Wanted("mentor", "kerja-sama", "2026-Q1", MOMENT, reasons),)
    for means in ({"kerja_sama": Fraction(9, 2)}, {"loyal": Fraction(5)}):
        assert evaluate_peers([HEARD], replace(summary, means=means)) == ()


# --- beside those that stand ---

RULES = {"2026-Q1": Rules("r@1", (PRAISE, WARNING, COACHING, HEARD))}
NAME = "award-praise-2026-Q1"
PROPOSE = Propose("m1", NAME, "award", "praise", "2026-Q1", (Reason("good", "final", "baik"),), "r@1",
                  award=AwardTerms("praise", None, "2026", 750000))  # fmt: skip


def due(history: dict[str, Appraisal], *standing: Standing, rules: dict[str, Rules] = RULES, summaries: tuple[Summary, ...] = ()) -> list:
    return list(proposals_due("m1", history, summaries, rules, standing))


def test_a_result_is_proposed_once_with_the_terms_that_the_rule_says():
    assert due({"2026-Q1": RESULT}) == [PROPOSE]
    poor = replace(RESULT, predicate="kurang")
    (found,) = due({"2026-Q1": poor})
    assert (found.sanction, found.award) == (SanctionTerms("written-warning", "light", "warning", None, None, LAW), None)
    assert due({"2026-Q1": RESULT}, rules={}) == due({}) == []
    unruled = replace(RESULT, period=Period.parse("2025"))
    assert due({"2025": unruled, "2026-Q1": RESULT}) == [PROPOSE], "a period without rules is passed over"


def test_what_stands_open_is_proposed_again_and_the_aggregate_keeps_equals_apart():
    open_ = Standing(NAME, "award", "praise", ("good",), "proposed")
    assert due({"2026-Q1": RESULT}, open_) == [PROPOSE]
    assert due({"2026-Q1": replace(RESULT, predicate="cukup")}, open_) == [Withdraw("m1", NAME, ("good",))]
    assert due({"2026-Q1": RESULT}, replace(open_, status="approved")) == []
    assert due({"2026-Q1": RESULT}, replace(open_, status="withdrawn")) == [PROPOSE]


@pytest.mark.parametrize(("ended", "again"), [(MOMENT - timedelta(seconds=1), True), (MOMENT, False), (MOMENT + timedelta(1), False)])
def test_what_was_rejected_answers_what_was_known_by_then(ended: datetime, again: bool):
    rejected = Standing(NAME, "award", "praise", ("good",), "rejected", ended)
    assert due({"2026-Q1": RESULT}, rejected) == ([PROPOSE] if again else [])


def test_an_award_of_one_period_does_not_answer_another_and_a_coaching_does():
    other = Standing("award-praise-2025-Q4", "award", "praise", ("good",), "approved")
    assert due({"2026-Q1": RESULT}, other) == [PROPOSE]
    weak = with_scores(Score("behaviour", "adaptif", "below", None, "e1"), predicate="cukup")
    running = Standing("coaching-adaptif-2025-Q4", "coaching", "adaptif", ("weak",), "approved")
    assert due({"2026-Q1": weak}, running) == []
    assert [one.proposal for one in due({"2026-Q1": weak}, replace(running, programme="loyal"))] == ["coaching-adaptif-2026-Q1"]
    assert [one.proposal for one in due({"2026-Q1": weak}, replace(running, kind="mentor"))] == ["coaching-adaptif-2026-Q1"]


def test_periods_count_in_order_of_their_ends_and_the_first_brings_the_measure():
    score = Score("behaviour", "adaptif", "below", None, "e1")
    weak = with_scores(score, predicate="cukup")
    march, q1 = replace(weak, period=Period.parse("2026-03")), weak
    rules = dict.fromkeys(("2026-03", "2026-Q1", "2026-04", "2025"), RULES["2026-Q1"])
    april, year = replace(weak, period=Period.parse("2026-04")), replace(weak, period=Period.parse("2025"))
    for history, first in (
        ({"2026-04": april, "2026-03": march}, "2026-03"),
        ({"2026-03": march, "2026-Q1": q1}, "2026-Q1"),
        ({"2026-03": march, "2025": year}, "2025"),
    ):
        assert [one.proposal for one in due(history, rules=rules)] == [f"coaching-adaptif-{first}"]


def test_peers_and_the_assessor_find_one_proposal_by_what_was_known_first():
    summary = Summary(Q1, "sum-1", MOMENT, {"kerja_sama": Fraction(5)})
    (alone,) = due({}, summaries=(summary, replace(summary, period=YEAR)))
    assert alone == Propose("m1", "mentor-kerja-sama-2026-Q1", "mentor", "kerja-sama", "2026-Q1", (Reason("peers", "sum-1", "500"),), "r@1")
    both = {"2026-Q1": Rules("r@1", (Condition("strong", PredicateIs(("baik",), 1), "mentor", "kerja-sama"), HEARD))}
    (found,) = due({"2026-Q1": RESULT}, rules=both, summaries=(summary,))
    assert found.reasons == (Reason("strong", "final", "baik"),)


def test_what_answers_its_own_name_only_is_brought_to_what_is_wanted():
    standing = [
        Standing("a", "sanction", "x", ("c1", "c2"), "proposed"), Standing("b", "sanction", "x", ("c3",), "approved"),
        Standing(NAME, "award", "praise", (), "proposed"),
    ]  # fmt: skip
    assert list(brought_to("m1", {NAME: PROPOSE}, standing)) == [Withdraw("m1", "a", ("c1", "c2")), PROPOSE]
    assert list(lapsed("m1", standing)) == [Withdraw("m1", "a", ("in-service",)), Withdraw("m1", NAME, ("in-service",))]


# --- the proposal itself ---

PROPOSED = DevelopmentProposed(**vars(PROPOSE))
DECIDE = Decide("m1", NAME, "approved", "800/1", "boss")


def test_a_proposal_lives_from_its_facts_to_the_decision():
    withdrawn = DevelopmentWithdrawn("m1", NAME, ("good",))
    given(PROPOSAL).when(PROPOSE).then(PROPOSED)
    given(PROPOSAL, PROPOSED).when(PROPOSE).then()
    given(PROPOSAL, PROPOSED).when(replace(PROPOSE, rule_set="r@2")).then(replace(PROPOSED, rule_set="r@2"))
    assert PROPOSAL.decider.state([PROPOSED, withdrawn]) == ProposalState("withdrawn", PROPOSED)
    assert PROPOSED.rule_kind == "development"
    assert given(PROPOSAL).when(replace(PROPOSE, rule_kind="awards")).events[0].rule_kind == "awards"
    given(PROPOSAL, PROPOSED).when(Withdraw("m1", NAME, ("good",))).then(withdrawn)
    given(PROPOSAL, PROPOSED, withdrawn).when(Withdraw("m1", NAME, ("good",))).then()
    given(PROPOSAL, PROPOSED, withdrawn).when(PROPOSE).then(PROPOSED)
    for outcome in ("approved", "rejected"):
        decided = DevelopmentDecided("m1", NAME, outcome, "800/1", "boss")
        given(PROPOSAL, PROPOSED, "something else").when(replace(DECIDE, outcome=outcome)).then(decided)
        given(PROPOSAL, PROPOSED, decided).when(PROPOSE).then()
        given(PROPOSAL, PROPOSED, decided).when(Withdraw("m1", NAME, ())).then()
        given(PROPOSAL, PROPOSED, decided).when(DECIDE).then_refused("proposal-not-open")


@pytest.mark.parametrize(("past", "change", "found"), [
    ([], {}, ("unknown-proposal", 404)),
    ([PROPOSED], {"employee": "m2"}, ("unknown-proposal", 404)),
    ([PROPOSED], {"decided_by": "m1"}, ("own-proposal", 403)),
    ([PROPOSED], {"outcome": "perhaps"}, ("outcome", 422)),
    ([PROPOSED, DevelopmentWithdrawn("m1", NAME, ("good",))], {}, ("proposal-not-open", 409)),
])  # fmt: skip
def test_a_decision_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(PROPOSAL, *past).when(replace(DECIDE, **change)).refusal == found
