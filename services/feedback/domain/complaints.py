"""What a citizen complains of: taken in with a term, what he is asked and replies, and what he is told in the end; all of it private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.feedback.domain.terms import ComplaintTerms
from services.feedback.events import CitizenAsked, CitizenReplied, ComplaintAnswered, ComplaintReceived
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
class AskCitizen:
    complaint: str
    unit: str
    question_text: str


@dataclass(frozen=True)
class KeepReply:
    complaint: str
    unit: str
    reply_text: str


@dataclass(frozen=True)
class Intake:
    """What came in, what the citizen was asked last and said to it, and what was answered."""

    received: ComplaintReceived | None = None
    asked: CitizenAsked | None = None
    replied: CitizenReplied | None = None
    answered: ComplaintAnswered | None = None


def take_in(state: Intake, command: ReceiveComplaint | AskCitizen | KeepReply | AnswerComplaint) -> Sequence[Any]:
    """Take the complaint in, its term counted from the day after (working days skip days off); keep what is asked and said, and the
    answer to it, once.
    """
    if isinstance(command, AskCitizen):
        return [CitizenAsked(command.complaint, command.unit, command.question_text)]
    if isinstance(command, KeepReply):
        return [CitizenReplied(command.complaint, command.unit, command.reply_text)]
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


def _intake(state: Intake, event: Any) -> Intake:
    if isinstance(event, ComplaintReceived):
        return replace(state, received=event)
    if isinstance(event, CitizenAsked):
        return replace(state, asked=event, replied=None)
    if isinstance(event, CitizenReplied):
        return replace(state, replied=event)
    return replace(state, answered=event) if isinstance(event, ComplaintAnswered) else state


# What the citizen said is wholly private, what became of it wholly published: so these are two streams (the other: course.py).
INTAKE = Aggregate(
    "complaint-intake",
    Decider(Intake(), take_in, _intake),
    stream=lambda complaint: f"feedback-intake-{complaint}",
    ids=lambda command: (command.complaint,),
    subject=lambda command: command.unit,
)
