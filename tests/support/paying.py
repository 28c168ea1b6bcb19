"""A pay run in memory: one part of it, and what it paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.payroll.domain.recovery import Payment
from services.payroll.domain.run_id import RunId
from services.payroll.known import read_ledger
from services.payroll.posting import Outcome, Page, post_part
from shared.kernel.periods import Period
from tests.support.knowledge import MemoryKnowledge


def post_chunk(knowledge: MemoryKnowledge, month: Period, employees: Sequence[str]) -> Outcome:
    """One part of the month's run, of these people."""
    outcome = post_part(knowledge, RunId(str(month)), [Page(employees, employees[-1])])
    return replace(outcome, held=tuple(outcome.held))


def posted_in(knowledge: MemoryKnowledge, run: str, employees: Iterable[str]) -> tuple[Payment, ...]:
    """All that the run has posted for these people."""
    return tuple(event for employee in employees for event in read_ledger(knowledge, employee).payments if event.run == run)
