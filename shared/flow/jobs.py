"""Jobs: work that is longer than a request, done by the worker in parts, each one transaction that also keeps where the next begins.

A service declares its kinds (:class:`shared.flow.declared.JobKind`)::

    def send(work: Work, job: Job) -> Progress | Done:
        people = work.keys(EMPLOYEES, after=job.cursor or "", most=200)
        for employee in people:
            work.execute(LETTER, Send(employee, job.parameters["month"]))
        return Progress(people[-1], len(people)) if people else Done({"month": job.parameters["month"]})

    JOBS = (JobKind("letters", starts="send-letters", reads="read-letters", part=send),)

A route starts one and answers 202 with its address: ``return Accepted(work.start("letters", about=month, month=month))``. At most one job
of a kind is under way about the same thing, so asking twice gives the same job. A worker that is killed did a part whole or not at all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import psycopg2
import psycopg2.errors

from shared.flow import points
from shared.flow.declared import Done, JobKind, Progress
from shared.flow.once import KnowledgeOnce
from shared.flow.source import Flowing
from shared.flow.trying import PASSING, RESTED, RESTS
from shared.flow.work import Work
from shared.kernel.ids import random_id
from shared.kernel.refusal import Refused, problem_body
from shared.store.commands import Meta
from shared.store.database import AgencyBook, Database, Transaction, connect, outright
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable

LOG = logging.getLogger(__name__)
MOST_TRIES = 3
"""Tries of one part, with the rests of :mod:`shared.flow.trying` between them."""
KEPT = timedelta(days=90)
"""How long a job that has ended is kept for those who ask what became of it."""

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
PATIENT = "set local idle_in_transaction_session_timeout = '60s'"
"""A part may compute for long between its statements."""
TROUBLED = f"""status = '{FAILED}' and error is not null and not exists (
    select from worker_jobs later where later.agency = worker_jobs.agency and later.kind = worker_jobs.kind
    and later.about = worker_jobs.about and later.updated > worker_jobs.updated)"""
"""The jobs that failed, not by a refusal, and that nobody has asked for again since: an operator has to look."""
LIVE = f"status in ('{WAITING}', '{RUNNING}')"


@dataclass(frozen=True)
class Asker:
    """Who asked for a job: what his token said, as a part may still have to look at it."""

    id: str
    roles: frozenset[str]
    client: str
    correlation: str


@dataclass(frozen=True)
class Job:
    """`about`: of what, within its kind, such as a month. `cursor`, `parameters`, `result`: JSON. `done` of `total` things are done.

    `worked`: seconds from its first part to its last one so far, rests among them.
    """

    id: str
    kind: str
    about: str
    parameters: Mapping[str, Any]
    asker: Asker
    asked: datetime
    status: str
    cursor: Any
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    tries: int
    worked: float | None

    @property
    def live(self) -> bool:
        return self.status in (WAITING, RUNNING)

    def plain(self) -> dict[str, Any]:
        """As it is answered: without parameters and cursor, which may hold what only the work is to see."""
        left = max(0, self.total - self.done) if self.total is not None else None
        rate = round(self.done / self.worked, 1) if self.worked and self.done else None
        return {
            "id": self.id,
            "kind": self.kind,
            "about": self.about,
            "status": self.status,
            "asked_by": self.asker.id,
            "asked": self.asked,
            "done": self.done,
            "left": 0 if self.status == DONE else left,
            "rate": rate,
            "remaining_seconds": round(left / rate) if self.live and left is not None and rate else None,
            "tries": self.tries,
            "result": self.result,
            "problem": self.problem,
        }


_COLUMNS = (
    "id::text, kind, about, parameters, asked_by, roles, client, correlation, asked, status, cursor, done, total, result, problem, tries,"
    " extract(epoch from updated - began)::float"
)


def _job(row: tuple[Any, ...]) -> Job:
    id_, kind, about, parameters, asked_by, roles, client, correlation, *rest = row
    return Job(id_, kind, about, parameters, Asker(asked_by, frozenset(roles), client, correlation), *rest)


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def kind_of(service: Flowing, name: str) -> JobKind:
    """LookupError for a kind that the service does not declare."""
    found = next((kind for kind in service.jobs if kind.name == name), None)
    if found is None:
        raise LookupError(f"expected a kind of job of {service.name}, found {name}")
    return found


def start(tx: Transaction, kind: JobKind, asker: Asker, about: str | None, parameters: Mapping[str, Any], total: int | None = None) -> Job:
    """The job that does this, new, or the one of this kind that is under way about the same thing. Without `about` it is always new."""
    id_ = str(random_id())
    tx.execute(
        "insert into worker_jobs (agency, id, kind, about, parameters, asked_by, roles, client, correlation, asked, total)"
        f" values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (agency, kind, about) where {LIVE} do nothing",
        (
            *(tx.agency_id, id_, kind.name, about or id_, _json(parameters), asker.id),
            *(sorted(asker.roles), asker.client, asker.correlation, tx.now, total),
        ),
    )
    found = under_way(tx, kind.name, about or id_)
    return found if found is not None else start(tx, kind, asker, about, parameters, total)  # that one has ended just now


def under_way(tx: Transaction, kind: str, about: str) -> Job | None:
    """The job of this kind about this thing that has not ended."""
    row = tx.execute(
        f"select {_COLUMNS} from worker_jobs where agency = %s and kind = %s and about = %s and {LIVE}", (tx.agency_id, kind, about)
    ).fetchone()
    return _job(row) if row else None


def read(tx: Transaction, id_: str, *, lock: bool = False) -> Job | None:
    """`lock`: no part is done and nobody else ends it until the transaction ends; waits for the part that is being done."""
    row = tx.execute(
        f"select {_COLUMNS} from worker_jobs where agency = %s and id = %s{' for update' if lock else ''}", (tx.agency_id, id_)
    ).fetchone()
    return _job(row) if row else None


def listed(
    tx: Transaction, asked_by: str, kinds: Iterable[str], before: tuple[str, str] | None, most: int, **equal: str | None
) -> list[Job]:
    """The newest first: those that `asked_by` asked for and those of `kinds`, before a job's (asked, id)."""
    wanted = {name: value for name, value in equal.items() if value is not None}
    tests = "".join(f" and {name} = %({name})s" for name in wanted)
    if before is not None:
        tests += " and (asked, id) < (%(asked_before)s::timestamptz, %(id_before)s::uuid)"
    rows = tx.execute(
        f"select {_COLUMNS} from worker_jobs where agency = %(agency)s and (kind = any(%(kinds)s) or asked_by = %(by)s){tests}"
        " order by asked desc, id desc limit %(most)s",
        {
            **wanted,
            **{"agency": tx.agency_id, "kinds": list(kinds), "by": asked_by, "most": most},
            **({"asked_before": before[0], "id_before": before[1]} if before else {}),
        },
    ).fetchall()
    return [_job(row) for row in rows]


def work_of(tx: Transaction, service: Flowing, job: Job) -> Work:
    """What a part of the job acts through: in the name of who asked for it."""
    return Work(tx, service, Meta(job.asker.id, job.asker.correlation), KnowledgeOnce(tx, service))


def cancel(tx: Transaction, service: Flowing, job: Job) -> None:
    """End a locked job that is under way; what its parts have done stays. A job that has ended stays as it is."""
    if not job.live:
        return
    kind_of(service, job.kind).cancelled(work_of(tx, service, job), job)
    tx.execute(
        "update worker_jobs set status = %s, updated = clock_timestamp() where agency = %s and id = %s", (CANCELLED, tx.agency_id, job.id)
    )


def retry(tx: Transaction, job: Job) -> None:
    """Let a locked job that failed go on from where it is. Refused when it did not fail, or another does the same by now."""
    if job.status != FAILED:
        raise Refused(
            "job-not-failed", expected="a job that failed", found=f"one that is {job.status}", remedy="look at the job; ask for a new one"
        )
    try:
        tx.execute(
            "update worker_jobs set status = %s, tries = 0, again = null, problem = null, error = null, updated = clock_timestamp()"
            " where agency = %s and id = %s",
            (WAITING, tx.agency_id, job.id),
        )
    except psycopg2.errors.UniqueViolation:
        raise Refused(
            "job-under-way",
            expected=f"no other job under way about {job.about}",
            found="one",
            remedy="wait for that one, or cancel it first",
        ) from None


def advance(database: Database, service: Flowing, agency: str, now: datetime) -> bool:
    """Do the next part of the agency's job that was worked on least recently; False when none is to be done."""
    job = None
    try:
        with database.transaction(agency, now) as tx:
            tx.before_next(PATIENT)
            row = tx.execute(
                f"select {_COLUMNS} from worker_jobs where agency = %s and {LIVE} and {RESTED}"
                " order by updated limit 1 for update skip locked",
                (tx.agency_id,),
            ).fetchone()
            if row is None:
                return False
            job = _job(row)
            _keep(tx, job, kind_of(service, job.kind).part(work_of(tx, service, job), job))
            points.reach("job-part")
        points.reach("job-part-kept")
    except (StoreUnavailable, CommitUnknown):
        raise
    except (Conflict, *PASSING) as passing:  # somebody wrote to the same stream: the part is done again at once
        LOG.info("a part of a job of %s is done again: %r", agency, passing)
    except Exception as error:
        if job is None:
            raise
        _failed(database, agency, now, job, error)
    return True


def _keep(tx: Transaction, job: Job, part: Progress | Done | Refused) -> None:
    """What came of a part, with the commit of what it did."""
    if isinstance(part, Refused):
        status, cursor, done, total, result, problem = FAILED, job.cursor, job.done, job.total, None, part.body()
    elif isinstance(part, Done):
        status, cursor, done, total, result, problem = DONE, job.cursor, job.done + part.done, job.total, part.result, None
    else:
        total = part.total if part.total is not None else job.total
        status, cursor, done, result, problem = RUNNING, part.cursor, job.done + part.done, None, None
    tx.at_end(
        "update worker_jobs set status = %s, cursor = %s, done = %s, total = %s, result = %s, problem = %s,"
        " tries = 0, again = null, error = null, began = coalesce(began, transaction_timestamp()), updated = clock_timestamp()"
        " where agency = %s and id = %s",
        (status, _json(cursor), done, total, _json(result), _json(problem), tx.agency_id, job.id),
    )


def _failed(database: Database, agency: str, now: datetime, job: Job, error: Exception) -> None:
    """Note the failure. A refusal is final; other trouble is tried again after a rest, until the tries are over."""
    refused = isinstance(error, Refused)
    over = refused or job.tries + 1 >= MOST_TRIES
    if not refused:
        LOG.error("job %s %s of %s failed (try %d)", job.kind, job.about, agency, job.tries + 1, exc_info=error)
    problem = error.body() if refused else _trouble(job)
    with database.transaction(agency, now) as tx:
        tx.execute(
            "update worker_jobs set tries = tries + 1, status = %s, problem = %s, error = %s,"
            " began = coalesce(began, transaction_timestamp()), updated = clock_timestamp(),"
            " again = clock_timestamp() + %s * interval '1 second'"
            f" where agency = %s and id = %s and tries = %s and done = %s and {LIVE}",
            (
                *(FAILED if over else RUNNING, _json(problem) if over else None, None if refused else repr(error)[:2000]),
                *(RESTS[min(job.tries, len(RESTS) - 1)], tx.agency_id, job.id, job.tries, job.done),
            ),
        )


def _trouble(job: Job) -> Mapping[str, Any]:
    """Without the error's own words, which may hold what only the operator is to see."""
    return problem_body(
        "job-failed",
        500,
        "each part to be done",
        f"one that failed {MOST_TRIES} times, after {job.done} were done",
        "what was done stays; the worker's log has the error. Once its cause is repaired, retry the job",
    )


def prune(database: Database, agencies: Iterable[str], now: datetime) -> int:
    """Give up the jobs that ended longer than KEPT ago; how many they were."""
    total = 0
    for agency in agencies:
        with database.transaction(agency, now) as tx:
            gone = f"delete from worker_jobs where agency = %s and asked < %s and not {LIVE}"
            total += tx.execute(gone, (tx.agency_id, now - KEPT)).rowcount
    return total


_LOOK = f"select distinct agency from worker_jobs where {LIVE} and {RESTED} order by agency"
"""The agencies (numbers) that have a job to do, for a role that sees all agencies."""


class Jobs:
    """The worker's thread that does jobs, agency by agency a part of each. Runs until `stop` is set; several may run side by side."""

    def __init__(
        self,
        service: Flowing,
        database: Database,
        log_url: str,
        now: Callable[[], datetime],
        stop: threading.Event,
        did: Callable[[], None] = lambda: None,
        pause: float = 0.1,
    ) -> None:
        """`did` hears that events may have been appended here."""
        self.service, self.database, self.log_url = service, database, log_url
        self.now, self.stop, self.did, self.pause = now, stop, did, pause
        self.agencies = AgencyBook()

    def run(self) -> None:
        wait = 0.1
        while not self.stop.is_set():
            try:
                self._session()
                wait = 0.1
            except (StoreUnavailable, CommitUnknown, psycopg2.Error) as trouble:
                LOG.warning("jobs of %s start over: %s", self.service.name, trouble)
                self.stop.wait(wait)
                wait = min(2 * wait, 3)

    def _session(self) -> None:
        reader = connect(self.log_url, f"jobs {self.service.name}")
        try:
            while not self.stop.is_set():
                if not self._turn(reader):
                    self.stop.wait(self.pause)
        finally:
            reader.close()

    def _turn(self, reader: Any) -> bool:
        """One part for each agency that has a job; whether any was done."""
        found = outright(reader)(_LOOK, None).fetchall()
        busy = False
        for (agency,) in found:
            if self.stop.is_set():
                break
            code = self.agencies.by_id(agency, outright(reader)).code
            busy = advance(self.database, self.service, code, self.now()) or busy
        if busy:
            self.did()
        return busy
