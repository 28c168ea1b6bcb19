"""Taking back what was said wrongly of a person's service: a post, a rank or a reporting line from a day on which it never began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.events import (
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
)
from shared.kernel.refusal import Refused
from shared.kernel.withdrawn import same, without

ENTRIES = {"position": "positions", "rank": "ranks", "reporting-line": "lines"}
"""What can be withdrawn → where the state keeps it."""

Withdrawn = PositionWithdrawn | RankWithdrawn | ReportingLineWithdrawn
Entry = PositionAssigned | RankHeld | ReportingLineSet | Withdrawn
KEPT_IN = {
    **{PositionAssigned: "positions", RankHeld: "ranks", ReportingLineSet: "lines"},
    **{PositionWithdrawn: "positions", RankWithdrawn: "ranks", ReportingLineWithdrawn: "lines"},
}


@dataclass(frozen=True)
class WithdrawEntry:
    """`entry`: position, rank or reporting-line; `acting`: of a post, whether it was entered as held in an acting capacity (Plt)."""

    employee: str
    entry: str
    since: date
    acting: bool
    document: str


def after_entry(state: Any, event: Entry) -> Any:
    """The state with one more entry, or without the one that is withdrawn."""
    kept = KEPT_IN[type(event)]
    entries = getattr(state, kept)
    if isinstance(event, Withdrawn):
        return replace(state, taken_back=(*state.taken_back, event), **{kept: without(entries, event)})
    return replace(state, **{kept: (*entries, event)})


def withdraw_entry(state: Any, command: WithdrawEntry) -> Sequence[Withdrawn]:
    """The entry of that day never held. Nothing when it is withdrawn already; Refused (404) when there is none."""
    event = _event(command)
    if any(same(one, event) for one in getattr(state, ENTRIES[command.entry])):
        return [event]
    if any(type(one) is type(event) and same(one, event) for one in state.taken_back):
        return []
    days = ", ".join(str(one.since) for one in getattr(state, ENTRIES[command.entry])) or "none"
    raise Refused(
        "unknown-entry",
        status=404,
        expected=f"an entry ({command.entry}) of {command.employee}, which begin on: {days}",
        found=f"{command.since}{' in an acting capacity' if command.acting else ''}",
        remedy="give the day on which the wrong entry begins",
    )


def _event(command: WithdrawEntry) -> Withdrawn:
    if command.entry == "position":
        return PositionWithdrawn(command.employee, command.since, command.acting, command.document)
    kind = RankWithdrawn if command.entry == "rank" else ReportingLineWithdrawn
    return kind(command.employee, command.since, command.document)
