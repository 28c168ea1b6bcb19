"""What a decision may ask, the same of both that answer: the service's database, and its twin in memory that unit tests ask."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.events.classes import EventClass
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, Heard
from shared.events.rule_set import RuleSetPublished
from shared.flow.ahead import KnowledgeAhead
from shared.flow.apply import Arrived, apply
from shared.flow.declared import Reads
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.once import KnowledgeOnce
from shared.http.policy import Policy
from shared.kernel.calendar import Calendar
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.ids import event_id
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet
from shared.process.service import Service
from shared.store.commands import Meta, execute
from shared.views.reading import Has, Not
from shared.views.view import View
from tests.support.knowledge import MemoryKnowledge
from tests.support.stores import Prepared, counted, prepare

NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)  # in Jakarta it is the second already
META = Meta("tester", "c-1")
AGENCY = "mulyorejo"
EVENTS, HEARD = Catalogue("diary"), Heard()
EVENTS.event(EventClass.OPEN, effective="since")(RuleSetPublished)


@EVENTS.event(EventClass.OPEN, effective="day")
@dataclass(frozen=True)
class Written:
    person: str
    day: date
    words: tuple[str, ...] = ()


@HEARD.hears("office")
@dataclass(frozen=True)
class Moved:
    person: str
    room: str


@HEARD.hears("office")
@dataclass(frozen=True)
class Returned:
    person: str


@dataclass(frozen=True)
class Say:
    """`event` becomes the next of the stream `name`."""

    name: str
    subject: str
    event: Any


ANY = Aggregate(
    "any",
    Decider(None, lambda state, command: [command.event], lambda state, event: event),
    stream=str,
    ids=lambda command: (command.name,),
    subject=lambda command: command.subject,
)
PAGES = View(
    "pages",
    (Column("person", Text), Column("count", Integer), Column("days", JSONB)),
    {Written: lambda fact: (fact.subject,), Moved: lambda fact: (fact.subject,)},
    lambda key, row, fact: _fold(key, row, fact),
)


def _fold(key: str, row: Any, fact: Fact) -> Any:
    if isinstance(fact.event, Moved):
        return None if fact.event.room == "none" else row
    before = row or {"count": 0, "days": []}
    return {"person": key, "count": before["count"] + 1, "days": [*before["days"], fact.event.day.isoformat()]}


def rule_set(id_: str, version: int, since: date) -> RuleSet:
    return RuleSet("pace", id_, version, since, ("law 1",), {"least": "1.5"})


SERVICE = Service(
    name="diary",
    folder=Path(__file__).parent / "nowhere",
    events=EVENTS,
    heard=HEARD,
    views=(PAGES,),
    reactions=(),
    timers=(),
    blueprints=(),
    policy=Policy(allow=(), relations={}),
    check_rules={},
    defaults=(rule_set("nation", 1, date(2020, 1, 1)), replace(rule_set("other", 1, date(2020, 1, 1)), kind="other")),
)


class InMemory:
    """Facts come in, and what is known is read, in memory."""

    def __init__(self) -> None:
        self.made = MemoryKnowledge(SERVICE, agency=AGENCY, now=NOW)

    def say(self, name: str, subject: str, event: Any, now: datetime = NOW) -> None:
        self.made.now = now
        self.made.execute(ANY, Say(name, subject, event))
        self.made.now = NOW

    def hear(self, fact: Fact) -> None:
        self.made.arrive(fact)

    @contextmanager
    def knowing(self) -> Iterator[Knowledge]:
        yield self.made


class InStore:
    """The same through the store, the facts, and the fold engine."""

    def __init__(self, prepared: Prepared, agency: str) -> None:
        self.database, self.agency, self.places = prepared.app, agency, itertools.count(1)

    def say(self, name: str, subject: str, event: Any, now: datetime = NOW) -> None:
        with self.database.transaction(self.agency, now) as tx:
            made = execute(tx, EVENTS, ANY, Say(name, subject, event), META).events
        self._apply(made)

    def hear(self, fact: Fact) -> None:
        envelope = Envelope(
            fact.id, fact.type, self.agency, fact.subject, fact.stream, fact.version, fact.effective, fact.recorded,
            fact.actor, fact.correlation, None, 0, None, next(self.places), encode(fact.event),
        )  # fmt: skip
        self._apply([envelope])

    def _apply(self, envelopes: Any) -> None:
        with self.database.transaction(self.agency, NOW) as tx:
            apply(tx, SERVICE, [Arrived(Place("t", 0, next(self.places)), one) for one in envelopes])

    @contextmanager
    def knowing(self) -> Iterator[Knowledge]:
        with self.database.transaction(self.agency, NOW) as tx:
            yield StoreKnowledge(tx, SERVICE)


class ReadAhead(InStore):
    """The same as a batch of decisions about m1 and m10 knows it."""

    @contextmanager
    def knowing(self) -> Iterator[Knowledge]:
        with self.database.transaction(self.agency, NOW) as tx:
            yield KnowledgeAhead(tx, SERVICE, Reads((Moved,), holds=lambda key: f"mine-{key}"), ["m1", "m10"])


ONCE = replace(SERVICE, together=((Moved, Returned),))


class AskedOnce(InStore):
    """The same as a request knows it."""

    @contextmanager
    def knowing(self) -> Iterator[Knowledge]:
        with self.database.transaction(self.agency, NOW) as tx:
            yield KnowledgeOnce(tx, ONCE)


NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def prepared(postgres_url: str) -> Prepared:
    return prepare(postgres_url, SERVICE, tuple(f"agency-{number}" for number in range(1, 120)))


@pytest.fixture(params=[InMemory, InStore, AskedOnce, ReadAhead], ids=lambda kind: kind.__name__)
def known(request: pytest.FixtureRequest) -> InMemory | InStore:
    """An agency of which nothing is known yet."""
    kind = request.param
    return kind() if kind is InMemory else kind(request.getfixturevalue("prepared"), f"agency-{next(NUMBERS)}")


def heard(room: str, stream: str, version: int, effective: datetime = NOW, subject: str = "m1") -> Fact:
    id_ = event_id(AGENCY, stream, version)
    return Fact(Moved(subject, room), id_, "merit.office.Moved.v1", AGENCY, subject, stream, version, effective, NOW, "x", "c-2")


def rooms(known: Any, subject: str = "m1") -> list[str]:
    with known.knowing() as knowledge:
        return [fact.event.room for fact in knowledge.facts(Moved, subject)]


# --- facts -----------------------------------------------------------------------------------------------------------------------------


def test_facts_come_by_rank_whatever_their_arrival(known):
    """(effective, source, stream, version): an earlier day first, then the stream's name, then the version."""
    later = NOW + timedelta(days=1)
    for fact in (heard("last", "a", 2, later), heard("b", "b", 1), heard("first", "z", 9, NOW - timedelta(days=1)), heard("a1", "a", 1)):
        known.hear(fact)
    assert rooms(known) == ["first", "a1", "b", "last"]


def test_own_facts_come_by_rank_and_not_by_position(known):
    for name, day in (("s-2", 5), ("s-1", 5), ("s-3", 1)):
        known.say(name, "m1", Written("m1", date(2026, 2, day), (name,)))
    with known.knowing() as knowledge:
        assert [fact.event.words for fact in knowledge.facts(Written, "m1")] == [("s-3",), ("s-1",), ("s-2",)]


def test_only_the_subjects_own_facts_of_that_class(known):
    known.hear(heard("mine", "a", 1))
    known.hear(heard("other", "b", 1, subject="m2"))
    known.say("s", "m1", Written("m1", date(2026, 2, 1)))
    assert (rooms(known), rooms(known, "m2"), rooms(known, "m3")) == (["mine"], ["other"], [])


def test_a_fact_that_arrives_twice_is_one(known):
    for _ in range(2):
        known.hear(heard("once", "a", 1))
    assert rooms(known) == ["once"]


def test_a_fact_says_all_that_its_envelope_says(known):
    known.say("s", "m1", Written("m1", date(2026, 2, 1), ("a", "b")), now=NOW - timedelta(days=3))
    with known.knowing() as knowledge:
        (fact,) = knowledge.facts(Written, "m1")
        assert fact.event == Written("m1", date(2026, 2, 1), ("a", "b"))
        assert fact.effective == datetime(2026, 1, 31, 17, tzinfo=UTC)  # midnight of the day in Jakarta
        assert fact.recorded == NOW - timedelta(days=3)
        assert (fact.type, fact.subject, fact.stream, fact.version) == ("merit.diary.Written.v1", "m1", "s", 1)
        assert fact.id == event_id(knowledge.agency, "s", 1)


# --- streams ---------------------------------------------------------------------------------------------------------------------------


def test_a_stream_comes_in_the_order_of_its_versions(known):
    for day in (9, 3, 6):
        known.say("s", "m1", Written("m1", date(2026, 2, day)))
    known.say("t", "m1", Written("m1", date(2026, 2, 1)))
    with known.knowing() as knowledge:
        assert [(fact.version, fact.event.day.day) for fact in knowledge.stream("s")] == [(1, 9), (2, 3), (3, 6)]
        assert list(knowledge.stream("nowhere")) == []


# --- views -----------------------------------------------------------------------------------------------------------------------------


def test_rows_come_by_key_and_equal_what_is_asked(known):
    for person, days in (("m2", (1, 2)), ("m10", (1,)), ("m1", (4, 5))):
        for day in days:
            known.say(f"s-{person}", person, Written(person, date(2026, 2, day)))
    with known.knowing() as knowledge:
        assert [row["key"] for row in knowledge.rows(PAGES)] == ["m1", "m10", "m2"]
        assert [row["key"] for row in knowledge.rows(PAGES, count=2)] == ["m1", "m2"]
        assert [row["key"] for row in knowledge.rows(PAGES, count=2, person="m2")] == ["m2"]
        assert [row["key"] for row in knowledge.rows(PAGES, key=["m2", "m10", "nobody"])] == ["m10", "m2"]
        assert [row["key"] for row in knowledge.rows(PAGES, person=[])] == []
        assert [row["key"] for row in knowledge.rows(PAGES, count=Not(2))] == ["m10"]
        assert [row["key"] for row in knowledge.rows(PAGES, days=Has("2026-02-04"))] == ["m1"]
        assert knowledge.row(PAGES, "m1") == {"key": "m1", "person": "m1", "count": 2, "days": ["2026-02-04", "2026-02-05"]}
        with pytest.raises(KeyError, match="no column colour"):
            knowledge.rows(PAGES, colour="red")


def test_a_row_that_was_taken_away_is_not_there_until_it_is_made_again(known):
    known.say("s", "m1", Written("m1", date(2026, 2, 1)))
    known.hear(heard("none", "a", 1))
    with known.knowing() as knowledge:
        assert knowledge.row(PAGES, "m1") is None and list(knowledge.rows(PAGES)) == []
    known.say("s", "m1", Written("m1", date(2026, 2, 2)))
    with known.knowing() as knowledge:
        assert knowledge.row(PAGES, "m1")["count"] == 1


# --- rules -----------------------------------------------------------------------------------------------------------------------------


def publish(known: Any, id_: str, version: int, since: date) -> None:
    known.say("diary-rules-pace", "rules-pace", RuleSetPublished("pace", id_, version, since, ("law 2",), {"least": "2"}))


def test_the_national_default_holds_until_the_agency_has_its_own(known):
    publish(known, "own", 1, date(2026, 2, 1))
    with known.knowing() as knowledge:
        assert knowledge.rules("pace", date(2026, 1, 31)).name == "nation@1"
        assert knowledge.rules("pace", date(2026, 2, 1)).name == "own@1"


def test_an_own_set_wins_over_a_later_national_default(known, monkeypatch):
    """A national default competes with nothing that the agency has said itself."""
    later = replace(SERVICE, defaults=(*SERVICE.defaults, rule_set("nation", 2, date(2026, 2, 15))))
    publish(known, "own", 1, date(2026, 2, 1))
    with known.knowing() as knowledge:
        for name in ("service", "_service"):
            if hasattr(knowledge, name):
                monkeypatch.setattr(knowledge, name, later)
        assert knowledge.rules("pace", date(2026, 3, 1)).name == "own@1"
        assert [rules.name for rules in knowledge.rule_sets("pace")] == ["nation@1", "nation@2", "own@1"]


def test_of_own_sets_the_last_to_begin_holds_and_of_one_day_the_last_published(known):
    for version, (id_, since) in enumerate([("a", date(2026, 2, 1)), ("b", date(2026, 1, 1)), ("c", date(2026, 2, 1))], start=1):
        publish(known, id_, version, since)
    with known.knowing() as knowledge:
        assert [knowledge.rules("pace", date(2026, month, 20)).id for month in (1, 2, 12)] == ["b", "c", "c"]
        found = knowledge.rule_sets("pace")
        assert {rules.name for rules in found} == {"nation@1", "a@1", "b@2", "c@3"}
        assert all(isinstance(rules.sources, tuple) and rules.settings["least"] in ("1.5", "2") for rules in found)


def test_rules_of_another_kind_are_not_asked_and_none_is_refused(known):
    publish(known, "own", 1, date(2026, 2, 1))
    with known.knowing() as knowledge:
        assert knowledge.rules("other", date(2026, 3, 1)).name == "other@1"
        with pytest.raises(Refused, match="no-rule-set"):
            knowledge.rules("pace", date(2019, 12, 31))
        with pytest.raises(Refused, match="no-rule-set"):
            knowledge.rules("unheard", date(2026, 3, 1))
        assert list(knowledge.rule_sets("unheard")) == []


# --- time ------------------------------------------------------------------------------------------------------------------------------


def test_today_is_the_agencys_day(known):
    with known.knowing() as knowledge:
        assert (knowledge.now, knowledge.today) == (NOW, date(2026, 3, 2))
        assert knowledge.zone.zone == "Asia/Jakarta" and knowledge.zone.local_date(NOW) == date(2026, 3, 2)
        assert isinstance(knowledge.calendar, Calendar) and knowledge.calendar.zone == "Asia/Jakarta"


# --- what only a database can ------------------------------------------------------------------------------------------------------------


def test_who_holds_a_name_keeps_out_whoever_wants_it_until_his_transaction_ends(prepared):
    """The other names, and the same name in another agency, are free meanwhile."""
    database, order = prepared.app, []
    asked = threading.Event()

    def second() -> None:
        with database.transaction("agency-108", NOW) as tx:
            asked.set()
            StoreKnowledge(tx, SERVICE).hold("m1")
            order.append("second")

    with database.transaction("agency-108", NOW) as tx:
        StoreKnowledge(tx, SERVICE).hold("m1")
        other = threading.Thread(target=second)
        other.start()
        assert asked.wait(10)
        for agency, name in (("agency-108", "m2"), ("agency-109", "m1")):
            with database.transaction(agency, NOW) as free:
                StoreKnowledge(free, SERVICE).hold(name)
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while not tx.execute(waiting).fetchone()[0]:
            assert other.is_alive()
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize("first", ["hold", "share"])
def test_who_shares_a_name_keeps_out_who_holds_it_and_no_other_who_shares_it(prepared, first):
    database, order = prepared.app, []

    def take(how: str) -> None:
        with database.transaction("agency-110", NOW) as tx:
            getattr(StoreKnowledge(tx, SERVICE), how)("survey")
            order.append(how)

    with database.transaction("agency-110", NOW) as tx:
        getattr(StoreKnowledge(tx, SERVICE), first)("survey")
        if first == "share":
            take("share")
        others = [threading.Thread(target=take, args=(how,)) for how in (("hold",) if first == "share" else ("hold", "share"))]
        for one in others:
            one.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while tx.execute(waiting).fetchone()[0] < len(others):
            assert all(one.is_alive() for one in others)
        order.append("first")
    for one in others:
        one.join(10)
    assert order[:-1] == ["share", "first"] if first == "share" else order[0] == "first" and set(order[1:]) == {"hold", "share"}


# --- once in a transaction ---------------------------------------------------------------------------------------------------------------


def test_a_question_costs_one_statement_and_what_is_asked_together_one_for_all(prepared, monkeypatch):
    here = InStore(prepared, "agency-114")
    here.hear(heard("one", "a", 1))
    here.hear(replace_event(heard("", "b", 1), Returned("m1")))
    here.hear(heard("other", "c", 1, subject="m2"))
    here.say("s", "m1", Written("m1", date(2026, 2, 1)))
    with prepared.app.transaction("agency-114", NOW) as tx:
        knowledge = KnowledgeOnce(tx, ONCE)
        knowledge.row(PAGES, "nobody")  # where the views' tables are is looked up once, whatever asks
        sent = counted(monkeypatch)
        for _ in range(2):
            assert [fact.event.room for fact in knowledge.facts(Moved, "m1")] == ["one"]
            assert [type(fact.event) for fact in knowledge.facts(Returned, "m1")] == [Returned]
        assert len(sent) == 1
        for _ in range(2):
            assert [fact.event.room for fact in knowledge.facts(Moved, "m2")] == ["other"] and list(knowledge.facts(Returned, "m2")) == []
            assert len(knowledge.facts(Written, "m1")) == len(knowledge.stream("s")) == 1
            assert knowledge.row(PAGES, "m1")["count"] == 1 and len(knowledge.rows(PAGES, person="m1")) == 1
            assert knowledge.rules("pace", date(2026, 3, 1)).name == "nation@1"
        assert len(sent) == 7


def replace_event(fact: Fact, event: Any) -> Fact:
    said = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return Fact(**said | {"event": event, "type": f"merit.office.{type(event).__name__}.v1"})


def test_what_is_asked_once_knows_what_its_transaction_appends(prepared):
    with prepared.app.transaction("agency-115", NOW) as tx:
        knowledge = KnowledgeOnce(tx, ONCE)
        assert list(knowledge.facts(Written, "m1")) == list(knowledge.stream("s")) == []
        assert knowledge.rules("pace", date(2026, 3, 1)).name == "nation@1"
        for count in (1, 2):
            execute(tx, EVENTS, ANY, Say("s", "m1", Written("m1", date(2026, 2, count))), META)
            assert len(knowledge.facts(Written, "m1")) == len(knowledge.stream("s")) == count
        own = RuleSetPublished("pace", "own", 1, date(2026, 2, 1), ("law 2",), {"least": "2"})
        execute(tx, EVENTS, ANY, Say("diary-rules-pace", "rules-pace", own), META)
        assert knowledge.rules("pace", date(2026, 3, 1)).name == "own@1"


@pytest.mark.parametrize("wait", ["hold", "share"])
def test_who_waited_for_a_name_asks_anew(prepared, wait):
    """Streams too: what a command decides on was read after the wait."""
    agency = {"hold": "agency-116", "share": "agency-117"}[wait]
    here = InStore(prepared, agency)
    with prepared.app.transaction(agency, NOW) as tx:
        knowledge = KnowledgeOnce(tx, ONCE)
        assert list(knowledge.facts(Written, "m1")) == list(knowledge.stream("s")) == [] and knowledge.row(PAGES, "m1") is None
        here.say("s", "m1", Written("m1", date(2026, 2, 1)))
        assert list(knowledge.facts(Written, "m1")) == list(knowledge.stream("s")) == [] and knowledge.row(PAGES, "m1") is None
        getattr(knowledge, wait)("m1")
        assert len(knowledge.facts(Written, "m1")) == len(knowledge.stream("s")) == knowledge.row(PAGES, "m1")["count"] == 1
        assert execute(tx, EVENTS, ANY, Say("s", "m1", Written("m1", date(2026, 2, 2))), META).version == 2


# --- many at once ----------------------------------------------------------------------------------------------------------------------


def test_what_is_read_ahead_knows_what_its_transaction_appends(prepared):
    reads = Reads((Moved,))
    with prepared.app.transaction("agency-111", NOW) as tx:
        knowledge = KnowledgeAhead(tx, SERVICE, reads, ["m1"])
        for subject in ("m1", "m2"):
            assert list(knowledge.facts(Written, subject)) == [] and list(knowledge.stream(f"s-{subject}")) == []
            for day in (1, 2):
                execute(tx, EVENTS, ANY, Say(f"s-{subject}", subject, Written(subject, date(2026, 2, day))), META)
            assert [fact.version for fact in knowledge.facts(Written, subject)] == [1, 2]
            assert [fact.version for fact in knowledge.stream(f"s-{subject}")] == [1, 2]
    with prepared.app.transaction("agency-111", NOW) as tx:
        assert [fact.version for fact in KnowledgeAhead(tx, SERVICE, reads, ["m1"]).facts(Written, "m1")] == [1, 2]


def test_what_is_asked_about_many_costs_as_much_as_about_one_and_knows_what_is_appended(prepared, monkeypatch):
    with prepared.app.transaction("agency-111", NOW) as tx:
        for number in range(20):
            for day in (9, 3):
                said = Written(f"many-{number}", date(2026, 2, day))
                execute(tx, EVENTS, ANY, Say(f"many-{number}-{day}", f"many-{number}", said), META)
    with prepared.app.transaction("agency-111", NOW) as tx, monkeypatch.context() as patch:
        sent = counted(patch)
        people = [f"many-{number}" for number in range(21)]
        knowledge = KnowledgeOnce(tx, SERVICE).about(people, (Written, Moved))
        found = {one: [fact.event.day.day for fact in knowledge.facts(Written, one)] for one in people}
        assert not any(knowledge.facts(Moved, one) for one in people)
        assert len(sent) == 2, "own events, and what was heard"
        assert found == {one: [3, 9] for one in people[:-1]} | {"many-20": []}
        execute(tx, EVENTS, ANY, Say("many-20", "many-20", Written("many-20", date(2026, 2, 1))), META)
        assert [fact.event.day.day for fact in knowledge.facts(Written, "many-20")] == [1]


def test_holding_another_name_forgets_what_was_answered_before(prepared):
    """What is known of somebody else may have changed while the name was waited for."""
    here = InStore(prepared, "agency-112")
    with prepared.app.transaction("agency-112", NOW) as tx:
        knowledge = KnowledgeAhead(tx, SERVICE, Reads((Moved,), holds=str), ["m1"])
        assert list(knowledge.facts(Written, "m2")) == [] and knowledge.row(PAGES, "m2") is None
        here.say("s-m2", "m2", Written("m2", date(2026, 2, 1)))
        knowledge.hold("m1")
        assert list(knowledge.facts(Written, "m2")) == [] and knowledge.row(PAGES, "m2") is None
        knowledge.hold("m2")
        assert len(knowledge.facts(Written, "m2")) == 1 and knowledge.row(PAGES, "m2")["count"] == 1


def _written(knowledge: Knowledge, more: int) -> list[int]:
    return [len(knowledge.facts(Written, "all")), more]


def test_what_is_made_of_what_is_known(known):
    known.say("s-all", "all", Written("all", date(2026, 2, 1)))
    with known.knowing() as knowledge:
        assert knowledge.made(_written, 7) == [1, 7]


def test_what_holds_for_everybody_is_made_once_for_a_batch_and_anew_after_a_wait(prepared):
    with prepared.app.transaction("agency-118", NOW) as tx:
        ahead = KnowledgeAhead(tx, SERVICE, Reads((Moved,), holds=str), ["m1"])
        assert ahead.made(_written, 1) is ahead.made(_written, 1) and ahead.made(_written, 2) == [0, 2]
        InStore(prepared, "agency-118").say("s-all", "all", Written("all", date(2026, 2, 1)))
        ahead.hold("m1")
        assert ahead.made(_written, 1) == [0, 1], "the batch holds it: its moment stays"
        ahead.hold("m2")
        assert ahead.made(_written, 1) == [1, 1]


def test_a_batch_holds_what_each_of_its_decisions_holds_before_it_reads(prepared):
    database, found = prepared.app, []

    def batch() -> None:
        with database.transaction("agency-113", NOW) as tx:
            found.extend(KnowledgeAhead(tx, SERVICE, Reads((Moved,), holds=str), ["m2", "m1"]).facts(Written, "m1"))

    with database.transaction("agency-113", NOW) as tx:
        StoreKnowledge(tx, SERVICE).hold("m1")
        other = threading.Thread(target=batch)
        other.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while not tx.execute(waiting).fetchone()[0]:
            assert other.is_alive()
        execute(tx, EVENTS, ANY, Say("s", "m1", Written("m1", date(2026, 2, 1))), META)
    other.join(10)
    assert len(found) == 1
