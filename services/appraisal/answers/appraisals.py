"""What the routes of appraisals answer: scores, reports, results and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from services.appraisal import events, views
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.heard import FeedbackSummarised, TrainingCompleted
from shared.http.answers import Actor, Code, EventId, Form, Named, Version, Words, row_of, said_by

AppraisalStatus = Annotated[Literal["scoring", "delivered", "objected", "final", "corrected", "imported"], Named("AppraisalStatus")]
Outcome = Annotated[str, Form("ObjectionDecided.outcome"), Named("ObjectionOutcome")]
Happening = Annotated[Literal[*(event.__name__ for event in views.APPRAISALS.on)], Named("AppraisalHappening")]
ObjectionStatus = Annotated[Literal["filed", "decided"], Named("ObjectionStatus")]
Basis = Annotated[Literal["accepted", "silence", "decision", "imported"], Named("ResultBasis")]


class Judgement(TypedDict):
    """The predicate, and what gave it under the rules' scheme: two ratings, or a score. An imported one has the predicate alone."""

    predicate: Predicate
    result_rating: NotRequired[str]
    behaviour_rating: NotRequired[str]
    score: NotRequired[str]


class GivenScore(said_by(events.ScoreSubmitted, "employee", "period", "scheme", "achievement_percent")):
    """A score as it was given; `version` is the appraisal's."""

    version: Version


class Score(said_by(events.ScoreSubmitted, "employee", "period", "scheme")):
    """A score of one item by one side; `achievement_percent` where one was measured."""

    event: EventId


class AppraisalVersion(TypedDict):
    """The appraisal has another version now."""

    period: str
    version: Version


class AppraisalStanding(TypedDict):
    """The appraisal has another status now."""

    status: AppraisalStatus
    version: Version


class Delivery(TypedDict):
    """The result as it was delivered; an objection is possible before `objection_until`."""

    judgement: Judgement
    objection_until: datetime
    rule_set: str
    version: Version


class AppraisalCorrection(TypedDict):
    """What held and what holds instead."""

    before: Judgement
    after: Judgement
    version: Version


class WhoMay(TypedDict):
    """Who may act next, as things stand today: `persons`, or an official with this role who is not in `never`."""

    action: Literal["deliver-appraisal", "decide-objection", "correct-appraisal"]
    persons: list[Code]
    role: Literal["approver"] | None
    never: list[Code]


class HistoryStep(TypedDict):
    """Something that happened to an appraisal: the type of the event, when and by whom, and what the event says."""

    event: EventId
    what: Happening
    at: datetime
    by: Actor
    delivery: NotRequired[EventId]
    previous: NotRequired[datetime]
    objection_until: NotRequired[datetime]
    decision_due: NotRequired[datetime]
    due: NotRequired[datetime]
    found: NotRequired[datetime]
    how: NotRequired[Annotated[str, Form("AppraisalAccepted.how")]]
    outcome: NotRequired[Outcome]
    basis: NotRequired[Basis]
    legal_basis: NotRequired[str]
    document: NotRequired[str]
    source_system: NotRequired[str]


class RecordedDecision(said_by(events.ObjectionDecided, "employee", "period")):
    """A decision on an objection, its reasons by the id of their text."""

    outcome: Outcome
    before: Judgement
    after: Judgement
    decided_at: datetime
    event: EventId


class RecordedObjection(said_by(events.ObjectionFiled, "employee", "period")):
    """An objection that came in time, its arguments by the id of their text."""

    status: ObjectionStatus
    overdue: bool
    outcome: NotRequired[Outcome]
    decision: NotRequired[RecordedDecision]
    event: EventId


class RecordedLateObjection(said_by(events.ObjectionRefused, "employee", "period")):
    """An objection that came too late, its arguments by the id of their text."""

    status: Literal["refused"]
    event: EventId


class RecordedReport(said_by(events.AchievementReported, "employee", "period")):
    """The employee's report, by the id of its text."""

    reported_at: datetime
    event: EventId


class RecordedCorrection(said_by(events.AppraisalCorrected, "employee", "period")):
    """A correction, its reasons by the id of their text."""

    before: Judgement
    after: Judgement
    corrected_at: datetime
    corrected_by: Actor
    event: EventId


class AppraisalRow(row_of(views.APPRAISALS, "employee", "period", "kind", "status", "scores", "history", key=False)):
    kind: Annotated[str, Form("period-kind")]
    status: AppraisalStatus
    scores: list[Score]
    judgement: Judgement | None
    predicate: Predicate | None
    basis: Basis | None
    delivered_by: Actor | None
    objection: RecordedObjection | RecordedLateObjection | None
    report: RecordedReport | None
    correction: RecordedCorrection | None
    history: list[HistoryStep]


class ListedAppraisal(AppraisalRow):
    """An appraisal in a list."""

    key: Words


class AchievementReport(said_by(events.AchievementReported, "employee", "period", "report_text")):
    """The employee's report; its words while they are kept."""

    report: Words | None
    reported_at: datetime
    event: EventId


class Correction(said_by(events.AppraisalCorrected, "employee", "period", "reason_text")):
    """A correction; its reasons while they are kept."""

    before: Judgement
    after: Judgement
    reasons: Words | None
    corrected_at: datetime
    corrected_by: Actor
    event: EventId


class PeerSummary(said_by(FeedbackSummarised, "employee", "period")):
    """The colleagues' feedback of the period, summed over who gave it: by behaviour."""

    event: EventId


class CompletedTraining(said_by(TrainingCompleted, "employee")):
    """A training completed within the period."""

    programme: Code
    result: Code
    event: EventId


class Appraisal(AppraisalRow):
    """One appraisal. `seen_at`: when the employee first read the delivered result."""

    seen_at: datetime | None
    report: AchievementReport | None
    correction: Correction | None
    peers: PeerSummary | None
    trainings: list[CompletedTraining]
    who_may: WhoMay | None
