"""The appraisal of one person and period: its decider, with acceptance, silence and what earlier systems found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.appraisal.domain import correction, delivery, objection, running, scoring, streams, withdrawal
from services.appraisal.domain.correction import CorrectAppraisal
from services.appraisal.domain.delivery import DeliverAppraisal
from services.appraisal.domain.objection import DecideObjection, FileObjection, ReportOverdue
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.domain.record import Record, Stage, evolve, not_delivered
from services.appraisal.domain.running import MoveTerms
from services.appraisal.domain.scoring import ReportAchievement, SubmitScore
from services.appraisal.domain.withdrawal import WithdrawDelivery
from services.appraisal.events import AppraisalAccepted, AppraisalFinalized, AppraisalImported
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.employment import Employment
from shared.kernel.periods import period_of
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class AcceptAppraisal:
    employee: str
    period: str


@dataclass(frozen=True)
class AcceptBySilence:
    """The timer's command when the term for an objection is over."""

    employee: str
    period: str
    now: datetime


@dataclass(frozen=True)
class ImportAppraisal:
    """A finalised predicate of an earlier period from the old system, with the file and row it came from.

    `since`: from when on Merit appraises the agency's people, None: not yet; `planned`: whether the person has a plan here for the year.
    """

    employee: str
    period: str
    predicate: Predicate
    source_system: str
    file_digest: str
    row: int
    today: date
    since: date | None = None
    planned: bool = False
    service: Employment = field(kw_only=True)


def decide(state: Record, command: Any) -> Sequence[Any]:
    """The events of one command; what each may be refused for is said at its function."""
    match command:
        case SubmitScore():
            return scoring.score(state, command)
        case DeliverAppraisal():
            return delivery.deliver(state, command)
        case WithdrawDelivery():
            return withdrawal.withdraw(state, command)
        case AcceptAppraisal():
            return accept(state, command)
        case AcceptBySilence():
            return accept_by_silence(state, command)
        case ImportAppraisal():
            return import_earlier(state, command)
        case ReportAchievement():
            return scoring.report(state, command)
        case CorrectAppraisal():
            return correction.correct(state, command)
        case FileObjection():
            return objection.file(state, command)
        case DecideObjection():
            return objection.settle(state, command)
        case ReportOverdue():
            return objection.report_overdue(state, command)
        case MoveTerms():
            return running.move(state, command)
    raise TypeError(f"expected a command on an appraisal, found {command!r}")


def accept(state: Record, command: AcceptAppraisal) -> Sequence[Any]:
    """AppraisalAccepted and AppraisalFinalized. Refused unless the result is delivered, not contested and not final."""
    if state.stage in (Stage.NONE, Stage.SCORING):
        raise not_delivered(command.period)
    if state.stage is not Stage.DELIVERED:
        found = "an open objection" if state.stage is Stage.OBJECTED else "a final result"
        raise Refused(
            "appraisal-not-open",
            expected="a delivered result that nobody contested",
            found=found,
            remedy="read the appraisal: an objection is settled by its decision, a final result needs nothing more",
        )
    return _finalized(state, command.employee, command.period, "explicit", "accepted")


def accept_by_silence(state: Record, command: AcceptBySilence) -> Sequence[Any]:
    """AppraisalAccepted by silence and AppraisalFinalized, once the term for an objection is over and nobody spoke; else nothing."""
    if state.stage is not Stage.DELIVERED or command.now < state.objection_until:
        return ()
    return _finalized(state, command.employee, command.period, "silence", "silence")


def import_earlier(state: Record, command: ImportAppraisal) -> Sequence[Any]:
    """AppraisalImported, for a period that is over, of which nothing is known, and that Merit itself does not appraise.

    Merit appraises no period in which the person did not serve here: a person who comes from another agency, or back from one, brings the
    predicates of his periods there.
    """
    if state.stage is not Stage.NONE:
        raise Refused(
            "period-already-appraised",
            expected=f"nothing known of {command.employee} for {command.period}",
            found=f"an appraisal that is {state.stage}",
            remedy="leave the row out; a final result changes by correction only",
        )
    period = period_of(command.period)
    if period.end >= command.today:
        raise Refused(
            "period-not-over",
            status=422,
            expected=f"a period that was over before {command.today}",
            found=command.period,
            remedy="import finished periods only",
        )
    begun = command.since is not None and period.end >= command.since
    if (command.planned or begun) and command.service.serves_in(period):
        raise Refused(
            "period-of-merit",
            status=422,
            expected="a period before Merit, appraised by another system",
            found=f"{command.period}, {'for which there is a plan here' if command.planned else _appraised_here(command.since)}",
            remedy="let it be appraised here; leave the row out",
        )
    return (
        AppraisalImported(
            command.employee, command.period, str(command.predicate), command.source_system, command.file_digest, command.row
        ),
    )


def _appraised_here(since: date | None) -> str:
    return f"and the agency's people are appraised here from {since} on"


def _finalized(state: Record, employee: str, period: str, how: str, basis: str) -> Sequence[Any]:
    return (
        AppraisalAccepted(employee, period, how),
        AppraisalFinalized(employee, period, state.kind, state.judgement, basis, state.rule_set),
    )


APPRAISAL = Aggregate(
    "appraisal",
    Decider(Record(), decide, evolve),
    stream=streams.appraisal,
    ids=lambda command: (command.employee, command.period),
    subject=lambda command: command.employee,
)
