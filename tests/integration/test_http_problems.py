"""Bad input over HTTP: each kind answers its own problem, says what was expected and found, and changes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.http.identity import sign_token
from shared.http.serving import Limits
from shared.store import commands
from shared.store.database import Transaction
from shared.store.errors import CommitUnknown
from tests.support import notebook
from tests.support.web import MACHINE_NOW, Web, key_pair, web

M1, HR, APPROVER, ADMIN = ("m1", "employee"), ("m5", "hr"), ("m9", "approver"), ("m0", "admin")


@pytest.fixture(scope="module")
def here(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    service = notebook.service(tmp_path_factory.mktemp("notebook"))
    limits = Limits(body_bytes=2000, file_bytes=400_000, rows=5000)
    with web(postgres_url, service, "notebook", ("mulyorejo", "plaju"), limits) as made:
        yield made


@pytest.fixture
def owner() -> str:
    """An employee whom no other test knows."""
    return f"e-{uuid4().hex[:12]}"


def take(here: Web, owner: str, who: Any = HR, headers: Any = (), **body: Any) -> Any:
    return here.call("POST", f"/v1/notes/{owner}", who, dict(headers), json={"words": "read", **body})


def events(here: Web, owner: str) -> int:
    return here.owner("select count(*) from events where subject = %s", (owner,))[0][0]


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem, after checking that it is a whole one."""
    assert (response.status_code, response.content_type) == (status, "application/problem+json"), response.data
    said = response.get_json()
    assert said["type"] == f"urn:merit:problem:{code}"
    assert said["status"] == status
    assert all(said[part] for part in ("title", "detail", "expected", "found", "remedy"))
    return said


# Who calls


def test_no_token(here, owner):
    answer = take(here, owner, None)
    problem(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="merit"'
    assert events(here, owner) == 0


def forged(**changes: Any) -> str:
    said = {"issuer": "merit", "audience": "merit", "sub": "m5", "agency": "mulyorejo", "roles": ["hr"], "now": MACHINE_NOW}
    key = changes.pop("key", "ours")
    return sign_token(key_pair(key)[0], **(said | changes))


@pytest.mark.parametrize(
    "token",
    [
        forged(key="foreign"),
        forged(issuer="elsewhere"),
        forged(audience="elsewhere"),
        forged(now=MACHINE_NOW - timedelta(hours=2)),
        forged(now=MACHINE_NOW + timedelta(hours=2)),
        forged(agency="../plaju"),
        "eyJhbGciOiJub25lIn0.e30.",
        "rubbish",
    ],
    ids=["foreign key", "issuer", "audience", "expired", "future", "agency's form", "unsigned", "rubbish"],
)
def test_a_foreign_token(here, owner, token):
    answer = take(here, owner, token)
    problem(answer, 401, "not-authenticated")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert events(here, owner) == 0


def test_an_agency_that_is_not_served_does_not_exist(here, owner):
    problem(take(here, owner, here.token("m5", "hr", agency="sorong")), 404, "unknown-agency")


def test_another_agencys_things_do_not_exist(here, owner):
    take(here, owner)
    assert here.call("GET", f"/v1/notes/{owner}", M1).status_code == 200
    problem(here.call("GET", f"/v1/notes/{owner}", here.token("m1", "employee", agency="plaju")), 404, "unknown-note")


def test_what_the_policy_does_not_allow(here, owner):
    said = problem(take(here, owner, M1), 403, "not-permitted")
    assert said["expected"] == "employee (self) or hr for take-note"
    assert events(here, owner) == 0
    assert take(here, owner, (owner, "employee")).status_code == 201


# What is sent


def test_malformed_json(here, owner):
    answer = here.call("POST", f"/v1/notes/{owner}", HR, data=b'{"words": "a",}', content_type="application/json")
    assert "column 14" in problem(answer, 400, "malformed-json")["found"]


UNKEEPABLE = ['{"a": "b\\u0000"}', '{"a": NaN}', '{"a": 1e999}', '{"a": ' + "9" * 30 + "}", "[" * 60 + "]" * 60, '{"a": "\\ud800"}']


@pytest.mark.parametrize("body", UNKEEPABLE)
def test_json_that_cannot_be_kept(here, owner, body):
    problem(here.call("POST", f"/v1/notes/{owner}", HR, data=body, content_type="application/json"), 400, "malformed-json")


def test_fields_are_named(here, owner):
    said = problem(take(here, owner, words=7, more=1, times=0), 422, "invalid-body")
    assert said["errors"] == [
        {"field": "words", "expected": "a valid string", "found": "7"},
        {"field": "times", "expected": "a value greater than or equal to 1 and less than or equal to 5000", "found": "0"},
        {"field": "more", "expected": "no field of this name", "found": "1"},
    ]


@pytest.mark.parametrize("body", ["[]", '"words"', "null"])
def test_a_body_that_is_no_object(here, owner, body):
    problem(here.call("POST", f"/v1/notes/{owner}", HR, data=body, content_type="application/json"), 422, "invalid-body")


def test_an_empty_body(here, owner):
    said = problem(here.call("POST", f"/v1/notes/{owner}", HR), 422, "invalid-body")
    assert said["errors"] == [{"field": "words", "expected": "a value", "found": "nothing"}]


def test_an_oversized_body(here, owner):
    said = problem(take(here, owner, words="x" * 3000), 413, "body-too-large")
    assert said["expected"] == "at most 2000 bytes"


def test_an_oversized_body_of_unknown_length(here, owner):
    """Cut off at the limit it would be whole: the file must be refused, not half imported."""
    body = b"Pemilik,Jumlah\n" + f"{owner},1\n".encode() * 30_000
    said = {"input_stream": io.BytesIO(body), "content_type": "text/csv", "environ_overrides": {"wsgi.input_terminated": True}}
    answer = here.call("POST", "/v1/imports/notes?dry_run=true", HR, {"Transfer-Encoding": "chunked"}, **said)
    problem(answer, 413, "body-too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"])
def test_a_wrong_content_type(here, owner, kind):
    problem(here.call("POST", f"/v1/notes/{owner}", HR, data=b'{"words": "a"}', content_type=kind), 415, "wrong-content-type")


def test_a_packed_body(here, owner):
    answer = here.call("POST", f"/v1/notes/{owner}", HR, data=b"..", content_type="application/json", headers={"Content-Encoding": "gzip"})
    problem(answer, 415, "wrong-content-type")


def test_an_unknown_route_and_a_wrong_method(here):
    problem(here.call("GET", "/v1/nothing", HR), 404, "unknown-route")
    answer = here.call("DELETE", "/v1/notes/m1", HR)
    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_path_with_nul(here):
    problem(here.call("GET", "/v1/notes/a%00b", HR), 400, "bad-request")


def test_a_refusal_by_the_domain(here, owner):
    said = problem(here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers={"If-Match": '"0"'}), 409, "no-note")
    assert (said["expected"], said["found"], said["remedy"]) == (f"a note of {owner}", "none", "take one first")


def test_a_bug_answers_a_number_and_leaks_nothing(here, caplog):
    answer = here.call("POST", "/v1/broken", HR)
    said = problem(answer, 500, "unexpected")
    assert said["instance"] == f"urn:uuid:{answer.headers['Merit-Correlation']}"
    assert b"197001" not in answer.data
    assert "197001" not in caplog.text
    assert "broken" in caplog.text
    assert events(here, "broken") == 0


# What was seen


def test_a_missing_version(here, owner):
    take(here, owner)
    problem(here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}), 428, "version-required")


@pytest.mark.parametrize("given", ["3", "*", 'W/"3"', '"x"', '"1", "2"'])
def test_a_version_in_another_form(here, owner, given):
    answer = here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers={"If-Match": given})
    problem(answer, 400, "bad-if-match")


def test_a_stale_version(here, owner):
    take(here, owner)
    seen = here.call("GET", f"/v1/notes/{owner}", M1).headers["ETag"]
    take(here, owner)
    answer = here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers={"If-Match": seen})
    assert problem(answer, 412, "stale-version")["version"] == 2
    fresh = here.call("GET", f"/v1/notes/{owner}", M1).headers["ETag"]
    answer = here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers={"If-Match": fresh})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')


# Once and only once


def test_a_repeated_key_gets_the_same_answer_and_one_effect(here, owner):
    key = {"Idempotency-Key": str(uuid4())}
    first, second = take(here, owner, headers=key), take(here, owner, headers=key)
    assert (first.status_code, first.data, first.headers["ETag"]) == (second.status_code, second.data, second.headers["ETag"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert events(here, owner) == 1


def test_a_key_is_looked_at_before_the_version(here, owner):
    take(here, owner)
    said = {"Idempotency-Key": "mark-once", "If-Match": '"1"'}
    answers = [here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers=said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_key_with_another_body(here, owner):
    key = {"Idempotency-Key": str(uuid4())}
    take(here, owner, headers=key)
    problem(take(here, owner, headers=key, words="other"), 422, "idempotency-key-reused")


def test_a_key_belongs_to_its_person_and_agency(here, owner):
    key = {"Idempotency-Key": "k-1"}
    for who in (HR, ("m6", "hr"), here.token("m5", "hr", agency="plaju")):
        assert "Idempotency-Replayed" not in take(here, owner, who, headers=key).headers


def test_a_refusal_is_not_kept(here, owner):
    said = {"Idempotency-Key": "later", "If-Match": '"0"'}
    problem(here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 2}, headers=said), 409, "no-note")
    take(here, owner)
    said["If-Match"] = '"1"'
    assert here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 2}, headers=said).status_code == 200


def test_a_key_in_use_answers_at_once(here, owner):
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        name = f"idempotency/mulyorejo/web/m5/POST /v1/notes/{owner}/busy"
        tx.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))
        answer = take(here, owner, headers={"Idempotency-Key": "busy"})
    problem(answer, 409, "in-progress")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_a_key_in_another_form(here, owner, key):
    problem(take(here, owner, headers={"Idempotency-Key": key}), 400, "bad-idempotency-key")


def interfere(monkeypatch, here: Web, owner: str, times: int) -> None:
    """Let another writer come between a request's decision and its commit, so many times."""
    execute, left = commands.execute, iter(range(times))

    def interrupted(tx, catalogue, aggregate, command, meta, expected=None):
        done = execute(tx, catalogue, aggregate, command, meta, expected)
        if next(left, None) is not None:
            with here.database.transaction("mulyorejo", here.clock.now()) as other:
                execute(other, catalogue, aggregate, notebook.Take(owner), meta)
        return done

    monkeypatch.setattr(commands, "execute", interrupted)


def test_a_writer_who_comes_between_is_followed(here, owner, monkeypatch):
    interfere(monkeypatch, here, owner, 3)
    assert (take(here, owner).get_json()["notes"], events(here, owner)) == (4, 4)


def test_writers_who_come_between_four_times(here, owner, monkeypatch):
    interfere(monkeypatch, here, owner, 4)
    problem(take(here, owner), 409, "conflict")
    assert events(here, owner) == 4


def test_whoever_says_what_he_saw_is_not_tried_again(here, owner, monkeypatch):
    take(here, owner)
    interfere(monkeypatch, here, owner, 1)
    answer = here.call("POST", f"/v1/notes/{owner}/mark", APPROVER, json={"mark": 1}, headers={"If-Match": '"1"'})
    assert problem(answer, 412, "stale-version")["version"] == 2


# The database


def test_a_database_that_is_away(here, owner, monkeypatch):
    monkeypatch.setattr(here.app.extensions["merit"].database, "_engine", None)
    monkeypatch.setattr(here.app.extensions["merit"].database, "url", "postgresql://nobody@127.0.0.1:9/none")
    answer = take(here, owner)
    assert "same Idempotency-Key" in problem(answer, 503, "unavailable")["remedy"]
    assert answer.headers["Retry-After"] == "2"
    here.app.extensions["merit"].database.dispose()


def test_a_connection_lost_while_committing(here, owner, monkeypatch):
    key = {"Idempotency-Key": str(uuid4())}
    commit = Transaction.commit

    def commit_and_be_cut_off(tx):
        commit(tx)
        with here.database.transaction("mulyorejo", here.clock.now()) as other:
            other.execute("select pg_terminate_backend(%s)", (tx.connection.info.backend_pid,))
        tx.connection.cursor().execute("select 1")

    def cut_off(tx):
        try:
            commit_and_be_cut_off(tx)
        except Exception as error:
            raise CommitUnknown(str(error)) from error

    with monkeypatch.context() as patched:
        # Only the first commit of this thread is cut off; the inner transaction commits as usual.
        calls = iter([cut_off])
        patched.setattr(Transaction, "commit", lambda tx: next(calls, commit)(tx))
        answer = take(here, owner, headers=key)
    problem(answer, 503, "outcome-unknown")
    again = take(here, owner, headers=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert events(here, owner) == 1


def test_every_answer_forbids_caching_and_guessing(here):
    for answer in (here.call("GET", "/healthz", None), take(here, "m1", None)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


# What the log says


def test_each_refused_request_leaves_a_line_without_what_was_sent(here, owner, caplog):
    caplog.set_level("INFO", logger="shared.http.serving")
    secret = "SECRET-SENTENCE"
    answers = [
        take(here, owner, None),
        take(here, owner, M1, words=secret),
        take(here, owner, wrong=secret),
        here.call("GET", f"/v1/nowhere/{secret}", HR),
        here.call("POST", "/v1/notes/x", HR, data=f"{{{secret}", content_type="application/json"),
    ]
    lines = [record.getMessage() for record in caplog.records if record.name == "shared.http.serving"]
    assert len(lines) == len(answers) and secret not in "".join(lines)
    for line, answer in zip(lines, answers, strict=True):
        code = answer.get_json()["type"].rpartition(":")[2]
        assert f": {answer.status_code} {code}, " in line and answer.headers["Merit-Correlation"] in line
    assert "POST /v1/notes/<owner>" in lines[0] and "nobody known" in lines[0] and "m1 of mulyorejo" in lines[1]
    assert "an unknown route" in lines[3]


def test_what_is_accepted_and_what_probes_ask_leave_none(here, owner, caplog):
    caplog.set_level("INFO", logger="shared.http.serving")
    assert take(here, owner).status_code < 300
    here.call("GET", "/readyz", None)
    assert [record for record in caplog.records if record.name == "shared.http.serving"] == []
