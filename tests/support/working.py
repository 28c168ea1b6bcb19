"""Jobs without a worker: what it would do, done here and now."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from shared.flow import jobs
from shared.process.service import Service
from shared.store.database import Database
from tests.support.web import Caller, Web


def do_jobs(database: Database, service: Service, agency: str, now: datetime) -> int:
    """Do what there is to be done, part by part; how many parts it took. What failed rests, and is not tried again here."""
    parts = 0
    while jobs.advance(database, service, agency, now):
        parts += 1
        assert parts < 10_000, "expected an end"
    return parts


def work_on(here: Web, agency: str | None = None) -> int:
    """:func:`do_jobs` of the app's own service."""
    return do_jobs(here.database, here.app.extensions["merit"].service, agency or here.agency, here.clock.now())


def advance(here: Web, agency: str | None = None) -> bool:
    """Do one part of one job; whether there was one."""
    return jobs.advance(here.database, here.app.extensions["merit"].service, agency or here.agency, here.clock.now())


def at_once(here: Web) -> None:
    """The rest before a next try is over."""
    here.owner("alter table worker_jobs no force row level security; update worker_jobs set again = null")


def followed(here: Web, answer: Any, who: Caller) -> dict[str, Any]:
    """The job that was started (202), as it is now."""
    assert answer.status_code == 202, answer.get_json()
    return here.call("GET", answer.headers["Location"], who).get_json()


def ended(here: Web, answer: Any, who: Caller) -> dict[str, Any]:
    """The job that was started (202), done to its end, also where another thread does a part of it meanwhile."""
    for _ in range(1000):
        work_on(here)
        job = followed(here, answer, who)
        if job["status"] not in (jobs.WAITING, jobs.RUNNING):
            return job
        time.sleep(0.01)
    raise AssertionError(f"expected an end, found {job}")
