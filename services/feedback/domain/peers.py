"""What colleagues say of an employee: one answer for each peer and period, published once as a summary of at least three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.feedback.domain.process import already_published
from services.feedback.domain.rounds import PeerRules, Standing
from services.feedback.domain.scale import Scale
from services.feedback.events import FeedbackGiven, FeedbackSummarised
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class GivePeerFeedback:
    """`rater` is the peer's pseudonym for this employee and period; `standing` how the peer stands to the employee."""

    employee: str
    period: str
    rater: str
    standing: Standing
    aspects: Mapping[str, int]
    remark_text: str | None
    rules: PeerRules
    published: bool


@dataclass(frozen=True)
class SummarisePeerFeedback:
    """`answers`: every answer about the employee in the period."""

    employee: str
    period: str
    answers: Sequence[Mapping[str, int]]
    scale: Scale


def give(state: FeedbackGiven | None, command: GivePeerFeedback) -> Sequence[FeedbackGiven]:
    """Take a peer's answer; refused (403) from whom the rules count no peer, after publication, and when it differs from one before."""
    command.standing.check(command.rules.raters)
    if state is not None:
        if state.aspects == dict(command.aspects):
            return []
        raise Refused(
            "already-answered",
            expected=f"one answer about {command.employee} for {command.period}",
            found="another answer of yours",
            remedy="your first answer counts; you can answer again for the next period",
        )
    if command.published:
        raise already_published(command.period)
    command.rules.scale.check(command.aspects)
    return [FeedbackGiven(command.employee, command.period, command.rater, dict(command.aspects), command.remark_text)]


def summarise(state: FeedbackSummarised | None, command: SummarisePeerFeedback) -> Sequence[FeedbackSummarised]:
    """Publish sum, mean and spread of each aspect, once, from at least three answers."""
    if state is not None:
        raise already_published(command.period)
    scale = command.scale
    answers = scale.enough(command.answers)
    return [
        FeedbackSummarised(
            employee=command.employee,
            period=command.period,
            n=len(answers),
            means_hundredths=scale.means_hundredths(answers),
            spreads_hundredths=scale.spreads_hundredths(answers),
            rule_set=scale.rule_set,
            sums=scale.sums(answers),
            counts=scale.counts(answers),
        )
    ]


PEER_ANSWER = Aggregate(
    "peer-answer",
    Decider(None, give, lambda state, event: event if isinstance(event, FeedbackGiven) else state),
    stream=lambda employee, period, rater: f"feedback-answers-{employee}-{period}-{rater}",
    ids=lambda command: (command.employee, command.period, command.rater),
    subject=lambda command: command.employee,
)

PEER_SUMMARY = Aggregate(
    "peer-summary",
    Decider(None, summarise, lambda state, event: event if isinstance(event, FeedbackSummarised) else state),
    stream=lambda employee, period: f"feedback-summary-{employee}-{period}",
    ids=lambda command: (command.employee, command.period),
    subject=lambda command: command.employee,
)
