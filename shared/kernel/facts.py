"""A fact: one event as a service knows it, with what its envelope says, and what a decision may ask of all facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from shared.kernel.calendar import Calendar, Zone
from shared.kernel.rules import RuleSet

E = TypeVar("E")
M = TypeVar("M")


class Fact(Struct, Generic[E], frozen=True, gc=False):
    """`event` is the typed data; `effective` is when it holds, `recorded` when it was learned (both aware, UTC).

    No search for garbage looks into facts: nothing that they hold refers back to them, and a batch has tens of thousands.
    """

    event: E
    id: str
    type: str
    agency: str
    subject: str
    stream: str
    version: int
    effective: datetime
    recorded: datetime
    actor: str
    correlation: str
    hops: int = 0

    @property
    def rank(self) -> tuple[datetime, str, str, int]:
        """Where facts compete the highest rank wins, never arrival: (effective, source, stream, version)."""
        return (self.effective, self.type.split(".")[1], self.stream, self.version)


class Knowledge(Protocol):
    """What a service knows of one agency at this moment. Every read sees the latest committed state."""

    agency: str
    now: datetime

    @property
    def zone(self) -> Zone:
        """Where the agency is: enough to know the day of a moment, and read from nowhere."""

    @property
    def calendar(self) -> Calendar:
        """The agency's working days, as they are known now: a read of its own, for terms that count them."""

    @property
    def today(self) -> date:
        """The day of `now` where the agency is: by it rules are found and days compared, never by the day in UTC."""

    def facts(self, model: type[E], subject: str) -> Sequence[Fact[E]]:
        """Heard or own events of this class about `subject`, lowest rank first."""

    def stream(self, name: str) -> Sequence[Fact[Any]]:
        """An own stream from its beginning."""

    def row(self, view: Any, key: str) -> Mapping[str, Any] | None:
        """A view's row, or None."""

    def rows(self, view: Any, **equal: Any) -> Sequence[Mapping[str, Any]]:
        """A view's rows whose columns equal these values, ordered by key."""

    def rules(self, kind: str, day: date) -> RuleSet:
        """The own rule set of `kind` in force on `day`: the agency's, else the national default. Refused when there is none."""

    def hold(self, name: str) -> None:
        """Until this transaction ends nobody else in the agency who holds `name` goes on. Hold several names in sorted order."""

    def share(self, name: str) -> None:
        """Until this transaction ends nobody in the agency holds `name`; others may share it meanwhile."""

    def rule_sets(self, kind: str) -> Sequence[RuleSet]:
        """Every published version of `kind`, national defaults included."""

    def about(self, subjects: Collection[str], models: Sequence[type]) -> Knowledge:
        """The same knowledge, for a decision about many: facts of these classes about these subjects are read together, at once.

        Give some hundreds of subjects at a time: what was read is let go with the knowledge that is given back.
        """

    def made(self, make: Callable[..., M], *given: Any) -> M:
        """``make(knowledge, *given)``: what is made of what holds for everybody, such as the rules; once for all decisions of a batch.

        It must rest on nothing that these decisions append themselves.
        """
