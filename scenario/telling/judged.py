"""What the report tells of appraisals: predicates, corrections, objections, the guide, the process and colleagues."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, in_time, scenario_code
from scenario.tables import table
from scenario.telling.lines import SHORT, bar, wrapped
from scenario.words import Words

_BASIS = {"silence": "d", "decision": "k", "imported": "i"}
_SETTLED = ("final", "corrected", "imported")
_CELLS = 30


def rules(outcome: Outcome, words: Words) -> Iterator[str]:
    """Each rule set with the local regulation that it is, and the law that this adopts."""
    for one in outcome.rules:
        yield from wrapped(f"{one['name']}, {words('since', day=words.date(one['since']))}: {'; '.join(one['sources'])}")


def predicates(outcome: Outcome, words: Words) -> Iterator[str]:
    """A row for each person, a column for each period."""
    found = {(row["employee"], row["period"]): row for row in outcome.appraisals}
    appraised = {row["employee"] for row in outcome.appraisals}
    rows = [
        [scenario_code(who["employee"]), who["name"], who["unit"], *(_short(found.get((who["employee"], one))) for one in outcome.periods)]
        for who in outcome.people
        if who["employee"] in appraised
    ]
    yield from table([words("person"), words("name"), words("unit"), *outcome.periods], rows)
    yield from wrapped(words("predicates-key"))
    for period in outcome.periods:
        rows_of = [row for row in outcome.appraisals if row["period"] == period]
        told = sum(row["report"] is not None for row in rows_of)
        if told:
            yield "  " + words("reports", period=words.period(period), count=told, of=len(rows_of))


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
    """Each objection with its arguments, its deadline, and what was decided for which reasons."""
    for row in outcome.contested:
        objection, person, period = row["objection"], scenario_code(row["employee"]), words.period(row["period"])
        if objection is None:
            continue
        after = words.code(row["predicate"])
        if objection["status"] == "refused":
            due, found = words.last_day(objection["due"], zone), words.day(objection["found"], zone, hour=True)
            yield from wrapped(words("refused", person=person, period=period, due=due, found=found, after=after))
            yield from wrapped(words("remedy", text=words.said.get(objection["rule"], objection["remedy"])), 4)
            continue
        delivered, filed = words.day(row["delivered_at"], zone), words.day(objection["filed_at"], zone)
        due = words.last_day(objection["decision_due"], zone)
        yield from wrapped(words("filed", person=person, period=period, delivered=delivered, filed=filed, due=due))
        yield from _said(words, "argued", objection["arguments"])
        if objection["overdue"]:
            yield from wrapped(words("overdue"), 4)
        if decision := objection.get("decision"):
            day, before = words.day(decision["decided_at"], zone), words.code(decision["before"]["predicate"])
            yield from wrapped(words(decision["outcome"], decided=day, document=decision["document"], before=before, after=after), 4)
            yield from _said(words, "reasons", decision["reasons"])


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
            row["period"],
            row["unit"],
            words.code(row["result"]),
            ", ".join(f"{SHORT[predicate]} {count}" for predicate, count in row["counts"].items() if count) or "–",
            "; ".join(_stray(finding, words) for finding in row["findings"] if not finding["holds"]) or words("fits"),
        ]
        for row in outcome.distribution
    ]
    yield from table(["", words("unit"), words("organisation"), words("people"), words("guide")], rows)
    yield "  " + words("reported")
    last = outcome.distribution[-1]["period"]
    yield from ["", "  " + words("chart", period=words.period(last))]
    yield from _chart([row for row in outcome.distribution if row["period"] == last], words)


def _stray(finding: Row, words: Words) -> str:
    return words("strays", predicates=_of(finding), found=finding["count"], of=finding["of"], comparison=_asked(finding, words))


def _of(finding: Row) -> str:
    return "/".join(SHORT[one] for one in finding["predicates"])


def _asked(finding: Row, words: Words) -> str:
    return words(finding["comparison"], percent=finding["percent"])


def _chart(rows: list[Row], words: Words) -> Iterator[str]:
    """For each limit of the guide the part of the unit's people that it is about, with a line at the limit."""
    found = [(row["unit"], finding) for row in rows for finding in row["findings"] if finding["of"]]
    wide = max((len(unit) for unit, _ in found), default=0)
    for unit, findings in groupby(found, key=lambda pair: pair[0]):
        shown = unit
        for _, finding in findings:
            part = Fraction(finding["count"], finding["of"])
            drawn = bar(part, _CELLS, Fraction(finding["percent"] or 0, 100))
            percent = words.number(str(int(part * 100 + Fraction(1, 2))))
            yield f"  {shown:<{wide}}  {_of(finding):<5}  {drawn} {percent:>3} %  ({_asked(finding, words)})"
            shown = ""


def process(outcome: Outcome, words: Words) -> Iterator[str]:
    """The means of what all think of the appraisal process, as they were published."""
    if not outcome.process:
        return
    aspects = list(outcome.process[0]["means_hundredths"])
    rows = [[row["period"], str(row["n"]), *(words.hundredths(row["means_hundredths"][one]) for one in aspects)] for row in outcome.process]
    yield from table(["", words("answers"), *(words.code(one) for one in aspects)], rows, right=range(1, 6))


def peers(outcome: Outcome, words: Words) -> Iterator[str]:
    """For each round how many people colleagues rated, and from which to which mean; each one's own summary stands in the appraisal."""
    for period in in_time({row["period"] for row in outcome.peers}):
        summaries = [row for row in outcome.peers if row["period"] == period]
        means = {
            aspect: sorted(row["means_hundredths"][aspect] for row in summaries if aspect in row["means_hundredths"])
            for aspect in summaries[0]["means_hundredths"]
        }
        ranges = ", ".join(
            f"{words.code(aspect)} {'–'.join(words.hundredths(one) for one in dict.fromkeys((found[0], found[-1])))}"
            for aspect, found in means.items()
        )
        answers = sum(row["n"] for row in summaries)
        yield from wrapped(words("peer-round", period=words.period(period), people=len(summaries), answers=answers, ranges=ranges))
