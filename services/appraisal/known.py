"""What appraisal knows of a person, put together from the facts: registered or not, unit, assessor and the assessor's superior."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from services.appraisal.domain import streams
from services.appraisal.domain.rules import AppraisalRules, read_rules
from services.appraisal.domain.standing import Assesses, History, May, Post, Service, assessing, deciding, line_of_period
from services.appraisal.events import AppraisalDelivered, DeliverySeen, DeliveryWithdrawn, OrganisationResultSet
from services.appraisal.heard import (
    LIFE,
    PositionAssigned,
    PositionWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
    UnitMoved,
    UnitMoveWithdrawn,
    UnitOpened,
)
from services.appraisal.tables import TABLES
from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import Employment, ends_of, stands_in
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.leading import lines_of
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet
from shared.kernel.withdrawn import that_count, that_stand


def registered(knowledge: Knowledge, employee: str) -> bool:
    return employment_of(knowledge, employee).registered


def must_be_registered(knowledge: Knowledge, employee: str) -> None:
    """Refused (404) for an unknown employee; another agency's is unknown here."""
    if not registered(knowledge, employee):
        raise Refused(
            "unknown-employee",
            status=404,
            expected="an employee registered with personnel",
            found=employee,
            remedy="check the id; personnel registers people, and it takes a moment until appraisal has heard of them",
        )


def employment_of(knowledge: Knowledge, employee: str) -> Employment:
    """When the person was, is and will be in service."""
    return Employment.known(knowledge, employee, LIFE)


def transfers_in(knowledge: Knowledge, employee: str, year: Period) -> tuple[date, ...]:
    """The days of the year on which another definitive post, or another spell of service, began."""
    held = [fact.event for fact in _posts(knowledge, employee)]
    of_a_day = {one.since: (one.post, one.unit) for one in held}
    days = sorted(of_a_day)
    moved = {day for before, day in zip(days, days[1:]) if of_a_day[before] != of_a_day[day]}
    spells = employment_of(knowledge, employee).spells
    return tuple(sorted(day for day in moved | {one.since for one in spells[1:]} if year.holds(day)))


def appraisal_rules(rules: RuleSet) -> AppraisalRules:
    """A published rule set, ready to appraise by; read once."""
    return rules.once(_read)


def _read(rules: RuleSet) -> AppraisalRules:
    return read_rules(rules, TABLES)


def must_be_a_unit(knowledge: Knowledge, unit: str) -> None:
    """Refused (404) for an unknown unit."""
    if not knowledge.facts(UnitOpened, unit):
        raise Refused(
            "unknown-unit",
            status=404,
            expected="a unit opened by personnel",
            found=unit,
            remedy="check the code; personnel opens units, and it takes a moment until appraisal has heard of them",
        )


def above(knowledge: Knowledge, employee: str, day: date) -> tuple[str | None, str | None]:
    """The assessor and the assessor's superior on a day; None for a place that nobody holds.

    Who has been registered again since the line named him does not hold it, and the employee's own lines of an earlier service do not
    count: each is set anew.
    """
    history = _history(knowledge, employee, ())
    return history.named(history.line_on(day), day)


def _posts(knowledge: Knowledge, employee: str) -> list[Fact[PositionAssigned]]:
    """The posts that were not held in an acting capacity, lowest day first."""
    return [fact for fact in that_stand(knowledge, PositionAssigned, PositionWithdrawn, employee) if not fact.event.acting]


def history_of(knowledge: Knowledge, employee: str) -> History:
    """What decides who stands how to the employee, on whichever day."""
    posts = {fact.event.since: fact.event.unit for fact in _posts(knowledge, employee)}
    return _history(knowledge, employee, tuple(Post(unit, since) for since, unit in posts.items()))


def _history(knowledge: Knowledge, employee: str, posts: tuple[Post, ...]) -> History:
    return History(
        employee,
        lines_of(knowledge, ReportingLineSet, ReportingLineWithdrawn, employee),
        posts,
        knowledge.today,
        lambda person: service_of(knowledge, person),
        ends_of(knowledge, employee, LIFE),
        lambda person, since, day: stands_in(knowledge, person, since, day, LIFE),
    )


def service_of(knowledge: Knowledge, person: str) -> Service:
    """How somebody serves today; of whom nothing is known, that he does."""
    life, today = employment_of(knowledge, person), knowledge.today
    if life.out_of_office(today) is not None:
        return Service.GONE
    return Service.PRESENT if life.interruption(today) is None else Service.AWAY


@dataclass(frozen=True)
class Delivered:
    """The delivery that stands: the event's id, by whom, on which day."""

    id: str
    by: str
    on: date


def delivered(knowledge: Knowledge, employee: str, period: Period) -> Delivered | None:
    """The delivery of the period's result that stands; None before, after it was withdrawn, and for an imported one."""
    found = None
    for fact in knowledge.stream(streams.appraisal(employee, str(period))):
        if isinstance(fact.event, AppraisalDelivered):
            found = Delivered(fact.id, fact.actor, knowledge.zone.local_date(fact.recorded))
        elif isinstance(fact.event, DeliveryWithdrawn):
            found = None
    return found


def seen_at(knowledge: Knowledge, employee: str, period: str, delivery: str | None) -> datetime | None:
    """When the employee first read the result of that delivery; None while he has not."""
    facts = knowledge.stream(streams.seen(employee, period))
    return next((fact.recorded for fact in facts if isinstance(fact.event, DeliverySeen) and fact.event.delivery == delivery), None)


def assesses(knowledge: Knowledge, period: Period) -> Assesses:
    """The place's rule for a period within which the assessor changed, as in force on the period's last day."""
    return appraisal_rules(knowledge.rules("appraisal", period.end)).assessor_of_period


def may_assess(knowledge: Knowledge, employee: str, period: Period) -> May:
    """Who may assess the employee for the period, as things stand today."""
    return assessing(history_of(knowledge, employee), period, assesses(knowledge, period))


def may_decide(knowledge: Knowledge, employee: str, period: Period) -> May:
    """Who may decide on the period's objection, or correct its result, as things stand today.

    Of an imported result the period's assessor counts as who delivered it.
    """
    history, found = history_of(knowledge, employee), delivered(knowledge, employee, period)
    if found is None:
        line = line_of_period(history, period, assesses(knowledge, period))
        return deciding(history, period, line.assessor if line else None, min(period.end, history.today), None)
    return deciding(history, period, found.by, found.on, above(knowledge, found.by, found.on)[0])


def unit_of(knowledge: Knowledge, employee: str, day: date) -> str | None:
    """The unit of the post (not one held in an acting capacity) that the employee had on `day`, or None.

    A post of an earlier service does not count in the one after it.
    """
    held = that_count(knowledge, PositionAssigned, PositionWithdrawn, employee, day, LIFE)
    post = in_force((fact for fact in held if not fact.event.acting), day, of_fact)
    return None if post is None else post.event.unit


def organisation_result(knowledge: Knowledge, unit: str | None, period: str) -> str | None:
    """The result of the unit, or of the nearest organisation above it that has one for the period; None when none has."""
    for one in upwards(knowledge, unit, Period.parse(period).end):
        results = [fact.event.result for fact in knowledge.facts(OrganisationResultSet, one) if fact.event.period == period]
        if results:
            return results[-1]
    return None


def upwards(knowledge: Knowledge, unit: str | None, day: date) -> Iterator[str]:
    """The unit, and one after the other those above it on a day."""
    seen: set[str] = set()
    while unit is not None and unit not in seen:
        seen.add(unit)
        yield unit
        moves = that_stand(knowledge, UnitMoved, UnitMoveWithdrawn, unit)
        opened = sorted((*knowledge.facts(UnitOpened, unit), *moves), key=lambda fact: fact.rank)
        stands = in_force(opened, max(day, opened[0].event.since), of_fact) if opened else None
        unit = None if stands is None else stands.event.parent


def works_in(knowledge: Knowledge, employee: str, unit: str) -> bool:
    """Whether the employee's post (not one held in an acting capacity) is now in the unit or below it."""
    return unit in upwards(knowledge, unit_of(knowledge, employee, knowledge.today), knowledge.today)
