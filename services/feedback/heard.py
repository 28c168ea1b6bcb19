"""What feedback hears of personnel: which units there are, who is employed and where, and who appraises whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.registry import Heard

HEARD = Heard()


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitOpened:
    unit: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionAssigned:
    employee: str
    unit: str
    acting: bool
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineSet:
    employee: str
    assessor: str
