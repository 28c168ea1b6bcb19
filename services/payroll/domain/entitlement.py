"""The entitlement: what all that is known today gives one person for one month, in whatever order it became known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from services.payroll.domain.allowance import Portion, cut_line, extra_lines, lines_of, percent_text
from services.payroll.domain.bonus import bonus_lines, bonuses_of
from services.payroll.domain.discipline import FULL, points
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.early import FULL_ATTENDANCE, LAST_PREDICATE
from services.payroll.domain.presence import Stretch, away, life_in, portions, position_on, stretches
from services.payroll.domain.sanction import Penalty, heaviest, penalties
from services.payroll.domain.scheme import SANCTION, WORKING_DAYS, Scheme
from services.payroll.events import Line, Missing, RuleSetPublished
from services.payroll.heard import (
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    AttendanceRecorded,
    AwardGranted,
    DeliveryWithdrawn,
    ObjectionDecided,
    PositionAssigned,
    PositionWithdrawn,
)
from shared.events.calendar import WorkingWeekSet
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

MISSING = "missing"
"""Stands for the predicate where a rule pays a percentage without one."""

MONTHS_BACK = 12
"""How old a predicate may be that ``when_missing: last`` falls back on."""

WHEN_MISSING, LAST, WITHOUT_PREDICATE = "when-missing", "last-predicate", "without-predicate"
"""The rules that put something in the place of a predicate that is not there."""


@dataclass(frozen=True)
class Standing:
    """A period's predicate, and the fact by which it took this value (a confirmation later on changes nothing).

    Where a rule puts something in its place, `by` is the rule, `source` None unless that is an earlier predicate, and `percent` what is
    paid when it is no predicate at all (MISSING).
    """

    period: Period
    predicate: str
    source: Fact | None
    by: str | None = None
    percent: Fraction | None = None


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


def entitle(month: Period, dossier: Dossier, scheme: Scheme | None) -> Entitlement | Held:
    """The entitlement for `month` under `scheme`, the rules in force on its first day; Held while something is missing."""
    if scheme is None:
        return Held(dossier.employee, str(month), (Missing("rules", str(month.start)),))
    whole, (scheme, early) = scheme, _while_running(month, dossier, scheme)
    found = stretches(month, dossier.positions, dossier.employment, scheme, dossier.calendar)
    bonuses, _ = bonuses_of(month, dossier, scheme)
    last = position_on(month.end, dossier.positions, dossier.employment)
    if last is None and (bonuses or any(each.serving for each in found)):
        return Held(dossier.employee, str(month), (Missing("position", str(month.start)), *_others_missing(month, dossier, scheme)))
    paid = [each for each in found if each.paid and each.position is not None]
    if not paid:
        return _nothing(month, dossier, scheme, found, last, bonuses)
    attendance = attendance_of(month, dossier.attendance, scheme, dossier.today)
    assumed = early and attendance is None and scheme.early.attendance == FULL_ATTENDANCE
    standing = standing_for(month, dossier, scheme)
    sanctions = penalties(month, dossier.sanctions, dossier.liftings) if scheme.cuts(month) else ()
    penalty = heaviest(sanctions)
    missing = _missing(month, dossier, scheme, paid, attendance is not None or assumed, standing, penalty)
    if missing:
        return Held(dossier.employee, str(month), missing)
    predicate = scheme.named(standing.predicate)
    percents = {"predicate": scheme.payout[predicate] if standing.percent is None else standing.percent}
    discipline = None
    if scheme.uses("discipline"):
        discipline = FULL if assumed else points(attendance.event, scheme.discipline)
    if discipline is not None:
        percents["discipline"] = discipline
    provisional = discipline is not None and (assumed or attendance.event.provisional_until is not None)
    by_last = standing.by == LAST and whole.when_missing != scheme.when_missing
    lines = _lines(scheme, portions(found, scheme), percents, penalty, predicate, bonuses)
    grounds = (
        _published(dossier.rule_sets, scheme),
        *dict.fromkeys(each.position for each in paid),
        attendance if discipline is not None else None,
        standing.source,
        *_withdrawn(month, dossier, scheme, standing),
        *(fact for each in sanctions for fact in (each.imposed, each.lifted)),
        *bonuses,
        *life_in(month, dossier.life),
        *(_working_days(month, dossier.declared) if scheme.within_month == WORKING_DAYS and len(found) > 1 else ()),
        *taken_back(month, dossier.withdrawn, paid[0].position),
    )
    return Entitlement(
        employee=dossier.employee,
        month=str(month),
        rule_set=scheme.rule_set,
        job_class=paid[-1].position.event.job_class,
        predicate_period=str(standing.period),
        predicate=predicate,
        discipline_points="" if discipline is None else percent_text(discipline),
        lines=lines,
        total=sum(line.amount for line in lines),
        grounds=tuple(fact for fact in grounds if fact is not None),
        stretches=found,
        standing=standing,
        assumed=assumed and discipline is not None,
        counts_until=month.end if provisional or by_last else None,
    )


def _working_days(month: Period, declared: Sequence[Fact]) -> Iterable[Fact]:
    """What the agency said of the month's days."""
    for fact in declared:
        if fact.event.since <= month.end if isinstance(fact.event, WorkingWeekSet) else month.holds(fact.event.day):
            yield fact


def _nothing(
    month: Period,
    dossier: Dossier,
    scheme: Scheme,
    found: tuple[Stretch, ...],
    position: Fact[PositionAssigned] | None,
    bonuses: Sequence[Fact[AwardGranted]],
) -> Entitlement:
    """No day of the month is paid, so that neither predicate nor attendance is asked for. A bonus is, all the same."""
    lines = bonus_lines(bonuses)
    grounds = (_published(dossier.rule_sets, scheme), position, *bonuses, *life_in(month, dossier.life))
    return Entitlement(
        employee=dossier.employee,
        month=str(month),
        rule_set=scheme.rule_set,
        job_class=0 if position is None else position.event.job_class,
        predicate_period=str(scheme.pays(month)),
        predicate=MISSING,
        discipline_points="",
        lines=lines,
        total=sum(line.amount for line in lines),
        grounds=tuple(fact for fact in grounds if fact is not None),
        stretches=found,
        outside=not bonuses and not any(each.serving and each.position is not None for each in found),
    )


def _lines(
    scheme: Scheme,
    found: Sequence[Portion],
    percents: Mapping[str, Fraction],
    penalty: Penalty | None,
    predicate: str,
    bonuses: Sequence[Fact[AwardGranted]],
) -> tuple[Line, ...]:
    """The components, which never exceed the basic amount; a sanction's cut on their sum; then extras and bonuses, which no cut touches."""
    components = lines_of(found, scheme.components, percents, scheme.rest)
    extras = (extra for extra in scheme.extras if predicate in extra.when)
    return (
        *components,
        *((cut_line(components, SANCTION, "sanction-cut", penalty.imposed.event.percent),) if penalty is not None else ()),
        *(line for extra in extras for line in extra_lines(found, extra.name, "predicate-extra", extra.share)),
        *bonus_lines(bonuses),
    )


def taken_back(
    month: Period, withdrawn: Sequence[Fact[PositionWithdrawn]], held: Fact[PositionAssigned]
) -> tuple[Fact[PositionWithdrawn], ...]:
    """The withdrawals of posts that would have paid in the month in place of the one that was `held` first."""
    return tuple(fact for fact in withdrawn if not fact.event.acting and held.event.since < fact.event.since <= month.end)


def _while_running(month: Period, dossier: Dossier, scheme: Scheme) -> tuple[Scheme, bool]:
    """The rules as they are while a month runs that they pay before its end, and whether it does."""
    if scheme.early is None or not scheme.early.holds(month, dossier.today):
        return scheme, False
    by_last = scheme.early.predicate == LAST_PREDICATE and scheme.when_missing == "hold"
    return (replace(scheme, when_missing="last") if by_last else scheme), True


def attendance_of(
    month: Period, attendance: Sequence[Fact[AttendanceRecorded]], scheme: Scheme | None = None, today: date | None = None
) -> Fact[AttendanceRecorded] | None:
    """The month's attendance in its highest revision. What was recorded of a part of it counts while it runs, if the rules pay it then."""
    recorded = [fact for fact in attendance if fact.event.month == str(month)]
    if scheme is None or scheme.early is None or not scheme.early.runs(month, today):
        recorded = [fact for fact in recorded if fact.event.provisional_until is None]
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


def standing_for(month: Period, dossier: Dossier, scheme: Scheme) -> Standing | None:
    """The predicate that pays `month`, or what the rules put in its place; None while that is nothing."""
    period = scheme.pays(month)
    found = standing_in(period, dossier.predicates, scheme.pay_basis)
    if found is not None:
        return found
    if scheme.when_missing == "last":
        past = fallbacks(period, month, dossier)
        earlier = (standing_in(each, dossier.predicates, scheme.pay_basis) for each in past)
        found = next((standing for standing in earlier if standing is not None), None)
        if found is not None:
            return replace(found, by=LAST)
    if scheme.without_predicate is not None and away(period, dossier.employment, month):
        return _in_place(period, scheme.without_predicate, WITHOUT_PREDICATE)
    return _in_place(period, scheme.when_missing, WHEN_MISSING)


def _withdrawn(month: Period, dossier: Dossier, scheme: Scheme, standing: Standing) -> Iterable[Fact[DeliveryWithdrawn]]:
    """The deliveries that gave the month a predicate, or a later one than it has, until they were withdrawn."""
    paying = scheme.pays(month)
    for fact in dossier.withdrawals:
        period = Period.parse(fact.event.period)
        if period == paying or (standing.by == LAST and standing.period.end < period.end <= paying.end):
            yield fact


def _in_place(period: Period, rule: str | Fraction, name: str) -> Standing | None:
    """What a rule puts in the place of a predicate: a percentage, a predicate, or nothing (``hold``, ``last`` without any)."""
    if rule in ("hold", "last"):
        return None
    if isinstance(rule, str):
        return Standing(period, rule, None, name)
    return Standing(period, MISSING, None, name, rule)


def fallbacks(period: Period, month: Period, dossier: Dossier) -> tuple[Period, ...]:
    """The periods that ``when_missing: last`` may look at: those that ended before `period` did, at most MONTHS_BACK earlier.

    The one that ended last comes first; of those that ended together one of the same kind, then the longer. Rules that begin to pay by
    another kind of period thus go on from what was appraised under the earlier ones. Periods that were over before the spell of service
    began that the last day of `month` lies in are not looked at: who is registered again has shown nothing yet in his new service.
    """
    known = {Period.parse(fact.event.period) for fact in dossier.predicates}
    last = 12 * period.year + period.last
    near = [past for past in known if past != period and 0 <= last - (12 * past.year + past.last) <= MONTHS_BACK]
    near = [past for past in near if dossier.employment.reaches(min(past.end, month.end), month.end)]
    return tuple(sorted(near, key=lambda past: (past.end, past.kind == period.kind, past.last - past.first), reverse=True))


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
    dossier: Dossier,
    scheme: Scheme,
    paid: Sequence[Stretch],
    attended: bool,
    standing: Standing | None,
    penalty: Penalty | None,
) -> tuple[Missing, ...]:
    classes = dict.fromkeys(each.position.event.job_class for each in paid)
    missing = [Missing("basic-amount", str(one)) for one in classes if one not in scheme.basic]
    if not attended and scheme.uses("discipline"):
        missing.append(Missing("attendance", str(month)))
    if standing is None:
        missing.append(_lacks_predicate(month, dossier, scheme))
    elif standing.percent is None and scheme.named(standing.predicate) not in scheme.payout:
        missing.append(Missing("payout", standing.predicate))
    if penalty is not None and penalty.imposed.event.percent is None:
        missing.append(Missing("sanction-percent", penalty.imposed.event.sanction))
    return tuple(missing)


def _others_missing(month: Period, dossier: Dossier, scheme: Scheme) -> tuple[Missing, ...]:
    """What is missing beside the post."""
    attended = attendance_of(month, dossier.attendance, scheme, dossier.today) is not None
    return _missing(month, dossier, scheme, (), attended, standing_for(month, dossier, scheme), None)


def _lacks_predicate(month: Period, dossier: Dossier, scheme: Scheme) -> Missing:
    """Who was away during all of the period will not have its predicate: the rules have to say what pays him."""
    period = scheme.pays(month)
    if scheme.without_predicate is None and away(period, dossier.employment, month):
        return Missing("without-predicate", str(period))
    return Missing("predicate", str(period))


def _published(rule_sets: Sequence[Fact[RuleSetPublished]], scheme: Scheme) -> Fact[RuleSetPublished] | None:
    """The event that published the scheme's rule set; None for a national default."""
    named = [fact for fact in rule_sets if f"{fact.event.id}@{fact.event.version}" == scheme.rule_set]
    return max(named, key=lambda fact: fact.rank, default=None)
