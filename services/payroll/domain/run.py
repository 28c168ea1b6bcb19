"""A pay run: closed once, with the totals of all that it posted. Stream ``payroll-run-<run>``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.payroll.domain.early import EarlyRule
from services.payroll.domain.recovery import Payment
from services.payroll.domain.run_id import RunId
from services.payroll.events import AllowancePosted, LeftOut, LeftOutNamed, PayRunPosted
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class Run:
    """`named`: whom it left out, None for a run that was closed before this was kept."""

    posted: PayRunPosted | None = None
    named: tuple[LeftOut, ...] | None = None


@dataclass(frozen=True)
class CloseRun:
    """`posted` is all that the run posted, for every person; `held` counts whom it left out, the first of whom are `named`."""

    run: str
    month: str
    posted: tuple[Payment, ...]
    treasurer: str
    held: int = 0
    named: tuple[LeftOut, ...] = ()


def decide(state: Run, command: CloseRun) -> Sequence[object]:
    """Closing a closed run does nothing; a run that posted nothing is refused."""
    if state.posted is not None:
        return ()
    if not command.posted:
        raise Refused(
            "nothing-to-pay",
            expected=f"at least one person whose {command.month} can be calculated",
            found=f"none, and {command.held} who wait for something" if command.held else "none",
            remedy="see what each month is held for, bring it in, and run again",
        )
    closed = PayRunPosted(
        month=command.month,
        run=command.run,
        persons=len({event.employee for event in command.posted}),
        total_posted=sum(event.posted for event in command.posted if isinstance(event, AllowancePosted)),
        total_adjustments=sum(part.amount for event in command.posted for part in event.adjustments),
        total_paid=sum(event.paid for event in command.posted),
        treasurer=command.treasurer,
        held=command.held,
    )
    return (closed, LeftOutNamed(command.month, command.run, command.named)) if command.named else (closed,)


def evolve(state: Run, event: object) -> Run:
    match event:
        case PayRunPosted():
            return Run(event, None if event.held else ())
        case LeftOutNamed():
            return replace(state, named=event.people)
    return state


PAY_RUN = Aggregate(
    "pay-run",
    Decider(Run(), decide, evolve),
    stream=lambda command: f"payroll-run-{command.run}",
    subject=lambda command: command.run,
)


def stream_of(run: RunId) -> str:
    return f"payroll-run-{run}"


def check_month(month: Period, today: date, closed: RunId | None, in_rules: bool, early: EarlyRule | None = None) -> None:
    """Refused when `month` is not over yet, when no rules held in it, or when a later run is closed already: runs go forward.

    `closed` is the last ordinary run closed; `in_rules`: whether a rule set of allowances was in force on the month's first day.
    `early`: its rule of months that are paid before they end.
    """
    if today <= month.end and not (early is not None and early.holds(month, today)):
        from_day = early.first_day(month) if early is not None and early.covers(month) else None
        raise Refused(
            "month-not-over",
            expected=f"a day after {month.end}" if from_day is None else f"a day from {from_day} on ({early.source})",
            found=str(today),
            remedy="run it when the month and its attendance are complete",
        )
    if closed is not None and closed > RunId(str(month)):
        raise Refused(
            "run-out-of-order",
            expected=f"a month after {closed}, the last run closed",
            found=str(month),
            remedy="months left open are paid by the next run, or by a supplementary run of the last one",
        )
    if not in_rules:
        raise Refused(
            "month-before-rules",
            status=422,
            expected="a month in which a rule set of allowances is in force",
            found=str(month),
            remedy="correct the month, or publish the rule set that holds in it",
        )


def check_supplementary(month: Period, closed: RunId | None, has_run: bool) -> None:
    """Refused when the month's own run is not closed, or a later one is: a supplementary run follows the last one."""
    if not has_run:
        raise Refused(
            "run-not-closed",
            expected=f"the run of {month} to be closed",
            found="none" if closed is None else f"{closed}, the last run closed",
            remedy="post the ordinary run of the month first",
        )
    if closed is not None and closed > RunId(str(month)):
        raise Refused(
            "run-out-of-order",
            expected=f"the month {closed}, of the last run closed",
            found=str(month),
            remedy="that month's supplementary run pays the open months before it, too",
        )
