"""What the report tells of personnel: what followed from results, each a proposal with reasons that an official decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import because, wrapped
from scenario.words import Words

_OTHERS = ("rank", "award", "sanction")
"""Kinds of proposals that have sections of their own."""


def development(outcome: Outcome, words: Words) -> Iterator[str]:
    """Roles, mentors, learning, guidance and time to improve, with the steps taken and how each ended."""
    for row in outcome.proposals:
        if row["kind"] in _OTHERS:
            continue
        yield from wrapped(
            words(
                "proposed",
                person=scenario_code(row["employee"]),
                kind=words.code(row["kind"]),
                programme=words.code(row["programme"]),
                period=words.period(row["period"]),
                status=words.code(row["status"]),
                document=_document(row),
                reasons=because(row["reasons"], outcome, words),
            )
        )
        for measure in outcome.measures.get(row["employee"], ()):
            if measure["proposal"] == row["proposal"]:
                yield from _steps(measure, words)
                yield from _entered(row["employee"], measure, outcome, words)
    for employee, measures in outcome.measures.items():
        for measure in measures:
            if measure["proposal"] is None:
                person, programme = scenario_code(employee), words.code(measure["programme"])
                yield from wrapped(words("took-part", person=person, programme=programme, ended=_ended(measure, words)))


def _document(row: Row) -> str:
    return f" ({row['document']})" if row.get("document") else ""


def _steps(measure: Row, words: Words) -> Iterator[str]:
    yield from (f"    {words('step', day=words.date(step['on']))}" for step in measure["steps"])
    if measure.get("until"):
        yield f"    {words('term', since=words.date(measure['since']), until=words.date(measure['until']))}"
    if measure.get("ended"):
        yield f"    {words('term-ended')}"
    if measure["status"] == "closed":
        yield f"    {words('closed', outcome=_ended(measure, words))}"


def _entered(employee: str, measure: Row, outcome: Outcome, words: Words) -> Iterator[str]:
    """The appraisals that show the completed training."""
    for training in outcome.trainings:
        found = (training["employee"], training["programme"], training["completed_on"])
        if found == (employee, measure.get("programme"), measure.get("completed_on")):
            yield f"    {words('entered', period=words.period(training['period']))}"


def _ended(measure: Row, words: Words) -> str:
    """The outcome, with the day and the points of a training."""
    told = [words.code(measure["outcome"])]
    if measure.get("completed_on"):
        told.append(words.date(measure["completed_on"]))
    if measure.get("score_hundredths") is not None:
        told.append(words("points", points=words.hundredths(measure["score_hundredths"])))
    return ", ".join(told)


def promotions(outcome: Outcome, words: Words) -> Iterator[str]:
    """Promotions in rank: what was decided or waits, with the conditions met; then who is listed, by the condition that is missing."""
    found = [row for row in outcome.proposals if row["kind"] == "rank"]
    for row in found:
        if row["status"] in ("listed", "withdrawn"):
            continue
        since = f", {words('since', day=words.date(row['since']))}" if row.get("since") else ""
        yield from wrapped(
            words(
                "promotion",
                person=scenario_code(row["employee"]),
                from_=row["rank_from"],
                to=row["rank_to"],
                status=words.code(row["status"]) + since + _document(row),
                met=because(row["reasons"], outcome, words),
            )
        )
    listed = sorted((row for row in found if row["status"] == "listed"), key=lambda row: row["missing"])
    for missing, rows in groupby(listed, key=lambda row: row["missing"]):
        people = ", ".join(f"{scenario_code(row['employee'])} ({row['rank_from']} → {row['rank_to']})" for row in rows)
        yield from wrapped(words("listed", missing=", ".join(words(f"missing-{one}") for one in missing), people=people))


def posts(outcome: Outcome, words: Words) -> Iterator[str]:
    """Vacant posts: how candidates were ranked and why, and whom the official chose."""
    for row in outcome.vacancies:
        criteria = ", ".join(words.code(one) for one in row["criteria"])
        strategic = words("strategic") if row["strategic"] else ""
        yield from wrapped(
            words("vacancy", post=row["post"], unit=row["unit"], job_class=row["job_class"], strategic=strategic, criteria=criteria)
        )
        rows = [
            [str(one["place"]), scenario_code(one["employee"]), str(one["box"]), because(one["reasons"], outcome, words)]
            for one in row["ranking"] or ()
        ]
        yield from table([words("place"), words("person"), words.code("box"), words("why")], rows, right=(0, 2))
        for one in row["excluded"] or ():
            yield from wrapped(words("excluded", person=scenario_code(one["employee"]), reasons=because(one["reasons"], outcome, words)), 4)
        if row["status"] == "filled":
            person, by = scenario_code(row["employee"]), scenario_code(row["decided_by"])
            yield from wrapped(words("filled", person=person, by=by, since=words.date(row["since"]), document=row["document"]), 4)


def awards(outcome: Outcome, words: Words) -> Iterator[str]:
    """What was granted, a team's members together, with the reasons that all of them share; then what was not granted."""
    proposed = {(row["employee"], row["proposal"]): row for row in outcome.proposals}

    def grant(row: Row) -> tuple[str, ...]:
        return row["year"], row["award"], row["unit"] or "", row["document"], str(row["bonus"]), row["paid_with"] or ""

    for _, granted in groupby(sorted(outcome.awards, key=grant), key=grant):
        rows = list(granted)
        reasons = [proposed[row["employee"], row["proposal"]]["reasons"] for row in rows]
        shared = [one for one in reasons[0] if all(any(_same(one, other) for other in others) for others in reasons)]
        first = rows[0]
        yield from wrapped(
            words(
                "award",
                award=words.code(first["award"]),
                year=first["year"],
                people=", ".join(scenario_code(row["employee"]) for row in rows),
                unit=f" ({first['unit']})" if first["unit"] else "",
                bonus=_bonus(first, words),
                document=first["document"],
                reasons=because(shared, outcome, words),
            )
        )
    for row in outcome.proposals:
        if row["kind"] == "award" and row["status"] != "approved":
            award, status = words.code(row["programme"]), words.code(row["status"]) + _document(row)
            period = words.period(row["period"])
            yield from wrapped(words("award-not", person=scenario_code(row["employee"]), award=award, period=period, status=status))


def _same(one: Row, other: Row) -> bool:
    return (one["code"], one["found"]) == (other["code"], other["found"])


def _bonus(row: Row, words: Words) -> str:
    if not row["bonus"]:
        return ""
    paid = words("paid-with", month=words.month(row["paid_with"])) if row["paid_with"] else ""
    return words("bonus", amount=words.rupiah(row["bonus"]), paid=paid)


def sanctions(outcome: Outcome, words: Words) -> Iterator[str]:
    """Sanctions imposed, with their legal basis, and proposals that did not become one."""
    proposals = {
        (row["employee"], f"{row['sanction']['kind']}-{row['period']}".lower()): row
        for row in outcome.proposals
        if row["kind"] == "sanction"
    }
    for row in outcome.sanctions:
        proposal = proposals.get((row["employee"], row["sanction"]))
        yield from wrapped(
            words(
                "sanction",
                person=scenario_code(row["employee"]),
                kind=words.code(row["kind"]),
                level=words.code(row["level"]),
                effect=words.code(row["effect"]) + (f" {row['percent']} %" if row["percent"] else ""),
                term=_term(row, words),
                basis=row["basis"],
                document=row["document"],
                reasons=because(proposal["reasons"], outcome, words) if proposal else "–",
            )
        )
        if row["lifted_on"]:
            yield from wrapped(words("lifted", day=words.date(row["lifted_on"]), document=row["lifting_document"]), 4)
    for row in outcome.proposals:
        if row["kind"] == "sanction" and row["status"] != "approved":
            kind, status = words.code(row["sanction"]["kind"]), words.code(row["status"]) + _document(row)
            reasons = because(row["reasons"], outcome, words)
            yield from wrapped(words("sanction-not", person=scenario_code(row["employee"]), kind=kind, status=status, reasons=reasons))


def _term(row: Row, words: Words) -> str:
    since = words.date(row["since"])
    return words("until", since=since, until=words.date(row["until"])) if row["until"] else words("since", day=since)
