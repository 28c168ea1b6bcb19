"""The two event types that every service publishes in its own name: a rule set published, and withdrawn before its day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.kernel.rules import RuleSet


@dataclass(frozen=True)
class RuleSetPublished:
    """A rule set of `kind` holds from `since` on (agency's calendar). Subject ``rules-<kind>``, stream ``<service>-rules-<kind>``.

    `settings` are JSON values without free text and without personal data; `sources` cite law and article.
    """

    kind: str
    id: str
    version: int
    since: date
    sources: tuple[str, ...]
    settings: dict[str, Any]


@dataclass(frozen=True)
class RuleSetWithdrawn:
    """The version, which would have held from `since` on, never holds: it was withdrawn before that day. Subject and stream as above."""

    kind: str
    id: str
    version: int
    since: date


def declare(catalogue: Catalogue) -> None:
    """Let a service publish and withdraw rule sets."""
    catalogue.event(EventClass.OPEN, effective="since")(RuleSetPublished)
    catalogue.event(EventClass.OPEN)(RuleSetWithdrawn)


def stream_of(service: str, kind: str) -> str:
    return f"{service}-rules-{kind}"


def rule_sets_of(events: Iterable[Any]) -> tuple[RuleSet, ...]:
    """The rule sets that a stream published and did not withdraw, in their order."""
    found: dict[int, RuleSet] = {}
    for event in events:
        match event:
            case RuleSetPublished():
                found[event.version] = RuleSet(event.kind, event.id, event.version, event.since, tuple(event.sources), event.settings)
            case RuleSetWithdrawn():
                found.pop(event.version, None)
    return tuple(found.values())
