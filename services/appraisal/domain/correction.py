"""Correction of a final or imported result: by the assessor's superior, on a legal basis, with the employee heard first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.appraisal.domain.objection import judged_anew
from services.appraisal.domain.quadrant import Predicate, Rating
from services.appraisal.domain.record import Record, Stage
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.events import AppraisalCorrected, Judgement
from shared.kernel.periods import period_of
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class CorrectAppraisal:
    """`new`: ratings (result, behaviour), the whole number as text, or the predicate, which is all that an imported result has.

    `heard_on`: when the employee was heard; the reasons lie in a text. `assessor`: who delivered the result, or assesses him now where
    it was imported. `rules`: those that the result cites; None where it was imported.
    """

    employee: str
    period: str
    new: tuple[Rating, Rating] | str | Predicate
    legal_basis: str
    document: str
    heard_on: date
    reason_text: str
    reason_digest: str
    corrected_by: str
    assessor: str | None
    rules: AppraisalRules | None
    today: date


def correct(state: Record, command: CorrectAppraisal) -> Sequence[Any]:
    """AppraisalCorrected; the earlier result stays readable in it. What was decided or paid on the earlier one is others' to redo.

    A final result never changes otherwise. No procedure for corrections was found in PP 30/2019 or PermenPANRB 6/2022: that it names
    its legal basis and document, and that the employee is heard before, is this system's own rule.
    Refused before finality, for the employee himself and for his assessor (403), and without a hearing that came before.
    """
    if state.stage not in (Stage.FINAL, Stage.IMPORTED):
        raise Refused(
            "appraisal-not-final",
            expected="a final or imported result",
            found=f"one that is {state.stage}" if state.stage is not Stage.NONE else "none",
            remedy="until it is final, an objection and its decision change a result",
        )
    if command.corrected_by in (command.employee, command.assessor):
        raise Refused(
            "own-correction",
            status=403,
            expected="a correction by the assessor's superior",
            found="the employee himself" if command.corrected_by == command.employee else "the assessor whose result it is",
            remedy="let the assessor's superior correct the result",
        )
    ended = period_of(command.period).end
    if not ended < command.heard_on <= command.today:
        raise Refused(
            "not-heard",
            status=422,
            expected=f"a day after {ended} and not after {command.today} on which the employee was heard",
            found=str(command.heard_on),
            remedy="hear the employee first, then correct",
        )
    after = _after(state, command)
    if after == state.judgement:
        raise _wrong("a result that changes something", "the same", "change it, or leave the result as it is")
    return (
        AppraisalCorrected(
            command.employee,
            command.period,
            state.judgement,
            after,
            command.legal_basis,
            command.document,
            command.heard_on,
            command.reason_text,
            command.reason_digest,
        ),
    )


def _after(state: Record, command: CorrectAppraisal) -> Judgement:
    if command.rules is not None:
        if isinstance(command.new, Predicate):
            raise _wrong("ratings or a score", "a predicate alone", "say what the predicate follows from, as the result itself does")
        return judged_anew(command.new, state.idea, command.rules, _wrong)
    if not isinstance(command.new, Predicate):
        raise _wrong("a predicate, which is all that the imported result has", "ratings or a score", "send the right predicate")
    return Judgement(None, None, str(command.new))


def _wrong(expected: str, found: str, remedy: str) -> Refused:
    return Refused("correction-invalid", status=422, expected=expected, found=found, remedy=remedy)
