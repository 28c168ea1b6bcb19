"""Rows of imports that wait for a second person: the event types of every service whose imports are about people."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.classes import EventClass
from shared.events.registry import Catalogue


@dataclass(frozen=True)
class ImportRowSetAside:
    """A row about the person who handed it in. Its cells lie in the text; another person decides. Subject: the employee.

    `action`: what the import's policy calls it; `would`: the types of the events that it would bring.
    Stream of this and the next two: ``<service>-set-aside-<id>``.
    """

    id: str
    action: str
    employee: str
    file_digest: str
    row: int
    asked_by: str
    would: tuple[str, ...]
    row_text: str
    row_digest: str


@dataclass(frozen=True)
class ImportRowConfirmed:
    """Another person confirmed it; `events` are the ids of what it brought. `asked_by` handed the row in."""

    id: str
    action: str
    employee: str
    asked_by: str
    decided_by: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class ImportRowRejected:
    """Another person rejected it; nothing follows from the row. `reason_text`: a text's id."""

    id: str
    action: str
    employee: str
    asked_by: str
    decided_by: str
    reason_text: str
    reason_digest: str


def declare(catalogue: Catalogue) -> None:
    """Let a service set rows aside."""
    for kind in (ImportRowSetAside, ImportRowConfirmed, ImportRowRejected):
        catalogue.event(EventClass.PRIVATE)(kind)
