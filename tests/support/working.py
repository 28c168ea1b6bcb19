"""Jobs without a worker: what it would do, done here and now."""

from __future__ import annotations

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


def work_on(here: Web, agency: str = "mulyorejo") -> int:
    """:func:`do_jobs` of the app's own service."""
    return do_jobs(here.database, here.app.extensions["merit"].service, agency, here.clock.now())


def followed(here: Web, answer: Any, who: Caller) -> dict[str, Any]:
    """The job that was started (202), as it is now."""
    assert answer.status_code == 202, answer.get_json()
    return here.call("GET", answer.headers["Location"], who).get_json()
