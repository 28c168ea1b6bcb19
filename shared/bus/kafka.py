"""The bus on Apache Kafka: idempotent publishing with every answer checked, reading by assignment, never by Kafka's groups."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kafka
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.consumer.fetcher import IsolationLevel
from kafka.errors import KafkaError, NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from shared.bus.kafka_clients import AWAY, Clients, Topic
from shared.bus.kafka_consumer import KafkaBusConsumer
from shared.bus.protocol import BusUnavailable, Outgoing, PublishFailed, RelayCheckpoint, TopicPartition

log = logging.getLogger(__name__)

TOPIC_SETTINGS = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime"}


class KafkaBus:
    """The bus on the brokers at `bootstrap` (`host:port,host:port`).

    `security` are kafka-python's own settings (`security_protocol`, `ssl_context`, `sasl_…`). `replication` is for topics made here.
    `answer_seconds` bounds the wait for one answer, `publish_seconds` the wait for a batch to be stored.
    """

    def __init__(
        self,
        bootstrap: str,
        partitions: int = 24,
        security: Mapping[str, Any] | None = None,
        replication: int = 1,
        answer_seconds: float = 5.0,
        publish_seconds: float = 30.0,
    ) -> None:
        self.partitions = partitions
        self._clients = Clients(bootstrap, dict(security or {}), answer_seconds)
        self._replication = replication
        self._publish_seconds = publish_seconds
        self._lock = threading.Lock()
        self._admin: tuple[int, kafka.KafkaAdminClient] | None = None

    def identity(self) -> str:
        return self._ask(lambda admin: admin.describe_cluster())["cluster_id"]

    def ensure_topics(self, topics: Sequence[str]) -> None:
        """As the protocol says; raises ValueError when the broker refuses, or a topic exists with other partitions or settings."""
        existing = self._describe(topics)
        missing = [name for name in dict.fromkeys(topics) if name not in existing]
        if missing:
            wish = {"num_partitions": self.partitions, "replication_factor": self._replication, "configs": TOPIC_SETTINGS}
            answer = self._ask(lambda admin: admin.create_topics(dict.fromkeys(missing, wish), raise_errors=False))
            for topic in answer["topics"]:
                outcome = for_code(topic["error_code"])
                if outcome not in (NoError, TopicAlreadyExistsError):
                    trouble = BusUnavailable if getattr(outcome, "retriable", False) else ValueError
                    raise trouble(f"topic {topic['name']}: Kafka would not make it: {topic['error_message'] or outcome.__name__}")
            self._ask(lambda admin: admin.wait_for_topics(list(topics), timeout_ms=int(self._clients.answer_seconds * 1000)))
        for name, topic in self._describe(topics).items():
            if topic.partitions != self.partitions:
                raise ValueError(
                    f"topic {name}: expected {self.partitions} partitions, found {topic.partitions}. Their number is fixed for ever: "
                    f"set the bus to {topic.partitions}, or begin with new topics"
                )
        self._check_settings(list(topics))

    def topic_identities(self, topics: Sequence[str]) -> Mapping[str, str]:
        return {name: topic.id for name, topic in self._describe(topics).items()}

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        wanted = {
            kafka.TopicPartition(name, number): OffsetSpec.LATEST
            for name, topic in self._describe(topics).items()
            for number in range(topic.partitions)
        }
        if not wanted:
            return {}
        found = self._ask(lambda admin: admin.list_partition_offsets(wanted, isolation_level=IsolationLevel.READ_COMMITTED))
        return {TopicPartition(at.topic, at.partition): end.offset for at, end in found.items()}

    def last_sequences(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        awaited = {at: end - 1 for at, end in self.ends(topics).items() if end > 0}
        sequences: dict[TopicPartition, int] = {}
        consumer = self.consumer()
        try:
            consumer.assign(awaited)
            deadline = time.monotonic() + 2 * self._clients.answer_seconds
            while awaited:
                for message in consumer.poll(1, 1000):
                    at = TopicPartition(message.topic, message.partition)
                    awaited.pop(at, None)
                    if (sequence := dict(message.headers).get("ce_sequence", b"")).isdigit():
                        sequences[at] = max(int(sequence), sequences.get(at, 0))
                if awaited and time.monotonic() > deadline:
                    raise BusUnavailable(f"expected the last message of {min(awaited)} and {len(awaited) - 1} others, found none in time")
        finally:
            consumer.close()
        return sequences

    def publisher(self) -> KafkaPublisher:
        return KafkaPublisher(self._clients, self._publish_seconds)

    def consumer(self) -> KafkaBusConsumer:
        return KafkaBusConsumer(self._clients, self._describe)

    def _describe(self, topics: Sequence[str]) -> dict[str, Topic]:
        """The existing ones of `topics`. Raises BusUnavailable, also for a topic that this client may not see or that has no leader."""
        found = {}
        for topic in self._ask(lambda admin: admin.describe_topics(sorted(set(topics)))) if topics else []:
            outcome = for_code(topic["error_code"])
            if outcome is NoError:
                found[topic["name"]] = Topic(str(topic["topic_id"]), len(topic["partitions"]))
            elif outcome is not UnknownTopicOrPartitionError:
                raise BusUnavailable(f"topic {topic['name']}: Kafka answers {outcome.__name__}: {outcome.description}")
        return found

    def _check_settings(self, topics: list[str]) -> None:
        """A topic that forgets or compacts would lose events without a sound."""
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(TOPIC_SETTINGS)) for name in topics]
        settings = self._ask(lambda admin: admin.describe_configs(wanted, config_filter="all"))["topic"] if wanted else {}
        for name, found in settings.items():
            for setting, expected in TOPIC_SETTINGS.items():
                value = found.get(setting, {}).get("value", expected)
                if value != expected:
                    raise ValueError(f"topic {name}: expected {setting}={expected}, found {value}. Set it so: events are kept for ever")

    def _ask(self, question: Callable[[kafka.KafkaAdminClient], Any]) -> Any:
        """Ask through one client that is kept per process, and thrown away when it fails. Raises BusUnavailable."""
        with self._lock:
            try:
                if self._admin is None or self._admin[0] != os.getpid():
                    self._admin = os.getpid(), self._clients.make(kafka.KafkaAdminClient)
                return question(self._admin[1])
            except AWAY as error:
                broken, self._admin = self._admin, None
                if broken is not None and broken[0] == os.getpid():
                    broken[1].close()
                raise BusUnavailable(f"Kafka does not answer: {error}") from error


class KafkaPublisher:
    """Publishes through one idempotent producer, which is thrown away with the publisher at the first doubt."""

    def __init__(self, clients: Clients, seconds: float) -> None:
        self._clients = clients
        self._seconds = seconds
        self._producer: kafka.KafkaProducer | None = None
        self._failed = False

    def checkpoint(self, relay: str) -> RelayCheckpoint | None:
        """None: Kafka keeps no checkpoints, the relay's own checkpoint and `previous` do their work."""
        return None

    def publish(self, messages: Sequence[Outgoing], relay: str, before: RelayCheckpoint, after: RelayCheckpoint) -> None:
        if self._failed:
            raise PublishFailed(f"{relay}: this publisher has failed before: close it and make a new one")
        deadline = time.monotonic() + self._seconds
        try:
            producer = self._open()
            # Partition by partition, each in the given order: sent in turn, they would leave in ten times as many small batches.
            by_place = sorted(messages, key=_place)
            futures = [producer.send(m.topic, m.value, m.key, list(m.headers), m.partition) for m in by_place]
            for future in futures:
                future.get(max(0.0, deadline - time.monotonic()))
        except BaseException as error:
            self._failed = True
            self.close()
            if isinstance(error, Exception):
                raise PublishFailed(f"{relay}: the batch of {len(messages)} messages may not be on Kafka: {error!r}") from error
            raise

    def close(self) -> None:
        """Return at once; a producer that still holds messages is forbidden to send them, in a thread of its own."""
        producer, self._producer = self._producer, None
        if producer is not None:
            threading.Thread(target=_discard, args=(producer,), name="discard-producer", daemon=True).start()

    def _open(self) -> kafka.KafkaProducer:
        if self._producer is None:
            self._producer = self._clients.make(
                kafka.KafkaProducer,
                enable_idempotence=True,
                acks="all",
                compression_type="lz4",
                batch_size=1_000_000,
                # Waiting for more would cost the single event 5 ms. (`flush` ends the wait, but fails when the client splits a batch.)
                linger_ms=0,
                # A batch that the client gives up after a retry leaves it mute: it never gives up, we do.
                delivery_timeout_ms=2**31 - 1,
                max_block_ms=int(self._clients.answer_seconds * 1000),
                allow_auto_create_topics=False,
            )
        return self._producer


def _place(message: Outgoing) -> tuple[str, int]:
    return message.topic, message.partition


def _discard(producer: kafka.KafkaProducer) -> None:
    """Close a producer without a word more to the broker.

    Its own `close` flushes first and gives up when that fails, with the sender alive and sending on, so the sender is ended before.
    """
    producer._sender.force_close()
    producer._sender.wakeup()
    try:
        producer.close(timeout=30)
    except KafkaError as error:
        log.info("a discarded producer did not close well: %r", error)
