"""Payroll served on a real database: rules published, facts heard, months paid, everything settled between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from types import MappingProxyType

from werkzeug.test import TestResponse

from services.payroll.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import decisions
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.kernel.facts import Fact
from shared.store import log
from shared.store.database import AgencyBook, connect
from tests.support import payroll_year as year
from tests.support.payroll_year import at
from tests.support.web import CORRELATION, Web
from tests.support.working import ended

TREASURER, ADMIN = ("m20", "treasurer"), ("m0", "admin")
PLACES = count(1)


def publish(here: Web, **changes: object) -> None:
    here.clock.moment = at(1, 2)
    settings = year.SETTINGS | changes
    rules = {"kind": "allowance", "id": "mulyorejo-tpp", "since": "2026-01-01", "sources": ["Perwal 42/2025"], "settings": settings}
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=rules).status_code == 201


def hear(here: Web, *facts: Fact) -> None:
    """The facts arrive from the bus, and everything settles."""
    arrive(here, *facts)
    settle(here)


def arrive(here: Web, *facts: Fact) -> None:
    """The facts arrive from the bus; what they mark waits."""
    said = [envelope(fact, here.agency) for fact in facts]
    arrived = [Arrived(Place(f"merit.internal.test.{one.type.split('.')[1]}.v1", 0, next(PLACES)), one) for one in said]
    with here.database.transaction(here.agency, here.clock.now()) as tx:
        apply(tx, SERVICE, arrived)


def envelope(fact: Fact, agency: str) -> Envelope:
    said = {name: getattr(fact, name) for name in ("id", "type", "subject", "stream", "version", "effective", "recorded")}
    rest = {"causation": None, "hops": 0, "traceparent": None, "sequence": 1, "data": encode(fact.event)}
    return Envelope(**said, agency=agency, actor="test", correlation=CORRELATION, **rest)


def settle(here: Web) -> None:
    """Take the marked decisions and fold the own log, which may mark others, until both rest."""
    moved = True
    while moved:
        while decisions.settle(here.database, SERVICE, here.agency, here.clock.now()):
            pass
        reader = connect(here.places.log_url, "test")
        envelopes, _ = log.read_log(reader, AgencyBook(), getattr(here, "folded", 0), 1000)
        reader.close()
        here.folded = max([getattr(here, "folded", 0), *(one.sequence for one in envelopes)])
        with here.database.transaction(here.agency, here.clock.now()) as tx:
            apply(tx, SERVICE, [Arrived(Place("own", 0, one.sequence), one) for one in envelopes])
        moved = bool(envelopes)


@dataclass(frozen=True)
class Ended:
    """What a run came to when its job had ended: the closed run (201), or the problem that ended it."""

    status_code: int
    body: dict

    def get_json(self) -> dict:
        return self.body


def post_run(here: Web, body: dict, headers: Mapping[str, str] = MappingProxyType({})) -> TestResponse | Ended:
    """Ask for a run, and do its job to the end."""
    answer = here.call("POST", "/v1/pay-runs", TREASURER, json=body, headers=headers)
    if answer.status_code != 202:
        return answer
    job = ended(here, answer, TREASURER)
    return Ended(201, job["result"]) if job["status"] == "done" else Ended(job["problem"]["status"], job["problem"])


def pay(here: Web, month: int, when: datetime) -> dict:
    here.clock.moment = when
    answer = post_run(here, {"month": f"2026-{month:02d}"})
    assert answer.status_code == 201, answer.get_json()
    settle(here)
    return answer.get_json()


def problem_of(answer) -> tuple[int, str]:
    said = answer.get_json()
    assert said["expected"] and said["found"] and said["remedy"], said
    return answer.status_code, said["type"].removeprefix("urn:merit:problem:")
