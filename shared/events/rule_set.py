"""RuleSetPublished: the one event type that every service publishes in its own name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


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
