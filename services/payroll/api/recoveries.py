"""Routes of what is to be taken back: who owes how much, and what somebody gave back beside the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.payroll import schemas
from services.payroll.domain.repayment import REPAYMENT, RecordRepayment
from services.payroll.dossier import read_ledger
from services.payroll.views import EMPLOYEES, RECOVERING
from shared.http.acting import Ask, commanding, querying
from shared.http.blueprint import Blueprint

recoveries = Blueprint("recoveries", __name__, url_prefix="/v1", description="What was overpaid, and how it comes back.")


@recoveries.route("/recoveries")
@querying("read-recoveries")
def list_recoveries(ask: Ask) -> dict[str, Any]:
    """What was ever to be taken back, by person; amount 0: all of it came back.

    `first_run` behind the last closed run says that nothing is deducted, because the person is paid nothing any more: it is claimed from
    him (PP 38/2016) and recorded as a repayment.
    """
    return ask.page(RECOVERING)


@recoveries.route("/recoveries/<employee>/repayments", methods=["POST"])
@recoveries.arguments(schemas.Repayment)
@commanding("record-repayment", subject="employee", status=201)
def record_repayment(ask: Ask, body: Mapping[str, Any], employee: str) -> dict[str, Any]:
    """Record what the person gave back himself, with the receipt's number: oldest month first.

    Answers {employee, amount, months, owed}; `owed` is what is left. The same receipt again changes nothing. 409 repayment-over-debt,
    409 repayment-recorded, 422 repayment-ahead.
    """
    ask.found(ask.knowledge.row(EMPLOYEES, employee), "employee", employee)
    ask.knowledge.hold(employee)  # a run that takes an instalment meanwhile would take it twice
    due = read_ledger(ask.knowledge, employee).outstanding
    command = RecordRepayment(employee, body["document"], body["received_on"], body["amount"], ask.today, due)
    ask.execute(REPAYMENT, command)
    received = next(one for one in ask.state(REPAYMENT, command) if one.document == body["document"])
    return {
        "employee": employee,
        "amount": received.amount,
        "months": [{"month": part.month, "amount": part.amount} for part in received.adjustments],
        "owed": read_ledger(ask.knowledge, employee).owed,
    }
