"""The days of a month: which are served in which post, at work or not, and by which basic amount they are paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.payroll.domain.dossier import Dossier
from services.payroll.domain.presence import FULL, life_in, position_on, stretches
from services.payroll.domain.rule import Case, Chapter, Days, Finding, Input, Rule, Step, Told, Undone
from services.payroll.domain.scheme import WORKING_DAYS, Scheme
from services.payroll.domain.steps import step, step_of
from services.payroll.events import Missing, RuleSetPublished
from services.payroll.heard import (
    LIFE,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndRevoked,
    PositionAssigned,
    PositionWithdrawn,
    RegistrationWithdrawn,
    ServiceInterrupted,
    ServiceResumed,
)
from shared.events.calendar import CALENDAR_EVENTS, WorkingWeekSet
from shared.kernel.facts import Fact
from shared.kernel.money import exact_text
from shared.kernel.periods import Period
from shared.kernel.withdrawn import same


def counts_working_days(published: Iterable[Fact[RuleSetPublished]]) -> bool:
    """Whether the agency ever said to count parts of a month in working days, so that its calendar is money."""
    return any(fact.event.settings.get("within_month") == WORKING_DAYS for fact in published)


POST_WITHDRAWN = Undone(PositionWithdrawn, lambda by, fact: by.version > fact.version and same(by.event, fact.event))
SERVICE_FACTS = tuple(Input(model) for model in LIFE)
READS = (
    Input(PositionAssigned, undone=POST_WITHDRAWN),
    Input(PositionWithdrawn),
    *SERVICE_FACTS,
    *(Input(model, where=counts_working_days) for model in CALENDAR_EVENTS),
)


def days_of(month: Period, dossier: Dossier, scheme: Scheme) -> Days:
    positions, employment = dossier.facts(PositionAssigned), dossier.employment
    found = stretches(month, positions, employment, scheme, dossier.calendar)
    paid = tuple(each for each in found if each.paid and each.position is not None)
    return Days(found, position_on(month.end, positions, employment), paid)


def _find_posts(case: Case, dossier: Dossier) -> Finding:
    if not case.paid:
        return Finding(grounds=() if case.days.last is None else (case.days.last,))
    posts = tuple(dict.fromkeys(each.position for each in case.paid))
    classes = dict.fromkeys(post.event.job_class for post in posts)
    missing = tuple(Missing("basic-amount", str(one)) for one in classes if one not in case.scheme.basic)
    return Finding(missing=missing, grounds=posts)


def _explain_posts(told: Told, dossier: Dossier) -> Iterable[Step]:
    yield from _stretches(told)
    found = told.finding.stretches if told.entitled else ()
    paid = dict.fromkeys(each.position for each in found if each.paid)
    for fact in paid or (position_on(told.month.start, dossier.facts(PositionAssigned), dossier.employment),):
        yield from step_of("position", fact)


def _stretches(told: Told) -> Iterable[Step]:
    """The month's days, where they are not all alike and paid in full: which post's class and amount holds on which, and what is paid."""
    found = told.finding.stretches if told.entitled else ()
    if len(found) == 1 and found[0].percent == FULL:
        return
    for each in found:
        job_class = each.position.event.job_class if each.position is not None else None
        data = {"since": each.since.isoformat(), "until": each.until.isoformat(), "days": each.days, "of_days": each.of_days}
        data |= {"job_class": job_class, "base": told.scheme.basic.get(job_class) if told.scheme is not None else None}
        yield {"step": "days", "data": {**data, "percent": exact_text(each.percent), "why": each.why}}


def _find_service(case: Case, dossier: Dossier) -> Finding:
    """What bears on which days count: facts of service; where working days are counted, the calendar's; posts that were taken back."""
    life = life_in(case.month, dossier.all(LIFE))
    if not case.paid:
        return Finding(grounds=life)
    counted = case.scheme.within_month == WORKING_DAYS and len(case.days.found) > 1
    days = _working_days(case.month, dossier) if counted else ()
    return Finding(grounds=(*life, *days, *taken_back(case.month, dossier.facts(PositionWithdrawn), case.paid[0].position)))


def _working_days(month: Period, dossier: Dossier) -> Iterable[Fact]:
    """What the agency said of the month's days."""
    for fact in dossier.all(CALENDAR_EVENTS):
        if fact.event.since <= month.end if isinstance(fact.event, WorkingWeekSet) else month.holds(fact.event.day):
            yield fact


def taken_back(
    month: Period, withdrawn: Sequence[Fact[PositionWithdrawn]], held: Fact[PositionAssigned]
) -> tuple[Fact[PositionWithdrawn], ...]:
    """The withdrawals of posts that would have paid in the month in place of the one that was `held` first."""
    return tuple(fact for fact in withdrawn if not fact.event.acting and held.event.since < fact.event.since <= month.end)


LIFE_STEPS = {
    EmployeeRegistered: "registered",
    EmploymentEnded: "employment-ended",
    EmploymentEndRevoked: "end-revoked",
    RegistrationWithdrawn: "registration-withdrawn",
    ServiceInterrupted: "service-interrupted",
    ServiceResumed: "service-resumed",
}


def _explain_service(told: Told, dossier: Dossier) -> Iterable[Step]:
    for fact in life_in(told.month, dossier.all(LIFE)):
        yield step(LIFE_STEPS[type(fact.event)], fact)


POSTS = Rule("posts", READS, _find_posts, _explain_posts, Chapter.DAYS, without_days=True)
"""Each day's post: its basic amount pays the day. The month waits for a post and for the amount of its class."""

SERVICE = Rule("service", READS, _find_service, _explain_service, Chapter.DAYS, without_days=True)
"""What else the days rest on."""
