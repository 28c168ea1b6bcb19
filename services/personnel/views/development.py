"""Views of proposals about employees, and of the measures that followed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.personnel.domain.development import LEARNING
from services.personnel.events import (
    DevelopmentDecided,
    DevelopmentLapsed,
    DevelopmentProposed,
    DevelopmentReopened,
    DevelopmentWithdrawn,
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    ImprovementPeriodClosed,
    ImprovementPeriodEnded,
    ImprovementPeriodOpened,
    MentorAppointed,
    PostDecided,
    RankPromotionDecided,
    RankPromotionProposed,
    RankPromotionWithdrawn,
    TrainingAssigned,
    TrainingCompleted,
)
from shared.kernel.facts import Fact
from shared.views.view import Row, View, subject_key

PROMOTIONS = (RankPromotionProposed, RankPromotionWithdrawn, RankPromotionDecided)


def fold_proposal(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    if isinstance(fact.event, PROMOTIONS):
        return fold_promotion(key, row, fact)
    row, event = {**(row or {}), "version": fact.version}, fact.event
    if isinstance(event, DevelopmentProposed):
        return {
            "employee": event.employee,
            "proposal": event.proposal,
            "kind": event.kind,
            "programme": event.programme,
            "period": event.period,
            "status": "proposed",
            "reasons": [asdict(one) for one in event.reasons],
            "rule_set": event.rule_set,
            "rule_kind": event.rule_kind,
            "sanction": asdict(event.sanction) if event.sanction else None,
            "award": asdict(event.award) if event.award else None,
            "proposed_at": fact.recorded,
            "version": fact.version,
        }
    if isinstance(event, DevelopmentWithdrawn):
        return {**row, "status": "withdrawn", "missing": list(event.missing)}
    return {**row, "status": event.outcome, "document": event.document, "decided_by": event.decided_by, "decided_at": fact.recorded}


def fold_promotion(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """A promotion in rank with every condition met stands among the proposals; one that lacks something is ``listed``."""
    row, event = {**(row or {}), "version": fact.version}, fact.event
    if isinstance(event, RankPromotionProposed):
        return {
            "employee": event.employee,
            "proposal": event.proposal,
            "kind": "rank",
            "programme": event.rank_to,
            "rank_from": event.rank_from,
            "rank_to": event.rank_to,
            "status": "listed" if event.missing else "proposed",
            "reasons": [asdict(one) for one in event.met],
            "missing": list(event.missing),
            "rule_set": event.rule_set,
            "rule_kind": "promotion",
            "proposed_at": fact.recorded,
            "version": fact.version,
        }
    if isinstance(event, RankPromotionWithdrawn):
        return {**row, "status": "withdrawn", "missing": list(event.missing)}
    return {
        **row,
        "status": event.outcome,
        "since": event.since,
        "document": event.document,
        "decided_at": fact.recorded,
        "decided_by": fact.actor,
    }


def _proposal_key(fact: Fact[Any]) -> tuple[str, ...]:
    return (f"{fact.event.employee}/{fact.event.proposal}",)


PROPOSALS = View(
    name="proposals",
    columns=(
        Column("employee", Text),
        Column("proposal", Text),
        Column("kind", Text),
        Column("programme", Text),
        Column("period", Text),
        Column("status", Text),
        Column("reasons", JSONB),
        Column("missing", JSONB),
        Column("rule_set", Text),
        Column("rule_kind", Text),
        Column("sanction", JSONB),
        Column("award", JSONB),
        Column("document", Text),
        Column("decided_by", Text),
        Column("rank_from", Text),
        Column("rank_to", Text),
        Column("since", Date),
        Column("proposed_at", DateTime(timezone=True)),
        Column("decided_at", DateTime(timezone=True)),
        Column("version", Integer),
    ),
    on={
        DevelopmentProposed: _proposal_key,
        DevelopmentWithdrawn: _proposal_key,
        DevelopmentDecided: _proposal_key,
        RankPromotionProposed: _proposal_key,
        RankPromotionWithdrawn: _proposal_key,
        RankPromotionDecided: _proposal_key,
    },
    fold=fold_proposal,
    indexes=(("status",), ("employee",), ("kind",), ("kind", "status"), ("period",)),
)


def fold_development(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """One row for a person: a training's completion names its programme only, so it must see the person's other measures."""
    event = fact.event
    measures = [dict(one) for one in (row or {}).get("measures") or []]
    began = _measure(event)
    if began is not None:
        measures.append({**began, "event": fact.id, "steps": [], "status": "open"})
    for one in measures:
        if isinstance(event, GuidanceFollowed) and one["proposal"] == event.proposal:
            one["steps"] = [*one["steps"], {"on": event.on.isoformat(), "agreement_text": event.agreement_text}]
        elif isinstance(event, GuidanceClosed) and one["proposal"] == event.proposal:
            one.update(status="closed", outcome=event.outcome)
        elif isinstance(event, ImprovementPeriodEnded) and one["proposal"] == event.proposal:
            one.update(ended=True)
        elif isinstance(event, ImprovementPeriodClosed) and one["proposal"] == event.proposal:
            one.update(status="closed", outcome=event.outcome, document=event.document)
        elif isinstance(event, DevelopmentLapsed) and one["proposal"] == event.proposal:
            one.update(status="lapsed", outcome=event.cause, ended_on=event.since.isoformat())
        elif isinstance(event, DevelopmentReopened) and one["proposal"] == event.proposal:
            one.update(status="open", outcome=None, ended_on=None)
    if isinstance(event, TrainingCompleted):
        _complete(measures, event, fact.id)
    return {"measures": measures, "open": sum(one["status"] == "open" for one in measures), "version": fact.version}


def _complete(measures: list[dict[str, Any]], event: TrainingCompleted, id_: str) -> None:
    """Close the first open measure of the programme; a programme that nobody assigned stands by itself."""
    done = {"status": "closed", "outcome": event.result, "completed_on": event.completed_on.isoformat()}
    if event.score_hundredths is not None:
        done["score_hundredths"] = event.score_hundredths
    same = [one for one in measures if one["kind"] in LEARNING and one["status"] == "open" and one["programme"] == event.programme]
    if same:
        same[0].update(done)
    else:
        measures.append(
            {"proposal": None, "kind": "training", "programme": event.programme, "since": done["completed_on"], "event": id_, "steps": []}
            | done
        )


def _measure(event: Any) -> dict[str, Any] | None:
    if isinstance(event, PostDecided):
        said = {"kind": "role", "post": event.post, "document": event.document}
    elif isinstance(event, MentorAppointed):
        said = {"kind": "mentor", "unit": event.unit}
    elif isinstance(event, TrainingAssigned):
        kind = "study" if event.cause == "strength" else "training"
        said = {"kind": kind, "programme": event.programme, "cause": event.cause}
    elif isinstance(event, GuidanceOpened):
        said = {"kind": event.kind, "programme": event.programme, "cause": event.cause}
    elif isinstance(event, ImprovementPeriodOpened):
        said = {"kind": "improvement", "cause": event.cause, "until": event.until.isoformat(), "ended": False}
    else:
        return None
    return {"proposal": event.proposal, **said, "since": event.since.isoformat()}


def _of_role(fact: Fact[PostDecided]) -> tuple[str, ...]:
    """A role's row; a post that fell vacant has its own view, under the post."""
    return (fact.subject,) if fact.subject == fact.event.employee else ()


DEVELOPMENTS = View(
    name="development",
    columns=(Column("measures", JSONB), Column("open", Integer), Column("version", Integer)),
    on={
        PostDecided: _of_role,
        MentorAppointed: subject_key,
        TrainingAssigned: subject_key,
        GuidanceOpened: subject_key,
        GuidanceFollowed: subject_key,
        GuidanceClosed: subject_key,
        DevelopmentLapsed: subject_key,
        DevelopmentReopened: subject_key,
        TrainingCompleted: subject_key,
        ImprovementPeriodOpened: subject_key,
        ImprovementPeriodEnded: subject_key,
        ImprovementPeriodClosed: subject_key,
    },
    fold=fold_development,
)
