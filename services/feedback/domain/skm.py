"""The rules of a satisfaction survey: its elements, their weight, and the class of service that an index falls into."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.feedback.domain.scale import Scale, check_points, wrong_rules
from shared.kernel.money import exact, half_up

SETTINGS = {"elements", "weight", "scale", "conversion", "least_answers", "classes"}
ELEMENT = re.compile(r"U[1-9][0-9]?")
BOUND = re.compile(r"(0|[1-9][0-9]{0,2})\.[0-9]{2}")
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class SurveyRules:
    """`scale`: the elements and their points. `weight`: of each element's mean, exact. `classes`: (mutu, from), best first."""

    scale: Scale
    weight: Fraction
    conversion: int
    classes: tuple[tuple[str, Fraction], ...]

    def converted(self, answers: Sequence[Mapping[str, int]]) -> Fraction:
        """The index, not yet rounded: the elements' means, weighted and added, times the conversion (PermenPANRB 14/2017, annex).

        The annex prints the ninth as 0.11; nine of those are 0.99, and full marks would give 99. A rule set with 1/9 gives 100.
        """
        points = sum(answer[name] for answer in answers for name in self.scale.aspects)
        return Fraction(points, len(answers)) * self.weight * self.conversion

    def index(self, answers: Sequence[Mapping[str, int]]) -> Fraction:
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
    """What checked settings describe."""
    lowest, highest = settings["scale"]
    scale = Scale(tuple(settings["elements"]), lowest, highest, settings["least_answers"], rule_set)
    classes = tuple((one["mutu"], exact(one["from"])) for one in settings["classes"])
    return SurveyRules(scale, exact(settings["weight"]), settings["conversion"], classes)


def check_survey(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{elements, weight, scale, conversion, least_answers, classes}``.

    elements: codes U1, U2, …; weight: of each, exact text such as "1/9" or "0.071"; scale: [lowest, highest]; conversion: what a
    weighted mean is multiplied by; classes: [{mutu: A–D, from: "88.31"}, …] from the best down, each bound with two decimals.
    """
    if not isinstance(settings, Mapping) or set(settings) != SETTINGS:
        raise wrong_rules("settings", f"an object with {', '.join(sorted(SETTINGS))}", settings)
    elements = settings["elements"]
    if (
        not isinstance(elements, list | tuple)
        or not elements
        or not all(isinstance(one, str) and ELEMENT.fullmatch(one) for one in elements)
    ):
        raise wrong_rules("elements", "a list of codes such as U1", elements)
    if len(set(elements)) < len(elements):
        raise wrong_rules("elements", "each code once", elements)
    check_points(settings)
    conversion = settings["conversion"]
    if type(conversion) is not int or not 1 <= conversion <= 100:
        raise wrong_rules("conversion", "a whole number such as 25", conversion)
    weight = _fraction(settings["weight"])
    if weight is None or weight == 0:
        raise wrong_rules("weight", 'exact text above zero, such as "1/9"', settings["weight"])
    best = weight * len(elements) * settings["scale"][1] * conversion
    if best > 100:
        raise wrong_rules("weight", "with scale and conversion an index of at most 100", f"full marks give {best}")
    _check_classes(settings["classes"])


def _fraction(value: Any) -> Fraction | None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,3}/[1-9][0-9]{0,3}", value):
        return None
    return exact(value)


def _check_classes(classes: Any) -> None:
    if not isinstance(classes, list | tuple) or not classes:
        raise wrong_rules("classes", "a list of {mutu, from}", classes)
    for one in classes:
        if not isinstance(one, Mapping) or set(one) != {"mutu", "from"} or one["mutu"] not in GRADES:
            raise wrong_rules("classes", "each with mutu (A, B, C or D) and from", one)
        if not isinstance(one["from"], str) or not BOUND.fullmatch(one["from"]):
            raise wrong_rules("classes", 'each from as text with two decimals, such as "88.31"', one["from"])
    grades, bounds = [one["mutu"] for one in classes], [exact(one["from"]) for one in classes]
    if grades != sorted(set(grades)) or bounds != sorted(set(bounds), reverse=True):
        raise wrong_rules("classes", "from the best (A) down, each once, each bound lower than the one before", classes)
