"""The launcher: everything on one machine, in the order that works — PostgreSQL, bus, migrations, services — and its end, in reverse."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests

from shared.local import databases, processes
from shared.local.given import Watch, wait_for
from shared.local.home import ROOT, Home
from shared.local.kafka import GivenKafka, KafkaUnusable, LocalKafka
from shared.local.patience import NoProgress, Patience
from shared.local.ports import free_ports, is_free
from shared.local.postgres import GivenPostgres, choose_postgres
from shared.local.supervising import Part, Supervisor
from shared.process.checked import bus_url
from shared.process.clock import FileClock
from shared.process.finding import load_service, service_names
from shared.process.migrate import migrate

KINDS = {"services": "api", "workers": "worker"}
"""Where `run` keeps the addresses of each kind of process."""


class Progress:
    """Lines that say what is being done, and how long it took."""

    def __init__(self, out: Any = sys.stdout) -> None:
        self.out, self.started = out, time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", file=self.out, flush=True)


@dataclass(frozen=True)
class Addresses:
    """Where one machine's Merit listens: `bind` is the APIs' address, everything else is for this machine alone.

    `port`: the first API's; the others follow, then the workers'. `postgres`, `kafka`: their ports. Without them free ones are found
    the first time and kept.
    """

    bind: str = "127.0.0.1"
    port: int | None = None
    postgres: int | None = None
    kafka: int | None = None

    def check(self, count: int) -> None:
        """ValueError for an address that is not this machine's, or a port that is none or is taken."""
        try:
            ipaddress.ip_address(self.bind)
            with socket.socket(socket.AF_INET6 if ":" in self.bind else socket.AF_INET) as probe:
                probe.bind((self.bind, 0))
        except (ValueError, OSError) as bad:
            expected = "an address of this machine to bind to, such as 127.0.0.1 or 0.0.0.0"
            raise ValueError(f"expected {expected}, found {self.bind!r}: {bad}") from None
        wanted = [*self.of(count), *(port for port in (self.postgres, self.kafka) if port is not None)]
        wrong = [port for port in wanted if not 1024 <= port <= 65_535]
        if wrong:
            raise ValueError(f"expected ports from 1024 to 65535, found {wrong[0]}; choose others")
        if len(set(wanted)) != len(wanted):
            raise ValueError(f"expected a port of its own for each, found {sorted(wanted)}; {2 * count} from --port on are the services'")
        taken = [port for port in self.of(count) if not is_free(port, self.bind)]
        if taken:
            raise ValueError(f"expected port {taken[0]} to be free, found it in use; stop what listens there, or choose another --port")

    def of(self, count: int) -> tuple[int, ...]:
        """The ports of `count` APIs and as many workers; none when they are to be found."""
        return () if self.port is None else tuple(range(self.port, self.port + 2 * count))


class Launcher:
    """Starts Merit in a home. `agencies`: the codes served; `played`: whether the system's clock is the home's file."""

    def __init__(
        self,
        home: Home,
        bus: str,
        agencies: tuple[str, ...],
        played: bool,
        say: Callable[[str], None],
        addresses: Addresses = Addresses(),  # noqa: B008 - frozen
    ) -> None:
        self.home, self.bus, self.agencies, self.played, self.say, self.addresses = home, bus, agencies, played, say, addresses
        self.stack = ExitStack()
        self.children = processes.Children(home.logs)
        self.run: dict[str, Any] = {}
        self._rests_on: list[Part] = []
        self._watches: list[Watch] = []
        self._supervisor: Supervisor | None = None

    def start(self) -> dict[str, Any]:
        """Start everything and wait until it is ready. Returns what runs where. On any failure what was started is stopped again."""
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> dict[str, Any]:
        self.stack.enter_context(processes.claim(self.home.folder))
        self.addresses.check(len(service_names()))
        self.home.public_key  # noqa: B018 - made here once, before the children need it
        server = choose_postgres(self.home.folder / "postgres", os.environ, self.say, self.addresses.postgres)
        server.start()
        self.stack.callback(server.stop)
        if isinstance(server, GivenPostgres):
            self._watch(server)
        else:
            self._rests_on.append(Part("PostgreSQL", server.died, server.start))
        self.say(f"PostgreSQL {server.version()} answers")
        names = service_names()
        prefix = "merit" if self.bus == "embedded" else f"merit_{self.bus}"
        password = self.home.secret("database")
        homes = {name: databases.ensure_service(server.admin_url, f"{prefix}_{name}", password) for name in names}
        bus_url = self._bus_url(server.admin_url, f"{prefix}_bus", password)
        for name in names:
            changed = migrate(load_service(name), homes[name].owner_url, homes[name].roles, self.agencies)
            if changed:
                self.say(f"{name}: the views {', '.join(changed)} are new or have a new shape; run `merit rebuild {name}`")
        self.say(f"databases of {', '.join(names)} are migrated")
        ports = self._ports(names)
        self.run = {
            "services": {name: f"http://{self._reached()}:{ports[name][0]}" for name in names},
            "workers": {name: f"http://127.0.0.1:{ports[name][1]}" for name in names},
            "databases": {
                name: {"app": home.app_url, "log": home.log_url, "owner": home.owner_url, "roles": list(home.roles)}
                for name, home in homes.items()
            },
            "bus": bus_url,
            "realm": self._realm(),
            "agencies": list(self.agencies),
            "clock": str(self.home.folder / "clock") if self.played else None,
            "home": str(self.home.folder),
        }
        self._start_services(names)
        self.wait_ready()
        self.home.write_run(self.run)
        self.home.point_here()
        parts = (*self._rests_on, *self._processes(names))
        self._supervisor = Supervisor(parts, self.say, excused=lambda: any(watch.silent for watch in self._watches))
        self._supervisor.begin()
        return self.run

    def _bus_url(self, admin_url: str, name: str, password: str) -> str:
        if self.bus == "embedded":
            return "embedded+" + databases.ensure_bus(admin_url, name, password)
        given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
        if given:
            if wrong := bus_url(f"kafka://{given}"):
                raise KafkaUnusable(f"KAFKA_BOOTSTRAP_SERVERS: expected host:port,…, found {wrong.found}; {wrong.remedy}")
            brokers = GivenKafka(given)
            try:
                wait_for(brokers.name, brokers.ask, self.say)
            except NoProgress as silent:
                raise KafkaUnusable(str(silent)) from None
            self._watch(brokers)
            self.say(f"Apache Kafka answers at {given}")
            return f"kafka://{given}"
        broker = LocalKafka(self.home.folder / "kafka", say=self.say, port=self.addresses.kafka)
        self.say("starting Apache Kafka (the first time its programs are fetched) …")
        broker.start()
        self.stack.callback(broker.stop)
        self._rests_on.append(Part("Apache Kafka", broker.died, broker.start))
        self.say(f"Apache Kafka answers at {broker.bootstrap}")
        return f"kafka://{broker.bootstrap}"

    def _watch(self, server: GivenPostgres | GivenKafka) -> None:
        """Say when a server that is not ours falls silent, and when it is back."""
        watch = Watch(server.name, server.ask, self.say)
        self._watches.append(watch)
        self.stack.callback(watch.end)
        watch.begin()

    def _reached(self) -> str:
        """The host of the APIs' addresses as this machine reaches them."""
        return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.addresses.bind, self._bound())

    def _bound(self) -> str:
        return f"[{self.addresses.bind}]" if ":" in self.addresses.bind else self.addresses.bind

    def _realm(self) -> str:
        """A realm of this home's own: topics that an earlier home left on a shared broker belong to another store."""
        return f"local-{self.home.secret('realm')[:8].lower()}"

    def _ports(self, names: tuple[str, ...]) -> dict[str, tuple[int, int]]:
        """Those asked for, or the ports of the last time where they are free, so that addresses stay."""
        if asked := self.addresses.of(len(names)):
            return {name: (asked[at], asked[len(names) + at]) for at, name in enumerate(names)}
        before = self.home.run
        kept = {
            name: tuple(int(before[kind][name].rpartition(":")[2]) for kind in ("services", "workers"))
            for name in names
            if name in before.get("services", {})
        }
        if len(kept) == len(names) and all(is_free(port) for pair in kept.values() for port in pair):
            return kept
        found = iter(free_ports(2 * len(names)))
        return {name: (next(found), next(found)) for name in names}

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one service's processes; nothing but what the settings name, and what Python needs."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR", "TZDIR", "MERIT_POINTS") if key in os.environ}
        return kept | {
            "MERIT_DATABASE_URL": self.run["databases"][name]["app"],
            "MERIT_LOG_DATABASE_URL": self.run["databases"][name]["log"],
            "MERIT_BUS_URL": self.run["bus"],
            "MERIT_REALM": self.run["realm"],
            "MERIT_AGENCIES": ",".join(self.agencies),
            "MERIT_JWT_PUBLIC_KEY": self.home.public_key,
            "MERIT_SECRET": self.home.secret("pseudonyms"),
            "MERIT_CLOCK_FILE": self.run["clock"] or "",
            "MERIT_API_BIND": f"{self._bound()}:{self.run['services'][name].rpartition(':')[2]}",
            "MERIT_WORKER_BIND": self.run["workers"][name].removeprefix("http://"),
            "MERIT_API_WORKERS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _start_services(self, names: tuple[str, ...]) -> None:
        if self.played and not (self.home.folder / "clock").exists():
            raise ValueError("expected the played clock to be set before the services start")
        for name in names:
            for kind in ("worker", "api"):
                self.start_process(kind, name)

    def start_process(self, kind: str, name: str) -> processes.Child:
        """Start (again) the `api` or `worker` of a service."""
        argv = [sys.executable, str(ROOT / "merit.py"), kind, name]
        return self.children.start(f"{name}-{kind}", argv, env=self.environment(name), cwd=ROOT)

    def _processes(self, names: tuple[str, ...]) -> list[Part]:
        """The services' processes, each of which can be brought back alone."""
        return [
            Part(f"{name}-{kind}", partial(self.children.death, f"{name}-{kind}"), partial(self.start_process, kind, name))
            for name in names
            for kind in ("worker", "api")
        ]

    def wait_ready(self) -> None:
        """Return when every service is useful. SystemExit says what has died, or lives and makes no progress, and what it said last."""
        waiting = {f"{name}-{process}": url for kind, process in KINDS.items() for name, url in self.run[kind].items()}
        patience = Patience(self.say)
        while waiting:
            for name, url in list(waiting.items()):
                ok, said = _ready(url)
                if ok:
                    del waiting[name]
                    continue
                try:
                    patience.look(name, [self.children.pid(name)], said)
                except NoProgress as stopped:
                    raise SystemExit("\n".join([str(stopped), *self.children.last_lines(name)])) from None
            for death in [*self.children.deaths(), *filter(None, (part.died() for part in self._rests_on))]:
                raise SystemExit(str(death))
            time.sleep(0.05)
        self.say(f"ready: {', '.join(self.run['services'])}")

    @property
    def gave_up(self) -> str | None:
        """Why Merit cannot go on: something died again and again."""
        return self._supervisor.gave_up if self._supervisor else None

    def stop(self) -> None:
        """Stop the services, then the bus, then PostgreSQL."""
        if self._supervisor:
            self._supervisor.pause()
        killed = self.children.stop_all()
        if killed:
            self.say(f"had to be killed: {', '.join(killed)}")
        self.stack.close()
        if self._supervisor:
            self._supervisor.end()

    def wait(self) -> int:
        """Stay until Ctrl-C or SIGTERM (0), or until something died so often that it is given up (1)."""
        asked: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda got, _: asked.append(got))
        while not asked:
            if self.gave_up:
                print(self.gave_up, file=sys.stderr, flush=True)
                return 1
            time.sleep(0.2)
        return 0


def _ready(url: str) -> tuple[bool, str]:
    try:
        answer = requests.get(f"{url}/readyz", timeout=2)
    except requests.RequestException as away:
        return False, type(away).__name__
    return answer.status_code == 200, answer.text[:300]


def set_clock(home: Home, start: Any) -> FileClock:
    """The home's played clock, set to `start` if it was never set."""
    clock = home.clock
    if not clock.path.exists():
        clock.move(start)
    return clock

