"""What docs/growing.md says, done in a copy: which files a new service, event, field and deduction take, and that they work."""

from __future__ import annotations

import os
import re
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
from tests.support import growing
from tests.support.web import key_pair

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
NAME = "leave"
MAKING = ("merit contracts write", "deploy.overlays", "tests.support.picture")
"""The commands of docs/growing.md."""
PROBE = """\
from datetime import date
from services.payroll.heard import LeaveGranted
from services.payroll.service import SERVICE
from tests.support import payroll_year as year
from tests.support.knowledge import MemoryKnowledge, heard

knowledge = MemoryKnowledge(SERVICE, now=year.at(6, 1))
knowledge.arrive(year.rules(knowledge), year.registered(), year.position(), year.attendance(4))
knowledge.arrive(year.imported(), year.imported("baik", "2026-Q1"))
knowledge.settle()
knowledge.arrive(heard("leave", LeaveGranted("m1", date(2026, 4, 3), "50"), "m1", "leave-m1", 1, year.at(5, 1)))
knowledge.settle()
first, last = (fact.event for fact in knowledge.stream("payroll-m1-2026-04"))
print(type(last).__name__, last.lines[-1].rule, last.total * 2 - first.total in (0, 1))
"""


def texts(copy: Path) -> dict[str, bytes]:
    """Path → what the file holds."""
    return {str(one.relative_to(copy)): one.read_bytes() for one in copy.rglob("*") if one.is_file() and "__pycache__" not in one.parts}


def changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def run(copy: Path, *argv: str, **env: str) -> str:
    done = subprocess.run([sys.executable, *argv], cwd=copy, env=os.environ | env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def listed(heading: str) -> tuple[set[str], set[str]]:
    """The files that the page names under a heading: written by hand, and made."""
    [section] = re.findall(rf"(?ms)^## {heading}$(.*?)(?=^## |\Z)", (ROOT / "docs" / "growing.md").read_text(encoding="utf-8"))
    by_hand, _, made = section.partition("Made:")
    return tuple(set(re.findall(r"(?m)^- `([^`]+)`", part)) for part in (by_hand, made))


def done(copy: Path, heading: str) -> tuple[set[str], set[str]]:
    """The files that the change wrote by hand, and those that the commands then made."""
    before = texts(copy)
    growing.write(copy, growing.CHANGES[heading])
    by_hand = texts(copy)
    for module in MAKING:
        run(copy, "-m", *module.split())
    return changed(before, by_hand), changed(by_hand, texts(copy))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, with an empty service more."""
    copy = tmp_path_factory.mktemp("fifth") / "merit"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
    assert done(copy, "A service") == listed("A service")
    return copy


def test_no_room_is_forced_upon_an_empty_service(empty: Path):
    run(empty, "-m", "merit", "contracts", "check")
    run(empty, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_house.py")


def test_what_the_page_says_is_all_that_it_takes(empty: Path, tmp_path: Path):
    copy = shutil.copytree(empty, tmp_path / "merit")
    for heading in list(growing.CHANGES)[1:]:
        assert done(copy, heading) == listed(heading), heading
    for module in MAKING:
        before = texts(copy)
        run(copy, "-m", *module.split())
        assert changed(before, texts(copy)) == set(), "what is made twice is made alike"
    assert run(copy, "-c", PROBE) == "AllowanceCalculated leave-cut True\n"
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/unit/test_{one}.py" for one in ("house", "words", "explaining")))


def test_all_that_deploys_it_is_made_of_its_name(empty: Path):
    deploy = empty / "deploy"
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
def running(empty: Path, postgres_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
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
    run(empty, "merit.py", "migrate", NAME, **env)
    children = Children(tmp_path / "logs")
    try:
        for kind in ("api", "worker"):
            children.start(kind, [sys.executable, "merit.py", kind, NAME], env=os.environ | env, cwd=empty)
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
