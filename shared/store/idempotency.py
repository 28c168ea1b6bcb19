"""Idempotency keys: a request repeated with its key gets the answer of the first, and has no second effect.

:func:`begin` gives the stored answer or None; :func:`finish` stores one in the same transaction. The same key with another body is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared.store.database import Database, Transaction
from shared.store.errors import InProgress, KeyReused

KEPT = timedelta(days=90)
"""How long an answer is kept for who sends its request again. A client that waits longer starts a new request."""
GIVEN_UP = 5_000
"""Answers that one transaction gives up at most."""


@dataclass(frozen=True)
class Stored:
    """The answer given the first time."""

    status: int
    body: Any
    etag: str | None


def begin(tx: Transaction, client: str, route: str, key: str, body_hash: str) -> Stored | None:
    """The earlier answer, or None when this is the first time; from here until the end of the transaction the key is taken.

    Raises InProgress when another transaction holds the key, KeyReused when it was used for another body.
    """
    name = f"idempotency/{tx.agency}/{client}/{route}/{key}"
    if not tx.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (name,)).fetchone()[0]:
        raise InProgress("a request with this Idempotency-Key is being worked on; ask again in a moment with the same key")
    row = tx.execute(
        "select body_hash, status, body, etag from idempotency where agency = %s and client = %s and route = %s and key = %s",
        (tx.agency_id, client, route, key),
    ).fetchone()
    if row is None:
        return None
    if row[0] != body_hash:
        raise KeyReused("expected the body that this Idempotency-Key was first used with, found another; use a new key for a new request")
    return Stored(row[1], row[2], row[3])


def finish(tx: Transaction, client: str, route: str, key: str, body_hash: str, status: int, body: Any, etag: str | None) -> None:
    """Keep the answer with the commit of what it answers. Only acceptances are kept: a refusal may be tried again."""
    tx.at_end(
        "insert into idempotency (agency, client, route, key, body_hash, status, body, etag, recorded)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (tx.agency_id, client, route, key, body_hash, status, orjson.dumps(body).decode(), etag, tx.now),
    )


def prune(database: Database, agencies: Iterable[str], now: datetime) -> int:
    """Give up the answers older than KEPT, some thousand in a transaction; how many they were."""
    total = 0
    for agency in agencies:
        gone = GIVEN_UP
        while gone == GIVEN_UP:
            with database.transaction(agency, now) as tx:
                tx.repeatable()
                gone = tx.execute(
                    "delete from idempotency where agency = %(agency)s and (client, route, key) in (select client, route, key"
                    " from idempotency where agency = %(agency)s and recorded < %(before)s order by recorded limit %(most)s)",
                    {"agency": tx.agency_id, "before": now - KEPT, "most": GIVEN_UP},
                ).rowcount
            total += gone
    return total
