"""Sanctions that cut an allowance: which of them counts in a month, and which facts say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.payroll.heard import SanctionImposed, SanctionLifted
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

CUT = "allowance_cut"


@dataclass(frozen=True)
class Penalty:
    """A sanction whose term holds a month's first day. It cuts unless it was lifted by then."""

    imposed: Fact[SanctionImposed]
    lifted: Fact[SanctionLifted] | None

    @property
    def cuts(self) -> bool:
        return self.lifted is None


def penalties(month: Period, imposed: Sequence[Fact[SanctionImposed]], lifted: Sequence[Fact[SanctionLifted]]) -> tuple[Penalty, ...]:
    """The cuts of `month`, by the sanction's id.

    A cut counts by whole months, those whose first day lies in its term, as a post does: it lasts as many months as were imposed on
    whichever day it began. A lifting counts from its own day on; one on or before the month's first day ends the cut for that month.
    """
    ends = _latest(lifted)
    found = []
    for sanction, fact in sorted(_latest(imposed).items()):
        event = fact.event
        if event.effect == CUT and event.since <= month.start and (event.until is None or month.start <= event.until):
            end = ends.get(sanction)
            found.append(Penalty(fact, end if end is not None and end.event.on <= month.start else None))
    return tuple(found)


def heaviest(found: Iterable[Penalty]) -> Penalty | None:
    """Of cuts that run at once the heaviest alone counts; they do not add up. One whose percentage is not known might be it."""

    def weight(penalty: Penalty) -> tuple:
        event = penalty.imposed.event
        return (event.percent is None, event.percent or 0, penalty.imposed.rank)

    return max((penalty for penalty in found if penalty.cuts), key=weight, default=None)


def _latest(facts: Sequence[Fact]) -> dict[str, Fact]:
    """For each sanction the fact of highest rank."""
    return {fact.event.sanction: fact for fact in sorted(facts, key=lambda fact: fact.rank)}
