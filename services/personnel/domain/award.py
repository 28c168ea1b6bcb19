"""An award: its evaluation opened, and granted to a person when an official approves the proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.personnel.events import AwardEvaluationOpened, AwardGranted, AwardTerms
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class OpenEvaluation:
    award: str
    year: str


def decide_evaluation(state: bool, command: OpenEvaluation) -> Sequence[AwardEvaluationOpened]:
    """Once for an award and a year; its proposals follow the facts from then on."""
    period_of(command.year, "year", code="award-year")
    return [] if state else [AwardEvaluationOpened(command.award, command.year)]


EVALUATION = Aggregate(
    "award-evaluation",
    Decider(False, decide_evaluation, lambda state, event: state or isinstance(event, AwardEvaluationOpened)),
    stream=lambda award, year: f"personnel-award-evaluation-{award}-{year}",
    ids=lambda command: (command.award, command.year),
    subject=lambda command: f"award-{command.award}",
)


@dataclass(frozen=True)
class Grant:
    """`bonus` in rupiah; `paid_with`: the month with whose allowance it is paid, None where payroll does not pay it."""

    employee: str
    proposal: str
    terms: AwardTerms
    bonus: int
    paid_with: str | None
    cites: tuple[str, ...]
    document: str


def decide_grant(state: AwardGranted | None, command: Grant) -> Sequence[Any]:
    """Grant once. Refused (422) for a month of payment without a bonus, or what is no month."""
    if state is not None:
        return []
    if command.paid_with is not None and (command.bonus == 0 or Period.parse(command.paid_with).kind != "month"):
        raise Refused(
            "bonus-month",
            expected="a bonus in rupiah and the month with whose allowance it is paid",
            found=f"{command.bonus} with {command.paid_with}",
            remedy="give both, or no month",
            status=422,
        )
    terms = command.terms
    return [
        AwardGranted(
            employee=command.employee,
            proposal=command.proposal,
            award=terms.award,
            unit=terms.unit,
            year=terms.year,
            bonus=command.bonus,
            paid_with=command.paid_with,
            cites=command.cites,
            document=command.document,
        )
    ]


AWARD = Aggregate(
    "award",
    Decider(None, decide_grant, lambda state, event: event if isinstance(event, AwardGranted) else state),
    stream=lambda employee, proposal: f"personnel-award-{employee}-{proposal}",
    ids=lambda command: (command.employee, command.proposal),
    subject=lambda command: command.employee,
)
