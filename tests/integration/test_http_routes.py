"""Routes that every service has, and imports: what is accepted, and what is not, on a real database."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import Workbook

from shared.http import importing
from shared.http.serving import Limits
from shared.http.sheets import CSV, XLSX
from tests.support import notebook
from tests.support.web import Web, web

HR, ADMIN, EMPLOYEE = ("m5", "hr"), ("m0", "admin"), ("m1", "employee")
OPEN, RESTRICTED = ("bkn", "subscriber"), ("itwil", "subscriber-restricted")


@pytest.fixture(scope="module")
def here(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    service = notebook.service(tmp_path_factory.mktemp("notebook"))
    with web(postgres_url, service, "routes", ("mulyorejo", "plaju"), Limits(rows=3000, unpacked_bytes=2_000_000)) as made:
        yield made


@pytest.fixture
def owner() -> str:
    return f"e-{uuid4().hex[:12]}"


def events(here: Web, owner: str) -> int:
    return here.owner("select count(*) from events where subject = %s", (owner,))[0][0]


# Rule sets


def rule_set(**changes: Any) -> dict[str, Any]:
    return {"kind": "notes", "id": "house", "since": "2026-01-01", "sources": ["UU 2/2"], "settings": {"most": 5}} | changes


def test_rules_are_published_and_found_by_day(here):
    assert here.call("GET", "/v1/rule-sets/notes?on=2025-12-31", EMPLOYEE).get_json()["id"] == "national"
    first = here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set())
    assert (first.status_code, first.get_json()["name"]) == (201, "house@1")
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set()).get_json()["name"] == "house@1"
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set(since="2026-07-01")).get_json()["name"] == "house@2"
    days = ("2025-12-31", "2026-06-30", "2026-07-01")
    found = [here.call("GET", f"/v1/rule-sets/notes?on={day}", EMPLOYEE).get_json()["name"] for day in days]
    assert found == ["national@1", "house@1", "house@2"]


def test_rules_are_withdrawn_before_their_first_day_and_not_from_it_on(here):
    said = rule_set(id="next", since="2026-05-01")
    published = [here.call("POST", "/v1/rule-sets", ADMIN, json=said).get_json() for _ in range(2)]
    version = published[0]["version"]
    assert published[0] == published[1] and version >= 1, "the same again is the same"
    assert here.call("GET", "/v1/rule-sets/notes?on=2026-05-01", EMPLOYEE).get_json()["name"] == f"next@{version}"
    for who in (HR, EMPLOYEE):
        assert here.call("DELETE", f"/v1/rule-sets/notes/{version}", who).status_code == 403
    for _ in range(2):
        answer = here.call("DELETE", f"/v1/rule-sets/notes/{version}", ADMIN)
        assert (answer.status_code, answer.get_json()["status"]) == (200, "withdrawn")
    assert here.call("GET", "/v1/rule-sets/notes?on=2026-05-01", EMPLOYEE).get_json()["name"] == "house@1"
    again = here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set(id="next", since="2026-05-01")).get_json()
    assert again["version"] == version + 1, "published anew it is another version"
    assert here.call("DELETE", f"/v1/rule-sets/notes/{version + 1}", ADMIN).status_code == 200
    for version, status, code in ((1, 409, "rule-set-began"), (99, 404, "unknown-rule-set")):
        answer = here.call("DELETE", f"/v1/rule-sets/notes/{version}", ADMIN)
        assert (answer.status_code, answer.get_json()["type"]) == (status, f"urn:merit:problem:{code}")
    assert here.call("DELETE", "/v1/rule-sets/other/1", ADMIN).status_code == 404
    today = here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set(id="today", since="2026-04-30")).get_json()
    assert here.call("DELETE", f"/v1/rule-sets/notes/{today['version']}", ADMIN).status_code == 409, "its first day is too late"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"settings": {"most": "many"}}, 422),
        ({"settings": {"most": 1, "share": 0.2}}, 422),
        ({"kind": "other"}, 404),
        ({"sources": []}, 422),
        ({"since": "1 January"}, 422),
    ],
)
def test_wrong_rules_are_refused(here, changes, status):
    answer = here.call("POST", "/v1/rule-sets", ADMIN, json=rule_set(**changes))
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_only_the_administrator_publishes_rules(here):
    assert here.call("POST", "/v1/rule-sets", HR, json=rule_set()).status_code == 403


# Texts


def test_a_text_is_read_by_whom_the_policy_lets(here, owner):
    kept = here.call("POST", f"/v1/notes/{owner}", HR, json={"words": "halo"}).get_json()["text"]
    assert here.call("GET", f"/v1/texts/{kept}", HR).get_json() == {"id": kept, "text": "halo"}
    assert here.call("GET", f"/v1/texts/{kept}", EMPLOYEE).status_code == 403
    assert here.call("GET", f"/v1/texts/{kept}", here.token("m5", "hr", agency="plaju")).status_code == 404
    assert here.call("GET", f"/v1/texts/{uuid4()}", HR).status_code == 404
    assert here.call("GET", "/v1/texts/1", HR).status_code == 422


# The feed


def pulled(here: Web, who: Any, path: str = "/v1/events?after=0") -> tuple[list[dict[str, Any]], str]:
    answer = here.call("GET", path, who)
    assert answer.status_code == 200, answer.data
    assert answer.content_type == "application/cloudevents-batch+json"
    return answer.get_json(), answer.headers["Link"].partition(">")[0].lstrip("<")


def mine(batch: list[dict[str, Any]], owner: str) -> list[str]:
    return [one["type"] for one in batch if one["subject"] == owner]


def test_the_feed_gives_each_class_to_those_who_were_granted_it(here, owner):
    here.call("POST", f"/v1/notes/{owner}", HR, json={"words": "a"})
    here.call("POST", f"/v1/notes/{owner}/thought", HR)
    here.call("POST", f"/v1/notes/{owner}/mark", ("m9", "approver"), headers={"If-Match": '"2"'}, json={"mark": 3})
    assert mine(pulled(here, OPEN)[0], owner) == ["merit.notebook.NoteTaken.v1"]
    assert mine(pulled(here, RESTRICTED)[0], owner) == ["merit.notebook.NoteTaken.v1", "merit.notebook.NoteMarked.v1"]
    assert mine(pulled(here, here.token("bkn", "subscriber", agency="plaju"))[0], owner) == []
    assert here.call("GET", "/v1/events", EMPLOYEE).status_code == 403


def test_the_feed_is_followed_in_small_steps(here, owner):
    for _ in range(5):
        here.call("POST", f"/v1/notes/{owner}", HR, json={"words": "a"})
    whole, path, steps = [], "/v1/events?after=0&limit=2", 0
    while True:
        batch, following = pulled(here, RESTRICTED, path)
        whole += batch
        steps += 1
        if following == path:
            break
        path = following
    assert steps > 3
    assert whole == pulled(here, RESTRICTED)[0]
    assert [one["sequence"] for one in whole] == sorted(one["sequence"] for one in whole)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=" + "9" * 30, "limit=0", "limit=1001", "limit=x"])
def test_the_feed_refuses_strange_positions(here, query):
    assert here.call("GET", f"/v1/events?{query}", OPEN).status_code == 422


# Pages


def test_a_list_is_read_in_pages(here):
    rows = [("notes_g1", 1, f"k{number:02d}", "x", number, number) for number in range(5)]
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        for _, _, *row in rows:
            tx.execute("insert into notes_g1 (agency, key, owner, taken, version) values (%s, %s, %s, %s, %s)", (tx.agency_id, *row))
    keys, path = [], "/v1/notes?limit=2"
    while path:
        page = here.call("GET", path, HR).get_json()
        keys += [row["key"] for row in page["items"]]
        path = page["next"] and f"/v1/notes?limit=2&cursor={page['next']}"
    assert keys == ["k00", "k01", "k02", "k03", "k04"]
    assert here.call("GET", "/v1/notes?cursor=!!", HR).status_code == 422


# Health and description


def test_health(here):
    assert here.call("GET", "/healthz", None).get_json() == {"alive": True}
    assert here.call("GET", "/readyz", None).status_code == 200
    here.status.is_ready = False
    assert here.call("GET", "/readyz", None).status_code == 503
    here.status.is_ready = True
    assert here.call("GET", "/v1/system/settled", ("launcher", "operator")).get_json() == {"settled": True}
    assert here.call("GET", "/v1/system/settled", HR).status_code == 403


def test_the_api_describes_itself(here):
    said = here.call("GET", "/openapi.json", None).get_json()
    assert said["openapi"] == "3.1.0"
    mark = said["paths"]["/v1/notes/{owner}/mark"]["post"]
    assert {one["name"] for one in mark["parameters"]} >= {"If-Match", "Idempotency-Key"}
    assert "application/json" in mark["requestBody"]["content"]
    assert mark["responses"]["428"] == {"$ref": "#/components/responses/PRECONDITION_REQUIRED"}
    refused = said["components"]["responses"]["PRECONDITION_REQUIRED"]["content"]
    assert list(refused) == ["application/problem+json"]
    assert said["components"]["schemas"]["Problem"]
    assert set(said["paths"]["/v1/imports/notes"]["post"]["requestBody"]["content"]) == {CSV, XLSX}


# Imports


def send(here: Web, body: str | bytes, kind: str = CSV, query: str = "", headers: Any = ()) -> Any:
    return here.call("POST", f"/v1/imports/notes{query}", HR, dict(headers), data=body, content_type=kind)


def workbook(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


HEADS = ["Pemilik", "Jumlah", "Isi"]


@pytest.mark.parametrize(
    "body",
    ["Pemilik,Jumlah,Isi\n{0},2,a\n{0},1,\n", "\ufeffJumlah;Isi;Pemilik\r\n2;'a;b';{0}\r\n1;;{0}\r\n", "pemilik,jumlah\n{0},3\n\n{0},3\n"],
    ids=["comma", "semicolon and BOM", "optional column left out"],
)
def test_a_csv_file(here, owner, body):
    answer = send(here, body.format(owner).replace("'", '"').encode())
    said = answer.get_json()
    assert (said["rows"], said["events"], said["dry_run"]) == (2, 3, False)
    assert said.get("repeated", []) == ([] if "Isi" in body else [{"row": 4, "as": 2}])
    assert events(here, owner) == 3


def test_an_xlsx_file(here, owner):
    assert send(here, workbook(HEADS, [owner, 2, "a"], [owner, 1.0, None]), XLSX).get_json()["events"] == 3
    assert events(here, owner) == 3


def test_a_dry_run_says_the_same_and_changes_nothing(here, owner):
    body = f"Pemilik,Jumlah\n{owner},2\n"
    assert send(here, body, query="?dry_run=true").get_json() == {"rows": 1, "events": 2, "dry_run": True}
    assert events(here, owner) == 0
    assert send(here, body, query="?dry_run=perhaps").status_code == 422


def test_a_broken_row_is_named_and_nothing_is_half_imported(here, owner):
    answer = send(here, f"Pemilik,Jumlah\n{owner},1\n{owner},1.000\n,x\n{owner},2\n")
    said = answer.get_json()
    assert (answer.status_code, said["type"]) == (422, "urn:merit:problem:invalid-rows")
    assert said["errors"] == [
        {"row": 3, "column": "Jumlah", "expected": "a whole number without thousand separators, such as 1000", "found": "'1.000'"},
        {"row": 4, "column": "Pemilik", "expected": "a value", "found": "an empty cell"},
        {"row": 4, "column": "Jumlah", "expected": "a whole number without thousand separators", "found": "'x'"},
    ]
    assert events(here, owner) == 0


def test_rows_that_the_domain_refuses_are_named_too(here, owner):
    said = send(here, f"Pemilik,Jumlah,Isi\n{owner},1,\nnobody,1,\n{owner},-1,a\n").get_json()
    assert [(one["row"], one["column"], one["expected"], one["found"]) for one in said["errors"]] == [
        (3, None, "a known owner", "nobody"),
        (4, None, "a count from 0", "-1"),
    ]
    assert events(here, owner) == 0


def test_cells_that_a_spreadsheet_computes_or_has_lost(here, owner):
    in_the_morning = datetime(2026, 1, 1, 8, tzinfo=UTC).replace(tzinfo=None)  # a spreadsheet's moments have no zone
    rows = [[owner, "=1+1", "a"], [owner, 1, 197001012000011901], [owner, 1, in_the_morning], [owner, date(2026, 1, 1), "a"]]
    said = send(here, workbook(HEADS, *rows), XLSX).get_json()
    found = {(one["row"], one["column"]): one["expected"] for one in said["errors"]}
    assert found[2, "Jumlah"].startswith("a value (in the spreadsheet")
    assert "keeps only 15 digits" in found[3, "Isi"]
    assert found[4, "Isi"] == "a date without a time"
    assert found[5, "Jumlah"] == "a whole number without thousand separators"


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", CSV, "malformed-file"),
        (b"\n\n", CSV, "malformed-file"),
        (b"Pemilik,Jumlah\n\xff,1\n", CSV, "malformed-file"),
        (b'Pemilik,Jumlah\n"a,1\n', CSV, "malformed-file"),
        (b"Pemilik,Jumlah\n" + b"a,1\n" * 3001, CSV, "malformed-file"),
        (b"no workbook", XLSX, "malformed-file"),
        (bomb(), XLSX, "malformed-file"),
        (b"Pemilik\na\n", CSV, "invalid-rows"),
        (b"Pemilik,Jumlah,Jumlah\na,1,2\n", CSV, "invalid-rows"),
        (b"Pemilik,Jumlah,Warna\na,1,2\n", CSV, "invalid-rows"),
        (b"Pemilik,Jumlah\na,1,2\n", CSV, "invalid-rows"),
    ],
    ids=["empty", "blank", "encoding", "quote", "rows", "no xlsx", "bomb", "head missing", "head twice", "head unknown", "cells"],
)
def test_files_that_cannot_be_read(here, body, kind, code):
    answer = send(here, body, kind)
    assert (answer.status_code, answer.get_json()["type"]) == (422, f"urn:merit:problem:{code}"), answer.data


def test_only_spreadsheets_and_only_those_who_may(here):
    assert here.call("POST", "/v1/imports/notes", HR, json={}).status_code == 415
    assert here.call("POST", "/v1/imports/notes", EMPLOYEE, data="Pemilik,Jumlah\na,1\n", content_type=CSV).status_code == 403


def test_an_import_repeated_with_its_key_has_one_effect(here, owner):
    key = {"Idempotency-Key": str(uuid4())}
    body = f"Pemilik,Jumlah\n{owner},2\n"
    first, second = send(here, body, headers=key), send(here, body, headers=key)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert events(here, owner) == 2


def test_a_long_import_needs_a_key(here, owner):
    answer = send(here, "Pemilik,Jumlah,Isi\n" + "".join(f"{owner}-{number % 500},1,n{number}\n" for number in range(2500)))
    assert (answer.status_code, answer.get_json()["type"]) == (428, "urn:merit:problem:idempotency-key-required")
    assert events(here, f"{owner}-0") == 0


def test_a_long_import_says_how_far_it_is_to_whom_would_rather_not_wait(here, owner):
    headers = {"Idempotency-Key": str(uuid4()), "Prefer": "wait=0"}
    body = "Pemilik,Jumlah,Isi\n" + "".join(f"{owner}-{number % 50},1,n{number}\n" for number in range(2900))
    answers = [send(here, body, headers=headers) for _ in range(3)]
    assert [(one.status_code, one.get_json().get("reached"), one.get_json()["events"]) for one in answers] == [
        (202, 1800, 1800),
        (200, None, 2900),
        (200, None, 2900),
    ]
    assert answers[2].headers["Idempotency-Replayed"] == "true"


def test_a_long_import_goes_in_chunks_and_an_interrupted_one_is_resumed(here, owner, monkeypatch):
    key = {"Idempotency-Key": str(uuid4())}
    body = "Pemilik,Jumlah,Isi\n" + "".join(f"{owner}-{number % 50},1,n{number}\n" for number in range(2500))
    carry_out, calls = importing._Import.carry_out, iter(range(10))

    def interrupted(self, ask, start, most):
        if next(calls) == 2:  # the trial, the first chunk, then this one
            raise KeyboardInterrupt
        return carry_out(self, ask, start, most)

    def kept() -> int:
        return here.owner("select count(*) from events where subject like %s", (f"{owner}-%",))[0][0]

    with monkeypatch.context() as patched:
        patched.setattr(importing._Import, "carry_out", interrupted)
        with pytest.raises(KeyboardInterrupt):
            send(here, body, headers=key)
    assert kept() == 1800
    assert send(here, body, headers=key).get_json() == {"rows": 2500, "events": 2500, "dry_run": False}
    assert kept() == 2500
    assert send(here, body, headers=key).headers["Idempotency-Replayed"] == "true"
    assert kept() == 2500
