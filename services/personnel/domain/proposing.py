"""Which proposals an employee should have now, beside those that stand: what to propose and what to withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.personnel.domain.conditions import Condition, History, evaluate
from services.personnel.domain.proposals import Propose, Withdraw, proposal_name


@dataclass(frozen=True)
class Standing:
    """A proposal that was made. `status`: proposed, withdrawn, approved or rejected; `ended` when an approved measure is closed."""

    proposal: str
    kind: str
    programme: str
    codes: tuple[str, ...]
    status: str
    ended: bool = False

    @property
    def holds(self) -> bool:
        """While it awaits its decision or its measure goes on, the same programme is not proposed for another period."""
        return self.status == "proposed" or (self.status == "approved" and not self.ended)


@dataclass(frozen=True)
class Rules:
    """The conditions in force for a period and the name of their rule set."""

    name: str
    conditions: tuple[Condition, ...]


def proposals_due(
    employee: str, history: History, rules: Mapping[str, Rules], standing: Sequence[Standing]
) -> Sequence[Propose | Withdraw]:
    """Commands that bring the proposals to what the finalised appraisals carry; none when they agree already.

    Periods are taken in order of their ends. A rejected proposal is not made again for its period, but may be for a later one.
    """
    wanted = {
        proposal_name(one.kind, one.programme, one.period): (one, rules[period].name)
        for period, appraisal in sorted(history.items(), key=lambda pair: (pair[1].period.end, pair[1].period.start, pair[0]))
        if period in rules
        for one in evaluate(rules[period].conditions, appraisal, history)
    }
    dropped = [one for one in standing if one.status == "proposed" and one.proposal not in wanted]
    decided = {one.proposal for one in standing if one.status in ("approved", "rejected")}
    held = {(one.kind, one.programme): one.proposal for one in standing if one.holds and one not in dropped}
    commands: list[Propose | Withdraw] = [Withdraw(employee, one.proposal, one.codes) for one in dropped]
    for name, (one, rule_set) in wanted.items():
        if name not in decided and held.setdefault((one.kind, one.programme), name) == name:
            commands.append(Propose(employee, name, one.kind, one.programme, one.period, one.reasons, rule_set))
    return commands
