"""January, alike everywhere: the old systems' records come in by files, everybody is told of the rules, targets are proposed by file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from scenario.acts import at, cited, hand_in, post, step
from scenario.place import Place
from scenario.steps import Step

Brought = tuple[str, str, str, int, str]
"""A file's name, the service and route that take it, the minute after eight at which HR hands it in, and what that tells."""


def arrival(town: Place, files: Iterable[Brought]) -> Iterator[Step]:
    """The files on the first working day; then everybody acknowledges the rules, before the first period is measured."""
    for name, service, path, minute, tells in files:
        act = partial(hand_in, town, service, path, name)
        yield step(town, f"import/{name}", at("2026-01-02", 8, minute), town.officer("hr"), tells, act)
    read = {"rule_set": cited(town, "appraisal"), "how": "meeting"}
    for person in town.people():
        tells = "Pegawai mengikuti sosialisasi aturan dan menyatakan sudah memahaminya"
        act = partial(post, "appraisal", f"/rules-acknowledgements/{person}", read)
        yield step(town, f"rules-read/{person}", at("2026-01-05", 9), person, tells, act)


def proposed_targets(town: Place, tells: str = "SDM mengimpor usulan sasaran kinerja (XLSX)") -> Step:
    """HR hands in the targets that people propose; each superior fixes them later, on what he sees."""
    act = partial(hand_in, town, "appraisal", "/imports/targets", "targets.xlsx")
    return step(town, "import/targets.xlsx", at("2026-01-06", 9), town.officer("hr"), tells, act)
