"""The readable report: short tables, and under each change a sentence of why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from textwrap import fill
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.words import WORDS, Words

_SHORT = {"sangat_baik": "SB", "baik": "B", "butuh_perbaikan": "BP", "kurang": "K", "sangat_kurang": "SK"}
_WIDE = 120
_BASIS = {"silence": "d", "decision": "k", "imported": "i"}


def tell(outcome: Outcome, addresses: Mapping[str, str], language: str = "id", zone: str = "Asia/Jakarta") -> str:
    """The whole report as text."""
    words, place = WORDS[language], ZoneInfo(zone)
    title = words("title", name=outcome.place.name, year=outcome.year)
    sections: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
        ("rules", lambda: _rules(outcome, words)),
        ("predicates", lambda: _predicates(outcome, words)),
        ("objections", lambda: _objections(outcome, words, place)),
        ("distribution", lambda: _distribution(outcome, words)),
        ("process", lambda: _process(outcome, words)),
        ("development", lambda: _development(outcome, words)),
        ("allowances", lambda: _allowances(outcome, words)),
        ("changes", lambda: _changes(outcome, words)),
        ("next", lambda: _next(outcome, words, addresses)),
    )
    lines = [title, "═" * len(title)]
    for name, section in sections:
        lines += ["", words(name), *section()]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: int = 2) -> Iterator[str]:
    """A sentence in lines of a terminal's width, the later ones further in."""
    yield from fill(text, _WIDE, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)).splitlines()


def _rules(outcome: Outcome, words: Words) -> Iterator[str]:
    for rules in outcome.rules:
        yield from _wrapped(f"{rules['name']}, {words('since', day=words.date(rules['since']))}: {'; '.join(rules['sources'])}")


def _predicates(outcome: Outcome, words: Words) -> Iterator[str]:
    periods = [f"{outcome.year - 1}-Q4", *outcome.quarters]
    found = {(row["employee"], row["period"]): row for row in outcome.appraisals}
    appraised = {row["employee"] for row in outcome.appraisals}
    rows = [
        [scenario_code(who["employee"]), who["name"], who["unit"], *(_short(found.get((who["employee"], one))) for one in periods)]
        for who in outcome.people
        if who["employee"] in appraised
    ]
    yield from table([words("person"), words("name"), words("unit"), *periods], rows)
    yield "  " + words("predicates-key")


def _short(row: Row | None) -> str:
    if row is None or not row["predicate"]:
        return "–"
    open_ = "" if row["status"] in ("final", "corrected", "imported") else "?"
    return " ".join(filter(None, [_SHORT[row["predicate"]] + open_, _BASIS.get(row["basis"] or "", "")]))


def _objections(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    for row in outcome.objections:
        objection, person, period = row["objection"], scenario_code(row["employee"]), words.quarter(row["period"])
        after = words.code(row["predicate"])
        if objection["status"] == "refused":
            due, found = words.last_day(objection["due"], zone), words.day(objection["found"], zone, hour=True)
            yield from _wrapped(words("refused", person=person, period=period, due=due, found=found, after=after))
            remedy = words.said.get(objection["rule"], objection["remedy"])
            yield from _wrapped(words("remedy", text=remedy), 4)
            continue
        delivered, filed = words.day(row["delivered_at"], zone), words.day(objection["filed_at"], zone)
        due = words.last_day(objection["decision_due"], zone)
        yield from _wrapped(words("filed", person=person, period=period, delivered=delivered, filed=filed, due=due))
        yield from _said(words, "argued", objection["arguments"])
        if objection["overdue"]:
            yield from _wrapped(words("overdue"), 4)
        if decision := objection.get("decision"):
            day, before = words.day(decision["decided_at"], zone), words.code(decision["before"]["predicate"])
            sentence = words(decision["outcome"], decided=day, document=decision["document"], before=before, after=after)
            yield from _wrapped(sentence, 4)
            yield from _said(words, "reasons", decision["reasons"])


def _said(words: Words, sentence: str, text: str | None) -> Iterator[str]:
    """What a person wrote; nothing once it has been erased."""
    if text:
        yield from _wrapped(words(sentence, text=text), 4)


def _distribution(outcome: Outcome, words: Words) -> Iterator[str]:
    rows = [
        [
            row["period"],
            row["unit"],
            words.code(row["result"]) if row["result"] else "–",
            ", ".join(f"{_SHORT[predicate]} {count}" for predicate, count in row["counts"].items() if count) or "–",
            "; ".join(_stray(finding, words) for finding in row["findings"] if not finding["holds"]) or words("fits"),
        ]
        for row in outcome.distribution
    ]
    yield from table(["", words("unit"), words("organisation"), words("people"), words("guide")], rows)
    yield "  " + words("reported")


def _stray(finding: Row, words: Words) -> str:
    predicates = "/".join(_SHORT[one] for one in finding["predicates"])
    asked = words(finding["comparison"], percent=finding["percent"])
    return words("strays", predicates=predicates, found=finding["count"], of=finding["of"], comparison=asked)


def _process(outcome: Outcome, words: Words) -> Iterator[str]:
    if not outcome.process:
        return
    aspects = list(outcome.process[0]["means_hundredths"])
    rows = [[row["period"], str(row["n"]), *(words.hundredths(row["means_hundredths"][one]) for one in aspects)] for row in outcome.process]
    yield from table(["", words("answers"), *(words.code(one) for one in aspects)], rows, right=range(1, 6))


def _development(outcome: Outcome, words: Words) -> Iterator[str]:
    for row in outcome.proposals:
        reasons = dict.fromkeys(_reason(one, words) for one in row["reasons"])
        sentence = words(
            "proposed",
            person=scenario_code(row["employee"]),
            kind=words.code(row["kind"]),
            programme=words.code(row["programme"]),
            period=words.quarter(row["period"]),
            status=words.code(row["status"]),
            document=f" ({row['document']})" if row.get("document") else "",
            reasons="; ".join(reasons),
        )
        yield from _wrapped(sentence)
        for measure in outcome.measures.get(row["employee"], ()):
            if measure["proposal"] == row["proposal"]:
                yield from (f"    {words('step', day=words.date(step['on']))}" for step in measure["steps"])
                if measure["status"] == "closed":
                    yield f"    {words('closed', outcome=words.code(measure['outcome']))}"


def _reason(reason: Row, words: Words) -> str:
    if reason["found"] in _SHORT:
        return words("by-predicate", predicate=words.code(reason["found"]))
    found = f"{words.number(reason['found'])} %" if reason["found"][:1].isdigit() else words.code(reason["found"])
    return words("by-score", item=words.code(reason["code"]), found=found)


def _allowances(outcome: Outcome, words: Words) -> Iterator[str]:
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
        yield from _wrapped(words("unpaid", person=scenario_code(employee), missing=lacking))


def _amount(amount: int | None, words: Words) -> str:
    return "–" if amount is None else words.rupiah(amount)


def _changes(outcome: Outcome, words: Words) -> Iterator[str]:
    """Every month with less than the full lines, equal months together, and every adjustment, each with its reason."""
    rows = {(row["employee"], row["month"]): row for row in outcome.allowances if row["posted"] is not None}
    causes = {one["event"]: one for row in outcome.allowances for one in row["corrections"] or []}
    for (employee, paid_for), months in groupby(rows.values(), key=lambda row: (row["employee"], _lines(row, outcome, words))):
        same = list(months)
        if any(line["percent"] != "100" for line in same[0]["lines"]):
            span = words.month(same[0]["month"], same[-1]["month"])
            amount = words.rupiah(same[0]["posted"])
            yield from _wrapped(words("below", person=scenario_code(employee), month=span, amount=amount, lines=paid_for))
        for row in same:
            yield from _adjusted(row, rows, causes, words)


def _adjusted(row: Row, rows: Mapping[tuple[str, str], Row], causes: Mapping[str, Row], words: Words) -> Iterator[str]:
    if not row["adjustments"]:
        return
    amount = words.rupiah(sum(part["amount"] for part in row["adjustments"]))
    person, month = scenario_code(row["employee"]), words.month(row["month"])
    yield from _wrapped(words("adjusted", person=person, month=month, paid=words.rupiah(row["paid"]), amount=amount))
    for part in row["adjustments"]:
        concerned = rows[row["employee"], part["month"]]
        sentence = words(
            "adjustment",
            amount=words.rupiah(part["amount"]),
            month=words.month(part["month"]),
            lines_from=words.rupiah(concerned["posted"]),
            due=words.rupiah(concerned["due"]),
            cause=words.code(causes[part["event"]]["cause_type"].split(".")[-2]),
        )
        yield from _wrapped(sentence, 4)


def _lines(row: Row, outcome: Outcome, words: Words) -> str:
    """The month's lines as posted, with the predicate that they were paid for."""
    before = {
        (one["employee"], one["period"]): one["objection"]["decision"]["before"]["predicate"]
        for one in outcome.objections
        if one["objection"].get("decision")
    }
    predicate = before.get((row["employee"], row["predicate_period"]), row["predicate"]) if row["corrections"] else row["predicate"]
    said = []
    for line in row["lines"]:
        parts = {"amount": words.rupiah(line["amount"]), "percent": words.number(line["percent"])}
        if line["name"] == "performance":
            parts |= {"predicate": words.code(predicate), "period": words.quarter(row["predicate_period"])}
        said.append(words(f"line-{line['name']}", **parts))
    return ", ".join(said)


def _next(outcome: Outcome, words: Words, addresses: Mapping[str, str]) -> Iterator[str]:
    adjusted = next(((row["employee"], row["month"]) for row in outcome.allowances if row["corrections"]), None)
    employee, month = adjusted or (outcome.place.people()[0], outcome.months[3])
    yield "  " + words("explain", employee=employee, month=month)
    yield "  " + words("explain-url", url=f"{addresses['payroll']}/v1/allowances/{employee}/{month}/explanation")
    yield "  " + words("data")
    yield "  " + words("tail")
