"""Plaju's year: posts and pay by performance, colleagues and citizens heard. The amounts are worked out by hand from its rules."""

from __future__ import annotations

from typing import Any

import pytest

from scenario.plaju import PLAJU
from scenario.plaju.careers import MEMBERS
from tests.support.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]

EXPECTED_OF_P1 = {
    # Class 11: B = 5,755,761; 60 % = 3,453,456.6; 40 % = 2,302,304.4. May has 93 points: 2 days absent, one meeting missed.
    **dict.fromkeys(("2026-01", "2026-02", "2026-03"), (3_453_457, 2_302_304)),
    "2026-04": (2_417_420, 2_302_304),
    "2026-05": (2_417_420, 2_141_143),
    "2026-06": (2_417_420, 2_302_304),
    **dict.fromkeys(("2026-07", "2026-08", "2026-09"), (2_762_765, 2_302_304)),
    **dict.fromkeys(("2026-10", "2026-11", "2026-12"), (3_453_457, 2_302_304, 575_576)),
}


@pytest.fixture(scope="module")
def year(four_places: Year) -> Year:
    """Plaju's part of the places that are played in one run."""
    return four_places.of("plaju")


def _ask(year: Year, service: str, path: str, who: str = "p14") -> Any:
    return year.get(service, path, who, *PLAJU.roles(who)[1:])


@pytest.mark.parametrize("month", EXPECTED_OF_P1)
def test_p1_is_posted_due_and_paid_to_the_rupiah(year: Year, month: str) -> None:
    row, lines = year.row("P1", month), EXPECTED_OF_P1[month]
    assert tuple(line["amount"] for line in row["lines"]) == lines
    assert row["posted"] == row["due"] == row["paid"] == sum(lines) and not row["adjustments"]


def test_p1_is_guided_until_it_has_its_effect(year: Year) -> None:
    (measure,) = _ask(year, "personnel", "/development/p1", "p14")["measures"]
    assert (measure["kind"], measure["status"], measure["outcome"]) == ("guidance", "closed", "reached")
    assert [step["on"] for step in measure["steps"]] == ["2026-05-08", "2026-06-12", "2026-07-10"]


def test_those_who_were_trained_are_recognised_citing_both_surveys(year: Year) -> None:
    surveys = {
        event["data"]["period"]: event
        for event in year.events
        if event["type"] == "merit.feedback.SurveyResultPublished.v1" and event["data"]["unit"] == "puskesmas"
    }
    assert [surveys[f"2026-Q{number}"]["data"]["index"] for number in (1, 2)] == ["74.54", "82.41"]
    both = {surveys["2026-Q1"]["id"], surveys["2026-Q2"]["id"]}
    awards = _ask(year, "personnel", "/awards?year=2026")["items"]
    assert {row["employee"] for row in awards} == set(MEMBERS)
    assert all(row["award"] == "recognition" and both <= set(row["cites"]) for row in awards)


def test_each_founded_complaint_and_each_falling_index_opens_one_item(year: Year) -> None:
    items = _ask(year, "appraisal", "/improvement-items")["items"]
    assert sorted((row["unit"], row["cause"], row["status"]) for row in items) == [
        ("disperkim", "complaint", "closed"),
        ("disperkim", "complaint", "open"),
        ("disperkim", "survey", "closed"),
        ("puskesmas", "complaint", "closed"),
    ]
    complaints = _ask(year, "feedback", "/complaints")["items"]
    assert sorted((row["unit"], row["founded"], row["in_time"]) for row in complaints) == [
        ("disperkim", True, False),
        ("disperkim", True, True),
        ("puskesmas", False, True),
        ("puskesmas", True, True),
    ]


def test_the_better_performer_is_proposed_before_the_more_senior_one_and_chosen(year: Year) -> None:
    vacancy = _ask(year, "personnel", "/vacancies/kabid-kesmas")
    assert vacancy["strategic"] and vacancy["status"] == "filled" and vacancy["decided_by"] == "p17"
    assert [(one["employee"], one["box"]) for one in vacancy["ranking"]] == [("p8", 9), ("p6", 8), ("p7", 7)]
    since = {one["employee"]: next(r["found"] for r in one["reasons"] if r["code"] == "seniority") for one in vacancy["ranking"]}
    assert vacancy["employee"] == "p8" and since["p6"] < since["p8"]
    known = {event["id"] for event in year.events}
    assert all(reason["event"] in known for one in vacancy["ranking"] for reason in one["reasons"] if reason["event"])


def test_the_new_post_pays_from_its_first_day(year: Year) -> None:
    """P8: class 9 (4,355,208) until September, with a tenth of it for Sangat Baik from July; class 11 (5,755,761) from October."""
    paid = [year.row("P8", f"2026-{number:02d}")["paid"] for number in range(1, 13)]
    assert paid == [4_355_208] * 6 + [4_790_729] * 3 + [6_331_337] * 3


def test_colleagues_are_heard_as_a_summary_of_three_at_least(year: Year) -> None:
    summaries = [event["data"] for event in year.events if event["type"] == "merit.feedback.FeedbackSummarised.v1"]
    assert summaries and all(one["n"] >= 3 and set(one["means_hundredths"]) == {"quality", "timeliness", "teamwork"} for one in summaries)


def test_no_answer_of_a_colleague_or_a_citizen_is_published(year: Year) -> None:
    types = {event["type"].split(".")[2] for event in year.events}
    assert types.isdisjoint({"FeedbackGiven", "SurveyAnswered", "ComplaintReceived"})


def test_the_owner_watches_the_coverage_and_the_report_draws_it(year: Year) -> None:
    plan = _ask(year, "appraisal", "/plans/p2/2026", "p2")
    told = sorted((one["month"], one["value"]) for one in plan["progress"] if one["target_id"] == "cakupan-imunisasi")
    assert [int(value) for _, value in told] == [80, 82, 84, 86, 88, 90, 91, 92, 93, 94, 95, 96]
    assert "Cakupan imunisasi, dipantau P2" in year.told and "Immunisation coverage" in year.merit("scenario", "report", "--lang", "en")
