"""What personnel shows: people without names, units, attendance, proposals and development."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.personnel.events import (
    AttendanceRecorded,
    DevelopmentDecided,
    DevelopmentProposed,
    DevelopmentWithdrawn,
    EmployeeRegistered,
    GuidanceClosed,
    GuidanceFollowed,
    GuidanceOpened,
    MentorAppointed,
    PositionAssigned,
    PostDecided,
    RankHeld,
    ReportingLineSet,
    TrainingAssigned,
    TrainingCompleted,
    UnitOpened,
)
from shared.kernel.facts import Fact
from shared.views.view import Row, View, subject_key


def fold_unit(key: str, row: Row | None, fact: Fact[UnitOpened]) -> Row:
    event = fact.event
    return {"parent": event.parent, "kind": event.kind, "since": event.since, "version": fact.version}


UNITS = View(
    name="units",
    columns=(Column("parent", Text), Column("kind", Text), Column("since", Date), Column("version", Integer)),
    on={UnitOpened: subject_key},
    fold=fold_unit,
    indexes=(("parent",),),
)


def _dated(row: Row, name: str, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The column's entries with `entry` among them, by day; a later word for the same day (and kind of post) replaces it."""
    same = (entry["since"], entry.get("acting"))
    kept = [one for one in row.get(name) or [] if (one["since"], one.get("acting")) != same]
    return sorted([*kept, dict(entry)], key=lambda one: (one["since"], one.get("acting") or False))


def fold_employee(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """All that was said with its dates in the lists; the single columns hold what began last, for filtering."""
    row, event = {**(row or {}), "version": fact.version}, fact.event
    since = event.since.isoformat()
    if isinstance(event, EmployeeRegistered):
        row["registered"] = _dated(row, "registered", {"kind": event.kind, "since": since})
        row["kind"] = row["registered"][-1]["kind"]
    elif isinstance(event, PositionAssigned):
        entry = {
            "post": event.post,
            "job_class": event.job_class,
            "kind": event.kind,
            "unit": event.unit,
            "acting": event.acting,
            "since": since,
            "document": event.document,
        }
        row["positions"] = _dated(row, "positions", entry)
        held = [one for one in row["positions"] if not one["acting"]] or row["positions"]
        row.update(post=held[-1]["post"], job_class=held[-1]["job_class"], unit=held[-1]["unit"])
        row["acting"] = any(one["acting"] for one in row["positions"])
    elif isinstance(event, RankHeld):
        row["ranks"] = _dated(row, "ranks", {"rank": event.rank, "since": since, "service_since": event.service_since.isoformat()})
        row["rank"] = row["ranks"][-1]["rank"]
    elif isinstance(event, ReportingLineSet):
        entry = {"assessor": event.assessor, "superior": event.superior, "since": since, "document": event.document}
        row["lines"] = _dated(row, "lines", entry)
        row.update(assessor=row["lines"][-1]["assessor"], superior=row["lines"][-1]["superior"])
    return row


EMPLOYEES = View(
    name="employees",
    columns=(
        Column("kind", Text),
        Column("unit", Text),
        Column("post", Text),
        Column("job_class", Integer),
        Column("acting", Boolean),
        Column("rank", Text),
        Column("assessor", Text),
        Column("superior", Text),
        Column("registered", JSONB),
        Column("positions", JSONB),
        Column("ranks", JSONB),
        Column("lines", JSONB),
        Column("version", Integer),
    ),
    on={EmployeeRegistered: subject_key, PositionAssigned: subject_key, RankHeld: subject_key, ReportingLineSet: subject_key},
    fold=fold_employee,
    indexes=(("unit",), ("assessor",)),
)


def fold_attendance(key: str, row: Row | None, fact: Fact[AttendanceRecorded]) -> Row:
    event = fact.event
    return {
        "employee": event.employee,
        "month": event.month,
        "minutes_late": event.minutes_late,
        "minutes_early": event.minutes_early,
        "days_absent": event.days_absent,
        "meetings_missed": event.meetings_missed,
        "roll_calls_missed": event.roll_calls_missed,
        "leave_days": dict(event.leave_days),
        "version": fact.version,
    }


ATTENDANCE_MONTHS = View(
    name="attendance",
    columns=(
        Column("employee", Text),
        Column("month", Text),
        Column("minutes_late", Integer),
        Column("minutes_early", Integer),
        Column("days_absent", Integer),
        Column("meetings_missed", Integer),
        Column("roll_calls_missed", Integer),
        Column("leave_days", JSONB),
        Column("version", Integer),
    ),
    on={AttendanceRecorded: lambda fact: (f"{fact.event.employee}/{fact.event.month}",)},
    fold=fold_attendance,
    indexes=(("month",),),
)


def fold_proposal(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    row, event = {**(row or {}), "version": fact.version}, fact.event
    if isinstance(event, DevelopmentProposed):
        return {
            "employee": event.employee,
            "proposal": event.proposal,
            "kind": event.kind,
            "programme": event.programme,
            "period": event.period,
            "status": "proposed",
            "reasons": [{"code": one.code, "event": one.event, "found": one.found} for one in event.reasons],
            "rule_set": event.rule_set,
            "proposed_at": fact.recorded,
            "version": fact.version,
        }
    if isinstance(event, DevelopmentWithdrawn):
        return {**row, "status": "withdrawn", "missing": list(event.missing)}
    return {**row, "status": event.outcome, "document": event.document, "decided_by": event.decided_by, "decided_at": fact.recorded}


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
        Column("document", Text),
        Column("decided_by", Text),
        Column("proposed_at", DateTime(timezone=True)),
        Column("decided_at", DateTime(timezone=True)),
        Column("version", Integer),
    ),
    on={DevelopmentProposed: _proposal_key, DevelopmentWithdrawn: _proposal_key, DevelopmentDecided: _proposal_key},
    fold=fold_proposal,
    indexes=(("status",), ("employee",)),
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
        elif isinstance(event, TrainingCompleted) and one["kind"] == "study" and one["status"] == "open":
            if one["programme"] == event.programme:
                one.update(status="closed", outcome=event.result, completed_on=event.completed_on.isoformat())
    return {"measures": measures, "open": sum(one["status"] == "open" for one in measures), "version": fact.version}


def _measure(event: Any) -> dict[str, Any] | None:
    if isinstance(event, PostDecided):
        said = {"kind": "role", "post": event.post, "document": event.document}
    elif isinstance(event, MentorAppointed):
        said = {"kind": "mentor", "unit": event.unit}
    elif isinstance(event, TrainingAssigned):
        said = {"kind": "study", "programme": event.programme, "cause": event.cause}
    elif isinstance(event, GuidanceOpened):
        said = {"kind": "coaching", "programme": event.programme, "cause": event.cause}
    else:
        return None
    return {"proposal": event.proposal, **said, "since": event.since.isoformat()}


DEVELOPMENTS = View(
    name="development",
    columns=(Column("measures", JSONB), Column("open", Integer), Column("version", Integer)),
    on={
        PostDecided: subject_key,
        MentorAppointed: subject_key,
        TrainingAssigned: subject_key,
        GuidanceOpened: subject_key,
        GuidanceFollowed: subject_key,
        GuidanceClosed: subject_key,
        TrainingCompleted: subject_key,
    },
    fold=fold_development,
)

VIEWS = (UNITS, EMPLOYEES, ATTENDANCE_MONTHS, PROPOSALS, DEVELOPMENTS)
