"""The policy table: who may do what to whom. What no line allows is denied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.kernel.facts import Knowledge


@dataclass(frozen=True)
class Actor:
    """Who acts, as the token says: `id` is an employee's id or a system's name, `client` the program that he uses."""

    id: str
    agency: str
    roles: frozenset[str]
    client: str


Relation = Callable[[Actor, str, Knowledge], bool]
"""(actor, subject, knowledge) → whether the actor stands so to the subject. It may look at views: who is whose assessor changes seldom."""


@dataclass(frozen=True)
class Allow:
    """Whoever has `role`, and stands in `relation` to the subject (None: to any subject), may do `action`."""

    action: str
    role: str
    relation: str | None = None


COMMON = (
    Allow("publish-rule-set", role="admin"),
    *(Allow("read-rule-set", role=role) for role in ("employee", "hr", "treasurer", "approver", "admin", "auditor", "operator")),
    Allow("read-events", role="subscriber"),
    Allow("read-events", role="subscriber-restricted"),
    Allow("read-restricted-events", role="subscriber-restricted"),
    Allow("read-settled", role="operator"),
)
"""What holds in every service, for the routes that every service has. Who may read texts each service says itself (``read-text``)."""


class Policy:
    """A service's table with the names of its relations; COMMON is part of it. ``ValueError`` when a line names an unknown relation."""

    def __init__(self, allow: tuple[Allow, ...], relations: Mapping[str, Relation] | None = None) -> None:
        self.relations = dict(relations or {})
        self.allow = (*COMMON, *allow)
        for line in self.allow:
            if line.relation is not None and line.relation not in self.relations:
                raise ValueError(f"{line}: expected one of the relations {sorted(self.relations)}, found {line.relation!r}")

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(line.action for line in self.allow)

    def permits(self, actor: Actor, action: str, subject: str | None, knowledge: Knowledge) -> bool:
        """Whether one line of the table allows it. Without a subject no relation can hold."""
        lines = [line for line in self.allow if line.action == action and line.role in actor.roles]
        return any(self._holds(line, actor, subject, knowledge) for line in lines)

    def who_may(self, action: str) -> str:
        """The lines for `action` in words, for the problem that a denied caller reads."""
        lines = sorted({line.role + (f" ({line.relation})" if line.relation else "") for line in self.allow if line.action == action})
        return " or ".join(lines) or "nobody"

    def _holds(self, line: Allow, actor: Actor, subject: str | None, knowledge: Knowledge) -> bool:
        if line.relation is None:
            return True
        return subject is not None and self.relations[line.relation](actor, subject, knowledge)
