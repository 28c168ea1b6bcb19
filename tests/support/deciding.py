"""An aggregate without a store: what a command says after a past, or how it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from shared.kernel.decider import Aggregate
from shared.kernel.refusal import Refused


def said(aggregate: Aggregate, past: Iterable[Any], command: object) -> list[Any]:
    """The events of a command after the events of `past`."""
    decider = aggregate.decider
    return list(decider.decide(decider.state(past), command))


def refusal(aggregate: Aggregate, past: Iterable[Any], command: object) -> tuple[str, int]:
    """Code and status of the refusal, which says what was expected, what was found and what to do."""
    with pytest.raises(Refused) as caught:
        said(aggregate, past, command)
    return coded(caught.value)


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
