"""What payroll knows of a person, put together from the facts for the pure functions of its domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.month import ALLOWANCE_MONTH, Month
from services.payroll.domain.recovery import Outstanding, Payment, outstanding, owed
from services.payroll.domain.rule import Rules
from services.payroll.domain.rules import RULES
from services.payroll.domain.rules.days import counts_working_days
from services.payroll.domain.run import PAY_RUN, Run
from services.payroll.domain.run_id import MOST, RunId
from services.payroll.domain.scheme import KIND, Scheme
from services.payroll.domain.settings import read_scheme
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceConfirmed,
    AllowanceHeld,
    AllowancePosted,
    RepaymentReceived,
    RuleSetPublished,
)
from services.payroll.heard import (
    AppraisalAccepted,
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    DeliverySeen,
    DeliveryWithdrawn,
    ObjectionDecided,
    ObjectionFiled,
    ObjectionRefused,
)
from services.payroll.tables import TABLES
from services.payroll.views import LAST_RUN, ORDINARY
from shared.events.calendar import AGENCY
from shared.kernel.calendar import Calendar, Zone
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period, month_of
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet, rules_in_force

RECEIVED = (AppraisalAccepted, ObjectionFiled, ObjectionRefused, ObjectionDecided, AppraisalFinalized, AppraisalCorrected)
"""Facts after which a delivery is not withdrawn any more, read or not."""
READ = RULES.heard
"""What a dossier reads of a person that other services said: what may change his pay."""
RULES_SUBJECT = f"rules-{KIND}"


def scheme_of(rules: RuleSet) -> Scheme:
    """The rule set, ready to compute with. Refused when its settings cannot be used (they were checked when it was published)."""
    return rules.once(_read_scheme)


def _read_scheme(rules: RuleSet) -> Scheme:
    return read_scheme(rules.name, rules.sources, rules.settings, TABLES, published=True)


def scheme_in(knowledge: Knowledge, month: Period) -> Scheme | None:
    """The rules in force on the month's first day; None without any: a region pays by its own regulation only (PP 12/2019 art. 58)."""
    try:
        rules = knowledge.rules(KIND, month.start)
    except Refused:
        return None
    return scheme_of(rules)


class Schemes:
    """The rules of each month, read once for a whole run or batch."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sets = knowledge.rule_sets(KIND)
        self._on: dict[Period, Scheme | None] = {}

    def on(self, month: Period) -> Scheme | None:
        """As :func:`scheme_in`. There are no national rules of allowances that an agency's own would have to win over."""
        if month not in self._on:
            try:
                self._on[month] = scheme_of(rules_in_force(self._sets, KIND, month.start))
            except Refused:
                self._on[month] = None
        return self._on[month]


def unseen_by(knowledge: Knowledge, employee: str) -> frozenset[str]:
    """The periods whose delivered result the employee has not read yet, nor made anything of: it may still be withdrawn."""
    withdrawn = {fact.event.delivery for fact in knowledge.facts(DeliveryWithdrawn, employee)}
    seen = {fact.event.delivery for fact in knowledge.facts(DeliverySeen, employee)}
    received = {fact.event.period for model in RECEIVED for fact in knowledge.facts(model, employee)}
    standing = (fact for fact in knowledge.facts(AppraisalDelivered, employee) if fact.id not in withdrawn | seen)
    return frozenset(fact.event.period for fact in standing) - received


@dataclass(frozen=True)
class ForAll:
    """What is read once for everybody: the published rule sets, the agency's own facts that the rules read, its calendar, day and zone."""

    rule_sets: Sequence[Fact[RuleSetPublished]]
    known: Mapping[type, Sequence[Fact]]
    calendar: Calendar
    today: date
    zone: Zone


def _read_for_all(knowledge: Knowledge, rules: Rules) -> ForAll:
    published = knowledge.facts(RuleSetPublished, RULES_SUBJECT)
    wanted = [each for each in rules.inputs if each.where is not None]
    known = {each.model: knowledge.facts(each.model, AGENCY) if each.where(published) else () for each in wanted}
    calendar = knowledge.calendar if counts_working_days(published) else Calendar()
    return ForAll(published, known, calendar, knowledge.today, knowledge.zone)


def read_dossier(knowledge: Knowledge, employee: str, rules: Rules = RULES) -> Dossier:
    """All that the rules read, without what was taken back."""
    for_all = knowledge.made(_read_for_all, rules)
    known = dict(for_all.known)
    for model in rules.heard:
        found = knowledge.facts(model, employee)
        if found:
            known[model] = found
    for model, undone in rules.undone:
        taking = known.get(undone.by)
        if taking and model in known:
            known[model] = [fact for fact in known[model] if not any(undone.takes(by, fact) for by in taking)]
    return Dossier(employee, known, for_all.rule_sets, for_all.calendar, for_all.today, for_all.zone)


def months_between(dossier: Dossier, ledger: Ledger, until: str) -> frozenset[str]:
    """The months of service from the first that a run paid the person up to `until`, of which nothing else may be known.

    A month that a run passed because service had ended leaves no trace; when the end is revoked it is owed like any other.
    """
    paid = min((event.month for event in ledger.postings), default=until)
    known = ledger.months
    return frozenset(name for name, month in _months_after(paid, until) if name not in known and dossier.employment.serves_in(month))


@lru_cache(maxsize=1024)
def _months_after(first: str, until: str) -> tuple[tuple[str, Period], ...]:
    """The months after `first` up to `until`, the same for most people of a run."""
    found, month = [], Period.parse(first) if first else None
    while month is not None and str(month) < until:
        month = month.shift(1)
        found.append((str(month), month))
    return tuple(found)


def entitlement_of(knowledge: Knowledge, employee: str, month: Period) -> Entitlement | Held:
    """The fresh entitlement from everything known now."""
    return entitle(month, read_dossier(knowledge, employee), scheme_in(knowledge, month))


@dataclass(frozen=True)
class Ledger:
    """A person's own facts: every month's calculations, adjustments and postings."""

    calculated: tuple[Fact[AllowanceCalculated], ...]
    adjusted: tuple[Fact[AllowanceAdjusted], ...]
    posted: tuple[Fact[AllowancePosted], ...]
    alone: tuple[Fact[AdjustmentsPosted], ...]
    repaid: tuple[Fact[RepaymentReceived], ...] = ()
    held: tuple[Fact[AllowanceHeld], ...] = ()
    confirmed: tuple[Fact[AllowanceConfirmed], ...] = ()

    def of_month(self, month: str) -> tuple[Fact, ...]:
        """The month's facts in the order of its stream."""
        if "_by_month" in self.__dict__:
            return self._by_month.get(month, ())
        # A decision about one month goes through the others' facts, and makes nothing of them.
        return _in_order(fact for facts in self._of_months for fact in facts if fact.event.month == month)

    @property
    def _of_months(self) -> tuple[tuple[Fact, ...], ...]:
        return (self.calculated, self.held, self.posted, self.adjusted, self.confirmed)

    @cached_property
    def _by_month(self) -> Mapping[str, tuple[Fact, ...]]:
        found: dict[str, list[Fact]] = {}
        for facts in self._of_months:
            for fact in facts:
                found.setdefault(fact.event.month, []).append(fact)
        return {month: _in_order(facts) for month, facts in found.items()}

    def state(self, month: str) -> Month:
        return ALLOWANCE_MONTH.decider.state(fact.event for fact in self.of_month(month))

    @property
    def months(self) -> frozenset[str]:
        return frozenset(self._by_month)

    @property
    def postings(self) -> Iterable[AllowancePosted]:
        return [fact.event for fact in self.posted]

    @property
    def payments(self) -> Iterable[Payment]:
        """Everything that runs paid this person."""
        return [fact.event for fact in (*self.posted, *self.alone)]

    @property
    def outstanding(self) -> tuple[Outstanding, ...]:
        return outstanding(self.adjusted, (*self.payments, *(fact.event for fact in self.repaid)))

    @property
    def owed(self) -> Rupiah:
        return owed(self.outstanding)

    @property
    def settlements(self) -> tuple[Fact, ...]:
        """Whatever settled a part of adjustments, runs and repayments."""
        return (*self.posted, *self.alone, *self.repaid)


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.version))


LEDGER = (
    AllowanceCalculated,
    AllowanceAdjusted,
    AllowancePosted,
    AdjustmentsPosted,
    RepaymentReceived,
    AllowanceHeld,
    AllowanceConfirmed,
)
"""What a ledger is made of, in the order of its fields."""


def read_ledger(knowledge: Knowledge, employee: str) -> Ledger:
    return Ledger(*(tuple(knowledge.facts(model, employee)) for model in LEDGER))


LOOK_BACK = 24
"""Months that are looked at for a closed run while the view knows none."""


def run_of(knowledge: Knowledge, run: RunId) -> Run:
    """The run as its own stream tells it: the views of what it did may be a moment behind."""
    return PAY_RUN.decider.state(fact.event for fact in knowledge.stream(PAY_RUN.stream(run)))


def is_closed(knowledge: Knowledge, run: RunId) -> bool:
    return run_of(knowledge, run).posted is not None


def last_closed(knowledge: Knowledge) -> RunId | None:
    """The last ordinary run closed: as the view says, and as the streams of the months after it tell, up to the present one."""
    row = knowledge.row(LAST_RUN, ORDINARY)
    present = month_of(knowledge.today)
    last = RunId.parse(row["run"]) if row is not None else None
    month = last.period.shift(1) if last is not None else present.shift(-LOOK_BACK)
    while month.start <= present.start:
        if is_closed(knowledge, RunId(str(month))):
            last = RunId(str(month))
        month = month.shift(1)
    return last


def next_supplementary(knowledge: Knowledge, month: str) -> RunId | None:
    """The month's first supplementary run that is not closed; None when there is no number left."""
    runs = (RunId(month, number) for number in range(1, MOST + 1))
    return next((run for run in runs if not is_closed(knowledge, run)), None)


def unfinished(knowledge: Knowledge, closed: RunId | None) -> RunId | None:
    """The run that has begun and is not closed: an ordinary one after `closed`, the last one closed, or a supplementary one of that."""
    present = month_of(knowledge.today)
    month = closed.period.shift(1) if closed is not None else present.shift(-LOOK_BACK)
    later = next_supplementary(knowledge, closed.month) if closed is not None else None
    runs = [later] if later is not None else []
    while month.start <= present.start:
        runs.append(RunId(str(month)))
        month = month.shift(1)
    return next((run for run in runs if run_of(knowledge, run).open), None)
