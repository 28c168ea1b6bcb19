"""Writes the folder of an agency that runs Merit of its own, after the pattern of `agencies/mulyorejo`.

`python -m deploy.agency CODE ISSUER [--zone Asia/Makassar]`: its code as topics have it, and who signs its callers' tokens.
What it wrote is read, changed where the agency is another, and committed.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from deploy.overlays import KUBERNETES, MADE, written  # noqa: E402

PATTERN = "mulyorejo"
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
NO_SUBSCRIBERS = "subscriber,agency,service,class\n"


def files(code: str, issuer: str, zone: str, kubernetes: Path = KUBERNETES) -> dict[str, str]:
    """The folder's files but those that are made from them. ValueError for a code that cannot be one."""
    if not CODE.fullmatch(code) or code == "internal":
        raise ValueError(f"expected a code of small letters, digits and dashes, other than internal; found {code!r}")
    pattern = kubernetes / "agencies" / PATTERN
    made = {
        name: re.sub(rf"\b{PATTERN.capitalize()}\b", code.capitalize(), (pattern / name).read_text(encoding="utf-8").replace(PATTERN, code))
        for name in ("kustomization.yaml", "namespace.yaml", "settings.env")
    }
    settings = re.sub(r"(?m)^MERIT_JWT_ISSUER=.*$", f"MERIT_JWT_ISSUER={issuer}", made["settings.env"])
    if zone != ZONES[0]:
        settings = re.sub(r"(?m)^MERIT_AGENCIES=.*$", f"MERIT_AGENCIES={code}={zone}", settings)
    return made | {"settings.env": settings, "subscribers.csv": NO_SUBSCRIBERS}


def write(code: str, issuer: str, zone: str, kubernetes: Path = KUBERNETES) -> Path:
    """The new folder. FileExistsError when there is one already."""
    found = files(code, issuer, zone, kubernetes)
    folder = kubernetes / "agencies" / code
    folder.mkdir()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / MADE).write_text(written(folder), encoding="utf-8")
    return folder


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="deploy.agency", description=__doc__.partition("\n")[0])
    parser.add_argument("code")
    parser.add_argument("issuer")
    parser.add_argument("--zone", choices=ZONES, default=ZONES[0])
    asked = parser.parse_args(arguments)
    try:
        print(write(asked.code, asked.issuer, asked.zone))
    except (ValueError, FileExistsError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
