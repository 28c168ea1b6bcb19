"""The allowance's rules as a month uses them: read once from a rule set's settings, refused with reasons when they cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from services.payroll.domain.allowance import Component, basic_allowance
from services.payroll.domain.discipline import DisciplineRule
from shared.kernel.money import Rupiah, exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

KIND = "allowance"
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
FACTORS = ("predicate", "discipline")
SANCTION, BONUS = "sanction", "bonus"
"""The names of lines that no rule set gives."""
WRITTEN = "at most 40 small letters, digits, hyphens and underscores"
NAME = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9_-]{0,39}")

EFFECTS: Mapping[str, Callable[[Period], Period]] = {
    "next_quarter": lambda month: month.quarter.shift(-1),
    "next_year": lambda month: Period(month.year - 1, 1, 12),
    "next_month": lambda month: month.shift(-1),
    "same_month": lambda month: month,
}
"""For each effect the appraised period that pays a month. Permenlu 3/2025 art. 15: next quarter; PermenLHK 6/2024 art. 19: next year."""


@dataclass(frozen=True)
class Tables:
    """National tables by name: amounts by job class in rupiah, percentages by predicate, each table with its legal source."""

    basic: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    payout: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


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

    `names` maps predicates of another regime, such as *cukup* of PP 30/2019, to those of the payout table.
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


def read_scheme(rule_set: str, sources: tuple[str, ...], settings: Mapping[str, Any], tables: Tables) -> Scheme:
    """The scheme that these settings describe. Refused (422, ``invalid-rule-set``) names the first setting that cannot be used."""
    if not isinstance(settings, Mapping):
        raise _wrong("settings", "an object", type(settings).__name__)
    payout_name, payout = _payout(settings, tables)
    factor_rules = {"predicate": payout_name, "discipline": "discipline-points"}
    components = _components(settings, factor_rules)
    effect = _one_of(settings, "effect", tuple(EFFECTS))
    pay_basis = _one_of(settings, "pay_basis", ("delivered", "finalized"))
    missing = settings.get("when_missing", "hold")
    cut = _cut(settings.get("sanction_cut"))
    named = tuple(tables.sources[name] for name in _named_tables(settings) if name in tables.sources)
    scheme = Scheme(
        rule_set=rule_set,
        sources=(*sources, *named, *((cut.source,) if cut is not None and cut.source not in sources else ())),
        components=components,
        basic=_basic(settings, tables),
        payout=payout,
        effect=effect,
        pay_basis=pay_basis,
        when_missing=missing if missing in ("hold", "last") else _percent("when_missing", missing, "hold, last or a percentage 0–100"),
        discipline=_discipline(settings["discipline"]) if "discipline" in settings else None,
        recovery_cap=_percent("recovery_cap_percent", settings.get("recovery_cap_percent", 25)),
        extras=_extras(settings.get("extras"), {component.name for component in components}),
        cut=cut,
        names=_names(settings.get("predicate_names")),
    )
    if scheme.uses("discipline") and scheme.discipline is None:
        raise _wrong("discipline", "the points' rule, because a component uses the factor discipline", "none")
    return scheme


def _named_tables(settings: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(settings[name] for name in ("basic_table", "payout") if isinstance(settings.get(name), str))


def _components(settings: Mapping[str, Any], rules: Mapping[str, str]) -> tuple[Component, ...]:
    """Components × criteria; these are percentages of the basic TPP (PP 12/2019 art. 58: workload, …), or without any all of it."""
    listed = settings.get("components") or ()
    if not listed:
        raise _wrong("components", "at least one {name, share_percent, factor}", "none")
    criteria = settings.get("criteria") or ({"name": "", "percent": 100},)
    found = []
    for criterion in criteria:
        part = _percent("criteria.percent", criterion.get("percent"))
        if criterion.get("name") and not _names_a_line(criterion["name"]):
            raise _wrong("criteria.name", f"a name of {WRITTEN}", repr(criterion["name"]))
        for component in listed:
            name = component.get("name")
            if not _names_a_line(name) or name in (SANCTION, BONUS):
                raise _wrong("components.name", f"a name of {WRITTEN}, and neither {SANCTION} nor {BONUS}", repr(name))
            share = _percent(f"components.{name}.share_percent", component.get("share_percent"))
            factor = component.get("factor")
            factors = (factor,) if isinstance(factor, str) else tuple(factor or ())
            if not factors or not set(factors) <= set(FACTORS):
                raise _wrong(f"components.{name}.factor", f"one or more of {', '.join(FACTORS)}", repr(factor))
            label = f"{criterion['name']}/{name}" if criterion.get("name") else name
            found.append(Component(label, share * part / 100, factors, " × ".join(rules[each] for each in factors)))
    total = sum((exact(component["share_percent"]) for component in listed), Fraction(0))
    if total != 100:
        raise _wrong("components", "shares that sum to 100 percent", f"{total}")
    if len({component.name for component in found}) != len(found):
        raise _wrong("components", "a name of its own for each line", "the same name twice")
    return tuple(found)


def _basic(settings: Mapping[str, Any], tables: Tables) -> Mapping[int, Rupiah]:
    """Basic amounts by class: a table's or the settings' own, each × `basic_index` (one index or the list of its parts) if there is one."""
    wanted = settings.get("basic_table")
    if isinstance(wanted, Mapping):
        amounts = {_whole("basic_table's class", job_class): _whole("basic_table's amount", amount) for job_class, amount in wanted.items()}
    elif wanted in tables.basic:
        amounts = dict(tables.basic[wanted])
    else:
        raise _wrong("basic_table", f"one of {', '.join(sorted(tables.basic))}, or amounts by job class", repr(wanted))
    index = settings.get("basic_index", ())
    parts = (index,) if isinstance(index, str | int) else tuple(index)
    indices = tuple(_number("basic_index", part) for part in parts)
    return {job_class: basic_allowance(amount, *indices) for job_class, amount in amounts.items()}


def _payout(settings: Mapping[str, Any], tables: Tables) -> tuple[str, Mapping[str, Fraction]]:
    wanted = settings.get("payout")
    if isinstance(wanted, Mapping):
        name, table = "payout", {predicate: _percent(f"payout.{predicate}", percent) for predicate, percent in wanted.items()}
    elif wanted in tables.payout:
        name, table = wanted, dict(tables.payout[wanted])
    else:
        raise _wrong("payout", f"one of {', '.join(sorted(tables.payout))}, or a percentage for each predicate", repr(wanted))
    if set(table) != set(PREDICATES):
        raise _wrong("payout", f"a percentage for each of {', '.join(PREDICATES)}", ", ".join(sorted(table)) or "none")
    return name, table


def _discipline(settings: Any) -> DisciplineRule:
    if not isinstance(settings, Mapping):
        raise _wrong("discipline", "an object with the points' rule", repr(settings))
    block = _whole("discipline.late_block_minutes", settings.get("late_block_minutes"))
    if block < 1:
        raise _wrong("discipline.late_block_minutes", "at least one minute", str(block))
    parts = ("late_points", "late_cap", "absent_day", "meeting", "roll_call")
    return DisciplineRule(block, *(_percent(f"discipline.{part}", settings.get(part), "points 0–100") for part in parts))


def _extras(listed: Any, taken: set[str]) -> tuple[Extra, ...]:
    """``[{name, when_predicate: [...], percent_of_base}]``."""
    found = []
    for extra in _listed("extras", listed, "a list of {name, when_predicate, percent_of_base}"):
        name = extra.get("name")
        if not _names_a_line(name) or name in taken | {SANCTION, BONUS}:
            raise _wrong("extras.name", f"a name of {WRITTEN} that no other line has", repr(name))
        when = extra.get("when_predicate")
        if not isinstance(when, list | tuple) or not when or not set(when) <= set(PREDICATES):
            raise _wrong(f"extras.{name}.when_predicate", f"a list of one or more of {', '.join(PREDICATES)}", repr(when))
        taken = taken | {name}
        found.append(Extra(name, frozenset(when), _percent(f"extras.{name}.percent_of_base", extra.get("percent_of_base"))))
    return tuple(found)


def _cut(setting: Any) -> CutRule | None:
    """``{since, source}``; none or null: sanctions do not cut the allowance."""
    if setting is None:
        return None
    if not isinstance(setting, Mapping):
        raise _wrong("sanction_cut", "{since, source}, or null where sanctions do not cut the allowance", repr(setting))
    try:
        since = date.fromisoformat(setting.get("since"))
    except (TypeError, ValueError):
        raise _wrong("sanction_cut.since", "a day such as 2026-01-01", repr(setting.get("since"))) from None
    source = setting.get("source")
    if not isinstance(source, str) or not source.strip():
        raise _wrong("sanction_cut.source", "the region's own regulation and article: PP 94/2021 art. 42 defers the cut", repr(source))
    return CutRule(since, source)


def _names(setting: Any) -> Mapping[str, str]:
    """``{"cukup": "butuh_perbaikan"}``: another regime's predicate → the payout table's."""
    if setting is None:
        return {}
    if not isinstance(setting, Mapping):
        raise _wrong("predicate_names", "an object of predicates", repr(setting))
    for name, predicate in setting.items():
        if name in PREDICATES or predicate not in PREDICATES:
            raise _wrong(f"predicate_names.{name}", f"another regime's name, with one of {', '.join(PREDICATES)}", repr(predicate))
    return dict(setting)


def _names_a_line(name: Any) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def _listed(name: str, value: Any, expected: str) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise _wrong(name, expected, repr(value))
    return tuple(value)


def _one_of(settings: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    if settings.get(name) not in choices:
        raise _wrong(name, f"one of {', '.join(choices)}", repr(settings.get(name)))
    return settings[name]


def _number(name: str, value: Any, expected: str = "an integer or an exact number as text") -> Fraction:
    try:
        if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
            raise ValueError
        return exact(value)
    except (ValueError, ZeroDivisionError):
        raise _wrong(name, expected, repr(value)) from None


def _percent(name: str, value: Any, expected: str = "a percentage 0–100") -> Fraction:
    number = _number(name, value, expected)
    if not 0 <= number <= 100:
        raise _wrong(name, expected, repr(value))
    return number


def _whole(name: str, value: Any) -> int:
    number = _number(name, value, "a whole number, not negative")
    if number.denominator != 1 or number < 0:
        raise _wrong(name, "a whole number, not negative", repr(value))
    return int(number)


def _wrong(setting: str, expected: str, found: str) -> Refused:
    return Refused(
        "invalid-rule-set",
        expected=f"{setting}: {expected}",
        found=found,
        remedy=f"correct {setting} and publish the rule set again",
        status=422,
    )
