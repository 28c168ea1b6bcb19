"""What appraisal publishes: targets, progress, scores, objections and the appraisals that come of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import declare
from shared.events.set_aside import declare as declare_set_aside

EVENTS = Catalogue("appraisal")
declare(EVENTS)
declare_set_aside(EVENTS)

# Ratings on the wire: above, as, below (expectation). Predicates: sangat_baik, baik, butuh_perbaikan, kurang, sangat_kurang.


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class TargetDrafted:
    """A target proposed by the employee or brought in by an import, before the superior fixes it.

    Stream ``appraisal-draft-<employee>-<year>``.
    """

    employee: str
    period: str
    target_id: str
    aspect: str
    indicator: str
    what_text: str | None
    unit: str
    direction: str
    value: str
    weight: int | None = None
    exact_weight: str | None = None
    aggregate: str | None = None
    months: tuple[str, ...] = ()


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class TargetWithdrawn:
    employee: str
    period: str
    target_id: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class RulesAcknowledged:
    """The employee has been told of the rules (socialisation). Stream ``appraisal-rules-read-<employee>``."""

    employee: str
    rule_set: str
    how: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class PlanApproved:
    """The superior has fixed the SKP. Stream of this and of TargetSet and ProgressRecorded: ``appraisal-plan-<employee>-<year>``.

    A later version made within the year holds `since` a day, for the months that begin on or after it; the earlier one counts for the
    months before. `cause`: transfer or priorities.
    """

    employee: str
    period: str
    plan_version: int
    assessor: str
    document: str
    rule_set: str
    since: date | None = None
    cause: str | None = None


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class TargetSet:
    """One target as fixed. `indicator` is a code of the agency's; its wording lies in the text `what_text`.

    `value` is an exact decimal as text in `unit`; `direction` is higher or lower (is better). The share of the plan in percent is
    `exact_weight` where that is said, as of seven equal targets 100/7; `weight` is then the same rounded, at least 1. Else `weight` is
    exact; all of a plan sum to 100.
    `aggregate`: the target counts by the mean, sum or last of its months; None: as the rule set says. `months`: in which it is measured;
    empty: as often as the rule set says. Before the first of them it is neither asked for nor counted.
    """

    employee: str
    period: str
    plan_version: int
    target_id: str
    aspect: str
    indicator: str
    what_text: str | None
    unit: str
    direction: str
    value: str
    weight: int
    exact_weight: str | None = None
    aggregate: str | None = None
    months: tuple[str, ...] = ()


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ProgressRecorded:
    """Achievement of one target in one month; `evidence` are SHA-256 digests in hexadecimal."""

    employee: str
    period: str
    target_id: str
    month: str
    value: str
    evidence: tuple[str, ...] = ()
    obstacle_text: str | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ScoreSubmitted:
    """`what`: target (item = target id), behaviour (item = aspect's code), whole (item = result, behaviour or peers) or idea
    (item = innovation; `document` says where it is described). `by`: self, superior, or peers for the number of their published summary.

    `scheme` rating: `value` above, as or below; numeric: an exact number as text, for an idea yes or no. `achievement_percent` is
    exact text, for targets and the whole result.
    Stream of this and of all that follows: ``appraisal-<employee>-<period>``.
    """

    employee: str
    period: str
    scheme: str
    what: str
    item: str
    by: str
    value: str
    achievement_percent: str | None = None
    document: str | None = None


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class OrganisationResultSet:
    """Subject: the unit. `result`: istimewa, baik, butuh_perbaikan, kurang, sangat_kurang.

    Stream ``appraisal-organisation-<unit>-<period>``.
    """

    unit: str
    period: str
    result: str
    guide: str


@dataclass(frozen=True)
class Judgement:
    """The predicate and what gave it: the two ratings of the quadrant, or the exact score of the numeric regime (PP 30/2019 art. 41)."""

    result_rating: str | None
    behaviour_rating: str | None
    predicate: str
    score: str | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AppraisalDelivered:
    """The employee has received the result; an objection is possible before `objection_until` (first moment too late)."""

    employee: str
    period: str
    kind: str
    judgement: Judgement
    rule_set: str
    objection_until: datetime


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DeliverySeen:
    """The employee has read the result for the first time; `delivery`: the event's id. Stream ``appraisal-seen-<employee>-<period>``."""

    employee: str
    period: str
    delivery: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DeliveryWithdrawn:
    """The delivery was a mistake and is undone before the employee has seen it; `delivery`: its id. The appraisal is scored again."""

    employee: str
    period: str
    delivery: str
    reason_text: str
    reason_digest: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ObjectionTermMoved:
    """The agency's calendar changed while the term ran: an objection is possible before `objection_until`, not `previous`."""

    employee: str
    period: str
    previous: datetime
    objection_until: datetime


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AppraisalAccepted:
    """`how`: explicit or silence."""

    employee: str
    period: str
    how: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ObjectionFiled:
    """`items` are target ids, behaviour codes or ``whole``; the decision is due before `decision_due`."""

    employee: str
    period: str
    items: tuple[str, ...]
    filed_at: datetime
    decision_due: datetime
    reason_text: str
    reason_digest: str
    evidence: tuple[str, ...]
    rule_set: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ObjectionRefused:
    """It came, and could not be admitted: `rule` says which rule, `due` what was asked, `found` what there was."""

    employee: str
    period: str
    rule: str
    due: datetime
    found: datetime
    reason_text: str
    reason_digest: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class DecisionTermMoved:
    """The agency's calendar changed while the objection was open: its decision is due before `decision_due`, not `previous`."""

    employee: str
    period: str
    previous: datetime
    decision_due: datetime


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ObjectionOverdue:
    """The decision on the objection was due before `due` and has not come; reported, nothing is forfeited."""

    employee: str
    period: str
    due: datetime


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class ObjectionDecided:
    """`outcome`: granted or rejected."""

    employee: str
    period: str
    outcome: str
    before: Judgement
    after: Judgement
    document: str
    reason_text: str
    reason_digest: str
    decided_by: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class AppraisalFinalized:
    """`basis`: accepted, silence or decision."""

    employee: str
    period: str
    kind: str
    judgement: Judgement
    basis: str
    rule_set: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class AppraisalCorrected:
    """A final or imported result was wrong, and what holds instead. An imported one has a predicate and no ratings.

    `heard_on`: the day on which the employee was heard, before the correction; the reasons lie in the text.
    """

    employee: str
    period: str
    before: Judgement
    after: Judgement
    legal_basis: str
    document: str
    heard_on: date
    reason_text: str
    reason_digest: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class AppraisalImported:
    """A finalised predicate of an earlier period, as the old system had it. Stream ``appraisal-<employee>-<period>``."""

    employee: str
    period: str
    predicate: str
    source_system: str
    file_digest: str
    row: int


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AchievementReported:
    """The employee's own year-end report of what was achieved; its words lie in the text. Same stream as the scores."""

    employee: str
    period: str
    report_text: str
    report_digest: str
    evidence: tuple[str, ...]


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ImprovementItemOpened:
    """Something that a unit has to improve. `cause`: complaint or survey; `event`: the id of the fact. Subject: the unit.

    Stream ``appraisal-improvement-<unit>-<item>``. `due` is the last day, by the term of `rule_set`, counted from
    `began`; older events say neither.
    """

    unit: str
    item: str
    cause: str
    event: str
    due: date
    rule_set: str | None = None
    began: date | None = None


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ImprovementItemMoved:
    """The agency's calendar changed while the item was open: its last day is `due`, no longer `previous`."""

    unit: str
    item: str
    previous: date
    due: date


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ImprovementItemClosed:
    """What was done lies in the text; by whom it was checked stands in the envelope."""

    unit: str
    item: str
    done_on: date
    what_text: str
    what_digest: str
