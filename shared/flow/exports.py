"""Exports: the topics that other systems read, each made and filled when an agency grants its first subscriber."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.events.classes import EventClass
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, split_type
from shared.flow.topics import export
from shared.store.database import Transaction


@dataclass(frozen=True)
class Export:
    topic: str
    agency: str
    cls: EventClass


def grant(tx: Transaction, agency: str, service: str, cls: EventClass) -> Export:
    """Open an agency's export of one class; granting twice is granting once."""
    made = Export(export(agency, service, cls is EventClass.RESTRICTED), agency, cls)
    tx.execute("insert into exports (topic, agency, class) values (%s, %s, %s) on conflict do nothing", (made.topic, agency, str(cls)))
    return made


def granted(connection: Any) -> list[Export]:
    with connection.cursor() as cursor:
        cursor.execute("select topic, agency, class from exports order by topic")
        return [Export(row[0], row[1], EventClass(row[2])) for row in cursor.fetchall()]


def class_of(catalogue: Catalogue, envelope: Envelope) -> EventClass:
    """The class of a stored event; a type that the code no longer knows stays private."""
    declared = catalogue.types.get(split_type(envelope.type)[0])
    return declared.cls if declared else EventClass.PRIVATE


def published(catalogue: Catalogue) -> Callable[[Envelope], bool]:
    """What goes to the internal topic: everything but the private class."""
    return lambda envelope: class_of(catalogue, envelope) is not EventClass.PRIVATE


def exported(catalogue: Catalogue, export_: Export) -> Callable[[Envelope], bool]:
    """What goes to an export topic: one agency's events of one class."""
    return lambda envelope: envelope.agency == export_.agency and class_of(catalogue, envelope) is export_.cls
