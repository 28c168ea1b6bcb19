"""Objection to a delivered result, and the decision of the assessor's superior (PP 30/2019 art. 59)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.appraisal.domain.quadrant import Predicate, Rating
from services.appraisal.domain.record import Record, Stage, not_delivered
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.targets import number
from services.appraisal.events import AppraisalFinalized, Judgement, ObjectionDecided, ObjectionFiled, ObjectionOverdue, ObjectionRefused
from shared.kernel.calendar import Calendar
from shared.kernel.refusal import Refused

LATE_REMEDY = (
    "the result stands; ask the assessor to talk it through, ask his superior whether a mistake calls for a correction "
    "with its legal basis, and ask the HR officer whether an administrative remedy (PP 79/2021) is open"
)


@dataclass(frozen=True)
class FileObjection:
    """`items`: target ids, behaviour codes or ``whole``; the reason lies in a text; `evidence`: SHA-256 in hexadecimal."""

    employee: str
    period: str
    items: tuple[str, ...]
    filed_at: datetime
    reason_text: str
    reason_digest: str
    evidence: tuple[str, ...]
    rules: AppraisalRules
    calendar: Calendar


@dataclass(frozen=True)
class DecideObjection:
    """`new` comes with ``granted`` and only with it: ratings (result, behaviour) or the whole number as text, as the rules' scheme has it.

    `assessor`: who delivered the result.
    """

    employee: str
    period: str
    outcome: str
    new: tuple[Rating, Rating] | str | None
    document: str
    reason_text: str
    reason_digest: str
    decided_by: str
    assessor: str | None
    rules: AppraisalRules


@dataclass(frozen=True)
class ReportOverdue:
    """The timer's command at `due`."""

    employee: str
    period: str
    due: datetime


def file(state: Record, command: FileObjection) -> Sequence[Any]:
    """ObjectionFiled; ObjectionRefused when it is too late: that it came is recorded, with the day it was due (art. 59: 14 days).

    Refused when there is nothing to object to, for a second objection, after the result was accepted, and for unknown items.
    """
    if state.stage in (Stage.NONE, Stage.SCORING, Stage.IMPORTED):
        raise not_delivered(command.period)
    if state.objection or state.late:
        raise _second(state, command.period)
    if state.accepted == "explicit":
        raise Refused(
            "appraisal-accepted",
            expected="a result that is not accepted yet",
            found="accepted by the employee",
            remedy="an accepted result is final; talk to the assessor about the next period",
        )
    _known_items(state, command)
    if command.filed_at >= state.objection_until:
        return (
            ObjectionRefused(
                command.employee,
                command.period,
                "objection-term",
                state.objection_until,
                command.filed_at,
                command.reason_text,
                command.reason_digest,
            ),
        )
    due = command.rules.decision.until(command.filed_at, command.calendar).astimezone(UTC)
    return (
        ObjectionFiled(
            command.employee,
            command.period,
            command.items,
            command.filed_at,
            due,
            command.reason_text,
            command.reason_digest,
            command.evidence,
            command.rules.name,
        ),
    )


def settle(state: Record, command: DecideObjection) -> Sequence[Any]:
    """ObjectionDecided and, since the decision is final (art. 59), AppraisalFinalized with it.

    The assessor's superior *may change* the result (dapat mengubah): up or down, unless the place's rules exclude down. An overdue
    decision is as good as one in time. Refused for the employee himself and for the assessor (403).
    """
    if state.stage is not Stage.OBJECTED:
        raise Refused(
            "no-open-objection",
            expected="an objection that is not decided yet",
            found="a decided one" if state.decided else "none",
            remedy="read the appraisal's objection",
        )
    if command.decided_by in (command.employee, command.assessor):
        raise Refused(
            "own-objection",
            status=403,
            expected="a decision by the assessor's superior (PP 30/2019 art. 59)",
            found="the employee himself" if command.decided_by == command.employee else "the assessor whose result is contested",
            remedy="let the assessor's superior decide",
        )
    before = state.judgement
    after = _after(state, command)
    return (
        ObjectionDecided(
            command.employee,
            command.period,
            command.outcome,
            before,
            after,
            command.document,
            command.reason_text,
            command.reason_digest,
            command.decided_by,
        ),
        AppraisalFinalized(command.employee, command.period, state.kind, after, "decision", state.rule_set),
    )


def report_overdue(state: Record, command: ReportOverdue) -> Sequence[Any]:
    """ObjectionOverdue, once, while the decision is still to come; nothing is forfeited."""
    if state.stage is not Stage.OBJECTED or state.overdue or state.objection.decision_due != command.due:
        return ()
    return (ObjectionOverdue(command.employee, command.period, command.due),)


def _second(state: Record, period: str) -> Refused:
    if state.late:
        found, remedy = "one that was refused as too late", LATE_REMEDY
    elif state.decided:
        found, remedy = "one that was decided", "the decision is final (PP 30/2019 art. 59)"
    else:
        found, remedy = "one that is open", "wait for the decision of the assessor's superior"
    return Refused("objection-already-filed", expected=f"no objection to {period} yet", found=found, remedy=remedy)


def _known_items(state: Record, command: FileObjection) -> None:
    known = {"whole"} | {item for what, item, _ in state.scores if what in ("target", "behaviour")}
    unknown = [item for item in command.items if item not in known]
    if unknown or not command.items:
        raise Refused(
            "objection-items",
            status=422,
            expected="items among " + ", ".join(sorted(known)),
            found=", ".join(unknown) or "no items",
            remedy="name what you object to, or whole",
        )


def _after(state: Record, command: DecideObjection) -> Judgement:
    before = state.judgement
    if command.outcome not in ("granted", "rejected"):
        raise _wrong("outcome granted or rejected", command.outcome, "send one of the two")
    if command.outcome == "rejected":
        if command.new:
            raise _wrong("no new result with a rejection", "one", "leave it out, or grant the objection")
        return before
    after = judged_anew(command.new, state.idea, command.rules, _wrong)
    if after == before:
        raise _wrong("a new result that changes something", "the same", "change it, or reject the objection with reasons")
    if not command.rules.objection_may_lower and Predicate(after.predicate).place < Predicate(before.predicate).place:
        raise Refused(
            "objection-may-not-lower",
            expected=f"a predicate not under {before.predicate}: the law only says that the superior may change the result (PP 30/2019 "
            f"art. 59: dapat mengubah), and rule set {command.rules.name} of this place rules out downwards",
            found=after.predicate,
            remedy="reject the objection with reasons, or give a result that does not lower the predicate",
        )
    return after


def judged_anew(
    new: tuple[Rating, Rating] | str | None, idea: bool, rules: AppraisalRules, wrong: Callable[[str, str, str], Refused]
) -> Judgement:
    """The judgement of new ratings, or of a new whole number, as the rules' scheme has it; what `wrong` makes otherwise."""
    if rules.scheme == "rating":
        if not isinstance(new, tuple):
            found = "none" if new is None else "a number"
            raise wrong("the new result_rating and behaviour_rating", found, f"send ratings: {rules.name} goes by the quadrant")
        return rules.quadrant.judge(*new)
    if not isinstance(new, str):
        found = "none" if new is None else "ratings"
        raise wrong("the new score", found, f"send the whole number: {rules.name} goes by numbers (PP 30/2019 art. 41)")
    whole = number(new, "the new score")
    if whole > rules.policy.cap:
        raise wrong(f"a score from 0 to {rules.policy.cap} (PP 30/2019 art. 41)", new, "send a number on that scale")
    return rules.numeric.judge(whole, idea)


def _wrong(expected: str, found: str, remedy: str) -> Refused:
    return Refused("decision-invalid", status=422, expected=expected, found=found, remedy=remedy)
