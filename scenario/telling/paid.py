"""What the report tells of pay: twelve months for each person, why a month differs, and where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import wrapped
from scenario.words import Words

_COMPONENTS = ("performance", "discipline")
_CUT = "sanction"


def allowances(outcome: Outcome, words: Words) -> Iterator[str]:
    """What each person was paid each month, in two halves of the year."""
    paid = {(row["employee"], row["month"]): row["paid"] for row in outcome.allowances if row["paid"] is not None}
    runs = {run["run"]: run["total_paid"] for run in outcome.runs}
    people = list(dict.fromkeys(employee for employee, _ in paid))
    for half, months in enumerate((outcome.months[:6], outcome.months[6:])):
        heads = [words("person"), *(words.months[int(month[-2:]) - 1][:3] for month in months)]
        rows = [[scenario_code(one), *(_amount(paid.get((one, month)), words) for month in months)] for one in people]
        total = [words("run-total"), *(_amount(runs.get(month), words) for month in months)]
        if half:
            heads.append(words("total"))
            for one, row in zip(people, rows):
                row.append(words.rupiah(sum(paid.get((one, month), 0) for month in outcome.months)))
            total.append(words.rupiah(sum(runs.get(month, 0) for month in outcome.months)))
        yield from ["", *table(heads, [*rows, [], total], right=range(1, len(heads)))]
    for employee, missing in outcome.unpaid.items():
        lacking = ", ".join(words.code(one.split()[0]) for one in missing)
        yield from wrapped(words("unpaid", person=scenario_code(employee), missing=lacking))


def _amount(amount: int | None, words: Words) -> str:
    return "–" if amount is None else words.rupiah(amount)


def changes(outcome: Outcome, words: Words) -> Iterator[str]:
    """Every month with other than the full lines, equal months together, and every adjustment, each with its reason."""
    rows = {(row["employee"], row["month"]): row for row in outcome.allowances if row["posted"] is not None}
    causes = {one["event"]: one for row in outcome.allowances for one in row["corrections"] or []}
    for (employee, paid_for), months in groupby(rows.values(), key=lambda row: (row["employee"], _lines(row, outcome, words))):
        same = list(months)
        if not all(line["name"] in _COMPONENTS and line["percent"] == "100" for line in same[0]["lines"]):
            span = words.month(same[0]["month"], same[-1]["month"])
            amount = words.rupiah(same[0]["posted"])
            yield from wrapped(words("below", person=scenario_code(employee), month=span, amount=amount, lines=paid_for))
        for row in same:
            yield from _adjusted(row, rows, causes, words)


def _adjusted(row: Row, rows: Mapping[tuple[str, str], Row], causes: Mapping[str, Row], words: Words) -> Iterator[str]:
    if not row["adjustments"]:
        return
    amount = words.rupiah(sum(part["amount"] for part in row["adjustments"]))
    person, month = scenario_code(row["employee"]), words.month(row["month"])
    yield from wrapped(words("adjusted", person=person, month=month, paid=words.rupiah(row["paid"]), amount=amount))
    for part in row["adjustments"]:
        concerned, adjusted = rows[row["employee"], part["month"]], causes[part["event"]]
        sentence = words(
            "adjustment" if part["amount"] == adjusted["difference"] else "instalment",
            amount=words.rupiah(part["amount"]),
            month=words.month(part["month"]),
            lines_from=words.rupiah(concerned["posted"]),
            due=words.rupiah(concerned["due"]),
            cause=words.code(adjusted["cause_type"].split(".")[-2]),
        )
        yield from wrapped(sentence, 4)


def _lines(row: Row, outcome: Outcome, words: Words) -> str:
    """The month's lines as posted, with the predicate that they were paid for."""
    predicate = (
        _before(outcome).get((row["employee"], row["predicate_period"]), row["predicate"]) if row["corrections"] else row["predicate"]
    )
    said = []
    for line in row["lines"]:
        amount, percent = words.rupiah(line["amount"]), words.number(line["percent"].lstrip("-"))
        if line["name"] == "performance":
            form = "line-without" if predicate == "missing" else "line-performance"
            period = words.period(row["predicate_period"])
            said.append(words(form, amount=amount, percent=percent, predicate=words.code(predicate), period=period))
        elif line["name"] in ("discipline", _CUT):
            said.append(words(f"line-{line['name']}", amount=amount, percent=percent))
        else:
            said.append(words("line-more", name=words.code(line["rule"] if line["name"] == "bonus" else line["name"]), amount=amount))
    return ", ".join(said)


def _before(outcome: Outcome) -> dict[tuple[str, str], str]:
    """What a predicate was before it was decided anew or corrected."""
    changed = {}
    for row in outcome.contested:
        decision = (row["objection"] or {}).get("decision") or row["correction"]
        if decision:
            changed[row["employee"], row["period"]] = decision["before"]["predicate"]
    return changed


def next_steps(outcome: Outcome, words: Words, addresses: Mapping[str, str]) -> Iterator[str]:
    """The commands and addresses that lead on from here."""
    adjusted = next(((row["employee"], row["month"]) for row in outcome.allowances if row["corrections"]), None)
    employee, month = adjusted or (outcome.place.people()[0], outcome.months[3])
    yield "  " + words("explain", employee=employee, month=month)
    yield "  " + words("explain-url", url=f"{addresses['payroll']}/v1/allowances/{employee}/{month}/explanation")
    yield "  " + words("data")
    yield "  " + words("tail")
