"""Appraisal through its routes in two more places: a year with reports, peers and a correction; quarters by numbers, openly."""

from __future__ import annotations

import hashlib

import pytest

from services.appraisal.heard import ComplaintResolved, FeedbackSummarised, SurveyResultPublished, TrainingCompleted
from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, APPROVER, ASSESSOR, HR, SUPERIOR, TODAY, Office
from tests.support.web import web

DAY = TODAY.date()
PEOPLE = ("ani", "budi", "citra", "boss", "chief")
HOURS = {"target_id": "akta", "aspect": "time", "indicator": "akta-lahir-jam", "unit": "jam", "direction": "lower", "value": "24",
         "weight": 100}  # fmt: skip
YEARLY = SETTINGS | {
    "appraised": "yearly",
    "peers": {"use": "required"},
    "achievement_report_required": True,
    "objection_may_lower": False,
    "improvement": {"founded_complaints": True, "falling_surveys": True, "due": {"days": 10, "kind": "working"}},
}
NUMERIC = {
    **{key: value for key, value in SETTINGS.items() if key not in ("quadrant", "rating_policy")},
    "scheme": "numeric",
    "numeric": {"scale": "pp-30-2019-41", "result_percent": 70, "behaviour_percent": 30},
}
COLLEAGUES = ({"kualitas": 325, "kerja-sama": 375}, {"kualitas": 13, "kerja-sama": 15}, {"kualitas": 4, "kerja-sama": 4})
"""Rounded means, sums and counts."""


def opened(postgres_url, name, agency, settings):
    with web(postgres_url, SERVICE, name, (agency,)) as place:
        office = Office(place, agency)
        office.at("2026-01-02")
        office.hear(
            personnel.UnitOpened("town", None, "government", DAY),
            personnel.UnitOpened("civil", "town", "office", DAY),
            *(personnel.EmployeeRegistered(person, "PNS", DAY) for person in PEOPLE),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "civil", False, DAY, "SK") for person in PEOPLE[:4]),
            personnel.PositionAssigned("chief", "post-chief", 12, "structural", "town", False, DAY, "SK"),
            *(personnel.ReportingLineSet(person, "boss", "chief", DAY, "SK") for person in PEOPLE[:3]),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2025-01-01", "sources": ["PP 30/2019 art. 41"], "settings": settings}
        office.post("/rule-sets", ADMIN, body)
        yield office


@pytest.fixture(scope="module")
def yearly(postgres_url):
    yield from opened(postgres_url, "appraisal_yearly", "siulak", YEARLY)


@pytest.fixture(scope="module")
def numeric(postgres_url):
    yield from opened(postgres_url, "appraisal_numeric", "sawahlunto", NUMERIC)


def approved(office, person):
    office.at("2026-01-14")
    office.post(f"/plans/{person}/2026/targets", (person, "employee"), HOURS)
    office.post(f"/plans/{person}/2026/approval", ASSESSOR, {"document": f"SKP/{person}/2026"}, 1)


def measured(office, rows):
    lines = "".join(f"{person},2026,akta,{month},{value}\n" for person, month, value in rows)
    file = ("Kode Pegawai,Tahun,Kode Sasaran,Bulan,Realisasi\n" + lines).encode()
    return file, office.call("POST", "/imports/achievements", HR, data=file, content_type="text/csv")


def imported(office, rows):
    file = ("Kode Pegawai,Periode,Predikat,Sistem Asal\n" + rows).encode()
    return office.call("POST", "/imports/earlier-predicates", HR, data=file, content_type="text/csv")


def test_an_imported_year_is_corrected_by_the_assessors_superior_after_a_hearing(yearly):
    yearly.at("2026-01-05")
    assert imported(yearly, "ani,2025,Baik,e-Kinerja lama\nani,2024,Cukup,e-Kinerja lama\n").json["events"] == 2
    assert yearly.get("/appraisals/ani/2024")["predicate"] == "butuh_perbaikan"
    yearly.at("2026-07-20")
    path, body = "/appraisals/ani/2025/correction", {
        "predicate": "butuh_perbaikan", "legal_basis": "PP 30/2019 art. 41", "document": "800/9/2026", "heard_on": "2026-07-13",
        "reasons": "Nilai dipindahkan keliru dari sistem lama",
    }  # fmt: skip
    yearly.refused("not-permitted", 403, path, ASSESSOR, body, 1)
    yearly.refused("not-permitted", 403, path, ("ani", "employee"), body, 1)
    yearly.refused("version-required", 428, path, SUPERIOR, body)
    yearly.refused("not-heard", 422, path, SUPERIOR, body | {"heard_on": "2026-07-21"}, 1)
    yearly.refused("correction-invalid", 422, path, SUPERIOR, body | {"predicate": None}, 1)
    yearly.refused("invalid-body", 422, path, SUPERIOR, body | {"legal_basis": "karena saya mau"}, 1)
    answer = yearly.post(path, SUPERIOR, body, 1)
    assert answer == {"before": {"predicate": "baik"}, "after": {"predicate": "butuh_perbaikan"}, "version": 2}
    shown = yearly.get("/appraisals/ani/2025", ("ani", "employee"))
    assert (shown["status"], shown["predicate"], shown["correction"]["reasons"]) == ("corrected", "butuh_perbaikan", body["reasons"])
    assert (shown["correction"]["corrected_by"], shown["correction"]["heard_on"]) == ("chief", "2026-07-13")


def test_a_year_is_delivered_with_ones_own_report_the_peers_and_the_trainings(yearly):
    budi = ("budi", "employee")
    approved(yearly, "budi")
    yearly.at("2026-12-20")
    assert measured(yearly, [("budi", f"2026-{month:02d}", "24") for month in range(1, 13)])[1].json["events"] == 12
    yearly.hear(TrainingCompleted("budi", "komunikasi", "passed", DAY.replace(month=9), 8750))
    report = {"report": "Seluruh akta selesai dalam sehari", "evidence": ["ab" * 32]}
    first = yearly.post("/appraisals/budi/2026/report", budi, report)
    assert yearly.post("/appraisals/budi/2026/report", budi, report) == first, "the same report again changes nothing"
    yearly.refused("not-permitted", 403, "/appraisals/budi/2026/report", ASSESSOR, report)
    yearly.at("2027-01-12")
    for item in BEHAVIOURS:
        yearly.post("/appraisals/budi/2026/scores", ASSESSOR, {"what": "behaviour", "item": item, "value": "as"})
    version = yearly.get("/appraisals/budi/2026")["version"]
    missing = yearly.refused("appraisal-incomplete", 409, "/appraisals/budi/2026/delivery", ASSESSOR, version=version)["missing"]
    assert missing == ["the published summary of at least three colleagues"]
    yearly.hear(FeedbackSummarised("budi", "2026", 4, *COLLEAGUES), service="feedback")
    answer = yearly.post("/appraisals/budi/2026/delivery", ASSESSOR, version=version)
    assert answer["judgement"] == {"result_rating": "as", "behaviour_rating": "as", "predicate": "baik"}
    shown = yearly.get("/appraisals/budi/2026", budi)
    assert (shown["kind"], shown["report"]["report"], shown["peers"]["n"]) == ("year", report["report"], 4)
    assert tuple(shown["peers"][name] for name in ("means_hundredths", "sums", "counts")) == COLLEAGUES
    (training,) = shown["trainings"]
    assert (training["programme"], training["result"], training["score_hundredths"]) == ("komunikasi", "passed", 8750)
    yearly.refused("already-delivered", 409, "/appraisals/budi/2026/report", budi, report | {"report": "Lain"})

    yearly.at("2027-01-14")
    yearly.post("/appraisals/budi/2026/objections", budi, {"items": ["whole"], "arguments": "Hasil saya di atas harapan"})
    lower = {"outcome": "granted", "document": "800/2/2027", "reasons": "Tidak sesuai", "ratings": {"result_rating": "below",
             "behaviour_rating": "as"}}  # fmt: skip
    version = yearly.get("/appraisals/budi/2026")["version"]
    refused = yearly.refused("objection-may-not-lower", 409, "/appraisals/budi/2026/objections/decision", SUPERIOR, lower, version)
    assert "may change" in refused["expected"] and "dapat mengubah" in refused["expected"]


def test_founded_complaints_and_falling_surveys_open_improvement_items(yearly):
    yearly.at("2027-02-01")
    resolved = [ComplaintResolved("civil", name, founded, DAY.replace(month=6, day=16)) for name, founded in (("k1", True), ("k2", False))]
    results = [SurveyResultPublished("civil", "akta", period, 30, index) for period, index in (("2026-Q1", "81.20"), ("2026-Q2", "80.00"))]
    yearly.hear(*resolved, *results, service="feedback")
    yearly.settle()
    yearly.settle()
    items = yearly.get("/improvement-items?unit=civil", ("citra", "employee"))["items"]
    assert [(item["item"], item["cause"], item["due"], item["overdue"]) for item in items] == [
        ("complaint-k1", "complaint", "2026-06-30", True),
        ("survey-akta-2026-q2", "survey", "2027-02-15", False),
    ]
    path, done = "/improvement-items/civil/complaint-k1/closing", {"done_on": "2027-01-30", "what": "Loket kedua dibuka"}
    yearly.refused("not-permitted", 403, path, ("citra", "employee"), done)
    yearly.refused("unknown-improvement-item", 404, "/improvement-items/civil/complaint-k2/closing", HR, done)
    assert yearly.post(path, HR, done)["status"] == "closed"
    yearly.refused("improvement-item-closed", 409, path, HR, done)
    yearly.settle()
    (closed,) = yearly.get("/improvement-items?unit=civil&status=closed")["items"]
    assert (closed["what"], closed["done_on"], closed["closed_by"], closed["overdue"]) == (done["what"], "2027-01-30", "hr1", False)


def test_a_quarter_by_numbers_from_imported_hours_and_everybody_sees_the_units(numeric):
    """24 hours wanted. Ani's 30 are 75 percent, Budi's 24 are 100, Citra's 12 are 150, capped at 120."""
    for person in PEOPLE[:3]:
        approved(numeric, person)
    numeric.at("2026-04-10")
    quarter = ("2026-01", "2026-02", "2026-03")
    hours = {"ani": "30", "budi": "24", "citra": "12"}
    file, answer = measured(numeric, [(person, month, value) for person, value in hours.items() for month in quarter])
    assert answer.json["events"] == 9
    assert measured(numeric, [(person, month, value) for person, value in hours.items() for month in quarter])[1].json["events"] == 0
    shown = numeric.get("/plans/ani/2026")["progress"]
    assert [report["evidence"] for report in shown] == [[hashlib.sha256(file).hexdigest()]] * 3
    wrong = measured(numeric, [("ani", "2026-01", "30"), ("nobody", "2026-01", "30")])[1]
    assert (wrong.status_code, [error["row"] for error in wrong.json["errors"]]) == (422, [3])

    for person in hours:
        path = f"/appraisals/{person}/2026-Q1/scores"
        for item in BEHAVIOURS:
            numeric.post(path, ASSESSOR, {"what": "behaviour", "item": item, "value": "90"})
        numeric.refused("score-over-cap", 422, path, ASSESSOR, {"what": "behaviour", "item": "akuntabel", "value": "121"})
        numeric.refused("number-invalid", 422, path, ASSESSOR, {"what": "behaviour", "item": "akuntabel", "value": "above"})
    idea = {"what": "idea", "item": "innovation", "value": "yes"}
    numeric.refused("idea-invalid", 422, "/appraisals/citra/2026-Q1/scores", ASSESSOR, idea)
    numeric.post("/appraisals/citra/2026-Q1/scores", ASSESSOR, idea | {"document": "INO/7/2026"})
    found = {}
    for person in hours:
        version = numeric.get(f"/appraisals/{person}/2026-Q1")["version"]
        found[person] = numeric.post(f"/appraisals/{person}/2026-Q1/delivery", ASSESSOR, version=version)["judgement"]
    assert found == {
        "ani": {"predicate": "butuh_perbaikan", "score": "79.5"},
        "budi": {"predicate": "baik", "score": "97"},
        "citra": {"predicate": "sangat_baik", "score": "111"},
    }
    numeric.settle()

    path = "/units/civil/scores?period=2026-Q1"
    shown = numeric.get(path, ("ani", "employee"))
    assert shown["aggregate"] == {
        "persons": 4, "appraised": 3, "withheld": None, "score_hundredths": 9583, "result_hundredths": 9833, "behaviour_hundredths": 9000,
        "counts": {"sangat_baik": 1, "baik": 1, "butuh_perbaikan": 1, "kurang": 0, "sangat_kurang": 0},
    }  # fmt: skip
    assert (shown["own"]["judgement"]["score"], shown["own"]["status"]) == ("79.5", "delivered")
    assert shown["own"]["how"] == {"scheme": "numeric", "rule_set": "place@1", "result": "75", "behaviour": "90", "peers": None,
                                   "result_percent": 70, "behaviour_percent": 30}  # fmt: skip
    assert numeric.get(path, HR)["own"] is None
    assert numeric.call("GET", path, ("chief", "employee")).status_code == 403
    assert numeric.call("GET", "/units/nowhere/scores?period=2026-Q1", HR).status_code == 404
    few = numeric.get("/units/civil/scores?period=2026-Q2")["aggregate"]
    assert (few["counts"], few["score_hundredths"], few["withheld"]) == (None, None, "fewer than 3 results")


def test_a_decision_and_a_correction_by_numbers(numeric):
    ani, path = ("ani", "employee"), "/appraisals/ani/2026-Q1"
    numeric.at("2026-04-12")
    numeric.post(f"{path}/objections", ani, {"items": ["akta"], "arguments": "Server pusat padam"})
    version = numeric.get(path)["version"]
    decision = {"outcome": "granted", "document": "800/3/2026", "reasons": "Benar", "score": "90"}
    wrong = decision | {"score": None, "ratings": {"result_rating": "as", "behaviour_rating": "as"}}
    numeric.refused("decision-invalid", 422, f"{path}/objections/decision", SUPERIOR, wrong, version)
    answer = numeric.post(f"{path}/objections/decision", SUPERIOR, decision, version)
    assert answer["after"] == {"predicate": "baik", "score": "90"}
    body = {"score": "85.5", "legal_basis": "PP 30/2019 art. 41", "document": "800/4/2026", "heard_on": "2026-04-11", "reasons": "Keliru"}
    corrected = numeric.post(f"{path}/correction", SUPERIOR, body, answer["version"])
    assert corrected["after"] == {"predicate": "butuh_perbaikan", "score": "85.5"}
    numeric.settle()
    assert numeric.get("/appraisals?period=2026-Q1&unit=civil")["items"][0]["predicate"] == "butuh_perbaikan"
    assert numeric.get("/distribution?period=2026-Q1&unit=civil", APPROVER)["counts"]["butuh_perbaikan"] == 1
