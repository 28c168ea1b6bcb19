"""Payroll's routes, one module a subject."""

from services.payroll.api.allowances import blp
from services.payroll.api.recoveries import recoveries

BLUEPRINTS = (blp, recoveries)
