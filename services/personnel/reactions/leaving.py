"""The end of service: what a dismissal by sanction brings, the day on which an end comes, and what lapses with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.personnel.domain.development import DEVELOPMENT, Lapse, Reopen
from services.personnel.domain.employee import EMPLOYEE, EndEmployment, RegisterEmployee, RevokeEnd
from services.personnel.domain.leaving import LEAVING, ReachEnd
from services.personnel.events import (
    LIFE,
    EmployeeRegistered,
    EmploymentEnded,
    EmploymentEndReached,
    EmploymentEndRevoked,
    SanctionImposed,
    SanctionLifted,
)
from services.personnel.known import sanctions_of
from services.personnel.reactions.keys import subject
from shared.flow.declared import Arm, Disarm, Dispatch, Reaction, Reads, Timer
from shared.kernel.employment import Employment
from shared.kernel.facts import Fact, Knowledge

DISMISSAL = "dismissal"


def dismiss(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """A dismissal (PP 94/2021 art. 8) ends employment on its day. Lifted from that day on, the end is revoked; lifted later, service begins
    again from the day of the lifting, and the days between stay outside it.
    """
    for imposed, lifted in sanctions_of(employee, knowledge):
        sanction = imposed.event
        if sanction.effect != DISMISSAL:
            continue
        if lifted is not None and lifted.event.on <= sanction.since:
            yield Dispatch(EMPLOYEE, RevokeEnd(employee, lifted.event.document, sanction.since))
            continue
        yield Dispatch(EMPLOYEE, EndEmployment(employee, "dismissed", sanction.since, sanction.document))
        if lifted is not None:
            yield Dispatch(EMPLOYEE, RegisterEmployee(employee, _kind(employee, knowledge), lifted.event.on))


def _kind(employee: str, knowledge: Knowledge) -> str:
    """PNS, CPNS or PPPK, as registered last."""
    return max(knowledge.facts(EmployeeRegistered, employee), key=lambda fact: fact.version).event.kind


DISMISSALS = Reaction(name="dismissals", on={SanctionImposed: subject, SanctionLifted: subject}, decide=dismiss, reads=Reads())


def lapse(employee: str, knowledge: Knowledge) -> Iterable[Dispatch]:
    """What is open of roles, mentorships, learning, guidance and time to improve is over with service, and goes on when it was not over."""
    service = Employment.known(knowledge, employee, LIFE)
    ended = service.ended(knowledge.today)
    if ended is not None:
        yield Dispatch(DEVELOPMENT, Lapse(employee, str(ended.how), ended.end))
    for fact in knowledge.facts(EmploymentEndRevoked, employee):
        if service.serving(fact.event.since):
            yield Dispatch(DEVELOPMENT, Reopen(employee, fact.event.since))


LAPSES = Reaction(
    name="lapses",
    on={EmploymentEnded: subject, EmploymentEndReached: subject, EmploymentEndRevoked: subject},
    decide=lapse,
    reads=Reads(),
)


def _reach(key: str, due: datetime, knowledge: Knowledge) -> Iterable[Dispatch]:
    ended = Employment.known(knowledge, key, LIFE).ended(knowledge.today)
    if ended is not None:
        yield Dispatch(LEAVING, ReachEnd(key, ended.end))


def _ends(fact: Fact[EmploymentEnded]) -> Iterable[Arm]:
    return (Arm(fact.subject, fact.event.since),)


SERVICE_END = Timer(
    name="service-end",
    on={EmploymentEnded: _ends, EmploymentEndRevoked: lambda fact: (Disarm(fact.subject),)},
    fire=_reach,
)
