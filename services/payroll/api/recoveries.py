"""Routes of what is to be taken back: who owes how much, and what somebody gave back beside the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.payroll import answers, schemas
from services.payroll.domain.recovery import CLAIM, RUNS
from services.payroll.domain.repayment import REPAYMENT, RecordRepayment
from services.payroll.domain.run_id import RunId
from services.payroll.known import last_closed, read_ledger
from services.payroll.views import EMPLOYEES, RECOVERING
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint

recoveries = Blueprint("recoveries", __name__, url_prefix="/v1", description="What was overpaid, and how it comes back.")


@recoveries.route("/recoveries")
@querying("read-recoveries")
def list_recoveries(work: RequestWork) -> Page[answers.Recovery]:
    """What was ever to be taken back, by person; amount 0: all of it came back.

    `collection` ``runs``: the person is in service, and runs deduct it in `instalments_left` instalments, the first with `first_run`, the
    agency's next run. ``claim``: he has left service, on the day `ended` (his first outside it); runs pay him nothing any more, so that it
    is claimed from him (PP 38/2016) and recorded as a repayment.
    """
    listed = work.page(RECOVERING)
    return {**listed, "items": as_of(work, listed["items"])}


def as_of(work: RequestWork, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they hold today: an end of service that was known ahead has come, a run was closed a moment ago."""
    if not rows:
        return []
    people = work.knowledge.rows(EMPLOYEES, key=[row["key"] for row in rows])
    ended = {row["key"]: row["ended"] for row in people if row["ended"] and row["ended"] <= work.today}
    closed = last_closed(work.knowledge)
    return [_as_of(row, ended.get(row["key"]), closed) for row in rows]


def _as_of(row: Mapping[str, Any], ended: date | None, closed: RunId | None) -> dict[str, Any]:
    if ended is not None:
        return {**row, "collection": CLAIM, "ended": ended, "instalments_left": None, "first_run": None}
    first = max(row["first_run"], str(closed.next_month)) if closed is not None and row["amount"] else row["first_run"]
    return {**row, "collection": RUNS, "ended": None, "first_run": first}


@recoveries.route("/recoveries/<employee>/repayments", methods=["POST"])
@recoveries.arguments(schemas.NewRepayment)
@commanding("record-repayment", subject="employee", status=201)
def record_repayment(work: RequestWork, body: Mapping[str, Any], employee: str) -> answers.Repayment:
    """Record what the person gave back himself, with the receipt's number: oldest month first.

    The same receipt again changes nothing. 409 repayment-over-debt,
    409 repayment-recorded, 422 repayment-ahead, 422 repayment-too-early.
    """
    work.found(work.knowledge.row(EMPLOYEES, employee), "employee", employee)
    work.knowledge.hold(employee)  # a run that takes an instalment meanwhile would take it twice
    due = read_ledger(work.knowledge, employee).outstanding
    command = RecordRepayment(employee, body["document"], body["received_on"], body["amount"], work.today, due)
    received = next(one for one in work.execute(REPAYMENT, command).state if one.document == body["document"])
    return {
        "employee": employee,
        "amount": received.amount,
        "months": [{"month": part.month, "amount": part.amount} for part in received.adjustments],
        "owed": read_ledger(work.knowledge, employee).owed,
    }
