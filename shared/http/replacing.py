"""What an import would put in place of something else: what stood, who said so and when, and whether that had been corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.envelope import Envelope
from shared.events.registry import Catalogue, split_type
from shared.http.wire import plain
from shared.store.commands import Appended


@dataclass(frozen=True)
class Stands:
    """An event class whose later event replaces the earlier ones of its stream with the same `key`.

    `withdrawn`: the class of events that end one. `firm`: what stands to be replaced (figures of a month that runs do) is no correction.
    `among`: where no key says which events belong together: (the stream's events, the later event) → by place, what stood after each.
    """

    event: type
    key: tuple[str, ...] = ()
    withdrawn: type | None = None
    firm: Callable[[Any], bool] = lambda event: True
    among: Callable[[Sequence[Any], Any], Mapping[int, Any]] | None = None


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
    for number, made in enumerate(done.events):
        for kind in kinds:
            if _name(made.type) != kind.event.__name__:
                continue
            event = catalogue.read(made.type, made.data)
            history = _history(catalogue, kind, done.earlier, done.events[:number], event)
            if not history:
                continue
            last, said = history[-1][0], [one for _, one in history]
            firm = [one for one in said if not isinstance(one, kind.event) or kind.firm(one)]
            fields = _fields(event, said[-1] if isinstance(said[-1], kind.event) else None)
            corrected = len(firm) > 1 and firm[-1] is said[-1]
            found.append(Replaced(row, kind.event.__name__, fields, last.recorded, last.actor, corrected))
    return found


def _name(type_: str) -> str:
    return split_type(type_)[0].rpartition(".")[2]


def _history(
    catalogue: Catalogue, kind: Stands, earlier: Sequence[Envelope], made: Sequence[Envelope], event: Any
) -> list[tuple[Envelope, Any]]:
    """The earlier events on what `event` is about, each with what stood after it. `made`: what the same row brought before `event`."""
    if kind.among is not None:
        places = kind.among([catalogue.read(one.type, one.data) for one in (*earlier, *made)], event)
        return [(earlier[place], stood) for place, stood in sorted(places.items()) if place < len(earlier)]
    names = {kind.event.__name__} | ({kind.withdrawn.__name__} if kind.withdrawn else set())
    read = [(one, catalogue.read(one.type, one.data)) for one in earlier if _name(one.type) in names]
    return [(one, said) for one, said in read if all(getattr(said, name) == getattr(event, name) for name in kind.key)]


def _fields(event: Any, stood: Any | None) -> dict[str, dict[str, Any]]:
    """Of what was withdrawn nothing stands."""
    names = [name for name in event.__dataclass_fields__ if name != "revision"]
    return {
        name: {"stood": plain(getattr(stood, name)) if stood is not None else None, "would": plain(getattr(event, name))}
        for name in names
        if stood is None or getattr(stood, name) != getattr(event, name)
    }
