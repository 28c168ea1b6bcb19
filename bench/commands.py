"""What one command costs, counted and not timed: the same on any machine, at any load."""

from __future__ import annotations

from bench import ground
from tests.support.costs import Cost, appraisal_costs, pay_run_costs

EARLIER = {
    "set a target": (16, 19, 2, 29),
    "submit a score": (40, 43, 2, 42),
    "file an objection": (8, 11, 3, 34),
    "open a pay run": (23, 26, 5, 49),
}
"""Messages, statements, most reads of one stream, modules: before a stream was read once in a transaction (commit 6243ddc)."""


def main() -> list[str]:
    """Each command of a process that has answered one of its kind before, through its route. The pay run is of 20 people."""
    with ground.server() as server:
        found = appraisal_costs(server.admin_url) | pay_run_costs(server.admin_url, 20)
    return [
        "| command, earlier → now | messages to the database | statements in them | most reads of one stream | modules entered |",
        "|---|---|---|---|---|",
        *(f"| {name} | {' | '.join(_cells(name, cost))} |" for name, cost in found.items()),
    ]


def _cells(name: str, cost: Cost) -> list[str]:
    now = (cost.messages, cost.statements, max(cost.streams.values()), cost.modules)
    before = EARLIER.get(name)
    return [f"{was} → {is_}" for was, is_ in zip(before, now, strict=True)] if before else [str(one) for one in now]
