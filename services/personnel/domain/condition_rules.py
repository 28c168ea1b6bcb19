"""The settings of a rule set of kind ``development``, read once into conditions; a wrong one is refused when it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.personnel.domain.conditions import (
    PER_ITEM,
    Bounds,
    Condition,
    MeasureEnded,
    NumberIs,
    PeersSaid,
    PredicateIs,
    ScoreIs,
    TargetAchieved,
)
from services.personnel.domain.settings import CODE, PREDICATES, RATINGS
from shared.kernel.settings import Settings, read

KINDS = ("role", "mentor", "study", "coaching", "training", "guidance", "improvement", "award", "sanction")
FOLLOWED = ("mentor", "study", "coaching", "training", "guidance", "improvement")
OUTCOMES = ("reached", "not_reached", "passed", "failed")
EVALUATED = ("pegawai-teladan", "tim-terbaik", "recognition")
"""Awards that rest on more than one person's result: their rules are of the kind ``awards``."""


def read_conditions(settings: Mapping[str, Any], *, published: bool = False) -> tuple[Condition, ...]:
    """The conditions in their order; Refused (422) names the first that is wrong, by its place and field."""
    return read(settings, _conditions, published=published)


def _conditions(said: Settings) -> tuple[Condition, ...]:
    conditions = tuple(_condition(one) for one in said.parts("conditions", expected="a list of conditions"))
    codes = [condition.code for condition in conditions]
    for code in codes:
        if codes.count(code) > 1:
            raise said.wrong("conditions", "each code once", f"{code} {codes.count(code)} times")
    return conditions


def check_development(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) when the settings are no rule set of kind ``development``."""
    read_conditions(settings)


def _condition(said: Settings) -> Condition:
    code = said.code("code", CODE)
    when = said.part("when")
    if len(when) != 1 or next(iter(when)) not in _WHEN:
        raise said.wrong("when", f"exactly one of {', '.join(_WHEN)}", sorted(when))
    name = next(iter(when))
    test = _WHEN[name](when.part(name))
    propose = said.part("propose")
    kind = propose.one_of("kind", KINDS)
    if kind == "sanction" and "basis" not in propose:
        raise propose.wrong("", "the basis (law and article) of a sanction", sorted(propose))
    if kind != "sanction" and "basis" in propose or kind != "award" and "bonus" in propose:
        raise propose.wrong("", "a basis for a sanction only, and a bonus for an award only", sorted(propose))
    return Condition(
        code=code,
        when=test,
        kind=kind,
        programme=_programme(propose, kind, name),
        imported=said.flag("imported", False),
        basis=propose.cited("basis") if kind == "sanction" else None,
        bonus=propose.whole("bonus", 0, 10**10, 0),
    )


def _programme(propose: Settings, kind: str, when: str) -> str:
    programme = propose.take("programme")
    if programme == PER_ITEM:
        if when in ("predicate", "measure"):
            raise propose.wrong("programme", f"a programme's code, since a {when} has no item", programme)
        return programme
    if kind == "award" and programme in EVALUATED:
        expected = f"another award: {', '.join(EVALUATED)} have their criteria in the rule set of kind awards"
        raise propose.wrong("programme", expected, programme)
    return propose.code("programme", CODE)


def _bounds(said: Settings, over: str, under: str) -> Bounds:
    given = [name for name in (over, under) if name in said]
    if len(given) != 1:
        raise said.wrong("", f"{over} or {under}", sorted(said))
    value = said.number(given[0])
    return Bounds(over=value) if given[0] == over else Bounds(under=value)


def _item(said: Settings) -> str | None:
    """An item's code, None for any."""
    return None if said.take("item", None) is None else said.text("item")


def _score(said: Settings) -> ScoreIs | NumberIs:
    what, item = said.one_of("what", ("target", "behaviour", "whole")), _item(said)
    if "value" not in said:
        return NumberIs(what, item, _bounds(said, "number_over", "number_under"))
    return ScoreIs(what, item, said.one_of("value", RATINGS))


def _target(said: Settings) -> TargetAchieved:
    bounds = _bounds(said, "achievement_over_percent", "achievement_under_percent")
    return TargetAchieved(said.code("indicator", CODE), bounds)


def _predicate(said: Settings) -> PredicateIs:
    """`last`: how many periods in a row."""
    return PredicateIs(said.some_of("is", PREDICATES), said.whole("last", 1, 12, 1))


def _measure(said: Settings) -> MeasureEnded:
    return MeasureEnded(said.one_of("kind", FOLLOWED), said.one_of("outcome", OUTCOMES))


def _peers(said: Settings) -> PeersSaid:
    return PeersSaid(said.text("aspect"), _bounds(said, "mean_over_hundredths", "mean_under_hundredths"))


_WHEN = {"score": _score, "target": _target, "predicate": _predicate, "measure": _measure, "peers": _peers}
