"""What acts: one transaction of one agency, everything that the service knows in it, and a way to execute commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.events.envelope import Envelope
from shared.flow import decisions
from shared.flow.ahead import KnowledgeAhead
from shared.flow.declared import Reads
from shared.flow.source import Flowing
from shared.kernel.calendar import Calendar
from shared.kernel.decider import Aggregate, Ids, State
from shared.kernel.facts import Knowledge
from shared.store import commands, texts
from shared.store.commands import Appended, Meta
from shared.store.database import Transaction
from shared.store.texts import TextRef
from shared.views import reading
from shared.views.view import Row, View


@dataclass
class Work:
    """A part of a job, or a request (``RequestWork``). It may be done again, so nothing has an effect but through this object.

    `appended` counts the events that the transaction will append, and `made` notes them, for those who must name them; `last`: what the
    last command appended.
    """

    tx: Transaction
    service: Flowing
    meta: Meta
    knowledge: Knowledge
    appended: int = 0
    made: list[Envelope] | None = None
    last: Appended | None = None

    @property
    def now(self) -> datetime:
        return self.tx.now

    @property
    def calendar(self) -> Calendar:
        """The agency's, as it is known now."""
        return self.knowledge.calendar

    @property
    def today(self) -> date:
        """The calendar day where the agency is."""
        return self.knowledge.today

    def execute(self, aggregate: Aggregate[..., State], command: Any, expected: int | None = None) -> Appended[State]:
        """Decide, and append with the commit. `expected`: the version that the stream must have. Raises Refused, Conflict."""
        self.last = commands.execute(self.tx, self.service.events, aggregate, command, self.meta, expected)
        self.appended += len(self.last.events)
        if self.made is not None:
            self.made += self.last.events
        return self.last

    def loaded(self, aggregate: Aggregate[Ids, State], *ids: Ids.args, **named: Ids.kwargs) -> tuple[State, int]:
        """The state and the version of the stream that these ids name: ``work.loaded(PLAN, "m1", "2026")``."""
        return commands.load(self.tx, self.service.events, aggregate, aggregate.stream(*ids, **named))

    def state(self, aggregate: Aggregate[Ids, State], *ids: Ids.args, **named: Ids.kwargs) -> State:
        """As :meth:`loaded`, without the version. After a command the state is at hand: ``execute(…).state``."""
        return self.loaded(aggregate, *ids, **named)[0]

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

    def rows(self, view: View, *, after: str = "", most: int | None = None, **equal: Any) -> list[Row]:
        """As :meth:`keys`, the rows themselves."""
        return reading.rows(self.tx, view, equal, after=after, most=most)

    def count(self, view: View, **equal: Any) -> int:
        """How many rows of a view have columns that equal these values."""
        return reading.count(self.tx, view, equal)

    def unsettled(self, reaction: str, keys: Iterable[str]) -> frozenset[str]:
        """The keys of decisions of which something is still to come (:func:`shared.flow.decisions.unsettled`)."""
        return decisions.unsettled(self.tx, reaction, keys)

    def text(self, body: str) -> TextRef:
        """Keep what somebody wrote; an event carries only the reference."""
        return texts.save(self.tx, body)

    def read_text(self, id_: str) -> str | None:
        """What was written, or None once it has been erased."""
        return texts.read(self.tx, id_)
