"""A citizen's complaint: taken in with a term, reported when that passes, resolved as founded or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from services.feedback.domain.terms import ComplaintTerms
from services.feedback.events import ComplaintAnswered, ComplaintOverdue, ComplaintReceived, ComplaintResolved
from shared.kernel.calendar import Calendar
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class ReceiveComplaint:
    """`body_text` and `contact_text` are the ids of texts; `anonymous`: the citizen asks that nothing be kept to reach him by."""

    complaint: str
    unit: str
    kind: str
    body_text: str
    contact_text: str | None
    anonymous: bool
    confidential: bool
    receipt_digest: str
    received_at: datetime
    terms: ComplaintTerms
    calendar: Calendar


@dataclass(frozen=True)
class AnswerComplaint:
    """`answer_text`: what the citizen is told."""

    complaint: str
    unit: str
    answer_text: str


@dataclass(frozen=True)
class Intake:
    """What came in, and what was answered."""

    received: ComplaintReceived | None = None
    answered: ComplaintAnswered | None = None


@dataclass(frozen=True)
class OfComplaint:
    """Names a complaint's streams."""

    complaint: str


@dataclass(frozen=True)
class ReportOverdue:
    """The moment `due` has come."""

    received: ComplaintReceived
    due: datetime

    @property
    def complaint(self) -> str:
        return self.received.complaint


@dataclass(frozen=True)
class ResolveComplaint:
    received: ComplaintReceived
    founded: bool
    resolved_on: date

    @property
    def complaint(self) -> str:
        return self.received.complaint


@dataclass(frozen=True)
class Outcome:
    overdue: bool = False
    resolved: ComplaintResolved | None = None


def take_in(state: Intake, command: ReceiveComplaint | AnswerComplaint) -> Sequence[Any]:
    """Take the complaint in, its term counted from the day after (working days skip days off); keep the answer to it, once."""
    if isinstance(command, AnswerComplaint):
        return [] if state.answered else [ComplaintAnswered(command.complaint, command.unit, command.answer_text)]
    if state.received is not None:
        raise Refused(
            "complaint-exists",
            expected=f"a new complaint {command.complaint}",
            found="one that was taken in before",
            remedy="send it again without the key, or with a new one",
        )
    if command.anonymous and command.contact_text is not None:
        raise Refused(
            "anonymous-with-contact",
            expected="no contact with an anonymous complaint",
            found="a contact",
            remedy="leave the contact out and follow the complaint by its receipt code, or do not ask for anonymity",
            status=422,
        )
    term = command.terms.of(command.kind)
    return [
        ComplaintReceived(
            complaint=command.complaint,
            unit=command.unit,
            kind=command.kind,
            body_text=command.body_text,
            contact_text=command.contact_text,
            anonymous=command.contact_text is None,
            confidential=command.confidential,
            receipt_digest=command.receipt_digest,
            received_on=command.calendar.local_date(command.received_at),
            last_day=term.last_day(command.received_at, command.calendar),
            due=term.until(command.received_at, command.calendar).astimezone(UTC),
            rule_set=command.terms.rule_set,
        )
    ]


def see_through(state: Outcome, command: ReportOverdue | ResolveComplaint) -> Sequence[Any]:
    """Report the complaint overdue, once, while it is open; resolve it, once: the same again changes nothing."""
    received = command.received
    if isinstance(command, ReportOverdue):
        if state.overdue or state.resolved or received.due != command.due:
            return []
        return [ComplaintOverdue(received.unit, received.complaint, received.kind, received.due)]
    if state.resolved is not None:
        if state.resolved.founded == command.founded:
            return []
        raise Refused(
            "already-resolved",
            expected=f"{received.complaint} to be open",
            found=f"resolved on {state.resolved.resolved_on} as {'founded' if state.resolved.founded else 'unfounded'}",
            remedy="the first resolution stands; whoever disagrees complains anew",
        )
    in_time = command.resolved_on <= received.last_day
    return [ComplaintResolved(received.unit, received.complaint, received.kind, command.founded, in_time, command.resolved_on)]


def _intake(state: Intake, event: Any) -> Intake:
    if isinstance(event, ComplaintReceived):
        return replace(state, received=event)
    return replace(state, answered=event) if isinstance(event, ComplaintAnswered) else state


def _outcome(state: Outcome, event: Any) -> Outcome:
    if isinstance(event, ComplaintOverdue):
        return replace(state, overdue=True)
    return replace(state, resolved=event) if isinstance(event, ComplaintResolved) else state


# What the citizen said is wholly private, what became of it wholly published: so these are two streams.
INTAKE = Aggregate("complaint-intake", Decider(Intake(), take_in, _intake), lambda c: intake_stream(c.complaint), lambda c: c.unit)
COMPLAINT = Aggregate(
    "complaint",
    Decider(Outcome(), see_through, _outcome),
    lambda c: f"feedback-complaint-{c.complaint}",
    lambda c: c.received.unit,
)


def intake_stream(complaint: str) -> str:
    return f"feedback-intake-{complaint}"
