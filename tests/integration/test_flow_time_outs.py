"""A statement that takes too long every time: tried a bounded number of times, with rests in which all others go on, then an operator's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg2
import pytest

from shared.bus.protocol import Incoming, TopicPartition
from shared.flow import decisions, given_up, parked, topics
from shared.flow.consumer import Consumer, Cursor
from shared.flow.declared import Dispatch, Reaction
from shared.flow.newly_heard import NewlyHeard
from shared.flow.trying import MOST_TIME_OUTS, RESTS
from shared.process import operating
from shared.store.database import Database, connect
from shared.views.generations import table_name
from tests.support import sites
from tests.support.flows import GRANTED, SERVICES, TERM, TermSet
from tests.support.sites import Site, wait_until
from tests.support.stores import ACCOUNT, NOW, Add, Added, Prepared, arrive, decision, prepare, variant

SECONDS = 2
"""What a statement may take here."""


@contextmanager
def sleeping(owner_url: str, table: str, when: str, does: str = "perform pg_sleep(60)") -> Iterator[None]:
    """Every row that is written to `table` and is so (SQL about `new`) takes far too long (or `does` what is said) until the block ends."""
    with closing(psycopg2.connect(owner_url.replace("+psycopg2", ""))) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(
                f"create function sleeps() returns trigger language plpgsql as $$ begin {does}; return new; end $$;"
                f"create trigger sleeps before insert or update on {table} for each row when ({when}) execute function sleeps()"
            )
            try:
                yield
            finally:
                cursor.execute(f"drop trigger sleeps on {table}; drop function sleeps()")


@pytest.fixture
def site(request, monkeypatch):
    monkeypatch.setattr("shared.flow.trying.RESTS", (0, 0))
    with sites.site_on("embedded", request) as site:
        yield site


# --- decisions ------------------------------------------------------------------------------------------------------------------------


def summing(key: str, knowledge: object) -> list[Dispatch]:
    return [Dispatch(ACCOUNT, Add(f"sum-{key}", 1))]


@pytest.fixture
def deciding(postgres_url) -> Iterator[Prepared]:
    reaction = Reaction("sum", {Added: lambda fact, knowledge: (fact.subject,)}, summing)
    yield prepare(postgres_url, variant(reactions=(reaction,)))


def rested(prepared: Prepared) -> float:
    """Let the rest be over; how many seconds it was to last."""
    with prepared.app.transaction("aa", NOW) as tx:
        seconds = tx.execute("select extract(epoch from again - clock_timestamp()) from decisions where tries > 0").fetchone()[0]
        tx.execute("update decisions set again = clock_timestamp() where tries > 0")
    return float(seconds)


def test_a_decision_that_takes_too_long_rests_is_parked_and_comes_back_by_a_fact_or_an_operator(deciding, caplog):
    short = Database(deciding.urls.app_url, statement_seconds=SECONDS)

    def settle() -> int:
        return decisions.settle(short, deciding.service, "aa", NOW)

    for account in ("slow", "well", "hale"):
        arrive(deciding, account)
    with sleeping(deciding.urls.owner_url, "events", "new.subject = 'sum-slow'"):
        settle()
        assert (decision(deciding, "well"), decision(deciding, "hale"), decision(deciding, "slow")) == (
            (False, False, 0),
            (False, False, 0),
            (True, False, 1),
        )
        assert settle() == 0, "it rests"
        arrive(deciding, "later")
        assert settle() == 1 and decision(deciding, "later") == (False, False, 0)
        for tries, seconds in enumerate(RESTS, start=2):
            assert seconds - 20 < rested(deciding) <= seconds
            assert settle() == 1 and decision(deciding, "slow") == (True, tries == MOST_TIME_OUTS, tries)
        rested(deciding)
        assert settle() == 0, "parked: nobody tries it any more"
        assert "decision sum slow of aa failed (try 3, parked)" in caplog.text
        with closing(connect(deciding.urls.log_url, "look")) as log:
            (listed,) = given_up.listed(log)
        assert listed.address == "aa/sum/slow" and "QueryCanceled" in listed.error and "statement timeout" in listed.error
        assert given_up.act(short, "retry", listed, NOW)
        assert settle() == 1 and decision(deciding, "slow") == (True, False, 1), "an operator's word, while the cause is there"
        arrive(deciding, "slow")
        assert decision(deciding, "slow") == (True, False, 0), "a new fact ends the rest too"
    assert settle() == 1 and decision(deciding, "slow") == (False, False, 0)
    short.dispose()


@pytest.mark.parametrize("state", ["40P01", "40001"], ids=["a deadlock", "not serializable"])
def test_trouble_that_passes_is_no_try(deciding, state):
    arrive(deciding, "met")
    with sleeping(deciding.urls.owner_url, "events", "new.subject = 'sum-met'", f"raise exception using errcode = '{state}'"):
        for _ in range(12):
            assert decisions.settle(deciding.app, deciding.service, "aa", NOW) == 1 and decision(deciding, "met") == (True, False, 0)
    assert decisions.settle(deciding.app, deciding.service, "aa", NOW) == 1 and decision(deciding, "met") == (False, False, 0)


# --- timers ---------------------------------------------------------------------------------------------------------------------------


def set_term(site: Site, account: str, days: int) -> None:
    site.do("grants", TERM, TermSet(account, datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days)))


def fired(site: Site) -> list[str]:
    return [found for (found,) in site.ask("grants", "select subject from events where type = 'merit.grants.Expired.v1' order by 1")]


def test_a_timer_that_takes_too_long_is_given_up_and_stops_no_other(site, capsys, caplog):
    caplog.set_level(logging.CRITICAL)
    site.work_all_but_grants()
    site.work("grants", statement_seconds=SECONDS)
    set_term(site, "slow", 1)
    set_term(site, "whole", 2)
    site.settle()
    urls = site.urls["grants"]
    here = {"MERIT_DATABASE_URL": urls.app_url, "MERIT_LOG_DATABASE_URL": urls.log_url}
    with sleeping(urls.owner_url, "events", "new.subject = 'slow' and new.type like '%Expired%'"):
        site.clock.move(site.clock.now() + timedelta(3650))
        site.settle()
        assert fired(site) == ["whole"]
        assert operating.parked(here, "list", "grants", None, None) == 0
        assert "timer aa/term/slow due" in (said := capsys.readouterr().out) and "QueryCanceled" in said and "1 parked" in said
    assert operating.parked(here, "retry", "grants", None, "aa/term/slow") == 0
    wait_until(lambda: fired(site) == ["slow", "whole"])


# --- what is heard, and the own log ---------------------------------------------------------------------------------------------------


def test_an_event_that_takes_too_long_is_found_and_parked_and_all_others_pass(site, caplog):
    caplog.set_level(logging.CRITICAL)
    site.work_all_but_grants()
    urls = site.urls["grants"]
    with sleeping(urls.owner_url, "facts", "new.subject = 'ill'"):
        site.some_traffic(1, 12)
        site.add("ill", 1)
        site.add("ill", 2)
        site.some_traffic(2, 12)
        site.work("grants", statement_seconds=SECONDS)
        site.settle(150)

        def all_parked() -> list[tuple[str, str, int]]:
            with site.databases["grants"].transaction(None, NOW) as tx:
                return [(one["key"], one["error"], one["tries"]) for one in parked.listed(tx, "grants")]

        def retry() -> None:
            with site.databases["grants"].transaction(None, NOW) as tx:
                assert parked.ask(tx, "grants", parked.RETRY, topics.internal(site.realm, "ledger"), "aa/ill") == 2

        assert [key for key, _, _ in all_parked()] == ["aa/ill"] * 2
        assert "QueryCanceled" in all_parked()[0][1] and "waits behind" in all_parked()[1][1]
        assert "aa/ill" not in site.state()["balances"] and len(site.state()["balances"]) > 5
        retry()
        wait_until(lambda: all_parked()[0][2] == 1, what="tried once more, and no more than that")
    retry()
    wait_until(lambda: not all_parked())
    site.settle()
    site.assert_as_expected()


def test_what_passes_in_other_partitions_takes_no_try_from_a_batch_that_takes_too_long():
    """Where there is always something else to read, the batch comes again only after it: it is looked through all the same."""
    consumer = Consumer(SimpleNamespace(name="grants"), None, None, ["t"], "owner", lambda: NOW, threading.Event())
    consumer.cursors = {TopicPartition("t", number): Cursor(0, 0) for number in (0, 1)}
    consumer._unknown_versions = lambda messages: {}
    looked_through = []

    def commit(messages: Sequence[Incoming], *, bisect: bool) -> None:
        if bisect:
            looked_through.append(messages[0].partition)
        elif messages[0].partition == 1:
            raise psycopg2.errors.QueryCanceled

    consumer._commit = commit
    reader = SimpleNamespace(report=lambda name, offsets: None)
    for number in range(MOST_TIME_OUTS):
        for partition in (1, 0):
            with suppress(psycopg2.errors.QueryCanceled):
                consumer._batch(reader, [Incoming("t", partition, number, b"k", (), b"")])
    assert looked_through == [1] and consumer.time_outs == 0


def test_the_own_log_stops_loudly_at_an_event_that_takes_too_long_and_goes_on_when_it_does_not(site, caplog):
    caplog.set_level(logging.CRITICAL + 1)
    site.work_all_but_grants()
    worker = site.work("grants", statement_seconds=SECONDS)
    site.settle()
    with sleeping(site.urls["grants"].owner_url, table_name(GRANTED, 1), "new.key = 'slow' and not new.gone"):
        for account in ("slow", "well"):
            site.add(account, 5)
            site.limit(account, 3)
        wait_until(lambda: worker.reactor.failing, what="an alarm")
        assert "own log stops at position" in worker.reactor.failing and "Granted" in worker.reactor.failing
    site.settle()
    site.assert_as_expected()
    assert worker.reactor.failing is None


def test_a_newly_heard_event_that_takes_too_long_is_parked_after_bounded_tries(site, caplog):
    caplog.set_level(logging.CRITICAL)
    heard = [topics.internal(site.realm, "ledger")]
    site.bus().ensure_topics(heard)
    site.work("ledger")
    site.add("well", 1)
    site.add("ill", 2)
    wait_until(lambda: sum(site.bus().ends(heard).values()) == 2)
    site.tell("grants", "insert into checkpoints values ('grants', 'x', 0, 1, 1, 'b', 't')")  # it has read something before
    short = Database(site.urls["grants"].app_url, statement_seconds=SECONDS)
    with sleeping(site.urls["grants"].owner_url, "facts", "new.subject = 'ill'"):
        NewlyHeard(SERVICES["grants"], short, site.bus(), heard, site.clock.now, threading.Event()).fetch()
    with site.databases["grants"].transaction(None, NOW) as tx:
        assert [(one["key"], "QueryCanceled" in one["error"]) for one in parked.listed(tx, "grants")] == [("aa/ill", True)]
    assert site.ask("grants", "select subject from facts") == [("well",)]
    short.dispose()
