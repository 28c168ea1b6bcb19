"""Bonuses: which of the awards that were granted are paid with a month, and which lapsed with the end of service."""

from __future__ import annotations

from collections.abc import Sequence

from services.payroll.domain.allowance import bonus_line
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.scheme import BONUS, PAID, Scheme
from services.payroll.events import Line
from services.payroll.heard import AwardGranted
from shared.kernel.facts import Fact
from shared.kernel.periods import Period


def bonus_lines(bonuses: Sequence[Fact[AwardGranted]]) -> tuple[Line, ...]:
    return tuple(bonus_line(fact.event.bonus, BONUS, fact.event.award) for fact in bonuses)


def bonuses_of(
    month: Period, dossier: Dossier, scheme: Scheme | None
) -> tuple[tuple[Fact[AwardGranted], ...], tuple[Fact[AwardGranted], ...]]:
    """The awards whose bonus is paid with `month`, and those whose bonus has lapsed since it was granted; lowest rank first."""
    named = {fact.id: fact for fact in dossier.awards if fact.event.bonus > 0 and fact.event.paid_with == str(month)}
    ranked = sorted(named.values(), key=lambda fact: fact.rank)
    lapsed = [fact for fact in ranked if scheme is not None and _lapsed(month, fact, dossier, scheme)]
    return tuple(fact for fact in ranked if fact not in lapsed), tuple(lapsed)


def _lapsed(month: Period, award: Fact[AwardGranted], dossier: Dossier, scheme: Scheme) -> bool:
    """Whether service had ended before `month`, after the award was granted or for the last time, in a way after which no bonus is paid."""
    granted = dossier.zone.local_date(award.effective)
    over = [spell for spell in dossier.employment.spells if spell.end is not None and spell.end <= month.start]
    last = over[-1:] if not dossier.employment.serves_in(month) else []
    return any(scheme.bonuses.get(spell.how) != PAID for spell in over if granted < spell.end or spell in last)
