"""What personnel shows: people without names, units, attendance, proposals, development, careers, awards and sanctions."""

from __future__ import annotations

from services.personnel.views.careers import TALENT_BOXES, VACANCIES
from services.personnel.views.conduct import AWARD_EVALUATIONS, AWARDS, SANCTIONS
from services.personnel.views.development import DEVELOPMENTS, PROPOSALS
from services.personnel.views.people import ATTENDANCE_MONTHS, EMPLOYEES, UNITS
from shared.views.calendar import CALENDAR

__all__ = [
    "ATTENDANCE_MONTHS",
    "AWARDS",
    "AWARD_EVALUATIONS",
    "CALENDAR",
    "DEVELOPMENTS",
    "EMPLOYEES",
    "PROPOSALS",
    "SANCTIONS",
    "TALENT_BOXES",
    "UNITS",
    "VACANCIES",
    "VIEWS",
]

VIEWS = (
    UNITS,
    EMPLOYEES,
    ATTENDANCE_MONTHS,
    PROPOSALS,
    DEVELOPMENTS,
    TALENT_BOXES,
    VACANCIES,
    AWARD_EVALUATIONS,
    AWARDS,
    SANCTIONS,
    CALENDAR,
)
