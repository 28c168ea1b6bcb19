"""Feedback decides nothing by itself: people answer, and officials publish and resolve. Its clocks are the term
of a complaint, and that of the citizen who is asked for something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.feedback.domain.complaints import INTAKE
from services.feedback.domain.course import COMPLAINT, MoveTerm, ReportOverdue, ResumeComplaint
from services.feedback.domain.terms import terms_named
from services.feedback.events import (
    ComplaintPassed,
    ComplaintPaused,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintTermMoved,
    ComplaintWaitingMoved,
)
from services.feedback.views import COMPLAINTS as LISTED
from shared.events.calendar import CALENDAR_EVENTS
from shared.flow.declared import Arm, Disarm, Dispatch, EachRow, Keys, Reaction, Reads, Timer
from shared.kernel.facts import Fact, Knowledge


def _overdue(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    for fact in knowledge.stream(INTAKE.stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            yield Dispatch(COMPLAINT, ReportOverdue(fact.event, due))


def _expired(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    """The citizen did not answer within the term: the clock goes on."""
    for fact in knowledge.stream(INTAKE.stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            terms = terms_named(knowledge.rule_sets("complaints"), fact.event.rule_set)
            yield Dispatch(COMPLAINT, ResumeComplaint(fact.event, "expired", knowledge.today, terms, knowledge.calendar, due))


COMPLAINTS = Timer(
    name="complaints",
    on={
        ComplaintReceived: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintPassed: lambda fact: (Arm(fact.event.complaint, fact.event.due),) if fact.event.due else (),
        ComplaintPaused: lambda fact: (Disarm(fact.event.complaint),),
        ComplaintResumed: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintTermMoved: lambda fact: (Arm(fact.event.complaint, fact.event.due),),
        ComplaintResolved: lambda fact: (Disarm(fact.event.complaint),),
    },
    fire=_overdue,
)

WAITING = Timer(
    name="complaints-waiting",
    on={
        ComplaintPaused: lambda fact: (Arm(fact.event.complaint, fact.event.until_moment),),
        ComplaintWaitingMoved: lambda fact: (Arm(fact.event.complaint, fact.event.until_moment),),
        ComplaintResumed: lambda fact: (Disarm(fact.event.complaint),),
        ComplaintResolved: lambda fact: (Disarm(fact.event.complaint),),
    },
    fire=_expired,
)


def _open(fact: Fact, knowledge: Knowledge) -> Keys:
    """Those whose term runs or stands still: few beside all that there ever were."""
    return EachRow(LISTED, {"status": ["open", "waiting"]}, "complaint")


def _if_declared(fact: Fact, knowledge: Knowledge) -> Iterable[str]:
    """What begins a term wakes the reaction too: the calendar may change while the event is on its way into the view."""
    return (fact.event.complaint,) if knowledge.calendar.declared else ()


def _keep_term(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Bring the complaint's term to the calendar as it is known now."""
    for fact in knowledge.stream(INTAKE.stream(key)):
        if isinstance(fact.event, ComplaintReceived):
            terms = terms_named(knowledge.rule_sets("complaints"), fact.event.rule_set)
            yield Dispatch(COMPLAINT, MoveTerm(fact.event, terms, knowledge.calendar, knowledge.today))


TERMS = Reaction(
    name="complaint-terms",
    on={
        **dict.fromkeys(CALENDAR_EVENTS, _open),
        **dict.fromkeys((ComplaintReceived, ComplaintPassed, ComplaintPaused, ComplaintResumed), _if_declared),
    },
    decide=_keep_term,
    reads=Reads(subject=None, streams=lambda key: (INTAKE.stream(key), COMPLAINT.stream(key))),
)

REACTIONS = (TERMS,)
TIMERS = (COMPLAINTS, WAITING)
