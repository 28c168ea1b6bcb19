"""One appraisal as its stream tells it: scores, the delivered judgement, the objection and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.appraisal import events
from services.appraisal.domain.quadrant import Rating
from services.appraisal.events import Judgement
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
    """`scores`: (what, item, by) → rating. `objection` is the admitted one; `late` the one that was refused as too late."""

    stage: Stage = Stage.NONE
    kind: str | None = None
    scores: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
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
        value = self.scores.get((what, item, "superior"))
        return Rating(value) if value else None


def evolve(state: Record, event: Any) -> Record:
    match event:
        case events.ScoreSubmitted():
            stage = Stage.SCORING if state.stage is Stage.NONE else state.stage
            return replace(state, stage=stage, scores={**state.scores, (event.what, event.item, event.by): event.value})
        case events.AppraisalDelivered():
            return replace(
                state,
                stage=Stage.DELIVERED,
                kind=event.kind,
                judgement=event.judgement,
                rule_set=event.rule_set,
                objection_until=event.objection_until,
            )
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
            return replace(state, stage=Stage.IMPORTED)
    return state


def not_delivered(period: str) -> Refused:
    return Refused(
        "appraisal-not-delivered",
        expected=f"a delivered appraisal of {period}",
        found="none delivered",
        remedy="wait until the assessor has delivered the result",
    )
