"""Decisions, timers and jobs that failed too often: an operator lists them, has them tried again, or drops them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.flow.jobs import TROUBLED
from shared.flow.trying import MOST_TRIES
from shared.store.database import AgencyBook, Database, outright

DECISION, TIMER, JOB = "decision", "timer", "job"
_LISTED = {
    DECISION: "select agency, reaction, key, null::timestamptz, tries, outcome from decisions where dirty and parked order by 1, 2, 3",
    TIMER: "select agency, timer, key, due, tries, error from timers where fired is null and tries >= %s order by 1, 4, 2, 3",
    JOB: f"select agency, kind, about, null::timestamptz, tries, error from worker_jobs where {TROUBLED} order by 1, 2, 3",
}
# A decision stays marked, so that it is taken at once; one that is dropped waits for the next fact about its key.
# A job that is dropped stays failed for who asked for it, who may ask again.
# A timer that is dropped counts as fired: arming it for the same moment again does not fire it.
_DONE = {
    (DECISION, "retry"): "update decisions set parked = false, tries = 0, again = null",
    (DECISION, "drop"): "update decisions set parked = false, tries = 0, dirty = false, outcome = 'dropped by an operator'",
    (TIMER, "retry"): "update timers set tries = 0, again = null",
    (TIMER, "drop"): "update timers set fired = %(now)s",
    (JOB, "retry"): "update worker_jobs set status = 'waiting', tries = 0, again = null, problem = null, error = null",
    (JOB, "drop"): "update worker_jobs set error = null",
}
_WHERE = {
    DECISION: " where agency = %(agency)s and reaction = %(name)s and key = %(key)s and dirty and parked",
    TIMER: " where agency = %(agency)s and timer = %(name)s and key = %(key)s and fired is null and tries >= %(most)s",
    JOB: f" where agency = %(agency)s and kind = %(name)s and about = %(key)s and {TROUBLED}",
}


@dataclass(frozen=True)
class GivenUp:
    """`what`: decision, timer or job; `name`: of its reaction, timer or kind. `due`: when the timer was to fire."""

    what: str
    agency: str
    name: str
    key: str
    due: datetime | None
    tries: int
    error: str

    @property
    def address(self) -> str:
        """``mulyorejo/silence/m1/2026-Q1``: how an operator names it."""
        return f"{self.agency}/{self.name}/{self.key}"


def listed(log: Any) -> list[GivenUp]:
    """Of every agency; `log` is a session in autocommit mode of the role that may read all agencies."""
    return [one for what in _LISTED for one in _listed(log, what)]


def _listed(log: Any, what: str) -> Iterator[GivenUp]:
    book = AgencyBook()
    for agency, *rest, error in outright(log)(_LISTED[what], (MOST_TRIES,) if what == TIMER else None).fetchall():
        yield GivenUp(what, book.by_id(agency, outright(log)).code, *rest, error or "")


def act(database: Database, what: str, one: GivenUp, now: datetime) -> bool:
    """`what`: retry or drop. False when it is no longer there, because a fact or another operator was faster."""
    with database.transaction(one.agency, now) as tx:
        found = {"agency": tx.agency_id, "name": one.name, "key": one.key, "most": MOST_TRIES, "now": now}
        return tx.execute(_DONE[one.what, what] + _WHERE[one.what], found).rowcount == 1
