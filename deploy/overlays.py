"""Writes what an overlay cannot say by itself: Kafka's topics, users and their rights, from the overlay's settings and the code.

`python -m deploy.overlays` after a change of an overlay's `settings.env` or `subscribers.csv`, of what a service hears, or of the services
that there are (`deploy.each_service`).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared.bus.kafka import TOPIC_SETTINGS  # noqa: E402
from shared.flow import topics  # noqa: E402
from shared.process.finding import load_service, service_names  # noqa: E402

KUBERNETES = Path(__file__).resolve().parent / "kubernetes"
PARTITIONS = 24
MADE = "kafka-access.yaml"
SEE = ("Describe", "DescribeConfigs", "Read")


@dataclass(frozen=True)
class Subscriber:
    """Another system, and the export topics that agencies granted it."""

    name: str
    topics: tuple[str, ...]


def overlays() -> list[Path]:
    """The folders of one agency each, then the platform's."""
    return [*sorted(place.parent for place in KUBERNETES.glob("agencies/*/settings.env")), KUBERNETES / "platform"]


def settings(overlay: Path) -> dict[str, str]:
    """The overlay's settings, which become the environment of its processes."""
    lines = [line for line in (overlay / "settings.env").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def agencies(found: dict[str, str]) -> list[str]:
    return [code.partition("=")[0].strip() for code in found["MERIT_AGENCIES"].split(",")]


def subscribers(overlay: Path) -> list[Subscriber]:
    """From `subscribers.csv`: one line a grant. ValueError for a class of events that is not exported."""
    file = overlay / "subscribers.csv"
    granted: dict[str, list[str]] = {}
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()) if file.exists() else ():
        if row["class"] not in ("open", "restricted"):
            raise ValueError(f"{file}: expected the class open or restricted, found {row['class']!r}")
        granted.setdefault(row["subscriber"], []).append(topics.export(row["agency"], row["service"], row["class"] == "restricted"))
    return [Subscriber(name, tuple(wanted)) for name, wanted in granted.items()]


def _topic(realm: str, service: str) -> dict[str, Any]:
    """Kept for ever and never made anew with other partitions: the order of every key hangs on their number."""
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": f"internal-{service}", "labels": {"strimzi.io/cluster": "kafka"}},
        "spec": {
            "topicName": topics.internal(realm, service),
            "partitions": PARTITIONS,
            "replicas": 3,
            "config": {**TOPIC_SETTINGS, "min.insync.replicas": "2", "max.message.bytes": "1048588"},
        },
    }


def _acl(kind: str, name: str, operations: tuple[str, ...], pattern: str = "literal") -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": pattern}, "operations": list(operations)}


def _user(name: str, authentication: str, acls: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": "kafka"}},
        "spec": {"authentication": {"type": authentication}, "authorization": {"type": "simple", "acls": acls}, **more},
    }


def _service_user(service: str, realm: str, codes: list[str]) -> dict[str, Any]:
    """Writes and reads its own topic, reads those that it hears, and makes and fills its exports. It commits offsets for monitoring."""
    heard = [name for name in load_service(service).heard.services if name != service]
    acls = [_acl("topic", topics.internal(realm, service), (*SEE, "Write"))]
    acls += [_acl("topic", topics.internal(realm, name), SEE) for name in heard]
    # With the dot at the end: without it one agency's name would open another's that begins like it.
    acls += [_acl("topic", f"merit.{code}.{service}.", (*SEE, "Write", "Create"), "prefix") for code in codes]
    acls.append(_acl("group", service, ("Read",)))
    return _user(f"{service}-kafka", "tls", acls)


def _subscriber_user(subscriber: Subscriber) -> dict[str, Any]:
    """Reads what it was granted, in groups of its own name, no faster than a rebuild needs."""
    acls = [_acl("topic", name, ("Describe", "Read")) for name in subscriber.topics]
    acls.append(_acl("group", f"{subscriber.name}.", ("Describe", "Read"), "prefix"))
    quotas = {"consumerByteRate": 5_000_000, "producerByteRate": 1_024, "requestPercentage": 50, "controllerMutationRate": 1}
    return _user(f"subscriber-{subscriber.name}", "scram-sha-512", acls, quotas=quotas)


def access(overlay: Path) -> list[dict[str, Any]]:
    """The overlay's KafkaTopics and KafkaUsers."""
    found = settings(overlay)
    realm, names = found["MERIT_REALM"], service_names()
    return [
        *(_topic(realm, name) for name in names),
        *(_service_user(name, realm, agencies(found)) for name in names),
        *(_subscriber_user(subscriber) for subscriber in subscribers(overlay)),
    ]


def _yaml(value: Any, indent: int = 0) -> Iterator[str]:
    """Block style for what has members that have members, flow style for the rest; strings as JSON writes them, which YAML reads too."""
    space = " " * indent
    if isinstance(value, dict):
        for key, member in value.items():
            if isinstance(member, dict | list) and any(isinstance(one, dict | list) for one in _members(member)):
                yield f"{space}{key}:"
                yield from _yaml(member, indent + 2)
            else:
                yield f"{space}{key}: {_flow(member)}"
    else:
        for member in value:
            first, *rest = _yaml(member, indent + 2)
            yield f"{space}- {first.strip()}"
            yield from rest


def _members(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)


def written(overlay: Path) -> str:
    """The text of the overlay's `kafka-access.yaml`."""
    head = "# Made by `python -m deploy.overlays` from settings.env, subscribers.csv and the code; change those instead.\n"
    return head + "---\n".join("\n".join(_yaml(document)) + "\n" for document in access(overlay))


if __name__ == "__main__":
    from deploy import each_service

    for changed in each_service.write():
        print(changed.relative_to(KUBERNETES.parent))
    for place in overlays():
        (place / MADE).write_text(written(place), encoding="utf-8")
        print(f"{place.relative_to(KUBERNETES)}/{MADE}")
