"""The scale of a questionnaire: its aspects, the points allowed, and how many answers make a summary that hides each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.kernel.money import half_up
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read

ASPECT = re.compile(r"[a-z][a-z0-9_]{0,39}")

MOST = 10_000
LEAST = 3
"""Below three answers each can be told from the summary; a rule set may ask for more, never for fewer."""


Answer = Mapping[str, int | None]
"""The points of each aspect; None for one of a survey that does not apply to the citizen, or that he left out."""


@dataclass(frozen=True)
class Scale:
    aspects: tuple[str, ...]
    lowest: int
    highest: int
    least_answers: int
    rule_set: str

    def check(self, answer: Mapping[str, int]) -> None:
        """Raise Refused (422) unless every aspect, and nothing else, has whole points within the scale."""
        if set(answer) != set(self.aspects):
            missing, strange = sorted(set(self.aspects) - set(answer)), sorted(set(answer) - set(self.aspects))
            raise Refused(
                "feedback-aspects",
                expected=f"the aspects {', '.join(self.aspects)}",
                found="; ".join([*(f"{name} missing" for name in missing), *(f"{name} not asked" for name in strange)]),
                remedy="rate every aspect, once",
                status=422,
            )
        for name, points in answer.items():
            if type(points) is not int or not self.lowest <= points <= self.highest:
                raise Refused(
                    "feedback-points",
                    expected=f"{name} in whole points from {self.lowest} to {self.highest}",
                    found=repr(points),
                    remedy="choose a point of the scale",
                    status=422,
                )

    def enough(self, answers: Sequence[Answer]) -> Sequence[Answer]:
        """The answers to just these aspects. Refused (409) while there are too few of them to hide each."""
        fitting = [answer for answer in answers if set(answer) == set(self.aspects)]
        if len(fitting) < self.least_answers:
            raise Refused(
                "too-few-answers",
                expected=f"at least {self.least_answers} answers, so that nobody's own can be read",
                found=str(len(fitting)),
                remedy="wait for more answers; until then nothing is shown",
            )
        return fitting

    def counts(self, answers: Sequence[Answer]) -> dict[str, int]:
        """For each aspect that anybody answered, how many did."""
        found = {name: sum(answer[name] is not None for answer in answers) for name in self.aspects}
        return {name: count for name, count in found.items() if count}

    def sums(self, answers: Sequence[Answer]) -> dict[str, int]:
        """For each aspect that anybody answered, the points together."""
        return {name: sum(answer[name] or 0 for answer in answers) for name in self.counts(answers)}

    def means_hundredths(self, answers: Sequence[Answer]) -> dict[str, int]:
        """For each aspect the mean of those who answered it, in hundredths of a point, rounded half up: to be read, not to decide by."""
        sums, counts = self.sums(answers), self.counts(answers)
        return {name: half_up(Fraction(100 * sums[name], counts[name])) for name in sums}

    def spreads_hundredths(self, answers: Sequence[Mapping[str, int]]) -> dict[str, int]:
        """For each aspect the highest minus the lowest answer, in hundredths of a point."""
        return {name: 100 * (max(one[name] for one in answers) - min(one[name] for one in answers)) for name in self.aspects}


def scale_of(settings: Mapping[str, Any], rule_set: str) -> Scale:
    """The scale that published settings describe."""
    return read(settings, lambda said: read_scale(said, said.codes("aspects", ASPECT), rule_set), published=True)


def check_scale(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{aspects: [code…], scale: [lowest, highest], least_answers: 3 or more}``."""
    read(settings, lambda said: read_scale(said, said.codes("aspects", ASPECT), "draft"))


def read_scale(said: Settings, aspects: tuple[str, ...], rule_set: str) -> Scale:
    """A questionnaire of these aspects: ``scale`` is [lowest, highest] in whole points, ``least_answers`` at least three."""
    expected = "[lowest, highest] in whole points, such as [1, 4]"
    scale = said.listed("scale", expected=expected)
    if len(scale) != 2 or not all(type(one) is int for one in scale) or not 0 <= scale[0] < scale[1] <= 100:
        raise said.wrong("scale", expected, scale)
    least = said.take("least_answers", expected=f"{LEAST} or more, so that no single answer can be read")
    if type(least) is not int or not LEAST <= least <= MOST:
        raise said.wrong("least_answers", f"{LEAST} or more (at most {MOST}), so that no single answer can be read", least)
    return Scale(aspects, scale[0], scale[1], least, rule_set)
