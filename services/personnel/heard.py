"""What personnel hears of others: targets, scores and results of appraisal, what peers and citizens said to feedback."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import Heard

HEARD = Heard()


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class TargetSet:
    employee: str
    period: str
    target_id: str
    indicator: str


@HEARD.hears("appraisal")
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


@dataclass(frozen=True)
class Judgement:
    """The predicate in the regime's own words, and the exact score of the numeric regime."""

    predicate: str
    score: str | None = None


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalFinalized:
    employee: str
    period: str
    judgement: Judgement


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalCorrected:
    employee: str
    period: str
    after: Judgement


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalImported:
    employee: str
    period: str
    predicate: str


@HEARD.hears("feedback")
@dataclass(frozen=True)
class FeedbackSummarised:
    """Means in hundredths of a point, over at least three peers."""

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]


@HEARD.hears("feedback")
@dataclass(frozen=True)
class SurveyResultPublished:
    """Subject: the unit. `index`: exact text with two decimals, 25 to 100 (PermenPANRB 14/2017)."""

    unit: str
    service: str
    period: str
    n: int
    index: str
    mutu: str
