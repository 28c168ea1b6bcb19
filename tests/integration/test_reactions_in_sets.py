"""What appraisal and feedback do by themselves about many: as many statements for a hundred keys as for one, and the same events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from services.appraisal import events as a
from services.appraisal.heard import ComplaintResolved, SurveyResultPublished
from services.appraisal.service import SERVICE as APPRAISAL
from services.feedback import events as f
from services.feedback.service import SERVICE as FEEDBACK
from shared.events.calendar import HolidayDeclared
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.events.rule_set import RuleSetPublished
from shared.flow import decisions
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.kernel.ids import event_id
from shared.process.service import Service
from shared.store import log
from tests.support.appraisal import SETTINGS
from tests.support.stores import counted
from tests.support.web import Web, web

AGENCY = "mulyorejo"
NOW = datetime(2026, 4, 6, 3, tzinfo=UTC)
WORKING = {"days": 10, "kind": "working"}
PLACE = SETTINGS | {
    "objection": WORKING,
    "improvement": {"founded_complaints": True, "falling_surveys": True, "due": WORKING},
}
RULES = RuleSetPublished("appraisal", "place", 1, date(2026, 1, 1), ("law 1",), PLACE)
HOLIDAY = HolidayDeclared(date(2026, 4, 8), "national", "SKB 1")
NUMBERS = count(1)
Said = tuple[str, Any, str, str, int]
"""Which service said it, the event, its subject, stream and version."""


@dataclass(frozen=True)
class Case:
    """A reaction: what is there before (about each of many), and what wakes it."""

    service: Service
    reaction: str
    before: Any
    woken: Any
    said: str


def _of(source: str, event: Any, subject: str, stream: str, version: int = 1) -> Said:
    return source, event, subject, stream, version


def delivered(number: int) -> Iterator[Said]:
    who, judgement = f"m{number}", a.Judgement("as", "as", "baik")
    event = a.AppraisalDelivered(who, "2026-Q1", "quarter", judgement, "place@1", datetime(2026, 4, 20, 17, tzinfo=UTC))
    yield _of("appraisal", event, who, f"appraisal-{who}-2026-Q1")


def item(number: int) -> Iterator[Said]:
    unit = f"u{number}"
    opened = a.ImprovementItemOpened(unit, "complaint-k", "complaint", "e", date(2026, 4, 20), "place@1", date(2026, 4, 6))
    yield _of("appraisal", opened, unit, f"appraisal-improvement-{unit}-complaint-k")


def complaint(number: int) -> Iterator[Said]:
    code, due = f"k-{number}", datetime(2026, 4, 13, 17, tzinfo=UTC)
    texts = ("text", None, True, False, "0" * 64)
    received = f.ComplaintReceived(
        code, f"u{number}", "normative", *texts, date(2026, 4, 6), date(2026, 4, 13), due, "national-complaints@1"
    )
    yield _of("feedback", received, received.unit, f"feedback-intake-{code}")


def holiday(number: int) -> Iterator[Said]:
    """One for all."""
    if number == 0:
        yield _of("personnel", HOLIDAY, "agency", "personnel-holidays-2026")


def resolved(number: int) -> Iterator[Said]:
    event = ComplaintResolved(f"u{number}", f"k{number}", True, date(2026, 4, 6))
    yield _of("feedback", event, event.unit, f"feedback-complaint-k{number}")


def surveys(number: int) -> Iterator[Said]:
    for period, index in (("2025-Q4", "80"), ("2026-Q1", "79.5")):
        event = SurveyResultPublished(f"u{number}", "permits", period, 30, index)
        yield _of("feedback", event, event.unit, f"feedback-survey-{event.unit}.permits.{period}")


def nothing(number: int) -> Iterable[Said]:
    return ()


CASES = (
    Case(APPRAISAL, "appraisal-terms", delivered, holiday, "ObjectionTermMoved"),
    Case(APPRAISAL, "improvement-terms", item, holiday, "ImprovementItemMoved"),
    Case(APPRAISAL, "improvement-of-complaints", nothing, resolved, "ImprovementItemOpened"),
    Case(APPRAISAL, "improvement-of-surveys", nothing, surveys, "ImprovementItemOpened"),
    Case(FEEDBACK, "complaint-terms", complaint, holiday, "ComplaintTermMoved"),
)


def arrive(here: Web, service: Service, said: Iterable[Said]) -> None:
    made = []
    for source, event, subject, stream, version in said:
        name = "RuleSetPublished" if event is RULES else type(event).__name__
        meta = ("t", "c", None, 0, None)
        effective = datetime(2026, 1, 1, tzinfo=UTC) if event is RULES else NOW
        id_, type_ = event_id(AGENCY, stream, version), f"merit.{source}.{name}.v1"
        made.append(Envelope(id_, type_, AGENCY, subject, stream, version, effective, NOW, *meta, next(NUMBERS), encode(event)))
    with here.database.transaction(AGENCY, NOW) as tx:
        log.append(tx, [one for one in made if one.service == service.name])
        tx.flush()
        apply(tx, service, [Arrived(Place("test", 0, one.sequence), one) for one in made])


def settled(here: Web, case: Case) -> None:
    while decisions.settle(here.database, case.service, AGENCY, NOW):
        pass


def about(here: Web, case: Case) -> dict[str, str]:
    """What was said about each subject, without what differs by its code."""
    with here.database.transaction(AGENCY, NOW) as tx:
        rows = tx.execute("select subject, data::jsonb from events where type like %s", (f"%.{case.said}.v1",)).fetchall()
    own = ("employee", "unit", "complaint", "item", "event")
    return {subject: str(sorted((name, value) for name, value in data.items() if name not in own)) for subject, data in rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reaction)
def test_a_hundred_decisions_cost_as_many_statements_as_one(postgres_url, monkeypatch, case):
    cost, said = {}, {}
    for many in (1, 100):
        with web(postgres_url, case.service, f"reactions_{many}", (AGENCY,)) as here:
            if case.service is APPRAISAL:
                arrive(here, APPRAISAL, [_of("appraisal", RULES, "rules-appraisal", "appraisal-rules-appraisal")])
            arrive(here, case.service, [one for number in range(many) for one in case.before(number)])
            settled(here, case)
            arrive(here, case.service, [one for number in range(many) for one in case.woken(number)])
            with monkeypatch.context() as patch:
                sent = counted(patch)
                settled(here, case)
            cost[many], said[many] = len(sent), about(here, case)
    assert (len(said[1]), len(said[100])) == (1, 100)
    assert set(said[1].values()) == set(said[100].values()), "the same is said of each as of one alone"
    assert cost[100] == cost[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reaction)
def test_what_is_decided_together_is_what_each_would_have_decided_alone(postgres_url, case):
    said = []
    for reads in (True, False):
        service = case.service
        if not reads:
            service = replace(service, reactions=tuple(replace(one, reads=None) for one in service.reactions))
        with web(postgres_url, service, f"reactions_{reads}".lower(), (AGENCY,)) as here:
            alone = replace(case, service=service)
            if service.name == "appraisal":
                arrive(here, service, [_of("appraisal", RULES, "rules-appraisal", "appraisal-rules-appraisal")])
            arrive(here, service, [one for number in range(5) for one in case.before(number)])
            arrive(here, service, [one for number in range(5) for one in case.woken(number)])
            settled(here, alone)
            said.append(about(here, alone))
    assert said[0] == said[1] and len(said[0]) == 5
