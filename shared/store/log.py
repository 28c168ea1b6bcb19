"""The log: append, and the four ways to read it: by stream, by subject, as of a moment, and in order of position."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from shared.events.codec import loads
from shared.events.envelope import Envelope
from shared.store.database import AgencyBook, Transaction, outright
from shared.store.horizon import horizon

COLUMNS = "position, id::text, agency, stream, version, type, subject, effective, recorded, data::text, meta::text"
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def meta_of(envelope: Envelope) -> dict[str, Any]:
    """The part of the envelope that has no column of its own."""
    found = {"actor": envelope.actor, "correlation": envelope.correlation, "hops": envelope.hops}
    if envelope.causation:
        found["causation"] = envelope.causation
    if envelope.traceparent:
        found["traceparent"] = envelope.traceparent
    return found


_INSERT = "insert into events (id, agency, stream, version, type, subject, effective, recorded, data, meta) values "


def append(tx: Transaction, envelopes: Sequence[Envelope]) -> None:
    """Queue the insert so that it travels with COMMIT. A version that exists by then makes the transaction fail with Conflict."""
    if not envelopes:
        return
    params: list[Any] = []
    for one in envelopes:
        params += [one.id, tx.agency_id, one.stream, one.version, one.type, one.subject, one.effective, one.recorded]
        params += [one.data.decode(), orjson.dumps(meta_of(one)).decode()]
        tx.expected.setdefault(one.stream, one.version - 1)
        tx.pending.setdefault(one.stream, []).append(one)
        tx.pending_about.setdefault(one.subject, []).append(one)
    tx.at_end_rows(_INSERT, _ROW, params, len(envelopes))


def forget_pending(tx: Transaction, subjects: Iterable[str]) -> None:
    """Give up what a transaction that will have no effect would have appended about these subjects, of which nobody asks any more."""
    for subject in subjects:
        for one in tx.pending_about.pop(subject, ()):
            tx.pending.pop(one.stream, None)
            tx.streams.pop(one.stream, None)
            tx.expected.pop(one.stream, None)
    tx.folded = {key: state for key, state in tx.folded.items() if key[1] in tx.pending}
    tx.drop_rows(_INSERT)


def envelope_of(row: Sequence[Any], agency: str) -> Envelope:
    position, id_, _, stream, version, type_, subject, effective, recorded, data, meta = row
    said = loads(meta)
    return Envelope(
        id_,
        type_,
        agency,
        subject,
        stream,
        version,
        effective,
        recorded,
        said["actor"],
        said["correlation"],
        said.get("causation"),
        said["hops"],
        said.get("traceparent"),
        position,
        data.encode(),
    )


def read_ahead(tx: Transaction, subjects: Sequence[str], streams: Sequence[str] = ()) -> None:
    """Read everything about these subjects, and these streams, in one statement; this transaction's later reads of them find it.

    They see the moment of this read, and what the transaction appends. Lock first what may change meanwhile, or let the append find it.
    """
    wanted = {name: list(values) for name, values in (("subject", subjects), ("stream", streams)) if values}
    tests = " or ".join(f"{name} = any(%({name})s)" for name in wanted)
    sql = f"select {COLUMNS} from events where agency = %(agency)s and ({tests}) order by position"
    rows = tx.execute(sql, {**wanted, "agency": tx.agency_id}).fetchall() if wanted else []
    tx.ahead = Ahead(tx.agency, frozenset(subjects), frozenset(streams), rows)
    forget_streams(tx)


def rows_about(tx: Transaction, subjects: Collection[str], types: Sequence[str]) -> list[tuple[Any, ...]]:
    """The stored events of these types about any of the subjects, as rows in order of position, in one statement."""
    sql = f"select {COLUMNS} from events where agency = %s and subject = any(%s) and type = any(%s) order by position"
    return tx.execute(sql, (tx.agency_id, sorted(subjects), list(types))).fetchall()


class Ahead:
    """What was read ahead: the rows of the events of all subjects and streams, in order of position. A stream has one subject."""

    def __init__(self, agency: str, subjects: frozenset[str], streams: frozenset[str], rows: Sequence[Sequence[Any]]) -> None:
        self.agency, self.subjects, self.rows = agency, subjects, rows
        self._streams = streams
        self._of_stream: dict[str, list[Sequence[Any]]] = {}
        for row in rows:
            self._of_stream.setdefault(row[3], []).append(row)
        self._read: dict[str, list[Envelope]] = {}

    def has(self, stream: str, subject: str | None) -> bool:
        """Whether the stream was read, or would have been if it were there: `subject` is its subject, where that is known."""
        return stream in self._streams or stream in self._of_stream or subject in self.subjects

    def about(self, subjects: Container[str]) -> Iterator[Sequence[Any]]:
        """The rows about these of the subjects."""
        return (row for row in self.rows if row[6] in subjects)

    def stream(self, name: str) -> list[Envelope]:
        """Its events, none for a stream that was not there (or is of another subject)."""
        if name not in self._read:
            self._read[name] = [envelope_of(row, self.agency) for row in self._of_stream.get(name, ())]
        return self._read[name]


def read_stream(tx: Transaction, stream: str, *, subject: str | None = None, as_of: datetime | None = None) -> list[Envelope]:
    """The stream from its beginning, with what this transaction is about to append; `as_of` keeps what was recorded by then.

    It is read once in a transaction: a writer who comes after that is found at COMMIT, as Conflict. Who waits for a lock in between, so
    that nobody writes any more, forgets what was read before (:func:`forget_streams`). `subject`, where the caller knows the stream's:
    what was read ahead about it needs no reading.
    """
    stored = _stored(tx, stream, subject)
    # What was flushed before the stream was read stands in both.
    found = [*stored, *(one for one in tx.pending.get(stream, ()) if one.version > len(stored))]
    return found if as_of is None else [one for one in found if one.recorded <= as_of]


def _stored(tx: Transaction, stream: str, subject: str | None) -> list[Envelope]:
    if tx.ahead is not None and tx.ahead.has(stream, subject):
        return tx.ahead.stream(stream)
    if stream not in tx.streams:
        sql = f"select {COLUMNS} from events where agency = %s and stream = %s order by version"
        rows = tx.execute(sql, (tx.agency_id, stream)).fetchall()
        tx.streams[stream] = [envelope_of(row, tx.agency) for row in rows]
    return tx.streams[stream]


def forget_streams(tx: Transaction) -> None:
    """Read streams anew from here on."""
    tx.streams.clear()


def read_subject(
    tx: Transaction,
    subject: str,
    *,
    types: Sequence[str] | None = None,
    base: str | None = None,
    effective_by: datetime | None = None,
    as_of: datetime | None = None,
) -> list[Envelope]:
    """Everything about a subject in order of position. `base`: every version of one type (``merit.ledger.Added``).

    `effective_by`: what holds by then; `as_of`: what was recorded by then.
    """
    rows = tx.execute(
        f"select {COLUMNS} from events where agency = %(agency)s and subject = %(subject)s"
        " and (%(types)s::text[] is null or type = any(%(types)s)) and (%(base)s::text is null or type like %(base)s)"
        " and (%(effective)s::timestamptz is null or effective <= %(effective)s)"
        " and (%(as_of)s::timestamptz is null or recorded <= %(as_of)s) order by position",
        {
            "agency": tx.agency_id,
            "subject": subject,
            "types": list(types) if types else None,
            "base": f"{base}.v%" if base else None,
            "effective": effective_by,
            "as_of": as_of,
        },
    ).fetchall()
    pending = tx.pending_about.get(subject, ())
    waiting = [one for one in pending if (not types or one.type in types) and (base is None or is_of(one, base))]
    return [envelope_of(row, tx.agency) for row in rows] + waiting


def is_of(envelope: Envelope, base: str) -> bool:
    """Whether it is of this type in any version (``merit.ledger.Added``)."""
    return envelope.type.rpartition(".v")[0] == base


def read_log(
    connection: Any, agencies: AgencyBook, after: int, most: int, *, up_to: int | None = None, agency: int | None = None
) -> tuple[list[Envelope], int]:
    """At most `most` events after a position, never past the horizon, in order of position.

    Returns them and the position up to which all is known: the last event's, or the horizon when that is everything.
    `connection` is in autocommit mode and belongs to a role that may read the log of all agencies (or of `agency`, when given).
    """
    limit = horizon(connection, after) if up_to is None else up_to
    if limit <= after:
        return [], after
    if agency is None:
        # So many positions hold at most so many events: with a bare LIMIT, and statistics that lag behind a log that grows, the planner
        # reads and sorts all the rest of the log for each batch.
        limit = min(limit, after + most)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {COLUMNS} from events where position > %s and position <= %s and (%s::int is null or agency = %s)"
            " order by position limit %s",
            (after, limit, agency, agency, most),
        )
        rows = cursor.fetchall()
    envelopes = [envelope_of(row, agencies.by_id(row[2], outright(connection)).code) for row in rows]
    return envelopes, (envelopes[-1].sequence if len(envelopes) == most else limit)


def last_position(connection: Any) -> int:
    """The last position drawn, committed or not."""
    with connection.cursor() as cursor:
        cursor.execute("select case when is_called then last_value else 0 end from events_position_seq")
        return cursor.fetchone()[0]
