"""What payroll does by itself: bring every month that a fact may concern to what is known now, and say what will be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from services.payroll.domain.entitlement import Held, fallbacks
from services.payroll.domain.month import ALLOWANCE_MONTH, Settle
from services.payroll.domain.recovery import RECOVERY, ScheduleRecovery, Settled
from services.payroll.domain.scheme import KIND, paid_months
from services.payroll.dossier import entitlement_of, known_months, read_dossier, read_ledger, scheme_in, state_of
from services.payroll.events import AdjustmentsPosted, AllowanceAdjusted, AllowancePosted, RepaymentReceived, RuleSetPublished
from services.payroll.heard import (
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    AttendanceRecorded,
    AwardGranted,
    ObjectionDecided,
    PositionAssigned,
    SanctionImposed,
    SanctionLifted,
)
from services.payroll.views import KNOWN_MONTHS
from shared.flow.declared import Do, Reaction
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period, month_of


def key_of(employee: str, month: Period | str) -> str:
    return f"{employee}/{month}"


def of_predicate(fact: Fact, knowledge: Knowledge) -> Iterable[str]:
    """Every month that the period may pay, whatever else is known: a fact of another topic may be in the middle of arriving.

    Where a rule falls back on the last predicate, also the months that a missing later one would leave to this.
    """
    period = Period.parse(fact.event.period)
    periods = [period]
    if any(rules.settings.get("when_missing") == "last" for rules in knowledge.rule_sets(KIND)):
        periods += [period.shift(count) for count in range(1, len(fallbacks(period)) + 1)]
    return [key_of(fact.event.employee, month) for each in periods for month in paid_months(each)]


def of_attendance(fact: Fact[AttendanceRecorded], knowledge: Knowledge) -> Iterable[str]:
    return [key_of(fact.event.employee, fact.event.month)]


def of_position(fact: Fact[PositionAssigned], knowledge: Knowledge) -> Iterable[str]:
    """The known months from its first on. A month that becomes known later is marked by what makes it known."""
    known = known_months(read_dossier(knowledge, fact.event.employee))
    first = str(month_of(fact.event.since))
    return [key_of(fact.event.employee, month) for month in sorted(known) if month >= first]


def of_sanction(fact: Fact[SanctionImposed | SanctionLifted], knowledge: Knowledge) -> Iterable[str]:
    """The known months from the first on that any sanction of the person may cut: one that was imposed anew may have left months behind."""
    dossier = read_dossier(knowledge, fact.event.employee)
    begun = [each.event.since for each in (*dossier.sanctions, fact) if isinstance(each.event, SanctionImposed)]
    first = str(month_of(min(begun))) if begun else None
    return [key_of(fact.event.employee, month) for month in sorted(known_months(dossier)) if first is not None and month >= first]


def of_award(fact: Fact[AwardGranted], knowledge: Knowledge) -> Iterable[str]:
    paid_with = fact.event.paid_with
    return [key_of(fact.event.employee, paid_with)] if fact.event.bonus > 0 and paid_with is not None else []


def of_rules(fact: Fact[RuleSetPublished], knowledge: Knowledge) -> Iterable[str]:
    """Everybody's known months from its first on."""
    if fact.event.kind != KIND:
        return []
    first = str(month_of(fact.event.since))
    return [row["key"] for row in knowledge.rows(KNOWN_MONTHS) if row["month"] >= first]


def decide_entitlement(key: str, knowledge: Knowledge) -> Iterable[Do]:
    """Bring the month to its fresh entitlement; nothing while something is missing, and nothing when nothing changed."""
    employee, _, month = key.rpartition("/")
    knowledge.hold(employee)  # a run that posts this person meanwhile would not see the adjustment, nor we the posting
    found = entitlement_of(knowledge, employee, Period.parse(month))
    if isinstance(found, Held):
        return []
    run = read_ledger(knowledge, employee).next_run(month) if state_of(knowledge, employee, month).posted else month
    return [Do(ALLOWANCE_MONTH, Settle(employee, month, found, run))]


ENTITLEMENT = Reaction(
    name="entitlement",
    on={
        AppraisalImported: of_predicate,
        AppraisalDelivered: of_predicate,
        ObjectionDecided: of_predicate,
        AppraisalFinalized: of_predicate,
        AppraisalCorrected: of_predicate,
        AttendanceRecorded: of_attendance,
        PositionAssigned: of_position,
        SanctionImposed: of_sanction,
        SanctionLifted: of_sanction,
        AwardGranted: of_award,
        RuleSetPublished: of_rules,
    },
    decide=decide_entitlement,
)


def of_adjusted(fact: Fact[AllowanceAdjusted], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee]


def of_payment(fact: Fact[Settled], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee] if fact.event.adjustments else []


def decide_recovery(employee: str, knowledge: Knowledge) -> Iterable[Do]:
    """Say what is still to be taken back, whenever that has changed. The last posted month's rules give the cap."""
    knowledge.hold(employee)
    ledger = read_ledger(knowledge, employee)
    if not ledger.posted:
        return []
    month = max(event.month for event in ledger.postings)
    scheme = scheme_in(knowledge, Period.parse(month))
    if scheme is None:
        return []
    worth = ledger.state(month).granted
    return [Do(RECOVERY, ScheduleRecovery(employee, ledger.owed, worth, scheme.recovery_cap, ledger.next_run(month)))]


RECOVERIES = Reaction(
    name="recovery",
    on={AllowanceAdjusted: of_adjusted, **dict.fromkeys((AllowancePosted, AdjustmentsPosted, RepaymentReceived), of_payment)},
    decide=decide_recovery,
)

REACTIONS = (ENTITLEMENT, RECOVERIES)
