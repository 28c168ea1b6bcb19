"""How long to wait for programs that start: as long as they live and make progress, on however busy a machine.

>>> patience = Patience(say=print)
>>> while not answers():
...     patience.look("PostgreSQL", [pid], said="refuses connections")  # raises NoProgress when nothing moves any more
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

STALL_SECONDS = 120
"""A program that makes no progress for so long has stopped, whatever the machine is busy with."""
TELL_SECONDS = 10
"""How often a waiting person is told what the wait is for."""
WORK_SECONDS = 1.0
"""Processor time that counts as progress. A program that only answers "not yet" takes less."""


class NoProgress(RuntimeError):
    """Something lives, and has stopped on its way: the text says what, for how long, and what it said last."""


class Patience:
    """Watches whatever is waited for, each under its name. `say` hears every ten seconds what that is."""

    def __init__(
        self, say: Callable[[str], None] = lambda text: None, *, stall: float = STALL_SECONDS, tell: float = TELL_SECONDS
    ) -> None:
        self._say, self._stall, self._tell = say, stall, tell
        self._began = self._told = time.monotonic()
        self._every = min(1.0, stall / 10)
        self._seen: dict[str, _Seen] = {}

    def look(self, name: str, pids: Iterable[int], said: str) -> None:
        """`name` is not there yet: its processes are `pids`, and `said` is what it answers. Raises NoProgress when nothing changes.

        Another answer is progress, and so is work: a process that is kept waiting by others is no reason to give up.
        """
        now, before = time.monotonic(), self._seen.get(name)
        # Callers look many times a second, and to count processor time is to read all of /proc.
        if before is None or said != before.said or now - before.counted > self._every:
            self._count(name, pids, said, now)
        if now - self._told > self._tell:
            self._told = now
            self._say(f"still waiting for {name} after {now - self._began:.0f} s: {said}")

    def _count(self, name: str, pids: Iterable[int], said: str, now: float) -> None:
        before, work = self._seen.get(name), sum(map(worked, pids))
        if before is None or said != before.said or work >= before.work + WORK_SECONDS:
            self._seen[name] = _Seen(said, work, moved=now, counted=now)
        elif now - before.moved > self._stall:
            raise NoProgress(f"{name} lives and has made no progress for {self._stall:g} s; it says: {said}")
        else:
            self._seen[name] = replace(before, counted=now)


@dataclass(frozen=True)
class _Seen:
    """What was said at the last progress, and how much was worked by then. `moved`: when that was; `counted`: the last count."""

    said: str
    work: float
    moved: float
    counted: float


def worked(pid: int) -> float:
    """Seconds of processor time that a process, its process group and what they waited for have used; 0 where that cannot be known."""
    return sum(_ticks(one) for one in _group(pid)) / os.sysconf("SC_CLK_TCK")


def _group(pid: int) -> list[int]:
    """The living processes of the group that `pid` leads, as `spawn` makes them."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == pid:
            found.append(int(place.name))
    return found


def _ticks(pid: int) -> int:
    """User and system time, with that of children that have ended (proc(5): utime, stime, cutime, cstime)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15])
