"""Feedback decides nothing by itself: people answer, and officials publish and resolve. Its clocks are the term
of a complaint, and that of the citizen who is asked for something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.feedback.domain.complaints import intake_stream
from services.feedback.domain.course import COMPLAINT, ReportOverdue, ResumeComplaint
from services.feedback.domain.terms import terms_named
from services.feedback.events import ComplaintPassed, ComplaintPaused, ComplaintReceived, ComplaintResolved, ComplaintResumed
from shared.flow.declared import Arm, Disarm, Do, Reaction, Timer
from shared.kernel.facts import Knowledge


def _overdue(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    for fact in knowledge.stream(intake_stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            yield Do(COMPLAINT, ReportOverdue(fact.event, due))


def _expired(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Do]:
    """The citizen did not answer within the term: the clock goes on."""
    for fact in knowledge.stream(intake_stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            terms = terms_named(knowledge.rule_sets("complaints"), fact.event.rule_set)
            yield Do(COMPLAINT, ResumeComplaint(fact.event, "expired", knowledge.today, terms, knowledge.calendar, due))


COMPLAINTS = Timer(
    name="complaints",
    on={
        ComplaintReceived: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintPassed: lambda fact: (Arm(fact.event.complaint, fact.event.due),) if fact.event.due else (),
        ComplaintPaused: lambda fact: (Disarm(fact.event.complaint),),
        ComplaintResumed: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintResolved: lambda fact: (Disarm(fact.event.complaint),),
    },
    fire=_overdue,
)

WAITING = Timer(
    name="complaints-waiting",
    on={
        ComplaintPaused: lambda fact: (Arm(fact.event.complaint, fact.event.until_moment),),
        ComplaintResumed: lambda fact: (Disarm(fact.event.complaint),),
        ComplaintResolved: lambda fact: (Disarm(fact.event.complaint),),
    },
    fire=_expired,
)

REACTIONS: tuple[Reaction, ...] = ()
TIMERS = (COMPLAINTS, WAITING)
