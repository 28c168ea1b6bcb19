"""What appraisal shows: appraisals with their scores and objections, plans, organisations' results, and who belongs where."""

from __future__ import annotations

from services.appraisal.views.appraisals import (
    APPRAISALS,
    APPRAISED_YEARS,
    IMPROVEMENT_ITEMS,
    ORGANISATIONS,
    PLANS,
    fold_appraisal,
    fold_plan,
    judged,
)
from services.appraisal.views.people import EMPLOYEES, POSTED, UNITS, fold_employee
from services.appraisal.views.results import RESULTS
from shared.views.calendar import CALENDAR

__all__ = [
    "APPRAISALS",
    "APPRAISED_YEARS",
    "CALENDAR",
    "EMPLOYEES",
    "IMPROVEMENT_ITEMS",
    "ORGANISATIONS",
    "PLANS",
    "POSTED",
    "RESULTS",
    "UNITS",
    "VIEWS",
    "fold_appraisal",
    "fold_employee",
    "fold_plan",
    "judged",
]

VIEWS = (APPRAISALS, RESULTS, PLANS, APPRAISED_YEARS, ORGANISATIONS, EMPLOYEES, POSTED, UNITS, IMPROVEMENT_ITEMS, CALENDAR)
