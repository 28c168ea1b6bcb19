"""A stream is read once in a transaction: what its commands then decide on, and who wins where another writes meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from shared.store import log
from shared.store.commands import execute, load
from shared.store.database import Database, Transaction
from shared.store.errors import Conflict
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, counted, prepare, streams_read

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[Database]:
    yield (made := prepare(postgres_url).app)
    made.dispose()


def name() -> str:
    return f"read-{next(NUMBERS)}"


def add(tx: Transaction, account: str, amount: int, expected: int | None = None) -> tuple[int, int]:
    """State and version after it."""
    done = execute(tx, LEDGER, ACCOUNT, Add(account, amount), META, expected)
    return done.state, done.version


def loaded(tx: Transaction, account: str) -> tuple[int, int]:
    return load(tx, LEDGER, ACCOUNT, ACCOUNT.stream(account))


def beside(database: Database, account: str, amount: int) -> None:
    """Another writes, and has written."""
    with database.transaction("aa", NOW) as other:
        add(other, account, amount)


def standing(database: Database, account: str) -> tuple[int, int]:
    with database.transaction("aa", NOW) as tx:
        return loaded(tx, account)


def test_commands_on_a_stream_and_who_asks_for_its_state_share_one_read_and_one_append(database, monkeypatch):
    account = name()
    beside(database, account, 1)
    with monkeypatch.context() as patch:
        sent = counted(patch)
        with database.transaction("aa", NOW) as tx:
            assert loaded(tx, account) == (1, 1)
            assert add(tx, account, 2, expected=1) == (3, 2)
            assert add(tx, account, 3) == loaded(tx, account) == (6, 3)
            assert [one.version for one in log.read_stream(tx, ACCOUNT.stream(account))] == [1, 2, 3]
    assert (streams_read(sent), len(sent)) == ([ACCOUNT.stream(account)], 2)
    assert standing(database, account) == (6, 3)


def test_a_writer_who_comes_after_the_read_wins_and_nothing_of_the_other_is_kept(database):
    """Whether he comes before the first command or between two; also for who said which version he saw."""
    for first, expected in itertools.product((True, False), (None, 1)):
        account, others = name(), name()
        beside(database, account, 1)
        with pytest.raises(Conflict) as told, database.transaction("aa", NOW) as tx:
            loaded(tx, account)
            add(tx, others, 7)
            if not first:
                add(tx, account, 2)
            beside(database, account, 5)
            add(tx, account, 3, expected and expected + (not first))
        assert (told.value.stream, told.value.expected, told.value.found) == (ACCOUNT.stream(account), 1, 2)
        assert (standing(database, account), standing(database, others)) == ((6, 2), (0, 0))


def test_another_version_than_expected_is_a_conflict_before_anything_is_decided(database):
    account = name()
    beside(database, account, 1)
    for expected in (0, 2):
        with pytest.raises(Conflict) as told, database.transaction("aa", NOW) as tx:
            assert loaded(tx, account) == (1, 1)
            add(tx, account, 2, expected)
        assert (told.value.expected, told.value.found) == (expected, 1)
    with pytest.raises(Conflict) as told, database.transaction("aa", NOW) as tx:
        add(tx, account, 2, 1)
        add(tx, account, 2, 1)  # its own append counts
    assert (told.value.expected, told.value.found) == (1, 2) and standing(database, account) == (1, 1)


def test_who_forgets_what_he_read_decides_on_what_is_there(database):
    account = name()
    with database.transaction("aa", NOW) as tx:
        assert loaded(tx, account) == (0, 0)
        beside(database, account, 4)
        assert loaded(tx, account) == (0, 0)
        log.forget_streams(tx)
        assert loaded(tx, account) == (4, 1)
        assert add(tx, account, 1, expected=1) == (5, 2)
    assert standing(database, account) == (5, 2)


STEPS = some.lists(some.sampled_from(["add", "load", "tried", "tried, sent", "send", "forget", "back"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.integers(0, 2), STEPS)
@example(1, ["add", "send", "forget", "back"])
def test_whatever_is_undone_sent_or_forgotten_a_state_is_that_of_what_the_transaction_keeps(database, before, steps):
    account, kept = name(), [1] * before
    for amount in kept:
        beside(database, account, amount)
    with database.transaction("aa", NOW) as tx:
        tx.savepoint("start")
        for amount, step in enumerate(steps, start=2):
            match step:
                case "add":
                    kept.append(amount)
                    assert add(tx, account, amount) == (sum(kept), len(kept))
                case "tried" | "tried, sent":
                    with tx.tried():
                        assert add(tx, account, -amount) == (sum(kept) - amount, len(kept) + 1)
                        if step == "tried, sent":
                            tx.flush()
                            log.forget_streams(tx)
                            assert loaded(tx, account) == (sum(kept) - amount, len(kept) + 1)
                case "send":
                    tx.flush()
                case "forget":
                    log.forget_streams(tx)
                case "back":
                    tx.rollback_to("start")
                    kept = kept[:before]
            assert loaded(tx, account) == (sum(kept), len(kept))
    assert standing(database, account) == (sum(kept), len(kept))
