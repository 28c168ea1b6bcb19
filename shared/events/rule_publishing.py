"""The rule sets of one kind, which a service publishes and withdraws: what may stand in them, and what is decided of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn, stream_of
from shared.events.schemas import Forms, expected
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

_FORMS = Forms.read("")
"""The forms that every service's rule sets have."""
NAMES = re.compile(_FORMS.named("settings")["propertyNames"]["pattern"])
TEXT = next(form for form in _FORMS.definitions["setting"]["anyOf"] if form["type"] == "string")


@dataclass(frozen=True)
class PublishRuleSet:
    """Let `settings` hold from `since` on. The service has checked them."""

    service: str
    kind: str
    id: str
    since: date
    sources: tuple[str, ...]
    settings: dict[str, Any]


@dataclass(frozen=True)
class WithdrawRuleSet:
    """Let a version never hold. `today`: the agency's."""

    service: str
    kind: str
    version: int
    today: date


@dataclass(frozen=True)
class Publications:
    """Of one kind: every version that was published, and the numbers of those withdrawn."""

    published: tuple[RuleSetPublished, ...] = ()
    withdrawn: frozenset[int] = frozenset()


def decide(state: Publications, command: PublishRuleSet | WithdrawRuleSet) -> Sequence[RuleSetPublished | RuleSetWithdrawn]:
    """A version is the number of the publication within its kind. Publishing the latest one again changes nothing."""
    if isinstance(command, WithdrawRuleSet):
        return _withdraw(state, command)
    published = state.published
    event = RuleSetPublished(command.kind, command.id, len(published) + 1, command.since, command.sources, command.settings)
    same = published and len(published) not in state.withdrawn and _content(published[-1]) == _content(event)
    return [] if same else [event]


def _withdraw(state: Publications, command: WithdrawRuleSet) -> Sequence[RuleSetWithdrawn]:
    """RuleSetWithdrawn, once. Refused for a version that there is not (404), and from its first day on: it has been applied since."""
    rules = next((one for one in state.published if one.version == command.version), None)
    if rules is None:
        raise Refused(
            "unknown-rule-set",
            status=404,
            expected=f"a published version of the rules {command.kind}, 1 to {len(state.published)}",
            found=str(command.version),
            remedy="take the version from the answer that published it",
        )
    if rules.version in state.withdrawn:
        return []
    if rules.since <= command.today:
        raise Refused(
            "rule-set-began",
            expected=f"a rule set that begins after {command.today}",
            found=f"one that holds since {rules.since}",
            remedy="publish another one, from the day on which it is to hold instead",
        )
    return [RuleSetWithdrawn(rules.kind, rules.id, rules.version, rules.since)]


def evolve(state: Publications, event: Any) -> Publications:
    match event:
        case RuleSetPublished():
            return replace(state, published=(*state.published, event))
        case RuleSetWithdrawn():
            return replace(state, withdrawn=state.withdrawn | {event.version})
    return state


def _content(event: RuleSetPublished) -> tuple[Any, ...]:
    return event.id, event.since, tuple(event.sources), event.settings


RULES = Aggregate(
    "rules",
    Decider(Publications(), decide, evolve),
    stream=stream_of,
    ids=lambda command: (command.service, command.kind),
    subject=lambda command: f"rules-{command.kind}",
)


def exact_numbers(settings: Any, path: str = "settings") -> None:
    """Refused when a float stands anywhere: numbers of rules are integers, or exact decimals as text."""
    if isinstance(settings, float):
        expected = f"{path} as an integer, or as text such as '0.2'"
        raise Refused("inexact-number", status=422, expected=expected, found=str(settings), remedy="put it in quotes")
    if isinstance(settings, Mapping):
        for name, inner in settings.items():
            exact_numbers(inner, f"{path}.{name}")
    if isinstance(settings, list):
        for number, inner in enumerate(settings):
            exact_numbers(inner, f"{path}.{number}")


def publishable(settings: Any, path: str = "settings") -> None:
    """Refused when something stands in the settings that may not be published: a name, a sentence, a NIP. Everybody reads rule sets."""
    if isinstance(settings, str) and not re.fullmatch(TEXT["pattern"], settings):
        raise _unpublishable(path, expected(TEXT), settings)
    if isinstance(settings, Mapping):
        for name, inner in settings.items():
            if not NAMES.fullmatch(name):
                raise _unpublishable(path, f"members whose names are codes ({NAMES.pattern})", name)
            publishable(inner, f"{path}.{name}")
    if isinstance(settings, list):
        for number, inner in enumerate(settings):
            publishable(inner, f"{path}.{number}")


def _unpublishable(path: str, wanted: str, found: str) -> Refused:
    remedy = "write codes, exact numbers and citations, and keep words out of rules"
    return Refused("setting-not-publishable", status=422, expected=f"{path}: {wanted}", found=found[:80], remedy=remedy)
