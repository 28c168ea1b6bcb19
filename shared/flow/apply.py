"""What a batch of events causes inside a service, in one transaction: facts, views, timers and the marks of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

from shared.bus.protocol import Incoming
from shared.events.envelope import MOST_HOPS, Envelope, from_headers
from shared.flow import decisions, facts, timers
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import Flowing, fact_of
from shared.kernel.facts import Fact
from shared.store.database import Transaction
from shared.views import engine


class TooManyHops(Exception):
    """A chain of reactions that does not end."""


class Arrived(NamedTuple):
    """An event with its place: a message of the bus, or a position of the own log (topic ``own``)."""

    place: Place
    envelope: Envelope

    @classmethod
    def of(cls, message: Incoming) -> Self:
        """Raises BadEnvelope when its headers are not an event's."""
        envelope, _ = from_headers(message.headers, message.value)
        return cls(Place(message.topic, message.partition, message.offset), envelope)


def type_of(message: Incoming) -> str:
    """What the message says that it is, whatever else is wrong with it; ``?`` when it says nothing."""
    return next((value for name, value in message.headers if name == "ce_type"), b"?").decode(errors="replace")


def typed(service: Flowing, arrived: Sequence[Arrived]) -> list[tuple[Arrived, Fact]]:
    """The ones that this service knows, as facts. Raises what makes one of them poison."""
    known = []
    for one in arrived:
        if one.envelope.hops > MOST_HOPS:
            raise TooManyHops(f"expected at most {MOST_HOPS} reactions in a chain, found {one.envelope.hops} at {one.envelope.stream}")
        fact = fact_of(service, one.envelope)
        if fact is not None:
            known.append((one, fact))
    return known


def apply(tx: Transaction, service: Flowing, arrived: Sequence[Arrived]) -> None:
    """Apply the batch agency by agency; in each facts first, then views, then timers and marks: always the same order of locks."""
    known = typed(service, arrived)
    for agency in sorted({fact.agency for _, fact in known}):
        tx.enter_agency(agency)
        mine = [(one, fact) for one, fact in known if fact.agency == agency]
        facts.keep(tx, [(one.place, one.envelope) for one, _ in mine if one.envelope.service != service.name], service.heard.told)
        found = [fact for _, fact in mine]
        engine.fold(tx, service.views, found)
        timers.fold(tx, service.timers, [fact for one, fact in mine if one.envelope.service == service.name])
        decisions.mark(tx, service, found, StoreKnowledge(tx, service))
