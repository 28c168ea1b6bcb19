"""Waiting for programs that start goes on while they live and make progress, and ends in words when they do not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.local.patience import NoProgress, Patience, worked


@contextmanager
def program(code: str) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", code], process_group=0)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def look_for(seconds: float, patience: Patience, pids: list[int], said: str = "nothing") -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        patience.look("it", pids, said)
        time.sleep(0.02)


def test_a_program_that_does_nothing_is_given_up_with_its_last_answer():
    with program("import time; time.sleep(60)") as pid, pytest.raises(NoProgress, match="it lives and has made no progress .* refuses"):
        look_for(30, Patience(stall=0.3), [pid], "refuses")


def test_a_program_that_works_is_waited_for_however_long(monkeypatch):
    monkeypatch.setattr("shared.local.patience.WORK_SECONDS", 0.01)
    with program("while True: pass") as pid:
        look_for(2, Patience(stall=1.5), [pid])
        assert worked(pid) > 0


def test_another_answer_is_progress_too():
    patience = Patience(stall=0.3)
    for number in range(5):
        look_for(0.2, patience, [], f"answer {number}")


def test_whoever_waits_hears_for_what():
    heard: list[str] = []
    look_for(0.5, Patience(heard.append, stall=5, tell=0.1), [], "no answer on 127.0.0.1:1")
    assert 2 <= len(heard) <= 5 and all("still waiting for it" in line and "no answer on 127.0.0.1:1" in line for line in heard)
