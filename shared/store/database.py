"""One service's database: a pool of connections, and transactions that belong to one agency."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2
import psycopg2.errors
import psycopg2.extensions
from psycopg2 import errorcodes
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from shared.kernel.calendar import Zone
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable, TooSlow, UnknownAgency

psycopg2.extensions.register_type(psycopg2.extensions.new_array_type((2951,), "UUID[]", psycopg2.STRING))

SESSION = "-c idle_in_transaction_session_timeout=5000 -c timezone=UTC -c client_min_messages=warning"
"""A transaction left idle for 5 s is ended, so that a hung process cannot hold back the readers of the log."""


def normalised(url: str) -> str:
    """A URL as SQLAlchemy 2.1 needs it to choose psycopg2."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg2://" + url.removeprefix(prefix)
    return url


def connect(url: str, application: str) -> psycopg2.extensions.connection:
    """One direct session in autocommit mode, for those who hold session locks (the relay)."""
    try:
        connection = psycopg2.connect(url.replace("+psycopg2", ""), application_name=application, options=SESSION, connect_timeout=5)
    except psycopg2.OperationalError as away:
        raise StoreUnavailable(str(away).strip()) from away
    connection.autocommit = True
    return connection


Execute = Callable[[str, Any], Any]
"""Runs one statement and gives the cursor."""


@dataclass(frozen=True)
class Agency:
    id: int
    code: str
    zone: Zone


class _Rows(NamedTuple):
    """Rows that one ``insert … values`` will bring, after those `before` them: adding to many copies none."""

    insert: str
    values: bytes
    before: _Rows | None

    def statement(self) -> bytes:
        found, one = [], self
        while one is not None:
            found.append(one.values)
            one = one.before
        return self.insert.encode() + b", ".join(reversed(found))


class Transaction:
    """A running transaction. The agency set in it decides which rows exist for it (row-level security).

    BEGIN and the setting of the agency travel in front of the first statement, appends in front of COMMIT, so that a command costs
    two messages: load, and append with commit.
    """

    def __init__(
        self, connection: Any, now: datetime, agencies: AgencyBook, renew: Callable[[], Any] | None = None, until: float | None = None
    ) -> None:
        """`renew` gives another connection where this one turns out to be dead before anything was sent over it.

        `until`: the moment of ``time.monotonic`` after which no statement begins any more (TooSlow).
        """
        self.connection, self.now, self.agencies, self._renew, self._until = connection, now, agencies, renew, until
        self._first: list[bytes] = [b"begin"]
        self._agency_row: Agency | None = None
        self._waiting = False
        self.memo: dict[str, Any] = {}
        self.queued = 0
        """How often something was queued or kept: whether a piece of work had an effect so far."""
        self.began = False
        self.last: list[bytes | _Rows] = []
        self.ahead: Any = None
        """What was read ahead (:class:`shared.store.log.Ahead`)."""
        self.streams: dict[str, Any] = {}
        """What was read of streams (:func:`shared.store.log.read_stream`)."""
        self.folded: dict[tuple[str, str], Any] = {}
        """The states that were folded from streams (:mod:`shared.store.commands`)."""
        self.pending: dict[str, list[Any]] = {}
        self.pending_about: dict[str, list[Any]] = {}
        """What will be appended, by stream and by subject."""
        self.expected: dict[str, int] = {}

    @property
    def agency(self) -> str:
        return self._agency.code

    @property
    def agency_id(self) -> int:
        return self._agency.id

    @property
    def zone(self) -> Zone:
        return self._agency.zone

    @property
    def _agency(self) -> Agency:
        if self._agency_row is None:
            raise RuntimeError("expected a transaction of one agency; call enter_agency first")
        return self._agency_row

    def enter_agency(self, code: str) -> None:
        """Switch to an agency for what follows. UnknownAgency when this deployment does not serve it."""
        self._agency_row = self.agencies.find(code, self.execute)
        self._first.append(b"set local app.agency = '%d'" % self._agency_row.id)

    def execute(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> psycopg2.extensions.cursor:
        """Run one statement now. TooSlow when the transaction has taken its time already."""
        if self._until is not None and time.monotonic() > self._until:
            raise TooSlow("expected the transaction to end before its caller gives up, found it still at work")
        cursor = self.connection.cursor()
        if not self._first:
            cursor.execute(sql, params)
            return cursor
        return self._send([*self._first, cursor.mogrify(sql, params)])

    def _send(self, statements: list[bytes]) -> psycopg2.extensions.cursor:
        """Send statements in one message; the cursor holds the result of the last."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(b"; ".join(statements))
        except psycopg2.Error as error:
            if self.began or self._renew is None or not _lost(error):
                self.began = True  # BEGIN came through before what failed behind it, so there is something to roll back
                raise
            self.connection, self._renew = self._renew(), None
            cursor = self.connection.cursor()
            cursor.execute(b"; ".join(statements))
        self.began, self._first = True, []
        return cursor

    def before_next(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """Send this statement in one message with the one that comes next; its trouble shows there."""
        self.queued += 1
        with self.connection.cursor() as cursor:
            self._first.append(cursor.mogrify(sql, params))
        self._waiting = True

    def repeatable(self) -> None:
        """What this transaction does can be done again from its source, so COMMIT need not wait for the disk.

        Commits reach the disk in their order: whatever rests on this one and is itself waited for takes this one along.
        """
        self._first.append(b"set local synchronous_commit = off")

    def at_end(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """Send this statement in one message with COMMIT, after everything else."""
        self.queued += 1
        with self.connection.cursor() as cursor:
            self.last.append(cursor.mogrify(sql, params))

    def at_end_rows(self, insert: str, row: str, params: Sequence[Any], count: int) -> None:
        """As :meth:`at_end`, for `count` more rows of one ``insert … values``: what follows each other becomes one statement."""
        self.queued += 1
        with self.connection.cursor() as cursor:
            values = cursor.mogrify(", ".join([row] * count), params)
        if self.last and isinstance(before := self.last[-1], _Rows) and before.insert == insert:
            self.last[-1] = _Rows(insert, values, before)
        else:
            self.last.append(_Rows(insert, values, None))

    def drop_rows(self, insert: str) -> None:
        """Give up the rows of this insert that wait for the end, in a transaction that will have no effect."""
        self.last = [one for one in self.last if not (isinstance(one, _Rows) and one.insert == insert)]

    def _waited(self) -> list[bytes]:
        statements, self.last = self.last, []
        return [one.statement() if isinstance(one, _Rows) else one for one in statements]

    def flush(self) -> None:
        """Send what waits for the end now, where a later statement needs to see it."""
        if self.last:
            self._send([*self._first, *self._waited()])

    def commit(self) -> None:
        """End it. CommitUnknown when the connection is lost on the way; nothing at all is sent where nothing was done."""
        if not (self.began or self.last or self._waiting):
            return
        statements = [*self._first, *self._waited(), b"commit"]
        try:
            with self.connection.cursor() as cursor:
                self.began = True
                cursor.execute(b"; ".join(statements))
        except psycopg2.Error as error:
            if _lost(error):
                raise CommitUnknown(str(error).strip()) from error
            raise

    @contextmanager
    def tried(self) -> Iterator[None]:
        """What is done within has no effect once it ends, whatever ends it; what waited for COMMIT before still waits."""
        last, expected, streams = list(self.last), dict(self.expected), dict(self.streams)
        pending, about = ({name: list(events) for name, events in those.items()} for those in (self.pending, self.pending_about))
        self.execute("savepoint tried")
        try:
            yield
        finally:
            self.last, self.pending, self.pending_about, self.expected, self._first = last, pending, about, expected, []
            self.streams = streams
            self.execute("rollback to savepoint tried; release savepoint tried")

    def savepoint(self, name: str) -> None:
        self.execute(f"savepoint {name}")

    def rollback_to(self, name: str) -> None:
        self.last.clear()
        self.pending.clear()
        self.pending_about.clear()
        self.expected.clear()
        self.streams.clear()
        self._first.clear()
        self.execute(f"rollback to savepoint {name}")


class AgencyBook:
    """The agencies of this database, read once and again when an unknown one is asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Agency] = {}

    def find(self, code: str, execute: Execute) -> Agency:
        """The agency with this code. UnknownAgency when there is none."""
        if code not in self._known:
            self._read(execute)
        if code not in self._known:
            raise UnknownAgency(code)
        return self._known[code]

    def by_id(self, id_: int, execute: Execute) -> Agency:
        """The agency with this number, which stands in a row of this database."""
        for attempt in (1, 2):
            for agency in self._known.values():
                if agency.id == id_:
                    return agency
            if attempt == 1:
                self._read(execute)
        raise UnknownAgency(str(id_))

    def _read(self, execute: Execute) -> None:
        for id_, found, zone in execute("select id, code, zone from agencies", None).fetchall():
            self._known[found] = Agency(id_, found, Zone(zone))


def outright(connection: Any) -> Execute:
    """Statements on a session in autocommit mode, each its own transaction."""

    def execute(sql: str, params: Any = None) -> Any:
        cursor = connection.cursor()
        cursor.execute(sql, params)
        return cursor

    return execute


def _lost(error: psycopg2.Error) -> bool:
    return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError) and error.pgcode in (
        None,
        errorcodes.ADMIN_SHUTDOWN,
        errorcodes.CRASH_SHUTDOWN,
        errorcodes.CANNOT_CONNECT_NOW,
        errorcodes.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    )


class Database:
    """A pool over one URL. Made before or after a fork alike: it connects when it is first used in a process."""

    def __init__(
        self, url: str, *, pool_size: int = 8, application: str = "merit", statement_seconds: int = 0, lock_seconds: int = 0
    ) -> None:
        """`statement_seconds` and `lock_seconds`: PostgreSQL ends what takes or waits longer (QueryCanceled, LockNotAvailable).

        0: never.
        """
        self.url = url
        self._options = f"{SESSION} -c statement_timeout={1000 * statement_seconds} -c lock_timeout={1000 * lock_seconds}"
        self.application = application
        self.agencies = AgencyBook()
        self._pool_size = pool_size
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = create_engine(
                normalised(self.url),
                isolation_level="AUTOCOMMIT",
                pool_size=self._pool_size,
                max_overflow=4,
                pool_timeout=10,
                pool_reset_on_return=None,
                connect_args={"application_name": self.application, "options": self._options, "connect_timeout": 5},
            )
        return self._engine

    def dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def transaction(self, agency: str | None, now: datetime, until: float | None = None) -> Iterator[Transaction]:
        """A read-committed transaction; commits when the block ends, rolls back when it raises. `until`: as for :class:`Transaction`.

        Raises StoreUnavailable when the connection is lost before COMMIT was sent, CommitUnknown when it is lost after.
        """
        pooled = self._pooled()
        held = [pooled]

        def renew() -> Any:
            held.pop().invalidate()
            self.dispose()
            held.append(self._pooled())
            return held[0].driver_connection

        tx = Transaction(pooled.driver_connection, now, self.agencies, renew, until)
        try:
            if agency is not None:
                tx.enter_agency(agency)
            yield tx
            tx.commit()
        except BaseException as error:
            conflict = self._undo(held, tx, error)
            if conflict is not None:
                raise conflict from error
            if isinstance(error, psycopg2.Error) and _lost(error):
                self.dispose()
                raise StoreUnavailable(str(error).strip()) from error
            raise
        held[0].close()

    def _pooled(self) -> Any:
        try:
            pooled = self.engine.raw_connection()
        except Exception as away:
            raise StoreUnavailable(str(away).strip()) from away
        pooled.driver_connection.autocommit = True
        return pooled

    @staticmethod
    def _undo(held: list[Any], tx: Transaction, error: BaseException) -> Conflict | None:
        """Roll back and give the connection back; say at which stream another writer was first, if that was the error."""
        if not held:
            return None
        conflict = None
        try:
            with tx.connection.cursor() as cursor:
                if tx.began:
                    cursor.execute("rollback")
                if isinstance(error, psycopg2.errors.UniqueViolation) and error.diag.constraint_name == "events_stream_version":
                    conflict = _conflict(cursor, tx)
            held[0].close()
        except (psycopg2.Error, AttributeError):
            held[0].invalidate()
        return conflict


def _conflict(cursor: Any, tx: Transaction) -> Conflict | None:
    """Look which of the streams written to has come further. (Under row-level security the error itself does not say.)"""
    cursor.execute("begin; select set_config('app.agency', %s, true)", (str(tx.agency_id),))
    cursor.execute(
        "select stream, max(version) from events where agency = %s and stream = any(%s) group by stream",
        (tx.agency_id, list(tx.expected)),
    )
    found = dict(cursor.fetchall())
    cursor.execute("rollback")
    for stream, expected in tx.expected.items():
        if found.get(stream, 0) > expected:
            return Conflict(stream, expected, found[stream])
    return None
