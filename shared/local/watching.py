"""Watching: the events of all services as they pass on the bus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.bus.choose import open_bus
from shared.bus.protocol import Bus, TopicPartition
from shared.events.envelope import Envelope, from_headers
from shared.flow.topics import internal

WIDTH = 160


def tail(run: dict[str, Any], from_start: bool, count: int, service: str | None) -> int:
    """Print one line an event, until interrupted or until `count` were printed. Private events are never on the bus."""
    bus = open_bus(run["bus"])
    topics = [internal(run["realm"], name) for name in run["services"] if service in (None, name)]
    bus.ensure_topics(topics)
    try:
        for number, envelope in enumerate(_passing(bus, topics, from_start), start=1):
            print(line(envelope), flush=True)
            if number == count:
                break
    except KeyboardInterrupt:
        pass
    return 0


def _passing(bus: Bus, topics: list[str], from_start: bool) -> Iterator[Envelope]:
    starts = {TopicPartition(topic, number): 0 for topic in topics for number in range(bus.partitions)}
    reader = bus.consumer()
    reader.assign(starts if from_start else starts | bus.ends(topics))
    try:
        while True:
            for message in reader.poll(1.0, 100):
                yield from_headers(message.headers, message.value)[0]
    finally:
        reader.close()


def line(envelope: Envelope) -> str:
    """When it was recorded, what, about whom, and the beginning of the data."""
    data = envelope.data.decode()
    shown = data if len(data) <= WIDTH else data[: WIDTH - 1] + "…"
    name = envelope.type.split(".")[2]
    return f"{envelope.recorded:%Y-%m-%d %H:%M}Z {envelope.service:<10} {name:<24} {envelope.agency}/{envelope.subject:<16} {shown}"
