"""Another government's system on a broker that asks who comes: it reads what it was granted, and is told in words what it was not."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import ClusterAuthorizationFailedError, GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from msgspec import structs

from shared.bus.protocol import RelayCheckpoint
from shared.events.classes import EventClass
from shared.events.envelope import Envelope, from_headers
from shared.events.schemas import CONTRACTS
from shared.flow.exports import class_of
from shared.flow.relay import messages_of
from shared.flow.topics import export, internal
from shared.local.ports import free_ports
from shared.process.finding import load_service
from tests.support.guarded_kafka import GuardedKafka, password_of
from tests.support.manifests import ROOT

pytestmark = pytest.mark.kafka
EXAMPLE = ROOT / "examples" / "subscriber.py"
PAGE = (ROOT / "docs" / "subscribing.md").read_text(encoding="utf-8")
OPEN, RESTRICTED = export("mulyorejo", "appraisal", False), export("mulyorejo", "appraisal", True)
PAY, PAY_RESTRICTED = export("siulak", "payroll", False), export("siulak", "payroll", True)


def examples(service: str, agency: str, cls: EventClass) -> list[Envelope]:
    """The published example of every type of a class, as events of this agency."""
    catalogue, sequence = load_service(service).events, count(1)
    found = []
    for file in sorted(CONTRACTS.of(service).glob("*.example.json")):
        event = json.loads(file.read_bytes())
        headers = [(f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data"]
        envelope, _ = from_headers([*headers, ("ce_previous", b"0")], json.dumps(event["data"]).encode())
        if class_of(catalogue, envelope) is cls:
            found.append(structs.replace(envelope, agency=agency, sequence=next(sequence)))
    return found


def publish(guarded: GuardedKafka, service: str, topic: str, envelopes: Sequence[Envelope]) -> None:
    """As the service's relay does, with the service's own certificate."""
    bus = guarded.bus(service)
    bus.ensure_topics([topic])
    messages, _ = messages_of(envelopes, topic, bus.partitions, {})
    publisher = bus.publisher()
    try:
        publisher.publish(messages, "test", RelayCheckpoint(0, {}), RelayCheckpoint(1, {}))
    finally:
        publisher.close()


@pytest.fixture(scope="module")
def published(guarded: GuardedKafka) -> dict[str, list[Envelope]]:
    """What lies on each export topic. That of Sawahlunto is granted, and not opened yet."""
    found = {}
    for service, agency in (("appraisal", "mulyorejo"), ("payroll", "siulak")):
        for cls in (EventClass.OPEN, EventClass.RESTRICTED):
            topic = export(agency, service, cls is EventClass.RESTRICTED)
            found[topic] = examples(service, agency, cls)
            publish(guarded, service, topic, found[topic])
    return found


@pytest.fixture(scope="module")
def desk(guarded: GuardedKafka, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A subscriber's folder: the authority's certificate and the password, under the names that the page gives them."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(guarded.ca, folder / "ca.crt")
    for name in ("inspektorat", "keuangan-siulak", "kepegawaian-sawahlunto"):
        (folder / name).write_text(password_of(f"subscriber-{name}") + "\n", encoding="ascii")
    shutil.copy(folder / "inspektorat", folder / "password")
    (folder / "wrong").write_text("sandi-lain", encoding="ascii")
    return folder


@contextmanager
def running(desk: Path, command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    with (desk / "out").open("w") as out:
        process = subprocess.Popen(command, cwd=desk, stdout=out, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def lines(desk: Path, command: Sequence[str], wanted: int, seconds: float = 60) -> list[str]:
    """The first `wanted` lines that a program says, which goes on for ever."""
    with running(desk, command) as process:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said = (desk / "out").read_text(encoding="utf-8").splitlines(keepends=True)
            if len([line for line in said if line.endswith("\n")]) >= wanted:
                break
            assert process.poll() is None, f"it ended with {process.returncode}: {''.join(said)}"
            time.sleep(0.1)
    return (desk / "out").read_text(encoding="utf-8").splitlines()


def example(address: str, *more: str, user: str = "inspektorat", password: str = "", ca: str = "ca.crt") -> list[str]:
    return [
        *(sys.executable, str(EXAMPLE), address, *more),
        *("--ca", ca, "--user", f"subscriber-{user}", "--password-file", password or user),
    ]


EXAMPLES_SAY = {("m1", "2026-Q1", "baik"), ("m5", "2026-Q1", "baik"), ("m1", "2025-Q4", "baik")}
"""Finalised, corrected and imported, in the contracts' own examples."""


def test_the_example_keeps_its_table_from_what_it_was_granted(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    """Also when every message comes a second time, and when it is started again."""
    events = published[OPEN]
    said = lines(desk, example(guarded.outside, "table.sqlite"), len(events))
    assert sorted(said) == sorted(f"{one.sequence:020d} {one.type} {one.subject}" for one in events)
    assert {row[:3] for row in table(desk)} == EXAMPLES_SAY
    publish(guarded, "appraisal", OPEN, events)
    assert len(lines(desk, example(guarded.outside, "table.sqlite"), 2 * len(events))) == 2 * len(events)
    assert {row[:3] for row in table(desk)} == EXAMPLES_SAY


def table(desk: Path) -> set[tuple[str, str, str, str]]:
    with closing(sqlite3.connect(desk / "table.sqlite")) as read:
        return set(read.execute("select employee, period, predicate, sequence from predicates").fetchall())


def test_whoever_has_the_second_grant_reads_the_restricted_events_too(
    guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path
):
    events = published[PAY] + published[PAY_RESTRICTED]
    command = example(guarded.outside, "--topic", PAY, "--topic", PAY_RESTRICTED, user="keuangan-siulak")
    assert {line.split()[1] for line in lines(desk, command, len(events))} == {one.type for one in events}
    assert any(one.type == "merit.payroll.AllowanceCalculated.v1" for one in events)


REFUSED = {
    "the restricted events without their grant": RESTRICTED,
    "another agency": PAY,
    "Merit's own topic": internal("bersama", "appraisal"),
    "Merit's own topic of its service": internal("bersama", "personnel"),
    "a topic that does not exist": "merit.nowhere.v1",
}


def test_what_was_not_granted_is_refused_in_words(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    for why, topic in REFUSED.items():
        done = subprocess.run(example(guarded.outside, "--topic", topic), cwd=desk, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, why
        assert done.stderr.startswith(f"{topic}: refused."), (why, done.stderr)
        assert done.stdout == "", why


def test_what_is_granted_and_not_opened_yet_is_said_to_be_so(guarded: GuardedKafka, desk: Path):
    topic = export("sawahlunto", "personnel", False)
    command = example(guarded.outside, "--topic", topic, user="kepegawaian-sawahlunto")
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{topic}: not there yet.")


def test_whoever_is_not_let_in_is_told_why(guarded: GuardedKafka, desk: Path):
    """kafka-python itself says only that time has run out. All at once, since each waits for its ten seconds."""
    nobody = f"127.0.0.1:{free_ports(1)[0]}"
    attempts = {
        "the user name or the password is wrong": example(guarded.outside, password="wrong"),
        "the user name or the password is wrong, or": example(guarded.outside, user="nobody", password="password"),
        "certificate is not of the authority": example(guarded.outside, ca="/etc/ssl/certs/ca-certificates.crt"),
        "it expects TLS": [sys.executable, str(EXAMPLE), guarded.outside],
        "nobody listens": example(nobody),
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = {expected: subprocess.Popen(command, cwd=desk, **pipes) for expected, command in attempts.items()}
    for expected, process in started.items():
        _, told = process.communicate(timeout=90)
        assert process.returncode == 1, expected
        assert "did not let us in" in told and expected in told, (expected, told)
        assert "Traceback" not in told, expected


def client(guarded: GuardedKafka, desk: Path, kind: type, **more: object) -> object:
    return kind(
        bootstrap_servers=guarded.outside,
        security_protocol="SASL_SSL",
        ssl_cafile=str(desk / "ca.crt"),
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username="subscriber-inspektorat",
        sasl_plain_password=(desk / "password").read_text().strip(),
        **more,
    )


def test_a_subscriber_keeps_offsets_in_groups_of_its_own_name_alone(
    guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path
):
    with closing(client(guarded, desk, KafkaConsumer, group_id="inspektorat.tabel", enable_auto_commit=False)) as mine:
        mine.assign([TopicPartition(OPEN, 0)])
        mine.seek_to_beginning()
        mine.position(TopicPartition(OPEN, 0))
        mine.commit()
    with closing(client(guarded, desk, KafkaConsumer, group_id="keuangan-siulak.tabel", enable_auto_commit=False)) as anothers:
        anothers.assign([TopicPartition(OPEN, 0)])
        with pytest.raises(GroupAuthorizationFailedError):
            anothers.committed(TopicPartition(OPEN, 0))


def test_a_subscriber_writes_nothing(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    with pytest.raises((TopicAuthorizationFailedError, ClusterAuthorizationFailedError)):
        producer = client(guarded, desk, KafkaProducer, enable_idempotence=False, acks=1, max_block_ms=10_000)
        try:
            producer.send(OPEN, b"{}").get(20)
        finally:
            with suppress(KafkaError):
                producer.close(timeout=1)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def with_address(text: str, guarded: GuardedKafka) -> str:
    assert "kafka.mulyorejo.example:9094" in text
    return text.replace("kafka.mulyorejo.example:9094", guarded.outside)


def test_the_pages_python_prints_every_event(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    [program] = blocks("python")
    said = lines(desk, [sys.executable, "-c", with_address(program, guarded)], len(published[OPEN]))
    assert {line.split()[1] for line in said} == {one.type for one in published[OPEN]}
    unread = with_address(program, guarded).replace(OPEN, RESTRICTED)
    done = subprocess.run([sys.executable, "-c", unread], cwd=desk, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and f"{RESTRICTED}: not granted" in done.stderr


def test_the_pages_example_command_is_the_examples(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    [command] = [line for block in blocks("sh") for line in block.splitlines() if "--password-file" in line]
    words = with_address(command, guarded).split()
    assert words[:2] == ["python", "examples/subscriber.py"]
    assert len(lines(desk, [sys.executable, str(EXAMPLE), *words[2:]], len(published[OPEN]))) >= len(published[OPEN])


def kcat_version() -> tuple[int, ...]:
    said = subprocess.run(["kcat", "-V"], capture_output=True, text=True).stdout
    return tuple(map(int, re.search(r"librdkafka (\d+)\.(\d+)\.(\d+)", said).groups()))


@pytest.mark.skipif(
    shutil.which("kcat") is None, reason="kcat is not installed here (Debian: kcat); the page's commands with it were not run"
)
def test_the_pages_kcat_commands_print_every_event(guarded: GuardedKafka, published: dict[str, list[Envelope]], desk: Path):
    """The one for one machine on the broker's plain listener; the one with a password where librdkafka knows how to say it."""
    found = [block for block in blocks("sh") if "kcat -b" in block]
    [near] = [line for block in found for line in block.splitlines() if line.startswith("kcat -b 127.0.0.1:PORT")]
    [far] = [block for block in found if "kafka.mulyorejo.example" in block]
    wanted = {f"ce_type={one.type}" for one in published[OPEN]}
    assert wanted <= set(re.findall(r"ce_type=[^,\n]+", kcat(desk, near.replace("127.0.0.1:PORT", guarded.broker.bootstrap)).stdout))
    done = kcat(desk, with_address(far, guarded))
    if kcat_version() < (2, 6, 1):
        assert "invalid credentials" in done.stderr, "what the page says of an early librdkafka"
        return
    assert wanted <= set(re.findall(r"ce_type=[^,\n]+", done.stdout))
    assert "Topic authorization failed" in kcat(desk, with_address(far, guarded).replace(OPEN, RESTRICTED)).stderr


def kcat(desk: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=desk, capture_output=True, text=True, timeout=60)
