"""Appraisals with their scores and objections, plans, organisations' results, and what units have to improve."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.appraisal import events
from services.appraisal.domain.plan import first_month
from shared.events.codec import plain
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.views.view import Row, View

OF_AN_APPRAISAL = (
    events.ScoreSubmitted,
    events.AchievementReported,
    events.AppraisalDelivered,
    events.DeliveryWithdrawn,
    events.ObjectionTermMoved,
    events.AppraisalAccepted,
    events.ObjectionFiled,
    events.ObjectionRefused,
    events.DecisionTermMoved,
    events.ObjectionOverdue,
    events.ObjectionDecided,
    events.AppraisalFinalized,
    events.AppraisalCorrected,
    events.AppraisalImported,
)

OF_AN_ITEM = (events.ImprovementItemOpened, events.ImprovementItemMoved, events.ImprovementItemClosed)


def period_key(fact: Fact) -> tuple[str, ...]:
    """``<employee>/<period>``."""
    return (f"{fact.event.employee}/{fact.event.period}",)


def _judged(row: Row, judgement: events.Judgement) -> Row:
    return row | {"judgement": judged(judgement), "predicate": judgement.predicate}


def judged(judgement: events.Judgement) -> dict[str, Any]:
    """The judgement without what its scheme does not have: ratings and predicate, score and predicate, or the predicate alone."""
    return {name: value for name, value in plain(judgement).items() if value is not None}


def fold_appraisal(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One appraisal's row. `status`: scoring, delivered, objected, final, corrected or imported; `history` is what happened, in order."""
    event = fact.event
    row = dict(row) if row else _new(event)
    row["version"] = fact.version
    match event:
        case events.ScoreSubmitted():
            score = {"what": event.what, "item": event.item, "by": event.by, "value": event.value}
            score |= {"achievement_percent": event.achievement_percent, "document": event.document, "event": fact.id}
            others = [one for one in row["scores"] if (one["what"], one["item"], one["by"]) != (event.what, event.item, event.by)]
            return row | {"scores": [*others, score]}
        case events.AchievementReported():
            return row | {"report": _plain(event) | {"reported_at": fact.recorded.isoformat(), "event": fact.id}}
        case events.AppraisalDelivered():
            row |= {"status": "delivered", "rule_set": event.rule_set, "objection_until": event.objection_until}
            row |= {"delivered_at": fact.recorded, "delivered_by": fact.actor}
            return _judged(_happened(row, fact), event.judgement)
        case events.DeliveryWithdrawn():
            undone = ("judgement", "predicate", "rule_set", "objection_until", "delivered_at", "delivered_by")
            return _happened(row, fact, delivery=event.delivery) | {"status": "scoring", **dict.fromkeys(undone)}
        case events.ObjectionTermMoved():
            moved = {"previous": event.previous, "objection_until": event.objection_until}
            return _happened(row, fact, **moved) | {"objection_until": event.objection_until}
        case events.AppraisalAccepted():
            return _happened(row, fact, how=event.how)
        case events.ObjectionFiled():
            objection = {"status": "filed", "overdue": False, "event": fact.id, **_plain(event)}
            return _happened(row, fact) | {"status": "objected", "objection": objection}
        case events.ObjectionRefused():
            return _happened(row, fact, due=event.due, found=event.found) | {
                "objection": {"status": "refused", "event": fact.id, **_plain(event)}
            }
        case events.DecisionTermMoved():
            objection = row["objection"] | {"decision_due": plain(event)["decision_due"]}
            return _happened(row, fact, previous=event.previous, decision_due=event.decision_due) | {"objection": objection}
        case events.ObjectionOverdue():
            return _happened(row, fact, due=event.due) | {"objection": row["objection"] | {"overdue": True}}
        case events.ObjectionDecided():
            decision = _plain(event) | {"before": judged(event.before), "after": judged(event.after)}
            decision |= {"decided_at": fact.recorded.isoformat(), "event": fact.id}
            objection = row["objection"] | {"status": "decided", "outcome": event.outcome, "decision": decision}
            return _judged(_happened(row, fact, outcome=event.outcome), event.after) | {"objection": objection}
        case events.AppraisalFinalized():
            row |= {"status": "final", "basis": event.basis, "finalized_at": fact.recorded}
            return _judged(_happened(row, fact, basis=event.basis), event.judgement)
        case events.AppraisalCorrected():
            correction = _plain(event) | {"before": judged(event.before), "after": judged(event.after)}
            correction |= {"corrected_at": fact.recorded.isoformat(), "corrected_by": fact.actor, "event": fact.id}
            row |= {"status": "corrected", "correction": correction}
            return _judged(_happened(row, fact, legal_basis=event.legal_basis, document=event.document), event.after)
        case events.AppraisalImported():
            row |= {"status": "imported", "basis": "imported", "predicate": event.predicate}
            return _happened(row, fact, source_system=event.source_system)
    return row


def _new(event: Any) -> Row:
    return {
        "employee": event.employee,
        "period": event.period,
        "kind": Period.parse(event.period).kind,
        "status": "scoring",
        "scores": [],
        "history": [],
    }


def _plain(event: Any) -> dict[str, Any]:
    return {name: value for name, value in plain(event).items() if name not in ("employee", "period")}


def _happened(row: Row, fact: Fact, **said: Any) -> Row:
    step = {"event": fact.id, "what": type(fact.event).__name__, "at": fact.recorded, "by": fact.actor, **said}
    return row | {"history": [*row["history"], plain(step)]}


APPRAISALS = View(
    name="appraisals",
    columns=(
        Column("employee", Text),
        Column("period", Text),
        Column("kind", Text),
        Column("status", Text),
        Column("scores", JSONB),
        Column("judgement", JSONB),
        Column("predicate", Text),
        Column("basis", Text),
        Column("rule_set", Text),
        Column("delivered_at", DateTime(timezone=True)),
        Column("delivered_by", Text),
        Column("objection_until", DateTime(timezone=True)),
        Column("finalized_at", DateTime(timezone=True)),
        Column("objection", JSONB),
        Column("report", JSONB),
        Column("correction", JSONB),
        Column("history", JSONB),
        Column("version", Integer),
    ),
    on=dict.fromkeys(OF_AN_APPRAISAL, period_key),
    fold=fold_appraisal,
    indexes=(("period",), ("employee",), ("status",)),
)


def fold_plan(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One approved plan's row: its targets, the last report of every month, and every version with the month it counts from."""
    event = fact.event
    row = dict(row) if row else {"employee": event.employee, "year": event.period, "targets": [], "progress": []}
    row["version"] = fact.version
    match event:
        case events.PlanApproved():
            said = {name: getattr(event, name) for name in ("plan_version", "assessor", "document", "rule_set")}
            first = Period.parse(event.period).months[0] if event.since is None else first_month(event.since)
            since = None if event.since is None else event.since.isoformat()
            version = said | {"since": since, "first_month": str(first), "cause": event.cause, "targets": [], "event": fact.id}
            return row | said | {"status": "approved", "targets": [], "versions": [*(row.get("versions") or []), version]}
        case events.TargetSet():
            target = _plain(event) | {"event": fact.id}
            others = [one for one in row["targets"] if one["target_id"] != event.target_id]
            *earlier, last = row["versions"]
            targets = [*others, target]
            return row | {"targets": targets, "versions": [*earlier, last | {"targets": [dict(one) for one in targets]}]}
        case events.ProgressRecorded():
            others = [one for one in row["progress"] if (one["target_id"], one["month"]) != (event.target_id, event.month)]
            return row | {"progress": [*others, _plain(event) | {"event": fact.id, "at": fact.recorded.isoformat()}]}
    return row


PLANS = View(
    name="plans",
    columns=(
        Column("employee", Text),
        Column("year", Text),
        Column("status", Text),
        Column("plan_version", Integer),
        Column("assessor", Text),
        Column("document", Text),
        Column("rule_set", Text),
        Column("targets", JSONB),
        Column("versions", JSONB),
        Column("progress", JSONB),
        Column("version", Integer),
    ),
    on=dict.fromkeys((events.PlanApproved, events.TargetSet, events.ProgressRecorded), period_key),
    fold=fold_plan,
    indexes=(("year",),),
)


def fold_appraised_year(key: str, row: Row | None, fact: Fact) -> Row:
    """When the first plan of a year was approved in the agency, and the first day of its periods that was delivered here."""
    planned, delivered = (row or {}).get("planned_at"), (row or {}).get("delivered_from")
    match fact.event:
        case events.PlanApproved():
            planned = min(planned or fact.recorded, fact.recorded)
        case events.AppraisalDelivered():
            start = Period.parse(fact.event.period).start
            delivered = min(delivered or start, start)
    return {"planned_at": planned, "delivered_from": delivered}


APPRAISED_YEARS = View(
    name="appraised_years",
    columns=(Column("planned_at", DateTime(timezone=True)), Column("delivered_from", Date)),
    on=dict.fromkeys((events.PlanApproved, events.AppraisalDelivered), lambda fact: (fact.event.period[:4],)),
    fold=fold_appraised_year,
)
"""A row for each year that the agency plans or appraises here: a handful, however many people it has."""


def fold_organisation(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One organisation's result of one period."""
    event = fact.event
    return {"unit": event.unit, "period": event.period, "result": event.result, "guide": event.guide, "version": fact.version}


ORGANISATIONS = View(
    name="organisations",
    columns=(Column("unit", Text), Column("period", Text), Column("result", Text), Column("guide", Text), Column("version", Integer)),
    on={events.OrganisationResultSet: lambda fact: (f"{fact.event.unit}/{fact.event.period}",)},
    fold=fold_organisation,
    indexes=(("period",),),
)


def fold_improvement(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One improvement item of a unit; `status`: open or closed."""
    event = fact.event
    match event:
        case events.ImprovementItemOpened():
            opened = {"unit": event.unit, "item": event.item, "cause": event.cause, "event": event.event, "due": event.due}
            return opened | {"status": "open", "opened_at": fact.recorded, "version": fact.version}
        case events.ImprovementItemMoved():
            return dict(row or {}) | {"due": event.due, "version": fact.version}
        case events.ImprovementItemClosed():
            closed = {"status": "closed", "done_on": event.done_on, "what_text": event.what_text, "closed_by": fact.actor}
            return dict(row or {}) | closed | {"version": fact.version}
    return row


IMPROVEMENT_ITEMS = View(
    name="improvement_items",
    columns=(
        Column("unit", Text),
        Column("item", Text),
        Column("cause", Text),
        Column("event", Text),
        Column("due", Date),
        Column("status", Text),
        Column("opened_at", DateTime(timezone=True)),
        Column("done_on", Date),
        Column("what_text", Text),
        Column("closed_by", Text),
        Column("version", Integer),
    ),
    on=dict.fromkeys(OF_AN_ITEM, lambda fact: (f"{fact.event.unit}/{fact.event.item}",)),
    fold=fold_improvement,
    indexes=(("unit",), ("status",)),
)
