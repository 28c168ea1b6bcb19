"""A realm of the flow's services that runs: databases, workers as threads or processes, ways to command, to wait and to look."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from shared.bus.choose import open_bus
from shared.bus.protocol import Bus, BusUnavailable
from shared.flow import exports, status, topics
from shared.flow.consumer import Consumer
from shared.flow.leases import owner_name
from shared.flow.own import Reactor
from shared.flow.rebuild import rebuild
from shared.flow.relay import Relay
from shared.kernel.decider import Aggregate
from shared.local.databases import ServiceDatabase, ensure_bus, on
from shared.process.clock import FileClock
from shared.process.service import Service
from shared.store.commands import execute
from shared.store.database import Database, connect
from shared.store.errors import StoreUnavailable
from shared.views import reading
from shared.views.view import View
from tests.support.flows import AGENCIES, BUCKETS, GRANTED, HEIGHTS, LIMIT, SERVICES, Expected, LimitSet
from tests.support.stores import ACCOUNT, META, NOW, Add, prepare

LEASE = 1.0
NUMBERS = itertools.count(1)
TEMPLATES: dict[tuple[str, str], ServiceDatabase] = {}


class Parts:
    """One worker's threads of a service: relay, consumer, reactor, or some of them."""

    def __init__(
        self, site: Site, service: Service, only: Iterable[str], urls: ServiceDatabase, bus: Callable[[], Bus], statement_seconds: int = 0
    ) -> None:
        self.stopping = threading.Event()
        self.owner = owner_name()
        self.database = database = Database(
            urls.app_url, application=f"worker {service.name}", statement_seconds=statement_seconds
        )
        own_topic = topics.internal(site.realm, service.name)
        heard = [topics.internal(site.realm, other) for other in service.heard.services]
        now = site.clock.now
        wanted = exports.published(service.events)
        name = f"internal/{service.name}"
        self.relay = Relay(name, urls.log_url, bus(), own_topic, wanted, self.stopping, silent_seconds=3 * LEASE)
        self.reactor = Reactor(service, database, urls.log_url, self.owner, now, self.stopping, self.relay.wake.set, lease_seconds=LEASE)
        self.relay.seen = wake = self.reactor.wake.set
        self.consumer = Consumer(service, database, bus(), heard, self.owner, now, self.stopping, wake, lease_seconds=LEASE)
        parts = {"relay": self.relay, "reactor": self.reactor} | ({"consumer": self.consumer} if heard else {})
        self.threads = [threading.Thread(target=part.run, name=f"{service.name} {name}") for name, part in parts.items() if name in only]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Stop in good order and wait for it."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(40)
            assert not thread.is_alive(), f"{thread.name} did not stop"
        self.database.dispose()


EVERYTHING = ("relay", "consumer", "reactor")


class Site:
    """Three services with a database each, on one bus, with one clock. Ways to command, to wait, to look."""

    def __init__(self, admin_url: str, bus_url: str, folder: Path, make_bus: Callable[[str], Bus] = open_bus) -> None:
        self.admin_url, self.bus_url, self.make_bus, self.folder = admin_url, bus_url, make_bus, folder
        self.realm = f"t{secrets.token_hex(4)}"
        self.clock = FileClock(folder / "clock")
        self.clock.move(NOW)
        self.expected = Expected()
        self.urls: dict[str, ServiceDatabase] = {}
        self.databases: dict[str, Database] = {}
        self.running: list[Parts] = []
        self.processes: list[subprocess.Popen] = []
        for name in SERVICES:
            self.renew(name)

    def renew(self, name: str) -> None:
        """Give the service a new, empty database."""
        self.use(name, self._copied(SERVICES[name]))

    def use(self, name: str, urls: ServiceDatabase) -> None:
        self.urls[name] = urls
        self.databases[name] = Database(urls.app_url, application=f"test {name}")

    def _copied(self, service: Service) -> ServiceDatabase:
        """A copy of a migrated database: cheaper than migrating for every test."""
        made = (self.admin_url, service.name)
        if made not in TEMPLATES:
            TEMPLATES[made] = prepare(self.admin_url, service, AGENCIES).urls
        return copied(self.admin_url, TEMPLATES[made])

    # -- workers

    def bus(self) -> Bus:
        return self.make_bus(self.bus_url)

    def work(
        self,
        name: str,
        service: Service | None = None,
        only: Iterable[str] = EVERYTHING,
        make_bus: Any = None,
        statement_seconds: int = 0,
    ) -> Parts:
        """Start a worker of the service, whose statements end after so many seconds (0: never)."""
        parts = Parts(self, service or SERVICES[name], only, self.urls[name], make_bus or self.bus, statement_seconds)
        self.running.append(parts)
        return parts

    def work_all(self) -> None:
        for name in SERVICES:
            self.work(name)

    def work_all_but_grants(self) -> None:
        self.work("ledger")
        self.work("limits")

    def process(self, name: str, only: Iterable[str] = EVERYTHING, points: Path | None = None) -> subprocess.Popen:
        """Start a worker of the service as a process of its own, that may be killed or frozen."""
        told = {
            "name": name,
            "only": list(only),
            "urls": [self.urls[name].owner_url, self.urls[name].app_url, self.urls[name].log_url],
            "bus_url": self.bus_url,
            "realm": self.realm,
            "clock": str(self.clock.path),
        }
        environment = os.environ | ({"MERIT_POINTS": str(points)} if points else {})
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "tests.support.flow_worker", json.dumps(told)], env=environment, stderr=log)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for parts in self.running:
            parts.stopping.set()
        for parts in self.running:
            parts.stop()
        self.running.clear()

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.stop()
        for urls in self.urls.values():
            drop(self.admin_url, urls.app_url)
        for database in self.databases.values():
            database.dispose()

    # -- commands

    def add(self, account: str, *amounts: int, agency: str = "aa") -> None:
        for amount in amounts:
            self.do("ledger", ACCOUNT, Add(account, amount), agency)
            self.expected.added[(agency, account)].append(amount)

    def limit(self, account: str, limit: int, since: date = date(2026, 1, 1), agency: str = "aa") -> None:
        command = LimitSet(account, limit, since)
        self.do("limits", LIMIT, command, agency)
        self.expected.limits[(agency, account)].append(command)

    def do(self, name: str, aggregate: Aggregate, command: Any, agency: str = "aa", **other: Any) -> None:
        """Execute a command; `meta` and `events` may be other than the usual ones."""
        with self.databases[name].transaction(agency, self.clock.now()) as tx:
            execute(tx, other.get("events", SERVICES[name].events), aggregate, command, other.get("meta", META))

    def some_traffic(self, seed: int, steps: int = 60) -> None:
        """Amounts and limits of a few accounts in both agencies, the same for the same seed."""
        for step in range(steps):
            account, agency = f"a{(seed * 7 + step * 5) % 11}", AGENCIES[(seed + step) % 2]
            if step % 6 == 5:
                self.limit(account, 20 * (step % 7) + 10, date(2026, 1 + step % 12, 1), agency)
            else:
                self.add(account, 1 + (seed + step) % 9, agency=agency)

    # -- looking

    def statuses(self) -> dict[str, status.Status]:
        found = {}
        for name, service in SERVICES.items():
            heard = [topics.internal(self.realm, other) for other in service.heard.services]
            with closing(connect(self.urls[name].log_url, "status")) as session:
                found[name] = status.read(session, self._status_bus(), name, [f"internal/{name}"], heard, self.clock.now())
        return found

    def _status_bus(self) -> Bus:
        if getattr(self, "_asked", (None, None))[0] != self.bus_url:
            self._asked = (self.bus_url, self.bus())
        return self._asked[1]

    def settle(self, seconds: float = 90, mute: Iterable[str] = ()) -> None:
        """Two equal, quiet readings of all services, one after the other. A `mute` one has no relay, so its outbox may be full."""
        deadline, before, found = time.monotonic() + seconds, None, None
        while True:
            try:
                found = {name: replace(one, outbox=0) if name in mute else one for name, one in self.statuses().items()}
                progress = [one.progress for one in found.values()] if all(one.quiet for one in found.values()) else None
            except (BusUnavailable, StoreUnavailable) as away:
                found, progress = away, None
            if progress is not None and progress == before:
                return
            before = progress
            assert time.monotonic() < deadline, f"expected everything to settle, found {found}"

    def rows(self, name: str, view: View) -> dict[str, dict[str, Any]]:
        found = {}
        for agency in AGENCIES:
            with self.databases[name].transaction(agency, NOW) as tx:
                found |= {f"{agency}/{row['key']}": row for row in reading.rows(tx, view, {})}
        return found

    def state(self) -> dict[str, dict[str, Any]]:
        """What grants made of it all, in the form of :class:`Expected`."""
        service = SERVICES["grants"]
        return {
            "balances": {key: (row["total"], row["versions"]) for key, row in self.rows("grants", service.views[0]).items()},
            "buckets": {key: row["total"] for key, row in self.rows("grants", BUCKETS).items()},
            "heights": {key: row["height"] for key, row in self.rows("grants", HEIGHTS).items()},
            "granted": {key: row["total"] for key, row in self.rows("grants", GRANTED).items()},
        }

    def assert_as_expected(self) -> None:
        assert self.state() == self.expected.state()

    def ask(self, name: str, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Ask the service's database as the role of the log, which sees every agency."""
        with closing(connect(self.urls[name].log_url, "look")) as session, session.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall()

    def tell(self, name: str, statement: str, *params: Any) -> None:
        """Change something in the service's database behind its back."""
        with self.databases[name].transaction(None, NOW) as tx:
            tx.execute(statement, params)


def copied(admin_url: str, template: ServiceDatabase) -> ServiceDatabase:
    """A copy of a database under another name, with the same roles."""
    source = template.app_url.rpartition("/")[2].partition("?")[0]
    name = f"{source}_{next(NUMBERS)}"
    with closing(psycopg2.connect(admin_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (source,))
            cursor.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source)))
            cursor.execute(sql.SQL("alter database {} owner to {}").format(sql.Identifier(name), sql.Identifier(f"{source}_owner")))
            for role in template.roles:
                cursor.execute(sql.SQL("grant connect, temporary on database {} to {}").format(sql.Identifier(name), sql.Identifier(role)))
    urls = (on(url, name) for url in (template.owner_url, template.app_url, template.log_url))
    return ServiceDatabase(*urls, template.roles)


def drop(admin_url: str, url: str) -> None:
    name = url.rpartition("/")[2].partition("?")[0]
    with closing(psycopg2.connect(admin_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@contextmanager
def embedded_bus(admin_url: str) -> Iterator[str]:
    """The URL of an embedded bus of the test's own."""
    url = ensure_bus(admin_url, f"t_bus_{os.getpid()}_{next(NUMBERS)}", "secret")
    try:
        yield f"embedded+{url}"
    finally:
        drop(admin_url, url)


@contextmanager
def bus_of(kind: str, request: Any, admin_url: str = "") -> Iterator[str]:
    """The URL of the bus of this kind: a new embedded one (on another server than all tests share, if told), or the shared broker."""
    if kind == "embedded":
        with embedded_bus(admin_url or request.getfixturevalue("postgres_url")) as url:
            yield url
    else:
        yield f"kafka://{request.getfixturevalue('kafka_bootstrap')}"


@contextmanager
def site_on(kind: str, request: Any, **how: Any) -> Iterator[Site]:
    """A site on a bus of this kind; everything it started is ended and dropped."""
    with bus_of(kind, request) as bus_url:
        site = Site(request.getfixturevalue("postgres_url"), bus_url, request.getfixturevalue("tmp_path"), **how)
        try:
            yield site
        finally:
            site.close()


def rebuild_views(site: Site, name: str = "grants", service: Service | None = None) -> dict[str, int]:
    """Rebuild every view of the service, as `merit rebuild` does."""
    of = service or SERVICES[name]
    urls = site.urls[name]
    with closing(connect(urls.owner_url, "rebuild")) as owner:
        return rebuild(site.databases[name], owner, of, of.views, urls.roles.app, site.clock.now())


def wait_until(holds: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """Wait for something that must come; what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"expected {what or holds} within {seconds} s"
        time.sleep(0.01)
    return found
