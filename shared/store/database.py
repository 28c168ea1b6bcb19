"""One service's database: a pool of connections, and transactions that belong to one agency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import psycopg2
import psycopg2.errors
import psycopg2.extensions
from psycopg2 import errorcodes
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from shared.kernel.calendar import Calendar
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable, UnknownAgency

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


@dataclass(frozen=True)
class Agency:
    id: int
    code: str
    calendar: Calendar


@dataclass
class Transaction:
    """A running transaction. The agency set in it decides which rows exist for it (row-level security)."""

    connection: Any
    now: datetime
    agencies: AgencyBook
    agency_row: Agency | None = None
    last: list[bytes] = field(default_factory=list)
    pending: dict[str, list[Any]] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)

    @property
    def agency(self) -> str:
        return self._agency.code

    @property
    def agency_id(self) -> int:
        return self._agency.id

    @property
    def calendar(self) -> Calendar:
        return self._agency.calendar

    @property
    def _agency(self) -> Agency:
        if self.agency_row is None:
            raise RuntimeError("expected a transaction of one agency; call enter_agency first")
        return self.agency_row

    def enter_agency(self, code: str) -> None:
        """Switch to an agency for what follows. UnknownAgency when this deployment does not serve it."""
        self.agency_row = self.agencies.find(code, self)
        self.execute("select set_config('app.agency', %s, true)", (str(self.agency_row.id),))

    def execute(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> psycopg2.extensions.cursor:
        cursor = self.connection.cursor()
        cursor.execute(sql, params)
        return cursor

    def at_end(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """Send this statement in one message with COMMIT, after everything else."""
        with self.connection.cursor() as cursor:
            self.last.append(cursor.mogrify(sql, params))

    def flush(self) -> None:
        """Send what waits for the end now, where a later statement needs to see it."""
        if self.last:
            statements, self.last = self.last, []
            with self.connection.cursor() as cursor:
                cursor.execute(b"; ".join(statements))

    def savepoint(self, name: str) -> None:
        self.execute(f"savepoint {name}")

    def rollback_to(self, name: str) -> None:
        self.last.clear()
        self.pending.clear()
        self.expected.clear()
        self.execute(f"rollback to savepoint {name}")


class AgencyBook:
    """The agencies of this database, read once and again when an unknown one is asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Agency] = {}

    def find(self, code: str, tx: Transaction) -> Agency:
        if code not in self._known:
            for id_, found, zone, holidays in tx.execute("select id, code, zone, holidays from agencies").fetchall():
                days = frozenset(day if isinstance(day, date) else date.fromisoformat(day) for day in holidays)
                self._known[found] = Agency(id_, found, Calendar(zone, days))
        if code not in self._known:
            raise UnknownAgency(code)
        return self._known[code]

    def by_id(self, id_: int, tx: Transaction) -> Agency:
        for agency in self._known.values():
            if agency.id == id_:
                return agency
        code = tx.execute("select code from agencies where id = %s", (id_,)).fetchone()[0]
        return self.find(code, tx)


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

    def __init__(self, url: str, *, pool_size: int = 8, application: str = "merit") -> None:
        self.url = url
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
                connect_args={"application_name": self.application, "options": SESSION, "connect_timeout": 5},
            )
        return self._engine

    def dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def transaction(self, agency: str | None, now: datetime) -> Iterator[Transaction]:
        """A read-committed transaction; commits when the block ends, rolls back when it raises.

        Raises StoreUnavailable when the connection is lost before COMMIT was sent, CommitUnknown when it is lost after.
        """
        pooled, raw = self._begun()
        tx = Transaction(raw, now, self.agencies)
        try:
            if agency is not None:
                tx.enter_agency(agency)
            yield tx
            self._commit(tx)
        except BaseException as error:
            conflict = self._undo(pooled, raw, error, tx)
            if conflict is not None:
                raise conflict from error
            if isinstance(error, psycopg2.Error) and _lost(error):
                self.dispose()
                raise StoreUnavailable(str(error).strip()) from error
            raise
        pooled.close()

    def _begun(self) -> tuple[Any, Any]:
        """A connection in which BEGIN was sent; connections that died in the pool are replaced once."""
        for attempt in (1, 2):
            try:
                pooled = self.engine.raw_connection()
            except Exception as away:
                raise StoreUnavailable(str(away).strip()) from away
            raw = pooled.driver_connection
            try:
                raw.autocommit = True
                with raw.cursor() as cursor:
                    cursor.execute("begin")
                return pooled, raw
            except psycopg2.Error as error:
                pooled.invalidate()
                self.dispose()
                if attempt == 2:
                    raise StoreUnavailable(str(error).strip()) from error
        raise AssertionError("unreachable")

    @staticmethod
    def _commit(tx: Transaction) -> None:
        statements, tx.last = [*tx.last, b"commit"], []
        try:
            with tx.connection.cursor() as cursor:
                cursor.execute(b"; ".join(statements))
        except psycopg2.Error as error:
            if _lost(error):
                raise CommitUnknown(str(error).strip()) from error
            raise

    @staticmethod
    def _undo(pooled: Any, raw: Any, error: BaseException, tx: Transaction) -> Conflict | None:
        """Roll back and give the connection back; say at which stream another writer was first, if that was the error."""
        conflict = None
        try:
            with raw.cursor() as cursor:
                cursor.execute("rollback")
                if isinstance(error, psycopg2.errors.UniqueViolation) and error.diag.constraint_name == "events_stream_version":
                    conflict = _conflict(cursor, tx)
            pooled.close()
        except (psycopg2.Error, AttributeError):
            pooled.invalidate()
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
