"""The draft of a plan: targets as the employee or an import proposes them, until the superior fixes them (PermenPANRB 6/2022, SKP)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.events import TargetDrafted, TargetWithdrawn
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.decimals import DECIMAL, SAID
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

ASPECTS = ("quantity", "quality", "time", "cost")
DIRECTIONS = ("higher", "lower")
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True)
class Target:
    """`value`: exact decimal text in `unit`, over zero; `direction`: which is better; `weight` in percent; `what_text`: a text's id."""

    target_id: str
    aspect: str
    indicator: str
    what_text: str | None
    unit: str
    direction: str
    value: str
    weight: int


@dataclass(frozen=True)
class DraftTarget:
    """`approved`: whether the plan of that year is fixed already."""

    employee: str
    year: str
    target: Target
    approved: bool


@dataclass(frozen=True)
class WithdrawTarget:
    employee: str
    year: str
    target_id: str
    approved: bool


@dataclass(frozen=True)
class PresentDraft:
    """The draft as the superior saw it is to be fixed: checks it, and changes nothing in it."""

    employee: str
    year: str


@dataclass(frozen=True)
class DraftState:
    """The targets by id, in the order in which they were first proposed."""

    targets: Mapping[str, Target] = field(default_factory=dict)


def decide(state: DraftState, command: DraftTarget | WithdrawTarget | PresentDraft) -> Sequence[Any]:
    """TargetDrafted or TargetWithdrawn; nothing when nothing changes. Refused as the functions below say."""
    check_year(command.year)
    match command:
        case DraftTarget(employee, year, target, approved):
            _still_open(year, approved)
            check_target(target)
            if state.targets.get(target.target_id) == target:
                return ()
            return (TargetDrafted(employee=employee, period=year, **vars(target)),)
        case WithdrawTarget(employee, year, target_id, approved):
            _still_open(year, approved)
            if target_id not in state.targets:
                raise unknown_target(target_id, state.targets)
            return (TargetWithdrawn(employee, year, target_id),)
        case PresentDraft():
            check_weights(tuple(state.targets.values()))
            return ()
    raise TypeError(f"expected a command on a draft, found {command!r}")


def evolve(state: DraftState, event: Any) -> DraftState:
    match event:
        case TargetDrafted():
            return DraftState({**state.targets, event.target_id: target_of(event)})
        case TargetWithdrawn():
            return DraftState({key: target for key, target in state.targets.items() if key != event.target_id})
    return state


def target_of(event: Any) -> Target:
    """The target in a TargetDrafted or TargetSet."""
    return Target(**{name: getattr(event, name) for name in Target.__dataclass_fields__})


def number(text: str, what: str) -> Fraction:
    """A number of zero or more, in plain digits with a point; Refused (422) otherwise."""
    if not DECIMAL.fullmatch(text):
        raise Refused(
            "number-invalid",
            status=422,
            expected=f"{what} as a decimal such as 12 or 97.5, with {SAID}",
            found=text,
            remedy="write digits with a point",
        )
    return exact(text)


def check_target(target: Target) -> None:
    """One target by itself: known words, a value over zero (achievement is measured against it), a weight of 1 to 100 percent."""
    wrong = None
    if not CODE.fullmatch(target.target_id):
        wrong = ("target_id as a code of letters a–z, digits, . _ -", target.target_id)
    elif not CODE.fullmatch(target.indicator):
        wrong = ("indicator as a code of letters a–z, digits, . _ -", target.indicator)
    elif target.aspect not in ASPECTS:
        wrong = ("aspect as one of " + ", ".join(ASPECTS), target.aspect)
    elif target.direction not in DIRECTIONS:
        wrong = ("direction as one of " + ", ".join(DIRECTIONS), target.direction)
    elif not 1 <= target.weight <= 100:
        wrong = ("weight from 1 to 100 percent", str(target.weight))
    elif number(target.value, "the target's value") == 0:
        wrong = ("a value over zero", target.value)
    if wrong:
        raise Refused("target-invalid", status=422, expected=wrong[0], found=wrong[1], remedy="correct the target", target=target.target_id)


def check_weights(targets: Sequence[Target]) -> None:
    """A plan has targets, and their weights sum to 100 percent; Refused (422) says the sum that was found."""
    total = sum(target.weight for target in targets)
    if total != 100:
        found = " + ".join(str(target.weight) for target in targets) + f" = {total}" if targets else "no targets"
        raise Refused(
            "weights-not-100",
            status=422,
            expected="targets whose weights sum to 100",
            found=found,
            remedy="draft or withdraw targets, then approve the plan",
        )


def check_year(text: str) -> Period:
    """A plan is made for a year; Refused (422) otherwise."""
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.kind != "year":
        raise Refused("period-invalid", status=422, expected="a year such as 2026", found=text, remedy="name the plan by its year")
    return period


def unknown_target(target_id: str, targets: Mapping[str, Target]) -> Refused:
    return Refused(
        "unknown-target",
        status=404,
        expected="a target of this plan: " + (", ".join(targets) or "there is none"),
        found=target_id,
        remedy="take the target's id from the plan",
    )


def _still_open(year: str, approved: bool) -> None:
    if approved:
        raise Refused(
            "plan-approved",
            expected=f"a plan of {year} that is not fixed yet",
            found="a plan approved by the superior",
            remedy="work by the fixed targets; they stand for the year",
        )


DRAFT = Aggregate(
    "draft",
    Decider(DraftState(), decide, evolve),
    stream=lambda command: streams.draft(command.employee, command.year),
    subject=lambda command: command.employee,
)
