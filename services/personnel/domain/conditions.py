"""Which results lead to which development proposals: the conditions of a rule set, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from services.personnel.domain.results import Appraisal, History, Score, written
from services.personnel.events import AwardTerms, Reason, SanctionTerms
from shared.kernel.periods import Period

PER_ITEM = "{item}"
Met = tuple[str | None, Reason]
"""The item that met a condition (None where the condition is about the whole) and the reason."""


@dataclass(frozen=True)
class Bounds:
    """Strictly over one bound, or strictly under the other."""

    over: Fraction | None = None
    under: Fraction | None = None

    def hold(self, value: Fraction) -> bool:
        return (self.over is None or value > self.over) and (self.under is None or value < self.under)


@dataclass(frozen=True)
class Summary:
    """What peers said of somebody in a period, published; exact means in points."""

    period: Period
    event: str
    settled: datetime
    means: Mapping[str, Fraction]


@dataclass(frozen=True)
class ScoreIs:
    """A score of `what` (target or behaviour), of any item or of one, has the rating `value`."""

    what: str
    item: str | None
    value: str

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        return tuple(
            (score.item, Reason(code, score.event, score.value))
            for score in appraisal.scores
            if score.what == self.what and score.value == self.value and self.item in (None, score.item)
        )


@dataclass(frozen=True)
class NumberIs:
    """A numeric score of `what`, of any item or of one, lies within the bounds (PP 30/2019)."""

    what: str
    item: str | None
    bounds: Bounds

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        return tuple(
            (score.item, Reason(code, score.event, score.value))
            for score in appraisal.scores
            if score.what == self.what and score.number is not None and self.item in (None, score.item) and self.bounds.hold(score.number)
        )


@dataclass(frozen=True)
class TargetAchieved:
    """A target of this indicator was achieved by more, or by less, than so many percent."""

    indicator: str
    bounds: Bounds

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        indicators = appraisal.indicators or {}

        def reached(score: Score) -> bool:
            of_it = score.what == "target" and indicators.get(score.item) == self.indicator
            return of_it and score.achievement is not None and self.bounds.hold(score.achievement)

        return tuple((score.item, Reason(code, score.event, str(score.achievement))) for score in appraisal.scores if reached(score))


@dataclass(frozen=True)
class PredicateIs:
    """The predicate was one of these in this and the periods before it, `last` of the same length in a row."""

    among: tuple[str, ...]
    last: int

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        row = [history.get(str(appraisal.period.shift(-back))) for back in range(self.last)]
        if any(one is None or one.predicate not in self.among for one in row):
            return ()
        return tuple((None, Reason(code, one.event, one.predicate)) for one in row if one is not None)


@dataclass(frozen=True)
class MeasureEnded:
    """A measure of this kind that came from the result was closed with this outcome."""

    kind: str
    outcome: str

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        same = [one for one in appraisal.ended if (one.kind, one.outcome) == (self.kind, self.outcome)]
        return tuple((None, Reason(code, one.event, one.outcome)) for one in same)


@dataclass(frozen=True)
class PeersSaid:
    """The exact mean of one aspect, in hundredths of a point, lies within the bounds. It stands for itself: no appraisal need be final."""

    aspect: str
    bounds: Bounds


@dataclass(frozen=True)
class Condition:
    """`programme` ``{item}`` stands for the item that met the condition, so each item has its own proposal.

    `imported`: whether results that an old system finalised meet it too. `basis`: the law behind a sanction. `bonus`: in rupiah.
    """

    code: str
    when: ScoreIs | NumberIs | TargetAchieved | PredicateIs | MeasureEnded | PeersSaid
    kind: str
    programme: str
    imported: bool = False
    basis: str | None = None
    bonus: int = 0

    def terms(self, programme: str, period: Period) -> tuple[SanctionTerms | None, AwardTerms | None]:
        """What a sanction or an award from this condition would be. A missed target warns, it takes no money (PP 94/2021 art. 8: light)."""
        if self.kind == "sanction":
            return SanctionTerms(programme, "light", "warning", None, None, self.basis or ""), None
        if self.kind == "award":
            return None, AwardTerms(programme, None, str(period.year), self.bonus)
        return None, None


@dataclass(frozen=True)
class Wanted:
    """A proposal that the facts carry. `period` and `settled` are those of the result that met the condition."""

    kind: str
    programme: str
    period: str
    settled: datetime
    reasons: tuple[Reason, ...]
    sanction: SanctionTerms | None = None
    award: AwardTerms | None = None


def evaluate(conditions: Iterable[Condition], appraisal: Appraisal, history: History) -> tuple[Wanted, ...]:
    """The proposals that one result carries, in the order of the conditions; none while it is not final.

    Two conditions for the same programme make one proposal with the reasons of both. Every proposal names the finalised result too.
    """
    found = _Found(appraisal.period, appraisal.settled)
    for condition in conditions:
        if isinstance(condition.when, PeersSaid) or not (appraisal.final or condition.imported):
            continue
        for item, reason in condition.when.met(condition.code, appraisal, history):
            found.add(condition, item, (reason, Reason(condition.code, appraisal.event, appraisal.predicate)))
    return found.wanted()


def evaluate_peers(conditions: Iterable[Condition], summary: Summary) -> tuple[Wanted, ...]:
    """The proposals that a published summary of peers carries."""
    found = _Found(summary.period, summary.settled)
    for condition in conditions:
        if isinstance(condition.when, PeersSaid):
            mean = summary.means.get(condition.when.aspect)
            if mean is not None and condition.when.bounds.hold(100 * mean):
                found.add(condition, condition.when.aspect, (Reason(condition.code, summary.event, written(100 * mean)),))
    return found.wanted()


class _Found:
    """What is wanted so far, by kind and programme; the first condition gives the terms."""

    def __init__(self, period: Period, settled: datetime) -> None:
        self.period, self.settled = period, settled
        self.reasons: dict[tuple[str, str], list[Reason]] = {}
        self.first: dict[tuple[str, str], Condition] = {}

    def add(self, condition: Condition, item: str | None, reasons: Iterable[Reason]) -> None:
        programme = condition.programme.replace(PER_ITEM, (item or "").replace("_", "-"))
        kept = self.reasons.setdefault((condition.kind, programme), [])
        kept.extend(one for one in reasons if one not in kept)
        self.first.setdefault((condition.kind, programme), condition)

    def wanted(self) -> tuple[Wanted, ...]:
        made = []
        for (kind, programme), reasons in self.reasons.items():
            sanction, award = self.first[kind, programme].terms(programme, self.period)
            made.append(Wanted(kind, programme, str(self.period), self.settled, tuple(reasons), sanction, award))
        return tuple(made)
