"""Discipline points: a month's attendance as points of 100."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from services.payroll.heard import AttendanceRecorded

FULL = Fraction(100)
KINDS = 10_000
"""Of attendance of which the points are kept for a rule."""


@dataclass(frozen=True)
class DisciplineRule:
    """Points taken off 100. `late_block_minutes` in minutes; all others in points."""

    late_block_minutes: int
    late_points: Fraction
    late_cap: Fraction
    absent_day: Fraction
    meeting: Fraction
    roll_call: Fraction
    _known: dict[tuple[int, ...], Fraction] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Deduction:
    """`points` taken off because of `count` (minutes, days or occasions) of `cause`."""

    cause: str
    count: int
    points: Fraction


def deductions(attendance: AttendanceRecorded, rule: DisciplineRule) -> tuple[Deduction, ...]:
    """What is taken off, cause by cause; only the causes that cost something.

    Minutes of lateness and of early leave cumulate over the month; each *full* block costs, together at most the cap
    (the TPP data of Kecamatan Setu, Kabupaten Bekasi: 450 minutes, 3 points, cap 57).
    """
    minutes = attendance.minutes_late + attendance.minutes_early
    lateness = min(rule.late_cap, rule.late_points * (minutes // rule.late_block_minutes))
    found = (
        Deduction("late-and-early-minutes", minutes, lateness),
        Deduction("days-absent", attendance.days_absent, rule.absent_day * attendance.days_absent),
        Deduction("meetings-missed", attendance.meetings_missed, rule.meeting * attendance.meetings_missed),
        Deduction("roll-calls-missed", attendance.roll_calls_missed, rule.roll_call * attendance.roll_calls_missed),
    )
    return tuple(deduction for deduction in found if deduction.points)


def points(attendance: AttendanceRecorded, rule: DisciplineRule) -> Fraction:
    """The month's points, exact, between 0 and 100. Most months are like others: each kind is worked out once for the rule."""
    minutes = attendance.minutes_late + attendance.minutes_early
    kind = (minutes, attendance.days_absent, attendance.meetings_missed, attendance.roll_calls_missed)
    if kind not in rule._known:
        if len(rule._known) >= KINDS:
            rule._known.clear()
        rule._known[kind] = max(Fraction(0), FULL - sum(deduction.points for deduction in deductions(attendance, rule)))
    return rule._known[kind]
