"""One line to PostgreSQL on which every wait ends: a psycopg2 connection that never hangs on a server that stands still."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2
import psycopg2.extensions


class LineBroken(Exception):
    """The server did not take the connection or the statement, or did not answer in time. The line is closed."""


class Line:
    """A connection in psycopg2's asynchronous mode, so that a stopped server costs a time-out and not a thread.

    The synchronous mode would wait for ever: a stopped process keeps its sockets open, and the kernel answers for it.
    Transactions are spelled out (BEGIN … COMMIT). Any failure closes the line, which on the server rolls back.
    """

    def __init__(self, url: str, seconds: float, settings: str = "") -> None:
        """Connect within `seconds`; `settings` are the server's, as `-c name=value`. Raises LineBroken."""
        self._seconds = seconds
        try:
            self._connection = psycopg2.connect(url, async_=True, options=f"-c client_encoding=UTF8 {settings}")
        except psycopg2.Error as error:
            raise LineBroken(_first_line(error)) from error
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def run(self, statement: str | bytes, values: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple]:
        """Run one message of statements and return the rows of the last one. Raises LineBroken."""
        try:
            cursor = self._connection.cursor()
            cursor.execute(statement, values)
            self._wait()
            return cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            self.close()
            raise LineBroken(_first_line(error)) from error
        except BaseException:
            self.close()
            raise

    def literals(self, template: str, rows: Sequence[Sequence[Any]]) -> bytes:
        """The rows as a list of SQL values, for `INSERT … VALUES` and `FROM (VALUES …)` in a message of several statements."""
        cursor = self._connection.cursor()
        return b",".join(cursor.mogrify(template, row) for row in rows)

    def wait_for_notice(self, seconds: float) -> None:
        """Return when a NOTIFY came on a channel that this line listens to, or after `seconds`. Raises LineBroken."""
        try:
            if not self._connection.notifies:
                self._ready(select.POLLIN, seconds)
                self._wait()
            self._connection.notifies.clear()
        except psycopg2.Error as error:
            self.close()
            raise LineBroken(_first_line(error)) from error

    def close(self) -> None:
        self._connection.close()

    def _wait(self) -> None:
        deadline = time.monotonic() + self._seconds
        try:
            while (state := self._connection.poll()) != psycopg2.extensions.POLL_OK:
                wanted = select.POLLIN if state == psycopg2.extensions.POLL_READ else select.POLLOUT
                if not self._ready(wanted, deadline - time.monotonic()):
                    raise LineBroken(f"expected an answer of PostgreSQL within {self._seconds} s, found none")
        except psycopg2.Error as error:
            raise LineBroken(_first_line(error)) from error

    def _ready(self, wanted: int, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._connection.fileno(), wanted)
        return bool(waiting.poll(max(0, int(seconds * 1000))))


class KeptLine:
    """A line for questions that come often: kept between them, and opened again after a fork or where it broke meanwhile."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url, self._seconds = url, seconds
        self._line: Line | None = None
        self._process = 0

    def ask(self, statement: str, values: Sequence[Any] | None = None) -> list[tuple]:
        """As :meth:`Line.run`, for statements that may be run twice. Raises LineBroken."""
        began = time.monotonic()
        try:
            if self._line is not None and self._process == os.getpid():
                return self._line.run(statement, values)
        except LineBroken:
            if time.monotonic() - began >= self._seconds:
                self._line = None
                raise  # the server stands still: another line would only wait as long again
        self._line, self._process = None, os.getpid()
        line = Line(self._url, self._seconds)
        rows = line.run(statement, values)
        self._line = line
        return rows


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
