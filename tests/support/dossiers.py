"""A person's dossier from the facts that a test names by what they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rules.predicate import PREDICATE_FACTS
from services.payroll.heard import (
    LIFE,
    AttendanceRecorded,
    AwardGranted,
    DeliveryWithdrawn,
    PositionAssigned,
    PositionWithdrawn,
    SanctionImposed,
    SanctionLifted,
)
from shared.events.calendar import CALENDAR_EVENTS
from shared.kernel.facts import Fact

NAMES: dict[str, tuple[type, ...]] = {
    "positions": (PositionAssigned,),
    "withdrawn": (PositionWithdrawn,),
    "attendance": (AttendanceRecorded,),
    "predicates": PREDICATE_FACTS,
    "withdrawals": (DeliveryWithdrawn,),
    "sanctions": (SanctionImposed,),
    "liftings": (SanctionLifted,),
    "awards": (AwardGranted,),
    "life": LIFE,
    "declared": CALENDAR_EVENTS,
}


def dossier_of(
    employee: str,
    positions: Iterable[Fact] = (),
    attendance: Iterable[Fact] = (),
    predicates: Iterable[Fact] = (),
    rule_sets: Iterable[Fact] = (),
    **more: Any,
) -> Dossier:
    """`more`: facts by the names above, or the dossier's own fields."""
    return changed(Dossier(employee), positions=positions, attendance=attendance, predicates=predicates, rule_sets=rule_sets, **more)


def changed(dossier: Dossier, **facts: Any) -> Dossier:
    """With these facts in place of those of the same name."""
    known = dict(dossier.known)
    for name in facts.keys() & NAMES.keys():
        for model in NAMES[name]:
            known[model] = [fact for fact in facts[name] if type(fact.event) is model]
    return replace(dossier, known=known, **{name: value for name, value in facts.items() if name not in NAMES})
