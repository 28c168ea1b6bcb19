"""Within how many days a complaint of each kind is to be resolved: an agency's own table of service levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.kernel.calendar import Term
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet
from shared.kernel.settings import Settings, read

GOES_ON, ANEW = CLOCKS = ("goes-on", "anew")
KIND = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class ComplaintTerms:
    """`waiting`: how long the clock may stand still for the citizen; None where the place stops no clock.

    `passed_clock`: whether the term ``goes-on`` when the complaint is passed to another unit, or begins ``anew``.
    """

    kinds: Mapping[str, Term]
    rule_set: str
    waiting: Term | None = None
    passed_clock: str = GOES_ON

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


def terms_named(sets: Iterable[RuleSet], name: str) -> ComplaintTerms:
    """The terms of the rule set that a complaint was taken in under: a later one does not change its clock."""
    return next(terms_of(one.settings, one.name) for one in sets if one.name == name)


def check_terms(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are ``{kinds: {code: {days: 1–365, kind: working | calendar}}}``.

    Optional: ``waiting``, a term within which the citizen answers while the clock stands still; ``passed_clock``: goes-on or anew.
    """
    read(settings, lambda said: _terms(said, "draft"))


def _terms(said: Settings, rule_set: str) -> ComplaintTerms:
    kinds = said.part("kinds")
    for name in kinds:
        if not KIND.fullmatch(name):
            raise said.wrong("kinds", "codes of small letters, digits and hyphens", name)
    if not len(kinds):
        raise said.wrong("kinds", "an object with a term for each kind of complaint", {})
    terms, waiting = {kind: kinds.term(kind) for kind in kinds}, said.part_or_none("waiting")
    return ComplaintTerms(terms, rule_set, waiting.as_term() if waiting is not None else None, said.one_of("passed_clock", CLOCKS, GOES_ON))
