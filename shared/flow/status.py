"""What still waits: the outbox, events not yet consumed, marked decisions and due timers. Everything at zero means settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.bus.protocol import Bus
from shared.flow import decisions, timers
from shared.flow.own import TOPIC
from shared.store.horizon import horizon


@dataclass(frozen=True)
class Status:
    """`progress` changes whenever anything moves: two equal, quiet readings of all services mean that nothing is under way."""

    outbox: int
    own: int
    behind: int
    decisions: int
    due: int
    parked: int
    next_due: datetime | None
    progress: tuple[int, ...]

    @property
    def quiet(self) -> bool:
        return not (self.outbox or self.own or self.behind or self.decisions or self.due)

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"quiet": self.quiet, "next_due": self.next_due.isoformat() if self.next_due else None}


def _one(connection: Any, sql: str, params: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0] or 0


def read(connection: Any, bus: Bus, service: str, relays: Sequence[str], topics: Sequence[str], now: datetime) -> Status:
    """Read by the log's role in autocommit mode. Positions are taken before checkpoints, so that a wait is never overlooked."""
    last = horizon(connection)
    ends = bus.ends(topics)
    with connection.cursor() as cursor:
        cursor.execute("select relay, position from relay_marks where relay = any(%s)", (list(relays),))
        marks = dict(cursor.fetchall())
        cursor.execute("select topic, partition, next_offset, mark from checkpoints where consumer = %s", (service,))
        found = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    own = found.pop((TOPIC, 0), (0, 0))[1]
    behind = sum(max(0, end - found.get((at.topic, at.partition), (0, 0))[0]) for at, end in ends.items())
    marked = sum(decisions.waiting(connection).values())
    due = len(timers.due_agencies(connection, now))
    progress = (last, own, *(marks.get(relay, 0) for relay in relays), sum(end for end in ends.values()), sum(v[0] for v in found.values()))
    return Status(
        outbox=sum(max(0, last - marks.get(relay, 0)) for relay in relays),
        own=max(0, last - own),
        behind=behind,
        decisions=marked,
        due=due,
        parked=_one(connection, "select count(*) from parked where consumer = %s", (service,))
        + _one(connection, "select count(*) from decisions where parked"),
        next_due=timers.next_due(connection),
        progress=progress,
    )
