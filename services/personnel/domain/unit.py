"""Units of an agency: opening one under its parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.events import UnitOpened
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
class UnitState:
    opened: UnitOpened | None = None


def decide(state: UnitState, command: OpenUnit) -> Sequence[UnitOpened]:
    """Open the unit; the same once more changes nothing. Refused when it is its own parent or stands otherwise already."""
    if command.parent == command.unit:
        raise Refused(
            "unit-below-itself",
            expected="another unit as parent, or none",
            found=f"{command.unit} below itself",
            remedy="name the unit above it",
            status=422,
        )
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
        remedy="choose another code, or give the values of the open unit",
    )


def evolve(state: UnitState, event: object) -> UnitState:
    return UnitState(event) if isinstance(event, UnitOpened) else state


def unit_stream(unit: str) -> str:
    return f"personnel-unit-{unit}"


UNIT = Aggregate("unit", Decider(UnitState(), decide, evolve), lambda c: unit_stream(c.unit), lambda c: c.unit)
