"""The numeric regime: results and behaviour weighted into one number, and the number's predicate (PP 30/2019 art. 41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.appraisal.domain.quadrant import Predicate, predicate_of
from services.appraisal.events import Judgement
from shared.kernel.money import exact, exact_text


@dataclass(frozen=True)
class Band:
    """The numbers that have a predicate. `needs_idea`: only who created a new idea or way that serves the organisation or the state."""

    predicate: Predicate
    least: Fraction
    with_least: bool
    most: Fraction
    with_most: bool
    needs_idea: bool

    def holds(self, score: Fraction, idea: bool) -> bool:
        from_below = score > self.least or (self.with_least and score == self.least)
        from_above = score < self.most or (self.with_most and score == self.most)
        return from_below and from_above and (idea or not self.needs_idea)


@dataclass(frozen=True)
class Scale:
    """The bands, best first; the first that holds gives the predicate. 110 to 120 without a new idea is Baik, as the table has it."""

    name: str
    bands: tuple[Band, ...]

    @classmethod
    def read(cls, name: str, rows: Iterable[Mapping[str, str]]) -> Scale:
        """From rows with predikat, nilai_min, min_inklusif, nilai_maks, maks_inklusif, syarat_tambahan. ValueError for a gap."""
        bands = tuple(
            Band(
                predicate_of(row["predikat"]),
                exact(row["nilai_min"]),
                row["min_inklusif"] == "1",
                exact(row["nilai_maks"]),
                row["maks_inklusif"] == "1",
                row["syarat_tambahan"].startswith("menciptakan"),
            )
            for row in rows
        )
        scale = cls(name, bands)
        bounds = sorted({bound for band in bands for bound in (band.least, band.most)})
        between = [(low + high) / 2 for low, high in zip(bounds, bounds[1:])]
        for score in sorted([*bounds, *between]):
            if not any(band.holds(score, idea=False) for band in bands):
                raise ValueError(f"expected a predicate for every number of the scale {name}, found none for {score}")
        return scale

    def predicate(self, score: Fraction, idea: bool) -> Predicate:
        """`score` from the scale's least to its most number; ValueError for another."""
        for band in self.bands:
            if band.holds(score, idea):
                return band.predicate
        raise ValueError(f"expected a number on the scale {self.name}, found {score}")


@dataclass(frozen=True)
class NumericRegime:
    """`result_percent` and `behaviour_percent` are the weights: 70 and 30, or 60 and 40 where colleagues are heard (art. 41)."""

    scale: Scale
    result_percent: int
    behaviour_percent: int

    def weigh(self, result: Fraction, behaviour: Fraction) -> Fraction:
        return (self.result_percent * result + self.behaviour_percent * behaviour) / 100

    def judge(self, score: Fraction, idea: bool) -> Judgement:
        """The predicate of the whole number, unrounded: 109.99 is not 110."""
        return Judgement(None, None, str(self.scale.predicate(score, idea)), exact_text(score))
