"""What the report tells of predicates beside the guide of SE MenPANRB 3/2023: each unit's counts, and the last period's as a chart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from scenario.report import Outcome, Row
from scenario.tables import table
from scenario.telling.lines import SHORT, bar, percent, unit_name
from scenario.words import Words

_CELLS = 30


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
