"""What the report tells of pay: twelve months for each person, and where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import explaining, wrapped
from scenario.words import LANGUAGES, Words
from shared.client.explaining import lack

_COMPONENTS = 2
"""So many lines a month has where nothing was added or cut."""


def allowances(outcome: Outcome, words: Words) -> Iterator[str]:
    """What each person was paid each month in thousands, with the year's sum to the rupiah; a star where an adjustment is in it."""
    paid = {(row["employee"], row["month"]): row for row in outcome.allowances if row["paid"] is not None}
    runs = {run["run"]: run for run in outcome.runs}
    people = list(dict.fromkeys(employee for employee, _ in paid))
    heads = [words("person"), *(f"{words.months[int(month[-2:]) - 1][:3]} " for month in outcome.months), words("sum-rupiah")]
    rows = [
        [
            scenario_code(one),
            *(_cell(paid.get((one, month)), words) for month in outcome.months),
            words.rupiah(sum(row["paid"] for (who, month), row in paid.items() if who == one and month in outcome.months)),
        ]
        for one in people
    ]
    whole = [runs[month] for month in outcome.months if month in runs]
    total = [
        words("run-total"),
        *(f"{words.thousands_of(runs[month]['total_paid'])} " if month in runs else "– " for month in outcome.months),
        words.rupiah(sum(run["total_paid"] for run in whole)),
    ]
    yield from table(heads, [*rows, [], total], right=range(1, len(heads)), gap=1)
    if any(row["adjustments"] for row in paid.values()):
        yield "  " + words("with-adjustments")
    for employee, missing in outcome.unpaid.items():
        lacking = ", ".join(lack(one, words) for one in missing)
        yield from wrapped(words("unpaid", person=scenario_code(employee), name=outcome.name(employee), missing=lacking))
    yield "  " + words("explain-any", command=explaining(outcome, *telling_month(outcome)))


def _cell(row: Row | None, words: Words) -> str:
    """Thousands with room for a star."""
    return "– " if row is None else words.thousands_of(row["paid"]) + ("*" if row["adjustments"] else " ")


def telling_month(outcome: Outcome) -> tuple[str, str]:
    """A person and month whose explanation shows much: one that was corrected, else with an extra line, else below the full lines."""
    rows = [row for row in outcome.allowances if row["posted"] is not None and row["month"] in outcome.months]
    for much in (lambda row: row["corrections"], lambda row: len(row["lines"]) > _COMPONENTS, _below):
        for row in rows:
            if much(row):
                return row["employee"], row["month"]
    return outcome.place.people()[0], outcome.months[3]


def _below(row: Row) -> bool:
    return any(line["percent"] != "100" for line in row["lines"])


def next_steps(outcome: Outcome, words: Words, addresses: Mapping[str, str]) -> Iterator[str]:
    """The commands and addresses that lead on from here."""
    employee, month = telling_month(outcome)
    command, other = explaining(outcome, employee, month), next(one for one in LANGUAGES if one != words.language)
    listed = (
        ("explain", command),
        ("explain-lang", f"{command} --lang {other}"),
        ("explain-url", f"GET {addresses['payroll']}/v1/allowances/{employee}/{month}/explanation"),
        ("described", f"{addresses['payroll']}/openapi.json"),
        ("data", "./merit scenario report --json"),
        ("tail", "./merit tail"),
    )
    wide = max(len(words(name)) for name, _ in listed)
    yield from (f"  {words(name):<{wide}}  {where}" for name, where in listed)
