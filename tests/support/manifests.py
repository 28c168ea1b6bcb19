"""Manifests for tests: overlays as kubectl renders them, and what is found in them, with the tools of requirements-deploy.txt."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from deploy.overlays import KUBERNETES, overlays, settings

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-deploy" / "bin"
OVERLAYS = {str(place.relative_to(KUBERNETES)): place for place in overlays()}
POD_OF = {
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
Document = dict[str, Any]


def tool(name: str) -> str:
    """The path of one of the checking tools. AssertionError says how to get it."""
    path = TOOLS / name
    assert path.exists(), f"expected {name} in {TOOLS}, found none; run `make .venv-deploy/made`"
    return str(path)


def kubectl() -> str:
    """kubectl's path. AssertionError when it is missing or its kustomize too old for components and replacements."""
    found = shutil.which("kubectl")
    assert found, "expected kubectl 1.27 or later on the PATH, found none; install it from the Kubernetes project (Debian's own is too old)"
    said = subprocess.run([found, "version", "--client"], capture_output=True, text=True).stdout
    version = re.search(r"Kustomize Version: v(\d+)", said)
    assert version and int(version[1]) >= 5, f"expected kubectl with kustomize 5 or later, found {said!r}; install a later kubectl"
    return found


def parse(text: str) -> list[Document]:
    """The documents of YAML text."""
    code = "import json, sys, yaml; json.dump([one for one in yaml.safe_load_all(sys.stdin) if one], sys.stdout)"
    done = subprocess.run([tool("python"), "-c", code], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@cache
def rendered(overlay: str) -> str:
    done = subprocess.run([kubectl(), "kustomize", str(OVERLAYS[overlay])], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Overlay:
    """A rendered overlay."""

    name: str
    text: str
    documents: tuple[Document, ...]

    @property
    def settings(self) -> dict[str, str]:
        return settings(OVERLAYS[self.name])

    def of(self, *kinds: str) -> list[Document]:
        return [one for one in self.documents if one["kind"] in kinds]

    def names(self, kind: str) -> set[str]:
        return {name_of(one) for one in self.of(kind)}

    def workloads(self) -> list[tuple[Document, Document]]:
        """Each object that makes pods, with its pod's template."""
        return [(one, _template(one)) for one in self.of(*POD_OF)]

    def containers(self) -> Iterator[tuple[str, Document, Document]]:
        """What each container is called in messages, the template of its pod, and the container."""
        for owner, template in self.workloads():
            for container in [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]:
                yield f"{owner['kind']} {name_of(owner)}: {container['name']}", template, container


def _template(owner: Document) -> Document:
    for key in POD_OF[owner["kind"]]:
        owner = owner[key]
    return owner


@cache
def overlay(name: str) -> Overlay:
    text = rendered(name)
    return Overlay(name, text, tuple(parse(text)))


UNITS = {"": Fraction(1), "m": Fraction(1, 1000), "Mi": Fraction(2**20), "Gi": Fraction(2**30), "Ti": Fraction(2**40)}


def amount(quantity: str) -> Fraction:
    """A Kubernetes quantity: cores, bytes or a count."""
    number, unit = re.fullmatch(r"(\d+)([A-Za-z]*)", quantity).groups()
    return int(number) * UNITS[unit]


def name_of(document: Document) -> str:
    return document["metadata"]["name"]


def labels_of(document: Document) -> dict[str, str]:
    return document["metadata"].get("labels", {})


def matches(selector: Document, labels: dict[str, str]) -> bool:
    """Whether a label selector selects these labels; an empty one selects everything."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", f"expected the operator In, found {rule}; teach it to this function"
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


def variables(container: Document, overlay_: Overlay) -> dict[str, str]:
    """A container's environment, as Kubernetes puts it together: its ConfigMaps, then its own with $(NAME) filled in."""
    found: dict[str, str] = {}
    maps = {name_of(one): one["data"] for one in overlay_.of("ConfigMap")}
    for source in container.get("envFrom", []):
        found |= maps[source["configMapRef"]["name"]]
    for one in container.get("env", []):
        found[one["name"]] = filled(one["value"], found)
    return found


def filled(text: str, found: dict[str, str]) -> str:
    return re.sub(r"\$\(([A-Z_]+)\)", lambda match: found.get(match[1], match[0]), text)


def files(template: Document, container: Document) -> set[str]:
    """The paths of the files that a container finds in its mounted secrets and ConfigMaps."""
    volumes = {one["name"]: one for one in template["spec"]["volumes"]}
    found = set()
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        sources = [one["secret"] for one in volume.get("projected", {}).get("sources", [])] or [volume.get("configMap", {})]
        found |= {f"{mount['mountPath']}/{item['path']}" for source in sources for item in source.get("items", [])}
    return found
