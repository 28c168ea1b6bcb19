"""What others' tools say of deploy/: kubectl renders it, kubernetes-validate, checkov and hadolint find nothing wrong."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.manifests import OVERLAYS, ROOT, kubectl, rendered, tool

VERSIONS = ("1.34.0", "1.37.0")
OURS = ("kafka.strimzi.io/", "postgresql.cnpg.io/", "barmancloud.cnpg.io/")  # their shapes are checked in test_custom_resources


@pytest.fixture(params=OVERLAYS)
def manifest(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "manifest.yaml"
    path.write_text(rendered(request.param), encoding="utf-8")
    return path


def test_a_tool_that_is_missing_or_too_old_fails_the_tests_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Never a skip: without rendering nothing here is checked."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AssertionError, match="expected kubectl 1.27 or later on the PATH, found none"):
        kubectl()
    old = tmp_path / "kubectl"
    old.write_text("#!/bin/sh\necho 'Client Version: v1.24.0'; echo 'Kustomize Version: v4.5.4'\n", encoding="ascii")
    old.chmod(0o755)
    with pytest.raises(AssertionError, match="expected kubectl with kustomize 5 or later, found .*v4.5.4"):
        kubectl()
    with pytest.raises(AssertionError, match="expected a-tool in .*, found none; run `make"):
        tool("a-tool")


def validate(manifest: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = [tool("kubernetes-validate"), "--strict", "-k", version, str(manifest)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_field(manifest: Path, version: str):
    done = validate(manifest, version)
    assert done.returncode == 0, done.stdout + done.stderr
    unknown = [line for line in (done.stdout + done.stderr).splitlines() if "Couldn't find schema" in line]
    assert [line for line in unknown if not any(group in line for group in OURS)] == []


def test_a_misspelt_field_is_found(manifest: Path):
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("readOnlyRootFilesystem:", "readOnlyRootFileSystem:", 1), encoding="utf-8")
    assert validate(manifest, VERSIONS[0]).returncode != 0


def checkov(framework: str, file: Path) -> dict[str, object]:
    command = [tool("checkov"), "--skip-download", "--quiet", "--output", "json", "--framework", framework, "--file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_checkov_finds_nothing_in_the_manifests(manifest: Path):
    """No check is skipped: a skip would be an annotation, and there is none."""
    found = checkov("kubernetes", manifest)
    assert found["results"]["failed_checks"] == []
    assert found["summary"]["passed"] > 1000
    assert found["summary"]["skipped"] == 0


def test_checkov_and_hadolint_find_nothing_in_the_dockerfile():
    file = ROOT / "deploy" / "Dockerfile"
    found = checkov("dockerfile", file)
    assert found["results"]["failed_checks"] == []
    assert found["summary"]["passed"] > 50
    done = subprocess.run([tool("hadolint"), str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in file.read_text(encoding="utf-8")
    assert not re.search(r"checkov:skip", file.read_text(encoding="utf-8"))
