"""Terms that run while the agency's calendar changes: for an objection, and for the decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.appraisal.domain.record import Record, Stage
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.events import DecisionTermMoved, ObjectionTermMoved
from shared.kernel.calendar import Calendar, Term


@dataclass(frozen=True)
class MoveTerms:
    """`delivered_at`: when the result was delivered; `delivered`: the rules that it was delivered under, and `filed` the objection."""

    employee: str
    period: str
    delivered_at: datetime
    delivered: AppraisalRules
    filed: AppraisalRules
    calendar: Calendar
    today: date


def move(state: Record, command: MoveTerms) -> Sequence[Any]:
    """ObjectionTermMoved while nobody has spoken, DecisionTermMoved while the decision is to come. What has run out stays."""
    if state.stage is Stage.DELIVERED and state.late is None:
        until = _moved(command.delivered.objection, command.delivered_at, state.objection_until, command)
        if until != state.objection_until:
            return (ObjectionTermMoved(command.employee, command.period, state.objection_until, until),)
    if state.stage is Stage.OBJECTED and not state.overdue:
        previous = state.objection.decision_due
        due = _moved(command.filed.decision, state.objection.filed_at, previous, command)
        if due != previous:
            return (DecisionTermMoved(command.employee, command.period, previous, due),)
    return ()


def _moved(term: Term, began: datetime, until: datetime, command: MoveTerms) -> datetime:
    """The first moment that is too late, by the present calendar."""
    calendar = command.calendar
    last = calendar.local_date(until) - timedelta(days=1)
    return calendar.end_of(term.moved(calendar.local_date(began), last, calendar, command.today)).astimezone(UTC)
