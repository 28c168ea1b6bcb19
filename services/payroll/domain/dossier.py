"""What decides one person's allowances: the facts that the rules read, as they are known today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

from services.payroll.events import RuleSetPublished
from services.payroll.heard import LIFE
from shared.events.calendar import CALENDAR_EVENTS
from shared.kernel.calendar import Calendar, Zone
from shared.kernel.employment import Employment
from shared.kernel.facts import Fact

E = TypeVar("E")
T = TypeVar("T")


class UndeclaredRead(LookupError):
    """A rule asked for facts that it does not declare: they might not be read, and would not have its months decided anew."""


@dataclass(frozen=True)
class Dossier:
    """The facts about one person by their class, those that stand, in any order and repetition; and what holds for everybody.

    The agency's published `rule_sets`, its day `today` and its `zone`; its `working_days`, where parts of a month are counted in them.
    `readable`: the classes that its reader declares; None: all (:meth:`seen_by`).
    """

    employee: str
    known: Mapping[type, Sequence[Fact]] = field(default_factory=dict)
    rule_sets: Sequence[Fact[RuleSetPublished]] = ()
    working_days: Calendar = field(default_factory=Calendar)
    today: date | None = None
    zone: Zone = Zone()
    readable: frozenset[type] | None = None
    whole: Dossier | None = field(default=None, repr=False, compare=False)

    def seen_by(self, reader: str, models: frozenset[type]) -> Dossier:
        """The same, for a rule that reads these classes and no others."""
        found = self._views.get(reader)
        if found is None:
            # A copy of all but what was made of it, and not by naming each field: there is one for each rule and person.
            found = self._views[reader] = object.__new__(Dossier)
            found.__dict__.update(self.__dict__, readable=models, whole=self, _kept={})
        return found

    def once(self, make: Callable[[Dossier], T]) -> T:
        """What `make` makes of the dossier as its reader sees it, for all months."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return self._kept[make]

    def facts(self, model: type[E]) -> Sequence[Fact[E]]:
        """The facts of one class, lowest rank first. Raises UndeclaredRead to a rule that does not declare the class."""
        if self.readable is not None and model not in self.readable:
            self._must_read(model)
        return self.known.get(model, ())

    def all(self, models: Iterable[type]) -> Sequence[Fact[Any]]:
        """The facts of these classes, one class after the other."""
        return [fact for model in models for fact in self.facts(model)]

    def everything(self) -> Iterable[Fact]:
        """Every fact that may be the cause of a difference."""
        return chain(self.rule_sets, *self.known.values())

    @property
    def calendar(self) -> Calendar:
        if self.readable is not None:
            self._must_read(*CALENDAR_EVENTS)
        return self.working_days

    @property
    def employment(self) -> Employment:
        """The person's service."""
        if self.readable is not None:
            self._must_read(*LIFE)
        return (self.whole or self)._folded

    @cached_property
    def _folded(self) -> Employment:
        """Once for all months and rules."""
        return Employment.of(self.all(LIFE))

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _views(self) -> dict[str, Dossier]:
        return {}

    def _must_read(self, *models: type) -> None:
        if not self.readable.issuperset(models):
            missing = ", ".join(model.__name__ for model in models if model not in self.readable)
            raise UndeclaredRead(f"expected a class of facts that the rule declares in `reads`, found {missing}; declare it there")
