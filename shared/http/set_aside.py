"""Rows about the person who hands a file in: they are set aside, and another person with the same right confirms or rejects them.

Nobody acts for himself, by files either. What waits is kept as events, its cells in the table of texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from flask import current_app
from marshmallow import Schema, fields, validate
from sqlalchemy import Column, DateTime, Integer, Text

from shared.events.envelope import Envelope
from shared.events.set_aside import ImportRowConfirmed, ImportRowRejected, ImportRowSetAside
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Page
from shared.http.blueprint import Blueprint
from shared.http.common_answers import ListedRow, RowConfirmation, RowRejection, ShownRow
from shared.http.forms import Edge
from shared.http.problems import Problem
from shared.http.replacing import Replaced
from shared.http.rows import Read, Row, Source, members
from shared.http.wire import plain
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.facts import Fact
from shared.kernel.ids import derived_id
from shared.kernel.refusal import Refused
from shared.store import texts
from shared.views.view import Row as ViewRow
from shared.views.view import View

set_aside_rows = Blueprint("set-aside", __name__, url_prefix="/v1", description="Rows of imports that wait for a second person.")


class Import(Protocol):
    """What this module needs of an import's declaration."""

    action: str
    columns: Sequence[Any]
    person: str | None

    def resolved(self, work: RequestWork, rows: Sequence[Row]) -> Sequence[Row | Refused]: ...

    def carry_out(self, work: RequestWork, row: Row, source: Source, path: Mapping[str, Any]) -> list[Replaced]: ...


# The record of one row


@dataclass(frozen=True)
class SetRowAside:
    service: str
    event: ImportRowSetAside

    @property
    def id(self) -> str:
        return self.event.id


@dataclass(frozen=True)
class DecideRow:
    """`confirmed`: the ids of what the row brought; without it the row is rejected, for the reason in the text."""

    service: str
    id: str
    employee: str
    by: str
    confirmed: tuple[str, ...] | None = None
    reason_text: str = ""
    reason_digest: str = ""


@dataclass(frozen=True)
class Waiting:
    """A row that was set aside; `decided` is what a second person said."""

    asked: ImportRowSetAside | None = None
    decided: ImportRowConfirmed | ImportRowRejected | None = None

    @property
    def status(self) -> str:
        return {None: "waiting", ImportRowConfirmed: "confirmed", ImportRowRejected: "rejected"}[
            type(self.decided) if self.decided else None
        ]


def decide(state: Waiting, command: SetRowAside | DecideRow) -> Sequence[Any]:
    """ImportRowSetAside once; ImportRowConfirmed or ImportRowRejected by a third person: neither the asker nor the subject."""
    if isinstance(command, SetRowAside):
        return () if state.asked else (command.event,)
    may_decide(state, command.by, command.id)
    asked = state.asked
    who = (asked.id, asked.action, asked.employee, asked.asked_by, command.by)
    if command.confirmed is not None:
        return (ImportRowConfirmed(*who, command.confirmed),)
    return (ImportRowRejected(*who, command.reason_text, command.reason_digest),)


def may_decide(state: Waiting, by: str, id_: str) -> None:
    """Refused: 404 for an unknown row, 403 for who asked and whom it is about, 409 for one that is decided."""
    if state.asked is None:
        raise _unknown(id_)
    if by in (state.asked.asked_by, state.asked.employee):
        raise Refused(
            "second-person",
            status=403,
            expected="a second person, neither who handed the row in nor whom it is about",
            found=by,
            remedy="let another person with the same right decide",
        )
    if state.decided is not None:
        raise Refused(
            "row-decided",
            expected="a row that waits",
            found=f"one that {state.decided.decided_by} {state.status}",
            remedy="nothing more is to be done; to ask again, hand in a new file",
        )


def evolve(state: Waiting, event: Any) -> Waiting:
    if isinstance(event, ImportRowSetAside):
        return Waiting(event)
    return replace(state, decided=event) if isinstance(event, ImportRowConfirmed | ImportRowRejected) else state


ROW = Aggregate(
    "set-aside",
    Decider(Waiting(), decide, evolve),
    stream=lambda service, id_: f"{service}-set-aside-{id_}",
    ids=lambda command: (command.service, command.id),
    subject=lambda command: command.event.employee if isinstance(command, SetRowAside) else command.employee,
)


def fold_row(key: str, row: ViewRow | None, fact: Fact[Any]) -> ViewRow:
    event = fact.event
    if isinstance(event, ImportRowSetAside):
        said = {name: getattr(event, name) for name in ("action", "employee", "file_digest", "row", "asked_by")}
        return {**said, "would": ",".join(event.would), "asked_at": fact.recorded, "status": "waiting", "version": fact.version}
    status = "confirmed" if isinstance(event, ImportRowConfirmed) else "rejected"
    return {**(row or {}), "status": status, "decided_by": event.decided_by, "decided_at": fact.recorded, "version": fact.version}


def set_aside_view() -> View:
    """What waits and what was decided, a row each. A new one each time: no two services' views share their columns."""
    words = ("action", "employee", "file_digest", "asked_by", "would", "status", "decided_by")
    return View(
        name="set_aside",
        columns=(
            *(Column(name, Text) for name in words),
            Column("row", Integer),
            Column("asked_at", DateTime(timezone=True)),
            Column("decided_at", DateTime(timezone=True)),
            Column("version", Integer),
        ),
        on=dict.fromkeys((ImportRowSetAside, ImportRowConfirmed, ImportRowRejected), lambda fact: (fact.event.id,)),
        fold=fold_row,
        indexes=(("status",), ("file_digest",)),
    )


# What an import does with a row about its caller


def _tried(work: RequestWork, declared: Import, row: Row, source: Source, path: Mapping[str, Any]) -> tuple[list[Envelope], list[Replaced]]:
    """What a row would bring now and put in place of something else, without effect. Raises what it would be refused with."""
    alone = replace(work, made=[])
    with work.tx.tried():
        replaced = declared.carry_out(alone, row, source, path)
    return alone.made, replaced


def set_aside(work: RequestWork, declared: Import, read: Read, path: Mapping[str, Any]) -> dict[str, Any] | None:
    """Keep the row for a second person and say so; None when it says what stands already. Raises what it would be refused with.

    The same row of the same file keeps its id, so a file that is handed in again does not ask again.
    """
    service, source = work.here.service.name, read.source
    id_ = str(derived_id("set-aside", declared.action, source.digest, source.row, work.actor.id))
    state = work.state(ROW, service, id_)
    if state.asked is None:
        made, replaced = _tried(work, declared, read.row, source, path)
        if not made and not replaced:
            return None
        text = work.text(json.dumps({"cells": dict(read.cells), "path": dict(path), "file": source.name}, sort_keys=True))
        would = tuple(dict.fromkeys(one.type for one in made))
        event = ImportRowSetAside(
            id_, declared.action, read.row[declared.person], source.digest, source.row, work.actor.id, would, text.id, text.digest
        )
        # By itself, so that it does not count among the events of the file.
        replace(work).execute(ROW, SetRowAside(service, event))
    return {"row": source.row, "id": id_, "status": state.status, "expected": f"another person who may {declared.action} to decide"}


def erase_rows(work: RequestWork, employee: str) -> None:
    """Forget the cells of every row about an employee that was set aside; that it was, and who decided, stays."""
    for fact in work.knowledge.facts(ImportRowSetAside, employee):
        texts.erase(work.tx, fact.event.row_text)


# Routes


DIGEST = Edge("").body("digest")


class RowFilter(Schema):
    status = fields.String(load_default="waiting", validate=validate.OneOf(("waiting", "confirmed", "rejected", "all")))
    file = fields.String(load_default=None, validate=DIGEST, metadata={"description": "SHA-256 of the file."})


class Confirmation(Schema):
    replace = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false")),
        metadata={"description": "The word that the row may undo a correction."},
    )


class Rejection(Schema):
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


def _view(work: RequestWork) -> View:
    return next(view for view in work.here.service.views if view.name == "set_aside")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if name not in ("key", "would")}
    return {"id": row["key"], **said, "would": [one for one in (row["would"] or "").split(",") if one]}


@set_aside_rows.route("/imports/set-aside")
@set_aside_rows.arguments(RowFilter, location="query")
@querying("list-set-aside")
def list_rows(work: RequestWork, wanted: dict[str, Any]) -> Page[ListedRow]:
    """Rows about those who handed them in: who asked, when, from which file and row, and the types of events that it would bring."""
    status = None if wanted["status"] == "all" else wanted["status"]
    page = work.page(_view(work), status=status, file_digest=wanted["file"])
    return {**page, "items": [_shown(row) for row in page["items"] if work.may(row["action"], None)]}


@set_aside_rows.route("/imports/set-aside/<row_id>")
@querying("list-set-aside")
def show_row(work: RequestWork, row_id: str) -> ShownRow:
    """One row with its cells; while it waits, with what it would bring now and what would no longer stand. Its words are for deciders."""
    state, version = work.loaded(ROW, work.service.name, row_id)
    if state.asked is None:
        raise _unknown(row_id)
    asked = state.asked
    work.authorise(asked.action, None)
    said = {name: getattr(asked, name) for name in ("id", "action", "employee", "file_digest", "row", "asked_by", "would")}
    said |= {"status": state.status, "version": version, "cells": (_kept(work, asked) or {}).get("cells")}
    if state.decided is not None:
        return said | {"decided_by": state.decided.decided_by}
    try:
        declared, row, source, path = _read(work, asked)
        made, replaced = _tried(work, declared, row, source, path)
    except Refused as refused:
        return said | {"refused": {"expected": refused.expected, "found": refused.found, "remedy": refused.remedy}}
    brings = [{"type": one.type, "data": work.here.service.events.read(one.type, one.data)} for one in made]
    return said | {"brings": plain(brings), "replaces": [one.shown() for one in replaced]}


@set_aside_rows.route("/imports/set-aside/<row_id>/confirmation", methods=["POST"])
@set_aside_rows.arguments(Confirmation, location="query")
@commanding("decide-set-aside")
def confirm_row(work: RequestWork, wanted: dict[str, Any], row_id: str) -> RowConfirmation:
    """Confirm a row as a second person: it is carried out as it would have been, in the name of who confirms.

    403 for who handed it in and whom it is about; 409 when it would undo a correction (``?replace=true``), or is decided already.
    """
    state, fact = _decidable(work, row_id)
    declared, row, source, path = _read(work, state.asked)
    acting = replace(work, made=[], meta=replace(work.meta, causation=fact.id))
    undone = [one for one in declared.carry_out(acting, row, source, path) if one.corrected]
    if undone and wanted["replace"] != "true":
        raise Problem(
            "would-undo-correction",
            409,
            "a row that undoes no correction, or the word that it may",
            "one that would replace what was corrected or withdrawn before",
            "look at what stands and would stand; then reject it, or confirm it with replace=true",
            errors=[one.shown() for one in undone],
        )
    brought = tuple(one.id for one in acting.made)
    acting.execute(ROW, DecideRow(work.here.service.name, row_id, state.asked.employee, work.actor.id, brought))
    work.last = acting.last
    return {"id": row_id, "status": "confirmed", "asked_by": state.asked.asked_by, "events": brought}


@set_aside_rows.route("/imports/set-aside/<row_id>/rejection", methods=["POST"])
@set_aside_rows.arguments(Rejection)
@commanding("decide-set-aside")
def reject_row(work: RequestWork, body: dict[str, Any], row_id: str) -> RowRejection:
    """Reject a row as a second person; nothing follows from it. 403 for who handed it in and whom it is about; 409 when decided already."""
    state, _ = _decidable(work, row_id)
    reason = work.text(body["reason"])
    service, employee = work.here.service.name, state.asked.employee
    command = DecideRow(service, row_id, employee, work.actor.id, reason_text=reason.id, reason_digest=reason.digest)
    work.execute(ROW, command)
    return {"id": row_id, "status": "rejected", "asked_by": state.asked.asked_by}


def _decidable(work: RequestWork, row_id: str) -> tuple[Waiting, Fact[Any]]:
    """The row that waits for the caller, with the fact that it was set aside."""
    state = work.state(ROW, work.service.name, row_id)
    if state.asked is not None:
        work.authorise(state.asked.action, None)
    may_decide(state, work.actor.id, row_id)
    return state, work.knowledge.stream(ROW.stream(work.service.name, row_id))[0]


def _kept(work: RequestWork, asked: ImportRowSetAside) -> dict[str, Any] | None:
    text = work.read_text(asked.row_text)
    return None if text is None else json.loads(text)


def _read(work: RequestWork, asked: ImportRowSetAside) -> tuple[Import, Row, Source, Mapping[str, Any]]:
    """The row again, from its cells. Refused when they were erased, or can no longer be read or resolved."""
    declared = next(view.declared for view in current_app.view_functions.values() if _imports(view, asked.action))
    kept = _kept(work, asked)
    if kept is None:
        raise Refused("row-erased", expected="the row's cells", found="that they were erased", remedy="reject it; hand in a new file")
    row, wrong = members(kept["cells"], declared.columns, asked.row)
    if wrong:
        raise Refused("row-unreadable", expected=wrong[0].expected, found=wrong[0].found, remedy="reject it; hand in a new file")
    [resolved] = declared.resolved(work, [row])
    if isinstance(resolved, Refused):
        raise resolved
    if resolved[declared.person] != asked.employee:
        raise Refused("row-moved", expected=f"a row about {asked.employee}", found="one about another now", remedy="reject it")
    return declared, resolved, Source(asked.file_digest, kept["file"], asked.row), kept["path"]


def _imports(view: Any, action: str) -> bool:
    declared = getattr(view, "declared", None)
    return declared is not None and declared.action == action


def _unknown(row_id: str) -> Refused:
    return Refused(
        "unknown-row",
        status=404,
        expected="a row of an import that was set aside",
        found=row_id[:40],
        remedy="take its id from the list of rows set aside",
    )
