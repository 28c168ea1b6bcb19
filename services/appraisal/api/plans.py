"""Routes of plans: rules acknowledged, targets drafted, the plan approved, progress recorded."""

from __future__ import annotations

from typing import Any

from services.appraisal import schemas
from services.appraisal.api.reading import closed_months, draft_of, measurement_in, plan_now, rules_on
from services.appraisal.domain.acknowledgement import RULES_READ, AcknowledgeRules
from services.appraisal.domain.plan import PLAN, ApprovePlan, RecordProgress
from services.appraisal.domain.streams import OfYear
from services.appraisal.domain.targets import DRAFT, PresentDraft, WithdrawTarget, check_year
from services.appraisal.known import must_be_registered
from shared.http.acting import Ask, commanding, querying
from shared.http.blueprint import Blueprint

plans = Blueprint("plans", __name__, url_prefix="/v1", description="Plans (SKP): targets, their approval, monthly progress.")


@plans.route("/rules-acknowledgements/<employee>", methods=["POST"])
@plans.arguments(schemas.Acknowledgement)
@commanding("acknowledge-rules", subject="employee", status=201)
def acknowledge(ask: Ask, body: dict[str, Any], employee: str) -> dict[str, Any]:
    """Say that one has been told of the rules.

    By the employee. Answers {employee, rule_set}; said again for the same rule set it changes nothing.
    """
    must_be_registered(ask.knowledge, employee)
    ask.execute(RULES_READ, AcknowledgeRules(employee, body["rule_set"], body["how"]))
    return {"employee": employee, "rule_set": body["rule_set"]}


@plans.route("/plans/<employee>/<year>/targets", methods=["POST"])
@plans.arguments(schemas.NewTarget)
@commanding("draft-target", subject="employee", status=201)
def draft_target(ask: Ask, body: dict[str, Any], employee: str, year: str) -> dict[str, Any]:
    """Propose a target, or propose it anew under the same id.

    By the employee, until the superior approves the plan (409 plan-approved). Answers {target_id, version}.
    """
    must_be_registered(ask.knowledge, employee)
    appended = ask.execute(DRAFT, draft_of(ask, employee, year, body))
    return {"target_id": body["target_id"], "version": appended.version}


@plans.route("/plans/<employee>/<year>/targets/<target>", methods=["DELETE"])
@commanding("draft-target", subject="employee")
def withdraw_target(ask: Ask, employee: str, year: str, target: str) -> dict[str, Any]:
    """Withdraw a proposed target.

    By the employee. 404 unknown-target, 409 plan-approved. Answers {target_id, version}.
    """
    approved = ask.state(PLAN, OfYear(employee, year)).approved
    appended = ask.execute(DRAFT, WithdrawTarget(employee, year, target, approved))
    return {"target_id": target, "version": appended.version}


@plans.route("/plans/<employee>/<year>/approval", methods=["POST"])
@plans.arguments(schemas.Approval)
@commanding("approve-plan", subject="employee", if_match=True, status=201)
def approve(ask: Ask, body: dict[str, Any], employee: str, year: str) -> dict[str, Any]:
    """Fix the plan: PlanApproved, and TargetSet for each target.

    By the assessor. If-Match is the version of the draft, as GET shows it. 422 weights-not-100 says the sum, 409 plan-approved.
    Answers {plan_version, targets, version}; the ETag is from now on the plan's.
    """
    period = check_year(year)
    # The draft is the first stream written to, so that If-Match is compared with it.
    ask.execute(DRAFT, PresentDraft(employee, year))
    targets = tuple(ask.state(DRAFT, OfYear(employee, year)).targets.values())
    rules = rules_on(ask, max(ask.today, period.start))
    command = ApprovePlan(employee, year, targets, ask.actor.id, body["document"], rules.name, ask.today)
    appended = ask.execute(PLAN, command)
    return {"plan_version": 1, "targets": [target.target_id for target in targets], "version": appended.version}


@plans.route("/plans/<employee>/<year>/progress", methods=["POST"])
@plans.arguments(schemas.Progress)
@commanding("record-progress", subject="employee", status=201)
def record_progress(ask: Ask, body: dict[str, Any], employee: str, year: str) -> dict[str, Any]:
    """Report what was achieved of a target in a month, with the evidence's digests and, if there was one, the obstacle.

    By the employee; a later report of the same month replaces the earlier. 409 plan-not-approved, 409 period-delivered, 404 unknown-target,
    422 month-outside-period, 422 month-not-measured, 422 month-not-begun. Answers {target_id, month, version}.
    """
    obstacle = ask.text(body["obstacle"]).id if body["obstacle"] else None
    command = RecordProgress(
        employee,
        year,
        body["target_id"],
        body["month"],
        body["value"],
        tuple(body["evidence"]),
        obstacle,
        ask.today,
        closed_months(ask, employee, body["month"]),
        measurement_in(ask, body["month"]),
    )
    appended = ask.execute(PLAN, command)
    return {"target_id": command.target_id, "month": command.month, "version": appended.version}


@plans.route("/plans/<employee>/<year>")
@querying("read-plan", subject="employee")
def show_plan(ask: Ask, employee: str, year: str) -> dict[str, Any]:
    """The plan: the draft until it is approved, then the fixed targets with every month's progress.

    {employee, year, status: draft|approved, targets: [{target_id, aspect, indicator, what, unit, direction, value, weight}],
    progress: [{target_id, month, value, evidence, obstacle}], version}; approved also: plan_version, assessor, document, rule_set.
    """
    row = plan_now(ask, employee, year) or _draft(ask, employee, year)
    found = ask.found(row, "plan", f"{employee}/{year}")
    for target in found["targets"]:
        text = target.pop("what_text")
        target["what"] = ask.read_text(text) if text else None
    for report in found["progress"]:
        text = report.pop("obstacle_text")
        report["obstacle"] = ask.read_text(text) if text else None
    return found


def _draft(ask: Ask, employee: str, year: str) -> dict[str, Any] | None:
    state, version = ask.loaded(DRAFT, OfYear(employee, year))
    targets = [dict(vars(target)) for target in state.targets.values()]
    row = {"employee": employee, "year": year, "status": "draft", "targets": targets, "progress": [], "version": version}
    return row if version else None
