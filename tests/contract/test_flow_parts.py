"""The flow's pieces by themselves: what each reads and writes, to the row, and what it says of what went wrong."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from dataclasses import make_dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.bus.partitioner import partition_of
from shared.bus.protocol import BusUnavailable, Incoming, RelayCheckpoint, TopicPartition
from shared.events.classes import EventClass
from shared.events.codec import encode
from shared.events.envelope import Envelope, to_headers
from shared.events.registry import Catalogue
from shared.flow import apply as applying
from shared.flow import decisions, exports, facts, given_up, leases, newly_heard, own, parked, status, timers, topics
from shared.flow.apply import Arrived, TooManyHops, apply, type_of, typed
from shared.flow.consumer import Consumer, Cursor, Moved, sort_out
from shared.flow.declared import Arm, Dispatch, Reaction, Timer
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.leases import Lease, Leases, LostLease, owner_name
from shared.flow.own import Reactor
from shared.flow.relay import BusAhead, Relay, messages_of
from shared.flow.source import fact_of
from shared.flow.trying import MOST_TRIES
from shared.kernel.ids import event_id
from shared.kernel.refusal import Refused
from shared.store import log
from shared.store.commands import execute
from shared.store.database import connect
from shared.views import reading
from tests.support.flows import (
    BUCKETS,
    EXPIRIES,
    GRANT,
    GRANTED,
    GRANTS,
    TERM,
    TERMS,
    Grant,
    Granted,
    TermCleared,
    TermSet,
    grants,
)
from tests.support.flows import Added as Heard_Added
from tests.support.stores import META, NOW, Added, Prepared, prepare, variant

LATER = NOW + timedelta(days=1)
AT = TopicPartition("ledger", 0)


def envelope(account="a", version=1, sequence=1, amount=5, agency="aa", hops=0, type_="merit.ledger.Added.v1", data=None):
    stream = f"ledger-account-{account}"
    body = encode(Added(account, amount)) if data is None else data
    id_ = event_id(agency, stream, version)
    return Envelope(id_, type_, agency, account, stream, version, NOW, NOW, "m15", "c-7", None, hops, None, sequence, body)


def message(one: Envelope, offset=0, previous=0, topic="ledger", partition=0) -> Incoming:
    return Incoming(topic, partition, offset, one.key, to_headers(one, previous), one.data)


@pytest.fixture
def granting(postgres_url) -> Prepared:
    return prepare(postgres_url, grants(poison=(13,)), ("aa", "bb=Asia/Jayapura"))


@pytest.fixture
def database(granting):
    made = granting.app
    yield made
    made.dispose()


@pytest.fixture
def reader(granting):
    with closing(connect(granting.urls.log_url, "parts")) as connection:
        yield connection


# --- the rule of `previous` ---------------------------------------------------------------------------------------------------------------


def place(sequence, previous, offset, partition=0):
    headers = (("ce_sequence", str(sequence).encode()), ("ce_previous", str(previous).encode()))
    return Incoming("ledger", partition, offset, b"k", headers, b"")


def test_a_message_is_taken_after_its_previous_dropped_when_known_and_left_behind_a_gap():
    other = TopicPartition("ledger", 1)
    cursors = {AT: Cursor(3, 10, "why"), other: Cursor(0, 0)}
    read_before, known, next_, gap = place(11, 10, 2), place(10, 9, 3), place(12, 10, 4), place(15, 14, 6)
    found = sort_out([read_before, known, next_, place(12, 10, 5), gap, place(4, 2, 0, 1)], cursors)
    assert found.accepted == (next_,)
    assert found.after == {AT: Cursor(7, 12, "why"), other: Cursor(1, 0)}
    assert found.gaps == {AT, other}
    healed = sort_out([gap, place(13, 12, 7), place(14, 13, 8), replaced(gap, 9)], found.after | {AT: Cursor(6, 12)})
    assert [one.offset for one in healed.accepted] == [7, 8, 9] and healed.after[AT] == Cursor(10, 15) and healed.gaps == frozenset()


def replaced(message: Incoming, offset: int) -> Incoming:
    return message._replace(offset=offset)


@pytest.mark.parametrize("headers", [
    (), (("ce_sequence", b"5"),), (("ce_previous", b"0"),), (("ce_sequence", b"x"), ("ce_previous", b"0")),
    (("ce_sequence", b"5"), ("ce_previous", b"x")),
])  # fmt: skip
def test_a_message_without_a_readable_place_is_taken_so_that_it_gets_parked(headers):
    found = sort_out([Incoming("ledger", 0, 0, b"k", headers, b"")], {AT: Cursor(0, 0)})
    assert len(found.accepted) == 1 and found.after == {AT: Cursor(1, 0)} and not found.gaps


# --- applying ---------------------------------------------------------------------------------------------------------------------------


def test_a_message_says_its_type_whatever_else_is_wrong_with_it():
    one = envelope()
    assert type_of(message(one)) == "merit.ledger.Added.v1" and type_of(message(one)._replace(headers=())) == "?"
    assert type_of(message(one)._replace(headers=(("x", b"1"), ("ce_type", b"caf\xe9")))) == "caf�"
    assert Arrived.of(message(one, offset=4, partition=2)) == Arrived(Place("ledger", 2, 4), one)


def test_a_chain_may_have_sixteen_reactions_and_what_nobody_hears_is_passed_over(granting):
    last, over, strange = envelope(hops=16), envelope(hops=17), envelope(type_="merit.ledger.Other.v1")
    arrived = [Arrived(Place("ledger", 0, n), one) for n, one in enumerate((strange, last))]
    assert [(one.place.offset, fact.event, fact.hops) for one, fact in typed(granting.service, arrived)] == [(1, Heard_Added("a", 5), 16)]
    with pytest.raises(TooManyHops, match="at most 16 reactions in a chain, found 17 at ledger-account-a"):
        typed(granting.service, [Arrived(Place("ledger", 0, 0), over)])
    assert applying.MOST_HOPS == 16


def test_a_batch_is_applied_agency_by_agency_to_facts_views_and_marks(granting, database):
    batch = [envelope("a", 1, 4, 5, "bb"), envelope("a", 1, 1, 7), envelope("a", 2, 2, 8, hops=3)]
    with database.transaction(None, NOW) as tx:
        apply(tx, granting.service, [Arrived(Place("ledger", 1, n), one) for n, one in enumerate(batch)])
    for agency, total, cause, hops in (("aa", 15, batch[2], 4), ("bb", 5, batch[0], 1)):
        with database.transaction(agency, NOW) as tx:
            assert reading.row(tx, BUCKETS, "all")["total"] == total
            row = tx.execute(
                "select reaction, key, dirty, parked, tries, cause::text, correlation, hops, outcome from decisions"
            ).fetchall()
            assert row == [("grant", "a", True, False, 0, cause.id, "c-7", hops, None)]
            kept = [one for one in batch if one.agency == agency]
            assert facts.about(tx, "a", "merit.ledger.Added") == kept and facts.about(tx, "a", "merit.ledger.Adde") == []
            assert facts.about(tx, "b", "merit.ledger.Added") == []
            assert facts.in_order(tx, "ledger", 1, 1, 5, 10) == [(one.sequence, one) for one in kept]
    with database.transaction("aa", NOW) as tx:
        facts.keep(tx, [])
        facts.keep(tx, [(Place("ledger", 1, 9), envelope("a", 2, 2, 99))])
        assert facts.about(tx, "a", "merit.ledger.Added") == batch[1:], "what is there already stays"
        assert [at for at, _ in facts.in_order(tx, "ledger", 1, 2, 3, 10)] == [2] and [
            at for at, _ in facts.in_order(tx, "ledger", 1, 0, 9, 1)] == [1]  # fmt: skip
        assert facts.in_order(tx, "ledger", 0, 0, 9, 9) == facts.in_order(tx, "limits", 1, 0, 9, 9) == []


def test_own_events_are_no_facts_and_arm_the_terms(granting, database):
    with database.transaction("bb", NOW) as tx:
        made = execute(tx, GRANTS, TERM, TermSet("a", LATER), META).events
    with database.transaction(None, NOW) as tx:
        apply(tx, granting.service, [Arrived(Place("own", 0, 1), made[0])])
    with database.transaction("bb", NOW) as tx:
        armed = tx.execute("select timer, key, due, cause::text, correlation, tries, fired, error from timers").fetchall()
        assert armed == [("term", "a", LATER, made[0].id, "c-1", 0, None, None)]
        assert tx.execute("select count(*) from facts").fetchone() == (0,)


# --- decisions --------------------------------------------------------------------------------------------------------------------------


def decide_by(decide, name="grant"):
    return variant(grants(), reactions=(Reaction(name, {Heard_Added: lambda fact, _: (fact.subject,)}, decide),))


def marks(database, service, *keys, agency="aa", hops=0):
    with database.transaction(agency, NOW) as tx:
        found = [fact_of(service, envelope(key, number, hops=hops)) for number, key in enumerate(keys, start=1)]
        decisions.mark(tx, service, found, StoreKnowledge(tx, service))


def outcomes(database, agency="aa"):
    with database.transaction(agency, NOW) as tx:
        return {row[0]: row[1:] for row in tx.execute("select key, dirty, parked, tries, outcome from decisions").fetchall()}


def test_a_decision_leaves_its_outcome_and_its_events_name_their_cause(granting, database):
    def decide(key, knowledge):
        if key == "refused":
            raise Refused("no-rules", expected="rules", found="none", remedy="publish")
        return {"two": [Dispatch(GRANT, Grant("x", 3)), Dispatch(GRANT, Grant("x", -1)), Dispatch(GRANT, Grant("x", 3))], "none": []}[key]

    service = decide_by(decide)
    marks(database, service, "two", "refused", "none", hops=4)
    assert decisions.settle(database, service, "aa", LATER) == 3 and decisions.settle(database, service, "aa", LATER) == 0
    assert outcomes(database) == {
        "two": (False, False, 0, "1 events; refused: below-zero; 0 events"),
        "refused": (False, False, 0, "refused: no-rules"),
        "none": (False, False, 0, "nothing"),
    }
    with database.transaction("aa", NOW) as tx:
        (made,) = log.read_stream(tx, "grants-grant-x")
    cause = envelope("two", 1).id
    assert (made.actor, made.correlation, made.causation, made.hops, made.recorded) == ("system:grants.grant", "c-7", cause, 5, LATER)


def test_of_what_is_marked_parked_or_refused_something_is_still_to_come(granting, database):
    def decide(key, knowledge):
        if key == "refused":
            raise Refused("no-rules", expected="rules", found="none", remedy="publish")
        return [] if key == "done" else [][1]

    def unsettled(*keys, reaction="grant", agency="aa"):
        with database.transaction(agency, NOW) as tx:
            return decisions.unsettled(tx, reaction, keys)

    service, everything = decide_by(decide), ("bad", "done", "never", "refused")
    marks(database, service, "bad", "done", "refused")
    assert unsettled(*everything) == {"bad", "done", "refused"} and unsettled("done") == {"done"} and unsettled() == set()
    while decisions.settle(database, service, "aa", LATER):
        pass
    assert outcomes(database)["bad"][:2] == (True, True)
    assert unsettled(*everything) == {"bad", "refused"}
    assert unsettled(*everything, reaction="other") == unsettled(*everything, agency="bb") == set()


def test_so_many_are_decided_together_in_the_order_of_their_keys(granting, database, monkeypatch):
    taken = []
    service = decide_by(lambda key, _: taken.append(key) or [])
    marks(database, service, "c", "a", "b")
    assert decisions.TOGETHER == 20
    monkeypatch.setattr(decisions, "TOGETHER", 2)
    assert decisions.settle(database, service, "aa", NOW) == 2 and taken == ["a", "b"]
    assert decisions.settle(database, service, "bb", NOW) == 0 and decisions.settle(database, service, "aa", NOW) == 1
    assert taken == ["a", "b", "c"]


def test_a_failure_says_what_it_was_and_a_chain_too_long_is_one(granting, database):
    service = decide_by(lambda key, _: [] if key == "well" else [][1])
    marks(database, service, "ill", "well")
    marks(database, service, "deep", hops=16)
    assert decisions.settle(database, service, "aa", NOW) == 3
    found = outcomes(database)
    assert found["ill"] == (True, False, 1, "failed: IndexError('list index out of range')")
    assert found["well"] == (False, False, 0, "nothing")
    assert found["deep"] == (True, False, 1, "failed: RuntimeError('expected at most 16 reactions in a chain, found 17')")
    marks(database, decide_by(lambda key, _: []), "ill")
    assert outcomes(database)["ill"][:3] == (True, False, 0)


def test_who_sees_all_agencies_is_told_where_something_is_marked(granting, database, reader):
    def marked():
        with reader.cursor() as cursor:
            cursor.execute(f"select {decisions.MARKED}")
            return cursor.fetchone()[0]

    assert marked() == []
    service = decide_by(lambda key, _: [][1])
    marks(database, service, "a", "b", agency="bb")
    with database.transaction("bb", NOW) as tx:
        second = tx.agency_id
    assert marked() == [second]
    while decisions.settle(database, service, "bb", NOW):
        pass
    assert marked() == [] and outcomes(database, "bb")["a"][:3] == (True, True, 5)


# --- terms ------------------------------------------------------------------------------------------------------------------------------


def fact(event, id_="id-1", agency="aa"):
    one = envelope(agency=agency)
    return replace_fact(fact_of(grants(), one), event, one.id)


def replace_fact(found, event, id_):
    return type(found)(**{name: getattr(found, name) for name in found.__struct_fields__} | {"event": event, "id": id_})


def terms(database, agency="aa"):
    with database.transaction(agency, NOW) as tx:
        return {row[0]: row[1:] for row in tx.execute("select key, due, fired, tries, error from timers").fetchall()}


def arm(database, *events, timer=TERMS, agency="aa"):
    with database.transaction(agency, NOW) as tx:
        timers.fold(tx, (timer,), [fact(one) for one in events])


def test_a_term_said_as_a_day_begins_where_the_agency_is(granting, database):
    by_day = Timer("term", {TermSet: lambda one: (Arm(one.event.account, date(2026, 3, 1)),)}, lambda *_: [])
    arm(database, TermSet("a", LATER), timer=by_day, agency="bb")
    assert terms(database, "bb") == {"a": (datetime(2026, 2, 28, 15, tzinfo=UTC), None, 0, None)}


def test_a_term_fires_once_for_its_moment_with_its_cause_and_again_for_another(granting, database):
    arm(database, TermSet("b", LATER), TermSet("a", LATER), TermSet("c", NOW))
    service = granting.service
    assert not timers.fire_one(database, service, "bb", LATER) and not timers.fire_one(database, service, "aa", NOW - timedelta(seconds=1))
    assert timers.fire_one(database, service, "aa", NOW) and not timers.fire_one(database, service, "aa", NOW)
    assert terms(database) == {"a": (LATER, None, 0, None), "b": (LATER, None, 0, None), "c": (NOW, NOW, 0, None)}
    moment = LATER + timedelta(hours=1)
    assert timers.fire_one(database, service, "aa", moment)
    assert (terms(database)["a"][1], terms(database)["b"][1]) == (moment, None), "of one moment by key"
    with database.transaction("aa", NOW) as tx:
        (made,) = log.read_stream(tx, "grants-term-c")
    assert (made.actor, made.correlation, made.causation, made.hops) == ("system:grants.term", "c-7", envelope().id, 1)
    arm(database, TermSet("c", NOW), TermSet("a", LATER + timedelta(days=2)), TermCleared("b"))
    assert terms(database) == {"c": (NOW, NOW, 0, None), "a": (LATER + timedelta(days=2), None, 0, None)}
    arm(database, TermCleared("c"))
    assert terms(database)["c"] == (NOW, NOW, 0, None), "what fired stays"


def test_a_term_that_fails_keeps_its_error_is_given_up_and_tried_again_or_dropped(granting, database, reader):
    arm(database, TermSet("broken", NOW), TermSet("broken-2", LATER), agency="bb")
    service = granting.service
    for number in range(1, MOST_TRIES + 1):
        assert given_up.listed(reader) == []
        assert timers.fire_one(database, service, "bb", NOW)
        assert terms(database, "bb")["broken"] == (NOW, None, number, "RuntimeError('this term cannot expire')")
    assert not timers.fire_one(database, service, "bb", NOW)
    (one,) = given_up.listed(reader)
    assert one == given_up.GivenUp("timer", "bb", "term", "broken", NOW, 5, "RuntimeError('this term cannot expire')")
    assert one.address == "bb/term/broken"
    for wrong in (replace(one, key="x"), replace(one, name="x"), replace(one, agency="aa"), replace(one, key="broken-2")):
        assert not given_up.act(database, "retry", wrong, LATER)
    assert given_up.act(database, "retry", one, LATER) and not given_up.act(database, "retry", one, LATER)
    assert terms(database, "bb")["broken"][1:3] == (None, 0) and terms(database, "bb")["broken-2"][1:3] == (None, 0)
    for _ in range(MOST_TRIES):
        timers.fire_one(database, service, "bb", NOW)
    assert given_up.act(database, "drop", one, LATER)
    assert terms(database, "bb")["broken"][1] == LATER and given_up.listed(reader) == []


def test_a_decision_given_up_is_listed_tried_again_or_dropped(granting, database, reader):
    service = decide_by(lambda key, _: [][1])
    marks(database, service, "ill", "bad")
    while decisions.settle(database, service, "aa", NOW):
        pass
    bad, ill = given_up.listed(reader)
    assert ill == given_up.GivenUp("decision", "aa", "grant", "ill", None, 5, "failed: IndexError('list index out of range')")
    assert given_up.act(database, "retry", bad, NOW) and not given_up.act(database, "drop", bad, NOW)
    assert given_up.act(database, "drop", ill, NOW) and not given_up.act(database, "drop", replace(ill, key="x"), NOW)
    assert outcomes(database)["bad"][:3] == (True, False, 0) and outcomes(database)["ill"] == (False, False, 0, "dropped by an operator")


def test_the_longest_overdue_agency_is_told_first(granting, database, reader):
    arm(database, TermSet("a", LATER))
    arm(database, TermSet("a", NOW), TermSet("b", LATER + timedelta(days=9)), agency="bb")
    ids = {}
    for code in ("aa", "bb"):
        with database.transaction(code, NOW) as tx:
            ids[code] = tx.agency_id
    with reader.cursor() as cursor:
        cursor.execute(f"prepare due (timestamptz) as select {timers.DUE}")
        found = []
        for moment in (NOW - timedelta(seconds=1), NOW, LATER):
            cursor.execute("execute due (%s)", (moment,))
            found.append(cursor.fetchone()[0])
    assert found == [[], [ids["bb"]], [ids["bb"], ids["aa"]]]


# --- leases -----------------------------------------------------------------------------------------------------------------------------


def test_leases_are_shared_kept_given_away_and_taken_over_when_they_run_out(granting):
    with closing(connect(granting.urls.app_url, "leases")) as session:
        a, b, other = (Leases(session, *who) for who in (("grants", "a", 5), ("grants", "b", 5), ("elsewhere", "a", 2)))
        assert a.renew() == tuple(Lease(n, 1) for n in range(5)) == a.renew()
        assert other.renew() == (Lease(0, 1), Lease(1, 1))
        assert b.renew() == ()
        assert a.renew() == (Lease(0, 1), Lease(1, 1), Lease(2, 1)) and b.renew() == (Lease(3, 2), Lease(4, 2))
        with session.cursor() as cursor:
            cursor.execute("select owner, extract(epoch from until - clock_timestamp()) from workers where consumer = 'grants' order by 1")
            assert [(who, 4 < left <= 6) for who, left in cursor.fetchall()] == [("a", True), ("b", True)]
            cursor.execute("select count(*) from leases where consumer = 'grants' and until between clock_timestamp() + interval '3 s' and"
                           " clock_timestamp() + interval '6 s'")  # fmt: skip
            assert cursor.fetchone() == (5,)
            cursor.execute("update leases set until = clock_timestamp() - interval '1 s' where owner = 'a' and consumer = 'grants'")
            cursor.execute("update workers set until = clock_timestamp() - interval '1 s' where owner = 'a' and consumer = 'grants'")
            assert b.renew() == (Lease(0, 2), Lease(1, 2), Lease(2, 2), Lease(3, 2), Lease(4, 2))
            cursor.execute("select consumer, owner from workers order by 1, 2")
            assert cursor.fetchall() == [("elsewhere", "a"), ("grants", "b")]
            b.give_up()
            cursor.execute("select consumer, owner from workers")
            assert cursor.fetchall() == [("elsewhere", "a")]
            cursor.execute("select count(*) from leases where owner is null and until = '-infinity'")
            assert cursor.fetchone() == (5,)
        short = Leases(session, "grants", "c", 5, 2.5)
        assert len(short.renew()) == 5 and leases.SECONDS == 6 == a.seconds
        with session.cursor() as cursor:
            cursor.execute("select max(until) - clock_timestamp() < interval '2.6 s' from leases where owner = 'c'")
            assert cursor.fetchone() == (True,)
    with granting.app.transaction(None, NOW) as tx:
        leases.hold(tx, "grants", "c", (Lease(1, 3), Lease(4, 3)))
        with pytest.raises(LostLease, match=r"consumer grants: expected to hold partitions \[0, 4\]; another worker took them"):
            leases.hold(tx, "grants", "c", (Lease(4, 2), Lease(1, 3), Lease(0, 9)))
    assert owner_name().split("-")[-2] == str(os.getpid()) and len(owner_name().split("-")[-1]) == 8 and owner_name() != owner_name()


# --- parked messages --------------------------------------------------------------------------------------------------------------------


def test_a_parked_message_is_kept_whole_and_listed_without_its_payload(granting, database):
    one = Incoming("ledger", 3, 7, b"aa/a", (("h", b"\x00\xff"), ("ce_type", b"t")), b"\x01\x02")
    with database.transaction(None, LATER) as tx:
        parked.park(tx, "grants", one, "merit.ledger.Added.v1", "e" * 5000)
        parked.park(tx, "grants", one._replace(value=b"other"), "x", "again")
        assert parked.listed(tx, "other") == []
        assert parked.listed(tx, "grants") == [
            {"topic": "ledger", "partition": 3, "offset": 7, "key": "aa/a", "type": "merit.ledger.Added.v1", "error": "e" * 4000,
             "tries": 0, "wanted": None, "parked_at": LATER}]  # fmt: skip
        assert parked.ask(tx, "grants", "drop", "ledger", "aa/b") == 0 == parked.ask(tx, "other", "drop", "ledger", "aa/a")
        assert parked.ask(tx, "grants", "drop", "ledger", "aa/a") == 1
        assert parked.wanted(tx, "grants", [2]) == [] == parked.wanted(tx, "other", [3])
        assert parked.wanted(tx, "grants", [3, 4]) == [parked.Wanted(one, "drop")]
        parked.failed_again(tx, "grants", one._replace(offset=8), "no")
        parked.failed_again(tx, "grants", one, "f" * 5000)
        (listed,) = parked.listed(tx, "grants")
        assert (listed["tries"], listed["wanted"], listed["error"]) == (1, None, "f" * 4000)
        for other in (one._replace(offset=8), one._replace(partition=2), one._replace(topic="limits")):
            parked.remove(tx, "grants", other)
            assert not parked.is_first(tx, "grants", other)
        parked.remove(tx, "other", one)
        assert parked.is_first(tx, "grants", one) and not parked.is_first(tx, "other", one)
        parked.remove(tx, "grants", one)
        assert parked.listed(tx, "grants") == [] and parked.release_next(tx, "grants", one) is None
        parked.park(tx, "grants", one._replace(offset=9), "t", "waits")
        assert parked.release_next(tx, "grants", one) == parked.Wanted(one._replace(offset=9), "retry")


# --- the consumer's batch ---------------------------------------------------------------------------------------------------------------


class Desk:
    """A bus of the test's own: what a consumer asks of one, and what it was told."""

    partitions = 2

    def __init__(self, ids=None, name="bus-1"):
        self.ids, self.name, self.assigned, self.reported = ids or {"ledger": "t-1"}, name, [], []

    def identity(self):
        return self.name

    def topic_identities(self, topics):
        return {topic: self.ids[topic] for topic in topics if topic in self.ids}

    def assign(self, starts):
        self.assigned.append(dict(starts))

    def report(self, consumer, offsets):
        self.reported.append((consumer, dict(offsets)))


@pytest.fixture
def consuming(granting, database):
    """A consumer that holds both partitions."""
    desk, told = Desk(), []
    consumer = Consumer(granting.service, database, desk, ["ledger"], "w1", lambda: NOW, threading.Event(), lambda: told.append(1))
    consumer.stop.set()  # so that no wait waits
    with closing(connect(granting.urls.app_url, "leases")) as session:
        consumer._assign(desk, Leases(session, "grants", "w1", 2).renew())
    return consumer, desk, told


def checkpoints(database):
    with database.transaction(None, NOW) as tx:
        rows = tx.execute("select topic, partition, next_offset, mark, stopped, bus, topic_id from checkpoints order by 1, 2").fetchall()
    return rows


def test_a_consumer_reads_on_from_its_checkpoints_and_from_the_beginning_of_another_bus(consuming, database):
    consumer, desk, told = consuming
    other = TopicPartition("ledger", 1)
    assert desk.assigned == [{AT: 0, other: 0}] and consumer.leases == (Lease(0, 1), Lease(1, 1))
    elsewhere = message(envelope("b", 1, 3), 5, 0, partition=1)
    consumer._batch(desk, [message(envelope("a", 1, 1)), message(envelope("a", 2, 2), 1, 1), elsewhere])
    assert checkpoints(database) == [("ledger", 0, 2, 2, None, "bus-1", "t-1"), ("ledger", 1, 6, 3, None, "bus-1", "t-1")]
    assert consumer.cursors == {AT: Cursor(2, 2), other: Cursor(6, 3)} and consumer.applied == 3 and told == [1]
    assert desk.reported == [("grants", {AT: 2, other: 6})]
    consumer._assign(desk, consumer.leases)
    assert desk.assigned[-1] == {AT: 2, other: 6}
    consumer._assign(desk, consumer.leases[1:])
    assert desk.assigned[-1] == {other: 6} and consumer.cursors == {other: Cursor(6, 3)}
    consumer.bus = Desk({"ledger": "t-2"})
    consumer._assign(desk, consumer.leases)
    assert desk.assigned[-1] == {other: 0} and consumer.cursors == {other: Cursor(0, 3)}
    assert checkpoints(database) == [("ledger", 0, 2, 2, None, "bus-1", "t-1"), ("ledger", 1, 0, 3, None, "bus-1", "t-2")]
    consumer.bus = Desk({"ledger": "t-2"}, "bus-2")
    consumer._assign(desk, consumer.leases)
    assert checkpoints(database)[1] == ("ledger", 1, 0, 3, None, "bus-2", "t-2")
    consumer.bus = Desk({"limits": "x"})
    with pytest.raises(BusUnavailable, match=r"expected the topics \['ledger'\], found none yet"):
        consumer._assign(desk, consumer.leases)


def test_a_checkpoint_that_somebody_moved_or_a_lease_that_was_lost_commits_nothing(consuming, database):
    consumer, desk, told = consuming
    with database.transaction(None, NOW) as tx:
        tx.execute("update checkpoints set next_offset = 9 where partition = 0")
    with pytest.raises(Moved, match="expected the checkpoint of ledger/0 at offset 0, found it moved"):
        consumer._batch(desk, [message(envelope("a", 1, 1)), message(envelope("b", 1, 3), 5, 0, partition=1)])
    consumer.leases = (consumer.leases[0], Lease(1, 9))
    with pytest.raises(LostLease, match=r"\[1\]"):
        consumer._batch(desk, [message(envelope("b", 1, 3), 5, 0, partition=1)])
    assert consumer.applied == 0 and told == [] and desk.reported == []
    assert [row[2:4] for row in checkpoints(database)] == [(9, 0), (0, 0)]
    with database.transaction("aa", NOW) as tx:
        assert tx.execute("select count(*) from facts").fetchone() == (0,)


def test_just_what_cannot_be_applied_is_parked_and_what_comes_of_its_key_waits(consuming, database):
    consumer, desk, _ = consuming
    batch = [envelope("a", 1, 1), envelope("ill", 1, 2, 13), envelope("ill", 2, 3), envelope("b", 1, 4), envelope("c", 1, 5, data=b"[]")]
    consumer._batch(desk, [message(one, number, number) for number, one in enumerate(batch)])
    with database.transaction("aa", NOW) as tx:
        assert reading.row(tx, BUCKETS, "all")["total"] == 10
        found = [(one["offset"], one["key"], one["type"], one["error"][:28]) for one in parked.listed(tx, "grants")]
    type_ = "merit.ledger.Added.v1"
    assert found[:2] == [(1, "aa/ill", type_, "ValueError('cannot fold 13')"), (2, "aa/ill", type_, "waits behind an earlier even")]
    assert [one[:3] for one in found[2:]] == [(4, "aa/c", type_)]
    assert consumer.cursors[AT] == Cursor(5, 5) and consumer.alarms == set()


def test_an_operator_has_what_is_parked_retried_in_order_or_dropped(consuming, granting, database):
    consumer, desk, told = consuming
    batch = [envelope("ill", 1, 1, 13), envelope("ill", 2, 2, 4), envelope("ill", 3, 3, 6)]
    consumer._batch(desk, [message(one, number, number) for number, one in enumerate(batch)])

    def ask(what):
        with database.transaction(None, NOW) as tx:
            assert parked.ask(tx, "grants", what, "ledger", "aa/ill") > 0
        consumer.stop.clear()
        consumer._retry_parked()
        consumer.stop.set()
        with database.transaction("aa", NOW) as tx:
            row = reading.row(tx, BUCKETS, "all")
            return [(one["offset"], one["tries"], one["wanted"]) for one in parked.listed(tx, "grants")], row and row["total"]

    assert ask("retry") == ([(0, 1, None), (1, 0, None), (2, 0, None)], None) and told == [1]
    consumer.service = replace(grants(), name="grants")
    assert ask("retry") == ([], 23) and told == [1] * 4


def test_what_is_dropped_lets_what_waited_behind_it_follow(consuming, database):
    consumer, desk, _ = consuming
    batch = [envelope("ill", 1, 1, 13), envelope("ill", 2, 2, 4)]
    consumer._batch(desk, [message(one, number, number) for number, one in enumerate(batch)])
    with database.transaction(None, NOW) as tx:
        parked.ask(tx, "grants", "drop", "ledger", "aa/ill")
    consumer.stop.clear()
    consumer._retry_parked()
    with database.transaction("aa", NOW) as tx:
        assert parked.listed(tx, "grants") == [] and reading.row(tx, BUCKETS, "all")["total"] == 4


def test_a_version_that_nobody_knows_stops_its_partition_before_it(consuming, database):
    consumer, desk, _ = consuming
    new = envelope("a", 2, 2, type_="merit.ledger.Added.v9")
    other = envelope("b", 1, 4)
    batch = [message(envelope("a", 1, 1)), message(new, 1, 1), message(envelope("a", 3, 3), 2, 2), message(other, 0, 0, partition=1)]
    consumer._batch(desk, batch)
    stopped = consumer.cursors[AT].stopped
    assert consumer.cursors == {AT: Cursor(1, 1, stopped), TopicPartition("ledger", 1): Cursor(1, 4)} and "v9" in stopped
    assert consumer.alarms == {f"stopped ledger/0: {stopped}"} and desk.assigned[-1] == {TopicPartition("ledger", 1): 1}
    assert "merit.ledger.Added.v1" in consumer.readable and "merit.ledger.Added.v9" not in consumer.readable


def test_a_gap_that_lasts_is_told_of_and_no_longer_once_it_is_filled(consuming, monkeypatch):
    consumer, desk, _ = consuming
    clock = [100.0]
    monkeypatch.setattr("shared.flow.consumer.time.monotonic", lambda: clock[0])
    consumer._batch(desk, [message(envelope("a", 2, 2), 0, 1)])
    clock[0] = 130.0
    consumer._batch(desk, [message(envelope("a", 3, 3), 1, 2)])
    assert consumer.alarms == set()
    clock[0] = 130.5
    assert consumer.alarms == {"gap in ledger/0: events before it were lost on the way; the relay of that service must send them again"}
    consumer._batch(desk, [message(envelope("a", 1, 1), 2, 0), message(envelope("a", 2, 2), 3, 1)])
    assert consumer.alarms == set() and consumer.cursors[AT] == Cursor(4, 2)


# --- the own log ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reacting(granting, database, reader):
    told = []
    reactor = Reactor(granting.service, database, granting.urls.log_url, "w1", lambda: LATER, threading.Event(), lambda: told.append(1))
    reactor.stop.set()
    with closing(connect(granting.urls.app_url, "leases")) as session:
        held = Leases(session, "grants/own", "w1", 1).renew()
    with reader.cursor() as cursor:
        cursor.execute(own._LOOK)
    return reactor, held, told


def test_the_own_log_is_read_decided_and_due_terms_fired_in_one_turn(reacting, database, reader):
    reactor, held, told = reacting
    assert reactor._stored_position() == 0 and not reactor._turn(reader, held)
    with database.transaction("aa", NOW) as tx:
        execute(tx, GRANTS, GRANT, Grant("a", 4), META)
        execute(tx, GRANTS, TERM, TermSet("a", NOW), META)
    last = log.last_position(reader)
    assert not reactor._turn(reader, ()), "who has no lease reads nothing"
    assert reactor._turn(reader, held)
    assert (reactor.position, reactor.applied, reactor._stored_position(), told) == (last, 2, last, [1])
    with database.transaction("aa", NOW) as tx:
        assert reading.row(tx, GRANTED, "a")["total"] == 4 and len(log.read_stream(tx, "grants-term-a")) == 2
        assert tx.execute("select next_offset, bus, topic_id from checkpoints where topic = 'own'").fetchall() == [(last, "own", "own")]
    assert reactor._turn(reader, held) and not reactor._turn(reader, held)
    with database.transaction("aa", NOW) as tx:
        assert len(reading.row(tx, EXPIRIES, "a")["dues"]) == 1
    marks(database, reactor.service, "a")
    assert reactor._turn(reader, ()) and told == [1, 1], "a free reactor decides"


def test_an_own_event_that_cannot_be_applied_stops_the_log_loudly(reacting, database, reader, monkeypatch):
    reactor, held, _ = reacting
    with database.transaction("aa", NOW) as tx:
        for number in (1, 13, 20):
            execute(tx, GRANTS, GRANT, Grant("a", number), META)
    start = log.last_position(reader) - 3
    real = applying.engine.fold

    def fold(tx, views, found, **more):
        if any(one.event == Granted("a", 12) for one in found):
            raise ZeroDivisionError("twelve")
        return real(tx, views, found, **more)

    monkeypatch.setattr(applying.engine, "fold", fold)
    assert reactor._read_own(reader, held)
    assert reactor.position == start + 1 == reactor._stored_position()
    assert reactor.failing == f"own log stops at position {start + 2} (merit.grants.Granted.v1): ZeroDivisionError('twelve')"
    monkeypatch.setattr(applying.engine, "fold", real)
    assert reactor._read_own(reader, held) and reactor.position == start + 3 and not reactor._read_own(reader, held)
    with database.transaction(None, NOW) as tx:
        tx.execute("update checkpoints set mark = mark - 1 where topic = 'own'")
    with database.transaction("aa", NOW) as tx:
        execute(tx, GRANTS, GRANT, Grant("a", 30), META)
    with pytest.raises(LostLease, match="own log of grants: the checkpoint was moved by another worker"):
        reactor._read_own(reader, held)


# --- the relay --------------------------------------------------------------------------------------------------------------------------


class Post:
    """A bus of the test's own for a relay."""

    partitions = 4

    def __init__(self, checkpoint=None, last=None, ends=None):
        self.kept, self.last, self.filled, self.published = checkpoint, last or {}, ends or {}, []

    def checkpoint(self, relay):
        return self.kept

    def last_sequences(self, topics):
        return self.last

    def ends(self, topics):
        return self.filled

    def publish(self, messages, relay, before, after):
        self.published.append(([one.key for one in messages], relay, before, after))


def test_messages_name_what_went_before_them_in_their_partition():
    one, two, other = envelope("a", 1, 3), envelope("a", 2, 5), envelope("b", 1, 4)
    first, second = (TopicPartition("t", partition_of(key, 4)) for key in (one.key, other.key))
    before = {first: 2}
    assert first != second
    made, after = messages_of([one, other, two], "t", 4, before)
    assert [(m.topic, m.partition, m.key, m.value, int(dict(m.headers)["ce_previous"])) for m in made] == [
        ("t", first.partition, one.key, one.data, 2), ("t", second.partition, other.key, other.data, 0),
        ("t", first.partition, two.key, two.data, 3)]  # fmt: skip
    assert after == {first: 5, second: 4} and before == {first: 2}


@pytest.fixture
def relaying(granting, reader):
    seen = []
    stop = threading.Event()
    relay = Relay("grants", granting.urls.log_url, Post(), "t", lambda one: one.subject != "secret", stop, seen=lambda: seen.append(1))
    return relay, seen


def stored(reader):
    with reader.cursor() as cursor:
        cursor.execute("select relay, position, sent from relay_marks")
        return cursor.fetchall()


def test_a_relay_publishes_what_is_wanted_and_keeps_its_checkpoint(relaying, database, reader):
    relay, seen = relaying
    with database.transaction("aa", NOW) as tx:
        for account in ("a", "secret", "b"):
            execute(tx, GRANTS, GRANT, Grant(account, 1), META)
    last = log.last_position(reader)
    before = relay._start(reader, relay.bus)
    assert before == RelayCheckpoint(0, {})
    after = relay._turn(reader, relay.bus, before)
    sent = dict(after.sent)
    assert after.position == last and relay.published == 2 and seen == [1] and max(sent.values()) == last
    assert relay.bus.published == [([b"aa/a", b"aa/b"], "grants", before, after)]
    assert stored(reader) == [("grants", last, {str(at.partition): value for at, value in sent.items()})]
    assert relay._turn(reader, relay.bus, after) is after and seen == [1]
    relay.bus.filled = {TopicPartition("t", 0): 1}
    assert relay._start(reader, relay.bus) == after
    relay.bus.filled = {TopicPartition("t", 0): 0}
    assert relay._start(reader, relay.bus) == RelayCheckpoint(0, {}), "the bus holds nothing of it"
    relay.bus.kept = RelayCheckpoint(1, {TopicPartition("t", 3): 1})
    assert relay._start(reader, relay.bus) == relay.bus.kept and stored(reader) == [("grants", 1, {"3": 1})]
    for ahead in ({"kept": RelayCheckpoint(last + 1, {})}, {"last": {TopicPartition("t", 0): last + 1}}):
        relay.bus = Post(ahead.get("kept"), ahead.get("last"))
        with pytest.raises(BusAhead, match=f"up to position {last} of the store, found {last + 1} on t; the store was restored"):
            relay._start(reader, relay.bus)
    relay.bus = Post(last={TopicPartition("t", 0): last}, ends={TopicPartition("t", 0): 1})
    assert relay._start(reader, relay.bus).position == 1


def test_one_relay_of_a_name_holds_the_lock_and_a_silent_one_is_ended(relaying, granting):
    relay, _ = relaying
    with closing(connect(granting.urls.log_url, "relay grants")) as one, closing(connect(granting.urls.log_url, "relay grants")) as two:
        assert relay._locked(one) and not relay._locked(two)
        relay._beat(one)
        relay._end_frozen(two)
        assert relay._locked(one), "it gave a sign a moment ago"
        with two.cursor() as cursor:
            cursor.execute("select relay, pid, clock_timestamp() - at < interval '5 s' from relay_beats")
            assert cursor.fetchall() == [("grants", one.info.backend_pid, True)]
            cursor.execute("update relay_beats set at = clock_timestamp() - interval '46 s'")
        relay._end_frozen(two)
        for _ in range(200):
            if relay._locked(two):
                break
            threading.Event().wait(0.02)
        else:
            pytest.fail("the silent relay's session was not ended")
    assert relay.silent_seconds == 45


# --- what waits, exports, topics, what is newly heard -----------------------------------------------------------------------------------


def test_what_waits_is_counted_and_nothing_moves_in_between(granting, database, reader):
    class Ends:
        def ends(self, topics):
            assert topics == ["ledger", "limits"]
            return {AT: 7, TopicPartition("ledger", 1): 2, TopicPartition("limits", 0): 3}

    def read(now=NOW):
        return status.read(reader, Ends(), "grants", ["grants", "export"], ["ledger", "limits"], now)

    with database.transaction("aa", NOW) as tx:
        execute(tx, GRANTS, GRANT, Grant("a", 4), META)
        execute(tx, GRANTS, GRANT, Grant("b", 4), META)
    marks(database, decide_by(lambda key, _: [][1]), "a", "b")
    arm(database, TermSet("x", NOW), TermSet("y", LATER))
    with database.transaction("aa", NOW) as tx:
        stands = (("grants", "ledger", 0, 5, 4), ("grants", "ledger", 1, 9, 1), ("grants", "own", 0, 1, 1), ("x", "ledger", 0, 1, 1))
        for row in stands:
            names = "consumer, topic, partition, next_offset, mark, bus, topic_id"
            tx.execute(f"insert into checkpoints ({names}) values (%s, %s, %s, %s, %s, 'b', 't')", row)
        parked.park(tx, "grants", message(envelope()), "t", "e")
        parked.park(tx, "other", message(envelope()), "t", "e")
    with reader.cursor() as cursor:
        cursor.execute("insert into relay_marks (relay, position, sent) values ('grants', 1, '{}')")
    found = read()
    assert found == status.Status(3, 1, 5, 2, 1, 1, NOW, (2, 1, 1, 0, 12, 14))
    assert found.plain() == {
        "outbox": 3, "own": 1, "behind": 5, "decisions": 2, "due": 1, "parked": 1, "next_due": NOW.isoformat(),
        "progress": (2, 1, 1, 0, 12, 14), "moving": False, "jobs": 0, "quiet": False}  # fmt: skip
    assert read(LATER).due == 2 and read(NOW - timedelta(seconds=1)).due == 0
    with database.transaction("aa", NOW) as tx:
        tx.execute("update decisions set parked = true where key = 'a'")
        tx.execute("update timers set tries = 5 where key = 'x'")
    after = read(LATER)
    assert (after.decisions, after.due, after.parked, after.next_due) == (1, 1, 3, LATER)
    quiet = status.Status(0, 0, 0, 0, 0, 3, None, (1,))
    assert not replace(quiet, jobs=1).quiet
    assert quiet.quiet and quiet.plain()["next_due"] is None
    for changed in ("outbox", "own", "behind", "decisions", "due"):
        assert not replace(quiet, **{changed: 1}).quiet
    assert not replace(quiet, moving=True).quiet


def test_an_export_is_granted_once_and_says_what_goes_to_it(postgres_url):
    catalogue = Catalogue("ledger")
    for cls in (EventClass.OPEN, EventClass.RESTRICTED, EventClass.PRIVATE):
        catalogue.event(cls)(make_dataclass(cls.name.title(), ["account"], frozen=True))
    prepared = prepare(postgres_url)
    with prepared.app.transaction(None, NOW) as tx:
        opened = exports.grant(tx, "aa", "ledger", EventClass.OPEN)
        assert opened == exports.grant(tx, "aa", "ledger", EventClass.OPEN) == exports.Export("merit.aa.ledger.v1", "aa", EventClass.OPEN)
        secret = exports.grant(tx, "aa", "ledger", EventClass.RESTRICTED)
        assert secret == exports.Export("merit.aa.ledger.restricted.v1", "aa", EventClass.RESTRICTED)
    with closing(connect(prepared.urls.log_url, "exports")) as connection:
        assert exports.granted(connection) == [secret, opened]
    kinds = {name: envelope(type_=f"merit.ledger.{name}.v1") for name in ("Open", "Restricted", "Private", "Gone")}
    assert [exports.class_of(catalogue, one) for one in kinds.values()] == [
        EventClass.OPEN, EventClass.RESTRICTED, EventClass.PRIVATE, EventClass.PRIVATE]  # fmt: skip
    assert [exports.published(catalogue)(one) for one in kinds.values()] == [True, True, False, False]
    assert [exports.exported(catalogue, opened)(one) for one in kinds.values()] == [True, False, False, False]
    assert [exports.exported(catalogue, secret)(one) for one in kinds.values()] == [False, True, False, False]
    assert not exports.exported(catalogue, opened)(envelope(type_="merit.ledger.Open.v1", agency="bb"))
    assert topics.internal("bali", "ledger") == "merit.internal.bali.ledger.v1"


def test_what_is_newly_heard_is_told_remembered_and_kept_as_facts(granting, database):
    assert newly_heard.heard_types(granting.service) == {"merit.ledger.Added", "merit.limits.LimitSet"}
    told = []
    fetching = newly_heard.NewlyHeard(
        granting.service, database, Desk(), ["ledger"], lambda: NOW, threading.Event(), lambda: told.append(1)
    )
    with database.transaction(None, NOW) as tx:
        newly_heard.remember(tx, "grants", frozenset({"merit.b.B", "merit.a.A"}))
        newly_heard.remember(tx, "grants", frozenset({"merit.a.A"}))
        assert newly_heard.known_types(tx, "grants") == {"merit.a.A", "merit.b.B"} and newly_heard.known_types(tx, "x") == frozenset()
    fetching._keep([])
    assert told == []
    fetching._keep(
        [message(envelope("a", 1, 1)), message(envelope("c", 1, 2, data=b"[]"), 1), message(envelope("b", 1, 3, agency="bb"), 2)]
    )
    with database.transaction("aa", NOW) as tx:
        assert [one["offset"] for one in parked.listed(tx, "grants")] == [1]
        assert len(facts.about(tx, "a", "merit.ledger.Added")) == 1 and reading.row(tx, BUCKETS, "all") is None
    with database.transaction("bb", NOW) as tx:
        assert len(facts.about(tx, "b", "merit.ledger.Added")) == 1
    assert list(outcomes(database)) == ["a"] and list(outcomes(database, "bb")) == ["b"] and len(told) >= 2
