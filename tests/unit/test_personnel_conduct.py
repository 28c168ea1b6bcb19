"""Reward and discipline: the ladder of PP 94/2021 with its dated switch, awards by published criteria, recognition by surveys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.personnel.domain.award import AWARD, EVALUATION, Grant, OpenEvaluation
from services.personnel.domain.development import DEVELOPMENT, Complete
from services.personnel.domain.discipline import rung_for
from services.personnel.domain.sanction import SANCTION, Impose, Lift, counts, runs
from services.personnel.domain.terms import after_months, month_after
from services.personnel.events import AwardTerms, SanctionImposed, SanctionLifted, SanctionTerms
from services.personnel.service import SERVICE
from services.personnel.tables import LADDERS
from shared.kernel.refusal import Refused
from tests.support.deciding import given
from tests.support.personnel import Office

DISCIPLINE = {
    "ladder": "pp-94-2021",
    "basis": "PP 94/2021 Pasal 9-11",
    "allowance_cut": {"from": "2026-01-01", "basis": "Perwal Siulak 12/2025 Pasal 20", "substitute": "step_delay", "substitute_months": 12},
}
NO_BASIS = {"from": "2026-01-01", "substitute": "rank_delay", "substitute_months": 12}
OTHER_SUBSTITUTE = {"from": None, "substitute": "prison", "substitute_months": 12}
TWICE_IN_ROW = [{"code": "a", "days_in_row": 10, "from_days": 3, "level": "heavy", "effect": "dismissal"}]
WITH_A_HOLE = [
    {"code": "a", "from_days": 3, "to_days": 5, "level": "light", "effect": "warning"},
    {"code": "b", "from_days": 7, "to_days": None, "level": "heavy", "effect": "dismissal"},
]
MISSED = {"target": {"indicator": "birth-certificate-hours", "achievement_under_percent": "50"}}
SERVICE_TIME = {
    "conditions": [
        {
            "code": "service-time-missed",
            "when": MISSED,
            "propose": {"kind": "sanction", "programme": "written-warning", "basis": "Perwal Sawahlunto 33/2025 Pasal 7"},
        }
    ]
}
AWARDS = {
    "awards": [
        {
            "award": "pegawai-teladan",
            "to": "employee",
            "bonus": 2500000,
            "predicate_at_least": "baik",
            "order": ["predicate", "score", "attendance", "seniority"],
            "days_absent_at_most": 0,
            "minutes_at_most": 60,
        },
        {"award": "tim-terbaik", "to": "unit", "predicate_at_least": "baik", "order": ["predicate", "survey"], "members_at_least": 2},
    ],
    "recognition": {"rise_at_least": "2.5", "trained_in": ["posyandu"], "in_unit": True},
}


# --- the ladder ---


@pytest.mark.parametrize(("days", "code", "level", "months"), [
    (2, None, None, None), (3, "oral-warning", "light", None), (4, "written-warning", "light", None), (6, "written-warning", "light", None),
    (7, "written-dissatisfaction", "light", None), (10, "written-dissatisfaction", "light", None), (11, "allowance-cut-6", "medium", 6),
    (13, "allowance-cut-6", "medium", 6), (14, "allowance-cut-9", "medium", 9), (17, "allowance-cut-12", "medium", 12),
    (20, "allowance-cut-12", "medium", 12), (21, "demotion-12", "heavy", 12), (25, "post-release-12", "heavy", 12),
    (28, "dismissal", "heavy", None), (200, "dismissal", "heavy", None),
])  # fmt: skip
def test_pp_94_2021_art_9_to_11_the_rung_that_a_years_days_reach(days: int, code: str | None, level: str | None, months: int | None):
    rung = rung_for(days, 0, LADDERS["pp-94-2021"])
    assert (rung.code, rung.level, rung.months) == (code, level, months) if rung else code is None


@pytest.mark.parametrize(("days", "row", "code"), [
    (9, 9, "written-dissatisfaction"), (10, 9, "written-dissatisfaction"), (10, 10, "dismissal-in-row"), (14, 11, "dismissal-in-row"),
    (3, 10, "dismissal-in-row"), (30, 9, "dismissal"),
])  # fmt: skip
def test_pp_94_2021_art_11_ten_working_days_in_a_row_reach_dismissal_whatever_the_year_sums_to(days: int, row: int, code: str):
    rung = rung_for(days, row, LADDERS["pp-94-2021"])
    assert rung.code == code and (rung.level, rung.effect) == ("heavy", "dismissal") if row >= 10 else rung.code == code


def test_the_published_table_and_the_ladder_have_the_same_rungs():
    """The published table has ten rows: nine by the year's days, one by days in a row."""
    ladder = LADDERS["pp-94-2021"]
    assert [(rung.least, rung.most) for rung in ladder[:9]] == [
        (3, 3), (4, 6), (7, 10), (11, 13), (14, 16), (17, 20), (21, 24), (25, 27), (28, None),
    ]  # fmt: skip
    assert [(rung.in_row, rung.least, rung.most) for rung in ladder[9:]] == [(10, None, None)]


def test_ten_days_in_a_row_propose_dismissal_and_a_corrected_month_takes_it_back():
    """The run began in January with four days and ended in February with six."""
    office = Office()
    office.person("m1")
    office.attendance("m1", "2026-01", days=4, row=4)
    assert office.open() == {"m1/sanction-absence-written-warning-2026"}
    office.attendance("m1", "2026-02", days=6, row=10)
    assert office.open() == {"m1/sanction-absence-dismissal-in-row-2026"}
    row = office.proposal("m1/sanction-absence-dismissal-in-row-2026")
    assert [(one["code"], one["found"]) for one in row["reasons"]] == [("days-in-row", "10"), ("days-absent", "4"), ("days-absent", "6")]
    assert (row["sanction"]["effect"], row["sanction"]["level"]) == ("dismissal", "heavy")
    office.attendance("m1", "2026-02", days=6, row=6)
    assert office.open() == {"m1/sanction-absence-written-dissatisfaction-2026"}


@pytest.mark.parametrize(("days", "row"), [(0, 1), (3, 0), (3, 367), (2, -1)])
def test_days_in_a_row_that_cannot_be_are_refused(days: int, row: int):
    office = Office()
    office.person("m1")
    with pytest.raises(Refused) as refused_:
        office.attendance("m1", "2026-01", days=days, row=row)
    assert refused_.value.code == "attendance-figure"


def test_days_absent_in_a_year_before_merit_propose_the_cut_that_a_local_regulation_allows():
    office = Office()
    office.rules("discipline", DISCIPLINE)
    office.person("s1")
    office.year_absence("s1", "2025", 12)
    row = office.proposal("s1/sanction-absence-allowance-cut-6-2025")
    assert row["sanction"] == {
        "kind": "allowance-cut-6", "level": "medium", "effect": "allowance_cut", "percent": 25, "months": 6,
        "basis": "Perwal Siulak 12/2025 Pasal 20",
    }  # fmt: skip
    assert [(one["code"], one["found"]) for one in row["reasons"]] == [("days-absent", "12")]


def test_pp_94_2021_art_42_without_such_a_regulation_a_substitute_stands():
    office = Office()
    office.person("s1")
    office.year_absence("s1", "2025", 12)
    (key,) = office.open()
    terms = office.proposal(key)["sanction"]
    assert (terms["effect"], terms["percent"], terms["months"]) == ("rank_delay", None, 12)


def test_the_switch_is_dated():
    office = Office()
    later = DISCIPLINE | {"allowance_cut": DISCIPLINE["allowance_cut"] | {"from": "2026-07-01"}}
    office.rules("discipline", later)
    office.person("s1")
    office.year_absence("s1", "2025", 12)
    assert office.proposal("s1/sanction-absence-allowance-cut-6-2025")["sanction"]["effect"] == "step_delay"
    office.at(2026, 7, 1).attendance("s1", "2025-12")
    assert office.proposal("s1/sanction-absence-allowance-cut-6-2025")["sanction"]["effect"] == "allowance_cut"


def test_days_cumulate_and_the_open_proposal_climbs_while_a_decided_one_stays():
    office = Office()
    office.person("m1")
    office.attendance("m1", "2026-01", days=3)
    assert office.open() == {"m1/sanction-absence-oral-warning-2026"}
    office.attendance("m1", "2026-02", days=1)
    assert office.open() == {"m1/sanction-absence-written-warning-2026"}
    assert office.proposal("m1/sanction-absence-oral-warning-2026")["status"] == "withdrawn"
    office.decide("m1", "sanction-absence-written-warning-2026")
    office.attendance("m1", "2026-03", days=4)
    assert office.open() == {"m1/sanction-absence-written-dissatisfaction-2026"}
    assert office.proposal("m1/sanction-absence-written-warning-2026")["status"] == "approved"


def test_a_corrected_attendance_withdraws_the_proposal_and_another_year_counts_anew():
    office = Office()
    office.person("m1")
    office.attendance("m1", "2025-12", days=2)
    office.attendance("m1", "2026-01", days=2)
    assert office.open() == set()
    office.attendance("m1", "2026-02", days=1)
    assert office.open() == {"m1/sanction-absence-oral-warning-2026"}
    office.attendance("m1", "2026-02", days=0)
    assert office.open() == set()


def missed(office: Office, period: str, percent: str) -> tuple[str, str]:
    """The score of the target in a quarter under the numeric regime and the final result: the ids of both facts."""
    score = office.score("w2", period, "target", "median-akta", percent, percent, scheme="numeric")
    return score.id, office.final("w2", period, "butuh_perbaikan", "83.79").id


def test_a_local_rule_proposes_a_written_warning_for_each_quarter_that_missed_the_service_time():
    office = Office()
    office.rules("development", SERVICE_TIME)
    office.person("w2")
    office.target("w2", "median-akta", "birth-certificate-hours")
    score, final = missed(office, "2026-Q1", "36000/1147")
    (key,) = office.open()
    row = office.proposal(key)
    assert key == "w2/sanction-written-warning-2026-Q1"
    assert row["sanction"] == {
        "kind": "written-warning", "level": "light", "effect": "warning", "percent": None, "months": None,
        "basis": "Perwal Sawahlunto 33/2025 Pasal 7",
    }  # fmt: skip
    assert [(one["event"], one["found"]) for one in row["reasons"]] == [(score, "36000/1147"), (final, "butuh_perbaikan")]
    office.decide("w2", "sanction-written-warning-2026-Q1")
    missed(office, "2026-Q2", "50")
    assert office.open() == set()
    missed(office, "2026-Q3", "49.99")
    assert office.open() == {"w2/sanction-written-warning-2026-Q3"}


def test_pp_94_2021_does_not_reach_a_pppk():
    office = Office()
    office.person("m2", kind="PPPK", rank="IX")
    office.attendance("m2", "2026-01", days=12)
    assert office.open() == set()


TERMS = SanctionTerms("allowance-cut-6", "medium", "allowance_cut", 25, 6, "PP 94/2021 Pasal 11")
IMPOSE = Impose("s1", "allowance-cut-6-2025", TERMS, date(2026, 4, 1), date(2026, 9, 30), "860/1")
IMPOSED = SanctionImposed(
    "s1", "allowance-cut-6-2025", "allowance-cut-6", "medium", "allowance_cut", 25, date(2026, 4, 1), date(2026, 9, 30),
    "PP 94/2021 Pasal 11", "860/1",
)  # fmt: skip
LIFT = Lift("s1", "allowance-cut-6-2025", date(2026, 7, 1), "860/2", "boss")


def test_a_sanction_is_imposed_and_lifted_once_within_its_term_by_another():
    given(SANCTION).when(IMPOSE).then(IMPOSED)
    given(SANCTION, IMPOSED).when(IMPOSE).then()
    lifted = SanctionLifted("s1", "allowance-cut-6-2025", date(2026, 7, 1), "860/2")
    given(SANCTION, IMPOSED).when(LIFT).then(lifted)
    given(SANCTION, IMPOSED, lifted).when(LIFT).then()
    assert given(SANCTION, IMPOSED, lifted).when(replace(LIFT, document="860/3")).refused.code == "sanction-lifted"
    assert given(SANCTION, IMPOSED).when(replace(LIFT, decided_by="s1")).refused.status == 403
    assert given(SANCTION).when(LIFT).refused.status == 404
    for wrong in (date(2026, 3, 31), date(2026, 10, 1)):
        assert given(SANCTION, IMPOSED).when(replace(LIFT, on=wrong)).refused.code == "lifting-date"
    assert given(SANCTION).when(replace(IMPOSE, until=date(2026, 3, 31))).refused.code == "sanction-term"


def test_a_lifting_has_effect_from_its_own_day_and_one_on_the_first_day_lifts_it_whole():
    began, last = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 9, 30, tzinfo=UTC)
    day, lifted = timedelta(days=1), datetime(2026, 7, 1, tzinfo=UTC)
    assert [runs(IMPOSED, began, None, now) for now in (began - day, began, last, last + day)] == [False, True, True, False]
    assert [runs(IMPOSED, began, lifted, now) for now in (lifted - day, lifted, lifted + day)] == [True, False, False]
    first, second = (SanctionLifted("s1", IMPOSED.sanction, date(2026, 4, number), "860/2") for number in (1, 2))
    assert [counts(IMPOSED, one, date(2026, 1, 1)) for one in (None, first, second)] == [True, False, True]
    assert [counts(IMPOSED, None, after) for after in (date(2026, 9, 30), date(2026, 10, 1))] == [True, False]
    for edge in (IMPOSED.since, IMPOSED.until):
        assert [event.on for event in given(SANCTION, IMPOSED).when(replace(LIFT, on=edge)).events] == [edge]


def test_a_term_of_six_months_from_april_ends_with_september():
    assert after_months(date(2026, 4, 1), 6) - timedelta(days=1) == date(2026, 9, 30)
    assert after_months(date(2026, 8, 31), 6) == date(2027, 3, 1)
    assert month_after(date(2026, 12, 31)) == date(2027, 1, 1)


# --- awards of a year ---


def full_year(office: Office, employee: str, predicate: str, days: int = 0, minutes: int = 0, **person: Any) -> None:
    office.person(employee, **person)
    office.final(employee, "2026", predicate)
    for month in range(1, 13):
        office.attendance(employee, f"2026-{month:02d}", days=days if month == 6 else 0, minutes=minutes if month == 6 else 0)


def test_the_years_best_by_published_criteria_is_proposed_with_reasons():
    office = Office().at(2027, 1, 20)
    office.rules("awards", AWARDS)
    full_year(office, "w1", "sangat_baik")
    full_year(office, "w2", "baik")
    full_year(office, "w3", "sangat_baik", minutes=61)
    full_year(office, "w4", "sangat_baik", days=1)
    office.person("w5")
    office.final("w5", "2026", "sangat_baik")
    assert not any("award" in key for key in office.open()), "nothing is evaluated before HR asks"
    office.do(EVALUATION, OpenEvaluation("pegawai-teladan", "2026"))
    assert office.open() == {"w1/award-pegawai-teladan-2026"}
    row = office.proposal("w1/award-pegawai-teladan-2026")
    assert row["award"] == {"award": "pegawai-teladan", "unit": None, "year": "2026", "bonus": 2500000}
    assert [(one["code"], one["found"]) for one in row["reasons"]] == [
        ("predicate", "sangat_baik"), ("days-absent", "0"), ("minutes-late", "0"), ("no-sanction", "none"), ("seniority", "2012-03-01"),
    ]  # fmt: skip


def test_whom_a_correction_or_a_sanction_reaches_gives_way_to_the_next():
    office = Office().at(2027, 1, 20)
    office.rules("awards", AWARDS)
    full_year(office, "w1", "sangat_baik")
    full_year(office, "w2", "baik", since=date(2001, 3, 1))
    full_year(office, "w3", "baik")
    office.do(EVALUATION, OpenEvaluation("pegawai-teladan", "2026"))
    office.corrected("w1", "2026", "kurang")
    assert {key for key in office.open() if "teladan" in key} == {"w2/award-pegawai-teladan-2026"}
    office.sanction("w2", "light", date(2026, 5, 1), None, effect="warning")
    assert {key for key in office.open() if "teladan" in key} == {"w3/award-pegawai-teladan-2026"}


def test_equals_are_all_proposed_and_whom_an_official_passes_over_makes_room():
    office = Office().at(2027, 1, 20)
    office.rules("awards", AWARDS)
    for one in ("w1", "w2"):
        full_year(office, one, "sangat_baik")
    full_year(office, "w3", "baik")
    office.do(EVALUATION, OpenEvaluation("pegawai-teladan", "2026"))
    assert {key[:2] for key in office.open()} == {"w1", "w2"}
    for one in ("w1", "w2"):
        office.decide(one, "award-pegawai-teladan-2026", "rejected")
    assert office.open() == {"w3/award-pegawai-teladan-2026"}


def test_the_exact_score_decides_where_the_numeric_regime_has_one():
    office = Office().at(2027, 1, 20)
    office.rules("awards", {"awards": [AWARDS["awards"][0] | {"days_absent_at_most": None, "minutes_at_most": None}]})
    for one, scores in (("w1", ("100", "101", "100", "100")), ("w2", ("100", "301/3", "100", "101"))):
        office.person(one)
        for quarter, score in enumerate(scores, start=1):
            office.final(one, f"2026-Q{quarter}", "baik", score)
    office.do(EVALUATION, OpenEvaluation("pegawai-teladan", "2026"))
    assert office.open() == {"w2/award-pegawai-teladan-2026"}
    found = {one["code"]: one["found"] for one in office.proposal("w2/award-pegawai-teladan-2026")["reasons"]}
    assert found["score"] == "301/3"


def test_the_best_team_is_proposed_member_by_member_and_one_poor_result_leaves_it_out():
    office = Office().at(2027, 1, 20)
    office.rules("awards", AWARDS)
    for unit, people in (("dinkes", {"a1": "baik", "a2": "sangat_baik"}), ("dukcapil", {"b1": "sangat_baik", "b2": "kurang"}),
                         ("kominfo", {"c1": "sangat_baik"}), ("disdik", {"d1": "baik", "d2": "baik"})):  # fmt: skip
        for one, predicate in people.items():
            full_year(office, one, predicate, unit=unit)
    office.do(EVALUATION, OpenEvaluation("tim-terbaik", "2026"))
    proposed = {key for key in office.open() if "tim-terbaik" in key}
    assert proposed == {"a1/award-tim-terbaik-2026", "a2/award-tim-terbaik-2026"}
    row = office.proposal("a1/award-tim-terbaik-2026")
    assert row["award"]["unit"] == "dinkes" and {"code": "team-mean", "event": None, "found": "3.5"} in row["reasons"]


def test_the_survey_decides_between_equal_teams():
    office = Office().at(2027, 1, 20)
    office.rules("awards", AWARDS)
    for unit, people in (("dinkes", ("a1", "a2")), ("disdik", ("d1", "d2"))):
        for one in people:
            full_year(office, one, "baik", unit=unit)
    office.survey("dinkes", "2026-Q4", "81.25")
    office.survey("disdik", "2026-Q4", "84.10", "ppdb")
    office.do(EVALUATION, OpenEvaluation("tim-terbaik", "2026"))
    assert {key[:2] for key in office.open() if "tim-terbaik" in key} == {"d1", "d2"}


TEAM = AwardTerms("tim-terbaik", "dinkes", "2026", 0)
GRANT = Grant("a1", "award-tim-terbaik-2026", TEAM, 1500000, "2026-12", ("e1",), "800/9")


def test_a_bonus_names_the_month_that_pays_it():
    (granted,) = given(AWARD).when(GRANT).events
    assert (granted.bonus, granted.paid_with, granted.unit, granted.cites) == (1500000, "2026-12", "dinkes", ("e1",))
    given(AWARD, granted).when(GRANT).then()
    assert given(AWARD).when(replace(GRANT, bonus=0)).refused.code == "bonus-month"
    assert given(AWARD).when(replace(GRANT, paid_with="2026-Q4")).refused.code == "bonus-month"
    assert given(EVALUATION).when(OpenEvaluation("tim-terbaik", "2026-Q1")).refused.code == "award-year"


# --- recognition ---


def trained(office: Office, employee: str, result: str = "passed") -> None:
    office.do(DEVELOPMENT, Complete(employee, "posyandu", result, date(2026, 3, 20), date(2026, 12, 31), 8750))


def test_who_was_trained_is_recognised_when_the_units_index_rises_citing_both_surveys():
    office = Office()
    office.rules("awards", AWARDS)
    for one in ("p6", "p7", "p8"):
        office.person(one, unit="puskesmas")
    office.person("p9", unit="dinkes")
    trained(office, "p6")
    trained(office, "p7", "failed")
    trained(office, "p9")
    before = office.survey("puskesmas", "2026-Q1", "78.50")
    after = office.survey("puskesmas", "2026-Q2", "81.00")
    assert office.open() == {"p6/award-recognition-2026-Q2"}
    reasons = office.proposal("p6/award-recognition-2026-Q2")["reasons"]
    assert [(one["code"], one["event"], one["found"]) for one in reasons[:2]] == [
        ("survey-before", before.id, "78.5"), ("survey-after", after.id, "81"),
    ]  # fmt: skip
    assert (reasons[2]["code"], reasons[2]["found"]) == ("trained", "2026-03-20")


def test_a_smaller_rise_is_none_and_a_survey_published_anew_withdraws_it():
    office = Office()
    office.rules("awards", AWARDS)
    office.person("p6", unit="puskesmas")
    trained(office, "p6")
    office.survey("puskesmas", "2026-Q1", "78.50")
    office.survey("puskesmas", "2026-Q2", "80.99")
    assert office.open() == set()
    office.survey("puskesmas", "2026-Q2", "81.00")
    assert office.open() == {"p6/award-recognition-2026-Q2"}
    office.survey("puskesmas", "2026-Q1", "80.00")
    assert office.open() == set()
    office.survey("puskesmas", "2026-Q4", "90.00")
    assert office.open() == set(), "the period between is missing"


def test_the_training_may_be_known_after_the_surveys():
    office = Office()
    office.rules("awards", AWARDS)
    office.person("p6", unit="puskesmas")
    office.survey("puskesmas", "2026-Q2", "84")
    office.survey("puskesmas", "2026-Q1", "78")
    assert office.open() == set()
    trained(office, "p6")
    assert office.open() == {"p6/award-recognition-2026-Q2"}


# --- rules ---


@pytest.mark.parametrize(("kind", "wrong", "said"), [
    ("discipline", DISCIPLINE | {"ladder": "pp-53-2010"}, "ladder"),
    ("discipline", DISCIPLINE | {"ladder": WITH_A_HOLE}, "ladder"),
    ("discipline", DISCIPLINE | {"ladder": TWICE_IN_ROW}, "ladder"),
    ("discipline", DISCIPLINE | {"allowance_cut": NO_BASIS}, "allowance_cut"),
    ("discipline", DISCIPLINE | {"allowance_cut": OTHER_SUBSTITUTE}, "allowance_cut.substitute"),
    ("discipline", DISCIPLINE | {"basis": "custom"}, "basis"),
    ("awards", {"awards": [AWARDS["awards"][0] | {"order": ["charm"]}]}, "awards[0].order"),
    ("awards", {"awards": [AWARDS["awards"][0], AWARDS["awards"][0]]}, "awards"),
    ("awards", {"awards": [], "recognition": {"rise_at_least": "0"}}, "recognition.rise_at_least"),
    ("awards", {"awards": [AWARDS["awards"][1] | {"order": ["seniority"]}]}, "awards[0].order"),
])  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_and_say_where(kind: str, wrong: dict, said: str):
    with pytest.raises(Refused) as caught:
        SERVICE.check_rules[kind](wrong)
    assert (caught.value.status, caught.value.code) == (422, "invalid-rule-set") and caught.value.expected.startswith(said)
    SERVICE.check_rules["discipline"](DISCIPLINE)
    SERVICE.check_rules["awards"](AWARDS)
