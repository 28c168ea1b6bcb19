"""Bad input to the running services: each kind gets its own problem, with what was expected, found and to be done, and changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from shared.local.home import Home
from tests.support.year import SERVICES, Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]

OBJECTION = {"items": ["izin-selesai"], "arguments": "Mohon ditinjau kembali."}
DECISION = {"outcome": "rejected", "document": "800/KB-09/2026", "reasons": "Tidak ada bukti baru."}
PEOPLE = "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK\n"
GOOD_ROW = "m90,199003152015032990,Tirta Lestari,PNS,2015-03-01,III/a,2023-04-01,arsiparis-9,7,pelaksana,setda,tidak,2026-01-01,821/190\n"
NO_SUCH_DAY = GOOD_ROW.replace("m90", "m91").replace("19900315", "19900230")
CSV = {"headers": {"Content-Type": "text/csv"}}


@dataclass(frozen=True)
class Bad:
    """A request, and the status and code of the problem that it must get. `who` is a person with roles; none sends no token."""

    name: str
    who: tuple[str, ...]
    method: str
    service: str
    path: str
    status: int
    code: str
    parts: dict[str, Any] = field(default_factory=dict)
    agency: str = "mulyorejo"

    def __str__(self) -> str:
        return self.name


COUNTS: dict[str, int] = {}
M1 = "/appraisals/m1/2026-Q1"
CASES = (
    Bad("unknown employee", ("m99",), "POST", "appraisal", "/plans/m99/2026/targets", 404, "unknown-employee", {"json": {
        "target_id": "a", "aspect": "time", "indicator": "a", "unit": "hari", "direction": "lower", "value": "5", "weight": 100}}),
    Bad("scoring before approval", ("m11",), "POST", "appraisal", "/appraisals/m1/2027-Q1/scores", 409, "plan-not-approved",
        {"json": {"what": "behaviour", "item": "adaptif", "value": "as"}}),
    Bad("scoring after delivery", ("m11",), "POST", "appraisal", f"{M1}/scores", 409, "already-delivered",
        {"json": {"what": "behaviour", "item": "adaptif", "value": "above"}}),
    Bad("objecting twice", ("m1",), "POST", "appraisal", f"{M1}/objections", 409, "objection-already-filed", {"json": OBJECTION}),
    Bad("objecting to what was accepted", ("m5",), "POST", "appraisal", "/appraisals/m5/2026-Q1/objections", 409, "appraisal-accepted",
        {"json": OBJECTION}),
    Bad("deciding one's own objection", ("m1", "approver"), "POST", "appraisal", f"{M1}/objections/decision", 403, "not-permitted",
        {"json": DECISION, "headers": {"If-Match": '"1"'}}),
    Bad("the assessor deciding on his own result", ("m11",), "POST", "appraisal", f"{M1}/objections/decision", 403, "not-permitted",
        {"json": DECISION, "headers": {"If-Match": '"1"'}}),
    Bad("deciding without having seen", ("m13",), "POST", "appraisal", f"{M1}/objections/decision", 428, "version-required",
        {"json": DECISION}),
    Bad("deciding on what has changed", ("m13",), "POST", "appraisal", f"{M1}/objections/decision", 412, "stale-version",
        {"json": DECISION, "headers": {"If-Match": '"1"'}}),
    Bad("a month outside the plan", ("m1",), "POST", "appraisal", "/plans/m1/2026/progress", 422, "month-outside-period",
        {"json": {"target_id": "izin-selesai", "month": "2027-01", "value": "40"}}),
    Bad("another agency's id", ("m1",), "GET", "appraisal", M1, 404, "unknown-appraisal", agency="siulak"),
    Bad("another agency's allowance", ("m1",), "GET", "payroll", "/allowances/m1/2026-04", 404, "unknown-employee", agency="siulak"),
    Bad("another's allowance", ("m2",), "GET", "payroll", "/allowances/m1/2026-04", 403, "not-permitted"),
    Bad("malformed JSON", ("m1",), "POST", "appraisal", f"{M1}/objections", 400, "malformed-json",
        {"data": b'{"items": [', "headers": {"Content-Type": "application/json"}}),
    Bad("an oversized body", ("m1",), "POST", "appraisal", f"{M1}/objections", 413, "body-too-large",
        {"data": b'"' + b"x" * 30_000_000 + b'"', "headers": {"Content-Type": "application/json"}}),
    Bad("a wrong content type", ("m1",), "POST", "appraisal", f"{M1}/objections", 415, "wrong-content-type",
        {"data": b"<a/>", "headers": {"Content-Type": "application/xml"}}),
    Bad("an invalid NIP", ("m15", "hr"), "POST", "personnel", "/imports/people", 422, "invalid-rows",
        {"data": (PEOPLE + GOOD_ROW + NO_SUCH_DAY).encode(), **CSV}),
    Bad("a broken spreadsheet", ("m15", "hr"), "POST", "personnel", "/imports/people", 422, "malformed-file",
        {"data": b"PK\x03\x04 broken", "headers": {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}}),
    Bad("no token", (), "GET", "appraisal", M1, 401, "not-authenticated"),
    Bad("a run of a month that lies ahead", ("m16", "treasurer"), "POST", "payroll", "/pay-runs", 409, "month-not-over",
        {"json": {"month": "2027-12"}}),
    Bad("paying without the office", ("m1",), "POST", "payroll", "/pay-runs", 403, "not-permitted", {"json": {"month": "2026-12"}}),
    Bad("an inexact number in rules", ("m20", "admin"), "POST", "payroll", "/rule-sets", 422, "inexact-number",
        {"json": {"kind": "allowance", "id": "a", "since": "2027-01-01", "sources": ["Perwal 42/2025"], "settings": {"share": 0.6}}}),
    Bad("a sentence in rules", ("m20", "admin"), "POST", "payroll", "/rule-sets", 422, "setting-not-publishable",
        {"json": {"kind": "allowance", "id": "a", "since": "2027-01-01", "sources": ["Perwal 42/2025"], "settings": {"to": "Ibu Siti!"}}}),
    Bad("a NIP in a document's number", ("m13",), "POST", "appraisal", f"{M1}/objections/decision", 422, "invalid-body",
        {"json": DECISION | {"document": "800/199003152015032990"}, "headers": {"If-Match": '"1"'}}),
)  # fmt: skip


@pytest.fixture(scope="module")
def unchanged(embedded_year: Year) -> Year:
    """The year, and in `COUNTS` how many events every service had before any bad input."""
    COUNTS.update({service: len(embedded_year.feed(service)) for service in SERVICES})
    return embedded_year


def _problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    found = (answer.status_code, answer.headers["Content-Type"], json.loads(answer.text).get("type"))
    assert found == (status, "application/problem+json", f"urn:merit:problem:{code}"), answer.text[:1000]
    said = answer.json()
    assert all(said[part] for part in ("title", "detail", "expected", "found", "remedy"))
    return said


@pytest.mark.parametrize("bad", CASES, ids=str)
def test_bad_input_gets_its_problem(bad: Bad, unchanged: Year) -> None:
    if bad.who:
        answer = unchanged.ask(bad.method, bad.service, bad.path, *bad.who, agency=bad.agency, **bad.parts)
    else:
        answer = requests.request(bad.method, f"{unchanged.run['services'][bad.service]}/v1{bad.path}", timeout=30)
    _problem(answer, bad.status, bad.code)


def test_a_broken_row_is_named_and_nothing_is_half_imported(unchanged: Year) -> None:
    body = (PEOPLE + GOOD_ROW + NO_SUCH_DAY).encode()
    said = _problem(unchanged.ask("POST", "personnel", "/imports/people", "m15", "hr", data=body, **CSV), 422, "invalid-rows")
    assert [error["row"] for error in said["errors"]] == [3] and "199002302015032990" not in json.dumps(said)
    assert unchanged.ask("GET", "personnel", "/employees/m90", "m15", "hr").status_code == 404
    dry = unchanged.ask("POST", "personnel", "/imports/people?dry_run=true", "m15", "hr", data=(PEOPLE + GOOD_ROW).encode(), **CSV)
    assert dry.json() == {"rows": 1, "events": 3, "dry_run": True}
    assert unchanged.ask("GET", "personnel", "/employees/m90", "m15", "hr").status_code == 404


def test_a_token_of_a_foreign_key_is_refused(unchanged: Year, tmp_path: Any) -> None:
    foreign = Home(tmp_path / "elsewhere").token("m1", "mulyorejo", ["employee"])
    answer = unchanged.ask("GET", "appraisal", M1, "m1", headers={"Authorization": f"Bearer {foreign}"})
    _problem(answer, 401, "not-authenticated")


def test_all_that_changed_nothing(unchanged: Year) -> None:
    """Runs after the tests above and before those below, which have an effect."""
    assert {service: len(unchanged.feed(service)) for service in SERVICES} == COUNTS


def test_weights_that_do_not_sum_to_a_hundred_are_not_approved(embedded_year: Year) -> None:
    half = {"target_id": "a", "aspect": "time", "indicator": "a", "unit": "hari", "direction": "lower", "value": "5", "weight": 50}
    drafted = embedded_year.ask("POST", "appraisal", "/plans/m4/2027/targets", "m4", json=half)
    seen = embedded_year.ask("GET", "appraisal", "/plans/m4/2027", "m12").headers["ETag"]
    assert drafted.status_code == 201 and drafted.headers["ETag"] == seen
    approval = {"json": {"document": "SKP/004/2027"}, "headers": {"If-Match": seen}}
    said = _problem(embedded_year.ask("POST", "appraisal", "/plans/m4/2027/approval", "m12", **approval), 422, "weights-not-100")
    assert "50" in said["found"]


def test_a_repeated_key_gets_the_same_answer_and_has_one_effect(embedded_year: Year) -> None:
    asked = {"json": {"rule_set": "mulyorejo-kinerja@9", "how": "meeting"}, "headers": {"Idempotency-Key": "journey-1"}}
    before = len(embedded_year.feed("appraisal"))
    first, again = (embedded_year.ask("POST", "appraisal", "/rules-acknowledgements/m1", "m1", **asked) for _ in range(2))
    assert (first.status_code, first.text, first.headers["ETag"]) == (again.status_code, again.text, again.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true" and len(embedded_year.feed("appraisal")) == before + 1
    other = {**asked, "json": {"rule_set": "mulyorejo-kinerja@8", "how": "meeting"}}
    assert embedded_year.ask("POST", "appraisal", "/rules-acknowledgements/m1", "m1", **other).status_code == 422
