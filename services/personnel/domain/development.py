"""What follows from an approved proposal: a role, a mentorship, learning, guidance or time to improve, and the steps taken in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from services.personnel.events import (
    DevelopmentLapsed,
    DevelopmentReopened,
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    ImprovementPeriodClosed,
    ImprovementPeriodEnded,
    ImprovementPeriodOpened,
    MentorAppointed,
    PostDecided,
    TrainingAssigned,
    TrainingCompleted,
)
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

OUTCOMES = ("reached", "not_reached")
RESULTS = ("passed", "failed")
LEARNING = ("study", "training")


@dataclass(frozen=True)
class Begin:
    """What an approved proposal brings. `post` is needed for a role, `unit` for a mentor; `cause` is the condition's code.

    For time to improve: `cause_event`, its last day `until`, and `due`, the first moment after it.
    """

    employee: str
    proposal: str
    kind: str
    programme: str
    cause: str
    document: str
    since: date
    post: str | None = None
    unit: str | None = None
    cause_event: str | None = None
    until: date | None = None
    due: datetime | None = None


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
class Complete:
    """A training was completed, whether a proposal assigned it or the person took part in a programme. `result`: passed or failed."""

    employee: str
    programme: str
    result: str
    completed_on: date
    today: date
    score_hundredths: int | None = None


@dataclass(frozen=True)
class Lapse:
    """Whatever is open is over without outcome, as service ended on the day `since`; `cause`: the kind of end."""

    employee: str
    cause: str
    since: date


@dataclass(frozen=True)
class Reopen:
    """What lapsed with the end of service on the day `since` goes on: the end was revoked."""

    employee: str
    since: date


@dataclass(frozen=True)
class Remind:
    """The time to improve has passed."""

    employee: str
    proposal: str


@dataclass(frozen=True)
class CloseImprovement:
    """`outcome`: reached or not_reached, as an official decided (PP 30/2019 art. 58)."""

    employee: str
    proposal: str
    outcome: str
    document: str
    decided_by: str


Command = Begin | Follow | Close | Complete | Lapse | Reopen | Remind | CloseImprovement


@dataclass(frozen=True)
class Measure:
    """One measure under way or closed; `until` and `ended` for time to improve. `lapsed`: closed by the end of service on that day."""

    kind: str
    programme: str
    since: date
    open: bool = True
    steps: tuple[date, ...] = ()
    until: date | None = None
    ended: bool = False
    lapsed: date | None = None


@dataclass(frozen=True)
class DevelopmentState:
    """An employee's measures, by the proposal that each came from."""

    measures: tuple[tuple[str, Measure], ...] = ()
    completed: tuple[TrainingCompleted, ...] = ()

    def of(self, proposal: str) -> Measure | None:
        return dict(self.measures).get(proposal)

    def with_measure(self, proposal: str, measure: Measure) -> DevelopmentState:
        return replace(self, measures=tuple({**dict(self.measures), proposal: measure}.items()))


def decide(state: DevelopmentState, command: Command) -> Sequence[Any]:
    if isinstance(command, Begin):
        return [] if state.of(command.proposal) else [_begin(command)]
    if isinstance(command, Complete):
        return _complete(state, command)
    if isinstance(command, Lapse):
        opened = [proposal for proposal, measure in state.measures if measure.open]
        return [DevelopmentLapsed(command.employee, proposal, command.cause, command.since) for proposal in opened]
    if isinstance(command, Reopen):
        lapsed = [proposal for proposal, measure in state.measures if measure.lapsed == command.since]
        return [DevelopmentReopened(command.employee, proposal, command.since) for proposal in lapsed]
    if isinstance(command, Remind):
        return _remind(state, command)
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
            expected="a mentorship, learning, guidance or time to improve",
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
    if isinstance(command, CloseImprovement):
        return _close_improvement(measure, command)
    return _follow(measure, command) if isinstance(command, Follow) else _close(measure, command)


def _begin(command: Begin) -> Any:
    if command.kind == "role":
        return PostDecided(command.employee, command.proposal, _needed(command.post, "post"), command.document, command.since)
    if command.kind == "mentor":
        return MentorAppointed(command.employee, command.proposal, _needed(command.unit, "unit"), command.since)
    if command.kind in LEARNING:
        # A study place rewards (PP 30/2019: priority in competence development); a training meets a gap.
        cause = "strength" if command.kind == "study" else "gap"
        return TrainingAssigned(command.employee, command.proposal, cause, command.programme, command.since)
    if command.kind == "improvement":
        return _improve(command)
    return GuidanceOpened(command.employee, command.proposal, command.cause, command.programme, command.since, command.kind)


def _improve(command: Begin) -> ImprovementPeriodOpened:
    if command.cause_event is None or command.until is None or command.due is None or command.until <= command.since:
        raise Refused(
            "improvement-term",
            expected=f"a last day after {command.since} and the fact that asks for the time to improve",
            found=f"until {command.until or 'no day'}, because of {command.cause_event or 'no fact'}",
            remedy="give a later last day, or none for six months (PP 30/2019 art. 56)",
            status=422,
        )
    due = command.due.astimezone(UTC)
    return ImprovementPeriodOpened(command.employee, command.proposal, command.cause_event, command.since, command.until, due)


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
    if measure.kind in LEARNING:
        return [TrainingCompleted(command.employee, measure.programme, command.outcome, command.on)]
    if measure.kind == "improvement":
        raise Refused(
            "improvement-needs-document",
            expected="an official's decision on the time to improve, with its document",
            found="a closing without one",
            remedy="decide on it through /improvement/<employee>/close",
        )
    return [GuidanceClosed(command.employee, command.proposal, command.outcome)]


def _complete(state: DevelopmentState, command: Complete) -> Sequence[TrainingCompleted]:
    """The same completion once more changes nothing."""
    if command.result not in RESULTS:
        raise Refused("outcome", expected=" or ".join(RESULTS), found=command.result, remedy="name one of them", status=422)
    if command.completed_on > command.today:
        raise Refused(
            "completed-early", expected=f"a day up to {command.today}", found=str(command.completed_on), remedy="correct it", status=422
        )
    wished = TrainingCompleted(command.employee, command.programme, command.result, command.completed_on, command.score_hundredths)
    return [] if wished in state.completed else [wished]


def _remind(state: DevelopmentState, command: Remind) -> Sequence[ImprovementPeriodEnded]:
    measure = state.of(command.proposal)
    if measure is None or not measure.open or measure.ended or measure.until is None:
        return []
    return [ImprovementPeriodEnded(command.employee, command.proposal, measure.until)]


def _close_improvement(measure: Measure, command: CloseImprovement) -> Sequence[ImprovementPeriodClosed]:
    if measure.kind != "improvement":
        raise Refused(
            "no-improvement-period",
            expected="a proposal that began a time to improve",
            found=f"one that began: {measure.kind}",
            remedy="close it through /development/<employee>/closed",
        )
    if command.decided_by == command.employee:
        raise Refused(
            "own-proposal",
            expected="an official other than the person concerned",
            found="a decision about oneself",
            remedy="let another official decide",
            status=403,
        )
    if command.outcome not in OUTCOMES:
        raise Refused("outcome", expected=" or ".join(OUTCOMES), found=command.outcome, remedy="name one of them", status=422)
    return [ImprovementPeriodClosed(command.employee, command.proposal, command.outcome, command.document)]


def evolve(state: DevelopmentState, event: object) -> DevelopmentState:
    if isinstance(event, PostDecided):
        return state.with_measure(event.proposal, Measure("role", event.post, event.since))
    if isinstance(event, MentorAppointed):
        return state.with_measure(event.proposal, Measure("mentor", event.unit, event.since))
    if isinstance(event, TrainingAssigned):
        kind = "study" if event.cause == "strength" else "training"
        return state.with_measure(event.proposal, Measure(kind, event.programme, event.since))
    if isinstance(event, GuidanceOpened):
        return state.with_measure(event.proposal, Measure(event.kind, event.programme, event.since))
    if isinstance(event, ImprovementPeriodOpened):
        return state.with_measure(event.proposal, Measure("improvement", "improvement", event.since, until=event.until))
    if isinstance(event, GuidanceFollowed):
        measure = state.of(event.proposal)
        return state.with_measure(event.proposal, replace(measure, steps=(*measure.steps, event.on))) if measure else state
    if isinstance(event, ImprovementPeriodEnded):
        measure = state.of(event.proposal)
        return state.with_measure(event.proposal, replace(measure, ended=True)) if measure else state
    if isinstance(event, DevelopmentLapsed | DevelopmentReopened):
        measure, lapsed = state.of(event.proposal), event.since if isinstance(event, DevelopmentLapsed) else None
        return state.with_measure(event.proposal, replace(measure, open=lapsed is None, lapsed=lapsed)) if measure else state
    if isinstance(event, GuidanceClosed | ImprovementPeriodClosed):
        measure = state.of(event.proposal)
        return state.with_measure(event.proposal, replace(measure, open=False)) if measure else state
    if isinstance(event, TrainingCompleted):
        state = replace(state, completed=(*state.completed, event))
        for proposal, measure in state.measures:
            if measure.open and measure.kind in LEARNING and measure.programme == event.programme:
                return state.with_measure(proposal, replace(measure, open=False))
    return state


DEVELOPMENT = Aggregate(
    "development",
    Decider(DevelopmentState(), decide, evolve),
    stream=lambda employee: f"personnel-development-{employee}",
    ids=lambda command: (command.employee,),
    subject=lambda command: command.employee,
)
