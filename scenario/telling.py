"""The readable report: short tables, and under each change a sentence of why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.words import WORDS, Words

_SHORT = {"sangat_baik": "SB", "baik": "B", "butuh_perbaikan": "BP", "kurang": "K", "sangat_kurang": "SK"}
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


def _rules(outcome: Outcome, words: Words) -> Iterator[str]:
    for rules in outcome.rules:
        yield f"  {rules['name']}, {words('since', day=rules['since'])}: {'; '.join(rules['sources'])}"


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
            due, found = words.day(objection["due"], zone, hour=True), words.day(objection["found"], zone, hour=True)
            yield "  " + words("refused", person=person, period=period, due=due, found=found, after=after)
            yield from _said(words, "remedy", objection.get("remedy"))
            continue
        days = {"delivered": row["delivered_at"], "filed": objection["filed_at"], "due": objection["decision_due"]}
        yield "  " + words("filed", person=person, period=period, **{name: words.day(day, zone) for name, day in days.items()})
        yield from _said(words, "argued", objection.get("arguments"))
        if objection["overdue"]:
            yield "  " + words("overdue")
        if decision := objection.get("decision"):
            day, before = words.day(decision["decided_at"], zone), words.code(decision["before"]["predicate"])
            yield "  " + words(decision["outcome"], decided=day, document=decision["document"], before=before, after=after)
            yield from _said(words, "reasons", decision.get("reasons"))


def _said(words: Words, sentence: str, text: str | None) -> Iterator[str]:
    if text:
        yield "  " + words(sentence, text=text)


def _distribution(outcome: Outcome, words: Words) -> Iterator[str]:
    for row in outcome.distribution:
        counts = ", ".join(f"{_SHORT[predicate]} {count}" for predicate, count in row["counts"].items() if count)
        strays = [
            words(
                "strays",
                predicates="/".join(_SHORT[one] for one in finding["predicates"]),
                found=finding["count"],
                of=finding["of"],
                comparison=finding["comparison"],
                percent=finding["percent"],
            )
            for finding in row["findings"]
            if not finding["holds"]
        ]
        organisation = f"{words('organisation')} {words.code(row['result']) if row['result'] else '–'}"
        yield f"  {row['period']}  {row['unit']:<11} {organisation:<22} {counts or '–':<18} {'; '.join(strays) or words('fits')}"


def _process(outcome: Outcome, words: Words) -> Iterator[str]:
    if not outcome.process:
        return
    aspects = list(outcome.process[0]["means_hundredths"])
    rows = [[row["period"], str(row["n"]), *(words.hundredths(row["means_hundredths"][one]) for one in aspects)] for row in outcome.process]
    yield from table(["", words("answers"), *(words.code(one) for one in aspects)], rows, right=range(1, 6))


def _development(outcome: Outcome, words: Words) -> Iterator[str]:
    for row in outcome.proposals:
        reasons = dict.fromkeys(f"{words.code(one['code'])}: {_found(one['found'], words)}" for one in row["reasons"])
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
        yield "  " + sentence
        for measure in outcome.measures.get(row["employee"], ()):
            if measure["proposal"] == row["proposal"]:
                yield from ("  " + words("step", day=step["on"]) for step in measure["steps"])
                if measure["status"] == "closed":
                    yield "  " + words("closed", outcome=words.code(measure["outcome"]))


def _found(found: str, words: Words) -> str:
    return words.code(found) if not found[:1].isdigit() else f"{found} %"


def _allowances(outcome: Outcome, words: Words) -> Iterator[str]:
    paid = {(row["employee"], row["month"]): row["paid"] for row in outcome.allowances if row["paid"] is not None}
    people = list(dict.fromkeys(employee for employee, _ in paid))
    for months in (outcome.months[:6], outcome.months[6:]):
        rows = [[scenario_code(one), *(_amount(paid.get((one, month)), words) for month in months), ""] for one in people]
        last = months[-1] == outcome.months[-1]
        for one, row in zip(people, rows):
            row[-1] = words.rupiah(sum(paid.get((one, month), 0) for month in outcome.months)) if last else ""
        runs = {run["run"]: run["total_paid"] for run in outcome.runs}
        total = [words("run-total"), *(_amount(runs.get(month), words) for month in months)]
        total.append(words.rupiah(sum(runs.get(month, 0) for month in outcome.months)) if last else "")
        heads = [words("person"), *(words.months[int(month[-2:]) - 1][:3] for month in months), words("total") if last else ""]
        yield from table(heads, [*rows, [], total], right=range(1, 8))
        if not last:
            yield ""


def _amount(amount: int | None, words: Words) -> str:
    return "–" if amount is None else words.rupiah(amount)


def _changes(outcome: Outcome, words: Words) -> Iterator[str]:
    """Every month with less than the full lines, and every adjustment, each with its reason."""
    rows = {(row["employee"], row["month"]): row for row in outcome.allowances}
    causes = {one["event"]: one for row in outcome.allowances for one in row["corrections"] or []}
    decided = [row for row in outcome.objections if row["objection"].get("decision")]
    before = {(row["employee"], row["period"]): row["objection"]["decision"]["before"]["predicate"] for row in decided}
    for (employee, month), row in rows.items():
        if row["posted"] is None:
            continue
        person, shown = scenario_code(employee), words.month(month)
        if any(line["percent"] != "100" for line in row["lines"]):
            paid_for = before.get((employee, row["predicate_period"]), row["predicate"]) if row["corrections"] else row["predicate"]
            lines = ", ".join(_line(line, row, paid_for, words) for line in row["lines"])
            yield "  " + words("below", person=person, month=shown, amount=words.rupiah(row["posted"]), lines=lines)
        if row["adjustments"]:
            amount = words.rupiah(sum(part["amount"] for part in row["adjustments"]))
            yield "  " + words("adjusted", person=person, month=shown, paid=words.rupiah(row["paid"]), amount=amount)
        for part in row["adjustments"]:
            concerned = rows[employee, part["month"]]
            yield "  " + words(
                "adjustment",
                amount=words.rupiah(part["amount"]),
                month=words.month(part["month"]),
                lines_from=words.rupiah(concerned["posted"]),
                due=words.rupiah(concerned["due"]),
                cause=words.code(causes[part["event"]]["cause_type"].split(".")[-2]),
            )


def _line(line: Row, row: Row, paid_for: str, words: Words) -> str:
    said = {"amount": words.rupiah(line["amount"]), "percent": line["percent"]}
    if line["name"] == "performance":
        return words("line-performance", predicate=words.code(paid_for), period=words.quarter(row["predicate_period"]), **said)
    return words("line-discipline", **said)


def _next(outcome: Outcome, words: Words, addresses: Mapping[str, str]) -> Iterator[str]:
    adjusted = next(((row["employee"], row["month"]) for row in outcome.allowances if row["corrections"]), None)
    employee, month = adjusted or (outcome.place.people()[0], outcome.months[3])
    yield "  " + words("explain", employee=employee, month=month)
    yield "  " + words("explain-url", url=f"{addresses['payroll']}/v1/allowances/{employee}/{month}/explanation")
    yield "  " + words("data")
    yield "  " + words("tail")
