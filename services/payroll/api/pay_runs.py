"""Payroll's routes of pay runs: a month's run, its supplementary runs, and whom a run left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.payroll import answers, schemas
from services.payroll.api.months import month_in
from services.payroll.domain.run import PAY_RUN, OpenRun, Run, check_month, check_none_open, check_supplementary
from services.payroll.domain.run_id import MOST, RunId
from services.payroll.jobs import NAMED, PAY_RUN_JOB, totals
from services.payroll.known import is_closed, last_closed, next_supplementary, run_of, scheme_in, unfinished
from services.payroll.views import EMPLOYEES, HELD, PAY_RUNS
from shared.http.acting import Accepted, RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.views.reading import Has

pay_runs = Blueprint("pay-runs", __name__, url_prefix="/v1", description="Payment of a month's allowances, and whom it left out.")


@pay_runs.route("/pay-runs", methods=["POST"])
@pay_runs.arguments(schemas.PostPayRun)
@commanding("post-pay-run", status=201, at="/v1/pay-runs/{run}")
def post_pay_run(work: RequestWork, body: Mapping[str, Any]) -> answers.ClosedRun | Accepted:
    """Pay a month's allowances, with all that is outstanding of earlier months. 409 ``month-not-over``, 409 ``run-out-of-order``.

    A month is over before it is paid, but for those that the rule set pays before they end (``pay_before_end``, such as December from its
    20th day on); what becomes known of these afterwards is a difference, which the next run settles.

    202: the run is open, and a job (``Location``) pays the people in the order of their codes. Asked again meanwhile, the same job is
    answered. Its ``result`` is the closed run: ``held`` names those who could not be paid and what was missing, at most 100 of
    ``held_count``; they are kept with the run (``GET /v1/pay-runs/{run}``). Who becomes known after his place was passed is paid
    by a supplementary run or the next. A run that finds nobody to pay fails (``nothing-to-pay``) and is not open any more. A job that is
    cancelled pays nobody further; what it posted stays, and the run, if it paid anybody, stays open: asked for again it goes on. No other
    run begins before that: 409 ``run-not-closed``. 201: the run is closed; it is answered again and never changes.

    ``supplementary`` (TPP susulan) pays those who can be paid by now of the last closed run's month and the months before it, with what is
    outstanding of theirs, without waiting for the next month. It is a run of its own, such as ``2026-10.01``. 409 ``run-not-closed``,
    409 ``run-out-of-order``.
    """
    month = month_in(body["month"])
    work.knowledge.hold("pay-runs/")  # before anything is read: what another request opens meanwhile decides what this one may do
    run = _supplementary(work, month) if body["supplementary"] else RunId(str(month))
    state = run_of(work.knowledge, run)
    if state.posted is not None:
        return _answered(work, state)
    if not run.number:
        _check_ordinary(work, month)
    check_none_open(run, unfinished(work.knowledge, last_closed(work.knowledge)))
    work.execute(PAY_RUN, OpenRun(str(run), run.month))
    left = max(0, work.count(EMPLOYEES) - state.people)
    return Accepted(work.start(PAY_RUN_JOB, about=str(run), total=left, run=str(run)))


def _check_ordinary(work: RequestWork, month: Period) -> None:
    scheme = scheme_in(work.knowledge, month)
    check_month(month, work.today, last_closed(work.knowledge), scheme is not None, scheme.early if scheme is not None else None)


def _supplementary(work: RequestWork, month: Period) -> RunId:
    """The month's next supplementary run, which is open or may be opened."""
    check_supplementary(month, last_closed(work.knowledge), is_closed(work.knowledge, RunId(str(month))))
    run = next_supplementary(work.knowledge, str(month))
    if run is None:
        raise Refused(
            "too-many-runs",
            expected=f"at most {MOST} supplementary runs of a month",
            found=str(MOST),
            remedy="pay with the next month's run",
        )
    return run


def _answered(work: RequestWork, run: Run) -> dict[str, Any]:
    """A closed run. Whom it left out is in a view for one that was closed before its stream kept them."""
    if run.named is not None:
        return totals(run)
    rows = work.rows(HELD, most=NAMED, run=run.posted.run)
    return totals(run) | {"held": [{"month": run.posted.month, "employee": row["employee"], "missing": row["missing"]} for row in rows]}


@pay_runs.route("/pay-runs")
@pay_runs.arguments(schemas.OfRunMonth, location="query")
@querying("read-pay-runs")
def list_pay_runs(work: RequestWork, query: Mapping[str, Any]) -> Page[answers.ListedRun]:
    """The pay runs that are closed, by month, each month's supplementary runs after its own; ``month`` narrows the list."""
    return work.page(PAY_RUNS, month=query["month"])


@pay_runs.route("/pay-runs/<run>")
@querying("read-pay-runs")
def show_pay_run(work: RequestWork, run: str) -> answers.PayRun:
    """One pay run with its totals in rupiah, and the first page of whom it left out (``held``, as in ``GET /v1/held-allowances``)."""
    row = work.found(work.knowledge.row(PAY_RUNS, run), "pay-run", run)
    return {**row, "held": work.rows(HELD, most=NAMED, run=run)}


@pay_runs.route("/held-allowances")
@pay_runs.arguments(schemas.OfHeld, location="query")
@querying("read-pay-runs")
def list_held(work: RequestWork, query: Mapping[str, Any]) -> Page[answers.HeldAllowance]:
    """Whom runs left out, by month and person: `missing` for what, `waits_for` what is missing now, and whether it is solved.

    `status`: ``waiting``; ``payable`` by the next run or a supplementary one; ``nothing-due``, as outside service; ``paid``, in the run
    `paid_in`. ``run``, ``month``, ``employee``, ``status`` and ``reason`` (a code of what is missing, or was last) narrow the list.
    """
    named = {name: query[name] for name in ("run", "month", "employee", "status")}
    return work.page(HELD, **named, reasons=Has(query["reason"]) if query["reason"] is not None else None)
