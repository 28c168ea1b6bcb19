"""Rule sets of every service: publish one, and read the one in force."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn, stream_of
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint
from shared.http.fields import Day
from shared.http.forms import Edge, expected
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

EDGE = Edge("")
"""The forms that every service's rule sets have."""
NAMES = re.compile(EDGE.form("settings")["propertyNames"]["pattern"])
TEXT = next(form for form in EDGE.forms.definitions["setting"]["anyOf"] if form["type"] == "string")


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
    found = next((one for one in state.published if one.version == command.version), None)
    if found is None:
        raise Refused(
            "unknown-rule-set",
            status=404,
            expected=f"a published version of the rules {command.kind}, 1 to {len(state.published)}",
            found=str(command.version),
            remedy="take the version from the answer that published it",
        )
    if found.version in state.withdrawn:
        return []
    if found.since <= command.today:
        raise Refused(
            "rule-set-began",
            expected=f"a rule set that begins after {command.today}",
            found=f"one that holds since {found.since}",
            remedy="publish another one, from the day on which it is to hold instead",
        )
    return [RuleSetWithdrawn(found.kind, found.id, found.version, found.since)]


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


class RuleSetBody(Schema):
    """A rule set to publish."""

    kind = fields.String(required=True, validate=EDGE.body("RuleSetPublished.kind"))
    id = fields.String(required=True, validate=EDGE.body("RuleSetPublished.id"))
    since = Day(required=True, metadata={"description": "From the agency's midnight on."})
    sources = fields.List(
        fields.String(validate=EDGE.body("RuleSetPublished.sources")),
        required=True,
        validate=validate.Length(1, 50),
        metadata={"description": "Law and article, one entry each."},
    )
    settings = fields.Dict(required=True, metadata={"description": "As the service's kind of rules needs it."})


class OnDay(Schema):
    on = Day(metadata={"description": "The day on which the rules hold; today without it."})


rule_sets = Blueprint("rule-sets", __name__, url_prefix="/v1", description="The agency's dated rules.")


def _known(work: RequestWork, kind: str) -> None:
    kinds = sorted(work.here.service.check_rules)
    if kind not in kinds:
        expected = f"one of the kinds {', '.join(kinds)}" if kinds else "no rule sets: this service has none"
        raise Refused("unknown-rule-kind", status=404, expected=expected, found=kind, remedy="publish it at the service that has this kind")


@rule_sets.route("/rule-sets", methods=["POST"])
@rule_sets.arguments(RuleSetBody)
@commanding("publish-rule-set", status=201)
def publish_rule_set(work: RequestWork, body: dict[str, Any]) -> dict[str, Any]:
    """Publish a rule set.

    It is checked whole before it holds; the version is counted within its kind. Published again unchanged, nothing happens.
    """
    _known(work, body["kind"])
    exact_numbers(body["settings"])
    publishable(body["settings"])
    work.here.service.check_rules[body["kind"]](body["settings"])
    sources = tuple(body["sources"])
    command = PublishRuleSet(work.here.service.name, body["kind"], body["id"], body["since"], sources, body["settings"])
    latest = work.execute(RULES, command).state.published[-1]
    return {"kind": latest.kind, "id": latest.id, "version": latest.version, "since": latest.since, "name": f"{latest.id}@{latest.version}"}


@rule_sets.route("/rule-sets/<kind>/<version>", methods=["DELETE"])
@commanding("withdraw-rule-set")
def withdraw_rule_set(work: RequestWork, kind: str, version: str) -> dict[str, Any]:
    """Withdraw a published version before its first day: it never holds, and what would have followed from it is computed anew.

    404 unknown-rule-set; 409 rule-set-began. Withdrawn again, nothing happens. Answers {kind, version, status: withdrawn}.
    """
    _known(work, kind)
    work.execute(RULES, WithdrawRuleSet(work.here.service.name, kind, int(version), work.today))
    return {"kind": kind, "version": int(version), "status": "withdrawn"}


@rule_sets.route("/rule-sets/<kind>")
@rule_sets.arguments(OnDay, location="query")
@querying("read-rule-set")
def show_rule_set(work: RequestWork, query: dict[str, Any], kind: str) -> dict[str, Any]:
    """The rule set in force on a day: the agency's own, else the national default."""
    _known(work, kind)
    day = query.get("on") or work.today
    rules = work.knowledge.rules(kind, day)
    return {
        "kind": rules.kind,
        "id": rules.id,
        "version": rules.version,
        "name": rules.name,
        "since": rules.since,
        "sources": rules.sources,
        "settings": rules.settings,
    }
