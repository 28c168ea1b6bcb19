"""Months and runs as paths name them."""

from __future__ import annotations

from services.payroll.domain.run_id import RunId
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Malformed


def month_in(text: str) -> Period:
    """The month that a path names. Refused (422) for anything else."""
    return period_of(text, "month", code="invalid-month")


def run_in(text: str) -> RunId:
    """The run that a path names. Refused (422) for anything else."""
    try:
        return RunId.parse(text)
    except Malformed as malformed:
        raise malformed.refused("invalid-run", "correct the run") from None
