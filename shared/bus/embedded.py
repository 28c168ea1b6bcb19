"""The embedded bus: topics as rows in a PostgreSQL database of their own, for one machine that needs no broker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.bus.embedded_consumer import EmbeddedConsumer
from shared.bus.embedded_tables import CHANNEL, SCHEMA, SCHEMA_LOCK, headers_from_text, headers_to_text, sent_from_text, sent_to_text
from shared.bus.line import KeptLine, Line, LineBroken
from shared.bus.protocol import BusUnavailable, Outgoing, PublishFailed, RelayCheckpoint, RelayFenced, TopicPartition


class EmbeddedBus:
    """The bus in the PostgreSQL database at `url`; `answer_seconds` bounds every wait for the server."""

    def __init__(self, url: str, partitions: int = 8, answer_seconds: float = 10.0) -> None:
        self.partitions = partitions
        self._url = url
        self._seconds = answer_seconds
        self._watching = KeptLine(url, answer_seconds)

    def create_schema(self) -> None:
        """Make the tables where they are missing. Raises BusUnavailable."""
        self._ask(f"BEGIN; SELECT pg_advisory_xact_lock({SCHEMA_LOCK}); {SCHEMA}; COMMIT")

    def identity(self) -> str:
        return self._ask("SELECT id::text FROM bus")[0][0]

    def ensure_topics(self, topics: Sequence[str]) -> None:
        """As the protocol says; raises ValueError when a topic exists with another number of partitions."""
        self.create_schema()
        self._ask(
            """BEGIN; SELECT pg_advisory_xact_lock(%s);
            WITH made AS (
                INSERT INTO topics (name, partitions) SELECT DISTINCT unnest(%s::text[]), %s
                ON CONFLICT DO NOTHING RETURNING id, partitions)
            INSERT INTO partitions (topic, partition) SELECT id, generate_series(0, partitions - 1) FROM made; COMMIT""",
            (SCHEMA_LOCK, list(topics), self.partitions),
        )
        for name, found in self._ask("SELECT name, partitions FROM topics WHERE name = ANY (%s)", (list(topics),)):
            if found != self.partitions:
                raise ValueError(
                    f"topic {name}: expected {self.partitions} partitions, found {found}. Their number is fixed for ever: "
                    f"set the bus to {found}, or begin with an empty bus"
                )

    def topic_identities(self, topics: Sequence[str]) -> Mapping[str, str]:
        return dict(self._ask("SELECT name, id::text FROM topics WHERE name = ANY (%s)", (list(topics),)))

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """As the protocol says. Watchers ask often, and opening a connection costs more than the answer."""
        try:
            rows = self._watching.ask(
                "SELECT t.name, p.partition, p.next_offset FROM topics t JOIN partitions p ON p.topic = t.id WHERE t.name = ANY (%s)",
                (list(topics),),
            )
        except LineBroken as error:
            raise BusUnavailable(f"the embedded bus does not answer: {error}") from error
        return {TopicPartition(name, partition): end for name, partition, end in rows}

    def last_sequences(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        rows = self._ask(
            """SELECT t.name, p.partition, m.headers::text FROM topics t JOIN partitions p ON p.topic = t.id
            JOIN messages m ON m.topic = p.topic AND m.partition = p.partition AND m."offset" = p.next_offset - 1
            WHERE t.name = ANY (%s)""",
            (list(topics),),
        )
        headers = {TopicPartition(name, partition): dict(headers_from_text(text)) for name, partition, text in rows}
        return {at: int(found["ce_sequence"]) for at, found in headers.items() if found.get("ce_sequence", b"").isdigit()}

    def publisher(self) -> EmbeddedPublisher:
        return EmbeddedPublisher(self._url, self._seconds)

    def consumer(self) -> EmbeddedConsumer:
        return EmbeddedConsumer(self._url, self._seconds)

    def _ask(self, statement: str, values: Sequence | None = None) -> list[tuple]:
        try:
            line = Line(self._url, self._seconds)
            try:
                return line.run(statement, values)
            finally:
                line.close()
        except LineBroken as error:
            raise BusUnavailable(f"the embedded bus does not answer: {error}") from error


class EmbeddedPublisher:
    """Publishes in one transaction with the relay's checkpoint, so that a message is on the bus once or not at all."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._line: Line | None = None
        self._failed = False

    def checkpoint(self, relay: str) -> RelayCheckpoint | None:
        """Raises BusUnavailable."""
        try:
            rows = self._open().run("SELECT position, sent::text FROM relay_marks WHERE relay = %s", (relay,))
        except LineBroken as error:
            self.close()
            raise BusUnavailable(f"the embedded bus does not answer: {error}") from error
        return RelayCheckpoint(rows[0][0], sent_from_text(rows[0][1])) if rows else None

    def publish(self, messages: Sequence[Outgoing], relay: str, before: RelayCheckpoint, after: RelayCheckpoint) -> None:
        if self._failed:
            raise PublishFailed(f"{relay}: this publisher has failed before: close it and make a new one")
        try:
            line = self._open()
            self._lock_checkpoint(line, relay, before)
            places = self._lock_partitions(line, sorted({(m.topic, m.partition) for m in messages}))
            line.run(self._writing(line, messages, places, relay, after))
        except BaseException as error:
            self._failed = True
            self.close()
            if isinstance(error, LineBroken):
                raise PublishFailed(f"{relay}: the batch of {len(messages)} messages may not be on the embedded bus: {error}") from error
            raise

    def close(self) -> None:
        """Close the line; what was not committed is rolled back by the server."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _open(self) -> Line:
        if self._line is None:
            # A publisher that was stopped in the middle must not hold the partitions' rows for ever.
            self._line = Line(self._url, self._seconds, "-c idle_in_transaction_session_timeout=5s")
        return self._line

    @staticmethod
    def _lock_checkpoint(line: Line, relay: str, before: RelayCheckpoint) -> None:
        first = "INSERT INTO relay_marks (relay, position, sent) VALUES (%(relay)s, 0, '{}') ON CONFLICT DO NOTHING;"
        found = "SELECT position FROM relay_marks WHERE relay = %(relay)s FOR UPDATE"
        rows = line.run(f"BEGIN; {first if before.position == 0 else ''} {found}", {"relay": relay})
        found = rows[0][0] if rows else None
        if found != before.position:
            raise RelayFenced(
                f"relay {relay}: expected the bus to hold its checkpoint at position {before.position}, found "
                f"{'no checkpoint' if found is None else found}. Read the checkpoint again and go on from there"
            )

    @staticmethod
    def _lock_partitions(line: Line, wanted: list[tuple[str, int]]) -> dict[tuple[str, int], list]:
        """Lock the partitions' rows in one order for everybody (no deadlock) until the commit (no gap for readers)."""
        if not wanted:
            return {}
        rows = line.run(
            """SELECT t.name, p.partition, p.topic::text, p.next_offset
            FROM unnest(%s::text[], %s::int[]) AS wanted (name, partition)
            JOIN topics t ON t.name = wanted.name JOIN partitions p ON p.topic = t.id AND p.partition = wanted.partition
            ORDER BY p.topic, p.partition FOR UPDATE OF p""",
            ([name for name, _ in wanted], [partition for _, partition in wanted]),
        )
        places = {(name, partition): [topic, at] for name, partition, topic, at in rows}
        if missing := [f"{name}/{partition}" for name, partition in wanted if (name, partition) not in places]:
            raise PublishFailed(f"expected these topics and partitions, found none: {', '.join(missing)}. Make them with ensure_topics")
        return places

    @staticmethod
    def _writing(
        line: Line, messages: Sequence[Outgoing], places: dict[tuple[str, int], list], relay: str, after: RelayCheckpoint
    ) -> bytes:
        """Messages, next offsets, checkpoint, COMMIT and the notice that wakes the readers, in one message to the server."""
        rows = []
        for message in messages:
            place = places[message.topic, message.partition]
            topic, at = place
            rows.append((topic, message.partition, at, message.key, headers_to_text(message.headers), message.value))
            place[1] = at + 1
        parts = []
        if rows:
            parts.append(
                b'INSERT INTO messages (topic, partition, "offset", key, headers, value) VALUES '
                + line.literals("(%s::uuid, %s, %s, %s, %s::json, %s)", rows)
            )
            ends = [(topic, partition, at) for (_, partition), (topic, at) in places.items()]
            parts.append(
                b"UPDATE partitions p SET next_offset = w.next_offset FROM (VALUES "
                + line.literals("(%s::uuid, %s, %s::bigint)", ends)
                + b") AS w (topic, partition, next_offset) WHERE p.topic = w.topic AND p.partition = w.partition"
            )
        checkpoint = [(after.position, sent_to_text(after.sent), relay)]
        parts.append(line.literals("UPDATE relay_marks SET position = %s, sent = %s::jsonb WHERE relay = %s", checkpoint))
        # The notice comes after the transaction, because a commit that notifies waits for all others that do.
        return b"; ".join([*parts, b"COMMIT", f"NOTIFY {CHANNEL}".encode()])
