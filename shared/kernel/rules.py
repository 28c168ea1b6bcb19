"""Rules are dated data: a rule set holds from a day on, names its legal sources, and a book finds the one in force.

The agency's own set wins over a national default, the later first day over the earlier, then the higher version:

    RuleBook(defaults, own).in_force("tpp", date(2026, 4, 1)).settings
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from shared.kernel.dated import in_force
from shared.kernel.refusal import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class RuleSet:
    """`settings` are plain JSON values, checked by the service when the set is published."""

    kind: str
    id: str
    version: int
    since: date
    sources: tuple[str, ...]
    settings: Mapping[str, Any]
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, read: Callable[[RuleSet], T]) -> T:
        """What `read` makes of the set, made once and then kept with it: a set never changes."""
        if read not in self._made:
            self._made[read] = read(self)
        return self._made[read]

    @property
    def name(self) -> str:
        """``mulyorejo-tpp@2``: how a result cites the set it came from."""
        return f"{self.id}@{self.version}"


def rules_in_force(sets: Iterable[RuleSet], kind: str, day: date) -> RuleSet:
    """The set of `kind` that began last on or before `day`; of those from one day the highest version. Refused when there is none."""
    rules = in_force(sorted((one for one in sets if one.kind == kind), key=lambda one: one.version), day)
    if rules is None:
        raise Refused(
            "no-rule-set",
            expected=f"a published rule set of kind {kind} in force on {day}",
            found="none",
            remedy="publish one with a date on or before that day",
        )
    return rules


@dataclass(frozen=True)
class RuleBook:
    """All rule sets of one agency and service: the national `defaults`, and the agency's `own`, in the order of publication."""

    defaults: tuple[RuleSet, ...]
    own: tuple[RuleSet, ...]

    def of(self, kind: str) -> list[RuleSet]:
        """Every version of `kind`, national defaults first."""
        return [rules for rules in (*self.defaults, *self.own) if rules.kind == kind]

    def in_force(self, kind: str, day: date) -> RuleSet:
        """The set of `kind` on `day`. One of the agency's own wins over a national default, whatever their dates. Refused for none."""
        own = [rules for rules in self.own if rules.kind == kind]
        return rules_in_force(own if any(rules.since <= day for rules in own) else self.defaults, kind, day)
