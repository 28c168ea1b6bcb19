"""A service's declaration: everything that the library needs to know to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.events.registry import Catalogue, Heard
from shared.flow.declared import JobKind, Reaction, Timer
from shared.http.blueprint import Blueprint
from shared.http.policy import Policy
from shared.kernel.rules import RuleSet
from shared.views.view import View


@dataclass(frozen=True)
class Service:
    """Tied together in each service's ``service.py`` as ``SERVICE``; what a service does not have is left out.

    `check_rules`: for each kind of rule set a function that takes its settings and raises Refused (status 422) when they are wrong.
    `defaults`: national rule sets that hold where an agency published none.
    `together`: sets of event classes, each own or heard, that are asked about one subject together and so are read in one statement.
    """

    name: str
    folder: Path
    events: Catalogue
    heard: Heard = field(default_factory=Heard)
    views: tuple[View, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timer, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    policy: Policy = field(default_factory=lambda: Policy(()))
    check_rules: Mapping[str, Callable[[Mapping[str, Any]], None]] = field(default_factory=dict)
    defaults: tuple[RuleSet, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    together: tuple[tuple[type, ...], ...] = ()

    def __post_init__(self) -> None:
        """ValueError where a decision or a view rests on what is heard only to be told: it lies apart, and no rebuild reads it."""
        rests = {model for one in (*self.reactions, *self.views) for model in one.on}
        rests |= {model for one in self.reactions if one.reads is not None for model in one.reads.heard}
        wrong = sorted(model.__name__ for model in rests if model in self.heard.models and self.heard.tells_only(model))
        if wrong:
            raise ValueError(f"expected views and reactions of {self.name} on facts that it keeps for them, found {', '.join(wrong)}")
