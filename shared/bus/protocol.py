"""The bus's protocol: what a relay and a consumer may ask of it. Two adapters speak it, `embedded` and `kafka`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class Outgoing(NamedTuple):
    """A message on its way to the bus. The partition is chosen by the sender (`partitioner.partition_of`), never by the bus."""

    topic: str
    partition: int
    key: bytes
    headers: Sequence[tuple[str, bytes]]
    value: bytes


class Incoming(NamedTuple):
    """A message as the bus hands it out; `offset` is its place in the partition, counted from 0."""

    topic: str
    partition: int
    offset: int
    key: bytes
    headers: Sequence[tuple[str, bytes]]
    value: bytes


@dataclass(frozen=True)
class RelayCheckpoint:
    """How far a relay has come: the store's position, and per topic and partition the sequence it sent there last."""

    position: int
    sent: Mapping[TopicPartition, int]


class PublishFailed(Exception):
    """Some message of the batch may not have arrived. The publisher is useless from here on: close it, make a new one, resend."""


class RelayFenced(Exception):
    """Another relay of the same name has moved on meanwhile; this one must stop and start over from the stored checkpoint."""


class BusUnavailable(Exception):
    """The bus cannot be reached now; try again later."""


class Publisher(Protocol):
    """Used by one thread of one process; made after any fork."""

    def checkpoint(self, relay: str) -> RelayCheckpoint | None:
        """The checkpoint that the bus itself keeps for this relay, or None where it keeps none (Kafka)."""

    def publish(self, messages: Sequence[Outgoing], relay: str, before: RelayCheckpoint, after: RelayCheckpoint) -> None:
        """Return when every message is stored by the bus, in the given order per partition.

        A bus that keeps checkpoints moves the relay's from `before.position` to `after` in the same transaction and raises
        RelayFenced when it is not at `before.position`. Raises PublishFailed for everything else that leaves a doubt.
        """

    def close(self) -> None: ...


class Consumer(Protocol):
    """Reads assigned partitions from given offsets; knows no groups. Used by one thread."""

    def assign(self, starts: Mapping[TopicPartition, int]) -> None:
        """Read exactly these partitions, each from its offset. Replaces the assignment before; keeps nothing of it."""

    def poll(self, seconds: float, most: int) -> list[Incoming]:
        """Up to `most` messages, in offset order per partition; empty after `seconds` without any. Raises BusUnavailable."""

    def seek(self, at: TopicPartition, offset: int) -> None: ...

    def report(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell the bus's own monitoring how far `consumer` has come. Never read back; failures are swallowed and logged."""

    def close(self) -> None: ...


class Bus(Protocol):
    """One connection recipe; cheap to make, holds no socket until asked. Safe to make before a fork, not to use across it."""

    partitions: int
    """Partitions of every internal topic, fixed for ever (24 on Kafka, 8 embedded)."""

    def identity(self) -> str:
        """The cluster's own id; a checkpoint made against another cluster does not count."""

    def ensure_topics(self, topics: Sequence[str]) -> None:
        """Make the missing ones, with `partitions` partitions, kept for ever, never compacted, broker's time stamps."""

    def topic_identities(self, topics: Sequence[str]) -> Mapping[str, str]:
        """Each existing topic's own id (a topic deleted and made again has another). Missing topics are left out."""

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The offset that the next message of each partition will get. Missing topics are left out."""

    def last_sequences(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The highest `ce_sequence` found in each non-empty partition's last message."""

    def publisher(self) -> Publisher: ...

    def consumer(self) -> Consumer: ...
