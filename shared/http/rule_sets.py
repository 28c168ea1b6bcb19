"""The routes of every service's rule sets: publish one, withdraw one, and read the one in force."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from shared.events.rule_publishing import RULES, PublishRuleSet, WithdrawRuleSet, exact_numbers, publishable
from shared.http.acting import RequestWork, commanding, querying
from shared.http.blueprint import Blueprint
from shared.http.common_answers import RuleSet, RuleSetName, RuleSetWithdrawal
from shared.http.fields import Day
from shared.http.forms import Edge
from shared.kernel.refusal import Refused

EDGE = Edge("")
"""The forms that every service's rule sets have."""


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
@commanding("publish-rule-set", status=201, at="/v1/rule-sets/{kind}")
def publish_rule_set(work: RequestWork, body: dict[str, Any]) -> RuleSetName:
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
def withdraw_rule_set(work: RequestWork, kind: str, version: str) -> RuleSetWithdrawal:
    """Withdraw a published version before its first day: it never holds, and what would have followed from it is computed anew.

    404 unknown-rule-set; 409 rule-set-began. Withdrawn again, nothing happens.
    """
    _known(work, kind)
    work.execute(RULES, WithdrawRuleSet(work.here.service.name, kind, int(version), work.today))
    return {"kind": kind, "version": int(version), "status": "withdrawn"}


@rule_sets.route("/rule-sets/<kind>")
@rule_sets.arguments(OnDay, location="query")
@querying("read-rule-set")
def show_rule_set(work: RequestWork, query: dict[str, Any], kind: str) -> RuleSet:
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
