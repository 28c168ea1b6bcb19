"""Within how many days a complaint of each kind is to be resolved: an agency's own table of service levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.kernel.calendar import Term
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read

KIND = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")


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
    """The terms that published settings describe."""
    return read(settings, lambda said: _terms(said, rule_set), published=True)


def check_terms(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{kinds: {code: {days: 1–365, kind: working | calendar}}}``."""
    read(settings, lambda said: _terms(said, "draft"))


def _terms(said: Settings, rule_set: str) -> ComplaintTerms:
    kinds = said.part("kinds")
    for name in kinds:
        if not KIND.fullmatch(name):
            raise said.wrong("kinds", "codes of small letters, digits and hyphens", name)
    if not len(kinds):
        raise said.wrong("kinds", "an object with a term for each kind of complaint", {})
    return ComplaintTerms({kind: kinds.term(kind) for kind in kinds}, rule_set)
