"""A delivery made by mistake: undone as long as the employee has not seen it, and what counts as seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.appraisal.domain import streams
from services.appraisal.domain.record import Record, Stage, not_delivered
from services.appraisal.events import DeliverySeen, DeliveryWithdrawn
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class SeeDelivery:
    """The employee reads the result that `delivery`, an event's id, gave him."""

    employee: str
    period: str
    delivery: str


@dataclass(frozen=True)
class WithdrawDelivery:
    """`delivery`: the id of the one that stands, None before any; `seen`: whether the employee has seen it. The reasons lie in a text."""

    employee: str
    period: str
    delivery: str | None
    seen: bool
    reason_text: str
    reason_digest: str


def see(state: frozenset[str], command: SeeDelivery) -> Sequence[DeliverySeen]:
    """DeliverySeen, once for each delivery."""
    return () if command.delivery in state else (DeliverySeen(command.employee, command.period, command.delivery),)


def withdraw(state: Record, command: WithdrawDelivery) -> Sequence[Any]:
    """DeliveryWithdrawn: the appraisal is scored again, and delivered anew with a term of its own.

    No law speaks of it; what the employee has received (PP 30/2019 art. 59) cannot be taken back any more, and he has received what he
    has seen. Refused when nothing is delivered, when he has seen it, and when he, or silence, has made anything of it.
    """
    if state.stage in (Stage.NONE, Stage.SCORING, Stage.IMPORTED) or command.delivery is None:
        raise not_delivered(command.period)
    if state.stage is not Stage.DELIVERED or command.seen:
        raise Refused(
            "delivery-seen",
            expected="a delivered result that the employee has not seen yet",
            found="one that he has seen" if state.stage is Stage.DELIVERED else f"one that is {state.stage}",
            remedy="a result that was received changes by an objection's decision, or by a correction once it is final",
        )
    return (DeliveryWithdrawn(command.employee, command.period, command.delivery, command.reason_text, command.reason_digest),)


SEEN = Aggregate(
    "seen",
    Decider(frozenset(), see, lambda state, event: state | {event.delivery} if isinstance(event, DeliverySeen) else state),
    stream=streams.seen,
    ids=lambda command: (command.employee, command.period),
    subject=lambda command: command.employee,
)
