"""The rules of the allowance, in their order; what is read, what has months decided anew and which months are known follow from them.

Rules whose factors components use come first, then those that take from the components or add to them. A new rule is a module here,
named in RULES.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.rule import Input, Rule
from services.payroll.domain.rules.attendance import ATTENDANCE
from services.payroll.domain.rules.bonuses import BONUSES
from services.payroll.domain.rules.days import POSTS, SERVICE
from services.payroll.domain.rules.extras import EXTRAS
from services.payroll.domain.rules.predicate import PREDICATE
from services.payroll.domain.rules.sanctions import SANCTIONS

RULES = (POSTS, ATTENDANCE, PREDICATE, SANCTIONS, EXTRAS, BONUSES, SERVICE)


def inputs_of(rules: Iterable[Rule]) -> Sequence[Input]:
    """What the rules read, each declaration once."""
    return tuple(dict.fromkeys(each for rule in rules for each in rule.reads))


def heard_of(inputs: Iterable[Input]) -> tuple[type, ...]:
    """The classes of facts about a person among these."""
    return tuple(dict.fromkeys(each.model for each in inputs if each.where is None))


def known_months(dossier: Dossier, rules: Iterable[Rule] = RULES) -> frozenset[str]:
    """The months of which something is known that belongs to the month itself: these are calculated, and those that a run came by."""
    return frozenset(month for each in inputs_of(rules) for fact in dossier.facts(each.model) for month in each.knows(fact.event))
