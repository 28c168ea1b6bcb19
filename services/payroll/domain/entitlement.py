"""The entitlement: what all that is known today gives one person for one month, in whatever order it became known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.payroll.domain.allowance import cut_line, exact_text, extra_line, lines_of
from services.payroll.domain.discipline import FULL, points
from services.payroll.domain.sanction import Penalty, heaviest, penalties
from services.payroll.domain.scheme import BONUS, SANCTION, Scheme
from services.payroll.events import Line, Missing, RuleSetPublished
from services.payroll.heard import (
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    AttendanceRecorded,
    AwardGranted,
    ObjectionDecided,
    PositionAssigned,
    SanctionImposed,
    SanctionLifted,
)
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

MISSING = "missing"
"""Stands for the predicate where a rule pays a percentage without one."""

MONTHS_BACK = 12
"""How old a predicate may be that ``when_missing: last`` falls back on."""


@dataclass(frozen=True)
class Dossier:
    """The facts that decide one person's allowances. Any order, any repetition."""

    employee: str
    positions: Sequence[Fact[PositionAssigned]] = ()
    attendance: Sequence[Fact[AttendanceRecorded]] = ()
    predicates: Sequence[Fact] = ()
    rule_sets: Sequence[Fact[RuleSetPublished]] = ()
    sanctions: Sequence[Fact[SanctionImposed]] = ()
    liftings: Sequence[Fact[SanctionLifted]] = ()
    awards: Sequence[Fact[AwardGranted]] = ()


@dataclass(frozen=True)
class Standing:
    """A period's predicate, and the fact by which it took this value (a confirmation later on changes nothing); None when MISSING."""

    period: Period
    predicate: str
    source: Fact | None


@dataclass(frozen=True)
class Entitlement:
    """What the rules give. `grounds` are the facts that it rests on; `total` in rupiah."""

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

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(fact.id for fact in self.grounds)


@dataclass(frozen=True)
class Held:
    """The month cannot be decided yet: `missing` says what is not known. Missing is never zero."""

    employee: str
    month: str
    missing: tuple[Missing, ...]


def entitle(month: Period, dossier: Dossier, scheme: Scheme | None) -> Entitlement | Held:
    """The entitlement for `month` under `scheme`, the rules in force on its first day; Held while something is missing."""
    if scheme is None:
        return Held(dossier.employee, str(month), (Missing("rules", str(month.start)),))
    position = position_on(month, dossier.positions)
    attendance = attendance_of(month, dossier.attendance)
    standing = standing_for(month, dossier.predicates, scheme)
    found = penalties(month, dossier.sanctions, dossier.liftings) if scheme.cuts(month) else ()
    penalty = heaviest(found)
    missing = _missing(month, scheme, position, attendance, standing, penalty)
    if missing:
        return Held(dossier.employee, str(month), missing)
    predicate = scheme.named(standing.predicate)
    percents = {"predicate": Fraction(scheme.when_missing) if predicate == MISSING else scheme.payout[predicate]}
    discipline = points(attendance.event, scheme.discipline) if scheme.uses("discipline") else None
    if discipline is not None:
        percents["discipline"] = discipline
    bonuses = bonuses_of(month, dossier.awards)
    lines = _lines(scheme, scheme.basic[position.event.job_class], percents, penalty, predicate, bonuses)
    grounds = (
        _published(dossier.rule_sets, scheme),
        position,
        attendance if discipline is not None else None,
        standing.source,
        *(fact for each in found for fact in (each.imposed, each.lifted)),
        *bonuses,
    )
    return Entitlement(
        employee=dossier.employee,
        month=str(month),
        rule_set=scheme.rule_set,
        job_class=position.event.job_class,
        predicate_period=str(standing.period),
        predicate=predicate,
        discipline_points="" if discipline is None else exact_text(discipline),
        lines=lines,
        total=sum(line.amount for line in lines),
        grounds=tuple(fact for fact in grounds if fact is not None),
    )


def _lines(
    scheme: Scheme,
    base: int,
    percents: Mapping[str, Fraction],
    penalty: Penalty | None,
    predicate: str,
    bonuses: Sequence[Fact[AwardGranted]],
) -> tuple[Line, ...]:
    """The components, which never exceed `base`; a sanction's cut on their sum; then extras and bonuses, which no cut touches."""
    components = lines_of(base, scheme.components, percents)
    return (
        *components,
        *((cut_line(components, SANCTION, "sanction-cut", penalty.imposed.event.percent),) if penalty is not None else ()),
        *(extra_line(base, extra.name, "predicate-extra", extra.share) for extra in scheme.extras if predicate in extra.when),
        *(extra_line(fact.event.bonus, BONUS, fact.event.award, FULL) for fact in bonuses),
    )


def bonuses_of(month: Period, awards: Sequence[Fact[AwardGranted]]) -> tuple[Fact[AwardGranted], ...]:
    """The awards whose bonus is paid with `month`, lowest rank first."""
    paid = {fact.id: fact for fact in awards if fact.event.bonus > 0 and fact.event.paid_with == str(month)}
    return tuple(sorted(paid.values(), key=lambda fact: fact.rank))


def position_on(month: Period, positions: Sequence[Fact[PositionAssigned]]) -> Fact[PositionAssigned] | None:
    """The post held on the month's first day: a change within the month counts from the next. Acting posts (Plt) are passed over."""
    held = [fact for fact in positions if fact.event.since <= month.start and not fact.event.acting]
    return max(held, key=lambda fact: fact.rank, default=None)


def attendance_of(month: Period, attendance: Sequence[Fact[AttendanceRecorded]]) -> Fact[AttendanceRecorded] | None:
    """The month's attendance in its highest revision."""
    recorded = [fact for fact in attendance if fact.event.month == str(month)]
    return max(recorded, key=lambda fact: (fact.event.revision, fact.rank), default=None)


def standing_in(period: Period, predicates: Sequence[Fact], pay_basis: str) -> Standing | None:
    """The predicate of `period`: of competing facts the one of highest rank. None when there is none that `pay_basis` admits."""
    known = {fact.id: fact for fact in predicates if fact.event.period == str(period) and _predicate(fact.event, pay_basis)}
    ranked = sorted(known.values(), key=lambda fact: fact.rank)
    if not ranked:
        return None
    predicate = _predicate(ranked[-1].event, pay_basis)
    source = ranked[-1]
    for fact in reversed(ranked):
        if _predicate(fact.event, pay_basis) != predicate:
            break
        source = fact
    return Standing(period, predicate, source)


def standing_for(month: Period, predicates: Sequence[Fact], scheme: Scheme) -> Standing | None:
    """The predicate that pays `month`, or what the rules put in its place."""
    period = scheme.pays(month)
    found = standing_in(period, predicates, scheme.pay_basis)
    if found is not None or scheme.when_missing == "hold":
        return found
    if scheme.when_missing != "last":
        return Standing(period, MISSING, None)
    earlier = (standing_in(past, predicates, scheme.pay_basis) for past in fallbacks(period))
    return next((standing for standing in earlier if standing is not None), None)


def fallbacks(period: Period) -> tuple[Period, ...]:
    """The periods that ``when_missing: last`` may look at, newest first."""
    length = period.last - period.first + 1
    return tuple(period.shift(-count) for count in range(1, MONTHS_BACK // length + 1))


def _predicate(event: object, pay_basis: str) -> str | None:
    """The predicate that an event gives, or None when pay does not rest on it."""
    match event:
        case AppraisalFinalized():
            return event.judgement.predicate
        case AppraisalCorrected():
            return event.after.predicate
        case AppraisalImported():
            return event.predicate
        case AppraisalDelivered() if pay_basis == "delivered":
            return event.judgement.predicate
        case ObjectionDecided() if pay_basis == "delivered":
            return event.after.predicate
    return None


def _missing(
    month: Period,
    scheme: Scheme,
    position: Fact | None,
    attendance: Fact | None,
    standing: Standing | None,
    penalty: Penalty | None,
) -> tuple[Missing, ...]:
    missing = []
    if position is None:
        missing.append(Missing("position", str(month.start)))
    elif position.event.job_class not in scheme.basic:
        missing.append(Missing("basic-amount", str(position.event.job_class)))
    if attendance is None and scheme.uses("discipline"):
        missing.append(Missing("attendance", str(month)))
    if standing is None:
        missing.append(Missing("predicate", str(scheme.pays(month))))
    elif scheme.named(standing.predicate) not in (MISSING, *scheme.payout):
        missing.append(Missing("payout", standing.predicate))
    if penalty is not None and penalty.imposed.event.percent is None:
        missing.append(Missing("sanction-percent", penalty.imposed.event.sanction))
    return tuple(missing)


def _published(rule_sets: Sequence[Fact[RuleSetPublished]], scheme: Scheme) -> Fact[RuleSetPublished] | None:
    """The event that published the scheme's rule set; None for a national default."""
    named = [fact for fact in rule_sets if f"{fact.event.id}@{fact.event.version}" == scheme.rule_set]
    return max(named, key=lambda fact: fact.rank, default=None)
