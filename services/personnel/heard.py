"""What personnel hears of others: targets, scores and results of appraisal, what peers and citizens said to feedback."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from shared.events.registry import Heard
from shared.kernel.means import exact_means
from shared.kernel.money import exact

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
    """At least three peers: `sums` of points over `counts` answers; the means in hundredths of a point are rounded, for reading."""

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]
    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def means(self) -> dict[str, Fraction]:
        """Each aspect's mean in points, exact where the event says sums."""
        return exact_means(self.sums, self.counts, self.means_hundredths)


@HEARD.hears("feedback")
@dataclass(frozen=True)
class SurveyResultPublished:
    """Subject: the unit. `index`: 25 to 100, rounded to two decimals (PermenPANRB 14/2017); `converted`: the same unrounded, None of an
    older event.
    """

    unit: str
    service: str
    period: str
    n: int
    index: str
    mutu: str
    converted: str | None = None

    @property
    def exact_index(self) -> Fraction:
        return exact(self.converted if self.converted is not None else self.index)
