"""Units of an agency: opening one under its parent, moving it under another, and taking back a move that was entered wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.events import UnitMoved, UnitMoveWithdrawn, UnitOpened
from shared.kernel.dated import in_force
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.kernel.withdrawn import same, without


@dataclass(frozen=True)
class OpenUnit:
    """`parent` is None for the head of the organisation only; `kind` is the agency's own word (dinas, bidang, seksi …)."""

    unit: str
    parent: str | None
    kind: str
    since: date


@dataclass(frozen=True)
class MoveUnit:
    """`above`: the new parent and everything over it, as long as it stands there, so that no unit comes to stand below itself.

    `since`: the day of its opening says that the unit never stood where it was opened.
    """

    unit: str
    parent: str
    since: date
    document: str
    above: tuple[str, ...]


@dataclass(frozen=True)
class WithdrawMove:
    """The move that was entered as holding from `since` on; `above` as for a move, over where the unit stood before."""

    unit: str
    since: date
    document: str
    above: tuple[str, ...]


@dataclass(frozen=True)
class UnitState:
    """`moves`: those that stand; `taken_back`: the withdrawals of the others."""

    opened: UnitOpened | None = None
    moves: tuple[UnitMoved, ...] = ()
    taken_back: tuple[UnitMoveWithdrawn, ...] = ()

    def parent_on(self, day: date) -> str | None:
        """The unit above it on a day; before it was opened the first one."""
        if self.opened is None:
            return None
        return in_force((self.opened, *self.moves), max(day, self.opened.since)).parent

    def changes_after(self, day: date) -> list[date]:
        """The days after `day` on which it comes under another unit, lowest first."""
        return sorted(one.since for one in self.moves if one.since > day)

    def without(self, move: UnitMoveWithdrawn | WithdrawMove) -> UnitState:
        """As it stands without the move."""
        return replace(self, moves=without(self.moves, move))


def decide(state: UnitState, command: OpenUnit | MoveUnit | WithdrawMove) -> Sequence[Any]:
    """Open, move or take back a move; the same once more changes nothing.

    Refused when it would stand below itself, or stands otherwise already.
    """
    match command:
        case MoveUnit():
            return _move(state, command)
        case WithdrawMove():
            return _withdraw(state, command)
    return _open(state, command)


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
    if command.since < state.opened.since:
        raise Refused(
            "unit-move-date",
            status=422,
            expected=f"a day from {state.opened.since} on, when the unit was opened",
            found=str(command.since),
            remedy="give the day from which it stands under the new parent",
        )
    before = state.parent_on(command.since)
    return [] if before == command.parent else [UnitMoved(command.unit, before, command.parent, command.since, command.document)]


def _withdraw(state: UnitState, command: WithdrawMove) -> Sequence[UnitMoveWithdrawn]:
    """Refused (404) when there is no such move."""
    if not any(same(one, command) for one in state.moves):
        if any(same(one, command) for one in state.taken_back):
            return []
        raise Refused(
            "unknown-move",
            status=404,
            expected=f"a move of {command.unit}, which hold from: " + (", ".join(str(one.since) for one in state.moves) or "none"),
            found=str(command.since),
            remedy="give the day from which the wrong move holds",
        )
    if command.unit in command.above:
        raise _below_itself(command.unit)
    return [UnitMoveWithdrawn(command.unit, command.since, command.document)]


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
    if isinstance(event, UnitMoveWithdrawn):
        return replace(state.without(event), taken_back=(*state.taken_back, event))
    return replace(state, moves=(*state.moves, event)) if isinstance(event, UnitMoved) else state


UNIT = Aggregate(
    "unit",
    Decider(UnitState(), decide, evolve),
    stream=lambda unit: f"personnel-unit-{unit}",
    ids=lambda command: (command.unit,),
    subject=lambda command: command.unit,
)
