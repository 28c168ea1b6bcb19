"""A sanction: imposed when an official approves its proposal, and lifted when it was wrong or is remitted (PP 94/2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.personnel.events import SanctionImposed, SanctionLifted, SanctionTerms
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class Impose:
    """`until`: the last day; None for what has no term."""

    employee: str
    sanction: str
    terms: SanctionTerms
    since: date
    until: date | None
    document: str


@dataclass(frozen=True)
class Lift:
    employee: str
    sanction: str
    on: date
    document: str
    decided_by: str


@dataclass(frozen=True)
class SanctionState:
    imposed: SanctionImposed | None = None
    lifted: SanctionLifted | None = None


def decide(state: SanctionState, command: Impose | Lift) -> Sequence[Any]:
    """Impose once, lift once. Refused when there is nothing to lift, for a day outside its term, and by the person concerned."""
    if isinstance(command, Impose):
        return [] if state.imposed else [_impose(command)]
    if state.imposed is None:
        raise Refused(
            "unknown-sanction",
            expected="a sanction imposed on this employee",
            found=f"none named {command.sanction}",
            remedy="take the name from the employee's sanctions",
            status=404,
        )
    if command.decided_by == command.employee:
        raise Refused(
            "own-sanction",
            expected="an official other than the person concerned",
            found="a decision about oneself",
            remedy="let another official decide",
            status=403,
        )
    wished = SanctionLifted(command.employee, command.sanction, command.on, command.document)
    if state.lifted is not None:
        if state.lifted == wished:
            return []
        raise Refused(
            "sanction-lifted", expected="a sanction that stands", found=f"one lifted on {state.lifted.on}", remedy="nothing more is needed"
        )
    until = state.imposed.until or date.max
    if not state.imposed.since <= command.on <= until:
        raise Refused(
            "lifting-date",
            expected=f"a day from {state.imposed.since}" + (f" to {until}, its last" if state.imposed.until else ""),
            found=str(command.on),
            remedy="give a day within its term; its first lifts it whole",
            status=422,
        )
    return [wished]


def _impose(command: Impose) -> SanctionImposed:
    if command.until is not None and command.until < command.since:
        raise Refused(
            "sanction-term",
            expected=f"a last day from {command.since} on",
            found=str(command.until),
            remedy="give a later last day, or none for the rule's own months",
            status=422,
        )
    terms = command.terms
    return SanctionImposed(
        employee=command.employee,
        sanction=command.sanction,
        kind=terms.kind,
        level=terms.level,
        effect=terms.effect,
        percent=terms.percent,
        since=command.since,
        until=command.until,
        basis=terms.basis,
        document=command.document,
    )


def evolve(state: SanctionState, event: object) -> SanctionState:
    if isinstance(event, SanctionImposed):
        return SanctionState(event, state.lifted)
    if isinstance(event, SanctionLifted):
        return SanctionState(state.imposed, event)
    return state


def sanction_name(kind: str, period: str) -> str:
    """``allowance-cut-6-2025``, ``written-warning-2026-q1``: a sanction's name within its employee's."""
    return f"{kind}-{period}".lower()


def end_of(imposed: SanctionImposed, began: datetime) -> datetime | None:
    """The first moment after its last day, counted from the moment it began; None for what has no term."""
    return None if imposed.until is None else began + (imposed.until - imposed.since) + timedelta(days=1)


def runs(imposed: SanctionImposed, began: datetime, lifted: datetime | None, now: datetime) -> bool:
    """Whether it has effect now. What warns has no term and does not run on."""
    if imposed.until is None and imposed.effect == "warning":
        return False
    end = end_of(imposed, began)
    return began <= now and (end is None or now < end) and (lifted is None or now < lifted)


def counts(imposed: SanctionImposed, lifted: SanctionLifted | None, after: date) -> bool:
    """Whether it stands in the record of somebody looked at since `after`: medium or heavy, and not lifted from its first day."""
    if imposed.level not in ("medium", "heavy") or (lifted is not None and lifted.on <= imposed.since):
        return False
    return max(imposed.since, imposed.until or imposed.since) >= after


SANCTION = Aggregate(
    "sanction",
    Decider(SanctionState(), decide, evolve),
    stream=lambda employee, sanction: f"personnel-sanction-{employee}-{sanction}",
    ids=lambda command: (command.employee, command.sanction),
    subject=lambda command: command.employee,
)
