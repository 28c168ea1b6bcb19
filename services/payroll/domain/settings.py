"""The allowance's rules, read once from a rule set's settings, refused with reasons when they cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.payroll.domain.allowance import EACH_LINE, LARGEST_REMAINDER, Component, basic_allowance
from services.payroll.domain.discipline import DisciplineRule
from services.payroll.domain.early import read_early
from services.payroll.domain.rule import Rules
from services.payroll.domain.rules import RULES
from services.payroll.domain.scheme import (
    AS_WITHIN_MONTH,
    DAYS,
    DISCIPLINE,
    EFFECTS,
    JOB_CLASS,
    LAPSES,
    NAME,
    PAID,
    PREDICATE_FACTOR,
    PREDICATES,
    WHOLE_MONTH,
    WITHIN_MONTH,
    CutRule,
    Extra,
    Scheme,
    Tables,
)
from shared.kernel.employment import ENDS, INTERRUPTIONS
from shared.kernel.money import Rupiah
from shared.kernel.settings import Settings, read


def read_scheme(
    rule_set: str, sources: tuple[str, ...], settings: Mapping[str, Any], tables: Tables, *, published: bool = False, rules: Rules = RULES
) -> Scheme:
    """The scheme that these settings describe. Refused (422, ``invalid-rule-set``) names the first setting that cannot be used."""
    return read(settings, lambda said: _scheme(rule_set, sources, said, tables, rules), published=published)


def _scheme(rule_set: str, sources: tuple[str, ...], said: Settings, tables: Tables, rules: Rules) -> Scheme:
    payout_name, payout = _payout(said, tables)
    components = _components(said, rules.factors | {PREDICATE_FACTOR: payout_name}, rules.lines)
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
        extras=_extras(said, {component.name for component in components}, rules.lines),
        cut=cut,
        names=_names(said),
        rest=_rest(said, shares),
        within_month=_within_month(said),
        interruptions=_interruptions(said, tables),
        ends=_ends(said),
        without_predicate=_without_predicate(said),
        early=early,
        bonuses=_bonuses_after_end(said, tables),
        own={rule.name: rule.settings(said) for rule in rules if rule.settings is not None},
    )
    if scheme.uses(DISCIPLINE) and scheme.discipline is None:
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


def _components(said: Settings, factors: Mapping[str, str], own: Sequence[str]) -> tuple[Component, ...]:
    """Components × criteria; these are percentages of the basic TPP (PP 12/2019 art. 58: workload, …), or without any all of it."""
    listed = said.parts("components", expected="a list of {name, share_percent, factor}")
    if not listed:
        raise said.wrong("components", "at least one {name, share_percent, factor}", None)
    criteria = [(one.code("name", NAME), one.percent("percent")) for one in said.parts("criteria", ())] or [("", Fraction(100))]
    shares = [(_line_name(one, set(), own), one.percent("share_percent"), _factors(one, sorted(factors))) for one in listed]
    components = [
        Component(f"{criterion}/{name}" if criterion else name, share * part / 100, used, " × ".join(factors[each] for each in used))
        for criterion, part in criteria
        for name, share, used in shares
    ]
    total = sum((share for _, share, _ in shares), Fraction(0))
    if total != 100:
        raise said.wrong("components", "shares that sum to 100 percent", f"{total}")
    if len({component.name for component in components}) != len(components):
        raise said.wrong("components", "a name of its own for each line", "the same name twice")
    return tuple(components)


def _factors(said: Settings, known: Sequence[str]) -> tuple[str, ...]:
    """One factor, or a list of them."""
    if isinstance(said.take("factor", ""), list | tuple):
        return said.some_of("factor", known)
    return (said.one_of("factor", known),)


def _line_name(said: Settings, taken: set[str], own: Sequence[str]) -> str:
    """A name that no rule gives a line of its `own`, and none of `taken`."""
    name = said.code("name", NAME)
    if name in taken or name in own:
        raise said.wrong("name", f"a name that no other line has, and neither {' nor '.join(own)}", name)
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


def _extras(said: Settings, taken: set[str], own: Sequence[str]) -> tuple[Extra, ...]:
    """``[{name, when_predicate: [...], percent_of_base}]``."""
    if said.take("extras", None) is None:
        return ()
    found = []
    for extra in said.parts("extras", expected="a list of {name, when_predicate, percent_of_base}"):
        name = _line_name(extra, taken, own)
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
