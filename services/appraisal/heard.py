"""What appraisal hears of others: who there is, where and under whom, and what colleagues said in sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.registry import Heard

HEARD = Heard()


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitOpened:
    unit: str
    parent: str | None
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str
    kind: str
    since: date


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
    """`assessor` delivers, `superior` decides on objections; None where nobody stands above the assessor."""

    employee: str
    assessor: str
    superior: str | None
    since: date


@HEARD.hears("feedback")
@dataclass(frozen=True)
class FeedbackSummarised:
    """Shown to the assessor beside his own scores; it enters no computation (PP 30/2019 art. 41 without colleagues' weight)."""

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]
