"""Jobs of every service over HTTP: how far the worker is with what a request started, and a word to end it or to try it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from marshmallow import Schema, fields, validate

from shared.flow import jobs
from shared.flow.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from shared.http import common_answers, paging
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.http.forms import Edge
from shared.http.problems import Problem

job_routes = Blueprint("jobs", __name__, url_prefix="/v1", description="Work that the worker does in parts, after the request for it.")


class OfJobs(Schema):
    kind = fields.String(load_default=None, validate=Edge("").body("code"), metadata={"description": "A kind of job, such as `pay-run`."})
    status = fields.String(load_default=None, validate=validate.OneOf((None, WAITING, RUNNING, DONE, FAILED, CANCELLED)))


@job_routes.route("/jobs")
@job_routes.arguments(OfJobs, location="query")
@querying("read-jobs")
def list_jobs(work: RequestWork, query: Mapping[str, Any]) -> Page[common_answers.Job]:
    """The caller's own jobs and those of the kinds that he may read, the newest first. Those that ended are kept for 90 days."""
    limit = paging.limit_of(request.args, work.here.limits.page)
    before = _place(request.args["cursor"]) if "cursor" in request.args else None
    kinds = [kind.name for kind in work.here.service.jobs if _may(work, "read-every-job", kind.reads)]
    listed = jobs.listed(work.tx, work.actor.id, kinds, before, limit + 1, **query)
    more = len(listed) > limit
    last = listed[limit - 1] if more else None
    return {
        "items": [job.plain() for job in listed[:limit]],
        "next": paging.cursor(f"{last.asked.isoformat()}|{last.id}") if last is not None else None,
    }


def _place(cursor: str) -> tuple[str, str]:
    asked, _, id_ = paging.key_of(cursor).partition("|")
    try:
        return datetime.fromisoformat(asked).isoformat(), str(UUID(id_))
    except ValueError:
        expected = "cursor as `next` of the page before gave it"
        raise Problem("invalid-parameters", 422, expected, cursor[:40], "begin without a cursor") from None


@job_routes.route("/jobs/<job_id>")
@querying("read-jobs")
def show_job(work: RequestWork, job_id: str) -> common_answers.Job:
    """One job: `done` and `left`, `rate` a second, `remaining_seconds`; when it has ended its `result`, or the `problem` that ended it.

    `status`: ``waiting``, ``running``, ``done``, ``failed`` (it may be retried) or ``cancelled``.
    """
    return _found(work, job_id, "read-every-job").plain()


@job_routes.route("/jobs/<job_id>/cancellation", methods=["POST"])
@commanding("end-jobs")
def cancel_job(work: RequestWork, job_id: str) -> common_answers.Job:
    """End a job that is under way: it does no further part, and what its parts have done stays. One that has ended stays as it is."""
    jobs.cancel(work.tx, work.here.service, _found(work, job_id, "end-every-job", lock=True))
    return jobs.read(work.tx, job_id).plain()


@job_routes.route("/jobs/<job_id>/retry", methods=["POST"])
@commanding("end-jobs")
def retry_job(work: RequestWork, job_id: str) -> common_answers.Job:
    """Let a failed job go on after what it has done. 409 ``job-not-failed``; 409 ``job-under-way`` when another does the same by now."""
    jobs.retry(work.tx, _found(work, job_id, "end-every-job", lock=True))
    return jobs.read(work.tx, job_id).plain()


def _may(work: RequestWork, every: str, action: str) -> bool:
    return work.may(every, None) or work.may(action, None)


def _found(work: RequestWork, job_id: str, every: str, *, lock: bool = False) -> Job:
    """The job, for who asked for it and who may see (or, to change it, start) jobs of its kind. 404 for an unknown one, 403 for others."""
    job = jobs.read(work.tx, job_id, lock=lock)
    if job is None:
        work.found(None, "job", job_id)
        raise AssertionError("unreachable")
    kind = jobs.kind_of(work.here.service, job.kind)
    action = kind.starts if lock else kind.reads
    if job.asker.id != work.actor.id and not work.may(every, None):
        work.authorise(action, None)
    return job
