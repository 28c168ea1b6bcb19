"""Payroll's routes: pay runs, allowances with their explanations, payslips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.payroll import schemas
from services.payroll.domain.entitlement import Held
from services.payroll.domain.explanation import Story, explain
from services.payroll.domain.run import PAY_RUN, CloseRun, check_month
from services.payroll.dossier import entitlement_of, last_closed, read_dossier, read_ledger, scheme_in
from services.payroll.events import PayRunPosted
from services.payroll.heard import (
    AppraisalAccepted,
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    DeliveryWithdrawn,
    ObjectionDecided,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionRefused,
    ProgressRecorded,
    ScoreSubmitted,
    TargetSet,
)
from services.payroll.posting import alone, post_chunk, posted_in
from services.payroll.views import ADJUSTMENT_PAYMENTS, ALLOWANCES, EMPLOYEES, PAY_RUNS, RECOVERING
from shared.http.acting import Ask, commanding, querying
from shared.http.blueprint import Blueprint
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

blp = Blueprint("payroll", __name__, url_prefix="/v1", description="Allowances that follow from appraisals, and their payment.")

JUDGED = (
    AppraisalImported,
    AppraisalDelivered,
    DeliveryWithdrawn,
    AppraisalAccepted,
    ObjectionFiled,
    ObjectionRefused,
    ObjectionOverdue,
    ObjectionDecided,
    AppraisalFinalized,
    AppraisalCorrected,
)


@blp.route("/pay-runs", methods=["POST"])
@blp.arguments(schemas.PostPayRun)
@commanding("post-pay-run", status=201)
def post_pay_run(ask: Ask, body: Mapping[str, Any]) -> dict[str, Any]:
    """Pay a month's allowances, with all that is outstanding of earlier months.

    ``status`` is ``posted`` when the run is closed. A large agency is posted in parts: ``continuing`` says how many people are left; send
    the request again (with another Idempotency-Key) until it is closed. A closed run is answered again and never changes. ``held`` names
    those who could not be paid and what is missing; the next run pays them.
    """
    month = month_in(body["month"])
    alone(ask)  # before anything is read: what another run does meanwhile decides what this one may do
    command = CloseRun(run=str(month), month=str(month), posted=(), treasurer=ask.actor.id)
    closed = ask.state(PAY_RUN, command).posted
    if closed is not None:
        return _totals(closed, ())
    check_month(month, ask.today, last_closed(ask.knowledge), scheme_in(ask.knowledge, month) is not None)
    employees = [row["key"] for row in ask.knowledge.rows(EMPLOYEES)]
    outcome = post_chunk(ask, month, employees)
    held = [asdict(each) for each in outcome.held]
    if outcome.left:
        return {"run": str(month), "month": str(month), "status": "continuing", "done": outcome.done, "left": outcome.left, "held": held}
    posted = posted_in(ask.knowledge, str(month), employees)
    ask.execute(PAY_RUN, CloseRun(str(month), str(month), posted, ask.actor.id))
    return _totals(ask.state(PAY_RUN, command).posted, held)


@blp.route("/pay-runs")
@querying("read-pay-runs", listed=True)
def list_pay_runs(ask: Ask) -> dict[str, Any]:
    """The pay runs that are closed, by month."""
    return ask.page(PAY_RUNS)


@blp.route("/pay-runs/<run>")
@querying("read-pay-runs")
def show_pay_run(ask: Ask, run: str) -> dict[str, Any]:
    """One pay run with its totals in rupiah."""
    return ask.found(ask.knowledge.row(PAY_RUNS, run), "pay-run", run)


@blp.route("/allowances")
@blp.arguments(schemas.OfMonth, location="query")
@querying("list-allowances", listed=True)
def list_allowances(ask: Ask, query: Mapping[str, Any]) -> dict[str, Any]:
    """Allowances by person and month; ``month`` and ``employee`` narrow the list."""
    return ask.page(ALLOWANCES, month=query["month"], employee=query["employee"])


@blp.route("/allowances/<employee>/<month>")
@querying("read-allowance", subject="employee")
def show_allowance(ask: Ask, employee: str, month: str) -> dict[str, Any]:
    """One person's month: as posted, as due now, and what its run paid of earlier months. A month that waits says what for (``held``)."""
    period = month_in(month)
    row = ask.knowledge.row(ALLOWANCES, f"{employee}/{month}")
    if row is not None and row["status"] != "held":
        return dict(row)
    _known(ask, employee)
    finding = entitlement_of(ask.knowledge, employee, period)
    if isinstance(finding, Held):
        return {"employee": employee, "month": month, "status": "held", "missing": [asdict(one) for one in finding.missing]}
    return {"employee": employee, "month": month, "status": "pending", "due": finding.total}


@blp.route("/allowances/<employee>/<month>/explanation")
@querying("read-allowance", subject="employee")
def explain_allowance(ask: Ask, employee: str, month: str) -> dict[str, Any]:
    """From the rupiah back to the target.

    Lines, rules with their sources, attendance, predicate, objection, decision, scores, targets: each step with the event that it rests on.
    """
    period = month_in(month)
    _known(ask, employee)
    knowledge = ask.knowledge
    dossier, ledger = read_dossier(knowledge, employee), read_ledger(knowledge, employee)
    finding = entitlement_of(knowledge, employee, period)
    scheme = scheme_in(knowledge, period)
    story = story_of(knowledge, employee, _appraised(finding, period, scheme))
    return explain(period, finding, scheme, dossier, story, ledger.of_month(month), ledger.settlements)


@blp.route("/payslips/<employee>/<month>")
@querying("read-allowance", subject="employee")
def show_payslip(ask: Ask, employee: str, month: str) -> dict[str, Any]:
    """What the run of ``month`` paid this person: the months posted in it, and the adjustments of earlier ones. Rupiah.

    ``recovery`` says what later runs will take back, as known now; null when nothing.
    """
    month_in(month)
    rows = ask.knowledge.rows(ALLOWANCES, employee=employee, run=month)
    without_month = ask.knowledge.row(ADJUSTMENT_PAYMENTS, f"{employee}/{month}")
    paying = [*rows, *((without_month,) if without_month is not None else ())]
    if not paying:
        ask.found(None, "payslip", f"{employee}/{month}")
    return {
        "employee": employee,
        "run": month,
        "months": [{"month": row["month"], "lines": row["lines"], "posted": row["posted"]} for row in rows],
        "adjustments": [part for row in paying for part in row["adjustments"]],
        "paid": sum(row["paid"] for row in paying),
        "recovery": _recovery(ask, employee),
    }


def month_in(text: str) -> Period:
    """The month that a path names. Refused (422) for anything else."""
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.kind != "month":
        raise Refused("invalid-month", status=422, expected="a month such as 2026-04", found=text, remedy="correct the month")
    return period


def story_of(knowledge: Knowledge, employee: str, period: Period | None) -> Story:
    """What was heard about the appraisal of `period`, with the plan that it measures."""
    if period is None:
        return Story()
    months = {str(month) for month in period.months}

    def about(model: type, period_text: str) -> Sequence[Fact]:
        return [fact for fact in knowledge.facts(model, employee) if fact.event.period == period_text]

    return Story(
        judged=[fact for model in JUDGED for fact in about(model, str(period))],
        scores=about(ScoreSubmitted, str(period)),
        targets=about(TargetSet, str(period.year)),
        progress=[fact for fact in about(ProgressRecorded, str(period.year)) if fact.event.month in months],
    )


def _appraised(finding: Any, month: Period, scheme: Any) -> Period | None:
    """The period whose predicate pays the month, or would."""
    if not isinstance(finding, Held):
        return Period.parse(finding.predicate_period)
    return scheme.pays(month) if scheme is not None else None


def _recovery(ask: Ask, employee: str) -> dict[str, Any] | None:
    row = ask.knowledge.row(RECOVERING, employee)
    if row is None or not row["amount"]:
        return None
    return {name: row[name] for name in ("amount", "instalments_left", "cap_percent", "first_run")}


def _known(ask: Ask, employee: str) -> None:
    ask.found(ask.knowledge.row(EMPLOYEES, employee), "employee", employee)


def _totals(closed: PayRunPosted, held: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "run": closed.run,
        "month": closed.month,
        "status": "posted",
        "persons": closed.persons,
        "totals": {"posted": closed.total_posted, "adjustments": closed.total_adjustments, "paid": closed.total_paid},
        "held": list(held),
    }
