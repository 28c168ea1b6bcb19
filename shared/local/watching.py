"""Watching: the events of all services as they pass on the bus."""

from __future__ import annotations

from typing import Any

from shared.bus.choose import open_bus
from shared.bus.protocol import TopicPartition
from shared.events.envelope import from_headers
from shared.flow.topics import internal


def tail(run: dict[str, Any], from_start: bool, count: int, service: str | None) -> int:
    """Print one line an event until interrupted, or until `count` were printed. Data are shown only of open and restricted events: all on the bus."""
    bus = open_bus(run["bus"])
    topics = [internal(run["realm"], name) for name in run["services"] if service in (None, name)]
    bus.ensure_topics(topics)
    starts = {TopicPartition(topic, number): 0 for topic in topics for number in range(bus.partitions)}
    if not from_start:
        starts |= bus.ends(topics)
    reader = bus.consumer()
    reader.assign(starts)
    shown = 0
    try:
        while not count or shown < count:
            for message in reader.poll(1.0, 100):
                envelope, _ = from_headers(message.headers, message.value)
                name = envelope.type.split(".")[2]
                data = envelope.data.decode()
                print(
                    f"{envelope.recorded:%Y-%m-%d %H:%M} {envelope.service:<10} {name:<24} {envelope.agency}/{envelope.subject:<16} "
                    f"{data if len(data) <= 160 else data[:157] + '…'}",
                    flush=True,
                )
                shown += 1
    except KeyboardInterrupt:
        pass
    finally:
        reader.close()
    return 0
