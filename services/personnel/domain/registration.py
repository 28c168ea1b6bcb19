"""A registration that was a mistake: withdrawn before anything follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.events import RegistrationWithdrawn
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class WithdrawRegistration:
    """`followed`: what has followed from the registration, in words; nothing is undone with it."""

    employee: str
    document: str
    followed: tuple[str, ...]


def withdraw(began: date, command: WithdrawRegistration) -> Sequence[RegistrationWithdrawn]:
    """RegistrationWithdrawn: the service that was to begin on `began` never was. Refused when something has followed."""
    if command.followed:
        raise Refused(
            "registration-followed",
            expected="a registration from which nothing has followed",
            found="; ".join(command.followed),
            remedy="correct or undo what followed; service that was real ends with its end",
            followed=command.followed,
        )
    return [RegistrationWithdrawn(command.employee, began, command.document)]
