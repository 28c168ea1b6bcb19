"""A clock for rules published ahead: on their day, and on the day of a switch within them, proposals follow the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from services.personnel.domain.discipline import read_discipline
from services.personnel.domain.rules_begin import RULES_BEGUN, BeginRules
from services.personnel.tables import LADDERS
from shared.events.rule_set import RuleSetPublished
from shared.flow.declared import Arm, Dispatch, Timer
from shared.kernel.facts import Fact, Knowledge

BY_TODAY = ("discipline", "promotion", "talent")
"""Kinds whose rules hold by the day on which is proposed; those of development and awards go by the period looked at."""


def _begins(fact: Fact[RuleSetPublished]) -> Iterable[Arm]:
    """Each day from which they hold, where the agency is; nothing for days that had begun when the rules were published."""
    event = fact.event
    if event.kind not in BY_TODAY:
        return ()
    zone = fact.effective - datetime.combine(event.since, time(), UTC)
    days = _days(event.kind, event.since, event.settings)
    return tuple(Arm(f"{event.kind}/{day}", day) for day in days if datetime.combine(day, time(), UTC) + zone > fact.recorded)


def _days(kind: str, since: date, settings: Mapping[str, Any]) -> Sequence[date]:
    """The rules' first day, and that of a dated switch within them."""
    switch = read_discipline(settings, LADDERS, published=True).cuts_from if kind == "discipline" else None
    return sorted({since} if switch is None else {since, switch})


def _begin(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Nothing on the day of rules that were withdrawn before it."""
    kind, _, text = key.partition("/")
    day = date.fromisoformat(text)
    if any(day in _days(kind, rules.since, rules.settings) for rules in knowledge.rule_sets(kind)):
        yield Dispatch(RULES_BEGUN, BeginRules(kind, day))


RULES_BEGIN = Timer(name="rules-begin", on={RuleSetPublished: _begins}, fire=_begin)
