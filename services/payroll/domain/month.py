"""One person's month: calculated while it is open, posted once, adjusted ever after. Stream ``payroll-<employee>-<month>``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.recovery import Payment
from services.payroll.domain.run_id import RunId, month_of_run
from services.payroll.events import (
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceConfirmed,
    AllowanceHeld,
    AllowancePosted,
    Missing,
    PaidAdjustment,
)
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.facts import Fact
from shared.kernel.money import Rupiah
from shared.kernel.refusal import Refused

Result = AllowanceCalculated | AllowanceAdjusted | AllowanceConfirmed
"""What the rules give, as an event says it."""


@dataclass(frozen=True)
class Month:
    """`result` is what the last event said the rules give; `granted` the sum of what was posted and adjusted, None while open.

    `run` posted it, or left it out while it is open; `missing` is what it waits for, where that was ever said.
    """

    result: Result | None = None
    granted: Rupiah | None = None
    run: str | None = None
    missing: tuple[Missing, ...] = ()

    @property
    def posted(self) -> bool:
        return self.granted is not None


@dataclass(frozen=True)
class Settle:
    """Bring the month to what is known now. `run`: the month in which a difference would be paid."""

    employee: str
    month: str
    entitlement: Entitlement | Held
    run: str


@dataclass(frozen=True)
class LeaveOut:
    """`run` cannot pay its own month and leaves the person out: an exception of the run, until the month can be calculated."""

    employee: str
    month: str
    run: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Post:
    """Pay the month in `run`, with these parts of other months' adjustments."""

    employee: str
    month: str
    run: str
    entitlement: Entitlement
    adjustments: tuple[PaidAdjustment, ...] = ()


def decide(state: Month, command: Settle | LeaveOut | Post) -> Sequence[object]:
    match command:
        case LeaveOut():
            return _leave_out(state, command)
        case Settle():
            return _settle(state, command)
        case Post():
            return _post(state, command)
    raise TypeError(f"expected Settle, LeaveOut or Post, found {command!r}")


def evolve(state: Month, event: object) -> Month:
    match event:
        case AllowanceCalculated() | AllowanceConfirmed():
            return replace(state, result=event, missing=())
        case AllowanceHeld():
            return replace(state, result=None, run=event.run or state.run, missing=event.missing)
        case AllowancePosted():
            return replace(state, granted=event.posted, run=event.run)
        case AllowanceAdjusted():
            return replace(state, result=event, granted=state.granted + event.difference)
    return state


ALLOWANCE_MONTH = Aggregate(
    "allowance-month",
    Decider(Month(), decide, evolve),
    stream=lambda employee, month: f"payroll-{employee}-{month}",
    ids=lambda command: (command.employee, command.month),
    subject=lambda command: command.employee,
)


def next_run(closed: RunId | None, own: Iterable[Payment], month: str) -> str:
    """The run in which a difference of the posted `month` is due: the agency's next ordinary one.

    `closed`: the last ordinary run that the agency closed; `own`: what runs paid the person, among them one that is not closed yet.
    """
    behind = [RunId(month), *(RunId(month_of_run(event.run)) for event in own), *((closed,) if closed is not None else ())]
    return str(max(behind).next_month)


def _settle(state: Month, command: Settle) -> Sequence[object]:
    """Nothing when nothing changed. After posting the difference is the fresh entitlement minus all that was granted.

    An open month that cannot be calculated any more is held again, and one that a run left out says what it waits for now; a posted one
    stays as it is until it can. An open month outside service is not calculated, unless a run left it out.
    """
    fresh = command.entitlement
    if isinstance(fresh, Held):
        changed = state.result is not None or (state.run is not None and state.missing != fresh.missing)
        return (AllowanceHeld(fresh.employee, fresh.month, fresh.missing, state.run),) if changed and not state.posted else ()
    if not state.posted:
        untouched = state.result is None and not state.missing
        if fresh.outside and not fresh.job_class and not untouched:
            return (AllowanceHeld(fresh.employee, fresh.month, (), state.run),)  # never in a post: there is no class to calculate by
        return () if _same(state.result, fresh) or (untouched and fresh.outside) else (_calculated(fresh),)
    difference = fresh.total - state.granted
    if difference == 0 and _same(state.result, fresh):
        return ()
    cause = cause_of(state.result, fresh)
    grounds = {"cause": cause.id, "cause_type": cause.type}
    if difference == 0:
        return (AllowanceConfirmed(**_given(fresh), total=fresh.total, **grounds),)
    amounts = {"from_total": state.granted, "to_total": fresh.total, "difference": difference}
    return (AllowanceAdjusted(**_given(fresh), **amounts, **grounds, run=command.run),)


def _leave_out(state: Month, command: LeaveOut) -> Sequence[object]:
    """Said once, so that a run that was interrupted can be repeated."""
    if state.posted or (state.result is None and (state.run, state.missing) == (command.run, command.missing)):
        return ()
    return (AllowanceHeld(command.employee, command.month, command.missing, command.run),)


def _post(state: Month, command: Post) -> Sequence[object]:
    """Posting a posted month does nothing, so that a run that was interrupted can be repeated."""
    if state.posted:
        return ()
    fresh = command.entitlement
    if fresh.month > month_of_run(command.run):
        raise Refused(
            "month-after-run",
            expected=f"a month up to that of the run {command.run}",
            found=fresh.month,
            remedy="post it in its own run or a later one",
        )
    paid = fresh.total + sum(part.amount for part in command.adjustments)
    posted = AllowancePosted(fresh.employee, fresh.month, command.run, fresh.total, command.adjustments, paid)
    return (posted,) if _same(state.result, fresh) else (_calculated(fresh), posted)


def cause_of(before: Result, fresh: Entitlement) -> Fact:
    """The fact that changed the result: of those that it did not rest on before, the one that became known last."""
    new = [fact for fact in fresh.grounds if fact.id not in before.inputs] or fresh.grounds
    return max(new, key=lambda fact: (fact.recorded, fact.rank))


_RESULT = ("rule_set", "job_class", "predicate_period", "predicate", "discipline_points", "lines")


def _given(fresh: Entitlement) -> dict[str, Any]:
    """What the rules give, as each event of the month says it."""
    return {name: getattr(fresh, name) for name in ("employee", "month", *_RESULT, "inputs")}


def _calculated(fresh: Entitlement) -> AllowanceCalculated:
    return AllowanceCalculated(**_given(fresh), total=fresh.total, counts_until=fresh.counts_until)


def _same(result: Result | None, fresh: Entitlement) -> bool:
    """Whether the rules give what they gave before. Other facts with the same effect are no change."""
    return result is not None and all(getattr(result, part) == getattr(fresh, part) for part in _RESULT)
