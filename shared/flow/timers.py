"""Statutory clocks: rows folded from the service's own events; a row that is due becomes commands, once per (key, due).

A timer of the service arms a key with a due moment or day, and disarms it, as events come. Arming it anew for the same moment does not
fire it twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.flow import points
from shared.flow.declared import Arm, Timer
from shared.flow.once import KnowledgeOnce
from shared.flow.source import Flowing
from shared.flow.trying import MOST_TRIES, PASSING, RESTED, is_given_up, rest
from shared.kernel.facts import Fact
from shared.kernel.refusal import Refused
from shared.store.commands import Meta, execute
from shared.store.database import Database, Transaction
from shared.store.errors import CommitUnknown, Conflict, StoreUnavailable

LOG = logging.getLogger(__name__)


def fold(tx: Transaction, timers: Sequence[Timer], facts: Sequence[Fact]) -> None:
    """Arm and disarm in the order of the facts. Keys that nothing arms are disarmed together."""
    for timer in sorted(timers, key=lambda one: one.name):
        changes = [(change, fact) for fact in facts if (found := timer.on.get(type(fact.event))) for change in found(fact)]
        armed = {change.key for change, _ in changes if isinstance(change, Arm)}
        for change, fact in changes:
            if change.key in armed:
                _change(tx, timer.name, change, fact)
        if over := sorted({change.key for change, _ in changes} - armed):
            _disarm(tx, timer.name, over)


def _change(tx: Transaction, timer: str, change: Any, fact: Fact) -> None:
    if isinstance(change, Arm):
        due = change.due if isinstance(change.due, datetime) else tx.zone.start_of(change.due)
        tx.execute(
            "insert into timers (agency, timer, key, due, cause, correlation) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (agency, timer, key) do update set fired = case when timers.due = excluded.due then timers.fired end,"
            " due = excluded.due, cause = excluded.cause, correlation = excluded.correlation, tries = 0,"
            " again = null",
            (tx.agency_id, timer, change.key, due, fact.id, fact.correlation),
        )
    else:
        _disarm(tx, timer, [change.key])


def _disarm(tx: Transaction, timer: str, keys: Sequence[str]) -> None:
    """One that fired stays, so that arming it for the same moment again does not fire it twice."""
    tx.execute(
        "delete from timers where agency = %s and timer = %s and key = any(%s) and fired is null", (tx.agency_id, timer, list(keys))
    )


_FIRST = f"select agency, due from timers where fired is null and tries < {MOST_TRIES} and {RESTED}"
DUE = f"""(
    with recursive firsts as (
        ({_FIRST} order by agency, due limit 1)
        union all
        (select next.agency, next.due
           from firsts, lateral ({_FIRST} and agency > firsts.agency order by agency, due limit 1) next)
    )
    select coalesce(array_agg(agency order by due), '{{}}') from firsts where due <= $1
)"""
"""The agencies (numbers) in which something is due by the moment $1, the longest overdue first; for a role that sees all agencies.

One look into the index for each agency, however many timers wait or are due.
"""


def fire_one(database: Database, service: Flowing, agency: str, now: datetime) -> bool:
    """Fire the agency's longest overdue timer; False when none is due. The commands and the mark that it fired commit together."""
    timers = {timer.name: timer for timer in service.timers}
    row = None
    try:
        with database.transaction(agency, now) as tx:
            row = tx.execute(
                "select timer, key, due, cause, correlation, tries from timers"
                f" where agency = %s and fired is null and due <= %s and tries < %s and {RESTED}"
                " order by due, timer, key limit 1 for update skip locked",
                (tx.agency_id, now, MOST_TRIES),
            ).fetchone()
            if row is None:
                return False
            _fire(tx, service, timers[row[0]], row[:5])
        return True
    except (StoreUnavailable, CommitUnknown, Conflict, *PASSING):
        raise
    except Exception as error:
        if row is None:
            raise
        _failed(database, agency, now, row, error)
        return True


def _failed(database: Database, agency: str, now: datetime, row: tuple[Any, ...], error: Exception) -> None:
    """Note the failure. One with all its tries gone is left until it is armed anew or an operator asks; one that took too long rests."""
    name, key, due, _, _, tries = row
    gone, seconds = is_given_up(tries, error), rest(tries, error)
    what = ", given up" if gone else f", again in {seconds} s" if seconds else ""
    LOG.error("timer %s %s of %s, due %s, failed (try %d%s)", name, key, agency, due, tries + 1, what, exc_info=error)
    with database.transaction(agency, now) as tx:
        tx.execute(
            "update timers set tries = %s, error = %s, again = clock_timestamp() + %s * interval '1 second'"
            " where agency = %s and timer = %s and key = %s and due = %s and tries = %s",
            (MOST_TRIES if gone else tries + 1, repr(error)[:2000], seconds, tx.agency_id, name, key, due, tries),
        )


def _fire(tx: Transaction, service: Flowing, timer: Timer, row: tuple[Any, ...]) -> None:
    name, key, due, cause, correlation = row
    meta = Meta(f"system:{service.name}.{name}", correlation, str(cause), 1)
    try:
        for do in timer.fire(key, due, KnowledgeOnce(tx, service)):
            try:
                execute(tx, service.events, do.aggregate, do.command, meta)
            except Refused as refused:
                LOG.info("timer %s %s: refused, %s", name, key, refused.code)
    except Refused as refused:
        LOG.info("timer %s %s: undecidable, %s", name, key, refused.code)
    tx.execute("update timers set fired = %s where agency = %s and timer = %s and key = %s", (tx.now, tx.agency_id, name, key))
    points.reach("timer-fired")
