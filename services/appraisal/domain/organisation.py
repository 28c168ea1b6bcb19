"""The organisation's own result of a period, fixed before its employees' predicates (PermenPANRB 6/2022 art. 24–25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.domain.distribution import ORGANISATION_RESULTS
from services.appraisal.events import OrganisationResultSet
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class SetOrganisationResult:
    unit: str
    period: str
    result: str
    guide: str


@dataclass(frozen=True)
class OrganisationState:
    result: str | None = None


def decide(state: OrganisationState, command: SetOrganisationResult) -> Sequence[Any]:
    """OrganisationResultSet; the same result again changes nothing, another one is refused, because predicates rest on it."""
    if command.result not in ORGANISATION_RESULTS:
        raise Refused(
            "organisation-result-unknown",
            status=422,
            expected="one of " + ", ".join(ORGANISATION_RESULTS),
            found=command.result,
            remedy="send one of these codes",
        )
    if state.result == command.result:
        return ()
    if state.result is not None:
        raise Refused(
            "organisation-result-set",
            expected=f"no result of {command.unit} for {command.period} yet",
            found=state.result,
            remedy="keep it: the employees' predicates were compared with this result",
        )
    return (OrganisationResultSet(command.unit, command.period, command.result, command.guide),)


def evolve(state: OrganisationState, event: Any) -> OrganisationState:
    return replace(state, result=event.result) if isinstance(event, OrganisationResultSet) else state


ORGANISATION = Aggregate(
    "organisation",
    Decider(OrganisationState(), decide, evolve),
    stream=streams.organisation,
    ids=lambda command: (command.unit, command.period),
    subject=lambda command: command.unit,
)
