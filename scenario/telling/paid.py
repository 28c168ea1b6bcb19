"""What the report tells of pay: twelve months for each person, why a month differs, and where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from scenario.explaining import kind_of, lack
from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import explaining, wrapped
from scenario.words import LANGUAGES, Words

_COMPONENTS = ("performance", "discipline")
_CUT = "sanction"
_ATTENDANCE = {
    "was-late": ("minutes_late", "minutes_early"),
    "was-absent": ("days_absent",),
    "missed-meetings": ("meetings_missed",),
    "missed-roll-calls": ("roll_calls_missed",),
}


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
    """A person and month whose explanation shows much: one that was corrected, or else one with an extra line, or the first."""
    rows = [row for row in outcome.allowances if row["posted"] is not None and row["month"] in outcome.months]
    for much in (lambda row: row["corrections"], lambda row: len(row["lines"]) > len(_COMPONENTS)):
        for row in rows:
            if much(row):
                return row["employee"], row["month"]
    return outcome.place.people()[0], outcome.months[3]


def changes(outcome: Outcome, words: Words) -> Iterator[str]:
    """Every month with other than the full lines, equal months together, and every adjustment, each with its reason and its command."""
    rows = {(row["employee"], row["month"]): row for row in outcome.allowances if row["posted"] is not None}
    causes = {one["event"]: one for row in outcome.allowances for one in row["corrections"] or []}
    before = _before(outcome)
    told = False
    for employee, own in groupby(rows.values(), key=lambda row: row["employee"]):
        lines, month, last = [], None, None
        for paid_for, months in groupby(own, key=lambda row: _lines(row, outcome, before, words)):
            same = list(months)
            if last is not None and last["job_class"] != same[0]["job_class"]:
                lines += _new_post(last, same[0], outcome, words)
                month = month or same[0]["month"]
            last = same[-1]
            if not all(line["name"] in _COMPONENTS and line["percent"] == "100" for line in same[0]["lines"]):
                span = words.month(same[0]["month"], same[-1]["month"])
                amount = words.rupiah(same[0]["posted"])
                lines += wrapped(words("below", person=scenario_code(employee), month=span, amount=amount, lines=paid_for))
                month = month or same[0]["month"]
            for row in same:
                lines += _adjusted(row, rows, causes, words)
                month = row["month"] if row["adjustments"] else month
        if lines and month:
            told = True
            yield from lines
            yield f"    → {words('explain-this', command=explaining(outcome, employee, month))}"
    if any(part["amount"] < 0 for row in rows.values() for part in row["adjustments"]):
        yield "  " + words("capped", percent=_rules(outcome)["recovery_cap_percent"])
    if not told:
        yield "  " + words("changes-none")


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
            cause=words.code(kind_of(adjusted["cause_type"])),
        )
        yield from wrapped(sentence, 4)


def _lines(row: Row, outcome: Outcome, before: Mapping[tuple[str, str], str], words: Words) -> str:
    """The month's lines as posted, with the predicate that they were paid for and what took discipline points."""
    predicate = before.get((row["employee"], row["predicate_period"]), row["predicate"]) if row["corrections"] else row["predicate"]
    said = []
    for line in row["lines"]:
        amount, percent = words.rupiah(line["amount"]), words.number(line["percent"].lstrip("-"))
        if line["name"] == "performance":
            form = "line-without" if predicate == "missing" else "line-performance"
            period = words.period(row["predicate_period"])
            said.append(words(form, amount=amount, percent=percent, predicate=words.code(predicate), period=period))
        elif line["name"] == "discipline":
            why = "" if line["percent"] == "100" else _attendance(row, outcome, words)
            said.append(words("line-discipline", amount=amount, percent=percent, why=why))
        elif line["name"] == _CUT:
            said.append(words("line-sanction", amount=amount, percent=percent))
        elif line["name"] == "bonus":
            said.append(words("line-bonus", award=words.code(line["rule"]), amount=amount))
        elif line["rule"] == "predicate-extra":
            said.append(words("line-extra", name=words.named(line["name"]), amount=amount, percent=words.number(line["share_percent"])))
        else:
            named = " / ".join(words.named(one) for one in line["name"].split("/"))
            said.append(words("line-other", name=named, amount=amount, percent=percent))
    return ", ".join(said)


def _new_post(last: Row, row: Row, outcome: Outcome, words: Words) -> Iterator[str]:
    """That another job class pays from this month on, and the post that it came with."""
    held = [one for one in outcome.positions.get(row["employee"], ()) if one["since"] <= f"{row['month']}-01" and not one["acting"]]
    if held:
        yield from wrapped(
            words(
                "new-post",
                person=scenario_code(row["employee"]),
                month=words.month(row["month"]),
                amount=words.rupiah(row["posted"]),
                before=words.rupiah(last["posted"]),
                from_=last["job_class"],
                to=row["job_class"],
                post=words.named(held[-1]["post"]),
                since=words.date(held[-1]["since"]),
                document=held[-1]["document"],
            )
        )


def _attendance(row: Row, outcome: Outcome, words: Words) -> str:
    """What took points off the month; minutes below the first full block of the place's own rules took none."""
    found = outcome.attendance.get((row["employee"], row["month"]))
    if found is None:
        return ""
    least = {"was-late": _rules(outcome)["discipline"]["late_block_minutes"]}
    counts = {name: sum(found[part] for part in parts) for name, parts in _ATTENDANCE.items()}
    return "".join(f"; {words(name, count=count)}" for name, count in counts.items() if count >= least.get(name, 1))


def _rules(outcome: Outcome) -> Mapping[str, Any]:
    """The settings of the allowance's rules."""
    return next(one["settings"] for one in outcome.rules if one["kind"] == "allowance")


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
