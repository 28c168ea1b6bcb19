"""Topics and rights on Kafka: as the code names them, as little as is needed, and enough on a real broker that asks for certificates."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from deploy.overlays import MADE, PARTITIONS, agencies, settings, written
from shared.bus.kafka import TOPIC_SETTINGS, KafkaBus
from shared.bus.kafka_access import KafkaAccess
from shared.bus.protocol import BusUnavailable, Outgoing, PublishFailed, RelayMark, TopicPartition
from shared.flow.topics import export, internal
from shared.local.kafka import LocalKafka
from shared.local.ports import free_ports
from shared.process.finding import load_service, service_names
from tests.support import manifests
from tests.support.certificates import Authority
from tests.support.manifests import OVERLAYS, Overlay, name_of


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return manifests.overlay(request.param)


def rights(user: dict[str, Any]) -> dict[tuple[str, str, str], set[str]]:
    """What a KafkaUser may do: (type, pattern, name) → operations."""
    acls = user["spec"]["authorization"]["acls"]
    return {(one["resource"]["type"], one["resource"]["patternType"], one["resource"]["name"]): set(one["operations"]) for one in acls}


def may(user: dict[str, Any], operation: str, topic: str) -> bool:
    return any(
        operation in operations and (topic == name if pattern == "literal" else topic.startswith(name))
        for (kind, pattern, name), operations in rights(user).items()
        if kind == "topic"
    )


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_is_made_from_settings_and_code_is_up_to_date(name: str):
    assert (OVERLAYS[name] / MADE).read_text(encoding="utf-8") == written(OVERLAYS[name]), "run `python -m deploy.overlays`"


def test_topics_are_those_of_the_code(overlay: Overlay):
    realm = overlay.settings["MERIT_REALM"]
    found = {one["spec"]["topicName"]: one["spec"] for one in overlay.of("KafkaTopic")}
    assert set(found) == {internal(realm, name) for name in service_names()}
    for spec in found.values():
        assert spec["partitions"] == PARTITIONS == KafkaBus("127.0.0.1:1").partitions
        assert spec["config"].items() >= TOPIC_SETTINGS.items()
        assert int(spec["config"]["max.message.bytes"]) > 4 * 256 * 1024


def test_each_service_may_do_what_it_does_and_no_more(overlay: Overlay):
    realm, codes = overlay.settings["MERIT_REALM"], agencies(overlay.settings)
    users = {name_of(one): one for one in overlay.of("KafkaUser")}
    for service in service_names():
        user = users[f"{service}-kafka"]
        for other in service_names():
            heard = other in load_service(service).heard.services
            assert may(user, "Read", internal(realm, other)) == (heard or other == service), (service, other)
            assert may(user, "Write", internal(realm, other)) == (other == service), (service, other)
            assert not may(user, "Create", internal(realm, other)), "internal topics are made from the manifests"
            for code in codes:
                for restricted in (False, True):
                    for operation in ("Create", "Write", "Read"):
                        assert may(user, operation, export(code, other, restricted)) == (other == service)
        assert [key for key in rights(user) if key[0] == "group"] == [("group", "literal", service)]


def test_a_subscriber_reads_what_it_was_granted_in_groups_of_its_own(overlay: Overlay):
    realm = overlay.settings["MERIT_REALM"]
    served = [(code, name) for code in agencies(overlay.settings) for name in service_names()]
    exports = {export(*one, restricted) for one in served for restricted in (False, True)}
    granted = set()
    for user in overlay.of("KafkaUser"):
        name = name_of(user)
        if not name.startswith("subscriber-"):
            continue
        found = rights(user)
        assert {operation for operations in found.values() for operation in operations} == {"Describe", "Read"}
        topics = {topic for kind, pattern, topic in found if kind == "topic" and pattern == "literal"}
        assert topics <= exports
        assert not any(may(user, "Read", internal(realm, service)) for service in service_names())
        [group] = [key for key in found if key[0] == "group"]
        assert group == ("group", "prefix", f"{name.removeprefix('subscriber-')}.")
        assert user["spec"]["authentication"] == {"type": "scram-sha-512"}
        assert user["spec"]["quotas"]["consumerByteRate"] > 0
        granted |= topics
    assert granted, "the overlay shows how a subscriber is granted something"


def test_a_prefix_ends_with_a_dot_so_that_no_name_opens_another(overlay: Overlay):
    for user in overlay.of("KafkaUser"):
        for _, pattern, name in rights(user):
            assert pattern == "literal" or name.endswith("."), (name_of(user), name)
    names = [(name_of(one), name) for one in overlay.of("KafkaUser") for kind, pattern, name in rights(one) if pattern == "prefix"]
    for (_, one), (_, other) in permutations(names, 2):
        assert one == other or not other.startswith(one)


def test_no_agency_is_called_like_the_word_for_internal():
    """`merit.internal.` is Merit's own; an agency of that code would open it."""
    assert all("internal" not in agencies(settings(place)) for place in OVERLAYS.values())


# The same rights on a broker of our own. The user operator writes them as here: the principal is the certificate's name.

KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
PATTERNS = {"literal": ACLResourcePatternType.LITERAL, "prefix": ACLResourcePatternType.PREFIXED}


def operation_of(word: str) -> ACLOperation:
    return ACLOperation[re.sub(r"(?<!^)(?=[A-Z])", "_", word).upper()]


class Guarded:
    """A broker that lets in certificates alone, with the users of an overlay."""

    def __init__(self, folder: Path, overlay: Overlay) -> None:
        self.folder, self.overlay = folder, overlay
        self.authority = Authority("kafka")
        self.authority.write(folder / "ca.crt")
        own = self.authority.issue("broker")
        (folder / "broker.pem").write_bytes(own.key + own.certificate)
        [self.port] = free_ports(1)
        plain, controller = free_ports(2)
        listeners = f"PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},SSL://127.0.0.1:{self.port}"
        (folder / "broker").mkdir()
        (folder / "broker" / "ports").write_text(f"{plain} {controller}", encoding="ascii")
        self.broker = LocalKafka(
            folder / "broker",
            settings={
                "listeners": listeners,
                "advertised.listeners": listeners,
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL",
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(folder / "broker.pem"),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(folder / "ca.crt"),
                "ssl.client.auth": "required",
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                # The plain listener is this test's own hand, as the operators are on Kubernetes.
                "super.users": "User:ANONYMOUS",
            },
        )

    def prepare(self) -> None:
        """Make the overlay's topics and rights, as Strimzi's operators do."""
        admin = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        try:
            topics = {
                one["spec"]["topicName"]: {
                    "num_partitions": one["spec"]["partitions"],
                    "replication_factor": 1,
                    "configs": one["spec"]["config"] | {"min.insync.replicas": "1"},
                }
                for one in self.overlay.of("KafkaTopic")
            }
            admin.create_topics(topics)
            admin.wait_for_topics(list(topics), timeout_ms=10_000)
            wanted = [
                ACL(
                    f"User:CN={name_of(user)}",
                    "*",
                    operation_of(word),
                    ACLPermissionType.ALLOW,
                    ResourcePattern(KINDS[kind], name, PATTERNS[pattern]),
                )
                for user in self.overlay.of("KafkaUser")
                for (kind, pattern, name), words in rights(user).items()
                for word in words
            ]
            outcome = admin.create_acls(wanted)
            assert (len(outcome["succeeded"]), outcome["failed"]) == (len(wanted), [])
            # The controller has them; the broker hears of them a moment later.
            every_resource = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
            everything = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, every_resource)
            deadline = time.monotonic() + 30
            while len(admin.describe_acls(everything)[0]) < len(wanted):
                assert time.monotonic() < deadline, "the broker did not hear of the rights"
                time.sleep(0.1)
        finally:
            admin.close()

    def bus(self, service: str) -> KafkaBus:
        """The bus as this service's processes open it."""
        certificate, key = self.folder / f"{service}.crt", self.folder / f"{service}.key"
        self.authority.issue(f"{service}-kafka").write(certificate, key)
        access = KafkaAccess("tls", self.folder / "ca.crt", certificate, key)
        return KafkaBus(f"127.0.0.1:{self.port}", security=access.settings(), answer_seconds=10)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    made = Guarded(tmp_path_factory.mktemp("guarded"), manifests.overlay("platform"))
    with made.broker:
        made.prepare()
        yield made


def message(topic: str) -> Outgoing:
    return Outgoing(topic, 0, b"plaju/e-1", (("ce_sequence", b"1"),), b"{}")


def publish(bus: KafkaBus, topic: str) -> None:
    publisher = bus.publisher()
    try:
        publisher.publish([message(topic)], "test", RelayMark(0, {}), RelayMark(1, {}))
    finally:
        publisher.close()


def read(bus: KafkaBus, topic: str) -> list[bytes]:
    reader = bus.consumer()
    try:
        reader.assign({TopicPartition(topic, 0): 0})
        for _ in range(20):
            if found := reader.poll(0.5, 10):
                return [one.value for one in found]
        return []
    finally:
        reader.close()


@pytest.mark.kafka
def test_the_rights_are_enough_for_everything_that_a_service_does(guarded: Guarded):
    realm = guarded.overlay.settings["MERIT_REALM"]
    for service in service_names():
        bus, own = guarded.bus(service), internal(realm, service)
        bus.ensure_topics([own])
        assert bus.last_sequences([own]) == {}
        publish(bus, own)
        for restricted in (False, True):
            exported = export("plaju", service, restricted)
            bus.ensure_topics([exported])
            publish(bus, exported)
    for service in service_names():
        bus = guarded.bus(service)
        heard = [internal(realm, other) for other in load_service(service).heard.services]
        assert bus.identity()
        bus.ensure_topics(heard)
        assert set(bus.topic_identities(heard)) == set(heard)
        assert {at.topic for at in bus.ends(heard)} == set(heard)
        for topic in heard:
            assert read(bus, topic) == [b"{}"]


@pytest.mark.kafka
def test_the_rights_are_enough_to_tell_monitoring_how_far_a_service_has_read(guarded: Guarded):
    at = TopicPartition(internal(guarded.overlay.settings["MERIT_REALM"], "appraisal"), 0)
    admin = KafkaAdminClient(bootstrap_servers=guarded.broker.bootstrap)
    reader = guarded.bus("payroll").consumer()
    try:
        reader.assign({at: 0})
        reader.report("payroll", {at: 0})
        deadline = time.monotonic() + 60
        while "payroll" not in {group["group_id"] for group in admin.list_groups()}:
            assert time.monotonic() < deadline, "no offsets of payroll's were committed"
            time.sleep(0.2)
    finally:
        reader.close()
        admin.close()


@pytest.mark.kafka
def test_a_service_may_not_write_in_anothers_name_nor_read_what_it_does_not_hear(guarded: Guarded):
    realm = guarded.overlay.settings["MERIT_REALM"]
    for service in service_names():
        bus = guarded.bus(service)
        for other in service_names():
            if other == service:
                continue
            with pytest.raises(PublishFailed):
                publish(bus, internal(realm, other))
            if other not in load_service(service).heard.services:
                with pytest.raises(BusUnavailable):
                    read(bus, internal(realm, other))
        with pytest.raises((BusUnavailable, ValueError)):
            bus.ensure_topics([export("sorong", service, False)])


@pytest.mark.kafka
def test_a_certificate_of_another_authority_is_not_taken(guarded: Guarded, tmp_path: Path):
    Authority("kafka").issue("appraisal-kafka").write(tmp_path / "user.crt", tmp_path / "user.key")
    access = KafkaAccess("tls", guarded.folder / "ca.crt", tmp_path / "user.crt", tmp_path / "user.key")
    with pytest.raises(BusUnavailable, match="is the security right"):
        KafkaBus(f"127.0.0.1:{guarded.port}", security=access.settings(), answer_seconds=3).identity()
