"""Personnel over HTTP on a real database: imports into the vault, proposals decided and followed, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg2
import pytest

from services.personnel.heard import AppraisalFinalized, Judgement, ScoreSubmitted, TargetSet
from services.personnel.service import SERVICE
from shared.http.sheets import XLSX
from tests.support.personnel_web import HR, accepted, hand_in, hear, people, problem, settle
from tests.support.web import Web, web

ADMIN, APPROVER, AUDITOR = ("m0", "admin"), ("m19", "employee", "approver"), ("itwil", "auditor")
M1, M2, BOSS = ("m1", "employee"), ("m2", "employee"), ("m11", "employee")
UNITS = """Kode Unit;Nama Unit;Unit Induk;Jenis;Berlaku Sejak
kota;Pemerintah Kota;;pemerintah;2020-01-01
dpmptsp;Dinas Penanaman Modal;kota;dinas;2020-01-01
"""
PEOPLE = (
    ("m1", "199003152015032901", "Ratri Anggraini", "PNS", "III/b", "2015-03-01", 8, "fungsional"),
    ("m2", "199406252023211907", "Yoga Mahardika", "PPPK", "IX", "2023-03-01", 7, "pelaksana"),
    ("m11", "198010062006041911", "Hendra Wicaksana", "PNS", "III/d", "2006-04-01", 11, "struktural"),
    ("m13", "197403191999031913", "Surya Adiningrat", "PNS", "IV/b", "1999-03-01", 14, "struktural"),
    ("m19", "196909051995031919", "Prabu Dirgantara", "PNS", "IV/d", "1995-03-01", 15, "struktural"),
)
LINES = """Kode Pegawai,NIP,NIP Penilai,NIP Atasan Penilai,Berlaku Sejak,SK
,199003152015032901,198010062006041911,197403191999031913,2025-12-01,800/31
m2,,198010062006041911,197403191999031913,2025-12-01,800/31
"""
ATTENDANCE = "NIP,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir\n"
RULES = {
    "conditions": [
        {
            "code": "communication-strength",
            "when": {"score": {"what": "behaviour", "item": "komunikasi", "value": "above"}},
            "propose": {"kind": "role", "programme": "public-relations"},
        },
        {
            "code": "team-efficiency",
            "when": {"target": {"indicator": "team-efficiency", "achievement_over_percent": "100"}},
            "propose": {"kind": "mentor", "programme": "team-mentor"},
        },
    ]
}


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "personnel_http", ("mulyorejo", "plaju")) as made:
        made.clock.moment = datetime(2026, 5, 3, 2, tzinfo=UTC)
        rules = {"kind": "development", "id": "pengembangan", "since": "2026-01-01", "sources": ["Perwal 43/2025"], "settings": RULES}
        assert made.call("POST", "/v1/rule-sets", ADMIN, json=rules).status_code == 201
        accepted(hand_in(made, "units", UNITS), rows=2, events=2)
        accepted(hand_in(made, "people", people(*PEOPLE), XLSX), rows=5, events=15)
        accepted(hand_in(made, "reporting-lines", LINES), rows=2, events=2)
        settle(made)
        yield made


# --- imports and the vault ---


def test_no_event_holds_a_name_or_a_nip(here):
    everything = "\n".join(row[0] for row in here.owner("select data::text || meta::text || stream || subject from events"))
    assert "m11" in everything
    for _, nip, name, *_ in PEOPLE:
        assert nip not in everything and name not in everything
    assert "Dinas Penanaman Modal" not in everything


def test_the_same_files_again_give_no_event(here):
    accepted(hand_in(here, "units", UNITS), rows=2, events=0)
    accepted(hand_in(here, "people", people(*PEOPLE), XLSX), rows=5, events=0)
    accepted(hand_in(here, "reporting-lines", LINES), rows=2, events=0)


def test_a_dry_run_keeps_nothing_in_the_vault_either(here):
    new = ("m77", "199104182016032977", "Dewi Lestari", "PNS", "III/a", "2016-03-01", 7, "pelaksana")
    accepted(hand_in(here, "people", people(new), XLSX, "?dry_run=true"), rows=1, events=3, dry_run=True)
    problem(here.call("GET", "/v1/employees/m77/looks", HR), 404, "unknown-employee")


@pytest.mark.parametrize(("row", "found"), [
    (("m78", "199002302015032978", "X", "PNS", "III/a", "2016-03-01", 7, "pelaksana"), "none"),
    (("m78", "199003152015032901", "X", "PNS", "III/a", "2016-03-01", 7, "pelaksana"), "the NIP of m1 given for m78"),
    (("m1", "199104182016032977", "X", "PNS", "III/b", "2015-03-01", 8, "fungsional"), "another NIP"),
    (("m78", "199104182016032977", "X", "PNS", "III/a", "2016-03-01", 18, "pelaksana"), "18"),
    (("m78", "199104182016032977", "X", "PPPK", "III/a", "2016-03-01", 7, "pelaksana"), "III/a"),
])  # fmt: skip
def test_a_broken_row_is_named_without_its_nip_and_nothing_is_half_imported(here, row, found):
    good = ("m79", "199104182016032979", "Dewi Lestari", "PNS", "III/a", "2016-03-01", 7, "pelaksana")
    said = problem(hand_in(here, "people", people(good, row), XLSX), 422, "invalid-rows")
    assert [(one["row"], one["found"]) for one in said["errors"]] == [(3, found)]
    assert row[1] not in str(said)
    problem(here.call("GET", "/v1/employees/m79/looks", HR), 404, "unknown-employee")


def test_a_unit_needs_its_parent_first_and_a_post_an_open_unit(here):
    orphan = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\nx,X,nowhere,bidang,2020-01-01\n"
    assert problem(hand_in(here, "units", orphan), 422, "invalid-rows")["errors"][0]["found"] == "nowhere"


def test_reporting_lines_name_people_who_exist(here):
    unknown = "NIP,NIP Penilai,Berlaku Sejak,SK\n199003152015032999,198010062006041911,2025-12-01,1\n"
    said = problem(hand_in(here, "reporting-lines", unknown), 422, "invalid-rows")
    assert "199003152015032999" not in str(said) and said["errors"][0]["found"].endswith("(it ends in 999)")
    empty = "NIP,NIP Penilai,Berlaku Sejak,SK\n,198010062006041911,2025-12-01,1\n"
    assert problem(hand_in(here, "reporting-lines", empty), 422, "invalid-rows")["errors"][0]["found"] == "both cells empty"
    clash = "NIP,Kode Pegawai,NIP Penilai,Berlaku Sejak,SK\n199003152015032901,m2,198010062006041911,2025-12-01,1\n"
    assert "m1" in problem(hand_in(here, "reporting-lines", clash), 422, "invalid-rows")["errors"][0]["found"]


def test_attendance_comes_by_nip_and_a_correction_is_a_revision(here):
    april = ATTENDANCE + "199003152015032901,2026-04,450,0,0,0,0\n"
    accepted(hand_in(here, "attendance", april), rows=1, events=1)
    accepted(hand_in(here, "attendance", april), rows=1, events=0)
    accepted(hand_in(here, "attendance", april.replace(",450,", ",449,")), rows=1, events=1)
    settle(here)
    row = here.call("GET", "/v1/employees/m1/attendance/2026-04", M1).get_json()
    assert (row["minutes_late"], row["version"]) == (449, 2)
    early = ATTENDANCE + "199003152015032901,2026-05,0,0,0,0,0\n"
    assert problem(hand_in(here, "attendance", early), 422, "invalid-rows")["errors"][0]["found"] == "2026-05"
    problem(hand_in(here, "attendance", april, who=M1), 403, "not-permitted")


def test_people_are_shown_with_names_to_those_who_may_see_them_and_each_look_is_logged(here):
    shown = here.call("GET", "/v1/employees/m1", BOSS).get_json()
    assert (shown["name"], shown["nip"], shown["position"]["job_class"], shown["line"]["assessor"]) == (
        "Ratri Anggraini", "199003152015032901", 8, "m11",
    )  # fmt: skip
    assert "name" not in here.call("GET", "/v1/employees/m1", AUDITOR).get_json()
    problem(here.call("GET", "/v1/employees/m1", M2), 403, "not-permitted")
    looks = here.call("GET", "/v1/employees/m1/looks", M1).get_json()["items"]
    assert {"actor": "m11", "purpose": "employee page", "at": "2026-05-03T02:00:00+00:00"} in looks
    assert not any(look["actor"] == "itwil" for look in looks)
    listed = here.call("GET", "/v1/employees?unit=dpmptsp", HR).get_json()["items"]
    assert ("m2", "Yoga Mahardika") in [(one["employee"], one["name"]) for one in listed]
    assert all("name" not in one for one in here.call("GET", "/v1/employees", AUDITOR).get_json()["items"])
    before = here.call("GET", "/v1/employees/m1?on=2015-02-28", HR).get_json()
    assert (before["position"], before["rank"], before["line"]) == (None, None, None)


def test_units_are_shown_with_their_names(here):
    units = here.call("GET", "/v1/units", M2).get_json()["items"]
    assert [(one["unit"], one["parent"], one["name"]) for one in units] == [
        ("dpmptsp", "kota", "Dinas Penanaman Modal"),
        ("kota", None, "Pemerintah Kota"),
    ]


def test_a_unit_moves_with_what_is_below_it_and_never_below_itself(here):
    more = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\nloket,Loket,dpmptsp,seksi,2024-01-01\nsetda,Setda,kota,setda,2020-01-01\n"
    accepted(hand_in(here, "units", more), rows=2, events=2)
    settle(here)
    said = {"parent": "setda", "since": "2026-07-01", "document": "188/41/2026"}
    problem(here.call("POST", "/v1/units/loket/move", M1, json=said), 403, "not-permitted")
    problem(here.call("POST", "/v1/units/nowhere/move", HR, json=said), 404, "unknown-unit")
    problem(here.call("POST", "/v1/units/loket/move", HR, json=said | {"parent": "nowhere"}), 404, "unknown-unit")
    problem(here.call("POST", "/v1/units/dpmptsp/move", HR, json=said | {"parent": "loket"}), 422, "unit-below-itself")
    problem(here.call("POST", "/v1/units/loket/move", HR, json=said | {"document": "lisan"}), 422, "invalid-body")
    assert here.call("POST", "/v1/units/loket/move", HR, json=said).status_code == 201
    settle(here)
    row = next(one for one in here.call("GET", "/v1/units", M2).get_json()["items"] if one["unit"] == "loket")
    assert (row["parent"], [one["parent"] for one in row["parents"]]) == ("setda", ["dpmptsp", "setda"])
    assert here.call("POST", "/v1/units/dpmptsp/move", HR, json=said | {"parent": "loket"}).status_code == 201, "it is above no more"

    wrong, path = {"since": "2026-07-01", "document": "188/42/2026"}, "/v1/units/{}/move/withdrawal"
    problem(here.call("POST", path.format("loket"), M1, json=wrong), 403, "not-permitted")
    problem(here.call("POST", path.format("nowhere"), HR, json=wrong), 404, "unknown-unit")
    problem(here.call("POST", path.format("loket"), HR, json=wrong | {"since": "2026-07-02"}), 404, "unknown-move")
    problem(here.call("POST", path.format("loket"), HR, json=wrong), 422, "unit-below-itself")
    later = {"parent": "kota", "since": "2026-09-01", "document": "188/43/2026"}
    assert here.call("POST", "/v1/units/dpmptsp/move", HR, json=later).status_code == 201
    problem(here.call("POST", path.format("loket"), HR, json=wrong), 422, "unit-below-itself")
    done = [here.call("POST", path.format(unit), HR, json=wrong) for unit in ("dpmptsp", "loket", "loket")]
    assert [(one.status_code, one.get_json()["parent"]) for one in done] == [(201, "kota"), (201, "dpmptsp"), (201, "dpmptsp")]
    assert done[1].get_json()["version"] == done[2].get_json()["version"], "said again, nothing happens"
    settle(here)
    rows = {one["unit"]: one for one in here.call("GET", "/v1/units", M2).get_json()["items"]}
    assert [one["parent"] for one in rows["loket"]["parents"]] == ["dpmptsp"] and rows["dpmptsp"]["parent"] == "kota"
    first = {"parent": "loket", "since": "2026-06-01", "document": "188/44/2026"}
    assert here.call("POST", "/v1/units/setda/move", HR, json=first).status_code == 201
    above = said | {"parent": "setda", "since": "2026-05-01"}
    problem(here.call("POST", "/v1/units/loket/move", HR, json=above), 422, "unit-below-itself")


def test_a_wrong_nip_is_corrected_in_the_vault_alone_and_that_it_was_is_logged(here):
    path, right = "/v1/employees/m2/nip", "199104182016032977"
    events = here.owner("select count(*) from events")
    for wrong in ("199102302016032977", "12", 199104182016032977, None):
        found = problem(here.call("PUT", path, HR, json={"nip": wrong, "document": "800/12/2026"}), 422, "nip" if wrong else "invalid-body")
        assert len(str(wrong)) < 18 or str(wrong) not in str(found)
    problem(here.call("PUT", path, HR, json={"nip": "199003152015032901", "document": "800/12/2026"}), 409, "identity-taken")
    problem(here.call("PUT", path, M2, json={"nip": right, "document": "800/12/2026"}), 403, "not-permitted")
    for status in ("corrected", "unchanged"):
        answer = here.call("PUT", path, HR, {"Idempotency-Key": f"nip-{status}"}, json={"nip": right, "document": "800/12/2026"})
        assert answer.get_json() == {"employee": "m2", "status": status}
    assert here.call("GET", "/v1/employees/m2", HR).get_json()["nip"] == right
    looks = here.call("GET", "/v1/employees/m2/looks", M2).get_json()["items"]
    assert [one["actor"] for one in looks if one["purpose"] == "NIP corrected by 800/12/2026"] == ["m15"]
    assert here.owner("select count(*) from events") == events
    kept = here.owner("select data::text || meta::text from events union all select body::text from idempotency")
    assert not any(right in one for (one,) in kept)
    problem(here.call("PUT", "/v1/employees/m99/nip", HR, json={"nip": right, "document": "800/12/2026"}), 404, "unknown-employee")


def test_another_agency_finds_nobody(here):
    stranger = here.token("x", "hr", agency="plaju")
    assert here.call("GET", "/v1/employees", stranger).get_json()["items"] == []
    for path in ("/v1/employees/m1", "/v1/employees/m1/looks", "/v1/development/m1"):
        problem(here.call("GET", path, stranger), 404, "unknown-employee")
    with psycopg2.connect(here.places.app_url) as connection, connection.cursor() as cursor:
        cursor.execute("select set_config('app.agency', (select id::text from agencies where code = 'plaju'), true)")
        for table in ("vault", "vault_access", "unit_names"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", ["vault", "vault_access", "unit_names"])
def test_without_an_agency_the_vault_is_an_error(here, table):
    with psycopg2.connect(here.places.app_url) as connection, connection.cursor() as cursor, pytest.raises(psycopg2.Error):
        cursor.execute(f"select * from {table}")


def test_the_access_log_only_grows(here):
    columns = "agency, id, employee, actor, purpose, at"
    chosen = f"insert into vault_access ({columns}) overriding system value values (1, -1, 'm1', 'x', 'x', now())"
    for change in ("update vault_access set actor = 'x'", "delete from vault_access", chosen):
        with psycopg2.connect(here.places.app_url) as connection, connection.cursor() as cursor:
            cursor.execute("select set_config('app.agency', (select id::text from agencies where code = 'mulyorejo'), true)")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(change)


def test_a_forgotten_person_stays_forgotten_and_the_events_stay(here):
    person = ("m80", "199104182016032980", "Intan Permata", "PNS", "III/a", "2016-03-01", 7, "pelaksana")
    accepted(hand_in(here, "people", people(person), XLSX), rows=1, events=3)
    settle(here)
    assert here.call("DELETE", "/v1/employees/m80/identity", HR).get_json() == {"employee": "m80", "status": "erased"}
    shown = here.call("GET", "/v1/employees/m80", HR).get_json()
    assert "name" not in shown and shown["position"]["post"] == "post-m80"
    said = problem(hand_in(here, "people", people(person), XLSX), 422, "invalid-rows")
    assert said["errors"][0]["found"] in ("m80, erased on 2026-05-03",)


# --- proposals ---


def score(employee: str, what: str, item: str, value: str, percent: str | None = None) -> ScoreSubmitted:
    return ScoreSubmitted(employee, "2026-Q1", "rating", what, item, "superior", value, percent)


def test_a_proposal_is_decided_on_what_was_seen_and_brings_its_role(here):
    final = AppraisalFinalized("m1", "2026-Q1", Judgement("baik"))
    hear(here, "m1", "2026-Q1", score("m1", "behaviour", "komunikasi", "above"), final)
    (listed,) = here.call("GET", "/v1/proposals?status=proposed&employee=m1", APPROVER).get_json()["items"]
    assert (listed["key"], listed["kind"], listed["rule_set"]) == ("m1/role-public-relations-2026-Q1", "role", "pengembangan@1")
    shown = here.call("GET", f"/v1/proposals/{listed['key']}", APPROVER)
    path, body = f"/v1/proposals/{listed['key']}/decision", {"outcome": "approved", "document": "800/KP/1", "post": "juru-bicara"}
    problem(here.call("POST", path, APPROVER, json=body), 428, "version-required")
    problem(here.call("POST", path, APPROVER, {"If-Match": '"7"'}, json=body), 412, "stale-version")
    problem(here.call("POST", path, HR, {"If-Match": shown.headers["ETag"]}, json=body), 403, "not-permitted")
    answer = here.call("POST", path, APPROVER, {"If-Match": shown.headers["ETag"]}, json=body)
    assert answer.status_code == 200 and answer.get_json()["status"] == "approved"
    assert [one["type"] for one in answer.get_json()["brings"]] == ["merit.personnel.PostDecided.v1"]
    settle(here)
    (measure,) = here.call("GET", "/v1/development/m1", M1).get_json()["measures"]
    assert (measure["kind"], measure["post"], measure["since"]) == ("role", "juru-bicara", "2026-05-03")
    again = here.call("GET", f"/v1/proposals/{listed['key']}", M1)
    assert (again.get_json()["status"], again.get_json()["decided_by"]) == ("approved", "m19")
    problem(here.call("POST", path, APPROVER, {"If-Match": again.headers["ETag"]}, json=body), 409, "proposal-not-open")


def test_a_mentor_is_followed_by_the_assessor_and_closed(here):
    target = TargetSet("m2", "2026", "t1", "team-efficiency")
    hear(
        here, "m2", "2026-Q1", target, score("m2", "target", "t1", "above", "112.5"), AppraisalFinalized("m2", "2026-Q1", Judgement("baik"))
    )
    name = "mentor-team-mentor-2026-Q1"
    decision = {"outcome": "approved", "document": "800/KP/2"}
    unknown = here.call("POST", f"/v1/proposals/m2/{name}/decision", APPROVER, {"If-Match": '"1"'}, json=decision | {"unit": "nowhere"})
    problem(unknown, 404, "unknown-unit")
    assert here.call("POST", f"/v1/proposals/m2/{name}/decision", APPROVER, {"If-Match": '"1"'}, json=decision).status_code == 200
    step = {"proposal": name, "on": "2026-05-03", "agreement": "Mendampingi dua petugas loket"}
    followed = here.call("POST", "/v1/development/m2/followed", BOSS, json=step)
    assert followed.status_code == 201
    assert here.call("GET", f"/v1/texts/{followed.get_json()['agreement_text']}", HR).get_json()["text"] == step["agreement"]
    problem(here.call("POST", "/v1/development/m2/followed", BOSS, json=step | {"on": "2026-05-04"}), 422, "step-date")
    problem(here.call("POST", "/v1/development/m2/closed", M2, json={"proposal": name, "outcome": "reached"}), 403, "not-permitted")
    assert here.call("POST", "/v1/development/m2/closed", BOSS, json={"proposal": name, "outcome": "reached"}).status_code == 200
    settle(here)
    shown = here.call("GET", "/v1/development/m2", BOSS).get_json()
    assert [(one["kind"], one["unit"], one["status"], len(one["steps"])) for one in shown["measures"]] == [
        ("mentor", "dpmptsp", "closed", 1)
    ]


def test_nobody_decides_on_a_proposal_about_himself(here):
    final = AppraisalFinalized("m19", "2026-Q1", Judgement("baik"))
    hear(here, "m19", "2026-Q1", score("m19", "behaviour", "komunikasi", "above"), final)
    path, body = "/v1/proposals/m19/role-public-relations-2026-Q1/decision", {"outcome": "approved", "document": "800/KP/3"}
    problem(here.call("POST", path, APPROVER, {"If-Match": '"1"'}, json=body), 403, "own-record")
    other = ("m20", "approver")
    assert here.call("POST", path, other, {"If-Match": '"1"'}, json=body | {"outcome": "rejected"}).get_json()["brings"] is None
    address = "/v1/proposals/m1/role-none-2026-Q1/decision"
    problem(here.call("POST", address, APPROVER, {"If-Match": '"0"'}, json=body), 404, "unknown-proposal")
