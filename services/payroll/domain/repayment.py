"""A repayment: what somebody gives back beside the runs, such as one whom no run pays any more (PP 38/2016: claims on employees)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.payroll.domain.recovery import Outstanding, give_back, owed
from services.payroll.events import RepaymentReceived
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class RecordRepayment:
    """`document`: the receipt's number. `amount` in rupiah; `due`: what is outstanding of the person's adjustments."""

    employee: str
    document: str
    received_on: date
    amount: Rupiah
    today: date
    due: tuple[Outstanding, ...]


def decide(state: tuple[RepaymentReceived, ...], command: RecordRepayment) -> Sequence[RepaymentReceived]:
    """RepaymentReceived, oldest month first; the same receipt again changes nothing. Refused for more than is owed, ahead, or before."""
    for earlier in state:
        if earlier.document == command.document:
            if (earlier.amount, earlier.received_on) == (command.amount, command.received_on):
                return ()
            raise Refused(
                "repayment-recorded",
                expected="a receipt that is not recorded yet",
                found=f"{earlier.document} of {earlier.received_on} over {earlier.amount} rupiah",
                remedy="give each receipt its own number",
            )
    if command.received_on > command.today:
        raise Refused(
            "repayment-ahead",
            status=422,
            expected=f"a day up to {command.today}",
            found=str(command.received_on),
            remedy="record it when the money is there",
        )
    debt = owed(command.due)
    if debt and command.received_on < (first := Period.parse(command.due[0].month).start):
        raise Refused(
            "repayment-too-early",
            status=422,
            expected=f"a day from {first} on, the first day of the oldest month that is not settled",
            found=str(command.received_on),
            remedy="correct the day of the receipt",
        )
    if command.amount > debt:
        raise Refused(
            "repayment-over-debt",
            expected=f"at most {debt} rupiah, which is what is owed",
            found=str(command.amount),
            remedy="record what is owed and give back the rest",
        )
    parts = give_back(command.due, command.amount)
    return (RepaymentReceived(command.employee, command.document, command.received_on, parts, command.amount),)


REPAYMENT = Aggregate(
    "repayment",
    Decider((), decide, lambda state, event: (*state, event) if isinstance(event, RepaymentReceived) else state),
    stream=lambda employee: f"payroll-repayments-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)
