"""What the library's own wrappers add to the OpenAPI description of a route."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from apispec import APISpec

View = Callable[..., Any]

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
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The address of the job."}}
ANYTHING = {"application/json": {"schema": {"type": "object"}}}


def command(view: View, *, status: int, if_match: bool, accepted: bool = False) -> View:
    parameters = [IDEMPOTENCY_KEY, IF_MATCH] if if_match else [IDEMPOTENCY_KEY]
    refusals = ["UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"]
    if if_match:
        refusals += ["PRECONDITION_FAILED", "PRECONDITION_REQUIRED"]
    told = _responses(status, refusals)
    if accepted:
        told["202"] = {"description": "A job of the worker does it", "content": ANYTHING, "headers": LOCATION}
    return _add(view, parameters, told)


def query(view: View, *, listed: bool) -> View:
    refusals = ["BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"]
    return _add(view, [LIMIT, CURSOR] if listed else [], _responses(200, refusals))


def probe(view: View, members: Sequence[str], refusals: Sequence[int] = ()) -> View:
    """A route that needs no token and answers an object with these flags in every state."""
    schema = {"type": "object", "properties": dict.fromkeys(members, {"type": "boolean"}), "required": list(members)}
    content = {"application/json": {"schema": schema}}
    told = {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in (200, *refusals)}
    made = _add(view, [], told | {"422": "UNPROCESSABLE_ENTITY"})
    made._apidoc["manual_doc"] = {"security": []}
    return made


def feed(view: View, media_type: str) -> View:
    after = {"in": "query", "name": "after", "required": False, "schema": {"type": "integer", "default": 0}, "description": "A `sequence`."}
    batch = {"description": "A CloudEvents batch", "content": {media_type: {"schema": {"type": "array", "items": {"type": "object"}}}}}
    refusals = _responses(200, ["UNAUTHORIZED", "FORBIDDEN", "UNPROCESSABLE_ENTITY", "SERVICE_UNAVAILABLE"])
    return _add(view, [after, LIMIT], refusals | {"200": batch})


def describe_problems(spec: APISpec) -> None:
    """The one form of every error, and a response of that form for every status that a route may name."""
    text = {"type": "string"}
    members = dict.fromkeys(("type", "title", "detail", "instance", "expected", "found", "remedy"), text)
    spec.components.schema(
        "Problem",
        {
            "type": "object",
            "description": "RFC 9457, with what was expected, what was found and what to do; `errors` names fields or rows.",
            "properties": members | {"status": {"type": "integer"}, "errors": {"type": "array", "items": {"type": "object"}}},
            "required": ["type", "title", "status", "detail", "expected", "found", "remedy"],
        },
    )
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in HTTPStatus:
        spec.components.response(status.name, {"description": status.phrase, "content": content}, lazy=True)
    spec.components.response("DEFAULT_ERROR", {"description": "Any other problem", "content": content}, lazy=True)


def file(view: View, reads: Sequence[str], heads: Sequence[tuple[str, str, bool]]) -> View:
    """`heads`: of each column its head, what its cells hold, and whether it is required."""
    shown = "; ".join(f"{head} ({what}{'' if required else ', optional'})" for head, what, required in heads)
    refusals = ["UNAUTHORIZED", "FORBIDDEN", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNPROCESSABLE_ENTITY"]
    made = _add(view, [IDEMPOTENCY_KEY, DRY_RUN, REPLACE, PREFER], _responses(200, refusals))
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in reads}
    made._apidoc["arguments"]["requestBody"] = {"required": True, "description": f"Columns: {shown}", "content": content}
    return made


def _responses(status: int, refusals: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {str(status): {"description": HTTPStatus(status).phrase, "content": ANYTHING, "headers": ETAG}}
    return found | {str(HTTPStatus[name].value): name for name in refusals}


def _add(view: View, parameters: Sequence[dict[str, Any]], responses: dict[str, Any]) -> View:
    view._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    docs = view._apidoc.setdefault("arguments", {})
    docs.setdefault("parameters", []).extend(deepcopy(list(parameters)))
    docs.setdefault("responses", {}).update(responses)
    return view
