"""What feedback knows of a person, put together from the facts: where somebody works, and how a rater stands to a colleague."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from services.feedback.domain.rounds import PEER_ROUND, Standing
from services.feedback.events import PeerRoundOpened
from services.feedback.heard import LIFE, PositionAssigned, PositionWithdrawn, ReportingLineSet, ReportingLineWithdrawn
from shared.http.policy import Actor
from shared.kernel.employment import INTERRUPTIONS, Employment, has_left
from shared.kernel.facts import Knowledge
from shared.kernel.leading import leads_on
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.kernel.withdrawn import that_count


def units_of(knowledge: Knowledge, employee: str, day: date) -> frozenset[str]:
    """The unit of the definitive post held on `day`, and of an acting one (Plt.) taken up since."""
    units: tuple[str, ...] = ()
    for fact in that_count(knowledge, PositionAssigned, PositionWithdrawn, employee, day, LIFE):
        units = (*units[:1], fact.event.unit) if fact.event.acting and units else (fact.event.unit,)
    return frozenset(units)


def served_in(knowledge: Knowledge, employee: str, period: Period) -> bool:
    """Whether the employee was at work on a day of the period: who was out of service or away all the time cannot be rated for it."""
    return Employment.known(knowledge, employee, LIFE).serves_in(period, INTERRUPTIONS)


def must_have_served(knowledge: Knowledge, employee: str, period: Period) -> None:
    """Refused (422) as :func:`served_in` says."""
    if not served_in(knowledge, employee, period):
        raise Refused(
            "outside-service",
            status=422,
            expected=f"a person who was at work on a day of {period}",
            found=f"{employee}, who was out of service, on leave or suspended all the time",
            remedy="leave the person out",
        )


def must_serve(knowledge: Knowledge, employee: str) -> None:
    """Refused (422) for somebody whose service has ended: nobody is asked for anything after that."""
    if has_left(knowledge, employee, LIFE):
        raise Refused(
            "after-service",
            status=422,
            expected="people in service",
            found=f"{employee}, whose service has ended",
            remedy="ask somebody else",
        )


def assesses_on(knowledge: Knowledge, assessor: str, employee: str, day: date) -> bool:
    """Whether one is the other's assessor on a day: by a line of the service that either of them was in then."""
    return leads_on(knowledge, assessor, employee, day, ReportingLineSet, ReportingLineWithdrawn, LIFE)


def asked_in(knowledge: Knowledge, employee: str, period: str) -> tuple[str, ...]:
    """The raters whom the period's round about the employee names; none where there is no round."""
    opened = [fact.event for fact in knowledge.stream(PEER_ROUND.stream(employee, period)) if isinstance(fact.event, PeerRoundOpened)]
    return opened[-1].raters if opened else ()


def standing_of(knowledge: Knowledge, rater: Actor, employee: str, asked: Collection[str], day: date) -> Standing:
    """How `rater` stands to `employee` on `day`; `asked`: the raters whom the round names."""
    return Standing(
        own=rater.id == employee,
        colleague=bool(units_of(knowledge, rater.id, day) & units_of(knowledge, employee, day)),
        assessor=assesses_on(knowledge, rater.id, employee, day),
        asked=rater.id in asked,
    )
