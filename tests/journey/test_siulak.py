"""Siulak's year: a cut, a correction and what comes back of it, a promotion, the best team, and a poor result that was improved."""

from __future__ import annotations

import pytest

from scenario.siulak import SIULAK
from tests.support.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]

HR = ("s14", "hr")
FULL, BEFORE, AFTER, UNCUT = 4_355_208, 3_266_406, 3_037_757, 4_050_343
S1 = {
    # month: posted, due as known at the end, adjustments taken in its run, paid
    **dict.fromkeys(("2026-01", "2026-02", "2026-03"), (FULL, UNCUT, 0, FULL)),
    **dict.fromkeys(("2026-04", "2026-05", "2026-06"), (BEFORE, AFTER, 0, BEFORE)),
    **dict.fromkeys(("2026-07", "2026-08"), (AFTER, AFTER, -759_439, 2_278_318)),
    "2026-09": (AFTER, AFTER, -81_664, 2_956_093),
    **dict.fromkeys(("2026-10", "2026-11", "2026-12"), (UNCUT, UNCUT, 0, UNCUT)),
}
"""25 % of 3,037,757 is 759,439.25, so that a run takes 759,439; 3 × 304,865 + 3 × 228,649 = 1,600,542 = 2 × 759,439 + 81,664."""


@pytest.fixture(scope="module")
def year(four_places: Year) -> Year:
    """Siulak's part of the places that are played in one run."""
    return four_places.of("siulak")


@pytest.mark.parametrize("month", S1)
def test_s1_is_posted_cut_corrected_and_recovered_to_the_rupiah(year: Year, month: str) -> None:
    row = year.row("S1", month)
    taken = sum(part["amount"] for part in row["adjustments"])
    assert (row["posted"], row["due"], taken, row["paid"]) == S1[month]


def test_the_cut_is_computed_on_both_lines_and_comes_last(year: Year) -> None:
    assert year.lines("S1", "2026-04") == {"performance": 3_048_646, "discipline": 1_306_562, "sanction": -1_088_802}
    assert year.lines("S1", "2026-09") == {"performance": 2_743_781, "discipline": 1_306_562, "sanction": -1_012_586}
    [sanction] = year.get("personnel", "/sanctions/s1", *HR)["items"]
    found = (sanction["effect"], sanction["percent"], sanction["since"], sanction["until"])
    assert found == ("allowance_cut", 25, "2026-04-01", "2026-09-30")


def test_every_difference_has_the_correction_as_its_cause(year: Year) -> None:
    [corrected] = [event for event in year.events if event["type"] == "merit.appraisal.AppraisalCorrected.v1"]
    parts = [part for month in S1 for part in year.row("S1", month)["adjustments"]]
    assert {part["cause"] for part in parts} == {corrected["id"]} and sum(part["amount"] for part in parts) == -1_600_542
    shown = year.get("appraisal", "/appraisals/s1/2025", *HR)
    assert (shown["status"], shown["predicate"]) == ("corrected", "butuh_perbaikan")
    assert (shown["correction"]["heard_on"], shown["correction"]["corrected_by"]) == ("2026-07-13", "s13")
    assert shown["correction"]["legal_basis"] and shown["correction"]["document"] and shown["correction"]["reasons"]


def test_one_rank_promotion_met_every_condition_and_another_lacks_one(year: Year) -> None:
    found = {row["key"]: row for row in year.get("personnel", "/rank-promotions", *HR)["items"]}
    approved, listed = found["s2/rank-iii-b"], found["s3/rank-iii-b"]
    assert (approved["status"], approved["since"], approved["missing"]) == ("approved", "2026-04-01", [])
    codes = {"years-in-rank", "predicates", "no-running-sanction", "education"}
    assert {one["code"] for one in approved["reasons"]} == codes
    assert (listed["status"], listed["missing"]) == ("listed", ["years-in-rank"])


def test_the_best_team_and_a_certificate_and_the_bonus_is_a_line(year: Year) -> None:
    awards = year.get("personnel", "/awards?year=2025", *HR)["items"]
    team = {row["employee"]: row["bonus"] for row in awards if row["award"] == "tim-terbaik"}
    assert team == dict.fromkeys(("s3", "s4", "s6", "s9", "s10", "s12"), 1_000_000)
    assert [row["employee"] for row in awards if row["award"] == "certificate"] == ["s6"]
    assert year.lines("S3", "2026-03") == {"performance": 2_160_435, "discipline": 925_900, "bonus": 1_000_000}
    assert year.row("S3", "2026-03")["paid"] == 4_086_335 and year.row("S3", "2026-04")["paid"] == 3_086_335


def test_a_year_without_a_predicate_pays_what_the_rules_say(year: Year) -> None:
    """S7 is a CPNS without a predicate of 2025 (80 %), S5 was Kurang (PermenLHK 6/2024 art. 19: 85 %)."""
    assert year.lines("S7", "2026-01") == {"performance": 1_501_914, "discipline": 804_597}
    assert year.lines("S5", "2026-01") == {"performance": 1_836_369, "discipline": 925_901}


def test_a_gap_led_to_training_and_its_result_entered_the_next_appraisal(year: Year) -> None:
    [training] = year.get("appraisal", "/appraisals/s4/2026", *HR)["trainings"]
    found = (training["programme"], training["result"], training["score_hundredths"], training["completed_on"])
    assert found == ("pelatihan-komunikasi", "passed", 8750, "2026-09-18")


def test_a_poor_result_led_to_guidance_and_then_six_months_to_improve(year: Year) -> None:
    guidance, improvement = year.get("personnel", "/development/s5", *HR)["measures"]
    assert (guidance["kind"], guidance["outcome"], len(guidance["steps"])) == ("guidance", "not_reached", 2)
    assert (improvement["kind"], improvement["since"], improvement["until"]) == ("improvement", "2026-06-01", "2026-11-30")
    assert improvement["ended"] and improvement["outcome"] == "reached"
    assert year.get("personnel", "/sanctions/s5", *HR)["items"] == []


def test_an_objection_lowered_nothing(year: Year) -> None:
    shown = year.get("appraisal", "/appraisals/s8/2026", *HR)
    assert (shown["status"], shown["predicate"], shown["objection"]["outcome"]) == ("final", "butuh_perbaikan", "rejected")
    assert "tidak menurunkan predikat" in year.told


def test_everybody_reported_and_was_judged_by_at_least_three_colleagues(year: Year) -> None:
    for person in SIULAK.lines():
        shown = year.get("appraisal", f"/appraisals/{person}/2026", *HR)
        assert shown["status"] == "final" and shown["report"]["report"] and shown["peers"]["n"] >= 3
