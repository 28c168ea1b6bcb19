"""A place of the played year: its code, its people's roles, and the files that it brings."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Place:
    """`offices`: employee → the roles that come with an office. Everybody is an employee beside that."""

    agency: str
    name: str
    folder: Path
    offices: Mapping[str, tuple[str, ...]]

    def roles(self, person: str) -> tuple[str, ...]:
        return ("employee", *self.offices.get(person, ()))

    def content(self, path: str) -> bytes:
        """The bytes of a file of the place's folder."""
        return (self.folder / path).read_bytes()

    def rows(self, path: str) -> list[dict[str, str]]:
        """The rows of a CSV file of the place's folder, under their column heads."""
        return _rows(self.folder / path)

    def rules(self) -> dict[str, dict[str, Any]]:
        """The place's rule sets by kind."""
        return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((self.folder / "rules").glob("*.json"))}

    def people(self) -> list[str]:
        """Everybody's id, in the order of the file that HR hands in."""
        return [row["Kode Pegawai"] for row in self.rows("sheets/people.csv")]

    def units(self) -> dict[str, str]:
        """Employee → unit, from the file that HR hands in."""
        return {row["Kode Pegawai"]: row["Unit"] for row in self.rows("sheets/people.csv")}

    def lines(self) -> dict[str, tuple[str, str]]:
        """Employee → (assessor, assessor's superior or nothing), from the file that HR hands in."""
        ids = {row["NIP"]: row["Kode Pegawai"] for row in self.rows("sheets/people.csv")}
        return {
            ids[row["NIP"]]: (ids[row["NIP Penilai"]], ids.get(row["NIP Atasan Penilai"], ""))
            for row in self.rows("imports/reporting-lines.csv")
        }


@cache
def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
