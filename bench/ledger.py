"""A small service to measure with: accounts to which amounts are added."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg2
from sqlalchemy import BigInteger, Column, Integer

from shared.events.classes import EventClass
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, Heard
from shared.http.policy import Policy
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.ids import event_id
from shared.local.databases import ServiceDatabase, ensure_service
from shared.process.migrate import migrate
from shared.process.service import Service
from shared.store import bulk
from shared.store.database import Database
from shared.views import reading
from shared.views.view import View, subject_key

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
AGENCY = "aa"
KEYS = 5_000
EVENTS = Catalogue("ledger")
_NUMBERS = count(1)


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class Added:
    account: str
    amount: int
    note: str


HEARD = Heard()
HeardAdded = HEARD.hears("ledger")(dataclass(frozen=True)(type("Added", (), {"__annotations__": {"account": str, "amount": int}})))

ACCOUNT = Aggregate(
    "account",
    Decider(0, lambda state, command: [command], lambda state, event: state + event.amount),
    stream=lambda account: f"ledger-account-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)


def _sum(key, row, fact):
    before = row or {"total": 0, "events": 0}
    return {"total": before["total"] + fact.event.amount, "events": before["events"] + 1}


def _view(model: type) -> View:
    return View("totals", (Column("total", BigInteger), Column("events", Integer)), {model: subject_key}, _sum)


def _service(name: str, events: Catalogue, heard: Heard, view: View) -> Service:
    return Service(name, Path(__file__).parent / "nowhere", events, heard, (view,), (), (), (), Policy((), {}), {})


LEDGER = _service("ledger", EVENTS, Heard(), _view(Added))
SINK = _service("sink", Catalogue("sink"), HEARD, _view(HeardAdded))


def prepared(admin_url: str, service: Service) -> ServiceDatabase:
    """A new migrated database."""
    urls = ensure_service(admin_url, f"bench_{service.name}_{os.getpid()}_{next(_NUMBERS)}", "secret")
    migrate(service, urls.owner_url, urls.roles, (AGENCY,))
    return urls


def envelope(account: str, stream: str, version: int) -> Envelope:
    """An event of some 200 bytes."""
    data = b'{"account":"%s","amount":1,"note":"%s"}' % (account.encode(), b"x" * 150)
    return Envelope(
        event_id(AGENCY, stream, version),
        "merit.ledger.Added.v1", AGENCY, account, stream, version, NOW, NOW, "bench", "c-1", None, 0, None, 0, data,
    )  # fmt: skip


def fill(urls: ServiceDatabase, count: int, keys: int = KEYS) -> None:
    """Append `count` events more, spread evenly over `keys` accounts, each a stream of its own."""
    database = Database(urls.app_url, pool_size=1)
    with psycopg2.connect(urls.owner_url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute("select case when is_called then last_value else 0 end from events_position_seq")
        start = cursor.fetchone()[0]
    events = [envelope(f"a{n % keys}", f"ledger-account-a{n % keys}", n // keys + 1) for n in range(start, start + count)]
    bulk.append_all(database, AGENCY, NOW, f"fill-{start}", events)
    database.dispose()


def totals(url: str) -> tuple[int, int]:
    """Rows of the view, and the events that were folded into them: what every contestant must have reached."""
    database = Database(url, pool_size=1)
    with database.transaction(AGENCY, NOW) as tx:
        found = reading.rows(tx, _view(Added), {})
    database.dispose()
    return len(found), sum(row["events"] for row in found)
