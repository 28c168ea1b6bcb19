"""What the report tells of personnel: development, promotions and posts, each a proposal with reasons that an official decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from scenario.report import Outcome, Row, scenario_code
from scenario.tables import table
from scenario.telling.lines import because, document, unit_name, wrapped
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
                status=words.code(row["status"], "status") + since + document(row),
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
