"""Payroll's routes, one module a subject."""

from services.payroll.api.allowances import blp
from services.payroll.api.pay_runs import pay_runs as runs
from services.payroll.api.recoveries import recoveries

BLUEPRINTS = (blp, runs, recoveries)
