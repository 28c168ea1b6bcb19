"""The settings of an appraisal rule set, read once into types; a wrong one is refused when it is published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.appraisal.domain.numeric import NumericRegime, Scale
from services.appraisal.domain.quadrant import Quadrant
from shared.kernel.calendar import Term
from shared.kernel.money import exact
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet

ITEM = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True)
class RatingPolicy:
    """How the result rating comes about. PermenPANRB 6/2022 leaves it to the leader's judgement and knows no formula.

    `result_by`: ``achievement`` (the thresholds below rate the weighted achievement) or ``superior`` (his own score of the whole).
    Percents exact: over `above_over` is above, from `as_from` on is as, less is below; no achievement counts more than `cap`
    (PP 30/2019: 120).
    `aggregate`: ``mean`` of the months' values, or ``last`` (each month reports what was reached so far).
    `lower`: the achievement where less is better, in percent of the target: ``two-minus-ratio`` = 2 − realised/target, never under 0
    (the usual one for minimised indicators in ministries' guides), or ``target-over-realised``.
    """

    result_by: str
    above_over: Fraction
    as_from: Fraction
    cap: Fraction
    aggregate: str
    lower: str


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

    def number(self, means_hundredths: Mapping[str, int]) -> Fraction:
        """The summary as a number of the numeric regime."""
        mean = Fraction(sum(means_hundredths.values()), 100 * len(means_hundredths))
        return mean / self.top * self.full


@dataclass(frozen=True)
class Improvement:
    """What opens an improvement item of a unit, and within which term it is to be closed. The place's own rule."""

    founded_complaints: bool
    falling_surveys: bool
    due: Term


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
    own of the whole. `report_required`: the employee's own achievement report comes before a yearly delivery.
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
    objection: Term
    decision: Term
    objection_may_lower: bool
    accept_by_silence: bool
    organisation_first: bool
    improvement: Improvement | None


APPRAISED = {"monthly": ("month", "year"), "quarterly": ("quarter", "year"), "yearly": ("year",)}
"""A yearly appraisal belongs to every scheme (PermenPANRB 6/2022: evaluasi kinerja periodik dan tahunan)."""


def read_rules(rules: RuleSet, tables: Tables) -> AppraisalRules:
    """The types of a rule set's settings; Refused (422) names the setting that is wrong."""
    return read_settings(rules.name, rules.settings, tables)


def read_settings(name: str, settings: Mapping[str, Any], tables: Tables) -> AppraisalRules:
    """As :func:`read_rules`, for settings that are not published yet."""
    scheme = _one_of(settings, "scheme", ("rating", "numeric"))
    kinds = tuple(APPRAISED)
    appraised, measurement = _one_of(settings, "appraised", kinds), _one_of(settings, "measurement", kinds)
    if kinds.index(measurement) > kinds.index(appraised):
        raise _wrong("measurement", f"at least as often as what is appraised {appraised}", measurement)
    by_rating = scheme == "rating"
    peers = _peers(settings, by_rating)
    of_aspects = "majority" if by_rating else "mean"
    return AppraisalRules(
        name=name,
        scheme=scheme,
        appraised=APPRAISED[appraised],
        measurement=measurement,
        quadrant=tables.quadrants[_one_of(settings, "quadrant", tuple(tables.quadrants))] if by_rating else None,
        numeric=None if by_rating else _numeric(_mapping(settings, "numeric"), tables, weighted_peers=peers.use == "weight"),
        policy=_policy(_mapping(settings, "rating_policy") if by_rating or "rating_policy" in settings else {}, by_rating),
        behaviours=_codes(settings, "behaviours"),
        behaviour_by=_one_of(settings, "behaviour_policy", (of_aspects, "superior"), of_aspects),
        peers=peers,
        report_required=_flag(settings, "achievement_report_required", False),
        objection=_term(settings, "objection"),
        decision=_decision(settings),
        objection_may_lower=_flag(settings, "objection_may_lower", True),
        accept_by_silence=_flag(settings, "accept_by_silence", True),
        organisation_first=_flag(settings, "organisation_first", False),
        improvement=_improvement(settings),
    )


def _numeric(settings: Mapping[str, Any], tables: Tables, weighted_peers: bool) -> NumericRegime:
    shares = tuple(_whole(settings, key, 0, 100) for key in ("result_percent", "behaviour_percent"))
    lawful = (60, 40) if weighted_peers else (70, 30)
    if shares != lawful:
        who = "with colleagues' weight" if weighted_peers else "without colleagues' weight"
        expected = f"{lawful[0]} and {lawful[1]} percent {who} (PP 30/2019 art. 41)"
        raise _wrong("numeric.result_percent, numeric.behaviour_percent", expected, f"{shares[0]} and {shares[1]}")
    return NumericRegime(tables.scales[_one_of(settings, "scale", tuple(tables.scales))], *shares)


def _peers(settings: Mapping[str, Any], by_rating: bool) -> Peers:
    said = _mapping(settings, "peers") if "peers" in settings else {}
    use = _one_of(said, "use", ("information", "required", "weight"), "information")
    if use != "weight":
        return Peers(use, Fraction(), 1, Fraction())
    if by_rating:
        raise _wrong("peers.use", "information or required: the quadrant of PermenPANRB 6/2022 knows no weights", use)
    peers = Peers(use, _percent(said, "share_percent", "0"), _whole(said, "top", 1, 100), _percent(said, "full_score", "100"))
    if not (0 < peers.share < 100 and 0 < peers.full <= 120):
        raise _wrong("peers", "share_percent between 0 and 100, full_score over 0 up to 120", f"{peers.share}, {peers.full}")
    return peers


def _improvement(settings: Mapping[str, Any]) -> Improvement | None:
    if "improvement" not in settings:
        return None
    said = _mapping(settings, "improvement")
    return Improvement(_flag(said, "founded_complaints", True), _flag(said, "falling_surveys", False), _term(said, "due"))


def _policy(settings: Mapping[str, Any], by_rating: bool) -> RatingPolicy:
    policy = RatingPolicy(
        result_by=_one_of(settings, "result_by", ("achievement", "superior"), "achievement"),
        above_over=_percent(settings, "above_over_percent", "100"),
        as_from=_percent(settings, "as_from_percent", "90"),
        cap=_percent(settings, "cap_percent", "120"),
        aggregate=_one_of(settings, "aggregate", ("mean", "last"), "mean"),
        lower=_one_of(settings, "lower_is_better", ("two-minus-ratio", "target-over-realised"), "two-minus-ratio"),
    )
    if not by_rating and policy.cap != 120:
        raise _wrong("rating_policy.cap_percent", "120 (PP 30/2019: no achievement counts more)", str(policy.cap))
    if not 0 < policy.as_from <= policy.above_over < policy.cap:
        raise _wrong(
            "rating_policy",
            "0 < as_from_percent <= above_over_percent < cap_percent",
            f"{policy.as_from}, {policy.above_over}, {policy.cap}",
        )
    return policy


def _decision(settings: Mapping[str, Any]) -> Term:
    if _mapping(settings, "decision").get("binding", False) is not False:
        raise _wrong("decision.binding", "false: an overdue decision is reported, no rule known forfeits it", "another value")
    return _term(settings, "decision")


def _term(settings: Mapping[str, Any], key: str) -> Term:
    term = _mapping(settings, key)
    return Term(_whole(term, "days", 1, 365, f"{key}."), _one_of(term, "kind", ("calendar", "working")))


def _whole(settings: Mapping[str, Any], key: str, least: int, most: int, within: str = "") -> int:
    value = settings.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(f"{within}{key}", f"a whole number from {least} to {most}", repr(value))
    return value


def _codes(settings: Mapping[str, Any], key: str) -> tuple[str, ...]:
    codes = settings.get(key)
    good = isinstance(codes, Sequence) and not isinstance(codes, str) and all(isinstance(one, str) and ITEM.fullmatch(one) for one in codes)
    if not good or not codes or len(set(codes)) != len(codes):
        raise _wrong(key, "a list of codes of small letters, digits, dots, hyphens and underscores, each once", repr(codes))
    return tuple(codes)


def _percent(settings: Mapping[str, Any], key: str, default: str) -> Fraction:
    try:
        return exact(settings.get(key, default))
    except (TypeError, ValueError, ZeroDivisionError):
        raise _wrong(key, "a percentage as text such as '90' or '92.5'", repr(settings.get(key))) from None


def _flag(settings: Mapping[str, Any], key: str, default: bool) -> bool:
    value = settings.get(key, default)
    if not isinstance(value, bool):
        raise _wrong(key, "true or false", repr(value))
    return value


def _mapping(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = settings.get(key)
    if not isinstance(value, Mapping):
        raise _wrong(key, "an object", repr(value))
    return value


def _one_of(settings: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = settings.get(key, default)
    if value not in allowed:
        raise _wrong(key, "one of " + ", ".join(allowed), repr(value))
    return str(value)


def _wrong(setting: str, expected: str, found: str) -> Refused:
    return Refused(
        "rule-set-invalid",
        status=422,
        expected=f"{setting}: {expected}",
        found=found,
        remedy="correct the setting and publish again",
        setting=setting,
    )
