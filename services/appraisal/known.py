"""What appraisal knows of a person at a moment: registered or not, unit, assessor and the assessor's superior."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.appraisal.events import OrganisationResultSet
from services.appraisal.heard import EmployeeRegistered, PositionAssigned, ReportingLineSet, UnitMoved, UnitOpened
from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


def registered(knowledge: Knowledge, employee: str) -> bool:
    return bool(knowledge.facts(EmployeeRegistered, employee))


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


def line_of(knowledge: Knowledge, employee: str) -> ReportingLineSet | None:
    """The reporting line in force now."""
    held = [fact for fact in knowledge.facts(ReportingLineSet, employee) if fact.effective <= knowledge.now]
    return held[-1].event if held else None


def unit_of(knowledge: Knowledge, employee: str, day: date) -> str | None:
    """The unit of the post (not one held in an acting capacity) that the employee had on `day`, or None."""
    held = [fact for fact in knowledge.facts(PositionAssigned, employee) if not fact.event.acting and fact.event.since <= day]
    return held[-1].event.unit if held else None


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
        opened = sorted((*knowledge.facts(UnitOpened, unit), *knowledge.facts(UnitMoved, unit)), key=lambda fact: fact.rank)
        held = [fact for fact in opened if fact.event.since <= day] or opened[:1]
        unit = held[-1].event.parent if held else None


def works_in(knowledge: Knowledge, employee: str, unit: str) -> bool:
    """Whether the employee's post (not one held in an acting capacity) is now in the unit or below it."""
    held = [fact for fact in knowledge.facts(PositionAssigned, employee) if not fact.event.acting and fact.effective <= knowledge.now]
    return bool(held) and unit in upwards(knowledge, held[-1].event.unit, knowledge.today)
