"""What feedback publishes: summaries of what peers, citizens and staff said, and what became of complaints; the rest stays in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import declare

EVENTS = Catalogue("feedback")
declare(EVENTS)


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class ProcessFeedbackGiven:
    """One person's rating of the appraisal process, each aspect 1–4.

    Stream ``feedback-process-answers-<period>-<rater>``, subject the period.
    `rater` is a keyed pseudonym of person and period, so that one may answer once and nobody reads who it was.
    """

    period: str
    rater: str
    aspects: dict[str, int]
    remark_text: str | None


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ProcessFeedbackPublished:
    """At least three answers. Stream ``feedback-process-<period>``, subject the period.

    `sums` of each aspect's points over `counts` answers are exact; `means_hundredths` is the same in hundredths of a point, rounded
    half up, for reading. Older events have the means alone.
    """

    period: str
    n: int
    means_hundredths: dict[str, int]
    rule_set: str
    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class FeedbackGiven:
    """One peer's ratings of a colleague, each aspect 1–4. Stream ``feedback-answers-<employee>-<period>-<rater>``."""

    employee: str
    period: str
    rater: str
    aspects: dict[str, int]
    remark_text: str | None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class FeedbackSummarised:
    """At least three peers' answers. Stream ``feedback-summary-<employee>-<period>``.

    `sums` of each aspect's points over `counts` answers are what decisions rest on. `means_hundredths` is the same in hundredths of a
    point, rounded half up, for reading; `spreads_hundredths` the highest minus the lowest. Older events have means alone.
    """

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]
    spreads_hundredths: dict[str, int]
    rule_set: str
    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class PeerRoundOpened:
    """Colleagues are asked to rate the employee for the period; a later one replaces it.

    `raters` are those asked; empty where the rule set lets colleagues answer unasked. Stream ``feedback-round-<employee>-<period>``.
    """

    employee: str
    period: str
    raters: tuple[str, ...]
    rule_set: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class SurveyAnswered:
    """One citizen's answer after a service: each element (unsur) on the scale of the rule set, 1–4.

    Every element is in one of the three: answered, `not_applicable` to this service or case, or left `unanswered`.
    `case` is a keyed pseudonym of the case token, so that a case answers once and nobody reads whose it was.
    Stream ``feedback-case-<unit>.<service>.<case>``, subject ``<unit>.<service>.<period>``.
    """

    unit: str
    service: str
    period: str
    case: str
    elements: dict[str, int]
    not_applicable: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class SurveyResultPublished:
    """Citizens' satisfaction with a unit's service (SKM, PermenPANRB 14/2017). Stream ``feedback-survey-<unit>.<service>.<period>``.

    `index`: 0–100 with two decimals; `mutu`: its class, A best; `elements_hundredths`: each element's mean in hundredths of a point,
    rounded half up, for reading. `sums` of each element's points over the `counts` who answered it are exact, and so is `converted`,
    the index before it was rounded: indexes are compared by it. An element that nobody could answer is in none of them, and the others
    weigh equally more. Older events have the rounded numbers alone.
    """

    unit: str
    service: str
    period: str
    n: int
    index: str
    mutu: str
    elements_hundredths: dict[str, int]
    rule_set: str
    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    converted: str | None = None


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class ComplaintReceived:
    """A citizen's complaint. What was said, and how to reach the citizen, lies in texts; of the receipt code only the digest is kept.

    Stream of all private events of a complaint: ``feedback-intake-<complaint>``, subject the unit that the citizen named. It is in time
    until the end of `last_day`; `due` is the first moment that is too late.
    """

    complaint: str
    unit: str
    kind: str
    body_text: str
    contact_text: str | None
    anonymous: bool
    confidential: bool
    receipt_digest: str
    received_on: date
    last_day: date
    due: datetime
    rule_set: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class ComplaintAnswered:
    """What the citizen is told, in a text."""

    complaint: str
    unit: str
    answer_text: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class CitizenAsked:
    """What the citizen is asked for, in a text; ComplaintPaused says from when to when it is waited for."""

    complaint: str
    unit: str
    question_text: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class CitizenReplied:
    """What the citizen said to that, in a text."""

    complaint: str
    unit: str
    reply_text: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintPassed:
    """The complaint was sent to the wrong unit: `unit` deals with it from now on, in place of `from_unit`.

    `clock`: goes-on, or anew where the rules begin the term again with the new unit. `last_day` and `due` are those from now on, None
    while the clock stands still; `days_left`: how many days the new unit has once it goes on, where the clock begins anew while it stands
    still. The subject stays the unit that the citizen named: streams keep theirs.
    """

    unit: str
    complaint: str
    kind: str
    from_unit: str
    passed_on: date
    clock: str
    last_day: date | None
    due: datetime | None
    reason_text: str
    reason_digest: str
    days_left: int | None = None


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintPaused:
    """The citizen was asked for something, and the clock stands still `since` that day, until he answers, at most until the end of `until`.

    `days_left`: of the term, in the days that it is counted in; `until_moment` is the first moment after the waiting.
    """

    unit: str
    complaint: str
    kind: str
    since: date
    days_left: int
    until: date
    until_moment: datetime


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintResumed:
    """The clock goes on from `since`, the last day of the waiting. `how`: answered by the citizen, or expired with the term for it."""

    unit: str
    complaint: str
    kind: str
    since: date
    how: str
    last_day: date
    due: datetime


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintTermMoved:
    """The agency's calendar changed while the clock ran: the complaint is in time until the end of `last_day`, not of `previous`."""

    unit: str
    complaint: str
    kind: str
    previous: date
    last_day: date
    due: datetime


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintWaitingMoved:
    """The agency's calendar changed while the citizen was waited for: he has until the end of `until`, not of `previous`."""

    unit: str
    complaint: str
    kind: str
    previous: date
    until: date
    until_moment: datetime


@EVENTS.event(EventClass.OPEN, effective="due")
@dataclass(frozen=True)
class ComplaintOverdue:
    """Not resolved before `due`, the first moment that is too late; reported, nothing is forfeited. `unit`: which dealt with it then.

    Stream of all open events of a complaint: ``feedback-complaint-<complaint>``, subject the unit that the citizen named.
    """

    unit: str
    complaint: str
    kind: str
    due: datetime


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class ComplaintResolved:
    """`unit`: which dealt with it in the end; `founded`: whether it was at fault; `in_time`: whether within the term of its kind."""

    unit: str
    complaint: str
    kind: str
    founded: bool
    in_time: bool
    resolved_on: date
