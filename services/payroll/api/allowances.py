"""Payroll's routes: allowances with their explanations, payslips."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.payroll import answers, schemas
from services.payroll.api.months import month_in, run_in
from services.payroll.api.recoveries import as_of
from services.payroll.domain.entitlement import Held
from services.payroll.domain.explanation import Story, explain, plans_counting
from services.payroll.heard import (
    AppraisalAccepted,
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    DecisionTermMoved,
    DeliveryWithdrawn,
    ObjectionDecided,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionRefused,
    ObjectionTermMoved,
    PlanApproved,
    ProgressRecorded,
    ScoreSubmitted,
    TargetSet,
)
from services.payroll.known import entitlement_of, read_dossier, read_ledger, scheme_in, unseen_by
from services.payroll.views import ADJUSTMENT_PAYMENTS, ALLOWANCES, EMPLOYEES, HELD, RECOVERING, exception_key
from shared.http.acting import RequestWork, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

blp = Blueprint("payroll", __name__, url_prefix="/v1", description="Allowances that follow from appraisals, and their payment.")

JUDGED = (
    AppraisalImported,
    AppraisalDelivered,
    DeliveryWithdrawn,
    ObjectionTermMoved,
    AppraisalAccepted,
    ObjectionFiled,
    ObjectionRefused,
    DecisionTermMoved,
    ObjectionOverdue,
    ObjectionDecided,
    AppraisalFinalized,
    AppraisalCorrected,
)


@blp.route("/allowances")
@blp.arguments(schemas.OfMonth, location="query")
@querying("list-allowances")
def list_allowances(work: RequestWork, query: Mapping[str, Any]) -> Page[answers.Allowance]:
    """Allowances by person and month; ``month``, ``employee`` and ``run`` (that paid it) narrow the list.

    A row of the caller's own says nothing of what a result pays that he has not read in appraisal yet.
    """
    listed = work.page(ALLOWANCES, month=query["month"], employee=query["employee"], run=query["run"])
    if not any(row["employee"] == work.actor.id for row in listed["items"]):
        return listed
    unseen = unseen_by(work.knowledge, work.actor.id)
    return {**listed, "items": [_veiled(row) if _rests_on(row, unseen, work.actor.id) else row for row in listed["items"]]}


OPEN_TO_ALL = ("key", "employee", "month", "status", "run", "version")


def _veiled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if name in OPEN_TO_ALL else None for name, value in row.items()}


def _rests_on(row: Mapping[str, Any], unseen: Container[str], reader: str) -> bool:
    return row["employee"] == reader and row["predicate_period"] in unseen


def _must_have_read(work: RequestWork, employee: str, periods: Iterable[str | None]) -> None:
    """Refused (409) to the employee himself while he has not read in appraisal the result of a period that this rests on.

    A delivery can be withdrawn until he has read it; payroll, which only appraisal tells so, must not show it to him before.
    """
    if work.actor.id != employee:
        return
    unread = sorted({period for period in periods if period is not None} & unseen_by(work.knowledge, employee))
    if unread:
        raise Refused(
            "result-unread",
            expected=f"that you have read your result of {unread[0]} in appraisal",
            found="a delivered result that you have not read",
            remedy=f"read it first (GET /v1/appraisals/{employee}/{unread[0]}); payroll shows what it pays a moment later",
        )


def _told_by(work: RequestWork, row: Mapping[str, Any]) -> list[str | None]:
    """The periods whose results a month's row tells: its own, and those of the months whose differences were paid with it."""
    settled = [f"{row['employee']}/{part['month']}" for part in row["adjustments"] or ()]
    others = work.knowledge.rows(ALLOWANCES, key=settled) if settled else ()
    return [each["predicate_period"] for each in (row, *others)]


@blp.route("/allowances/<employee>/<month>")
@querying("read-allowance", subject="employee")
def show_allowance(work: RequestWork, employee: str, month: str) -> answers.Allowance | answers.WaitingAllowance | answers.PendingAllowance:
    """One person's month: as posted, as due now, and what its run paid of earlier months.

    A month that waits says what for (``held``), and which run left it out. 409 ``result-unread``: the caller himself has not read the
    result yet that pays the month, or made the difference of another that was paid with it.
    """
    period = month_in(month)
    row = work.knowledge.row(ALLOWANCES, f"{employee}/{month}")
    if row is not None and row["status"] != "held":
        _must_have_read(work, employee, _told_by(work, row))
        return dict(row)
    _known(work, employee)
    finding = entitlement_of(work.knowledge, employee, period)
    left_out = work.knowledge.row(HELD, exception_key(employee, month))
    said = {"employee": employee, "month": month, "left_out_by": left_out["run"] if left_out is not None else None}
    if isinstance(finding, Held):
        return {**said, "status": "held", "missing": [asdict(one) for one in finding.missing]}
    _must_have_read(work, employee, [finding.predicate_period])
    return {**said, "status": "pending", "due": finding.total}


@blp.route("/allowances/<employee>/<month>/explanation")
@querying("read-allowance", subject="employee")
def explain_allowance(work: RequestWork, employee: str, month: str) -> answers.Explanation:
    """From the rupiah back to the target.

    Lines, rules with their sources, attendance, predicate, objection, decision, scores, targets: each step with the event that it rests on.
    ``zone`` is the agency's, for who shows the moments. 409 ``result-unread`` as for the month.
    """
    period = month_in(month)
    _known(work, employee)
    knowledge = work.knowledge
    dossier, ledger = read_dossier(knowledge, employee), read_ledger(knowledge, employee)
    finding = entitlement_of(knowledge, employee, period)
    scheme = scheme_in(knowledge, period)
    appraised, row = _appraised(finding, period, scheme), knowledge.row(ALLOWANCES, f"{employee}/{month}")
    told = _told_by(work, row) if row is not None else ()
    _must_have_read(work, employee, [None if appraised is None else str(appraised), *told])
    story = story_of(knowledge, employee, appraised)
    told = explain(period, finding, scheme, dossier, story, ledger.of_month(month), ledger.settlements)
    return {**told, "zone": knowledge.zone.zone}


@blp.route("/payslips/<employee>/<run>")
@querying("read-allowance", subject="employee")
def show_payslip(work: RequestWork, employee: str, run: str) -> answers.Payslip:
    """What a run (``2026-04``, or the supplementary ``2026-04.01``) paid this person: the months posted in it, and adjustments. Rupiah.

    ``recovery`` says what is still to be taken back and how, as known now; null when nothing. 409 ``result-unread`` as for the months, and
    while a month's difference rests on such a result.
    """
    run_in(run)
    months = work.knowledge.rows(ALLOWANCES, employee=employee)
    rows = [row for row in months if row["run"] == run]
    without_month = work.knowledge.row(ADJUSTMENT_PAYMENTS, f"{employee}/{run}")
    paying = [*rows, *((without_month,) if without_month is not None else ())]
    if not paying:
        work.found(None, "payslip", f"{employee}/{run}")
    # A difference tells the result too: in the adjustments, and in what is still to be taken back.
    _must_have_read(work, employee, [row["predicate_period"] for row in months if row["run"] == run or row["corrections"]])
    return {
        "employee": employee,
        "run": run,
        "months": [{"month": row["month"], "lines": row["lines"], "posted": row["posted"]} for row in rows],
        "adjustments": [part for row in paying for part in row["adjustments"]],
        "paid": sum(row["paid"] for row in paying),
        "recovery": _recovery(work, employee),
    }


def story_of(knowledge: Knowledge, employee: str, period: Period | None) -> Story:
    """What was heard about the appraisal of `period`, with the plan that it measures."""
    if period is None:
        return Story()
    months = {str(month) for month in period.months}

    def about(model: type, period_text: str) -> Sequence[Fact]:
        return [fact for fact in knowledge.facts(model, employee) if fact.event.period == period_text]

    plans = plans_counting((fact.event for fact in about(PlanApproved, str(period.year))), period)
    return Story(
        judged=[fact for model in JUDGED for fact in about(model, str(period))],
        scores=about(ScoreSubmitted, str(period)),
        targets=[fact for fact in about(TargetSet, str(period.year)) if not plans or fact.event.plan_version in plans],
        progress=[fact for fact in about(ProgressRecorded, str(period.year)) if fact.event.month in months],
    )


def _appraised(finding: Any, month: Period, scheme: Any) -> Period | None:
    """The period whose predicate pays the month, or would."""
    if not isinstance(finding, Held):
        return Period.parse(finding.predicate_period)
    return scheme.pays(month) if scheme is not None else None


def _recovery(work: RequestWork, employee: str) -> dict[str, Any] | None:
    row = work.knowledge.row(RECOVERING, employee)
    if row is None or not row["amount"]:
        return None
    [told] = as_of(work, [row])
    return {name: told[name] for name in ("amount", "instalments_left", "cap_percent", "first_run", "collection")}


def _known(work: RequestWork, employee: str) -> None:
    work.found(work.knowledge.row(EMPLOYEES, employee), "employee", employee)
