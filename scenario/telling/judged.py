"""What the report tells of appraisals: what was measured, predicates and why they changed, corrections, objections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import SHORT, unit_name, wrapped
from scenario.words import Words

_BASIS = {"silence": "d", "decision": "k", "imported": "i"}
_SETTLED = ("final", "corrected", "imported")
_OBSTACLES = 3
"""So many are told in full."""


def measured(outcome: Outcome, words: Words) -> Iterator[str]:
    """How many monthly figures there are, and the obstacles that people named beside them: some in full, the others counted."""
    figures = [
        {**report, "employee": employee, "target": target["what"] or words.named(target["target_id"])}
        for employee, plan in outcome.plans.items()
        for report in plan["progress"]
        for target in plan["targets"]
        if target["target_id"] == report["target_id"]
    ]
    if not figures:
        return
    named = sorted((one for one in figures if one["obstacle"]), key=lambda one: one["month"])
    people = len({one["employee"] for one in figures})
    yield from wrapped(words("figures", figures=len(figures), people=people))
    if named:
        yield "  " + words("obstacles", count=len(named))
    for one in named[:_OBSTACLES]:
        person, month = scenario_code(one["employee"]), words.month(one["month"])
        yield from wrapped(words("obstacle", person=person, month=month, target=one["target"], text=one["obstacle"]), 4)
    if len(named) > _OBSTACLES:
        yield f"    {words('more-obstacles', count=len(named) - _OBSTACLES)}"


def predicates(outcome: Outcome, words: Words) -> Iterator[str]:
    """A row for each person, a column for each period."""
    found = {(row["employee"], row["period"]): row for row in outcome.appraisals}
    appraised = {row["employee"] for row in outcome.appraisals}
    rows = [
        [
            scenario_code(who["employee"]),
            outcome.name(who["employee"]),
            unit_name(who["unit"]),
            *(_short(found.get((who["employee"], one))) for one in outcome.periods),
        ]
        for who in outcome.people
        if who["employee"] in appraised
    ]
    yield from table([words("person"), words("name"), words("unit"), *map(words.short, outcome.periods)], rows)
    yield from wrapped(words("predicates-key"))
    moved = [line for row, before in _moved(outcome) for line in wrapped(_why_moved(row, before, words), 4)]
    if moved:
        yield from ["  " + words("moved"), *moved]
    for period in outcome.periods:
        rows_of = [row for row in outcome.appraisals if row["period"] == period]
        told = sum(row["report"] is not None for row in rows_of)
        if told:
            yield "  " + words("reports", period=words.period(period), count=told, of=len(rows_of))


def _moved(outcome: Outcome) -> Iterator[tuple[Row, str]]:
    """Every result of the year that has another predicate than the one before it of the same person, with that predicate.

    What was imported, and corrected since, has no ratings to tell of; corrections have a section of their own.
    """
    place = {period: number for number, period in enumerate(outcome.periods)}
    settled = [row for row in outcome.appraisals if row["predicate"] and row["status"] in _SETTLED]
    for _, rows in groupby(settled, key=lambda row: row["employee"]):
        ordered = sorted(rows, key=lambda row: place[row["period"]])
        for before, row in zip(ordered, ordered[1:]):
            judgement = row["judgement"] or {}
            if row["predicate"] != before["predicate"] and (judgement.get("score") or judgement.get("result_rating")):
                yield row, before["predicate"]


def _why_moved(row: Row, before: str, words: Words) -> str:
    """The two ratings that the predicate came from, with the results' achievement; or the number of the numeric regime."""
    judgement = row["judgement"]
    told = {"person": scenario_code(row["employee"]), "period": words.period(row["period"])}
    told |= {"before": words.code(before), "after": words.code(row["predicate"])}
    if judgement.get("score"):
        return words("moved-scored", **told, score=words.number(judgement["score"]))
    achieved = next((one["achievement_percent"] for one in row["scores"] or () if (one["what"], one["item"]) == ("whole", "result")), None)
    reached = words("moved-reached", percent=words.number(achieved)) if achieved else ""
    result, behaviour = (words.code(judgement[f"{part}_rating"]) for part in ("result", "behaviour"))
    return words("moved-rated", **told, result=result, reached=reached, behaviour=behaviour)


def _short(row: Row | None) -> str:
    if row is None or not row["predicate"]:
        return "–"
    how = "p" if row["status"] == "corrected" else _BASIS.get(row["basis"] or "", "")
    return " ".join(filter(None, [SHORT[row["predicate"]] + ("" if row["status"] in _SETTLED else "?"), how]))


def corrections(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """What changed after it was final: on which basis, by whom, and that the person was heard."""
    for row in outcome.contested:
        if (found := row["correction"]) is None:
            continue
        yield from wrapped(
            words(
                "corrected",
                person=scenario_code(row["employee"]),
                period=words.period(row["period"]),
                before=words.code(found["before"]["predicate"]),
                after=words.code(found["after"]["predicate"]),
                day=words.day(found["corrected_at"], zone),
                by=scenario_code(found["corrected_by"]),
                basis=found["legal_basis"],
                document=found["document"],
                heard=words.date(found["heard_on"]),
            )
        )
        yield from _said(words, "reasons", found["reasons"])


def objections(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """Each objection with its items, arguments, evidence and deadline, and what was decided for which reasons."""
    contested = [row for row in outcome.contested if row["objection"]]
    for row in contested:
        objection, person, period = row["objection"], scenario_code(row["employee"]), words.period(row["period"])
        after = words.code(row["predicate"])
        if objection["status"] == "refused":
            due, found = words.last_day(objection["due"], zone), words.day(objection["found"], zone, hour=True)
            yield from wrapped(words("refused", person=person, period=period, due=due, found=found, after=after))
            yield from wrapped(words("remedy", text=words.said.get(objection["rule"], objection["remedy"])), 4)
            continue
        delivered, filed = words.day(row["delivered_at"], zone), words.day(objection["filed_at"], zone)
        due = words.last_day(objection["decision_due"], zone)
        yield from wrapped(words("filed", person=person, period=period, delivered=delivered, filed=filed, due=due))
        items = ", ".join(_item(one, outcome.plans.get(row["employee"]), words) for one in objection["items"])
        yield from wrapped(words("against", items=items, count=len(objection["evidence"])), 4)
        yield from _said(words, "argued", objection["arguments"])
        if objection["overdue"]:
            yield from wrapped(words("overdue"), 4)
        if decision := objection.get("decision"):
            day, before = words.day(decision["decided_at"], zone), words.code(decision["before"]["predicate"])
            by, document = scenario_code(decision["decided_by"]), decision["document"]
            yield from wrapped(words(decision["outcome"], decided=day, by=by, document=document, before=before, after=after), 4)
            yield from _said(words, "reasons", decision["reasons"])
    settings: Mapping[str, object] = next((one["settings"] for one in outcome.rules if one["kind"] == "appraisal"), {})
    if contested and settings.get("objection_may_lower") is False:
        yield from wrapped(words("never-lower"))


def _item(item: str, plan: Row | None, words: Words) -> str:
    """A target in its plan's words; a behaviour or the whole in ours."""
    what = next((target["what"] for target in (plan or {"targets": ()})["targets"] if target["target_id"] == item), None)
    return f"“{what}”" if what else words.named(item)


def _said(words: Words, sentence: str, text: str | None) -> Iterator[str]:
    """What a person wrote; nothing once it has been erased."""
    if text:
        yield from wrapped(words(sentence, text=text), 4)
