"""What every measurement stands on: a durable PostgreSQL of its own, a ledger service, rounds taken in turn, and how figures are shown."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from shared.local.postgres import LocalPostgres

FORK = get_context("fork")


@contextmanager
def server() -> Iterator[LocalPostgres]:
    """A PostgreSQL with fsync on, in a temporary folder, stopped afterwards."""
    with tempfile.TemporaryDirectory() as folder, LocalPostgres(Path(folder) / "postgres") as running:
        yield running


def in_processes(count: int, seconds: float, work: Callable[[int, float], int]) -> float:
    """Run `work(number, seconds)`, which counts for so long, in `count` processes at once; the sum of what they did, per second."""
    with FORK.Pool(count) as pool:
        return sum(pool.starmap(work, [(number, seconds) for number in range(count)])) / seconds


def rounds(contestants: Mapping[str, Callable[[], float]], count: int = 3) -> dict[str, list[float]]:
    """Each contestant `count` times, in turn, so that a slower moment of the machine meets all of them."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(count):
        for name, run in contestants.items():
            found[name].append(run())
            print(f"    {name}: {found[name][-1]:,.0f}/s", file=sys.stderr, flush=True)
    return found


def ratio(found: Mapping[str, list[float]], ours: str, theirs: str) -> float:
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(found[ours], found[theirs], strict=True))


def rows(found: Mapping[str, list[float]]) -> list[str]:
    return [f"| {name} | {statistics.median(values):,.0f} | {min(values):,.0f} – {max(values):,.0f} |" for name, values in found.items()]


def median(found: Mapping[str, list[float]], name: str) -> float:
    return statistics.median(found[name])


def goal(found: float, wanted: float, what: str, form: str = ",.0f", *, most: bool = False) -> str:
    """A figure beside its goal: the least that it should be, or the `most`."""
    met = found <= wanted if most else found >= wanted
    return f"**{found:{form}}** {what} (goal {'≤' if most else '≥'} {wanted:{form}}: {'met' if met else 'MISSED'})"


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def load() -> str:
    """Runnable processes in the last minute: the figures of a busy machine are worth their ratios only."""
    return f"{os.getloadavg()[0]:.1f}"


def wait_until(ready: Callable[[], Any], seconds: float = 120, pause: float = 0.002) -> float:
    """Seconds until `ready()` is true; TimeoutError after `seconds`."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(pause)
    return time.monotonic() - began
