"""The settings of an appraisal rule set, read once into types; a wrong one is refused when it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.appraisal.domain.numeric import NumericRegime, Scale
from services.appraisal.domain.quadrant import Quadrant
from services.appraisal.domain.standing import Assesses
from shared.kernel.calendar import Term
from shared.kernel.employment import INTERRUPTIONS
from shared.kernel.rules import RuleSet
from shared.kernel.settings import Settings, read


@dataclass(frozen=True)
class ZeroTarget:
    """What a target of zero (*nihil*: no complaint, no finding) comes to, where less is better. No ratio to zero says it, and neither
    PP 30/2019 nor PermenPANRB 6/2022 has a formula: it is the place's rule.

    `reached`: percent where nothing happened. `off_each`: percent that each one that happened takes off, down to 0; None: anything over
    zero misses the target, and is 0 percent.
    """

    reached: Fraction
    off_each: Fraction | None

    def percent(self, realised: Fraction) -> Fraction:
        if realised == 0:
            return self.reached
        return Fraction() if self.off_each is None else max(Fraction(), self.reached - realised * self.off_each)


@dataclass(frozen=True)
class RatingPolicy:
    """How the result rating comes about. PermenPANRB 6/2022 leaves it to the leader's judgement and knows no formula.

    `result_by`: ``achievement`` (the thresholds below rate the weighted achievement) or ``superior`` (his own score of the whole).
    Percents exact: over `above_over` is above, from `as_from` on is as, less is below; no achievement counts more than `cap`
    (PP 30/2019: 120).
    `aggregate`: ``mean`` of the months' values (the target says a month's), ``sum`` (the target says a year's, and a period has the part
    of it that its months are of the year's), or ``last`` (each month reports what was reached so far); a target may say its own.
    `lower`: the achievement where less is better, in percent of the target: ``two-minus-ratio`` = 2 − realised/target, never under 0
    (the usual one for minimised indicators in ministries' guides), or ``target-over-realised``.
    """

    result_by: str
    above_over: Fraction
    as_from: Fraction
    cap: Fraction
    aggregate: str
    lower: str
    zero: ZeroTarget = ZeroTarget(reached=Fraction(100), off_each=None)


@dataclass(frozen=True)
class Peers:
    """What the summary of at least three colleagues does: ``information`` beside the appraisal, ``required`` before delivery,
    or ``weight`` in the behaviour's number.

    With a weight, the mean of the aspects counts `share` percent of behaviour; a mean of `top` (the best answer) is the number `full`.
    PP 30/2019 art. 41 gives behaviour 40 percent where colleagues are heard; how their answers become a number is the place's rule.
    """

    use: str
    share: Fraction
    top: int
    full: Fraction

    def number(self, means: Mapping[str, Fraction]) -> Fraction:
        """The summary as a number of the numeric regime, from each aspect's exact mean in points."""
        return sum(means.values(), Fraction()) / len(means) / self.top * self.full


@dataclass(frozen=True)
class Improvement:
    """What opens an improvement item of a unit, and within which term it is to be closed. The place's own rule."""

    founded_complaints: bool
    falling_surveys: bool
    due: Term


@dataclass(frozen=True)
class PlanChanges:
    """How a plan is made anew within its year. A transfer always allows it: the plan follows the post.

    `priorities`: whether employee and superior may also agree on other targets because priorities changed; no article was found that
    says so, so a place that allows it names its own source. `weigh`: the results of several plans of a period count by their
    ``months``, or each alike (``mean``, BKN's practice under PP 46/2011 for two posts in a year).
    """

    priorities: bool
    weigh: str


@dataclass(frozen=True)
class Tables:
    """The national tables that a rule set names: quadrants (PermenPANRB 6/2022) and numeric scales (PP 30/2019 art. 41)."""

    quadrants: Mapping[str, Quadrant]
    scales: Mapping[str, Scale]


@dataclass(frozen=True)
class AppraisalRules:
    """`scheme` rating goes by the `quadrant`, numeric by the regime `numeric`; the other one is None.

    `appraised`: the periods' kinds that get an appraisal; `measurement`: how often progress is reported (PP 30/2019: monthly,
    quarterly or yearly). `behaviour_by`: ``majority`` of the aspects' ratings or ``mean`` of their numbers, or ``superior`` for his
    own of the whole. `report_required`: the employee's own achievement report comes before a yearly delivery, while he is in service.
    `assessor_of_period`: who assesses a period within which the assessor changed while the employee stayed (the law leaves it open): of the
    ``last-day``, or for the ``longest`` time. `not_asked`: the kinds of interruption whose months are neither asked for nor counted.
    """

    name: str
    scheme: str
    appraised: tuple[str, ...]
    measurement: str
    quadrant: Quadrant | None
    numeric: NumericRegime | None
    policy: RatingPolicy
    behaviours: tuple[str, ...]
    behaviour_by: str
    peers: Peers
    report_required: bool
    assessor_of_period: Assesses
    objection: Term
    decision: Term
    objection_may_lower: bool
    accept_by_silence: bool
    organisation_first: bool
    improvement: Improvement | None
    not_asked: tuple[str, ...] = INTERRUPTIONS
    plan_changes: PlanChanges = PlanChanges(priorities=False, weigh="months")


APPRAISED = {"monthly": ("month", "year"), "quarterly": ("quarter", "year"), "yearly": ("year",)}
"""A yearly appraisal belongs to every scheme (PermenPANRB 6/2022: evaluasi kinerja periodik dan tahunan)."""


def read_rules(rules: RuleSet, tables: Tables) -> AppraisalRules:
    """The types of a published rule set's settings; Refused (422) names the setting that is wrong."""
    return read_settings(rules.name, rules.settings, tables, published=True)


def read_settings(name: str, settings: Mapping[str, Any], tables: Tables, *, published: bool = False) -> AppraisalRules:
    """As :func:`read_rules`, for settings that are not published yet."""
    return read(settings, lambda said: _rules(name, said, tables), published=published)


def _rules(name: str, said: Settings, tables: Tables) -> AppraisalRules:
    scheme = said.one_of("scheme", ("rating", "numeric"))
    kinds = tuple(APPRAISED)
    appraised, measurement = said.one_of("appraised", kinds), said.one_of("measurement", kinds)
    if kinds.index(measurement) > kinds.index(appraised):
        raise said.wrong("measurement", f"at least as often as what is appraised {appraised}", measurement)
    by_rating = scheme == "rating"
    peers = _peers(said.part("peers", {}), by_rating)
    of_aspects = "majority" if by_rating else "mean"
    return AppraisalRules(
        name=name,
        scheme=scheme,
        appraised=APPRAISED[appraised],
        measurement=measurement,
        quadrant=tables.quadrants[said.one_of("quadrant", tuple(tables.quadrants))] if by_rating else None,
        numeric=None if by_rating else _numeric(said.part("numeric"), tables, weighted_peers=peers.use == "weight"),
        policy=_policy(said.part("rating_policy") if by_rating else said.part("rating_policy", {}), by_rating),
        behaviours=said.codes("behaviours"),
        behaviour_by=said.one_of("behaviour_policy", (of_aspects, "superior"), of_aspects),
        peers=peers,
        report_required=said.flag("achievement_report_required", False),
        assessor_of_period=Assesses(said.one_of("assessor_of_period", tuple(Assesses), Assesses.LAST_DAY)),
        objection=said.term("objection"),
        decision=_decision(said.part("decision")),
        objection_may_lower=said.flag("objection_may_lower", True),
        accept_by_silence=said.flag("accept_by_silence", True),
        organisation_first=said.flag("organisation_first", False),
        improvement=_improvement(said.part("improvement")) if "improvement" in said else None,
        not_asked=said.some_of("not_asked", INTERRUPTIONS, INTERRUPTIONS, empty=True),
        plan_changes=_plan_changes(said.part("plan_changes", {})),
    )


def _plan_changes(said: Settings) -> PlanChanges:
    return PlanChanges(said.flag("priorities", False), said.one_of("weigh", ("months", "mean"), "months"))


def _numeric(said: Settings, tables: Tables, weighted_peers: bool) -> NumericRegime:
    shares = said.whole("result_percent", 0, 100), said.whole("behaviour_percent", 0, 100)
    lawful = (60, 40) if weighted_peers else (70, 30)
    if shares != lawful:
        who = "with colleagues' weight" if weighted_peers else "without colleagues' weight"
        expected = f"{lawful[0]} and {lawful[1]} percent {who} (PP 30/2019 art. 41)"
        raise said.wrong("result_percent, behaviour_percent", expected, f"{shares[0]} and {shares[1]}")
    return NumericRegime(tables.scales[said.one_of("scale", tuple(tables.scales))], *shares)


def _peers(said: Settings, by_rating: bool) -> Peers:
    use = said.one_of("use", ("information", "required", "weight"), "information")
    if use != "weight":
        return Peers(use, Fraction(), 1, Fraction())
    if by_rating:
        raise said.wrong("use", "information or required: the quadrant of PermenPANRB 6/2022 knows no weights", use)
    peers = Peers(use, said.number("share_percent"), said.whole("top", 1, 100), said.number("full_score", 100))
    if not (0 < peers.share < 100 and 0 < peers.full <= 120):
        raise said.wrong("", "share_percent between 0 and 100, full_score over 0 up to 120", f"{peers.share}, {peers.full}")
    return peers


def _improvement(said: Settings) -> Improvement:
    return Improvement(said.flag("founded_complaints", True), said.flag("falling_surveys", False), said.term("due"))


def _policy(said: Settings, by_rating: bool) -> RatingPolicy:
    policy = RatingPolicy(
        result_by=said.one_of("result_by", ("achievement", "superior"), "achievement"),
        above_over=said.number("above_over_percent", 100),
        as_from=said.number("as_from_percent", 90),
        cap=said.number("cap_percent", 120),
        aggregate=said.one_of("aggregate", ("mean", "sum", "last"), "mean"),
        lower=said.one_of("lower_is_better", ("two-minus-ratio", "target-over-realised"), "two-minus-ratio"),
        zero=_zero_target(said.part("zero_target", {})),
    )
    if not 0 < policy.zero.reached <= policy.cap or (policy.zero.off_each is not None and policy.zero.off_each <= 0):
        raise said.wrong(
            "zero_target", "reached_percent over 0 up to the cap, off_each_percent over 0", f"{policy.zero.reached}, {policy.zero.off_each}"
        )
    if not by_rating and policy.cap != 120:
        raise said.wrong("cap_percent", "120 (PP 30/2019: no achievement counts more)", str(policy.cap))
    if not 0 < policy.as_from <= policy.above_over < policy.cap:
        bounds = f"{policy.as_from}, {policy.above_over}, {policy.cap}"
        raise said.wrong("", "0 < as_from_percent <= above_over_percent < cap_percent", bounds)
    return policy


def _zero_target(said: Settings) -> ZeroTarget:
    return ZeroTarget(said.number("reached_percent", 100), said.number("off_each_percent") if "off_each_percent" in said else None)


def _decision(said: Settings) -> Term:
    if said.flag("binding", False):
        raise said.wrong("binding", "false: an overdue decision is reported, no rule known forfeits it", True)
    return said.as_term()
