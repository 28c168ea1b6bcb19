"""The draft of a plan: targets as the employee or an import proposes them, until the superior fixes them (PermenPANRB 6/2022, SKP)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.events import TargetDrafted, TargetWithdrawn
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.decimals import DECIMAL, SAID
from shared.kernel.money import exact, exact_text, half_up
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused

ASPECTS = ("quantity", "quality", "time", "cost")
DIRECTIONS = ("higher", "lower")
AGGREGATES = ("mean", "sum", "last")
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True)
class Target:
    """`value`: exact decimal text in `unit`; `direction`: which is better; `what_text`: a text's id.

    `weight` in whole percent, `exact_weight` as exact text where it is no whole percent; none of the two: all targets weigh the same.
    `aggregate`: mean, sum or last of the months' values, None: as the rules say. `months`: those in which it is measured, such as the
    one in which it is due; none: as often as the rules say.
    """

    target_id: str
    aspect: str
    indicator: str
    what_text: str | None
    unit: str
    direction: str
    value: str
    weight: int | None = None
    exact_weight: str | None = None
    aggregate: str | None = None
    months: tuple[str, ...] = ()

    @property
    def share(self) -> Fraction | None:
        """In percent, exact; None where no weight is said."""
        if self.exact_weight is not None:
            return exact(self.exact_weight)
        return None if self.weight is None else Fraction(self.weight)

    def measured_in(self, period: Period) -> bool:
        """Whether any of its months lies in the period; one without its own months is measured in all."""
        return not self.months or any(str(month) in self.months for month in period.months)


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
            check_target(target, year)
            if state.targets.get(target.target_id) == target:
                return ()
            return (TargetDrafted(employee=employee, period=year, **vars(target)),)
        case WithdrawTarget(employee, year, target_id, approved):
            _still_open(year, approved)
            if target_id not in state.targets:
                raise unknown_target(target_id, state.targets)
            return (TargetWithdrawn(employee, year, target_id),)
        case PresentDraft():
            fixed(tuple(state.targets.values()))
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


def weighed(weight: int | None, exact_weight: str | None) -> tuple[int | None, str | None]:
    """The weight as a target keeps it: a whole percent as such, any other as exact text. Refused (422) when both are said."""
    if weight is not None and exact_weight is not None:
        raise Refused(
            "target-invalid",
            status=422,
            expected="weight or exact_weight",
            found="both",
            remedy="say a whole percent, or an exact one, or none of the two where all targets weigh the same",
        )
    if exact_weight is None:
        return weight, None
    share = exact(exact_weight)
    return (int(share), None) if share.denominator == 1 else (None, exact_text(share))


def check_target(target: Target, year: str) -> None:
    """One target by itself: known words, months of its year, a weight over 0 up to 100 percent.

    Its value is over zero, since achievement is measured against it; where less is better it may be zero (*nihil*).
    """
    wrong, share = None, target.share
    if not CODE.fullmatch(target.target_id):
        wrong = ("target_id as a code of letters a–z, digits, . _ -", target.target_id)
    elif not CODE.fullmatch(target.indicator):
        wrong = ("indicator as a code of letters a–z, digits, . _ -", target.indicator)
    elif target.aspect not in ASPECTS:
        wrong = ("aspect as one of " + ", ".join(ASPECTS), target.aspect)
    elif target.direction not in DIRECTIONS:
        wrong = ("direction as one of " + ", ".join(DIRECTIONS), target.direction)
    elif target.aggregate not in (None, *AGGREGATES):
        wrong = ("aggregate as one of " + ", ".join(AGGREGATES), target.aggregate)
    elif not set(target.months) <= {str(month) for month in check_year(year).months} or len(set(target.months)) < len(target.months):
        wrong = (f"months of {year}, each once, such as {year}-06", ", ".join(target.months))
    elif share is not None and not 0 < share <= 100:
        wrong = ("a weight over 0 up to 100 percent", exact_text(share))
    elif number(target.value, "the target's value") == 0 and target.direction == "higher":
        wrong = ("a value over zero; zero where less is better", target.value)
    if wrong:
        raise Refused("target-invalid", status=422, expected=wrong[0], found=wrong[1], remedy="correct the target", target=target.target_id)


def fixed(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets with the weights that the plan is fixed with: as said, or of none an equal share each, exact.

    Refused (422) for no targets, for weights of some of them only, and for a sum that is not 100 percent.
    """
    shares = [target.share for target in targets]
    if not any(share is not None for share in shares):
        shares = [Fraction(100, len(targets)) for _ in targets]
    if None in shares:
        raise Refused(
            "weights-of-some",
            status=422,
            expected="a weight of every target, or of none",
            found="none of " + ", ".join(target.target_id for target in targets if target.share is None),
            remedy="weigh these too, or leave all weights out: the targets then weigh the same",
        )
    if sum(shares) != 100:
        found = " + ".join(map(exact_text, shares)) + f" = {exact_text(sum(shares))}" if targets else "no targets"
        raise Refused(
            "weights-not-100",
            status=422,
            expected="targets whose weights sum to 100",
            found=found,
            remedy="draft or withdraw targets, then approve the plan; equal weights are left out, a third is exact_weight 100/3",
        )
    return tuple(_with_share(target, share) for target, share in zip(targets, shares))


def _with_share(target: Target, share: Fraction) -> Target:
    if share.denominator == 1:
        return replace(target, weight=int(share), exact_weight=None)
    return replace(target, weight=max(1, half_up(share)), exact_weight=exact_text(share))


def check_year(text: str) -> Period:
    """A plan is made for a year; Refused (422) otherwise."""
    return period_of(text, "year")


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
    stream=streams.draft,
    ids=lambda command: (command.employee, command.year),
    subject=lambda command: command.employee,
)
