"""Reading from Kafka by assignment, with a client that is replaced at any trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import kafka
from kafka.errors import OffsetOutOfRangeError

from shared.bus.kafka_clients import AWAY, Clients, Topic
from shared.bus.kafka_reports import Reports
from shared.bus.protocol import BusUnavailable, Incoming, TopicPartition


class KafkaBusConsumer:
    """Reads assigned partitions; after any trouble a new client goes on from the same offsets at the next poll."""

    def __init__(self, clients: Clients, describe: Callable[[Sequence[str]], Mapping[str, Topic]]) -> None:
        self._clients = clients
        self._describe = describe
        self._client: kafka.KafkaConsumer | None = None
        self._positions: dict[TopicPartition, int] = {}
        self._topics: dict[str, Topic] = {}
        self._placed = False
        self._heard = 0.0
        self._reports = Reports(lambda: clients.make(kafka.KafkaAdminClient))

    def assign(self, starts: Mapping[TopicPartition, int]) -> None:
        self._positions = dict(starts)
        self._topics = {}
        self._placed = False

    def seek(self, at: TopicPartition, offset: int) -> None:
        if at not in self._positions:
            raise ValueError(f"seek: expected one of the assigned partitions, found {at.topic}/{at.partition}. Assign it first")
        self._positions[at] = offset
        if self._client is not None and self._placed:
            self._client.seek(kafka.TopicPartition(*at), offset)

    def poll(self, seconds: float, most: int) -> list[Incoming]:
        """As the protocol says; raises BusUnavailable also for a topic that is missing, was remade, or is shorter than the offset."""
        if not self._positions:
            time.sleep(seconds)
            return []
        try:
            client = self._open()
            records = [record for batch in client.poll(int(seconds * 1000), most).values() for record in batch]
            if not records and time.monotonic() - self._heard > self._clients.answer_seconds:
                # The client's poll is silent when the broker is gone: ask for a sign of life.
                any_place = kafka.TopicPartition(*next(iter(self._positions)))
                client.end_offsets([any_place], timeout_ms=int(self._clients.answer_seconds * 1000))
                self._heard = time.monotonic()
        except OffsetOutOfRangeError as error:
            self._drop()
            raise BusUnavailable(
                f"expected to read from offsets that the topic has, found {error}. Is it the Kafka that the checkpoint was made on?"
            ) from error
        except AWAY as error:
            self._drop()
            raise BusUnavailable(f"Kafka does not answer: {error!r}") from error
        except BaseException:
            self._drop()
            raise
        if records:
            self._heard = time.monotonic()
        for record in records:
            self._positions[TopicPartition(record.topic, record.partition)] = record.offset + 1
        return [Incoming(r.topic, r.partition, r.offset, r.key or b"", tuple(r.headers), r.value or b"") for r in records]

    def report(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Committed to Kafka as the group `consumer`, by a thread of its own and at most once a second; a lost one is not missed."""
        self._reports.leave(consumer, offsets)

    def close(self) -> None:
        self._reports.close()
        self._drop()

    def _open(self) -> kafka.KafkaConsumer:
        if self._client is None:
            # No group: with one, every poll would first look for the group's coordinator, and wait for it when it is away.
            self._client = self._clients.make(
                kafka.KafkaConsumer,
                auto_offset_reset="none",
                enable_auto_commit=False,
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                fetch_max_wait_ms=250,
            )
            self._placed = False
        if not self._placed:
            self._check_topics()
            self._client.assign([kafka.TopicPartition(*at) for at in self._positions])
            for at, offset in self._positions.items():
                self._client.seek(kafka.TopicPartition(*at), offset)
            self._placed = True
            self._heard = time.monotonic()
        return self._client

    def _check_topics(self) -> None:
        """kafka-python reads silence from a topic or partition that does not exist: say it in words."""
        described = self._describe([at.topic for at in self._positions])
        for at in self._positions:
            if at.topic not in described or at.partition >= described[at.topic].partitions:
                raise BusUnavailable(f"expected the topic and partition {at.topic}/{at.partition}, found none. Make it with ensure_topics")
        for name, before in self._topics.items():
            if name in described and described[name].id != before.id:
                raise BusUnavailable(
                    f"topic {name} was made again: expected id {before.id}, found {described[name].id}. "
                    "Compare the topics' identities, assign again"
                )
        self._topics = described

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(autocommit=False, timeout_ms=1000)
