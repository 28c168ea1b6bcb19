"""A service's own log as a source: its events fold into its views, arm its timers and mark its decisions, in order of position."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2

from shared.flow import decisions, points, timers
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.flow.leases import SECONDS, Lease, Leases, LostLease, hold
from shared.flow.source import Flowing
from shared.flow.trying import TIME_OUT
from shared.store import log
from shared.store.database import AgencyBook, Database, Transaction, connect, outright
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable
from shared.views.generations import OtherShape

LOG = logging.getLogger(__name__)
BATCH = 1000
TOPIC = "own"
ELSEWHERE = (StoreUnavailable, CommitUnknown, LostLease, OtherShape, psycopg2.OperationalError)
"""Trouble that is no event's fault. A statement that took too long is one of the last kind, and may be an event's."""


# Prepared, for an idle service asks it all the time.
_LOOK = f"""
prepare look (timestamptz) as
select (select case when is_called then last_value else 0 end from events_position_seq),
       {decisions.MARKED},
       {timers.DUE}
"""


class _Seen(NamedTuple):
    """How far the log goes, and the agencies (numbers) in which decisions are marked and timers due."""

    last: int
    marked: list[int]
    due: list[int]


class Reactor:
    """Reads the own log under a lease, takes marked decisions, fires due timers. Runs until `stop` is set."""

    def __init__(
        self,
        service: Flowing,
        database: Database,
        log_url: str,
        owner: str,
        now: Callable[[], datetime],
        stop: threading.Event,
        decided: Callable[[], None] = lambda: None,
        pause: float = 0.03,
        lease_seconds: float = SECONDS,
    ) -> None:
        """`decided` hears that events may have been appended here; `wake`, when set, that there may be something to do."""
        self.service, self.database, self.log_url = service, database, log_url
        self.name, self.owner, self.now, self.stop, self.pause = service.name, owner, now, stop, pause
        self.decided, self.lease_seconds = decided, lease_seconds
        self.agencies = AgencyBook()
        self.wake = threading.Event()
        self.position = 0
        self.applied = 0
        self.failing: str | None = None

    def run(self) -> None:
        wait = 0.1
        while not self.stop.is_set():
            try:
                self._session()
                wait = 0.1
            except (StoreUnavailable, CommitUnknown, LostLease, OtherShape, Conflict, psycopg2.Error) as trouble:
                LOG.warning("reactor %s starts over: %s", self.name, trouble)
                self.stop.wait(wait)
                wait = min(2 * wait, 3)

    def _session(self) -> None:
        reader = connect(self.log_url, f"reactor {self.name}")
        beats = connect(self.database.url, f"own lease {self.name}")
        leases = Leases(beats, f"{self.name}/own", self.owner, 1, self.lease_seconds)
        held: tuple[Lease, ...] = ()
        renewed = 0.0
        try:
            with reader.cursor() as cursor:
                cursor.execute(_LOOK)
            while not self.stop.is_set():
                if time.monotonic() - renewed > leases.seconds / 3:
                    before, held, renewed = held, leases.renew(), time.monotonic()
                    if held != before:
                        self.position = self._stored_position()
                if not self._turn(reader, held):
                    self.wake.wait(self.pause)
                    self.wake.clear()
        finally:
            if self.stop.is_set():
                leases.give_up()
            reader.close()
            beats.close()

    def _turn(self, reader: Any, held: tuple[Lease, ...]) -> bool:
        """What the log holds, then what is marked, then what is due; after each that did something the next is looked at anew."""
        seen = self._look(reader)
        busy = bool(held) and seen.last > self.position and self._read_own(reader, held)
        if busy:
            seen = self._look(reader)
        if seen.marked and self._decide(reader, seen.marked):
            busy = True
            seen = self._look(reader)
        # One worker fires, so that two of them do not overtake each other on the way from due time to due time.
        return bool(held and seen.due and self._fire(reader, seen.due)) or busy

    def _look(self, reader: Any) -> _Seen:
        with reader.cursor() as cursor:
            cursor.execute("execute look (%s)", (self.now(),))
            return _Seen(*cursor.fetchone())

    def _stored_position(self) -> int:
        with self.database.transaction(None, self.now()) as tx:
            return self._checkpoint(tx)

    def _checkpoint(self, tx: Transaction) -> int:
        row = tx.execute(
            "select mark from checkpoints where consumer = %s and topic = %s and partition = 0 for update", (self.name, TOPIC)
        ).fetchone()
        if row is None:
            tx.execute(
                "insert into checkpoints (consumer, topic, partition, bus, topic_id) values (%s, %s, 0, 'own', 'own')"
                " on conflict do nothing",
                (self.name, TOPIC),
            )
        return row[0] if row else 0

    def _read_own(self, reader: Any, held: tuple[Lease, ...]) -> bool:
        """Apply the next batch of the own log. A batch that fails is tried event by event; the one that fails stops the log, loudly."""
        start = self.position
        envelopes, position = log.read_log(reader, self.agencies, start, BATCH)
        if position == start:
            return False
        arrived = [Arrived(Place(TOPIC, 0, one.sequence), one) for one in envelopes]
        try:
            self._commit(held, start, position, arrived)
            self.failing = None
        except Exception as trouble:
            if isinstance(trouble, ELSEWHERE) and not isinstance(trouble, TIME_OUT):
                raise
            LOG.warning("own log of %s: a batch failed (%r); taking its events one by one", self.name, trouble)
            self._slowly(held, start, arrived)
        return True

    def _slowly(self, held: tuple[Lease, ...], start: int, arrived: list[Arrived]) -> None:
        for one in arrived:
            try:
                self._commit(held, start, one.envelope.sequence, [one])
            except Exception as error:
                if isinstance(error, ELSEWHERE) and not isinstance(error, TIME_OUT):
                    raise
                self.failing = f"own log stops at position {one.envelope.sequence} ({one.envelope.type}): {error!r}"
                LOG.critical("%s %s", self.name, self.failing)
                self.stop.wait(1)
                return
            start = one.envelope.sequence
        self.failing = None

    def _commit(self, held: tuple[Lease, ...], start: int, position: int, arrived: list[Arrived]) -> None:
        with self.database.transaction(None, self.now()) as tx:
            tx.repeatable()  # by the checkpoint in it, from the log
            hold(tx, f"{self.name}/own", self.owner, held)
            if self._checkpoint(tx) != start:
                raise LostLease(f"own log of {self.name}: the checkpoint was moved by another worker")
            tx.execute(
                "update checkpoints set mark = %s, next_offset = %s where consumer = %s and topic = %s and partition = 0",
                (position, position, self.name, TOPIC),
            )
            apply(tx, self.service, arrived)
            points.reach("own-applied")
        self.position = position
        self.applied += len(arrived)

    def _decide(self, reader: Any, agencies: list[int]) -> bool:
        codes = [self.agencies.by_id(agency, outright(reader)).code for agency in agencies]
        taken = [decisions.settle(self.database, self.service, code, self.now()) for code in codes]
        return self._told(any(taken))

    def _fire(self, reader: Any, agencies: list[int]) -> bool:
        now = self.now()
        codes = [self.agencies.by_id(agency, outright(reader)).code for agency in agencies]
        fired = [timers.fire_one(self.database, self.service, code, now) for code in codes]
        return self._told(any(fired))

    def _told(self, did: bool) -> bool:
        if did:
            self.decided()
        return did
