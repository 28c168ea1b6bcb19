"""What the flow needs of a service: its catalogue, what it hears, its views, reactions, timers and kinds of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from shared.events.codec import loads
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, Heard
from shared.flow.declared import JobKind, Reaction, Timer
from shared.kernel.facts import Fact
from shared.kernel.rules import RuleSet
from shared.views.view import View


class Flowing(Protocol):
    """The part of a service's declaration that the flow reads."""

    name: str
    events: Catalogue
    heard: Heard
    views: tuple[View, ...]
    reactions: tuple[Reaction, ...]
    timers: tuple[Timer, ...]
    jobs: tuple[JobKind, ...]
    defaults: tuple[RuleSet, ...]
    together: tuple[tuple[type, ...], ...]
    """Event classes that are asked about one subject together: :class:`shared.flow.once.KnowledgeOnce` reads them in one statement."""


def fact_of(service: Flowing, envelope: Envelope) -> Fact | None:
    """The envelope as a typed fact: an own event, or one that the service hears; None for all others.

    Raises UnknownVersion, or msgspec.ValidationError when the data do not fit.
    """
    register = service.events if envelope.service == service.name else service.heard
    event = register.read(envelope.type, envelope.data)
    if event is None:
        return None
    # By position, in the order of the class: this runs once per event, and names cost more than all the rest of it.
    return Fact(
        event,
        envelope.id,
        envelope.type,
        envelope.agency,
        envelope.subject,
        envelope.stream,
        envelope.version,
        envelope.effective,
        envelope.recorded,
        envelope.actor,
        envelope.correlation,
        envelope.hops,
    )


def facts_of(service: Flowing, agency: str, rows: Iterable[Sequence[Any]]) -> Iterator[Fact]:
    """:func:`fact_of` for rows of the log or of the facts kept: of thousands the envelopes would cost as much as the facts."""
    readers: dict[str, Callable[[str], Any] | None] = {}
    for _, id_, _, stream, version, type_, subject, effective, recorded, data, meta in rows:
        if type_ not in readers:
            register = service.events if type_.split(".")[1] == service.name else service.heard
            readers[type_] = register.reader(type_)
        read = readers[type_]
        if read is not None:
            said = loads(meta)
            of_envelope = (said["actor"], said["correlation"], said["hops"])
            yield Fact(read(data), id_, type_, agency, subject, stream, version, effective, recorded, *of_envelope)
