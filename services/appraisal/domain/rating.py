"""From achievement to rating: exact fractions, weights, a cap, and thresholds that are a published policy of the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from services.appraisal.domain.quadrant import Rating
from services.appraisal.domain.rules import RatingPolicy


def achievement(
    values: Sequence[Fraction],
    target: Fraction,
    direction: str,
    policy: RatingPolicy,
    aggregate: str | None = None,
    part: Fraction = Fraction(1),
) -> Fraction:
    """What the months' `values` are in percent of `target`, at most the policy's cap (PP 30/2019: 120).

    `values` in the order of the months, at least one. `direction`: higher or lower (is better). `aggregate`: the target's own way, None:
    the policy's. A sum is compared with `part` of the target: it says a year's amount, and these are so many of the year's months.
    A target of zero, where less is better, is reached by zero; what more than that comes to is the place's rule.
    """
    way = aggregate or policy.aggregate
    realised = values[-1] if way == "last" else sum(values, Fraction()) / (1 if way == "sum" else len(values))
    if way == "sum":
        target *= part
    if target == 0:
        percent = policy.zero.percent(realised)
    elif direction == "higher":
        percent = 100 * realised / target
    elif policy.lower == "two-minus-ratio":
        percent = max(Fraction(), 100 * (2 - realised / target))
    else:
        percent = 100 * target / realised if realised else policy.cap
    return min(percent, policy.cap)


def weighted(achievements: Iterable[tuple[Fraction | int, Fraction]]) -> Fraction:
    """The whole result in percent, from (weight, achievement in percent), by the weights' proportion to each other.

    So where a target is not measured in a period, the others carry its weight by their own; at least one is measured.
    """
    found = tuple(achievements)
    return sum((weight * percent for weight, percent in found), Fraction()) / sum(weight for weight, _ in found)


def rate(percent: Fraction, policy: RatingPolicy) -> Rating:
    """Over the upper threshold is above, from the lower one on is as, less is below."""
    if percent > policy.above_over:
        return Rating.ABOVE
    return Rating.AS if percent >= policy.as_from else Rating.BELOW


def majority(ratings: Sequence[Rating]) -> Rating:
    """The rating that more than half of the aspects have, else as expected.

    A judgement of this system, a setting of the rule set: PermenPANRB 6/2022 rates behaviour as a whole. One aspect below expectation
    must not make a predicate Kurang/Misconduct, which the quadrant gives for behaviour below, and one above must not make it Sangat Baik.
    """
    rating, count = Counter(ratings).most_common(1)[0]
    return rating if 2 * count > len(ratings) else Rating.AS
