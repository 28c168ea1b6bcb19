"""Facts: what the service heard, kept in its own database, as the source of decisions, explanations and rebuilds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.events.envelope import Envelope
from shared.store.database import Transaction
from shared.store.log import envelope_of, meta_of

_COLUMNS = "sequence, id, agency, stream, version, type, subject, effective, recorded, data::text, meta::text"


@dataclass(frozen=True)
class Place:
    """Where on the bus a message stood."""

    topic: str
    partition: int
    offset: int


def keep(tx: Transaction, heard: Sequence[tuple[Place, Envelope]]) -> None:
    """Insert facts of the transaction's agency; one that is there already stays."""
    if not heard:
        return
    params: list[Any] = []
    for place, one in heard:
        params += [tx.agency_id, one.id, place.topic, place.partition, one.sequence, one.stream, one.version, one.type, one.subject]
        params += [one.effective, one.recorded, one.data.decode(), orjson.dumps(meta_of(one)).decode()]
    row = "(" + ", ".join(["%s"] * 13) + ")"
    tx.execute(
        "insert into facts (agency, id, topic, partition, sequence, stream, version, type, subject, effective, recorded, data, meta)"
        f" values {', '.join([row] * len(heard))} on conflict do nothing",
        params,
    )


def about(tx: Transaction, subject: str, base: str) -> list[Envelope]:
    """Facts about a subject, of any version of one type (``merit.appraisal.TargetSet``)."""
    found = tx.execute(
        f"select {_COLUMNS} from facts where agency = %s and subject = %s and type like %s", (tx.agency_id, subject, f"{base}.v%")
    ).fetchall()
    return [envelope_of(row, tx.agency) for row in found]


def in_order(tx: Transaction, topic: str, partition: int, after: int, before: int, most: int) -> list[tuple[int, Envelope]]:
    """The agency's facts of one partition with ``after`` ≤ sequence < ``before``, in the order of their sequences."""
    found = tx.execute(
        f"select {_COLUMNS} from facts where agency = %s and topic = %s and partition = %s and sequence >= %s and sequence < %s"
        " order by sequence limit %s",
        (tx.agency_id, topic, partition, after, before, most),
    ).fetchall()
    return [(row[0], envelope_of(row, tx.agency)) for row in found]
