"""A type that a service hears newly is fetched from the beginning, beside the running consumer, which passed over it before.

Facts are kept and the decisions that they concern are marked; both are the same however often an event comes, so that the fetch and the
consumer may meet. Views are not folded: an earlier event must not come after later ones. They are told of, to be rebuilt from the facts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime

import psycopg2

from shared.bus.protocol import Bus, BusUnavailable, Incoming, TopicPartition
from shared.flow import decisions, facts, parked
from shared.flow.apply import Arrived, type_of, typed
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import Flowing
from shared.flow.trying import TIME_OUT, is_given_up, rest
from shared.store.database import Database, Transaction, connect
from shared.store.errors import CommitUnknown, StoreUnavailable

LOG = logging.getLogger(__name__)
BATCH = 500


class NewlyHeard:
    """Fetches what is new, once, and ends. `topics`: those that the consumer reads."""

    def __init__(
        self,
        service: Flowing,
        database: Database,
        bus: Bus,
        topics: Sequence[str],
        now: Callable[[], datetime],
        stop: threading.Event,
        marked: Callable[[], None] = lambda: None,
    ) -> None:
        self.service, self.database, self.bus, self.topics = service, database, bus, tuple(topics)
        self.now, self.stop, self.marked = now, stop, marked

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                # One worker of the service fetches; the others find nothing new when it is their turn.
                with closing(connect(self.database.url, f"newly heard {self.service.name}")) as session, session.cursor() as cursor:
                    cursor.execute("select pg_advisory_lock(hashtextextended(%s, 5))", (self.service.name,))
                    self.fetch()
                return
            except (BusUnavailable, StoreUnavailable, CommitUnknown, psycopg2.Error) as trouble:
                LOG.warning("%s could not fetch newly heard types yet: %s", self.service.name, trouble)
                self.stop.wait(1)

    def fetch(self) -> None:
        """Read all topics up to where they end now, if a type is new; what comes later the consumer hears."""
        with self.database.transaction(None, self.now()) as tx:
            new = heard_types(self.service) - known_types(tx, self.service.name)
            # A service that has read nothing yet hears everything from the beginning anyway.
            begun = tx.execute("select 1 from checkpoints where consumer = %s and next_offset > 0 limit 1", (self.service.name,)).fetchone()
        if new and begun:
            ends = {at: end for at, end in self.bus.ends(self.topics).items() if end > 0}
            if not self._read(new, ends):
                return
            stale = sorted(view.name for view in self.service.views if {model.__name__ for model in view.on} & _names(new))
            LOG.warning("%s has fetched %s from the beginning; rebuild the views %s", self.service.name, sorted(new), stale or "(none)")
        if new:
            with self.database.transaction(None, self.now()) as tx:
                remember(tx, self.service.name, new)

    def _read(self, new: frozenset[str], ends: Mapping[TopicPartition, int]) -> bool:
        """False when it was stopped on the way; it then begins anew."""
        left = dict(ends)
        with closing(self.bus.consumer()) as reader:
            reader.assign(dict.fromkeys(ends, 0))
            while left and not self.stop.is_set():
                messages = reader.poll(0.25, BATCH)
                self._keep([one for one in messages if _base(one) in new])
                for one in messages:
                    at = TopicPartition(one.topic, one.partition)
                    if one.offset + 1 >= left.get(at, one.offset + 2):
                        del left[at]
        return not left

    def _keep(self, messages: Sequence[Incoming], tries: int = 0) -> None:
        if not messages:
            return
        try:
            with self.database.transaction(None, self.now()) as tx:
                self._apply(tx, messages)
        except Exception as error:
            if isinstance(error, StoreUnavailable | CommitUnknown | psycopg2.OperationalError) and not isinstance(error, TIME_OUT):
                raise
            if len(messages) == 1:
                if isinstance(error, TIME_OUT) and not is_given_up(tries, error):
                    if self.stop.wait(rest(tries, error)):
                        raise
                    return self._keep(messages, tries + 1)
                self._park(messages[0], error)
                return
            for one in messages:
                self._keep([one])
        self.marked()

    def _apply(self, tx: Transaction, messages: Sequence[Incoming]) -> None:
        known = typed(self.service, [Arrived.of(one) for one in messages])
        for agency in sorted({fact.agency for _, fact in known}):
            tx.enter_agency(agency)
            mine = [(one, fact) for one, fact in known if fact.agency == agency]
            facts.keep(tx, [(one.place, one.envelope) for one, _ in mine], self.service.heard.told)
            decisions.mark(tx, self.service, [fact for _, fact in mine], StoreKnowledge(tx, self.service))

    def _park(self, message: Incoming, error: Exception) -> None:
        LOG.error("%s parks %s/%d/%d: %r", self.service.name, message.topic, message.partition, message.offset, error)
        with self.database.transaction(None, self.now()) as tx:
            parked.park(tx, self.service.name, message, type_of(message), repr(error))


def heard_types(service: Flowing) -> frozenset[str]:
    """``merit.ledger.Added`` …: what the service's code hears of others."""
    return frozenset(base for catalogue in service.heard.catalogues.values() for base in catalogue.types)


def known_types(tx: Transaction, consumer: str) -> frozenset[str]:
    """What it has heard from the beginning."""
    return frozenset(row[0] for row in tx.execute("select type from heard_types where consumer = %s", (consumer,)).fetchall())


def remember(tx: Transaction, consumer: str, types: frozenset[str]) -> None:
    for type_ in sorted(types):
        tx.execute("insert into heard_types (consumer, type) values (%s, %s) on conflict do nothing", (consumer, type_))


def _names(types: frozenset[str]) -> set[str]:
    return {type_.rpartition(".")[2] for type_ in types}


def _base(message: Incoming) -> str:
    return type_of(message).rpartition(".v")[0]
