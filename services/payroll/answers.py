"""What payroll's routes answer. Amounts are whole rupiah."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from services.payroll import events, views
from services.payroll.events import Missing, PaidAdjustment
from shared.http.answers import Actor, Code, Count, EventId, Form, Member, Words, row_of, said_by
from shared.kernel.money import Rupiah

Amount = Annotated[Rupiah, Meta(ge=0)]
Month = Annotated[str, Form("month")]
Run = Annotated[str, Form("pay-run")]
EventTypeName = Annotated[str, Form("event-type")]
Collection = Annotated[str, Form("RecoveryScheduled.collection")]


# Allowances


class AllowanceLine(said_by(events.Line, "base", "amount", "job_class", "since", "until", "days", "of_days")):
    """One line: `base` × share × `percent`. What concerns a part of the month stands only there."""

    base: Rupiah
    amount: Rupiah
    job_class: NotRequired[Annotated[int, Member("Line", "job_class")]]
    since: NotRequired[date]
    until: NotRequired[date]
    days: NotRequired[Annotated[int, Member("Line", "days")]]
    of_days: NotRequired[Annotated[int, Member("Line", "of_days")]]


class AllowanceChange(TypedDict):
    """What became known after the month was posted: the adjustment's event, the difference, the run that settles it, and the cause."""

    event: EventId
    difference: Rupiah
    run: Run
    cause: EventId
    cause_type: EventTypeName


class Allowance(row_of(views.ALLOWANCES, "employee", "month", "status")):
    """A person's month: `lines` as calculated or posted, `due_lines` and `due` as known now.

    In a list, amounts and their grounds are null while the caller himself has not read the result that pays the month.
    """

    status: Literal["calculated", "held", "posted"]
    lines: list[AllowanceLine] | None
    due_lines: list[AllowanceLine] | None
    due: Amount | None
    posted: Amount | None
    paid: Amount | None
    adjustments: list[PaidAdjustment] | None
    corrections: list[AllowanceChange] | None


class WaitingAllowance(TypedDict):
    """A month that cannot be calculated, and what it waits for; `left_out_by`: the run that left the person out for that."""

    employee: str
    month: Month
    left_out_by: Run | None
    status: Literal["held"]
    missing: list[Missing]


class PendingAllowance(TypedDict):
    """A month that nobody has calculated yet, and what would be due."""

    employee: str
    month: Month
    left_out_by: Run | None
    status: Literal["pending"]
    due: Amount


class PayingRun(TypedDict):
    """What a run paid of a difference, or (`run` null) the person gave back."""

    run: Run | None
    amount: Rupiah
    event: EventId


class NamedCause(TypedDict):
    """An event that changed a month, where the explanation does not hold it."""

    event: EventId
    type: EventTypeName


class Step(TypedDict):
    """A step of the explanation, with the event that it rests on. `data`: as the contract of `type` says, with what the step adds."""

    step: Code
    event: NotRequired[EventId]
    type: NotRequired[EventTypeName]
    effective: NotRequired[datetime]
    recorded: NotRequired[datetime]
    actor: NotRequired[Actor]
    data: dict[str, Any]


_Difference = TypedDict("_Difference", {"from": Amount})  # a word of the language


class Difference(_Difference):
    """An adjustment of this month: from what to what, because of which fact, paid by which runs."""

    event: EventId
    amount: Rupiah
    to: Amount
    due_in_run: Run
    paid: list[PayingRun]
    rule_set: str
    cause: Step | NamedCause


class Explanation(TypedDict):
    """From the rupiah back to the target. `adjustments`: earlier months' differences that this month's run pays. `zone`: the agency's."""

    employee: str
    month: Month
    status: Literal["posted", "calculated", "held"]
    missing: list[Missing]
    due: Amount | None
    posted: Amount | None
    paid: Amount | None
    differences: list[Difference]
    adjustments: list[PaidAdjustment]
    chain: list[Step]
    zone: Words


class PostedMonth(TypedDict):
    """A month that a run posted."""

    month: Month
    lines: list[AllowanceLine]
    posted: Amount


class OpenRecovery(TypedDict):
    """What is still to be taken back from a person, and how."""

    amount: Amount
    instalments_left: Count | None
    cap_percent: Annotated[str, Form("cap_percent")]
    first_run: Annotated[str | None, Member("RecoveryScheduled", "first_run")]
    collection: Collection


class Payslip(TypedDict):
    """What a run paid a person."""

    employee: str
    run: Run
    months: list[PostedMonth]
    adjustments: list[PaidAdjustment]
    paid: Amount
    recovery: OpenRecovery | None


# Pay runs


class LeftOut(TypedDict):
    """Whom a run left out, and for what."""

    month: Month
    employee: str
    missing: list[Missing]


class RunTotals(TypedDict):
    """The sums of a run."""

    posted: Amount
    adjustments: Rupiah
    paid: Amount


class ClosedRun(TypedDict):
    """A run that is closed and never changes; `held` names at most 100 of the `held_count` whom it left out."""

    run: Run
    month: Month
    status: Literal["posted"]
    persons: Count
    totals: RunTotals
    held: list[LeftOut]
    held_count: Count


class ListedRun(row_of(views.PAY_RUNS, "month", "run", "persons", "treasurer")):
    """A run that is closed, with its totals."""

    total_posted: Amount
    total_adjustments: Rupiah
    total_paid: Amount
    held_count: Count


class HeldAllowance(row_of(views.HELD, "employee", "month", "run", "event", "status")):
    """Whom a run left out: `missing` for what, `waits_for` what is missing now, `reasons` the codes of that, kept when solved."""

    status: Literal["waiting", "payable", "nothing-due", "paid"]
    missing: list[Missing]
    waits_for: list[Missing]
    reasons: list[Annotated[str, Form("Missing.code")]]
    paid_in: Run | None


class PayRun(ListedRun):
    """A run that is closed, and the first of whom it left out."""

    held: list[HeldAllowance]


# Recoveries


class Recovery(row_of(views.RECOVERING, "employee", "cap_percent")):
    """What was ever to be taken back from a person. `ended`: the first day outside service of who has left."""

    amount: Amount
    instalments_left: Count | None
    collection: Collection
    ended: date | None


class RepaidMonth(TypedDict):
    """How much of a month's difference was given back: zero or less."""

    month: Month
    amount: Rupiah


class Repayment(TypedDict):
    """What somebody gave back, of which months, and what he still owes."""

    employee: str
    amount: Amount
    months: list[RepaidMonth]
    owed: Amount
