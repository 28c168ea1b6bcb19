"""What the report tells of appraisals: rules, predicates, corrections, objections, the guide, the process and colleagues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, in_time, scenario_code
from scenario.tables import table
from scenario.telling.lines import SHORT, bar, percent, unit_name, wrapped
from scenario.words import Words

_BASIS = {"silence": "d", "decision": "k", "imported": "i"}
_SETTLED = ("final", "corrected", "imported")
_CELLS = 30
_OBSTACLES = 3
"""So many are told in full."""


def rules(outcome: Outcome, words: Words) -> Iterator[str]:
    """Each rule set with the local regulation that it is, and the law that this adopts."""
    for one in outcome.rules:
        kind, since = words.code(one["kind"], "rules"), words("since", day=words.date(one["since"]))
        yield from wrapped(f"{kind} ({one['name']}), {since}: {'; '.join(one['sources'])}")


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


def distribution(outcome: Outcome, words: Words) -> Iterator[str]:
    """Every unit's predicates beside the guide for its own result, and the last period's as a chart."""
    if not outcome.distribution:
        return
    rows = [
        [
            words.short(row["period"]),
            unit_name(row["unit"]),
            words.code(row["result"]),
            ", ".join(f"{SHORT[predicate]} {count}" for predicate, count in row["counts"].items() if count) or "–",
            "; ".join(_stray(finding, words) for finding in row["findings"] if not finding["holds"]) or words("fits"),
        ]
        for row in outcome.distribution
    ]
    yield from table([words("period"), words("unit"), words("organisation"), words("people"), words("guide")], rows)
    yield "  " + words("reported")
    last = outcome.distribution[-1]["period"]
    yield from ["", "  " + words("chart", period=words.period(last))]
    for row in outcome.distribution:
        if row["period"] == last and row["appraised"]:
            yield from chart(row, words)


def _stray(finding: Row, words: Words) -> str:
    named = "/".join(SHORT[one] for one in finding["predicates"])
    return words("strays", predicates=named, found=finding["count"], of=finding["of"], comparison=_asked(finding, words))


def _asked(finding: Row, words: Words) -> str:
    return words(finding["comparison"], percent=finding["percent"])


def chart(row: Row, words: Words) -> Iterator[str]:
    """One unit's predicates: a bar for each, or for those that the guide limits together, with a line at the guide's limit."""
    limited = [tuple(finding["predicates"]) for finding in row["findings"]]
    covered = {predicate for group in limited for predicate in group}
    alone = [(predicate,) for predicate, count in row["counts"].items() if count and predicate not in covered]
    order = list(SHORT)
    yield "  " + words("organisation-of", unit=unit_name(row["unit"]), result=words.code(row["result"]), people=row["appraised"])
    groups = sorted(dict.fromkeys([*limited, *alone]), key=lambda group: min(map(order.index, group)))
    names = {group: " / ".join(map(words.code, group)) for group in groups}
    wide = max((len(name) for name in names.values()), default=0)
    for group in groups:
        count = sum(row["counts"].get(predicate, 0) for predicate in group)
        part = Fraction(count, row["appraised"])
        limits = [finding for finding in row["findings"] if tuple(finding["predicates"]) == group]
        mark = Fraction(limits[0]["percent"], 100) if limits else None
        beside = ", ".join(words("guide-held" if one["holds"] else "guide-left", comparison=_asked(one, words)) for one in limits)
        drawn = bar(part, _CELLS, mark).ljust(_CELLS + 1)
        yield f"    {names[group]:<{wide}}  {drawn} {count:>3} {percent(part):>4} %  {beside}".rstrip()


def process(outcome: Outcome, words: Words) -> Iterator[str]:
    """The means of what all think of the appraisal process, as they were published, and what moved most."""
    if not outcome.process:
        yield "  " + words("process-none")
        return
    published = sorted(outcome.process, key=lambda row: in_time({one["period"] for one in outcome.process}).index(row["period"]))
    aspects = list(published[0]["means_hundredths"])
    rows = [
        [words.short(row["period"]), str(row["n"]), *(words.hundredths(row["means_hundredths"][one]) for one in aspects)]
        for row in published
    ]
    yield from table([words("period"), words("answers"), *map(words.code, aspects)], rows, right=range(1, 2 + len(aspects)))
    first, last = published[0], published[-1]
    moved = max(aspects, key=lambda one: abs(last["means_hundredths"][one] - first["means_hundredths"][one]))
    before, after = (words.hundredths(row["means_hundredths"][moved]) for row in (first, last))
    if before != after:
        spans = {"first": words.period(first["period"]), "last": words.period(last["period"])}
        yield from wrapped(words("process-moved", aspect=words.code(moved), before=before, after=after, **spans))


def peers(outcome: Outcome, words: Words) -> Iterator[str]:
    """For each round how many people colleagues rated, and from which to which mean; each one's own summary stands in the appraisal."""
    if not outcome.peers:
        return
    aspects = list(dict.fromkeys(aspect for row in outcome.peers for aspect in row["means_hundredths"]))
    rows = []
    for period in in_time({row["period"] for row in outcome.peers}):
        summaries = [row for row in outcome.peers if row["period"] == period]
        means = [[row["means_hundredths"][aspect] for row in summaries if aspect in row["means_hundredths"]] for aspect in aspects]
        counts = [str(len(summaries)), str(sum(row["n"] for row in summaries))]
        rows.append([words.short(period), *counts, *(_range(found, words) for found in means)])
    heads = [words("period"), words("peers-rated"), words("answers"), *map(words.code, aspects)]
    yield from table(heads, rows, right=range(1, len(heads)))
    yield "  " + words("peers-key")


def _range(hundredths: list[int], words: Words) -> str:
    if not hundredths:
        return "–"
    return "–".join(dict.fromkeys(words.hundredths(one) for one in (min(hundredths), max(hundredths))))
