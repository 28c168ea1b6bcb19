"""A pay run: opened, done in parts, closed once, with the totals of all that it posted. Stream ``payroll-run-<run>``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.payroll.domain.early import EarlyRule
from services.payroll.domain.recovery import Payment
from services.payroll.domain.run_id import RunId
from services.payroll.events import (
    AllowancePosted,
    LeftOut,
    LeftOutNamed,
    PayRunBegunAnew,
    PayRunContinued,
    PayRunInterrupted,
    PayRunOpened,
    PayRunPosted,
)
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class Totals:
    """Of what a run, or a part of it, posted: whom, and rupiah."""

    persons: int = 0
    posted: Rupiah = 0
    adjustments: Rupiah = 0
    paid: Rupiah = 0

    @classmethod
    def of(cls, payments: Sequence[Payment]) -> Totals:
        return cls(
            persons=len({event.employee for event in payments}),
            posted=sum(event.posted for event in payments if isinstance(event, AllowancePosted)),
            adjustments=sum(part.amount for event in payments for part in event.adjustments),
            paid=sum(event.paid for event in payments),
        )

    def __add__(self, other: Totals) -> Totals:
        """Of two parts, which have no person in common."""
        return Totals(
            self.persons + other.persons,
            self.posted + other.posted,
            self.adjustments + other.adjustments,
            self.paid + other.paid,
        )


@dataclass(frozen=True)
class Run:
    """`posted` closes it. Before that `people`, all up to `reached`, are through, with these totals, and `held` of them were left out.

    `named`: whom it left out, None for a run that was closed before this was kept.
    """

    posted: PayRunPosted | None = None
    reached: str = ""
    people: int = 0
    totals: Totals = Totals()
    held: int = 0
    named: tuple[LeftOut, ...] | None = None
    opened: bool = False

    @property
    def open(self) -> bool:
        """Whether it has begun and is not closed. An earlier release did not say that a run was opened."""
        return self.posted is None and (self.opened or self.people > 0)


@dataclass(frozen=True)
class OpenRun:
    """Let the run begin, or go on; the caller has looked whether it may."""

    run: str
    month: str


@dataclass(frozen=True)
class ContinueRun:
    """A part is done: the next `people` up to `reached`. `posted` is all that the run posted for them.

    `held` counts whom it left out; of these `named` are kept by name.
    """

    run: str
    month: str
    reached: str
    people: int
    posted: tuple[Payment, ...]
    held: int
    named: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class CloseRun:
    """Everybody is through. `posted`, `held` and `named` are those of whom the run reached since its last part."""

    run: str
    month: str
    posted: tuple[Payment, ...]
    treasurer: str
    held: int = 0
    named: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class BeginAnew:
    """Everybody was looked at and nobody could be paid; what becomes known from now on may concern those whom the parts passed."""

    run: str
    month: str


@dataclass(frozen=True)
class InterruptRun:
    """The run's job is cancelled."""

    run: str
    month: str


def decide(state: Run, command: OpenRun | ContinueRun | CloseRun | BeginAnew | InterruptRun) -> Sequence[object]:
    """What comes after a run is closed does nothing; closing a run that posted nothing is refused."""
    if state.posted is not None:
        return ()
    match command:
        case OpenRun():
            return () if state.open else (PayRunOpened(command.month, command.run),)
        case ContinueRun():
            return _continue(command)
        case CloseRun():
            return _close(state, command)
    if not state.open:
        return ()
    if not state.totals.persons:
        return (PayRunBegunAnew(command.month, command.run),)
    return (PayRunInterrupted(command.month, command.run),) if isinstance(command, InterruptRun) else ()


def _continue(command: ContinueRun) -> Sequence[object]:
    totals = Totals.of(command.posted)
    part = PayRunContinued(
        month=command.month,
        run=command.run,
        reached=command.reached,
        people=command.people,
        persons=totals.persons,
        total_posted=totals.posted,
        total_adjustments=totals.adjustments,
        total_paid=totals.paid,
        held=command.held,
    )
    return (part, *_naming(command))


def _naming(command: ContinueRun | CloseRun) -> Sequence[object]:
    return (LeftOutNamed(command.month, command.run, command.named),) if command.named else ()


def _close(state: Run, command: CloseRun) -> Sequence[object]:
    totals, held = state.totals + Totals.of(command.posted), state.held + command.held
    if not totals.persons:
        raise Refused(
            "nothing-to-pay",
            expected=f"at least one person whose {command.month} can be calculated",
            found=f"none, and {held} who wait for something" if held else "none",
            remedy="see what each month is held for, bring it in, and run again",
        )
    closed = PayRunPosted(
        month=command.month,
        run=command.run,
        persons=totals.persons,
        total_posted=totals.posted,
        total_adjustments=totals.adjustments,
        total_paid=totals.paid,
        treasurer=command.treasurer,
        held=held,
    )
    return (closed, *_naming(command))


def evolve(state: Run, event: object) -> Run:
    match event:
        case PayRunPosted():
            return replace(state, posted=event, named=state.named or (None if event.held else ()))
        case PayRunContinued():
            part = Totals(event.persons, event.total_posted, event.total_adjustments, event.total_paid)
            people, held = state.people + event.people, state.held + event.held
            return replace(state, reached=event.reached, people=people, totals=state.totals + part, held=held)
        case PayRunOpened():
            return replace(state, opened=True)
        case PayRunBegunAnew():
            return Run()
        case LeftOutNamed():
            return replace(state, named=(*(state.named or ()), *event.people))
    return state


PAY_RUN = Aggregate(
    "pay-run",
    Decider(Run(), decide, evolve),
    stream=lambda run: f"payroll-run-{run}",
    ids=lambda command: (command.run,),
    subject=lambda command: command.run,
)


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


def check_none_open(run: RunId, unfinished: RunId | None) -> None:
    """Refused while another run is `unfinished`: closed after it, what its parts have paid would stand in no closed run."""
    if unfinished is not None and unfinished != run:
        raise Refused(
            "run-not-closed",
            expected=f"the run {unfinished} to be closed",
            found="it is being paid, or its job was cancelled or failed",
            remedy=f"wait for the job of the run {unfinished} (GET /v1/jobs?kind=pay-run), or ask for that run again",
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
