"""What becomes of a complaint: passed to the right unit, waiting for the citizen, overdue, resolved; all of it published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.feedback.domain.terms import ANEW, ComplaintTerms
from services.feedback.events import (
    ComplaintOverdue,
    ComplaintPassed,
    ComplaintPaused,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintTermMoved,
    ComplaintWaitingMoved,
)
from shared.kernel.calendar import Calendar, Term
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class _OfReceived:
    """A command on what came in."""

    received: ComplaintReceived

    @property
    def complaint(self) -> str:
        return self.received.complaint


@dataclass(frozen=True)
class ReportOverdue(_OfReceived):
    """The moment `due` has come."""

    due: datetime


@dataclass(frozen=True)
class ResolveComplaint(_OfReceived):
    founded: bool
    resolved_on: date


@dataclass(frozen=True)
class PassComplaint(_OfReceived):
    """`unit` is to deal with it. `terms`: of the rules that the complaint was taken in under."""

    unit: str
    passed_at: datetime
    reason_text: str
    reason_digest: str
    terms: ComplaintTerms
    calendar: Calendar


@dataclass(frozen=True)
class PauseComplaint(_OfReceived):
    """The citizen is asked for something, and has the term `terms.waiting` to answer."""

    paused_at: datetime
    terms: ComplaintTerms
    calendar: Calendar


@dataclass(frozen=True)
class ResumeComplaint(_OfReceived):
    """`how`: ``answered`` on the day `on`, or ``expired`` when the moment `until` has come."""

    how: str
    on: date
    terms: ComplaintTerms
    calendar: Calendar
    until: datetime | None = None


@dataclass(frozen=True)
class MoveTerm(_OfReceived):
    """The calendar is `calendar` now. `terms`: of the rules that the complaint was taken in under."""

    terms: ComplaintTerms
    calendar: Calendar
    today: date


@dataclass(frozen=True)
class Course:
    """How a complaint stands: what changed since it was taken in, None where nothing did.

    `paused`: the waiting that is not over. `days_left`: of the term, while it lasts. `overdue`: the moment that passed.
    `began`: the day from which the clock counts, and `days` how many of them; None: from the first day, and all of the term's.
    """

    unit: str | None = None
    last_day: date | None = None
    due: datetime | None = None
    paused: ComplaintPaused | None = None
    days_left: int = 0
    passed: tuple[ComplaintPassed, ...] = ()
    overdue: datetime | None = None
    resolved: ComplaintResolved | None = None
    began: date | None = None
    days: int | None = None

    def unit_of(self, received: ComplaintReceived) -> str:
        return self.unit or received.unit

    def last_day_of(self, received: ComplaintReceived) -> date | None:
        """The last day in time; None while the clock stands still."""
        return None if self.paused else self.last_day or received.last_day

    def due_of(self, received: ComplaintReceived) -> datetime | None:
        """The first moment too late; None while the clock stands still."""
        return None if self.paused else self.due or received.due

    def status_at(self, received: ComplaintReceived, now: datetime) -> str:
        """open, waiting, overdue or resolved."""
        due = self.due_of(received)
        if self.resolved is not None:
            return "resolved"
        if due is None:
            return "waiting"
        return "overdue" if now >= due else "open"


def decide(state: Course, command: Any) -> Sequence[Any]:
    """The events of one command; what each may be refused for is said at its function."""
    match command:
        case ReportOverdue():
            return _report(state, command)
        case ResolveComplaint():
            return _resolve(state, command)
        case PassComplaint():
            return _pass(state, command)
        case PauseComplaint():
            return _pause(state, command)
        case ResumeComplaint():
            return _resume(state, command)
        case MoveTerm():
            return _move(state, command)
    raise TypeError(f"expected a command on a complaint, found {command!r}")


def evolve(state: Course, event: Any) -> Course:
    match event:
        case ComplaintPassed():
            moved = replace(state, unit=event.unit, passed=(*state.passed, event))
            if event.due is None:
                return moved if event.days_left is None else replace(moved, days_left=event.days_left)
            if event.clock == ANEW:
                moved = replace(moved, began=event.passed_on, days=None)
            return replace(moved, last_day=event.last_day, due=event.due)
        case ComplaintPaused():
            return replace(state, paused=event, days_left=event.days_left)
        case ComplaintResumed():
            return replace(state, paused=None, last_day=event.last_day, due=event.due, began=event.since, days=state.days_left)
        case ComplaintTermMoved():
            return replace(state, last_day=event.last_day, due=event.due)
        case ComplaintWaitingMoved():
            return replace(state, paused=replace(state.paused, until=event.until, until_moment=event.until_moment))
        case ComplaintOverdue():
            return replace(state, overdue=event.due)
        case ComplaintResolved():
            return replace(state, resolved=event)
    return state


def _report(state: Course, command: ReportOverdue) -> Sequence[Any]:
    """ComplaintOverdue, once for each due moment, while the complaint is open and its clock runs."""
    received = command.received
    if state.resolved or state.overdue == command.due or state.due_of(received) != command.due:
        return []
    return [ComplaintOverdue(state.unit_of(received), received.complaint, received.kind, command.due)]


def _resolve(state: Course, command: ResolveComplaint) -> Sequence[Any]:
    """ComplaintResolved, once: the same again changes nothing. What waits for the citizen is in time, since its clock stands still."""
    received = command.received
    if state.resolved is not None:
        if state.resolved.founded == command.founded:
            return []
        raise _resolved_before(state, received, "the first resolution stands; a citizen who disagrees complains anew")
    last_day = state.last_day_of(received)
    in_time = last_day is None or command.resolved_on <= last_day
    unit = state.unit_of(received)
    return [ComplaintResolved(unit, received.complaint, received.kind, command.founded, in_time, command.resolved_on)]


def _pass(state: Course, command: PassComplaint) -> Sequence[Any]:
    """ComplaintPassed; to the unit that has it, it changes nothing. Refused once it is resolved.

    The term goes on, or begins anew with the unit that it comes to, as the rules say; while the clock stands still, when it goes on again.
    """
    received, unit = command.received, state.unit_of(command.received)
    if state.resolved is not None:
        raise _resolved_before(state, received, "a resolved complaint stays with the unit that resolved it")
    if command.unit == unit:
        return []
    clock, last_day, due = command.terms.passed_clock, state.last_day_of(received), state.due_of(received)
    term = command.terms.of(received.kind)
    if clock == ANEW and due is not None:
        last_day, due = term.last_day(command.passed_at, command.calendar), term.until(command.passed_at, command.calendar).astimezone(UTC)
    return [
        ComplaintPassed(
            unit=command.unit,
            complaint=received.complaint,
            kind=received.kind,
            from_unit=unit,
            passed_on=command.calendar.local_date(command.passed_at),
            clock=clock,
            last_day=last_day,
            due=due,
            reason_text=command.reason_text,
            reason_digest=command.reason_digest,
            days_left=term.days if clock == ANEW and due is None else None,
        )
    ]


def _pause(state: Course, command: PauseComplaint) -> Sequence[Any]:
    """ComplaintPaused. Refused once it is resolved or waiting, after its term, and where the rules stop no clock."""
    received, today = command.received, command.calendar.local_date(command.paused_at)
    if state.resolved is not None:
        raise _resolved_before(state, received, "nothing more is asked of the citizen")
    last_day, waiting = state.last_day_of(received), command.terms.waiting
    if last_day is None:
        raise Refused(
            "complaint-waiting",
            expected=f"{received.complaint} to be worked on",
            found=f"waiting for the citizen until {state.paused.until}",
            remedy="wait for the citizen's answer, or resolve the complaint",
        )
    if today > last_day:
        raise Refused(
            "term-over",
            expected=f"a question by {last_day}, while the term runs",
            found=str(today),
            remedy="ask the citizen; the term is over, and its clock cannot be stopped any more",
        )
    if waiting is None:
        raise Refused(
            "no-waiting",
            expected="a rule set with a term for the citizen's answer (waiting)",
            found=command.terms.rule_set,
            remedy="resolve the complaint within its term, or publish the term for complaints to come",
        )
    until = waiting.last_day(command.paused_at, command.calendar)
    left = _left(today, last_day, command.terms.of(received.kind), command.calendar)
    moment = command.calendar.end_of(until).astimezone(UTC)
    return [ComplaintPaused(state.unit_of(received), received.complaint, received.kind, today, left, until, moment)]


def _left(today: date, last_day: date, term: Term, calendar: Calendar) -> int:
    """The days of the term after `today`, in the days that it is counted in."""
    days = [today + timedelta(days=number) for number in range(1, (last_day - today).days + 1)]
    return len(days) if term.kind == "calendar" else sum(calendar.is_working(day) for day in days)


def _resume(state: Course, command: ResumeComplaint) -> Sequence[Any]:
    """ComplaintResumed: the days that were left are counted on from the last day of the waiting. Refused while nothing is waited for.

    Nothing happens when a term expires that is not waited for any more.
    """
    received = command.received
    if command.until is not None and (state.resolved or state.paused is None or state.paused.until_moment != command.until):
        return []
    if state.resolved is not None:
        raise _resolved_before(state, received, "complain anew")
    if state.paused is None:
        raise Refused(
            "complaint-not-waiting",
            expected=f"{received.complaint} to wait for the citizen's answer",
            found="no open question",
            remedy="read how the complaint stands; nothing is asked",
        )
    term = Term(state.days_left, command.terms.of(received.kind).kind)
    on = min(command.on, state.paused.until)
    last_day = term.last_day(command.calendar.start_of(on), command.calendar)
    due = command.calendar.end_of(last_day).astimezone(UTC)
    unit = state.unit_of(received)
    return [ComplaintResumed(unit, received.complaint, received.kind, on, command.how, last_day, due)]


def _move(state: Course, command: MoveTerm) -> Sequence[Any]:
    """ComplaintTermMoved while the clock runs, ComplaintWaitingMoved while it stands still. What ran out, and what is resolved, stays."""
    received, calendar = command.received, command.calendar
    if state.resolved is not None or state.overdue == (due := state.due_of(received)) and due is not None:
        return []
    about = (state.unit_of(received), received.complaint, received.kind)
    if state.paused is not None:
        waiting, previous = command.terms.waiting, state.paused.until
        day = waiting.moved(state.paused.since, previous, calendar, command.today) if waiting else previous
        moved = ComplaintWaitingMoved(*about, previous, day, calendar.end_of(day).astimezone(UTC))
    else:
        term, previous = command.terms.of(received.kind), state.last_day or received.last_day
        counted = term if state.days is None else Term(state.days, term.kind)
        day = counted.moved(state.began or received.received_on, previous, calendar, command.today)
        moved = ComplaintTermMoved(*about, previous, day, calendar.end_of(day).astimezone(UTC))
    return [moved] if day != previous else []


def _resolved_before(state: Course, received: ComplaintReceived, remedy: str) -> Refused:
    return Refused(
        "already-resolved",
        expected=f"{received.complaint} to be open",
        found=f"resolved on {state.resolved.resolved_on} as {'founded' if state.resolved.founded else 'unfounded'}",
        remedy=remedy,
    )


COMPLAINT = Aggregate(
    "complaint",
    Decider(Course(), decide, evolve),
    stream=lambda complaint: f"feedback-complaint-{complaint}",
    ids=lambda command: (command.complaint,),
    subject=lambda command: command.received.unit,
)
