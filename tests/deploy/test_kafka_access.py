"""Topics and rights on Kafka: as the code names them, as little as is needed, and enough on a real broker that asks for certificates."""

from __future__ import annotations

import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorLoadInProgressError

from deploy.overlays import MADE, PARTITIONS, agencies, settings, written
from shared.bus.kafka import TOPIC_SETTINGS, KafkaBus
from shared.bus.kafka_access import KafkaAccess
from shared.bus.protocol import BusUnavailable, Outgoing, PublishFailed, RelayCheckpoint, TopicPartition
from shared.flow.topics import export, internal
from shared.process.finding import load_service, service_names
from tests.support import manifests
from tests.support.certificates import Authority
from tests.support.guarded_kafka import GuardedKafka, rights
from tests.support.manifests import OVERLAYS, Overlay, name_of


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return manifests.overlay(request.param)


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


# The same rights on a broker of our own.


def message(topic: str) -> Outgoing:
    return Outgoing(topic, 0, b"plaju/e-1", (("ce_sequence", b"1"),), b"{}")


def publish(bus: KafkaBus, topic: str) -> None:
    publisher = bus.publisher()
    try:
        publisher.publish([message(topic)], "test", RelayCheckpoint(0, {}), RelayCheckpoint(1, {}))
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
def test_the_rights_are_enough_for_everything_that_a_service_does(guarded: GuardedKafka):
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
def test_the_rights_are_enough_to_tell_monitoring_how_far_a_service_has_read(guarded: GuardedKafka):
    at = TopicPartition(internal(guarded.overlay.settings["MERIT_REALM"], "appraisal"), 0)
    admin = KafkaAdminClient(bootstrap_servers=guarded.broker.bootstrap)
    reader = guarded.bus("payroll").consumer()
    try:
        reader.assign({at: 0})
        reader.report("payroll", {at: 0})
        deadline = time.monotonic() + 60
        while "payroll" not in groups(admin):
            assert time.monotonic() < deadline, "no offsets of payroll's were committed"
            time.sleep(0.2)
    finally:
        reader.close()
        admin.close()


def groups(admin: KafkaAdminClient) -> set[str]:
    """Their names; none while the broker still makes the topic in which it keeps them."""
    try:
        return {group["group_id"] for group in admin.list_groups()}
    except CoordinatorLoadInProgressError:
        return set()


@pytest.mark.kafka
def test_a_service_may_not_write_in_anothers_name_nor_read_what_it_does_not_hear(guarded: GuardedKafka):
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
def test_a_certificate_of_another_authority_is_not_taken(guarded: GuardedKafka, tmp_path: Path):
    Authority("kafka").issue("appraisal-kafka").write(tmp_path / "user.crt", tmp_path / "user.key")
    access = KafkaAccess("tls", guarded.ca, tmp_path / "user.crt", tmp_path / "user.key")
    with pytest.raises(BusUnavailable, match="is the security right"):
        KafkaBus(guarded.services, security=access.settings(), answer_seconds=3).identity()
