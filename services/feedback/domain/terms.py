"""Within how many days a complaint of each kind is to be resolved: an agency's own table of service levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.feedback.domain.scale import wrong_rules
from shared.kernel.calendar import Term
from shared.kernel.refusal import Refused

KIND = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")
LONGEST = 365


@dataclass(frozen=True)
class ComplaintTerms:
    kinds: Mapping[str, Term]
    rule_set: str

    def of(self, kind: str) -> Term:
        """Refused (422) for a kind that the rule set does not know."""
        if kind not in self.kinds:
            raise Refused(
                "complaint-kind",
                expected=f"one of the kinds {', '.join(sorted(self.kinds))}",
                found=kind,
                remedy="choose the kind that fits best",
                status=422,
            )
        return self.kinds[kind]


def terms_of(settings: Mapping[str, Any], rule_set: str) -> ComplaintTerms:
    """The terms that checked settings describe."""
    return ComplaintTerms({kind: Term(term["days"], term["kind"]) for kind, term in settings["kinds"].items()}, rule_set)


def check_terms(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{kinds: {code: {days: 1–365, kind: working | calendar}}}``."""
    if not isinstance(settings, Mapping) or set(settings) != {"kinds"}:
        raise wrong_rules("settings", "an object with kinds", settings)
    kinds = settings["kinds"]
    if not isinstance(kinds, Mapping) or not kinds:
        raise wrong_rules("kinds", "an object with a term for each kind of complaint", kinds)
    for name, term in kinds.items():
        if not KIND.fullmatch(name):
            raise wrong_rules("kinds", "codes of small letters, digits and hyphens", name)
        if not isinstance(term, Mapping) or set(term) != {"days", "kind"} or term["kind"] not in ("working", "calendar"):
            raise wrong_rules(f"kinds.{name}", 'a term such as {"days": 5, "kind": "working"}', term)
        if type(term["days"]) is not int or not 1 <= term["days"] <= LONGEST:
            raise wrong_rules(f"kinds.{name}.days", f"1 to {LONGEST}", term["days"])
