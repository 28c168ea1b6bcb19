"""What staff say of the appraisal process: one answer for each person and period, published once as means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.feedback.domain.scale import Scale
from services.feedback.events import ProcessFeedbackGiven, ProcessFeedbackPublished
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused


@dataclass(frozen=True)
class GiveProcessFeedback:
    """`rater` is the person's pseudonym for this period; `published` whether the period's means are out already."""

    period: str
    rater: str
    aspects: Mapping[str, int]
    remark_text: str | None
    scale: Scale
    published: bool


@dataclass(frozen=True)
class PublishProcessFeedback:
    """`answers`: every answer of the period."""

    period: str
    answers: Sequence[Mapping[str, int]]
    scale: Scale


def give(state: ProcessFeedbackGiven | None, command: GiveProcessFeedback) -> Sequence[ProcessFeedbackGiven]:
    """Take the answer; the same once more changes nothing, another by the same person is refused, as is one after publication."""
    if state is not None:
        if state.aspects == dict(command.aspects):
            return []
        raise Refused(
            "already-answered",
            expected=f"one answer for {command.period}",
            found="another answer of yours",
            remedy="your first answer counts; you can answer again for the next period",
        )
    if command.published:
        raise already_published(command.period)
    command.scale.check(command.aspects)
    return [ProcessFeedbackGiven(command.period, command.rater, dict(command.aspects), command.remark_text)]


def publish(state: ProcessFeedbackPublished | None, command: PublishProcessFeedback) -> Sequence[ProcessFeedbackPublished]:
    """Publish the means, once: a second publication with one answer more would show that answer by the difference."""
    if state is not None:
        raise already_published(command.period)
    scale = command.scale
    answers = scale.enough(command.answers)
    means, sums, counts = scale.means_hundredths(answers), scale.sums(answers), scale.counts(answers)
    return [ProcessFeedbackPublished(command.period, len(answers), means, scale.rule_set, sums, counts)]


def already_published(period: str) -> Refused:
    return Refused(
        "already-published",
        expected=f"a summary of {period} that is not published yet",
        found="one that is, and stays as it is",
        remedy="read the published summary; answer for the next period",
    )


PROCESS_ANSWER = Aggregate(
    "process-answer",
    Decider(None, give, lambda state, event: event if isinstance(event, ProcessFeedbackGiven) else state),
    # A stream for each rater: everybody may answer in the same minute without waiting for the others.
    stream=lambda period, rater: f"feedback-process-answers-{period}-{rater}",
    ids=lambda command: (command.period, command.rater),
    subject=lambda command: command.period,
)

PROCESS_SUMMARY = Aggregate(
    "process-summary",
    Decider(None, publish, lambda state, event: event if isinstance(event, ProcessFeedbackPublished) else state),
    stream=lambda period: f"feedback-process-{period}",
    ids=lambda command: (command.period,),
    subject=lambda command: command.period,
)
