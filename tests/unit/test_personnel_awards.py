"""Awards of a year by published criteria, and recognition by a survey's rise: the rules as read, who is first, and with which reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.award import AWARD, EVALUATION, Grant, OpenEvaluation
from services.personnel.domain.awards import (
    Attendance,
    AwardRules,
    AwardsBook,
    Person,
    RecognitionRules,
    Rise,
    Survey,
    Winner,
    check_awards,
    mean_score,
    read_awards,
    rises,
    winners,
)
from services.personnel.domain.results import Appraisal, at_least, mean_order, written, year_results
from services.personnel.events import AwardEvaluationOpened, AwardGranted, AwardTerms, Reason
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.deciding import given, wrong_setting

# --- the rules as read ---

LEAST = {"award": "teladan", "to": "employee", "predicate_at_least": "baik", "order": ["predicate"]}
FULL = {
    "award": "tim", "to": "unit", "winners": 100, "bonus": 10**10, "predicate_at_least": "sangat_baik",
    "order": ["survey", "attendance", "score", "predicate"], "days_absent_at_most": 366, "minutes_at_most": 10**6, "no_sanction": False,
    "imported": True, "employments": ["PPPK"], "members_at_least": 1000,
}  # fmt: skip
RECOGNITION = {"rise_at_least": "2.5"}


def test_an_award_with_nothing_but_what_it_must_say_and_one_at_every_limit():
    least = AwardRules("teladan", "employee", 1, 0, "baik", ("predicate",), None, None, True, False, ("PNS", "CPNS", "PPPK"), 2)
    order = ("survey", "attendance", "score", "predicate")
    full = AwardRules("tim", "unit", 100, 10**10, "sangat_baik", order, 366, 10**6, False, True, ("PPPK",), 1000)
    book = read_awards({"awards": [LEAST, FULL]})
    assert book == AwardsBook((least, full), None)
    assert (book.of("tim"), book.of("teladan"), book.of("other")) == (full, least, None)
    lowest = {"winners": 1, "bonus": 0, "days_absent_at_most": 0, "minutes_at_most": 0, "members_at_least": 1}
    (found,) = read_awards({"awards": [LEAST | lowest]}).awards
    assert found == replace(least, days_absent=0, minutes=0, members=1)


def test_a_recognition_with_nothing_but_its_rise_and_one_with_all():
    assert read_awards({"awards": [], "recognition": RECOGNITION}).recognition == RecognitionRules(
        "recognition", 0, Fraction(5, 2), (), True
    )
    full = RECOGNITION | {"bonus": 10**10, "trained_in": ["posyandu", "akta"], "in_unit": False}
    found = RecognitionRules("recognition", 10**10, Fraction(5, 2), ("posyandu", "akta"), False)
    assert read_awards({"awards": [], "recognition": full}).recognition == found
    assert read_awards({"awards": [], "recognition": RECOGNITION | {"trained_in": []}}).recognition.trained_in == ()


@pytest.mark.parametrize(("wrong", "place"), [
    *(({"awards": [LEAST | {name: value}]}, f"awards[0].{name}") for name, value in (
        ("award", "two.words"), ("to", "nation"), ("winners", 0), ("winners", 101), ("bonus", -1), ("bonus", 10**10 + 1),
        ("predicate_at_least", "bagus"), ("order", []), ("order", ["survey"]), ("order", ["predicate", "predicate"]),
        ("days_absent_at_most", -1), ("days_absent_at_most", 367), ("minutes_at_most", -1), ("minutes_at_most", 10**6 + 1),
        ("no_sanction", 1), ("imported", 1), ("employments", []), ("employments", ["THL"]), ("members_at_least", 0),
        ("members_at_least", 1001), ("surplus", 1),
    )),
    *(({"awards": [], "recognition": RECOGNITION | {name: value}}, f"recognition.{name}") for name, value in (
        ("rise_at_least", 0), ("rise_at_least", -1), ("bonus", -1), ("bonus", 10**10 + 1), ("trained_in", ["two.words"]),
        ("trained_in", ["a", "a"]), ("in_unit", 1), ("surplus", 1),
    )),
    ({"awards": [LEAST, LEAST]}, "awards"),
    ({"awards": [LEAST | {"award": "recognition"}]}, "awards"),
    ({"awards": [], "recognition": {}}, "recognition.rise_at_least"),
    ({}, "awards"),
])  # fmt: skip
def test_an_award_that_cannot_be_used_is_refused_with_its_place(wrong: dict[str, Any], place: str):
    for read in (read_awards, check_awards):
        with pytest.raises(Refused) as caught:
            read(wrong)
        assert wrong_setting(caught.value) == place


def test_a_rise_may_be_as_small_as_one_likes_and_published_rules_stay_readable():
    small = {"awards": [LEAST | {"surplus": 1}], "recognition": {"rise_at_least": "0.01"}}
    assert read_awards(small, published=True).recognition.rise == Fraction(1, 100)


# --- who is first ---

(RULES,) = read_awards({"awards": [LEAST]}).awards
TEAM = replace(RULES, award="tim", to="unit", bonus=500000)


def result(predicate: str = "baik", score: str | None = None, period: str = "2026") -> Appraisal:
    exact = None if score is None else Fraction(score)
    return Appraisal(Period.parse(period), predicate, f"final-{period}", datetime(2027, 1, 10, tzinfo=UTC), True, score=exact)


def person(employee: str = "w1", *predicates: str, **more: Any) -> Person:
    results = tuple(result(one) for one in predicates or ("baik",))
    there = Attendance(0, 0, f"att-{employee}")
    return replace(Person(employee, "PNS", "dinkes", results, there, (), date(2010, 1, 1)), **more)


def first(people: list[Person], rules: AwardRules = RULES, surveys: dict[str, Survey] | None = None, over: tuple[str, ...] = ()) -> list:
    return [one.employee for one in winners(rules, 2026, people, surveys or {}, over)]


def ranked(rules: AwardRules, *people: Person) -> list[str]:
    """Whose place is the first one, with more and more places."""
    return [first(list(people), replace(rules, winners=places))[-1] for places in range(1, len(people) + 1)]


def test_the_winner_comes_with_the_awards_terms_and_reasons():
    rules = replace(RULES, bonus=2500000)
    terms = AwardTerms("teladan", None, "2026", 2500000)
    reasons = (Reason("predicate", "final-2026", "baik"), Reason("no-sanction", None, "none"))
    assert winners(rules, 2026, [person()], {}, ()) == [Winner("w1", terms, reasons)]


def test_every_reason_that_the_rules_ask_for_and_none_that_they_do_not():
    one = person(attendance=Attendance(2, 45, "att"), results=(result(score="90.5"),))
    rules = replace(RULES, order=("predicate", "score", "attendance", "seniority"), no_sanction=False)

    def reasons(rules: AwardRules, who: Person = one) -> list[tuple]:
        (found,) = winners(rules, 2026, [who], {}, ())
        return [(reason.code, reason.event, reason.found) for reason in found.reasons]

    grade, score, days = ("predicate", "final-2026", "baik"), ("score", None, "90.5"), ("days-absent", "att", "2")
    minutes, since = ("minutes-late", "att", "45"), ("seniority", None, "2010-01-01")
    assert reasons(rules) == [grade, score, days, minutes, since]
    assert reasons(rules, replace(one, service_since=None)) == [grade, score, days, minutes]
    assert reasons(rules, replace(one, attendance=Attendance(2, None, "att"))) == [grade, score, days, since]
    assert reasons(rules, replace(one, attendance=None)) == [grade, score, since]
    assert reasons(rules, replace(one, results=(result(),))) == [grade, days, minutes, since]
    assert reasons(replace(rules, order=("predicate",))) == [grade]
    for asked in ({"days_absent": 2}, {"minutes": 45}):
        assert reasons(replace(rules, order=("predicate",), **asked)) == [grade, days, minutes]


@pytest.mark.parametrize(("rules", "who", "fits"), [
    ({}, {"employment": "PPPK"}, True),
    ({"employments": ("PNS",)}, {"employment": "PPPK"}, False),
    ({}, {"results": ()}, False),
    ({}, {"results": (result("butuh_perbaikan"),)}, False),
    ({}, {"results": (result("baik"), result("cukup"))}, False),
    ({"predicate": "cukup"}, {"results": (result("butuh_perbaikan"),)}, True),
    ({}, {"sanctions": ("s1",)}, False),
    ({"no_sanction": False}, {"sanctions": ("s1",)}, True),
    ({"days_absent": 3}, {"attendance": Attendance(3, None, "a")}, True),
    ({"days_absent": 3}, {"attendance": Attendance(4, 0, "a")}, False),
    ({"days_absent": 366}, {"attendance": None}, False),
    ({}, {"attendance": None}, True),
    ({"minutes": 60}, {"attendance": Attendance(9, 60, "a")}, True),
    ({"minutes": 60}, {"attendance": Attendance(0, 61, "a")}, False),
    ({"minutes": 10**6}, {"attendance": Attendance(0, None, "a")}, False),
    ({"minutes": 10**6}, {"attendance": None}, False),
])  # fmt: skip
def test_who_is_a_candidate_at_all(rules: dict[str, Any], who: dict[str, Any], fits: bool):
    assert first([person(**who)], replace(RULES, **rules)) == (["w1"] if fits else [])


def test_who_was_passed_over_makes_room():
    assert first([person("w1", "sangat_baik"), person("w2")], over=("w1",)) == ["w2"]


@pytest.mark.parametrize(("by", "better", "worse"), [
    ("predicate", {"results": (result("sangat_baik"), result("baik"))}, {"results": (result("baik"), result("baik"))}),
    ("score", {"results": (result(score="90"), result(score="91.1"))}, {"results": (result(score="90.5"),)}),
    ("score", {"results": (result(score="1"),)}, {"results": (result(score="99"), result())}),
    ("attendance", {"attendance": Attendance(1, 900, "a")}, {"attendance": Attendance(2, 0, "a")}),
    ("attendance", {"attendance": Attendance(1, 9, "a")}, {"attendance": Attendance(1, 10, "a")}),
    ("attendance", {"attendance": Attendance(1, None, "a")}, {"attendance": Attendance(1, 1, "a")}),
    ("attendance", {"attendance": Attendance(300, 9000, "a")}, {"attendance": None}),
    ("score", {"results": (result(score="0"),)}, {}),
    ("seniority", {"service_since": date(2009, 12, 31)}, {}),
    ("seniority", {"service_since": date(2024, 1, 1)}, {"service_since": None}),
])  # fmt: skip
def test_each_criterion_says_who_comes_first(by: str, better: dict[str, Any], worse: dict[str, Any]):
    rules = replace(RULES, order=(by,))
    people = person("w1", **worse), person("w2", **better)
    assert ranked(rules, *people) == ranked(rules, *reversed(people)) == ["w2", "w1"]


def test_the_first_criterion_decides_before_the_next():
    older = person("w1", service_since=date(2000, 1, 1))
    better = person("w2", "sangat_baik")
    assert ranked(replace(RULES, order=("predicate", "seniority")), older, better) == ["w2", "w1"]
    assert ranked(replace(RULES, order=("seniority", "predicate")), older, better) == ["w1", "w2"]


@for_all(
    st.lists(st.sampled_from(["sangat_baik", "baik", "butuh_perbaikan", "kurang"]), max_size=8),
    st.integers(min_value=1, max_value=4),
)
def test_equals_on_the_last_place_are_all_proposed(predicates: list[str], places: int):
    people = [person(f"w{number}", one) for number, one in enumerate(predicates)]
    fit = [one for one in people if at_least(one.results, "baik")]
    best = sorted(fit, key=lambda one: -mean_order(one.results))
    last = best[min(places, len(best)) - 1] if best else None
    expected = [one.employee for one in best if mean_order(one.results) >= mean_order(last.results)]
    assert first(people, replace(RULES, winners=places)) == expected


# --- teams ---


def test_a_team_wins_member_by_member_with_its_mean_and_its_survey():
    team = [person("a1", "sangat_baik"), person("a2"), person("b1", unit="disdik"), person("b2", unit="disdik")]
    survey = Survey(Fraction(169, 2), "survey-1")
    rules = replace(TEAM, order=("predicate", "survey"))
    terms = AwardTerms("tim", "dinkes", "2026", 500000)
    more = (Reason("no-sanction", None, "none"), Reason("team-mean", None, "3.5"))
    found = winners(rules, 2026, team, {"dinkes": survey}, ())
    assert found == [
        Winner("a1", terms, (Reason("predicate", "final-2026", "sangat_baik"), *more, Reason("survey", "survey-1", "84.5"))),
        Winner("a2", terms, (Reason("predicate", "final-2026", "baik"), *more, Reason("survey", "survey-1", "84.5"))),
    ]
    unasked = winners(replace(rules, order=("predicate",)), 2026, team, {"dinkes": survey}, ())
    assert [[reason.code for reason in one.reasons] for one in unasked] == [["predicate", "no-sanction", "team-mean"]] * 2
    assert [one.employee for one in winners(rules, 2026, team, {}, ())] == ["a1", "a2"]


@pytest.mark.parametrize(("changes", "wins"), [
    ({}, ["w1", "w2"]),
    ({"results": ()}, []),
    ({"sanctions": ("s1",)}, []),
    ({"unit": None}, []),
    ({"unit": "disdik"}, []),
    ({"employment": "CPNS"}, []),
])  # fmt: skip
def test_one_member_who_is_not_fit_leaves_the_team_out(changes: dict[str, Any], wins: list[str]):
    rules = replace(TEAM, employments=("PNS", "PPPK"))
    assert first([person("w1"), person("w2", **changes)], rules) == wins
    assert first([person("w1"), person("w2")], rules, over=("w2",)) == []
    assert first([person("w1"), person("w2"), person("w3", employment="CPNS", results=())], rules) == ["w1", "w2"]
    assert first([person("w1"), person("w2")], replace(rules, members=3)) == []


@pytest.mark.parametrize(("by", "better", "worse"), [
    ("predicate", {"results": (result("sangat_baik"),)}, {}),
    ("score", {"results": (result(score="90.1"),)}, {"results": (result(score="90"),)}),
    ("score", {"results": (result(score="2"),)}, {}),
    ("score", {"results": (result(score="0"),)}, {}),
    ("attendance", {"attendance": Attendance(0, 10, "a")}, {"attendance": Attendance(0, 12, "a")}),
    ("attendance", {"attendance": Attendance(200, 10, "a")}, {"attendance": None}),
])  # fmt: skip
def test_each_criterion_says_which_team_comes_first(by: str, better: dict[str, Any], worse: dict[str, Any]):
    rules = replace(TEAM, order=(by,), members=1)
    for high, low in (("dinkes", "disdik"), ("disdik", "dinkes")):
        team = [person("w1", unit=low, **worse), person("w2", unit=high, **better)]
        assert first(team, rules) == ["w2"]
        assert sorted(first(team, replace(rules, winners=2))) == ["w1", "w2"]


def test_a_teams_figures_are_means_of_its_members():
    rules, small, large = replace(TEAM, members=1), person("a1", unit="small"), [person("b1", unit="large"), person("b2", unit="large")]

    def absent(days: int, minutes: int) -> dict[str, Attendance]:
        return {"attendance": Attendance(days, minutes, "a")}

    for name, alone, together in (
        ("attendance", absent(2, 0), (absent(3, 30), absent(0, 30))),
        ("attendance", absent(1, 25), (absent(1, 40), absent(1, 0))),
        ("predicate", {}, ({"results": (result("sangat_baik"),)}, {})),
        ("score", {"results": (result(score="80"),)}, ({"results": (result(score="91"),)}, {"results": (result(score="70"),)})),
    ):  # fmt: skip
        team = [replace(small, **alone), *(replace(one, **more) for one, more in zip(large, together, strict=True))]
        assert first(team, replace(rules, order=(name,))) == ["b1", "b2"]
    alone = person("a1", unit="small", attendance=Attendance(90, 0, "a"))
    known = [person("b1", unit="large", attendance=None), person("b2", unit="large")]
    assert first([alone, *known], replace(rules, order=("attendance",))) == ["a1"]


def test_a_higher_index_comes_first_and_a_unit_without_a_survey_last():
    rules = replace(TEAM, order=("survey",), members=1)
    team = [person("a1", unit="a"), person("b1", unit="b"), person("c1", unit="c")]
    surveys = {"b": Survey(Fraction(80), "s1"), "c": Survey(Fraction(161, 2), "s2")}
    for known in (surveys, surveys | {"b": Survey(Fraction(0), "s1")}):
        assert [first(team, replace(rules, winners=places), known) for places in (1, 2, 3)] == [["c1"], ["c1", "b1"], ["c1", "b1", "a1"]]


def test_a_mean_score_needs_every_score():
    two = person(results=(result(score="90"), result(score="91")))
    assert mean_score([two, person(results=(result(score="1/3"),))]) == Fraction(544, 9)
    assert mean_score([person(results=(result(score="90"), result()))]) is None
    assert mean_score([person()]) is mean_score([]) is None


# --- a survey's rise ---


def test_a_rise_is_measured_from_one_period_to_the_next():
    rules = RecognitionRules("recognition", 0, Fraction(5, 2), (), True)
    indexes = {"2026-Q4": "80", "2026-Q1": "75", "2026-Q2": "77.5", "2025-Q4": "70", "2026-04": "99", "2026-Q3": "79.99"}
    published = {Period.parse(name): Survey(Fraction(index), f"s-{name}") for name, index in indexes.items()}

    def rise(before: str, after: str) -> Rise:
        first, second = Period.parse(before), Period.parse(after)
        return Rise("akta", second, published[first], published[second])

    assert rises("akta", published, rules) == [rise("2025-Q4", "2026-Q1"), rise("2026-Q1", "2026-Q2")]
    assert rises("akta", published, replace(rules, rise=Fraction(249, 100)))[-1] == rise("2026-Q2", "2026-Q3")
    names = ("2026-03", "2026-Q1", "2026-04", "2026-Q2")
    mixed = {Period.parse(name): Survey(Fraction(number), name) for number, name in reversed(list(enumerate(names)))}
    assert [str(one.period) for one in rises("akta", mixed, replace(rules, rise=Fraction(1)))] == ["2026-04", "2026-Q2"]


# --- evaluated and granted ---

TERMS = AwardTerms("tim", "dinkes", "2026", 500000)
GRANT = Grant("a1", "award-tim-2026", TERMS, 1500000, "2026-12", ("e1", "e2"), "800/9")
GRANTED = AwardGranted("a1", "award-tim-2026", "tim", "dinkes", "2026", 1500000, "2026-12", ("e1", "e2"), "800/9")


def test_an_award_is_granted_once_and_its_month_needs_a_bonus():
    given(AWARD).when(GRANT).then(GRANTED)
    given(AWARD, GRANTED, "something else").when(replace(GRANT, document="800/10")).then()
    unpaid = replace(GRANT, bonus=0, paid_with=None)
    given(AWARD).when(unpaid).then(replace(GRANTED, bonus=0, paid_with=None))
    given(AWARD).when(replace(GRANT, paid_with=None)).then(replace(GRANTED, paid_with=None))
    for wrong in ({"bonus": 0}, {"paid_with": "2026"}, {"paid_with": "2026-Q4"}):
        given(AWARD).when(replace(GRANT, **wrong)).then_refused("bonus-month", 422)
    given(AWARD).when(replace(GRANT, bonus=1)).then(replace(GRANTED, bonus=1))


def test_an_award_of_a_year_is_evaluated_once():
    opened = AwardEvaluationOpened("tim", "2026")
    given(EVALUATION).when(OpenEvaluation("tim", "2026")).then(opened)
    given(EVALUATION, opened).when(OpenEvaluation("tim", "2026")).then()
    for wrong in ("2026-Q1", "2026-04"):
        given(EVALUATION).when(OpenEvaluation("tim", wrong)).then_refused("award-year", 422)


# --- what a year came to ---


def history(*periods: str, final: bool = True) -> dict[str, Appraisal]:
    return {period: replace(result(period=period), final=final) for period in periods}


QUARTERS, MONTHS = [f"2026-Q{one}" for one in range(1, 5)], [f"2026-{one:02d}" for one in range(1, 13)]


def test_a_year_is_covered_by_its_own_result_or_all_its_quarters_or_all_its_months():
    def periods(known: dict[str, Appraisal], **more: Any) -> list[str]:
        return [str(one.period) for one in year_results(known, 2026, **more)]

    whole, quarters, months = history("2026"), history(*QUARTERS), history(*MONTHS)
    assert periods(whole | quarters | months) == ["2026"]
    assert periods(quarters | months) == QUARTERS and periods(months) == MONTHS
    for missing in QUARTERS:
        assert periods({name: one for name, one in quarters.items() if name != missing}) == []
    assert periods({name: one for name, one in months.items() if name != "2026-07"}) == []
    old = history("2026", final=False)
    assert (periods(old), periods(old, imported=False), periods(old | quarters, imported=False)) == (["2026"], [], QUARTERS)
    assert periods(history("2025", *QUARTERS[1:])) == []


def test_predicates_stand_in_their_order():
    ordered = ["sangat_kurang", "kurang", "butuh_perbaikan", "baik", "sangat_baik"]
    for place, one in enumerate(ordered):
        assert [at_least([result(one)], other) for other in ordered] == [number <= place for number in range(5)]
        assert mean_order([result(one), result("baik")]) == Fraction(place + 3, 2)
    assert at_least([result("cukup")], "butuh_perbaikan") and at_least([result("butuh_perbaikan")], "cukup")
    assert not at_least([], "sangat_kurang") and not at_least([result("baik"), result("kurang")], "baik")


@pytest.mark.parametrize(("value", "text"), [
    ("0", "0"), ("7", "7"), ("-7", "-7"), ("1/2", "0.5"), ("-1/2", "-0.5"), ("1/4", "0.25"), ("7/5", "1.4"), ("1/1000", "0.001"),
    ("-301/20", "-15.05"), ("1/3", "1/3"), ("-2/3", "-2/3"), ("1/6", "1/6"), ("1/70", "1/70"), ("905/10", "90.5"),
    ("1/1000000000000", "0.000000000001"), ("1/10000000000000", "1/10000000000000"), ("1/4096", "0.000244140625"), ("1/8192", "1/8192"),
    ("1/244140625", "0.000000004096"), ("12345/100", "123.45"), ("1/250", "0.004"),
])  # fmt: skip
def test_an_exact_number_is_written_as_a_decimal_where_it_ends(value: str, text: str):
    assert written(Fraction(value)) == text and Fraction(text) == Fraction(value)
