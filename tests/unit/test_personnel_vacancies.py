"""Talent and vacant posts: the rules as read, the box of a person, who is a candidate, in which order, and who is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.personnel.domain.ranking import Record, is_candidate, rank_candidates
from services.personnel.domain.results import Appraisal
from services.personnel.domain.talent import (
    POTENTIAL,
    TALENT,
    AssessPotential,
    Place,
    PotentialState,
    TalentRules,
    Unplace,
    WithdrawPotential,
    potential_for,
    read_talent,
)
from services.personnel.domain.vacancy import VACANCY, ChooseCandidate, OpenVacancy, ProposeCandidates
from services.personnel.events import (
    Candidate,
    Excluded,
    PostDecided,
    PostProposed,
    PotentialAssessed,
    PotentialWithdrawn,
    Reason,
    TalentBoxPlaced,
    TalentBoxWithdrawn,
    VacancyOpened,
)
from services.personnel.tables import BOXES
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.deciding import given, wrong_setting

TABLE = "permenpanrb-3-2020"
LEAST = {"table": TABLE, "above": ["sangat_baik"], "as": ["baik", "cukup"]}
RULES = TalentRules(BOXES[TABLE], ("sangat_baik",), ("baik", "cukup"), ("PNS",), (), None, 24, 4)


# --- the rules as read ---


def test_a_rule_set_with_nothing_but_what_it_must_say_and_one_at_every_limit():
    assert read_talent(LEAST, BOXES) == RULES
    full = {"employments": ["PNS", "PPPK"], "boxes": [9, 1], "classes_below_at_most": 16, "clean_record_months": 120, "results": 12}
    assert read_talent(LEAST | {"vacancies": full}, BOXES) == replace(
        RULES, employments=("PNS", "PPPK"), candidate_boxes=(9, 1), classes_below=16, clean_months=120, results=12
    )
    lowest = {"boxes": [], "classes_below_at_most": 0, "clean_record_months": 0, "results": 1}
    assert read_talent(LEAST | {"vacancies": lowest}, BOXES) == replace(RULES, classes_below=0, clean_months=0, results=1)


@pytest.mark.parametrize(("wrong", "place"), [
    *((LEAST | {name: value}, name) for name, value in (
        ("table", "own"), ("above", []), ("above", ["bagus"]), ("as", []), ("as", ["sangat_baik"]), ("surplus", 1),
    )),
    *((LEAST | {"vacancies": {name: value}}, f"vacancies.{name}") for name, value in (
        ("employments", []), ("boxes", [0]), ("boxes", [10]), ("boxes", [True]), ("boxes", ["9"]), ("boxes", 9), ("boxes", [9, 0]),
        ("classes_below_at_most", -1), ("classes_below_at_most", 17), ("clean_record_months", -1), ("clean_record_months", 121),
        ("results", 0), ("results", 13), ("surplus", 1),
    )),
    *(({other: value for other, value in LEAST.items() if other != name}, name) for name in LEAST),
])  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_with_their_place(wrong: dict[str, Any], place: str):
    with pytest.raises(Refused) as caught:
        read_talent(wrong, BOXES)
    assert wrong_setting(caught.value) == place


def test_what_was_published_stays_readable():
    assert read_talent(LEAST | {"surplus": 1}, BOXES, published=True) == RULES


def test_predicates_stand_on_three_steps_of_performance():
    found = [RULES.performance(one) for one in ("sangat_baik", "baik", "cukup", "butuh_perbaikan", "kurang")]
    assert found == ["above", "as", "as", "below", "below"]


# --- potential and box ---

ON, TODAY = date(2026, 3, 31), date(2026, 4, 1)
ASSESS = AssessPotential("p4", "high", "assessment-centre", ON, TODAY)
ASSESSED = PotentialAssessed("p4", "high", "assessment-centre", ON)


def test_an_assessment_is_recorded_once_and_a_later_word_for_its_day_corrects_it():
    low = replace(ASSESSED, value="low")
    given(POTENTIAL, "something else").when(ASSESS).then(ASSESSED)
    given(POTENTIAL, ASSESSED, replace(low, on=TODAY)).when(ASSESS).then()
    given(POTENTIAL, ASSESSED, low).when(ASSESS).then(ASSESSED)
    given(POTENTIAL, low).when(ASSESS).then(ASSESSED)
    given(POTENTIAL, ASSESSED).when(replace(ASSESS, on=TODAY)).then(replace(ASSESSED, on=TODAY))
    for value in ("low", "middle"):
        given(POTENTIAL).when(replace(ASSESS, value=value)).then(replace(ASSESSED, value=value))
    given(POTENTIAL).when(replace(ASSESS, value="great")).then_refused("potential", 422)
    given(POTENTIAL).when(replace(ASSESS, on=date(2026, 4, 2))).then_refused("potential-early", 422)


def test_an_assessment_entered_wrongly_is_withdrawn_once():
    withdraw, later = WithdrawPotential("p4", ON, "800/2"), replace(ASSESSED, on=TODAY)
    withdrawn = PotentialWithdrawn("p4", ON, "800/2")
    past = [ASSESSED, later, withdrawn]
    given(POTENTIAL, *past[:2]).when(withdraw).then(withdrawn)
    given(POTENTIAL, *past).when(withdraw).then()
    assert POTENTIAL.decider.state([*past, "something else"]) == PotentialState((later,), (withdrawn,))
    assert given(POTENTIAL, *past, ASSESSED).when(withdraw).events == [withdrawn], "what was entered anew is withdrawn anew"
    given(POTENTIAL, *past).when(ASSESS).then(ASSESSED)
    given(POTENTIAL, *past).when(replace(withdraw, on=TODAY)).then(replace(withdrawn, on=TODAY))
    for told in ([], [later], past[:2]):
        given(POTENTIAL, *told).when(replace(withdraw, on=date(2026, 1, 1))).then_refused("unknown-entry", 404)


def test_the_potential_of_a_period_is_that_of_its_end_or_else_the_first_after_it():
    days = [date(2025, 6, 1), ON, TODAY]
    assessed = [(f"e{number}", replace(ASSESSED, on=day)) for number, day in enumerate(days)]
    assert [potential_for(Period.parse(one), assessed)[0] for one in ("2025-Q1", "2025-Q2", "2026-Q1", "2026-Q2")] == [
        "e0",
        "e0",
        "e1",
        "e2",
    ]
    assert potential_for(Period.parse("2026"), []) is None


def test_a_person_is_placed_in_a_box_once():
    place = Place("p4", "2026-Q1", 9, "above", "high", ("e1", "e2"), "t@1")
    placed = TalentBoxPlaced("p4", "2026-Q1", 9, "above", "high", ("e1", "e2"), "t@1")
    given(TALENT).when(place).then(placed)
    given(TALENT, placed, "something else").when(place).then()
    out, empty = Unplace("p4", "2026-Q1"), TalentBoxWithdrawn("p4", "2026-Q1")
    given(TALENT, placed).when(out).then(empty)
    assert given(TALENT).when(out).events == given(TALENT, placed, empty).when(out).events == []
    given(TALENT, placed, empty).when(place).then(placed)
    given(TALENT, placed).when(replace(place, inputs=("e1", "e3"))).then(replace(placed, inputs=("e1", "e3")))


# --- who is a candidate, in which order ---

CRITERIA = ("box", "performance", "potential", "rank", "seniority")
OPENED = VacancyOpened("kabid", "dinkes", 10, "structural", True, CRITERIA)


def result(predicate: str, period: str = "2026-Q1") -> Appraisal:
    return Appraisal(Period.parse(period), predicate, f"e-{period}", datetime(2026, 4, 10, tzinfo=UTC), True)


def box(number: int = 8, potential: str = "high") -> TalentBoxPlaced:
    return TalentBoxPlaced("p", "2026-Q1", number, "as", potential, (), "t@1")


BASE = Record("p4", "PNS", "kasi", 9, box(), "box-1", (result("baik"),), "III/d", "rank-1", date(2010, 3, 1))


@pytest.mark.parametrize(("record", "rules", "fits"), [
    ({}, {}, True),
    ({"employment": "PPPK"}, {}, False), ({"employment": "PPPK"}, {"employments": ("PPPK",)}, True),
    ({"post": "kabid"}, {}, False), ({"post": None}, {}, True),
    ({"job_class": None}, {}, False), ({"job_class": 10}, {}, True), ({"job_class": 11}, {}, False),
    ({"job_class": 1}, {}, True), ({"job_class": 8}, {"classes_below": 2}, True), ({"job_class": 7}, {"classes_below": 2}, False),
    ({"job_class": 10}, {"classes_below": 0}, True), ({"job_class": 9}, {"classes_below": 0}, False),
    ({}, {"candidate_boxes": (7, 8)}, True), ({}, {"candidate_boxes": (7, 9)}, False),
])  # fmt: skip
def test_to_whom_the_post_is_open(record: dict[str, Any], rules: dict[str, Any], fits: bool):
    changed = replace(BASE, **record)
    assert is_candidate(changed, OPENED, replace(RULES, **rules)) is fits
    ranking, excluded = rank_candidates(OPENED, [changed], replace(RULES, **rules))
    assert ([one.employee for one in ranking], excluded) == (["p4"] if fits else [], ())


def test_a_place_comes_with_its_reasons_in_the_order_of_the_criteria():
    two = replace(BASE, results=(result("baik", "2025-Q4"), result("sangat_baik")))
    reasons = (
        Reason("box", "box-1", "8"), Reason("performance", "e-2025-Q4", "baik"), Reason("performance", "e-2026-Q1", "sangat_baik"),
        Reason("potential", "box-1", "high"), Reason("rank", "rank-1", "III/d"), Reason("seniority", "rank-1", "2010-03-01"),
    )  # fmt: skip
    assert rank_candidates(OPENED, [two], RULES) == ((Candidate("p4", 1, 8, reasons),), ())
    bare = replace(BASE, results=(), rank=None, rank_event=None, service_since=None)
    assert rank_candidates(OPENED, [bare], RULES)[0] == (Candidate("p4", 1, 8, (reasons[0], reasons[3])),)
    turned = replace(OPENED, criteria=("seniority", "box"))
    assert rank_candidates(turned, [two], RULES)[0] == (Candidate("p4", 1, 8, (reasons[5], reasons[0])),)


@pytest.mark.parametrize(("by", "better", "worse"), [
    ("box", {"box": box(9)}, {}),
    ("performance", {"results": (result("sangat_baik"), result("baik"))}, {}),
    ("performance", {"results": (result("sangat_kurang"),)}, {"results": ()}),
    ("potential", {}, {"box": box(potential="middle")}),
    ("potential", {"box": box(potential="middle")}, {"box": box(potential="low")}),
    ("rank", {"rank": "IV/a"}, {}),
    ("rank", {"rank": "I/a"}, {"rank": None}),
    ("rank", {"rank": "I/a"}, {"rank": "IX"}),
    ("seniority", {"service_since": date(2010, 2, 28)}, {}),
    ("seniority", {"service_since": date(2025, 1, 1)}, {"service_since": None}),
])  # fmt: skip
def test_each_criterion_says_who_comes_first(by: str, better: dict[str, Any], worse: dict[str, Any]):
    """The codes stand the other way round, so that only the criterion can put the better one first."""
    people = [replace(BASE, employee="p1", **worse), replace(BASE, employee="p2", **better)]
    for vacancy in (replace(OPENED, criteria=(by,)), replace(OPENED, criteria=(by, *(one for one in CRITERIA if one != by)))):
        ranking, _ = rank_candidates(vacancy, people, RULES)
        assert [(one.employee, one.place, one.box) for one in ranking] == [("p2", 1, people[1].box.box), ("p1", 2, people[0].box.box)]


def test_a_pppks_golongan_is_another_ladder_and_counts_as_no_rank():
    people = [replace(BASE, employee="p1", rank=None), replace(BASE, employee="p2", rank="IX"), replace(BASE, employee="p3", rank=None)]
    ranking, _ = rank_candidates(replace(OPENED, criteria=("rank",)), people, RULES)
    assert [one.employee for one in ranking] == ["p1", "p2", "p3"]


@for_all(st.permutations(["p1", "p2", "p3", "p4"]))
def test_equals_stand_in_the_order_of_their_codes_and_who_was_sanctioned_apart(order: list[str]):
    kept = (("s1", "cut-6"), ("s2", "demotion"))
    people = [replace(BASE, employee=one, sanctions=kept if one in ("p2", "p4") else ()) for one in order]
    ranking, excluded = rank_candidates(OPENED, people, RULES)
    assert [(one.employee, one.place) for one in ranking] == [("p1", 1), ("p3", 2)]
    reasons = (Reason("sanction", "s1", "cut-6"), Reason("sanction", "s2", "demotion"))
    assert excluded == (Excluded("p2", reasons), Excluded("p4", reasons))
    assert rank_candidates(OPENED, [replace(one, job_class=11) for one in people], RULES) == ((), ())


# --- the vacancy ---

OPEN = OpenVacancy("kabid", "dinkes", 10, "structural", True, CRITERIA)
RANKING = (Candidate("p4", 1, 9, ()), Candidate("p5", 2, 8, ()))
EXCLUDED = (Excluded("p6", (Reason("sanction", "s1", "cut-6"),)),)
PROPOSE = ProposeCandidates("kabid", RANKING, EXCLUDED, "t@1")
PROPOSED = PostProposed("kabid", "post-kabid-1", RANKING, "t@1", EXCLUDED)
CHOOSE = ChooseCandidate("kabid", "post-kabid-1", "p5", "821/5", date(2026, 7, 1), "boss")
DECIDED = PostDecided("p5", "post-kabid-1", "kabid", "821/5", date(2026, 7, 1))


@pytest.mark.parametrize(
    "change", [{"job_class": 1}, {"job_class": 17}, {"kind": "functional"}, {"kind": "executing"}, {"criteria": ("rank",)}]
)
def test_a_post_falls_vacant(change: dict[str, Any]):
    given(VACANCY, "something else").when(replace(OPEN, **change)).then(replace(OPENED, **change))


@pytest.mark.parametrize(("change", "code"), [
    ({"job_class": 0}, "job-class"), ({"job_class": 18}, "job-class"), ({"kind": "honorary"}, "position-kind"),
    ({"criteria": ()}, "vacancy-criteria"), ({"criteria": ("box", "charm")}, "vacancy-criteria"),
    ({"criteria": ("box", "box")}, "vacancy-criteria"),
])  # fmt: skip
def test_a_vacancy_that_cannot_be(change: dict[str, Any], code: str):
    given(VACANCY).when(replace(OPEN, **change)).then_refused(code, 422)


def test_a_vacancy_is_opened_once_until_it_is_filled_and_counted():
    given(VACANCY, OPENED).when(OPEN).then()
    given(VACANCY, OPENED).when(replace(OPEN, unit="disdik")).then_refused("vacancy-open")
    filled = [OPENED, PROPOSED, DECIDED]
    given(VACANCY, *filled).when(OPEN).then(OPENED)
    given(VACANCY, *filled, OPENED).when(PROPOSE).then(replace(PROPOSED, proposal="post-kabid-2"))
    assert VACANCY.decider.state(filled).proposal == ""


def test_candidates_are_proposed_anew_when_the_ranking_changes():
    given(VACANCY, OPENED).when(PROPOSE).then(PROPOSED)
    assert (
        given(VACANCY, OPENED, PROPOSED).when(PROPOSE).events
        == given(VACANCY).when(PROPOSE).events
        == given(VACANCY, OPENED, PROPOSED, DECIDED).when(PROPOSE).events
        == []
    )
    nobody = replace(PROPOSE, ranking=(), excluded=())
    given(VACANCY, OPENED).when(nobody).then()
    given(VACANCY, OPENED, PROPOSED).when(nobody).then(replace(PROPOSED, ranking=(), excluded=()))
    given(VACANCY, OPENED).when(replace(PROPOSE, ranking=())).then(replace(PROPOSED, ranking=()))
    given(VACANCY, OPENED).when(replace(PROPOSE, excluded=())).then(replace(PROPOSED, excluded=()))


@pytest.mark.parametrize(("past", "change", "found"), [
    ([], {}, ("proposal-not-open", 409)),
    ([OPENED], {}, ("proposal-not-open", 409)),
    ([PROPOSED], {"proposal": ""}, ("proposal-not-open", 409)),
    ([OPENED, PROPOSED], {"proposal": "post-kabid-2"}, ("proposal-not-open", 409)),
    ([OPENED, PROPOSED, DECIDED], {}, ("proposal-not-open", 409)),
    ([OPENED, PROPOSED], {"employee": "p6"}, ("no-candidate", 422)),
    ([OPENED, PROPOSED], {"employee": "p9"}, ("no-candidate", 422)),
    ([OPENED, PROPOSED], {"decided_by": "p4"}, ("own-record", 403)),
    ([OPENED, PROPOSED], {"decided_by": "p5"}, ("own-record", 403)),
    ([OPENED, PROPOSED], {"decided_by": "p6"}, ("own-record", 403)),
])  # fmt: skip
def test_a_choice_that_cannot_be(past: list, change: dict[str, Any], found: tuple[str, int]):
    assert given(VACANCY, *past).when(replace(CHOOSE, **change)).refusal == found


def test_one_of_the_ranking_is_chosen():
    given(VACANCY, OPENED, PROPOSED).when(CHOOSE).then(DECIDED)
    given(VACANCY, OPENED, PROPOSED).when(replace(CHOOSE, employee="p4")).then(replace(DECIDED, employee="p4"))
