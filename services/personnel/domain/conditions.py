"""Which finalised appraisals lead to which development proposals: the conditions of a rule set, and their evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from services.personnel.events import Reason
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused

PROPOSAL_KINDS = ("role", "mentor", "study", "coaching")
RATINGS = ("above", "as", "below")
PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
_CODE = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_PER_ITEM = "{item}"


@dataclass(frozen=True)
class Score:
    """The superior's last score of one item; `achievement` in exact percent for a target that was measured."""

    what: str
    item: str
    value: str
    achievement: Fraction | None
    event: str


@dataclass(frozen=True)
class Appraisal:
    """One period's result. `final` when Merit finalised it; an imported one counts as history only.

    `event` is the id of the fact that settled the predicate, `settled` its moment; `indicators` gives each target id its indicator.
    """

    period: Period
    predicate: str
    event: str
    settled: datetime
    final: bool
    scores: tuple[Score, ...] = ()
    indicators: Mapping[str, str] | None = None


History = Mapping[str, Appraisal]
Met = tuple[str | None, Reason]
"""The item that met a condition (None where the condition is about the whole) and the reason."""


@dataclass(frozen=True)
class ScoreIs:
    """A score of `what` (target or behaviour), of any item or of one, has the rating `value`."""

    what: str
    item: str | None
    value: str

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        return tuple(
            (score.item, Reason(code, score.event, score.value))
            for score in appraisal.scores
            if score.what == self.what and score.value == self.value and self.item in (None, score.item)
        )


@dataclass(frozen=True)
class TargetOver:
    """A target of this indicator was achieved by more than so many percent."""

    indicator: str
    percent: Fraction

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        indicators = appraisal.indicators or {}
        return tuple(
            (score.item, Reason(code, score.event, str(score.achievement)))
            for score in appraisal.scores
            if score.what == "target"
            and indicators.get(score.item) == self.indicator
            and score.achievement is not None
            and score.achievement > self.percent
        )


@dataclass(frozen=True)
class PredicateIs:
    """The predicate was one of these in this and the periods before it, `last` of the same length in a row."""

    among: tuple[str, ...]
    last: int

    def met(self, code: str, appraisal: Appraisal, history: History) -> tuple[Met, ...]:
        row = [history.get(str(appraisal.period.shift(-back))) for back in range(self.last)]
        if any(one is None or one.predicate not in self.among for one in row):
            return ()
        return tuple((None, Reason(code, one.event, one.predicate)) for one in row if one is not None)


@dataclass(frozen=True)
class Condition:
    """`programme` ``{item}`` stands for the item that met the condition, so each item has its own proposal."""

    code: str
    when: ScoreIs | TargetOver | PredicateIs
    kind: str
    programme: str


@dataclass(frozen=True)
class Wanted:
    """A proposal that the facts carry. `period` is that of the appraisal that met the condition."""

    kind: str
    programme: str
    period: str
    reasons: tuple[Reason, ...]


def evaluate(conditions: Iterable[Condition], appraisal: Appraisal, history: History) -> tuple[Wanted, ...]:
    """The proposals that one finalised appraisal carries, in the order of the conditions; none while it is not final.

    Two conditions for the same programme make one proposal with the reasons of both. Every proposal names the finalised result too.
    """
    if not appraisal.final:
        return ()
    found: dict[tuple[str, str], list[Reason]] = {}
    for condition in conditions:
        for item, reason in condition.when.met(condition.code, appraisal, history):
            programme = condition.programme.replace(_PER_ITEM, (item or "").replace("_", "-"))
            reasons = found.setdefault((condition.kind, programme), [])
            finalised = Reason(condition.code, appraisal.event, appraisal.predicate)
            reasons.extend(one for one in (reason, finalised) if one not in reasons)
    return tuple(Wanted(kind, programme, str(appraisal.period), tuple(reasons)) for (kind, programme), reasons in found.items())


def read_conditions(settings: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a rule set of kind ``development``; Refused (422) names the first that is wrong, by its place and field."""
    listed = settings.get("conditions")
    if not isinstance(listed, list | tuple):
        raise _wrong("conditions", "a list of conditions", listed)
    conditions = tuple(_condition(f"conditions[{place}]", one) for place, one in enumerate(listed))
    codes = [condition.code for condition in conditions]
    for code in codes:
        if codes.count(code) > 1:
            raise _wrong("conditions", "each code once", f"{code} {codes.count(code)} times")
    return conditions


def check_development(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) when the settings are no rule set of kind ``development``."""
    read_conditions(settings)


def _condition(place: str, data: Any) -> Condition:
    _keys(place, data, {"code", "when", "propose"})
    code = _code(f"{place}.code", data["code"])
    propose = _keys(f"{place}.propose", data["propose"], {"kind", "programme"})
    kind = _one_of(f"{place}.propose.kind", propose["kind"], PROPOSAL_KINDS)
    when = data["when"]
    if not isinstance(when, Mapping) or len(when) != 1 or next(iter(when)) not in _WHEN:
        raise _wrong(f"{place}.when", f"exactly one of {', '.join(_WHEN)}", when)
    name, detail = next(iter(when.items()))
    test = _WHEN[name](f"{place}.when.{name}", detail)
    programme = propose["programme"]
    if programme == _PER_ITEM and name == "predicate":
        raise _wrong(f"{place}.propose.programme", "a programme's code, since a predicate has no item", programme)
    if programme != _PER_ITEM:
        _code(f"{place}.propose.programme", programme)
    return Condition(code, test, kind, programme)


def _score(place: str, data: Any) -> ScoreIs:
    _keys(place, data, {"what", "value"}, {"item"})
    item = data.get("item")
    if item is not None and not isinstance(item, str):
        raise _wrong(f"{place}.item", "an item's code, or none for any", item)
    return ScoreIs(_one_of(f"{place}.what", data["what"], ("target", "behaviour")), item, _one_of(f"{place}.value", data["value"], RATINGS))


def _target(place: str, data: Any) -> TargetOver:
    _keys(place, data, {"indicator", "achievement_over_percent"})
    try:
        percent = exact(data["achievement_over_percent"])
    except (TypeError, ValueError):
        raise _wrong(f"{place}.achievement_over_percent", "an exact number such as '100'", data["achievement_over_percent"]) from None
    return TargetOver(_code(f"{place}.indicator", data["indicator"]), percent)


def _predicate(place: str, data: Any) -> PredicateIs:
    _keys(place, data, {"is"}, {"last"})
    among = data["is"]
    if not isinstance(among, list | tuple) or not among:
        raise _wrong(f"{place}.is", "a list of predicates", among)
    last = data.get("last", 1)
    if type(last) is not int or not 1 <= last <= 12:
        raise _wrong(f"{place}.last", "how many periods in a row, from 1 to 12", last)
    return PredicateIs(tuple(_one_of(f"{place}.is", one, PREDICATES) for one in among), last)


_WHEN = {"score": _score, "target": _target, "predicate": _predicate}


def _keys(place: str, data: Any, needed: set[str], allowed: set[str] = frozenset()) -> Mapping[str, Any]:  # type: ignore[assignment]
    if not isinstance(data, Mapping) or not needed <= set(data) <= needed | allowed:
        found = sorted(data) if isinstance(data, Mapping) else data
        raise _wrong(
            place, f"an object with {', '.join(sorted(needed))}" + (f" (and {', '.join(sorted(allowed))})" if allowed else ""), found
        )
    return data


def _code(place: str, value: Any) -> str:
    if not isinstance(value, str) or not _CODE.match(value):
        raise _wrong(place, "a code of lower-case letters, digits and hyphens, at most 40", value)
    return value


def _one_of(place: str, value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise _wrong(place, " or ".join(allowed), value)
    return value


def _wrong(place: str, expected: str, found: object) -> Refused:
    return Refused(
        "development-rules",
        expected=f"{place}: {expected}",
        found=repr(found),
        remedy="correct the rule set and publish it again",
        status=422,
    )
