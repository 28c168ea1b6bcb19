"""The statutory clocks of appraisal. No event of another service makes appraisal act by itself, so there is no reaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.appraisal import events
from services.appraisal.domain import streams
from services.appraisal.domain.appraisal import APPRAISAL, AcceptBySilence
from services.appraisal.domain.objection import ReportOverdue
from shared.flow.declared import Arm, Disarm, Do, Reaction, Timer
from shared.kernel.facts import Fact, Knowledge


def _key(fact: Fact) -> str:
    return f"{fact.event.employee}/{fact.event.period}"


def _disarm(fact: Fact) -> Iterable[Disarm]:
    return (Disarm(_key(fact)),)


def _silence(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    """Nobody spoke within the term: accepted by silence, if the rule set that the result was delivered under says so."""
    employee, period = key.split("/")
    delivered = [
        fact.event for fact in knowledge.stream(streams.appraisal(employee, period)) if isinstance(fact.event, events.AppraisalDelivered)
    ]
    rules = {one.name: one for one in knowledge.rule_sets("appraisal")}
    if delivered and rules[delivered[-1].rule_set].settings.get("accept_by_silence", True):
        yield Do(APPRAISAL, AcceptBySilence(employee, period, knowledge.now))


def _overdue(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    employee, period = key.split("/")
    yield Do(APPRAISAL, ReportOverdue(employee, period, due))


SILENCE = Timer(
    name="silence",
    on={
        events.AppraisalDelivered: lambda fact: (Arm(_key(fact), fact.event.objection_until),),
        events.AppraisalAccepted: _disarm,
        events.ObjectionFiled: _disarm,
    },
    fire=_silence,
)

DECISION = Timer(
    name="objection-decision",
    on={
        events.ObjectionFiled: lambda fact: (Arm(_key(fact), fact.event.decision_due),),
        events.ObjectionDecided: _disarm,
    },
    fire=_overdue,
)

REACTIONS: tuple[Reaction, ...] = ()
TIMERS = (SILENCE, DECISION)
