"""That an employee was told of the rules before they are applied to him (socialisation)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.events import RulesAcknowledged
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class AcknowledgeRules:
    """`rule_set` as results cite it (``mulyorejo-appraisal@1``, of any service); `how`: a code such as meeting, read or training."""

    employee: str
    rule_set: str
    how: str


@dataclass(frozen=True)
class RulesRead:
    rule_sets: frozenset[str] = frozenset()


def decide(state: RulesRead, command: AcknowledgeRules) -> Sequence[Any]:
    """RulesAcknowledged, once per rule set; said again it changes nothing."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*@[1-9][0-9]*", command.rule_set):
        raise Refused(
            "rule-set-name",
            status=422,
            expected="a rule set as results cite it, id@version",
            found=command.rule_set,
            remedy="take the name from the published rule set",
        )
    if command.rule_set in state.rule_sets:
        return ()
    return (RulesAcknowledged(command.employee, command.rule_set, command.how),)


def evolve(state: RulesRead, event: Any) -> RulesRead:
    return RulesRead(state.rule_sets | {event.rule_set}) if isinstance(event, RulesAcknowledged) else state


RULES_READ = Aggregate(
    "rules-read",
    Decider(RulesRead(), decide, evolve),
    stream=streams.rules_read,
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)
