"""January, alike everywhere: the old systems' records come in by files, everybody is told of the rules, targets are proposed by file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from scenario.acts import at, cited, handed_in, post, step
from scenario.place import Place
from scenario.steps import Step

Brought = tuple[str, str, str, int, str]
"""A file's name, the service and route that take it, the minute after eight at which HR hands it in, and what that tells."""


def arrival(town: Place, files: Iterable[Brought]) -> Iterator[Step]:
    """The files on the first working day; then everybody acknowledges the rules, before the first period is measured."""
    for name, service, path, minute, tells in files:
        yield from handed_in(town, at("2026-01-02", 8, minute), service, path, name, tells)
    read = {"rule_set": cited(town, "appraisal"), "how": "meeting"}
    for person in town.people():
        tells = "Pegawai mengikuti sosialisasi aturan dan menyatakan sudah memahaminya"
        act = partial(post, "appraisal", f"/rules-acknowledgements/{person}", read)
        yield step(town, f"rules-read/{person}", at("2026-01-05", 9), person, tells, act)


def proposed_targets(town: Place, tells: str = "SDM mengimpor usulan sasaran kinerja (XLSX)") -> Iterator[Step]:
    """HR hands in the targets that people propose; each superior fixes them later, on what he sees."""
    return handed_in(town, at("2026-01-06", 9), "appraisal", "/imports/targets", "targets.xlsx", tells)
