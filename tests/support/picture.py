"""The picture of imports, drawn from the code: `python -m tests.support.picture` writes docs/imports.md; a test holds it fresh."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "docs" / "imports.md"
PACKAGES = ("shared", "services", "scenario", "deploy")
BY_ROOM = ("shared", "services")
"""Packages whose folders are nodes of their own; the others are one node each."""

Edges = Mapping[str, frozenset[str]]
"""Who imports → whom. Both ends are keys."""

TEXT = """\
# Imports

Made by `python -m tests.support.picture` from the code; a test compares. An arrow says "imports". Where a longer way leads to the same
place, the picture leaves the short arrow out; the tables have all. Imports for annotations alone count nowhere.

There is no circle: not among packages, not among modules, and not among the rooms of the services laid upon each other.

## Packages

{packages}

{packages_table}

## Rooms of a service

All services laid upon each other: an arrow stands where at least one of them has the import.

{rooms}

{rooms_table}
"""


def modules(root: Path = ROOT) -> Edges:
    """Module → the modules of ours that it imports, without what stands under TYPE_CHECKING."""
    sys.path.insert(0, str(root))
    try:
        graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    finally:
        sys.path.remove(str(root))
    return {one: frozenset(graph.find_modules_directly_imported_by(one)) for one in graph.modules}


def packages(found: Edges) -> Edges:
    """The folders of `shared/` and `services/`, and each other package as one."""
    return _together(found, lambda one: ".".join(one.split(".")[: 2 if one.split(".")[0] in BY_ROOM else 1]), hidden=set(BY_ROOM))


def rooms(found: Edges) -> Edges:
    """The rooms of all services laid upon each other: ``reactions`` imports ``known`` where one service's does."""
    inner = {one: frozenset(t for t in to if _room(t)) for one, to in found.items() if _room(one)}
    return _together(inner, _room, hidden={""})


def _room(module: str) -> str:
    """``known`` for services.payroll.known; empty for what is no room of a service."""
    parts = module.split(".")
    return parts[2] if parts[0] == "services" and len(parts) > 2 else ""


def _together(found: Edges, name: Callable[[str], str], hidden: Iterable[str]) -> Edges:
    edges: dict[str, set[str]] = defaultdict(set)
    for one, to in found.items():
        edges[name(one)] |= {name(other) for other in to}
    return {one: frozenset(to - {one} - set(hidden)) for one, to in edges.items() if one not in hidden}


def layered(found: Edges) -> list[str]:
    """All names, each after those that it imports. ValueError names a circle."""
    try:
        return list(TopologicalSorter({one: sorted(found[one]) for one in sorted(found)}).static_order())
    except CycleError as circle:
        raise ValueError(f"expected imports without a circle, found {' → '.join(reversed(circle.args[1]))}") from circle


def reduced(found: Edges) -> Edges:
    """Without the arrows beside which a longer way leads to the same place."""
    reached: dict[str, set[str]] = {}
    for one in layered(found):
        reached[one] = set(found[one]).union(*(reached[other] for other in found[one]))
    return {one: frozenset(t for t in to if not any(t in reached[other] for other in to - {t})) for one, to in found.items()}


def drawn(found: Edges) -> str:
    """Mermaid, from who imports down to who is imported."""
    lines = [f"    {one.replace('.', '_')}[{one}]" for one in sorted(found)]
    arrows = [(one, other) for one, to in sorted(reduced(found).items()) for other in sorted(to)]
    lines += [f"    {one.replace('.', '_')} --> {other.replace('.', '_')}" for one, other in arrows]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def listed(found: Edges) -> str:
    """All imports, in an order in which nothing imports what stands above it."""
    rows = [f"| `{one}` | {', '.join(f'`{other}`' for other in sorted(found[one])) or '–'} |" for one in reversed(layered(found))]
    return "\n".join(["| who | imports |", "|---|---|", *rows])


def text(root: Path = ROOT) -> str:
    """The whole document. ValueError where modules, packages or rooms import in a circle."""
    found = modules(root)
    layered(found)
    sides = {"packages": packages(found), "rooms": rooms(found)}
    return TEXT.format(**{name: drawn(one) for name, one in sides.items()}, **{f"{name}_table": listed(one) for name, one in sides.items()})


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
