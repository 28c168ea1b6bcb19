"""Sanctions that cut an allowance: which of them counts in a month, and which facts say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.payroll.domain.allowance import cut_line
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rule import NOTHING, Case, Finding, Input, Rule, Step, Told
from services.payroll.domain.steps import step, step_of
from services.payroll.events import Missing
from services.payroll.heard import SanctionImposed, SanctionLifted
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

CUT = "allowance_cut"
SANCTION = "sanction"
"""The name of its line."""


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


def _penalties(month: Period, dossier: Dossier) -> tuple[Penalty, ...]:
    return penalties(month, dossier.facts(SanctionImposed), dossier.facts(SanctionLifted))


def _find(case: Case, dossier: Dossier) -> Finding:
    found = _penalties(case.month, dossier) if case.paid and case.scheme.cuts(case.month) else ()
    if not found:
        return NOTHING
    penalty = heaviest(found)
    grounds = tuple(fact for each in found for fact in (each.imposed, each.lifted) if fact is not None)
    if penalty is None:
        return Finding(grounds=grounds)
    percent = penalty.imposed.event.percent
    if percent is None:
        return Finding(missing=(Missing("sanction-percent", penalty.imposed.event.sanction),))
    return Finding(lines=(cut_line(case.components, SANCTION, "sanction-cut", percent),), grounds=grounds)


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    """Each sanction whose term holds the month, with what became of it there: `outcome` cut, lifted, heavier-one-counts, no-local-rule."""
    scheme, found = told.scheme, _penalties(told.month, dossier)
    counts = heaviest(found)
    for penalty in found:
        said = step("sanction", penalty.imposed)
        if scheme is None or not scheme.cuts(told.month):
            said["data"]["outcome"] = "no-local-rule"  # PP 94/2021 art. 42 defers the cut
        elif not penalty.cuts:
            said["data"]["outcome"] = "lifted"
        else:
            said["data"]["outcome"] = "cut" if penalty is counts else "heavier-one-counts"
        said["data"]["source"] = scheme.cut.source if scheme is not None and scheme.cut is not None else None
        yield said
        yield from step_of("sanction-lifted", penalty.lifted)


SANCTIONS = Rule("sanctions", (Input(SanctionImposed), Input(SanctionLifted)), _find, _explain, lines=(SANCTION,))
"""A cut on the sum of the components, where the region's own regulation has one."""
