"""The entitlement: what all that is known today gives one person for one month, in whatever order it became known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.presence import Stretch
from services.payroll.domain.rule import Case, Days, Rule, Rules
from services.payroll.domain.rules import RULES
from services.payroll.domain.rules.days import POSTS, days_of
from services.payroll.domain.rules.predicate import MISSING, Standing
from services.payroll.domain.scheme import Scheme
from services.payroll.events import Line, Missing, RuleSetPublished
from shared.kernel.facts import Fact
from shared.kernel.periods import Period


@dataclass(frozen=True)
class Entitlement:
    """What the rules give. `grounds` are the facts that it rests on; `total` in rupiah; `stretches` are the month's days.

    A month in which nobody was in service and in a post is `outside`: nothing is due, and no run names it. `assumed`: the
    month runs, and the rules count it as attended in full. `counts_until`: the month's last day, where the result rests on what counts only
    while the month runs; None otherwise.
    """

    employee: str
    month: str
    rule_set: str
    job_class: int
    predicate_period: str
    predicate: str
    discipline_points: str
    lines: tuple[Line, ...]
    total: int
    grounds: tuple[Fact, ...]
    stretches: tuple[Stretch, ...] = ()
    standing: Standing | None = None
    outside: bool = False
    assumed: bool = False
    counts_until: date | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(fact.id for fact in self.grounds)


@dataclass(frozen=True)
class Held:
    """The month cannot be decided yet: `missing` says what is not known. Missing is never zero."""

    employee: str
    month: str
    missing: tuple[Missing, ...]


def entitle(month: Period, dossier: Dossier, scheme: Scheme | None, rules: Rules = RULES) -> Entitlement | Held:
    """The entitlement for `month` under `scheme`, the rules in force on its first day; Held while something is missing."""
    if scheme is None:
        return Held(dossier.employee, str(month), (Missing("rules", str(month.start)),))
    days = days_of(month, POSTS.of(dossier), scheme)
    serves = days.last is None and any(each.serving for each in days.found)
    if serves or (days.last is None and _worked(month, dossier, scheme, days, rules.always).gathered.lines):
        others = _worked(month, dossier, scheme, Days(days.found, None, ()), rules).gathered.missing
        return Held(dossier.employee, str(month), (Missing("position", str(month.start)), *others))
    case = _worked(month, dossier, scheme, days, rules if days.paid else rules.always)
    if case.gathered.missing:
        return Held(dossier.employee, str(month), tuple(case.gathered.missing))
    return _entitlement(case, dossier)


def _worked(month: Period, dossier: Dossier, scheme: Scheme, days: Days, rules: Iterable[Rule]) -> Case:
    """The month as the rules found it, one after the other."""
    case = Case(month, scheme, days, dossier.today)
    for rule in rules:
        case.gathered.add(rule, rule.find(case, rule.of(dossier)))
    return case


def _entitlement(case: Case, dossier: Dossier) -> Entitlement:
    """A month of which no day is paid has no components, and neither predicate nor attendance is asked for."""
    month, scheme, days, gathered = case.month, case.scheme, case.days, case.gathered
    lines = (*case.components, *gathered.lines)
    published = _published(dossier.rule_sets, scheme)
    last = days.paid[-1].position if days.paid else days.last
    outside = not days.paid and not gathered.lines and not any(each.serving and each.position is not None for each in days.found)
    unsaid = {"predicate_period": str(scheme.pays(month)), "predicate": MISSING, "discipline_points": ""}
    return Entitlement(
        employee=dossier.employee,
        month=str(month),
        rule_set=scheme.rule_set,
        job_class=0 if last is None else last.event.job_class,
        **unsaid | gathered.said,
        lines=lines,
        total=sum(line.amount for line in lines),
        grounds=(*(() if published is None else (published,)), *gathered.grounds),
        stretches=days.found,
        outside=outside,
        counts_until=month.end if gathered.provisional else None,
    )


def _published(rule_sets: Sequence[Fact[RuleSetPublished]], scheme: Scheme) -> Fact[RuleSetPublished] | None:
    """The event that published the scheme's rule set; None for a national default."""
    named = [fact for fact in rule_sets if f"{fact.event.id}@{fact.event.version}" == scheme.rule_set]
    return max(named, key=lambda fact: fact.rank, default=None)
