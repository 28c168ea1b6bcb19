"""The nine-box: potential as assessed, performance as finalised, and where the two place a person (PermenPANRB 3/2020)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.domain.settings import EMPLOYMENTS, PREDICATES
from services.personnel.events import PotentialAssessed, PotentialWithdrawn, TalentBoxPlaced, TalentBoxWithdrawn
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read
from shared.kernel.withdrawn import same, without

POTENTIALS = ("low", "middle", "high")
Boxes = Mapping[tuple[str, str], int]
"""(performance, potential) → box 1 to 9."""


@dataclass(frozen=True)
class TalentRules:
    """`above` and `as_`: the predicates on those steps of the performance axis; the others are below.

    For a vacancy: who may be a candidate. `employments`, boxes (none given: any), how many job classes below the post at most
    (None: any), how many months a medium or heavy sanction keeps somebody out, and over how many results performance is looked at.
    """

    boxes: Boxes
    above: tuple[str, ...]
    as_: tuple[str, ...]
    employments: tuple[str, ...]
    candidate_boxes: tuple[int, ...]
    classes_below: int | None
    clean_months: int
    results: int

    def performance(self, predicate: str) -> str:
        if predicate in self.above:
            return "above"
        return "as" if predicate in self.as_ else "below"


def read_talent(settings: Mapping[str, Any], tables: Mapping[str, Boxes], *, published: bool = False) -> TalentRules:
    """The settings of a rule set of kind ``talent``; Refused (422) when they are wrong."""
    return read(settings, lambda said: _talent(said, tables), published=published)


def _talent(said: Settings, tables: Mapping[str, Boxes]) -> TalentRules:
    above = said.some_of("above", PREDICATES)
    as_ = said.some_of("as", [one for one in PREDICATES if one not in above])
    vacancies = said.part("vacancies", {})
    boxes = vacancies.listed("boxes", ())
    if not all(type(one) is int and 1 <= one <= 9 for one in boxes):
        raise vacancies.wrong("boxes", "a list of whole numbers from 1 to 9", boxes)
    return TalentRules(
        boxes=tables[said.one_of("table", sorted(tables))],
        above=above,
        as_=as_,
        employments=vacancies.some_of("employments", EMPLOYMENTS, ("PNS",)),
        candidate_boxes=tuple(boxes),
        classes_below=vacancies.whole_or_none("classes_below_at_most", 0, 16),
        clean_months=vacancies.whole("clean_record_months", 0, 120, 24),
        results=vacancies.whole("results", 1, 12, 4),
    )


@dataclass(frozen=True)
class AssessPotential:
    employee: str
    value: str
    source: str
    on: date
    today: date


@dataclass(frozen=True)
class WithdrawPotential:
    """`on`: the day for which the wrong assessment was entered."""

    employee: str
    on: date
    document: str


@dataclass(frozen=True)
class PotentialState:
    """`assessed`: what stands, in the order in which it was said; `taken_back`: the withdrawals of the rest."""

    assessed: tuple[PotentialAssessed, ...] = ()
    taken_back: tuple[PotentialWithdrawn, ...] = ()


def decide_potential(state: PotentialState, command: AssessPotential | WithdrawPotential) -> Sequence[Any]:
    """Record an assessment, or take one back; the same once more changes nothing.

    Refused: (422) for an unknown value or a day to come, (404) for a withdrawal of what was not entered.
    """
    if isinstance(command, WithdrawPotential):
        return _withdraw(state, command)
    if command.value not in POTENTIALS:
        raise Refused("potential", expected=" or ".join(POTENTIALS), found=command.value, remedy="correct it", status=422)
    if command.on > command.today:
        raise Refused("potential-early", expected=f"a day up to {command.today}", found=str(command.on), remedy="correct it", status=422)
    wished = PotentialAssessed(command.employee, command.value, command.source, command.on)
    same_day = [one for one in state.assessed if one.on == wished.on]
    return [] if same_day and same_day[-1] == wished else [wished]


def _withdraw(state: PotentialState, command: WithdrawPotential) -> Sequence[PotentialWithdrawn]:
    event = PotentialWithdrawn(command.employee, command.on, command.document)
    if any(same(one, event) for one in state.assessed):
        return [event]
    if any(same(one, event) for one in state.taken_back):
        return []
    raise Refused(
        "unknown-entry",
        status=404,
        expected=f"an assessment of {command.employee}, which are of: " + (", ".join(str(one.on) for one in state.assessed) or "no day"),
        found=str(command.on),
        remedy="give the day for which the wrong assessment was entered",
    )


def evolve_potential(state: PotentialState, event: Any) -> PotentialState:
    if isinstance(event, PotentialWithdrawn):
        return PotentialState(without(state.assessed, event), (*state.taken_back, event))
    return replace(state, assessed=(*state.assessed, event)) if isinstance(event, PotentialAssessed) else state


POTENTIAL = Aggregate(
    "potential",
    Decider(PotentialState(), decide_potential, evolve_potential),
    stream=lambda employee: f"personnel-potential-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)


@dataclass(frozen=True)
class Place:
    """Place the employee for the period in the box that performance and potential give."""

    employee: str
    period: str
    box: int
    performance: str
    potential: str
    inputs: tuple[str, ...]
    rule_set: str


@dataclass(frozen=True)
class Unplace:
    """Take the employee out of the period's box."""

    employee: str
    period: str


def decide_place(state: TalentBoxPlaced | None, command: Place | Unplace) -> Sequence[Any]:
    """The box that the period has by now, or that it has none; nothing when that stands already."""
    if isinstance(command, Unplace):
        return [TalentBoxWithdrawn(command.employee, command.period)] if state else []
    wished = TalentBoxPlaced(**vars(command))
    return [] if state == wished else [wished]


def evolve_place(state: TalentBoxPlaced | None, event: Any) -> TalentBoxPlaced | None:
    if isinstance(event, TalentBoxWithdrawn):
        return None
    return event if isinstance(event, TalentBoxPlaced) else state


TALENT = Aggregate(
    "talent",
    Decider(None, decide_place, evolve_place),
    stream=lambda employee, period: f"personnel-talent-{employee}-{period}",
    ids=lambda command: (command.employee, command.period),
    subject=lambda command: command.employee,
)


def potential_for(period: Period, assessed: Sequence[tuple[str, PotentialAssessed]]) -> tuple[str, PotentialAssessed] | None:
    """Of (event id, assessment) in order of their days: the one that held at the period's end, else the first one after it."""
    held = [one for one in assessed if one[1].on <= period.end]
    return held[-1] if held else (assessed[0] if assessed else None)
