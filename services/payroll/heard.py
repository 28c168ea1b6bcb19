"""What payroll hears of others: posts, attendance, sanctions, awards, predicates and how they came about. Only the fields that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.calendar import CALENDAR_EVENTS
from shared.events.registry import Heard

HEARD = Heard()
for _model in CALENDAR_EVENTS:
    HEARD.hears("personnel")(_model)


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str
    kind: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEnded:
    """`since`: the first day outside service."""

    employee: str
    kind: str
    since: date
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEndRevoked:
    """Service went on from `since`, the first day outside it by the end that is undone."""

    employee: str
    since: date
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class RegistrationWithdrawn:
    """The person was registered by mistake; `since`: the first day of the service that never was."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceInterrupted:
    """In service and not at work from `since` to the last day `until`; None: open."""

    employee: str
    kind: str
    since: date
    until: date | None
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceResumed:
    """`since`: the first day back."""

    employee: str
    since: date
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionWithdrawn:
    """The post entered as beginning on `since` was never held; an entry after this one stands."""

    employee: str
    since: date
    acting: bool


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionAssigned:
    """`job_class` (kelas jabatan) decides the basic allowance; an `acting` assignment leaves it as it is."""

    employee: str
    post: str
    job_class: int
    acting: bool
    since: date
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class AttendanceRecorded:
    """`provisional_until`: the month has not ended, and what is known goes up to this day; a later revision is of the whole month."""

    employee: str
    month: str
    minutes_late: int
    minutes_early: int
    days_absent: int
    meetings_missed: int
    roll_calls_missed: int
    revision: int
    provisional_until: date | None = None


@HEARD.hears("personnel")
@dataclass(frozen=True)
class SanctionImposed:
    """`effect` allowance_cut takes `percent` off the allowance from `since` to `until`, its last day (none: until it is lifted)."""

    employee: str
    sanction: str
    kind: str
    level: str
    effect: str
    percent: int | None
    since: date
    until: date | None
    basis: str
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class SanctionLifted:
    """From `on` on the sanction has no effect."""

    employee: str
    sanction: str
    on: date
    document: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class AwardGranted:
    """`bonus` in rupiah, 0 if none; it is paid with the allowance of `paid_with`, or outside payroll where that is None."""

    employee: str
    award: str
    unit: str | None
    year: str
    bonus: int
    paid_with: str | None
    document: str


@dataclass(frozen=True)
class Judgement:
    """The two ratings of the quadrant, or the exact score of the numeric regime; the predicate in the regime's own words."""

    result_rating: str | None
    behaviour_rating: str | None
    predicate: str
    score: str | None = None


@HEARD.hears("appraisal", told=True)
@dataclass(frozen=True)
class PlanApproved:
    """A version made within the year counts from the first whole month from `since` on, the one before for the months before."""

    employee: str
    period: str
    plan_version: int
    since: date | None = None


@HEARD.hears("appraisal", told=True)
@dataclass(frozen=True)
class TargetSet:
    """`period` is the plan's year; `value` exact text in `unit`; the share in percent is `exact_weight`, without it `weight`."""

    employee: str
    period: str
    plan_version: int
    target_id: str
    aspect: str
    indicator: str
    unit: str
    direction: str
    value: str
    weight: int
    exact_weight: str | None = None
    aggregate: str | None = None
    months: tuple[str, ...] = ()


@HEARD.hears("appraisal", told=True)
@dataclass(frozen=True)
class ProgressRecorded:
    employee: str
    period: str
    target_id: str
    month: str
    value: str


@HEARD.hears("appraisal", told=True)
@dataclass(frozen=True)
class ScoreSubmitted:
    employee: str
    period: str
    scheme: str
    what: str
    item: str
    by: str
    value: str
    achievement_percent: str | None = None


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalDelivered:
    employee: str
    period: str
    judgement: Judgement
    rule_set: str
    objection_until: datetime


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class DeliveryWithdrawn:
    """`delivery`: the id of the AppraisalDelivered that was a mistake and counts no more."""

    employee: str
    period: str
    delivery: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class DeliverySeen:
    """The employee has read the result that `delivery`, an AppraisalDelivered's id, gave him: payroll may show him what it pays."""

    employee: str
    period: str
    delivery: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ObjectionTermMoved:
    employee: str
    period: str
    previous: datetime
    objection_until: datetime


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalAccepted:
    employee: str
    period: str
    how: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ObjectionFiled:
    employee: str
    period: str
    items: tuple[str, ...]
    filed_at: datetime
    decision_due: datetime
    reason_text: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ObjectionRefused:
    employee: str
    period: str
    rule: str
    due: datetime
    found: datetime


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class DecisionTermMoved:
    employee: str
    period: str
    previous: datetime
    decision_due: datetime


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ObjectionOverdue:
    employee: str
    period: str
    due: datetime


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ObjectionDecided:
    employee: str
    period: str
    outcome: str
    before: Judgement
    after: Judgement
    document: str
    reason_text: str
    decided_by: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalFinalized:
    employee: str
    period: str
    judgement: Judgement
    basis: str
    rule_set: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalCorrected:
    employee: str
    period: str
    before: Judgement
    after: Judgement
    legal_basis: str
    document: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalImported:
    employee: str
    period: str
    predicate: str
    source_system: str


LIFE = (EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, ServiceInterrupted, ServiceResumed, RegistrationWithdrawn)
"""What a person's service is folded from (:class:`shared.kernel.employment.Employment`)."""
