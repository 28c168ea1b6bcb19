"""What personnel knows of a person, put together from the facts: results, proposals, posts, ranks and sanctions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from services.personnel.domain.conditions import Summary
from services.personnel.domain.proposing import Standing
from services.personnel.domain.ranks import KEEP_RANK
from services.personnel.domain.results import Appraisal, Ended, Score
from services.personnel.events import (
    LIFE,
    DevelopmentDecided,
    DevelopmentLapsed,
    DevelopmentProposed,
    DevelopmentReopened,
    DevelopmentWithdrawn,
    EmployeeRegistered,
    GuidanceClosed,
    ImprovementPeriodClosed,
    RankHeld,
    RankWithdrawn,
    SanctionImposed,
    SanctionLifted,
    TrainingCompleted,
)
from services.personnel.heard import (
    AppraisalCorrected,
    AppraisalFinalized,
    AppraisalImported,
    FeedbackSummarised,
    ScoreSubmitted,
    TargetSet,
)
from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import has_left
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet
from shared.kernel.withdrawn import held_on

RESULTS = (AppraisalImported, AppraisalFinalized, AppraisalCorrected)


TOGETHER = 500
"""People, or units, whose facts are read together for a decision about all of them."""


def in_parts(subjects: Sequence[str], models: Sequence[type], knowledge: Knowledge) -> Iterator[tuple[Sequence[str], Knowledge]]:
    """Parts of the subjects, each with knowledge that has read the facts of these classes about them together."""
    for start in range(0, len(subjects), TOGETHER):
        part = subjects[start : start + TOGETHER]
        yield part, knowledge.about(part, models)


OF_STANDING = (
    DevelopmentProposed,
    DevelopmentWithdrawn,
    DevelopmentDecided,
    DevelopmentLapsed,
    DevelopmentReopened,
    GuidanceClosed,
    ImprovementPeriodClosed,
    TrainingCompleted,
)
"""What :func:`standing_of` reads."""


def rules_or_none(knowledge: Knowledge, kind: str, day: date) -> RuleSet | None:
    """The rule set in force, or None where the agency has none and the nation neither."""
    try:
        return knowledge.rules(kind, day)
    except Refused:
        return None


def results_of(employee: str, knowledge: Knowledge) -> Mapping[str, Appraisal]:
    """Every period of the employee with a settled result, without the scores below it.

    An appraisal's facts stand in one stream, so its last version holds.
    """
    settled: dict[str, tuple[int, Any, Fact[Any]]] = {}
    final: set[str] = set()
    for model in RESULTS:
        for fact in knowledge.facts(model, employee):
            period = fact.event.period
            if model is not AppraisalImported:
                final.add(period)
            if period not in settled or fact.version > settled[period][0]:
                settled[period] = (fact.version, _judgement(fact.event), fact)
    return {
        period: Appraisal(
            period=Period.parse(period),
            predicate=predicate,
            event=fact.id,
            settled=fact.effective,
            final=period in final,
            score=score,
        )
        for period, (_, (predicate, score), fact) in settled.items()
    }


def _judgement(event: Any) -> tuple[str, Fraction | None]:
    if isinstance(event, AppraisalImported):
        return event.predicate, None
    judged = event.after if isinstance(event, AppraisalCorrected) else event.judgement
    return judged.predicate, exact(judged.score) if judged.score is not None else None


def history_of(employee: str, knowledge: Knowledge) -> Mapping[str, Appraisal]:
    """The results with the scores, indicators and ended measures that development's conditions look at."""
    found = results_of(employee, knowledge)
    scores = _scores(knowledge.facts(ScoreSubmitted, employee))
    indicators = {(one.event.period, one.event.target_id): one.event.indicator for one in knowledge.facts(TargetSet, employee)}
    ended = _ended(employee, knowledge)
    return {
        text: Appraisal(
            period=one.period,
            predicate=one.predicate,
            event=one.event,
            settled=one.settled,
            final=one.final,
            scores=scores.get(text, ()),
            indicators={target: code for (plan, target), code in indicators.items() if Period.parse(plan).contains(one.period)},
            score=one.score,
            ended=ended.get(text, ()),
        )
        for text, one in found.items()
    }


def _scores(facts: Sequence[Fact[ScoreSubmitted]]) -> Mapping[str, tuple[Score, ...]]:
    """The superior's, one for each item: what one says of oneself carries no proposal, and peers speak through their summary."""
    last: dict[tuple[str, str, str], Fact[ScoreSubmitted]] = {}
    for fact in facts:
        key = (fact.event.period, fact.event.what, fact.event.item)
        if fact.event.by == "superior" and (key not in last or fact.version > last[key].version):
            last[key] = fact
    by_period: dict[str, list[Score]] = {}
    for (period, what, item), fact in sorted(last.items()):
        percent = fact.event.achievement_percent
        score = Score(what, item, fact.event.value, exact(percent) if percent is not None else None, fact.id, _number(fact.event))
        by_period.setdefault(period, []).append(score)
    return {period: tuple(scores) for period, scores in by_period.items()}


def _number(event: ScoreSubmitted) -> Fraction | None:
    if event.scheme != "numeric" or event.what == "idea":
        return None
    return exact(event.value)


def _ended(employee: str, knowledge: Knowledge) -> Mapping[str, tuple[Ended, ...]]:
    """By the period of the proposal that each closed measure came from."""
    made = {fact.event.proposal: fact.event for fact in knowledge.facts(DevelopmentProposed, employee)}
    closed = (*knowledge.facts(GuidanceClosed, employee), *knowledge.facts(ImprovementPeriodClosed, employee))
    ends: dict[str, tuple[Ended, ...]] = {}
    for fact in closed:
        proposed = made.get(fact.event.proposal)
        if proposed is not None:
            ended = Ended(proposed.kind, fact.event.outcome, fact.id)
            ends[proposed.period] = (*ends.get(proposed.period, ()), ended)
    return ends


def summaries_of(employee: str, knowledge: Knowledge) -> tuple[Summary, ...]:
    """What peers said, one summary for each period: the one published last."""
    last: dict[str, Fact[FeedbackSummarised]] = {}
    for fact in knowledge.facts(FeedbackSummarised, employee):
        if fact.event.period not in last or fact.version > last[fact.event.period].version:
            last[fact.event.period] = fact
    return tuple(Summary(Period.parse(period), fact.id, fact.effective, fact.event.means) for period, fact in sorted(last.items()))


def standing_of(employee: str, knowledge: Knowledge, rule_kind: str) -> tuple[Standing, ...]:
    """The employee's proposals so far that rules of this kind asked for, from the own events."""
    last: dict[str, Fact[Any]] = {}
    made: dict[str, DevelopmentProposed] = {}
    for model in (DevelopmentProposed, DevelopmentWithdrawn, DevelopmentDecided):
        for fact in knowledge.facts(model, employee):
            name = fact.event.proposal
            if isinstance(fact.event, DevelopmentProposed):
                made[name] = fact.event
            if name not in last or fact.version > last[name].version:
                last[name] = fact
    closed = {
        fact.event.proposal: fact.effective
        for model in (GuidanceClosed, ImprovementPeriodClosed)
        for fact in knowledge.facts(model, employee)
    } | lapsed_of(employee, knowledge)
    trained = knowledge.facts(TrainingCompleted, employee)
    return tuple(_standing(made[name], last[name], closed, trained) for name in sorted(made) if made[name].rule_kind == rule_kind)


def lapsed_of(employee: str, knowledge: Knowledge) -> Mapping[str, datetime]:
    """The proposals whose measures lapsed with the end of service and were not reopened, and when."""
    last: dict[str, Fact[Any]] = {}
    for model in (DevelopmentLapsed, DevelopmentReopened):
        for fact in knowledge.facts(model, employee):
            if fact.event.proposal not in last or fact.version > last[fact.event.proposal].version:
                last[fact.event.proposal] = fact
    return {name: fact.effective for name, fact in last.items() if isinstance(fact.event, DevelopmentLapsed)}


def _standing(
    made: DevelopmentProposed, last: Fact[Any], closed: Mapping[str, datetime], trained: Sequence[Fact[TrainingCompleted]]
) -> Standing:
    status, ended = "proposed", None
    if isinstance(last.event, DevelopmentWithdrawn):
        status = "withdrawn"
    elif isinstance(last.event, DevelopmentDecided):
        status, ended = last.event.outcome, closed.get(made.proposal)
        if status == "rejected":
            ended = last.effective
        elif made.kind in ("study", "training"):
            # A completion names its programme only: the first one after the approval is this one's.
            after = [fact.effective for fact in trained if fact.event.programme == made.programme and fact.effective >= last.effective]
            ended = min(after, default=None)
    codes = tuple(dict.fromkeys(reason.code for reason in made.reasons))
    return Standing(made.proposal, made.kind, made.programme, codes, status, ended, made.rule_kind, made.period)


def employment_of(employee: str, knowledge: Knowledge) -> str | None:
    """PNS, CPNS or PPPK now; None before the person is registered, and out of service."""
    held = in_force(knowledge.facts(EmployeeRegistered, employee), knowledge.today, of_fact)
    return None if held is None or has_left(knowledge, employee, LIFE) else held.event.kind


def rank_of(employee: str, knowledge: Knowledge) -> Fact[RankHeld] | None:
    """The rank held now; who was registered again after an end has none until it is given anew, unless he was in another agency."""
    return held_on(knowledge, RankHeld, RankWithdrawn, employee, knowledge.today, LIFE, KEEP_RANK)


def sanctions_of(employee: str, knowledge: Knowledge) -> Sequence[tuple[Fact[SanctionImposed], Fact[SanctionLifted] | None]]:
    """Every sanction imposed, with its lifting."""
    lifted = {fact.event.sanction: fact for fact in knowledge.facts(SanctionLifted, employee)}
    return [(fact, lifted.get(fact.event.sanction)) for fact in knowledge.facts(SanctionImposed, employee)]
