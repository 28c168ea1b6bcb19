"""Texts: what people wrote. They can be erased; events carry only the id and a salted digest, whose salt is erased with the text."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from shared.kernel.ids import random_id
from shared.store.database import Transaction


@dataclass(frozen=True)
class TextRef:
    """What an event may carry of a text. `digest` is SHA-256 of salt and text, in hexadecimal."""

    id: str
    digest: str


def save(tx: Transaction, body: str) -> TextRef:
    """Keep a text in this transaction."""
    salt = secrets.token_bytes(16)
    ref = TextRef(str(random_id()), hashlib.sha256(salt + body.encode()).hexdigest())
    tx.before_next(
        "insert into texts (agency, id, body, salt, digest) values (%s, %s, %s, %s, %s)", (tx.agency_id, ref.id, body, salt, ref.digest)
    )
    return ref


def read(tx: Transaction, id_: str) -> str | None:
    """The text, or None where there is none (any more)."""
    row = tx.execute("select body from texts where agency = %s and id = %s", (tx.agency_id, id_)).fetchone()
    return row[0] if row else None


def matches(tx: Transaction, ref: TextRef) -> bool:
    """Whether the text still is what the event said; an erased one cannot be told and counts as matching its row."""
    row = tx.execute("select body, salt, digest from texts where agency = %s and id = %s", (tx.agency_id, ref.id)).fetchone()
    if row is None or row[2] != ref.digest:
        return False
    return row[0] is None or hashlib.sha256(bytes(row[1]) + row[0].encode()).hexdigest() == ref.digest


def erase(tx: Transaction, id_: str) -> None:
    """Forget the text and its salt; the digest stays and leads nowhere."""
    tx.execute("update texts set body = null, salt = null where agency = %s and id = %s", (tx.agency_id, id_))
