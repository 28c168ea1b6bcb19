"""A tiny service for tests of the library: people take notes, and mark them. Everything about it is real but its purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypedDict

from marshmallow import Schema, fields, validate
from sqlalchemy import Column as DbColumn
from sqlalchemy import Integer, Text

from shared.events.classes import EventClass
from shared.events.registry import Catalogue, Heard
from shared.events.rule_set import declare
from shared.events.set_aside import declare as declare_set_aside
from shared.flow.declared import Dispatch
from shared.http.acting import RequestWork, commanding, querying
from shared.http.answers import Count, Form, Page, Version, Words, row_of
from shared.http.blueprint import Blueprint
from shared.http.importing import About, Column, Source, code, importing, integer, text
from shared.http.policy import Allow, Policy
from shared.http.set_aside import set_aside_view
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Malformed, Refused
from shared.kernel.rules import RuleSet
from shared.process.service import Service
from shared.views.view import View

SECRET = "the number 197001012000011901"
EVENTS = Catalogue("notebook")
declare(EVENTS)
declare_set_aside(EVENTS)


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class NoteTaken:
    owner: str
    words: str | None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class NoteMarked:
    owner: str
    mark: int


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class NoteThought:
    owner: str


@dataclass(frozen=True)
class Take:
    owner: str
    words: str | None = None
    times: int = 1


@dataclass(frozen=True)
class Mark:
    owner: str
    mark: int


@dataclass(frozen=True)
class Think:
    owner: str


def decide(marks: tuple[Any, ...], command: Any) -> list[Any]:
    match command:
        case Take():
            return [NoteTaken(command.owner, command.words)] * command.times
        case Think():
            return [NoteThought(command.owner)]
        case Mark() if not marks:
            raise Refused("no-note", expected=f"a note of {command.owner}", found="none", remedy="take one first")
        case Mark():
            return [NoteMarked(command.owner, command.mark)]
    raise TypeError(command)


NOTES = Aggregate(
    "notes",
    Decider((), decide, lambda state, event: (*state, event)),
    stream=lambda owner: f"notebook-notes-{owner}",
    ids=lambda command: (command.owner,),
    subject=lambda command: command.owner,
)
VIEW = View(
    name="notes",
    columns=(DbColumn("owner", Text), DbColumn("taken", Integer), DbColumn("version", Integer)),
    on={NoteTaken: lambda fact: (fact.subject,)},
    fold=lambda key, row, fact: {"owner": key, "taken": (row or {"taken": 0})["taken"] + 1, "version": fact.version},
)


class NoteBody(Schema):
    words = fields.String(required=True, validate=validate.Length(1, 100))
    times = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 5000))


class MarkBody(Schema):
    mark = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10))


class TakenNote(TypedDict):
    owner: Words
    notes: Count
    text: Annotated[str, Form("text-id")]
    on: date


class Marked(TypedDict):
    marked: int


class Nothing(TypedDict):
    pass


class Notes(TypedDict):
    notes: Count
    version: Version


class ListedNotes(row_of(VIEW)):
    owner: Words


notebook = Blueprint("notebook", __name__, url_prefix="/v1", description="Notes.")


@notebook.route("/notes/<owner>", methods=["POST"])
@notebook.arguments(NoteBody)
@commanding("take-note", subject="owner", status=201)
def take_note(work: RequestWork, body: dict[str, Any], owner: str) -> TakenNote:
    """Take a note."""
    kept = work.text(body["words"])
    done = work.execute(NOTES, Take(owner, kept.id, body["times"]))
    return {"owner": owner, "notes": done.version, "text": kept.id, "on": work.today}


@notebook.route("/notes/<owner>/mark", methods=["POST"])
@notebook.arguments(MarkBody)
@commanding("mark-note", subject="owner", if_match=True)
def mark_note(work: RequestWork, body: dict[str, Any], owner: str) -> Marked:
    """Mark what was seen."""
    work.execute(NOTES, Mark(owner, body["mark"]))
    return {"marked": body["mark"]}


@notebook.route("/notes/<owner>/thought", methods=["POST"])
@commanding("take-note", subject="owner")
def think(work: RequestWork, owner: str) -> Nothing:
    """Keep a private thought."""
    work.execute(NOTES, Think(owner))
    return {}


@notebook.route("/notes/<owner>")
@querying("read-note", subject="owner")
def show_notes(work: RequestWork, owner: str) -> Notes:
    """How many notes there are."""
    state, version = work.loaded(NOTES, owner)
    return work.found({"notes": len(state), "version": version} if state else None, "note", owner)


@notebook.route("/notes")
@querying("list-notes")
def list_notes(work: RequestWork) -> Page[ListedNotes]:
    """All notes, in pages."""
    return work.page(VIEW, owner=None)


@notebook.route("/broken", methods=["POST"])
@commanding("take-note")
def broken(work: RequestWork) -> Nothing:
    """Fails as a bug would, after it has written."""
    work.execute(NOTES, Take("broken"))
    raise RuntimeError(SECRET)


COLUMNS = (Column("Pemilik", "employee", code), Column("Jumlah", "times", integer), Column("Isi", "words", text, required=False))


@notebook.route("/imports/notes", methods=["POST"])
@importing("import-notes", columns=COLUMNS, about=(About(("employee", "words")),))
def import_notes(work: RequestWork, row: dict[str, Any], source: Source) -> Dispatch | list[Dispatch]:
    """Take as many notes as the row says; an owner named `nobody` is refused."""
    if row["employee"] == "nobody":
        raise Refused("unknown-owner", status=404, expected="a known owner", found="nobody", remedy="register the owner first")
    if row["times"] < 0:
        raise Malformed("a count from 0", str(row["times"]))
    return [Dispatch(NOTES, Take(row["employee"], row["words"]))] * row["times"]


def check_rules(settings: Any) -> None:
    if not isinstance(settings, dict) or not isinstance(settings.get("most"), int):
        raise Refused("bad-rules", status=422, expected="settings.most as an integer", found=str(settings)[:40], remedy="add it")


POLICY = Policy(
    allow=(
        Allow("take-note", role="employee", relation="self"),
        Allow("take-note", role="hr"),
        Allow("mark-note", role="approver"),
        Allow("read-note", role="employee"),
        Allow("list-notes", role="hr"),
        Allow("read-text", role="hr"),
        Allow("import-notes", role="hr"),
    ),
    relations={"self": lambda actor, subject, period, knowledge: actor.id == subject},
)


def service(folder: Path) -> Service:
    """The declaration; `folder` has an empty ``migrations``."""
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    return Service(
        name="notebook",
        folder=folder,
        events=EVENTS,
        heard=Heard(),
        views=(VIEW, set_aside_view()),
        reactions=(),
        timers=(),
        blueprints=(notebook,),
        policy=POLICY,
        check_rules={"notes": check_rules},
        defaults=(RuleSet("notes", "national", 1, date(2020, 1, 1), ("UU 1/1",), {"most": 3}),),
    )
