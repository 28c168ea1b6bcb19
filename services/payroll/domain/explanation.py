"""The explanation of a month's allowance: from the rupiah back to the target, each step with the fact that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any

from services.payroll.domain.allowance import percent_text, shifted
from services.payroll.domain.bonus import bonuses_of
from services.payroll.domain.discipline import deductions
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import Entitlement, Held, attendance_of
from services.payroll.domain.presence import FULL, life_in, position_on
from services.payroll.domain.recovery import Settled
from services.payroll.domain.sanction import heaviest, penalties
from services.payroll.domain.scheme import Scheme
from services.payroll.events import AllowanceAdjusted, AllowanceCalculated, AllowanceConfirmed, AllowanceHeld, AllowancePosted, Line
from services.payroll.heard import (
    AppraisalDelivered,
    AppraisalImported,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndRevoked,
    ObjectionDecided,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionRefused,
    PlanApproved,
    ProgressRecorded,
    RegistrationWithdrawn,
    ScoreSubmitted,
    ServiceInterrupted,
    ServiceResumed,
    TargetSet,
)
from shared.kernel.facts import Fact
from shared.kernel.periods import Period, month_of


@dataclass(frozen=True)
class Story:
    """All that is known about how the period's predicate came about: facts of appraisal, of any order."""

    judged: Sequence[Fact] = ()
    scores: Sequence[Fact[ScoreSubmitted]] = ()
    targets: Sequence[Fact[TargetSet]] = ()
    progress: Sequence[Fact[ProgressRecorded]] = ()


def explain(
    month: Period,
    finding: Entitlement | Held,
    scheme: Scheme | None,
    dossier: Dossier,
    story: Story,
    ledger: Sequence[Fact],
    payments: Sequence[Fact[Settled]],
) -> dict[str, Any]:
    """``{employee, month, status, …amounts, differences, adjustments, chain: [step, …]}``.

    `ledger` is the month's own stream, `payments` is all that runs paid the person and what he gave back (`run` is null then).
    `differences` are changes of this month, each with the runs that pay it; `adjustments` are earlier months' differences that this
    month's run pays. A step is ``{step, event, type, effective, recorded, actor, data}``; steps that rest on no event have the first and
    the last only.
    """
    open_ = [fact for fact in ledger if isinstance(fact.event, AllowanceCalculated | AllowanceHeld)][-1:]
    calculated = [fact for fact in open_ if isinstance(fact.event, AllowanceCalculated)]
    confirmed = [fact for fact in ledger if isinstance(fact.event, AllowanceConfirmed)]
    adjusted = [fact for fact in ledger if isinstance(fact.event, AllowanceAdjusted)]
    posted = [fact for fact in ledger if isinstance(fact.event, AllowancePosted)]
    chain = [
        *(_step("calculated", fact) for fact in calculated),
        *(_step("posted", fact) for fact in posted),
        *(_step(_CHANGED[type(fact.event)], fact) for fact in sorted((*adjusted, *confirmed), key=lambda fact: fact.version)),
        *_lines(finding),
        *_rules(scheme, dossier),
        *_stretches(month, finding, scheme),
        *_positions(month, finding, dossier),
        *_life(month, dossier),
        *_attendance(month, scheme, dossier, finding),
        *_sanctions(month, scheme, dossier),
        *_awards(month, scheme, dossier),
        *_predicate(finding, scheme),
        *_extras(finding, scheme),
        *_judgement(story),
        *_scores(story),
        *_targets(story),
    ]
    return {
        "employee": finding.employee,
        "month": str(month),
        "status": "posted" if posted else "calculated" if calculated else "held",
        "missing": [asdict(one) for one in finding.missing] if isinstance(finding, Held) else [],
        "due": finding.total if isinstance(finding, Entitlement) else None,
        "posted": posted[-1].event.posted if posted else None,
        "paid": posted[-1].event.paid if posted else None,
        "differences": [_difference(fact, story, dossier, payments) for fact in adjusted],
        "adjustments": [asdict(part) for fact in posted for part in fact.event.adjustments],
        "chain": chain,
    }


def _difference(fact: Fact[AllowanceAdjusted], story: Story, dossier: Dossier, payments: Sequence[Fact[Settled]]) -> dict[str, Any]:
    """One adjustment in a sentence's parts: how much, from what to what, because of which fact, paid by which runs."""
    event = fact.event
    candidates = (*story.judged, *dossier.predicates, *dossier.attendance, *dossier.positions, *dossier.rule_sets)
    candidates += (*dossier.sanctions, *dossier.liftings, *dossier.awards, *dossier.life, *dossier.withdrawals, *dossier.declared)
    cause = next((each for each in candidates if each.id == event.cause), None)
    return {
        "event": fact.id,
        "amount": event.difference,
        "from": event.from_total,
        "to": event.to_total,
        "due_in_run": event.run,
        "paid": [
            {"run": getattr(settled.event, "run", None), "amount": part.amount, "event": settled.id}
            for settled in payments
            for part in settled.event.adjustments
            if part.event == fact.id
        ],
        "rule_set": event.rule_set,
        "cause": {"event": event.cause, "type": event.cause_type} if cause is None else _step("cause", cause),
    }


_CHANGED = {AllowanceAdjusted: "adjusted", AllowanceConfirmed: "confirmed"}


def _lines(finding: Entitlement | Held) -> Iterable[dict[str, Any]]:
    """Each line. One that is not its own rounding, because the lines make a whole, says by how many rupiah it gave way or took more."""
    if isinstance(finding, Entitlement):
        for line in finding.lines:
            more = shifted(line)
            said = {"took_rest": more} if more > 0 else {"gave_way": -more} if more < 0 else {}
            yield {"step": "line", "data": {**_of_line(line), **said}}


def _of_line(line: Line) -> dict[str, Any]:
    """What concerns a part of the month stands only there."""
    return {name: value for name, value in _plain(line).items() if value is not None}


def _stretches(month: Period, finding: Entitlement | Held, scheme: Scheme | None) -> Iterable[dict[str, Any]]:
    """The month's days, where they are not all alike and paid in full: which post's class and amount holds on which, and what is paid."""
    found = finding.stretches if isinstance(finding, Entitlement) else ()
    if len(found) == 1 and found[0].percent == FULL:
        return
    for each in found:
        job_class = each.position.event.job_class if each.position is not None else None
        data = {"since": each.since.isoformat(), "until": each.until.isoformat(), "days": each.days, "of_days": each.of_days}
        data |= {"job_class": job_class, "base": scheme.basic.get(job_class) if scheme is not None else None}
        yield {"step": "days", "data": {**data, "percent": percent_text(each.percent), "why": each.why}}


def _positions(month: Period, finding: Entitlement | Held, dossier: Dossier) -> Iterable[dict[str, Any]]:
    """The posts that the month is paid by, or the one held on its first day."""
    found = finding.stretches if isinstance(finding, Entitlement) else ()
    paid = dict.fromkeys(each.position for each in found if each.paid)
    for fact in paid or (position_on(month.start, dossier.positions, dossier.employment),):
        yield from _step_of("position", fact)


_LIFE = {
    EmployeeRegistered: "registered",
    EmploymentEnded: "employment-ended",
    EmploymentEndRevoked: "end-revoked",
    RegistrationWithdrawn: "registration-withdrawn",
    ServiceInterrupted: "service-interrupted",
    ServiceResumed: "service-resumed",
}


def _life(month: Period, dossier: Dossier) -> Iterable[dict[str, Any]]:
    for fact in life_in(month, dossier.life):
        yield _step(_LIFE[type(fact.event)], fact)


def _rules(scheme: Scheme | None, dossier: Dossier) -> Iterable[dict[str, Any]]:
    if scheme is None:
        return
    published = [fact for fact in dossier.rule_sets if f"{fact.event.id}@{fact.event.version}" == scheme.rule_set]
    data = {"rule_set": scheme.rule_set, "sources": list(scheme.sources), "effect": scheme.effect, "pay_basis": scheme.pay_basis}
    yield {**(_step("rule-set", published[-1]) if published else {"step": "rule-set"}), "data": data}


def _attendance(month: Period, scheme: Scheme | None, dossier: Dossier, finding: Entitlement | Held) -> Iterable[dict[str, Any]]:
    found = attendance_of(month, dossier.attendance, scheme, dossier.today)
    if found is None:
        if isinstance(finding, Entitlement) and finding.assumed:
            yield {"step": "attendance-assumed", "data": {"month": str(month), "source": scheme.early.source}}
        return
    step = _step("attendance", found)
    if scheme is not None and scheme.discipline is not None:
        taken = deductions(found.event, scheme.discipline)
        step["data"]["deductions"] = [{"cause": each.cause, "count": each.count, "points": str(each.points)} for each in taken]
    yield step


def _sanctions(month: Period, scheme: Scheme | None, dossier: Dossier) -> Iterable[dict[str, Any]]:
    """Each sanction whose term holds the month, with what became of it there: `outcome` cut, lifted, heavier-one-counts, no-local-rule."""
    found = penalties(month, dossier.sanctions, dossier.liftings)
    counts = heaviest(found)
    for penalty in found:
        step = _step("sanction", penalty.imposed)
        if scheme is None or not scheme.cuts(month):
            step["data"]["outcome"] = "no-local-rule"  # PP 94/2021 art. 42 defers the cut
        elif not penalty.cuts:
            step["data"]["outcome"] = "lifted"
        else:
            step["data"]["outcome"] = "cut" if penalty is counts else "heavier-one-counts"
        step["data"]["source"] = scheme.cut.source if scheme is not None and scheme.cut is not None else None
        yield step
        yield from _step_of("sanction-lifted", penalty.lifted)


def _awards(month: Period, scheme: Scheme | None, dossier: Dossier) -> Iterable[dict[str, Any]]:
    """Whose bonus the month pays, and whose it would have paid had service not ended."""
    for name, found in zip(("award", "award-lapsed"), bonuses_of(month, dossier, scheme), strict=True):
        for fact in found:
            yield _step(name, fact)


def _extras(finding: Entitlement | Held, scheme: Scheme | None) -> Iterable[dict[str, Any]]:
    """The extra components that the predicate earned."""
    if isinstance(finding, Entitlement) and scheme is not None:
        for extra in scheme.extras:
            if finding.predicate in extra.when:
                data = {"name": extra.name, "when_predicate": sorted(extra.when), "percent_of_base": percent_text(extra.share)}
                yield {"step": "extra", "data": {**data, "predicate": finding.predicate}}


def _predicate(finding: Entitlement | Held, scheme: Scheme | None) -> Iterable[dict[str, Any]]:
    """The predicate that pays the month. `by` names the rule that put it in the place of one that is not there."""
    if isinstance(finding, Entitlement) and scheme is not None and finding.standing is not None:
        percent = finding.standing.percent if finding.standing.percent is not None else scheme.payout[finding.predicate]
        data = {"period": finding.predicate_period, "predicate": finding.predicate, "percent": str(percent)}
        by = {} if finding.standing.by is None else {"by": finding.standing.by, "instead_of": str(scheme.pays(Period.parse(finding.month)))}
        yield {"step": "predicate", "data": {**data, **by}}


_JUDGED = {
    AppraisalImported: "appraisal-imported",
    AppraisalDelivered: "appraisal-delivered",
    ObjectionFiled: "objection",
    ObjectionRefused: "objection-refused",
    ObjectionOverdue: "decision-overdue",
    ObjectionDecided: "decision",
}


def _judgement(story: Story) -> Iterable[dict[str, Any]]:
    """What was judged, objected and decided, as it went. Confirmations (finalised, corrected) bear their type's own name."""
    for fact in sorted(_once(story.judged), key=lambda fact: (fact.recorded, fact.rank)):
        yield _step(_JUDGED.get(type(fact.event), _kebab(type(fact.event).__name__)), fact)


def _scores(story: Story) -> Iterable[dict[str, Any]]:
    """Of each item the last word of each side, together with the earlier ones where it was changed."""
    for fact in sorted(_once(story.scores), key=lambda fact: (fact.event.what, fact.event.item, fact.rank)):
        yield _step("score", fact)


def _targets(story: Story) -> Iterable[dict[str, Any]]:
    """Each target as fixed in every plan that counts for the appraised months, followed by its progress in them."""
    latest: dict[str, dict[int, Fact[TargetSet]]] = {}
    for fact in sorted(_once(story.targets), key=lambda fact: fact.rank):
        latest.setdefault(fact.event.target_id, {})[fact.event.plan_version] = fact
    for target_id in sorted(latest):
        for _, fact in sorted(latest[target_id].items()):
            told = _step("target", fact)
            # What this target does not say is not shown as nothing.
            yield told | {"data": {name: value for name, value in told["data"].items() if value not in (None, [])}}
        own = [fact for fact in _once(story.progress) if fact.event.target_id == target_id]
        for fact in sorted(own, key=lambda fact: (fact.event.month, fact.rank)):
            yield _step("progress", fact)


def plans_counting(plans: Iterable[PlanApproved], period: Period) -> frozenset[int]:
    """The versions of a year's plan that count for a month of the period: one made anew counts from its first whole month on."""
    first: dict[int, date] = {}
    for plan in plans:
        since = plan.since or Period.parse(plan.period).start
        month = month_of(since)
        first[plan.plan_version] = (month if since == month.start else month.shift(1)).start
    begun = ([number for number in sorted(first) if first[number] <= month.start] for month in period.months)
    return frozenset(numbers[-1] for numbers in begun if numbers)


def _once(facts: Iterable[Fact]) -> Iterable[Fact]:
    return {fact.id: fact for fact in facts}.values()


def _step_of(name: str, fact: Fact | None) -> Iterable[dict[str, Any]]:
    return () if fact is None else (_step(name, fact),)


def _step(name: str, fact: Fact) -> dict[str, Any]:
    return {
        "step": name,
        "event": fact.id,
        "type": fact.type,
        "effective": fact.effective.isoformat(),
        "recorded": fact.recorded.isoformat(),
        "actor": fact.actor,
        "data": _plain(fact.event),
    }


def _plain(value: Any) -> Any:
    """JSON values: days and moments as ISO 8601 text."""
    if is_dataclass(value):
        return {name: _plain(part) for name, part in vars(value).items()}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
