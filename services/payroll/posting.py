"""A pay run, person by person: every open month that can be calculated, and what is outstanding of earlier ones."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import Any, Protocol

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.month import ALLOWANCE_MONTH, LeaveOut, Post, Settle
from services.payroll.domain.recovery import ADJUSTMENTS_ALONE, PayAdjustments, Payment, settle
from services.payroll.domain.run_id import RunId
from services.payroll.dossier import READ, Ledger, Schemes, known_months, months_between, read_dossier, read_ledger
from services.payroll.events import AdjustmentsPosted, AllowancePosted, Missing
from shared.flow.declared import Reads
from shared.kernel.decider import Aggregate
from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

LOG = logging.getLogger(__name__)

PART_SECONDS = 15
"""A part ends after so long, well before its request does: what it has posted stays, however slow the machine."""
TOGETHER = 200
"""People whose facts are read together."""
OF_PERSON = Reads(READ, holds=str)
CHUNK = 1500
"""Events of one transaction at most, before the last person's: below the store's 2,000."""


class Books(Protocol):
    """The transaction that a run writes in: the library's RequestWork."""

    knowledge: Knowledge
    tx: Any
    appended: int

    def execute(self, aggregate: Any, command: Any) -> Any: ...

    def reading_ahead(self, reads: Reads, keys: Sequence[str]) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class Outcome:
    """`done` of the people are through; `held` of them could not be paid for the run's month, and for want of what.

    `paid` is all that the run paid those who are through, also in an earlier part.
    """

    done: int
    left: int
    held: tuple[Held, ...]
    paid: tuple[Payment, ...] = ()


@dataclass(frozen=True)
class Passed:
    """One person: what the run paid, whether its own month is held, and the months of service before it that no run had named yet."""

    paid: tuple[Payment, ...] = ()
    held: Held | None = None
    unnamed: tuple[Held, ...] = ()


def alone(books: Books) -> None:
    """Until the transaction ends no other run of the agency posts: two at once would both pay what is outstanding."""
    books.tx.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"payroll-run/{books.knowledge.agency}",))


TROUBLE = (Refused, LookupError, ValueError, TypeError, ArithmeticError)


def post_chunk(books: Books, month: Period, employees: Sequence[str], number: int = 0) -> Outcome:
    """Post people in order until the transaction is full or the time for a part over; one person at least. Nobody is paid twice.

    `number`: of a supplementary run, which pays those who can be paid by now and names nobody else. The caller is alone.
    """
    run = RunId(str(month), number)
    schemes = Schemes(books.knowledge)
    held: list[Held] = []
    paid: list[Payment] = []
    done, began = 0, time.monotonic()
    with closing(_each(books, employees)) as people:
        for employee in people:
            try:
                passed = post_person(books, run, employee, schemes)
            except TROUBLE:
                # One person's bad record stops nobody else's pay; the treasurer reads who was left out, and why.
                LOG.exception("pay run %s: %s left out", run, employee)
                passed = Passed(_paid_so_far(books, run, employee), Held(employee, run.month, (Missing("computation"),)))
            paid += passed.paid
            if passed.held is not None and not number:
                held.append(passed.held)
                _leave_out(books, run, passed.held)
            for each in passed.unnamed:
                _leave_out(books, run, each)
            done += 1
            if books.appended >= CHUNK or time.monotonic() - began > PART_SECONDS:
                break
    return Outcome(done, len(employees) - done, tuple(held), tuple(paid))


def _each(books: Books, employees: Sequence[str]) -> Iterator[str]:
    """The people in order; of many at a time everything is read together."""
    for start in range(0, len(employees), TOGETHER):
        part = employees[start : start + TOGETHER]
        with books.reading_ahead(OF_PERSON, part):
            yield from part


def _paid_so_far(books: Books, run: RunId, employee: str) -> tuple[Payment, ...]:
    """What the run paid a person whose calculation broke off, if that can be read."""
    try:
        return posted_in(books.knowledge, str(run), [employee])
    except TROUBLE:
        return ()


def _leave_out(books: Books, run: RunId, held: Held) -> None:
    """Keep the exception with the run. A month whose own stream is in trouble is named in the answer and the log alone."""
    try:
        books.execute(ALLOWANCE_MONTH, LeaveOut(held.employee, held.month, str(run), held.missing))
    except TROUBLE:
        LOG.exception("pay run %s: that %s was left out could not be kept", run, held.employee)


def post_person(books: Books, run: RunId, employee: str, schemes: Schemes) -> Passed:
    """Bring posted months to what is known now, then post the open ones up to the run's. Held when the run's own month is."""
    books.knowledge.hold(employee)
    ledger = read_ledger(books.knowledge, employee)
    before = tuple(event for event in ledger.payments if event.run == str(run))
    if _through(ledger, run):
        return Passed(before)
    dossier = read_dossier(books.knowledge, employee)
    between = months_between(dossier, ledger, run.month)
    findings = _findings(dossier, between, run, ledger, schemes)
    due = [each for each in findings if isinstance(each, Entitlement) and not each.outside]
    payable = [each for each in due if not ledger.state(each.month).posted]
    paid = _pay_person(books, run, employee, ledger, findings, payable, schemes) if payable or not run.number else ()
    held = [each for each in findings if isinstance(each, Held)]
    own = next((each for each in held if each.month == run.month), None)
    return Passed((*before, *paid), own, tuple(each for each in held if each.month in between and each is not own))


def _through(ledger: Ledger, run: RunId) -> bool:
    """Whether the run has nothing to do for the person: a supplementary run may still pay a month before one that is posted."""
    if run.number:
        return any(event.run == str(run) for event in ledger.payments)
    return any(event.month == run.month for event in ledger.postings)


def _pay_person(
    books: Books,
    run: RunId,
    employee: str,
    ledger: Ledger,
    findings: Sequence[Entitlement | Held],
    payable: Sequence[Entitlement],
    schemes: Schemes,
) -> tuple[Payment, ...]:
    """What the run pays the person now."""
    if _adjust(books, run, ledger, findings):
        ledger = read_ledger(books.knowledge, employee)
    if payable:
        return _pay(books, run, employee, payable, ledger, schemes)
    return _pay_alone(books, run, employee, ledger, schemes) if ledger.outstanding else ()


def _findings(dossier: Dossier, between: frozenset[str], run: RunId, ledger: Ledger, schemes: Schemes) -> list[Entitlement | Held]:
    known = known_months(dossier) | ledger.months | between
    months = sorted({month for month in known if month <= run.month} | {run.month})
    return [entitle(Period.parse(month), dossier, schemes.on(Period.parse(month))) for month in months]


def _adjust(books: Books, run: RunId, ledger: Ledger, findings: Sequence[Entitlement | Held]) -> bool:
    """Whether any posted month changed. Months that stay as they are cost no reading of their streams."""
    changed = False
    for finding in findings:
        if isinstance(finding, Entitlement) and ledger.state(finding.month).posted:
            settle = Settle(finding.employee, finding.month, finding, str(run))
            if ALLOWANCE_MONTH.decider.decide(ledger.state(finding.month), settle):
                books.execute(ALLOWANCE_MONTH, settle)
                changed = True
    return changed


def _pay(books: Books, run: RunId, employee: str, payable: Sequence[Entitlement], ledger: Ledger, schemes: Schemes) -> tuple[Payment, ...]:
    """The adjustments go with the last month posted; the cap counts on all that the run pays."""
    scheme = schemes.on(Period.parse(payable[-1].month))
    total = sum(each.total for each in payable)
    adjustments = settle(total, ledger.outstanding, scheme.recovery_cap)
    posts = [Post(employee, each.month, str(run), each) for each in payable[:-1]]
    posts.append(Post(employee, payable[-1].month, str(run), payable[-1], adjustments))
    return tuple(
        event
        for post in posts
        for event in _decided(books, ALLOWANCE_MONTH, ledger.state(post.month), post)
        if isinstance(event, AllowancePosted)
    )


def _pay_alone(books: Books, run: RunId, employee: str, ledger: Ledger, schemes: Schemes) -> tuple[Payment, ...]:
    """A run that can pay the person no month still pays what earlier months are owed."""
    scheme = schemes.on(run.period)
    if scheme is None:
        return ()
    before = next((event for event in ledger.payments if isinstance(event, AdjustmentsPosted) and event.run == str(run)), None)
    command = PayAdjustments(employee, str(run), settle(0, ledger.outstanding, scheme.recovery_cap))
    return _decided(books, ADJUSTMENTS_ALONE, before, command)


def _decided(books: Books, aggregate: Aggregate, state: Any, command: Any) -> tuple[Any, ...]:
    """Execute the command; what it gives on the state that its stream has, which the person's lock keeps as it was read."""
    books.execute(aggregate, command)
    return tuple(aggregate.decider.decide(state, command))


def posted_in(knowledge: Knowledge, run: str, employees: Iterable[str]) -> tuple[Payment, ...]:
    """All that the run has posted for these people."""
    return tuple(event for employee in employees for event in read_ledger(knowledge, employee).payments if event.run == run)
