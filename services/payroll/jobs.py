"""Payroll's jobs: a pay run, in parts, from where its own stream says that it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from services.payroll.answers import ClosedRun
from services.payroll.domain.run import PAY_RUN, BeginAnew, CloseRun, ContinueRun, InterruptRun, Run
from services.payroll.domain.run_id import RunId
from services.payroll.events import LeftOut
from services.payroll.known import run_of
from services.payroll.posting import Page, post_part
from services.payroll.views import ALLOWANCES, EMPLOYEES, HELD
from shared.flow.declared import Done, JobKind, Progress
from shared.flow.jobs import Job
from shared.flow.work import Work
from shared.kernel.refusal import Refused

TOGETHER = 200
"""People whose facts are read together."""
NAMED = 100
"""People whom an answer names at most; the list goes on."""
PAY_RUN_JOB = "pay-run"


def totals(run: Run) -> ClosedRun:
    """A closed run as it is answered, in rupiah."""
    closed = run.posted
    return {
        "run": closed.run,
        "month": closed.month,
        "status": "posted",
        "persons": closed.persons,
        "totals": {"posted": closed.total_posted, "adjustments": closed.total_adjustments, "paid": closed.total_paid},
        "held": [{"month": closed.month, **asdict(one)} for one in run.named or ()],
        "held_count": closed.held,
    }


def pay_part(work: Work, job: Job) -> Progress | Done | Refused:
    """Post the people after the last one reached; close the run where nobody is left. Refused where it paid nobody, or is not open."""
    run = RunId.parse(job.parameters["run"])
    state = run_of(work.knowledge, run)
    if state.posted is not None:
        return Done(totals(state))
    if not state.open:
        raise Refused(
            "run-not-open",
            expected=f"the run {run} to be open",
            found="one that paid nobody, or whose job was cancelled before it did",
            remedy="ask for the run again",
        )
    outcome = post_part(work, run, _pages(work, run, state.reached))
    room = NAMED - len(state.named or ())
    named = tuple(LeftOut(each.employee, each.missing) for each in outcome.held[:room])
    if not outcome.over:
        continued = ContinueRun(str(run), run.month, outcome.reached, outcome.done, tuple(outcome.paid), len(outcome.held), named)
        work.execute(PAY_RUN, continued)
        return Progress(outcome.reached, outcome.done)
    try:
        work.execute(PAY_RUN, CloseRun(str(run), run.month, tuple(outcome.paid), job.asker.id, len(outcome.held), named))
    except Refused as nobody:
        work.execute(PAY_RUN, BeginAnew(str(run), run.month))
        return nobody
    return Done(totals(run_of(work.knowledge, run)), outcome.done)


def _pages(work: Work, run: RunId, after: str) -> Iterator[Page]:
    """The people in order. A run looks at everybody; a supplementary one at those who may still be paid."""
    while employees := work.keys(EMPLOYEES, after=after, most=TOGETHER):
        people, after = _unpaid(work, run, employees) if run.number else employees, employees[-1]
        yield Page(people, after, len(employees) - len(people))


def _unpaid(work: Work, run: RunId, employees: Sequence[str]) -> Sequence[str]:
    """Of these people those whose month is not posted, or who wait for an earlier one."""
    months = [f"{employee}/{run.month}" for employee in employees]
    paid = {key.partition("/")[0] for key in work.keys(ALLOWANCES, key=months, status="posted")}
    if not paid:
        return employees
    waiting = (key.partition("/") for key in work.keys(HELD, employee=sorted(paid), status=["waiting", "payable"]))
    open_ = {employee for month, _, employee in waiting if month <= run.month}
    return [employee for employee in employees if employee not in paid or employee in open_]


def interrupt(work: Work, job: Job) -> None:
    """What was posted stays. A run that paid somebody stays open until it is asked for again and gone on with; another one is not."""
    run = RunId.parse(job.parameters["run"])
    work.execute(PAY_RUN, InterruptRun(str(run), run.month))


JOBS = (JobKind(PAY_RUN_JOB, starts="post-pay-run", reads="read-pay-runs", part=pay_part, cancelled=interrupt, gives=ClosedRun),)
