"""Offsets told to Kafka's own monitoring: from a thread of its own, because nobody who consumes may wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

import kafka
from kafka.errors import KafkaError, NoError
from kafka.structs import OffsetAndMetadata

from shared.bus.protocol import TopicPartition

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class Reports:
    """Keeps the newest offsets of each consumer name and commits them, at most once a second, as the offsets of a group of that name.

    The group has no members: it exists for the tools that compare a group's offsets with the ends of its topics.
    """

    def __init__(self, connect: Callable[[], kafka.KafkaAdminClient]) -> None:
        self._connect = connect
        self._left: dict[str, dict[TopicPartition, int]] = {}
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def leave(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Take the offsets to be committed soon, and return at once."""
        with self._changed:
            self._left.setdefault(consumer, {}).update(offsets)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bus-reports", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Commit no more; what was left and not yet committed is forgotten."""
        self._closed.set()
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        admin: kafka.KafkaAdminClient | None = None
        working = True
        while not self._closed.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._left or self._closed.is_set())
                taken, self._left = self._left, {}
            try:
                admin = admin or self._connect()
                for consumer, offsets in taken.items():
                    _commit(admin, consumer, offsets)
                working = True
            except (KafkaError, OSError) as error:
                log.log(logging.INFO if working else logging.DEBUG, "offsets not reported to Kafka, trying on: %r", error)
                working = False
                self._put_back(taken)
                if admin is not None:
                    admin.close()
                    admin = None
            self._closed.wait(PAUSE_SECONDS)
        if admin is not None:
            admin.close()

    def _put_back(self, taken: dict[str, dict[TopicPartition, int]]) -> None:
        with self._changed:
            for consumer, offsets in taken.items():
                self._left[consumer] = {**offsets, **self._left.get(consumer, {})}


def _commit(admin: kafka.KafkaAdminClient, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
    outcomes = admin.alter_group_offsets(
        consumer, {kafka.TopicPartition(*at): OffsetAndMetadata(offset, "", -1) for at, offset in offsets.items()}
    )
    for outcome in outcomes.values():
        if outcome is not NoError:
            raise outcome(f"Kafka refuses the offsets of {consumer}")
