"""What an import would put in place of something else: what stood, who said so and when, and whether that had been corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.registry import Catalogue, split_type
from shared.http.wire import plain
from shared.store.commands import Appended


@dataclass(frozen=True)
class Stands:
    """An event class whose later event replaces the earlier ones of its stream with the same `key`.

    `withdrawn`: the class of events that end one. `firm`: what stands to be replaced (figures of a month that runs do) is no correction.
    """

    event: type
    key: tuple[str, ...] = ()
    withdrawn: type | None = None
    firm: Callable[[Any], bool] = lambda event: True


@dataclass(frozen=True)
class Overwrites:
    """A row puts other words in place of words that are in no event (a name, a contact). Nobody knows when those were written, so they
    count as corrected.
    """

    what: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Replaced:
    """`fields`: what differs, as it stood and as it would stand. `corrected`: what stood had itself replaced or withdrawn something."""

    row: int
    what: str
    fields: Mapping[str, Mapping[str, Any]]
    recorded: datetime | None
    by: str | None
    corrected: bool

    def shown(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "what": self.what,
            "fields": self.fields,
            "recorded": self.recorded,
            "by": self.by,
            "corrected": self.corrected,
        }


def of_words(row: int, words: Overwrites) -> Replaced:
    return Replaced(row, words.what, {name: {} for name in words.fields}, None, None, True)


def of_events(row: int, catalogue: Catalogue, kinds: Sequence[Stands], done: Appended) -> list[Replaced]:
    """What the events just appended put in place of earlier ones of their stream."""
    found = []
    for made in done.events:
        for kind in kinds:
            event = catalogue.read(made.type, made.data) if _name(made.type) == kind.event.__name__ else None
            if event is None:
                continue
            history = [one for one in done.earlier if _same(catalogue, kind, one, event)]
            if not history:
                continue
            said = [catalogue.read(one.type, one.data) for one in history]
            firm = [one for one in said if not isinstance(one, kind.event) or kind.firm(one)]
            fields = _fields(event, said[-1] if isinstance(said[-1], kind.event) else None)
            corrected = len(firm) > 1 and firm[-1] is said[-1]
            found.append(Replaced(row, kind.event.__name__, fields, history[-1].recorded, history[-1].actor, corrected))
    return found


def _name(type_: str) -> str:
    return split_type(type_)[0].rpartition(".")[2]


def _same(catalogue: Catalogue, kind: Stands, envelope: Any, event: Any) -> bool:
    names = {kind.event.__name__} | ({kind.withdrawn.__name__} if kind.withdrawn else set())
    if _name(envelope.type) not in names:
        return False
    earlier = catalogue.read(envelope.type, envelope.data)
    return all(getattr(earlier, name) == getattr(event, name) for name in kind.key)


def _fields(event: Any, stood: Any | None) -> dict[str, dict[str, Any]]:
    """Of what was withdrawn nothing stands."""
    names = [name for name in event.__dataclass_fields__ if name != "revision"]
    return {
        name: {"stood": plain(getattr(stood, name)) if stood is not None else None, "would": plain(getattr(event, name))}
        for name in names
        if stood is None or getattr(stood, name) != getattr(event, name)
    }
