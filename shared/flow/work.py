"""What a part of a job is given: one transaction of one agency, everything that the service knows in it, and a way to act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.flow import decisions
from shared.flow.ahead import KnowledgeAhead
from shared.flow.declared import Reads
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import Flowing
from shared.kernel.decider import Aggregate
from shared.kernel.facts import Knowledge
from shared.store import commands, texts
from shared.store.commands import Appended, Meta
from shared.store.database import Transaction
from shared.store.texts import TextRef
from shared.views import reading
from shared.views.view import View


@dataclass
class Work:
    """`appended` counts the events that the transaction will append."""

    tx: Transaction
    service: Flowing
    meta: Meta
    knowledge: Knowledge = field(init=False)
    appended: int = 0

    def __post_init__(self) -> None:
        self.knowledge = StoreKnowledge(self.tx, self.service)

    @property
    def today(self) -> date:
        """The calendar day where the agency is."""
        return self.knowledge.today

    def execute(self, aggregate: Aggregate, command: Any) -> Appended:
        """Decide, and append with the commit. Raises Refused."""
        done = commands.execute(self.tx, self.service.events, aggregate, command, self.meta)
        self.appended += len(done.events)
        return done

    @contextmanager
    def reading_ahead(self, reads: Reads, keys: Sequence[str]) -> Iterator[None]:
        """Within, `knowledge` has read the subjects of all keys, and holds what they hold, in a handful of statements."""
        before, self.knowledge = self.knowledge, KnowledgeAhead(self.tx, self.service, reads, keys)
        try:
            yield
        finally:
            self.knowledge, self.tx.ahead = before, None

    def keys(self, view: View, *, after: str = "", most: int | None = None, **equal: Any) -> list[str]:
        """The next keys of a view's rows whose columns equal these values, in the view's order."""
        return reading.keys(self.tx, view, equal, after=after, most=most)

    def unsettled(self, reaction: str, keys: Iterable[str]) -> frozenset[str]:
        """The keys of decisions of which something is still to come (:func:`shared.flow.decisions.unsettled`)."""
        return decisions.unsettled(self.tx, reaction, keys)

    def text(self, body: str) -> TextRef:
        """Keep what somebody wrote; an event carries only the reference."""
        return texts.save(self.tx, body)
