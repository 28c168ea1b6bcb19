"""`merit import` as an operator types it, against services that run: a long file, killed on the way, brought in once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from shared.local.home import ROOT, Home
from shared.local.processes import spawn
from tests.support.year import STAYS, Command, merit, running

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

ROWS = 2500


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("importing") / "home"
    with running(place, {}, "up", "--scenario", "none", "--port", "18500", "--postgres-port", "15832") as up:
        up.wait_for(STAYS)
        yield place


def units(folder: Path, name: str, rows: int, prefix: str) -> Path:
    file = folder / name
    lines = [f"{prefix}{number},Unit {number},,dinas,2020-01-01\n" for number in range(rows)]
    file.write_text("Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\n" + "".join(lines))
    return file


def opened(home: Path, prefix: str) -> int:
    """How many units of this prefix were opened, by the service's feed of all events."""
    running_here = Home(home / "embedded")
    heads = {"Authorization": f"Bearer {running_here.token('bkn', 'mulyorejo', ['subscriber'])}"}
    found, path = 0, "/v1/events?after=0&limit=1000"
    while True:
        answer = requests.get(running_here.run["services"]["personnel"] + path, headers=heads, timeout=60)
        found += sum(one["type"].endswith("UnitOpened.v1") and one["subject"].startswith(prefix) for one in answer.json())
        following = answer.headers["Link"].partition(">")[0].lstrip("<")
        if following == path:
            return found
        path = following


def test_a_long_file_killed_on_the_way_goes_on_and_comes_in_once(home, tmp_path):
    file = units(tmp_path, "units.csv", ROWS, "a")
    words = ("import", "units", str(file), "--agency", "mulyorejo", "--wait", "0")
    command = Command.__new__(Command)
    command.log = tmp_path / "import.log"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"MERIT_HOME": str(home)}
    command.process = spawn([sys.executable, "-u", str(ROOT / "merit.py"), *words], log=command.log, env=environment)
    command.wait_for("so far")
    command.process.send_signal(signal.SIGKILL)
    command.process.wait(30)
    assert "2,500 rows, 2,500 events" not in command.said

    said = merit(home, {}, *words)
    assert "2,500 rows, 2,500 events" in said and "brought in before" not in said
    assert opened(home, "a") == ROWS
    said = merit(home, {}, *words)
    assert "brought in before" in said and "2,500 rows, 2,500 events" in said
    assert "2,500 rows, 0 events" in merit(home, {}, *words, "--again", "b")
    assert opened(home, "a") == ROWS


def test_a_dry_run_of_a_long_file_needs_no_key_and_a_wrong_row_is_told(home, tmp_path):
    file = units(tmp_path, "units.csv", ROWS, "c")
    words = ("import", "units", str(file), "--agency", "mulyorejo")
    assert "2,500 rows, 2,500 events, nothing written" in merit(home, {}, *words, "--dry-run")
    assert opened(home, "c") == 0
    file.write_text(file.read_text() + "c0,Unit lain,,dinas,2020-01-01\n")
    with pytest.raises(AssertionError, match=r"row 2502: column Nama Unit, expected what row 2 says of Kode Unit c0: Unit 0"):
        merit(home, {}, *words)
    assert opened(home, "c") == 0


def test_a_caller_without_a_key_is_told_before_any_work(home, tmp_path):
    file = units(tmp_path, "units.csv", ROWS, "d")
    here = Home(home / "embedded")
    answer = requests.post(
        f"{here.run['services']['personnel']}/v1/imports/units",
        data=file.read_bytes(),
        headers={"Authorization": f"Bearer {here.token('hr', 'mulyorejo', ['hr'])}", "Content-Type": "text/csv"},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:merit:problem:idempotency-key-required")
    assert answer.elapsed.total_seconds() < 5 and opened(home, "d") == 0
