"""Bulk appends: chunks of at most 2,000 events, each its own transaction, resumable by job and chunk.

One long transaction would hold back every reader of the log for as long as it lasts.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import orjson

from shared.events.envelope import Envelope
from shared.store.database import Database, Transaction
from shared.store.log import meta_of

CHUNK = 2000
_COPIED = "id, stream, version, type, subject, effective, recorded, data, meta"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy_line(one: Envelope) -> str:
    meta = orjson.dumps(meta_of(one)).decode()
    values = (one.id, one.stream, str(one.version), one.type, one.subject, one.effective.isoformat(), one.recorded.isoformat())
    return "\t".join(_escaped(value) for value in (*values, one.data.decode(), meta)) + "\n"


def append_chunk(tx: Transaction, envelopes: Sequence[Envelope]) -> None:
    """COPY into a staging table (COPY into a table with row-level security is refused), then INSERT … SELECT with the commit."""
    if len(envelopes) > CHUNK:
        raise ValueError(f"expected at most {CHUNK} events in a chunk, found {len(envelopes)}")
    for one in envelopes:
        tx.expected.setdefault(one.stream, one.version - 1)
    tx.execute(
        "create temporary table if not exists staged (n integer generated always as identity, id uuid, stream text, version integer,"
        " type text,"
        " subject text, effective timestamptz, recorded timestamptz, data json, meta json) on commit delete rows"
    )
    with tx.connection.cursor() as cursor:
        cursor.copy_expert(f"copy staged ({_COPIED}) from stdin", io.StringIO("".join(map(_copy_line, envelopes))))
    tx.at_end(
        "insert into events (id, agency, stream, version, type, subject, effective, recorded, data, meta)"
        " select id, %s, stream, version, type, subject, effective, recorded, data, meta from staged order by n",
        (tx.agency_id,),
    )


def chunk_done(tx: Transaction, job: str, chunk: int) -> bool:
    """Whether this chunk of the job was committed before."""
    row = tx.execute("select 1 from jobs where agency = %s and job = %s and chunk = %s", (tx.agency_id, job, chunk)).fetchone()
    return row is not None


def mark_chunk(tx: Transaction, job: str, chunk: int, events: int) -> None:
    """Note with the commit that the chunk is done."""
    tx.at_end(
        "insert into jobs (agency, job, chunk, events, recorded) values (%s, %s, %s, %s, %s)", (tx.agency_id, job, chunk, events, tx.now)
    )


def append_all(database: Database, agency: str, now: datetime, job: str, envelopes: Sequence[Envelope]) -> int:
    """Append in chunks; those that an earlier, interrupted call committed are passed over. Returns how many events were appended now."""
    appended = 0
    for number, start in enumerate(range(0, len(envelopes), CHUNK)):
        part = envelopes[start : start + CHUNK]
        with database.transaction(agency, now) as tx:
            if not chunk_done(tx, job, number):
                append_chunk(tx, part)
                mark_chunk(tx, job, number, len(part))
                appended += len(part)
    return appended
