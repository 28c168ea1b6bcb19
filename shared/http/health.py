"""Whether the process is alive, whether it is useful, and whether everything that was set off has come to rest."""

from __future__ import annotations

from flask import Response

from shared.http import documented
from shared.http.acting import RequestWork, answer, querying
from shared.http.blueprint import Blueprint
from shared.http.common_answers import Alive, Ready, Settled
from shared.http.serving import public, serving

health = Blueprint("health", __name__, description="For those who run the service.")


def _healthz() -> Response:
    """The process is alive."""
    return answer({"alive": True}, 200)


def _readyz() -> Response:
    """The service is useful now (200), or says what it waits for (503)."""
    found = dict(serving().status.ready())
    return answer(found, 200 if found["ready"] else 503)


health.route("/healthz", endpoint="healthz")(public(documented.probe(_healthz, Alive)))
health.route("/readyz", endpoint="readyz")(public(documented.probe(_readyz, Ready, [503])))


@health.route("/v1/system/settled")
@querying("read-settled")
def settled(work: RequestWork) -> Settled:
    """Nothing waits: no outbox, no consumer behind, no timer due."""
    return dict(work.here.status.settled())
