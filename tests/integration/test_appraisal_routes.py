"""Appraisal through its routes, on a database: a quarter from the draft to the decision, and what is refused on the way."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest

from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, APPROVER, ASSESSOR, HR, SUPERIOR, TODAY, Office
from tests.support.web import web

PEOPLE = ("ani", "budi", "citra", "dewi", "boss", "chief")
TARGETS = (
    {"target_id": "permits", "aspect": "quantity", "indicator": "permits-issued", "what": "Menerbitkan izin", "unit": "izin",
     "direction": "higher", "value": "40", "weight": 60},
    {"target_id": "days", "aspect": "time", "indicator": "permit-days", "unit": "hari", "direction": "lower", "value": "5", "weight": 40},
)  # fmt: skip


@contextmanager
def opened(postgres_url, name, settings):
    with web(postgres_url, SERVICE, name, ("mulyorejo", "plaju")) as place:
        made = Office(place)
        made.at("2026-01-02")
        first = TODAY.date()
        made.hear(
            personnel.UnitOpened("town", None, "government", first),
            personnel.UnitOpened("permits", "town", "office", first),
            *(personnel.EmployeeRegistered(person, "PNS", first) for person in PEOPLE),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "permits", False, first, "SK") for person in PEOPLE),
            *(personnel.ReportingLineSet(person, "boss", "chief", first, "SK") for person in PEOPLE[:4]),
            personnel.ReportingLineSet("boss", "chief", None, first, "SK"),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019 art. 59"], "settings": settings}
        made.post("/rule-sets", ADMIN, body)
        yield made


@pytest.fixture(scope="module")
def office(postgres_url):
    with opened(postgres_url, "appraisal_routes", SETTINGS) as made:
        yield made


def approved(office, person):
    office.at("2026-01-14")
    for target in TARGETS:
        office.post(f"/plans/{person}/2026/targets", (person, "employee"), target)
    approval = {"document": f"SKP/{person}/2026"}
    office.post(f"/plans/{person}/2026/approval", ASSESSOR, approval, office.get(f"/plans/{person}/2026")["version"])


def delivered(office, person, day="2026-04-20", permits="30"):
    approved(office, person)
    office.at("2026-03-28")
    for month in ("2026-01", "2026-02", "2026-03"):
        for target, value in (("permits", permits), ("days", "6")):
            office.post(f"/plans/{person}/2026/progress", (person, "employee"), {"target_id": target, "month": month, "value": value})
    office.at("2026-04-14")
    for item in BEHAVIOURS:
        office.post(f"/appraisals/{person}/2026-Q1/scores", ASSESSOR, {"what": "behaviour", "item": item, "value": "as"})
    office.at(day)
    version = office.get(f"/appraisals/{person}/2026-Q1")["version"]
    return office.post(f"/appraisals/{person}/2026-Q1/delivery", ASSESSOR, version=version)


def test_a_plan_goes_from_draft_to_approval_to_progress(office):
    ani = ("ani", "employee")
    office.at("2026-01-14")
    office.post("/rules-acknowledgements/ani", ani, {"rule_set": "place@1", "how": "meeting"})
    office.refused("plan-not-approved", 409, "/plans/ani/2026/progress", ani, {"target_id": "permits", "month": "2026-01", "value": "1"})
    office.post("/plans/ani/2026/targets", ani, TARGETS[0])
    office.refused("version-required", 428, "/plans/ani/2026/approval", ASSESSOR, {"document": "SKP/1"})
    office.refused("weights-not-100", 422, "/plans/ani/2026/approval", ASSESSOR, {"document": "SKP/1"}, 1)
    office.post("/plans/ani/2026/targets", ani, TARGETS[1] | {"target_id": "extra"})
    assert office.call("DELETE", "/plans/ani/2026/targets/extra", ani).status_code == 200
    office.post("/plans/ani/2026/targets", ani, TARGETS[1])
    office.refused("stale-version", 412, "/plans/ani/2026/approval", ASSESSOR, {"document": "SKP/1"}, 1)
    office.refused("not-permitted", 403, "/plans/ani/2026/approval", ("budi", "employee"), {"document": "SKP/1"}, 4)
    shown = office.get("/plans/ani/2026", ani)
    assert (shown["status"], shown["version"], [target["what"] for target in shown["targets"]]) == ("draft", 4, ["Menerbitkan izin", None])
    answer = office.post("/plans/ani/2026/approval", ASSESSOR, {"document": "SKP/1"}, 4)
    assert answer == {"plan_version": 1, "targets": ["permits", "days"], "version": 3}
    office.refused("plan-approved", 409, "/plans/ani/2026/targets", ani, TARGETS[0])

    office.at("2026-01-28")
    progress = {"target_id": "permits", "month": "2026-01", "value": "38", "evidence": ["ab" * 32], "obstacle": "Aplikasi padam"}
    office.post("/plans/ani/2026/progress", ani, progress)
    office.refused("month-outside-period", 422, "/plans/ani/2026/progress", ani, progress | {"month": "2025-12"})
    office.refused("month-not-begun", 422, "/plans/ani/2026/progress", ani, progress | {"month": "2026-02"})
    office.refused("invalid-body", 422, "/plans/ani/2026/progress", ani, progress | {"value": "many"})
    shown = office.get("/plans/ani/2026", ani)
    assert (shown["status"], shown["document"], shown["progress"][0]["obstacle"]) == ("approved", "SKP/1", "Aplikasi padam")


def test_an_objection_in_time_is_decided_late_by_the_assessors_superior_and_final(office):
    budi = ("budi", "employee")
    said = delivered(office, "budi")
    assert said["judgement"] == {"result_rating": "below", "behaviour_rating": "as", "predicate": "butuh_perbaikan"}
    assert said["objection_until"] == "2026-05-04T17:00:00Z"
    office.at("2026-04-30")
    body = {"items": ["permits"], "arguments": "Aplikasi padam", "evidence": ["cd" * 32]}
    filed = office.post("/appraisals/budi/2026-Q1/objections", budi, body)
    assert (filed["status"], filed["decision_due"]) == ("filed", "2026-05-07T17:00:00Z")
    office.refused("objection-already-filed", 409, "/appraisals/budi/2026-Q1/objections", budi, body)
    version = office.get("/appraisals/budi/2026-Q1")["version"]

    office.at("2026-06-11", "14:00")
    office.settle()
    shown = office.get("/appraisals/budi/2026-Q1")
    assert (shown["status"], shown["objection"]["overdue"], shown["version"]) == ("objected", True, version + 1)
    decision = {"outcome": "granted", "document": "800/1/2026", "reasons": "Berita acara membenarkan"}
    decision |= {"ratings": {"result_rating": "as", "behaviour_rating": "as"}}
    path = "/appraisals/budi/2026-Q1/objections/decision"
    office.refused("not-permitted", 403, path, budi, decision, version + 1)
    office.refused("not-permitted", 403, path, ASSESSOR, decision, version + 1)
    office.refused("stale-version", 412, path, SUPERIOR, decision, version)
    answer = office.post(path, SUPERIOR, decision, version + 1)
    assert (answer["before"]["predicate"], answer["after"]["predicate"], answer["overdue"]) == ("butuh_perbaikan", "baik", True)
    office.refused("no-open-objection", 409, path, SUPERIOR, decision, answer["version"])

    shown = office.get("/appraisals/budi/2026-Q1", budi)
    assert (shown["status"], shown["basis"], shown["predicate"]) == ("final", "decision", "baik")
    steps = ["AppraisalDelivered", "ObjectionFiled", "ObjectionOverdue", "ObjectionDecided", "AppraisalFinalized"]
    assert [step["what"] for step in shown["history"]] == steps
    objection = office.get("/appraisals/budi/2026-Q1/objection", budi)
    assert (objection["arguments"], objection["decision"]["reasons"]) == ("Aplikasi padam", "Berita acara membenarkan")
    office.settle()
    assert office.get("/appraisals?period=2026-Q1&unit=town")["items"][0]["predicate"] == "baik"


def test_an_objection_ten_minutes_late_is_recorded_and_refused(office):
    delivered(office, "citra")
    office.at("2026-05-05", "00:10")
    office.settle()
    body = {"items": ["whole"], "arguments": "Sumber data terlambat"}
    answer = office.post("/appraisals/citra/2026-Q1/objections", ("citra", "employee"), body)
    assert answer["status"] == "refused" and answer["remedy"]
    assert (answer["due"], answer["found"]) == ("2026-05-04T17:00:00Z", "2026-05-04T17:10:00Z")
    shown = office.get("/appraisals/citra/2026-Q1")
    assert (shown["status"], shown["basis"], shown["objection"]["status"]) == ("final", "silence", "refused")
    assert office.get("/appraisals/citra/2026-Q1/objection")["arguments"] == "Sumber data terlambat"


def test_a_result_is_delivered_when_everything_is_there_and_accepted(office):
    dewi = ("dewi", "employee")
    office.refused("plan-not-approved", 409, "/appraisals/dewi/2026-Q1/scores", ASSESSOR,
                   {"what": "behaviour", "item": "akuntabel", "value": "as"})  # fmt: skip
    office.refused("appraisal-not-delivered", 409, "/appraisals/dewi/2026-Q1/objections", dewi, {"items": ["whole"], "arguments": "x"})
    approved(office, "dewi")
    office.at("2026-04-14")
    office.post("/appraisals/dewi/2026-Q1/scores", dewi, {"what": "target", "item": "permits", "value": "above"})
    missing = office.refused("appraisal-incomplete", 409, "/appraisals/dewi/2026-Q1/delivery", ASSESSOR, version=1)["missing"]
    assert len(missing) == 6 + 3 and "progress of permits in 2026-01" in missing
    office.refused("not-permitted", 403, "/appraisals/dewi/2026-Q1/delivery", dewi, version=1)
    for item in BEHAVIOURS:
        office.post("/appraisals/dewi/2026-Q1/scores", ASSESSOR, {"what": "behaviour", "item": item, "value": "as"})
    for month in ("2026-01", "2026-02", "2026-03"):
        for target, value in (("permits", "44"), ("days", "4.8")):
            office.post("/plans/dewi/2026/progress", dewi, {"target_id": target, "month": month, "value": value})
    office.refused("version-required", 428, "/appraisals/dewi/2026-Q1/delivery", ASSESSOR)
    answer = office.post("/appraisals/dewi/2026-Q1/delivery", ASSESSOR, version=4)
    assert answer["judgement"] == {"result_rating": "above", "behaviour_rating": "as", "predicate": "baik"}
    office.refused("already-delivered", 409, "/appraisals/dewi/2026-Q1/delivery", ASSESSOR, version=answer["version"])
    late = {"target_id": "permits", "month": "2026-03", "value": "50"}
    office.refused("period-delivered", 409, "/plans/dewi/2026/progress", dewi, late)
    assert office.post("/appraisals/dewi/2026-Q1/acceptance", dewi, version=answer["version"])["status"] == "final"


def test_the_distribution_stands_beside_the_guide(office):
    office.at("2026-06-12")
    office.refused("unknown-unit", 404, "/organisations/nowhere/2026-Q1/result", APPROVER, {"result": "baik"})
    office.refused("period-not-over", 422, "/organisations/town/2026-Q2/result", APPROVER, {"result": "baik"})
    office.post("/organisations/town/2026-Q1/result", APPROVER, {"result": "baik"})
    office.settle()
    found = office.get("/distribution?period=2026-Q1&unit=permits")
    assert (found["result"], found["persons"], found["appraised"]) == ("baik", 6, 3)
    assert (found["counts"]["baik"], found["counts"]["butuh_perbaikan"]) == (2, 1)
    assert [(finding["count"], finding["of"], finding["holds"]) for finding in found["findings"]] == [(2, 3, True), (1, 3, True)]
    assert office.get("/distribution?period=2026-Q1")["unit"] == "town"


def test_imports_name_the_broken_row_and_import_nothing_by_halves(office):
    office.at("2026-06-12")
    heads = "Kode Pegawai,Tahun,Kode Sasaran,Aspek,Indikator,Uraian,Satuan,Arah,Target,Bobot\n"
    good = "boss,2026,unit,Kualitas,unit-achievement,Mencapai rencana,persen,lebih tinggi,100,100\n"

    def sent(rows, query=""):
        return office.call("POST", f"/imports/targets{query}", HR, data=(heads + rows).encode(), content_type="text/csv")

    broken = sent(good + "nobody,2026,unit,Kualitas,x,,persen,lebih tinggi,100,100\n" + good.replace("Kualitas", "Cepat"))
    assert broken.status_code == 422
    assert office.call("GET", "/plans/boss/2026", HR).status_code == 404
    broken = sent(good + good.replace("boss", "nobody").replace(",100,100", ",0,100"))
    assert [error["row"] for error in broken.json["errors"]] == [3]
    assert sent(good, "?dry_run=true").json == {"rows": 1, "events": 1, "dry_run": True}
    assert sent(good).json == {"rows": 1, "events": 1, "dry_run": False}
    assert sent(good).json["events"] == 0, "the same file again changes nothing"
    assert office.get("/plans/boss/2026")["targets"][0]["what"] == "Mencapai rencana"

    rows = "Kode Pegawai,Periode,Predikat,Sistem Asal\nani,2025-Q4,Baik,e-Kinerja lama\n"
    earlier = {"data": rows.encode(), "content_type": "text/csv"}
    assert office.call("POST", "/imports/earlier-predicates", HR, **earlier).json["events"] == 1
    assert office.call("POST", "/imports/earlier-predicates", HR, **earlier).status_code == 422
    assert office.get("/appraisals/ani/2025-Q4")["predicate"] == "baik"


def test_weights_are_left_out_or_exact_and_months_are_said_by_body_and_by_file(office):
    office.at("2026-06-12")
    boss, path = ("boss", "employee"), "/plans/boss/2027"
    target = {name: value for name, value in TARGETS[0].items() if name != "weight"}
    due = target | {"target_id": "zero", "direction": "lower", "value": "0", "aggregate": "sum", "months": ["2027-12", "2027-06"]}
    for one in (target, due, target | {"target_id": "third"}):
        office.post(f"{path}/targets", boss, one)
    office.refused("target-invalid", 422, f"{path}/targets", boss, target | {"weight": 50, "exact_weight": "50"})
    office.refused("target-invalid", 422, f"{path}/targets", boss, target | {"months": ["2026-12"]})
    version = office.get(path)["version"]
    office.post(f"{path}/targets", boss, target)
    assert office.get(path)["version"] == version, "the same draft again"
    office.post(f"{path}/approval", SUPERIOR, {"document": "SKP/boss/2027"}, version)
    shown = {one["target_id"]: one for one in office.get(path)["targets"]}
    assert {(one["weight"], one["exact_weight"]) for one in shown.values()} == {(33, "100/3")}
    assert (shown["zero"]["aggregate"], shown["zero"]["months"], shown["zero"]["value"]) == ("sum", ["2027-06", "2027-12"], "0")
    assert (shown["permits"]["aggregate"], shown["permits"]["months"]) == (None, [])

    heads = "Kode Pegawai,Tahun,Kode Sasaran,Aspek,Indikator,Satuan,Arah,Target,Bobot,Rekap,Bulan Ukur\n"
    row = "boss,2028,{},Kualitas,mutu,persen,lebih tinggi,100,{},{},{}\n"

    def sent(*rows):
        body = heads + "".join(row.format(f"t{number}", *one) for number, one in enumerate(rows))
        return office.call("POST", "/imports/targets", HR, data=body.encode(), content_type="text/csv")

    assert sent(('"14,5"', "jumlah", "2028-06; 2028-12"), ("200/7", "", ""), ("100", "Terakhir", "2028-06")).json["events"] == 3
    found = office.get("/plans/boss/2028")["targets"]
    assert [(one["weight"], one["exact_weight"], one["aggregate"], one["months"]) for one in found] == [
        (None, "14.5", "sum", ["2028-06", "2028-12"]), (None, "200/7", None, []), (100, None, "last", ["2028-06"]),
    ]  # fmt: skip
    for cell in ("0", "101", "1/0", "berat"):
        assert sent((cell, "", "")).status_code == 422
    assert sent(("25", "", "2028-13")).status_code == 422


def test_another_agencys_people_do_not_exist(office):
    stranger = office.web.token("hr9", "hr", agency="plaju")
    for path in ("/plans/ani/2026", "/appraisals/budi/2026-Q1", "/appraisals/budi/2026-Q1/objection", "/appraisals/ani/2026-Q3"):
        assert office.call("GET", path, stranger).status_code == 404
    assert office.call("GET", "/appraisals?period=2026-Q1", stranger).json == {"items": [], "next": None}
    self_elsewhere = office.web.token("budi", "employee", agency="plaju")
    assert office.call("POST", "/plans/budi/2026/targets", self_elsewhere, TARGETS[0]).json["type"].endswith("unknown-employee")


def test_the_description_of_all_routes_can_be_read_by_anybody(office):
    found = office.web.call("GET", "/openapi.json", None).json
    paths = {path: set(methods) - {"parameters"} for path, methods in found["paths"].items()}
    assert paths["/v1/appraisals/{employee}/{period}/objections/decision"] == {"post"}
    assert paths["/v1/distribution"] == {"get"}
    assert all(said.get("summary") for path, methods in found["paths"].items() for verb, said in methods.items() if verb != "parameters")


def test_terms_in_working_days_follow_days_off_that_are_declared_while_they_run(postgres_url):
    """Delivered on Monday 11 May 2026; Ascension is on the 14th. The decision's three days meet a local day off on the 21st."""
    terms = {"objection": {"days": 5, "kind": "working"}, "decision": {"days": 3, "kind": "working", "binding": False}}
    budi = ("budi", "employee")
    with opened(postgres_url, "appraisal_calendar", SETTINGS | terms) as office:
        assert delivered(office, "budi", "2026-05-11")["objection_until"] == "2026-05-18T17:00:00Z"
        office.settle()
        office.hear(personnel.HolidayDeclared(date(2026, 5, 14), "national", "SKB 1/2025"))
        office.settle()
        assert office.get("/appraisals/budi/2026-Q1")["objection_until"] == "2026-05-19T17:00:00Z"
        office.at("2026-05-19")
        office.settle()
        said = {"items": ["permits"], "arguments": "Aplikasi padam", "evidence": []}
        filed = office.post("/appraisals/budi/2026-Q1/objections", budi, said)
        assert (filed["status"], filed["decision_due"]) == ("filed", "2026-05-22T17:00:00Z")
        office.settle()
        office.hear(personnel.HolidayDeclared(date(2026, 5, 21), "local", "188/1/2026"))
        office.settle()
        for day, overdue in (("2026-05-25", False), ("2026-05-26", True)):
            office.at(day)
            office.settle()
            objection = office.get("/appraisals/budi/2026-Q1")["objection"]
            assert (objection["decision_due"], objection["overdue"]) == ("2026-05-25T17:00:00Z", overdue)
        office.hear(personnel.HolidayWithdrawn(date(2026, 5, 21), "188/2/2026"))
        office.settle()
        steps = [step["what"] for step in office.get("/appraisals/budi/2026-Q1")["history"]]
        assert steps == ["AppraisalDelivered", "ObjectionTermMoved", "ObjectionFiled", "DecisionTermMoved", "ObjectionOverdue"]
