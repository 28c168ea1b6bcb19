"""What the flow needs of a service: its catalogue, what it hears, its views, reactions and timers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from shared.events.codec import decode, loads
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, Heard
from shared.flow.declared import Reaction, Timer
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
    defaults: tuple[RuleSet, ...]


def fact_of(service: Flowing, envelope: Envelope) -> Fact | None:
    """The envelope as a typed fact: an own event, or one that the service hears; None for all others.

    Raises UnknownVersion, or msgspec.ValidationError when the data do not fit.
    """
    data: Mapping[str, Any] = loads(envelope.data)
    register = service.events if envelope.service == service.name else service.heard
    found = register.current(envelope.type, data)
    if found is None:
        return None
    declared, current = found
    return Fact(
        event=decode(current, declared.model),
        id=envelope.id,
        type=envelope.type,
        agency=envelope.agency,
        subject=envelope.subject,
        stream=envelope.stream,
        version=envelope.version,
        effective=envelope.effective,
        recorded=envelope.recorded,
        actor=envelope.actor,
        correlation=envelope.correlation,
        hops=envelope.hops,
    )
