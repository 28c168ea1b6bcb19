"""What feedback hears of personnel: who is employed, and who appraises whom."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import Heard

HEARD = Heard()


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineSet:
    employee: str
    assessor: str
