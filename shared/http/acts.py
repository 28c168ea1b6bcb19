"""Many acts by one request: ``POST /v1/acts``, each as if it had been sent to its own address, and one that is refused stops no other.

    {"acts": [
        {"to": "/v1/appraisals/m1/2026-Q1/scores", "body": {"what": "behaviour", "item": "collaborative", "value": "as"}},
        {"to": "/v1/appraisals/m2/2026-Q1/delivery", "version": 4}
    ]}

They are decided in the order in which they stand, in one transaction, on what is read of all their subjects together. A route takes part
that is declared with ``commanding(…, many=True)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from flask import current_app
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.exceptions import HTTPException

from shared.flow.declared import Reads
from shared.http.acting import Acting, RequestWork, commanding, stale, version_required
from shared.http.answers import Count, Version, Words
from shared.http.blueprint import Blueprint, made
from shared.http.forms import Written
from shared.http.policy import named, period_in
from shared.http.problems import Problem, of_body, of_refusal
from shared.http.wire import plain
from shared.kernel.refusal import Refused
from shared.store.errors import Conflict

MOST, MEMBERS = 500, 100
UNDONE = "acts"

ADDRESS = {"pattern": "^/v1/[\\x21-\\x7e]{1,300}$", "description": "The address of a route, such as /v1/appraisals/m1/2026-Q1/scores."}

act_routes = Blueprint("acts", __name__, url_prefix="/v1", description="Many acts by one request.")


class Act(Schema):
    to = fields.String(required=True, validate=Written(ADDRESS), metadata={"description": "The act's address."})
    version = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 999_999_999),
        metadata={"description": "What If-Match would say."},
    )
    body = fields.Dict(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MEMBERS),
        metadata={"description": "The body of the act's route.", "maxProperties": MEMBERS},
    )


class Acts(Schema):
    acts = fields.List(fields.Nested(Act), required=True, validate=validate.Length(1, MOST))


class ActDone(TypedDict):
    """What the act's own route would have answered: its answer, or the problem. `version`: of the stream that it wrote to last."""

    to: Words
    status: Count
    version: Version | None
    answer: dict[str, Any]


class ActsDone(TypedDict):
    """As many items as acts, in their order."""

    done: Count
    refused: Count
    items: list[ActDone]


@dataclass(frozen=True)
class _Planned:
    """An act that may be tried: the function behind its address, and what it is given."""

    function: Callable[..., Any]
    how: Acting
    args: tuple[Any, ...]
    path: Mapping[str, str]
    version: int | None


@act_routes.route("/acts", methods=["POST"])
@act_routes.arguments(Acts)
@commanding("do-acts")
def do_acts(work: RequestWork, body: dict[str, Any]) -> ActsDone:
    """Up to 500 acts, each allowed or refused as by its own route. Those that are refused leave the others as they are.

    Each act's `status` and `answer` are those of its own route: a problem where it is 400 or more. Which routes take part, their
    descriptions say; another one is that act's problem (422 ``not-in-acts``). With an Idempotency-Key the whole request is repeatable.
    """
    acts = body["acts"]
    found: dict[int, ActDone] = {}
    planned: dict[int, _Planned] = {}
    for number, act in enumerate(acts):
        try:
            planned[number] = _planned(act)
        except Problem as problem:
            found[number] = _refused(act, problem)
    work.tx.savepoint(UNDONE)
    while (half := _carried_out(work, acts, planned, found)) is not None:
        planned.pop(half)
        work.tx.rollback_to(UNDONE)
    items = [found[number] for number in range(len(acts))]
    refused = sum(one["status"] >= 400 for one in items)
    return {"done": len(items) - refused, "refused": refused, "items": items}


def _carried_out(work: RequestWork, acts: Sequence[Any], planned: Mapping[int, _Planned], found: dict[int, ActDone]) -> int | None:
    """Try the acts in turn. The number of one that was refused after it had done a part, so that all must be undone; else None."""
    subjects = sorted({one.path[one.how.subject] for one in planned.values() if one.how.subject})
    with work.reading_ahead(Reads(tuple(work.service.heard.models)), subjects):
        for number, one in planned.items():
            before = work.tx.queued
            try:
                found[number] = _done(work, acts[number], one)
            except (Problem, Refused) as refused:
                found[number] = _refused(acts[number], of_refusal(refused) if isinstance(refused, Refused) else refused)
                if work.tx.queued != before:
                    return number
    return None


def _done(work: RequestWork, act: Mapping[str, Any], one: _Planned) -> ActDone:
    alone = replace(work, expected=one.version, matched=None, last=None)
    alone.authorise(one.how.action, one.path.get(one.how.subject or ""), period_in(one.path), named(one.path, *one.args))
    try:
        answer = plain(one.function(alone, *one.args, **one.path))
    except Conflict as conflict:
        if alone.matched != conflict.stream:
            raise
        raise stale(conflict) from None
    return {"to": act["to"], "status": one.how.status, "version": alone.last.version if alone.last else None, "answer": answer}


def _refused(act: Mapping[str, Any], problem: Problem) -> ActDone:
    return {"to": act["to"], "status": problem.status, "version": None, "answer": dict(problem.body())}


def _planned(act: Mapping[str, Any]) -> _Planned:
    """The act's route, its path in the published forms, and its body read. Raises its problem."""
    try:
        route_of = current_app.url_map.bind("").match
        rule, path = route_of(act["to"], method="POST", return_rule=True)
    except HTTPException:
        raise Problem("unknown-route", 404, "a path that /openapi.json lists", act["to"], "look the path up in /openapi.json") from None
    view = current_app.view_functions[rule.endpoint]
    function, how = getattr(view, "act", None) or (None, None)
    if function is None:
        raise Problem("not-in-acts", 422, "an act that may be done with others", f"POST {rule.rule}", "send it to its own address")
    current_app.extensions["merit.addresses"].check_values(path)
    if how.if_match and act["version"] is None:
        raise version_required("the version that you decide on, as the member version", "member")
    return _Planned(function, how, _read(view, act["body"]), path, act["version"])


def _read(view: Any, body: Mapping[str, Any] | None) -> tuple[Any, ...]:
    schema = next((one["schema"] for one in view._apidoc["arguments"]["parameters"] if one["in"] == "json"), None)
    if schema is None:
        return ()
    try:
        return (made(schema).load(body or {}),)
    except ValidationError as wrong:
        raise of_body(wrong.normalized_messages(), body or {}) from None
