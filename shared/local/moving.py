"""Moving the played clock: from due time to due time, and everything settles in between."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import requests

from shared.local.patience import STALL_SECONDS
from shared.process.clock import FileClock

PAUSE_SECONDS = 0.02
"""Between two looks at what still waits: each costs the services as much as a command does."""


class NotSettled(RuntimeError):
    """Something is still waiting after a long time."""


class ClockMover:
    """Moves one clock for all services. `workers`: each service's health address."""

    def __init__(self, clock: FileClock, workers: Mapping[str, str]) -> None:
        self.clock = clock
        self._lines = {name: (requests.Session(), f"{url}/settled") for name, url in workers.items()}
        self._readers = ThreadPoolExecutor(len(self._lines), thread_name_prefix="settled")

    def _read(self, names: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """The own answers of these services, or of all, asked at once."""
        asked = {name: self._lines[name] for name in (names or self._lines)}
        answers = {name: self._readers.submit(session.get, url, timeout=10) for name, (session, url) in asked.items()}
        return {name: _said(answer) for name, answer in answers.items()}

    def settle(self, seconds: float = STALL_SECONDS) -> dict[str, dict[str, Any]]:
        """Wait until nothing waits anywhere. Two equal, quiet readings in a row: between them nobody moved, so all were quiet at once.

        NotSettled says what still waits when nothing at all has moved for `seconds`.
        """
        moved, at = None, time.monotonic()
        before: Any = None
        while True:
            status = self._read()
            while waits := {name: one for name, one in status.items() if not one["settled"]}:
                if waits != moved:
                    moved, at = waits, time.monotonic()
                elif time.monotonic() - at > seconds:
                    raise NotSettled(f"expected everything to settle, found that for {seconds:g} s nothing moved, waiting: {waits}")
                before = None
                time.sleep(PAUSE_SECONDS)
                status |= self._read(waits)
            progress = {name: one.get("progress") for name, one in status.items()}
            if progress == before:
                return status
            before = progress

    def advance(self, to: datetime) -> None:
        """Move the clock to `to`, stopping at every timer that falls due on the way, in the order of due times.

        It comes back with everything settled: where no timer falls due, moving the clock alone sets nothing going.
        """
        while True:
            found = self.settle()
            dues = [datetime.fromisoformat(one["next_due"]) for one in found.values() if one.get("next_due")]
            now = self.clock.now()
            due = min((moment for moment in dues if now < moment <= to), default=None)
            if due is None:
                break
            self.clock.move(due)
        if to > now:
            self.clock.move(to)


def _said(answer: Future[requests.Response]) -> dict[str, Any]:
    """A worker's answer; one that does not answer, because it is being brought back, is not settled."""
    try:
        return answer.result().json()
    except requests.RequestException as away:
        return {"settled": False, "trouble": type(away).__name__}
