"""A worker that is killed in the middle of a pay run: another goes on, everybody is paid once, and the run is closed as in one go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.payroll.service import SERVICE
from tests.support import payroll_year as year
from tests.support.payroll_web import TREASURER, hear, post_run, publish
from tests.support.payroll_year import at
from tests.support.web import Web, web
from tests.support.working import followed

PEOPLE = [f"m{number}" for number in range(1, 7)]
PATIENCE = 30


@contextmanager
def january(postgres_url: str, name: str) -> Iterator[Web]:
    """January can be paid; m3's attendance is not there."""
    with web(postgres_url, SERVICE, name, ("mulyorejo",)) as here:
        publish(here)
        for one in PEOPLE:
            hear(here, year.registered(one), year.position(employee=one), year.imported(employee=one))
        hear(here, *(year.attendance(1, late=450 * number, employee=one) for number, one in enumerate(PEOPLE) if one != "m3"))
        here.clock.moment = at(2, 8)
        yield here


@contextmanager
def worker(here: Web, folder: Path) -> Iterator[subprocess.Popen]:
    told = {"app_url": here.places.app_url, "log_url": here.places.log_url, "now": here.clock.now().isoformat()}
    command = [sys.executable, "-m", "tests.support.job_worker", json.dumps(told)]
    process = subprocess.Popen(command, env=os.environ | {"MERIT_POINTS": str(folder)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(said: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not said():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def payments(here: Web) -> list[tuple[Any, ...]]:
    return here.owner("select subject, data->>'paid' from events where type like '%%AllowancePosted%%' order by position")


def closed(here: Web) -> list[tuple[Any, ...]]:
    return here.owner("select data::text from events where type like '%%PayRunPosted%%'")


@pytest.fixture(scope="module")
def in_one_go(postgres_url: str) -> tuple[Any, ...]:
    with january(postgres_url, "killed_whole") as here:
        result = post_run(here, {"month": "2026-01"}).get_json()
        return result, payments(here), closed(here)


@pytest.mark.parametrize(("point", "kept"), [("job-part", 0), ("job-part-kept", 1)])
def test_a_part_is_done_whole_or_not_at_all_wherever_the_worker_is_killed(
    postgres_url: str, tmp_path: Path, in_one_go: tuple[Any, ...], point: str, kept: int
):
    with january(postgres_url, f"killed_{kept}") as here:
        answer = here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-01"})
        hold, reached = tmp_path / f"{point}.hold", tmp_path / f"{point}.here"
        for killed in range(1, 4):
            hold.touch()
            reached.unlink(missing_ok=True)
            with worker(here, tmp_path) as process:
                until(reached.exists)
                process.kill()
                process.wait()
            said = followed(here, answer, TREASURER)
            assert said["done"] == killed * kept and len(payments(here)) == sum(one != "m3" for one in PEOPLE[: killed * kept])
        hold.unlink()
        with worker(here, tmp_path):
            until(lambda: followed(here, answer, TREASURER)["status"] == "done")
        assert (followed(here, answer, TREASURER)["result"], payments(here), closed(here)) == in_one_go


def test_two_workers_do_one_job_together_and_pay_everybody_once(postgres_url: str, tmp_path: Path, in_one_go: tuple[Any, ...]):
    with january(postgres_url, "killed_two") as here:
        answer = here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-01"})
        with worker(here, tmp_path), worker(here, tmp_path):
            until(lambda: followed(here, answer, TREASURER)["status"] == "done")
        assert (followed(here, answer, TREASURER)["result"], payments(here), closed(here)) == in_one_go
