"""Given events, when a command, then events or a refusal: an aggregate of any service, without a store.

    given(PLAN, *APPROVED).when(command).then(TargetSet(…))
    given(PLAN).when(command).then_refused("unknown-target", 404)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.kernel.decider import Aggregate
from shared.kernel.refusal import Refused


def given(aggregate: Aggregate, *past: Any) -> Given:
    """What happened in one stream of the aggregate."""
    return Given(aggregate, past)


@dataclass(frozen=True)
class Given:
    aggregate: Aggregate
    past: tuple[Any, ...]

    def when(self, command: Any) -> Then:
        decider = self.aggregate.decider
        try:
            return Then(list(decider.decide(decider.state(self.past), command)))
        except Refused as refused:
            return Then([], refused)


@dataclass(frozen=True)
class Then:
    """What came of it: what the command said, or why it was refused."""

    said: list[Any]
    refused: Refused | None = None

    @property
    def events(self) -> list[Any]:
        """What the command said. Raises the refusal, if there was one."""
        if self.refused is not None:
            raise self.refused
        return self.said

    @property
    def refusal(self) -> tuple[str, int]:
        """Code and status of the refusal."""
        assert self.refused is not None, f"expected a refusal, found {self.said}"
        return coded(self.refused)

    def then(self, *expected: Any) -> None:
        """These events, and no others. Raises the refusal, if there was one."""
        assert self.events == [*expected]

    def then_refused(self, code: str, status: int = 409, found: str = "") -> Refused:
        """Refused so; `found`: a part of what the refusal says was found."""
        assert self.refusal == (code, status)
        assert found in self.refused.found
        return self.refused


def coded(refused: Refused) -> tuple[str, int]:
    """Code and status of a refusal that tells a person everything."""
    for text in (refused.expected, refused.found, refused.remedy):
        assert isinstance(text, str) and text.strip() and "None" not in text
    return refused.code, refused.status


def wrong_setting(refused: Refused) -> str:
    """The place in a rule set that a refusal names. What was found there may be None."""
    assert (refused.code, refused.status) == ("invalid-rule-set", 422)
    place, _, expected = refused.expected.partition(": ")
    assert place and expected and "None" not in expected and isinstance(refused.found, str) and refused.remedy
    return refused.facts["setting"]
