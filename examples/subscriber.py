"""Another government's system: a table of Mulyorejo's finalised predicates, from its open topic and nothing else.

``python examples/subscriber.py HOST:PORT [FILE.sqlite]``. Started again it reads everything again and reaches the same table:
a repeated or older message changes nothing, because each row keeps the sequence that it came from.
"""

import json
import sqlite3
import sys

from kafka import KafkaConsumer, TopicPartition

TOPIC = "merit.mulyorejo.appraisal.v1"
PREDICATE = {
    "merit.appraisal.AppraisalFinalized.v1": lambda said: said["judgement"]["predicate"],
    "merit.appraisal.AppraisalCorrected.v1": lambda said: said["after"]["predicate"],
    "merit.appraisal.AppraisalImported.v1": lambda said: said["predicate"],
}

table = sqlite3.connect(sys.argv[2] if len(sys.argv) > 2 else ":memory:")
table.execute("create table if not exists predicates (employee, period, predicate, sequence, primary key (employee, period))")
consumer = KafkaConsumer(bootstrap_servers=sys.argv[1], auto_offset_reset="earliest", enable_auto_commit=False)
partitions = [TopicPartition(TOPIC, number) for number in consumer.partitions_for_topic(TOPIC) or ()]
if not partitions:
    sys.exit(f"no partitions of {TOPIC}: Mulyorejo has not granted this subscription yet, or these credentials may not read it")
consumer.assign(partitions)
consumer.seek_to_beginning(*partitions)
for message in consumer:
    ce = {name: value.decode() for name, value in message.headers}
    if (predicate_of := PREDICATE.get(ce["ce_type"])) is None:
        continue  # other types, also those that do not exist yet, are not for this table
    said = json.loads(message.value)
    row = (said["employee"], said["period"], predicate_of(said), ce["ce_sequence"])
    with table:
        table.execute(
            "insert into predicates values (?, ?, ?, ?) on conflict do update set predicate = excluded.predicate,"
            " sequence = excluded.sequence where excluded.sequence > sequence",
            row,
        )
    print(*row[:3], flush=True)
