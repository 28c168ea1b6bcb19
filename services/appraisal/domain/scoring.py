"""What is said of a person before delivery: scores by the superior and oneself, and one's own achievement report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.appraisal.domain.appraised import appraised_period, must_have_served, still_scoring
from services.appraisal.domain.plan import PlanState, check_evidence, needs_plan
from services.appraisal.domain.quadrant import Rating
from services.appraisal.domain.record import Record
from services.appraisal.domain.rules import AppraisalRules
from services.appraisal.domain.targets import Target, number, unknown_target
from services.appraisal.events import AchievementReported, ScoreSubmitted
from shared.kernel.employment import Employment
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class SubmitScore:
    """`by`: self or superior. `what`: behaviour, target, whole (item result or behaviour) or idea (item innovation).

    `value`: above, as or below; under the numeric scheme a decimal from 0 to the cap, for an idea yes or no. `document` says where
    an idea is described.
    """

    employee: str
    period: str
    what: str
    item: str
    by: str
    value: str
    today: date
    plan: PlanState
    rules: AppraisalRules
    document: str | None = None
    service: Employment = field(kw_only=True)


@dataclass(frozen=True)
class ReportAchievement:
    """The employee's own report; its words lie in a text, `evidence` are SHA-256 in hexadecimal."""

    employee: str
    period: str
    report_text: str
    report_digest: str
    evidence: tuple[str, ...]
    today: date
    plan: PlanState
    rules: AppraisalRules
    service: Employment = field(kw_only=True)


def score(state: Record, command: SubmitScore) -> Sequence[Any]:
    """ScoreSubmitted; nothing when the same score stands. Refused before the plan is approved, after delivery, and for no service."""
    period = _open(state, command)
    _scored_value(command)
    _scored_item(command, command.plan.counting(period))
    scheme = command.rules.scheme
    event = ScoreSubmitted(
        command.employee, command.period, scheme, command.what, command.item, command.by, command.value, document=command.document
    )
    return () if state.scores.get((command.what, command.item, command.by)) == event else (event,)


def report(state: Record, command: ReportAchievement) -> Sequence[Any]:
    """AchievementReported; a later report replaces an earlier one. Refused before the plan is approved and after delivery."""
    _open(state, command)
    check_evidence(command.evidence)
    return (AchievementReported(command.employee, command.period, command.report_text, command.report_digest, command.evidence),)


def _open(state: Record, command: SubmitScore | ReportAchievement) -> Period:
    period = appraised_period(command.period, command.rules)
    still_scoring(state, command.period)
    must_have_served(command.service, period, command.rules)
    needs_plan(command.plan, str(period.year))
    if period.start > command.today:
        raise Refused(
            "period-not-begun",
            status=422,
            expected=f"a period that has begun by {command.today}",
            found=command.period,
            remedy="score it when it is there",
        )
    return period


def _scored_value(command: SubmitScore) -> None:
    if command.what == "idea":
        _idea(command)
    elif command.document is not None:
        raise Refused(
            "score-document", status=422, expected="a document with an idea only", found=command.what, remedy="leave the document out"
        )
    elif command.rules.scheme == "rating":
        if command.value not in tuple(Rating):
            raise Refused(
                "rating-unknown",
                status=422,
                expected="above, as or below",
                found=command.value,
                remedy="send a rating against the expectation",
            )
    elif number(command.value, "the score") > command.rules.policy.cap:
        raise Refused(
            "score-over-cap",
            status=422,
            expected=f"a number from 0 to {command.rules.policy.cap} (PP 30/2019 art. 41)",
            found=command.value,
            remedy="send the score on that scale",
        )


def _idea(command: SubmitScore) -> None:
    """A new idea or way is told with its document, because Sangat Baik rests on it (PP 30/2019 art. 41)."""
    if command.rules.scheme != "numeric":
        expected, found = "behaviour, target or whole: an idea counts under the numeric scheme only", "idea"
    elif command.value not in ("yes", "no"):
        expected, found = "yes or no", command.value
    elif command.value == "yes" and not command.document:
        expected, found = "the number of the document that describes the idea", "none"
    else:
        return
    raise Refused("idea-invalid", status=422, expected=expected, found=found, remedy="correct it and send it again")


def _scored_item(command: SubmitScore, targets: Mapping[str, Target]) -> None:
    rules, by_superior = command.rules, command.by == "superior"
    if command.what == "behaviour" and command.item not in rules.behaviours:
        raise _unknown_item(rules.behaviours, command.item)
    if command.what == "target" and command.item not in targets:
        raise unknown_target(command.item, targets)
    if command.what == "target" and not targets[command.item].measured_in(Period.parse(command.period)):
        raise Refused(
            "target-not-measured",
            status=422,
            expected=f"a target that is measured in {command.period}",
            found=f"{command.item}, measured in {', '.join(targets[command.item].months)}",
            remedy="score it in the period in which it is measured",
        )
    if command.what == "whole" and command.item not in ("result", "behaviour"):
        raise _unknown_item(("result", "behaviour"), command.item)
    if command.what == "idea" and command.item != "innovation":
        raise _unknown_item(("innovation",), command.item)
    if command.what not in ("behaviour", "target", "whole", "idea"):
        raise Refused(
            "score-of-what", status=422, expected="behaviour, target, whole or idea", found=command.what, remedy="say what the score is of"
        )
    by_policy = (command.what == "target" or (command.what, command.item) == ("whole", "result")) and rules.policy.result_by != "superior"
    of_aspects = (command.what, command.item) == ("whole", "behaviour") and rules.behaviour_by != "superior"
    if by_superior and (by_policy or of_aspects):
        raise Refused(
            "rated-by-policy",
            expected="scores of the behaviour aspects: " + ", ".join(rules.behaviours),
            found=f"a superior's score of {command.what} {command.item}, which rule set {rules.name} computes",
            remedy="see to the months' progress and the aspects' scores; the rating follows at delivery",
        )


def _unknown_item(known: Sequence[str], found: str) -> Refused:
    return Refused("unknown-item", status=422, expected="one of " + ", ".join(known), found=found, remedy="score one of these")
