"""The readable report: short tables, and under each change a sentence of why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from scenario.report import Outcome
from scenario.telling import changed, conduct, followed, guided, heard, judged, opening, opinions, paid
from scenario.words import WORDS, Words


def tell_all(outcomes: Iterable[Outcome], addresses: Mapping[str, str], language: str = "id", zone: str = "Asia/Jakarta") -> str:
    """The report of every place played as one text; of several they stand beside each other in a table first."""
    told = list(outcomes)
    places = [tell(one, addresses, language, zone) for one in told]
    if len(told) > 1:
        words = WORDS[language]
        title = words("overview", year=told[0].year)
        places.insert(0, "\n".join([title, "═" * len(title), "", *opening.overview(told, words)]) + "\n")
    return "\n\n".join(places)


def tell(outcome: Outcome, addresses: Mapping[str, str], language: str = "id", zone: str = "Asia/Jakarta") -> str:
    """One place's report as text. A section that nothing happened for is left out; a place's own ones come before what it paid."""
    words = WORDS[language]
    title = words("title", name=outcome.place.name, year=outcome.year)
    lines = [title, "═" * len(title)]
    for name, section in _sections(outcome, addresses, words, ZoneInfo(zone)):
        told = list(section)
        if told:
            head = words.title(name)
            lines += ["", head, "─" * len(head), *told]
    return "\n".join(lines) + "\n"


def _sections(outcome: Outcome, addresses: Mapping[str, str], words: Words, zone: ZoneInfo) -> Iterable[tuple[str, Iterable[str]]]:
    """Titles, and the lines under each."""
    return (
        ("about", opening.about(outcome, words, zone)),
        ("rules", opening.rules(outcome, words)),
        ("measured", judged.measured(outcome, words)),
        ("predicates", judged.predicates(outcome, words)),
        ("corrections", judged.corrections(outcome, words, zone)),
        ("objections", judged.objections(outcome, words, zone)),
        ("distribution", guided.distribution(outcome, words)),
        ("peers", opinions.peers(outcome, words)),
        ("process", opinions.process(outcome, words)),
        ("development", followed.development(outcome, words, zone)),
        ("promotions", followed.promotions(outcome, words)),
        ("posts", followed.posts(outcome, words)),
        ("awards", conduct.awards(outcome, words)),
        ("sanctions", conduct.sanctions(outcome, words)),
        ("citizens", heard.silent(outcome, words)),
        ("surveys", heard.surveys(outcome, words)),
        ("complaints", heard.complaints(outcome, words)),
        ("improvements", heard.improvements(outcome, words, zone)),
        *(outcome.place.more(outcome, words) if outcome.place.more else ()),
        ("allowances", paid.allowances(outcome, words)),
        ("changes", changed.changes(outcome, words)),
        ("next", paid.next_steps(outcome, words, addresses)),
    )
