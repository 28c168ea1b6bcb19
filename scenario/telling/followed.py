"""What the report tells of personnel: what followed from results, each a proposal with reasons that an official decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import because, unit_name, wrapped
from scenario.words import Words

_OTHERS = ("rank", "award", "sanction")
"""Kinds of proposals that have sections of their own."""


def development(outcome: Outcome, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """Roles, mentors, learning, guidance and time to improve, with the steps taken and how each ended."""
    found = [row for row in outcome.proposals if row["kind"] not in _OTHERS]
    for row in found:
        yield from wrapped(
            words(
                "proposed",
                person=scenario_code(row["employee"]),
                name=outcome.name(row["employee"]),
                kind=words.code(row["kind"]),
                programme=words.named(row["programme"], "programme"),
                period=words.period(row["period"]),
                reasons=because(row["reasons"], outcome, words),
                decided=_decided(row, words, zone),
            )
        )
        for measure in outcome.measures.get(row["employee"], ()):
            if measure["proposal"] == row["proposal"]:
                yield from _steps(measure, words)
                yield from _entered(row["employee"], measure, outcome, words)
    took_part = [(who, one) for who, measures in outcome.measures.items() for one in measures if one["proposal"] is None]
    for who, measure in took_part:
        person, programme = scenario_code(who), words.named(measure["programme"], "programme")
        yield from wrapped(words("took-part", person=person, programme=programme, ended=_ended(measure, words)))
    if not found and not took_part:
        yield "  " + words("nothing-followed")


def _decided(row: Row, words: Words, zone: ZoneInfo) -> str:
    """A sentence of what became of the proposal."""
    status = words.code(row["status"], "status")
    status = status[:1].upper() + status[1:]
    if row["decided_at"] is None:
        return words("undecided", status=status)
    day, by = words.day(row["decided_at"], zone), scenario_code(row["decided_by"])
    return words("decided", status=status, day=day, by=by, document=row["document"] or "–")


def _document(row: Row) -> str:
    return f" ({row['document']})" if row.get("document") else ""


def _steps(measure: Row, words: Words) -> Iterator[str]:
    since = words.date(measure["since"])
    if measure.get("post"):
        yield f"    {words('took-post', post=words.named(measure['post']), since=since)}"
    elif measure.get("unit"):
        yield f"    {words('mentors', unit=unit_name(measure['unit']), since=since)}"
    for step in measure["steps"]:
        yield from wrapped(words("step", day=words.date(step["on"]), what=step["agreement"] or words("step-taken")), 4)
    if measure.get("until"):
        yield f"    {words('term', since=since, until=words.date(measure['until']))}"
    if measure.get("ended"):
        yield f"    {words('term-ended')}"
    if measure["status"] == "closed":
        yield f"    {words('closed', outcome=_ended(measure, words))}"
    elif measure["kind"] != "role":
        yield f"    {words('running')}"


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
                name=outcome.name(row["employee"]),
                from_=row["rank_from"],
                to=row["rank_to"],
                status=words.code(row["status"], "status") + since + _document(row),
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
        criteria = ", ".join(words.code(one, "criterion") for one in row["criteria"])
        post = words.named(row["post"])
        yield from wrapped(
            words(
                "vacancy",
                post=post[:1].upper() + post[1:],
                unit=unit_name(row["unit"]),
                job_class=row["job_class"],
                strategic=words("strategic") if row["strategic"] else "",
                day=words.date(row["opened_on"]),
                criteria=criteria,
            )
        )
        ranking = row["ranking"] or []
        rows = [
            [
                str(one["place"]),
                scenario_code(one["employee"]),
                because(one["reasons"], outcome, words),
            ]
            for one in ranking
        ]
        heads = [words("place"), words("person"), words("why")]
        yield from table(heads, rows, right=[0])
        yield from _before_seniors(ranking, row["criteria"], words)
        for one in row["excluded"] or ():
            yield from wrapped(words("excluded", person=scenario_code(one["employee"]), reasons=because(one["reasons"], outcome, words)), 4)
        if row["status"] == "filled":
            person, by, name = scenario_code(row["employee"]), scenario_code(row["decided_by"]), outcome.name(row["employee"])
            since = words.date(row["since"])
            yield from wrapped(words("filled", person=person, name=name, by=by, since=since, document=row["document"]), 4)


def _before_seniors(ranking: list[Row], criteria: list[str], words: Words) -> Iterator[str]:
    """That the first of the ranking stands before somebody who has served longer, and the criterion that says so."""

    def found(one: Row, criterion: str) -> list[str]:
        return [reason["found"] for reason in one["reasons"] if reason["code"] == criterion]

    first, *others = ranking or [{"reasons": ()}]
    served = found(first, "seniority")
    longer = [(found(one, "seniority")[0], one) for one in others if served and found(one, "seniority") < served]
    if not longer:
        return
    since, senior = min(longer, key=lambda pair: pair[0])
    differs = next((one for one in criteria if found(first, one) != found(senior, one)), None)
    if differs is not None and differs != "seniority":
        people = {"person": scenario_code(first["employee"]), "senior": scenario_code(senior["employee"])}
        yield from wrapped(words("before-seniors", **people, since=words.date(since), criterion=words.code(differs, "criterion")), 4)


def awards(outcome: Outcome, words: Words) -> Iterator[str]:
    """What was granted, a team's members together, with the reasons that all of them share; then what was not granted."""
    proposed = {(row["employee"], row["proposal"]): row for row in outcome.proposals}

    def grant(row: Row) -> tuple[str, ...]:
        return row["year"], row["award"], row["unit"] or "", row["document"], str(row["bonus"]), row["paid_with"] or ""

    for _, granted in groupby(sorted(outcome.awards, key=grant), key=grant):
        rows = list(granted)
        reasons = [proposed[row["employee"], row["proposal"]]["reasons"] for row in rows]
        shared = [one for one in reasons[0] if all(any(_same(one, other) for other in others) for others in reasons)]
        first, award = rows[0], words.code(rows[0]["award"])
        yield from wrapped(
            words(
                "award",
                award=award[:1].upper() + award[1:],
                year=first["year"],
                people=", ".join(scenario_code(row["employee"]) for row in rows),
                unit=f" ({unit_name(first['unit'])})" if first["unit"] else "",
                bonus=_bonus(rows, words),
                document=first["document"],
                reasons=because(shared, outcome, words),
            )
        )
    for row in outcome.proposals:
        if row["kind"] == "award" and row["status"] != "approved":
            award, status = words.code(row["programme"]), words.code(row["status"], "status") + _document(row)
            period = words.period(row["period"])
            yield from wrapped(words("award-not", person=scenario_code(row["employee"]), award=award, period=period, status=status))


def _same(one: Row, other: Row) -> bool:
    return (one["code"], one["found"]) == (other["code"], other["found"])


def _bonus(rows: list[Row], words: Words) -> str:
    """The bonus of one award, of several people's to each the same."""
    first = rows[0]
    if not first["bonus"]:
        return ""
    paid = words("paid-with", month=words.month(first["paid_with"])) if first["paid_with"] else ""
    amount = words.rupiah(first["bonus"])
    return words("bonus-each", amount=amount, paid=paid) if len(rows) > 1 else words("bonus", amount=amount, paid=paid)


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
            kind, status = words.code(row["sanction"]["kind"]), words.code(row["status"], "status") + _document(row)
            reasons = because(row["reasons"], outcome, words)
            yield from wrapped(words("sanction-not", person=scenario_code(row["employee"]), kind=kind, status=status, reasons=reasons))
    yield from _local_rule(outcome, words)


def _local_rule(outcome: Outcome, words: Words) -> Iterator[str]:
    """Why a sanction may cut an allowance here."""
    cut = next((one["settings"].get("sanction_cut") for one in outcome.rules if one["kind"] == "allowance"), None)
    if cut and any(row["effect"] == "allowance_cut" for row in outcome.sanctions):
        yield from wrapped(words("cut-by-local-rule", since=words.date(cut["since"]), source=cut["source"]))


def _term(row: Row, words: Words) -> str:
    since = words.date(row["since"])
    return words("until", since=since, until=words.date(row["until"])) if row["until"] else words("since", day=since)
