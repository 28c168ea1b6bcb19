"""Another government's system: a table of Mulyorejo's finalised predicates, from its open topic and nothing else.

``python examples/subscriber.py HOST:PORT [FILE.sqlite]`` follows a Merit on this machine; anywhere else add
``--ca ca.crt --user subscriber-NAME --password-file FILE``. Other topics are named by ``--topic``, more than once if need be.

Started again it reads everything again and reaches the same table: a repeated or older message changes nothing, because each row
keeps the sequence that it came from. Each event is told on a line of its own: sequence, type, subject.
"""

import argparse
import json
import logging
import sqlite3
import sys
from pathlib import Path

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError, NoError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError, for_code

PREDICATE = {
    "merit.appraisal.AppraisalFinalized.v1": lambda said: said["judgement"]["predicate"],
    "merit.appraisal.AppraisalCorrected.v1": lambda said: said["after"]["predicate"],
    "merit.appraisal.AppraisalImported.v1": lambda said: said["predicate"],
}
KNOWN = {name.rpartition(".v")[0] for name in PREDICATE}
MEANING = {
    "CERTIFICATE_VERIFY_FAILED": "the broker's certificate is not of the authority in --ca, or not for this host name",
    "ECONNREFUSED": "nobody listens at this address",
    "socket disconnected": "the broker hung up after the greeting: the user name or the password is wrong, or it expects TLS and got none",
}


class Diary(logging.Handler):
    """kafka-python waits on when a broker does not let it in. Why, it tells its log alone."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said += f"{record.getMessage()}\n"


def connected(kind, settings, diary):
    """A client of this kind, or the end of the program with what kept it out."""
    try:
        return kind(**settings)
    except KafkaTimeoutError:
        why = [meaning for sign, meaning in MEANING.items() if sign in diary.said] or [diary.said[-300:].strip() or "it says nothing"]
        sys.exit(f"{settings['bootstrap_servers']} did not let us in: {why[0]}")


def partitions(admin, topics):
    """The topics' partitions. Asked for by name, because a topic that one may not read is otherwise silence, for ever."""
    found = []
    for topic in admin.describe_topics(topics):
        outcome = for_code(topic["error_code"])
        if outcome is TopicAuthorizationFailedError:
            sys.exit(f"{topic['name']}: refused. These credentials may not read it: its agency has not granted it to them")
        if outcome is UnknownTopicOrPartitionError:
            sys.exit(f"{topic['name']}: not there yet. Its agency opens it with `merit grant`; is the name right?")
        if outcome is not NoError:
            sys.exit(f"{topic['name']}: {outcome.__name__}: {outcome.description}")
        found += [TopicPartition(topic["name"], one["partition_index"]) for one in topic["partitions"]]
    return found


def follow(consumer, table):
    """Keep the table for ever. An unknown type is passed over; a version of a known type that is not known yet ends the program."""
    for message in consumer:
        ce = {name: value.decode() for name, value in message.headers}
        print(ce["ce_sequence"], ce["ce_type"], ce["ce_subject"], flush=True)
        if (predicate_of := PREDICATE.get(ce["ce_type"])) is None:
            if ce["ce_type"].rpartition(".v")[0] in KNOWN:
                sys.exit(f"{ce['ce_type']}: this program knows an earlier version only; teach it the new one and start it again")
            continue
        said = json.loads(message.value)
        with table:
            table.execute(
                "insert into predicates values (?, ?, ?, ?) on conflict do update set predicate = excluded.predicate,"
                " sequence = excluded.sequence where excluded.sequence > sequence",
                (said["employee"], said["period"], predicate_of(said), ce["ce_sequence"]),
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("broker", metavar="HOST:PORT")
    parser.add_argument("table", metavar="FILE.sqlite", nargs="?", default=":memory:")
    parser.add_argument("--topic", action="append", help="instead of merit.mulyorejo.appraisal.v1")
    parser.add_argument("--ca", help="file with the authority of the broker's certificate")
    parser.add_argument("--user")
    parser.add_argument("--password-file", type=Path)
    asked = parser.parse_args()
    settings = {"bootstrap_servers": asked.broker, "bootstrap_timeout_ms": 10_000}
    if asked.user:
        settings |= {"security_protocol": "SASL_SSL", "ssl_cafile": asked.ca, "sasl_mechanism": "SCRAM-SHA-512"}
        settings |= {"sasl_plain_username": asked.user, "sasl_plain_password": asked.password_file.read_text().strip()}
    diary = Diary()
    logging.getLogger("kafka").addHandler(diary)
    wanted = partitions(connected(KafkaAdminClient, settings, diary), asked.topic or ["merit.mulyorejo.appraisal.v1"])
    reading = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "allow_auto_create_topics": False}
    consumer = connected(KafkaConsumer, settings | reading | {"isolation_level": "read_committed"}, diary)
    logging.getLogger("kafka").removeHandler(diary)
    consumer.assign(wanted)
    consumer.seek_to_beginning(*wanted)
    table = sqlite3.connect(asked.table)
    table.execute("create table if not exists predicates (employee, period, predicate, sequence, primary key (employee, period))")
    follow(consumer, table)


if __name__ == "__main__":
    main()
