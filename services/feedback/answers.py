"""What feedback's routes answer: published summaries and complaints, never who said what."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from services.feedback import events, views
from services.feedback.domain.rounds import Raters
from shared.http.answers import Code, Count, EventId, Form, Member, Named, Words, row_of, said_by

Aspect = Annotated[str, Form("item")]
Period = Annotated[str, Form("period")]
ComplaintId = Annotated[str, Form("complaint")]
ComplaintStatus = Annotated[Literal["open", "waiting", "overdue", "resolved"], Named("ComplaintStatus")]
Hundredths = Annotated[int, Meta(ge=0, description="A mean in hundredths of a point, rounded half up.")]
Given = Annotated[Literal["given", "given before"], "given before: the same answer had come already."]
Answers = Annotated[int, Member("FeedbackSummarised", "n")]


# The process, and colleagues


class ProcessAnswer(TypedDict):
    """An answer on the appraisal process was taken in."""

    period: Period
    status: Given


class ProcessSummary(said_by(events.ProcessFeedbackPublished)):
    """The means of a period. What counts are `sums` over `counts`."""

    means_hundredths: dict[str, Hundredths]


class ProcessFeedback(row_of(views.PROCESS, "period", "rule_set", "published_at")):
    """The published means of a period. What counts are `sums` over `counts`."""

    n: Answers
    means_hundredths: dict[str, Hundredths]
    sums: dict[str, Count]
    counts: dict[str, Count]


class Remarks(TypedDict):
    """What people wrote, in no order."""

    items: list[Words]
    next: None


class PeerRound(TypedDict):
    """Colleagues are asked about these employees for a period, on these aspects."""

    period: Period
    subjects: list[Code]
    aspects: list[Aspect]
    raters: Raters
    rule_set: str


class ListedRound(row_of(views.ROUNDS, "employee", "period", "closed")):
    """Who is rated, who was asked (nobody by name where colleagues answer unasked), and whether the summary is out."""

    raters: list[Code]


class AskedOfMe(TypedDict):
    """A colleague whom the caller may rate, on these aspects."""

    employee: str
    period: Period
    aspects: list[Aspect]


class PeerAnswer(TypedDict):
    """An answer on a colleague was taken in."""

    employee: str
    period: Period
    status: Given


class PeerSummary(said_by(events.FeedbackSummarised)):
    """What colleagues said of an employee, summed. What counts are `sums` over `counts`."""

    means_hundredths: dict[str, Hundredths]


class PeerFeedback(row_of(views.PEERS, "employee", "period", "rule_set", "published_at")):
    """The published summary of what colleagues said of an employee. What counts are `sums` over `counts`."""

    n: Answers
    means_hundredths: dict[str, Hundredths]
    spreads_hundredths: dict[str, Count]
    sums: dict[str, Count]
    counts: dict[str, Count]


# Surveys


class SurveyAnswered(TypedDict):
    """A citizen's answer was taken in."""

    unit: str
    service: Code
    period: Period
    status: Given


class SurveyResult(said_by(events.SurveyResultPublished)):
    """The result of a service's survey; indexes are compared by `converted`, which is not rounded."""


class Survey(row_of(views.SURVEYS, "unit", "service", "period", "index", "mutu", "rule_set", "published_at")):
    """The published result of a service's survey; indexes are compared by `converted`, which is not rounded."""

    n: Answers
    elements_hundredths: dict[str, Hundredths]
    sums: Annotated[dict[str, Count], Member("SurveyResultPublished", "sums")]
    counts: Annotated[dict[str, Count], Member("SurveyResultPublished", "counts")]
    event: EventId


# Complaints


class ComplaintReceipt(TypedDict):
    """A complaint was taken in; with the code the citizen follows it. `due`: the last day on which it is resolved in time."""

    complaint: ComplaintId
    receipt_code: Annotated[Words, "Shown once, and kept nowhere."]
    due: date | None


class ListedComplaint(row_of(views.COMPLAINTS, "complaint", "unit", "kind", "was_overdue")):
    """A complaint without what was said. `due`: the last day in time, null while the clock stands still."""

    kind: Code
    status: ComplaintStatus
    event: Annotated[EventId | None, "How it was resolved."]


class ComplaintStanding(TypedDict):
    """How a complaint stands. `due`: the last day in time, null while the clock stands still."""

    complaint: ComplaintId
    status: ComplaintStatus
    due: date | None


class ComplaintPassing(ComplaintStanding):
    """The unit that has the complaint now."""

    unit: str


class ComplaintWaiting(ComplaintStanding):
    """The citizen is asked for something, until this day."""

    until: date


class PassedOn(TypedDict):
    """A complaint went from one unit to another."""

    from_unit: Code
    unit: str
    passed_on: date


class Waiting(TypedDict):
    """What the citizen is asked for, and until when the clock stands still."""

    since: date
    until: date
    question: Words | None


class ComplaintCourse(ComplaintStanding):
    """What became of a complaint; texts while they are kept."""

    unit: str
    kind: Code
    received_on: date
    passed: list[PassedOn]
    waiting: Waiting | None
    reply: Words | None
    founded: bool | None
    in_time: bool | None
    resolved_on: date | None
    answer: Words | None


class ComplaintReport(ComplaintCourse):
    """A complaint with what was said; `body` and `contact` are null for those who may not read them."""

    anonymous: bool
    confidential: bool
    body: Words | None
    contact: Words | None


class ComplaintResolution(TypedDict):
    """How a complaint was resolved."""

    complaint: ComplaintId
    unit: str
    founded: bool
    in_time: bool
    resolved_on: date
