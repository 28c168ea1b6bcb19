"""What the routes of proposals, measures, careers, awards and sanctions answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from services.personnel import views
from services.personnel.events import AwardTerms, Candidate, Excluded, Reason, SanctionTerms
from shared.http.answers import Actor, Code, Count, EventId, Form, Named, Version, Words, row_of
from shared.kernel.money import Rupiah

ProposalKind = Annotated[
    Literal["role", "mentor", "study", "coaching", "training", "guidance", "improvement", "award", "sanction", "rank"],
    Named("ProposalKind"),
]
PostKind = Annotated[str, Form("VacancyOpened.kind"), Named("PostKind")]
ProposalName = Annotated[str, Form("proposal")]
Programme = Annotated[Words, "The programme, role, award or kind of sanction that is proposed; for a promotion the rank."]
Outcome = Annotated[Literal["reached", "not_reached"], Named("MeasureOutcome")]
Ending = Annotated[str, Form("TrainingCompleted.result")] | Annotated[str, Form("DevelopmentLapsed.cause")]
Bonus = Annotated[Rupiah, Meta(ge=0)]


class BroughtEvent(TypedDict):
    """An event that a decision brought."""

    type: Annotated[str, Form("event-type")]
    event: EventId


class Proposal(row_of(views.PROPOSALS, "employee", "proposal", "rule_set", "proposed_at")):
    """A proposal with its reasons. A promotion that lacks a condition is `listed`, and says under `missing` which."""

    kind: ProposalKind
    programme: Programme
    status: Literal["proposed", "listed", "withdrawn", "approved", "rejected"]
    reasons: list[Reason]
    missing: list[Code] | None
    rule_kind: Literal["development", "discipline", "awards", "promotion"]
    sanction: SanctionTerms | None
    award: AwardTerms | None
    decided_by: Actor | None


class ProposalDecision(TypedDict):
    """The decision on a proposal, and what it brought; null: nothing, or the proposal was rejected."""

    employee: str
    proposal: ProposalName
    status: Literal["approved", "rejected"]
    version: Version
    brings: list[BroughtEvent] | None


class MeasureStep(TypedDict):
    """A step of a measure; what was agreed lies in the text."""

    on: date
    agreement_text: Annotated[str, Form("text-id")] | None


class Measure(TypedDict):
    """A role, mentorship, learning, guidance or time to improve. Which of its members there are depends on `kind` and on how it ended."""

    proposal: ProposalName | None
    kind: Literal["role", "mentor", "study", "training", "coaching", "guidance", "improvement"]
    since: date
    event: EventId
    steps: list[MeasureStep]
    status: Literal["open", "closed", "lapsed"]
    post: NotRequired[Code]
    unit: NotRequired[str]
    programme: NotRequired[Programme]
    cause: NotRequired[Words]
    document: NotRequired[str]
    until: NotRequired[date]
    ended: NotRequired[bool]
    outcome: NotRequired[Ending | None]
    completed_on: NotRequired[date]
    score_hundredths: NotRequired[Count]
    ended_on: NotRequired[date | None]


class Development(TypedDict):
    """A person's measures; `open` of them are under way."""

    employee: str
    measures: list[Measure]
    open: Count
    version: Version


class FollowedMeasure(TypedDict):
    """A step of a measure was recorded."""

    employee: str
    proposal: ProposalName
    status: Literal["followed"]
    agreement_text: Annotated[str, Form("text-id")] | None
    version: Version


class ClosedMeasure(TypedDict):
    """A measure ended with this outcome."""

    employee: str
    proposal: ProposalName
    status: Literal["closed"]
    outcome: Outcome
    version: Version


class TrainingCompletion(TypedDict):
    """A training was completed; `status` says how."""

    employee: str
    programme: Code
    status: Literal["passed", "failed"]
    version: Version


class TalentBox(row_of(views.TALENT_BOXES, "employee", "period", "box", "performance", "potential", "rule_set")):
    """In which of the nine boxes a person stands, and the events that this rests on."""

    inputs: list[EventId]


class ListedVacancy(TypedDict):
    """A post that fell vacant, with the criteria by which candidates are ranked."""

    post: str
    unit: str
    job_class: int
    kind: PostKind
    strategic: bool
    criteria: list[Code]
    status: Literal["open", "filled"]
    since: date | None
    opened_on: date


class Vacancy(row_of(views.VACANCIES, "post", "unit", "job_class", "strategic", "opened_at")):
    """A vacant post with the ranking and its reasons, and who fails the check of the record; when it is filled, by whom."""

    kind: PostKind
    criteria: list[Code]
    status: Literal["open", "filled"]
    ranking: list[Candidate] | None
    excluded: list[Excluded] | None
    decided_by: Actor | None
    opened_on: date


class VacancyOpening(TypedDict):
    """A post fell vacant."""

    post: str
    status: Literal["open"]
    version: Version


class VacancyDecision(TypedDict):
    """Who was chosen for a post, and what that brought."""

    post: str
    employee: str
    status: Literal["filled"]
    version: Version
    brings: list[BroughtEvent]


class Award(row_of(views.AWARDS, "employee", "proposal", "award", "year", "document", "granted_at")):
    """An award that was granted, with the events that it cites."""

    bonus: Bonus
    cites: list[EventId]
    event: EventId


class AwardEvaluation(TypedDict):
    """A year's award is evaluated; its proposals have names that begin with `proposals`."""

    award: str
    year: str
    status: Literal["evaluated"]
    rule_set: str
    proposals: Words


class Sanction(row_of(views.SANCTIONS, "employee", "sanction", "level", "effect", "since", "basis", "document")):
    """A sanction with its term and legal basis, and when it was lifted."""

    kind: Annotated[str, Form("SanctionImposed.kind")]
    event: EventId
    lifting_document: Annotated[str, Form("document")] | None


class SanctionLifting(TypedDict):
    """A sanction was lifted, from a day on."""

    employee: str
    sanction: str
    status: Literal["lifted"]
    on: date
    version: Version
