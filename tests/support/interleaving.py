"""Two transactions in an order that a test chooses: one is stopped at a point, another is seen to wait for its lock, no timing decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event
from typing import Any

import psycopg2
import pytest

from tests.support.web import Web

PATIENCE = 20.0
"""Seconds until a test gives up; nothing waits so long when all goes well."""


class Gate:
    """The first call of a function does its work and stops before it returns, until it is let through."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.reached, self.open = function, Event(), Event()

    def __call__(self, *args: Any, **named: Any) -> Any:
        result = self.function(*args, **named)
        if not self.reached.is_set():
            self.reached.set()
            assert self.open.wait(PATIENCE), "nobody opened the gate"
        return result


@contextmanager
def stopped(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, first: Callable[[], Any]) -> Iterator[tuple[Gate, Future, Any]]:
    """`first` runs in a thread and is stopped after `module.name`. Gives its gate, its future, and what starts others beside it."""
    gate = Gate(getattr(module, name))
    monkeypatch.setattr(module, name, gate)
    with ThreadPoolExecutor(3) as pool:
        running = pool.submit(first)
        try:
            assert gate.reached.wait(PATIENCE), running.exception() if running.done() else "it was never reached"
            yield gate, running, pool.submit
        finally:
            gate.open.set()


def waits_for_a_lock(here: Web, other: Future) -> bool:
    """Whether `other` comes to stand before an advisory lock; False when it ends without."""
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = "
    waiting += "(select oid from pg_database where datname = current_database())"
    until = time.monotonic() + PATIENCE
    with closing(psycopg2.connect(here.places.owner_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        while not other.done() and time.monotonic() < until:
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return True
            time.sleep(0.005)
    return False
