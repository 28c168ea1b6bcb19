"""Knowledge that answers each question once in its transaction, and reads together what is asked together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from typing import Any

from shared.flow import facts
from shared.flow.knowledge import StoreKnowledge, base_of
from shared.flow.source import Flowing, fact_of, facts_of
from shared.kernel.facts import Fact
from shared.kernel.rules import RuleBook
from shared.store import log
from shared.store.database import Transaction
from shared.views.view import View


class KnowledgeOnce(StoreKnowledge):
    """For a request, a part of a job, or a decision: whatever asks, the same question costs one statement.

    Classes that the service declares as read ``together`` are read in one statement, whichever of them is asked first. What the transaction
    appends is seen all the same. Holding or sharing a name forgets the answers, for what was said before the wait may be old.
    """

    def __init__(self, tx: Transaction, service: Flowing) -> None:
        super().__init__(tx, service)
        self._answers: dict[Any, Any] = {}

    def facts(self, model: type, subject: str) -> Sequence[Fact]:
        own = model in self._service.events.models
        if own and self._tx.pending_about.get(subject):
            return super().facts(model, subject)
        models = self._asked(model)
        return self._once(("facts", models, subject), lambda: self._read_facts(models, subject, own)).get(model, ())

    def _read_facts(self, models: Sequence[type], subject: str, own: bool) -> Mapping[type, Sequence[Fact]]:
        """Own or heard facts of these classes about the subject, by class."""
        types = self._types(models)
        if own:
            read = (fact_of(self._service, one) for one in log.read_subject(self._tx, subject, types=types))
        else:
            read = facts_of(self._service, self.agency, facts.rows_about(self._tx, [subject], types, self._service.heard.told))
        found: dict[type, list[Fact]] = {}
        for fact in read:
            if fact is not None:
                found.setdefault(type(fact.event), []).append(fact)
        return {model: tuple(sorted(each, key=lambda fact: fact.rank)) for model, each in found.items()}

    def about(self, subjects: Collection[str], models: Sequence[type]) -> KnowledgeOnce:
        own = [model for model in models if model in self._service.events.models]
        read: dict[Any, dict[type, list[Fact]]] = {("facts", self._asked(model), one): {} for model in models for one in subjects}
        rows: list[Any] = []
        if own and subjects:
            rows += log.rows_about(self._tx, subjects, self._types([each for model in own for each in self._asked(model)]))
        if len(own) < len(models) and subjects:
            types = self._types([each for model in models if model not in own for each in self._asked(model)])
            rows += facts.rows_about(self._tx, sorted(subjects), types, self._service.heard.told)
        for fact in facts_of(self._service, self.agency, rows):
            read["facts", self._asked(type(fact.event)), fact.subject].setdefault(type(fact.event), []).append(fact)
        ordered = {
            asked: {model: tuple(sorted(each, key=lambda fact: fact.rank)) for model, each in found.items()}
            for asked, found in read.items()
        }
        known = copy(self)
        known._answers = {**self._answers, **ordered}
        return known

    def _asked(self, model: type) -> Sequence[type]:
        """The classes that are read with this one."""
        return next((each for each in self._service.together if model in each), (model,))

    def _types(self, models: Sequence[type]) -> list[str]:
        declared = [(self._service.events if model in self._service.events.models else self._service.heard).of(model) for model in models]
        return [f"{base_of(one)}.v{version}" for one in declared for version in range(1, one.version + 1)]

    def stream(self, name: str) -> Sequence[Fact]:
        if self._tx.pending.get(name):
            return super().stream(name)
        return self._once(("stream", name), lambda: tuple(super(KnowledgeOnce, self).stream(name)))

    def row(self, view: View, key: str) -> Mapping[str, Any] | None:
        return self._once(("row", view.name, key), lambda: super(KnowledgeOnce, self).row(view, key))

    def rows(self, view: View, **equal: Any) -> Sequence[Mapping[str, Any]]:
        return self._once(("rows", view.name, repr(equal)), lambda: tuple(super(KnowledgeOnce, self).rows(view, **equal)))

    def hold(self, name: str) -> None:
        super().hold(name)
        self._answers.clear()

    def share(self, name: str) -> None:
        super().share(name)
        self._answers.clear()

    def _book(self, kind: str) -> RuleBook:
        if self._tx.pending.get(self._rules_stream(kind)):
            return super()._book(kind)
        return self._once(("book", kind), lambda: super(KnowledgeOnce, self)._book(kind))

    def _once(self, what: Any, read: Callable[[], Any]) -> Any:
        if what not in self._answers:
            self._answers[what] = read()
        return self._answers[what]
