"""Ends and interruptions of service over HTTP on a real database: recorded singly and by file, and what follows on their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.personnel.heard import AppraisalFinalized, Judgement
from services.personnel.service import SERVICE
from tests.support.personnel_web import HEADS, HR, accepted, hand_in, hear, problem, settle
from tests.support.web import Web, web

ADMIN, APPROVER = ("m0", "admin"), ("m19", "employee", "approver")
UNITS = "Kode Unit;Nama Unit;Unit Induk;Jenis;Berlaku Sejak\ndinkes;Dinas Kesehatan;;dinas;2010-01-01\n"
PEOPLE = "\n".join([
    ";".join(HEADS),
    "s1;199003152015032921;Ratri A;PNS;2015-03-01;III/b;2021-10-01;2015-03-01;perawat;8;fungsional;dinkes;tidak;2015-03-01;821/1",
    "s2;198806252012031922;Yoga M;PNS;2012-03-01;III/b;2021-10-01;2012-03-01;bidan;8;fungsional;dinkes;tidak;2012-03-01;821/1",
    "m16;197505102000031932;Hana R;PNS;2000-03-01;III/d;2015-04-01;2000-03-01;analis;9;fungsional;dinkes;tidak;2000-03-01;821/1",
])  # fmt: skip
AGAIN = "\n".join([
    ";".join(HEADS),
    "s1;199003152015032921;Ratri A;PPPK;2026-08-01;IX;2026-08-01;;perawat;8;fungsional;dinkes;tidak;2026-08-01;821/9",
])  # fmt: skip
RULES = {
    "conditions": [{"code": "poor", "when": {"predicate": {"is": ["kurang"]}}, "propose": {"kind": "guidance", "programme": "performance"}}]
}


@pytest.fixture
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "personnel_life", ("mulyorejo",)) as made:
        made.clock.moment = datetime(2026, 3, 10, 2, tzinfo=UTC)
        body = {"kind": "development", "id": "d", "since": "2024-01-01", "sources": ["Perwal 12/2025"], "settings": RULES}
        assert made.call("POST", "/v1/rule-sets", ADMIN, json=body).status_code == 201
        accepted(hand_in(made, "units", UNITS), rows=1, events=1)
        accepted(hand_in(made, "people", PEOPLE), rows=3, events=9)
        lines = "Kode Pegawai,Kode Penilai,Berlaku Sejak,SK\ns1,s2,2026-01-01,800/1\n"
        accepted(hand_in(made, "reporting-lines", lines), rows=1, events=1)
        settle(made)
        yield made


def at(here: Web, *day: int) -> None:
    here.clock.moment = datetime(*day, 2, tzinfo=UTC)
    settle(here)


def shown(here: Web, employee: str, who: tuple = HR, on: str = "") -> dict:
    return here.call("GET", f"/v1/employees/{employee}{on and f'?on={on}'}", who).get_json()["service"]


def test_an_end_to_come_takes_effect_on_its_day_and_can_be_revoked(here):
    hear(here, "s1", "2026-Q1", AppraisalFinalized("s1", "2026-Q1", Judgement("kurang")))
    body = {"kind": "retired", "since": "2026-05-01", "document": "882/1"}
    problem(here.call("POST", "/v1/employees/s1/end", ("s2", "employee"), json=body), 403, "not-permitted")
    problem(here.call("POST", "/v1/employees/m15/end", HR, json=body), 403, "own-record")
    answer = here.call("POST", "/v1/employees/s1/end", HR, json=body)
    assert answer.status_code == 201 and answer.get_json()["assesses"] == []
    problem(here.call("POST", "/v1/employees/s1/end", HR, json=body | {"since": "2026-06-01"}), 409, "employment-ended")
    settle(here)
    path = "/v1/proposals/s1/guidance-performance-2026-Q1"
    assert here.call("GET", path, APPROVER).get_json()["status"] == "proposed"
    assert shown(here, "s1")["serving"] and shown(here, "s1", on="2026-05-01")["how"] == "retired"
    own = here.call("GET", "/v1/employees/s1", ("s1", "employee"))
    assert own.status_code == 200

    at(here, 2026, 5, 1)
    row = here.call("GET", path, APPROVER).get_json()
    assert (row["status"], row["missing"]) == ("withdrawn", ["in-service"])
    listed = {flag: here.call("GET", f"/v1/employees?serving={flag}", HR).get_json()["items"] for flag in ("true", "false")}
    assert [one["employee"] for one in listed["true"]] == ["m16", "s2"]
    assert [(one["employee"], one["ends"], one["how"]) for one in listed["false"]] == [("s1", "2026-05-01", "retired")]
    assert here.call("GET", "/v1/employees/s1", ("s1", "employee")).status_code == 200, "the own file stays open"
    problem(here.call("GET", "/v1/employees", ("s1", "employee", "hr")), 403, "service-ended")

    answer = here.call("POST", "/v1/employees/s1/end/revocation", HR, json={"document": "882/2"})
    assert (answer.status_code, answer.get_json()["since"]) == (201, "2026-05-01")
    settle(here)
    assert here.call("GET", path, APPROVER).get_json()["status"] == "proposed"
    problem(here.call("POST", "/v1/employees/s1/end/revocation", HR, json={"document": "882/2"}), 409, "not-ended")


def test_who_leaves_an_assessors_place_is_told_whom_he_assesses_and_no_line_begins_with_him_after(here):
    body = {"kind": "died", "since": "2026-03-05", "document": "474/1"}
    assert here.call("POST", "/v1/employees/s2/end", HR, json=body).get_json()["assesses"] == ["s1"]
    line = "Kode Pegawai,Kode Penilai,Berlaku Sejak,SK\ns1,s2,{},800/2\n"
    assert "the end of s2's service (died)" in str(
        problem(hand_in(here, "reporting-lines", line.format("2026-03-05")), 422, "invalid-rows")
    )
    accepted(hand_in(here, "reporting-lines", line.format("2026-03-04")), rows=1, events=1)


def test_ends_and_interruptions_come_by_file_and_a_dry_run_changes_nothing(here):
    ends = "Kode Pegawai,Jenis,Sejak,SK\ns1,pensiun,2026-04-01,882/1\ns2,pindah instansi,2026-06-01,882/2\n"
    accepted(hand_in(here, "ends", ends, query="?dry_run=true"), rows=2, events=2, dry_run=True)
    accepted(hand_in(here, "ends", ends), rows=2, events=2)
    accepted(hand_in(here, "ends", ends), rows=2, events=0)
    wrong = "Kode Pegawai,Jenis,Sejak,SK\ns1,hilang,2026-04-01,882/1\n"
    problem(hand_in(here, "ends", wrong), 422, "invalid-rows")
    away = "Kode Pegawai,Jenis,Sejak,Sampai,SK\ns2,cltn,2026-03-16,,850/1\ns1,cuti sakit,2026-04-01,,850/2\n"
    problem(hand_in(here, "interruptions", away), 422, "invalid-rows")
    accepted(hand_in(here, "interruptions", away.rsplit("s1", 1)[0]), rows=1, events=1)
    settle(here)
    assert shown(here, "s2", on="2026-03-20")["away"] == {"kind": "unpaid-leave", "since": "2026-03-16", "until": None}
    back = "Kode Pegawai,Aktif Kembali,SK\ns2,2026-04-20,850/3\n"
    accepted(hand_in(here, "resumptions", back), rows=1, events=1)
    accepted(hand_in(here, "resumptions", back), rows=1, events=0)
    settle(here)
    assert shown(here, "s2", on="2026-04-19")["away"]["until"] == "2026-04-19" and shown(here, "s2", on="2026-04-20")["away"] is None
    body = {"kind": "sick-leave", "since": "2026-05-04", "until": "2026-05-09", "document": "850/4"}
    assert here.call("POST", "/v1/employees/s2/interruptions", HR, json=body).status_code == 201
    problem(here.call("POST", "/v1/employees/s2/interruptions", HR, json=body | {"kind": "study"}), 409, "service-interrupted")
    problem(here.call("POST", "/v1/employees/s2/resumption", HR, json={"since": "2026-05-10", "document": "1/1"}), 409, "not-interrupted")


def test_what_is_written_about_days_outside_service_is_refused_and_a_new_spell_begins_by_registering_again(here):
    accepted(hand_in(here, "ends", "Kode Pegawai,Jenis,Sejak,SK\ns1,mengundurkan diri,2026-04-01,882/1\n"), rows=1, events=1)
    at(here, 2026, 9, 2)
    heads = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir\n"
    accepted(hand_in(here, "attendance", f"{heads}s1,2026-03,5,0,0,0,0\n"), rows=1, events=1)
    for month in ("2026-04", "2015-02"):
        assert "at least one day of service" in str(
            problem(hand_in(here, "attendance", f"{heads}s1,{month},5,0,0,0,0\n"), 422, "invalid-rows")
        )
    potential = "Kode Pegawai,Nilai,Sumber,Tanggal\ns1,tinggi,asesmen,2026-04-01\n"
    assert "the end of s1's service (resigned)" in str(problem(hand_in(here, "potentials", potential), 422, "invalid-rows"))
    accepted(hand_in(here, "people", AGAIN), rows=1, events=3)
    accepted(hand_in(here, "attendance", f"{heads}s1,2026-08,5,0,0,0,0\n"), rows=1, events=1)
    problem(hand_in(here, "attendance", f"{heads}s1,2026-07,5,0,0,0,0\n"), 422, "invalid-rows")
    settle(here)
    assert (shown(here, "s1")["serving"], shown(here, "s1")["since"]) == (True, "2026-08-01")


def test_who_is_registered_again_has_no_assessor_and_his_file_no_post_of_before(here):
    s2 = ("s2", "employee")
    here.call("POST", "/v1/employees/s1/end", HR, json={"kind": "retired", "since": "2026-05-01", "document": "882/1"})
    at(here, 2026, 8, 3)
    accepted(hand_in(here, "people", AGAIN.replace(";2026-08-01;821/9", ";2026-08-10;821/9")), rows=1, events=3)
    settle(here)

    def file(on=""):
        row = here.call("GET", f"/v1/employees/s1{on}", HR).get_json()
        return [row[name] and row[name][what] for name, what in (("position", "job_class"), ("rank", "rank"), ("line", "assessor"))]

    assert file() == [None, "IX", None] and file("?on=2026-04-30") == [8, "III/b", "s2"]
    listed = next(one for one in here.call("GET", "/v1/employees", HR).get_json()["items"] if one["employee"] == "s1")
    assert (listed["assessor"], listed["superior"]) == (None, None)
    problem(here.call("GET", "/v1/employees/s1", s2), 403, "not-permitted")
    line = "Kode Pegawai,Kode Penilai,Berlaku Sejak,SK\ns1,s2,2026-08-03,800/9\n"
    accepted(hand_in(here, "reporting-lines", line), rows=1, events=1)
    settle(here)
    assert here.call("GET", "/v1/employees/s1", s2).status_code == 200
    assert file("?on=2026-08-10") == [8, "IX", "s2"]
