"""The nine-box: potential as assessed, performance as finalised, and where the two place a person (PermenPANRB 3/2020)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.personnel.domain.settings import EMPLOYMENTS, PREDICATES, Reader
from services.personnel.events import PotentialAssessed, TalentBoxPlaced
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

READ = Reader("talent")
POTENTIALS = ("low", "middle", "high")
PERFORMANCES = ("below", "as", "above")
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


def read_talent(settings: Mapping[str, Any], tables: Mapping[str, Boxes]) -> TalentRules:
    """The settings of a rule set of kind ``talent``; Refused (422) when they are wrong."""
    READ.keys("settings", settings, {"table", "above", "as"}, {"vacancies"})
    above = READ.some_of("above", settings["above"], PREDICATES)
    as_ = READ.some_of("as", settings["as"], [one for one in PREDICATES if one not in above])
    names = {"employments", "boxes", "classes_below_at_most", "clean_record_months", "results"}
    vacancies = READ.keys("vacancies", settings.get("vacancies", {}), set(), names)
    boxes = READ.listed("vacancies.boxes", vacancies.get("boxes", []))
    return TalentRules(
        boxes=tables[READ.one_of("table", settings["table"], sorted(tables))],
        above=above,
        as_=as_,
        employments=READ.some_of("vacancies.employments", vacancies.get("employments", ["PNS"]), EMPLOYMENTS),
        candidate_boxes=tuple(READ.whole("vacancies.boxes", one, 1, 9) for one in boxes),
        classes_below=READ.whole_or_none("vacancies.classes_below_at_most", vacancies.get("classes_below_at_most"), 0, 16),
        clean_months=READ.whole("vacancies.clean_record_months", vacancies.get("clean_record_months", 24), 0, 120),
        results=READ.whole("vacancies.results", vacancies.get("results", 4), 1, 12),
    )


@dataclass(frozen=True)
class AssessPotential:
    employee: str
    value: str
    source: str
    on: date
    today: date


def decide_potential(state: tuple[PotentialAssessed, ...], command: AssessPotential) -> Sequence[PotentialAssessed]:
    """Record an assessment; the same once more changes nothing. Refused (422) for an unknown value or a day to come."""
    if command.value not in POTENTIALS:
        raise Refused("potential", expected=" or ".join(POTENTIALS), found=command.value, remedy="correct it", status=422)
    if command.on > command.today:
        raise Refused("potential-early", expected=f"a day up to {command.today}", found=str(command.on), remedy="correct it", status=422)
    wished = PotentialAssessed(command.employee, command.value, command.source, command.on)
    same_day = [one for one in state if one.on == wished.on]
    return [] if same_day and same_day[-1] == wished else [wished]


POTENTIAL = Aggregate(
    "potential",
    Decider((), decide_potential, lambda state, event: (*state, event) if isinstance(event, PotentialAssessed) else state),
    lambda c: f"personnel-potential-{c.employee}",
    lambda c: c.employee,
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


def decide_place(state: TalentBoxPlaced | None, command: Place) -> Sequence[TalentBoxPlaced]:
    wished = TalentBoxPlaced(**vars(command))
    return [] if state == wished else [wished]


TALENT = Aggregate(
    "talent",
    Decider(None, decide_place, lambda state, event: event if isinstance(event, TalentBoxPlaced) else state),
    lambda c: f"personnel-talent-{c.employee}-{c.period}",
    lambda c: c.employee,
)


def potential_for(period: Period, assessed: Sequence[tuple[str, PotentialAssessed]]) -> tuple[str, PotentialAssessed] | None:
    """Of (event id, assessment) in order of their days: the one that held at the period's end, else the first one after it."""
    held = [one for one in assessed if one[1].on <= period.end]
    return held[-1] if held else (assessed[0] if assessed else None)
