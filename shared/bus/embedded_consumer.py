"""Reading from the embedded bus: whole rows below an end that only commits move."""

from __future__ import annotations

import time
from collections.abc import Mapping

from shared.bus.embedded_tables import CHANNEL, headers_from_text
from shared.bus.line import Line, LineBroken
from shared.bus.protocol import BusUnavailable, Incoming, TopicPartition

FALLBACK_SECONDS = 0.1  # a notice can be lost with the publisher that dies before it sends it: look anyway


class EmbeddedConsumer:
    """Reads below the partitions' next offsets, which a publisher moves when it commits: there is never a gap before them."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._line: Line | None = None
        self._positions: dict[TopicPartition, int] = {}
        self._topics: dict[str, str] = {}
        self._turn = 0

    def assign(self, starts: Mapping[TopicPartition, int]) -> None:
        self._positions = dict(starts)
        self._topics = {}

    def seek(self, at: TopicPartition, offset: int) -> None:
        if at not in self._positions:
            raise ValueError(f"seek: expected one of the assigned partitions, found {at.topic}/{at.partition}. Assign it first")
        self._positions[at] = offset

    def poll(self, seconds: float, most: int) -> list[Incoming]:
        """As the protocol says; raises BusUnavailable also for a topic that is missing, was remade, or is shorter than the offset."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                line = self._open()
                if waiting := self._waiting(line):
                    return self._read(line, waiting, most)
                left = deadline - time.monotonic()
                if left <= 0:
                    return []
                line.wait_for_notice(min(left, FALLBACK_SECONDS))
        except LineBroken as error:
            self.close()
            raise BusUnavailable(f"the embedded bus does not answer: {error}") from error

    def report(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Nothing: the embedded bus has no monitoring of its own, the consumer's checkpoints tell it all."""

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _open(self) -> Line:
        if self._line is None:
            self._line = Line(self._url, self._seconds)
            self._line.run(f"LISTEN {CHANNEL}")
        if not self._topics and self._positions:
            names = sorted({at.topic for at in self._positions})
            found = dict(self._line.run("SELECT name, id::text FROM topics WHERE name = ANY (%s)", (names,)))
            if missing := [name for name in names if name not in found]:
                raise BusUnavailable(f"expected the topics {', '.join(missing)}, found none. Make them with ensure_topics")
            self._topics = found
        return self._line

    def _waiting(self, line: Line) -> dict[TopicPartition, int]:
        """How many messages wait in each assigned partition that has some."""
        if not self._positions:
            return {}
        rows = line.run(
            """SELECT w.name, w.partition, p.next_offset FROM unnest(%s::text[], %s::uuid[], %s::int[]) AS w (name, topic, partition)
            LEFT JOIN partitions p ON p.topic = w.topic AND p.partition = w.partition""",
            (
                [at.topic for at in self._positions],
                [self._topics[at.topic] for at in self._positions],
                [at.partition for at in self._positions],
            ),
        )
        waiting = {}
        for name, partition, end in rows:
            at = TopicPartition(name, partition)
            if end is None:
                raise BusUnavailable(
                    f"{name}/{partition} is gone: deleted, made again, or of fewer partitions. Compare the topics' identities, assign again"
                )
            if self._positions[at] > end:
                raise BusUnavailable(
                    f"{name}/{partition}: expected to read from offset {self._positions[at]}, found only {end} messages. "
                    "Is it the bus that the checkpoint was made on?"
                )
            if end > self._positions[at]:
                waiting[at] = end - self._positions[at]
        return waiting

    def _read(self, line: Line, waiting: dict[TopicPartition, int], most: int) -> list[Incoming]:
        self._turn += 1
        shares = fair_shares(waiting, most, self._turn)
        rows = line.run(
            """SELECT w.name, m.partition, m."offset", m.key, m.headers::text, m.value
            FROM unnest(%s::text[], %s::uuid[], %s::int[], %s::bigint[], %s::bigint[]) AS w (name, topic, partition, first, past)
            JOIN messages m ON m.topic = w.topic AND m.partition = w.partition AND m."offset" >= w.first AND m."offset" < w.past
            ORDER BY w.name, m.partition, m."offset" """,
            (
                [at.topic for at in shares],
                [self._topics[at.topic] for at in shares],
                [at.partition for at in shares],
                [self._positions[at] for at in shares],
                [self._positions[at] + share for at, share in shares.items()],
            ),
        )
        for at, share in shares.items():
            self._positions[at] += share
        return [
            Incoming(name, partition, offset, bytes(key), headers_from_text(headers), bytes(value))
            for name, partition, offset, key, headers, value in rows
        ]


def fair_shares(waiting: Mapping[TopicPartition, int], most: int, turn: int) -> dict[TopicPartition, int]:
    """How many messages to take from each partition: equal shares of `most`, and what one leaves over goes to the others.

    With fewer than one message each, `turn` (one more per call) decides who is served, so that nobody waits for ever.
    """
    partitions = list(waiting)
    begin = turn % len(partitions)
    served = sorted((partitions[begin:] + partitions[:begin])[:most], key=waiting.__getitem__)
    shares, left = {}, most
    for done, at in enumerate(served):
        shares[at] = min(waiting[at], left // (len(served) - done))
        left -= shares[at]
    return shares
