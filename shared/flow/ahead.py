"""Knowledge for many decisions at once: what each reads of its subject is read together, and the rest once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from shared.flow import facts
from shared.flow.declared import Reads
from shared.flow.knowledge import base_of
from shared.flow.once import KnowledgeOnce
from shared.flow.source import Flowing, fact_of, facts_of
from shared.kernel.facts import Fact
from shared.store import log
from shared.store.database import Transaction

M = TypeVar("M")


class KnowledgeAhead(KnowledgeOnce):
    """One moment of the agency for the keys of a batch: what they hold is held first, then everything about their subjects is read.

    A read of something else is answered once, and forgotten when a name is held or shared that the batch does not hold.
    """

    def __init__(self, tx: Transaction, service: Flowing, reads: Reads, keys: Sequence[str]) -> None:
        super().__init__(tx, service)
        self._held = frozenset(reads.holds(key) for key in keys) if reads.holds else frozenset()
        self._subjects = frozenset(map(reads.subject, keys)) if reads.subject else frozenset()
        self._pending: dict[str, tuple[int, dict[type, list[Fact]]]] = {}
        if self._held:
            tx.execute(
                "select pg_advisory_xact_lock(hashtextextended(name, 3)) from (select unnest(%s) collate \"C\" as name order by 1) names",
                (sorted(map(self._hold_name, self._held)),),
            )
        heard = [service.heard.of(model) for model in reads.heard]
        self._heard_types = frozenset(one.model for one in heard)
        log.read_ahead(tx, sorted(self._subjects), sorted({name for key in keys for name in reads.streams(key)}))
        self._read = self._about([f"{base_of(one)}.v{version}" for one in heard for version in range(1, one.version + 1)])

    def _about(self, types: Sequence[str]) -> Mapping[tuple[str, type], list[Fact]]:
        """The facts about the subjects: own ones, which were read, and heard ones of these types."""
        heard = facts.rows_about(self._tx, sorted(self._subjects), types, self._service.heard.told) if types and self._subjects else ()
        found: dict[tuple[str, type], list[Fact]] = {}
        for fact in facts_of(self._service, self.agency, (*self._tx.ahead.about(self._subjects), *heard)):
            found.setdefault((fact.subject, type(fact.event)), []).append(fact)
        for competing in found.values():
            if len(competing) > 1:
                competing.sort(key=lambda fact: fact.rank)
        return found

    def facts(self, model: type, subject: str) -> Sequence[Fact]:
        own = model in self._service.events.models
        if subject not in self._subjects or not (own or model in self._heard_types):
            return super().facts(model, subject)
        read = self._read.get((subject, model), ())
        made = self._made(subject).get(model) if own else None
        return sorted((*read, *made), key=lambda fact: fact.rank) if made else read

    def _made(self, subject: str) -> Mapping[type, list[Fact]]:
        """What the transaction will append about the subject, by class; each event is read once."""
        pending = self._tx.pending_about.get(subject, ())
        known, by_class = self._pending.get(subject, (0, {}))
        for envelope in pending[known:]:
            fact = fact_of(self._service, envelope)
            if fact is not None:
                by_class.setdefault(type(fact.event), []).append(fact)
        self._pending[subject] = (len(pending), by_class)
        return by_class

    def made(self, make: Callable[..., M], *given: Any) -> M:
        return self._once((make, *given), lambda: make(self, *given))

    def hold(self, name: str) -> None:
        if name not in self._held:
            super().hold(name)
            self._forget_ahead()

    def share(self, name: str) -> None:
        if name not in self._held:
            super().share(name)
            self._forget_ahead()

    def _forget_ahead(self) -> None:
        """What was read before the wait may be old, so that from here on each question is asked by itself."""
        self._subjects, self._tx.ahead = frozenset(), None
