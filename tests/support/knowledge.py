"""A service's knowledge in memory: the twin of the one over PostgreSQL, for tests of decisions that need no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from shared.events.rule_set import rule_sets_of, stream_of
from shared.flow.declared import EachRow
from shared.kernel.calendar import Calendar, Zone
from shared.kernel.decider import Aggregate
from shared.kernel.facts import Fact
from shared.kernel.ids import event_id
from shared.kernel.rules import RuleBook, RuleSet
from shared.views.calendar import CALENDAR, calendar_of
from shared.views.engine import fold_rows, work_of
from shared.views.reading import Has, Not


@dataclass(frozen=True)
class Done:
    """What executing a command appended."""

    stream: str
    version: int
    events: tuple[Fact, ...]
    state: Any
    said: tuple[Any, ...] = ()


@dataclass
class MemoryKnowledge:
    """`service` is a declaration, or anything with its name, events, heard, views, reactions and defaults.

    It is also what a command is executed in: `knowledge`, `tx` and `appended` are those of the library's RequestWork.
    """

    service: Any
    agency: str = "mulyorejo"
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    zone: Zone = field(default_factory=Zone)
    appended: int = 0
    known: dict[str, Fact] = field(default_factory=dict)
    marked: set[tuple[str, str]] = field(default_factory=set)
    tables: dict[str, dict[str, dict[str, Any] | None]] = field(default_factory=dict)

    # --- what a decision may ask (kernel.facts.Knowledge) ---

    @property
    def calendar(self) -> Calendar:
        return calendar_of(self.zone.zone, self.rows(CALENDAR))

    @property
    def today(self) -> date:
        return self.zone.local_date(self.now)

    def facts(self, model: type, subject: str) -> Sequence[Fact]:
        found = [fact for fact in self.known.values() if type(fact.event) is model and fact.subject == subject]
        return sorted(found, key=lambda fact: fact.rank)

    def stream(self, name: str) -> Sequence[Fact]:
        return sorted((fact for fact in self.known.values() if fact.stream == name), key=lambda fact: fact.version)

    def hold(self, name: str) -> None:
        """Nobody else is here."""

    def share(self, name: str) -> None:
        """Nobody else is here."""

    def row(self, view: Any, key: str) -> Mapping[str, Any] | None:
        row = self.tables.get(view.name, {}).get(key)
        return None if row is None else {"key": key, **{column.name: row.get(column.name) for column in view.columns}}

    def rows(self, view: Any, **equal: Any) -> Sequence[Mapping[str, Any]]:
        if strange := set(equal) - {"key", *(column.name for column in view.columns)}:
            raise KeyError(f"view {view.name} has no column {', '.join(sorted(strange))}")
        found = (self.row(view, key) for key in sorted(self.tables.get(view.name, {})))
        return [row for row in found if row is not None and all(_matches(row[name], value) for name, value in equal.items())]

    def rules(self, kind: str, day: date) -> RuleSet:
        return self._book(kind).in_force(kind, day)

    def rule_sets(self, kind: str) -> Sequence[RuleSet]:
        return self._book(kind).of(kind)

    def about(self, subjects: Any, models: Any) -> MemoryKnowledge:
        return self

    def made(self, make: Any, *given: Any) -> Any:
        return make(self, *given)

    def _book(self, kind: str) -> RuleBook:
        published = self.stream(stream_of(self.service.name, kind))
        return RuleBook(self.service.defaults, rule_sets_of(fact.event for fact in published))

    # --- what a command is executed in ---

    @property
    def knowledge(self) -> MemoryKnowledge:
        return self

    @property
    def tx(self) -> MemoryKnowledge:
        return self

    @contextmanager
    def reading_ahead(self, reads: Any, keys: Sequence[str]) -> Iterator[None]:
        """Everything is at hand."""
        yield

    def unsettled(self, reaction: str, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(key for key in keys if (reaction, key) in self.marked)

    def execute(self, aggregate: Aggregate, command: Any) -> Done:
        """Decide and append."""
        stream = aggregate.stream_of(command)
        history = self.stream(stream)
        before = aggregate.decider.state(fact.event for fact in history)
        events = tuple(aggregate.decider.decide(before, command))
        made = tuple(self.own(event, aggregate.subject(command), stream, len(history) + number) for number, event in enumerate(events, 1))
        self.arrive(*made)
        self.appended += len(made)
        return Done(stream, len(history) + len(made), made, aggregate.decider.after(before, events), events)

    def own(self, event: Any, subject: str, stream: str, version: int) -> Fact:
        """An own event as the store would keep it now."""
        declared = self.service.events.of(event)
        held = getattr(event, declared.effective) if declared.effective else self.now
        effective = self.zone.start_of(held) if not isinstance(held, datetime) else held
        id_ = event_id(self.agency, stream, version)
        return Fact(event, id_, declared.type, self.agency, subject, stream, version, effective, self.now, "test", "test")

    # --- how facts come in ---

    def arrive(self, *facts: Fact) -> None:
        """Keep what is new, fold it into the views, mark the decisions that it concerns. What came before is passed over."""
        fresh = [fact for fact in {fact.id: fact for fact in facts}.values() if fact.id not in self.known]
        self.known |= {fact.id: fact for fact in fresh}
        for view in self.service.views:
            table = self.tables.setdefault(view.name, {})
            table |= fold_rows(view, work_of(view, fresh), table)
        self.mark(facts)

    def mark(self, facts: Iterable[Fact]) -> None:
        for reaction in self.service.reactions:
            for fact in facts:
                wanted = reaction.on.get(type(fact.event))
                keys = wanted(fact, self) if wanted else ()
                self.marked |= {(reaction.name, key) for key in (keys.read(self) if isinstance(keys, EachRow) else keys)}

    def settle(self) -> None:
        """Take every marked decision, until none is left."""
        reactions = {reaction.name: reaction for reaction in self.service.reactions}
        while self.marked:
            name, key = min(self.marked)
            self.marked.discard((name, key))
            for do in reactions[name].decide(key, self):
                self.execute(do.aggregate, do.command)


def _matches(found: Any, wanted: Any) -> bool:
    match wanted:
        case Not():
            return found != wanted.value
        case Has():
            return wanted.value in (found or ())
    return found in (wanted if isinstance(wanted, list) else [wanted])


def heard(
    service: str, event: Any, subject: str, stream: str, version: int, recorded: datetime, *, effective: datetime | None = None
) -> Fact:
    """Another service's event as it arrives; effective when recorded, unless told."""
    type_ = f"merit.{service}.{type(event).__name__}.v1"
    id_ = event_id("mulyorejo", stream, version)
    return Fact(event, id_, type_, "mulyorejo", subject, stream, version, effective or recorded, recorded, "test", "test")
