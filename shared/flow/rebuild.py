"""Rebuild: fold a view anew into its next generation, beside the running one, from the own log and the facts; then swap.

The running fold's checkpoints say how far facts and log are complete; the rebuild follows them. To swap it locks them, folds to exactly
those, and changes the registry row that names the current generation. Readers look it up in their own transaction and never wait.
A rebuild sends no commands, and what is parked is not among the facts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.flow import facts
from shared.flow.own import TOPIC
from shared.flow.source import Flowing, fact_of
from shared.store.database import Database, Transaction
from shared.store.log import COLUMNS, envelope_of
from shared.views import engine, generations
from shared.views.view import View

LOG = logging.getLogger(__name__)
BATCH = 5000
Place = tuple[str, int]


def rebuild(database: Database, owner: Any, service: Flowing, views: Sequence[View], app_role: str, now: datetime) -> dict[str, int]:
    """Rebuild the views. `owner`: an autocommit session that may make tables. Returns each view's new generation."""
    with owner.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (generations.REBUILD_LOCK,))  # one at a time, and no parked message is retried
        fresh = {view.name: _next(cursor, view, app_role) for view in views}
        cursor.execute("select code from agencies order by id")
        agencies = [row[0] for row in cursor.fetchall()]
    try:
        done: dict[tuple[str, Place], int] = {}
        while _catch_up(database, service, views, fresh, agencies, now, done):
            pass
        _swap(database, owner, service, views, fresh, agencies, now, done)
    finally:
        with owner.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", (generations.REBUILD_LOCK,))
    return fresh


def _next(cursor: Any, view: View, app_role: str) -> int:
    cursor.execute("select generation from view_generations where view = %s", (view.name,))
    generation = cursor.fetchone()[0] + 1
    cursor.execute(f"drop table if exists {generations.table_name(view, generation)}")  # left by a rebuild that was interrupted
    generations.create(cursor, view, generation, app_role)
    return generation


def _checkpoints(tx: Transaction, service: Flowing) -> dict[Place, int]:
    """How far each source is complete in this database, as the sequence after the last one: a sequence outlives any bus."""
    rows = tx.execute(
        "select topic, partition, mark + 1 from checkpoints where consumer = %s order by topic, partition", (service.name,)
    ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


def _read(tx: Transaction, place: Place, after: int, before: int) -> list[tuple[int, Any]]:
    """The agency's events of one source with ``after`` ≤ sequence < ``before``."""
    if place[0] != TOPIC:
        return facts.in_order(tx, place[0], place[1], after, before, BATCH)
    rows = tx.execute(
        f"select {COLUMNS} from events where agency = %s and position >= %s and position < %s order by position limit %s",
        (tx.agency_id, after, before, BATCH),
    ).fetchall()
    return [(row[0], envelope_of(row, tx.agency)) for row in rows]


def _in_order(tx: Transaction) -> None:
    """Read along the indexes: with statistics that lag behind, the planner would read and sort all the rest for each batch."""
    tx.before_next("set local enable_sort = off; set local enable_bitmapscan = off")


def _fold(tx: Transaction, service: Flowing, views: Sequence[View], fresh: dict[str, int], found: Sequence[tuple[int, Any]]) -> None:
    typed = (fact_of(service, envelope) for _, envelope in found)
    known = [fact for fact in typed if fact is not None]
    engine.fold(tx, views, known, lambda _, view: generations.table_name(view, fresh[view.name]), engine.read_rows)


def _catch_up(
    database: Database,
    service: Flowing,
    views: Sequence[View],
    fresh: dict[str, int],
    agencies: Sequence[str],
    now: datetime,
    done: dict[tuple[str, Place], int],
) -> bool:
    """Fold towards the checkpoints of this moment, a batch a transaction. True while there was much to do."""
    with database.transaction(None, now) as tx:
        ends = _checkpoints(tx, service)
    much = False
    for agency in agencies:
        for place, end in ends.items():
            while (start := done.get((agency, place), 0)) < end:
                with database.transaction(agency, now) as tx:
                    tx.repeatable()  # an unfinished generation is thrown away
                    _in_order(tx)
                    batch = _read(tx, place, start, end)
                    _fold(tx, service, views, fresh, batch)
                full = len(batch) == BATCH
                done[(agency, place)] = batch[-1][0] + 1 if full else end
                much = much or full
    return much


def _swap(
    database: Database,
    owner: Any,
    service: Flowing,
    views: Sequence[View],
    fresh: dict[str, int],
    agencies: Sequence[str],
    now: datetime,
    done: dict[tuple[str, Place], int],
) -> None:
    """With all checkpoints locked no batch is under way: fold the rest, then let the registry name the new generation."""
    with database.transaction(None, now) as tx:
        tx.execute("lock table checkpoints in exclusive mode")
        ends = _checkpoints(tx, service)
        _in_order(tx)
        for agency in agencies:
            tx.enter_agency(agency)
            for place, end in ends.items():
                while (start := done.get((agency, place), 0)) < end:
                    batch = _read(tx, place, start, end)
                    _fold(tx, service, views, fresh, batch)
                    done[(agency, place)] = batch[-1][0] + 1 if len(batch) == BATCH else end
        tx.flush()
        for view in views:
            tx.execute("select switch_generation(%s, %s, %s)", (view.name, fresh[view.name], generations.shape(view)))
    with owner.cursor() as cursor:
        for view in views:
            # The generation before stays until the next rebuild: a reader may have looked its name up a moment ago.
            cursor.execute(f"drop table if exists {generations.table_name(view, fresh[view.name] - 2)}")
            LOG.info("view %s now stands in generation %d", view.name, fresh[view.name])
