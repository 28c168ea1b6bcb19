"""Facts of development: proposals with their reasons, what an official decided, and the measures that followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.personnel.events.catalogue import EVENTS
from shared.events.classes import EventClass


@dataclass(frozen=True)
class Reason:
    """`code` names the rule's condition, `event` the id of the fact that meets it, `found` the value in it.

    Without `event` the condition is met by the absence of a fact (no sanction), or by a figure over several facts.
    """

    code: str
    event: str | None
    found: str


@dataclass(frozen=True)
class SanctionTerms:
    """What a proposed sanction would be. `level`: light, medium or heavy; `percent` off the allowance where it cuts it."""

    kind: str
    level: str
    effect: str
    percent: int | None
    months: int | None
    basis: str


@dataclass(frozen=True)
class AwardTerms:
    """What a proposed award would be; `unit` for a team's, `bonus` in rupiah (0: none)."""

    award: str
    unit: str | None
    year: str
    bonus: int


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentProposed:
    """A proposal that follows from facts, for an official to decide.

    `kind`: role, mentor, study, coaching, training, guidance, improvement, award or sanction. `rule_kind`: the kind of rule set that
    asks for it (development, discipline, awards).
    Stream of this and the next two: ``personnel-proposal-<employee>-<kind>-<programme>-<period>``; subject: the employee.
    """

    employee: str
    proposal: str
    kind: str
    programme: str
    period: str
    reasons: tuple[Reason, ...]
    rule_set: str
    rule_kind: str = "development"
    sanction: SanctionTerms | None = None
    award: AwardTerms | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentWithdrawn:
    """The facts that carried the proposal no longer do; `missing` names the conditions."""

    employee: str
    proposal: str
    missing: tuple[str, ...]


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentDecided:
    """`outcome`: approved or rejected."""

    employee: str
    proposal: str
    outcome: str
    document: str
    decided_by: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class PostDecided:
    """A role or post given on a proposal.

    A role stands, as what follows does, in ``personnel-development-<employee>``; a vacant post in ``personnel-vacancy-<post>``,
    with the post as subject.
    """

    employee: str
    proposal: str
    post: str
    document: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class MentorAppointed:
    """The employee is mentor of `unit`."""

    employee: str
    proposal: str
    unit: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TrainingAssigned:
    """`cause`: gap or strength."""

    employee: str
    proposal: str
    cause: str
    programme: str
    since: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TrainingCompleted:
    """`result`: passed or failed; reached or not_reached for a study place that was closed. `score_hundredths`: hundredths of a point."""

    employee: str
    programme: str
    result: str
    completed_on: date
    score_hundredths: int | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceOpened:
    """`cause`: the condition's code. `kind`: coaching (a weakness) or guidance (a poor result)."""

    employee: str
    proposal: str
    cause: str
    programme: str
    since: date
    kind: str = "coaching"


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceFollowed:
    """A step of the guidance, mentoring or coaching took place; what was agreed lies in the text."""

    employee: str
    proposal: str
    on: date
    agreement_text: str | None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class GuidanceClosed:
    """`outcome`: reached or not_reached."""

    employee: str
    proposal: str
    outcome: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentLapsed:
    """A measure (role, mentorship, learning, guidance or time to improve) is over without outcome, as service ended on the day `since`.

    `cause`: the kind of end, as in EmploymentEnded.
    """

    employee: str
    proposal: str
    cause: str
    since: date


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DevelopmentReopened:
    """A measure that lapsed goes on, as the end of service on the day `since` was revoked."""

    employee: str
    proposal: str
    since: date


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ImprovementPeriodOpened:
    """Time to improve after a target that was not reached, apart from discipline (PP 30/2019 art. 56–58).

    `cause`: the id of the fact; `until` is its last day, `due` the first moment after it.
    """

    employee: str
    proposal: str
    cause: str
    since: date
    until: date
    due: datetime


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ImprovementPeriodEnded:
    """The last day has passed and no outcome was decided yet: a reminder, nothing follows by itself."""

    employee: str
    proposal: str
    until: date


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ImprovementPeriodClosed:
    """`outcome`: reached or not_reached, as an official decided."""

    employee: str
    proposal: str
    outcome: str
    document: str
