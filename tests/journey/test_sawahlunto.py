"""Sawahlunto's year: hours instead of days, scores in numbers that everybody can follow, one warning, and lines that never exceed B."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scenario.sawahlunto import SAWAHLUNTO
from tests.support.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]

HR = ("w13", "hr")
B = 3_086_335
"""Class 7. 70 % are 2,160,434.5 and 30 % are 925,900.5: both rounded up would pay one rupiah more than B."""
MONTHS = [f"2026-{number:02d}" for number in range(1, 13)]
QUARTERS = [f"2026-Q{number}" for number in range(1, 5)]


@pytest.fixture(scope="module")
def year(four_places: Year) -> Year:
    """Sawahlunto's part of the places that are played in one run."""
    return four_places.of("sawahlunto")


@pytest.mark.parametrize("month", MONTHS)
def test_w1s_lines_never_exceed_the_basic_amount(year: Year, month: str) -> None:
    row = year.row("W1", month)
    assert year.lines("W1", month) == {"performance": 2_160_435, "discipline": 925_900}
    assert (row["posted"], row["due"], row["adjustments"], row["paid"]) == (B, B, [], B)


def test_w1s_year_is_twelve_times_the_basic_amount_and_the_report_says_that_a_line_gave_way(year: Year) -> None:
    assert sum(year.row("W1", month)["paid"] for month in MONTHS) == 37_036_020
    assert "disiplin: 3.086.335 × 30 % = 925.900,5, dibulatkan 925.901, dibayar 925.900" in year.told
    assert "berjumlah 3.086.336, 1 rupiah di atas besaran dasar 3.086.335; baris terakhir memberi jalan" in year.told


def test_a_quarters_predicate_pays_the_next_quarter(year: Year) -> None:
    """W2 was Cukup (PP 30/2019; 80 % by Permenlu 3/2025 art. 15) in Q1, W6 in Q4 2025; each line is exact and rounded once."""
    assert year.lines("W2", "2026-03") == {"performance": 3_048_646, "discipline": 1_306_562}
    assert [year.row("W2", month)["paid"] for month in MONTHS[3:6]] == [2_438_916 + 1_306_562] * 3
    assert year.row("W2", "2026-07")["paid"] == 4_355_208
    assert year.lines("W6", "2026-02") == {"performance": 1_728_348, "discipline": 925_901}
    assert year.row("W6", "2026-04")["paid"] == B
    assert year.lines("W4", "2026-03") == {"performance": 2_160_435, "discipline": 898_123}


def test_the_median_fell_from_days_to_hours_and_the_chart_shows_it(year: Year) -> None:
    plan = year.get("appraisal", "/plans/w2/2026", *HR)
    [target] = [one for one in plan["targets"] if one["indicator"] == "birth-certificate-hours"]
    assert (target["direction"], target["value"]) == ("lower", "24")
    median = {one["month"]: Fraction(one["value"]) for one in plan["progress"] if one["target_id"] == target["target_id"]}
    assert min(median[month] for month in MONTHS[:4]) > 72 and median["2026-12"] == 5
    [trained] = [line for line in year.told.splitlines() if "◄" in line]
    assert trained.split()[:2] == ["Mei", "38,5"] and "│" in trained and trained.endswith("pelatihan intensif, 5 pegawai")


def test_everybody_sees_the_own_score_and_the_units_and_how_they_came_about(year: Year) -> None:
    for person, unit in SAWAHLUNTO.units().items():
        if person not in SAWAHLUNTO.lines():
            continue
        shown = year.get("appraisal", f"/units/{unit}/scores?period=2026-Q3", person)
        how, own = shown["own"]["how"], shown["own"]["judgement"]["score"]
        assert (how["scheme"], how["result_percent"], how["behaviour_percent"]) == ("numeric", 70, 30)
        assert 70 * Fraction(how["result"]) + 30 * Fraction(how["behaviour"]) == 100 * Fraction(own)
        assert shown["organisation_result"] and shown["aggregate"]["withheld"] is None and shown["aggregate"]["score_hundredths"]
    another = year.ask("GET", "appraisal", "/units/dukcapil/scores?period=2026-Q3", "w7")
    assert another.status_code == 403
    assert year.told.count("16 dari 16 pegawai") == len(QUARTERS)


def test_very_good_needs_a_new_way_beside_the_number(year: Year) -> None:
    found = [year.get("appraisal", f"/appraisals/w3/{period}", *HR) for period in QUARTERS]
    assert [one["predicate"] for one in found] == ["baik", "baik", "sangat_baik", "baik"]
    assert [Fraction(one["judgement"]["score"]) >= 110 for one in found] == [False, True, True, True]
    [idea] = [score for one in found for score in one["scores"] if score["what"] == "idea"]
    assert (idea["value"], idea["document"], idea["by"]) == ("yes", "470/INOV-01/2026", "superior")


def test_no_achievement_counts_more_than_120(year: Year) -> None:
    scores = year.get("appraisal", "/appraisals/w2/2026-Q4", *HR)["scores"]
    [median] = [one for one in scores if (one["what"], one["item"]) == ("target", "median-akta")]
    assert median["achievement_percent"] == "120"
    for row in year.get("appraisal", "/appraisals?limit=500", *HR)["items"]:
        assert all(Fraction(one["achievement_percent"]) <= 120 for one in row["scores"] if one["achievement_percent"])


def test_one_miss_brought_one_written_warning_with_the_facts_behind_it(year: Year) -> None:
    proposed = year.get("personnel", "/proposals?limit=500", *HR)["items"]
    [warning] = [row for row in proposed if row["kind"] == "sanction"]
    assert (warning["key"], warning["status"]) == ("w2/sanction-written-warning-2026-Q1", "approved")
    facts = {event["id"]: event for event in year.events}
    reached = facts[warning["reasons"][0]["event"]]
    assert reached["type"] == "merit.appraisal.ScoreSubmitted.v1" and Fraction(reached["data"]["achievement_percent"]) < 50
    assert facts[warning["reasons"][1]["event"]]["type"] == "merit.appraisal.AppraisalFinalized.v1"
    [imposed] = year.get("personnel", "/sanctions/w2", *HR)["items"]
    found = (imposed["kind"], imposed["level"], imposed["effect"], imposed["percent"], imposed["since"])
    assert found == ("written-warning", "light", "warning", None, "2026-04-24")
    assert "Perwal Sawahlunto 33/2025" in imposed["basis"]
    assert sum(event["type"] == "merit.personnel.SanctionImposed.v1" for event in year.events) == 1


def test_the_miss_led_to_the_training_of_everybody_along_the_way(year: Year) -> None:
    proposed = year.get("personnel", "/proposals?kind=training&limit=500", *HR)["items"]
    assert {row["employee"]: row["status"] for row in proposed} == dict.fromkeys(("w1", "w2", "w3", "w4", "w5"), "approved")
    [training] = year.get("appraisal", "/appraisals/w2/2026-Q2", *HR)["trainings"]
    assert (training["programme"], training["result"], training["completed_on"]) == ("pelatihan-intensif-akta", "passed", "2026-05-07")


def test_the_exemplary_employee_is_chosen_by_published_criteria_and_the_bonus_is_a_line(year: Year) -> None:
    awards = year.get("personnel", "/awards?year=2026", *HR)["items"]
    assert {(row["award"], row["employee"], row["bonus"]) for row in awards} == {
        ("pegawai-teladan", "w3", 2_500_000),
        ("certificate", "w3", 0),
    }
    [proposal] = [row for row in year.get("personnel", "/proposals?limit=500", *HR)["items"] if row["programme"] == "pegawai-teladan"]
    reasons = {one["code"]: one["found"] for one in proposal["reasons"]}
    assert (reasons["days-absent"], reasons["minutes-late"], reasons["no-sanction"]) == ("0", "0", "none")
    assert Fraction(reasons["score"]) > 110 and proposal["status"] == "approved"
    paid = year.get("payroll", "/allowances/w3/2027-01", "w14", "treasurer")
    assert [(line["name"], line["amount"]) for line in paid["lines"]][-1] == ("bonus", 2_500_000)
    assert paid["paid"] == 3_500_452 + 2_500_000


def test_citizens_said_so_and_their_complaint_was_followed(year: Year) -> None:
    index = {row["period"]: (row["index"], row["mutu"]) for row in year.get("feedback", "/surveys", *HR)["items"]}
    assert index == {"2026-Q1": ("70.14", "C"), "2026-Q4": ("94.44", "A")}
    [complaint] = year.get("feedback", "/complaints", *HR)["items"]
    [item] = year.get("appraisal", "/improvement-items", *HR)["items"]
    assert complaint["founded"] and complaint["in_time"] and (item["status"], item["unit"]) == ("closed", "dukcapil")
