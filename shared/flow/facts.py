"""Facts: what the service heard, kept in its own database, as the source of decisions, explanations and rebuilds.

What it only tells of (``Heard.told``) lies in a table of its own. Where such a type is read both are looked into, since a release that did
not keep it apart may have written to the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson

from shared.events.envelope import Envelope
from shared.events.registry import split_type
from shared.store.database import Transaction
from shared.store.log import envelope_of, meta_of

_COLUMNS = "sequence, id::text, agency, stream, version, type, subject, effective, recorded, data::text, meta::text"
_KEPT = "id, topic, partition, sequence, stream, version, type, subject, effective, recorded, data, meta"
FACTS, TOLD = "facts", "told_facts"


class Place(NamedTuple):
    """Where on the bus a message stood."""

    topic: str
    partition: int
    offset: int


def keep(tx: Transaction, heard: Sequence[tuple[Place, Envelope]], told: Collection[str] = ()) -> None:
    """Insert facts of the transaction's agency; one that is there already stays. Those of the types `told` are kept apart."""
    apart, others = [], []
    for each in heard:
        (apart if split_type(each[1].type)[0] in told else others).append(each)
    _insert(tx, FACTS, others)
    _insert(tx, TOLD, apart)


def _insert(tx: Transaction, table: str, heard: Sequence[tuple[Place, Envelope]]) -> None:
    if not heard:
        return
    sent = [
        {
            "id": one.id,
            "topic": place.topic,
            "partition": place.partition,
            "sequence": one.sequence,
            "stream": one.stream,
            "version": one.version,
            "type": one.type,
            "subject": one.subject,
            "effective": one.effective,
            "recorded": one.recorded,
            "data": orjson.Fragment(one.data),
            "meta": meta_of(one),
        }
        for place, one in heard
    ]
    # As one JSON text: thousands of values of their own would cost more than everything else that a batch does.
    tx.before_next(
        f"insert into {table} (agency, {_KEPT}) select %s, {_KEPT} from json_populate_recordset(null::{table}, %s) on conflict do nothing",
        (tx.agency_id, orjson.dumps(sent).decode()),
    )


def about(tx: Transaction, subject: str, base: str, told: Collection[str] = ()) -> list[Envelope]:
    """Facts about a subject, of any version of one type (``merit.appraisal.TargetSet``)."""
    found: list[Envelope] = []
    for table in (FACTS, TOLD) if base in told else (FACTS,):
        sql = f"select {_COLUMNS} from {table} where agency = %s and subject = %s and type like %s"
        found += (envelope_of(row, tx.agency) for row in tx.execute(sql, (tx.agency_id, subject, f"{base}.v%")).fetchall())
    return found


def rows_about(tx: Transaction, subjects: Sequence[str], types: Sequence[str], told: Collection[str] = ()) -> list[tuple[Any, ...]]:
    """Rows of the facts of these types (``merit.appraisal.TargetSet.v1``) about any of the subjects, in one statement."""
    wanted = f"select {_COLUMNS} from {{}} where agency = %s and subject = any(%s) and type = any(%s)"
    params = (tx.agency_id, list(subjects), list(types))
    if not any(split_type(type_)[0] in told for type_ in types):
        return tx.execute(wanted.format(FACTS), params).fetchall()
    return tx.execute(f"{wanted.format(FACTS)} union all {wanted.format(TOLD)}", (*params, *params)).fetchall()


def in_order(tx: Transaction, topic: str, partition: int, after: int, before: int, most: int) -> list[tuple[int, Envelope]]:
    """The agency's facts of one partition with ``after`` ≤ sequence < ``before``, in the order of their sequences."""
    found = tx.execute(
        f"select {_COLUMNS} from facts where agency = %s and topic = %s and partition = %s and sequence >= %s and sequence < %s"
        " order by sequence limit %s",
        (tx.agency_id, topic, partition, after, before, most),
    ).fetchall()
    return [(row[0], envelope_of(row, tx.agency)) for row in found]
