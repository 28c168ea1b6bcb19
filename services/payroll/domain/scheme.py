"""The allowance's rules as a month uses them: read once from a rule set's settings, refused with reasons when they cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from services.payroll.domain.allowance import EACH_LINE, LARGEST_REMAINDER, Component, basic_allowance
from services.payroll.domain.discipline import DisciplineRule
from services.payroll.domain.early import EarlyRule, read_early
from shared.kernel.employment import ENDS, INTERRUPTIONS
from shared.kernel.money import Rupiah
from shared.kernel.periods import Period
from shared.kernel.settings import Settings, read

KIND = "allowance"
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
PREDICATE_FACTOR, DISCIPLINE = "predicate", "discipline"
FACTORS = (PREDICATE_FACTOR, DISCIPLINE)
SANCTION, BONUS = "sanction", "bonus"
"""The names of lines that no rule set gives."""
JOB_CLASS = re.compile(r"[1-9][0-9]?")
NAME = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9_-]{0,39}")

DAYS, WORKING_DAYS, FIRST_DAY, LAST_DAY, LONGEST = "days", "working-days", "first-day", "last-day", "longest"
WITHIN_MONTH = (DAYS, WORKING_DAYS, FIRST_DAY, LAST_DAY, LONGEST)
"""How a month counts in which something changes: by its days, or as a whole by what holds on one day or longest.

BKN 5/2020 pays a new amount from the month after; others look at a day of the month, such as the 15th.
"""
WHOLE_MONTH, AS_WITHIN_MONTH = "whole-month", "within-month"
"""How a month counts in which service ends: to its last day, or as any other change within a month."""
PAID, LAPSES = "paid", "lapses"
"""What becomes of a bonus that was granted and is to be paid with a month after the end of service."""
EFFECTS: Mapping[str, Callable[[Period], Period]] = {
    "next_quarter": lambda month: month.quarter.shift(-1),
    "next_year": lambda month: Period(month.year - 1, 1, 12),
    "next_month": lambda month: month.shift(-1),
    "same_month": lambda month: month,
}
"""For each effect the appraised period that pays a month. Permenlu 3/2025 art. 15: next quarter; PermenLHK 6/2024 art. 19: next year."""


@dataclass(frozen=True)
class Tables:
    """National tables by name: amounts by job class in rupiah, percentages by predicate, each table with its legal source.

    `interruptions`: what is paid during each kind of interruption where a rule set does not say it, in percent. `bonuses`: what becomes
    of a bonus after each kind of end, PAID or LAPSES.
    """

    basic: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    payout: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    interruptions: Mapping[str, Fraction] = field(default_factory=dict)
    bonuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Extra:
    """A line of its own beside the components: `share` percent of the basic amount, for these predicates."""

    name: str
    when: frozenset[str]
    share: Fraction


@dataclass(frozen=True)
class CutRule:
    """A region's own regulation that sanctions cut the allowance, for months that begin on `since` or later.

    PP 94/2021 art. 42 defers its own cut until salaries are regulated anew; without such a rule no sanction touches the allowance.
    """

    since: date
    source: str


@dataclass(frozen=True)
class Scheme:
    """A rule set, ready to compute with. `when_missing`: ``hold``, ``last`` or the percentage that is paid without a predicate.

    `names` maps predicates of another regime, such as *cukup* of PP 30/2019, to those of the payout table. `rest`: which lines get the
    rupiah that rounding leaves. `within_month`: one of WITHIN_MONTH, or the day of the month that decides for all of it. `interruptions`:
    what is paid during each kind, in percent. `ends`: for a kind of end how its month counts. `without_predicate`: ``hold``, the percentage
    or the predicate that pays a month whose appraised period the person was away from altogether; None: `when_missing` decides.
    `early`: months that are paid before they end. `bonuses`: for a kind of end whether a bonus is paid with a month after it.
    """

    rule_set: str
    sources: tuple[str, ...]
    components: tuple[Component, ...]
    basic: Mapping[int, Rupiah]
    payout: Mapping[str, Fraction]
    effect: str
    pay_basis: str
    when_missing: str | Fraction
    discipline: DisciplineRule | None
    recovery_cap: Fraction
    extras: tuple[Extra, ...] = ()
    cut: CutRule | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    rest: str = LARGEST_REMAINDER
    within_month: str | int = DAYS
    interruptions: Mapping[str, Fraction] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    without_predicate: str | Fraction | None = None
    early: EarlyRule | None = None
    bonuses: Mapping[str, str] = field(default_factory=dict)

    def uses(self, factor: str) -> bool:
        return any(factor in component.factors for component in self.components)

    def pays(self, month: Period) -> Period:
        """The appraised period whose predicate pays `month`."""
        return EFFECTS[self.effect](month)

    def named(self, predicate: str) -> str:
        """The predicate as the payout table calls it."""
        return self.names.get(predicate, predicate)

    def cuts(self, month: Period) -> bool:
        """Whether a sanction cuts the allowance of `month`."""
        return self.cut is not None and self.cut.since <= month.start


def paid_months(period: Period) -> tuple[Period, ...]:
    """Every month that `period` may pay under some effect. A period's kind leaves one effect, a month's two."""
    if period.kind == "month":
        return (period, period.shift(1))
    return period.shift(1).months


def read_scheme(rule_set: str, sources: tuple[str, ...], settings: Mapping[str, Any], tables: Tables, *, published: bool = False) -> Scheme:
    """The scheme that these settings describe. Refused (422, ``invalid-rule-set``) names the first setting that cannot be used."""
    return read(settings, lambda said: _scheme(rule_set, sources, said, tables), published=published)


def _scheme(rule_set: str, sources: tuple[str, ...], said: Settings, tables: Tables) -> Scheme:
    payout_name, payout = _payout(said, tables)
    factor_rules = {"predicate": payout_name, "discipline": "discipline-points"}
    components = _components(said, factor_rules)
    shares = tuple(dict.fromkeys(component.name.rpartition("/")[2] for component in components))
    cut, early = _cut(said), read_early(said)
    named = tuple(tables.sources[name] for name in _named_tables(said) if name in tables.sources)
    scheme = Scheme(
        rule_set=rule_set,
        sources=tuple(dict.fromkeys((*sources, *named, *(rule.source for rule in (cut, early) if rule is not None)))),
        components=components,
        basic=_basic(said, tables),
        payout=payout,
        effect=said.one_of("effect", tuple(EFFECTS)),
        pay_basis=said.one_of("pay_basis", ("delivered", "finalized")),
        when_missing=_when_missing(said),
        discipline=_discipline(said.part("discipline")) if "discipline" in said else None,
        recovery_cap=said.percent("recovery_cap_percent", 25),
        extras=_extras(said, {component.name for component in components}),
        cut=cut,
        names=_names(said),
        rest=_rest(said, shares),
        within_month=_within_month(said),
        interruptions=_interruptions(said, tables),
        ends=_ends(said),
        without_predicate=_without_predicate(said),
        early=early,
        bonuses=_bonuses_after_end(said, tables),
    )
    if scheme.uses("discipline") and scheme.discipline is None:
        raise said.wrong("discipline", "the points' rule, because a component uses the factor discipline", None)
    return scheme


def _named_tables(said: Settings) -> tuple[str, ...]:
    given = (said.take(name, None) for name in ("basic_table", "payout"))
    return tuple(name for name in given if isinstance(name, str))


def _when_missing(said: Settings) -> str | Fraction:
    missing = said.take("when_missing", "hold")
    return missing if missing in ("hold", "last") else said.percent("when_missing", expected="hold, last or a percentage 0–100")


def _without_predicate(said: Settings) -> str | Fraction | None:
    """``hold``, one of the predicates, or a percentage; None where the rules do not say it."""
    given = said.take("without_predicate", None)
    if given is None or given in ("hold", *PREDICATES):
        return given
    return said.percent("without_predicate", expected=f"hold, one of {', '.join(PREDICATES)}, or a percentage 0–100")


def _rest(said: Settings, names: tuple[str, ...]) -> str:
    return said.one_of("rest", (LARGEST_REMAINDER, EACH_LINE, *names), LARGEST_REMAINDER)


def _within_month(said: Settings) -> str | int:
    """One of WITHIN_MONTH, or a day of the month that every month has."""
    if isinstance(said.take("within_month", DAYS), int):
        return said.whole("within_month", 1, 28)
    return said.one_of("within_month", WITHIN_MONTH, DAYS)


def _interruptions(said: Settings, tables: Tables) -> Mapping[str, Fraction]:
    """``{"long-leave": 40}``: what is paid during each kind, in percent. Others as the national table has them, or in full."""
    given = said.part_or_none("interruptions")
    own = {kind: given.percent(kind) for kind in INTERRUPTIONS if kind in given} if given is not None else {}
    return {**tables.interruptions, **own}


def _ends(said: Settings) -> Mapping[str, str]:
    """``{"died": "whole-month"}``: kinds of end whose last month is paid as if service had gone on to its last day."""
    given = said.part_or_none("end_of_service")
    return {kind: given.one_of(kind, (WHOLE_MONTH, AS_WITHIN_MONTH)) for kind in ENDS if kind in given} if given is not None else {}


def _bonuses_after_end(said: Settings, tables: Tables) -> Mapping[str, str]:
    """``{"dismissed": "lapses"}``: kinds of end after which a bonus is paid or not. Others as the national table has them."""
    given = said.part_or_none("bonus_after_end")
    own = {kind: given.one_of(kind, (PAID, LAPSES)) for kind in ENDS if kind in given} if given is not None else {}
    return {**tables.bonuses, **own}


def _components(said: Settings, rules: Mapping[str, str]) -> tuple[Component, ...]:
    """Components × criteria; these are percentages of the basic TPP (PP 12/2019 art. 58: workload, …), or without any all of it."""
    listed = said.parts("components", expected="a list of {name, share_percent, factor}")
    if not listed:
        raise said.wrong("components", "at least one {name, share_percent, factor}", None)
    criteria = [(one.code("name", NAME), one.percent("percent")) for one in said.parts("criteria", ())] or [("", Fraction(100))]
    shares = [(_line_name(one, set()), one.percent("share_percent"), _factors(one)) for one in listed]
    found = [
        Component(f"{criterion}/{name}" if criterion else name, share * part / 100, factors, " × ".join(rules[each] for each in factors))
        for criterion, part in criteria
        for name, share, factors in shares
    ]
    total = sum((share for _, share, _ in shares), Fraction(0))
    if total != 100:
        raise said.wrong("components", "shares that sum to 100 percent", f"{total}")
    if len({component.name for component in found}) != len(found):
        raise said.wrong("components", "a name of its own for each line", "the same name twice")
    return tuple(found)


def _factors(said: Settings) -> tuple[str, ...]:
    """One factor, or a list of them."""
    if isinstance(said.take("factor", ""), list | tuple):
        return said.some_of("factor", FACTORS)
    return (said.one_of("factor", FACTORS),)


def _line_name(said: Settings, taken: set[str]) -> str:
    """A name that no line has which no rule set gives, and none of `taken`."""
    name = said.code("name", NAME)
    if name in taken | {SANCTION, BONUS}:
        raise said.wrong("name", f"a name that no other line has, and neither {SANCTION} nor {BONUS}", name)
    return name


def _basic(said: Settings, tables: Tables) -> Mapping[int, Rupiah]:
    """Basic amounts by class: a table's or the settings' own, each × `basic_index` (one index or the list of its parts) if there is one."""
    wanted = said.take("basic_table", expected=f"one of {', '.join(sorted(tables.basic))}, or amounts by job class")
    if isinstance(wanted, Mapping):
        own = said.part("basic_table")
        amounts = {_job_class(own, job_class): _whole(own, job_class) for job_class in own}
    else:
        amounts = dict(tables.basic[said.one_of("basic_table", sorted(tables.basic))])
    index = said.take("basic_index", ())
    if isinstance(index, list | tuple):
        parts = Settings({str(number): part for number, part in enumerate(index)}, "basic_index")
        indices = tuple(parts.number(number) for number in parts)
    else:
        indices = (said.number("basic_index"),)
    return {job_class: basic_allowance(amount, *indices) for job_class, amount in amounts.items()}


def _job_class(said: Settings, name: str) -> int:
    if not JOB_CLASS.fullmatch(name):
        raise said.wrong(name, "a job class in digits as the amount's name", name)
    return int(name)


def _payout(said: Settings, tables: Tables) -> tuple[str, Mapping[str, Fraction]]:
    wanted = said.take("payout", expected=f"one of {', '.join(sorted(tables.payout))}, or a percentage for each predicate")
    if isinstance(wanted, Mapping):
        own = said.part("payout")
        name, table = "payout", {predicate: own.percent(predicate) for predicate in own}
    else:
        name = said.one_of("payout", sorted(tables.payout))
        table = dict(tables.payout[name])
    if set(table) != set(PREDICATES):
        raise said.wrong("payout", f"a percentage for each of {', '.join(PREDICATES)}", ", ".join(sorted(table)) or None)
    return name, table


def _discipline(said: Settings) -> DisciplineRule:
    block = _whole(said, "late_block_minutes")
    if block < 1:
        raise said.wrong("late_block_minutes", "at least one minute", block)
    parts = ("late_points", "late_cap", "absent_day", "meeting", "roll_call")
    return DisciplineRule(block, *(said.percent(part, expected="points 0–100") for part in parts))


def _extras(said: Settings, taken: set[str]) -> tuple[Extra, ...]:
    """``[{name, when_predicate: [...], percent_of_base}]``."""
    if said.take("extras", None) is None:
        return ()
    found = []
    for extra in said.parts("extras", expected="a list of {name, when_predicate, percent_of_base}"):
        name = _line_name(extra, taken)
        taken = taken | {name}
        found.append(Extra(name, frozenset(extra.some_of("when_predicate", PREDICATES)), extra.percent("percent_of_base")))
    return tuple(found)


def _cut(said: Settings) -> CutRule | None:
    """``{since, source}``, the region's own regulation; none or null: sanctions do not cut the allowance (PP 94/2021 art. 42)."""
    cut = said.part_or_none("sanction_cut")
    return CutRule(cut.day("since"), cut.text("source")) if cut is not None else None


def _names(said: Settings) -> Mapping[str, str]:
    """``{"cukup": "butuh_perbaikan"}``: another regime's predicate → the payout table's."""
    given = said.part_or_none("predicate_names")
    if given is None:
        return {}
    for name in given:
        if name in PREDICATES:
            raise given.wrong(name, f"the name of another regime's predicate, and none of {', '.join(PREDICATES)}", name)
    return {name: given.one_of(name, PREDICATES) for name in given}


def _whole(said: Settings, name: str) -> int:
    """Also as text."""
    number = said.number(name, expected="a whole number, not negative")
    if number.denominator != 1 or number < 0:
        raise said.wrong(name, "a whole number, not negative", str(number))
    return int(number)
