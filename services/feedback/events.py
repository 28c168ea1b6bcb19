"""What feedback publishes: summaries of what peers, citizens and staff said; single answers stay in the store."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import RuleSetPublished

EVENTS = Catalogue("feedback")
EVENTS.event(EventClass.OPEN, effective="since")(RuleSetPublished)


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
    """At least three answers; means in hundredths of a point. Stream ``feedback-process-<period>``, subject the period."""

    period: str
    n: int
    means_hundredths: dict[str, int]
    rule_set: str


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
    """At least three peers' answers; mean and spread (highest minus lowest) in hundredths of a point.

    Stream ``feedback-summary-<employee>-<period>``.
    """

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]
    spreads_hundredths: dict[str, int]
    rule_set: str
