"""Leases: which worker consumes which partition numbers. Kept in the consumer's own database, with an epoch that fences the one before.

The database's clock decides, so that a played year or a worker's wrong clock changes nothing.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any

from shared.kernel.ids import random_id

SECONDS = 6
"""A lease that is not renewed for so long may be taken by another."""


@dataclass(frozen=True)
class Lease:
    partition: int
    epoch: int


class LostLease(Exception):
    """Another worker took over; what was being done must not be committed."""


def owner_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{random_id().hex[:8]}"


class Leases:
    """One worker's side. `connection` is a session in autocommit mode of its own."""

    def __init__(self, connection: Any, consumer: str, owner: str, partitions: int, seconds: float = SECONDS) -> None:
        self.connection, self.consumer, self.owner = connection, consumer, owner
        self.partitions, self.seconds = partitions, seconds

    def _run(self, sql: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

    def renew(self) -> tuple[Lease, ...]:
        """Say that this worker lives, keep its fair share, give away what is over it, take what is free. Returns what it holds."""
        who = (self.consumer, self.owner)
        self._run(
            "insert into leases (consumer, partition) select %s, n from generate_series(0, %s) n on conflict do nothing",
            (self.consumer, self.partitions - 1),
        )
        self._run(
            "insert into workers (consumer, owner, until) values (%s, %s, clock_timestamp() + %s * interval '1 second')"
            " on conflict (consumer, owner) do update set until = excluded.until",
            (*who, self.seconds),
        )
        self._run("delete from workers where consumer = %s and until < clock_timestamp()", (self.consumer,))
        living = self._run("select count(*) from workers where consumer = %s", (self.consumer,))[0][0]
        share = -(-self.partitions // max(living, 1))
        self._run(
            "update leases set until = clock_timestamp() + %s * interval '1 second'"
            " where consumer = %s and owner = %s and until >= clock_timestamp()",
            (self.seconds, *who),
        )
        self._run(
            "update leases set owner = null, until = '-infinity' where consumer = %s and partition in"
            " (select partition from leases where consumer = %s and owner = %s order by partition offset %s)",
            (self.consumer, *who, share),
        )
        held = self._run("select count(*) from leases where consumer = %s and owner = %s and until >= clock_timestamp()", who)[0][0]
        if held < share:
            self._run(
                "update leases set owner = %s, epoch = epoch + 1, until = clock_timestamp() + %s * interval '1 second'"
                " where consumer = %s and partition in (select partition from leases where consumer = %s and until < clock_timestamp()"
                " order by partition limit %s for update skip locked)",
                (self.owner, self.seconds, self.consumer, self.consumer, share - held),
            )
        rows = self._run(
            "select partition, epoch from leases where consumer = %s and owner = %s and until >= clock_timestamp() order by partition", who
        )
        return tuple(Lease(*row) for row in rows)

    def give_up(self) -> None:
        """Let others have everything at once (a worker that stops in good order)."""
        who = (self.consumer, self.owner)
        self._run("update leases set owner = null, until = '-infinity' where consumer = %s and owner = %s", who)
        self._run("delete from workers where consumer = %s and owner = %s", who)


def hold(tx: Any, consumer: str, owner: str, leases: tuple[Lease, ...]) -> None:
    """Lock the leases for this transaction; LostLease when one of them is not this owner's in this epoch any more."""
    found = tx.execute(
        "select partition, epoch from leases where consumer = %s and owner = %s and partition = any(%s) order by partition for share",
        (consumer, owner, [lease.partition for lease in leases]),
    ).fetchall()
    lost = {(lease.partition, lease.epoch) for lease in leases} - set(found)
    if lost:
        raise LostLease(f"consumer {consumer}: expected to hold partitions {sorted(p for p, _ in lost)}; another worker took them")
