"""The names of appraisal's streams: one place says them, so that no two kinds of stream can meet."""

from __future__ import annotations

from shared.kernel.refusal import Refused

RESERVED = ("draft-", "plan-", "seen-", "organisation-", "rules-", "improvement-")


def draft(employee: str, year: str) -> str:
    return f"appraisal-draft-{employee}-{year}"


def plan(employee: str, year: str) -> str:
    return f"appraisal-plan-{employee}-{year}"


def appraisal(employee: str, period: str) -> str:
    """An employee's id that begins like another kind of stream is refused, or ``plan-m1`` would write into the plan of ``m1``."""
    if employee.startswith(RESERVED):
        raise Refused(
            "reserved-employee-id",
            status=422,
            expected=f"an employee id that begins with none of {', '.join(RESERVED)}",
            found=employee,
            remedy="register the person under another id",
        )
    return f"appraisal-{employee}-{period}"


def seen(employee: str, period: str) -> str:
    return f"appraisal-seen-{employee}-{period}"


def organisation(unit: str, period: str) -> str:
    return f"appraisal-organisation-{unit}-{period}"


def rules_read(employee: str) -> str:
    return f"appraisal-rules-read-{employee}"


def improvement(unit: str, item: str) -> str:
    return f"appraisal-improvement-{unit}-{item}"
