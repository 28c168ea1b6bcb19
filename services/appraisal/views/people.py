"""Who belongs where: people with the units that they served in day by day, who ever had a post in a unit, and how units stood."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.appraisal.domain.stays import Held, stays_of
from services.appraisal.heard import (
    STANDING,
    EmployeeRegistered,
    PositionAssigned,
    PositionWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    UnitMoved,
    UnitMoveWithdrawn,
    UnitOpened,
)
from shared.events.codec import plain
from shared.kernel.employment import Employment, entered
from shared.kernel.facts import Fact
from shared.kernel.withdrawn import without_rows
from shared.views.view import Row, View, subject_key


def fold_employee(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One person's row. `posts`, `lines` and `service` hold every fact once, in order, so that neither order nor repetition of arrival
    matters; `service` is what Employment reads. `unit`, `since`, `until` and `away` are the last stay that follows from posts and service
    (:class:`services.appraisal.domain.stays.Stay`), and `earlier` those before it, None where there are none.
    """
    event = fact.event
    row = dict(row) if row else {"posts": [], "lines": []}
    row["service"] = entered(row.get("service"), fact)
    match event:
        case EmployeeRegistered():
            return _staying(row | {"kind": event.kind})
        case PositionAssigned():
            return _staying(row | {"posts": _ranked(row["posts"], fact, {"unit": event.unit, "acting": event.acting})})
        case ReportingLineSet():
            return row | {"lines": _ranked(row["lines"], fact, {"assessor": event.assessor, "superior": event.superior})}
        case PositionWithdrawn():
            return _staying(row | {"posts": _left(row["posts"], fact)})
        case ReportingLineWithdrawn():
            return row | {"lines": _left(row["lines"], fact)}
    return _staying(row)


def _staying(row: Row) -> Row:
    held = [Held(one["unit"], date.fromisoformat(one["since"])) for one in row["posts"] if not one["acting"]]
    stays = stays_of(held, Employment.read(row["service"]))
    if not stays:
        return row | dict.fromkeys(("unit", "since", "until", "away", "earlier"))
    *earlier, last = stays
    return row | vars(last) | {"away": list(last.away), "earlier": [plain(stay) for stay in earlier] or None}


def _left(entries: list[dict[str, Any]], fact: Fact) -> list[dict[str, Any]]:
    """The entries that a withdrawal leaves: those of another day, and those said after it."""
    later = [one for one in entries if one["version"] > fact.version]
    return sorted([*without_rows((one for one in entries if one["version"] < fact.version), fact.event), *later], key=_order)


def _order(entry: dict[str, Any]) -> tuple[str, int]:
    return entry["since"], entry["version"]


def _ranked(entries: list[dict[str, Any]], fact: Fact, said: dict[str, Any]) -> list[dict[str, Any]]:
    entry = {"since": fact.event.since.isoformat(), "version": fact.version, **said}
    others = [one for one in entries if one["version"] != fact.version]
    return sorted([*others, entry], key=_order)


EMPLOYEES = View(
    name="employees",
    columns=(
        Column("kind", Text),
        Column("posts", JSONB),
        Column("lines", JSONB),
        Column("service", JSONB),
        Column("unit", Text),
        Column("since", Date),
        Column("until", Date),
        Column("away", ARRAY(Text)),
        Column("earlier", JSONB),
    ),
    on=dict.fromkeys(STANDING, subject_key),
    fold=fold_employee,
)


def _of_a_post(fact: Fact[PositionAssigned]) -> Iterable[str]:
    return () if fact.event.acting else (f"{fact.event.unit}/{fact.event.employee}",)


POSTED = View(
    name="posted",
    columns=(Column("unit", Text), Column("employee", Text)),
    on={PositionAssigned: _of_a_post},
    fold=lambda key, row, fact: {"unit": fact.event.unit, "employee": fact.event.employee},
    indexes=(("unit", "employee"),),
)
"""Who was ever given a post in a unit, also by mistake: among them, and nobody else, a unit's people of any period are found."""


def fold_unit(key: str, row: Row | None, fact: Fact) -> Row | None:
    """One unit's row: under whom it stood from when, under whom it came last, and since when, if it ever `moved`."""
    event, before = fact.event, (row or {}).get("parents") or []
    if isinstance(event, UnitMoveWithdrawn):
        # The first is the opening, which stands, also when a move from its own day was withdrawn.
        parents = [*before[:1], *_left(before[1:], fact)]
    else:
        parents = _ranked(before, fact, {"parent": event.parent})
    last = parents[-1]
    since = date.fromisoformat(last["since"])
    return {"parent": last["parent"], "since": since, "moved": since if len(parents) > 1 else None, "parents": parents}


UNITS = View(
    name="units",
    columns=(Column("parent", Text), Column("since", Date), Column("moved", Date), Column("parents", JSONB)),
    on={UnitOpened: subject_key, UnitMoved: subject_key, UnitMoveWithdrawn: subject_key},
    fold=fold_unit,
    indexes=(("parent",), ("moved",)),
)
