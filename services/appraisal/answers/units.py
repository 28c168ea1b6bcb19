"""What the routes of units and organisations answer: results in sum, and what is to be improved."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from services.appraisal import events, views
from services.appraisal.answers.appraisals import AppraisalStatus, Judgement, Score
from services.appraisal.domain.quadrant import Predicate
from shared.http.answers import Actor, Count, Form, Named, Version, Words, row_of, said_by

OrganisationResultCode = Annotated[str, Form("result"), Named("OrganisationResultCode")]
Part = Annotated[str, Form("ScoreSubmitted.value")]
Hundredths = Annotated[int, Meta(ge=0, description="Half up, in hundredths.")]


class OrganisationResult(said_by(events.OrganisationResultSet)):
    """An organisation's result of a period."""

    result: OrganisationResultCode
    version: Version


class GuideFinding(TypedDict):
    """A limit of the guide, and whether the period's predicates hold it: `count` of `of`."""

    predicates: list[Predicate]
    comparison: Literal["<=", ">=", "=", ">"]
    percent: Count
    count: Count
    of: Count
    holds: bool


class Distribution(TypedDict):
    """How many persons have which predicate, beside the guide for the organisation's result."""

    period: str
    unit: str | None
    result: OrganisationResultCode | None
    guide: str
    persons: Count
    appraised: Count
    counts: dict[str, Count]
    findings: list[GuideFinding]


class HowJudged(TypedDict):
    """How a result came about: its parts, and under the numeric scheme what they weigh."""

    scheme: str
    rule_set: str
    result: Part | None
    behaviour: Part | None
    peers: Part | None
    result_percent: NotRequired[Count]
    behaviour_percent: NotRequired[Count]


class OwnResult(TypedDict):
    """The caller's own delivered result."""

    status: AppraisalStatus
    judgement: Judgement | None
    predicate: Predicate
    scores: list[Score]
    how: HowJudged | None


class UnitResult(TypedDict):
    """A unit's results in sum; of fewer than three nothing is said (`withheld`)."""

    persons: Count
    appraised: Count
    counts: dict[str, Count] | None
    score_hundredths: Hundredths | None
    result_hundredths: Hundredths | None
    behaviour_hundredths: Hundredths | None
    withheld: Words | None


class UnitScores(TypedDict):
    """The caller's own result and his unit's, with everything below it."""

    unit: str
    period: str
    organisation_result: OrganisationResultCode | None
    own: OwnResult | None
    aggregate: UnitResult


class ImprovementItem(
    row_of(views.IMPROVEMENT_ITEMS, "unit", "item", "cause", "event", "due", "opened_at", without=("what_text",), key=False)
):
    """What a unit has to improve by its last day, `due`. `what`: what was done, while it is kept."""

    item: Annotated[str, Form("improvement")]
    cause: Annotated[str, Form("ImprovementItemOpened.cause")]
    status: Literal["open", "closed"]
    closed_by: Actor | None
    overdue: bool
    what: Words | None


class ImprovementClosing(TypedDict):
    """An item that was closed."""

    unit: str
    item: Annotated[str, Form("improvement")]
    status: Literal["closed"]
    version: Version
