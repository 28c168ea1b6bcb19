"""What a file may not do by itself: contradict itself, act for the person who hands it in, undo a correction unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.personnel.service import SERVICE
from shared.http.sheets import XLSX
from tests.support.personnel_web import HR, accepted, hand_in, people, problem, settle
from tests.support.web import Web, web

SECOND, OTHER, ADMIN = ("m16", "employee", "hr"), ("m1", "employee"), ("m0", "admin")
UNITS = "Kode Unit;Nama Unit;Unit Induk;Jenis;Berlaku Sejak\ndpmptsp;Dinas;;dinas;2020-01-01\n"
PEOPLE = (
    ("m1", "199003152015032901", "Ratri Anggraini", "PNS", "III/b", "2015-03-01", 8, "fungsional"),
    ("m11", "198010062006041911", "Hendra Wicaksana", "PNS", "III/d", "2006-04-01", 11, "struktural"),
    ("m15", "199104182016032915", "Sari Puspita", "PNS", "III/a", "2016-03-01", 7, "pelaksana"),
)
ATTENDANCE = "NIP,Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir\n"


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "import_guards", ("mulyorejo", "plaju")) as made:
        made.clock.moment = datetime(2026, 5, 3, 2, tzinfo=UTC)
        accepted(hand_in(made, "units", UNITS), rows=1, events=1)
        accepted(hand_in(made, "people", people(*PEOPLE), XLSX, who=SECOND), rows=3, events=9)
        settle(made)
        yield made


def row(code: str = "", nip: str = "", month: str = "2026-01", absent: int = 0, late: int = 0) -> str:
    return f"{nip},{code},{month},{late},0,{absent},0,0\n"


def count(here: Web, kind: str, subject: str) -> int:
    return here.owner("select count(*) from events where type like %s and subject = %s", (f"%.{kind}.v1", subject))[0][0]


def waiting(here: Web, who: tuple = SECOND, **wanted: str) -> list[dict[str, Any]]:
    settle(here)
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    return here.call("GET", f"/v1/imports/set-aside?{query}", who).get_json()["items"]


# One file, one word


def test_one_person_by_code_and_by_nip_is_one_person(here):
    body = ATTENDANCE + row(code="m1", absent=3) + row(code="m11") + row(nip="199003152015032901", absent=1)
    said = problem(hand_in(here, "attendance", body), 422, "invalid-rows")
    assert [(one["row"], one["column"], one["found"]) for one in said["errors"]] == [(4, "Hari Tidak Hadir", "1")]
    assert "row 2" in said["errors"][0]["expected"] and "m1" in said["errors"][0]["expected"]
    assert count(here, "AttendanceRecorded", "m1") == count(here, "AttendanceRecorded", "m11") == 0


def test_the_same_row_twice_is_taken_once_and_named(here):
    body = ATTENDANCE + row(code="m11", month="2026-02") + row(nip="198010062006041911", month="2026-02")
    said = hand_in(here, "attendance", body).get_json()
    assert said == {"rows": 2, "events": 1, "dry_run": False, "repeated": [{"row": 3, "as": 2}]}


def test_contradictions_are_told_together_with_all_other_errors(here):
    body = ATTENDANCE + row(code="m1", absent=3) + row(code="m1", absent=1) + row(code="nobody") + row(code="m11", month="2026-05")
    said = problem(hand_in(here, "attendance", body), 422, "invalid-rows")
    assert [one["row"] for one in said["errors"]] == [3, 4, 5]


# Nobody acts for himself


@pytest.mark.parametrize(
    ("month", "named"),
    [
        ("2025-10", {"code": "m15"}),
        ("2025-11", {"nip": "199104182016032915"}),
        ("2025-12", {"nip": "19910418 201603 2 915"}),
    ],
)
def test_a_row_about_the_one_who_hands_it_in_waits_for_a_second_person(here, month, named):
    body = ATTENDANCE + row(month=month, late=7, **named) + row(code="m1", month=month)
    said = hand_in(here, "attendance", body).get_json()
    assert (said["rows"], said["events"]) == (2, 1)
    [aside] = said["set_aside"]
    assert (aside["row"], aside["status"]) == (2, "waiting")
    assert count(here, "AttendanceRecorded", "m15") == len(waiting(here, status="confirmed"))

    [listed] = [one for one in waiting(here) if one["id"] == aside["id"]]
    assert (listed["employee"], listed["asked_by"], listed["row"], listed["action"]) == ("m15", "m15", 2, "import-attendance")
    assert listed["would"] == ["merit.personnel.AttendanceRecorded.v1"] and len(listed["file_digest"]) == 64
    path = f"/v1/imports/set-aside/{aside['id']}"
    shown = here.call("GET", path, SECOND).get_json()
    assert shown["brings"][0]["data"]["minutes_late"] == 7 and shown["replaces"] == []

    problem(here.call("POST", f"{path}/confirmation", HR), 403, "second-person")
    problem(here.call("POST", f"{path}/confirmation", OTHER), 403, "not-permitted")
    problem(here.call("POST", f"{path}/confirmation", here.token("m16", "hr", agency="plaju")), 404, "unknown-row")
    before = count(here, "AttendanceRecorded", "m15")
    done = here.call("POST", f"{path}/confirmation", SECOND, {"Idempotency-Key": aside["id"]})
    assert (done.status_code, done.get_json()["status"], done.get_json()["asked_by"]) == (200, "confirmed", "m15")
    assert here.call("POST", f"{path}/confirmation", SECOND, {"Idempotency-Key": aside["id"]}).get_json() == done.get_json()
    problem(here.call("POST", f"{path}/confirmation", SECOND), 409, "row-decided")
    problem(here.call("POST", f"{path}/rejection", SECOND, json={"reason": "x"}), 409, "row-decided")
    assert count(here, "AttendanceRecorded", "m15") == before + 1
    [[actor, cause]] = here.owner(
        "select meta->>'actor', meta->>'causation' from events where id::text = %s", (done.get_json()["events"][0],)
    )
    [[asked]] = here.owner("select id::text from events where type like %s and data->>'id' = %s", ("%ImportRowSetAside%", aside["id"]))
    assert (actor, cause) == ("m16", asked)
    again = hand_in(here, "attendance", body).get_json()
    assert again["events"] == 0 and again["set_aside"][0] | {"expected": ""} == aside | {"status": "confirmed", "expected": ""}


def test_a_rejected_row_stays_rejected_and_does_nothing(here):
    body = ATTENDANCE + row(code="m15", month="2025-08", late=1)
    dry = hand_in(here, "attendance", body, query="?dry_run=true").get_json()
    assert dry["events"] == 0 and dry["set_aside"][0]["status"] == "waiting"
    path = f"/v1/imports/set-aside/{dry['set_aside'][0]['id']}"
    problem(here.call("GET", path, SECOND), 404, "unknown-row")
    hand_in(here, "attendance", body)
    assert here.call("POST", f"{path}/rejection", SECOND, json={"reason": "Angka ini keliru"}).get_json()["status"] == "rejected"
    assert hand_in(here, "attendance", body).get_json()["set_aside"][0]["status"] == "rejected"
    assert here.call("GET", path, SECOND).get_json()["decided_by"] == "m16"
    assert here.owner("select count(*) from events where stream like '%%2025-08%%' and subject = 'm15'")[0][0] == 0
    assert "Angka ini keliru" not in str(here.owner("select data::text from events"))


def test_what_stands_already_needs_nobody(here):
    same = [row for row in PEOPLE if row[0] == "m15"]
    assert hand_in(here, "people", people(*same), XLSX).get_json() == {"rows": 1, "events": 0, "dry_run": False}


def test_a_higher_class_of_ones_own_waits_and_holds_neither_name_nor_nip_in_the_log(here):
    better = ("m15", "199104182016032915", "Sari Puspita", "PNS", "III/a", "2016-03-01", 15, "pelaksana")
    said = hand_in(here, "people", people(better), XLSX).get_json()
    assert said["events"] == 0 and len(said["set_aside"]) == 1
    settle(here)
    assert here.call("GET", "/v1/employees/m15", SECOND).get_json()["position"]["job_class"] == 7
    everything = "".join(one for (one,) in here.owner("select data::text || meta::text from events"))
    assert "199104182016032915" not in everything and "Sari Puspita" not in everything
    shown = here.call("GET", f"/v1/imports/set-aside/{said['set_aside'][0]['id']}", SECOND).get_json()
    assert shown["replaces"][0]["fields"] == {"job_class": {"stood": 7, "would": 15}}


def test_a_row_that_would_be_refused_is_refused_at_once(here):
    early = ATTENDANCE + row(code="m15", month="2026-05")
    assert problem(hand_in(here, "attendance", early), 422, "invalid-rows")["errors"][0]["row"] == 2


# What a file would undo


def test_an_old_file_handed_in_again_needs_a_word_to_undo_a_correction(here):
    old, new = (ATTENDANCE + row(code="m1", month="2025-06", absent=days) for days in (3, 1))
    accepted(hand_in(here, "attendance", old), rows=1, events=1)
    dry = hand_in(here, "attendance", new, query="?dry_run=true").get_json()
    [shown] = dry["replaces"]
    assert (shown["row"], shown["what"], shown["by"], shown["corrected"]) == (2, "AttendanceRecorded", "m15", False)
    assert shown["fields"] == {"days_absent": {"stood": 3, "would": 1}} and shown["recorded"]
    accepted(hand_in(here, "attendance", new), rows=1, events=1)

    both = old + row(code="m1", month="2025-05")
    said = problem(hand_in(here, "attendance", both), 409, "would-undo-correction")
    assert said["errors"] == [shown | {"fields": {"days_absent": {"stood": 1, "would": 3}}, "corrected": True}]
    assert count(here, "AttendanceRecorded", "m1") == 2 + len(waiting(here, status="confirmed")) and "replace=true" in said["remedy"]
    dry = hand_in(here, "attendance", both, query="?dry_run=true").get_json()
    assert (dry["events"], [one["corrected"] for one in dry["replaces"]]) == (2, [True])
    accepted(hand_in(here, "attendance", both, query="?replace=true"), rows=2, events=2)
    problem(hand_in(here, "attendance", both, query="?replace=yes"), 422, "invalid-parameters")


def test_an_old_name_is_not_put_back_unseen(here):
    renamed = ("m11", "198010062006041911", "Hendra W.", "PNS", "III/d", "2006-04-01", 11, "struktural")
    said = problem(hand_in(here, "people", people(renamed), XLSX), 409, "would-undo-correction")
    assert said["errors"][0]["what"] == "identity" and list(said["errors"][0]["fields"]) == ["name"]
    assert "Hendra" not in str(said)
    accepted(hand_in(here, "people", people(renamed), XLSX, "?replace=true"), rows=1, events=0)
    accepted(hand_in(here, "people", people(renamed), XLSX), rows=1, events=0)


def test_a_post_from_a_wrong_day_is_withdrawn_and_does_not_come_back_unseen(here):
    def post(day: str, job_class: int) -> bytes:
        heads = "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK\n"
        person = "m1,199003152015032901,Ratri Anggraini,PNS,2015-03-01,III/b,2015-03-01"
        return f"{heads}{person},post-x,{job_class},fungsional,dpmptsp,tidak,{day},821/9\n".encode()

    def held() -> dict[str, Any]:
        settle(here)
        return here.call("GET", "/v1/employees/m1?on=2026-04-15", HR).get_json()["position"]

    accepted(hand_in(here, "people", post("2026-02-01", 9)), rows=1, events=1)
    accepted(hand_in(here, "people", post("2026-05-01", 9)), rows=1, events=1)
    assert held()["job_class"] == 9
    wrong = "Kode Pegawai,Jenis,Berlaku Sejak,SK\nm1,jabatan,2026-02-01,821/10\n"
    accepted(hand_in(here, "withdrawals", wrong), rows=1, events=1)
    accepted(hand_in(here, "withdrawals", wrong), rows=1, events=0)
    assert held()["job_class"] == 8
    said = problem(hand_in(here, "people", post("2026-02-01", 9)), 409, "would-undo-correction")
    assert [(one["what"], one["fields"]["job_class"]) for one in said["errors"]] == [
        ("PositionAssigned", {"stood": None, "would": 9}),
    ]
    unknown = problem(hand_in(here, "withdrawals", wrong.replace("02-01", "02-02")), 422, "invalid-rows")
    assert "2026-05-01" in unknown["errors"][0]["expected"]
    own = hand_in(here, "withdrawals", wrong.replace("m1,", "m15,").replace("2026-02-01", "2016-03-01")).get_json()
    assert own["events"] == 0 and own["set_aside"][0]["status"] == "waiting"


def test_an_old_file_of_withdrawals_does_not_take_back_what_was_entered_since(here):
    heads = "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK\n"
    person = "m1,199003152015032901,Ratri Anggraini,PNS,2015-03-01,III/b,2015-03-01"
    right = f"{heads}{person},post-y,9,fungsional,dpmptsp,tidak,2026-02-01,821/12\n"
    accepted(hand_in(here, "people", right.encode(), query="?replace=true"), rows=1, events=1)
    old = "Kode Pegawai,Jenis,Berlaku Sejak,SK\nm1,jabatan,2026-02-01,821/10\n"
    said = problem(hand_in(here, "withdrawals", old), 409, "would-undo-correction")
    assert [one["what"] for one in said["errors"]] == ["PositionWithdrawn"] and count(here, "PositionWithdrawn", "m1") == 1


def test_an_end_that_was_revoked_does_not_come_back_with_its_old_file(here):
    old = "Kode Pegawai,Jenis,Sejak,SK\nm11,pensiun,2026-04-01,SK/7/2026\n"
    accepted(hand_in(here, "ends", old), rows=1, events=1)
    settle(here)
    answer = here.call("POST", "/v1/employees/m11/end/revocation", HR, json={"document": "SK/8/2026"})
    assert answer.status_code == 201, answer.get_json()
    settle(here)
    said = problem(hand_in(here, "ends", old), 409, "would-undo-correction")
    assert [one["what"] for one in said["errors"]] == ["EmploymentEnded"] and count(here, "EmploymentEnded", "m11") == 1
    accepted(hand_in(here, "ends", old, query="?replace=true"), rows=1, events=1)


def test_erasing_a_person_erases_what_waits_of_him(here):
    path = "/v1/imports/set-aside?status=all"
    [row_id] = [one["id"] for one in here.call("GET", path, SECOND).get_json()["items"] if one["action"] == "import-people"]
    assert here.call("DELETE", "/v1/employees/m15/identity", SECOND).status_code == 200
    assert here.call("GET", f"/v1/imports/set-aside/{row_id}", SECOND).get_json()["cells"] is None
    problem(here.call("POST", f"/v1/imports/set-aside/{row_id}/confirmation", SECOND), 409, "row-erased")
