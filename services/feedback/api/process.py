"""Routes of process feedback: staff rate the appraisal process, and read what all said."""

from __future__ import annotations

from typing import Any

from services.feedback import answers, schemas
from services.feedback.api.asking import given, remarks, rules_for
from services.feedback.domain.process import PROCESS_ANSWER, PROCESS_SUMMARY, GiveProcessFeedback, PublishProcessFeedback
from services.feedback.domain.scale import Scale, scale_of
from services.feedback.events import ProcessFeedbackGiven
from services.feedback.raters import rater_of
from services.feedback.views import PROCESS
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint

process = Blueprint("process-feedback", __name__, url_prefix="/v1", description="What staff say of the appraisal process.")


@process.route("/process-feedback/<period>", methods=["POST"])
@process.arguments(schemas.Answer)
@commanding("give-process-feedback", status=201, keyed=False)
def give_process_feedback(work: RequestWork, body: dict[str, Any], period: str) -> answers.ProcessAnswer:
    """Rate the appraisal process of a period, once, under a pseudonym. The same answer once more changes nothing; another is refused."""
    scale = _scale(work, period)
    published = bool(work.knowledge.stream(PROCESS_SUMMARY.stream(period)))
    command = GiveProcessFeedback(period, rater_of(work, "process", period), body["aspects"], None, scale, published)
    return {"period": period, "status": given(work, PROCESS_ANSWER, command, body["remark"])}


@process.route("/process-feedback/<period>/publication", methods=["POST"])
@process.arguments(schemas.Nothing)
@commanding("publish-feedback", status=201, at="/v1/process-feedback/{period}")
def publish_process_feedback(work: RequestWork, body: dict[str, Any], period: str) -> answers.ProcessSummary:
    """Publish the means of a period to all staff, once, from at least three answers. Later answers are refused."""
    received = [fact.event.aspects for fact in work.knowledge.facts(ProcessFeedbackGiven, period)]
    command = PublishProcessFeedback(period, received, _scale(work, period))
    event = work.execute(PROCESS_SUMMARY, command).state
    counted = {"means_hundredths": event.means_hundredths, "sums": event.sums, "counts": event.counts}
    return {"period": period, "n": event.n, **counted, "rule_set": event.rule_set}


@process.route("/process-feedback")
@querying("read-process-feedback")
def list_process_feedback(work: RequestWork) -> Page[answers.ProcessFeedback]:
    """The published means of every period, in hundredths of a point."""
    return work.page(PROCESS)


@process.route("/process-feedback/<period>")
@querying("read-process-feedback")
def show_process_feedback(work: RequestWork, period: str) -> answers.ProcessFeedback:
    """The published means of a period, in hundredths of a point; 404 until they are published."""
    return work.found(work.knowledge.row(PROCESS, period), "process-feedback", period)


@process.route("/process-feedback/<period>/remarks")
@querying("read-remarks")
def list_process_remarks(work: RequestWork, period: str) -> answers.Remarks:
    """What people wrote beside their ratings, in no order; 404 until the means are published."""
    work.found(work.knowledge.row(PROCESS, period), "process-feedback", period)
    return remarks(work, work.knowledge.facts(ProcessFeedbackGiven, period))


def _scale(work: RequestWork, period: str) -> Scale:
    rules = rules_for(work, "process-feedback", period)
    return scale_of(rules.settings, rules.name)
