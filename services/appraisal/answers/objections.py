"""What the routes of objections answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from services.appraisal import events
from services.appraisal.answers.appraisals import Judgement, ObjectionStatus, Outcome, WhoMay
from shared.http.answers import Code, EventId, Version, Words, said_by


class ObjectionAdmitted(TypedDict):
    """The objection came in time; it is decided before `decision_due`."""

    status: Literal["filed"]
    decision_due: datetime
    version: Version


class ObjectionTooLate(TypedDict):
    """The objection was recorded, and came too late: `due` is the first moment that is too late."""

    status: Literal["refused"]
    rule: Code
    due: datetime
    found: datetime
    remedy: Words
    version: Version


class DecidedObjection(TypedDict):
    """The decision on an objection, which is final. `overdue`: it came after its term."""

    outcome: Outcome
    before: Judgement
    after: Judgement
    overdue: bool
    version: Version


class ObjectionDecision(said_by(events.ObjectionDecided, "employee", "period", "reason_text")):
    """A decision on an objection; its reasons while they are kept."""

    outcome: Outcome
    before: Judgement
    after: Judgement
    reasons: Words | None
    decided_at: datetime
    event: EventId


class Objection(said_by(events.ObjectionFiled, "reason_text")):
    """An objection that came in time; its arguments while they are kept."""

    status: ObjectionStatus
    overdue: bool
    arguments: Words | None
    outcome: NotRequired[Outcome]
    decision: NotRequired[ObjectionDecision]
    who_may: WhoMay | None
    event: EventId
    version: Version


class LateObjection(said_by(events.ObjectionRefused, "reason_text")):
    """An objection that came too late; its arguments while they are kept."""

    status: Literal["refused"]
    arguments: Words | None
    remedy: Words
    who_may: WhoMay | None
    event: EventId
    version: Version
