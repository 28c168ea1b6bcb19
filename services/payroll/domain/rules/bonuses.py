"""Bonuses: which of the awards that were granted are paid with a month, and which lapsed with the end of service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.payroll.domain.allowance import bonus_line
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rule import NOTHING, Case, Finding, Input, Rule, Step, Told
from services.payroll.domain.rules.days import SERVICE_FACTS
from services.payroll.domain.scheme import PAID, Scheme
from services.payroll.domain.steps import step
from services.payroll.events import Line
from services.payroll.heard import AwardGranted
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

BONUS = "bonus"
"""The name of its line."""


def bonus_lines(bonuses: Sequence[Fact[AwardGranted]]) -> tuple[Line, ...]:
    return tuple(bonus_line(fact.event.bonus, BONUS, fact.event.award) for fact in bonuses)


def bonuses_of(
    month: Period, dossier: Dossier, scheme: Scheme | None
) -> tuple[tuple[Fact[AwardGranted], ...], tuple[Fact[AwardGranted], ...]]:
    """The awards whose bonus is paid with `month`, and those whose bonus has lapsed since it was granted; lowest rank first."""
    name = str(month)
    named = {fact.id: fact for fact in dossier.facts(AwardGranted) if fact.event.bonus > 0 and fact.event.paid_with == name}
    ranked = sorted(named.values(), key=lambda fact: fact.rank)
    lapsed = [fact for fact in ranked if scheme is not None and _lapsed(month, fact, dossier, scheme)]
    return tuple(fact for fact in ranked if fact not in lapsed), tuple(lapsed)


def _lapsed(month: Period, award: Fact[AwardGranted], dossier: Dossier, scheme: Scheme) -> bool:
    """Whether service had ended before `month`, after the award was granted or for the last time, in a way after which no bonus is paid."""
    granted = dossier.zone.local_date(award.effective)
    over = [spell for spell in dossier.employment.spells if spell.end is not None and spell.end <= month.start]
    last = over[-1:] if not dossier.employment.serves_in(month) else []
    return any(scheme.bonuses.get(spell.how) != PAID for spell in over if granted < spell.end or spell in last)


def _find(case: Case, dossier: Dossier) -> Finding:
    bonuses, _ = bonuses_of(case.month, dossier, case.scheme)
    if not bonuses:
        return NOTHING
    return Finding(lines=bonus_lines(bonuses), grounds=bonuses)


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    """Whose bonus the month pays, and whose it would have paid had service not ended."""
    for name, found in zip(("award", "award-lapsed"), bonuses_of(told.month, dossier, told.scheme), strict=True):
        for fact in found:
            yield step(name, fact)


AWARDS = Input(
    AwardGranted,
    marks=lambda event: (event.paid_with,) if event.bonus > 0 and event.paid_with is not None else (),
    knows=lambda event: (event.paid_with,) if event.paid_with else (),
)
BONUSES = Rule("bonuses", (AWARDS, *SERVICE_FACTS), _find, _explain, without_days=True, lines=(BONUS,))
"""A bonus is paid with one month, whatever its days."""
