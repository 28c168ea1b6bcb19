"""What citizens say of a service: one answer for each case, published once as index and class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.feedback.domain.process import already_published
from services.feedback.domain.skm import SurveyRules, two_decimals
from services.feedback.events import SurveyAnswered, SurveyResultPublished
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class Survey:
    """One service of a unit, in one period."""

    unit: str
    service: str
    period: str

    @property
    def name(self) -> str:
        """Codes have no dots, so that two surveys never share a name."""
        return f"{self.unit}.{self.service}.{self.period}"


@dataclass(frozen=True)
class AnswerSurvey:
    """`case` is the case token's pseudonym; `published` whether the survey's result is out already."""

    survey: Survey
    case: str
    elements: Mapping[str, int]
    rules: SurveyRules
    published: bool


@dataclass(frozen=True)
class PublishSurvey:
    """`answers`: every answer to the survey."""

    survey: Survey
    answers: Sequence[Mapping[str, int]]
    rules: SurveyRules


def answer(state: SurveyAnswered | None, command: AnswerSurvey) -> Sequence[SurveyAnswered]:
    """Take the answer; the same once more changes nothing, another for the same case is refused, as is one after publication."""
    survey = command.survey
    if state is not None:
        if state.period == survey.period and state.elements == dict(command.elements):
            return []
        raise Refused(
            "already-answered",
            expected="one answer for each case",
            found=f"another answer of this case, for {state.period}",
            remedy="the first answer counts; the next case answers again",
        )
    if command.published:
        raise already_published(survey.period)
    command.rules.scale.check(command.elements)
    return [SurveyAnswered(survey.unit, survey.service, survey.period, command.case, dict(command.elements))]


def publish(state: SurveyResultPublished | None, command: PublishSurvey) -> Sequence[SurveyResultPublished]:
    """Publish n, index, class and the elements' means, once, from at least as many answers as the rule set asks for."""
    survey, rules = command.survey, command.rules
    if state is not None:
        raise already_published(survey.period)
    answers = rules.scale.enough(command.answers)
    index = rules.index(answers)
    means = rules.scale.means_hundredths(answers)
    return [
        SurveyResultPublished(
            survey.unit,
            survey.service,
            survey.period,
            len(answers),
            two_decimals(index),
            rules.mutu(index),
            means,
            rules.scale.rule_set,
        )
    ]


SURVEY_ANSWER = Aggregate(
    "survey-answer",
    Decider(None, answer, lambda state, event: event if isinstance(event, SurveyAnswered) else state),
    # Without the period: a case that answered for one quarter does not answer for the next.
    lambda c: f"feedback-case-{c.survey.unit}.{c.survey.service}.{c.case}",
    lambda c: c.survey.name,
)

SURVEY_RESULT = Aggregate(
    "survey-result",
    Decider(None, publish, lambda state, event: event if isinstance(event, SurveyResultPublished) else state),
    lambda c: survey_stream(c.survey),
    lambda c: c.survey.unit,
)


def survey_stream(survey: Survey) -> str:
    return f"feedback-survey-{survey.name}"
