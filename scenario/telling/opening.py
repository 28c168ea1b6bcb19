"""How the report opens: the places beside each other, and of each place who is where, its rules, and that people were told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from scenario.report import Outcome, scenario_code
from scenario.tables import table
from scenario.telling.lines import SHORT, unit_name, wrapped
from scenario.words import Words


def overview(outcomes: Iterable[Outcome], words: Words) -> Iterator[str]:
    """A row for each place: its last period's predicates, what followed, what citizens said, and what was paid."""
    rows = [
        [
            one.place.name,
            str(len(one.people)),
            _last_predicates(one, words),
            str(sum(row["objection"] is not None for row in one.contested)),
            str(sum(row["status"] == "approved" for row in one.proposals)),
            _indices(one, words),
            str(len(one.complaints)) if one.complaints else "–",
            words.rupiah(sum(run["total_paid"] for run in one.runs if run["run"] in one.months)),
            words.rupiah(sum(run["total_adjustments"] for run in one.runs if run["run"] in one.months)),
        ]
        for one in outcomes
    ]
    heads = ["place-name", "people", "last-predicates", "objected", "decided-proposals", "citizens-index", "complained"]
    yield from table([words(head) for head in (*heads, "paid-year", "of-it-adjusted")], rows, right=(1, 3, 4, 6, 7, 8))
    yield "  " + words("each-place")


def _last_predicates(outcome: Outcome, words: Words) -> str:
    last = outcome.periods[-1] if outcome.periods else ""
    counts = Counter(row["predicate"] for row in outcome.appraisals if row["period"] == last)
    return f"{words.short(last)}: {', '.join(f'{SHORT[one]} {counts[one]}' for one in SHORT if counts[one])}" if last else "–"


def _indices(outcome: Outcome, words: Words) -> str:
    """From the lowest to the highest index that was published."""
    found = sorted(outcome.surveys, key=lambda row: float(row["index"]))
    return "–".join(dict.fromkeys(words.number(row["index"]) for row in (found[0], found[-1]))) if found else "–"


def about(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """Who works where, and that they were told of the rules."""
    kinds = Counter(row["kind"] for row in outcome.people)
    people = outcome.place.people()
    staffed = {row["unit"] for row in outcome.people}
    yield from wrapped(
        words(
            "staffed",
            people=len(outcome.people),
            kinds=", ".join(f"{count} {kind}" for kind, count in kinds.most_common()),
            first=scenario_code(people[0]),
            last=scenario_code(people[-1]),
            units="; ".join(f"{unit_name(row['unit'])} {row['name']}" for row in outcome.units if row["unit"] in staffed),
        )
    )
    if outcome.acknowledged:
        last = words.day(max(outcome.acknowledged.values()), zone)
        yield from wrapped(words("acknowledged", count=len(outcome.acknowledged), people=len(outcome.people), day=last))


def rules(outcome: Outcome, words: Words) -> Iterator[str]:
    """Each rule set with the local regulation that it is, and the law that this adopts."""
    for one in outcome.rules:
        kind, since = words.code(one["kind"], "rules"), words("since", day=words.date(one["since"]))
        yield from wrapped(f"{kind} ({one['name']}), {since}: {'; '.join(one['sources'])}")
