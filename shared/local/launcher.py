"""The launcher: everything on one machine, in the order that works — PostgreSQL, bus, migrations, services — and its end, in reverse."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import requests

from shared.local import databases, processes
from shared.local.home import ROOT, Home
from shared.local.kafka import LocalKafka
from shared.local.ports import free_ports, is_free
from shared.local.postgres import choose_postgres
from shared.process.clock import FileClock
from shared.process.finding import load_service, service_names
from shared.process.migrate import migrate

READY_SECONDS = 60


class Progress:
    """Lines that say what is being done, and how long it took."""

    def __init__(self, out: Any = sys.stdout) -> None:
        self.out, self.started = out, time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", file=self.out, flush=True)


class Launcher:
    """Starts Merit in a home. `agencies`: the codes served; `played`: whether the system's clock is the home's file."""

    def __init__(self, home: Home, bus: str, agencies: tuple[str, ...], played: bool, say: Callable[[str], None]) -> None:
        self.home, self.bus, self.agencies, self.played, self.say = home, bus, agencies, played, say
        self.stack = ExitStack()
        self.children = processes.Children(home.logs)
        self.run: dict[str, Any] = {}

    def start(self) -> dict[str, Any]:
        """Start everything and wait until it is ready. Returns what runs where. On any failure what was started is stopped again."""
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> dict[str, Any]:
        self.stack.enter_context(processes.claim(self.home.folder))
        self.home.public_key  # noqa: B018 - made here once, before the children need it
        server = choose_postgres(self.home.folder / "postgres", os.environ)
        server.start()
        self.stack.callback(server.stop)
        self.say(f"PostgreSQL {server.version()} answers")
        names = service_names()
        prefix = "merit" if self.bus == "embedded" else f"merit_{self.bus}"
        password = self.home.secret("database")
        homes = {name: databases.ensure_service(server.admin_url, f"{prefix}_{name}", password) for name in names}
        bus_url = self._bus_url(server.admin_url, f"{prefix}_bus", password)
        for name in names:
            changed = migrate(load_service(name), homes[name].owner_url, homes[name].roles, self.agencies)
            if changed:
                self.say(f"{name}: the views {', '.join(changed)} have a new shape; run `merit rebuild {name}`")
        self.say(f"databases of {', '.join(names)} are migrated")
        ports = self._ports(names)
        self.run = {
            "services": {name: f"http://127.0.0.1:{ports[name][0]}" for name in names},
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
        self._wait_ready()
        self.home.write_run(self.run)
        self.home.point_here()
        return self.run

    def _bus_url(self, admin_url: str, name: str, password: str) -> str:
        if self.bus == "embedded":
            return "embedded+" + databases.ensure_bus(admin_url, name, password)
        given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
        if given:
            self.say(f"Apache Kafka at {given}")
            return f"kafka://{given}"
        broker = LocalKafka(self.home.folder / "kafka")
        self.say("starting Apache Kafka (the first time its programs are fetched) …")
        broker.start()
        self.stack.callback(broker.stop)
        self.say(f"Apache Kafka answers at {broker.bootstrap}")
        return f"kafka://{broker.bootstrap}"

    def _realm(self) -> str:
        """A realm of this home's own: topics that an earlier home left on a shared broker belong to another store."""
        return f"local-{self.home.secret('realm')[:8].lower()}"

    def _ports(self, names: tuple[str, ...]) -> dict[str, tuple[int, int]]:
        """The ports of the last time where they are free, so that addresses stay."""
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
            "MERIT_API_BIND": self.run["services"][name].removeprefix("http://"),
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

    def _wait_ready(self) -> None:
        waiting = {f"{kind} of {name}": url for kind in ("services", "workers") for name, url in self.run[kind].items()}
        deadline = time.monotonic() + READY_SECONDS
        why: dict[str, str] = {}
        while waiting:
            for what, url in list(waiting.items()):
                ok, why[what] = _ready(url)
                if ok:
                    del waiting[what]
            for death in self.children.deaths():
                raise SystemExit(str(death))
            if waiting and time.monotonic() > deadline:
                raise SystemExit("\n".join(f"not ready after {READY_SECONDS} s: {what}: {why[what]}" for what in waiting))
            time.sleep(0.05)
        self.say(f"ready: {', '.join(self.run['services'])}")

    def stop(self) -> None:
        """Stop the services, then the bus, then PostgreSQL."""
        killed = self.children.stop_all()
        if killed:
            self.say(f"had to be killed: {', '.join(killed)}")
        self.stack.close()

    def wait(self) -> int:
        """Stay until Ctrl-C or SIGTERM (0), or until a child dies (1)."""
        asked: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda got, _: asked.append(got))
        while not asked:
            for death in self.children.deaths():
                print(death, file=sys.stderr, flush=True)
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

