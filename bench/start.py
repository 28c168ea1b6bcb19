"""Starting: `merit up --scenario none` on an empty folder and on a used one, and what everything takes of memory when idle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench import ground

ROOT = Path(__file__).parents[1]
IDLE_SECONDS = 10
WARM = 3


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            found[parent].append(int(place.name))
    return found


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    children, found = _children(), [pid]
    for one in found:
        found.extend(children[one])
    return found


def memory(pid: int) -> tuple[float, float]:
    """MB (10⁶ bytes, proportional set size) of PostgreSQL, and of all others in the family of `pid`."""
    postgres = others = 0
    for one in family(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            name = Path(f"/proc/{one}/comm").read_text().strip()
        except OSError:
            continue
        size = 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        if name == "postgres":
            postgres += size
        else:
            others += size
    return postgres / 1e6, others / 1e6


def start(folder: str, measured: bool) -> tuple[float, tuple[float, float]]:
    """Seconds until all services are ready, and their memory after a while of idleness (when `measured`)."""
    began = time.monotonic()
    environment = {**os.environ, "MERIT_HOME": folder, "PYTHONUNBUFFERED": "1"}
    argv = [sys.executable, str(ROOT / "merit.py"), "up", "--scenario", "none"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        for line in process.stdout:
            if "ready: " in line:
                break
        else:
            raise SystemExit(f"expected Merit to start, found that it ended with {process.wait()}")
        took = time.monotonic() - began
        if measured:
            time.sleep(IDLE_SECONDS)
        return took, memory(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def main() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        cold, _ = start(folder, False)
        warm = sorted(start(folder, False)[0] for _ in range(WARM - 1))
        last, (postgres, others) = start(folder, True)
    warm = sorted([*warm, last])
    middle = warm[len(warm) // 2]
    return [
        "| `merit up --scenario none` | |",
        "|---|---|",
        f"| cold (PostgreSQL's data folder, keys, all migrations) | {cold:.1f} s |",
        f"| warm, median of {WARM} | {middle:.1f} s |",
        f"| memory when idle: launcher, APIs and workers | {others:.0f} MB |",
        f"| memory when idle: PostgreSQL | {postgres:.0f} MB |",
        "",
        f"- {ground.goal(middle, 10, 's for a warm start', '.1f', most=True)};"
        f" {ground.goal(postgres + others, 700, 'MB for all services with PostgreSQL', '.0f', most=True)}",
    ]


if __name__ == "__main__":
    print("\n".join(main()))
