"""A person's service in an agency: when it began, was interrupted, ended and began again; who was there on which day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from shared.kernel.dated import in_force, own_day
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period

T = TypeVar("T")
SUSPENDED = "suspended"
INTERRUPTIONS = (SUSPENDED, "unpaid-leave", "long-leave", "sick-leave", "maternity-leave", "study")
"""Kinds of interruption: pemberhentian sementara (PP 11/2017), cuti di luar tanggungan negara, cuti besar, cuti sakit, cuti melahirkan
(PP 11/2017 jo. PP 17/2020), tugas belajar."""

ENDS = ("retired", "resigned", "dismissed", "died", "contract-ended", "moved-agency")
"""Kinds of end: pensiun, atas permintaan sendiri, tidak atas permintaan sendiri, meninggal (PP 11/2017 art. 238–248), perjanjian kerja
berakhir (PP 49/2018), pindah instansi."""

EVENTS = ("EmployeeRegistered", "EmploymentEnded", "EmploymentEndRevoked", "ServiceInterrupted", "ServiceResumed", "RegistrationWithdrawn")
WITHDRAWN = "withdrawn"
"""How the service of somebody ended who was registered by mistake: on the day on which it would have begun."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Interruption:
    """From the day `since` to the day `until`, both inside it; None: open, nobody knows yet for how long."""

    kind: str
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Spell:
    """Service without a gap: from the day `since` to the day before `end`, which `how` names (one of `ENDS`)."""

    since: date
    end: date | None = None
    how: str | None = None
    interruptions: tuple[Interruption, ...] = ()

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Employment:
    """The spells in order. Folded with :meth:`after` from the events of personnel's stream of the person, in the order of the stream."""

    spells: tuple[Spell, ...] = ()

    @classmethod
    def of(cls, facts: Iterable[Fact[Any]]) -> Employment:
        """From facts of the person's one stream, in any order; facts that say nothing of service change nothing."""
        found = cls()
        for fact in sorted(facts, key=lambda one: one.version):
            found = found.after(fact.event)
        return found

    @classmethod
    def known(cls, knowledge: Knowledge, employee: str, models: Sequence[type]) -> Employment:
        """From what a service knows; `models`: its classes of the events that :meth:`after` reads."""
        return cls.of(fact for model in models for fact in knowledge.facts(model, employee))

    # --- what is said of it ---

    def after(self, event: Any) -> Employment:
        """With one more event of `EVENTS`, of any service's class of that name. Others change nothing."""
        said = said_by(event)
        return self if said is None else self._told(said)

    def _told(self, said: Said) -> Employment:
        since = said.since
        match said.what:
            case "EmployeeRegistered":
                return self._registered(since)
            case "EmploymentEnded":
                return self._with_last(lambda spell: replace(spell, end=since, how=said.kind))
            case "EmploymentEndRevoked":
                return self._with_last(lambda spell: replace(spell, end=None, how=None) if spell.end == since else spell)
            case "RegistrationWithdrawn":
                return Employment((Spell(since, since, WITHDRAWN),))
            case "ServiceInterrupted":
                return self._with(since, lambda spell: _interrupted(spell, Interruption(str(said.kind), since, said.until)))
        return self._with(since, lambda spell: _resumed(spell, since))

    def _registered(self, since: date) -> Employment:
        """A later word within a spell (a CPNS appointed as PNS) goes on with it; after an end it begins another."""
        if not self.spells or (self.spells[-1].end is not None and since >= self.spells[-1].end):
            return Employment((*self.spells, Spell(since)))
        return self

    def _with_last(self, change: Any) -> Employment:
        return Employment((*self.spells[:-1], change(self.spells[-1]))) if self.spells else self

    def _with(self, day: date, change: Any) -> Employment:
        """Changes the spell that the day lies in; an interruption belongs to the spell in which it began."""
        return Employment(tuple(change(spell) if spell.holds(day) else spell for spell in self.spells))

    # --- what may be asked ---

    @property
    def registered(self) -> bool:
        """Whether the person was registered, and not by mistake."""
        return bool(self.spells) and self.spells[-1].how != WITHDRAWN

    @property
    def began(self) -> date | None:
        """The first day of the first spell; None for somebody who was never registered."""
        return self.spells[0].since if self.spells else None

    def spell(self, day: date) -> Spell | None:
        """The spell that the day lies in."""
        return next((one for one in self.spells if one.holds(day)), None)

    def ended(self, day: date) -> Spell | None:
        """The spell that had ended last by the day, when the day lies in none after it."""
        over = [one for one in self.spells if one.end is not None and one.end <= day]
        return over[-1] if over and self.spell(day) is None else None

    def serving(self, day: date) -> bool:
        """Whether the day is one of service, interrupted or not."""
        return self.spell(day) is not None

    def reaches(self, since: date, day: date, across: Collection[str] = ()) -> bool:
        """Whether a post, a relation or a result from `since` on may still count on `day`: no new spell began after `since` and by `day`.

        An end breaks what held; registration after it does not mend that: post, line and rank are given anew. A revoked end broke nothing.
        Before the first spell nothing is broken. Whether `day` is one of service is another question (:meth:`serving`).
        `across`: kinds of end that break nothing.
        """
        return since <= day and not any(since < after.since <= day and before.how not in across for before, after in pairwise(self.spells))

    def in_force(
        self, entries: Iterable[T], day: date, since: Callable[[T], date] = own_day, across: Collection[str] = ()
    ) -> T | None:
        """As :func:`shared.kernel.dated.in_force`, of the entries that still count on the day (:meth:`reaches`)."""
        return in_force((entry for entry in entries if self.reaches(since(entry), day, across)), day, since)

    def out_of_office(self, day: date) -> str | None:
        """Why nothing is done in office on the day: ``ended``, or ``suspended`` (pemberhentian sementara); None else, also on leave."""
        if self.ended(day) is not None:
            return "ended"
        found = self.interruption(day)
        return SUSPENDED if found is not None and found.kind == SUSPENDED else None

    def interruption(self, day: date) -> Interruption | None:
        """The interruption that the day lies in, within service."""
        spell = self.spell(day)
        return next((one for one in spell.interruptions if one.holds(day)), None) if spell else None

    def present(self, day: date, without: Collection[str] = INTERRUPTIONS) -> bool:
        """Whether the day is one of service outside the interruptions of the kinds `without`."""
        spell = self.spell(day)
        return spell is not None and not any(one.kind in without and one.holds(day) for one in spell.interruptions)

    def days(self, period: Period, without: Collection[str] = ()) -> int:
        """How many calendar days of the period are days of service, those of interruptions of the kinds `without` left out."""
        return sum(self.present(period.start + _DAY * number, without) for number in range((period.end - period.start).days + 1))

    def last_day(self, period: Period, without: Collection[str] = ()) -> date | None:
        """The last such day of the period; None when there is none."""
        days = (period.end - _DAY * number for number in range((period.end - period.start).days + 1))
        return next((day for day in days if self.present(day, without)), None)

    def serves_in(self, period: Period, without: Collection[str] = ()) -> bool:
        """Whether at least one day of the period is one of service outside these kinds of interruption."""
        return self.last_day(period, without) is not None

    def months(self, period: Period, without: Collection[str] = ()) -> tuple[Period, ...]:
        """The months of the period with at least one such day."""
        return tuple(month for month in period.months if self.serves_in(month, without))

    # --- how a view keeps it ---

    @classmethod
    def read(cls, entries: Iterable[Mapping[str, Any]] | None) -> Employment:
        """From the entries that :func:`entered` keeps in a view's row."""
        found = cls()
        for one in entries or ():
            found = found._told(Said(one["what"], date.fromisoformat(one["since"]), one["kind"], _day(one["until"])))
        return found


def ends_of(knowledge: Knowledge, person: str, models: Sequence[type]) -> Employment:
    """The person's service as far as its ends matter, for :meth:`Employment.reaches` and :meth:`Employment.ended`.

    Of somebody who never left nothing more is read, and it is empty: nothing of his was ever broken. `models` as for
    :meth:`Employment.known`.
    """
    ended = [model for model in models if model.__name__ in ("EmploymentEnded", "RegistrationWithdrawn")]
    left = any(knowledge.facts(model, person) for model in ended)
    return Employment.known(knowledge, person, models) if left else Employment()


def stands_in(knowledge: Knowledge, person: str, since: date, day: date, models: Sequence[type]) -> bool:
    """Whether a relation to others that the person has had from `since` on counts on `day`: his service did not end in between."""
    ends = ends_of(knowledge, person, models)
    return ends.reaches(since, day) and ends.ended(day) is None


def has_left(knowledge: Knowledge, person: str, models: Sequence[type]) -> bool:
    """Whether somebody is out of service today; of whom nothing is known, not. `models` as for :meth:`Employment.known`."""
    return ends_of(knowledge, person, models).ended(knowledge.today) is not None


def out_of_office(knowledge: Knowledge, person: str, models: Sequence[type]) -> str | None:
    """As :meth:`Employment.out_of_office`, for today. Of somebody who never left and was never suspended nothing more is read."""
    life = ends_of(knowledge, person, models)
    interrupted = [model for model in models if model.__name__ == "ServiceInterrupted"]
    if any(fact.event.kind == SUSPENDED for model in interrupted for fact in knowledge.facts(model, person)):
        life = Employment.known(knowledge, person, models)
    return life.out_of_office(knowledge.today)


@dataclass(frozen=True)
class Said:
    """What one event says of service; `what` is the event's name."""

    what: str
    since: date
    kind: str | None
    until: date | None


def said_by(event: Any) -> Said | None:
    """None for an event that says nothing of service."""
    what = type(event).__name__
    return Said(what, event.since, getattr(event, "kind", None), getattr(event, "until", None)) if what in EVENTS else None


def entered(entries: Sequence[Mapping[str, Any]] | None, fact: Fact[Any]) -> list[dict[str, Any]]:
    """A row's entries with the fact among them, in the order of the stream, each once: events of two classes may arrive in any order."""
    said = said_by(fact.event)
    if said is None:
        return [dict(one) for one in entries or ()]
    until = None if said.until is None else said.until.isoformat()
    entry = {"version": fact.version, "what": said.what, "since": said.since.isoformat(), "kind": said.kind, "until": until}
    others = [dict(one) for one in entries or () if one["version"] != fact.version]
    return sorted([*others, entry], key=lambda one: one["version"])


def _interrupted(spell: Spell, wished: Interruption) -> Spell:
    """A later word for the same kind and first day corrects the last day."""
    kept = [one for one in spell.interruptions if (one.kind, one.since) != (wished.kind, wished.since)]
    return replace(spell, interruptions=tuple(sorted((*kept, wished), key=lambda one: one.since)))


def _resumed(spell: Spell, since: date) -> Spell:
    """Whatever held on the day ends the day before it; what would have begun on the day itself never was."""
    kept = (replace(one, until=since - _DAY) if one.holds(since) else one for one in spell.interruptions)
    return replace(spell, interruptions=tuple(one for one in kept if one.until is None or one.since <= one.until))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
