"""Feedback's routes: give an answer, publish a summary, read what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from services.feedback import schemas
from services.feedback.domain import peers, process
from services.feedback.domain.scale import Scale, scale_of
from services.feedback.events import FeedbackGiven, ProcessFeedbackGiven
from services.feedback.heard import EmployeeRegistered
from services.feedback.raters import rater_of, unkeyed
from services.feedback.views import PEERS, PROCESS
from shared.http.acting import Ask, commanding, querying
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

blp = Blueprint("feedback", __name__, url_prefix="/v1", description="What staff say of the appraisal process, and peers of each other.")


@blp.route("/process-feedback/<period>", methods=["POST"])
@unkeyed
@blp.arguments(schemas.Answer)
@commanding("give-process-feedback", status=201)
def give_process_feedback(ask: Ask, body: dict[str, Any], period: str) -> dict[str, Any]:
    """Rate the appraisal process of a period, once, under a pseudonym. The same answer once more changes nothing; another is refused."""
    scale = _scale(ask, "process-feedback", period)
    published = bool(ask.knowledge.stream(process.process_stream(period)))
    command = process.GiveProcessFeedback(period, rater_of(ask, "process", period), body["aspects"], None, scale, published)
    return {"period": period, "status": _given(ask, process.PROCESS_ANSWER, command, body["remark"])}


@blp.route("/process-feedback/<period>/publication", methods=["POST"])
@blp.arguments(schemas.Nothing)
@commanding("publish-feedback", status=201)
def publish_process_feedback(ask: Ask, body: dict[str, Any], period: str) -> dict[str, Any]:
    """Publish the means of a period to all staff, once, from at least three answers. Later answers are refused."""
    scale = _scale(ask, "process-feedback", period)
    answers = [fact.event.aspects for fact in ask.knowledge.facts(ProcessFeedbackGiven, period)]
    command = process.PublishProcessFeedback(period, answers, scale)
    ask.execute(process.PROCESS_SUMMARY, command)
    event = ask.state(process.PROCESS_SUMMARY, command)
    return {"period": period, "n": event.n, "means_hundredths": event.means_hundredths, "rule_set": event.rule_set}


@blp.route("/process-feedback")
@querying("read-process-feedback")
def list_process_feedback(ask: Ask) -> dict[str, Any]:
    """The published means of every period, in hundredths of a point."""
    return ask.page(PROCESS)


@blp.route("/process-feedback/<period>")
@querying("read-process-feedback")
def show_process_feedback(ask: Ask, period: str) -> dict[str, Any]:
    """The published means of a period, in hundredths of a point; 404 until they are published."""
    return ask.found(ask.knowledge.row(PROCESS, period), "process-feedback", period)


@blp.route("/process-feedback/<period>/remarks")
@querying("read-remarks")
def list_process_remarks(ask: Ask, period: str) -> dict[str, Any]:
    """What people wrote beside their ratings, in no order; 404 until the means are published."""
    ask.found(ask.knowledge.row(PROCESS, period), "process-feedback", period)
    return _remarks(ask, ask.knowledge.facts(ProcessFeedbackGiven, period))


@blp.route("/peer-feedback/<employee>/<period>", methods=["POST"])
@unkeyed
@blp.arguments(schemas.Answer)
@commanding("give-peer-feedback", subject="employee", status=201)
def give_peer_feedback(ask: Ask, body: dict[str, Any], employee: str, period: str) -> dict[str, Any]:
    """Rate a colleague for a period, once, under a pseudonym. About oneself it is refused (403)."""
    _known(ask, employee)
    command = peers.GivePeerFeedback(
        employee=employee,
        period=period,
        own=ask.actor.id == employee,
        rater=rater_of(ask, "peer", employee, period),
        aspects=body["aspects"],
        remark_text=None,
        scale=_scale(ask, "peer-feedback", period),
        published=bool(ask.knowledge.stream(peers.summary_stream(employee, period))),
    )
    return {"employee": employee, "period": period, "status": _given(ask, peers.PEER_ANSWER, command, body["remark"])}


@blp.route("/peer-feedback/<employee>/<period>/publication", methods=["POST"])
@blp.arguments(schemas.Nothing)
@commanding("publish-feedback", subject="employee", status=201)
def publish_peer_feedback(ask: Ask, body: dict[str, Any], employee: str, period: str) -> dict[str, Any]:
    """Publish mean and spread of what peers said, once, from at least three answers. Later answers are refused."""
    _known(ask, employee)
    answers = [fact.event.aspects for fact in ask.knowledge.facts(FeedbackGiven, employee) if fact.event.period == period]
    command = peers.SummarisePeerFeedback(employee, period, answers, _scale(ask, "peer-feedback", period))
    ask.execute(peers.PEER_SUMMARY, command)
    event = ask.state(peers.PEER_SUMMARY, command)
    shown = {"means_hundredths": event.means_hundredths, "spreads_hundredths": event.spreads_hundredths}
    return {"employee": employee, "period": period, "n": event.n, **shown, "rule_set": event.rule_set}


@blp.route("/peer-feedback/<employee>/<period>")
@querying("read-peer-feedback", subject="employee")
def show_peer_feedback(ask: Ask, employee: str, period: str) -> dict[str, Any]:
    """The published summary of what peers said, in hundredths of a point; 404 until it is published."""
    key = f"{employee}/{period}"
    return ask.found(ask.knowledge.row(PEERS, key), "peer-feedback", key)


def _scale(ask: Ask, kind: str, text: str) -> Scale:
    """The questionnaire in force on the period's last day, so that all answers of a period are to the same questions."""
    try:
        period = Period.parse(text)
    except ValueError as wrong:
        expected, _, found = str(wrong).removeprefix("expected ").partition(", found ")
        raise Refused("period", expected=expected, found=found, remedy="correct the period in the address", status=422) from None
    if period.start > ask.today:
        raise Refused(
            "period-not-begun",
            expected=f"a period that began by {ask.today}",
            found=f"{text}, which begins on {period.start}",
            remedy="answer when the period has begun",
            status=422,
        )
    rules = ask.knowledge.rules(kind, period.end)
    return scale_of(rules.settings, rules.name)


def _given(ask: Ask, aggregate: Any, command: Any, remark: str | None) -> str:
    """Take the answer; its remark is kept once, with the answer."""
    if remark is not None and ask.state(aggregate, command) is None:
        command = replace(command, remark_text=ask.text(remark).id)
    return "given" if ask.execute(aggregate, command).events else "given before"


def _remarks(ask: Ask, answers: Sequence[Fact[Any]]) -> dict[str, Any]:
    """The texts in the order of their random ids, so that the order tells nothing of who came when."""
    texts = sorted(fact.event.remark_text for fact in answers if fact.event.remark_text is not None)
    return {"items": [body for body in map(ask.read_text, texts) if body is not None], "next": None}


def _known(ask: Ask, employee: str) -> None:
    found: Mapping[str, Any] | None = {} if ask.knowledge.facts(EmployeeRegistered, employee) else None
    ask.found(found, "employee", employee)
