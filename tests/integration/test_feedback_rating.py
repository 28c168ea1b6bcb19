"""Whom one may rate, found in views: as by looking at every round there is, and at the same cost however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.feedback import heard
from services.feedback.domain.rounds import Raters
from services.feedback.events import FeedbackSummarised, PeerRoundOpened
from services.feedback.known import asked_in, served_in, standing_of
from services.feedback.rating import Rating
from services.feedback.service import SERVICE
from services.feedback.views import ROUNDS
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import facts as kept
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.source import fact_of
from shared.flow.work import Work
from shared.http.policy import Actor
from shared.kernel.ids import event_id
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.store import log
from shared.store.commands import Meta
from shared.views import engine
from tests.support import web as webs
from tests.support.stores import counted
from tests.support.web import Web

PEOPLE, UNITS, PERIOD = ("m1", "m2", "m3", "m4"), ("a", "b"), "2026-Q1"
DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = st.integers(-90, 40).map(lambda days: DAY + timedelta(days=days))


@pytest.fixture(scope="module")
def place(postgres_url) -> Iterator[Web]:
    with webs.web(postgres_url, SERVICE, "feedback_rating", ("mulyorejo",)) as here:
        yield here


@contextmanager
def working(here: Web, said: Sequence[tuple[str, Any]]) -> Iterator[Work]:
    """A transaction in which this was said of people, and which leaves nothing."""
    with here.database.transaction("mulyorejo", NOW) as tx, tx.tried():
        tx.execute("select 1")
        made = [_envelope(service, event, number) for number, (service, event) in enumerate(said, 1)]
        kept.keep(tx, [(Place("test", 0, one.sequence), one) for one in made if one.service != "feedback"])
        log.append(tx, [one for one in made if one.service == "feedback"])
        engine.fold(tx, SERVICE.views, [fact_of(SERVICE, one) for one in made])
        tx.flush()
        tx.pending.clear()
        tx.pending_about.clear()
        yield Work(tx, SERVICE, Meta("hr1", "c"), StoreKnowledge(tx, SERVICE))


def _envelope(service: str, event: Any, number: int) -> Envelope:
    day = getattr(event, "since", DAY)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    stream = f"feedback-{type(event).__name__}-{number}" if service == "feedback" else f"personnel-employee-{event.employee}"
    if isinstance(event, PeerRoundOpened):
        stream = f"feedback-round-{event.employee}-{event.period}"
    version = 1 if service == "feedback" else number
    id_, type_ = event_id("mulyorejo", stream, version), f"merit.{service}.{type(event).__name__}.v1"
    meta = ("t", "c", None, 0, None)
    return Envelope(id_, type_, "mulyorejo", event.employee, stream, version, at, at, *meta, number, encode(event))


@st.composite
def agencies(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """People in units, led by each other, some of whom leave or are away; and rounds about them, some of which are closed."""
    said: list[tuple[str, Any]] = []
    for employee in PEOPLE:
        said.append(("personnel", heard.EmployeeRegistered(employee, date(2020, 1, 1))))
        for _ in range(draw(st.integers(0, 4))):
            unit, other, since = draw(st.sampled_from(UNITS)), draw(st.sampled_from(PEOPLE)), draw(DAYS)
            event = draw(
                st.sampled_from(
                    [
                        heard.PositionAssigned(employee, unit, False, since),
                        heard.PositionAssigned(employee, unit, True, since),
                        heard.PositionWithdrawn(employee, since, False),
                        heard.ReportingLineSet(employee, other, since),
                        heard.EmploymentEnded(employee, "retired", since),
                        heard.ServiceInterrupted(employee, "study", date(2025, 12, 1), since),
                    ]
                )
            )
            said.append(("personnel", event))
        if draw(st.booleans()):
            raters = tuple(sorted(draw(st.sets(st.sampled_from(PEOPLE), max_size=3)) - {employee}))
            said.append(("feedback", PeerRoundOpened(employee, PERIOD, raters, "r@1")))
            if draw(st.integers(0, 3)) == 0:
                said.append(("feedback", FeedbackSummarised(employee, PERIOD, 3, {}, {}, "r@1")))
    return said


def one_by_one(work: Work, rater: Actor, raters: Raters) -> list[str]:
    """By looking at every round of the period."""
    found = []
    for row in work.knowledge.rows(ROUNDS, period=PERIOD, closed=False):
        employee = row["employee"]
        asked = asked_in(work.knowledge, employee, PERIOD)
        try:
            standing_of(work.knowledge, rater, employee, asked, DAY).check(raters)
        except Refused:
            continue
        if served_in(work.knowledge, employee, Period.parse(PERIOD)):
            found.append(employee)
    return found


@settings(max_examples=80)
@given(said=agencies(), rater=st.sampled_from(PEOPLE), raters=st.sampled_from(Raters), most=st.integers(1, 3))
def test_whom_one_may_rate_is_found_page_by_page_as_by_looking_at_every_round(place, said, rater, raters, most):
    actor = Actor(rater, "mulyorejo", frozenset({"employee"}), "web")
    with working(place, said) as work:
        rating, found, after = Rating(work, actor, Period.parse(PERIOD), raters, DAY), [], ""
        while page := rating.rounds(after, most):
            found += [row["employee"] for row in page]
            after = page[-1]["key"]
        assert found == one_by_one(work, actor, raters)


@pytest.mark.parametrize("raters", Raters)
def test_it_costs_as_many_statements_among_many_rounds_as_in_one(place, raters, monkeypatch):
    cost = {}
    for many in (1, 100):
        said: list[tuple[str, Any]] = []
        for employee in ("m0", *(f"e{number:03d}" for number in range(many))):
            said += [
                ("personnel", heard.EmployeeRegistered(employee, DAY)),
                ("personnel", heard.PositionAssigned(employee, "a", False, DAY)),
            ]
            if employee != "m0":
                said.append(("feedback", PeerRoundOpened(employee, PERIOD, ("m0",), "r@1")))
        with working(place, said) as work, monkeypatch.context() as patch:
            sent = counted(patch)
            found = Rating(work, Actor("m0", "mulyorejo", frozenset({"employee"}), "web"), Period.parse(PERIOD), raters, DAY).rounds(
                "", 501
            )
            cost[many] = len(sent)
            assert len(found) == many
    assert cost[100] == cost[1]
