"""Rules that were published ahead of their day come into force: said once, so that every open proposal is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.events import RulesBegan
from shared.kernel.decider import Aggregate, Decider


@dataclass(frozen=True)
class BeginRules:
    """`kind` of rules; `day`: from which they hold, or from which a dated switch within them does."""

    kind: str
    day: date


def decide(state: frozenset[date], command: BeginRules) -> Sequence[RulesBegan]:
    return [] if command.day in state else [RulesBegan(command.kind, command.day)]


RULES_BEGUN = Aggregate(
    "rules-begun",
    Decider(frozenset(), decide, lambda state, event: state | {event.day} if isinstance(event, RulesBegan) else state),
    stream=lambda kind: f"personnel-rules-begun-{kind}",
    ids=lambda command: (command.kind,),
    subject=lambda command: f"rules-{command.kind}",
)
