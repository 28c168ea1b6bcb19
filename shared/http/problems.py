"""Problems (RFC 9457): every error of every route, in one shape, with what was expected, what was found and what to do."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import psycopg2.errors
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from shared.events.codec import EventTooLarge
from shared.http.identity import Unauthenticated
from shared.http.wire import dumps
from shared.kernel.refusal import Refused, problem_body
from shared.store.errors import CommitUnknown, Conflict, InProgress, KeyReused, StoreUnavailable, TooSlow, UnknownAgency

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "2"}
LATER = {"Retry-After": "10"}


@dataclass(eq=False)  # not frozen: Python sets an exception's traceback
class Problem(Exception):
    """`code` is stable and becomes the type ``urn:merit:problem:<code>``; `errors` names fields or rows; `facts` are further members."""

    code: str
    status: int
    expected: str
    found: str
    remedy: str
    errors: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        said = dict(problem_body(self.code, self.status, self.expected, self.found, self.remedy))
        if self.errors:
            said["errors"] = list(self.errors)
        if "correlation" in g:
            said["instance"] = f"urn:uuid:{g.correlation}"
        return {**self.facts, **said}

    def response(self) -> Response:
        g.problem = self.code
        return Response(dumps(self.body()), status=self.status, content_type=MEDIA_TYPE, headers=dict(self.headers))


def of_refusal(refused: Refused) -> Problem:
    return Problem(refused.code, refused.status, refused.expected, refused.found, refused.remedy, facts=refused.facts)


def _of_unauthenticated(error: Unauthenticated) -> Problem:
    challenge = 'Bearer realm="merit"' + (f', error="invalid_token", error_description="expected {error.expected}"' if error.given else "")
    return Problem(
        "not-authenticated",
        401,
        error.expected,
        error.found,
        "ask the issuer for a token, and send it as Authorization: Bearer <token>",
        headers={"WWW-Authenticate": challenge},
    )


def _of_store(error: Exception) -> Problem:
    match error:
        case InProgress():
            return Problem(
                "in-progress",
                409,
                "no other request with this Idempotency-Key at the same time",
                "one that is being worked on",
                "wait a moment, then send the same request with the same key to get its answer",
                headers={"Retry-After": "1"},
            )
        case KeyReused():
            return Problem(
                "idempotency-key-reused",
                422,
                "the body that this Idempotency-Key was first sent with",
                "another body",
                "use a new key for a new request, and the same body to repeat one",
            )
        case Conflict():
            return Problem(
                "conflict",
                409,
                f"the stream {error.stream} at version {error.expected}",
                "other requests writing to it at the same time, four times in a row",
                "send the request again",
            )
        case CommitUnknown():
            return Problem(
                "outcome-unknown",
                503,
                "the database to confirm the request",
                "the connection lost while confirming: it may have taken effect",
                "send it again with the same Idempotency-Key: it takes effect once. Without a key, look first whether it did",
                headers=RETRY_AFTER,
            )
        case TooSlow() | psycopg2.errors.QueryCanceled():
            return Problem(
                "too-slow",
                503,
                "an answer before the time for it is over",
                "one that takes longer",
                "nothing was changed; ask for less at once (limit, a narrower period, a shorter file), or send it again in a moment",
                headers=LATER,
            )
        case psycopg2.errors.LockNotAvailable():
            return Problem(
                "busy",
                503,
                "nobody else to change the same things for long",
                "somebody who still does",
                "nothing was changed; send the request again in a moment, with the same Idempotency-Key if it had one",
                headers=LATER,
            )
        case UnknownAgency():
            return not_found("agency", "an agency that this system serves", "the token's agency, which is unknown here")
        case EventTooLarge():
            return Problem("too-large", 422, "an event of at most 256 KB", "more", "send less at once")
    return Problem(
        "unavailable",
        503,
        "the database to answer",
        "no answer",
        "nothing was changed; send the request again in a moment, with the same Idempotency-Key if it had one",
        headers=RETRY_AFTER,
    )


def not_found(what: str, expected: str, found: str) -> Problem:
    return Problem(f"unknown-{what}", 404, expected, found, "check the address; another agency's things do not exist here")


HTTP = {
    400: ("bad-request", "a request in the form that /openapi.json describes", "compare it with /openapi.json"),
    404: ("unknown-route", "a path that /openapi.json lists", "look the path up in /openapi.json"),
    405: ("method-not-allowed", "a method that this path has", "use a method named in the header Allow"),
    406: ("not-acceptable", "to be asked for application/json", "leave the header Accept out"),
    413: ("body-too-large", "a smaller body", "send less at once, or split the file"),
    414: ("address-too-long", "a shorter address", "use fewer or shorter parameters"),
    415: ("wrong-content-type", "a content type that this route reads", "see /openapi.json for the route's content types"),
}


def _of_http(error: HTTPException) -> Problem | HTTPException:
    if error.code is None or error.code < 400:
        return error  # a redirection is no problem
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages:
        return _of_messages(messages)
    code, expected, remedy = HTTP.get(error.code, ("http-" + str(error.code), "a request that this route answers", "see /openapi.json"))
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(code, error.code, expected, f"{request.method} {request.path[:200]}", remedy, headers=headers)


MESSAGES = {
    "Missing data for required field.": "a value",
    "Unknown field.": "no field of this name",
    "Field may not be null.": "a value, not null",
    "Invalid input type.": "an object with named fields",
    "Length must be between": "a length between",
    "Shorter than minimum length": "at least the length",
    "Longer than maximum length": "at most the length",
    "Must be one of:": "one of",
    "Not a valid": "a valid",
    "Must be": "a value",
}


def _expected(message: str) -> str:
    for known, ours in MESSAGES.items():
        if message.startswith(known):
            return (ours + message.removeprefix(known)).rstrip(".")
    return message.rstrip(".")


def _leaves(messages: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """marshmallow's nested messages, flat: the path to a field and one message."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _leaves(inner, path if name == "_schema" else (*path, name))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield path, str(message)


def _given(sent: Any, path: Sequence[str | int]) -> str:
    for part in path:
        try:
            sent = sent[part]
        except (KeyError, IndexError, TypeError):
            return "nothing"
    return dumps(sent).decode()[:80]


def of_body(messages: Mapping[str, Any], body: Any) -> Problem:
    """Validation errors (marshmallow's) of a body that came inside another."""
    return _of_messages({"json": messages}, body)


def _of_messages(messages: Mapping[str, Any], body: Any = None) -> Problem:
    """Validation errors of a body or of query parameters, one entry a field."""
    errors = []
    for where, inner in messages.items():
        sent = (body or request.get_json(silent=True)) if where == "json" else request.args
        for path, message in _leaves(inner):
            errors.append({"field": ".".join(map(str, path)) or where, "expected": _expected(message), "found": _given(sent, path)})
    what = "body" if "json" in messages else "parameters"
    first = errors[0]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Problem(
        f"invalid-{what}",
        422,
        f"{first['field']}: {first['expected']}{more}",
        first["found"],
        "correct the fields named under errors",
        errors=errors,
    )


def _unexpected(error: Exception) -> Response:
    """A bug. The log says where; neither log nor answer repeats the message, which may hold personal data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    route = f"{request.method} {request.url_rule}"
    log.error("unexpected %s in %s, correlation %s\n%s", type(error).__name__, route, g.get("correlation"), where)
    return Problem(
        "unexpected",
        500,
        "an answer",
        "an error on our side",
        f"nothing was changed; report the number {g.get('correlation')}",
    ).response()


def _answer(problem: Problem | HTTPException) -> Response | HTTPException:
    return problem.response() if isinstance(problem, Problem) else problem


def handle_problems(app: Flask) -> None:
    """Register the handlers on `app`. Every error answers application/problem+json from here on."""
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(Refused, lambda error: of_refusal(error).response())
    app.register_error_handler(Unauthenticated, lambda error: _of_unauthenticated(error).response())
    app.register_error_handler(HTTPException, lambda error: _answer(_of_http(error)))
    store = (InProgress, KeyReused, Conflict, CommitUnknown, StoreUnavailable, TooSlow, UnknownAgency, EventTooLarge)
    for kind in (*store, psycopg2.OperationalError, psycopg2.InterfaceError):
        app.register_error_handler(kind, lambda error: _of_store(error).response())
    app.register_error_handler(Exception, _unexpected)
