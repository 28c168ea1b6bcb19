"""What a running app has at hand, and what every request passes before its route: the caller, then the body."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, Response, current_app, g, request

from shared.flow.source import Flowing
from shared.http.addresses import Addresses
from shared.http.blueprint import Blueprint
from shared.http.identity import Identity
from shared.http.policy import Policy
from shared.http.problems import Problem
from shared.http.wire import BadJson, check_json
from shared.kernel.ids import random_id
from shared.store.database import Database

LOG = logging.getLogger(__name__)

JSON = ("application/json",)
PROBES = ("health.healthz", "health.readyz")
"""Asked every second; while a service waits they would fill the log."""
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Clock(Protocol):
    """The system's clock."""

    def now(self) -> datetime: ...


class Status(Protocol):
    """What the process knows of itself: ``ready`` and ``settled`` are members of the answers, beside whatever explains them."""

    def ready(self) -> Mapping[str, Any]: ...

    def settled(self) -> Mapping[str, Any]: ...


class Served(Flowing, Protocol):
    """The part of a service's declaration that HTTP needs."""

    blueprints: tuple[Blueprint, ...]
    policy: Policy
    check_rules: Mapping[str, Callable[[Mapping[str, Any]], None]]


@dataclass(frozen=True)
class Limits:
    """Bytes of a body and of an imported file (also unpacked), rows of a file, the sizes of a page and of a feed's batch,
    and the seconds after which a request, or an import, begins no further statement.
    """

    body_bytes: int = 256 * 1024
    file_bytes: int = 10 * 1024 * 1024
    unpacked_bytes: int = 100 * 1024 * 1024
    rows: int = 20_000
    page: int = 500
    batch: int = 1000
    request_seconds: int = 50
    file_seconds: int = 240


@dataclass(frozen=True)
class Serving:
    """The pieces that the composition root passed in. `log_database` connects with the role that may read the log of all agencies."""

    service: Served
    database: Database
    log_database: Database
    clock: Clock
    identity: Identity
    limits: Limits
    status: Status
    secret: str
    """From which pseudonyms are derived; it stands in the process's settings and in no database."""


def serving() -> Serving:
    return current_app.extensions["merit"]


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a route that needs no token."""
    view.public = True
    return view


def guard(app: Flask, addresses: Addresses) -> None:
    """Let no request reach its route without a known caller, an address in the published forms and a body in the right form."""
    app.before_request(lambda: _admit(addresses))
    app.after_request(_dress)


def _admit(addresses: Addresses) -> None:
    g.correlation = str(random_id())
    if request.routing_exception is not None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "public", False):
        addresses.check(request)
        return
    here = serving()
    g.until = time.monotonic() + (here.limits.request_seconds if getattr(view, "reads", JSON) == JSON else here.limits.file_seconds)
    g.actor = here.identity.actor(request.headers.get("Authorization"))
    if "\0" in request.path or any("\0" in text for pair in request.args.items(multi=True) for text in pair):
        raise Problem("bad-request", 400, "an address without the character NUL", "one with it", "leave it out")
    addresses.check(request)
    if request.method in ("POST", "PUT", "PATCH", "DELETE"):
        _check_body(getattr(view, "reads", JSON), here.limits)


def _check_body(reads: tuple[str, ...], limits: Limits) -> None:
    largest = limits.body_bytes if reads == JSON else limits.file_bytes
    if (request.content_length or 0) > largest:
        raise _too_large(largest, f"{request.content_length} bytes")
    # A body of unknown length is cut off at the limit without a word, so one byte more is let in and counted.
    request.max_content_length = largest + 1
    body = request.get_data(cache=True)
    if len(body) > largest:
        raise _too_large(largest, "more")
    if not body:
        return
    if request.mimetype not in reads or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8" or request.content_encoding:
        found = f"{request.content_type or 'none'}{' in ' + request.content_encoding if request.content_encoding else ''}"
        expected = f"{' or '.join(reads)}, in UTF-8 and not packed"
        raise Problem("wrong-content-type", 415, expected, found[:100], "send it so, and say so in the header Content-Type")
    if reads == JSON:
        try:
            check_json(body)
        except BadJson as bad:
            raise Problem("malformed-json", 400, bad.expected, bad.found, "correct the body's text") from None


def _too_large(largest: int, found: str) -> Problem:
    return Problem("body-too-large", 413, f"at most {largest} bytes", found, "send less at once, or split the file")


def _told(response: Response) -> None:
    """A line for each request that was refused, by which an operator can tell a caller why; never with what was sent."""
    actor = g.get("actor")
    who = f"{actor.id} of {actor.agency} by {actor.client}" if actor else "nobody known"
    LOG.info(
        "refused %s %s: %d %s, asked by %s, correlation %s",
        request.method,
        request.url_rule or "an unknown route",
        response.status_code,
        g.get("problem", "-"),
        who,
        g.get("correlation", "-"),
    )


def _dress(response: Response) -> Response:
    if response.status_code >= 400 and request.endpoint not in PROBES:
        _told(response)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if "correlation" in g:
        response.headers["Merit-Correlation"] = g.correlation
    return response
