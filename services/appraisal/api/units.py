"""The route of transparent scores: everybody of a unit sees the own result and the unit's, with how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.appraisal import schemas
from services.appraisal.answers import units as answers
from services.appraisal.api.reading import appraisal_row, members_of, rules_named, see
from services.appraisal.domain.quadrant import Predicate
from services.appraisal.known import must_be_a_unit, organisation_result
from services.appraisal.members import Sum, Tally
from services.appraisal.views.results import PARTS
from shared.http.acting import RequestWork, querying
from shared.http.blueprint import Blueprint
from shared.kernel.money import half_up
from shared.kernel.periods import period_of

LEAST = 3
"""So many results make a unit's; of fewer, one could be read off (as with colleagues' feedback)."""

units = Blueprint("units", __name__, url_prefix="/v1", description="Units: their scores in sum.")


@units.route("/units/<unit>/scores")
@units.arguments(schemas.UnitScores, location="query")
@querying("read-unit-scores", subject="unit")
def show_scores(work: RequestWork, wanted: dict[str, Any], unit: str) -> answers.UnitScores:
    """The caller's own result of the period and the unit's (with everything below it), once delivered, and how it came about.

    By people who work in the unit; also HR, approver, auditor. Means are half up in hundredths; of fewer than three results nothing
    is said of the unit (`withheld`).
    """
    period = wanted["period"]
    must_be_a_unit(work.knowledge, unit)
    see(work, work.actor.id, period)
    tally = members_of(work, unit, period_of(period)).tallied()
    return {
        "unit": unit,
        "period": period,
        "organisation_result": organisation_result(work.knowledge, unit, period),
        "own": _own(work, appraisal_row(work, work.actor.id, period)),
        "aggregate": _aggregate(tally),
    }


def _own(work: RequestWork, row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None or not row.get("predicate"):
        return None
    shown = {name: row.get(name) for name in ("status", "judgement", "predicate", "scores")}
    return shown | {"how": _how(work, row) if row.get("rule_set") else None}


def _how(work: RequestWork, row: Mapping[str, Any]) -> dict[str, Any]:
    rules = rules_named(work, row["rule_set"])
    weights = {}
    if rules.numeric:
        weights = {"result_percent": rules.numeric.result_percent, "behaviour_percent": rules.numeric.behaviour_percent}
    parts = {item: _part(row, item) for item in ("result", "behaviour", "peers")}
    return {"scheme": rules.scheme, "rule_set": rules.name, **parts, **weights}


def _part(row: Mapping[str, Any], item: str) -> str | None:
    """A part of the whole in exact text: the achievement where one was measured, else the number or rating given."""
    found = [score for score in row["scores"] if (score["what"], score["item"]) == ("whole", item) and score["by"] != "self"]
    return (found[-1]["achievement_percent"] or found[-1]["value"]) if found else None


def _aggregate(tally: Tally) -> dict[str, Any]:
    appraised = sum(tally.counts.values())
    enough = appraised >= LEAST
    return {
        "persons": tally.persons,
        "appraised": appraised,
        "counts": {str(predicate): tally.counts.get(predicate, 0) for predicate in reversed(Predicate)} if enough else None,
        **{f"{part}_hundredths": _mean(tally.sums[part]) for part in PARTS},
        "withheld": None if enough else f"fewer than {LEAST} results",
    }


def _mean(numbers: Sum) -> int | None:
    """In hundredths, half up; None of fewer than three numbers. Ratings are no numbers."""
    return half_up(100 * numbers.total / numbers.of) if numbers.of >= LEAST else None
