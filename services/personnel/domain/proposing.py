"""Which proposals an employee should have now, beside those that stand: what to propose and what to withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.personnel.domain.conditions import Condition, Summary, Wanted, evaluate, evaluate_peers
from services.personnel.domain.proposals import Propose, Withdraw, proposal_name
from services.personnel.domain.results import History
from shared.kernel.periods import Period

EACH_PERIOD = ("award", "sanction")
"""What is given for each period by itself: one given before answers nothing later."""


@dataclass(frozen=True)
class Standing:
    """A proposal that was made. `status`: proposed, withdrawn, approved or rejected.

    `ended`: when it was rejected, or when the measure that an approval began was closed; None before.
    """

    proposal: str
    kind: str
    programme: str
    codes: tuple[str, ...]
    status: str
    ended: datetime | None = None
    rule_kind: str = "development"
    period: str = ""

    def answers(self, settled: datetime) -> bool:
        """Whether it answers a result settled at that moment too: while it stands, and for what was known when it ended.

        So one measure meets what the periods beneath it show, and what an official refused does not come back with the next reason.
        """
        return self.status != "withdrawn" and (self.ended is None or settled <= self.ended)


@dataclass(frozen=True)
class Rules:
    """The conditions in force for a period and the name of their rule set."""

    name: str
    conditions: tuple[Condition, ...]


def proposals_due(
    employee: str, history: History, summaries: Sequence[Summary], rules: Mapping[str, Rules], standing: Sequence[Standing]
) -> Sequence[Propose | Withdraw]:
    """Commands that bring the proposals to what the results and the peers' summaries carry; none when they agree already.

    Periods are taken in order of their ends. What was decided for a period stays; a later period may bring the programme again.
    """
    wanted: dict[str, tuple[Wanted, str]] = {}
    for period in sorted({*history, *(str(one.period) for one in summaries)}, key=_by_end):
        if period not in rules:
            continue
        name, conditions = rules[period].name, rules[period].conditions
        found = list(evaluate(conditions, history[period], history)) if period in history else []
        found += [one for summary in summaries if str(summary.period) == period for one in evaluate_peers(conditions, summary)]
        for one in found:
            # What peers and the assessor both found is one proposal, by what was known first.
            wanted.setdefault(proposal_name(one.kind, one.programme, one.period), (one, name))
    dropped = [one for one in standing if one.status == "proposed" and one.proposal not in wanted]
    kept = [one for one in standing if one not in dropped]
    commands: list[Propose | Withdraw] = [Withdraw(employee, one.proposal, one.codes) for one in dropped]
    for name, (one, rule_set) in wanted.items():
        same = [other for other in kept if (other.kind, other.programme) == (one.kind, one.programme)]
        if one.kind in EACH_PERIOD:
            same = [other for other in same if other.proposal == name]
        open_already = any(other.proposal == name and other.status == "proposed" for other in same)
        if open_already or not any(other.answers(one.settled) for other in same):
            commands.append(_propose(employee, name, one, rule_set))
            kept.append(Standing(name, one.kind, one.programme, (), "proposed"))
    return commands


def _propose(employee: str, name: str, one: Wanted, rule_set: str) -> Propose:
    return Propose(employee, name, one.kind, one.programme, one.period, one.reasons, rule_set, sanction=one.sanction, award=one.award)


def brought_to(employee: str, wanted: Mapping[str, Propose], standing: Sequence[Standing]) -> Sequence[Propose | Withdraw]:
    """Commands for proposals that answer their own name only: propose what is wanted, withdraw what is open and no longer is."""
    gone = [one for one in standing if one.status == "proposed" and one.proposal not in wanted]
    return [*(Withdraw(employee, one.proposal, one.codes) for one in gone), *wanted.values()]


IN_SERVICE = "in-service"
"""The condition that nobody meets who has left."""


def lapsed(employee: str, standing: Sequence[Standing]) -> Sequence[Withdraw]:
    """What is open about somebody who has left is withdrawn, with that as the reason."""
    return [Withdraw(employee, one.proposal, (IN_SERVICE,)) for one in standing if one.status == "proposed"]


def _by_end(text: str) -> tuple[object, ...]:
    period = Period.parse(text)
    return period.end, period.start, text
