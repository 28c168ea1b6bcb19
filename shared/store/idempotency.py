"""Idempotency keys: a request repeated with its key gets the answer of the first, and has no second effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from shared.store.database import Transaction
from shared.store.errors import InProgress, KeyReused


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
