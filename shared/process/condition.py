"""A process's condition: whether it is ready, and what of its service still waits. The same answers from the API and the worker."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import psycopg2

from shared.bus.protocol import BusUnavailable
from shared.flow import exports, status, topics
from shared.process.clock import Clock
from shared.process.service import Service
from shared.process.settings import Settings
from shared.store.database import connect
from shared.store.errors import StoreUnavailable


def relay_name(service: str) -> str:
    return f"internal/{service}"


class Condition:
    """Read over one session of the log's role, opened when first asked and again after trouble."""

    def __init__(self, service: Service, settings: Settings, clock: Clock) -> None:
        self.service, self.settings, self.clock = service, settings, clock
        self.topics = [topics.internal(settings.realm, other) for other in service.heard.services]
        self._lock = threading.Lock()
        self._session: Any = None
        self._bus: Any = None

    def ready(self) -> Mapping[str, Any]:
        """Useful: the database answers, and has the tables of every view."""
        try:
            with self._lock:
                views = self._read("select view from view_generations")
        except (StoreUnavailable, psycopg2.Error) as away:
            self._forget()
            return {"ready": False, "waits_for": f"the database: {str(away).strip().splitlines()[0]}"}
        missing = {view.name for view in self.service.views} - {row[0] for row in views}
        if missing:
            return {"ready": False, "waits_for": f"`merit migrate {self.service.name}` (views missing: {', '.join(sorted(missing))})"}
        return {"ready": True, "service": self.service.name}

    def settled(self) -> Mapping[str, Any]:
        """Nothing waits and nothing is due; ``progress`` lets two readings be compared."""
        try:
            with self._lock:
                self._open()
                relays = [relay_name(self.service.name), *(export.topic for export in exports.granted(self._session))]
                found = status.read(self._session, self._bus, self.service.name, relays, self.topics, self.clock.now())
        except (StoreUnavailable, BusUnavailable, psycopg2.Error) as away:
            self._forget()
            return {"settled": False, "trouble": str(away).strip()}
        return {"settled": found.quiet, **found.plain()}

    def _open(self) -> None:
        if self._session is None or self._session.closed:
            self._session = connect(self.settings.log_database_url, f"condition {self.service.name}")
        if self._bus is None:
            self._bus = self.settings.open_bus()

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        self._open()
        with self._session.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def _forget(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()
