"""What the report tells of awards and sanctions: each a proposal with reasons that an official decided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scenario.report import Outcome, Row, scenario_code
from scenario.telling.lines import because, document, unit_name, wrapped
from scenario.words import Words


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
            award, status = words.code(row["programme"]), words.code(row["status"], "status") + document(row)
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
            kind, status = words.code(row["sanction"]["kind"]), words.code(row["status"], "status") + document(row)
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
