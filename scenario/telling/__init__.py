"""The readable report: short tables, and under each change a sentence of why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from scenario.report import Outcome
from scenario.telling import followed, heard, judged, paid
from scenario.words import WORDS


def tell(outcome: Outcome, addresses: Mapping[str, str], language: str = "id", zone: str = "Asia/Jakarta") -> str:
    """The whole report as text. A section that nothing happened for is left out; a place's own ones come before what it paid."""
    words, place = WORDS[language], ZoneInfo(zone)
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("rules", judged.rules(outcome, words)),
        ("predicates", judged.predicates(outcome, words)),
        ("corrections", judged.corrections(outcome, words, place)),
        ("objections", judged.objections(outcome, words, place)),
        ("distribution", judged.distribution(outcome, words)),
        ("process", judged.process(outcome, words)),
        ("peers", judged.peers(outcome, words)),
        ("development", followed.development(outcome, words)),
        ("promotions", followed.promotions(outcome, words)),
        ("posts", followed.posts(outcome, words)),
        ("awards", followed.awards(outcome, words)),
        ("sanctions", followed.sanctions(outcome, words)),
        ("surveys", heard.surveys(outcome, words)),
        ("complaints", heard.complaints(outcome, words)),
        ("improvements", heard.improvements(outcome, words)),
        *(outcome.place.more(outcome, words) if outcome.place.more else ()),
        ("allowances", paid.allowances(outcome, words)),
        ("changes", paid.changes(outcome, words)),
        ("next", paid.next_steps(outcome, words, addresses)),
    )
    title = words("title", name=outcome.place.name, year=outcome.year)
    lines = [title, "═" * len(title)]
    for name, section in sections:
        told = list(section)
        if told:
            lines += ["", words.title(name), *told]
    return "\n".join(lines) + "\n"
