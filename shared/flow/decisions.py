"""Decisions: marked when a fact about their key arrives, taken from everything known under the lock of their row.

A fact that arrives while a decision is being taken waits for the row, marks it again, and the decision is taken once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from shared.events.envelope import MOST_HOPS
from shared.flow import points
from shared.flow.ahead import KnowledgeAhead
from shared.flow.declared import EachRow, Reaction
from shared.flow.knowledge import StoreKnowledge
from shared.flow.once import KnowledgeOnce
from shared.flow.source import Flowing
from shared.flow.trying import PASSING, RESTED, TIME_OUT, is_given_up, rest
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.refusal import Refused
from shared.store.commands import Meta, execute
from shared.store.database import Database, Transaction
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable
from shared.views import reading

LOG = logging.getLogger(__name__)
TOGETHER, TOGETHER_AHEAD = 20, 200
"""Decisions of one transaction: each reading for itself, and read ahead together."""


def mark(tx: Transaction, service: Flowing, facts: Sequence[Fact], knowledge: StoreKnowledge) -> None:
    """Mark every decision that these facts concern, locking its row until the transaction ends."""
    marks: dict[tuple[str, str], Fact] = {}
    many: dict[tuple[str, str], tuple[EachRow, Fact]] = {}
    for reaction in service.reactions:
        for fact in facts:
            wanted = reaction.on.get(type(fact.event))
            keys = wanted(fact, knowledge) if wanted else ()
            if isinstance(keys, EachRow):
                many[(reaction.name, repr((keys.view.name, keys.column, keys.equal, keys.endings)))] = (keys, fact)
            else:
                marks |= dict.fromkeys(((reaction.name, key) for key in keys), fact)
    if many:
        _mark_many(tx, marks, many)
    elif marks:
        _mark_listed(tx, marks)


_AGAIN = (
    " on conflict (agency, reaction, key) do update set dirty = true, parked = false, tries = 0, again = null,"
    " cause = excluded.cause, correlation = excluded.correlation, hops = excluded.hops"
)


def _mark_listed(tx: Transaction, marks: Mapping[tuple[str, str], Fact]) -> None:
    params: list[Any] = []
    for (reaction, key), fact in sorted(marks.items(), key=lambda item: item[0]):
        params += [tx.agency_id, reaction, key, fact.id, fact.correlation, fact.hops + 1]
    tx.execute(
        "insert into decisions (agency, reaction, key, dirty, cause, correlation, hops) values "
        + ", ".join(["(%s, %s, %s, true, %s, %s, %s)"] * len(marks))
        + _AGAIN,
        params,
    )


def _mark_many(tx: Transaction, marks: Mapping[tuple[str, str], Fact], many: Mapping[tuple[str, str], tuple[EachRow, Fact]]) -> None:
    """The keys of views never leave the database. Rows are locked in the order of all marks: by reaction and key."""
    marked = "(select %s::text reaction, {keys} as key, %s::uuid cause, %s::text correlation, %s::integer hops, %s as number{of})"
    sources, params = [], []
    for number, ((reaction, key), fact) in enumerate(marks.items()):
        sources.append(marked.format(keys="%s::text", of=""))
        params += [reaction, key, fact.id, fact.correlation, fact.hops + 1, number]
    for number, ((reaction, _), (each, fact)) in enumerate(many.items(), start=len(marks)):
        rows = reading.selecting(tx, each.view, each.column, each.equal).replace("%", "%%")
        for ending in each.endings:
            sources.append(marked.format(keys=f"rows.{each.column} || %s", of=f" from ({rows}) rows"))
            params += [reaction, ending, fact.id, fact.correlation, fact.hops + 1, number]
    tx.execute(
        "insert into decisions (agency, reaction, key, dirty, cause, correlation, hops)"
        " select distinct on (reaction, key) %s, reaction, key, true, cause, correlation, hops from ("
        + " union all ".join(sources)
        + ") marks order by reaction, key, number desc"
        + _AGAIN,
        [tx.agency_id, *params],
    )


@dataclass(frozen=True)
class Marked:
    """A decision to take. `tries`: how often it failed since it was marked."""

    reaction: str
    key: str
    cause: str | None
    correlation: str
    hops: int
    tries: int


_QUEUE = f"from decisions where agency = %(agency)s and dirty and not parked and {RESTED}"
_LOCK = f"select reaction, key, cause::text, correlation, hops, tries {_QUEUE}"
_ORDER = "order by agency, tries > 0, reaction, key"


def _lock_next(tx: Transaction, together: Mapping[str, int]) -> list[Marked]:
    """Lock the decisions that come next, of one reaction; `together`: how many of each reaction are taken at once.

    Those that failed before come last, each alone, so that they hold up no others.
    """
    return _marked(
        tx,
        f"with first as materialized (select tries > 0 as failed, reaction {_QUEUE} {_ORDER} limit 1) {_LOCK}"
        f" and (tries > 0) = (select failed from first) and reaction = (select reaction from first) {_ORDER}"
        " limit (select case when failed then 1 else coalesce((%(together)s::json ->> reaction)::integer, 1) end from first)"
        " for update skip locked",
        together=orjson.dumps(together).decode(),
    )


def _lock_these(tx: Transaction, found: Sequence[Marked]) -> list[Marked]:
    """Lock those that are still marked and that nobody else takes."""
    which = f"{_LOCK} and reaction = %(reaction)s and key = any(%(keys)s) {_ORDER} for update skip locked"
    return _marked(tx, which, reaction=found[0].reaction, keys=[marked.key for marked in found])


def _marked(tx: Transaction, sql: str, **params: Any) -> list[Marked]:
    return [Marked(*row) for row in tx.execute(sql, {"agency": tx.agency_id, **params}).fetchall()]


class _TookTooLong(Exception):
    """A statement of this one decision was ended by its time-out."""

    def __init__(self, marked: Marked) -> None:
        super().__init__(marked.key)
        self.marked = marked


def _decide_all(tx: Transaction, service: Flowing, found: Sequence[Marked]) -> None:
    """Take decisions of one reaction, each from the same moment; their rows are locked."""
    if not found:
        return
    reaction = next((one for one in service.reactions if one.name == found[0].reaction), None)
    if reaction is None:
        raise LookupError(f"expected a reaction of {service.name}, found {found[0].reaction}")
    keys = [marked.key for marked in found]
    ahead = None if reaction.reads is None else KnowledgeAhead(tx, service, reaction.reads, keys)
    outcomes = []
    for marked in found:
        try:
            outcomes.append(_decide(tx, service, reaction, marked, ahead or KnowledgeOnce(tx, service)))
        except TIME_OUT as slow:
            raise _TookTooLong(marked) from slow
    tx.execute(
        "update decisions set dirty = false, tries = 0, again = null, outcome = taken.outcome from unnest(%s, %s) taken (key, outcome)"
        " where agency = %s and reaction = %s and decisions.key = taken.key",
        (keys, outcomes, tx.agency_id, reaction.name),
    )
    points.reach("decided")


def _decide(tx: Transaction, service: Flowing, reaction: Reaction, marked: Marked, knowledge: Knowledge) -> str:
    """What came of one decision. Refusals are outcomes; everything else is trouble and is raised."""
    if marked.hops > MOST_HOPS:
        raise RuntimeError(f"expected at most {MOST_HOPS} reactions in a chain, found {marked.hops}")
    meta = Meta(f"system:{service.name}.{reaction.name}", marked.correlation, marked.cause, marked.hops)
    outcomes = []
    try:
        for do in reaction.decide(marked.key, knowledge):
            try:
                done = execute(tx, service.events, do.aggregate, do.command, meta)
                outcomes.append(f"{len(done.events)} events")
            except Refused as refused:
                outcomes.append(f"refused: {refused.code}")
    except Refused as refused:  # by the decision itself: what it needs, such as a rule set, is not there yet
        outcomes.append(f"refused: {refused.code}")
    return "; ".join(outcomes) or "nothing"


class _Room(NamedTuple):
    """Where and when decisions are taken."""

    database: Database
    service: Flowing
    agency: str
    now: datetime

    def transaction(self) -> AbstractContextManager[Transaction]:
        return self.database.transaction(self.agency, self.now)

    def take(self, found: Sequence[Marked]) -> None:
        """In one transaction, those that are still marked."""
        with self.transaction() as tx:
            _decide_all(tx, self.service, _lock_these(tx, found))


def settle(database: Database, service: Flowing, agency: str, now: datetime) -> int:
    """Take the marked decisions of one agency that come next, together if all goes well, else by halves, down to the one that fails.

    Returns how many were looked at.
    """
    room = _Room(database, service, agency, now)
    together = {reaction.name: TOGETHER if reaction.reads is None else TOGETHER_AHEAD for reaction in service.reactions}
    marked: list[Marked] = []
    try:
        with room.transaction() as tx:
            marked = _lock_next(tx, together)
            _decide_all(tx, service, marked)
    except (StoreUnavailable, CommitUnknown):
        raise
    except Exception as trouble:  # one of them is bad, or somebody wrote to the same stream: find out which
        if not marked:
            raise
        LOG.info("deciding %d of %s together failed: %r", len(marked), marked[0].reaction, trouble)
        _apart(room, marked, trouble)
    return len(marked)


def _apart(room: _Room, found: Sequence[Marked], trouble: Exception) -> None:
    """Note who failed where it is known; else take them by halves, until it is."""
    if isinstance(trouble, _TookTooLong):  # another try would cost as much again
        _failed(room, trouble.marked, trouble.__cause__)
        parts = [[marked for marked in found if marked.key != trouble.marked.key]]
    elif len(found) == 1:
        if not isinstance(trouble, (Conflict, *PASSING)):  # these stay marked, and are taken again at once
            _failed(room, found[0], trouble)
        return
    elif isinstance(trouble, TIME_OUT):  # what they read or append together: halves would cost as much again, one after another
        parts = [[marked] for marked in found]
    else:
        parts = [found[: len(found) // 2], found[len(found) // 2 :]]
    for part in parts:
        if not part:
            continue
        try:
            room.take(part)
        except (StoreUnavailable, CommitUnknown):
            raise
        except Exception as again:
            _apart(room, part, again)


def _failed(room: _Room, marked: Marked, error: Exception) -> None:
    """Note the failure; after a bounded number of tries the decision is parked, until a new fact or an operator marks it again.

    One that took too long rests before it is tried again, so that the others are taken meanwhile.
    """
    parked, seconds = is_given_up(marked.tries, error), rest(marked.tries, error)
    what = ", parked" if parked else f", again in {seconds} s" if seconds else ""
    LOG.error("decision %s %s of %s failed (try %d%s): %r", marked.reaction, marked.key, room.agency, marked.tries + 1, what, error)
    with room.transaction() as tx:
        # A fact that came since has marked it anew: what failed was another decision.
        tx.execute(
            "update decisions set tries = tries + 1, parked = %s, outcome = %s, again = clock_timestamp() + %s * interval '1 second'"
            " where agency = %s and reaction = %s and key = %s and tries = %s and cause is not distinct from %s",
            (parked, f"failed: {error!r}"[:2000], seconds, tx.agency_id, marked.reaction, marked.key, marked.tries, marked.cause),
        )


def unsettled(tx: Transaction, reaction: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of these keys of which something is still to come: marked (also parked), or refused, which says nothing of what is known."""
    found = tx.execute(
        "select key from decisions where agency = %s and reaction = %s and key = any(%s) and (dirty or outcome like '%%refused%%')",
        (tx.agency_id, reaction, sorted(keys)),
    ).fetchall()
    return frozenset(row[0] for row in found)


_FIRST = f"select agency from decisions where dirty and not parked and {RESTED}"
MARKED = f"""(
    with recursive marked as (
        ({_FIRST} order by agency limit 1)
        union all
        select ({_FIRST} and agency > marked.agency order by agency limit 1) from marked where marked.agency is not null
    )
    select coalesce(array_agg(agency), '{{}}') from marked where agency is not null
)"""
"""The agencies (numbers) in which a decision is marked and need not rest, for a role that sees all agencies.

One look into the index for each agency.
"""
