"""What a run pays of earlier months' differences: up at once, down in instalments that leave enough to live on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import floor

from services.payroll.events import AllowanceAdjusted, AllowancePosted, PaidAdjustment
from shared.kernel.facts import Fact


@dataclass(frozen=True)
class Outstanding:
    """The part of one adjustment that no run has paid or taken back yet. `amount` in rupiah, of either sign, never 0."""

    month: str
    event: str
    cause: str
    amount: int


def outstanding(adjusted: Iterable[Fact[AllowanceAdjusted]], posted: Iterable[AllowancePosted]) -> tuple[Outstanding, ...]:
    """What is left of each adjustment after these runs, by month and in the order of the month's stream."""
    paid: dict[str, int] = {}
    for event in posted:
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
