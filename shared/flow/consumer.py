"""The consumer: takes partitions by lease, reads them from its own checkpoints, and applies each batch exactly once in effect.

A message is applied only if its ``previous`` is the last sequence applied of its partition; dropped if its ``sequence`` is at or below it;
otherwise left, because something before it was lost on the way and the relay will send it, and this one, again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg2
import psycopg2.errors

from shared.bus.protocol import Bus, BusUnavailable, Incoming, TopicPartition
from shared.events.registry import UnknownVersion
from shared.flow import parked, points
from shared.flow.apply import Arrived, apply, type_of
from shared.flow.leases import SECONDS, Lease, Leases, LostLease, hold
from shared.flow.source import Flowing, fact_of
from shared.flow.trying import MOST_TIME_OUTS, PASSING, TIME_OUT
from shared.store.database import Database, Transaction, connect
from shared.store.errors import CommitUnknown, StoreUnavailable
from shared.views.generations import OtherShape, no_rebuild

LOG = logging.getLogger(__name__)
BATCH = 1000
TRIES = 3
ALARM_SECONDS = 30

RETRYABLE = (*PASSING, psycopg2.errors.LockNotAvailable)
NOT_ITS_FAULT = (OtherShape, psycopg2.OperationalError, psycopg2.InterfaceError)
PIECE_SHARE = 10
"""A batch that takes too long is looked through in pieces, each statement with this part of its usual time, and a second at least."""
_SHORTER = (
    "select set_config('statement_timeout', greatest(setting::int / %s, least(setting::int, 1000))::text, true)"
    " from pg_settings where name = 'statement_timeout'"
)


@dataclass(frozen=True)
class Cursor:
    """One partition's checkpoint: the offset to read next, and the sequence applied last (its column is named ``mark``: running
    processes of the release before read that name).
    """

    next_offset: int
    sequence: int
    stopped: str | None = None


class Moved(Exception):
    """The stored checkpoint is not the one this worker remembers: somebody else has been here."""


@dataclass(frozen=True)
class Sorted:
    """A batch after the rule of ``previous``: what to apply, the cursors after it, and which partitions show a gap."""

    accepted: tuple[Incoming, ...]
    after: dict[TopicPartition, Cursor]
    gaps: frozenset[TopicPartition]


def sort_out(messages: Iterable[Incoming], cursors: dict[TopicPartition, Cursor]) -> Sorted:
    """Apply the rule of ``previous``. Pure. A message without a readable place is accepted, so that it gets parked; no sequence moves."""
    next_offsets = {at: cursor.next_offset for at, cursor in cursors.items()}
    applied = {at: cursor.sequence for at, cursor in cursors.items()}
    gaps, accepted = set(), []
    for message in messages:
        at = TopicPartition(message.topic, message.partition)
        if message.offset < next_offsets[at]:
            continue
        next_offsets[at] = message.offset + 1
        headers = dict(message.headers)
        sequence, previous = headers.get("ce_sequence", b""), headers.get("ce_previous", b"")
        if not (sequence.isdigit() and previous.isdigit()):
            accepted.append(message)
        elif int(sequence) > applied[at] and int(previous) == applied[at]:
            accepted.append(message)
            applied[at] = int(sequence)
            gaps.discard(at)
        elif int(sequence) > applied[at]:
            gaps.add(at)
    after = {at: replace(cursor, next_offset=next_offsets[at], sequence=applied[at]) for at, cursor in cursors.items()}
    return Sorted(tuple(accepted), after, frozenset(gaps))


class Consumer:
    """Consumes `topics` for one service. Runs until `stop` is set."""

    def __init__(
        self,
        service: Flowing,
        database: Database,
        bus: Bus,
        topics: Sequence[str],
        owner: str,
        now: Callable[[], datetime],
        stop: threading.Event,
        settled: Callable[[], None] = lambda: None,
        lease_seconds: float = SECONDS,
    ) -> None:
        self.service, self.database, self.bus, self.topics = service, database, bus, tuple(topics)
        self.name, self.owner, self.now, self.stop = service.name, owner, now, stop
        self.applied_batch = settled
        self.lease_seconds = lease_seconds
        self.leases: tuple[Lease, ...] = ()
        self.cursors: dict[TopicPartition, Cursor] = {}
        self.gap_since: dict[TopicPartition, float] = {}
        self.readable: set[str] = set()
        self.applied = 0
        self.time_outs = 0
        self.slow: set[TopicPartition] = set()
        """Where what took too long may lie: partitions that no batch has passed since."""

    # -- the loop ----------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        wait = 0.1
        while not self.stop.is_set():
            try:
                self._session()
                wait = 0.1
            except (BusUnavailable, StoreUnavailable, CommitUnknown, LostLease, Moved, OtherShape, psycopg2.Error) as trouble:
                LOG.warning("consumer %s starts over from its checkpoints: %s", self.name, trouble)
                self.stop.wait(wait)
                wait = min(2 * wait, 3)

    def _session(self) -> None:
        connection = connect(self.database.url, f"leases {self.name}")
        reader = None
        try:
            leases = Leases(connection, self.name, self.owner, self.bus.partitions, self.lease_seconds)
            self.bus.ensure_topics(self.topics)
            reader = self.bus.consumer()
            self.leases = ()
            renewed = 0.0
            while not self.stop.is_set():
                if time.monotonic() - renewed > leases.seconds / 3:
                    held = leases.renew()
                    renewed = time.monotonic()
                    if held != self.leases:
                        self._assign(reader, held)
                    self._retry_parked()
                messages = reader.poll(0.25, BATCH) if self.leases else self._idle()
                if messages:
                    self._batch(reader, messages)
            leases.give_up()
        finally:
            if reader is not None:
                reader.close()
            connection.close()

    def _idle(self) -> list[Incoming]:
        self.stop.wait(0.25)
        return []

    def _assign(self, reader: Any, held: tuple[Lease, ...]) -> None:
        """Read the checkpoints of what is held now, and read on from there."""
        identity = self.bus.identity()
        topic_ids = self.bus.topic_identities(self.topics)
        if unmade := set(self.topics) - set(topic_ids):
            raise BusUnavailable(f"expected the topics {sorted(unmade)}, found none yet")
        wanted = [TopicPartition(topic, lease.partition) for topic in self.topics for lease in held]
        with self.database.transaction(None, self.now()) as tx:
            for at in wanted:
                tx.execute(
                    "insert into checkpoints (consumer, topic, partition, bus, topic_id) values (%s, %s, %s, %s, %s)"
                    " on conflict do nothing",
                    (self.name, at.topic, at.partition, identity, topic_ids[at.topic]),
                )
            found = tx.execute(
                "select topic, partition, next_offset, mark, stopped, bus, topic_id from checkpoints where consumer = %s", (self.name,)
            ).fetchall()
        stored = {TopicPartition(row[0], row[1]): row[2:] for row in found}
        self.cursors = {}
        for at in wanted:
            next_offset, sequence, stopped, bus, topic_id = stored[at]
            if (bus, topic_id) != (identity, topic_ids[at.topic]):
                # Another cluster, or a topic made anew: its offsets mean nothing here, but the sequences do, for the store is the same.
                next_offset = 0
                self._rebase(at, identity, topic_ids[at.topic])
            self.cursors[at] = Cursor(next_offset, sequence, stopped)
        self.leases = held
        self._passed(self.slow - self.cursors.keys())
        self.gap_since = {at: since for at, since in self.gap_since.items() if at in self.cursors}
        self._restart(reader)

    def _rebase(self, at: TopicPartition, identity: str, topic_id: str) -> None:
        LOG.warning("consumer %s reads %s/%d from 0: the bus or the topic is another than before", self.name, *at)
        with self.database.transaction(None, self.now()) as tx:
            tx.execute(
                "update checkpoints set next_offset = 0, bus = %s, topic_id = %s where consumer = %s and topic = %s and partition = %s",
                (identity, topic_id, self.name, at.topic, at.partition),
            )

    def _restart(self, reader: Any) -> None:
        reader.assign({at: cursor.next_offset for at, cursor in self.cursors.items() if cursor.stopped is None})

    # -- one batch ---------------------------------------------------------------------------------------------------------

    def _batch(self, reader: Any, messages: Sequence[Incoming]) -> None:
        mine = [message for message in messages if TopicPartition(message.topic, message.partition) in self.cursors]
        stopped = self._unknown_versions(mine)
        if stopped:
            self._stop_partitions(stopped)
            mine = [one for one in mine if (end := stopped.get(TopicPartition(one.topic, one.partition))) is None or one.offset < end[0]]
        for attempt in range(1, TRIES + 1):
            try:
                self._commit(mine, bisect=False)
                break
            except TIME_OUT as trouble:
                # The database may be busy; where it is the batch itself, its one bad event is found and parked.
                self.time_outs += 1
                self.slow |= {TopicPartition(message.topic, message.partition) for message in mine}
                if self.time_outs < MOST_TIME_OUTS:
                    raise
                LOG.warning("consumer %s: a batch of %d took too long %d times: %r", self.name, len(mine), self.time_outs, trouble)
                self._commit(mine, bisect=True)
                self.slow.clear()
                break
            except (LostLease, Moved, OtherShape, StoreUnavailable, CommitUnknown, psycopg2.OperationalError) as trouble:
                if not isinstance(trouble, RETRYABLE):
                    raise
                self.stop.wait(0.02 * attempt)
            except Exception as trouble:
                LOG.warning("consumer %s: a batch of %d failed (try %d): %r", self.name, len(mine), attempt, trouble)
                self.stop.wait(0.02 * attempt)
        else:
            self._commit(mine, bisect=True)
        self._passed({TopicPartition(message.topic, message.partition) for message in mine})
        if stopped:
            self._restart(reader)
        reader.report(self.name, {at: cursor.next_offset for at, cursor in self.cursors.items()})
        self.applied_batch()

    def _passed(self, partitions: Set[TopicPartition]) -> None:
        """What else passes meanwhile takes no try from a batch that takes too long."""
        self.slow -= partitions
        if not self.slow:
            self.time_outs = 0

    def _commit(self, messages: Sequence[Incoming], *, bisect: bool) -> None:
        """One transaction: leases held, checkpoints moved by compare-and-set, and everything that the batch causes."""
        touched = {TopicPartition(message.topic, message.partition) for message in messages}
        before = {at: self.cursors[at] for at in sorted(touched)}
        batch = sort_out(messages, before)
        held = tuple(lease for lease in self.leases if lease.partition in {at.partition for at in touched})
        now = self.now()
        with self.database.transaction(None, now) as tx:
            tx.repeatable()  # by the checkpoint in it, from the bus
            hold(tx, self.name, self.owner, held)
            self._move(tx, before, batch.after)
            if bisect:
                if self.time_outs:
                    tx.execute(_SHORTER, (PIECE_SHARE,))
                self._bisect(tx, list(batch.accepted))
            else:
                self._apply(tx, batch.accepted)
            points.reach("consumer-applied")
        points.reach("consumer-committed")
        self.cursors.update(batch.after)
        self.applied += len(batch.accepted)
        for at in touched:
            if at in batch.gaps:
                self.gap_since.setdefault(at, time.monotonic())
            elif batch.after[at].sequence != before[at].sequence:
                self.gap_since.pop(at, None)

    def _move(self, tx: Transaction, before: dict[TopicPartition, Cursor], after: dict[TopicPartition, Cursor]) -> None:
        """All in one statement: a batch often touches every partition, and a statement each cost as much as its folds."""
        if not before:
            return
        params: list[Any] = []
        for at, cursor in before.items():
            params += [at.topic, at.partition, cursor.next_offset, cursor.sequence, after[at].next_offset, after[at].sequence]
        found = tx.execute(
            "update checkpoints c set next_offset = n.next_offset, mark = n.mark"
            f" from (values {', '.join(['(%s, %s, %s, %s, %s, %s)'] * len(before))})"
            " n (topic, partition, was_offset, was_mark, next_offset, mark) where c.consumer = %s and c.topic = n.topic"
            " and c.partition = n.partition and c.next_offset = n.was_offset and c.mark = n.was_mark returning c.topic, c.partition",
            [*params, self.name],
        ).fetchall()
        if moved := before.keys() - {TopicPartition(*row) for row in found}:
            at = min(moved)
            raise Moved(f"expected the checkpoint of {at.topic}/{at.partition} at offset {before[at].next_offset}, found it moved")

    def _apply(self, tx: Transaction, messages: Sequence[Incoming]) -> None:
        """Apply all but what waits behind something parked, which is parked too."""
        waiting = parked.keys_waiting(tx, self.name, messages)
        arrived = []
        for message in messages:
            if (message.topic, message.key) in waiting:
                parked.park(tx, self.name, message, type_of(message), "waits behind an earlier event of its key")
            else:
                arrived.append(Arrived.of(message))
        apply(tx, self.service, arrived)

    def _bisect(self, tx: Transaction, messages: list[Incoming]) -> None:
        """Find what fails by halves, each in a savepoint, and park just that."""
        if not messages:
            return
        tx.savepoint("half")
        try:
            self._apply(tx, messages)
            tx.execute("release savepoint half")
            return
        except Exception as trouble:
            if isinstance(trouble, NOT_ITS_FAULT) and not isinstance(trouble, TIME_OUT):
                raise
            error = trouble
        tx.rollback_to("half")
        tx.execute("release savepoint half")
        if len(messages) == 1:
            LOG.error("consumer %s parks %s/%d/%d: %r", self.name, messages[0].topic, messages[0].partition, messages[0].offset, error)
            parked.park(tx, self.name, messages[0], type_of(messages[0]), repr(error))
            return
        middle = len(messages) // 2
        self._bisect(tx, messages[:middle])
        self._bisect(tx, messages[middle:])

    # -- what an operator hears of -----------------------------------------------------------------------------------------

    @property
    def alarms(self) -> set[str]:
        """What needs a person: partitions that stopped, and lost events that were not sent again for long."""
        stopped = {f"stopped {at.topic}/{at.partition}: {one.stopped}" for at, one in list(self.cursors.items()) if one.stopped}
        return stopped | {
            f"gap in {at.topic}/{at.partition}: events before it were lost on the way; the relay of that service must send them again"
            for at, since in list(self.gap_since.items())
            if time.monotonic() - since > ALARM_SECONDS
        }

    def _unknown_versions(self, messages: Sequence[Incoming]) -> dict[TopicPartition, tuple[int, str]]:
        """Partitions in which a known type comes in a version that this code does not know, and at which offset: there they stop."""
        found: dict[TopicPartition, tuple[int, str]] = {}
        for message in messages:
            # Whether a version is known hangs on the type alone, so a type that was read once need not be read twice.
            if (type_ := type_of(message)) in self.readable:
                continue
            at = TopicPartition(message.topic, message.partition)
            try:
                fact_of(self.service, Arrived.of(message).envelope)
                self.readable.add(type_)
            except UnknownVersion as unknown:
                found.setdefault(at, (message.offset, str(unknown)))
            except Exception:  # noqa: S112 - poison is found and parked when the batch is applied
                continue
        return found

    def _stop_partitions(self, stopped: dict[TopicPartition, tuple[int, str]]) -> None:
        for at, (_, why) in stopped.items():
            LOG.critical("consumer %s stops %s/%d: %s; upgrade this service, it then goes on by itself", self.name, *at, why)
            self.cursors[at] = replace(self.cursors[at], stopped=why)

    def _retry_parked(self) -> None:
        """Do what an operator asked for, in order, under the partitions' leases; what waited behind a message follows it."""
        partitions = [lease.partition for lease in self.leases]
        if not partitions:
            return
        with self.database.transaction(None, self.now()) as tx:
            wanted = parked.wanted(tx, self.name, partitions)
        for first in wanted:
            following: parked.Wanted | None = first
            while following is not None and not self.stop.is_set():
                following = self._retry(following)

    def _retry(self, wanted: parked.Wanted) -> parked.Wanted | None:
        """Retry or drop one message. Returns the next of its key, when this one is out of its way."""
        message = wanted.message
        lease = tuple(one for one in self.leases if one.partition == message.partition)
        try:
            with self.database.transaction(None, self.now()) as tx:
                hold(tx, self.name, self.owner, lease)
                if not no_rebuild(tx) or not parked.is_first(tx, self.name, message):
                    return None
                parked.remove(tx, self.name, message)
                if wanted.what == parked.RETRY:
                    apply(tx, self.service, [Arrived.of(message)])
                following = parked.release_next(tx, self.name, message)
            self.applied_batch()
            return following
        except Exception as error:
            if isinstance(error, (LostLease, StoreUnavailable, CommitUnknown, *NOT_ITS_FAULT)) and not isinstance(error, TIME_OUT):
                raise
            with self.database.transaction(None, self.now()) as tx:
                parked.failed_again(tx, self.name, message, repr(error))
            return None
