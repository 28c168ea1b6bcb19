"""What payroll does by itself: bring every month that a fact may concern to what is known now, and say what will be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import entitle
from services.payroll.domain.month import ALLOWANCE_MONTH, Settle, next_run
from services.payroll.domain.recovery import RECOVERY, ScheduleRecovery, Settled
from services.payroll.domain.rule import Input, Rules
from services.payroll.domain.rules import RULES
from services.payroll.domain.run_id import RunId
from services.payroll.domain.scheme import KIND
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceHeld,
    AllowancePosted,
    PayRunPosted,
    RepaymentReceived,
    RuleSetPublished,
)
from services.payroll.heard import LIFE, EmploymentEnded, EmploymentEndRevoked
from services.payroll.known import (
    RULES_SUBJECT,
    Ledger,
    Schemes,
    last_closed,
    months_between,
    read_dossier,
    read_ledger,
    scheme_in,
)
from services.payroll.views import EMPLOYEES, RECOVERING
from shared.events.rule_set import RuleSetWithdrawn
from shared.flow.declared import Arm, Disarm, Dispatch, EachRow, Keys, Reaction, Reads, Timer
from shared.kernel.employment import Employment
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period
from shared.views.reading import Not


def of_rules(fact: Fact[RuleSetPublished | RuleSetWithdrawn], knowledge: Knowledge) -> Keys:
    """Everybody."""
    return EachRow(EMPLOYEES) if fact.event.kind == KIND else ()


def _triggers(rules: Rules) -> Mapping[type, Callable[[Fact, Knowledge], Keys]]:
    """What has months decided anew: every fact that a rule reads."""
    by_model: dict[type, list[Input]] = {}
    for each in rules.inputs:
        by_model.setdefault(each.model, []).append(each)
    return {model: _trigger(declared) for model, declared in by_model.items()}


def _trigger(declared: Sequence[Input]) -> Callable[[Fact, Knowledge], Keys]:
    """The keys that a fact of a class marks, by all that the rules declare of it: the months named, else the person; or everybody."""

    def keys(fact: Fact, knowledge: Knowledge) -> Keys:
        employee = fact.event.employee
        if any(each.marks is None for each in declared):
            return [employee]
        return [f"{employee}/{month}" for month in sorted({month for each in declared for month in each.marks(fact.event)})]

    def everybody(fact: Fact, knowledge: Knowledge) -> Keys:
        published = knowledge.facts(RuleSetPublished, RULES_SUBJECT)
        return EachRow(EMPLOYEES) if any(each.where(published) for each in declared) else ()

    return keys if declared[0].where is None else everybody


def _employee(key: str) -> str:
    """Keys are ``<employee>``, or ``<employee>/<month>`` where a fact concerns that month alone."""
    return key.partition("/")[0]


def _months(dossier: Dossier, ledger: Ledger, rules: Rules) -> frozenset[str]:
    """All that are decided for a person."""
    known = rules.known_months(dossier) | ledger.months
    return known | months_between(dossier, ledger, max(known, default=""))


def decide_entitlement(key: str, knowledge: Knowledge, rules: Rules = RULES) -> Iterable[Dispatch]:
    """Bring each known month of the person (or the key's) to its fresh entitlement; nothing for those in which nothing changed."""
    employee, _, only = key.partition("/")
    knowledge.hold(employee)  # a run that posts this person meanwhile would not see the adjustment, nor we the posting
    dossier, ledger, schemes = read_dossier(knowledge, employee, rules), read_ledger(knowledge, employee), knowledge.made(Schemes)
    closed = knowledge.made(last_closed) if ledger.posted else None
    found = []
    for month in [only] if only else sorted(_months(dossier, ledger, rules)):
        period, state = Period.parse(month), ledger.state(month)
        run = next_run(closed, ledger.payments, month) if state.posted else month
        settle = Settle(employee, month, entitle(period, dossier, schemes.on(period), rules), run)
        if ALLOWANCE_MONTH.decider.decide(state, settle):
            found.append(Dispatch(ALLOWANCE_MONTH, settle))
    return found


def deciding(rules: Rules) -> Reaction:
    """Entitlements by these rules, decided anew with every fact that one of them reads."""
    return Reaction(
        name="entitlement",
        on={**_triggers(rules), RuleSetPublished: of_rules, RuleSetWithdrawn: of_rules},
        decide=lambda key, knowledge: decide_entitlement(key, knowledge, rules),
        reads=Reads(rules.heard, _employee, _employee),
    )


ENTITLEMENT = deciding(RULES)


def month_ends(fact: Fact[AllowanceCalculated]) -> Iterable[Arm | Disarm]:
    """What counts only while the month runs is over with its last day."""
    until = fact.event.counts_until
    return [Disarm(_month_key(fact)) if until is None else Arm(_month_key(fact), until + timedelta(days=1))]


def month_settled(fact: Fact[AllowanceHeld | AllowancePosted]) -> Iterable[Disarm]:
    return [Disarm(_month_key(fact))]


def _month_key(fact: Fact) -> str:
    return f"{fact.event.employee}/{fact.event.month}"


MONTH_END = Timer(
    name="month-end",
    on={AllowanceCalculated: month_ends, AllowanceHeld: month_settled, AllowancePosted: month_settled},
    fire=lambda key, due, knowledge: decide_entitlement(key, knowledge),
)


def of_adjusted(fact: Fact[AllowanceAdjusted], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee]


def of_payment(fact: Fact[Settled], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee] if fact.event.adjustments else []


def of_life(fact: Fact[EmploymentEnded | EmploymentEndRevoked], knowledge: Knowledge) -> Iterable[str]:
    return [fact.event.employee]


def of_run(fact: Fact[PayRunPosted], knowledge: Knowledge) -> Keys:
    """Everybody who owes: a closed run that took nothing from somebody is not his next one any more."""
    if RunId.parse(fact.event.run).number:
        return ()
    return EachRow(RECOVERING, {"amount": Not(0)})


def decide_recovery(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """Say what is still to be taken back and how, whenever that has changed. The last posted month's rules give the cap."""
    knowledge.hold(employee)
    ledger = read_ledger(knowledge, employee)
    if not ledger.adjusted:
        return []
    month = max(event.month for event in ledger.postings)
    scheme = scheme_in(knowledge, Period.parse(month))
    if scheme is None:
        return []
    worth = ledger.state(month).granted
    left = Employment.known(knowledge, employee, LIFE).ended(knowledge.today) is not None
    run = next_run(knowledge.made(last_closed), ledger.payments, month)
    return [Dispatch(RECOVERY, ScheduleRecovery(employee, ledger.owed, worth, scheme.recovery_cap, run, left))]


RECOVERIES = Reaction(
    name="recovery",
    on={
        AllowanceAdjusted: of_adjusted,
        **dict.fromkeys((AllowancePosted, AdjustmentsPosted, RepaymentReceived), of_payment),
        **dict.fromkeys((EmploymentEnded, EmploymentEndRevoked), of_life),
        PayRunPosted: of_run,
    },
    decide=decide_recovery,
    reads=Reads(LIFE, holds=str),
)

REACTIONS = (ENTITLEMENT, RECOVERIES)
TIMERS = (MONTH_END,)
