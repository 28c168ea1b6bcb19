"""The predicate that pays a month: the appraised period's, or what the rules put in its place; its percentage by the payout table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.early import LAST_PREDICATE
from services.payroll.domain.presence import away
from services.payroll.domain.rule import Case, Chapter, Finding, Input, Rule, Step, Told, Undone
from services.payroll.domain.rules.days import SERVICE_FACTS
from services.payroll.domain.scheme import PREDICATE_FACTOR, Scheme, paid_months
from services.payroll.events import Missing
from services.payroll.heard import (
    AppraisalCorrected,
    AppraisalDelivered,
    AppraisalFinalized,
    AppraisalImported,
    DeliveryWithdrawn,
    ObjectionDecided,
)
from shared.kernel.facts import Fact
from shared.kernel.periods import Period

MISSING = "missing"
"""Stands for the predicate where a rule pays a percentage without one."""

MONTHS_BACK = 12
"""How old a predicate may be that ``when_missing: last`` falls back on."""

WHEN_MISSING, LAST, WITHOUT_PREDICATE = "when-missing", "last-predicate", "without-predicate"
"""The rules that put something in the place of a predicate that is not there."""

PREDICATE_FACTS = (AppraisalImported, AppraisalDelivered, ObjectionDecided, AppraisalFinalized, AppraisalCorrected)


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


@cache
def _paid_by(period: str) -> frozenset[str]:
    """The months that a predicate of the period may pay. Agencies know some dozens of periods."""
    return frozenset(str(month) for month in paid_months(Period.parse(period)))


WITHDRAWAL = Undone(DeliveryWithdrawn, lambda by, fact: by.event.delivery == fact.id)
READS = (
    *(Input(model, knows=lambda event: _paid_by(event.period), undone=WITHDRAWAL) for model in PREDICATE_FACTS),
    Input(DeliveryWithdrawn),
    *SERVICE_FACTS,
)


def _by_period(dossier: Dossier) -> Mapping[str, Sequence[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in dossier.all(PREDICATE_FACTS):
        found.setdefault(fact.event.period, []).append(fact)
    return found


def standing_in(period: Period, predicates: Sequence[Fact], pay_basis: str) -> Standing | None:
    """The predicate of `period`: of competing facts the one of highest rank. None when there is none that `pay_basis` admits."""
    name = str(period)
    known = {fact.id: fact for fact in predicates if fact.event.period == name and _predicate(fact.event, pay_basis)}
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
    known = dossier.once(_by_period)
    found = standing_in(period, known.get(str(period), ()), scheme.pay_basis)
    if found is not None:
        return found
    if scheme.when_missing == "last":
        past = fallbacks(period, month, dossier)
        earlier = (standing_in(each, known[str(each)], scheme.pay_basis) for each in past)
        found = next((standing for standing in earlier if standing is not None), None)
        if found is not None:
            return replace(found, by=LAST)
    if scheme.without_predicate is not None and away(period, dossier.employment, month):
        return _in_place(period, scheme.without_predicate, WITHOUT_PREDICATE)
    return _in_place(period, scheme.when_missing, WHEN_MISSING)


def fallbacks(period: Period, month: Period, dossier: Dossier) -> tuple[Period, ...]:
    """The periods that ``when_missing: last`` may look at: those that ended before `period` did, at most MONTHS_BACK earlier.

    The one that ended last comes first; of those that ended together one of the same kind, then the longer. Rules that begin to pay by
    another kind of period thus go on from what was appraised under the earlier ones. Periods that were over before the spell of service
    began that the last day of `month` lies in are not looked at: who is registered again has shown nothing yet in his new service.
    """
    known = map(Period.parse, dossier.once(_by_period))
    last = 12 * period.year + period.last
    near = [past for past in known if past != period and 0 <= last - (12 * past.year + past.last) <= MONTHS_BACK]
    near = [past for past in near if dossier.employment.reaches(min(past.end, month.end), month.end)]
    return tuple(sorted(near, key=lambda past: (past.end, past.kind == period.kind, past.last - past.first), reverse=True))


def _withdrawn(month: Period, dossier: Dossier, scheme: Scheme, standing: Standing) -> Iterable[Fact[DeliveryWithdrawn]]:
    """The deliveries that gave the month a predicate, or a later one than it has, until they were withdrawn."""
    paying = scheme.pays(month)
    for fact in dossier.facts(DeliveryWithdrawn):
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


def _lacks_predicate(month: Period, dossier: Dossier, scheme: Scheme) -> Missing:
    """Who was away during all of the period will not have its predicate: the rules have to say what pays him."""
    period = scheme.pays(month)
    if scheme.without_predicate is None and away(period, dossier.employment, month):
        return Missing("without-predicate", str(period))
    return Missing("predicate", str(period))


def _find(case: Case, dossier: Dossier) -> Finding:
    scheme = case.scheme
    by_last = case.early and scheme.early.predicate == LAST_PREDICATE and scheme.when_missing == "hold"
    standing = standing_for(case.month, dossier, replace(scheme, when_missing="last") if by_last else scheme)
    if standing is None:
        return Finding(missing=(_lacks_predicate(case.month, dossier, scheme),))
    predicate = scheme.named(standing.predicate)
    if standing.percent is None and predicate not in scheme.payout:
        return Finding(missing=(Missing("payout", standing.predicate),))
    source = () if standing.source is None else (standing.source,)
    return Finding(
        scheme.payout[predicate] if standing.percent is None else standing.percent,
        grounds=(*source, *_withdrawn(case.month, dossier, scheme, standing)),
        said={"predicate": predicate, "predicate_period": str(standing.period), "standing": standing},
        provisional=by_last and standing.by == LAST,
    )


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    """`by` names the rule that put the predicate in the place of one that is not there."""
    finding, scheme = told.finding, told.scheme
    if told.entitled and scheme is not None and finding.standing is not None:
        percent = finding.standing.percent if finding.standing.percent is not None else scheme.payout[finding.predicate]
        data = {"period": finding.predicate_period, "predicate": finding.predicate, "percent": str(percent)}
        by = {} if finding.standing.by is None else {"by": finding.standing.by, "instead_of": str(scheme.pays(told.month))}
        yield {"step": "predicate", "data": {**data, **by}}


PREDICATE = Rule("predicate", READS, _find, _explain, Chapter.APPRAISAL, factor=PREDICATE_FACTOR)
"""The month waits for the predicate, whether a component uses its percentage or not."""
