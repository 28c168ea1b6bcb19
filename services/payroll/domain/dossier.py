"""What decides one person's allowances: the facts, as they are known today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from services.payroll.events import RuleSetPublished
from services.payroll.heard import (
    AttendanceRecorded,
    AwardGranted,
    DeliveryWithdrawn,
    PositionAssigned,
    PositionWithdrawn,
    SanctionImposed,
    SanctionLifted,
)
from shared.kernel.calendar import Calendar, Zone
from shared.kernel.employment import Employment
from shared.kernel.facts import Fact


@dataclass(frozen=True)
class Dossier:
    """The facts that decide one person's allowances, in any order and repetition. `life`: facts of service.

    The agency's day `today` and its `zone`; its `calendar` and the facts that made it (`declared`), where parts of a month are counted in
    working days.
    """

    employee: str
    positions: Sequence[Fact[PositionAssigned]] = ()
    attendance: Sequence[Fact[AttendanceRecorded]] = ()
    predicates: Sequence[Fact] = ()
    rule_sets: Sequence[Fact[RuleSetPublished]] = ()
    sanctions: Sequence[Fact[SanctionImposed]] = ()
    liftings: Sequence[Fact[SanctionLifted]] = ()
    awards: Sequence[Fact[AwardGranted]] = ()
    life: Sequence[Fact] = ()
    withdrawals: Sequence[Fact[DeliveryWithdrawn]] = ()
    calendar: Calendar = field(default_factory=Calendar)
    declared: Sequence[Fact] = ()
    today: date | None = None
    withdrawn: Sequence[Fact[PositionWithdrawn]] = ()
    zone: Zone = Zone()

    @cached_property
    def employment(self) -> Employment:
        """The person's service, folded once for all his months."""
        return Employment.of(self.life)
