"""The decider: the two pure functions that are a service's whole write side, and the streams that it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, ParamSpec, TypeVar

Ids = ParamSpec("Ids")
State = TypeVar("State")


@dataclass(frozen=True)
class Decider(Generic[State]):
    """``decide(state, command)`` gives events or raises Refused; ``evolve(state, event)`` gives the next state. Both pure."""

    initial: State
    decide: Callable[[State, Any], Sequence[Any]]
    evolve: Callable[[State, Any], State]

    def state(self, events: Iterable[Any]) -> State:
        """The state after `events`, from the beginning of the stream."""
        return self.after(self.initial, events)

    def after(self, state: State, events: Iterable[Any]) -> State:
        """What `events` make of a state."""
        return reduce(self.evolve, events, state)


@dataclass(frozen=True)
class Aggregate(Generic[Ids, State]):
    """A decider and its streams, each named by the ids of what it is about: ``PLAN.stream("m1", "2026")``.

    `stream`: ids → name, ``<service>-<what>-<id>``. `ids`: command → the ids of the stream that it goes to. `subject`: command → whom or
    what its events are about (employee, unit, post …); a stream has one subject for life.
    """

    name: str
    decider: Decider[State]
    stream: Callable[Ids, str]
    ids: Callable[[Any], tuple[Any, ...]]
    subject: Callable[[Any], str]

    def stream_of(self, command: Any) -> str:
        """The name of the stream that a command goes to."""
        return self.stream(*self.ids(command))
