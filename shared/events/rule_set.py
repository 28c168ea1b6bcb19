"""RuleSetPublished: the one event type that every service publishes in its own name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

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


def rule_sets_of(events: Iterable[RuleSetPublished]) -> tuple[RuleSet, ...]:
    """The rule sets that these events published, in their order."""
    return tuple(RuleSet(one.kind, one.id, one.version, one.since, tuple(one.sources), one.settings) for one in events)
