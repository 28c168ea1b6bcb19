"""Routes of objections (PP 30/2019 art. 59): file one, decide it, read it."""

from __future__ import annotations

from typing import Any

from services.appraisal import schemas, views
from services.appraisal.answers import objections as answers
from services.appraisal.api.reading import appraisal_now, new_result, rules_named, who_may
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.objection import LATE_REMEDY, DecideObjection, FileObjection
from services.appraisal.domain.record import Record, not_delivered
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint

objections = Blueprint("objections", __name__, url_prefix="/v1", description="Objections to a delivered result.")


@objections.route("/appraisals/<employee>/<period>/objections", methods=["POST"])
@objections.arguments(schemas.NewObjection)
@commanding("file-objection", subject="employee", status=201, at="/v1/appraisals/{employee}/{period}/objection")
def file_objection(
    work: RequestWork, body: dict[str, Any], employee: str, period: str
) -> answers.ObjectionAdmitted | answers.ObjectionTooLate:
    """Object to a result, with reasons and evidence, to the assessor's superior.

    By the employee. Too late, it is recorded all the same, as refused.
    409 objection-already-filed, appraisal-accepted or appraisal-not-delivered; 422 objection-items.
    """
    rules = rules_named(work, _delivered(work, employee, period).rule_set)
    reason = work.text(body["arguments"])
    command = FileObjection(
        employee,
        period,
        tuple(body["items"]),
        work.now,
        reason.id,
        reason.digest,
        tuple(body["evidence"]),
        rules,
        work.calendar,
    )
    appended = work.execute(APPRAISAL, command)
    state = appended.state
    if state.late:
        late = {"rule": state.late.rule, "due": state.late.due, "found": state.late.found}
        return {"status": "refused", **late, "remedy": LATE_REMEDY, "version": appended.version}
    return {"status": "filed", "decision_due": state.objection.decision_due, "version": appended.version}


@objections.route("/appraisals/<employee>/<period>/objections/decision", methods=["POST"])
@objections.arguments(schemas.Decision)
@commanding("decide-objection", subject="employee", if_match=True, status=201, at="/v1/appraisals/{employee}/{period}/objection")
def decide_objection(work: RequestWork, body: dict[str, Any], employee: str, period: str) -> answers.DecidedObjection:
    """Decide an objection; the decision is final.

    By the superior of who delivered, as of then, else who stands above now, else the appointing official (`who_may` of the objection
    names them), never by the employee or by who delivered the result (403); If-Match is the appraisal's version.
    `ratings`, or `score` under the numeric scheme, come with `granted` and change something (422 decision-invalid).
    409 no-open-objection or objection-may-not-lower.
    """
    before = _delivered(work, employee, period)
    reason = work.text(body["reasons"])
    command = DecideObjection(
        employee,
        period,
        body["outcome"],
        new_result(body),
        body["document"],
        reason.id,
        reason.digest,
        work.actor.id,
        appraisal_now(work, employee, period)["delivered_by"],
        rules_named(work, before.rule_set),
    )
    appended = work.execute(APPRAISAL, command)
    return {
        "outcome": command.outcome,
        "before": views.judged(before.judgement),
        "after": views.judged(appended.state.judgement),
        "overdue": work.now >= before.objection.decision_due,
        "version": appended.version,
    }


@objections.route("/appraisals/<employee>/<period>/objection")
@querying("read-objection", subject="employee")
def show_objection(work: RequestWork, employee: str, period: str) -> answers.Objection | answers.LateObjection:
    """The objection with its arguments, and the decision with its reasons, while these texts are kept.

    `who_may` says who decides now, as in the appraisal.
    404 when none was filed.
    """
    row = appraisal_now(work, employee, period)
    objection = work.found(row.get("objection"), "objection", f"{employee}/{period}")
    objection["arguments"] = work.read_text(objection.pop("reason_text"))
    if objection["status"] == "refused":
        objection["remedy"] = LATE_REMEDY
    if decision := objection.get("decision"):
        objection["decision"] = {**decision, "reasons": work.read_text(decision["reason_text"])}
        del objection["decision"]["reason_text"]
    return {"employee": employee, "period": period, **objection, "who_may": who_may(work, row), "version": row["version"]}


def _delivered(work: RequestWork, employee: str, period: str) -> Record:
    """The appraisal, which has been delivered; Refused (409) otherwise."""
    state = work.state(APPRAISAL, employee, period)
    if state.rule_set is None:
        raise not_delivered(period)
    return state
