"""The worker process of a service: relay, exports, consumer, reactor and jobs as threads, and a small port for health and metrics."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import psycopg2
from prometheus_client import generate_latest

from shared.flow import exports, jobs, topics
from shared.flow.consumer import Consumer
from shared.flow.leases import owner_name
from shared.flow.newly_heard import NewlyHeard
from shared.flow.own import Reactor
from shared.flow.relay import Relay
from shared.process import metrics
from shared.process.checked import codes_of
from shared.process.condition import Condition, relay_name
from shared.process.logs import start_logging
from shared.process.memory import expect_batches
from shared.process.service import Service
from shared.process.settings import Settings
from shared.store import idempotency
from shared.store.database import Database, connect
from shared.store.errors import CommitUnknown, StoreUnavailable

LOG = logging.getLogger(__name__)
PRUNE_SECONDS = 3600


class Worker:
    """Everything that moves events for one service. :meth:`run` returns when it was stopped; it raises when a part died."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service, self.settings, self.clock = service, settings, settings.clock
        self.stop = threading.Event()
        self.condition = Condition(service, settings, self.clock)
        self.database = Database(
            settings.database_url, application=f"worker {service.name}", statement_seconds=settings.worker_statement_seconds
        )
        owner = owner_name()
        self.relay = self._relay(relay_name(service.name), topics.internal(settings.realm, service.name), exports.published(service.events))
        self.reactor = Reactor(service, self.database, settings.log_database_url, owner, self.clock.now, self.stop, self.relay.wake.set)
        self.relay.seen = self.reactor.wake.set
        heard = [topics.internal(settings.realm, other) for other in service.heard.services]
        self.consumer = Consumer(
            service, self.database, settings.open_bus(), heard, owner, self.clock.now, self.stop, self.reactor.wake.set
        )
        self.newly_heard = NewlyHeard(service, self.database, settings.open_bus(), heard, self.clock.now, self.stop, self.reactor.wake.set)
        self.jobs = jobs.Jobs(service, self.database, settings.log_database_url, self.clock.now, self.stop, self._appended)
        self.exports: dict[str, Relay] = {}
        self.threads: list[threading.Thread] = []
        self.died: str | None = None

    def _relay(self, name: str, topic: str, wanted: Callable[[Any], bool]) -> Relay:
        return Relay(name, self.settings.log_database_url, self.settings.open_bus(), topic, wanted, self.stop)

    def _appended(self) -> None:
        self.relay.wake.set()
        self.reactor.wake.set()

    def _start(self, name: str, run: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                run()
            except Exception:
                LOG.exception("%s died", name)
                self.died = name
                self.stop.set()

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self.threads.append(thread)
        thread.start()

    def run(self) -> None:
        self._start("relay", self.relay.run)
        self._start("reactor", self.reactor.run)
        if self.service.jobs:
            self._start("jobs", self.jobs.run)
        self._start("exports", self._watch_exports)
        self._start("pruning", self._prune)
        if self.consumer.topics:
            self._start("newly-heard", self.newly_heard.run)
            self._start("consumer", self.consumer.run)
        self.stop.wait()
        for thread in self.threads:
            thread.join(10)
        if self.died:
            raise SystemExit(f"{self.died} of {self.service.name} died; its error stands in the log above")

    def _watch_exports(self) -> None:
        """Start a relay for every export that an agency grants."""
        session = None
        while not self.stop.is_set():
            try:
                session = session or connect(self.settings.log_database_url, f"exports {self.service.name}")
                for export in exports.granted(session):
                    if export.topic not in self.exports:
                        relay = self._relay(export.topic, export.topic, exports.exported(self.service.events, export))
                        self.exports[export.topic] = relay
                        self._start(export.topic, relay.run)
            except (StoreUnavailable, psycopg2.Error):
                session = None
            self.stop.wait(1)

    def _prune(self) -> None:
        """Every hour give up what is kept for a time only."""
        while not self.stop.wait(PRUNE_SECONDS):
            try:
                agencies, now = codes_of(self.settings.agencies), self.clock.now()
                gone, ended = idempotency.prune(self.database, agencies, now), jobs.prune(self.database, agencies, now)
                LOG.info("%d answers to requests of long ago and %d jobs were given up", gone, ended)
            except (StoreUnavailable, CommitUnknown, psycopg2.Error) as trouble:
                LOG.warning("answers to requests of long ago are given up an hour later: %s", trouble)

    def alarms(self) -> list[str]:
        """What needs a person."""
        found = [f"relay {relay.name}: {relay.failed}" for relay in (self.relay, *self.exports.values()) if relay.failed]
        if self.reactor.failing:
            found.append(self.reactor.failing)
        return found + sorted(self.consumer.alarms)

    def measured(self) -> bytes:
        found = self.condition.settled()
        for gauge, name in (
            (metrics.OUTBOX, "outbox"),
            (metrics.BEHIND, "behind"),
            (metrics.DECISIONS, "decisions"),
            (metrics.DUE, "due"),
            (metrics.PARKED, "parked"),
            (metrics.JOBS, "jobs"),
        ):
            gauge.labels(self.service.name).set(found.get(name, float("nan")))
        metrics.ALARM.labels(self.service.name, "any").set(1 if self.alarms() else 0)
        return generate_latest(metrics.REGISTRY)


def _handler(worker: Worker) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # who asks often keeps the connection
        timeout = 60

        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._say(200, orjson.dumps({"alive": True}))
            elif self.path == "/readyz":
                found = {**worker.condition.ready(), "alarms": worker.alarms()}
                self._say(200 if found["ready"] else 503, orjson.dumps(found))
            elif self.path == "/settled":
                self._say(200, orjson.dumps(worker.condition.settled()))
            elif self.path == "/metrics":
                self._say(200, worker.measured(), "text/plain; version=0.0.4")
            else:
                self._say(404, b"{}")

        def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Probes are not worth a line."""

    return Handler


def run(service: Service, settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then give up the leases and end."""
    start_logging(f"{service.name}-worker")
    worker = Worker(service, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    host, _, port = settings.worker_bind.rpartition(":")
    server = ThreadingHTTPServer((host, int(port)), _handler(worker))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
    expect_batches()
    LOG.info("worker of %s runs as process %d", service.name, os.getpid())
    worker.run()
