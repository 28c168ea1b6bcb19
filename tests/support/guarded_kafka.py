"""A broker as an overlay asks for it: services enter with certificates, subscribers with passwords, each with the rights it was given.

The rights are written as Strimzi's user operator writes them: a certificate's name or a user's name is the principal.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

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
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from shared.bus.kafka import KafkaBus
from shared.bus.kafka_access import KafkaAccess
from shared.local.kafka import LocalKafka
from shared.local.ports import free_ports
from tests.support.certificates import Authority
from tests.support.manifests import Overlay, name_of

KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
PATTERNS = {"literal": ACLResourcePatternType.LITERAL, "prefix": ACLResourcePatternType.PREFIXED}


def rights(user: dict[str, Any]) -> dict[tuple[str, str, str], set[str]]:
    """What a KafkaUser may do: (type, pattern, name) → operations."""
    acls = user["spec"]["authorization"]["acls"]
    return {(one["resource"]["type"], one["resource"]["patternType"], one["resource"]["name"]): set(one["operations"]) for one in acls}


def password_of(user: str) -> str:
    return f"sandi-{user}"


def _principal(user: dict[str, Any]) -> str:
    by_certificate = user["spec"]["authentication"]["type"] == "tls"
    return f"User:CN={name_of(user)}" if by_certificate else f"User:{name_of(user)}"


def _operation(word: str) -> ACLOperation:
    return ACLOperation[re.sub(r"(?<!^)(?=[A-Z])", "_", word).upper()]


class GuardedKafka:
    """The broker; `prepare` it when it runs. `services` and `outside` are the addresses of the two listeners."""

    def __init__(self, folder: Path, overlay: Overlay) -> None:
        self.folder, self.overlay = folder, overlay
        self.authority = Authority("kafka")
        self.ca = folder / "ca.crt"
        self.authority.write(self.ca)
        own = self.authority.issue("broker")
        (folder / "broker.pem").write_bytes(own.key + own.certificate)
        plain, controller, certificates, passwords = free_ports(4)
        self.services, self.outside = f"127.0.0.1:{certificates}", f"127.0.0.1:{passwords}"
        listeners = f"PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},SSL://{self.services},SASL_SSL://{self.outside}"
        (folder / "broker").mkdir()
        (folder / "broker" / "ports").write_text(f"{plain} {controller}", encoding="ascii")
        scram = "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config"
        self.broker = LocalKafka(
            folder / "broker",
            settings={
                "listeners": listeners,
                "advertised.listeners": listeners,
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL",
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(folder / "broker.pem"),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.ca),
                "listener.name.ssl.ssl.client.auth": "required",
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                scram: "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                # The plain listener is this test's own hand, as the operators are on Kubernetes.
                "super.users": "User:ANONYMOUS",
            },
        )

    def prepare(self) -> None:
        """Make the overlay's topics, users and rights, as Strimzi's operators do."""
        admin = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        try:
            self._make_topics(admin)
            names = [name_of(user) for user in self._users("scram-sha-512")]
            credentials = [UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, password_of(name)) for name in names]
            refused = {name: why for name, why in admin.alter_user_scram_credentials(credentials).items() if why}
            assert refused == {}
            self._give_rights(admin)
        finally:
            admin.close()

    def _users(self, *ways: str) -> list[dict[str, Any]]:
        return [user for user in self.overlay.of("KafkaUser") if user["spec"]["authentication"]["type"] in ways]

    def _make_topics(self, admin: KafkaAdminClient) -> None:
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

    def _give_rights(self, admin: KafkaAdminClient) -> None:
        wanted = [
            ACL(_principal(user), "*", _operation(word), ACLPermissionType.ALLOW, ResourcePattern(KINDS[kind], name, PATTERNS[pattern]))
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

    def bus(self, service: str) -> KafkaBus:
        """The bus as this service's processes open it."""
        certificate, key = self.folder / f"{service}.crt", self.folder / f"{service}.key"
        self.authority.issue(f"{service}-kafka").write(certificate, key)
        access = KafkaAccess("tls", self.ca, certificate, key)
        return KafkaBus(self.services, security=access.settings(), answer_seconds=10)
