"""What feedback makes of the facts it heard: where somebody works, and how a rater stands to a colleague."""

from __future__ import annotations

from datetime import date

from services.feedback.domain.rounds import Standing, round_stream
from services.feedback.events import PeerRoundOpened
from services.feedback.heard import PositionAssigned
from services.feedback.policy import assesses_on
from shared.http.policy import Actor
from shared.kernel.facts import Knowledge


def units_of(knowledge: Knowledge, employee: str, day: date) -> frozenset[str]:
    """The unit of the definitive post held on `day`, and of an acting one (Plt.) taken up since."""
    units: tuple[str, ...] = ()
    for fact in knowledge.facts(PositionAssigned, employee):
        if fact.event.since <= day:
            units = (*units[:1], fact.event.unit) if fact.event.acting and units else (fact.event.unit,)
    return frozenset(units)


def standing_of(knowledge: Knowledge, rater: Actor, employee: str, period: str, day: date) -> Standing:
    """How `rater` stands to `employee` on `day`, and whether the period's round asks him."""
    opened = [fact.event for fact in knowledge.stream(round_stream(employee, period)) if isinstance(fact.event, PeerRoundOpened)]
    return Standing(
        own=rater.id == employee,
        colleague=bool(units_of(knowledge, rater.id, day) & units_of(knowledge, employee, day)),
        assessor=assesses_on(knowledge, rater.id, employee, day),
        asked=bool(opened) and rater.id in opened[-1].raters,
    )
