"""Who reaches whom on which port, worked out from the policies as Kubernetes does, against the whole table of what is meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.support import manifests
from tests.support.manifests import OVERLAYS, Overlay, matches

NODE = "10.1.2.3"
ABROAD = "203.0.113.9"


@dataclass(frozen=True)
class Place:
    """A pod, by its labels and its namespace's; or an address where there are none."""

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    namespace: dict[str, str] | None = None
    address: str = ""


def places(overlay: Overlay) -> list[Place]:
    """The pods of the overlay, those that the operators make for it, and strangers."""
    [home] = overlay.names("Namespace")
    own = {"kubernetes.io/metadata.name": home}

    def merit(service: str, component: str) -> Place:
        labels = {
            "app.kubernetes.io/name": service,
            "app.kubernetes.io/part-of": "merit",
            "app.kubernetes.io/component": component,
        }
        return Place(f"{service} {component}", labels, own)

    return [
        *(merit("appraisal", component) for component in ("api", "worker", "migrate", "rebuild")),
        merit("payroll", "api"),
        Place("broker", {"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-kafka"}, own),
        Place("entity operator", {"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-entity-operator"}, own),
        Place("postgres", {"cnpg.io/cluster": "postgres"}, own),
        Place("another pod", {"app": "another"}, own),
        Place("dns", {"k8s-app": "kube-dns"}, {"kubernetes.io/metadata.name": "kube-system"}),
        Place("gateway", {}, {"kubernetes.io/metadata.name": "gateway", "merit/gateway": "true"}),
        Place("monitoring", {}, {"kubernetes.io/metadata.name": "monitoring", "merit/monitoring": "true"}),
        Place("kafka's operator", {}, {"kubernetes.io/metadata.name": "strimzi"}),
        Place("postgres' operator", {}, {"kubernetes.io/metadata.name": "cnpg-system"}),
        Place(
            "another agency's api",
            {"app.kubernetes.io/part-of": "merit", "app.kubernetes.io/component": "api"},
            {"kubernetes.io/metadata.name": "merit-another"},
        ),
        Place("kubernetes", address=NODE),
        Place("abroad", address=ABROAD),
    ]


def peer_is(peer: dict[str, Any], place: Place, home: str) -> bool:
    if "ipBlock" in peer:
        assert set(peer["ipBlock"]) == {"cidr"}
        return bool(place.address) and ip_address(place.address) in ip_network(peer["ipBlock"]["cidr"])
    if place.namespace is None:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], place.namespace):
            return False
    elif place.namespace["kubernetes.io/metadata.name"] != home:
        return False
    return matches(peer.get("podSelector", {}), place.labels)


def allowed(policies: list[dict[str, Any]], direction: str, subject: Place, peer: Place, port: int, protocol: str, home: str) -> bool:
    """Whether the policies that select `subject` let it talk in this direction; everything passes where none selects it."""
    if subject.namespace is None or subject.namespace["kubernetes.io/metadata.name"] != home:
        return True
    chosen = [
        one["spec"]
        for one in policies
        if direction in one["spec"]["policyTypes"] and matches(one["spec"]["podSelector"], subject.labels)
    ]
    sides = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
    for spec in chosen:
        for rule in spec.get(sides[0], []):
            peers, ports = rule.get(sides[1]), rule.get("ports")
            if peers is not None and not any(peer_is(one, peer, home) for one in peers):
                continue
            if ports is None or any((one["port"], one["protocol"]) == (port, protocol) for one in ports):
                return True
    return not chosen


def reaches(overlay: Overlay, ports: tuple[tuple[int, str], ...]) -> set[tuple[str, str, int]]:
    [home] = overlay.names("Namespace")
    policies, all_places = overlay.of("NetworkPolicy"), places(overlay)
    return {
        (source.name, target.name, port)
        for source in all_places
        for target in all_places
        for port, protocol in ports
        if (source.namespace or {}).get("kubernetes.io/metadata.name") == home
        or (target.namespace or {}).get("kubernetes.io/metadata.name") == home
        if allowed(policies, "Egress", source, target, port, protocol, home)
        and allowed(policies, "Ingress", target, source, port, protocol, home)
    }


SERVICES = ("appraisal api", "appraisal worker", "payroll api")
ALL_OF_MERIT = (*SERVICES, "appraisal migrate", "appraisal rebuild")
OF_KAFKA = ("broker", "entity operator")
HOME = (*ALL_OF_MERIT, *OF_KAFKA, "postgres", "another pod")
OUTSIDE = ("gateway", "monitoring", "kafka's operator", "postgres' operator", "another agency's api", "dns", "kubernetes", "abroad")

MEANT = {
    (53, "UDP"): {(pod, "dns") for pod in HOME},
    (53, "TCP"): {(pod, "dns") for pod in HOME},
    (8080, "TCP"): {("gateway", "appraisal api"), ("gateway", "payroll api")},
    (9090, "TCP"): {("monitoring", "appraisal worker"), *(("kafka's operator", pod) for pod in OF_KAFKA)},
    (5432, "TCP"): {*((pod, "postgres") for pod in ALL_OF_MERIT), ("postgres' operator", "postgres")},
    (8000, "TCP"): {("postgres' operator", "postgres")},
    (9187, "TCP"): {("monitoring", "postgres")},
    (9093, "TCP"): {(pod, "broker") for pod in SERVICES},
    # Subscribers' addresses are theirs; Kafka asks for their password.
    (9094, "TCP"): {(place, "broker") for place in OUTSIDE},
    (9091, "TCP"): {("kafka's operator", pod) for pod in OF_KAFKA},
    (8443, "TCP"): {("kafka's operator", pod) for pod in OF_KAFKA},
    (9404, "TCP"): {("monitoring", pod) for pod in OF_KAFKA},
    (6443, "TCP"): {*((pod, "kubernetes") for pod in (*OF_KAFKA, "postgres")), *(("postgres", place) for place in OUTSIDE)},
    (22, "TCP"): set(),
}
"""Port by port; Kafka's own pods reach each other on all, PostgreSQL's on its two."""


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("port", MEANT, ids=lambda port: f"{port[0]}-{port[1]}")
def test_who_reaches_whom_is_what_is_meant(name: str, port: tuple[int, str]):
    found = {(source, target) for source, target, _ in reaches(manifests.overlay(name), (port,))}
    among = {(one, other) for one in OF_KAFKA for other in OF_KAFKA}
    if port[0] in (5432, 8000):
        among |= {("postgres", "postgres")}
    assert found == MEANT[port] | among


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_policy_selects_somebody_and_each_is_needed(name: str):
    """Without any one of the policies the table is another."""
    overlay = manifests.overlay(name)
    ports = tuple(MEANT)
    whole = reaches(overlay, ports)
    for policy in overlay.of("NetworkPolicy"):
        rest = tuple(one for one in overlay.documents if one is not policy)
        assert reaches(Overlay(name, overlay.text, rest), ports) != whole, policy["metadata"]["name"]
