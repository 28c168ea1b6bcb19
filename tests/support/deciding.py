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
    """Code and status of the refusal."""
    with pytest.raises(Refused) as caught:
        said(aggregate, past, command)
    return caught.value.code, caught.value.status
