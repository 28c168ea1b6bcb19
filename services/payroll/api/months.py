"""Months and runs as paths name them."""

from __future__ import annotations

from services.payroll.domain.run_id import RunId
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


def month_in(text: str) -> Period:
    """The month that a path names. Refused (422) for anything else."""
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.kind != "month":
        raise Refused("invalid-month", status=422, expected="a month such as 2026-04", found=text, remedy="correct the month")
    return period


def run_in(text: str) -> RunId:
    """The run that a path names. Refused (422) for anything else."""
    try:
        return RunId.parse(text)
    except ValueError:
        expected = "a month such as 2026-04, or its supplementary run 2026-04.01"
        raise Refused("invalid-run", status=422, expected=expected, found=text, remedy="correct the run") from None
