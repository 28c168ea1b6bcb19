"""A migrated database of a small service of the tests' own: one agency's ledger of numbers, which another service may hear."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer

from shared.events.classes import EventClass
from shared.events.registry import Catalogue, Heard
from shared.flow import decisions
from shared.flow.source import fact_of
from shared.http.policy import Policy
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.local.databases import ServiceDatabase, ensure_service
from shared.process.migrate import migrate
from shared.process.service import Service
from shared.store.commands import Meta, execute
from shared.store.database import Database, Transaction
from shared.views.view import View, subject_key

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
META = Meta(actor="tester", correlation="c-1")
NUMBERS = itertools.count(1)

LEDGER = Catalogue("ledger")


@LEDGER.event(EventClass.OPEN)
@dataclass(frozen=True)
class Added:
    account: str
    amount: int


@LEDGER.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class Noted:
    account: str


@dataclass(frozen=True)
class Add:
    account: str
    amount: int


def _decide(state: int, command: Add) -> list[Added]:
    if command.amount == 0:
        raise Refused("nothing-to-add", expected="an amount other than 0", found="0", remedy="leave it out")
    return [Added(command.account, command.amount)]


ACCOUNT = Aggregate(
    "account",
    Decider(0, _decide, lambda state, event: state + event.amount),
    stream=lambda account: f"ledger-account-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)


def _sum(key, row, fact):
    before = row or {"total": 0, "events": 0}
    return {"total": before["total"] + fact.event.amount, "events": before["events"] + 1}


def totals(model: type = Added, name: str = "totals") -> View:
    return View(name, (Column("total", BigInteger), Column("events", Integer)), {model: subject_key}, _sum)


LEDGER_SERVICE = Service(
    name="ledger",
    folder=Path(__file__).parent / "nowhere",
    events=LEDGER,
    heard=Heard(),
    views=(totals(),),
    reactions=(),
    timers=(),
    blueprints=(),
    policy=Policy(allow=(), relations={}),
    check_rules={},
)


def variant(service: Service = LEDGER_SERVICE, **changes) -> Service:
    return replace(service, **changes)


@dataclass(frozen=True)
class Prepared:
    """A migrated database and the ways into it."""

    service: Service
    urls: ServiceDatabase

    @property
    def app(self) -> Database:
        return Database(self.urls.app_url)


def prepare(admin_url: str, service: Service = LEDGER_SERVICE, agencies: tuple[str, ...] = ("aa", "bb")) -> Prepared:
    """A new database with the service's tables."""
    import os

    name = f"t_{service.name}_{os.getpid()}_{next(NUMBERS)}"
    urls = ensure_service(admin_url, name, "secret")
    migrate(service, urls.owner_url, urls.roles, agencies)
    return Prepared(service, urls)


def arrive(prepared: Prepared, account: str) -> None:
    """An event, and the marks that it sets."""
    with prepared.app.transaction("aa", NOW) as tx:
        made = execute(tx, LEDGER, ACCOUNT, Add(account, 1), META).events
    with prepared.app.transaction("aa", NOW) as tx:
        decisions.mark(tx, prepared.service, [fact_of(prepared.service, one) for one in made], None)


def decision(prepared: Prepared, key: str) -> tuple[bool, bool, int]:
    """Whether it is marked, whether it is parked, and how often it failed."""
    with prepared.app.transaction("aa", NOW) as tx:
        return tx.execute("select dirty, parked, tries from decisions where agency = %s and key = %s", (tx.agency_id, key)).fetchone()


def counted(patch: pytest.MonkeyPatch) -> list[str]:
    """The messages that transactions send from now on: each the statement that it was sent for, or COMMIT with what that takes along."""
    sent: list[str] = []
    execute, commit = Transaction.execute, Transaction.commit

    def executes(tx: Transaction, sql: str, params: Any = None) -> Any:
        sent.append(sql if params is None else f"{sql} -- {params}")
        return execute(tx, sql, params)

    def commits(tx: Transaction) -> None:
        sent.append("commit")
        commit(tx)

    patch.setattr(Transaction, "execute", executes)
    patch.setattr(Transaction, "commit", commits)
    return sent


def streams_read(sent: list[str]) -> list[str]:
    """Which streams these messages (see :func:`counted`) read."""
    return [found[1] for one in sent if (found := re.search(r"stream = %s order by version -- \(\d+, '([^']*)'\)", one))]
