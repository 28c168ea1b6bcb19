"""Relay and consumer on Apache Kafka, each in its own process, beside a bare kafka-python loop over the same tables and broker."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import kafka
import orjson
import psycopg2
from psycopg2.extras import execute_values

from bench import ground, ledger
from bench.folds import until
from shared.bus.choose import open_bus
from shared.bus.kafka import TOPIC_SETTINGS
from shared.bus.partitioner import partition_of
from shared.flow import exports
from shared.flow.consumer import BATCH as READ_TOGETHER
from shared.flow.consumer import Consumer
from shared.flow.relay import BATCH as SENT_TOGETHER
from shared.flow.relay import Relay
from shared.local.databases import ServiceDatabase
from shared.local.kafka import LocalKafka
from shared.process.memory import expect_batches
from shared.store.database import Database

EVENTS, ROUNDS, PARTITIONS = 60_000, 3, 24
REPEATABLE = "-c synchronous_commit=off"  # as ours: what a checkpoint that was lost stands for is done again from it
PRODUCER = {"enable_idempotence": True, "acks": "all", "compression_type": "lz4", "batch_size": 1_000_000, "linger_ms": 0}


def apart(work: Callable[..., float], *given: object) -> float:
    """What `work` finds in a process of its own."""
    ours, theirs = ground.FORK.Pipe(duplex=False)
    process = ground.FORK.Process(target=_say, args=(theirs, work, *given))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _say(to: Connection, work: Callable[..., float], *given: object) -> None:
    to.send(work(*given))


def our_relay(urls: ServiceDatabase, bootstrap: str, topic: str) -> float:
    expect_batches()  # as a worker does
    stop = threading.Event()
    relay = Relay(topic, urls.log_url, open_bus(f"kafka://{bootstrap}"), topic, exports.published(ledger.EVENTS), stop)
    return until(relay.run, stop, lambda: relay.published, EVENTS)


def bare_relay(urls: ServiceDatabase, bootstrap: str, topic: str) -> float:
    """Rows in order of position, ten headers, the same batches, every future waited for, a checkpoint after each batch."""
    producer = kafka.KafkaProducer(bootstrap_servers=bootstrap, **PRODUCER)
    connection = psycopg2.connect(urls.log_url, options=REPEATABLE)
    connection.autocommit = True
    cursor = connection.cursor()
    at, published, first, began = 0, 0, 0, 0.0
    while published < EVENTS:
        cursor.execute(
            "select position, id::text, stream, version, type, subject, effective::text, recorded::text, data::text, meta::text"
            " from events where position > %s order by position limit %s",
            (at, SENT_TOGETHER),
        )
        rows = cursor.fetchall()
        futures = []
        for position, id_, stream, version, type_, subject, effective, recorded, data, meta in rows:
            said = (id_, type_, subject, recorded, stream, str(version), str(position), str(at), effective, meta)
            headers = [(name, value.encode()) for name, value in zip(NAMES, said, strict=True)]
            key = f"{ledger.AGENCY}/{subject}".encode()
            futures.append(producer.send(topic, data.encode(), key, headers, partition_of(key, PARTITIONS)))
            at = position
        for future in futures:
            future.get(30)
        cursor.execute(
            "insert into relay_marks (relay, position, sent) values (%s, %s, '{}')"
            " on conflict (relay) do update set position = excluded.position",
            (topic, at),
        )
        published += len(rows)
        if not began:
            first, began = published, time.monotonic()
    found = (published - first) / (time.monotonic() - began)
    producer.close()
    connection.close()
    return found


NAMES = tuple(
    f"ce_{name}" for name in ("id", "type", "subject", "time", "stream", "streamversion", "sequence", "previous", "effectivetime", "meta")
)


def our_consumer(urls: ServiceDatabase, bootstrap: str, topic: str) -> float:
    expect_batches()
    stop, database = threading.Event(), Database(urls.app_url)
    consumer = Consumer(ledger.SINK, database, open_bus(f"kafka://{bootstrap}"), [topic], "bench", lambda: ledger.NOW, stop)
    return until(consumer.run, stop, lambda: consumer.applied, EVENTS)


def bare_consumer(urls: ServiceDatabase, bootstrap: str, topic: str, facts: bool) -> float:
    """Poll, fold the rows, write them back with the checkpoints in one transaction; with `facts` the events are kept as ours are."""
    reader = kafka.KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=250)
    reader.assign([kafka.TopicPartition(topic, number) for number in range(PARTITIONS)])
    connection = psycopg2.connect(urls.app_url, options=f"-c app.agency=1 {REPEATABLE}")
    cursor = connection.cursor()
    cursor.executemany(
        "insert into checkpoints (consumer, topic, partition, bus, topic_id) values ('bare', %s, %s, '', '')",
        [(topic, number) for number in range(PARTITIONS)],
    )
    connection.commit()
    read, first, began = 0, 0, 0.0
    while read < EVENTS:
        records = [record for batch in reader.poll(250, READ_TOGETHER).values() for record in batch]
        if not records:
            continue
        _write_bare(cursor, topic, records, facts)
        connection.commit()
        read += len(records)
        if not began:
            first, began = read, time.monotonic()
    found = (read - first) / (time.monotonic() - began)
    reader.close()
    connection.close()
    return found


def _write_bare(cursor: psycopg2.extensions.cursor, topic: str, records: list, facts: bool) -> None:
    sums: dict[str, list[int]] = {}
    kept = []
    for record in records:
        said = {name: value.decode() for name, value in record.headers}
        one = sums.setdefault(said["ce_subject"], [0, 0])
        one[0] += orjson.loads(record.value)["amount"]
        one[1] += 1
        if facts:
            place = (topic, record.partition, said["ce_sequence"], said["ce_stream"], said["ce_streamversion"], said["ce_type"])
            moments = (said["ce_subject"], said["ce_effectivetime"], said["ce_time"], record.value.decode(), '{"actor":"bench"}')
            kept.append((1, said["ce_id"], *place, *moments))
    if facts:
        execute_values(
            cursor,
            "insert into facts (agency, id, topic, partition, sequence, stream, version, type, subject, effective, recorded, data, meta)"
            " values %s on conflict do nothing",
            kept,
            page_size=len(kept),
        )
    cursor.execute("select key, total, events from totals_g1 where agency = 1 and key = any(%s) order by key for update", (list(sums),))
    for key, total, events in cursor.fetchall():
        sums[key][0] += total
        sums[key][1] += events
    execute_values(
        cursor,
        "insert into totals_g1 (agency, key, total, events) values %s"
        " on conflict (agency, key) do update set total = excluded.total, events = excluded.events",
        [(1, key, total, events) for key, (total, events) in sorted(sums.items())],
        page_size=len(sums),
    )
    ends = {record.partition: record.offset + 1 for record in records}
    execute_values(
        cursor,
        "update checkpoints c set next_offset = n.next from (values %s) n (topic, partition, next)"
        " where c.consumer = 'bare' and c.topic = n.topic and c.partition = n.partition",
        [(topic, partition, end) for partition, end in sorted(ends.items())],
    )


def main() -> list[str]:
    with tempfile.TemporaryDirectory() as folder, ground.server() as server, LocalKafka(Path(folder)) as broker:
        urls = ledger.prepared(server.admin_url, ledger.LEDGER)
        ledger.fill(urls, EVENTS)
        numbers = count(1)

        def relay(work: Callable[..., float], kind: str) -> float:
            topic = f"{kind}-{next(numbers)}"
            _make_topic(broker.bootstrap, topic)
            return apart(work, urls, broker.bootstrap, topic)

        def consumer(work: Callable[..., float], *more: object) -> float:
            mine = ledger.prepared(server.admin_url, ledger.SINK)
            found = apart(work, mine, broker.bootstrap, "ours-1", *more)
            if (held := ledger.totals(mine.app_url)) != (ledger.KEYS, EVENTS):
                raise SystemExit(f"expected {ledger.KEYS} rows of {EVENTS} events, found {held}: the figures are of a wrong view")
            return found

        ours, bare = "relay", "bare relay (ten headers)"
        relays = ground.rounds({ours: lambda: relay(our_relay, "ours"), bare: lambda: relay(bare_relay, "bare")}, ROUNDS)
        ours_read, bare_facts, bare_read = "consumer", "bare consumer that keeps the events too", "bare consumer that keeps none"
        consumers = ground.rounds(
            {
                ours_read: lambda: consumer(our_consumer),
                bare_facts: lambda: consumer(bare_consumer, True),
                bare_read: lambda: consumer(bare_consumer, False),
            },
            ROUNDS,
        )
    return [
        "| Apache Kafka, each in its own process | events/s, median | range |",
        "|---|---|---|",
        *ground.rows(relays),
        *ground.rows(consumers),
        "",
        f"- relay: {ground.goal(ground.ratio(relays, ours, bare), 0.8, 'of the bare loop', '.2f')}",
        f"- consumer: {ground.goal(ground.ratio(consumers, ours_read, bare_facts), 0.8, 'of the bare loop over the same tables', '.2f')};"
        f" {ground.ratio(consumers, ours_read, bare_read):.2f} of one that keeps no facts (and so could not explain or rebuild anything)",
    ]


def _make_topic(bootstrap: str, topic: str) -> None:
    with closing(kafka.KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        wish = {"num_partitions": PARTITIONS, "replication_factor": 1, "configs": TOPIC_SETTINGS}
        admin.create_topics({topic: wish})
        admin.wait_for_topics([topic])


if __name__ == "__main__":
    print("\n".join(main()))
