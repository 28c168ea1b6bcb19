"""Execute a command: load the stream, decide, append. One command, one transaction.

The stream is named by the aggregate's ids. The answer is the new state with the events, so that nobody reads the stream again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple

from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, EventType
from shared.kernel.decider import Aggregate, State
from shared.kernel.ids import event_id
from shared.store import log
from shared.store.database import Transaction
from shared.store.errors import Conflict


@dataclass(frozen=True)
class Meta:
    """Who acts, and in which chain of causes. `hops` counts the reactions before this one."""

    actor: str
    correlation: str
    causation: str | None = None
    hops: int = 0
    traceparent: str | None = None


@dataclass(frozen=True)
class Appended(Generic[State]):
    """What a command did: the stream's `state` and `version` after it.

    `events` are the envelopes of what it appended, and `said` the events in them; both are empty when the decision was that nothing
    changes. `earlier`: what stood in the stream before them.
    """

    stream: str
    version: int
    events: tuple[Envelope, ...]
    state: State
    earlier: tuple[Envelope, ...] = ()
    said: tuple[Any, ...] = ()


def load(tx: Transaction, catalogue: Catalogue, aggregate: Aggregate[..., State], stream: str) -> tuple[State, int]:
    """The state and the version of one of the aggregate's streams."""
    envelopes = log.read_stream(tx, stream)
    return _state(tx, catalogue, aggregate, stream, envelopes), len(envelopes)


class _Folded(NamedTuple):
    """A state, and the envelope up to which it was folded, at this version."""

    state: Any
    last: Envelope
    version: int


def _state(tx: Transaction, catalogue: Catalogue, aggregate: Aggregate, stream: str, envelopes: Sequence[Envelope]) -> Any:
    """The state after these envelopes of the stream. What the transaction has folded already is not folded again."""
    known: _Folded | None = tx.folded.get((aggregate.name, stream))
    # The very same envelope: one of an undone attempt has the same id and version.
    if known is None or known.version > len(envelopes) or envelopes[known.version - 1] is not known.last:
        known = None
    state, fresh = (known.state, envelopes[known.version :]) if known else (aggregate.decider.initial, envelopes)
    events = (catalogue.read(one.type, one.data) for one in fresh)
    return _fold(tx, aggregate, stream, envelopes, aggregate.decider.after(state, (event for event in events if event is not None)))


def _fold(tx: Transaction, aggregate: Aggregate, stream: str, envelopes: Sequence[Envelope], state: Any) -> Any:
    if envelopes:
        tx.folded[aggregate.name, stream] = _Folded(state, envelopes[-1], len(envelopes))
    return state


def _effective(tx: Transaction, declared: EventType, event: Any) -> datetime:
    held = getattr(event, declared.effective) if declared.effective else tx.now
    if isinstance(held, date) and not isinstance(held, datetime):
        return tx.zone.start_of(held)
    return held


def envelopes_of(
    tx: Transaction, catalogue: Catalogue, stream: str, subject: str, version: int, events: Sequence[Any], meta: Meta
) -> list[Envelope]:
    """The events as they will stand in `stream` after `version`."""
    made = []
    for number, event in enumerate(events, start=version + 1):
        declared = catalogue.of(event)
        made.append(
            Envelope(
                id=event_id(tx.agency, stream, number),
                type=declared.type,
                agency=tx.agency,
                subject=subject,
                stream=stream,
                version=number,
                effective=_effective(tx, declared, event),
                recorded=tx.now,
                actor=meta.actor,
                correlation=meta.correlation,
                causation=meta.causation,
                hops=meta.hops,
                traceparent=meta.traceparent,
                sequence=0,
                data=encode(event),
            )
        )
    return made


def execute(
    tx: Transaction, catalogue: Catalogue, aggregate: Aggregate[..., State], command: Any, meta: Meta, expected: int | None = None
) -> Appended[State]:
    """Decide on the stream's state and queue the events for the commit.

    Raises Conflict when `expected` is given and is not the stream's version, Refused when the rules do not allow the command.
    A writer that comes between is found at COMMIT, as Conflict too.
    """
    stream, subject = aggregate.stream_of(command), aggregate.subject(command)
    earlier = log.read_stream(tx, stream, subject=subject)
    version = len(earlier)
    if expected is not None and expected != version:
        raise Conflict(stream, expected, version)
    before = _state(tx, catalogue, aggregate, stream, earlier)
    events = tuple(aggregate.decider.decide(before, command))
    made = envelopes_of(tx, catalogue, stream, subject, version, events, meta)
    log.append(tx, made)
    after = _fold(tx, aggregate, stream, [*earlier, *made], aggregate.decider.after(before, events))
    return Appended(stream, version + len(made), tuple(made), after, tuple(earlier), events)
