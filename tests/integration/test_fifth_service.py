"""A fifth service, empty, in a copy of the repository: how many files it takes by hand, what is made of its name, and that it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg2
import pytest
import requests
import yaml

from deploy.each_service import FIRST_PORT
from shared.local.databases import ensure_bus, ensure_service
from shared.local.ports import free_ports
from shared.local.processes import Children
from tests.support.web import key_pair

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
NAME = "leave"
SERVICE = '''\
"""Leave, declared."""

from pathlib import Path

from shared.events.registry import Catalogue
from shared.process.service import Service

SERVICE = Service(name="leave", folder=Path(__file__).parent, events=Catalogue("leave"))
'''
BY_HAND = {"services/__init__.py", "services/leave/__init__.py", "services/leave/service.py"}
MAKING = ("merit contracts write", "deploy.overlays", "tests.support.picture")
"""The commands of docs/growing.md."""
MADE = {
    "deploy/compose.yaml",
    "deploy/compose/databases.sh",
    "deploy/kubernetes/agencies/mulyorejo/kafka-access.yaml",
    "deploy/kubernetes/base/kustomization.yaml",
    "deploy/kubernetes/base/leave/kustomization.yaml",
    "deploy/kubernetes/components/postgres-cnpg/cluster.yaml",
    "deploy/kubernetes/components/postgres-cnpg/databases.yaml",
    "deploy/kubernetes/components/release/kustomization.yaml",
    "deploy/kubernetes/platform/kafka-access.yaml",
    "deploy/nginx.conf",
    "docs/imports.md",
    "services/leave/contracts/asyncapi.json",
    "services/leave/contracts/released.json",
}


def texts(copy: Path) -> dict[str, bytes]:
    """Path → what the file holds."""
    return {str(one.relative_to(copy)): one.read_bytes() for one in copy.rglob("*") if one.is_file() and "__pycache__" not in one.parts}


def changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def run(copy: Path, *argv: str, **env: str) -> str:
    done = subprocess.run([sys.executable, *argv], cwd=copy, env=os.environ | env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy, before."""
    copy = tmp_path_factory.mktemp("fifth") / "merit"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
    return copy


@pytest.fixture(scope="module")
def counted(repository: Path) -> tuple[set[str], set[str]]:
    """The files that were written by hand, and those that the commands then made."""
    before = texts(repository)
    (repository / "services" / NAME).mkdir()
    (repository / "services" / NAME / "__init__.py").touch()
    (repository / "services" / NAME / "service.py").write_text(SERVICE)
    names = repository / "services" / "__init__.py"
    names.write_text(names.read_text().replace(")\n", f', "{NAME}")\n'))
    by_hand = texts(repository)
    for module in MAKING:
        run(repository, "-m", *module.split())
    made = texts(repository)
    for module in MAKING:
        run(repository, "-m", *module.split())
    assert changed(made, texts(repository)) == set(), "what is made twice is made alike"
    return changed(before, by_hand), changed(by_hand, made)


def test_three_files_by_hand_are_a_service(repository: Path, counted: tuple[set[str], set[str]]):
    assert counted == (BY_HAND, MADE)
    run(repository, "-m", "merit", "contracts", "check")
    run(repository, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_house.py")


def test_all_that_deploys_it_is_made_of_its_name(repository: Path, counted: object):
    deploy = repository / "deploy"
    compose = yaml.safe_load((deploy / "compose.yaml").read_text())["services"]
    assert {f"{NAME}-migrate", f"{NAME}-api", f"{NAME}-worker"} <= compose.keys()
    assert compose[f"{NAME}-api"]["ports"] == [f"127.0.0.1:{FIRST_PORT + 4}:8080"]
    for overlay in (deploy / "kubernetes" / "platform", *(deploy / "kubernetes" / "agencies").iterdir()):
        made = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all((overlay / "kafka-access.yaml").read_text())}
        topic = made["KafkaTopic", f"internal-{NAME}"]["spec"]["topicName"]
        rights = {one["resource"]["name"]: one["operations"] for one in made["KafkaUser", f"{NAME}-kafka"]["spec"]["authorization"]["acls"]}
        assert "Write" in rights[topic] and rights[NAME] == ["Read"] and any(f".{NAME}." in name for name in rights), overlay
    assert f"location /{NAME}/ " in (deploy / "nginx.conf").read_text()
    assert NAME in yaml.safe_load((deploy / "kubernetes" / "base" / "kustomization.yaml").read_text())["resources"]


@pytest.fixture
def running(repository: Path, counted: object, postgres_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Its API and worker as processes, on a database of its own; process → address."""
    database, bus = f"leave_{os.getpid()}", f"leave_bus_{os.getpid()}"
    places, api, worker = ensure_service(postgres_url, database, "test"), *free_ports(2)
    env = {
        "MERIT_DATABASE_URL": places.app_url,
        "MERIT_LOG_DATABASE_URL": places.log_url,
        "MERIT_OWNER_DATABASE_URL": places.owner_url,
        "MERIT_APP_ROLE": places.roles.app,
        "MERIT_LOG_ROLE": places.roles.log,
        "MERIT_BUS_URL": "embedded+" + ensure_bus(postgres_url, bus, "test"),
        "MERIT_REALM": "fifth",
        "MERIT_AGENCIES": "mulyorejo",
        "MERIT_JWT_PUBLIC_KEY": key_pair()[1],
        "MERIT_SECRET": "a secret of the tests",
        "MERIT_API_BIND": f"127.0.0.1:{api}",
        "MERIT_API_WORKERS": "1",
        "MERIT_WORKER_BIND": f"127.0.0.1:{worker}",
    }
    run(repository, "merit.py", "migrate", NAME, **env)
    children = Children(tmp_path / "logs")
    try:
        for kind in ("api", "worker"):
            children.start(kind, [sys.executable, "merit.py", kind, NAME], env=os.environ | env, cwd=repository)
        yield {"api": f"http://127.0.0.1:{api}", "worker": f"http://127.0.0.1:{worker}"}
        assert children.deaths() == ()
    finally:
        children.stop_all()
        connection = psycopg2.connect(postgres_url)
        connection.autocommit = True
        for name in (database, bus):
            connection.cursor().execute(f"drop database {name} with (force)")
        connection.close()


def answer(url: str, seconds: float = 60) -> requests.Response:
    """What is answered once the process is there."""
    ends = time.monotonic() + seconds
    while True:
        try:
            found = requests.get(url, timeout=5)
            if found.ok or time.monotonic() > ends:
                return found
        except requests.RequestException:
            if time.monotonic() > ends:
                raise
        time.sleep(0.1)


def test_it_starts_and_says_that_it_is_well(running: dict[str, str]):
    for address in running.values():
        assert answer(f"{address}/readyz").json()["ready"] is True
        assert answer(f"{address}/healthz").json() == {"alive": True}
    assert "/v1/rule-sets/{kind}" in answer(f"{running['api']}/openapi.json").json()["paths"]
