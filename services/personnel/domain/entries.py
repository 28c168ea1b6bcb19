"""Taking back what was said wrongly of a person: a post, a rank or a line from a day on which it never began, an education he has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.events import (
    EducationRecorded,
    EducationWithdrawn,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
)
from shared.kernel.refusal import Refused
from shared.kernel.withdrawn import same, without

ENTRIES = {"position": "positions", "rank": "ranks", "reporting-line": "lines", "education": "educations"}
"""What can be withdrawn → where the state keeps it."""

Withdrawn = PositionWithdrawn | RankWithdrawn | ReportingLineWithdrawn | EducationWithdrawn
Entry = PositionAssigned | RankHeld | ReportingLineSet | EducationRecorded | Withdrawn
KEPT_IN = {
    **{PositionAssigned: "positions", RankHeld: "ranks", ReportingLineSet: "lines", EducationRecorded: "educations"},
    **{PositionWithdrawn: "positions", RankWithdrawn: "ranks", ReportingLineWithdrawn: "lines", EducationWithdrawn: "educations"},
}


@dataclass(frozen=True)
class WithdrawEntry:
    """`entry`: position, rank, reporting-line or education, which has no day (`since` None) and is named itself.

    `acting`: of a post, whether it was entered as held in an acting capacity (Plt).
    """

    employee: str
    entry: str
    since: date | None
    acting: bool
    document: str
    education: str | None = None


def after_entry(state: Any, event: Entry) -> Any:
    """The state with one more entry, or without the one that is withdrawn."""
    kept = KEPT_IN[type(event)]
    entries = getattr(state, kept)
    if isinstance(event, Withdrawn):
        return replace(state, taken_back=(*state.taken_back, event), **{kept: without(entries, event)})
    return replace(state, **{kept: (*entries, event)})


def withdraw_entry(state: Any, command: WithdrawEntry) -> Sequence[Withdrawn]:
    """The entry of that day, or that education, never held. Nothing when it is withdrawn already; Refused (404) when there is none."""
    event = _event(command)
    if any(same(one, event) for one in getattr(state, ENTRIES[command.entry])):
        return [event]
    if any(type(one) is type(event) and same(one, event) for one in state.taken_back):
        return []
    entered = getattr(state, ENTRIES[command.entry])
    if command.entry == "education":
        raise Refused(
            "unknown-entry",
            status=404,
            expected=f"an education of {command.employee} as recorded: " + (", ".join(one.education for one in entered) or "none"),
            found=str(command.education),
            remedy="name the education that was entered wrongly",
        )
    days = ", ".join(str(one.since) for one in entered) or "none"
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
    if command.entry == "education":
        return EducationWithdrawn(command.employee, command.education or "", command.document)
    kind = RankWithdrawn if command.entry == "rank" else ReportingLineWithdrawn
    return kind(command.employee, command.since, command.document)
