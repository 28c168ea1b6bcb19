"""Routes of appraisals: scores, delivery, acceptance, and reading them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.appraisal import schemas, views
from services.appraisal.api.reading import appraisal_now, period_of, rules_of
from services.appraisal.domain.appraisal import APPRAISAL, AcceptAppraisal, DeliverAppraisal, SubmitScore
from services.appraisal.domain.plan import PLAN
from services.appraisal.domain.streams import OfPeriod, OfYear
from services.appraisal.heard import FeedbackSummarised
from services.appraisal.known import must_be_registered, organisation_result, unit_of
from services.appraisal.members import members
from shared.http.acting import Ask, commanding, querying

appraisals = Blueprint("appraisals", __name__, url_prefix="/v1", description="Appraisals of a person and period.")


@appraisals.route("/appraisals/<employee>/<period>/scores", methods=["POST"])
@appraisals.arguments(schemas.Score)
@commanding("submit-score", subject="employee", status=201)
def submit_score(ask: Ask, body: dict[str, Any], employee: str, period: str) -> dict[str, Any]:
    """Rate a behaviour aspect (the assessor), or anything about oneself (the employee; shown, and without effect on the result).

    Targets and the whole result are rated by the published policy at delivery, unless the rule set leaves them to the superior
    (409 rated-by-policy). 409 plan-not-approved, 409 already-delivered, 422 unknown-item. Answers {what, item, value, by, version}.
    """
    must_be_registered(ask.knowledge, employee)
    rules, parsed = rules_of(ask, period)
    by = "self" if ask.actor.id == employee else "superior"
    plan = ask.state(PLAN, OfYear(employee, str(parsed.year)))
    command = SubmitScore(employee, period, body["what"], body["item"], by, body["value"], ask.today, plan, rules)
    appended = ask.execute(APPRAISAL, command)
    return {**body, "by": by, "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>/delivery", methods=["POST"])
@commanding("deliver-appraisal", subject="employee", if_match=True, status=201)
def deliver(ask: Ask, employee: str, period: str) -> dict[str, Any]:
    """Give the employee the result; from now the term for an objection runs.

    By the assessor; If-Match is the appraisal's version. 409 appraisal-incomplete names under `missing` what is not there;
    422 period-not-over; 409 already-delivered.
    Answers {judgement: {result_rating, behaviour_rating, predicate}, objection_until, rule_set, version}.
    """
    rules, parsed = rules_of(ask, period)
    unit = unit_of(ask.knowledge, employee, parsed.end)
    command = DeliverAppraisal(
        employee,
        period,
        ask.now,
        ask.state(PLAN, OfYear(employee, str(parsed.year))),
        organisation_result(ask.knowledge, unit, period),
        rules,
        ask.calendar,
    )
    appended = ask.execute(APPRAISAL, command)
    state = ask.state(APPRAISAL, OfPeriod(employee, period))
    return {
        "judgement": vars(state.judgement),
        "objection_until": state.objection_until,
        "rule_set": state.rule_set,
        "version": appended.version,
    }


@appraisals.route("/appraisals/<employee>/<period>/acceptance", methods=["POST"])
@commanding("accept-appraisal", subject="employee", if_match=True, status=201)
def accept(ask: Ask, employee: str, period: str) -> dict[str, Any]:
    """Accept the result, which is final then.

    By the employee; If-Match is the appraisal's version. 409 appraisal-not-delivered or appraisal-not-open. Answers {status, version}.
    """
    appended = ask.execute(APPRAISAL, AcceptAppraisal(employee, period))
    return {"status": "final", "version": appended.version}


@appraisals.route("/appraisals/<employee>/<period>")
@querying("read-appraisal", subject="employee")
def show_appraisal(ask: Ask, employee: str, period: str) -> dict[str, Any]:
    """One appraisal, as it stands this moment.

    {employee, period, kind, status: scoring|delivered|objected|final|corrected|imported, scores: [{what, item, by, value,
    achievement_percent, event}], judgement, predicate, basis, rule_set, delivered_at, delivered_by, objection_until, finalized_at,
    objection, history: [{what, at, by, event, …}], peers, version}. The ETag is the version that delivery, acceptance and decision ask for.
    """
    row = appraisal_now(ask, employee, period)
    peers = [fact.event for fact in ask.knowledge.facts(FeedbackSummarised, employee) if fact.event.period == period]
    return row | {"peers": {"n": peers[-1].n, "means_hundredths": peers[-1].means_hundredths} if peers else None}


@appraisals.route("/appraisals")
@appraisals.arguments(schemas.AppraisalFilter, location="query")
@querying("list-appraisals")
def list_appraisals(ask: Ask, wanted: dict[str, Any]) -> dict[str, Any]:
    """Appraisals, of a period and of a unit with everything below it if these are named: {items, next}.

    Who belongs to the unit is asked for the period's last day, so that a unit needs a period (422).
    """
    return ask.page(views.APPRAISALS, period=wanted["period"], employee=_members(ask, wanted))


def _members(ask: Ask, wanted: dict[str, Any]) -> list[str] | None:
    if wanted["unit"] is None:
        return None
    day = period_of(wanted["period"] or "").end
    return members(ask.knowledge.rows(views.EMPLOYEES), ask.knowledge.rows(views.UNITS), wanted["unit"], day)
