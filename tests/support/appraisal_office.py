"""Appraisal's app over a database, with what a worker would do done on demand: for tests of its routes."""

from __future__ import annotations

from datetime import UTC, datetime

from services.appraisal.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import decisions
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.flow.timers import fire_one
from shared.kernel.calendar import Calendar
from shared.kernel.ids import event_id
from shared.store import log
from shared.store.database import AgencyBook, connect
from tests.support.appraisal import moment
from tests.support.web import CORRELATION, Web

TODAY = datetime(2026, 1, 2, 2, tzinfo=UTC)
ASSESSOR, SUPERIOR = ("boss", "employee"), ("chief", "employee")
HR, APPROVER, ADMIN = ("hr1", "employee", "hr"), ("ppk", "employee", "approver"), ("adm", "admin")


class Office:
    """The app of one agency, its clock, and the worker's part done on demand."""

    def __init__(self, place: Web, agency: str = "mulyorejo") -> None:
        self.web, self.agency, self.position, self.heard = place, agency, 0, 0

    def at(self, day, clock="09:00"):
        self.web.clock.moment = moment(day, clock)

    def call(self, method, path, who, body=None, version=None, **sent):
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        token = self.web.token(*who, agency=self.agency) if isinstance(who, tuple) else who
        return self.web.call(method, f"/v1{path}", token, headers, **({"json": body} if body is not None else {}), **sent)

    def get(self, path, who=HR):
        found = self.call("GET", path, who)
        assert found.status_code == 200, found.json
        return found.json

    def post(self, path, who, body=None, version=None):
        found = self.call("POST", path, who, {} if body is None else body, version)
        assert found.status_code in (200, 201), found.json
        return found.json

    def refused(self, code, status, path, who, body=None, version=None):
        found = self.call("POST", path, who, {} if body is None else body, version)
        assert (found.status_code, found.json["type"]) == (status, f"urn:merit:problem:{code}"), found.json
        assert found.json["expected"] and found.json["found"] and found.json["remedy"]
        return found.json

    def hear(self, *events, service="personnel"):
        """Another service's events arrive; effective from their own day, else now."""
        now = self.web.clock.now()
        with self.web.database.transaction(self.agency, now) as tx:
            for event in events:
                self.heard += 1
                subject = getattr(event, "employee", None) or getattr(event, "unit", "agency")
                stream, type_ = f"{service}-{subject}", f"merit.{service}.{type(event).__name__}.v1"
                since = getattr(event, "since", None) or getattr(event, "day", None)
                effective = Calendar().start_of(since) if since else now
                envelope = Envelope(
                    id=event_id(self.agency, stream, self.heard), type=type_, agency=self.agency, subject=subject, stream=stream,
                    version=self.heard, effective=effective, recorded=now, actor="hr1", correlation=CORRELATION,
                    causation=None, hops=0, traceparent=None, sequence=self.heard, data=encode(event),
                )  # fmt: skip
                apply(tx, SERVICE, [Arrived(Place(service, 0, self.heard), envelope)])

    def settle(self):
        """The own log is folded, marked decisions are taken, and due timers fire."""
        now, busy = self.web.clock.now(), True
        reader = connect(self.web.places.log_url, "test")
        while busy:
            envelopes, self.position = log.read_log(reader, AgencyBook(), self.position, 500)
            with self.web.database.transaction(None, now) as tx:
                apply(tx, SERVICE, [Arrived(Place("own", 0, one.sequence), one) for one in envelopes])
            busy = decisions.settle(self.web.database, SERVICE, self.agency, now) > 0
            busy = fire_one(self.web.database, SERVICE, self.agency, now) or busy
        reader.close()
