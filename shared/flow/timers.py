"""Statutory clocks: rows folded from the service's own events; a row that is due becomes commands, once per (key, due)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg2.errors

from shared.flow import points
from shared.flow.declared import Arm, Timer
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import Flowing
from shared.kernel.facts import Fact
from shared.kernel.refusal import Refused
from shared.store.commands import Meta, execute
from shared.store.database import Database, Transaction
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable

LOG = logging.getLogger(__name__)
MOST_TRIES = 5
AGAIN = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure, psycopg2.errors.QueryCanceled)
"""Nobody's fault: the timer fires the next time."""


def fold(tx: Transaction, timers: Sequence[Timer], facts: Sequence[Fact]) -> None:
    """Arm and disarm in the order of the facts."""
    for timer in sorted(timers, key=lambda one: one.name):
        for fact in facts:
            changes = timer.on.get(type(fact.event))
            for change in changes(fact) if changes else ():
                _change(tx, timer.name, change, fact)


def _change(tx: Transaction, timer: str, change: Any, fact: Fact) -> None:
    if isinstance(change, Arm):
        due = change.due if isinstance(change.due, datetime) else tx.zone.start_of(change.due)
        tx.execute(
            "insert into timers (agency, timer, key, due, cause, correlation) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (agency, timer, key) do update set fired = case when timers.due = excluded.due then timers.fired end,"
            " due = excluded.due, cause = excluded.cause, correlation = excluded.correlation, tries = 0",
            (tx.agency_id, timer, change.key, due, fact.id, fact.correlation),
        )
    else:
        # One that fired stays, so that arming it for the same moment again does not fire it twice.
        tx.execute("delete from timers where agency = %s and timer = %s and key = %s and fired is null", (tx.agency_id, timer, change.key))


DUE = (
    "(select coalesce(array_agg(agency order by first), '{}') from"
    f" (select agency, min(due) as first from timers where fired is null and due <= $1 and tries < {MOST_TRIES} group by agency) overdue)"
)
"""The agencies (numbers) in which something is due by the moment $1, the longest overdue first; for a role that sees all agencies."""


def fire_one(database: Database, service: Flowing, agency: str, now: datetime) -> bool:
    """Fire the agency's longest overdue timer; False when none is due. The commands and the mark that it fired commit together."""
    timers = {timer.name: timer for timer in service.timers}
    row = None
    try:
        with database.transaction(agency, now) as tx:
            row = tx.execute(
                "select timer, key, due, cause, correlation from timers where agency = %s and fired is null and due <= %s and tries < %s"
                " order by due, timer, key limit 1 for update skip locked",
                (tx.agency_id, now, MOST_TRIES),
            ).fetchone()
            if row is None:
                return False
            _fire(tx, service, timers[row[0]], row)
        return True
    except (StoreUnavailable, CommitUnknown, Conflict, *AGAIN):
        raise
    except Exception as error:
        LOG.exception("timer %s failed", row[:3] if row else None)
        if row is None:
            raise
        with database.transaction(agency, now) as tx:
            tx.execute(
                "update timers set tries = tries + 1, error = %s where agency = %s and timer = %s and key = %s",
                (repr(error)[:2000], tx.agency_id, row[0], row[1]),
            )
        return True


def _fire(tx: Transaction, service: Flowing, timer: Timer, row: tuple[Any, ...]) -> None:
    name, key, due, cause, correlation = row
    meta = Meta(f"system:{service.name}.{name}", correlation, str(cause), 1)
    try:
        for do in timer.fire(key, due, StoreKnowledge(tx, service)):
            try:
                execute(tx, service.events, do.aggregate, do.command, meta)
            except Refused as refused:
                LOG.info("timer %s %s: refused, %s", name, key, refused.code)
    except Refused as refused:
        LOG.info("timer %s %s: undecidable, %s", name, key, refused.code)
    tx.execute("update timers set fired = %s where agency = %s and timer = %s and key = %s", (tx.now, tx.agency_id, name, key))
    points.reach("timer-fired")
