"""The keyed fold: workers on the same rows lose nothing, tombstones, wrong columns; and any order of arrival gives the same state."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, Text

from shared.bus.protocol import Incoming, TopicPartition
from shared.events.codec import encode
from shared.events.envelope import Envelope, from_headers, to_headers
from shared.flow import decisions
from shared.flow.apply import Arrived, apply
from shared.flow.consumer import Cursor, sort_out
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.kernel.facts import Fact
from shared.kernel.ids import event_id
from shared.process.service import Service
from shared.store.database import Database
from shared.views import engine, reading
from shared.views.view import View, subject_key
from tests.support.flows import HEIGHTS, LIMITS, Granted, LimitSet, grants
from tests.support.stores import LEDGER, NOW, Added, prepare, totals, variant

RUNS = itertools.count(1)


@pytest.fixture(scope="module")
def sink(postgres_url):
    """The service that hears, and its database, for every example of the property."""
    prepared = prepare(postgres_url, grants())
    database = prepared.app
    yield prepared.service, database
    database.dispose()


@pytest.fixture
def database_of(postgres_url):
    """Make a service's database; its connections are given back."""
    made: list[Database] = []

    def make(service: Service) -> Database:
        made.append(prepare(postgres_url, service).app)
        return made[-1]

    yield make
    for database in made:
        database.dispose()


def fact(account: str, amount: int, version: int = 1, model=Added) -> Fact:
    event = model(account, amount)
    return Fact(event, "id", "merit.ledger.Added.v1", "aa", account, f"s-{account}", version, NOW, NOW, "tester", "c")


def test_eight_workers_folding_the_same_rows_lose_nothing_though_no_row_exists_yet(database_of):
    """Without the placeholders, or without the sorted locks, updates are lost or workers deadlock."""
    view = totals()
    database = database_of(variant(name="threads", views=(view,)))
    keys = [f"k{number}" for number in range(30)]
    troubles: list[Exception] = []
    together = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            for turn in range(12):
                # Every turn has rows of its own that nobody made before, so that all workers make them at once.
                mine = [f"{turn}-{key}" for key in keys[number % 4 :]] + ["shared"]
                if number % 2:
                    mine.reverse()
                together.wait(60)
                with database.transaction("aa", NOW) as tx:
                    engine.fold(tx, (view,), [fact(key, 1) for key in mine])
        except Exception as trouble:
            troubles.append(trouble)
            together.abort()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    with database.transaction("aa", NOW) as tx:
        found = {row["key"]: row["total"] for row in reading.rows(tx, view, {})}
    expected: dict[str, int] = defaultdict(int)
    for number, turn in itertools.product(range(8), range(12)):
        for key in keys[number % 4 :]:
            expected[f"{turn}-{key}"] += 1
        expected["shared"] += 1
    assert found == expected


def test_a_deleted_row_is_gone_for_readers_and_comes_back_with_the_next_fact(database_of):
    view = View("purses", (Column("total", Integer),), {Added: subject_key}, lambda key, row, fact: _unless_empty(row, fact))
    database = database_of(variant(name="tombs", views=(view,)))
    seen = []
    for amount in (5, -5, 7):
        with database.transaction("aa", NOW) as tx:
            engine.fold(tx, (view,), [fact("a", amount)])
        with database.transaction("aa", NOW) as tx:
            seen.append(reading.row(tx, view, "a"))
    assert seen == [{"key": "a", "total": 5}, None, {"key": "a", "total": 7}]


def _unless_empty(row, fact):
    total = (row or {"total": 0})["total"] + fact.event.amount
    return {"total": total} if total else None


def test_a_fold_that_gives_an_unknown_column_is_told_which(database_of):
    view = View("purses", (Column("total", Integer),), {Added: subject_key}, lambda key, row, fact: {"totl": 1})
    database = database_of(variant(name="misspelt", views=(view,)))
    with pytest.raises(ValueError, match=r"purses, key a: expected the columns \['total'\], found also \['totl'\]"):
        with database.transaction("aa", NOW) as tx:
            engine.fold(tx, (view,), [fact("a", 1)])


# --- any order ------------------------------------------------------------------------------------------------------------------------

ACCOUNTS = ("a", "b", "c")
PARTITIONS = 2
# Amounts of 1 or more: a refusal leaves what was granted before, so there the way would matter, and should.
amounts = st.tuples(st.just("ledger"), st.sampled_from(ACCOUNTS), st.integers(1, 40), st.just(0))
limits = st.tuples(st.just("limits"), st.sampled_from(ACCOUNTS), st.integers(0, 60), st.integers(0, 3))


def stream_of(history, service: str, prefix: str) -> dict[TopicPartition, list[Incoming]]:
    """What the relay of `service` would put into each partition, with its sequences and what stands before each."""
    placed: dict[TopicPartition, list[Incoming]] = {TopicPartition(service, number): [] for number in range(PARTITIONS)}
    versions: dict[str, int] = defaultdict(int)
    before: dict[TopicPartition, int] = defaultdict(int)
    mine = [one for one in history if one[0] == service]
    for sequence, (_, account, number, day) in enumerate(mine, start=1):
        subject = prefix + account
        versions[subject] += 1
        stream = f"{service}-x-{subject}"
        since = date(2026, 1, 1) + timedelta(days=day)
        event, catalogue = (Added(subject, number), LEDGER) if service == "ledger" else (LimitSet(subject, number, since), LIMITS)
        effective = NOW if service == "ledger" else datetime(since.year, since.month, since.day, tzinfo=UTC)
        id_ = event_id("aa", stream, versions[subject])
        type_ = catalogue.of(event).type
        envelope = Envelope(
            id_, type_, "aa", subject, stream, versions[subject], effective, NOW, "tester", "c", None, 0, None, sequence, encode(event)
        )
        at = TopicPartition(service, ACCOUNTS.index(account) % PARTITIONS)
        place = len(placed[at])
        placed[at].append(Incoming(service, at.partition, place, envelope.key, to_headers(envelope, before[at]), envelope.data))
        before[at] = sequence
    return placed


def deliver(data, placed: dict[TopicPartition, list[Incoming]]):
    """Batches in an order that Hypothesis draws: partitions interleaved at will, and parts sent again at any time, as relays do."""
    left = {at: list(messages) for at, messages in placed.items() if messages}
    sent: dict[TopicPartition, list[Incoming]] = defaultdict(list)
    offsets: dict[TopicPartition, int] = defaultdict(int)
    while left:
        batch = []
        for _ in range(data.draw(st.integers(1, 5), "batch")):
            if not left:
                break
            at = data.draw(st.sampled_from(sorted(left)), "partition")
            again = sent[at] and data.draw(st.integers(0, 3), "again") == 0
            # A resend goes on from where it began: first what was sent, then the rest.
            if again:
                back = data.draw(st.integers(1, len(sent[at])), "back")
                left[at] = sent[at][-back:] + left[at]
                del sent[at][-back:]
            message = left[at].pop(0)
            sent[at].append(message)
            batch.append(Incoming(*at, offsets[at], message.key, message.headers, message.value))
            offsets[at] += 1
            if not left[at]:
                del left[at]
        yield batch


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(st.one_of(amounts, limits), min_size=1, max_size=14), data=st.data())
def test_any_interleaving_and_repetition_gives_the_same_views_and_the_same_decisions(sink, history, data):
    prefix = f"r{next(RUNS)}-"
    service, database = sink
    placed = stream_of(history, "ledger", prefix) | stream_of(history, "limits", prefix)
    cursors = {at: Cursor(0, 0) for at in placed}
    for batch in deliver(data, placed):
        accepted = sort_out(batch, cursors)
        cursors = accepted.after
        with database.transaction(None, NOW) as tx:
            apply(tx, service, [arrived(message) for message in accepted.accepted])
        if data.draw(st.booleans(), "decide now"):
            decisions.settle(database, service, "aa", NOW)
    while decisions.settle(database, service, "aa", NOW):
        pass
    with database.transaction("aa", NOW) as tx:
        for account in ACCOUNTS:
            subject = prefix + account
            added = [number for where, who, number, _ in history if (where, who) == ("ledger", account)]
            mine = [(place, one) for place, one in enumerate(history) if one[:2] == ("limits", account)]
            heights = [(day, place, number) for place, (_, _, number, day) in mine]
            balance = reading.row(tx, service.views[0], subject)
            once = (sum(added), list(range(1, len(added) + 1))) if added else None
            assert (balance and (balance["total"], balance["versions"])) == once
            height = reading.row(tx, HEIGHTS, subject)
            assert (height and height["height"]) == (max(heights)[2] if heights else None)
            granted = sum(one.event.amount for one in StoreKnowledge(tx, service).facts(Granted, subject))
            assert granted == (min(sum(added), max(heights)[2]) if heights else 0)


def arrived(message: Incoming) -> Arrived:
    return Arrived(Place(message.topic, message.partition, message.offset), from_headers(message.headers, message.value)[0])


def test_a_page_of_what_matches_is_read_from_its_index_without_sorting(database_of):
    view = View("paged", (Column("status", Text),), {}, lambda key, row, fact: row, indexes=(("status",),))
    database = database_of(variant(views=(view,)))
    with database.transaction("aa", NOW) as tx:
        tx.execute(
            "insert into paged_g1 (agency, key, status) select %s, 'k' || n, case when n %% 2 = 0 then 'open' else 'closed' end"
            " from generate_series(1, 20000) n",
            (tx.agency_id,),
        )
    with database.transaction("aa", NOW) as tx:
        page = "select key from paged_g1 where agency = %s and not gone and status = 'open' and key > 'k5' order by key limit 101"
        plan = "\n".join(row[0] for row in tx.execute(f"explain {page}", (tx.agency_id,)).fetchall())
    assert "paged_g1_i1" in plan and "Sort" not in plan, plan
