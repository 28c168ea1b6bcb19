"""Which proposals an employee should have now, beside those that stand: what to propose and what to withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.personnel.domain.conditions import Condition, History, evaluate
from services.personnel.domain.proposals import Propose, Withdraw, proposal_name


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
    employee: str, history: History, rules: Mapping[str, Rules], standing: Sequence[Standing]
) -> Sequence[Propose | Withdraw]:
    """Commands that bring the proposals to what the finalised appraisals carry; none when they agree already.

    Periods are taken in order of their ends. What was decided for a period stays; a later period may bring the programme again.
    """
    wanted = {
        proposal_name(one.kind, one.programme, one.period): (one, appraisal, rules[period].name)
        for period, appraisal in sorted(history.items(), key=lambda pair: (pair[1].period.end, pair[1].period.start, pair[0]))
        if period in rules
        for one in evaluate(rules[period].conditions, appraisal, history)
    }
    dropped = [one for one in standing if one.status == "proposed" and one.proposal not in wanted]
    kept = [one for one in standing if one not in dropped]
    commands: list[Propose | Withdraw] = [Withdraw(employee, one.proposal, one.codes) for one in dropped]
    for name, (one, appraisal, rule_set) in wanted.items():
        same = [other for other in kept if (other.kind, other.programme) == (one.kind, one.programme)]
        open_already = any(other.proposal == name and other.status == "proposed" for other in same)
        if open_already or not any(other.answers(appraisal.settled) for other in same):
            commands.append(Propose(employee, name, one.kind, one.programme, one.period, one.reasons, rule_set))
            kept.append(Standing(name, one.kind, one.programme, (), "proposed"))
    return commands
