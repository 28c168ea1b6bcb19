"""A place of the played year: its code, its people's roles, the files that it brings, and what its report tells beside the others'."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SERVICE_OF_RULES = {
    "appraisal": "appraisal",
    "allowance": "payroll",
    "development": "personnel",
    "discipline": "personnel",
    "promotion": "personnel",
    "talent": "personnel",
    "awards": "personnel",
    "process-feedback": "feedback",
    "peer-feedback": "feedback",
    "survey": "feedback",
    "complaints": "feedback",
}
"""Kind of rule set → the service that keeps it."""

Sections = Iterable[tuple[str, Iterable[str]]]
"""Titles (a sentence of the report's words, or the words themselves) and the lines under each, indented by two."""


@dataclass(frozen=True)
class Place:
    """`offices`: employee → the roles that come with an office. Everybody is an employee beside that.

    `clients`: machines and counters that act by themselves → their roles; they are no employees.
    `more`: sections of this place's report that the others do not have, as ``more(outcome, words)``.
    """

    agency: str
    name: str
    folder: Path
    offices: Mapping[str, tuple[str, ...]]
    clients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    more: Callable[[Any, Any], Sections] | None = None

    def roles(self, person: str) -> tuple[str, ...]:
        return self.clients.get(person) or ("employee", *self.offices.get(person, ()))

    def officer(self, role: str) -> str:
        """The first person (or client) with this role. LookupError when there is none."""
        return self.officers(role)[0]

    def officers(self, role: str) -> list[str]:
        """Everybody (or every client) with this role. LookupError when there is nobody."""
        found = [person for person, roles in {**self.offices, **self.clients}.items() if role in roles]
        if not found:
            raise LookupError(f"expected somebody with the role {role} in {self.agency}, found nobody; see its offices")
        return found

    def names(self, name: str, person: str) -> bool:
        """Whether a row of the file that is imported under this name is about the person, by code or by NIP."""
        source = f"sheets/{name.removesuffix('.xlsx')}.csv" if name.endswith(".xlsx") else f"imports/{name}"
        nip = next(row["NIP"] for row in self.rows("sheets/people.csv") if row["Kode Pegawai"] == person)
        return any(row.get("Kode Pegawai") == person or row.get("NIP") == nip for row in self.rows(source))

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

        def person(row: Mapping[str, str], nip: str, code: str) -> str:
            return row.get(code) or ids.get(row.get(nip, ""), "")

        return {
            person(row, "NIP", "Kode Pegawai"): (
                person(row, "NIP Penilai", "Kode Penilai"),
                person(row, "NIP Atasan Penilai", "Kode Atasan Penilai"),
            )
            for row in self.rows("imports/reporting-lines.csv")
        }

    def assessed(self) -> dict[str, list[str]]:
        """Assessor → those whom he appraises, in the order of HR's file."""
        found: dict[str, list[str]] = defaultdict(list)
        for person, (assessor, _) in self.lines().items():
            found[assessor].append(person)
        return dict(found)


@cache
def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
