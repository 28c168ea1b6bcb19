"""The policy table: who may do what to whom. What no line allows is denied.

    Policy((Allow("read-appraisal", role="employee", relation="self"), Allow("read-appraisal", role="hr")))

The roles come from the caller's token. A relation is a function over what the service knows; ``self`` is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.kernel.facts import Knowledge
from shared.kernel.periods import Period
from shared.kernel.refusal import Malformed


@dataclass(frozen=True)
class Actor:
    """Who acts, as the token says: `id` is an employee's id or a system's name, `client` the program that he uses."""

    id: str
    agency: str
    roles: frozenset[str]
    client: str


Relation = Callable[[Actor, str, Period | None, Knowledge], bool]
"""(actor, subject, period, knowledge) → whether the actor stands so to the subject.

`period` is the one acted on: a relation is that of the period, also when the act comes after it. None: what is acted on belongs to no
period, and the relation is today's.
"""

SELF = "self"


def is_self(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """What everybody is to himself, in every period."""
    return actor.id == subject


NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allow:
    """An actor who has `role`, and stands in `relation` to the subject (None: to any subject), may do `action`.

    A line without a relation does not let anybody change what concerns himself; `own` says that this one does, and the table says why.
    """

    action: str
    role: str
    relation: str | None = None
    own: bool = False


PERSONS = ("employee", "subjects")
"""Under these names paths and bodies say whose record a command changes."""


def named(*said: Any) -> frozenset[str]:
    """The persons whose records these paths and bodies are about, however deep they name them."""
    found: set[str] = set()
    waiting = list(said)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            for name, inner in one.items():
                people = inner if isinstance(inner, list | tuple) else (inner,)
                found.update(person for person in people if name in PERSONS and isinstance(person, str))
                waiting.append(inner)
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return frozenset(found)


def period_in(path: Mapping[str, Any]) -> Period | None:
    """The period, year or month that a path names, or None; what is no period is for the route to refuse."""
    text = next((path[name] for name in ("period", "year", "month") if name in path), None)
    try:
        return None if text is None else Period.parse(text)
    except Malformed:
        return None


COMMON = (
    Allow("publish-rule-set", role="admin"),
    Allow("withdraw-rule-set", role="admin"),
    *(Allow("read-rule-set", role=role) for role in ("employee", "hr", "treasurer", "approver", "admin", "auditor", "operator")),
    Allow("read-events", role="subscriber"),
    Allow("read-events", role="subscriber-restricted"),
    Allow("read-restricted-events", role="subscriber-restricted"),
    Allow("read-settled", role="operator"),
    # Each act by its own line.
    *(Allow("do-acts", role=role) for role in ("employee", "hr", "treasurer", "approver", "admin")),
    # Which jobs: one's own, and those of kinds that another line lets one see or start.
    *(Allow("read-jobs", role=role) for role in ("employee", "hr", "treasurer", "approver", "admin", "auditor", "operator")),
    *(Allow("end-jobs", role=role) for role in ("employee", "hr", "treasurer", "approver", "admin", "operator")),
    # In every kind: it is the operator who looks why one fails.
    *(Allow(action, role="operator") for action in ("read-every-job", "end-every-job")),
    # Beside the right to the import that the row came by.
    *(Allow(action, role="hr") for action in ("list-set-aside", "decide-set-aside")),
)
"""What holds in every service, for the routes that every service has. Who may read texts each service says itself (``read-text``)."""


class Policy:
    """A service's table with the names of its relations beside ``self``; COMMON is part of it. ``ValueError`` for an unknown relation.

    `barred`: why the actor does nothing in office (``ended``, ``suspended``), None for who may act. Who has left or is suspended keeps what
    the relation ``self`` gives him (his file, his pay, his say in what is appraised of him), and nothing that a role or another relation
    gave.
    """

    def __init__(
        self,
        allow: tuple[Allow, ...],
        relations: Mapping[str, Relation] | None = None,
        barred: Callable[[Actor, Knowledge], str | None] | None = None,
    ) -> None:
        self.relations = {SELF: is_self, **(relations or {})}
        self._barred = barred
        self.allow = (*COMMON, *allow)
        for line in self.allow:
            if line.relation is not None and line.relation not in self.relations:
                raise ValueError(f"{line}: expected one of the relations {sorted(self.relations)}, found {line.relation!r}")

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(line.action for line in self.allow)

    def permits(
        self,
        actor: Actor,
        action: str,
        subject: str | None,
        knowledge: Knowledge,
        period: Period | None = None,
        changes: frozenset[str] = NOBODY,
    ) -> bool:
        """Whether one line of the table allows it. Without a subject no relation can hold.

        `period`: the one acted on. `changes`: whose records the act changes, none for an act that only reads. Nobody changes his own by
        a role alone: what concerns oneself is for a second person.
        """
        lines = self._lines(actor, action)
        if any(line.relation == SELF and self._holds(line, actor, subject, knowledge, period, changes) for line in lines):
            return True
        others = (line for line in lines if line.relation != SELF)
        return any(self._holds(line, actor, subject, knowledge, period, changes) for line in others) and not self.barred(actor, knowledge)

    def barred(self, actor: Actor, knowledge: Knowledge) -> str | None:
        """Why the actor may do nothing but for himself; None for everybody else."""
        return None if self._barred is None else self._barred(actor, knowledge)

    def only_own(self, actor: Actor, action: str, changes: frozenset[str]) -> bool:
        """Whether the actor's role would do, were the record not his own."""
        return actor.id in changes and any(line.relation is None for line in self._lines(actor, action))

    def who_may(self, action: str) -> str:
        """The lines for `action` in words, for the problem that a denied caller reads."""
        lines = sorted({line.role + (f" ({line.relation})" if line.relation else "") for line in self.allow if line.action == action})
        return " or ".join(lines) or "nobody"

    def _lines(self, actor: Actor, action: str) -> list[Allow]:
        return [line for line in self.allow if line.action == action and line.role in actor.roles]

    def _holds(
        self, line: Allow, actor: Actor, subject: str | None, knowledge: Knowledge, period: Period | None, changes: frozenset[str]
    ) -> bool:
        if line.relation is None:
            return line.own or actor.id not in changes
        return subject is not None and self.relations[line.relation](actor, subject, period, knowledge)
