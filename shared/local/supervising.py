"""Brings back what dies under a running Merit: PostgreSQL, Kafka, the services' processes; with back-off, and in words.

A part that dies again and again is given up, and with it everything: `gave_up` says why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.local.processes import Death

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a part is started again, the first, second … time in a row. After the last it is given up."""
GOOD_SECONDS = 120
"""A part that lived so long begins to count anew."""
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Part:
    """`died` gives the death of a part that has ended by itself, else None; `start` brings it back, or raises."""

    name: str
    died: Callable[[], Death | None]
    start: Callable[[], None]


class Supervisor:
    """Looks after `parts`, those first on which the others rest. One thread, which lives until :meth:`end`.

    The kernel ends a child with the thread that started it, so :meth:`pause` comes first, then the children are stopped, then :meth:`end`.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        say: Callable[[str], None],
        pauses: Sequence[float] = PAUSES,
        excused: Callable[[], bool] = lambda: False,
    ) -> None:
        """`excused`: whether what all parts need, and Merit does not run, is away: nothing is given up meanwhile."""
        self._parts, self._say, self._pauses, self._excused = tuple(parts), say, tuple(pauses), excused
        self._paused, self._over = threading.Event(), threading.Event()
        self._idle = threading.Event()
        self._times: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._failed: dict[str, str] = {}
        self.gave_up: str | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def pause(self) -> None:
        """Bring nothing back any more; returns when nothing is being started."""
        self._paused.set()
        if self._thread.is_alive():
            self._idle.wait()

    def end(self) -> None:
        self.pause()
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._look_after()
        except Exception as trouble:
            self.gave_up = f"looking after the processes failed: {trouble!r}"
        self._idle.set()
        self._over.wait()

    def _look_after(self) -> None:
        while not (self._paused.wait(LOOK_SECONDS) or self.gave_up):
            for part in self._parts:
                why = self._failed.get(part.name) or part.died()
                if why is not None and not self._paused.is_set():
                    self._bring_back(part, str(why))
                    break  # what rests on it may have died with it, or be better again: look anew, from the first

    def _bring_back(self, part: Part, why: str) -> None:
        count = self._times.get(part.name, 0)
        if time.monotonic() - self._since.get(part.name, 0) > GOOD_SECONDS:
            count = 0
        if count == len(self._pauses) and self._excused():
            count -= 1
        if count == len(self._pauses):
            self.gave_up = f"{part.name} died {count + 1} times one after the other, and is given up. {why}"
            return
        pause = self._pauses[count]
        self._say(f"{why}\n{part.name} is started again{f' in {pause:g} s' if pause else ''} …")
        if self._paused.wait(pause):
            return
        try:
            part.start()
            self._failed.pop(part.name, None)
            self._say(f"{part.name} runs again")
        except Exception as trouble:  # a full disk, a port, a download: whatever it is, it is said and tried again
            self._failed[part.name] = f"{part.name} did not start: {trouble or type(trouble).__name__}"
        self._times[part.name], self._since[part.name] = count + 1, time.monotonic()
