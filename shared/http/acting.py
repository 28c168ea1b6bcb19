"""How a route acts: one transaction, one caller, commands decided and answered with what they changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, g, request

from shared.flow import jobs
from shared.flow.jobs import Asker, Job
from shared.flow.once import KnowledgeOnce
from shared.flow.work import Work
from shared.http import documented
from shared.http.answers import answered
from shared.http.paging import Reader, page
from shared.http.policy import NOBODY, Actor, named, period_in
from shared.http.problems import Problem
from shared.http.serving import Serving, serving
from shared.http.wire import dumps, plain
from shared.kernel.decider import Aggregate, State
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.store import idempotency
from shared.store.commands import Appended, Meta
from shared.store.database import Transaction
from shared.store.errors import Conflict
from shared.views import reading

RETRIES = 3
JOB_AT = "/v1/jobs/{id}"
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass
class RequestWork(Work):
    """What a route's function is given: the caller beside the transaction and everything that the service knows in it.

    The function may be called again when another writer comes between, so it has no effect but through this object.
    """

    actor: Actor = field(kw_only=True)
    here: Serving = field(kw_only=True)
    expected: int | None = None
    """The version in ``If-Match``, until the first command compares it."""
    matched: str | None = None

    @property
    def key(self) -> str | None:
        """The request's Idempotency-Key as it was sent."""
        return request.headers.get("Idempotency-Key")

    def execute(self, aggregate: Aggregate[..., State], command: Any, expected: int | None = None) -> Appended[State]:
        """As :meth:`Work.execute`. The first call compares the stream with ``If-Match``."""
        if self.expected is not None:
            expected, self.expected, self.matched = self.expected, None, aggregate.stream_of(command)
        return super().execute(aggregate, command, expected)

    def start(self, kind: str, about: str | None = None, total: int | None = None, **parameters: Any) -> Job:
        """A job of this kind of the service's, or the one that is under way about the same thing; the worker does it after the commit."""
        asker = Asker(self.actor.id, self.actor.roles, self.actor.client, self.meta.correlation)
        return jobs.start(self.tx, jobs.kind_of(self.here.service, kind), asker, about, parameters, total)

    def found(self, row: Mapping[str, Any] | None, what: str, key: str) -> dict[str, Any]:
        """The row. Refused with 404 when there is none."""
        if row is None:
            raise Refused(
                f"unknown-{what}",
                status=404,
                expected=f"the {what} {key} to exist in this agency",
                found="none",
                remedy="check the address; what was written a moment ago may take a second to appear",
            )
        return dict(row)

    def page(self, view: Any, **equal: Any) -> dict[str, Any]:
        """One page of a view's rows whose columns equal these values (None: any), as ``limit`` and ``cursor`` of the request ask."""
        wanted = {name: value for name, value in equal.items() if value is not None}
        return self.paged(lambda after, most: reading.rows(self.tx, view, wanted, after=after, most=most))

    def paged(self, read: Reader) -> dict[str, Any]:
        """As :meth:`page`, of the rows that `read` gives."""
        if not getattr(current_app.view_functions[request.endpoint], "listed", False):
            raise TypeError(f"{request.endpoint}: expected a Page in the return annotation of a route that answers pages")
        return page(read, request.args, self.here.limits.page)

    def may(self, action: str, subject: str | None, period: Period | None = None, changes: frozenset[str] = NOBODY) -> bool:
        """Whether the policy's table allows it, for routes that answer more to some."""
        return self.here.service.policy.permits(self.actor, action, subject, self.knowledge, period, changes)

    def authorise(self, action: str, subject: str | None, period: Period | None = None, changes: frozenset[str] = NOBODY) -> None:
        """Raises the problem 403 unless the policy's table allows it: ``own-record`` when it would, were it not the caller's own."""
        if self.may(action, subject, period, changes):
            return
        policy = self.here.service.policy
        if why := policy.barred(self.actor, self.knowledge):
            raise Problem(
                f"service-{why}",
                403,
                f"somebody in service for {action}",
                f"{self.actor.id}, whose service {'has ended' if why == 'ended' else 'is suspended'}",
                "your own file, pay and appraisals stay open to you; turn to the HR officer for the rest",
            )
        if policy.only_own(self.actor, action, changes):
            raise Problem(
                "own-record",
                403,
                f"{policy.who_may(action)} for {action}, other than the person concerned",
                f"{self.actor.id} about himself or herself",
                "let a second person who may do it act",
            )
        roles = ", ".join(sorted(self.actor.roles)) or "no roles"
        raise Problem(
            "not-permitted",
            403,
            f"{policy.who_may(action)} for {action}",
            f"{self.actor.id} with {roles}",
            "ask somebody who may, or the agency's administrator for the role",
        )


def work_in(tx: Transaction) -> RequestWork:
    """The present request's work."""
    here, actor = serving(), g.actor
    trace = request.headers.get("traceparent", "")
    meta = Meta(actor=actor.id, correlation=g.correlation, traceparent=trace if TRACEPARENT.fullmatch(trace) else None)
    return RequestWork(tx, here.service, meta, KnowledgeOnce(tx, here.service), actor=actor, here=here)


@dataclass(frozen=True)
class Accepted:
    """What a command answers (202) when a job does the work: the job, under whose address (``Location``) one reads how far it is."""

    job: Job


@dataclass(frozen=True)
class Repeatable:
    """The name under which a command's answer is kept: who, where, which key, and the digest of what was sent."""

    client: str
    route: str
    key: str
    digest: str

    def earlier(self, tx: Transaction, made: Callable[[Any, int, str | None], Response] | None = None) -> Response | None:
        """The answer given before, or None; from here on the key is taken. `made`: how an answer is made of what was kept."""
        stored = idempotency.begin(tx, self.client, self.route, self.key, self.digest)
        if stored is None:
            return None
        response = (made or answer)(stored.body, stored.status, stored.etag)
        response.headers["Idempotency-Replayed"] = "true"
        return response

    def keep(self, tx: Transaction, status: int, body: Any, etag: str | None) -> None:
        idempotency.finish(tx, self.client, self.route, self.key, self.digest, status, body, etag)


def repeatable() -> Repeatable | None:
    """From the header ``Idempotency-Key``, if there is one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Problem("bad-idempotency-key", 400, "1 to 200 visible ASCII characters", "another form", "use a UUID, for example")
    query = request.query_string.decode("latin-1")
    sent = hashlib.sha256(b"\n".join([request.mimetype.encode(), query.encode(), request.get_data(cache=True)])).hexdigest()
    # Within a client each person's keys are his own: a portal serves many.
    return Repeatable(f"{g.actor.client}/{g.actor.id}", f"{request.method} {request.path}", key, sent)


def answer(body: Any, status: int, etag: str | None = None) -> Response:
    """A JSON answer."""
    response = Response(dumps(body), status=status, content_type="application/json")
    if etag is not None:
        response.headers["ETag"] = etag
    return response


@dataclass(frozen=True)
class Acting:
    """How a command is asked and answered, as :func:`commanding` was told; `accepted`: its answer may be a job."""

    action: str
    subject: str | None
    if_match: bool
    status: int
    at: str | None
    accepted: bool
    keyed: bool

    def answer(self, body: Any, status: int, etag: str | None, path: Mapping[str, str]) -> Response:
        """The answer, with the address (``Location``) of the job, or of what the command made."""
        response = answer(body, status, etag)
        at = JOB_AT if self.accepted and status == 202 else self.at
        if at is not None:
            members = body if isinstance(body, Mapping) else {}
            response.headers["Location"] = at.format(**{name: quote(str(value), safe="") for name, value in {**members, **path}.items()})
        return response


def commanding(
    action: str,
    *,
    subject: str | None = None,
    if_match: bool = False,
    status: int = 200,
    at: str | None = None,
    keyed: bool = True,
    many: bool = False,
) -> Callable[..., Any]:
    """Make a function (work, [body,] **path) a route that changes something.

    `subject`: the path's parameter that the policy's relations look at, for the period that the path names, if it names one. Whom path
    and body name as the person concerned, is denied what only his role would allow. `if_match`: the caller must say which version he saw.
    The function's dict is the answer's body, of the shape that its return annotation says (:mod:`shared.http.answers`); with ``| Accepted``
    in it, it may be a job (202). The ETag is the version of the stream that it wrote to last. `at`: the address of what it made, from the
    path's parameters and the answer's members: ``/v1/complaints/{complaint}``.

    `keyed`: the answer is kept under the Idempotency-Key, beside the caller's id and the digest of what was sent. Where that would
    tell who said what, it is not kept: the function itself finds what is repeated (:attr:`RequestWork.key`).

    `many`: it may be one of many acts of a request (:mod:`shared.http.acts`). It holds no name, and reads nothing of the request itself.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        said = answered(function, Accepted)
        how = Acting(action, subject, if_match, status, at, said.accepted, keyed)

        @wraps(function)
        def view(*args: Any, **path: Any) -> Response:
            return _command(function, how, args, path)

        view.action, view.changes, view.act = action, True, (function, how) if many else None
        return documented.command(view, said, status=status, if_match=if_match, at=at)

    return decorate


def querying(action: str, *, subject: str | None = None) -> Callable[..., Any]:
    """Make a function (work, **path) a route that only reads, and answers what its return annotation says (:mod:`shared.http.answers`).

    A member ``version`` of its dict becomes the ETag. Where it answers a ``Page`` (:meth:`RequestWork.page`), it takes ``limit`` and
    ``cursor``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        said = answered(function, Accepted)

        @wraps(function)
        def view(*args: Any, **path: Any) -> Response:
            here = serving()
            now = here.clock.now()
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                work = work_in(tx)
                work.authorise(action, path.get(subject), period_in(path))
                found = function(work, *args, **path)
            if isinstance(found, Response):
                return found
            version = found.get("version") if isinstance(found, Mapping) else None
            return answer(found, 200, None if version is None else f'"{version}"')

        view.action, view.listed = action, said.listed
        return documented.query(view, said)

    return decorate


def _command(function: Callable[..., Any], how: Acting, args: tuple[Any, ...], path: dict[str, Any]) -> Response:
    here = serving()
    name = repeatable() if how.keyed else None

    def made(body: Any, status: int, etag: str | None) -> Response:
        return how.answer(body, status, etag, path)

    for tries_left in reversed(range(RETRIES + 1)):
        now = here.clock.now()
        work = None
        try:
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                if name and (earlier := name.earlier(tx, made)):
                    return earlier
                work = work_in(tx)
                work.authorise(how.action, path.get(how.subject), period_in(path), named(path, *args))
                work.expected = _version_seen(required=how.if_match)
                found = function(work, *args, **path)
                etag = f'"{work.last.version}"' if work.last else None
                body, code = (plain(found.job.plain()), 202) if isinstance(found, Accepted) else (plain(found), how.status)
                if name:
                    name.keep(tx, code, body, etag)
            return made(body, code, etag)
        except Conflict as conflict:
            if work is not None and work.matched == conflict.stream:
                raise stale(conflict) from None
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _version_seen(required: bool) -> int | None:
    """The version in ``If-Match``; the problem 428 when it is required and absent."""
    given = request.headers.get("If-Match")
    if given is None:
        if not required:
            return None
        raise version_required('the header If-Match with the version that you decide on, such as "3"', "header")
    form = re.fullmatch(r'"([0-9]{1,9})"', given.strip())
    if not form:
        raise Problem("bad-if-match", 400, 'one version in quotes, such as "3"', given[:40], "send the ETag as you received it")
    return int(form[1])


def version_required(expected: str, what: str) -> Problem:
    return Problem("version-required", 428, expected, f"no such {what}", "read the resource, and send its version with what you decide")


def stale(conflict: Conflict) -> Problem:
    return Problem(
        "stale-version",
        412,
        f"version {conflict.found} of {conflict.stream}" if conflict.found is not None else f"the present version of {conflict.stream}",
        f"version {conflict.expected} in If-Match",
        "read it again, look at what changed, and decide anew",
        facts={"version": conflict.found},
    )
