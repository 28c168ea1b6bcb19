"""What the flow needs of a service: its catalogue, what it hears, its views, reactions, timers and kinds of jobs."""

from __future__ import annotations

from typing import Protocol

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
