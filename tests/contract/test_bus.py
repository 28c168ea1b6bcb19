"""The bus's contract: one body of tests for both adapters, on a real PostgreSQL and a real Kafka broker."""

import os
import secrets
import signal
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import kafka
import psycopg2
import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from shared.bus.choose import open_bus
from shared.bus.embedded import EmbeddedBus
from shared.bus.embedded_consumer import fair_shares
from shared.bus.kafka import KafkaBus
from shared.bus.line import Line
from shared.bus.partitioner import partition_of
from shared.bus.protocol import BusUnavailable, Outgoing, PublishFailed, RelayCheckpoint, RelayFenced, TopicPartition
from shared.local.postgres import LocalPostgres

PARTITIONS = 4
BOTH = ("embedded", "kafka")


# --- what the tests are written with --------------------------------------------------------------------------------------------------


@dataclass
class Sender:
    """A relay in little: numbers the messages, keeps the checkpoint, makes a new publisher after a failure."""

    bus: object
    topic: str
    relay: str = "relay"
    checkpoint: RelayCheckpoint = RelayCheckpoint(0, {})
    publisher: object = field(default=None)

    def messages(self, keys, value=b"{}"):
        return [self.message(key, self.checkpoint.position + place, value) for place, key in enumerate(keys, 1)]

    def message(self, key, sequence, value=b"{}", headers=()):
        of_sequence = (("ce_sequence", f"{sequence:020}".encode()),)
        return Outgoing(self.topic, partition_of(key, self.bus.partitions), key, (*of_sequence, *headers), value)

    def send(self, messages):
        """Publish and move the checkpoint; raises what the bus raises, and the publisher is new afterwards."""
        sent = {TopicPartition(m.topic, m.partition): sequence_of(m) for m in messages}
        after = RelayCheckpoint(max(map(sequence_of, messages)), {**self.checkpoint.sent, **sent})
        self.publisher = self.publisher or self.bus.publisher()
        try:
            self.publisher.publish(messages, self.relay, self.checkpoint, after)
        except Exception:
            self.publisher.close()
            self.publisher = None
            raise
        self.checkpoint = after
        return messages

    def close(self):
        if self.publisher:
            self.publisher.close()


def sequence_of(message):
    return int(dict(message.headers)["ce_sequence"])


def everything_of(bus, topic):
    return {TopicPartition(topic, number): 0 for number in range(bus.partitions)}


def read(consumer, count, seconds=20):
    """Poll until `count` messages came, or fail; then see that no more come."""
    messages = []
    deadline = time.monotonic() + seconds
    while len(messages) < count and time.monotonic() < deadline:
        messages += consumer.poll(0.2, 500)
    assert len(messages) >= count, f"expected {count} messages, found {len(messages)}"
    return messages + consumer.poll(0.1, 500)


def by_partition(messages):
    found = defaultdict(list)
    for message in messages:
        found[message.partition].append(message)
    return found


@pytest.fixture(params=BOTH)
def bus(request):
    if request.param == "embedded":
        return EmbeddedBus(request.getfixturevalue("database"), partitions=PARTITIONS)
    return KafkaBus(request.getfixturevalue("kafka_bootstrap"), partitions=PARTITIONS)


@pytest.fixture
def topic(bus):
    name = new_topic()
    bus.ensure_topics([name])
    return name


def new_topic():
    return f"merit.internal.test-{secrets.token_hex(4)}.appraisal.v1"


@pytest.fixture
def sender(bus, topic):
    sender = Sender(bus, topic)
    yield sender
    sender.close()


@pytest.fixture
def consumers():
    """Makes consumers of a bus that are closed at the end."""
    made = []

    def make(bus, starts):
        made.append(bus.consumer())
        made[-1].assign(starts)
        return made[-1]

    yield make
    for consumer in made:
        consumer.close()


KEYS = [f"mulyorejo/M{number}".encode() for number in range(10)]


# --- order, places and replay ---------------------------------------------------------------------------------------------------------


def test_messages_of_one_key_arrive_in_the_order_in_which_they_were_sent(bus, topic, sender, consumers):
    for _ in range(10):
        sender.send(sender.messages(KEYS * 5))
    received = read(consumers(bus, everything_of(bus, topic)), 500)
    assert len(received) == 500
    for key in KEYS:
        sequences = [sequence_of(message) for message in received if message.key == key]
        assert sequences == sorted(sequences) and len(sequences) == 50
    for number, messages in by_partition(received).items():
        assert [message.offset for message in messages] == list(range(len(messages)))
        assert {partition_of(message.key, PARTITIONS) for message in messages} == {number}


def test_a_consumer_resumes_at_the_offset_that_it_is_given(bus, topic, sender, consumers):
    sent = sender.send(sender.messages(KEYS * 4))
    starts = {at: end // 2 for at, end in bus.ends([topic]).items()}
    received = read(consumers(bus, starts), len(sent) - sum(starts.values()))
    for number, messages in by_partition(received).items():
        expected = [sequence_of(m) for m in sent if m.partition == number][starts[TopicPartition(topic, number)] :]
        assert [sequence_of(message) for message in messages] == expected


def test_replay_from_the_beginning_gives_the_same_messages_again(bus, topic, sender, consumers):
    sender.send(sender.messages(KEYS * 4))
    first, second = (by_partition(read(consumers(bus, everything_of(bus, topic)), 40)) for _ in range(2))
    assert first == second


def test_seek_goes_back_and_leaves_the_other_partitions_alone(bus, topic, sender, consumers):
    sent = sender.send(sender.messages(KEYS * 4))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 40)
    consumer.seek(TopicPartition(topic, sent[0].partition), 0)
    again = read(consumer, sum(message.partition == sent[0].partition for message in sent))
    assert {message.partition for message in again} == {sent[0].partition}
    assert sequence_of(again[0]) == sequence_of(sent[0])


def test_an_assignment_replaces_the_one_before(bus, topic, sender, consumers):
    sender.send(sender.messages(KEYS * 4))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 40)
    consumer.assign({TopicPartition(topic, 1): 0})
    assert {message.partition for message in read(consumer, bus.ends([topic])[topic, 1])} == {1}
    with pytest.raises(ValueError, match="expected one of the assigned partitions"):
        consumer.seek(TopicPartition(topic, 0), 0)


def test_two_consumers_share_the_partitions(bus, topic, sender, consumers):
    sent = sender.send(sender.messages(KEYS * 4))
    ends = bus.ends([topic])
    halves = [{TopicPartition(topic, number): 0 for number in numbers} for numbers in ((0, 1), (2, 3))]
    received = [read(consumers(bus, half), sum(ends[at] for at in half)) for half in halves]
    assert {m.partition for m in received[0]} <= {0, 1} and {m.partition for m in received[1]} <= {2, 3}
    assert sorted(sequence_of(m) for part in received for m in part) == [sequence_of(m) for m in sent]


def test_a_poll_gives_no_more_than_asked_and_loses_nothing_by_it(bus, topic, sender, consumers):
    sender.send(sender.messages(KEYS * 4))
    consumer = consumers(bus, everything_of(bus, topic))
    received = []
    while len(received) < 40:
        batch = consumer.poll(5, 7)
        assert 0 < len(batch) <= 7
        received += batch
    assert sorted(map(sequence_of, received)) == list(range(1, 41))


def test_an_idle_poll_ends_in_time_and_wakes_up_for_a_message(bus, topic, sender, consumers):
    consumer = consumers(bus, everything_of(bus, topic))
    assert consumer.poll(0.3, 10) == []
    began = time.monotonic()
    assert consumer.poll(0.5, 10) == []
    assert 0.4 < time.monotonic() - began < 2
    timer = threading.Timer(0.3, lambda: sender.send(sender.messages(KEYS[:1])))
    timer.start()
    assert len(consumer.poll(10, 10)) == 1
    assert time.monotonic() - began < 5
    timer.join()


# --- what a message carries -----------------------------------------------------------------------------------------------------------


def test_every_byte_of_key_headers_and_value_comes_back(bus, topic, sender, consumers):
    octets = bytes(range(256))
    headers = (("ce_subject", "Kelurahan – é".encode()), ("ce_binary", octets), ("ce_empty", b""), ("ce_twice", b"1"), ("ce_twice", b"2"))
    sent = sender.message(octets, 1, octets * 3 + b"%s \\ ' \"", headers)
    sender.send([sent])
    (received,) = read(consumers(bus, everything_of(bus, topic)), 1)
    assert (received.key, received.headers, received.value) == (sent.key, sent.headers, sent.value)


def test_a_message_of_250_kilobytes_passes(bus, topic, sender, consumers):
    value = secrets.token_bytes(250_000)
    sender.send([sender.message(b"big", 1, value), *(sender.message(b"big", number, value) for number in (2, 3, 4, 5, 6))])
    received = read(consumers(bus, everything_of(bus, topic)), 6)
    assert [m.value == value for m in received] == [True] * 6


def test_the_clock_of_a_played_year_is_no_business_of_the_bus(bus, topic, sender, consumers, request):
    ahead = (("ce_time", b"2041-01-31T10:00:00Z"),)
    sender.send([sender.message(b"key", 1, headers=ahead)])
    sender.send([sender.message(b"key", 2, headers=ahead)])
    assert [dict(m.headers)["ce_time"] for m in read(consumers(bus, everything_of(bus, topic)), 2)] == [b"2041-01-31T10:00:00Z"] * 2
    if isinstance(bus, KafkaBus):
        raw = kafka.KafkaConsumer(topic, bootstrap_servers=request.getfixturevalue("kafka_bootstrap"), auto_offset_reset="earliest")
        stamps = [record.timestamp_type for batch in raw.poll(10_000).values() for record in batch]
        raw.close()
        assert stamps and set(stamps) == {1}, "expected the broker's own time stamps (LogAppendTime)"


# --- checkpoints and doubts ---------------------------------------------------------------------------------------------------------------


def test_a_batch_sent_again_after_a_lost_mark_is_fenced_or_arrives_twice(bus, topic, sender, consumers):
    """A bus that keeps the relay's checkpoint refuses the second; on Kafka it arrives twice, and `previous` tells the consumer."""
    before = sender.checkpoint
    sent = sender.send(sender.messages(KEYS))
    sender.close()
    returned = Sender(bus, topic, checkpoint=before)
    kept = bus.publisher()
    checkpoint = kept.checkpoint(sender.relay)
    kept.close()
    if checkpoint is None:
        returned.send(sent)
        received = read(consumers(bus, everything_of(bus, topic)), 20)
        assert sorted(map(sequence_of, received)) == sorted([*range(1, 11), *range(1, 11)])
    else:
        assert checkpoint == sender.checkpoint
        with pytest.raises(RelayFenced, match="position 0, found 10"):
            returned.send(sent)
        returned.checkpoint = checkpoint
        returned.send(returned.messages(KEYS[:1]))
        assert sorted(map(sequence_of, read(consumers(bus, everything_of(bus, topic)), 11))) == list(range(1, 12))
    returned.close()


def test_a_message_that_the_bus_refuses_fails_the_batch_and_a_new_publisher_works(bus, topic, sender, consumers):
    good = sender.messages(KEYS)
    publisher = bus.publisher()
    with pytest.raises(PublishFailed):
        publisher.publish([*good, good[0]._replace(partition=PARTITIONS)], "relay", sender.checkpoint, RelayCheckpoint(10, {}))
    with pytest.raises(PublishFailed, match="failed before"):
        publisher.publish(good, "relay", sender.checkpoint, RelayCheckpoint(10, {}))
    publisher.close()
    sender.send(good)
    assert set(map(sequence_of, read(consumers(bus, everything_of(bus, topic)), 10))) == set(range(1, 11))


def test_eight_publishers_at_once_leave_no_gap_and_lose_nothing(bus, topic, consumers):
    """Offsets are drawn and become visible in one order: a reader beside the writers misses none."""
    rounds, failures = 25, []

    def write(number):
        sender = Sender(bus, topic, relay=f"relay-{number}")
        try:
            for _ in range(rounds):
                sender.send(sender.messages(KEYS, value=str(number).encode()))
        except Exception as error:
            failures.append(error)
        finally:
            sender.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    consumer = consumers(bus, everything_of(bus, topic))
    for writer in writers:
        writer.start()
    received = read(consumer, 8 * rounds * len(KEYS), seconds=60)
    for writer in writers:
        writer.join()
    assert not failures
    assert len(received) == 8 * rounds * len(KEYS)
    for messages in by_partition(received).values():
        assert [message.offset for message in messages] == list(range(len(messages)))
    for number in range(8):
        for key in KEYS:
            sequences = [sequence_of(m) for m in received if m.value == str(number).encode() and m.key == key]
            assert sequences == sorted(sequences) and len(sequences) == rounds


# --- what one may ask of the bus ------------------------------------------------------------------------------------------------------


def test_ends_sequences_and_identities_tell_what_is_there(bus, topic, sender):
    absent = new_topic()
    assert bus.ends([topic, absent]) == everything_of(bus, topic)
    assert bus.last_sequences([topic, absent]) == {}
    sent = sender.send(sender.messages(KEYS[:2] * 3))
    counts = {at: sum(m.partition == at.partition for m in sent) for at in everything_of(bus, topic)}
    assert bus.ends([topic, absent]) == counts
    assert bus.last_sequences([topic, absent]) == {TopicPartition(topic, m.partition): sequence_of(m) for m in sent}
    assert bus.topic_identities([topic, absent]).keys() == {topic}
    assert bus.identity() == bus.identity() != ""


def test_topics_are_made_once_and_never_with_another_number_of_partitions(bus, topic, sender):
    identities = bus.topic_identities([topic])
    sender.send(sender.messages(KEYS))
    other = new_topic()
    bus.ensure_topics([topic, other, other])
    assert bus.topic_identities([topic]) == identities
    assert sum(bus.ends([topic]).values()) == 10 and len(bus.ends([other])) == PARTITIONS
    bus.partitions = PARTITIONS + 1
    with pytest.raises(ValueError, match="expected 5 partitions, found 4"):
        bus.ensure_topics([topic])
    bus.partitions = PARTITIONS


def test_an_unknown_topic_is_said_in_words_until_it_is_made(bus, topic, consumers):
    absent = new_topic()
    sender = Sender(bus, absent)
    with pytest.raises(PublishFailed):
        sender.send(sender.messages(KEYS))
    consumer = consumers(bus, everything_of(bus, absent))
    with pytest.raises(BusUnavailable, match="ensure_topics"):
        consumer.poll(1, 10)
    bus.ensure_topics([absent])
    sender.send(sender.messages(KEYS))
    assert len(read(consumer, 10)) == 10
    sender.close()


def test_an_offset_beyond_the_end_is_an_error_and_no_silence(bus, topic, sender, consumers):
    sent = sender.send(sender.messages(KEYS[:1]))
    consumer = consumers(bus, {TopicPartition(topic, sent[0].partition): 5})
    with pytest.raises(BusUnavailable, match="checkpoint was made on"):
        for _ in range(20):
            consumer.poll(0.5, 10)


def test_a_topic_made_again_has_another_identity_and_stops_its_readers(bus, topic, sender, consumers, request):
    sender.send(sender.messages(KEYS))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 10)
    before = bus.topic_identities([topic])
    if isinstance(bus, EmbeddedBus):
        with psycopg2.connect(request.getfixturevalue("database")) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM topics WHERE name = %s", (topic,))
    else:
        admin = kafka.KafkaAdminClient(bootstrap_servers=request.getfixturevalue("kafka_bootstrap"))
        admin.delete_topics([topic])
        admin.close()
    deadline = time.monotonic() + 10
    while bus.topic_identities([topic]) and time.monotonic() < deadline:
        time.sleep(0.1)
    bus.ensure_topics([topic])
    assert bus.topic_identities([topic])[topic] != before[topic]
    assert set(bus.ends([topic]).values()) == {0}
    with pytest.raises(BusUnavailable):
        for _ in range(20):
            consumer.poll(0.5, 10)


def test_reporting_offsets_is_for_monitoring_alone(bus, topic, sender, consumers, request):
    sender.send(sender.messages(KEYS))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 10)
    ends = dict(bus.ends([topic]))
    began = time.monotonic()
    consumer.report("payroll-facts", ends)
    assert time.monotonic() - began < 0.2
    if isinstance(bus, KafkaBus):
        admin = kafka.KafkaAdminClient(bootstrap_servers=request.getfixturevalue("kafka_bootstrap"))
        found, deadline = {}, time.monotonic() + 15
        while found != ends and time.monotonic() < deadline:
            try:
                groups = admin.list_group_offsets(["payroll-facts"])
                found = {TopicPartition(*at): offset.offset for at, offset in groups["payroll-facts"].items() if at.topic == topic}
            except KafkaError:
                pass  # a new broker makes the topic of groups' offsets when it is first asked for one
            time.sleep(0.2)
        admin.close()
        assert found == ends


def test_a_bus_that_was_asked_before_a_fork_works_after_it(bus, topic, consumers):
    bus.ends([topic])
    child = os.fork()
    if child == 0:
        try:
            sender = Sender(bus, topic)
            sender.send(sender.messages(KEYS))
            os._exit(0 if sum(bus.ends([topic]).values()) == 10 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(read(consumers(bus, everything_of(bus, topic)), 10)) == 10
    assert sum(bus.ends([topic]).values()) == 10


# --- a server that goes away ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=BOTH)
def host(request, tmp_path):
    """A server of the test's own, and a bus on it that loses patience quickly."""
    if request.param == "embedded":
        server = LocalPostgres(tmp_path / "postgres", durable=False)
        server.start()
        bus = EmbeddedBus(server.admin_url, partitions=PARTITIONS, answer_seconds=1)
    else:
        server = request.getfixturevalue("local_kafka")
        bus = KafkaBus(server.bootstrap, partitions=PARTITIONS, answer_seconds=1, publish_seconds=2)
    topic = new_topic()
    bus.ensure_topics([topic])
    sender = Sender(bus, topic)
    yield server, bus, topic, sender
    sender.close()
    if request.param == "embedded":
        server.stop()


def processes_of(pid):
    """The server and its children: PostgreSQL answers through these."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(process for child in children for process in processes_of(int(child)))]


def send_when_back(sender, messages, seconds=30):
    """What a relay does after PublishFailed: ask for the checkpoint that holds, and send what is missing with a new publisher."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            publisher = sender.bus.publisher()
            try:
                sender.checkpoint = publisher.checkpoint(sender.relay) or sender.checkpoint
            finally:
                publisher.close()
            return sender.send([message for message in messages if sequence_of(message) > sender.checkpoint.position])
        except (PublishFailed, BusUnavailable):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def poll_when_back(consumer, count, seconds=30):
    received, deadline = [], time.monotonic() + seconds
    while len(received) < count and time.monotonic() < deadline:
        try:
            received += consumer.poll(0.2, 500)
        except BusUnavailable:
            time.sleep(0.2)
    return received


def test_a_server_stopped_for_longer_than_every_time_out_loses_nothing(host, consumers):
    server, bus, topic, sender = host
    sender.send(sender.messages(KEYS))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 10)
    server.stop()
    batch = sender.messages(KEYS)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(PublishFailed):
            sender.send(batch)
        assert time.monotonic() - began < 6
    with pytest.raises(BusUnavailable):
        bus.ends([topic])
    with pytest.raises(BusUnavailable):
        for _ in range(30):
            consumer.poll(0.5, 10)
    threads = threading.active_count()
    for _ in range(2):
        with pytest.raises(BusUnavailable):
            consumer.poll(0.5, 10)
        with pytest.raises(BusUnavailable):
            bus.ends([topic])
    assert threading.active_count() <= threads, "expected clients that fail to connect to leave no thread behind"
    server.start()
    send_when_back(sender, batch)
    received = poll_when_back(consumer, 10)
    assert set(map(sequence_of, received)) == set(range(11, 21))
    time.sleep(1)
    assert sum(bus.ends([topic]).values()) == 20, "expected failed publishers to send nothing any more"


def test_a_server_that_stands_still_fails_the_batch_in_time(host, consumers):
    server, bus, topic, sender = host
    sender.send(sender.messages(KEYS))
    consumer = consumers(bus, everything_of(bus, topic))
    read(consumer, 10)
    batch = sender.messages(KEYS)
    frozen = processes_of(server.pid)
    for process in reversed(frozen):
        os.kill(process, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(PublishFailed):
            sender.send(batch)
        assert time.monotonic() - began < 5
        began = time.monotonic()
        sender.close()
        assert time.monotonic() - began < 0.5
        consumer.report("payroll-facts", {TopicPartition(topic, 0): 1})
        with pytest.raises(BusUnavailable):
            for _ in range(30):
                consumer.poll(0.5, 10)
    finally:
        for process in frozen:
            os.kill(process, signal.SIGCONT)
    send_when_back(sender, batch)
    assert set(map(sequence_of, poll_when_back(consumer, 10))) >= set(range(11, 21))


# --- what only one of them has --------------------------------------------------------------------------------------------------------


def test_kafka_a_producer_that_got_a_fatal_error_is_replaced(kafka_bootstrap):
    bus, narrow = KafkaBus(kafka_bootstrap, partitions=PARTITIONS), new_topic()
    bus.ensure_topics([narrow])
    admin = kafka.KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, narrow, {"max.message.bytes": "2000"})])
    sender = Sender(bus, narrow)
    sender.send(sender.messages(KEYS))
    first = sender.publisher
    with pytest.raises(PublishFailed, match="MessageSizeTooLarge|RecordTooLarge"):
        sender.send([*sender.messages(KEYS), sender.message(b"big", 21, secrets.token_bytes(100_000))])
    with pytest.raises(PublishFailed, match="failed before"):
        first.publish(sender.messages(KEYS), "relay", sender.checkpoint, sender.checkpoint)
    sender.send(sender.messages(KEYS))
    assert sum(bus.ends([narrow]).values()) >= 20
    sender.close()
    admin.close()


def test_kafka_a_topic_that_would_forget_is_refused(kafka_bootstrap):
    bus, forgetful = KafkaBus(kafka_bootstrap, partitions=PARTITIONS), new_topic()
    admin = kafka.KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({forgetful: {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    with pytest.raises(ValueError, match="expected retention.ms=-1, found 604800000"):
        bus.ensure_topics([forgetful])


@pytest.mark.parametrize("sent_before", [0, 10])
def test_embedded_of_rivals_that_go_on_from_one_mark_only_one_passes(database, sent_before):
    bus, topic = EmbeddedBus(database, partitions=PARTITIONS), new_topic()
    bus.ensure_topics([topic])
    first = Sender(bus, topic)
    if sent_before:
        first.send(first.messages(KEYS))
    first.close()
    outcomes = []

    def begin():
        sender = Sender(bus, topic, checkpoint=first.checkpoint)
        try:
            outcomes.append(len(sender.send(sender.messages(KEYS))))
        except RelayFenced:
            outcomes.append("fenced")
        finally:
            sender.close()

    rivals = [threading.Thread(target=begin) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(map(str, outcomes)) == ["10", "fenced", "fenced", "fenced"]
    assert sum(bus.ends([topic]).values()) == sent_before + 10


def test_embedded_a_publisher_that_stood_still_in_the_middle_is_passed_by_and_fails_when_it_wakes(database):
    bus, topic = EmbeddedBus(database, partitions=PARTITIONS), new_topic()
    bus.ensure_topics([topic])
    child = os.fork()
    if child == 0:
        try:
            run, calls = Line.run, []

            def run_and_stand_still(line, *arguments):
                calls.append(line)
                if len(calls) == 3:  # the checkpoint and the partitions are locked, the messages not yet written
                    os.kill(os.getpid(), signal.SIGSTOP)
                return run(line, *arguments)

            Line.run = run_and_stand_still
            sender = Sender(bus, topic)
            sender.send(sender.messages([b"zombie"] * 10))
            os._exit(1)
        except PublishFailed:
            os._exit(0)
        except BaseException:
            os._exit(2)
    os.waitpid(child, os.WUNTRACED)
    sender = Sender(bus, topic)
    sender.send(sender.messages(KEYS))
    os.kill(child, signal.SIGCONT)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sum(bus.ends([topic]).values()) == 10
    sender.close()


def test_embedded_a_mark_moves_even_when_nothing_of_a_span_is_published(database):
    bus = EmbeddedBus(database)
    bus.create_schema()
    publisher = bus.publisher()
    assert publisher.checkpoint("relay") is None
    publisher.publish([], "relay", RelayCheckpoint(0, {}), RelayCheckpoint(7, {}))
    assert publisher.checkpoint("relay") == RelayCheckpoint(7, {})
    publisher.close()


def test_embedded_shares_are_fair_and_nobody_waits_for_ever():
    at = [TopicPartition("t", number) for number in range(3)]
    assert fair_shares({at[0]: 1000, at[1]: 5, at[2]: 1000}, 105, 1) == {at[0]: 50, at[1]: 5, at[2]: 50}
    assert fair_shares({at[0]: 1000}, 500, 1) == {at[0]: 500}
    served = [set(fair_shares(dict.fromkeys(at, 9), 1, turn)) for turn in range(3)]
    assert set.union(*served) == set(at)


def test_the_address_chooses_the_bus(database):
    assert isinstance(open_bus("embedded+" + database), EmbeddedBus)
    assert open_bus("embedded+" + database).partitions == 8
    assert isinstance(open_bus("kafka://127.0.0.1:9092,127.0.0.2:9092"), KafkaBus)
    assert open_bus("kafka://127.0.0.1:9092").partitions == 24
    with pytest.raises(ValueError, match="expected embedded"):
        open_bus("amqp://127.0.0.1")
