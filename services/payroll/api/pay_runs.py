"""Payroll's routes of pay runs: a month's run, its supplementary runs, and whom a run left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.payroll import schemas
from services.payroll.api.months import month_in
from services.payroll.domain.run import PAY_RUN, BeginAnew, CloseRun, ContinueRun, Run, check_month, check_none_open, check_supplementary
from services.payroll.domain.run_id import MOST, RunId
from services.payroll.dossier import is_closed, last_closed, next_supplementary, run_of, scheme_in, unfinished
from services.payroll.events import LeftOut
from services.payroll.posting import alone, post_chunk
from services.payroll.views import ALLOWANCES, EMPLOYEES, HELD, PAY_RUNS
from shared.http.acting import RequestWork, Unfinished, commanding, querying
from shared.http.blueprint import Blueprint
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.views.reading import Has

pay_runs = Blueprint("pay-runs", __name__, url_prefix="/v1", description="Payment of a month's allowances, and whom it left out.")

NAMED = 100
"""People whom an answer names at most; the list goes on."""


@pay_runs.route("/pay-runs", methods=["POST"])
@pay_runs.arguments(schemas.PostPayRun)
@commanding("post-pay-run", status=201, unfinished=True)
def post_pay_run(work: RequestWork, body: Mapping[str, Any]) -> dict[str, Any] | Unfinished | Refused:
    """Pay a month's allowances, with all that is outstanding of earlier months. 409 ``month-not-over``, 409 ``run-out-of-order``.

    A month is over before it is paid, but for those that the rule set pays before they end (``pay_before_end``, such as December from its
    20th day on); what becomes known of these afterwards is a difference, which the next run settles.

    ``status`` is ``posted`` when the run is closed. A large agency is posted in parts: 202 with ``continuing`` says how many people are
    ``done`` and ``left``; send the request again, with the same Idempotency-Key if it had one, until it is closed. What a part has posted
    stays, also when nobody heard its answer, and people who are through are not looked at again: whoever payroll hears of after their
    place was passed is paid by a supplementary run or the next. A closed run is answered again and never changes. ``held`` names those who
    could not be paid and what was missing, at most 100 of ``held_count``; they are kept with the run (``GET /v1/pay-runs/{run}``).
    No other run begins before a run in parts is closed: 409 ``run-not-closed``. One that ends without anybody to pay begins anew.

    ``supplementary`` (TPP susulan) pays whoever can be paid by now of the last closed run's month and the months before it, with what is
    outstanding of theirs, without waiting for the next month. It is a run of its own, such as ``2026-10.01``. 409 ``run-not-closed``,
    409 ``run-out-of-order``, 409 ``nothing-to-pay`` when nobody is to be paid.
    """
    month = month_in(body["month"])
    alone(work)  # before anything is read: what another run does meanwhile decides what this one may do
    return _supplementary(work, month) if body["supplementary"] else _ordinary(work, month)


def _ordinary(work: RequestWork, month: Period) -> dict[str, Any] | Unfinished | Refused:
    run = RunId(str(month))
    state = run_of(work.knowledge, run)
    if state.posted is not None:
        return _totals(work, state)
    scheme, closed = scheme_in(work.knowledge, month), last_closed(work.knowledge)
    check_month(month, work.today, closed, scheme is not None, scheme.early if scheme is not None else None)
    check_none_open(run, unfinished(work.knowledge, closed))
    employees = [row["key"] for row in work.knowledge.rows(EMPLOYEES)]
    return _go_on(work, run, state, employees)


def _supplementary(work: RequestWork, month: Period) -> dict[str, Any] | Unfinished | Refused:
    closed = last_closed(work.knowledge)
    check_supplementary(month, closed, is_closed(work.knowledge, RunId(str(month))))
    run = next_supplementary(work.knowledge, str(month))
    if run is None:
        raise Refused(
            "too-many-runs",
            expected=f"at most {MOST} supplementary runs of a month",
            found=str(MOST),
            remedy="pay with the next month's run",
        )
    check_none_open(run, unfinished(work.knowledge, closed))
    paid = {row["employee"] for row in work.knowledge.rows(ALLOWANCES, month=str(month), status="posted")}
    # Whose month is paid may still wait for an earlier one.
    open_ = {row["employee"] for row in work.knowledge.rows(HELD, status=["waiting", "payable"]) if row["month"] <= str(month)}
    waiting = [row["key"] for row in work.knowledge.rows(EMPLOYEES) if row["key"] not in paid or row["key"] in open_]
    return _go_on(work, run, run_of(work.knowledge, run), waiting)


def _go_on(work: RequestWork, run: RunId, state: Run, employees: Sequence[str]) -> dict[str, Any] | Unfinished | Refused:
    """Post those whom the run has not reached yet, for as long as a part may take; closes the run where everybody is through."""
    to_come = sorted(employee for employee in employees if employee > state.reached)
    outcome = post_chunk(work, run.period, to_come, run.number)
    held, room = len(outcome.held), NAMED - len(state.named or ())
    named = tuple(LeftOut(each.employee, each.missing) for each in outcome.held[:room])
    if not outcome.left:
        try:
            work.execute(PAY_RUN, CloseRun(str(run), run.month, outcome.paid, work.actor.id, held, named))
        except Refused as nobody:
            if not state.open:
                raise
            work.execute(PAY_RUN, BeginAnew(str(run), run.month))
            return nobody
        return _totals(work, run_of(work.knowledge, run))
    reached = to_come[outcome.done - 1]
    work.execute(PAY_RUN, ContinueRun(str(run), run.month, reached, outcome.done, outcome.paid, held, named))
    return Unfinished(
        {
            "run": str(run),
            "month": run.month,
            "status": "continuing",
            "done": state.people + outcome.done,
            "left": outcome.left,
            "remedy": "send the request again, with the same Idempotency-Key, until its status is posted",
            "held": [{"month": run.month, **asdict(each)} for each in (*(state.named or ()), *named)],
            "held_count": state.held + held,
        }
    )


@pay_runs.route("/pay-runs")
@pay_runs.arguments(schemas.OfRunMonth, location="query")
@querying("read-pay-runs", listed=True)
def list_pay_runs(work: RequestWork, query: Mapping[str, Any]) -> dict[str, Any]:
    """The pay runs that are closed, by month, each month's supplementary runs after its own; ``month`` narrows the list."""
    return work.page(PAY_RUNS, month=query["month"])


@pay_runs.route("/pay-runs/<run>")
@querying("read-pay-runs")
def show_pay_run(work: RequestWork, run: str) -> dict[str, Any]:
    """One pay run with its totals in rupiah, and the first page of whom it left out (``held``, as in ``GET /v1/held-allowances``)."""
    row = work.found(work.knowledge.row(PAY_RUNS, run), "pay-run", run)
    return {**row, "held": work.knowledge.rows(HELD, run=run)[:NAMED]}


@pay_runs.route("/held-allowances")
@pay_runs.arguments(schemas.OfHeld, location="query")
@querying("read-pay-runs", listed=True)
def list_held(work: RequestWork, query: Mapping[str, Any]) -> dict[str, Any]:
    """Whom runs left out, by month and person: `missing` for what, `waits_for` what is missing now, and whether it is solved.

    `status`: ``waiting``; ``payable`` by the next run or a supplementary one; ``nothing-due``, as outside service; ``paid``, in the run
    `paid_in`. ``run``, ``month``, ``employee``, ``status`` and ``reason`` (a code of what is missing, or was last) narrow the list.
    """
    named = {name: query[name] for name in ("run", "month", "employee", "status")}
    return work.page(HELD, **named, reasons=Has(query["reason"]) if query["reason"] is not None else None)


def _totals(work: RequestWork, run: Run) -> dict[str, Any]:
    closed = run.posted
    named = run.named if run.named is not None else work.knowledge.rows(HELD, run=closed.run)[:NAMED]
    return {
        "run": closed.run,
        "month": closed.month,
        "status": "posted",
        "persons": closed.persons,
        "totals": {"posted": closed.total_posted, "adjustments": closed.total_adjustments, "paid": closed.total_paid},
        "held": [{"month": closed.month, **(asdict(one) if isinstance(one, LeftOut) else _of_row(one))} for one in named],
        "held_count": closed.held,
    }


def _of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("employee", "missing")}
