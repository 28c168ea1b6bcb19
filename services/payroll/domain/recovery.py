"""What runs pay of earlier months' differences: up at once, down in instalments that leave enough to live on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import floor

from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowancePosted,
    PaidAdjustment,
    RecoveryScheduled,
    RepaymentReceived,
)
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.facts import Fact
from shared.kernel.money import Rupiah, exact_text

RUNS, CLAIM = "runs", "claim"
"""How what is owed comes back: deducted by runs in instalments, or claimed from a person who has left and repaid by him."""
Payment = AllowancePosted | AdjustmentsPosted
"""What a run pays."""
Settled = Payment | RepaymentReceived
"""Whatever settles a part of adjustments."""


@dataclass(frozen=True)
class Outstanding:
    """The part of one adjustment that no run has paid or taken back yet. `amount` in rupiah, of either sign, never 0."""

    month: str
    event: str
    cause: str
    amount: int


def outstanding(adjusted: Iterable[Fact[AllowanceAdjusted]], settled: Iterable[Settled]) -> tuple[Outstanding, ...]:
    """What is left of each adjustment after these runs and repayments, by month and in the order of the month's stream."""
    paid: dict[str, int] = {}
    for event in settled:
        for part in event.adjustments:
            paid[part.event] = paid.get(part.event, 0) + part.amount
    ordered = sorted({fact.id: fact for fact in adjusted}.values(), key=lambda fact: (fact.event.month, fact.version))
    left = (Outstanding(fact.event.month, fact.id, fact.event.cause, fact.event.difference - paid.get(fact.id, 0)) for fact in ordered)
    return tuple(part for part in left if part.amount)


def settle(posted: int, due: Sequence[Outstanding], cap_percent: Fraction) -> tuple[PaidAdjustment, ...]:
    """The adjustments that a run pays beside `posted` rupiah, in the order of `due`.

    Within a month ups and downs cancel first. What a month is owed is paid at once; what it owes is taken back by at most
    floor(cap_percent of what the run would pay otherwise), oldest month first; the rest waits for the next run.
    """
    months = [(month, tuple(parts)) for month, parts in groupby(due, key=lambda part: part.month)]
    upward = sum(max(0, _net(parts)) for _, parts in months)
    cap = floor((posted + upward) * cap_percent / 100)
    paid: list[PaidAdjustment] = []
    for _, parts in months:
        taken_back = min(max(0, -_net(parts)), cap)
        cap -= taken_back
        paid.extend(_pay(parts, taken_back))
    return tuple(paid)


def give_back(due: Sequence[Outstanding], amount: Rupiah) -> tuple[PaidAdjustment, ...]:
    """The parts that `amount` rupiah settle, at most what is owed: oldest month first. Months that are owed something wait for a run."""
    parts: list[PaidAdjustment] = []
    left = int(amount)
    for _, group in groupby(due, key=lambda part: part.month):
        month = tuple(group)
        taken_back = min(max(0, -_net(month)), left)
        left -= taken_back
        parts.extend(_pay(month, taken_back) if taken_back else ())
    return tuple(parts)


def owed(due: Sequence[Outstanding]) -> Rupiah:
    """What is to be taken back in all: the months that owe, after ups and downs within each. Zero or more."""
    months = groupby(due, key=lambda part: part.month)
    return Rupiah(sum(max(0, -_net(tuple(parts))) for _, parts in months))


def instalments(amount: Rupiah, worth: Rupiah, cap_percent: Fraction) -> int | None:
    """How many runs take `amount` back if each pays `worth` otherwise; None if they never do."""
    each = floor(worth * cap_percent / 100)
    return -(-amount // each) if each > 0 else None if amount else 0


@dataclass(frozen=True)
class ScheduleRecovery:
    """Say what is still to be taken back. `worth`: what the last month posted is worth now, in rupiah; `first_run`: the agency's next run.

    `left`: the person is out of service, so that runs take nothing any more and he is asked for it (PP 38/2016).
    """

    employee: str
    amount: Rupiah
    worth: Rupiah
    cap_percent: Fraction
    first_run: str
    left: bool = False


def _schedule(state: RecoveryScheduled | None, command: ScheduleRecovery) -> Sequence[object]:
    """Nothing where nothing was ever to be taken back, nor when amount, cap, next run and way are as last said."""
    cap, way = exact_text(command.cap_percent), CLAIM if command.left else RUNS
    if state is None and not command.amount:
        return ()
    if state is not None and (state.amount, state.cap_percent) == (command.amount, cap):
        same_way = state.collection == way and state.first_run >= command.first_run
        if same_way or not command.amount:
            return ()
    left = None if command.left and command.amount else instalments(command.amount, command.worth, command.cap_percent)
    return (RecoveryScheduled(command.employee, command.amount, left, cap, command.first_run, way),)


# A person's recoveries are few and follow each other, so that one stream holds them all.
RECOVERY = Aggregate(
    "recovery",
    Decider(None, _schedule, lambda state, event: event if isinstance(event, RecoveryScheduled) else state),
    stream=lambda employee: f"payroll-recovery-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)


@dataclass(frozen=True)
class PayAdjustments:
    """Pay these adjustments in a run that pays the person no month."""

    employee: str
    run: str
    adjustments: tuple[PaidAdjustment, ...]


def _pay_alone(state: AdjustmentsPosted | None, command: PayAdjustments) -> Sequence[object]:
    """Once for each run, so that a run that was interrupted can be repeated; nothing when there is nothing to pay."""
    if state is not None or not command.adjustments:
        return ()
    paid = sum(part.amount for part in command.adjustments)
    return (AdjustmentsPosted(command.employee, command.run, command.adjustments, paid),)


ADJUSTMENTS_ALONE = Aggregate(
    "adjustments-alone",
    Decider(None, _pay_alone, lambda state, event: event if isinstance(event, AdjustmentsPosted) else state),
    stream=lambda employee, run: f"payroll-adjustments-{employee}-{run}",
    ids=lambda command: (command.employee, command.run),
    subject=lambda command: command.employee,
)


def _net(parts: Sequence[Outstanding]) -> int:
    return sum(part.amount for part in parts)


def _pay(parts: Sequence[Outstanding], taken_back: int) -> Iterable[PaidAdjustment]:
    """Every up whole; of the downs as much as the ups cover and `taken_back` beyond."""
    budget = sum(part.amount for part in parts if part.amount > 0) + taken_back
    for part in parts:
        amount = part.amount
        if _net(parts) < 0 and amount < 0:
            amount = -min(-amount, budget)
            budget += amount
        if amount:
            yield PaidAdjustment(part.month, amount, part.event, part.cause)
