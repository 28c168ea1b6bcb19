"""Knowledge over a service's own database: its events, the facts that it heard, its views and its rule sets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from shared.events.registry import EventType
from shared.events.rule_set import rule_sets_of, stream_of
from shared.flow import facts
from shared.flow.source import Flowing, fact_of
from shared.kernel.calendar import Calendar, Zone
from shared.kernel.facts import Fact
from shared.kernel.rules import RuleBook, RuleSet
from shared.store import log
from shared.store.database import Transaction
from shared.views import reading
from shared.views.calendar import CALENDAR, calendar_of
from shared.views.view import View

M = TypeVar("M")


def base_of(declared: EventType) -> str:
    """The type without its version, ``merit.appraisal.TargetSet``."""
    return f"merit.{declared.service}.{declared.name}"


class StoreKnowledge:
    """Reads in one transaction of one agency: every read sees what was committed by then, and the transaction's own events."""

    def __init__(self, tx: Transaction, service: Flowing) -> None:
        self._tx, self._service = tx, service
        self.agency, self.now = tx.agency, tx.now
        self._calendar: Calendar | None = None

    @property
    def calendar(self) -> Calendar:
        """Read once, when it is first asked for: who only needs the day or the zone pays nothing."""
        if self._calendar is None:
            folded = CALENDAR in self._service.views
            self._calendar = calendar_of(self.zone.zone, reading.rows(self._tx, CALENDAR, {}) if folded else ())
        return self._calendar

    @property
    def zone(self) -> Zone:
        return self._tx.zone

    @property
    def today(self) -> date:
        return self.zone.local_date(self.now)

    def facts(self, model: type, subject: str) -> Sequence[Fact]:
        """Own or heard events of this class about the subject, lowest rank first."""
        own = self._service.events.models.get(model)
        if own is not None:
            envelopes = log.read_subject(self._tx, subject, base=base_of(own))
        else:
            envelopes = facts.about(self._tx, subject, base_of(self._service.heard.of(model)), self._service.heard.told)
        found = (fact_of(self._service, one) for one in envelopes)
        return sorted((fact for fact in found if fact is not None), key=lambda fact: fact.rank)

    def stream(self, name: str) -> Sequence[Fact]:
        found = (fact_of(self._service, one) for one in log.read_stream(self._tx, name))
        return [fact for fact in found if fact is not None]

    def row(self, view: View, key: str) -> Mapping[str, Any] | None:
        return reading.row(self._tx, view, key)

    def rows(self, view: View, **equal: Any) -> Sequence[Mapping[str, Any]]:
        return reading.rows(self._tx, view, equal)

    def hold(self, name: str) -> None:
        self._tx.execute("select pg_advisory_xact_lock(hashtextextended(%s, 3))", (self._hold_name(name),))
        log.forget_streams(self._tx)

    def share(self, name: str) -> None:
        self._tx.execute("select pg_advisory_xact_lock_shared(hashtextextended(%s, 3))", (self._hold_name(name),))
        log.forget_streams(self._tx)

    def _hold_name(self, name: str) -> str:
        return f"hold/{self._service.name}/{self.agency}/{name}"

    def _rules_stream(self, kind: str) -> str:
        return stream_of(self._service.name, kind)

    def _book(self, kind: str) -> RuleBook:
        published = self.stream(self._rules_stream(kind))
        return RuleBook(self._service.defaults, rule_sets_of(fact.event for fact in published))

    def rule_sets(self, kind: str) -> Sequence[RuleSet]:
        return self._book(kind).of(kind)

    def about(self, subjects: Collection[str], models: Sequence[type]) -> StoreKnowledge:
        return self

    def made(self, make: Callable[..., M], *given: Any) -> M:
        return make(self, *given)

    def rules(self, kind: str, day: date) -> RuleSet:
        return self._book(kind).in_force(kind, day)
