"""A whole flow of the tests' own: two sources, ledger and limits, and grants, which hears both, decides from both and keeps terms."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy import BigInteger, Column, Integer
from sqlalchemy.dialects.postgresql import JSONB

from shared.bus.choose import open_bus
from shared.bus.protocol import Bus
from shared.events.classes import EventClass
from shared.events.registry import Catalogue, Heard
from shared.flow import exports, status, topics
from shared.flow.consumer import Consumer
from shared.flow.declared import Arm, Disarm, Do, Reaction, Timer
from shared.flow.leases import owner_name
from shared.flow.own import Reactor
from shared.flow.rebuild import rebuild
from shared.flow.relay import Relay
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.local.databases import ServiceDatabase, ensure_bus, on
from shared.process.clock import FileClock
from shared.process.service import Service
from shared.store.commands import execute
from shared.store.database import Database, connect
from shared.views import reading
from shared.views.view import View, subject_key
from tests.support import stores
from tests.support.stores import ACCOUNT, LEDGER_SERVICE, META, NOW, Add, prepare, variant

AGENCIES = ("aa", "bb")
LEASE = 1.0
NUMBERS = itertools.count(1)
TEMPLATES: dict[tuple[str, str], ServiceDatabase] = {}


@dataclass(frozen=True)
class Note:
    account: str


NOTE = Aggregate(
    "note",
    Decider(None, lambda state, command: [stores.Noted(command.account)], lambda state, event: event),
    stream=lambda command: f"ledger-note-{command.account}",
    subject=lambda command: command.account,
)


# --- limits: a second source ----------------------------------------------------------------------------------------------------------

LIMITS = Catalogue("limits")


@LIMITS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class LimitSet:
    account: str
    limit: int
    since: date


LIMIT = Aggregate(
    "limit",
    Decider(None, lambda state, command: [command], lambda state, event: event),
    stream=lambda command: f"limits-limit-{command.account}",
    subject=lambda command: command.account,
)
LIMITS_SERVICE = variant(name="limits", events=LIMITS, views=())


# --- grants: hears both, grants the total up to the limit, lets terms expire ----------------------------------------------------------

GRANTS = Catalogue("grants")
HEARD = Heard()


@HEARD.hears("ledger")
@dataclass(frozen=True)
class Added:
    account: str
    amount: int


HEARD.hears("limits")(LimitSet)


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class Granted:
    account: str
    amount: int


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TermSet:
    account: str
    due: datetime


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TermCleared:
    account: str


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class Expired:
    account: str
    due: datetime


@dataclass(frozen=True)
class Grant:
    """Let the sum of all grants be `target`."""

    account: str
    target: int


@dataclass(frozen=True)
class Expire:
    account: str
    due: datetime


def _grant(granted: int, command: Grant) -> list[Granted]:
    if command.target < 0:
        raise Refused("below-zero", expected="a target of 0 or more", found=str(command.target), remedy="wait for more")
    return [Granted(command.account, command.target - granted)] if command.target != granted else []


GRANT = Aggregate(
    "grant",
    Decider(0, _grant, lambda granted, event: granted + event.amount),
    stream=lambda command: f"grants-grant-{command.account}",
    subject=lambda command: command.account,
)
TERM = Aggregate(
    "term",
    Decider(
        None,
        lambda state, command: [Expired(command.account, command.due) if isinstance(command, Expire) else command],
        lambda state, event: event,
    ),
    stream=lambda command: f"grants-term-{command.account}",
    subject=lambda command: command.account,
)


def decide_grant(key: str, knowledge: Any) -> list[Do]:
    """Nothing while no limit is known; else the total up to the limit that ranks highest."""
    limits = knowledge.facts(LimitSet, key)
    if not limits:
        return []
    total = sum(fact.event.amount for fact in knowledge.facts(Added, key))
    return [Do(GRANT, Grant(key, min(total, limits[-1].event.limit)))]


def fire_term(key: str, due: datetime, knowledge: Any) -> list[Do]:
    if key.startswith("broken"):
        raise RuntimeError("this term cannot expire")
    return [Do(TERM, Expire(key, due))]


def _highest(key: str, row: Any, fact: Any) -> dict[str, Any]:
    rank = [fact.effective.isoformat(), fact.stream, fact.version]
    return {"height": fact.event.limit, "rank": rank} if row is None or rank > row["rank"] else row


def _sum(key: str, row: Any, fact: Any) -> dict[str, Any]:
    return {"total": (row or {"total": 0})["total"] + fact.event.amount}


def balances(poison: Iterable[int] = (), shape: int = 1) -> View:
    """What came of each account, and in which order; an amount in `poison` cannot be folded. `shape` 2 has a column more."""

    def fold(key: str, row: Any, fact: Any) -> dict[str, Any]:
        if fact.event.amount in poison:
            raise ValueError(f"cannot fold {fact.event.amount}")
        before = row or {"total": 0, "versions": [], "largest": 0}
        after = {"total": before["total"] + fact.event.amount, "versions": [*before["versions"], fact.version]}
        return after if shape == 1 else after | {"largest": max(before["largest"], fact.event.amount)}

    more = (Column("largest", Integer),) if shape == 2 else ()
    return View("balances", (Column("total", BigInteger), Column("versions", JSONB), *more), {Added: subject_key}, fold)


def bucket(account: str) -> str:
    return f"bucket-{sum(map(ord, account)) % 3}"


BUCKETS = View("buckets", (Column("total", BigInteger),), {Added: lambda fact: (bucket(fact.subject), "all")}, _sum)
HEIGHTS = View("heights", (Column("height", Integer), Column("rank", JSONB)), {LimitSet: subject_key}, _highest)
GRANTED = View("granted", (Column("total", BigInteger),), {Granted: subject_key}, _sum)
EXPIRIES = View(
    "expiries",
    (Column("dues", JSONB),),
    {Expired: subject_key},
    lambda key, row, fact: {"dues": [*(row or {"dues": []})["dues"], fact.event.due.isoformat()]},
)

GRANTING = Reaction("grant", on={Added: lambda fact, _: (fact.subject,), LimitSet: lambda fact, _: (fact.subject,)}, decide=decide_grant)
TERMS = Timer(
    "term",
    on={
        TermSet: lambda fact: (Arm(fact.event.account, fact.event.due),),
        TermCleared: lambda fact: (Disarm(fact.event.account),),
    },
    fire=fire_term,
)


def grants(poison: Iterable[int] = (), shape: int = 1, heard: Heard = HEARD) -> Service:
    return variant(
        name="grants",
        events=GRANTS,
        heard=heard,
        views=(balances(poison, shape), BUCKETS, HEIGHTS, GRANTED, EXPIRIES),
        reactions=(GRANTING,),
        timers=(TERMS,),
    )


SERVICES = {"ledger": LEDGER_SERVICE, "limits": LIMITS_SERVICE, "grants": grants()}


# --- what should come out -------------------------------------------------------------------------------------------------------------


@dataclass
class Expected:
    """The state that the accepted commands lead to, worked out without any flow."""

    added: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    limits: dict[tuple[str, str], list[LimitSet]] = field(default_factory=lambda: defaultdict(list))

    def state(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {"balances": {}, "buckets": defaultdict(int), "heights": {}, "granted": {}}
        for (agency, account), amounts in self.added.items():
            found["balances"][f"{agency}/{account}"] = (sum(amounts), list(range(1, len(amounts) + 1)))
            found["buckets"][f"{agency}/{bucket(account)}"] += sum(amounts)
            found["buckets"][f"{agency}/all"] += sum(amounts)
        for (agency, account), limits in self.limits.items():
            # The highest date wins; of equal dates the one that came last into the stream.
            limit = max(enumerate(limits), key=lambda one: (one[1].since, one[0]))[1].limit
            found["heights"][f"{agency}/{account}"] = limit
            granted = min(sum(self.added[(agency, account)]), limit)
            if granted > 0:
                found["granted"][f"{agency}/{account}"] = granted
        return {name: dict(rows) for name, rows in found.items()}


# --- one realm, running ---------------------------------------------------------------------------------------------------------------


class Parts:
    """One worker's threads of a service: relay, consumer, reactor, or some of them."""

    def __init__(self, site: Site, service: Service, only: Iterable[str], urls: ServiceDatabase, bus: Callable[[], Bus]) -> None:
        self.stopping = threading.Event()
        self.owner = owner_name()
        database = Database(urls.app_url, application=f"worker {service.name}")
        own_topic = topics.internal(site.realm, service.name)
        heard = [topics.internal(site.realm, other) for other in service.heard.services]
        now = site.clock.now
        wanted = exports.published(service.events)
        name = f"internal/{service.name}"
        self.relay = Relay(name, urls.log_url, bus(), own_topic, wanted, self.stopping, silent_seconds=3 * LEASE)
        self.reactor = Reactor(service, database, urls.log_url, self.owner, now, self.stopping, lease_seconds=LEASE)
        wake = self.reactor.wake.set
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
        self, name: str, service: Service | None = None, only: Iterable[str] = EVERYTHING, bus: Callable[[], Bus] | None = None
    ) -> Parts:
        """Start a worker of the service."""
        parts = Parts(self, service or SERVICES[name], only, self.urls[name], bus or self.bus)
        self.running.append(parts)
        return parts

    def work_all(self) -> dict[str, Parts]:
        return {name: self.work(name) for name in SERVICES}

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

    def settle(self, seconds: float = 30, mute: Iterable[str] = ()) -> None:
        """Two equal, quiet readings of all services, one after the other. A `mute` one has no relay, so its outbox may be full."""
        deadline, before = time.monotonic() + seconds, None
        while True:
            found = {name: replace(one, outbox=0) if name in mute else one for name, one in self.statuses().items()}
            progress = [one.progress for one in found.values()] if all(one.quiet for one in found.values()) else None
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
def bus_of(kind: str, request: Any) -> Iterator[str]:
    """The URL of the bus of this kind: a new embedded one, or the broker that all tests share."""
    if kind == "embedded":
        with embedded_bus(request.getfixturevalue("postgres_url")) as url:
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


def wait_until(holds: Callable[[], Any], seconds: float = 20, what: str = "") -> Any:
    """Wait for something that must come; what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"expected {what or holds} within {seconds} s"
        time.sleep(0.01)
    return found
