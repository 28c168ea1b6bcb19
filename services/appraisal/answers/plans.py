"""What the routes of plans answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from services.appraisal import events
from shared.http.answers import EventId, Form, Member, Version, Words, said_by


class RulesAcknowledgement(TypedDict):
    """Somebody has been told of the rules."""

    employee: str
    rule_set: str


class TargetVersion(TypedDict):
    """A proposed or withdrawn target; `version` is the draft's."""

    target_id: str
    version: Version


class PlanApproval(TypedDict):
    """The plan as it was fixed; one made anew says since when it counts. `targets`: their ids. `version` is the plan's."""

    plan_version: Annotated[int, Meta(ge=1)]
    targets: list[Annotated[str, Form("target_id")]]
    version: Version
    since: NotRequired[date]
    first_month: NotRequired[Annotated[str, Form("month")]]


class ProgressVersion(TypedDict):
    """The report of one target and month; `version` is the plan's."""

    target_id: str
    month: str
    version: Version


class DraftedTarget(said_by(events.TargetSet, "employee", "period", "plan_version", "what_text", "weight")):
    """A target as it is proposed. `what`: its wording, while it is kept; no weights: all weigh the same."""

    weight: Annotated[int | None, Member("TargetSet", "weight")]
    what: Words | None


class FixedTarget(said_by(events.TargetSet, "employee", "period", "what_text")):
    """A target as it was fixed. `what`: its wording, while it is kept."""

    what: Words | None
    event: EventId


class ReportedProgress(said_by(events.ProgressRecorded, "employee", "period", "obstacle_text")):
    """What was achieved of one target in one month."""

    obstacle: Words | None
    event: EventId
    at: datetime


class DraftPlan(TypedDict):
    """A plan that the superior has not fixed yet."""

    employee: str
    year: Annotated[str, Form("year")]
    status: Literal["draft"]
    targets: list[DraftedTarget]
    progress: list[ReportedProgress]
    version: Version


class OpenDraft(TypedDict):
    """The draft of a plan that may be made anew; the approval's If-Match is its version."""

    targets: list[DraftedTarget]
    version: Version


class PlanVersion(TypedDict):
    """One version of a plan, with the first month that counts by it."""

    plan_version: Annotated[int, Meta(ge=1)]
    assessor: str
    document: str
    rule_set: str
    since: date | None
    first_month: Annotated[str, Form("month")]
    cause: Annotated[str | None, Member("PlanApproved", "cause")]
    targets: list[FixedTarget]
    event: EventId


class Plan(TypedDict):
    """An approved plan: its targets as the last of its versions has them, and each month's progress."""

    employee: str
    year: Annotated[str, Form("year")]
    status: Literal["approved"]
    plan_version: Annotated[int, Meta(ge=1)]
    assessor: str
    document: str
    rule_set: str
    targets: list[FixedTarget]
    versions: list[PlanVersion]
    progress: list[ReportedProgress]
    version: Version
    draft: NotRequired[OpenDraft]
