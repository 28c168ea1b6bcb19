"""Careers, rewards and discipline over HTTP on a real database: proposed from facts, decided by an official, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.personnel.heard import (
    AppraisalCorrected,
    AppraisalFinalized,
    AppraisalImported,
    FeedbackSummarised,
    Judgement,
    ScoreSubmitted,
    SurveyResultPublished,
    TargetSet,
)
from services.personnel.service import SERVICE
from tests.support.personnel_web import HEADS, HR, accepted, hand_in, hear, problem, settle
from tests.support.web import Web, web

ADMIN, APPROVER, AUDITOR = ("m0", "admin"), ("m19", "employee", "approver"), ("itwil", "auditor")
S1, S2 = ("s1", "employee"), ("s2", "employee")
UNITS = "Kode Unit;Nama Unit;Unit Induk;Jenis;Berlaku Sejak\ndinkes;Dinas Kesehatan;;dinas;2010-01-01\n"
PEOPLE = "\n".join([
    ";".join([*HEADS, "Pendidikan"]),
    "s1;199003152015032921;Ratri A;PNS;2015-03-01;III/b;2021-10-01;2015-03-01;perawat;8;fungsional;dinkes;tidak;2015-03-01;821/1;S1",
    "s2;198806252012031922;Yoga M;PNS;2012-03-01;III/b;2021-10-01;2012-03-01;bidan;8;fungsional;dinkes;tidak;2012-03-01;821/1;S1",
    "m19;196909051995031939;Prabu D;PNS;1995-03-01;IV/d;2015-04-01;1995-03-01;sekda;15;struktural;dinkes;tidak;1995-03-01;821/1;",
])  # fmt: skip
RULES = {
    "development": {
        "conditions": [
            {
                "code": "peers-communication",
                "when": {"peers": {"aspect": "komunikasi", "mean_under_hundredths": 250}},
                "propose": {"kind": "training", "programme": "komunikasi-efektif"},
            },
            {
                "code": "poor-result",
                "when": {"predicate": {"is": ["butuh_perbaikan", "kurang", "sangat_kurang"]}},
                "imported": True,
                "propose": {"kind": "guidance", "programme": "performance"},
            },
            {
                "code": "guidance-failed",
                "when": {"measure": {"kind": "guidance", "outcome": "not_reached"}},
                "imported": True,
                "propose": {"kind": "improvement", "programme": "performance"},
            },
            {
                "code": "very-good",
                "when": {"predicate": {"is": ["sangat_baik"]}},
                "propose": {"kind": "award", "programme": "certificate", "bonus": 1000000},
            },
            {
                "code": "good-performer",
                "when": {"predicate": {"is": ["sangat_baik"], "last": 2}},
                "propose": {"kind": "study", "programme": "study-place"},
            },
            {
                "code": "behaviour-below",
                "when": {"score": {"what": "behaviour", "value": "below"}},
                "propose": {"kind": "coaching", "programme": "{item}"},
            },
            {
                "code": "target-missed",
                "when": {"target": {"indicator": "service-time", "achievement_under_percent": "100"}},
                "propose": {"kind": "sanction", "programme": "written-warning-target", "basis": "Perwal 17/2025 Pasal 4"},
            },
        ]
    },
    "discipline": {
        "ladder": "pp-94-2021",
        "basis": "PP 94/2021 Pasal 9-11",
        "allowance_cut": {"from": "2026-01-01", "basis": "Perwal 12/2025 Pasal 20", "substitute": "rank_delay", "substitute_months": 12},
    },
    "promotion": {
        "years_in_rank": 4, "predicate_at_least": "baik", "last_years": 2, "employments": ["PNS"], "education_ceiling": "regular",
        "list_missing_at_most": 1,
    },
    "awards": {
        "awards": [{
            "award": "pegawai-teladan", "to": "employee", "bonus": 2500000, "predicate_at_least": "baik",
            "order": ["predicate", "score", "attendance", "seniority"], "days_absent_at_most": 0,
        }, {"award": "tim-terbaik", "to": "unit", "predicate_at_least": "baik", "order": ["predicate"], "imported": True}],
        "recognition": {"rise_at_least": "1", "trained_in": ["komunikasi-efektif"]},
    },
}  # fmt: skip


@pytest.fixture
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "personnel_careers", ("mulyorejo",)) as made:
        made.clock.moment = datetime(2026, 3, 10, 2, tzinfo=UTC)
        for kind, settings in RULES.items():
            body = {"kind": kind, "id": f"siulak-{kind}", "since": "2024-01-01", "sources": ["Perwal 12/2025"], "settings": settings}
            answer = made.call("POST", "/v1/rule-sets", ADMIN, json=body)
            assert answer.status_code == 201, answer.get_json()
        accepted(hand_in(made, "units", UNITS), rows=1, events=1)
        accepted(hand_in(made, "people", PEOPLE), rows=3, events=11)
        settle(made)
        yield made


def proposed(here: Web, **wanted: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in {"status": "proposed", **wanted}.items())
    return here.call("GET", f"/v1/proposals?{query}", APPROVER).get_json()["items"]


def decide(here: Web, employee: str, proposal: str, **body: Any) -> dict[str, Any]:
    """The approver's decision on what is shown; an approval unless told otherwise."""
    shown = here.call("GET", f"/v1/proposals/{employee}/{proposal}", APPROVER)
    said = {"outcome": "approved", "document": "800/1/2026", **body}
    answer = here.call("POST", f"/v1/proposals/{employee}/{proposal}/decision", APPROVER, {"If-Match": shown.headers["ETag"]}, json=said)
    assert answer.status_code == 200, answer.get_json()
    settle(here)
    return answer.get_json()


def types(answer: dict[str, Any]) -> list[str]:
    return [one["type"].split(".")[2] for one in answer["brings"]]


def imported(here: Web, employee: str, year: str, predicate: str) -> None:
    hear(here, employee, year, AppraisalImported(employee, year, predicate))


def test_twelve_days_in_2025_cut_a_quarter_from_april_to_september_and_the_cut_can_be_lifted(here):
    absence = "Kode Pegawai,Tahun,Hari Tidak Hadir\ns1,2025,12\n"
    accepted(hand_in(here, "yearly-absence", absence), rows=1, events=1)
    accepted(hand_in(here, "yearly-absence", absence), rows=1, events=0)
    settle(here)
    (one,) = proposed(here, kind="sanction")
    assert one["sanction"]["effect"] == "allowance_cut" and one["rule_kind"] == "discipline"
    assert types(decide(here, "s1", one["proposal"])) == ["SanctionImposed"]
    (row,) = here.call("GET", "/v1/sanctions/s1", S1).get_json()["items"]
    assert (row["sanction"], row["percent"], row["since"], row["until"]) == ("allowance-cut-6-2025", 25, "2026-04-01", "2026-09-30")
    problem(here.call("GET", "/v1/sanctions/s1", S2), 403, "not-permitted")
    path, body = "/v1/sanctions/s1/allowance-cut-6-2025/lifting", {"on": "2026-07-01", "document": "860/2/2026"}
    problem(here.call("POST", path, HR, json=body), 403, "not-permitted")
    assert here.call("POST", path, APPROVER, json=body).get_json()["on"] == "2026-07-01"
    settle(here)
    assert here.call("GET", "/v1/sanctions/s1", S1).get_json()["items"][0]["lifted_on"] == "2026-07-01"


def test_pp_94_2021_art_42_the_switch_comes_on_its_day_and_changes_what_awaits_a_decision(here):
    """Until 1 July the law's substitute stands; then the place's regulation cuts: the open proposal says so, what was seen is stale."""
    cut = RULES["discipline"]["allowance_cut"] | {"from": "2026-07-01"}
    body = {"kind": "discipline", "id": "siulak-discipline", "since": "2024-01-01", "sources": ["Perwal 12/2025"],
            "settings": RULES["discipline"] | {"allowance_cut": cut}}  # fmt: skip
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=body).status_code == 201
    accepted(hand_in(here, "yearly-absence", "Kode Pegawai,Tahun,Hari Tidak Hadir\ns1,2025,12\n"), rows=1, events=1)
    settle(here)
    (before,) = proposed(here, kind="sanction")
    assert (before["sanction"]["effect"], before["sanction"]["percent"]) == ("rank_delay", None)
    here.clock.moment = datetime(2026, 7, 1, 1, tzinfo=UTC)
    settle(here)
    (after,) = proposed(here, kind="sanction")
    assert (after["sanction"]["effect"], after["sanction"]["percent"], after["key"]) == ("allowance_cut", 25, before["key"])
    path, said = f"/v1/proposals/{after['key']}/decision", {"outcome": "approved", "document": "800/1/2026"}
    problem(here.call("POST", path, APPROVER, {"If-Match": f'"{before["version"]}"'}, json=said), 412, "stale-version")


def test_rules_published_ahead_reach_everybody_on_their_day(here):
    """From 1 August the place asks for Sangat Baik: the promotion that awaits a decision is withdrawn then, without any fact about him."""
    for year in ("2024", "2025"):
        imported(here, "s2", year, "baik")
    rules = {"kind": "promotion", "id": "lebih-ketat", "since": "2026-08-01", "sources": ["Perwal 14/2026"]}
    settings = RULES["promotion"] | {"predicate_at_least": "sangat_baik", "list_missing_at_most": 0}
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=rules | {"settings": settings}).status_code == 201
    settle(here)
    (open_,) = here.call("GET", "/v1/rank-promotions?employee=s2&status=proposed", HR).get_json()["items"]
    here.clock.moment = datetime(2026, 8, 1, 1, tzinfo=UTC)
    settle(here)
    (gone,) = here.call("GET", "/v1/rank-promotions?employee=s2", HR).get_json()["items"]
    assert (gone["key"], gone["status"]) == (open_["key"], "withdrawn")


def test_ten_working_days_in_a_row_propose_dismissal_which_an_official_decides(here):
    heads = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir"
    accepted(hand_in(here, "attendance", f"{heads}\ns1,2026-01,0,0,4,0,0\n"), rows=1, events=1)
    wrong = hand_in(here, "attendance", f"{heads},Hari Tidak Hadir Berturut-turut\ns1,2026-02,0,0,0,0,0,3\n")
    assert "days in a row" in problem(wrong, 422, "invalid-rows")["expected"]
    accepted(hand_in(here, "attendance", f"{heads},Hari Tidak Hadir Berturut-turut\ns1,2026-02,0,0,6,0,0,10\n"), rows=1, events=1)
    settle(here)
    (one,) = proposed(here, kind="sanction")
    assert (one["proposal"], one["sanction"]["effect"]) == ("sanction-absence-dismissal-in-row-2026", "dismissal")
    assert types(decide(here, "s1", one["proposal"])) == ["SanctionImposed"]
    (row,) = here.call("GET", "/v1/sanctions/s1", S1).get_json()["items"]
    assert (row["sanction"], row["level"], row["until"]) == ("dismissal-in-row-2026", "heavy", None)
    assert here.call("GET", "/v1/employees/s1/attendance/2026-02", HR).get_json()["days_in_row"] == 10


def test_one_promotion_is_proposed_and_another_listed_with_what_it_lacks(here):
    for year in ("2024", "2025"):
        imported(here, "s2", year, "baik")
    imported(here, "s1", "2024", "baik")
    imported(here, "s1", "2025", "kurang")
    listed = {row["employee"]: row for row in here.call("GET", "/v1/rank-promotions", HR).get_json()["items"]}
    assert {one: (row["status"], row["missing"]) for one, row in listed.items()} == {
        "s1": ("listed", ["predicates"]), "s2": ("proposed", []), "m19": ("listed", ["predicates"]),
    }  # fmt: skip
    decision, seen = {"outcome": "approved", "document": "823/1/2026"}, {"If-Match": f'"{listed["s1"]["version"]}"'}
    problem(here.call("POST", "/v1/proposals/s1/rank-iii-c/decision", APPROVER, seen, json=decision), 409, "proposal-not-open")
    seen = {"If-Match": f'"{listed["s2"]["version"]}"'}
    for since in ("2015-05-01", "2021-10-01"):  # she has held III/b since October 2021
        answer = here.call("POST", "/v1/proposals/s2/rank-iii-c/decision", APPROVER, seen, json={**decision, "since": since})
        assert "after 2021-10-01" in problem(answer, 422, "promotion-date")["expected"]
    assert types(decide(here, "s2", "rank-iii-c")) == ["RankHeld"]
    shown = here.call("GET", "/v1/employees/s2?on=2026-04-01", HR).get_json()
    assert (shown["rank"]["rank"], shown["rank"]["service_since"], shown["education"]) == ("III/c", "2012-03-01", "s1")
    hear(here, "s2", "2025", AppraisalCorrected("s2", "2025", Judgement("kurang")))
    assert here.call("GET", "/v1/proposals/s2/rank-iii-c", HR).get_json()["status"] == "approved"


def test_who_comes_back_from_another_agency_brings_his_rank_with_its_own_day(here):
    accepted(hand_in(here, "ends", "Kode Pegawai,Jenis,Sejak,SK\ns2,pindah instansi,2024-03-01,882/1\n"), rows=1, events=1)
    heads, _, yoga, _ = PEOPLE.split("\n")
    back = yoga.replace("PNS;2012-03-01", "PNS;2026-01-01").replace("tidak;2012-03-01", "tidak;2026-01-01")
    accepted(hand_in(here, "people", f"{heads}\n{back}"), rows=1, events=2)
    settle(here)
    shown = here.call("GET", "/v1/employees/s2", HR).get_json()
    assert (shown["rank"]["rank"], shown["rank"]["since"]) == ("III/b", "2021-10-01")
    accepted(hand_in(here, "people", f"{heads}\n{back.replace('III/b;2021-10-01', 'III/c;2025-04-01')}"), rows=1, events=1)
    settle(here)
    shown = here.call("GET", "/v1/employees/s2", HR).get_json()
    assert (shown["rank"]["rank"], shown["rank"]["since"]) == ("III/c", "2025-04-01")


def test_a_vacant_strategic_post_goes_to_whom_the_official_chooses_of_the_ranking(here):
    potentials = "Kode Pegawai,Nilai,Sumber,Tanggal\ns1,tinggi,assessment-center,2025-11-10\ns2,tinggi,assessment-center,10/11/2025\n"
    accepted(hand_in(here, "potentials", potentials), rows=2, events=2)
    hear(here, "s1", "2026-Q1", AppraisalFinalized("s1", "2026-Q1", Judgement("sangat_baik")))
    hear(here, "s2", "2026-Q1", AppraisalFinalized("s2", "2026-Q1", Judgement("baik")))
    boxes = here.call("GET", "/v1/talent?period=2026-Q1", APPROVER).get_json()["items"]
    assert {row["employee"]: row["box"] for row in boxes} == {"s1": 9, "s2": 8}
    vacancy = {"post": "kabid-kesmas", "unit": "dinkes", "job_class": 10, "kind": "structural", "strategic": True,
               "criteria": ["box", "performance", "seniority"]}  # fmt: skip
    problem(here.call("POST", "/v1/vacancies", HR, json=vacancy | {"unit": "nowhere"}), 404, "unknown-unit")
    problem(here.call("POST", "/v1/vacancies", HR, json=vacancy | {"criteria": ["charm"]}), 422, "vacancy-criteria")
    assert here.call("POST", "/v1/vacancies", HR, json=vacancy).status_code == 201
    settle(here)
    (public,) = here.call("GET", "/v1/vacancies?status=open", S1).get_json()["items"]
    assert public["criteria"] == vacancy["criteria"] and "ranking" not in public
    problem(here.call("GET", "/v1/vacancies/kabid-kesmas", S1), 403, "not-permitted")
    shown = here.call("GET", "/v1/vacancies/kabid-kesmas", APPROVER)
    ranking = shown.get_json()["ranking"]
    assert [(one["place"], one["employee"]) for one in ranking] == [(1, "s1"), (2, "s2")], "the better performer before the senior one"
    path = "/v1/vacancies/kabid-kesmas/decision"
    body = {"proposal": shown.get_json()["proposal"], "employee": "s1", "document": "821/9/2026", "since": "2026-05-01"}
    problem(here.call("POST", path, APPROVER, json=body), 428, "version-required")
    problem(here.call("POST", path, APPROVER, {"If-Match": '"1"'}, json=body), 412, "stale-version")
    answer = here.call("POST", path, APPROVER, {"If-Match": shown.headers["ETag"]}, json=body).get_json()
    assert types(answer) == ["PostDecided", "PositionAssigned"]
    settle(here)
    assert here.call("GET", "/v1/vacancies/kabid-kesmas", AUDITOR).get_json()["status"] == "filled"
    held = here.call("GET", "/v1/employees/s1?on=2026-05-01", HR).get_json()["position"]
    assert (held["post"], held["job_class"], held["kind"]) == ("kabid-kesmas", 10, "structural")
    assert here.call("GET", "/v1/development/s1", HR).get_json()["measures"] == []


def test_guidance_that_fails_leads_to_six_months_to_improve_with_a_reminder_at_their_end(here):
    imported(here, "s1", "2025", "kurang")
    assert types(decide(here, "s1", "guidance-performance-2025")) == ["GuidanceOpened"]
    step = {"proposal": "guidance-performance-2025", "on": "2026-03-10", "agreement": "Bimbingan dua pekan sekali"}
    assert here.call("POST", "/v1/development/s1/followed", S1, json=step).status_code == 201
    closing = {"proposal": "guidance-performance-2025", "outcome": "not_reached"}
    assert here.call("POST", "/v1/development/s1/closed", HR, json=closing).status_code == 200
    settle(here)
    assert types(decide(here, "s1", "improvement-performance-2025")) == ["ImprovementPeriodOpened"]
    measure = here.call("GET", "/v1/development/s1", S1).get_json()["measures"][1]
    assert (measure["kind"], measure["since"], measure["until"], measure["ended"]) == ("improvement", "2026-03-10", "2026-09-09", False)
    here.clock.moment = datetime(2026, 9, 9, 17, tzinfo=UTC)
    settle(here)
    measure = here.call("GET", "/v1/development/s1", S1).get_json()["measures"][1]
    assert measure["ended"] and measure["status"] == "open", "a reminder, nothing follows by itself"
    body = {"proposal": "improvement-performance-2025", "outcome": "reached", "document": "800/7/2026"}
    problem(here.call("POST", "/v1/development/s1/closed", HR, json={key: body[key] for key in ("proposal", "outcome")}), 409,
            "improvement-needs-document")  # fmt: skip
    problem(here.call("POST", "/v1/improvement/s1/close", HR, json=body), 403, "not-permitted")
    assert here.call("POST", "/v1/improvement/s1/close", APPROVER, json=body).get_json()["outcome"] == "reached"
    settle(here)
    assert here.call("GET", "/v1/development/s1", S1).get_json()["open"] == 0


def test_a_gap_that_peers_see_leads_to_training_and_what_it_brought_to_recognition(here):
    hear(here, "s2", "2026", FeedbackSummarised("s2", "2026", 4, {"komunikasi": 225, "timeliness": 350}))
    assert types(decide(here, "s2", "training-komunikasi-efektif-2026")) == ["TrainingAssigned"]
    here.clock.moment = datetime(2026, 5, 4, 2, tzinfo=UTC)
    body = {"programme": "komunikasi-efektif", "result": "passed", "completed_on": "2026-05-02", "score": "87.50"}
    problem(here.call("POST", "/v1/training/s2/completion", S2, json=body), 403, "not-permitted")
    assert here.call("POST", "/v1/training/s2/completion", HR, json=body).status_code == 201
    settle(here)
    (measure,) = here.call("GET", "/v1/development/s2", S2).get_json()["measures"]
    assert (measure["status"], measure["outcome"], measure["score_hundredths"]) == ("closed", "passed", 8750)
    for period, index in (("2026-Q1", "78.00"), ("2026-Q2", "80.25")):
        hear(here, "dinkes", period, SurveyResultPublished("dinkes", "loket", period, 40, index, "B"))
    (one,) = proposed(here, kind="award")
    assert [reason["code"] for reason in one["reasons"]] == ["survey-before", "survey-after", "trained"]
    assert types(decide(here, "s2", "award-recognition-2026-Q2")) == ["AwardGranted"]
    (award,) = here.call("GET", "/v1/awards?year=2026", S1).get_json()["items"]
    assert (award["award"], award["employee"], len(award["cites"])) == ("recognition", "s2", 3)


def test_a_team_award_and_a_bonus_that_payroll_pays(here):
    for one in ("s1", "s2", "m19"):
        imported(here, one, "2025", "baik")
    problem(here.call("POST", "/v1/awards/unknown/2025/evaluation", HR, json={}), 404, "unknown-award")
    assert here.call("POST", "/v1/awards/tim-terbaik/2025/evaluation", HR, json={}).status_code == 202
    settle(here)
    assert {row["employee"] for row in proposed(here, kind="award")} == {"s1", "s2", "m19"}
    body = {"outcome": "approved", "document": "800/1/2026"}
    own = here.call("POST", "/v1/proposals/m19/award-tim-terbaik-2025/decision", APPROVER, {"If-Match": '"1"'}, json=body)
    problem(own, 403, "own-record")
    decide(here, "s1", "award-tim-terbaik-2025", bonus=1500000, paid_with="2026-03")
    (award,) = here.call("GET", "/v1/awards?employee=s1", S2).get_json()["items"]
    assert (award["unit"], award["bonus"], award["paid_with"], award["year"]) == ("dinkes", 1500000, "2026-03", "2025")
    hear(here, "s2", "2025", AppraisalCorrected("s2", "2025", Judgement("kurang")))
    assert {row["employee"] for row in proposed(here, kind="award")} == set(), "one poor result leaves the team out"


def test_a_certificate_and_a_study_place_for_two_good_periods_and_a_correction_withdraws_what_awaits_a_decision(here):
    for period in ("2025-Q4", "2026-Q1"):
        hear(here, "s1", period, AppraisalFinalized("s1", period, Judgement("sangat_baik")))
    waiting = {one["proposal"] for one in proposed(here, employee="s1")}
    assert waiting == {"award-certificate-2025-Q4", "award-certificate-2026-Q1", "study-study-place-2026-Q1"}
    decide(here, "s1", "award-certificate-2025-Q4")
    (award,) = here.call("GET", "/v1/awards?employee=s1", S1).get_json()["items"]
    assert (award["award"], award["bonus"], len(award["cites"])) == ("certificate", 1000000, 1)
    assert types(decide(here, "s1", "study-study-place-2026-Q1")) == ["TrainingAssigned"]
    hear(here, "s1", "2026-Q1", AppraisalCorrected("s1", "2026-Q1", Judgement("baik")))
    rows = {one["proposal"]: one for one in here.call("GET", "/v1/proposals?employee=s1", HR).get_json()["items"]}
    assert {name: row["status"] for name, row in rows.items() if row["kind"] != "rank"} == {
        "award-certificate-2025-Q4": "approved", "award-certificate-2026-Q1": "withdrawn", "study-study-place-2026-Q1": "approved",
    }  # fmt: skip
    closed = {"proposal": "study-study-place-2026-Q1", "outcome": "reached", "on": "2026-03-09"}
    assert here.call("POST", "/v1/development/s1/closed", HR, json=closed).status_code == 200
    settle(here)
    (measure,) = here.call("GET", "/v1/development/s1", S1).get_json()["measures"]
    assert (measure["kind"], measure["status"], measure["outcome"]) == ("study", "closed", "reached")


def test_a_weakness_is_coached_and_a_missed_target_warned_in_writing_on_a_local_rule(here):
    hear(here, "s2", "2026", TargetSet("s2", "2026", "akta", "service-time"))
    scores = (
        ScoreSubmitted("s2", "2026-Q1", "rating", "behaviour", "komunikasi", "superior", "below"),
        ScoreSubmitted("s2", "2026-Q1", "rating", "target", "akta", "superior", "below", "72.5"),
    )
    hear(here, "s2", "2026-Q1", *scores, AppraisalFinalized("s2", "2026-Q1", Judgement("baik")))
    found = {one["proposal"]: one for one in proposed(here, employee="s2")}
    assert set(found) == {"coaching-komunikasi-2026-Q1", "sanction-written-warning-target-2026-Q1"}
    warning = found["sanction-written-warning-target-2026-Q1"]
    assert (warning["sanction"]["effect"], warning["sanction"]["basis"]) == ("warning", "Perwal 17/2025 Pasal 4")
    assert types(decide(here, "s2", "coaching-komunikasi-2026-Q1")) == ["GuidanceOpened"]
    step = {"proposal": "coaching-komunikasi-2026-Q1", "on": "2026-03-10", "agreement": "Latihan menyimak dua jam per pekan"}
    assert here.call("POST", "/v1/development/s2/followed", HR, json=step).status_code == 201
    closing = {"proposal": "coaching-komunikasi-2026-Q1", "outcome": "reached"}
    assert here.call("POST", "/v1/development/s2/closed", HR, json=closing).status_code == 200
    assert types(decide(here, "s2", warning["proposal"])) == ["SanctionImposed"]
    (row,) = here.call("GET", "/v1/sanctions/s2", S2).get_json()["items"]
    assert (row["level"], row["effect"], row["until"], row["percent"]) == ("light", "warning", None, None)


def test_the_years_exemplary_employee_by_published_criteria_and_the_next_when_a_correction_reaches_the_first(here):
    heads = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir"
    rows = [f"{one},2025-{month:02d},0,0,0,0,0" for one in ("s1", "s2") for month in range(1, 13)]
    accepted(hand_in(here, "attendance", "\n".join([heads, *rows])), rows=24, events=24)
    for one, predicate in (("s1", "sangat_baik"), ("s2", "baik")):
        hear(here, one, "2025", AppraisalFinalized(one, "2025", Judgement(predicate)))
    assert here.call("POST", "/v1/awards/pegawai-teladan/2025/evaluation", HR, json={}).status_code == 202
    settle(here)
    teladan = "award-pegawai-teladan-2025"
    (first,) = [one for one in proposed(here, kind="award") if one["proposal"] == teladan]
    assert first["employee"] == "s1" and [one["code"] for one in first["reasons"]][0] == "predicate"
    hear(here, "s1", "2025", AppraisalCorrected("s1", "2025", Judgement("butuh_perbaikan")))
    (second,) = [one for one in proposed(here, kind="award") if one["proposal"] == teladan]
    assert second["employee"] == "s2"
    decide(here, "s2", teladan, paid_with="2026-03")
    (award,) = here.call("GET", "/v1/awards?employee=s2", S1).get_json()["items"]
    assert (award["award"], award["bonus"], award["paid_with"]) == ("pegawai-teladan", 2500000, "2026-03")
