"""A clock for rules published ahead: on their day, and on the day of a switch within them, proposals follow the new ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from services.personnel.domain.rules_begin import RULES_BEGUN, BeginRules
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Arm, Do, Timer
from shared.kernel.facts import Fact, Knowledge

BY_TODAY = ("discipline", "promotion", "talent")
"""Kinds whose rules hold by the day on which is proposed; those of development and awards go by the period looked at."""


def _begins(fact: Fact[RuleSetPublished]) -> Iterable[Arm]:
    """Each day from which they hold, where the agency is; nothing for days that had begun when the rules were published."""
    event = fact.event
    if event.kind not in BY_TODAY:
        return ()
    switch = event.settings.get("allowance_cut", {}).get("from") if event.kind == "discipline" else None
    days = sorted({event.since, *((date.fromisoformat(switch),) if switch else ())})
    zone = fact.effective - datetime.combine(event.since, time(), UTC)
    return tuple(Arm(f"{event.kind}/{day}", day) for day in days if datetime.combine(day, time(), UTC) + zone > fact.recorded)


def _begin(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    kind, _, day = key.partition("/")
    yield Do(RULES_BEGUN, BeginRules(kind, date.fromisoformat(day)))


RULES_BEGIN = Timer(name="rules-begin", on={RuleSetPublished: _begins}, fire=_begin)
