"""What a rule of the allowance is: one object that declares what it reads, and says what it gives for a month and how it explains that.

What is read of a person, what has his months decided anew and which months are known follow from the rules' declarations
(:mod:`services.payroll.domain.rules`); a rule that asks for something else raises :class:`UndeclaredRead`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import cached_property
from typing import Any

from services.payroll.domain.allowance import Portion, lines_of
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.presence import Stretch, portions
from services.payroll.domain.scheme import Scheme
from services.payroll.events import Line, Missing
from services.payroll.heard import PositionAssigned
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.settings import Settings

Step = dict[str, Any]
"""One step of an explanation (:mod:`services.payroll.domain.steps`)."""


def _nothing(event: Any) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Undone:
    """Facts that take others back: whether the fact `by` takes `fact` back is `takes(by, fact)`."""

    by: type
    takes: Callable[[Fact, Fact], bool]


@dataclass(frozen=True)
class Input:
    """One class of facts that a rule reads: about the person, or about the agency.

    `marks`: the months that such a fact may change; None: any of the person's, since a later month without its own may rest on it.
    `knows`: the months that are decided because such a fact is known; others are decided once a run came by them.
    `undone`: what takes such facts back: the rule does not see those.
    `where`: of facts about the agency, whether they bear on pay, by the rule sets that it published; None: a fact about the person.
    """

    model: type
    marks: Callable[[Any], Iterable[str]] | None = None
    knows: Callable[[Any], Iterable[str]] = _nothing
    undone: Undone | None = None
    where: Callable[[Sequence[Fact]], bool] | None = None

    @classmethod
    def of_month(cls, model: type, months: Callable[[Any], Iterable[str]]) -> Input:
        """A fact that belongs to these months and can change no other."""
        return cls(model, months, months)


class Chapter(IntEnum):
    """Where in the explanation a rule's steps stand; within a chapter in the rules' order."""

    DAYS = 1
    MONTH = 2
    APPRAISAL = 3


@dataclass(frozen=True)
class Finding:
    """What a rule finds in a month.

    `percent`: for components that use the rule's factor. `lines`: its own, after the components and the lines of the rules before it.
    `missing`: the month is held for it. `grounds`: the facts that it rests on. `said`: fields of the Entitlement that the rule fills.
    `provisional`: it counts only while the month runs.
    """

    percent: Any = None
    lines: tuple[Line, ...] = ()
    missing: tuple[Missing, ...] = ()
    grounds: tuple[Fact, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    provisional: bool = False


NOTHING = Finding()


@dataclass(frozen=True)
class Days:
    """The month's days. `last`: the post at its end; `paid`: the stretches with a post on which anything is paid."""

    found: tuple[Stretch, ...]
    last: Fact[PositionAssigned] | None
    paid: tuple[Stretch, ...]


class Gathered:
    """What the rules found so far, in their order."""

    def __init__(self) -> None:
        self.percents: dict[str, Any] = {}
        self.lines: list[Line] = []
        self.missing: list[Missing] = []
        self.grounds: list[Fact] = []
        self.said: dict[str, Any] = {}
        self.provisional = False

    def add(self, rule: Rule, finding: Finding) -> None:
        if finding.percent is not None:
            self.percents[rule.factor] = finding.percent
        self.lines += finding.lines
        self.missing += finding.missing
        self.grounds += finding.grounds
        self.said |= finding.said
        self.provisional = self.provisional or finding.provisional


class Case:
    """One person's month while the rules work on it: under `scheme`, on `days`, with what the rules before found (`gathered`)."""

    def __init__(self, month: Period, scheme: Scheme, days: Days, today: date | None) -> None:
        self.month, self.scheme, self.days = month, scheme, days
        self.early = scheme.early is not None and scheme.early.holds(month, today)
        self.gathered = Gathered()

    @property
    def paid(self) -> tuple[Stretch, ...]:
        return self.days.paid

    @cached_property
    def portions(self) -> tuple[Portion, ...]:
        """What is paid of the month; nothing while something is missing."""
        return () if self.gathered.missing else portions(self.days.found, self.scheme)

    @cached_property
    def components(self) -> tuple[Line, ...]:
        """The components' lines, by the factors of the rules before; nothing while something is missing."""
        if self.gathered.missing or not self.paid:
            return ()
        return lines_of(self.portions, self.scheme.components, self.gathered.percents, self.scheme.rest)


@dataclass(frozen=True)
class Told:
    """What a rule explains: a month, what was found of it (an Entitlement or Held), and the rules in force, None without any."""

    month: Period
    finding: Any
    scheme: Scheme | None
    entitled: bool


@dataclass(frozen=True)
class Rule:
    """`find` says what the month gives by this rule, `explain` the steps that tell it; both see of the dossier what is in `reads`.

    `factor`: the name by which a component uses the percentage that the rule finds; `factor_rule` says in the line where it comes from.
    `without_days`: the rule gives something also in a month of which no day is paid. `lines`: the names of its own lines, which no rule
    set may give to others. `settings`: reads the settings that are the rule's own, as ``scheme.own[name]``.
    """

    name: str
    reads: tuple[Input, ...]
    find: Callable[[Case, Dossier], Finding]
    explain: Callable[[Told, Dossier], Iterable[Step]]
    chapter: Chapter = Chapter.MONTH
    factor: str | None = None
    factor_rule: str = ""
    without_days: bool = False
    lines: tuple[str, ...] = ()
    settings: Callable[[Settings], Any] | None = None

    @cached_property
    def models(self) -> frozenset[type]:
        return frozenset(each.model for each in self.reads)

    def of(self, dossier: Dossier) -> Dossier:
        """The dossier as far as the rule reads it."""
        return dossier.seen_by(self.name, self.models)


class Rules:
    """Rules in their order, and what follows from their declarations. ``Rules(*RULES, another)`` has one more.

    `inputs`: what they read, each declaration once; `heard`: the classes of facts about a person among these. `always`: the rules that
    give something also in a month of which no day is paid. `undone`: classes of facts, and what takes them back.
    `factors`: their names with what a line says of them; `lines`: names of lines that the rules give.
    """

    def __init__(self, *rules: Rule) -> None:
        self._rules = rules
        self.inputs = tuple(dict.fromkeys(each for rule in rules for each in rule.reads))
        self.heard = tuple(dict.fromkeys(each.model for each in self.inputs if each.where is None))
        self.always = tuple(rule for rule in rules if rule.without_days)
        self.undone = tuple((each.model, each.undone) for each in self.inputs if each.undone is not None)
        self.factors = {rule.factor: rule.factor_rule for rule in rules if rule.factor is not None}
        self.lines = tuple(name for rule in rules for name in rule.lines)
        self._knowing = tuple(each for each in self.inputs if each.knows is not _nothing)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def known_months(self, dossier: Dossier) -> frozenset[str]:
        """The months of which something is known that belongs to the month itself: these are calculated, and those a run came by."""
        return frozenset(month for each in self._knowing for fact in dossier.facts(each.model) for month in each.knows(fact.event))
