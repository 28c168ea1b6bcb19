"""Many agencies beside each other: nothing of one names another's namespace, realm or code in any object; a new one is made whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.agency import write
from deploy.overlays import KUBERNETES, agencies
from tests.support import manifests
from tests.support.manifests import OVERLAYS, kubectl, parse


def words(name: str) -> dict[str, set[str]]:
    """What is an overlay's own: its namespace, its realm, the agencies that it serves."""
    overlay = manifests.overlay(name)
    return {
        "namespace": overlay.names("Namespace"),
        "realm": {overlay.settings["MERIT_REALM"]},
        "agencies": set(agencies(overlay.settings)),
    }


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_names_nothing_of_another(name: str):
    own = {word for kind in words(name).values() for word in kind}
    others = {word for other in OVERLAYS for kind in words(other).values() for word in kind} - own
    assert others, "there is another overlay to compare with"
    text = manifests.overlay(name).text
    assert [word for word in others if re.search(rf"\b{word}\b", text)] == []


def test_overlays_share_neither_namespace_nor_realm():
    for kind in ("namespace", "realm"):
        found = [word for name in OVERLAYS for word in words(name)[kind]]
        assert len(set(found)) == len(OVERLAYS), kind


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_realm_is_in_the_namespace_and_in_the_backups_place(name: str):
    overlay = manifests.overlay(name)
    realm = overlay.settings["MERIT_REALM"]
    assert overlay.names("Namespace") == {f"merit-{realm}"}
    [store] = overlay.of("ObjectStore")
    assert store["spec"]["configuration"]["destinationPath"].endswith(f"/{realm}/")


def test_a_new_agencys_overlay_is_whole_and_its_own(tmp_path: Path):
    kubernetes = tmp_path / "kubernetes"
    shutil.copytree(KUBERNETES, kubernetes)
    folder = write("sorong", "https://sso.sorong.example", "Asia/Jayapura", kubernetes)
    assert "MERIT_AGENCIES=sorong=Asia/Jayapura" in (folder / "settings.env").read_text(encoding="utf-8")
    done = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "mulyorejo" not in done.stdout.lower()
    pattern, documents = manifests.overlay("agencies/mulyorejo"), parse(done.stdout)
    subscribers = [one for one in pattern.of("KafkaUser") if one["metadata"]["name"].startswith("subscriber-")]
    assert len(documents) == len(pattern.documents) - len(subscribers)
    assert {one["metadata"].get("namespace", "merit-sorong") for one in documents} == {"merit-sorong"}
    topics = [one["spec"]["topicName"] for one in documents if one["kind"] == "KafkaTopic"]
    assert topics and all(topic.startswith("merit.internal.sorong.") for topic in topics)


@pytest.mark.parametrize("code", ["internal", "Sorong", "kota sorong", "a.b", ""])
def test_a_code_that_cannot_be_one_is_refused(code: str, tmp_path: Path):
    with pytest.raises(ValueError, match="expected a code"):
        write(code, "https://sso.sorong.example", "Asia/Jakarta", tmp_path)
