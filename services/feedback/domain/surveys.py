"""What citizens say of a service: one answer for each case, published once as index and class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.feedback.domain.process import already_published
from services.feedback.domain.scale import Answer
from services.feedback.domain.skm import SurveyRules, two_decimals
from services.feedback.events import SurveyAnswered, SurveyResultPublished
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.money import exact_text
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
    """`case` is the case token's pseudonym; `published` whether the survey's result is out already.

    `elements`: the points; `not_applicable`: elements that the service, or this case, does not have; `unanswered`: those left out.
    """

    survey: Survey
    case: str
    elements: Mapping[str, int]
    rules: SurveyRules
    published: bool
    not_applicable: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishSurvey:
    """`answers`: every answer to the survey, as :func:`points_of` gives it."""

    survey: Survey
    answers: Sequence[Answer]
    rules: SurveyRules


def answer(state: SurveyAnswered | None, command: AnswerSurvey) -> Sequence[SurveyAnswered]:
    """Take the answer; the same once more changes nothing, another for the same case is refused, as is one after publication.

    It says of every element what became of it, so that a column left out of a file is no opinion (422 feedback-aspects); at least one is
    answered.
    """
    survey = command.survey
    said = SurveyAnswered(
        survey.unit,
        survey.service,
        survey.period,
        command.case,
        dict(command.elements),
        tuple(sorted(command.not_applicable)),
        tuple(sorted(command.unanswered)),
    )
    if state is not None:
        if state == said:
            return []
        raise Refused(
            "already-answered",
            expected="one answer for each case",
            found=f"another answer of this case, for {state.period}",
            remedy="the first answer counts; the next case answers again",
        )
    if command.published:
        raise already_published(survey.period)
    _check(command)
    return [said]


def points_of(answered: SurveyAnswered) -> dict[str, int | None]:
    """The points of every element, None for one that does not apply or was left out."""
    return {**dict.fromkeys((*answered.not_applicable, *answered.unanswered)), **answered.elements}


def _check(command: AnswerSurvey) -> None:
    named = [*command.elements, *command.not_applicable, *command.unanswered]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise Refused(
            "feedback-aspects",
            expected="each element once: with its points, as not applicable, or as unanswered",
            found=f"{', '.join(twice)} more than once",
            remedy="say one thing of every element",
            status=422,
        )
    if not command.elements:
        raise Refused(
            "feedback-aspects",
            expected="an answer to at least one element",
            found="none",
            remedy="leave out an answer that says nothing",
            status=422,
        )
    scale = command.rules.scale
    left_out = {*command.not_applicable, *command.unanswered}
    # What was left out is one of the elements, and the rest is answered on the scale.
    replace(scale, aspects=tuple(name for name in scale.aspects if name not in left_out)).check(command.elements)
    if strange := sorted(left_out - set(scale.aspects)):
        raise Refused(
            "feedback-aspects",
            expected=f"the aspects {', '.join(scale.aspects)}",
            found=f"{', '.join(strange)} not asked",
            remedy="leave out what the rule set does not ask",
            status=422,
        )


def publish(state: SurveyResultPublished | None, command: PublishSurvey) -> Sequence[SurveyResultPublished]:
    """Publish n, index, class and the elements' sums and means, once, from at least as many answers as the rule set asks for."""
    survey, rules = command.survey, command.rules
    if state is not None:
        raise already_published(survey.period)
    answers = rules.scale.enough(command.answers)
    index = rules.index(answers)
    return [
        SurveyResultPublished(
            unit=survey.unit,
            service=survey.service,
            period=survey.period,
            n=len(answers),
            index=two_decimals(index),
            mutu=rules.mutu(index),
            elements_hundredths=rules.scale.means_hundredths(answers),
            rule_set=rules.scale.rule_set,
            sums=rules.scale.sums(answers),
            counts=rules.scale.counts(answers),
            converted=exact_text(rules.converted(answers)),
        )
    ]


SURVEY_ANSWER = Aggregate(
    "survey-answer",
    Decider(None, answer, lambda state, event: event if isinstance(event, SurveyAnswered) else state),
    # Without the period: a case that answered for one quarter does not answer for the next.
    stream=lambda survey, case: f"feedback-case-{survey.unit}.{survey.service}.{case}",
    ids=lambda command: (command.survey, command.case),
    subject=lambda command: command.survey.name,
)

SURVEY_RESULT = Aggregate(
    "survey-result",
    Decider(None, publish, lambda state, event: event if isinstance(event, SurveyResultPublished) else state),
    stream=lambda survey: f"feedback-survey-{survey.name}",
    ids=lambda command: (command.survey,),
    subject=lambda command: command.survey.unit,
)
