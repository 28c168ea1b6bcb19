"""Somebody registered by mistake, over HTTP on a real database: withdrawn before anything follows, and not after."""

from __future__ import annotations

from services.personnel.heard import TargetSet
from tests.integration.test_personnel_life_http import HEADS, at, here  # noqa: F401
from tests.support.personnel_web import HR, accepted, hand_in, hear, problem, settle

BODY = {"document": "800/K-1/2026"}
PATH = "/v1/employees/s1/registration/withdrawal"
RIGHT = "s9;199003152015032921;Ratri A;PNS;2015-03-01;III/b;2021-10-01;2015-03-01;perawat;8;fungsional;dinkes;tidak;2015-03-01;821/1"


def test_a_wrong_person_never_served_and_his_nip_is_free_for_the_right_code(here):  # noqa: F811
    problem(here.call("POST", PATH, ("s2", "employee"), json=BODY), 403, "not-permitted")
    problem(here.call("POST", "/v1/employees/m15/registration/withdrawal", HR, json=BODY), 403, "own-record")
    followed = problem(here.call("POST", "/v1/employees/s2/registration/withdrawal", HR, json=BODY), 409, "registration-followed")
    assert followed["followed"] == ["the reporting line of s1"]
    problem(here.call("POST", "/v1/employees/nobody/registration/withdrawal", HR, json=BODY), 404, "unknown-employee")
    assert here.call("POST", PATH, HR, json=BODY).get_json()["status"] == "withdrawn"
    assert here.call("POST", PATH, HR, json=BODY).status_code == 201, "said again, nothing happens"
    settle(here)
    assert [row["employee"] for row in here.call("GET", "/v1/employees", HR).get_json()["items"]] == ["m16", "s2"]
    assert here.call("GET", "/v1/employees/s1", HR).status_code == 404
    lines = "Kode Pegawai,Kode Penilai,Berlaku Sejak,SK\ns1,s2,2026-02-01,800/1\n"
    assert hand_in(here, "reporting-lines", lines).status_code == 422
    people = "\n".join([";".join(HEADS), RIGHT])
    again = hand_in(here, "people", people.replace("s9;", "s1;"))
    assert again.status_code == 422, "the code is not used again"
    accepted(hand_in(here, "people", people), rows=1, events=3)


def test_what_followed_is_named_and_nothing_is_undone(here):  # noqa: F811
    accepted(hand_in(here, "attendance", ATTENDANCE), rows=1, events=1)
    hear(here, "s1", "2026", TargetSet("s1", "2026", "t1", "letters"))
    followed = problem(here.call("POST", PATH, HR, json=BODY), 409, "registration-followed")
    assert followed["followed"] == ["attendance", "targets"]
    assert here.call("GET", "/v1/employees/s1", HR).status_code == 200


HEAD = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir"
ATTENDANCE = f"{HEAD}\ns1,2026-02,0,0,1,0,0\n"
