"""The decider: the two pure functions that are a service's whole write side, and the name of the stream they work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any


@dataclass(frozen=True)
class Decider:
    """``decide(state, command)`` gives events or raises Refused; ``evolve(state, event)`` gives the next state. Both pure."""

    initial: Any
    decide: Callable[[Any, Any], Sequence[Any]]
    evolve: Callable[[Any, Any], Any]

    def state(self, events: Iterable[Any]) -> Any:
        """The state after `events`, from the beginning of the stream."""
        return reduce(self.evolve, events, self.initial)


@dataclass(frozen=True)
class Aggregate:
    """A decider and where its streams stand. ``stream`` and ``subject`` derive both names from any of its commands.

    Stream names are ``<service>-<what>-<id>``; a stream has one subject (employee, unit, post …) for life.
    """

    name: str
    decider: Decider
    stream: Callable[[Any], str]
    subject: Callable[[Any], str]
