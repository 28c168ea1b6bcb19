"""A proposal about an employee: it follows the facts until an official has decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.personnel.events import AwardTerms, DevelopmentDecided, DevelopmentProposed, DevelopmentWithdrawn, Reason, SanctionTerms
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

OUTCOMES = ("approved", "rejected")


def proposal_name(kind: str, programme: str, period: str) -> str:
    """``role-public-relations-2026-Q1``: a proposal's name within its employee's."""
    return f"{kind}-{programme}-{period}"


@dataclass(frozen=True)
class Propose:
    employee: str
    proposal: str
    kind: str
    programme: str
    period: str
    reasons: tuple[Reason, ...]
    rule_set: str
    rule_kind: str = "development"
    sanction: SanctionTerms | None = None
    award: AwardTerms | None = None


@dataclass(frozen=True)
class Withdraw:
    """`missing`: the codes of the conditions that the facts no longer meet."""

    employee: str
    proposal: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Decide:
    employee: str
    proposal: str
    outcome: str
    document: str
    decided_by: str


@dataclass(frozen=True)
class ProposalState:
    """`status`: none, proposed, withdrawn, approved or rejected."""

    status: str = "none"
    proposed: DevelopmentProposed | None = None


def decide(state: ProposalState, command: Propose | Withdraw | Decide) -> Sequence[Any]:
    """Propose (again with other reasons), withdraw, or decide. What the facts ask for after the official's decision changes nothing."""
    if isinstance(command, Decide):
        return _decide(state, command)
    if isinstance(command, Withdraw):
        return [DevelopmentWithdrawn(command.employee, command.proposal, command.missing)] if state.status == "proposed" else []
    if state.status in OUTCOMES:
        return []
    wished = DevelopmentProposed(**vars(command))
    return [] if state.status == "proposed" and state.proposed == wished else [wished]


def _decide(state: ProposalState, command: Decide) -> Sequence[DevelopmentDecided]:
    if state.proposed is None or state.proposed.employee != command.employee:
        raise Refused(
            "unknown-proposal",
            expected="a proposal about this employee",
            found=f"none named {command.proposal}",
            remedy="take the name from the list of proposals",
            status=404,
        )
    if command.decided_by == command.employee:
        raise Refused(
            "own-proposal",
            expected="an official other than the person concerned",
            found="a decision on a proposal about oneself",
            remedy="let another official decide",
            status=403,
        )
    if command.outcome not in OUTCOMES:
        raise Refused("outcome", expected=" or ".join(OUTCOMES), found=command.outcome, remedy="name one of them", status=422)
    if state.status != "proposed":
        raise Refused(
            "proposal-not-open",
            expected="a proposal that awaits a decision",
            found=f"one that is {state.status}",
            remedy="read the proposal again; what was decided stays decided",
        )
    return [DevelopmentDecided(command.employee, command.proposal, command.outcome, command.document, command.decided_by)]


def evolve(state: ProposalState, event: object) -> ProposalState:
    if isinstance(event, DevelopmentProposed):
        return ProposalState("proposed", event)
    if isinstance(event, DevelopmentWithdrawn):
        return ProposalState("withdrawn", state.proposed)
    if isinstance(event, DevelopmentDecided):
        return ProposalState(event.outcome, state.proposed)
    return state


PROPOSAL = Aggregate(
    "proposal",
    Decider(ProposalState(), decide, evolve),
    stream=lambda employee, proposal: f"personnel-proposal-{employee}-{proposal}",
    ids=lambda command: (command.employee, command.proposal),
    subject=lambda command: command.employee,
)
