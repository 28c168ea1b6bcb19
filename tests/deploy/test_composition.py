"""The one-machine composition: its shape, every process, the order that works, and the environment that the settings read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from shared.process.api import GRACEFUL_SECONDS
from shared.process.finding import service_names
from shared.process.settings import NAMES, OPERATOR_NAMES
from tests.support.composition import SHAPE
from tests.support.manifests import ROOT, parse

NEVER_SET = {name for name in NAMES if name.startswith("MERIT_KAFKA_")} - {"MERIT_KAFKA_SECURITY", "MERIT_KAFKA_REPLICATION"} | {
    "MERIT_CLOCK_FILE"
}

COMPOSE = ROOT / "deploy" / "compose.yaml"


@pytest.fixture(scope="module")
def compose() -> dict:
    return parse(COMPOSE.read_text(encoding="utf-8"))[0]


def ours(compose: dict) -> dict[str, dict]:
    return {name: one for name, one in compose["services"].items() if "build" in one}


def test_the_composition_has_composes_shape(compose: dict):
    found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SHAPE).iter_errors(compose)]
    assert found == []


def test_the_composition_has_every_process(compose: dict):
    assert set(ours(compose)) == {f"{name}-{kind}" for name in service_names() for kind in ("migrate", "api", "worker")}
    assert set(compose["services"]) - set(ours(compose)) == {"kafka", "postgres"}
    ports = [port for one in ours(compose).values() for port in one.get("ports", [])]
    assert len(set(ports)) == len(service_names())
    assert all(port.startswith("127.0.0.1:") for port in ports)
    for name, one in ours(compose).items():
        service, _, kind = name.rpartition("-")
        assert one["command"] == [kind, service]
        assert one["build"]["args"] == {"SERVICE": service}
        assert one["image"] == f"merit-{service}"
        assert one["read_only"] and one["cap_drop"] == ["ALL"]


def test_the_composition_starts_in_the_order_that_works(compose: dict):
    for name, one in ours(compose).items():
        service, _, kind = name.rpartition("-")
        after = {other: how["condition"] for other, how in one["depends_on"].items()}
        if kind == "migrate":
            assert after == {"postgres": "service_healthy"}
        else:
            assert after == {f"{service}-migrate": "service_completed_successfully", "kafka": "service_healthy"}
            assert "/readyz" in one["healthcheck"]["test"][-1]
            assert int(one["stop_grace_period"].removesuffix("s")) > (GRACEFUL_SECONDS if kind == "api" else 40)
    for other in ("postgres", "kafka"):
        assert compose["services"][other]["healthcheck"]["test"]


def test_the_compositions_environment_is_the_one_that_the_settings_read(compose: dict):
    known = set(NAMES) | set(OPERATOR_NAMES)
    for name, one in ours(compose).items():
        found = {key if key in known else key.removesuffix("_FILE") for key in one["environment"]}
        assert found == known - NEVER_SET, name
        files = {value for key, value in one["environment"].items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in one["secrets"]}, name
    assert {secret for one in compose["services"].values() for secret in one.get("secrets", [])} == set(compose["secrets"])


def test_the_composition_makes_the_databases_and_roles_of_every_service(compose: dict):
    script = (ROOT / "deploy" / "compose" / "databases.sh").read_text(encoding="utf-8")
    assert re.search(r"for service in (.*); do", script)[1].split() == list(service_names())
    for name, one in ours(compose).items():
        service = name.rpartition("-")[0]
        for role, which in (("app", ""), ("log", "LOG_"), ("owner", "OWNER_")):
            assert one["environment"][f"MERIT_{which}DATABASE_URL"] == f"postgresql://{service}_{role}@postgres/{service}"


def test_nothing_of_the_composition_is_writable_or_privileged(compose: dict):
    for name, one in ours(compose).items():
        assert one["read_only"] is True and one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["tmpfs"] and one["mem_limit"], name
        assert "volumes" not in one, name


def test_addresses_of_the_composition_are_its_services_and_ports(compose: dict):
    for name, one in ours(compose).items():
        found = one["environment"]
        for key, value in found.items():
            if key.endswith("_URL"):
                assert urlsplit(value).hostname in compose["services"], (name, key)
        binds = {kind: found[f"MERIT_{kind.upper()}_BIND"] for kind in ("api", "worker")}
        assert binds == {"api": "0.0.0.0:8080", "worker": "0.0.0.0:9090"}
        _, _, kind = name.rpartition("-")
        if kind != "migrate":
            port = binds[kind].rpartition(":")[2]
            assert f"http://127.0.0.1:{port}/readyz" in one["healthcheck"]["test"][-1], name
            assert all(published.endswith(f":{port}") for published in one.get("ports", [])), name
    kafka = compose["services"]["kafka"]
    assert urlsplit(found["MERIT_BUS_URL"]).netloc == kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].partition("://")[2]
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_only_apis_are_reached_from_outside_and_what_is_kept_has_a_volume(compose: dict):
    reached = {name for name, one in compose["services"].items() if "ports" in one}
    assert reached == {f"{service}-api" for service in service_names()}
    kept = {volume.partition(":")[0] for one in compose["services"].values() for volume in one.get("volumes", []) if volume[0] != "."}
    assert kept == set(compose["volumes"]) == {"kafka", "postgres"}
    for one in compose["services"].values():
        for volume in one.get("volumes", []):
            if volume.startswith("."):
                assert (COMPOSE.parent / volume.partition(":")[0]).exists()
