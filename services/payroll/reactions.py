"""What payroll does by itself: bring every month that a fact may concern to what is known now, and say what will be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from services.payroll.domain.entitlement import entitle
from services.payroll.domain.month import ALLOWANCE_MONTH, Settle
from services.payroll.domain.recovery import RECOVERY, ScheduleRecovery, Settled
from services.payroll.domain.scheme import KIND
from services.payroll.dossier import PREDICATE_FACTS, Schemes, known_months, read_dossier, read_ledger, scheme_in
from services.payroll.events import AdjustmentsPosted, AllowanceAdjusted, AllowancePosted, RepaymentReceived, RuleSetPublished
from services.payroll.heard import (
    LIFE,
    AttendanceRecorded,
    AwardGranted,
    DeliveryWithdrawn,
    PositionAssigned,
    SanctionImposed,
    SanctionLifted,
)
from services.payroll.views import EMPLOYEES
from shared.flow.declared import Do, Reaction
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period


def of_person(fact: Fact, knowledge: Knowledge) -> Iterable[str]:
    """Whatever becomes known of a person may change any of his months: a later one may rest on it for want of its own predicate."""
    return [fact.event.employee]


def of_award(fact: Fact[AwardGranted], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee] if fact.event.bonus > 0 and fact.event.paid_with is not None else []


def of_rules(fact: Fact[RuleSetPublished], knowledge: Knowledge) -> Iterable[str]:
    """Everybody."""
    return [row["key"] for row in knowledge.rows(EMPLOYEES)] if fact.event.kind == KIND else []


def decide_entitlement(key: str, knowledge: Knowledge) -> Iterable[Do]:
    """Bring each known month of the person to its fresh entitlement; nothing for those in which nothing changed."""
    employee = key.partition("/")[0]  # decisions marked before were of one month
    knowledge.hold(employee)  # a run that posts this person meanwhile would not see the adjustment, nor we the posting
    dossier, ledger, schemes = read_dossier(knowledge, employee), read_ledger(knowledge, employee), Schemes(knowledge)
    found = []
    for month in sorted(known_months(dossier) | ledger.months):
        period, state = Period.parse(month), ledger.state(month)
        run = ledger.next_run(month) if state.posted else month
        settle = Settle(employee, month, entitle(period, dossier, schemes.on(period)), run)
        if ALLOWANCE_MONTH.decider.decide(state, settle):
            found.append(Do(ALLOWANCE_MONTH, settle))
    return found


ENTITLEMENT = Reaction(
    name="entitlement",
    on={
        **dict.fromkeys((*PREDICATE_FACTS, DeliveryWithdrawn, *LIFE, AttendanceRecorded, PositionAssigned), of_person),
        **dict.fromkeys((SanctionImposed, SanctionLifted), of_person),
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
