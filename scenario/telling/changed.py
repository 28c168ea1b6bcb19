"""What the report tells of months that differ: from the full lines, by another job class, by adjustments; each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from scenario.report import Outcome, Row, scenario_code
from scenario.telling.lines import explaining, wrapped
from scenario.words import Words
from shared.client.explaining import kind_of

_COMPONENTS = ("performance", "discipline")
_CUT = "sanction"
_ATTENDANCE = {
    "was-late": ("minutes_late", "minutes_early"),
    "was-absent": ("days_absent",),
    "missed-meetings": ("meetings_missed",),
    "missed-roll-calls": ("roll_calls_missed",),
}


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
