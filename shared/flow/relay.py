"""The relay: publishes the log in order of position, one active per name, resending from its checkpoint after any doubt."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import psycopg2

from shared.bus.partitioner import partition_of
from shared.bus.protocol import Bus, BusUnavailable, Outgoing, PublishFailed, RelayCheckpoint, RelayFenced, TopicPartition
from shared.events.envelope import Envelope, to_headers
from shared.flow import points
from shared.flow.trying import TIME_OUT
from shared.store import log
from shared.store.database import AgencyBook, connect
from shared.store.errors import StoreUnavailable

LOG = logging.getLogger(__name__)
BATCH = 1000
BEAT_SECONDS = 1
SILENT_SECONDS = 45
"""A relay that has given no sign for so long is frozen (a publish gives up sooner): the next one ends its session and takes its place."""


class BusAhead(Exception):
    """The bus holds events that the store does not: the store was restored from an older backup."""


def messages_of(
    envelopes: Sequence[Envelope], topic: str, partitions: int, sent: dict[TopicPartition, int]
) -> tuple[list[Outgoing], dict[TopicPartition, int]]:
    """Messages with ``previous`` filled in, and what was sent last per partition after them. Pure."""
    after = dict(sent)
    made = []
    for envelope in envelopes:
        key = envelope.key
        at = TopicPartition(topic, partition_of(key, partitions))
        made.append(Outgoing(topic, at.partition, key, to_headers(envelope, after.get(at, 0)), envelope.data))
        after[at] = envelope.sequence
    return made, after


class Relay:
    """Publishes to one topic the events that `wanted` accepts, until `stop` is set; every trouble ends in a fresh start from there."""

    def __init__(
        self,
        name: str,
        url: str,
        bus: Bus,
        topic: str,
        wanted: Callable[[Envelope], bool],
        stop: threading.Event,
        pause: float = 0.01,
        silent_seconds: float = SILENT_SECONDS,
        seen: Callable[[], None] = lambda: None,
    ) -> None:
        """`seen` hears that the log has grown; `wake`, when set, says that it may have, and saves the rest of a pause."""
        self.seen, self.wake = seen, threading.Event()
        self.name, self.url, self.bus, self.topic, self.wanted = name, url, bus, topic, wanted
        self.stop, self.pause, self.silent_seconds = stop, pause, silent_seconds
        self.agencies = AgencyBook()
        self.failed: Exception | None = None
        self.published = 0

    def run(self) -> None:
        wait = 0.1
        while not self.stop.is_set():
            try:
                self._session()
                wait = 0.1
            except BusAhead as ahead:
                self.failed = ahead
                LOG.critical("relay %s refuses to start: %s", self.name, ahead)
                self.stop.wait(5)
            except TIME_OUT as slow:
                self.failed = slow
                LOG.error("relay %s stands still, since a statement takes too long: %s", self.name, slow)
                self.stop.wait(wait)
                wait = min(2 * wait, 5)
            except (PublishFailed, RelayFenced, BusUnavailable, StoreUnavailable, psycopg2.Error) as trouble:
                LOG.warning("relay %s starts over from its checkpoint: %s", self.name, trouble)
                self.stop.wait(wait)
                wait = min(2 * wait, 5)

    def _session(self) -> None:
        """One direct database session: it holds the relay's lock, and its end is the end of the turn."""
        connection = connect(self.url, f"relay {self.name}")
        publisher = None
        try:
            with connection.cursor() as cursor:
                # After a checkpoint that is lost the relay sends again from the one before, so nobody need wait for the disk.
                cursor.execute("set synchronous_commit = off")
            while not self._locked(connection):
                self._end_frozen(connection)
                if self.stop.wait(0.5):
                    return
            beaten = self._beat(connection)
            self.bus.ensure_topics([self.topic])
            publisher = self.bus.publisher()
            checkpoint = self._start(connection, publisher)
            while not self.stop.is_set():
                moved = self._turn(connection, publisher, checkpoint)
                if time.monotonic() - beaten > BEAT_SECONDS:
                    beaten = self._beat(connection)
                if moved.position == checkpoint.position:
                    self.wake.wait(self.pause)
                    self.wake.clear()
                checkpoint = moved
        finally:
            if publisher is not None:
                publisher.close()
            connection.close()

    def _locked(self, connection: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 7))", (f"relay/{self.name}",))
            return cursor.fetchone()[0]

    def _beat(self, connection: Any) -> float:
        """Say that the holder of the lock lives. The database's clock counts."""
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into relay_beats (relay, pid, at) values (%s, pg_backend_pid(), clock_timestamp())"
                " on conflict (relay) do update set pid = excluded.pid, at = excluded.at",
                (self.name,),
            )
        return time.monotonic()

    def _end_frozen(self, connection: Any) -> None:
        """End the session of a holder that has been silent for too long: a stopped process keeps its session, and so the lock.

        When it wakes it finds its session gone and starts over; what it still sends then is a repetition, which consumers drop.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from relay_beats join pg_stat_activity using (pid)"
                " where relay = %s and application_name = %s and at < clock_timestamp() - %s * interval '1 second'",
                (self.name, f"relay {self.name}"[:63], self.silent_seconds),
            )
            if cursor.fetchall():
                LOG.error("relay %s: the one before was silent for more than %s s; its session is ended", self.name, self.silent_seconds)

    def _start(self, connection: Any, publisher: Any) -> RelayCheckpoint:
        """The checkpoint to go on from. BusAhead when the bus has seen more than the store holds."""
        kept = publisher.checkpoint(self.name)
        last = log.last_position(connection)
        ahead = max([kept.position if kept else 0, *self.bus.last_sequences([self.topic]).values()])
        if ahead > last:
            raise BusAhead(
                f"expected the bus to hold events up to position {last} of the store, found {ahead} on {self.topic}; the store was restored"
                " to an earlier state: restore the missing events, or make its topics anew, so that they are filled from the store"
            )
        if kept is not None:
            self._save(connection, kept)  # an earlier turn may have ended between the bus's checkpoint and ours, which others read
            return kept
        with connection.cursor() as cursor:
            cursor.execute("select position, sent from relay_marks where relay = %s", (self.name,))
            row = cursor.fetchone()
        if row and row[1] and not any(self.bus.ends([self.topic]).values()):
            LOG.warning("relay %s fills %s from the beginning: the bus holds nothing of it", self.name, self.topic)
            row = None
        sent = {TopicPartition(self.topic, int(number)): value for number, value in (row[1] if row else {}).items()}
        return RelayCheckpoint(row[0] if row else 0, sent)

    def _turn(self, connection: Any, publisher: Any, checkpoint: RelayCheckpoint) -> RelayCheckpoint:
        envelopes, position = log.read_log(connection, self.agencies, checkpoint.position, BATCH)
        if position == checkpoint.position:
            return checkpoint
        self.seen()
        messages, sent = messages_of([one for one in envelopes if self.wanted(one)], self.topic, self.bus.partitions, dict(checkpoint.sent))
        after = RelayCheckpoint(position, sent)
        publisher.publish(messages, self.name, checkpoint, after)
        points.reach("relay-published")
        self._save(connection, after)
        points.reach("relay-saved")
        self.failed = None
        self.published += len(messages)
        return after

    def _save(self, connection: Any, checkpoint: RelayCheckpoint) -> None:
        sent = orjson.dumps({str(at.partition): value for at, value in checkpoint.sent.items()}).decode()
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into relay_marks (relay, position, sent) values (%s, %s, %s)"
                " on conflict (relay) do update set position = excluded.position, sent = excluded.sent",
                (self.name, checkpoint.position, sent),
            )
