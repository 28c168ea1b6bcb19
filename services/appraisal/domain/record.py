"""One appraisal as its stream tells it: scores, the delivered judgement, the objection and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from services.appraisal import events
from services.appraisal.domain.quadrant import Rating
from services.appraisal.events import Judgement
from shared.kernel.money import exact
from shared.kernel.refusal import Refused


class Stage(StrEnum):
    NONE = "none"
    SCORING = "scoring"
    DELIVERED = "delivered"
    OBJECTED = "objected"
    FINAL = "final"
    IMPORTED = "imported"


@dataclass(frozen=True)
class Record:
    """`scores`: (what, item, by) → the event that holds now. `report`: the employee's own achievement report.

    `objection` is the admitted one; `late` the one that was refused as too late.
    """

    stage: Stage = Stage.NONE
    kind: str | None = None
    scores: Mapping[tuple[str, str, str], events.ScoreSubmitted] = field(default_factory=dict)
    report: events.AchievementReported | None = None
    judgement: Judgement | None = None
    rule_set: str | None = None
    objection_until: datetime | None = None
    accepted: str | None = None
    objection: events.ObjectionFiled | None = None
    late: events.ObjectionRefused | None = None
    overdue: bool = False
    decided: bool = False

    def rating(self, what: str, item: str) -> Rating | None:
        """The superior's rating of an item, or None when he gave none."""
        score = self.scores.get((what, item, "superior"))
        return Rating(score.value) if score and score.scheme == "rating" else None

    def number(self, what: str, item: str) -> Fraction | None:
        """The superior's number for an item, or None when he gave none."""
        score = self.scores.get((what, item, "superior"))
        return exact(score.value) if score and score.scheme == "numeric" else None

    @property
    def idea(self) -> bool:
        """Whether the superior found that the employee created a new idea or way (PP 30/2019 art. 41)."""
        score = self.scores.get(("idea", "innovation", "superior"))
        return score is not None and score.value == "yes"


def evolve(state: Record, event: Any) -> Record:
    match event:
        case events.ScoreSubmitted():
            scores = {**state.scores, (event.what, event.item, event.by): event}
            return replace(state, stage=_begun(state), scores=scores)
        case events.AchievementReported():
            return replace(state, stage=_begun(state), report=event)
        case events.AppraisalDelivered():
            return replace(
                state,
                stage=Stage.DELIVERED,
                kind=event.kind,
                judgement=event.judgement,
                rule_set=event.rule_set,
                objection_until=event.objection_until,
            )
        case events.DeliveryWithdrawn():
            return replace(state, stage=Stage.SCORING, kind=None, judgement=None, rule_set=None, objection_until=None)
        case events.ObjectionTermMoved():
            return replace(state, objection_until=event.objection_until)
        case events.DecisionTermMoved():
            return replace(state, objection=replace(state.objection, decision_due=event.decision_due))
        case events.AppraisalAccepted():
            return replace(state, accepted=event.how)
        case events.ObjectionFiled():
            return replace(state, stage=Stage.OBJECTED, objection=event)
        case events.ObjectionRefused():
            return replace(state, late=event)
        case events.ObjectionOverdue():
            return replace(state, overdue=True)
        case events.ObjectionDecided():
            return replace(state, decided=True, judgement=event.after)
        case events.AppraisalFinalized():
            return replace(state, stage=Stage.FINAL, judgement=event.judgement)
        case events.AppraisalCorrected():
            return replace(state, judgement=event.after)
        case events.AppraisalImported():
            return replace(state, stage=Stage.IMPORTED, judgement=Judgement(None, None, event.predicate))
    return state


def _begun(state: Record) -> Stage:
    return Stage.SCORING if state.stage is Stage.NONE else state.stage


def not_delivered(period: str) -> Refused:
    return Refused(
        "appraisal-not-delivered",
        expected=f"a delivered appraisal of {period}",
        found="none delivered",
        remedy="wait until the assessor has delivered the result",
    )
