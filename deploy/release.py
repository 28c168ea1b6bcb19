"""Writes the release that every overlay runs: version and digest of each service's image.

`python -m deploy.release VERSION REGISTRY appraisal=sha256:… feedback=sha256:… …` with the digests that the registry answered to the push.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared.process.finding import service_names  # noqa: E402

PLACE = Path(__file__).resolve().parent / "kubernetes" / "components" / "release" / "kustomization.yaml"
VERSION = re.compile(r"[a-z0-9]([a-z0-9.-]{0,28}[a-z0-9])?")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def text(version: str, registry: str, digests: Mapping[str, str], names: Sequence[str] | None = None) -> str:
    """The component's text. ValueError unless the version can stand in names and every service has a digest.

    `names`: the services, those that are here without it.
    """
    names = service_names() if names is None else names
    if not VERSION.fullmatch(version):
        raise ValueError(f"expected a version of small letters, digits, dots and dashes, at most 30; found {version!r}")
    if set(digests) != set(names) or not all(map(DIGEST.fullmatch, digests.values())):
        raise ValueError(f"expected a digest sha256:… for each of {', '.join(names)}; found {dict(digests)}")
    images = "".join(f"  - name: merit-{name}\n    newName: {registry}/merit-{name}\n    digest: {digests[name]}\n" for name in names)
    jobs = "".join(
        f"  - target: {{kind: Job, name: {name}-migrate}}\n"
        "    options: {allowNameChange: true}\n"
        "    patch: |-\n"
        f"      - {{op: replace, path: /metadata/name, value: {name}-migrate-{version}}}\n"
        for name in names
    )
    return (
        "# Made by `python -m deploy.release`: the images that are run, and a migration of their own for them.\n"
        "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
        "kind: Component\n"
        f"images:\n{images}"
        "labels:\n"
        "  - includeSelectors: false\n"
        "    includeTemplates: true\n"
        "    pairs:\n"
        f'      app.kubernetes.io/version: "{version}"\n'
        f"patches:\n{jobs}"
    )


def main(arguments: Sequence[str]) -> int:
    try:
        version, registry, *pairs = arguments
        made = text(version, registry.rstrip("/"), dict(pair.split("=", 1) for pair in pairs))
    except ValueError as wrong:
        print(f"{wrong}\n{__doc__}", file=sys.stderr)
        return 2
    PLACE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
