"""Moving the played clock: from due time to due time, and everything settles in between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from shared.process.clock import FileClock

SETTLE_SECONDS = 60


class NotSettled(RuntimeError):
    """Something is still waiting after a long time."""


class ClockMover:
    """Moves one clock for all services. `workers`: each service's health address."""

    def __init__(self, clock: FileClock, workers: Mapping[str, str]) -> None:
        self.clock, self.workers = clock, dict(workers)
        self.session = requests.Session()

    def _read(self) -> dict[str, dict[str, Any]]:
        return {name: self.session.get(f"{url}/settled", timeout=10).json() for name, url in self.workers.items()}

    def settle(self, seconds: float = SETTLE_SECONDS) -> dict[str, dict[str, Any]]:
        """Wait until nothing waits anywhere. Two equal, quiet readings in a row, so that nothing slips behind the reader's back.

        NotSettled says what still waited.
        """
        deadline = time.monotonic() + seconds
        before: Any = None
        while True:
            found = self._read()
            quiet = all(one["settled"] for one in found.values())
            progress = {name: one.get("progress") for name, one in found.items()}
            if quiet and progress == before:
                return found
            before = progress if quiet else None
            if time.monotonic() > deadline:
                waits = {name: one for name, one in found.items() if not one["settled"]}
                raise NotSettled(f"expected everything to settle within {seconds} s, found waiting: {waits or found}")
            time.sleep(0.005 if quiet else 0.03)

    def advance(self, to: datetime) -> None:
        """Move the clock to `to`, stopping at every timer that falls due on the way, in the order of due times."""
        while True:
            found = self.settle()
            dues = [datetime.fromisoformat(one["next_due"]) for one in found.values() if one.get("next_due")]
            now = self.clock.now()
            due = min((moment for moment in dues if now < moment <= to), default=None)
            if due is None:
                break
            self.clock.move(due)
        if to > self.clock.now():
            self.clock.move(to)
            self.settle()
