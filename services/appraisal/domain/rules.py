"""The settings of an appraisal rule set, read once into types; a wrong one is refused when it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.appraisal.domain.quadrant import Quadrant
from shared.kernel.calendar import Term
from shared.kernel.money import exact
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet


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
class AppraisalRules:
    """`appraised`: the periods' kinds that get an appraisal. `behaviour_by`: ``majority`` of the aspects' scores or ``superior``."""

    name: str
    appraised: tuple[str, ...]
    quadrant: Quadrant
    policy: RatingPolicy
    behaviours: tuple[str, ...]
    behaviour_by: str
    objection: Term
    decision: Term
    objection_may_lower: bool
    accept_by_silence: bool
    organisation_first: bool


def read_rules(rules: RuleSet, quadrants: Mapping[str, Quadrant]) -> AppraisalRules:
    """The types of a rule set's settings; Refused (422) names the setting that is wrong."""
    return read_settings(rules.name, rules.settings, quadrants)


def read_settings(name: str, settings: Mapping[str, Any], quadrants: Mapping[str, Quadrant]) -> AppraisalRules:
    """As :func:`read_rules`, for settings that are not published yet."""
    _one_of(settings, "scheme", ("rating",))
    _one_of(settings, "measurement", ("monthly",))
    return AppraisalRules(
        name=name,
        # A yearly appraisal belongs to every scheme (PermenPANRB 6/2022: evaluasi kinerja periodik dan tahunan).
        appraised={"monthly": ("month", "year"), "quarterly": ("quarter", "year"), "yearly": ("year",)}[
            _one_of(settings, "appraised", ("monthly", "quarterly", "yearly"))
        ],
        quadrant=quadrants[_one_of(settings, "quadrant", tuple(quadrants))],
        policy=_policy(_mapping(settings, "rating_policy")),
        behaviours=_codes(settings, "behaviours"),
        behaviour_by=_one_of(settings, "behaviour_policy", ("majority", "superior"), "majority"),
        objection=_term(settings, "objection"),
        decision=_decision(settings),
        objection_may_lower=_flag(settings, "objection_may_lower", True),
        accept_by_silence=_flag(settings, "accept_by_silence", True),
        organisation_first=_flag(settings, "organisation_first", False),
    )


def _policy(settings: Mapping[str, Any]) -> RatingPolicy:
    policy = RatingPolicy(
        result_by=_one_of(settings, "result_by", ("achievement", "superior"), "achievement"),
        above_over=_percent(settings, "above_over_percent", "100"),
        as_from=_percent(settings, "as_from_percent", "90"),
        cap=_percent(settings, "cap_percent", "120"),
        aggregate=_one_of(settings, "aggregate", ("mean", "last"), "mean"),
        lower=_one_of(settings, "lower_is_better", ("two-minus-ratio", "target-over-realised"), "two-minus-ratio"),
    )
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
    days = term.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 365:
        raise _wrong(f"{key}.days", "a whole number of days from 1 to 365", repr(days))
    return Term(days, _one_of(term, "kind", ("calendar", "working")))


def _codes(settings: Mapping[str, Any], key: str) -> tuple[str, ...]:
    codes = settings.get(key)
    good = isinstance(codes, Sequence) and not isinstance(codes, str) and all(isinstance(code, str) and code for code in codes)
    if not good or not codes or len(set(codes)) != len(codes):
        raise _wrong(key, "a list of codes, each once", repr(codes))
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
