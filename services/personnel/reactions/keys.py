"""Which decisions a fact concerns: the employee it is about, everybody of the agency, the posts that are vacant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from services.personnel.events import RulesBegan
from services.personnel.views import EMPLOYEES, VACANCIES
from shared.events.rule_set import RuleSetPublished, RuleSetWithdrawn
from shared.flow.declared import EachRow, Keys
from shared.kernel.facts import Fact, Knowledge


def subject(fact: Fact[Any], knowledge: Knowledge) -> Iterable[str]:
    return (fact.subject,)


def everyone(kind: str) -> Callable[[Fact[RuleSetPublished | RuleSetWithdrawn | RulesBegan], Knowledge], Keys]:
    """New rules of this kind concern all. A person who is registered later is decided on then."""

    def keys(fact: Fact[RuleSetPublished | RuleSetWithdrawn | RulesBegan], knowledge: Knowledge) -> Keys:
        return EachRow(EMPLOYEES) if fact.event.kind == kind else ()

    return keys


def vacant_posts(fact: Fact[Any], knowledge: Knowledge) -> Keys:
    return EachRow(VACANCIES, {"status": "open"})
