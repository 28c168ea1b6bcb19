"""Parked messages: what could not be applied, kept whole with its error, and what waits behind it; everything else goes on."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.bus.protocol import Incoming
from shared.store.database import Transaction

RETRY, DROP = "retry", "drop"


@dataclass(frozen=True)
class Wanted:
    """A parked message, and what an operator asked to do with it."""

    message: Incoming
    what: str


def keys_waiting(tx: Transaction, consumer: str, messages: Sequence[Incoming]) -> set[tuple[str, bytes]]:
    """Which (topic, key) of these have something parked already."""
    found = tx.execute(
        "select distinct topic, key from parked where consumer = %s and key = any(%s)",
        (consumer, [message.key.decode(errors="replace") for message in messages]),
    ).fetchall()
    return {(topic, key.encode()) for topic, key in found}


def park(tx: Transaction, consumer: str, message: Incoming, type_: str, error: str) -> None:
    """Keep the message; parking it again changes nothing."""
    headers = orjson.dumps([[name, base64.b64encode(value).decode()] for name, value in message.headers]).decode()
    tx.execute(
        'insert into parked (consumer, topic, partition, "offset", key, type, headers, value, error, parked_at)'
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            consumer,
            message.topic,
            message.partition,
            message.offset,
            message.key.decode(errors="replace"),
            type_,
            headers,
            message.value,
            error[:4000],
            tx.now,
        ),
    )


def _message(row: Sequence[Any]) -> Incoming:
    topic, partition, offset, key, headers, value = row
    pairs = tuple((name, base64.b64decode(raw)) for name, raw in headers)
    return Incoming(topic, partition, offset, key.encode(), pairs, bytes(value))


def wanted(tx: Transaction, consumer: str, partitions: Sequence[int]) -> list[Wanted]:
    """Messages in these partitions that an operator asked to retry or drop, in order."""
    rows = tx.execute(
        'select topic, partition, "offset", key, headers, value, wanted from parked'
        ' where consumer = %s and partition = any(%s) and wanted is not null order by topic, partition, "offset" limit 200',
        (consumer, list(partitions)),
    ).fetchall()
    return [Wanted(_message(row[:6]), row[6]) for row in rows]


def is_first(tx: Transaction, consumer: str, message: Incoming) -> bool:
    """Whether the message is parked, and none of its key is parked before it."""
    row = tx.execute(
        'select partition, "offset" from parked where consumer = %s and topic = %s and key = %s order by "offset" limit 1',
        (consumer, message.topic, message.key.decode(errors="replace")),
    ).fetchone()
    return row == (message.partition, message.offset)


def release_next(tx: Transaction, consumer: str, message: Incoming) -> Wanted | None:
    """After a message is out of the way: let the next of its key, which only waited behind it, be retried."""
    rows = tx.execute(
        'update parked set wanted = %(retry)s where (consumer, topic, partition, "offset") = ('
        ' select consumer, topic, partition, "offset" from parked where consumer = %(consumer)s and topic = %(topic)s and key = %(key)s'
        ' order by "offset" limit 1) returning topic, partition, "offset", key, headers, value',
        {"retry": RETRY, "consumer": consumer, "topic": message.topic, "key": message.key.decode(errors="replace")},
    ).fetchall()
    return Wanted(_message(rows[0]), RETRY) if rows else None


def remove(tx: Transaction, consumer: str, message: Incoming) -> None:
    tx.execute(
        'delete from parked where consumer = %s and topic = %s and partition = %s and "offset" = %s',
        (consumer, message.topic, message.partition, message.offset),
    )


def failed_again(tx: Transaction, consumer: str, message: Incoming, error: str) -> None:
    tx.execute(
        "update parked set tries = tries + 1, wanted = null, error = %s"
        ' where consumer = %s and topic = %s and partition = %s and "offset" = %s',
        (error[:4000], consumer, message.topic, message.partition, message.offset),
    )


def listed(tx: Transaction, consumer: str) -> list[dict[str, Any]]:
    """What an operator sees: no payload, which may be restricted."""
    rows = tx.execute(
        'select topic, partition, "offset", key, type, error, tries, wanted, parked_at from parked where consumer = %s'
        ' order by topic, partition, "offset"',
        (consumer,),
    ).fetchall()
    names = ("topic", "partition", "offset", "key", "type", "error", "tries", "wanted", "parked_at")
    return [dict(zip(names, row, strict=True)) for row in rows]


def ask(tx: Transaction, consumer: str, what: str, topic: str, key: str) -> int:
    """Ask the worker that holds the partition to `retry` or `drop` what is parked first of a key: the one that could not be applied.

    What waits behind it is then retried in order, until one fails again. Returns how many messages of the key are parked.
    """
    if what not in (RETRY, DROP):
        raise ValueError(f"expected {RETRY} or {DROP}, found {what!r}")
    tx.execute(
        'update parked set wanted = %(what)s where (consumer, topic, partition, "offset") = ('
        ' select consumer, topic, partition, "offset" from parked where consumer = %(consumer)s and topic = %(topic)s and key = %(key)s'
        ' order by "offset" limit 1)',
        {"what": what, "consumer": consumer, "topic": topic, "key": key},
    )
    return tx.execute("select count(*) from parked where consumer = %s and topic = %s and key = %s", (consumer, topic, key)).fetchone()[0]
