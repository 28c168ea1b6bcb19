"""Decisions: marked when a fact about their key arrives, taken from everything known under the lock of their row.

A fact that arrives while a decision is being taken waits for the row, marks it again, and the decision is taken once more.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.envelope import MOST_HOPS
from shared.flow import points
from shared.flow.declared import Reaction
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import Flowing
from shared.flow.trying import PASSING, RESTED, TIME_OUT, is_given_up, rest
from shared.kernel.facts import Fact
from shared.kernel.refusal import Refused
from shared.store.commands import Meta, execute
from shared.store.database import Database, Transaction
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable

LOG = logging.getLogger(__name__)
TOGETHER = 20


def mark(tx: Transaction, service: Flowing, facts: Sequence[Fact], knowledge: StoreKnowledge) -> None:
    """Mark every decision that these facts concern, locking its row until the transaction ends."""
    marks: dict[tuple[str, str], Fact] = {}
    for reaction in service.reactions:
        for fact in facts:
            keys = reaction.on.get(type(fact.event))
            for key in keys(fact, knowledge) if keys else ():
                marks[(reaction.name, key)] = fact
    if not marks:
        return
    params: list[Any] = []
    for (reaction_name, key), fact in sorted(marks.items(), key=lambda item: item[0]):
        params += [tx.agency_id, reaction_name, key, fact.id, fact.correlation, fact.hops + 1]
    tx.execute(
        "insert into decisions (agency, reaction, key, dirty, cause, correlation, hops) values "
        + ", ".join(["(%s, %s, %s, true, %s, %s, %s)"] * len(marks))
        + " on conflict (agency, reaction, key) do update set dirty = true, parked = false, tries = 0, again = null,"
        " cause = excluded.cause, correlation = excluded.correlation, hops = excluded.hops",
        params,
    )


@dataclass(frozen=True)
class Marked:
    reaction: str
    key: str
    cause: str
    correlation: str
    hops: int
    tries: int


def _lock(tx: Transaction, most: int, only: tuple[str, str] | None = None) -> list[Marked]:
    found = tx.execute(
        "select reaction, key, cause, correlation, hops, tries from decisions where agency = %s and dirty and not parked"
        f" and {RESTED}"
        + (" and reaction = %s and key = %s" if only else "")
        + " order by tries > 0, reaction, key limit %s for update skip locked",
        (tx.agency_id, *(only or ()), most),
    ).fetchall()
    return [Marked(row[0], row[1], str(row[2]), *row[3:]) for row in found]


def _decide(tx: Transaction, service: Flowing, reaction: Reaction, marked: Marked) -> None:
    """Take one decision; its row is locked. Refusals are outcomes; everything else is trouble and is raised."""
    if marked.hops > MOST_HOPS:
        raise RuntimeError(f"expected at most {MOST_HOPS} reactions in a chain, found {marked.hops}")
    meta = Meta(f"system:{service.name}.{reaction.name}", marked.correlation, marked.cause, marked.hops)
    outcomes = []
    knowledge = StoreKnowledge(tx, service)
    try:
        for do in reaction.decide(marked.key, knowledge):
            try:
                done = execute(tx, service.events, do.aggregate, do.command, meta)
                outcomes.append(f"{len(done.events)} events")
            except Refused as refused:
                outcomes.append(f"refused: {refused.code}")
    except Refused as refused:  # by the decision itself: what it needs, such as a rule set, is not there yet
        outcomes.append(f"refused: {refused.code}")
    tx.execute(
        "update decisions set dirty = false, tries = 0, again = null, outcome = %s where agency = %s and reaction = %s and key = %s",
        ("; ".join(outcomes) or "nothing", tx.agency_id, marked.reaction, marked.key),
    )
    points.reach("decided")


def _failed(database: Database, agency: str, now: datetime, marked: Marked, error: Exception) -> None:
    """Note the failure; after a bounded number of tries the decision is parked, until a new fact or an operator marks it again.

    One that took too long rests before it is tried again, so that the others are taken meanwhile.
    """
    parked, seconds = is_given_up(marked.tries, error), rest(marked.tries, error)
    what = ", parked" if parked else f", again in {seconds} s" if seconds else ""
    LOG.error("decision %s %s of %s failed (try %d%s): %r", marked.reaction, marked.key, agency, marked.tries + 1, what, error)
    with database.transaction(agency, now) as tx:
        # A fact that came since has marked it anew: what failed was another decision.
        tx.execute(
            "update decisions set tries = tries + 1, parked = %s, outcome = %s, again = clock_timestamp() + %s * interval '1 second'"
            " where agency = %s and reaction = %s and key = %s and tries = %s and cause = %s",
            (parked, f"failed: {error!r}"[:2000], seconds, tx.agency_id, marked.reaction, marked.key, marked.tries, marked.cause),
        )


def settle(database: Database, service: Flowing, agency: str, now: datetime, most: int = TOGETHER) -> int:
    """Take up to `most` marked decisions of one agency, together if all goes well, else one by one. Returns how many were looked at.

    Those that failed before are taken alone, so that they hold up no others.
    """
    reactions = {reaction.name: reaction for reaction in service.reactions}
    found: list[Marked] = []
    at: Marked | None = None
    try:
        with database.transaction(agency, now) as tx:
            found = _lock(tx, most)
            for at in (marked for marked in found if not marked.tries):
                _decide(tx, service, reactions[at.reaction], at)
            at = None
    except (StoreUnavailable, CommitUnknown):
        raise
    except Exception as trouble:  # one of them is bad, or somebody wrote to the same stream: find out which
        LOG.info("deciding %d together failed (%r); taking them one by one", most, trouble)
        if isinstance(trouble, TIME_OUT) and at is not None:  # who took so long is known, and another try costs as much again
            _failed(database, agency, now, at, trouble)
            found.remove(at)
        return _one_by_one(database, service, agency, now, [(marked.reaction, marked.key) for marked in found])
    _one_by_one(database, service, agency, now, [(marked.reaction, marked.key) for marked in found if marked.tries])
    return len(found)


def _one_by_one(database: Database, service: Flowing, agency: str, now: datetime, keys: list[tuple[str, str]]) -> int:
    reactions = {reaction.name: reaction for reaction in service.reactions}
    for key in keys:
        marked = None
        try:
            with database.transaction(agency, now) as tx:
                for marked in _lock(tx, 1, key):
                    _decide(tx, service, reactions[marked.reaction], marked)
        except (StoreUnavailable, CommitUnknown):
            raise
        except (Conflict, *PASSING):
            continue  # stays marked, and is taken again at once
        except Exception as error:
            if marked is None:
                raise
            _failed(database, agency, now, marked, error)
    return len(keys)


MARKED = f"(select coalesce(array_agg(distinct agency), '{{}}') from decisions where dirty and not parked and {RESTED})"
"""The agencies (numbers) in which a decision is marked and need not rest, for a role that sees all agencies."""
