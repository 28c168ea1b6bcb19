"""Knowledge for many decisions at once: what each reads of its subject is read together, and the rest once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.flow import facts
from shared.flow.declared import Reads
from shared.flow.knowledge import StoreKnowledge, base_of
from shared.flow.source import Flowing, fact_of, facts_of
from shared.kernel.facts import Fact
from shared.kernel.rules import RuleBook
from shared.store import log
from shared.store.database import Transaction
from shared.views.view import View


class KnowledgeAhead(StoreKnowledge):
    """One moment of the agency for the keys of a batch: what they hold is held first, then everything about their subjects is read.

    A read of something else is answered once. Holding or sharing a name that the batch does not hold forgets these answers, for what was
    said before the wait may be old.
    """

    def __init__(self, tx: Transaction, service: Flowing, reads: Reads, keys: Sequence[str]) -> None:
        super().__init__(tx, service)
        self._held = frozenset(reads.holds(key) for key in keys) if reads.holds else frozenset()
        self._subjects = frozenset(map(reads.subject, keys))
        self._answers: dict[Any, Any] = {}
        self._pending: dict[str, tuple[int, dict[type, list[Fact]]]] = {}
        if self._held:
            tx.execute(
                "select pg_advisory_xact_lock(hashtextextended(name, 3)) from (select unnest(%s) collate \"C\" as name order by 1) names",
                (sorted(map(self._hold_name, self._held)),),
            )
        heard = [service.heard.of(model) for model in reads.heard]
        self._heard_types = frozenset(one.model for one in heard)
        self._read = self._read_ahead([f"{base_of(one)}.v{version}" for one in heard for version in range(1, one.version + 1)])

    def _read_ahead(self, types: Sequence[str]) -> Mapping[tuple[str, type], list[Fact]]:
        subjects = sorted(self._subjects)
        log.read_ahead(self._tx, subjects)
        found: dict[tuple[str, type], list[Fact]] = {}
        for fact in facts_of(self._service, self.agency, (*self._tx.ahead.rows, *facts.rows_about(self._tx, subjects, types))):
            found.setdefault((fact.subject, type(fact.event)), []).append(fact)
        for competing in found.values():
            if len(competing) > 1:
                competing.sort(key=lambda fact: fact.rank)
        return found

    def facts(self, model: type, subject: str) -> Sequence[Fact]:
        own = model in self._service.events.models
        if subject not in self._subjects or not (own or model in self._heard_types):
            return self._elsewhere(model, subject)
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

    def _elsewhere(self, model: type, subject: str) -> Sequence[Fact]:
        if self._tx.pending_about.get(subject):
            return super().facts(model, subject)
        return self._once(("facts", model, subject), lambda: super(KnowledgeAhead, self).facts(model, subject))

    def hold(self, name: str) -> None:
        if name not in self._held:
            super().hold(name)
            self._answers.clear()

    def share(self, name: str) -> None:
        if name not in self._held:
            super().share(name)
            self._answers.clear()

    def row(self, view: View, key: str) -> Mapping[str, Any] | None:
        return self._once(("row", view.name, key), lambda: super(KnowledgeAhead, self).row(view, key))

    def rows(self, view: View, **equal: Any) -> Sequence[Mapping[str, Any]]:
        return self._once(("rows", view.name, repr(equal)), lambda: super(KnowledgeAhead, self).rows(view, **equal))

    def stream(self, name: str) -> Sequence[Fact]:
        if self._tx.pending.get(name):
            return super().stream(name)
        return self._once(("stream", name), lambda: super(KnowledgeAhead, self).stream(name))

    def _book(self, kind: str) -> RuleBook:
        return self._once(("book", kind), lambda: super(KnowledgeAhead, self)._book(kind))

    def _once(self, what: Any, read: Callable[[], Any]) -> Any:
        if what not in self._answers:
            self._answers[what] = read()
        return self._answers[what]
