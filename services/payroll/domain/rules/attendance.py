"""Attendance: a month's discipline points are the percentage of the components that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.payroll.domain.discipline import FULL, deductions, points
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.early import FULL_ATTENDANCE
from services.payroll.domain.rule import NOTHING, Case, Finding, Input, Rule, Step, Told
from services.payroll.domain.scheme import DISCIPLINE, Scheme
from services.payroll.domain.steps import step
from services.payroll.events import Missing
from services.payroll.heard import AttendanceRecorded
from shared.kernel.facts import Fact
from shared.kernel.money import exact_text
from shared.kernel.periods import Period


def attendance_of(
    month: Period, attendance: Sequence[Fact[AttendanceRecorded]], scheme: Scheme | None = None, today: date | None = None
) -> Fact[AttendanceRecorded] | None:
    """The month's attendance in its highest revision. What was recorded of a part of it counts while it runs, if the rules pay it then."""
    name = str(month)
    recorded = [fact for fact in attendance if fact.event.month == name]
    if scheme is None or scheme.early is None or not scheme.early.runs(month, today):
        recorded = [fact for fact in recorded if fact.event.provisional_until is None]
    return max(recorded, key=lambda fact: (fact.event.revision, fact.rank), default=None)


def _by_month(dossier: Dossier) -> Mapping[str, Sequence[Fact[AttendanceRecorded]]]:
    found: dict[str, list[Fact[AttendanceRecorded]]] = {}
    for fact in dossier.facts(AttendanceRecorded):
        found.setdefault(fact.event.month, []).append(fact)
    return found


def _of(month: Period, dossier: Dossier, scheme: Scheme | None) -> Fact[AttendanceRecorded] | None:
    return attendance_of(month, dossier.once(_by_month).get(str(month), ()), scheme, dossier.today)


def _find(case: Case, dossier: Dossier) -> Finding:
    if not case.scheme.uses(DISCIPLINE):
        return NOTHING
    found = _of(case.month, dossier, case.scheme)
    if found is not None:
        value = points(found.event, case.scheme.discipline)
        until = found.event.provisional_until
        return Finding(value, grounds=(found,), said={"discipline_points": exact_text(value)}, provisional=until is not None)
    if case.paid and case.early and case.scheme.early.attendance == FULL_ATTENDANCE:
        return Finding(FULL, said={"discipline_points": exact_text(FULL), "assumed": True}, provisional=True)
    return Finding(missing=(Missing("attendance", str(case.month)),))


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    found = _of(told.month, dossier, told.scheme)
    if found is None:
        if told.entitled and told.finding.assumed:
            yield {"step": "attendance-assumed", "data": {"month": str(told.month), "source": told.scheme.early.source}}
        return
    said = step("attendance", found)
    if told.scheme is not None and told.scheme.discipline is not None:
        taken = deductions(found.event, told.scheme.discipline)
        said["data"]["deductions"] = [{"cause": each.cause, "count": each.count, "points": str(each.points)} for each in taken]
    yield said


ATTENDANCE = Rule(
    "attendance",
    (Input.of_month(AttendanceRecorded, lambda event: (event.month,)),),
    _find,
    _explain,
    factor=DISCIPLINE,
    factor_rule="discipline-points",
)
"""Attendance pays its own month and no other."""
