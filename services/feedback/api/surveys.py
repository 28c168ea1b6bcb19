"""Routes of satisfaction surveys (SKM, PermenPANRB 14/2017): answer, publish, read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.feedback import answers, schemas
from services.feedback.api.asking import known_unit, rules_for
from services.feedback.domain.skm import SurveyRules, survey_rules
from services.feedback.domain.surveys import SURVEY_ANSWER, SURVEY_RESULT, AnswerSurvey, PublishSurvey, Survey, points_of
from services.feedback.domain.terms import KIND
from services.feedback.events import SurveyAnswered
from services.feedback.raters import citizen_of
from services.feedback.views import SURVEYS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.refusal import Refused

surveys = Blueprint("surveys", __name__, url_prefix="/v1", description="What citizens say of a service.")


@surveys.route("/surveys/<unit>/<service>/<period>/answers", methods=["POST"])
@surveys.arguments(schemas.SurveyAnswer)
@commanding("answer-survey", status=201, keyed=False)
def answer_survey(work: RequestWork, body: dict[str, Any], unit: str, service: str, period: str) -> answers.SurveyAnswered:
    """Take a citizen's answer, once for each case of the service. The same answer once more changes nothing; another is refused.

    Every element of the rule set is named once: under `elements` with its points, under `not_applicable`, or under `unanswered`.
    """
    command = answer_of(work, Survey(unit, service, period), body["case_token"], body, citizen_of)
    status = "given" if work.execute(SURVEY_ANSWER, command).events else "given before"
    return {"unit": unit, "service": service, "period": period, "status": status}


@surveys.route("/surveys/<unit>/<service>/<period>/publication", methods=["POST"])
@surveys.arguments(schemas.Nothing)
@commanding("publish-survey", status=201, at="/v1/surveys/{unit}/{service}/{period}")
def publish_survey(work: RequestWork, body: dict[str, Any], unit: str, service: str, period: str) -> answers.SurveyResult:
    """Publish index, class and each element's mean, once, from at least as many answers as the rule set asks for.

    A mean is over the `counts` who answered the element; one that applied to nobody is left out, and the others weigh equally more.
    409 too-few-answers or already-published. Later answers are refused.
    """
    survey = Survey(unit, service, period)
    rules = _rules(work, survey)
    work.knowledge.hold(survey.name)  # who answers shares it: no answer is accepted while a result is made without it
    received = [points_of(fact.event) for fact in work.knowledge.facts(SurveyAnswered, survey.name)]
    command = PublishSurvey(survey, received, rules)
    event = work.execute(SURVEY_RESULT, command).state
    shown = {"n": event.n, "index": event.index, "mutu": event.mutu, "elements_hundredths": event.elements_hundredths}
    shown |= {"sums": event.sums, "counts": event.counts, "converted": event.converted}
    return {"unit": unit, "service": service, "period": period, **shown, "rule_set": event.rule_set}


@surveys.route("/surveys")
@surveys.arguments(schemas.SurveyFilter, location="query")
@querying("read-survey")
def list_surveys(work: RequestWork, query: dict[str, Any]) -> Page[answers.Survey]:
    """The published results, of a unit or a period where one is named."""
    return work.page(SURVEYS, unit=query["unit"], period=query["period"])


@surveys.route("/surveys/<unit>/<service>/<period>")
@querying("read-survey")
def show_survey(work: RequestWork, unit: str, service: str, period: str) -> answers.Survey:
    """A published result; 404 until it is published."""
    key = f"{unit}/{service}/{period}"
    return work.found(work.knowledge.row(SURVEYS, key), "survey", key)


def answer_of(
    work: RequestWork, survey: Survey, token: str, said: Mapping[str, Any], case: Callable[[RequestWork, str, str, str], str]
) -> AnswerSurvey:
    """The command for one answer: `said` has elements, not_applicable and unanswered. `case` makes the pseudonym of its token."""
    rules = _rules(work, survey)
    work.knowledge.share(survey.name)
    published = bool(work.knowledge.stream(SURVEY_RESULT.stream(survey)))
    return AnswerSurvey(
        survey,
        case(work, survey.unit, survey.service, token),
        said["elements"],
        rules,
        published,
        tuple(said["not_applicable"]),
        tuple(said["unanswered"]),
    )


def _rules(work: RequestWork, survey: Survey) -> SurveyRules:
    """Refused for a unit that there is not (404), a service that is no code, or a period that has not begun (422)."""
    known_unit(work, survey.unit)
    if not KIND.fullmatch(survey.service):
        expected = "a service's code of small letters, digits and hyphens, up to 40"
        raise Refused("service", expected=expected, found=survey.service[:40], remedy="correct the service", status=422)
    rules = rules_for(work, "survey", survey.period)
    return survey_rules(rules.settings, rules.name)
