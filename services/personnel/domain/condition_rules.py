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
from services.personnel.domain.settings import PREDICATES, RATINGS, Reader

READ = Reader("development")
KINDS = ("role", "mentor", "study", "coaching", "training", "guidance", "improvement", "award", "sanction")
FOLLOWED = ("mentor", "study", "coaching", "training", "guidance", "improvement")
OUTCOMES = ("reached", "not_reached", "passed", "failed")
EVALUATED = ("pegawai-teladan", "tim-terbaik", "recognition")
"""Awards that rest on more than one person's result: their rules are of the kind ``awards``."""


def read_conditions(settings: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions in their order; Refused (422) names the first that is wrong, by its place and field."""
    listed = settings.get("conditions") if isinstance(settings, Mapping) else settings
    if not isinstance(listed, list | tuple):
        raise READ.wrong("conditions", "a list of conditions", listed)
    conditions = tuple(_condition(f"conditions[{place}]", one) for place, one in enumerate(listed))
    codes = [condition.code for condition in conditions]
    for code in codes:
        if codes.count(code) > 1:
            raise READ.wrong("conditions", "each code once", f"{code} {codes.count(code)} times")
    return conditions


def check_development(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) when the settings are no rule set of kind ``development``."""
    read_conditions(settings)


def _condition(place: str, data: Any) -> Condition:
    READ.keys(place, data, {"code", "when", "propose"}, {"imported"})
    code = READ.code(f"{place}.code", data["code"])
    when = data["when"]
    if not isinstance(when, Mapping) or len(when) != 1 or next(iter(when)) not in _WHEN:
        raise READ.wrong(f"{place}.when", f"exactly one of {', '.join(_WHEN)}", when)
    name, detail = next(iter(when.items()))
    test = _WHEN[name](f"{place}.when.{name}", detail)
    propose = READ.keys(f"{place}.propose", data["propose"], {"kind", "programme"}, {"basis", "bonus"})
    kind = READ.one_of(f"{place}.propose.kind", propose["kind"], KINDS)
    programme = _programme(f"{place}.propose.programme", propose["programme"], kind, name)
    if kind == "sanction" and "basis" not in propose:
        raise READ.wrong(f"{place}.propose", "the basis (law and article) of a sanction", sorted(propose))
    if kind != "sanction" and "basis" in propose or kind != "award" and "bonus" in propose:
        raise READ.wrong(f"{place}.propose", "a basis for a sanction only, and a bonus for an award only", sorted(propose))
    return Condition(
        code=code,
        when=test,
        kind=kind,
        programme=programme,
        imported=READ.yes_no(f"{place}.imported", data.get("imported", False)),
        basis=READ.cited(f"{place}.propose.basis", propose["basis"]) if "basis" in propose else None,
        bonus=READ.whole(f"{place}.propose.bonus", propose.get("bonus", 0), 0, 10**10),
    )


def _programme(place: str, programme: Any, kind: str, when: str) -> str:
    if programme == PER_ITEM:
        if when in ("predicate", "measure"):
            raise READ.wrong(place, f"a programme's code, since a {when} has no item", programme)
        return programme
    if kind == "award" and programme in EVALUATED:
        raise READ.wrong(place, f"another award: {', '.join(EVALUATED)} have their criteria in the rule set of kind awards", programme)
    return READ.code(place, programme)


def _bounds(place: str, data: Mapping[str, Any], over: str, under: str) -> Bounds:
    given = [name for name in (over, under) if name in data]
    if len(given) != 1:
        raise READ.wrong(place, f"{over} or {under}", sorted(data))
    value = READ.number(f"{place}.{given[0]}", data[given[0]])
    return Bounds(over=value) if given[0] == over else Bounds(under=value)


def _score(place: str, data: Any) -> ScoreIs | NumberIs:
    READ.keys(place, data, {"what"}, {"item", "value", "number_over", "number_under"})
    item = data.get("item")
    if item is not None and not isinstance(item, str):
        raise READ.wrong(f"{place}.item", "an item's code, or none for any", item)
    what = READ.one_of(f"{place}.what", data["what"], ("target", "behaviour", "whole"))
    if "value" not in data:
        return NumberIs(what, item, _bounds(place, data, "number_over", "number_under"))
    READ.keys(place, data, {"what", "value"}, {"item"})
    return ScoreIs(what, item, READ.one_of(f"{place}.value", data["value"], RATINGS))


def _target(place: str, data: Any) -> TargetAchieved:
    READ.keys(place, data, {"indicator"}, {"achievement_over_percent", "achievement_under_percent"})
    bounds = _bounds(place, data, "achievement_over_percent", "achievement_under_percent")
    return TargetAchieved(READ.code(f"{place}.indicator", data["indicator"]), bounds)


def _predicate(place: str, data: Any) -> PredicateIs:
    READ.keys(place, data, {"is"}, {"last"})
    last = data.get("last", 1)
    if type(last) is not int or not 1 <= last <= 12:
        raise READ.wrong(f"{place}.last", "how many periods in a row, from 1 to 12", last)
    if not isinstance(data["is"], list | tuple) or not data["is"]:
        raise READ.wrong(f"{place}.is", "a list of predicates", data["is"])
    return PredicateIs(tuple(READ.one_of(f"{place}.is", one, PREDICATES) for one in data["is"]), last)


def _measure(place: str, data: Any) -> MeasureEnded:
    READ.keys(place, data, {"kind", "outcome"})
    return MeasureEnded(READ.one_of(f"{place}.kind", data["kind"], FOLLOWED), READ.one_of(f"{place}.outcome", data["outcome"], OUTCOMES))


def _peers(place: str, data: Any) -> PeersSaid:
    READ.keys(place, data, {"aspect"}, {"mean_over_hundredths", "mean_under_hundredths"})
    if not isinstance(data["aspect"], str):
        raise READ.wrong(f"{place}.aspect", "an aspect's code", data["aspect"])
    return PeersSaid(data["aspect"], _bounds(place, data, "mean_over_hundredths", "mean_under_hundredths"))


_WHEN = {"score": _score, "target": _target, "predicate": _predicate, "measure": _measure, "peers": _peers}
