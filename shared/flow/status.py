"""What still waits: the outbox, events not yet consumed, marked decisions, due timers, jobs. Everything at zero means settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.bus.protocol import Bus
from shared.flow.jobs import TROUBLED
from shared.flow.own import TOPIC
from shared.flow.trying import MOST_TRIES
from shared.store.horizon import horizon


@dataclass(frozen=True)
class Status:
    """`moving`: something changed while it was read, so the numbers belong to no one moment.

    `progress` changes whenever anything moves: two equal, quiet readings of all services mean that nothing is under way anywhere.
    """

    outbox: int
    own: int
    behind: int
    decisions: int
    due: int
    parked: int
    next_due: datetime | None
    progress: tuple[int, ...]
    moving: bool = False
    jobs: int = 0

    @property
    def quiet(self) -> bool:
        return not (self.moving or self.outbox or self.own or self.behind or self.decisions or self.due or self.jobs)

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"quiet": self.quiet, "next_due": self.next_due.isoformat() if self.next_due else None}


@dataclass(frozen=True)
class _Moment:
    """What one statement, and so one snapshot, sees of the service's database."""

    last: int
    relayed: dict[str, int]
    cursors: dict[tuple[str, int], tuple[int, int]]
    decisions: int
    due: int
    parked: int
    next_due: datetime | None
    jobs: int


_SQL = f"""
select (select case when is_called then last_value else 0 end from events_position_seq),
       (select coalesce(json_object_agg(relay, position), '{{}}') from relay_marks where relay = any(%(relays)s)),
       (select coalesce(json_agg(json_build_array(topic, partition, next_offset, mark) order by topic, partition), '[]')
          from checkpoints where consumer = %(service)s),
       (select count(*) from decisions where dirty and not parked),
       (select count(*) from timers where fired is null and due <= %(now)s and tries < %(tries)s),
       (select count(*) from parked where consumer = %(service)s) + (select count(*) from decisions where dirty and parked)
         + (select count(*) from timers where fired is null and tries >= %(tries)s) + (select count(*) from worker_jobs where {TROUBLED}),
       (select min(due) from timers where fired is null and tries < %(tries)s),
       (select count(*) from worker_jobs where status in ('waiting', 'running'))
"""


def _moment(connection: Any, service: str, relays: Sequence[str], now: datetime) -> _Moment:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"service": service, "relays": list(relays), "now": now, "tries": MOST_TRIES})
        last, relayed, cursors, *rest = cursor.fetchone()
    return _Moment(last, relayed, {(row[0], row[1]): (row[2], row[3]) for row in cursors}, *rest)


def read(connection: Any, bus: Bus, service: str, relays: Sequence[str], topics: Sequence[str], now: datetime) -> Status:
    """Read by the log's role in autocommit mode.

    The bus is asked between two readings of the database. Checkpoints and positions only grow, so two equal readings hold for
    the moment between them too; where they differ something is moving, and nothing can be said to be quiet.
    """
    last = horizon(connection)
    before = _moment(connection, service, relays, now)
    ends = bus.ends(topics)
    status = _moment(connection, service, relays, now)
    own = status.cursors.get((TOPIC, 0), (0, 0))[1]
    cursors = {at: cursor for at, cursor in status.cursors.items() if at[0] != TOPIC}
    relayed = [status.relayed.get(relay, 0) for relay in relays]
    return Status(
        outbox=sum(max(0, status.last - position) for position in relayed),
        own=max(0, status.last - own),
        behind=sum(max(0, end - cursors.get((at.topic, at.partition), (0, 0))[0]) for at, end in ends.items()),
        decisions=status.decisions,
        due=status.due,
        parked=status.parked,
        next_due=status.next_due,
        progress=(status.last, own, *relayed, sum(ends.values()), sum(cursor[0] for cursor in cursors.values())),
        moving=before != status or status.last != last,
        jobs=status.jobs,
    )
