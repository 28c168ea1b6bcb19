"""Sanction proposals follow the days absent without excuse, cumulated in a year (PP 94/2021 art. 9–11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.personnel.domain.discipline import Absence, days_of_year, read_discipline, rung_for
from services.personnel.domain.proposals import PROPOSAL, Propose, proposal_name
from services.personnel.domain.proposing import brought_to, lapsed
from services.personnel.events import (
    LIFE,
    AttendanceRecorded,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    Reason,
    RegistrationWithdrawn,
    RulesBegan,
    YearAbsenceRecorded,
)
from services.personnel.known import employment_of, standing_of
from services.personnel.tables import LADDERS
from services.personnel.views import EMPLOYEES
from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn
from shared.flow.declared import Dispatch, EachRow, Keys, Reaction, Reads
from shared.kernel.employment import has_left
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.periods import Period

SUM, ROW = "days-absent", "days-in-row"
PROGRAMME = "absence-{rung}"


def absences(employee: str, year: str, knowledge: Knowledge) -> tuple[int, tuple[Absence, ...]]:
    """The days absent in a year and the facts that say so."""
    return days_of_year(*_recorded(employee, year, knowledge))


def _recorded(employee: str, year: str, knowledge: Knowledge) -> tuple[list[Absence], Absence | None]:
    """The months of a year, each in its last revision, and the whole year as an old system had it."""
    months: dict[str, Fact[AttendanceRecorded]] = {}
    for fact in knowledge.facts(AttendanceRecorded, employee):
        month = fact.event.month
        if month.startswith(f"{year}-") and (month not in months or fact.version > months[month].version):
            months[month] = fact
    imported: dict[str, Fact[YearAbsenceRecorded]] = {}
    for fact in knowledge.facts(YearAbsenceRecorded, employee):
        if fact.event.year not in imported or fact.version > imported[fact.event.year].version:
            imported[fact.event.year] = fact
    told = imported.get(year)
    found = [Absence(fact.event.days_absent, fact.id, fact.event.days_in_row or 0) for _, fact in sorted(months.items())]
    return found, Absence(told.event.days_absent, told.id, told.event.days_in_row or 0) if told else None


def decide(key: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """The rung that the year's days reach is proposed; a lower one that still awaits a decision is withdrawn.

    A lower one that was decided stays: the higher is proposed beside it. Nothing is proposed about somebody who has left.
    """
    employee, year = key.split("/")
    standing = [one for one in standing_of(employee, knowledge, "discipline") if one.period == year]
    if has_left(knowledge, employee, LIFE):
        return [Dispatch(PROPOSAL, command) for command in lapsed(employee, standing)]
    found = knowledge.rules("discipline", knowledge.today)
    rules = read_discipline(found.settings, LADDERS, published=True)
    months, told = _recorded(employee, year, knowledge)
    days, facts = days_of_year(months, told)
    longest = max([*months, *([told] if told else [])], key=lambda one: one.row, default=None)
    row = longest.row if longest is not None else 0
    rung = rung_for(days, row, rules.ladder) if employment_of(employee, knowledge) in rules.employments else None
    wanted = {}
    if rung is not None:
        summed = tuple(Reason(SUM, one.event, str(one.days)) for one in facts)
        reasons = summed if rung.in_row is None else (Reason(ROW, longest.event, str(row)), *summed)
        terms = rules.terms(rung, knowledge.today)
        programme = PROGRAMME.format(rung=rung.code)
        name = proposal_name("sanction", programme, year)
        wanted[name] = Propose(employee, name, "sanction", programme, year, reasons, found.name, "discipline", sanction=terms)
    return [Dispatch(PROPOSAL, command) for command in brought_to(employee, wanted, standing)]


def of_attendance(fact: Fact[AttendanceRecorded], knowledge: Knowledge) -> Iterable[str]:
    return (f"{fact.event.employee}/{fact.event.month[:4]}",)


def of_year(fact: Fact[YearAbsenceRecorded], knowledge: Knowledge) -> Iterable[str]:
    return (f"{fact.event.employee}/{fact.event.year}",)


def of_employment(fact: Fact[Any], knowledge: Knowledge) -> Iterable[str]:
    return _years(fact.subject, knowledge)


def of_rules(fact: Fact[RuleSetPublished | RuleSetWithdrawn | RulesBegan], knowledge: Knowledge) -> Keys:
    if fact.event.kind != "discipline":
        return ()
    return EachRow(EMPLOYEES, endings=tuple(_years("", knowledge)))


def _employee(key: str) -> str:
    return key.partition("/")[0]


def _years(employee: str, knowledge: Knowledge) -> Iterable[str]:
    """This year and the one before: what lies further back is not taken up again."""
    last = Period.parse(str(knowledge.today.year))
    return tuple(f"{employee}/{year}" for year in (last.shift(-1), last))


ABSENCE_SANCTIONS = Reaction(
    name="absence-sanctions",
    on={
        AttendanceRecorded: of_attendance,
        YearAbsenceRecorded: of_year,
        EmployeeRegistered: of_employment,
        EmploymentEnded: of_employment,
        RegistrationWithdrawn: of_employment,
        EmploymentEndReached: of_employment,
        EmploymentEndRevoked: of_employment,
        RuleSetPublished: of_rules,
        RuleSetWithdrawn: of_rules,
        RulesBegan: of_rules,
    },
    decide=decide,
    reads=Reads(subject=_employee),
)
