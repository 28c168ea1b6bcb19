"""What was said of a person's interruptions: which of them each word speaks of, and what a first day back says against earlier words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.personnel.events import ServiceInterrupted, ServiceResumed
from shared.kernel.employment import Employment
from shared.kernel.refusal import Refused

About = tuple[str, date]
"""An interruption: its kind and its first day."""
Word = ServiceInterrupted | ServiceResumed
Spoken = tuple[tuple[About, Word], ...]
"""Everything ever said of interruptions in its order, each word with the interruption that it speaks of."""
_DAY = timedelta(days=1)


def spoken_of(service: Employment, event: Any) -> About | None:
    """The interruption that an event speaks of, given the service before it; None for an event that speaks of none."""
    if isinstance(event, ServiceInterrupted):
        return event.kind, event.since
    held = service.interruption(event.since) if isinstance(event, ServiceResumed) else None
    return (held.kind, held.since) if held else None


def alone(service: Employment, about: About, until: date | None) -> None:
    """Refused (409) when the days from its first to `until` meet those of another interruption."""
    _, since = about
    spell = service.spell(since)
    for one in spell.interruptions if spell else ():
        if (one.kind, one.since) != about and one.since <= (until or date.max) and since <= (one.until or date.max):
            raise Refused(
                "service-interrupted",
                expected="days on which the person is not away already",
                found=f"{one.kind} from {one.since} to {one.until or 'an open end'}",
                remedy="record the day on which the person is back, or correct the days",
            )


def resume(service: Employment, spoken: Spoken, wished: ServiceResumed) -> Sequence[Word]:
    """The first day back. Nothing when it is the last word on its interruption.

    Said before and corrected since, it speaks of the same interruption as then, and opens it again when it was cut shorter. Refused (409)
    when the person is not away on that day, or when the days opened again are another interruption's.
    """
    if wished in dict(spoken).values():
        return []
    before = {about for about, word in spoken if word == wished}
    held = spoken_of(service, wished)
    if held is not None and (not before or held in before):
        return [wished]
    for about, said in reversed(spoken):
        if about in before and isinstance(said, ServiceInterrupted) and said.since <= wished.since <= (said.until or date.max):
            alone(service, about, said.until)
            return [said, wished]
    raise Refused(
        "not-interrupted",
        expected="a day on which the person is away",
        found=f"no interruption that holds on {wished.since}",
        remedy="give the first day back, within the interruption as recorded; one that was ended too early is recorded again first",
    )


def interruptions_among(events: Sequence[Any], event: ServiceInterrupted) -> Mapping[int, Any]:
    """Of a stream's events those that speak of the interruption of `event`, by their place, as what stood after each.

    A first day back corrects what was said before it.
    """
    interruptions: dict[int, Any] = {}
    said = event
    for place, (about, word) in enumerate(_spoken(events)):
        if about != (event.kind, event.since):
            continue
        if isinstance(word, ServiceInterrupted):
            interruptions[place] = said = word
        else:
            interruptions[place] = replace(said, until=word.since - _DAY) if word.since > event.since else word
    return interruptions


def resumptions_among(events: Sequence[Any], event: ServiceResumed) -> Mapping[int, Any]:
    """As :func:`interruptions_among`, from the first day back that was said first: the interruption itself it does not correct."""
    *spoken, (about, _) = _spoken([*events, event])
    words = {place: word for place, (one, word) in enumerate(spoken) if one is not None and one == about}
    first = next((place for place, word in words.items() if isinstance(word, ServiceResumed)), len(spoken))
    return {place: word for place, word in words.items() if place >= first}


def _spoken(events: Sequence[Any]) -> list[tuple[About | None, Any]]:
    """Every event with the interruption that it speaks of, None for one that speaks of none."""
    service, found = Employment(), []
    for event in events:
        found.append((spoken_of(service, event), event))
        service = service.after(event)
    return found
