"""A part of a pay run, person by person: every open month that can be calculated, and what is outstanding of earlier ones."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.month import ALLOWANCE_MONTH, LeaveOut, Post, Settle
from services.payroll.domain.recovery import ADJUSTMENTS_ALONE, PayAdjustments, Payment, settle
from services.payroll.domain.rules import RULES
from services.payroll.domain.run_id import RunId
from services.payroll.domain.scheme import Scheme
from services.payroll.events import AllowancePosted, Missing
from services.payroll.known import READ, Ledger, Schemes, months_between, read_dossier, read_ledger
from services.payroll.reactions import ENTITLEMENT
from shared.flow.declared import Reads
from shared.kernel.decider import Aggregate
from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

LOG = logging.getLogger(__name__)

PART_SECONDS = 2
"""A part begins no further page of people after so long: who cancels the run, and the decisions about its people, wait no longer."""
OF_PERSON = Reads(READ, holds=str)
CHUNK = 1500
"""Events of one transaction at most, before the last person's: below the store's 2,000."""
TROUBLE = (Refused, LookupError, ValueError, TypeError, ArithmeticError)


class Books(Protocol):
    """The transaction that a run writes in: the library's Work."""

    knowledge: Knowledge
    appended: int

    def execute(self, aggregate: Any, command: Any) -> Any: ...

    def reading_ahead(self, reads: Reads, keys: Sequence[str]) -> AbstractContextManager[None]: ...

    def unsettled(self, reaction: str, keys: Iterable[str]) -> frozenset[str]: ...


@dataclass(frozen=True)
class Page:
    """The next people in their order: `people` are looked at, the others up to `last` have nothing to wait for from the run."""

    people: Sequence[str]
    last: str
    others: int = 0


@dataclass
class Outcome:
    """`done` people are through, all up to `reached`; `over`: nobody is left. `held` could not be paid for the run's month.

    `paid` is all that the run paid those who are through, also before.
    """

    done: int = 0
    reached: str = ""
    over: bool = False
    held: list[Held] = field(default_factory=list)
    paid: list[Payment] = field(default_factory=list)


@dataclass(frozen=True)
class Passed:
    """One person: what the run paid, whether its own month is held, and the months of service before it that no run had named yet."""

    paid: tuple[Payment, ...] = ()
    held: Held | None = None
    unnamed: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Person:
    """`ledger`: None where it cannot be read. `moved`: the keys of decisions about the person that are still to be taken."""

    employee: str
    ledger: Ledger | None
    moved: frozenset[str]

    def has_moved(self, month: str) -> bool:
        return self.employee in self.moved or _month_key(self.employee, month) in self.moved

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """The rule set by which each posted month was decided last."""
        ledger, last = self.ledger, {}
        for fact in (*ledger.calculated, *ledger.adjusted, *ledger.confirmed):
            before = last.get(fact.event.month)
            if before is None or before.version < fact.version:
                last[fact.event.month] = fact
        return {event.month: last[event.month].event.rule_set for event in ledger.postings if event.month in last}


def _month_key(employee: str, month: str) -> str:
    """The key of the decision about what concerns one month alone."""
    return f"{employee}/{month}"


def post_part(books: Books, run: RunId, pages: Iterable[Page]) -> Outcome:
    """Post people page by page, in their order, until the transaction is full or the time for a part is over; one page at least.

    Nobody is paid twice. A supplementary run pays those who can be paid by now and names nobody else. The caller holds the run.
    """
    posting, outcome, began = Posting(books, run), Outcome(), time.monotonic()
    for page in pages:
        if page.people:
            with books.reading_ahead(OF_PERSON, page.people):
                for person in posting.people(page.people):
                    posting.pass_by(person, outcome)
                    if books.appended >= CHUNK:
                        return outcome
        outcome.done, outcome.reached = outcome.done + page.others, page.last
        if time.monotonic() - began > PART_SECONDS:
            return outcome
    outcome.over = True
    return outcome


class Posting:
    """One part of a run: what it reads once for all its people, and what it does for each."""

    def __init__(self, books: Books, run: RunId) -> None:
        self.books, self.run, self.schemes = books, run, Schemes(books.knowledge)
        self._schemes: dict[str, Scheme | None] = {}

    def people(self, employees: Sequence[str]) -> Iterator[Person]:
        """These people with their ledgers, which nobody else changes before the transaction ends, and what has moved of them."""
        for employee in employees:
            self.books.knowledge.hold(employee)
        ledgers = {employee: self._ledger(employee) for employee in employees}
        months = [_month_key(employee, month) for employee, ledger in ledgers.items() if ledger for month in ledger.months]
        moved = self.books.unsettled(ENTITLEMENT.name, [*employees, *months])
        return (Person(employee, ledger, moved) for employee, ledger in ledgers.items())

    def _ledger(self, employee: str) -> Ledger | None:
        try:
            return read_ledger(self.books.knowledge, employee)
        except TROUBLE:
            LOG.exception("pay run %s: the ledger of %s cannot be read", self.run, employee)
            return None

    def pass_by(self, person: Person, outcome: Outcome) -> None:
        """Post one person. His bad record stops nobody else's pay; the treasurer reads who was left out, and why."""
        try:
            passed = self.post(person)
        except TROUBLE:
            LOG.exception("pay run %s: %s left out", self.run, person.employee)
            unknown = Held(person.employee, self.run.month, (Missing("computation"),))
            passed = Passed(self._paid_so_far(person.employee), unknown)
        outcome.paid += passed.paid
        if passed.held is not None and not self.run.number:
            outcome.held.append(passed.held)
            self._leave_out(passed.held)
        for each in passed.unnamed:
            self._leave_out(each)
        outcome.done, outcome.reached = outcome.done + 1, person.employee

    def _leave_out(self, held: Held) -> None:
        """Keep the exception with the run. A month whose own stream is in trouble is named in the answer and the log alone."""
        try:
            self.books.execute(ALLOWANCE_MONTH, LeaveOut(held.employee, held.month, str(self.run), held.missing))
        except TROUBLE:
            LOG.exception("pay run %s: that %s was left out could not be kept", self.run, held.employee)

    def _paid_so_far(self, employee: str) -> tuple[Payment, ...]:
        """What the run paid a person whose calculation broke off, if that can be read."""
        try:
            return self._paid_in(read_ledger(self.books.knowledge, employee))
        except TROUBLE:
            return ()

    def _paid_in(self, ledger: Ledger) -> tuple[Payment, ...]:
        """What of a person's ledger the run paid."""
        return tuple(event for event in ledger.payments if event.run == str(self.run))

    def post(self, person: Person) -> Passed:
        """Bring posted months to what is known now, then post the open ones up to the run's. Held when the run's own month is."""
        ledger = person.ledger
        if ledger is None:
            raise LookupError(f"expected the ledger of {person.employee}, found one that cannot be read")
        before = self._paid_in(ledger)
        if self._through(ledger):
            return Passed(before)
        dossier = read_dossier(self.books.knowledge, person.employee)
        between = months_between(dossier, ledger, self.run.month)
        findings = self._findings(person, dossier, between)
        due = [each for each in findings if isinstance(each, Entitlement) and not each.outside]
        payable = [each for each in due if not ledger.state(each.month).posted]
        paid = self._pay_person(person.employee, ledger, findings, payable) if payable or not self.run.number else ()
        held = [each for each in findings if isinstance(each, Held)]
        own = next((each for each in held if each.month == self.run.month), None)
        return Passed((*before, *paid), own, tuple(each for each in held if each.month in between and each is not own))

    def _through(self, ledger: Ledger) -> bool:
        """Whether the run has nothing to do for the person: a supplementary run may still pay a month before one that is posted."""
        if self.run.number:
            return any(event.run == str(self.run) for event in ledger.payments)
        return any(event.month == self.run.month for event in ledger.postings)

    def _findings(self, person: Person, dossier: Dossier, between: frozenset[str]) -> list[Entitlement | Held]:
        """What is known now of the months up to the run's, but for those posted ones that are decided already as they would be now."""
        known = RULES.known_months(dossier) | person.ledger.months | between
        months = sorted({month for month in known if month <= self.run.month} | {self.run.month})
        return [entitle(Period.parse(month), dossier, self._scheme(month)) for month in months if not self._stands(person, month)]

    def _scheme(self, month: str) -> Scheme | None:
        """The rules of a month, looked up once for all people of the part."""
        if month not in self._schemes:
            self._schemes[month] = self.schemes.on(Period.parse(month))
        return self._schemes[month]

    def _stands(self, person: Person, month: str) -> bool:
        """Whether a posted month is as it should be: no decision about it is to be taken, and the rules are those that it went by.

        A month that is paid before it ends is looked at each time, for what counts only while it runs.
        """
        scheme, decided_by = self._scheme(month), person.rules.get(month)
        if scheme is None or decided_by != scheme.rule_set or person.has_moved(month):
            return False
        return scheme.early is None or not scheme.early.covers(Period.parse(month))

    def _pay_person(
        self, employee: str, ledger: Ledger, findings: Sequence[Entitlement | Held], payable: Sequence[Entitlement]
    ) -> tuple[Payment, ...]:
        """What the run pays the person now."""
        if self._adjust(ledger, findings):
            ledger = read_ledger(self.books.knowledge, employee)
        if payable:
            return self._pay(employee, payable, ledger)
        return self._pay_alone(employee, ledger) if ledger.outstanding else ()

    def _adjust(self, ledger: Ledger, findings: Sequence[Entitlement | Held]) -> bool:
        """Whether any posted month changed. Months that stay as they are cost no reading of their streams."""
        changed = False
        for finding in findings:
            if isinstance(finding, Entitlement) and ledger.state(finding.month).posted:
                settling = Settle(finding.employee, finding.month, finding, str(self.run))
                if ALLOWANCE_MONTH.decider.decide(ledger.state(finding.month), settling):
                    self.books.execute(ALLOWANCE_MONTH, settling)
                    changed = True
        return changed

    def _pay(self, employee: str, payable: Sequence[Entitlement], ledger: Ledger) -> tuple[Payment, ...]:
        """The adjustments go with the last month posted; the cap counts on all that the run pays."""
        scheme = self._scheme(payable[-1].month)
        total = sum(each.total for each in payable)
        adjustments = settle(total, ledger.outstanding, scheme.recovery_cap)
        posts = [Post(employee, each.month, str(self.run), each) for each in payable[:-1]]
        posts.append(Post(employee, payable[-1].month, str(self.run), payable[-1], adjustments))
        return tuple(event for post in posts for event in self._say(ALLOWANCE_MONTH, post) if isinstance(event, AllowancePosted))

    def _pay_alone(self, employee: str, ledger: Ledger) -> tuple[Payment, ...]:
        """A run that can pay the person no month still pays what earlier months are owed."""
        scheme = self._scheme(self.run.month)
        if scheme is None:
            return ()
        return self._say(ADJUSTMENTS_ALONE, PayAdjustments(employee, str(self.run), settle(0, ledger.outstanding, scheme.recovery_cap)))

    def _say(self, aggregate: Aggregate, command: Any) -> tuple[Any, ...]:
        """Execute the command; the events that it gave."""
        return self.books.execute(aggregate, command).said
