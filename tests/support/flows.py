"""A whole flow of the tests' own: two sources, ledger and limits, and grants, which hears both, decides from both and keeps terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer
from sqlalchemy.dialects.postgresql import JSONB

from shared.events.classes import EventClass
from shared.events.registry import Catalogue, Heard
from shared.flow.declared import Arm, Disarm, Dispatch, Reaction, Timer
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.process.service import Service
from shared.views.view import View, subject_key
from tests.support import stores
from tests.support.stores import LEDGER_SERVICE, variant

AGENCIES = ("aa", "bb")


@dataclass(frozen=True)
class Note:
    account: str


NOTE = Aggregate(
    "note",
    Decider(None, lambda state, command: [stores.Noted(command.account)], lambda state, event: event),
    stream=lambda account: f"ledger-note-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)


# --- limits: a second source ----------------------------------------------------------------------------------------------------------

LIMITS = Catalogue("limits")


@LIMITS.event(EventClass.OPEN, effective="since")
@dataclass(frozen=True)
class LimitSet:
    account: str
    limit: int
    since: date


LIMIT = Aggregate(
    "limit",
    Decider(None, lambda state, command: [command], lambda state, event: event),
    stream=lambda account: f"limits-limit-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)
LIMITS_SERVICE = variant(name="limits", events=LIMITS, views=())


# --- grants: hears both, grants the total up to the limit, lets terms expire ----------------------------------------------------------

GRANTS = Catalogue("grants")
HEARD = Heard()


@HEARD.hears("ledger")
@dataclass(frozen=True)
class Added:
    account: str
    amount: int


HEARD.hears("limits")(LimitSet)


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class Granted:
    account: str
    amount: int


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TermSet:
    account: str
    due: datetime


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TermCleared:
    account: str


@GRANTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class Expired:
    account: str
    due: datetime


@dataclass(frozen=True)
class Grant:
    """Let the sum of all grants be `target`."""

    account: str
    target: int


@dataclass(frozen=True)
class Expire:
    account: str
    due: datetime


def _grant(granted: int, command: Grant) -> list[Granted]:
    if command.target < 0:
        raise Refused("below-zero", expected="a target of 0 or more", found=str(command.target), remedy="wait for more")
    return [Granted(command.account, command.target - granted)] if command.target != granted else []


GRANT = Aggregate(
    "grant",
    Decider(0, _grant, lambda granted, event: granted + event.amount),
    stream=lambda account: f"grants-grant-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)
TERM = Aggregate(
    "term",
    Decider(
        None,
        lambda state, command: [Expired(command.account, command.due) if isinstance(command, Expire) else command],
        lambda state, event: event,
    ),
    stream=lambda account: f"grants-term-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)


def decide_grant(key: str, knowledge: Any) -> list[Dispatch]:
    """Nothing while no limit is known; else the total up to the limit that ranks highest."""
    limits = knowledge.facts(LimitSet, key)
    if not limits:
        return []
    total = sum(fact.event.amount for fact in knowledge.facts(Added, key))
    return [Dispatch(GRANT, Grant(key, min(total, limits[-1].event.limit)))]


def fire_term(key: str, due: datetime, knowledge: Any) -> list[Dispatch]:
    if key.startswith("broken"):
        raise RuntimeError("this term cannot expire")
    return [Dispatch(TERM, Expire(key, due))]


def _highest(key: str, row: Any, fact: Any) -> dict[str, Any]:
    rank = [fact.effective.isoformat(), fact.stream, fact.version]
    return {"height": fact.event.limit, "rank": rank} if row is None or rank > row["rank"] else row


def _sum(key: str, row: Any, fact: Any) -> dict[str, Any]:
    return {"total": (row or {"total": 0})["total"] + fact.event.amount}


def balances(poison: Iterable[int] = (), shape: int = 1) -> View:
    """What came of each account, and in which order; an amount in `poison` cannot be folded. `shape` 2 has a column more."""

    def fold(key: str, row: Any, fact: Any) -> dict[str, Any]:
        if fact.event.amount in poison:
            raise ValueError(f"cannot fold {fact.event.amount}")
        before = row or {"total": 0, "versions": [], "largest": 0}
        after = {"total": before["total"] + fact.event.amount, "versions": [*before["versions"], fact.version]}
        return after if shape == 1 else after | {"largest": max(before["largest"], fact.event.amount)}

    more = (Column("largest", Integer),) if shape == 2 else ()
    return View("balances", (Column("total", BigInteger), Column("versions", JSONB), *more), {Added: subject_key}, fold)


def bucket(account: str) -> str:
    return f"bucket-{sum(map(ord, account)) % 3}"


BUCKETS = View("buckets", (Column("total", BigInteger),), {Added: lambda fact: (bucket(fact.subject), "all")}, _sum)
HEIGHTS = View("heights", (Column("height", Integer), Column("rank", JSONB)), {LimitSet: subject_key}, _highest)
GRANTED = View("granted", (Column("total", BigInteger),), {Granted: subject_key}, _sum)
EXPIRIES = View(
    "expiries",
    (Column("dues", JSONB),),
    {Expired: subject_key},
    lambda key, row, fact: {"dues": [*(row or {"dues": []})["dues"], fact.event.due.isoformat()]},
)

GRANTING = Reaction("grant", on={Added: lambda fact, _: (fact.subject,), LimitSet: lambda fact, _: (fact.subject,)}, decide=decide_grant)
TERMS = Timer(
    "term",
    on={
        TermSet: lambda fact: (Arm(fact.event.account, fact.event.due),),
        TermCleared: lambda fact: (Disarm(fact.event.account),),
    },
    fire=fire_term,
)


def grants(poison: Iterable[int] = (), shape: int = 1, heard: Heard = HEARD) -> Service:
    return variant(
        name="grants",
        events=GRANTS,
        heard=heard,
        views=(balances(poison, shape), BUCKETS, HEIGHTS, GRANTED, EXPIRIES),
        reactions=(GRANTING,),
        timers=(TERMS,),
    )


SERVICES = {"ledger": LEDGER_SERVICE, "limits": LIMITS_SERVICE, "grants": grants()}


# --- what should come out -------------------------------------------------------------------------------------------------------------


@dataclass
class Expected:
    """The state that the accepted commands lead to, worked out without any flow."""

    added: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    limits: dict[tuple[str, str], list[LimitSet]] = field(default_factory=lambda: defaultdict(list))

    def state(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {"balances": {}, "buckets": defaultdict(int), "heights": {}, "granted": {}}
        for (agency, account), amounts in self.added.items():
            found["balances"][f"{agency}/{account}"] = (sum(amounts), list(range(1, len(amounts) + 1)))
            found["buckets"][f"{agency}/{bucket(account)}"] += sum(amounts)
            found["buckets"][f"{agency}/all"] += sum(amounts)
        for (agency, account), limits in self.limits.items():
            # The highest date wins; of equal dates the one that came last into the stream.
            limit = max(enumerate(limits), key=lambda one: (one[1].since, one[0]))[1].limit
            found["heights"][f"{agency}/{account}"] = limit
            granted = min(sum(self.added.get((agency, account), ())), limit)
            if granted > 0:
                found["granted"][f"{agency}/{account}"] = granted
        return {name: dict(rows) for name, rows in found.items()}
