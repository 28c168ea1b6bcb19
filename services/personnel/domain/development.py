"""What follows from an approved proposal: a role, a mentorship, a study place or coaching, and the steps taken in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.events import (
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    MentorAppointed,
    PostDecided,
    TrainingAssigned,
    TrainingCompleted,
)
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

OUTCOMES = ("reached", "not_reached")


@dataclass(frozen=True)
class Begin:
    """What an approved proposal brings. `post` is needed for a role, `unit` for a mentor; `cause` is the condition's code."""

    employee: str
    proposal: str
    kind: str
    programme: str
    cause: str
    document: str
    since: date
    post: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Follow:
    """A step took place `on` a day; what was agreed lies in the text."""

    employee: str
    proposal: str
    on: date
    agreement_text: str | None
    today: date


@dataclass(frozen=True)
class Close:
    """`outcome`: reached or not_reached; for a study place it is the result of the training."""

    employee: str
    proposal: str
    outcome: str
    on: date


@dataclass(frozen=True)
class Measure:
    """One measure under way or closed."""

    kind: str
    programme: str
    since: date
    open: bool = True
    steps: tuple[date, ...] = ()


@dataclass(frozen=True)
class DevelopmentState:
    """An employee's measures, by the proposal that each came from."""

    measures: tuple[tuple[str, Measure], ...] = ()

    def of(self, proposal: str) -> Measure | None:
        return dict(self.measures).get(proposal)

    def with_measure(self, proposal: str, measure: Measure) -> DevelopmentState:
        return DevelopmentState(tuple({**dict(self.measures), proposal: measure}.items()))


def decide(state: DevelopmentState, command: Begin | Follow | Close) -> Sequence[Any]:
    if isinstance(command, Begin):
        return [] if state.of(command.proposal) else [_begin(command)]
    measure = state.of(command.proposal)
    if measure is None:
        raise Refused(
            "unknown-measure",
            expected="a measure that began with an approved proposal",
            found=f"none from {command.proposal}",
            remedy="take the proposal's name from the employee's development",
            status=404,
        )
    if measure.kind == "role":
        raise Refused(
            "role-has-no-steps",
            expected="a mentorship, a study place or coaching",
            found="a role, which is held and not followed",
            remedy="appraise the role through the plan",
        )
    if not measure.open:
        raise Refused(
            "measure-closed",
            expected="a measure that is still open",
            found="one that is closed",
            remedy="nothing more is needed; a new proposal opens a new measure",
        )
    return _follow(measure, command) if isinstance(command, Follow) else _close(measure, command)


def _begin(command: Begin) -> Any:
    if command.kind == "role":
        return PostDecided(command.employee, command.proposal, _needed(command.post, "post"), command.document, command.since)
    if command.kind == "mentor":
        return MentorAppointed(command.employee, command.proposal, _needed(command.unit, "unit"), command.since)
    if command.kind == "study":
        # A study place rewards (PP 30/2019: priority in competence development); gaps are met by coaching.
        return TrainingAssigned(command.employee, command.proposal, "strength", command.programme, command.since)
    return GuidanceOpened(command.employee, command.proposal, command.cause, command.programme, command.since)


def _needed(value: str | None, name: str) -> str:
    if value:
        return value
    raise Refused(
        f"{name}-missing", expected=f"the {name} to be given", found="none", remedy=f"name the {name} in the decision", status=422
    )


def _follow(measure: Measure, command: Follow) -> Sequence[GuidanceFollowed]:
    if not measure.since <= command.on <= command.today:
        raise Refused(
            "step-date",
            expected=f"a day from {measure.since}, when the measure began, to today, {command.today}",
            found=str(command.on),
            remedy="give the day on which the step took place",
            status=422,
        )
    return [GuidanceFollowed(command.employee, command.proposal, command.on, command.agreement_text)]


def _close(measure: Measure, command: Close) -> Sequence[Any]:
    if command.outcome not in OUTCOMES:
        raise Refused("outcome", expected=" or ".join(OUTCOMES), found=command.outcome, remedy="name one of them", status=422)
    if measure.kind == "study":
        return [TrainingCompleted(command.employee, measure.programme, command.outcome, command.on)]
    return [GuidanceClosed(command.employee, command.proposal, command.outcome)]


def evolve(state: DevelopmentState, event: object) -> DevelopmentState:
    if isinstance(event, PostDecided):
        return state.with_measure(event.proposal, Measure("role", event.post, event.since))
    if isinstance(event, MentorAppointed):
        return state.with_measure(event.proposal, Measure("mentor", event.unit, event.since))
    if isinstance(event, TrainingAssigned):
        return state.with_measure(event.proposal, Measure("study", event.programme, event.since))
    if isinstance(event, GuidanceOpened):
        return state.with_measure(event.proposal, Measure("coaching", event.programme, event.since))
    if isinstance(event, GuidanceFollowed):
        measure = state.of(event.proposal)
        return state.with_measure(event.proposal, replace(measure, steps=(*measure.steps, event.on))) if measure else state
    if isinstance(event, GuidanceClosed):
        measure = state.of(event.proposal)
        return state.with_measure(event.proposal, replace(measure, open=False)) if measure else state
    if isinstance(event, TrainingCompleted):
        for proposal, measure in state.measures:
            if measure.open and measure.kind == "study" and measure.programme == event.programme:
                return state.with_measure(proposal, replace(measure, open=False))
    return state


DEVELOPMENT = Aggregate(
    "development",
    Decider(DevelopmentState(), decide, evolve),
    lambda c: f"personnel-development-{c.employee}",
    lambda c: c.employee,
)
