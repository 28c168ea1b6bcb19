"""Improvement items of a unit: opened once by a founded complaint or a falling survey, closed when something was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.events import ImprovementItemClosed, ImprovementItemMoved, ImprovementItemOpened
from shared.kernel.calendar import Calendar, Term
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class OpenImprovementItem:
    """`cause`: complaint or survey; `event`: the id of the fact; `due`: the last day by the term of `rule_set`, from `began`."""

    unit: str
    item: str
    cause: str
    event: str
    due: date
    rule_set: str
    began: date


@dataclass(frozen=True)
class MoveImprovementItem:
    """`began`: the day from which its term counts."""

    unit: str
    item: str
    began: date
    term: Term
    calendar: Calendar
    today: date


@dataclass(frozen=True)
class CloseImprovementItem:
    """What was done lies in a text."""

    unit: str
    item: str
    done_on: date
    what_text: str
    what_digest: str
    today: date


@dataclass(frozen=True)
class ItemState:
    """`due`: its last day as it stands; None before it was opened."""

    due: date | None = None
    done_on: date | None = None

    @property
    def opened(self) -> bool:
        return self.due is not None


def decide(state: ItemState, command: OpenImprovementItem | MoveImprovementItem | CloseImprovementItem) -> Sequence[Any]:
    """ImprovementItemOpened, once however often it is asked for; ImprovementItemClosed, refused when there is nothing open.

    ImprovementItemMoved while it is open and its last day has not passed.
    """
    match command:
        case OpenImprovementItem():
            if state.opened:
                return ()
            return (ImprovementItemOpened(**vars(command)),)
        case MoveImprovementItem():
            return _move(state, command)
        case CloseImprovementItem():
            return _close(state, command)
    raise TypeError(f"expected a command on an improvement item, found {command!r}")


def evolve(state: ItemState, event: Any) -> ItemState:
    match event:
        case ImprovementItemOpened():
            return replace(state, due=event.due)
        case ImprovementItemMoved():
            return replace(state, due=event.due)
        case ImprovementItemClosed():
            return replace(state, done_on=event.done_on)
    return state


def _move(state: ItemState, command: MoveImprovementItem) -> Sequence[ImprovementItemMoved]:
    if state.due is None or state.done_on is not None or state.due < command.today:
        return ()
    due = command.term.moved(command.began, state.due, command.calendar, command.today)
    return (ImprovementItemMoved(command.unit, command.item, state.due, due),) if due != state.due else ()


def _close(state: ItemState, command: CloseImprovementItem) -> Sequence[Any]:
    if not state.opened:
        raise Refused(
            "unknown-improvement-item",
            status=404,
            expected=f"an improvement item of {command.unit}",
            found=command.item,
            remedy="take the item from the list of improvement items",
        )
    if state.done_on is not None:
        raise Refused(
            "improvement-item-closed",
            expected="an open improvement item",
            found=f"one that was done on {state.done_on}",
            remedy="nothing more is needed",
        )
    if command.done_on > command.today:
        raise Refused(
            "not-done-yet",
            status=422,
            expected=f"a day not after {command.today}",
            found=str(command.done_on),
            remedy="close the item when it is done",
        )
    return (ImprovementItemClosed(command.unit, command.item, command.done_on, command.what_text, command.what_digest),)


IMPROVEMENT = Aggregate(
    "improvement",
    Decider(ItemState(), decide, evolve),
    stream=streams.improvement,
    ids=lambda command: (command.unit, command.item),
    subject=lambda command: command.unit,
)
