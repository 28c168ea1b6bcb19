"""What personnel hears of appraisal: the targets, scores and final results that development proposals rest on."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import Heard

HEARD = Heard()


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class TargetSet:
    employee: str
    period: str
    target_id: str
    indicator: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class ScoreSubmitted:
    employee: str
    period: str
    scheme: str
    what: str
    item: str
    by: str
    value: str
    achievement_percent: str | None = None


@dataclass(frozen=True)
class Judgement:
    predicate: str


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalFinalized:
    employee: str
    period: str
    judgement: Judgement


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalCorrected:
    employee: str
    period: str
    after: Judgement


@HEARD.hears("appraisal")
@dataclass(frozen=True)
class AppraisalImported:
    employee: str
    period: str
    predicate: str
