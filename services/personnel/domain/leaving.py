"""The first day outside service has come: said once for each end, so that every open proposal and measure is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.events import EmploymentEndReached
from shared.kernel.decider import Aggregate, Decider


@dataclass(frozen=True)
class ReachEnd:
    employee: str
    since: date


def decide(state: frozenset[date], command: ReachEnd) -> Sequence[EmploymentEndReached]:
    return [] if command.since in state else [EmploymentEndReached(command.employee, command.since)]


LEAVING = Aggregate(
    "leaving",
    Decider(frozenset(), decide, lambda state, event: state | {event.since} if isinstance(event, EmploymentEndReached) else state),
    stream=lambda employee: f"personnel-left-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)
