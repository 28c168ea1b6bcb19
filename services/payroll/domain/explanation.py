"""The explanation of a month's allowance: from the rupiah back to the target, each step with the fact that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from typing import Any

from services.payroll.domain.allowance import shifted
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.recovery import Settled
from services.payroll.domain.rule import Rules, Told
from services.payroll.domain.rules import RULES
from services.payroll.domain.scheme import Scheme
from services.payroll.domain.steps import plain, step
from services.payroll.events import AllowanceAdjusted, AllowanceCalculated, AllowanceConfirmed, AllowanceHeld, AllowancePosted, Line
from services.payroll.heard import (
    AppraisalDelivered,
    AppraisalImported,
    ObjectionDecided,
    ObjectionFiled,
    ObjectionOverdue,
    ObjectionRefused,
    PlanApproved,
    ProgressRecorded,
    ScoreSubmitted,
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
    rules: Rules = RULES,
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
    told = Told(month, finding, scheme, isinstance(finding, Entitlement))
    steps = [
        *(step("calculated", fact) for fact in calculated),
        *(step("posted", fact) for fact in posted),
        *(step(_CHANGED[type(fact.event)], fact) for fact in sorted((*adjusted, *confirmed), key=lambda fact: fact.version)),
        *_lines(finding),
        *_rules(scheme, dossier),
        *(said for rule in sorted(rules, key=lambda rule: rule.chapter) for said in rule.explain(told, rule.of(dossier))),
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
        "chain": steps,
    }


def _difference(fact: Fact[AllowanceAdjusted], story: Story, dossier: Dossier, payments: Sequence[Fact[Settled]]) -> dict[str, Any]:
    """One adjustment in a sentence's parts: how much, from what to what, because of which fact, paid by which runs."""
    event = fact.event
    candidates = chain(story.judged, dossier.everything())
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
        "cause": {"event": event.cause, "type": event.cause_type} if cause is None else step("cause", cause),
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
    return {name: value for name, value in plain(line).items() if value is not None}


def _rules(scheme: Scheme | None, dossier: Dossier) -> Iterable[dict[str, Any]]:
    if scheme is None:
        return
    published = [fact for fact in dossier.rule_sets if f"{fact.event.id}@{fact.event.version}" == scheme.rule_set]
    data = {"rule_set": scheme.rule_set, "sources": list(scheme.sources), "effect": scheme.effect, "pay_basis": scheme.pay_basis}
    yield {**(step("rule-set", published[-1]) if published else {"step": "rule-set"}), "data": data}


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
        yield step(_JUDGED.get(type(fact.event), _kebab(type(fact.event).__name__)), fact)


def _scores(story: Story) -> Iterable[dict[str, Any]]:
    """Of each item the last word of each side, together with the earlier ones where it was changed."""
    for fact in sorted(_once(story.scores), key=lambda fact: (fact.event.what, fact.event.item, fact.rank)):
        yield step("score", fact)


def _targets(story: Story) -> Iterable[dict[str, Any]]:
    """Each target as fixed in every plan that counts for the appraised months, followed by its progress in them."""
    latest: dict[str, dict[int, Fact[TargetSet]]] = {}
    for fact in sorted(_once(story.targets), key=lambda fact: fact.rank):
        latest.setdefault(fact.event.target_id, {})[fact.event.plan_version] = fact
    for target_id in sorted(latest):
        for _, fact in sorted(latest[target_id].items()):
            told = step("target", fact)
            # What this target does not say is not shown as nothing.
            yield told | {"data": {name: value for name, value in told["data"].items() if value not in (None, [])}}
        own = [fact for fact in _once(story.progress) if fact.event.target_id == target_id]
        for fact in sorted(own, key=lambda fact: (fact.event.month, fact.rank)):
            yield step("progress", fact)


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


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
