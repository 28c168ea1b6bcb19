"""Units of an agency: opening one under its parent, and moving it under another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.domain.employee import in_force
from services.personnel.events import UnitMoved, UnitOpened
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class OpenUnit:
    """`parent` is None for the head of the organisation only; `kind` is the agency's own word (dinas, bidang, seksi …)."""

    unit: str
    parent: str | None
    kind: str
    since: date


@dataclass(frozen=True)
class MoveUnit:
    """`above`: the new parent and everything over it, so that no unit comes to stand below itself."""

    unit: str
    parent: str
    since: date
    document: str
    above: tuple[str, ...]


@dataclass(frozen=True)
class UnitState:
    opened: UnitOpened | None = None
    moves: tuple[UnitMoved, ...] = ()

    def parent_on(self, day: date) -> str | None:
        """The unit above it on a day; the first one before it was opened."""
        held = in_force((self.opened, *self.moves), day) if self.opened else None
        return held.parent if held else self.opened.parent if self.opened else None


def decide(state: UnitState, command: OpenUnit | MoveUnit) -> Sequence[Any]:
    """Open or move; the same once more changes nothing. Refused when it would stand below itself, or stands otherwise already."""
    return _move(state, command) if isinstance(command, MoveUnit) else _open(state, command)


def _open(state: UnitState, command: OpenUnit) -> Sequence[UnitOpened]:
    if command.parent == command.unit:
        raise _below_itself(command.unit)
    wished = UnitOpened(command.unit, command.parent, command.kind, command.since)
    if state.opened is None:
        return [wished]
    if state.opened == wished:
        return []
    there = state.opened
    raise Refused(
        "unit-exists",
        expected=f"a unit code not in use, or {command.unit} as it was opened",
        found=f"{command.unit} opened on {there.since} as {there.kind} below {there.parent or 'nobody'}",
        remedy="choose another code, or give the values of the open unit; a unit comes under another parent by a move",
    )


def _move(state: UnitState, command: MoveUnit) -> Sequence[UnitMoved]:
    if state.opened is None:
        raise Refused(
            "unknown-unit", status=404, expected="a unit that is open", found=command.unit, remedy="take it from the list of units"
        )
    if command.unit in command.above:
        raise _below_itself(command.unit)
    if command.since <= state.opened.since:
        raise Refused(
            "unit-move-date",
            status=422,
            expected=f"a day after {state.opened.since}, when the unit was opened",
            found=str(command.since),
            remedy="give the day from which it stands under the new parent",
        )
    before = state.parent_on(command.since)
    return [] if before == command.parent else [UnitMoved(command.unit, before, command.parent, command.since, command.document)]


def _below_itself(unit: str) -> Refused:
    return Refused(
        "unit-below-itself",
        status=422,
        expected="another unit as parent, or none, and no unit below this one",
        found=f"{unit} below itself",
        remedy="name a unit above it",
    )


def evolve(state: UnitState, event: object) -> UnitState:
    if isinstance(event, UnitOpened):
        return replace(state, opened=event)
    return replace(state, moves=(*state.moves, event)) if isinstance(event, UnitMoved) else state


def unit_stream(unit: str) -> str:
    return f"personnel-unit-{unit}"


UNIT = Aggregate("unit", Decider(UnitState(), decide, evolve), lambda c: unit_stream(c.unit), lambda c: c.unit)
