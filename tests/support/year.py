"""Merit started as a newcomer starts it, and the year of all places played in it: what the journey tests look at."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from shared.local.home import ROOT, Home
from shared.local.processes import spawn
from shared.process.finding import service_names

SERVICES = service_names()
STAYS = "Ctrl-C stops everything."
PLAY_SECONDS = 600


class Command:
    """`merit` with its data in `home`; what it prints is kept and can be waited for."""

    def __init__(self, home: Path, environment: Mapping[str, str], *arguments: str) -> None:
        self.log = home.parent / f"{'-'.join(arguments)}-{time.monotonic_ns()}.log"
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
        argv = [sys.executable, str(ROOT / "merit.py"), *arguments]
        self.process = spawn(argv, log=self.log, env={**kept, "MERIT_HOME": str(home), **environment})

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, seconds: float = PLAY_SECONDS) -> float:
        """Seconds until it has printed `text`; AssertionError with its last words when it ends, or is silent for so many seconds."""
        began = moved = time.monotonic()
        heard = ""
        while text not in (said := self.said):
            if said != heard:
                heard, moved = said, time.monotonic()
            ended = self.process.poll() is not None and text not in self.said
            assert not ended and time.monotonic() - moved < seconds, f"expected {text!r}, found:\n{self.said[-3000:]}"
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ctrl-C, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def running(home: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[Command]:
    """The command until the block ends; whatever happens it is stopped, and its children with it."""
    command = Command(home, environment, *arguments)
    try:
        yield command
    finally:
        command.stop()


def merit(home: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """What one command prints, which must succeed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "merit.py"), *arguments],
        env={**kept, "MERIT_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=PLAY_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"merit {' '.join(arguments)} gave {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@dataclass
class Year:
    """A played year that still runs, as one place knows it.

    `rows` and `told` are its reports, `told` of all places; `events`: everything that the place's pull feeds give.
    """

    home: Path
    bus: str
    environment: Mapping[str, str]
    run: dict[str, Any]
    agency: str = "mulyorejo"
    rows: list[dict[str, Any]] = field(default_factory=list)
    told: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, Year] = field(default_factory=dict)

    def of(self, agency: str) -> Year:
        """The same year as another place knows it."""
        if agency not in self.places:
            self.places[agency] = collected(replace(self, agency=agency), self.told)
        return self.places[agency]

    def merit(self, *arguments: str) -> str:
        return merit(self.home, self.environment, *arguments)

    def report(self) -> list[dict[str, Any]]:
        """The rows of all places."""
        return json.loads(self.merit("scenario", "report", "--json"))

    def tell(self) -> str:
        """The readable report without this machine's addresses."""
        return re.sub(r"http://\S+?/", "", self.merit("scenario", "report"))

    def row(self, person: str, month: str) -> dict[str, Any]:
        """What a person (the scenario's code) got for a month."""
        return next(row for row in self.rows if (row["person"], row["month"]) == (person, month))

    def lines(self, person: str, month: str) -> dict[str, int]:
        """The lines of that, each with its amount."""
        return {line["name"]: line["amount"] for line in self.row(person, month)["lines"]}

    def token(self, who: str, *roles: str, agency: str | None = None) -> str:
        return Home(self.home / self.bus).token(who, agency or self.agency, ("employee", *roles))

    def ask(
        self, method: str, service: str, path: str, who: str, *roles: str, agency: str | None = None, **parts: Any
    ) -> requests.Response:
        """One request with a person's token; `headers` among the parts are added to it."""
        heads = {"Authorization": f"Bearer {self.token(who, *roles, agency=agency)}", **parts.pop("headers", {})}
        return requests.request(method, f"{self.run['services'][service]}/v1{path}", headers=heads, timeout=30, **parts)

    def get(self, service: str, path: str, who: str, *roles: str) -> Any:
        """What a person who may see it reads."""
        answer = self.ask("GET", service, path, who, *roles)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def feed(self, service: str) -> list[dict[str, Any]]:
        """All events of a service and the place from the pull feed, open and restricted ones."""
        found, after = [], "0"
        while True:
            path = f"/events?after={after}&limit=1000"
            batch = self.ask("GET", service, path, "bkn", "subscriber", "subscriber-restricted")
            assert batch.status_code == 200, batch.text
            found += batch.json()
            reached = re.search(r"after=(\d+)", batch.headers["Link"])[1]
            if not batch.json() and reached == after:
                return found
            after = reached


def collected(year: Year, told: str = "") -> Year:
    """The year with everything that the tests compare. `told`: the report of all places, where it was read before."""
    year.rows = [row for row in year.report() if row["agency"] == year.agency]
    year.told = told or year.tell()
    year.events = [event for service in SERVICES for event in year.feed(service)]
    return year
