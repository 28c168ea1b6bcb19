"""The rules of a satisfaction survey: its elements, their weight, and the class of service that an index falls into."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.feedback.domain.scale import Answer, Scale, read_scale
from shared.kernel.money import exact, half_up
from shared.kernel.settings import Settings, read

ELEMENT = re.compile(r"U[1-9][0-9]?")
BOUND = re.compile(r"(0|[1-9][0-9]{0,2})\.[0-9]{2}")
WEIGHT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,3}/[1-9][0-9]{0,3}")
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class SurveyRules:
    """`scale`: the elements and their points. `weight`: of each element's mean, exact, while all of them apply. `classes`: (mutu, from),
    best first.
    """

    scale: Scale
    weight: Fraction
    conversion: int
    classes: tuple[tuple[str, Fraction], ...]

    def converted(self, answers: Sequence[Answer]) -> Fraction:
        """The index, not yet rounded: the elements' means, weighted and added, times the conversion (PermenPANRB 14/2017, annex).

        Each mean is over those who answered the element. Elements that nobody answered are left out, and the others carry their weight:
        of nine ninths with one that does not apply to the service, each of eight weighs an eighth.
        The annex prints the ninth as 0.11; nine of those are 0.99, and full marks would give 99. A rule set with 1/9 gives 100.
        """
        sums, counts = self.scale.sums(answers), self.scale.counts(answers)
        means = [Fraction(sums[name], counts[name]) for name in sums]
        whole = self.weight * len(self.scale.aspects)
        return sum(means, Fraction()) / len(means) * whole * self.conversion

    def index(self, answers: Sequence[Answer]) -> Fraction:
        """The index with two decimals, rounded half up once."""
        return Fraction(half_up(100 * self.converted(answers)), 100)

    def mutu(self, index: Fraction) -> str:
        """The class of an index that was rounded before: the table's bounds leave gaps below two decimals.

        Below the last bound it is still the last class: with weights that add up to less than 1, the lowest marks fall there.
        """
        return next((mutu for mutu, bound in self.classes if index >= bound), self.classes[-1][0])


def two_decimals(index: Fraction) -> str:
    """``82.60``."""
    hundredths = half_up(100 * index)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def survey_rules(settings: Mapping[str, Any], rule_set: str) -> SurveyRules:
    """What published settings describe."""
    return read(settings, lambda said: _survey(said, rule_set), published=True)


def check_survey(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{elements, weight, scale, conversion, least_answers, classes}``.

    elements: codes U1, U2, …; weight: of each, exact text such as "1/9" or "0.071"; scale: [lowest, highest]; conversion: what a
    weighted mean is multiplied by; classes: [{mutu: A–D, from: "88.31"}, …] from the best down, each bound with two decimals.
    """
    read(settings, lambda said: _survey(said, "draft"))


def _survey(said: Settings, rule_set: str) -> SurveyRules:
    elements = said.codes("elements", ELEMENT)
    scale = read_scale(said, elements, rule_set)
    conversion = said.whole("conversion", 1, 100)
    weight = _weight(said)
    best = weight * len(elements) * scale.highest * conversion
    if best > 100:
        raise said.wrong("weight", "with scale and conversion an index of at most 100", f"full marks give {best}")
    return SurveyRules(scale, weight, conversion, _classes(said))


def _weight(said: Settings) -> Fraction:
    expected = 'exact text above zero, such as "1/9"'
    text = said.take("weight", expected=expected)
    if not isinstance(text, str) or not WEIGHT.fullmatch(text) or not exact(text):
        raise said.wrong("weight", expected, text)
    return exact(text)


def _classes(said: Settings) -> tuple[tuple[str, Fraction], ...]:
    listed = said.parts("classes", expected="a list of {mutu, from}")
    classes = tuple((one.one_of("mutu", GRADES), _bound(one)) for one in listed)
    grades, bounds = [grade for grade, _ in classes], [bound for _, bound in classes]
    if not classes or grades != sorted(set(grades)) or bounds != sorted(set(bounds), reverse=True):
        expected = "from the best (A) down, each once, each bound lower than the one before"
        raise said.wrong("classes", expected, [f"{grade} from {two_decimals(bound)}" for grade, bound in classes])
    return classes


def _bound(said: Settings) -> Fraction:
    expected = 'text with two decimals, such as "88.31"'
    text = said.take("from", expected=expected)
    if not isinstance(text, str) or not BOUND.fullmatch(text):
        raise said.wrong("from", expected, text)
    return exact(text)
