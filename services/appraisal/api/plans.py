"""Routes of plans: rules acknowledged, targets drafted, the plan approved, progress recorded."""

from __future__ import annotations

from typing import Any

from services.appraisal import schemas
from services.appraisal.answers import plans as answers
from services.appraisal.api.reading import (
    closed_months,
    delivered_months,
    draft_of,
    plan_fixed,
    plan_now,
    reporting_in,
    rules_in,
)
from services.appraisal.domain.acknowledgement import RULES_READ, AcknowledgeRules
from services.appraisal.domain.appraised import appraised_in, outside_service
from services.appraisal.domain.plan import PLAN, ApprovePlan, RecordProgress
from services.appraisal.domain.targets import DRAFT, PresentDraft, WithdrawTarget, check_year
from services.appraisal.known import employment_of, must_be_registered, transfers_in
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint

plans = Blueprint("plans", __name__, url_prefix="/v1", description="Plans (SKP): targets, their approval, monthly progress.")


@plans.route("/rules-acknowledgements/<employee>", methods=["POST"])
@plans.arguments(schemas.Acknowledgement)
@commanding("acknowledge-rules", subject="employee", status=201)
def acknowledge(work: RequestWork, body: dict[str, Any], employee: str) -> answers.RulesAcknowledgement:
    """Say that one has been told of the rules.

    By the employee. Said again for the same rule set it changes nothing.
    """
    must_be_registered(work.knowledge, employee)
    work.execute(RULES_READ, AcknowledgeRules(employee, body["rule_set"], body["how"]))
    return {"employee": employee, "rule_set": body["rule_set"]}


@plans.route("/plans/<employee>/<year>/targets", methods=["POST"])
@plans.arguments(schemas.NewTarget)
@commanding("draft-target", subject="employee", status=201, at="/v1/plans/{employee}/{year}", many=True)
def draft_target(work: RequestWork, body: dict[str, Any], employee: str, year: str) -> answers.TargetVersion:
    """Propose a target, or propose it anew under the same id.

    Without a weight in all of them the targets weigh the same, exactly; `exact_weight` says one that is no whole percent. `months` are
    those in which the target is measured (such as the one in which it is due): before, it is neither asked for nor counted.
    By the employee, until the superior approves the plan (409 plan-approved). Another post within the year, or a rule set whose
    `plan_changes` allow it, opens the draft again: it begins with the targets as they were fixed.
    422 outside-service in a year without a day of service.
    """
    must_be_registered(work.knowledge, employee)
    _served(work, employee, year)
    appended = work.execute(DRAFT, draft_of(work, employee, year, body))
    return {"target_id": body["target_id"], "version": appended.version}


@plans.route("/plans/<employee>/<year>/targets/<target>", methods=["DELETE"])
@commanding("draft-target", subject="employee")
def withdraw_target(work: RequestWork, employee: str, year: str, target: str) -> answers.TargetVersion:
    """Withdraw a proposed target.

    By the employee. 404 unknown-target, 409 plan-approved.
    """
    appended = work.execute(DRAFT, WithdrawTarget(employee, year, target, plan_fixed(work, employee, year)))
    return {"target_id": target, "version": appended.version}


@plans.route("/plans/<employee>/<year>/approval", methods=["POST"])
@plans.arguments(schemas.Approval)
@commanding("approve-plan", subject="employee", if_match=True, status=201, at="/v1/plans/{employee}/{year}")
def approve(work: RequestWork, body: dict[str, Any], employee: str, year: str) -> answers.PlanApproval:
    """Fix the plan: PlanApproved, and TargetSet for each target.

    By the assessor. If-Match is the version of the draft, as GET shows it. 422 weights-not-100 says the sum, 422 weights-of-some
    names who has none, 422 period-unmeasured; 409 plan-approved.
    After another post within the year, or where the rules allow it, the plan is made anew `since` a day (without it that of the last
    post begun): it counts from the first whole month on, the earlier version for the months before. 422 plan-since; 409 period-delivered
    where a month of it has been appraised: the remedy names the first day after those months, from which a post that was learned of late
    has its plan. The ETag is from now on the plan's.
    """
    period = check_year(year)
    _served(work, employee, year)
    # The draft is the first stream written to, so that If-Match is compared with it.
    targets = tuple(work.execute(DRAFT, PresentDraft(employee, year)).state.targets.values())
    rules = rules_in(work, period)
    anew = work.state(PLAN, employee, year).approved
    command = ApprovePlan(
        employee,
        year,
        targets,
        work.actor.id,
        body["document"],
        rules.name,
        work.today,
        body["since"],
        transfers_in(work.knowledge, employee, period) if anew else (),
        rules.plan_changes.priorities,
        delivered_months(work, employee, period) if anew else frozenset(),
        appraised_in(rules, period),
    )
    appended = work.execute(PLAN, command)
    fixed = appended.state.versions[-1]
    shown = {"plan_version": fixed.number, "targets": [target.target_id for target in targets], "version": appended.version}
    return shown | ({"since": fixed.since, "first_month": str(fixed.first)} if fixed.since else {})


def _served(work: RequestWork, employee: str, year: str) -> None:
    """Refused (422) for a year without a day of service."""
    period, service = check_year(year), employment_of(work.knowledge, employee)
    if not service.serves_in(period):
        raise outside_service(service, period)


@plans.route("/plans/<employee>/<year>/progress", methods=["POST"])
@plans.arguments(schemas.Progress)
@commanding("record-progress", subject="employee", status=201, at="/v1/plans/{employee}/{year}", many=True)
def record_progress(work: RequestWork, body: dict[str, Any], employee: str, year: str) -> answers.ProgressVersion:
    """Report what was achieved of a target in a month, with the evidence's digests and, if there was one, the obstacle.

    By the employee; a later report of the same month replaces the earlier. 409 plan-not-approved, 409 period-delivered, 404 unknown-target,
    422 month-outside-period, 422 month-not-measured, 422 month-not-begun, 422 outside-service for a month before service, after its end,
    or away as the rule set says.
    """
    measurement, not_asked = reporting_in(work, body["month"])
    obstacle = work.text(body["obstacle"]).id if body["obstacle"] else None
    command = RecordProgress(
        employee,
        year,
        body["target_id"],
        body["month"],
        body["value"],
        tuple(body["evidence"]),
        obstacle,
        work.today,
        closed_months(work, employee, body["month"]),
        measurement,
        service=employment_of(work.knowledge, employee),
        not_asked=not_asked,
    )
    appended = work.execute(PLAN, command)
    return {"target_id": command.target_id, "month": command.month, "version": appended.version}


@plans.route("/plans/<employee>/<year>")
@querying("read-plan", subject="employee")
def show_plan(work: RequestWork, employee: str, year: str) -> answers.Plan | answers.DraftPlan:
    """The plan: the draft until it is approved, then the fixed targets with every month's progress."""
    row = plan_now(work, employee, year) or _draft(work, employee, year)
    plan = work.found(row, "plan", f"{employee}/{year}")
    if plan["status"] == "approved" and not plan_fixed(work, employee, year):
        draft = _draft(work, employee, year) or {"targets": [], "version": 0}
        plan["draft"] = {"targets": draft["targets"], "version": draft["version"]}
    told = (plan, plan.get("draft"), *(plan.get("versions") or ()))
    for target in (target for part in told if part for target in part["targets"]):
        if "what_text" in target:
            text = target.pop("what_text")
            target["what"] = work.read_text(text) if text else None
    for report in plan["progress"]:
        text = report.pop("obstacle_text")
        report["obstacle"] = work.read_text(text) if text else None
    return plan


def _draft(work: RequestWork, employee: str, year: str) -> dict[str, Any] | None:
    state, version = work.loaded(DRAFT, employee, year)
    targets = [dict(vars(target)) for target in state.targets.values()]
    row = {"employee": employee, "year": year, "status": "draft", "targets": targets, "progress": [], "version": version}
    return row if version else None
