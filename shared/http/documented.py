"""What the library's own wrappers add to the OpenAPI description of a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from apispec import APISpec

from shared.http.answers import Answered
from shared.http.common_answers import Job, Problem
from shared.http.shapes import KEYWORD

View = Callable[..., Any]

PROBLEM = "application/problem+json"

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "Repeated with the same key and body, the request has one effect and gets the same answer.",
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of what was seen. Absent: 428. No longer the present version: 412.",
}
LIMIT = {"in": "query", "name": "limit", "required": False, "schema": {"type": "integer", "minimum": 1}, "description": "Entries at once."}
CURSOR = {
    "in": "query",
    "name": "cursor",
    "required": False,
    "schema": {"type": "string"},
    "description": "`next` of the page before; without it the first page.",
}
DRY_RUN = {
    "in": "query",
    "name": "dry_run",
    "required": False,
    "schema": {"type": "boolean", "default": False},
    "description": "Check every row, change nothing.",
}
REPLACE = {
    "in": "query",
    "name": "replace",
    "required": False,
    "schema": {"type": "boolean", "default": False},
    "description": "The word that rows may undo a correction. Without it such rows are refused (409), each with what stands.",
}
PREFER = {
    "in": "header",
    "name": "Prefer",
    "required": False,
    "schema": {"type": "string"},
    "description": "`wait=20`: answer 202 with how far a long import has come after so many seconds; sent again, it goes on.",
}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The version of the stream, in quotes."}}
REPLAYED = {
    "Idempotency-Replayed": {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "The request was sent before with the same Idempotency-Key: the answer is that one's.",
    }
}


def command(view: View, said: Answered, *, status: int, if_match: bool, at: str | None) -> View:
    """`at`: where what the command made can be read, which the header ``Location`` says."""
    parameters = [IDEMPOTENCY_KEY, IF_MATCH] if if_match else [IDEMPOTENCY_KEY]
    refusals = ["BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"]
    if if_match:
        refusals += ["PRECONDITION_FAILED", "PRECONDITION_REQUIRED"]
    told = _refusals(refusals)
    if said.hint is not None:
        told[str(status)] = _response(status, said.hint, ETAG | REPLAYED | (_location(f"`{at}`") if at else {}))
    if said.accepted:
        told["202"] = _response(202, Job, REPLAYED | _location("The job")) | {"description": "A job of the worker does it"}
    return _add(view, parameters, told)


def query(view: View, said: Answered) -> View:
    refusals = ["BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"]
    headers = ETAG if said.versioned else {}
    return _add(view, [LIMIT, CURSOR] if said.listed else [], _refusals(refusals) | {"200": _response(200, said.hint, headers)})


def probe(view: View, shape: type, refusals: Sequence[int] = ()) -> View:
    """A route that needs no token and answers this shape in every state."""
    told = {str(status): _response(status, shape, {}) for status in (200, *refusals)}
    made = _add(view, [], told | _refusals(["UNPROCESSABLE_ENTITY"]))
    made._apidoc["manual_doc"]["security"] = []
    return made


def feed(view: View, media_type: str, shape: type) -> View:
    after = {"in": "query", "name": "after", "required": False, "schema": {"type": "integer", "default": 0}, "description": "A `sequence`."}
    link = {"Link": {"schema": {"type": "string"}, "description": 'The address that leads on, with rel="next".'}}
    batch = _response(200, list[shape], link, media_type) | {"description": "A CloudEvents batch"}
    refusals = _refusals(["UNAUTHORIZED", "FORBIDDEN", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"])
    return _add(view, [after, LIMIT], refusals | {"200": batch})


RETRY_AFTER = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds after which to send it again, if that helps."}}
CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "What token is asked for."}}


def describe_problems(spec: APISpec) -> None:
    """A response for every status that a route may name, of the one form that every error has."""
    headers = {HTTPStatus.CONFLICT: RETRY_AFTER, HTTPStatus.SERVICE_UNAVAILABLE: RETRY_AFTER, HTTPStatus.UNAUTHORIZED: CHALLENGE}
    for status in HTTPStatus:
        told = _response(status.value, Problem, headers.get(status, {}), PROBLEM)
        spec.components.response(status.name, told, lazy=True)
    told = _response(500, Problem, {}, PROBLEM) | {"description": "Any other problem"}
    spec.components.response("DEFAULT_ERROR", told, lazy=True)


def file(view: View, reads: Sequence[str], heads: Sequence[tuple[str, str, bool]], told: Mapping[int, type]) -> View:
    """`heads`: of each column its head, what its cells hold, and whether it is required. `told`: of each status what it answers."""
    shown = "; ".join(f"{head} ({what}{'' if required else ', optional'})" for head, what, required in heads)
    refusals = ["UNAUTHORIZED", "FORBIDDEN", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNPROCESSABLE_ENTITY"]
    refusals += ["BAD_REQUEST", "PRECONDITION_REQUIRED", "SERVICE_UNAVAILABLE"]
    responses = {str(status): _response(status, shape, REPLAYED) for status, shape in told.items()}
    made = _add(view, [IDEMPOTENCY_KEY, DRY_RUN, REPLACE, PREFER], _refusals(refusals) | responses)
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in reads}
    made._apidoc["arguments"]["requestBody"] = {"required": True, "description": f"Columns: {shown}", "content": content}
    return made


def _response(status: int, shape: Any, headers: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    told = {"description": HTTPStatus(status).phrase, "content": {media_type: {"schema": {KEYWORD: shape}}}}
    return told | ({"headers": headers} if headers else {})


def _location(what: str) -> dict[str, Any]:
    return {"Location": {"schema": {"type": "string"}, "description": f"{what}: where it can be read."}}


def _refusals(names: Sequence[str]) -> dict[str, Any]:
    return {str(HTTPStatus[name].value): name for name in names}


def _add(view: View, parameters: Sequence[dict[str, Any]], responses: dict[str, Any]) -> View:
    view._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    view._apidoc.setdefault("manual_doc", {})["operationId"] = view.__name__.strip("_")
    docs = view._apidoc.setdefault("arguments", {})
    docs.setdefault("parameters", []).extend(deepcopy(list(parameters)))
    docs.setdefault("responses", {}).update(responses)
    return view
