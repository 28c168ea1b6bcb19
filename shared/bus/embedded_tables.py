"""What the embedded bus keeps in its database: the tables, and how headers and checkpoints are written in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from shared.bus.protocol import TopicPartition

SCHEMA = """
CREATE TABLE IF NOT EXISTS bus (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid());
CREATE TABLE IF NOT EXISTS topics (
    name text PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    partitions int NOT NULL CHECK (partitions > 0));
-- Every publish updates its partitions' rows: room in the page keeps these updates out of the index.
CREATE TABLE IF NOT EXISTS partitions (
    topic uuid REFERENCES topics (id) ON DELETE CASCADE,
    partition int,
    next_offset bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)) WITH (fillfactor = 50);
-- No reference to partitions: an insert here would lock the partition's row.
CREATE TABLE IF NOT EXISTS messages (
    topic uuid,
    partition int,
    "offset" bigint,
    key bytea NOT NULL,
    headers json NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (topic, partition, "offset"));
CREATE TABLE IF NOT EXISTS relay_marks (
    relay text PRIMARY KEY,
    position bigint NOT NULL,
    sent jsonb NOT NULL) WITH (fillfactor = 50);
INSERT INTO bus DEFAULT VALUES ON CONFLICT DO NOTHING
"""
SCHEMA_LOCK = 0x6D657269745F6275  # "merit_bu": processes that start together must not make the tables at once
CHANNEL = "merit_bus"  # of the notices that wake readers


def headers_to_text(headers: Sequence[tuple[str, bytes]]) -> str:
    """Headers as JSON, readable for an operator: each byte of a value as the character of its number, so that nothing is lost."""
    return orjson.dumps([(name, value.decode("latin-1")) for name, value in headers]).decode()


def headers_from_text(text: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode("latin-1")) for name, value in orjson.loads(text))


def sent_to_text(sent: Mapping[TopicPartition, int]) -> str:
    """The sequences of a relay's checkpoint as JSON: topic, partition, sequence."""
    topics: dict[str, dict[str, int]] = {}
    for at, sequence in sent.items():
        topics.setdefault(at.topic, {})[str(at.partition)] = sequence
    return orjson.dumps(topics).decode()


def sent_from_text(text: str) -> dict[TopicPartition, int]:
    return {
        TopicPartition(topic, int(partition)): sequence
        for topic, partitions in orjson.loads(text).items()
        for partition, sequence in partitions.items()
    }
