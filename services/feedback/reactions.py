"""Feedback decides nothing by itself: people answer, and officials publish and resolve. Its one clock is the term of a complaint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.feedback.domain.complaints import COMPLAINT, ReportOverdue, intake_stream
from services.feedback.events import ComplaintReceived, ComplaintResolved
from shared.flow.declared import Arm, Disarm, Do, Reaction, Timer
from shared.kernel.facts import Knowledge


def _overdue(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    for fact in knowledge.stream(intake_stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            yield Do(COMPLAINT, ReportOverdue(fact.event, due))


COMPLAINTS = Timer(
    name="complaints",
    on={
        ComplaintReceived: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintResolved: lambda fact: (Disarm(fact.event.complaint),),
    },
    fire=_overdue,
)

REACTIONS: tuple[Reaction, ...] = ()
TIMERS = (COMPLAINTS,)
