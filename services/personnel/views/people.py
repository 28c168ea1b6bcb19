"""Views of people without names, units, and attendance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.personnel.domain.ranks import KEEP_RANK
from services.personnel.events import (
    AttendanceRecorded,
    EducationRecorded,
    EducationWithdrawn,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    RankHeld,
    RankWithdrawn,
    RegistrationWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    ServiceInterrupted,
    ServiceResumed,
    UnitMoved,
    UnitMoveWithdrawn,
    UnitOpened,
)
from shared.kernel.employment import Employment, entered
from shared.kernel.facts import Fact
from shared.kernel.withdrawn import without_rows
from shared.views.view import Row, View, subject_key


def fold_unit(key: str, row: Row | None, fact: Fact[UnitOpened | UnitMoved | UnitMoveWithdrawn]) -> Row:
    """`parents`: under whom it stood from when, every word in its order; `parent` is the one that began last."""
    row, event = {**(row or {}), "version": fact.version}, fact.event
    said = row.get("parents") or []
    if isinstance(event, UnitMoveWithdrawn):
        # The first is the opening, which stands, also when a move from its own day was withdrawn.
        said = [*said[:1], *without_rows(said[1:], event)]
    else:
        said = [*said, {"parent": event.parent, "since": event.since.isoformat()}]
    row["parents"] = sorted(said, key=lambda one: one["since"])
    opened = {"kind": event.kind, "since": event.since} if isinstance(event, UnitOpened) else {}
    return row | opened | {"parent": row["parents"][-1]["parent"]}


UNITS = View(
    name="units",
    columns=(
        Column("parent", Text),
        Column("kind", Text),
        Column("since", Date),
        Column("parents", JSONB),
        Column("version", Integer),
    ),
    on={UnitOpened: subject_key, UnitMoved: subject_key, UnitMoveWithdrawn: subject_key},
    fold=fold_unit,
    indexes=(("parent",),),
)


def _dated(row: Row, name: str, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The column's entries with `entry` among them, by day; a later word for the same day (and kind of post) replaces it."""
    same = (entry["since"], entry.get("acting"))
    kept = [one for one in row.get(name) or [] if (one["since"], one.get("acting")) != same]
    return sorted([*kept, dict(entry)], key=lambda one: (one["since"], one.get("acting") or False))


def fold_employee(key: str, row: Row | None, fact: Fact[Any]) -> Row | None:
    """All that was said with its dates in the lists; the single columns hold what began last, for filtering.

    `serving` is false from the day on which an end comes; `service` is what Employment reads.
    """
    if isinstance(fact.event, RegistrationWithdrawn):
        return None
    row, event = dict(row or {}), fact.event
    if isinstance(event, EmploymentEndReached):
        return {**row, "serving": Employment.read(row.get("service")).ended(event.since) is None}
    row["version"] = fact.version
    row["service"] = entered(row.get("service"), fact)
    if isinstance(event, SERVICE):
        ended = Employment.read(row["service"]).spells[-1]
        row["serving"] = ended.end is None or fact.effective > fact.recorded
        row["ends"], row["how"] = ended.end, ended.how
    if isinstance(event, EducationRecorded | EducationWithdrawn):
        return row | _educated(row.get("educations") or [], event)
    since = event.since.isoformat()
    if isinstance(event, tuple(WITHDRAWN)):
        column = WITHDRAWN[type(event)]
        return _held_last({**row, column: without_rows(row.get(column), event)})
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
    elif isinstance(event, RankHeld):
        row["ranks"] = _dated(row, "ranks", {"rank": event.rank, "since": since, "service_since": event.service_since.isoformat()})
    elif isinstance(event, ReportingLineSet):
        entry = {"assessor": event.assessor, "superior": event.superior, "since": since, "document": event.document}
        row["lines"] = _dated(row, "lines", entry)
    return _held_last(row)


def _educated(entered: list[str], event: EducationRecorded | EducationWithdrawn) -> Row:
    """The educations in the order in which they were recorded, and the last of those that stand."""
    others = [one for one in entered if one != event.education]
    entered = [*entered, event.education] if isinstance(event, EducationRecorded) else others
    return {"educations": entered, "education": entered[-1] if entered else None}


WITHDRAWN = {PositionWithdrawn: "positions", RankWithdrawn: "ranks", ReportingLineWithdrawn: "lines"}


def _held_last(row: Row) -> Row:
    """The single columns, from the entry of each list that began last."""
    service = Employment.read(row.get("service"))
    positions, lines = (_of_last_spell(row.get(name), service) for name in ("positions", "lines"))
    ranks = _of_last_spell(row.get("ranks"), service, KEEP_RANK)
    held = [one for one in positions if not one["acting"]] or positions
    row |= {name: held[-1][name] if held else None for name in ("post", "job_class", "unit")}
    row |= {name: lines[-1][name] if lines else None for name in ("assessor", "superior")}
    return row | {"acting": any(one["acting"] for one in positions), "rank": ranks[-1]["rank"] if ranks else None}


def _of_last_spell(entries: list[Row] | None, service: Employment, across: Collection[str] = ()) -> list[Row]:
    """Who was registered again has posts, ranks and lines anew, but for ends of the kinds `across`."""
    began = service.spells[-1].since if service.spells else date.min
    return [one for one in entries or () if service.reaches(day := date.fromisoformat(one["since"]), max(day, began), across)]


SERVICE = (EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, ServiceInterrupted, ServiceResumed)

EMPLOYEES = View(
    name="employees",
    columns=(
        Column("kind", Text),
        Column("unit", Text),
        Column("post", Text),
        Column("job_class", Integer),
        Column("acting", Boolean),
        Column("rank", Text),
        Column("education", Text),
        Column("educations", JSONB),
        Column("assessor", Text),
        Column("superior", Text),
        Column("registered", JSONB),
        Column("positions", JSONB),
        Column("ranks", JSONB),
        Column("lines", JSONB),
        Column("service", JSONB),
        Column("serving", Boolean),
        Column("ends", Date),
        Column("how", Text),
        Column("version", Integer),
    ),
    on={
        EmployeeRegistered: subject_key,
        RegistrationWithdrawn: subject_key,
        EmploymentEnded: subject_key,
        EmploymentEndReached: subject_key,
        EmploymentEndRevoked: subject_key,
        ServiceInterrupted: subject_key,
        ServiceResumed: subject_key,
        PositionAssigned: subject_key,
        RankHeld: subject_key,
        ReportingLineSet: subject_key,
        **dict.fromkeys(WITHDRAWN, subject_key),
        EducationRecorded: subject_key,
        EducationWithdrawn: subject_key,
    },
    fold=fold_employee,
    indexes=(("unit",), ("assessor",), ("superior",), ("serving",)),
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
        "days_in_row": event.days_in_row,
        "provisional_until": event.provisional_until,
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
        Column("days_in_row", Integer),
        Column("provisional_until", Date),
        Column("version", Integer),
    ),
    on={AttendanceRecorded: lambda fact: (f"{fact.event.employee}/{fact.event.month}",)},
    fold=fold_attendance,
    indexes=(("month",),),
)
