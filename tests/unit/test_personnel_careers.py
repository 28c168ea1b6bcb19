"""Careers: the nine-box, who is proposed for a vacant post, and promotion in rank with the conditions met and missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.personnel.domain.employee import EMPLOYEE, HoldRank, RecordEducation, RegisterEmployee
from services.personnel.domain.entries import WithdrawEntry
from services.personnel.domain.promotion import PROMOTION, DecidePromotion, after_years, read_promotion
from services.personnel.domain.ranks import next_rank
from services.personnel.domain.sanction import SANCTION, Lift
from services.personnel.domain.talent import POTENTIAL, WithdrawPotential
from services.personnel.domain.vacancy import VACANCY, ChooseCandidate, OpenVacancy
from services.personnel.events import (
    Candidate,
    EducationRecorded,
    EducationWithdrawn,
    PostDecided,
    PostProposed,
    RankPromotionDecided,
    RankPromotionProposed,
    VacancyOpened,
)
from services.personnel.reactions import SANCTION_END, TIME_IN_RANK
from services.personnel.service import SERVICE
from services.personnel.tables import BOXES, CEILINGS
from services.personnel.views import EMPLOYEES, TALENT_BOXES, VACANCIES
from shared.kernel.refusal import Refused
from shared.kernel.withdrawn import that_stand
from tests.support.deciding import given
from tests.support.personnel import Office

PROMOTION_RULES = {
    "years_in_rank": 4,
    "predicate_at_least": "baik",
    "last_years": 2,
    "employments": ["PNS"],
    "education_ceiling": "regular",
    "list_missing_at_most": 1,
}
WRONG_DAY = date(2025, 11, 10)
POST = OpenVacancy("kabid-kesmas", "dinkes", 10, "structural", True, ("box", "performance", "seniority"))


# --- nine-box ---


@pytest.mark.parametrize(("performance", "boxes"), [("above", (4, 7, 9)), ("as", (2, 5, 8)), ("below", (1, 3, 6))])
def test_permenpanrb_3_2020_the_nine_boxes(performance: str, boxes: tuple[int, ...]):
    table = BOXES["permenpanrb-3-2020"]
    assert tuple(table[performance, potential] for potential in ("low", "middle", "high")) == boxes


def test_a_box_needs_a_finalised_result_and_a_known_potential():
    office = Office()
    office.person("p4")
    office.potential("p4", "high")
    office.imported("p4", "2025-Q4", "sangat_baik")
    assert office.knowledge.rows(TALENT_BOXES) == []
    final = office.final("p4", "2026-Q1", "sangat_baik")
    (row,) = office.knowledge.rows(TALENT_BOXES)
    assert (row["box"], row["performance"], row["potential"], row["rule_set"]) == (9, "above", "high", "national-talent@1")
    assert row["inputs"][0] == final.id and len(row["inputs"]) == 2


def test_a_correction_moves_the_box_and_a_later_potential_leaves_earlier_periods():
    office = Office()
    office.person("p4")
    office.potential("p4", "middle")
    office.final("p4", "2026-Q1", "sangat_baik")
    office.potential("p4", "high", date(2026, 5, 1))
    office.final("p4", "2026-Q2", "baik")
    office.corrected("p4", "2026-Q1", "kurang")
    assert {row["period"]: row["box"] for row in office.knowledge.rows(TALENT_BOXES)} == {"2026-Q1": 3, "2026-Q2": 8}


def test_a_potential_of_a_wrong_day_is_withdrawn_and_without_any_there_is_no_box():
    office = Office()
    office.person("p4")
    office.potential("p4", "middle", date(2025, 6, 1))
    office.potential("p4", "high", WRONG_DAY)
    office.final("p4", "2026-Q1", "baik")
    assert [row["potential"] for row in office.knowledge.rows(TALENT_BOXES)] == ["high"]
    office.do(POTENTIAL, WithdrawPotential("p4", WRONG_DAY, "800/9"))
    assert [row["potential"] for row in office.knowledge.rows(TALENT_BOXES)] == ["middle"]
    office.do(POTENTIAL, WithdrawPotential("p4", WRONG_DAY, "800/9"))
    with pytest.raises(Refused) as refused:
        office.do(POTENTIAL, WithdrawPotential("p4", date(2026, 1, 1), "800/9"))
    assert refused.value.code == "unknown-entry" and "2025-06-01" in refused.value.expected
    office.do(POTENTIAL, WithdrawPotential("p4", date(2025, 6, 1), "800/10"))
    assert office.knowledge.rows(TALENT_BOXES) == []
    office.potential("p4", "high", WRONG_DAY)
    assert [row["potential"] for row in office.knowledge.rows(TALENT_BOXES)] == ["high"], "an entry after the withdrawal stands"


def test_a_withdrawn_education_limits_no_promotion():
    office = Office()
    office.person("s2", education="slta")
    office.do(EMPLOYEE, RecordEducation("s2", "s1"))
    office.do(EMPLOYEE, WithdrawEntry("s2", "education", None, False, "800/9", "s1"))
    [standing] = that_stand(office.knowledge, EducationRecorded, EducationWithdrawn, "s2")
    assert standing.event.education == office.knowledge.row(EMPLOYEES, "s2")["education"] == "slta"


# --- vacancies ---


def test_the_better_performer_is_proposed_over_the_more_senior_one_with_reasons():
    office = Office()
    office.person("young", since=date(2018, 3, 1))
    office.person("senior", since=date(2001, 3, 1))
    for one, predicate in (("young", "sangat_baik"), ("senior", "baik")):
        office.potential(one, "high")
        office.final(one, "2026-Q1", predicate)
    office.do(VACANCY, POST)
    row = office.knowledge.row(VACANCIES, "kabid-kesmas")
    assert [(one["employee"], one["place"], one["box"]) for one in row["ranking"]] == [("young", 1, 9), ("senior", 2, 8)]
    first = row["ranking"][0]["reasons"]
    assert [(one["code"], one["found"]) for one in first] == [("box", "9"), ("performance", "sangat_baik"), ("seniority", "2018-03-01")]
    assert all(one["event"] for one in first) and row["proposal"] == "post-kabid-kesmas-1"


def test_seniority_decides_among_equals_only():
    office = Office()
    for one, since in (("young", date(2018, 3, 1)), ("senior", date(2001, 3, 1))):
        office.person(one, since=since)
        office.potential(one, "high")
        office.final(one, "2026-Q1", "baik")
    office.do(VACANCY, POST)
    assert [one["employee"] for one in office.knowledge.row(VACANCIES, "kabid-kesmas")["ranking"]] == ["senior", "young"]


def test_a_medium_or_heavy_sanction_of_the_last_two_years_fails_the_check_of_the_record():
    office = Office()
    for one, level, since in (
        ("clean", None, None), ("light", "light", date(2025, 6, 1)), ("medium", "medium", date(2025, 6, 1)),
        ("old", "medium", date(2023, 1, 1)),
    ):  # fmt: skip
        office.person(one)
        office.potential(one, "high")
        office.final(one, "2026-Q1", "baik")
        if level:
            office.sanction(one, level, since, since.replace(month=since.month + 5))
    office.do(VACANCY, POST)
    row = office.knowledge.row(VACANCIES, "kabid-kesmas")
    assert [one["employee"] for one in row["ranking"]] == ["clean", "light", "old"]
    assert [one["employee"] for one in row["excluded"]] == ["medium"]


def test_the_ranking_follows_the_facts_until_the_official_has_decided():
    office = Office()
    for one in ("p4", "p5"):
        office.person(one)
        office.potential(one, "high")
        office.final(one, "2026-Q1", "sangat_baik" if one == "p4" else "baik")
    office.do(VACANCY, POST)
    office.corrected("p4", "2026-Q1", "kurang")
    assert [one["employee"] for one in office.knowledge.row(VACANCIES, "kabid-kesmas")["ranking"]] == ["p5", "p4"]
    office.do(VACANCY, ChooseCandidate("kabid-kesmas", "post-kabid-kesmas-1", "p4", "821/5", date(2026, 7, 1), "boss"))
    office.corrected("p4", "2026-Q1", "sangat_baik")
    row = office.knowledge.row(VACANCIES, "kabid-kesmas")
    assert (row["status"], row["employee"], [one["employee"] for one in row["ranking"]]) == ("filled", "p4", ["p5", "p4"])


def test_who_is_no_candidate():
    office = Office()
    office.rules("talent", {
        "table": "permenpanrb-3-2020", "above": ["sangat_baik"], "as": ["baik"],
        "vacancies": {"employments": ["PNS"], "boxes": [7, 8, 9], "classes_below_at_most": 3},
    })  # fmt: skip
    for one, kind, job_class, potential in (
        ("fit", "PNS", 8, "high"), ("contract", "PPPK", 8, "high"), ("low", "PNS", 8, "low"), ("far", "PNS", 6, "high"),
        ("above", "PNS", 11, "high"),
    ):  # fmt: skip
        office.person(one, kind=kind, rank="IX" if kind == "PPPK" else "III/b", job_class=job_class)
        office.potential(one, potential)
        office.final(one, "2026-Q1", "baik")
    office.do(VACANCY, POST)
    assert [one["employee"] for one in office.knowledge.row(VACANCIES, "kabid-kesmas")["ranking"]] == ["fit"]


def test_who_becomes_pns_is_ranked_from_then_on():
    office = Office()
    office.person("p4", kind="CPNS")
    office.potential("p4", "high")
    office.final("p4", "2026-Q1", "sangat_baik")
    office.do(VACANCY, POST)
    assert not (office.knowledge.row(VACANCIES, "kabid-kesmas")["ranking"] or [])
    office.at(2026, 6, 2).do(EMPLOYEE, RegisterEmployee("p4", "PNS", date(2026, 6, 1)))
    assert [one["employee"] for one in office.knowledge.row(VACANCIES, "kabid-kesmas")["ranking"]] == ["p4"]


OPENED = VacancyOpened(**vars(POST))
RANKED = PostProposed("kabid-kesmas", "post-kabid-kesmas-1", (Candidate("p4", 1, 9, ()), Candidate("p5", 2, 8, ())), "t@1")
CHOICE = ChooseCandidate("kabid-kesmas", "post-kabid-kesmas-1", "p5", "821/5", date(2026, 7, 1), "boss")


def test_the_official_chooses_one_of_the_ranking_and_never_himself():
    decided = PostDecided("p5", "post-kabid-kesmas-1", "kabid-kesmas", "821/5", date(2026, 7, 1))
    given(VACANCY, OPENED, RANKED).when(CHOICE).then(decided)
    assert given(VACANCY, OPENED, RANKED).when(replace(CHOICE, employee="p9")).refused.code == "no-candidate"
    assert given(VACANCY, OPENED, RANKED).when(replace(CHOICE, decided_by="p5")).refused.code == "own-record"
    other = next(one.employee for one in RANKED.ranking if one.employee != CHOICE.employee)
    refused = given(VACANCY, OPENED, RANKED).when(replace(CHOICE, decided_by=other)).refused
    assert refused.status == 403, "a candidate does not choose another either"
    assert given(VACANCY, OPENED, RANKED, decided).when(CHOICE).refused.code == "proposal-not-open"
    assert given(VACANCY, OPENED).when(CHOICE).refused.code == "proposal-not-open"


def test_a_post_that_falls_vacant_again_has_another_proposal():
    decided = PostDecided("p5", "post-kabid-kesmas-1", "kabid-kesmas", "821/5", date(2026, 7, 1))
    assert VACANCY.decider.state([OPENED, RANKED, decided, OPENED]).proposal == "post-kabid-kesmas-2"
    assert given(VACANCY, OPENED).when(replace(POST, job_class=11)).refused.code == "vacancy-open"
    for wrong in ((), ("charm",), ("box", "box")):
        assert given(VACANCY).when(replace(POST, criteria=wrong)).refused.code == "vacancy-criteria"


# --- promotion in rank ---


def two_years(office: Office, employee: str, predicate: str = "baik") -> None:
    for year in ("2024", "2025"):
        office.imported(employee, year, predicate)


def test_four_years_in_rank_and_two_years_baik_propose_one_promotion_with_every_condition_met():
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s2", education="s1")
    two_years(office, "s2")
    row = office.proposal("s2/rank-iii-c")
    assert (row["status"], row["kind"], row["rank_from"], row["rank_to"], row["missing"]) == ("proposed", "rank", "III/b", "III/c", [])
    met = [(one["code"], one["found"]) for one in row["reasons"]]
    assert met == [
        ("years-in-rank", "2021-10-01"), ("predicates", "baik"), ("predicates", "baik"), ("no-running-sanction", "none"),
        ("education", "III/d"),
    ]  # fmt: skip


@pytest.mark.parametrize(("case", "missing"), [
    ({"rank_since": date(2023, 1, 1)}, ["years-in-rank"]),
    ({"predicate": "butuh_perbaikan"}, ["predicates"]),
    ({"education": "slta"}, ["education"]),
])  # fmt: skip
def test_who_lacks_one_condition_is_listed_with_it_and_not_open_for_decision(case: dict, missing: list[str]):
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s3", rank_since=case.get("rank_since", date(2021, 10, 1)), education=case.get("education"))
    two_years(office, "s3", case.get("predicate", "baik"))
    row = office.proposal("s3/rank-iii-c")
    assert (row["status"], row["missing"]) == ("listed", missing)
    decide = DecidePromotion("s3", "rank-iii-c", "approved", date(2026, 4, 1), "823/1", "boss", date(2021, 10, 1))
    with pytest.raises(Refused) as caught:
        office.do(PROMOTION, decide)
    assert caught.value.code == "proposal-not-open" and missing[0] in caught.value.found


def test_who_lacks_more_is_not_listed_and_a_pppk_has_no_regular_promotion():
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s3", rank_since=date(2023, 1, 1))
    office.person("s4", kind="PPPK", rank="IX")
    two_years(office, "s4")
    assert office.proposal("s3/rank-iii-c") is None and office.open() == set()


def test_pp_94_2021_a_running_sanction_blocks_until_it_ends():
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s1")
    two_years(office, "s1")
    office.at(2026, 4, 2).sanction("s1", "medium", date(2026, 4, 1), date(2026, 9, 30))
    assert office.proposal("s1/rank-iii-c")["missing"] == ["no-running-sanction"]
    imposed = next(fact for fact in office.knowledge.known.values() if type(fact.event).__name__ == "SanctionImposed")
    (arm,) = SANCTION_END.on[type(imposed.event)](imposed)
    assert arm.due == date(2026, 10, 1)
    office.knowledge.now = due = datetime(2026, 9, 30, 17, tzinfo=UTC)  # midnight in Jakarta
    for do in SANCTION_END.fire(arm.key, due, office.knowledge):
        office.do(do.aggregate, do.command)
    assert office.proposal("s1/rank-iii-c")["status"] == "proposed"


def test_a_lifted_sanction_blocks_no_more():
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s1")
    two_years(office, "s1")
    office.at(2026, 4, 2).sanction("s1", "medium", date(2026, 4, 1), date(2026, 9, 30))
    office.at(2026, 6, 2).do(SANCTION, Lift("s1", "cut-2026", date(2026, 6, 1), "860/2", "boss"))
    assert office.proposal("s1/rank-iii-c")["status"] == "proposed"


def test_time_in_rank_proposes_when_it_is_full():
    office = Office()
    office.rules("promotion", PROMOTION_RULES | {"list_missing_at_most": 0})
    office.person("s5", rank_since=date(2022, 4, 1))
    two_years(office, "s5")
    assert office.open() == set()
    held = next(fact for fact in office.knowledge.known.values() if type(fact.event).__name__ == "RankHeld")
    (arm,) = TIME_IN_RANK.on[type(held.event)](held)
    assert arm.due == date(2026, 4, 1)
    office.knowledge.now = due = datetime(2026, 3, 31, 17, tzinfo=UTC)  # midnight in Jakarta
    for do in TIME_IN_RANK.fire(arm.key, due, office.knowledge):
        office.do(do.aggregate, do.command)
    assert office.open() == {"s5/rank-iii-c"}


def test_a_correction_withdraws_or_lists_an_open_promotion():
    office = Office()
    office.rules("promotion", PROMOTION_RULES | {"list_missing_at_most": 0})
    office.person("s1")
    two_years(office, "s1")
    office.corrected("s1", "2025", "butuh_perbaikan")
    row = office.proposal("s1/rank-iii-c")
    assert (row["status"], row["missing"]) == ("withdrawn", ["predicates"])


def test_four_quarters_cover_a_year_and_three_do_not():
    office = Office()
    office.rules("promotion", PROMOTION_RULES | {"list_missing_at_most": 0})
    office.person("p2")
    office.imported("p2", "2024", "baik")
    for quarter in (1, 2, 3):
        office.imported("p2", f"2025-Q{quarter}", "baik")
    assert office.open() == set()
    office.imported("p2", "2025-Q4", "sangat_baik")
    assert office.open() == {"p2/rank-iii-c"}


def test_an_approved_promotion_gives_the_rank_and_is_proposed_once():
    office = Office()
    office.rules("promotion", PROMOTION_RULES)
    office.person("s2")
    two_years(office, "s2")
    office.do(PROMOTION, DecidePromotion("s2", "rank-iii-c", "approved", date(2026, 4, 1), "823/1", "boss", date(2021, 10, 1)))
    office.at(2026, 4, 1).do(EMPLOYEE, HoldRank("s2", "III/c", date(2026, 4, 1), date(2012, 3, 1)))
    assert office.open() == set() and office.proposal("s2/rank-iii-c")["status"] == "approved"
    assert office.proposal("s2/rank-iii-d")["missing"] == ["years-in-rank"]


def test_peraturan_bkn_4_2025_a_rank_begins_on_the_first_of_a_month():
    proposed = RankPromotionProposed("s2", "rank-iii-c", "III/b", "III/c", (), (), "r@1")
    decide = DecidePromotion("s2", "rank-iii-c", "approved", date(2026, 4, 2), "823/1", "boss", date(2021, 10, 1))
    assert given(PROMOTION, proposed).when(decide).refused.code == "promotion-date"
    assert given(PROMOTION, proposed).when(replace(decide, since=date(2026, 4, 1), decided_by="s2")).refused.status == 403
    assert given(PROMOTION).when(decide).refused.status == 404
    decided = RankPromotionDecided("s2", "rank-iii-c", "approved", "III/c", date(2026, 4, 1), "823/1")
    given(PROMOTION, proposed).when(replace(decide, since=date(2026, 4, 1))).then(decided)


def test_the_ladder_of_ranks_and_its_ceilings():
    assert [next_rank(rank) for rank in ("I/d", "II/d", "III/d", "IV/d", "IV/e", "IX")] == ["II/a", "III/a", "IV/a", "IV/e", None, None]
    assert {CEILINGS["regular"][one] for one in ("d4", "s1")} == {"III/d"} and CEILINGS["regular"]["sltp-kejuruan"] == "II/d"
    assert after_years(date(2020, 2, 29), 1) == date(2021, 3, 1)
    assert after_years(date(2024, 3, 1), 2) == date(2026, 3, 1)


@pytest.mark.parametrize(("kind", "wrong", "said"), [
    ("promotion", PROMOTION_RULES | {"years_in_rank": 0}, "years_in_rank"),
    ("promotion", PROMOTION_RULES | {"predicate_at_least": "bagus"}, "predicate_at_least"),
    ("promotion", PROMOTION_RULES | {"education_ceiling": "other"}, "education_ceiling"),
    ("promotion", PROMOTION_RULES | {"year_in_rank": 4}, "settings"),
    ("talent", {"table": "own", "above": ["sangat_baik"], "as": ["baik"]}, "table"),
    ("talent", {"table": "permenpanrb-3-2020", "above": ["baik"], "as": ["baik"]}, "as"),
    ("talent", {"table": "permenpanrb-3-2020", "above": ["baik"], "as": [], "vacancies": {"boxes": [10]}}, "as"),
    ("talent", {"table": "permenpanrb-3-2020", "above": ["sangat_baik"], "as": ["baik"], "vacancies": {"boxes": [10]}}, "vacancies.boxes"),
])  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_and_say_where(kind: str, wrong: dict, said: str):
    with pytest.raises(Refused) as caught:
        SERVICE.check_rules[kind](wrong)
    assert (caught.value.status, caught.value.code) == (422, "invalid-rule-set") and caught.value.expected.startswith(said)
    assert read_promotion(PROMOTION_RULES, CEILINGS).years == 4
