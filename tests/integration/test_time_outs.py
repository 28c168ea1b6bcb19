"""Nothing waits without an end: a statement, a lock and a request each have a time, and who is left waiting is told to come again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
import pytest

from shared.http import acting
from shared.http.app import create_app
from shared.http.serving import Limits
from shared.store.database import Database
from shared.store.errors import TooSlow
from tests.support import notebook
from tests.support.described import DescribedClient
from tests.support.web import NOON, Web, web

HR = ("m5", "hr")


@pytest.fixture(scope="module")
def here(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with web(postgres_url, notebook.service(tmp_path_factory.mktemp("notebook")), "timeouts", ("mulyorejo",)) as made:
        yield made


@pytest.fixture
def short(here: Web) -> Iterator[Web]:
    """The same place, with a statement of at most 2 s, a wait of at most 1 s and a request of at most 2 s."""
    old = here.app.extensions["merit"]
    database = Database(here.places.app_url, statement_seconds=2, lock_seconds=1)
    limits = Limits(request_seconds=2, file_seconds=2)
    app = create_app(
        old.service,
        database=database,
        log_database=old.log_database,
        clock=old.clock,
        identity=old.identity,
        status=old.status,
        limits=limits,
    )
    app.test_client_class = DescribedClient
    yield Web(app, database, here.places, here.clock, here.status)
    database.dispose()


@contextmanager
def slow(monkeypatch: pytest.MonkeyPatch, sql: str, times: int = 1) -> Iterator[None]:
    """Every request runs `sql` so many times before its route."""
    work_in = acting.work_in

    def after_a_while(tx):
        for _ in range(times):
            tx.execute(sql)
        return work_in(tx)

    with monkeypatch.context() as patched:
        patched.setattr(acting, "work_in", after_a_while)
        yield


def told(answer, code: str) -> None:
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json"), answer.data
    assert answer.get_json()["type"] == f"urn:merit:problem:{code}" and int(answer.headers["Retry-After"]) > 0
    assert "nothing was changed" in answer.get_json()["remedy"]


@pytest.mark.parametrize(("method", "path", "sent"), [("GET", "/v1/notes", {}), ("POST", "/v1/notes/e-slow", {"json": {"words": "a"}})])
def test_a_statement_that_takes_too_long_is_ended_and_said(short, monkeypatch, method, path, sent):
    with slow(monkeypatch, "select pg_sleep(30)"):
        began = time.monotonic()
        told(short.call(method, path, HR, **sent), "too-slow")
        assert time.monotonic() - began < 5
    assert short.owner("select count(*) from events where subject = 'e-slow'")[0][0] == 0
    assert short.call("GET", "/v1/notes", HR).status_code == 200, "the connection is as good as new"


def test_a_first_statement_that_is_ended_leaves_the_connection_as_good_as_new(here):
    """BEGIN travels with it."""
    database = Database(here.places.app_url, pool_size=1, statement_seconds=1)
    with pytest.raises(psycopg2.errors.QueryCanceled), database.transaction(None, NOON) as tx:
        tx.execute("select pg_sleep(30)")
    with database.transaction("mulyorejo", NOON) as tx:
        assert tx.execute("select 1").fetchone() == (1,)
    database.dispose()


def test_many_short_statements_end_with_the_request(short, monkeypatch):
    with slow(monkeypatch, "select pg_sleep(0.5)", times=60):
        began = time.monotonic()
        told(short.call("POST", "/v1/notes/e-many", HR, json={"words": "a"}), "too-slow")
        assert 1.5 < time.monotonic() - began < 5
    assert short.owner("select count(*) from events where subject = 'e-many'")[0][0] == 0


def test_who_waits_for_another_is_told_to_come_again_and_then_goes_on(short):
    with psycopg2.connect(short.places.owner_url) as other, other.cursor() as cursor:
        cursor.execute("lock table events in access exclusive mode")
        began = time.monotonic()
        told(short.call("POST", "/v1/notes/e-locked", HR, json={"words": "a"}), "busy")
        assert time.monotonic() - began < 5
    assert short.call("POST", "/v1/notes/e-locked", HR, json={"words": "a"}).status_code == 201


def test_a_transaction_begins_no_statement_after_its_time(here):
    with pytest.raises(TooSlow), here.database.transaction("mulyorejo", NOON, until=time.monotonic() - 1) as tx:
        tx.execute("select 1")
    with here.database.transaction("mulyorejo", NOON) as tx:
        assert tx.execute("select current_setting('statement_timeout')").fetchone() == ("0",), "a tool's own database has no end"
