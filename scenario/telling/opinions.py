"""What the report tells of opinions: of colleagues on each other, and of all on the appraisal process."""

from __future__ import annotations

from collections.abc import Iterator

from scenario.report import Outcome, in_time
from scenario.tables import table
from scenario.telling.lines import wrapped
from scenario.words import Words


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
