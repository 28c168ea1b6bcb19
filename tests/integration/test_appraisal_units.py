"""Organisations asked in the database: each question gives what going through everybody one by one would give, at a fixed cost."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.appraisal import events, heard, known, members
from services.appraisal.domain.stays import NOWHERE, Held, stays_of, unit_on
from services.appraisal.members import Extent, Members, Organisation
from services.appraisal.service import SERVICE
from services.appraisal.tables import GUIDE
from services.appraisal.views import APPRAISALS, EMPLOYEES, UNITS
from shared.kernel.employment import ENDS, INTERRUPTIONS, Employment
from shared.kernel.facts import Fact
from shared.kernel.money import exact
from shared.kernel.periods import Period
from shared.store.database import Transaction
from shared.views import engine, reading
from tests.support import web as webs
from tests.support.appraisal import M1, moment, parent_on
from tests.support.knowledge import MemoryKnowledge
from tests.support.knowledge import heard as heard_fact
from tests.support.web import Web

FIRST = date(2026, 1, 1)
PEOPLE, PLACES = ("m1", "m2", "m3"), ("town", "office", "desk", "b")
PERIODS = ("2025-Q4", "2026-Q1", "2026-02", "2026-Q2", "2026")
DAYS = st.integers(-60, 200).map(lambda days: FIRST + timedelta(days=days))
NOW = datetime(2026, 12, 1, tzinfo=UTC)
VERSIONS = itertools.count(1)


@pytest.fixture(scope="module")
def place(postgres_url) -> Iterator[Web]:
    with webs.web(postgres_url, SERVICE, "appraisal_units", ("mulyorejo",)) as here:
        yield here


@contextmanager
def folded(here: Web, facts: Sequence[Fact]) -> Iterator[Transaction]:
    """A transaction in which these facts have arrived, and which leaves nothing."""
    with here.database.transaction("mulyorejo", NOW) as tx:
        with tx.tried():
            engine.fold(tx, SERVICE.views, facts)
            tx.flush()
            tx.execute("select 1")
            yield tx


# What belonging means, person by person.


def belongs(employee: Mapping[str, Any], units: Mapping[str, Mapping[str, Any]], asked: Members) -> bool:
    service = Employment.read(employee["service"])
    day = service.last_day(asked.period, asked.without)
    if day is None:
        return False
    posts = [post for post in employee["posts"] if not post["acting"] and service.reaches(date.fromisoformat(post["since"]), day)]
    return asked.unit is None or (bool(posts) and asked.unit in upwards(units, posts[-1]["unit"], asked.period.end))


def upwards(units: Mapping[str, Mapping[str, Any]], unit: str | None, day: date) -> list[str]:
    found: list[str] = []
    while unit is not None and unit not in found:
        found.append(unit)
        unit = parent_on(units[unit], day) if unit in units else None
    return found


# Agencies of every kind.


@st.composite
def lives(draw: st.DrawFn, employee: str) -> list[Fact]:
    """A registration and whatever may be said after it, in any order of days."""
    said: list[Any] = [heard.EmployeeRegistered(employee, "PNS", draw(DAYS))]
    for _ in range(draw(st.integers(0, 7))):
        day, unit = draw(DAYS), draw(st.sampled_from(PLACES))
        said.append(
            draw(
                st.sampled_from(
                    [
                        *[heard.PositionAssigned(employee, f"post-{unit}", unit, acting, day) for acting in (False, False, True)],
                        heard.PositionWithdrawn(employee, said[-1].since, False),
                        heard.EmploymentEnded(employee, ENDS[0], day),
                        heard.EmploymentEndRevoked(employee, said[-1].since),
                        heard.EmployeeRegistered(employee, "PNS", day),
                        heard.ServiceInterrupted(employee, draw(st.sampled_from(INTERRUPTIONS[:3])), day, day + timedelta(days=40)),
                        heard.ServiceInterrupted(employee, INTERRUPTIONS[0], day, None),
                        heard.ServiceResumed(employee, day),
                        heard.RegistrationWithdrawn(employee, said[0].since),
                    ]
                )
            )
        )
    return [_of_personnel(event, employee, number) for number, event in enumerate(said, 1)]


@st.composite
def organisations(draw: st.DrawFn) -> list[Fact]:
    """Units below each other, some of which moved; a move may close a circle for a while, and be taken back."""
    facts = []
    for unit, parent in (("town", None), ("office", "town"), ("desk", "office"), ("b", draw(st.sampled_from(["town", None])))):
        said: list[Any] = [heard.UnitOpened(unit, parent, draw(DAYS))]
        for _ in range(draw(st.integers(0, 2))):
            said.append(heard.UnitMoved(unit, draw(st.sampled_from(PLACES)), draw(DAYS)))
        if len(said) > 1 and draw(st.booleans()):
            said.append(heard.UnitMoveWithdrawn(unit, said[-1].since))
        facts += [_of_personnel(event, unit, number) for number, event in enumerate(said, 1)]
    return facts


def _of_personnel(event: Any, subject: str, number: int) -> Fact:
    at = datetime(event.since.year, event.since.month, event.since.day, tzinfo=UTC)
    return heard_fact("personnel", event, subject, f"personnel-{subject}", number, at, effective=at)


NUMBERS = st.sampled_from(["87.5", "100", "260/3", "1/7", "93.27", None])


@st.composite
def appraised(draw: st.DrawFn, employee: str) -> list[Fact]:
    """Some periods of a person: scored, delivered, withdrawn, corrected, or brought from elsewhere."""
    found = []
    for period in draw(st.lists(st.sampled_from(PERIODS), unique=True, max_size=3)):
        judgement = events.Judgement(None, None, draw(st.sampled_from(["baik", "kurang", "sangat_baik"])), draw(NUMBERS))
        happened: list[Any] = []
        for item, by in itertools.product(("result", "behaviour", "peers"), ("self", "superior")):
            value = draw(st.sampled_from(["above", "88", "70.25"]))
            happened.append(events.ScoreSubmitted(employee, period, "numeric", "whole", item, by, value, draw(NUMBERS), None))
        happened.append(draw(st.sampled_from([_delivered(employee, period, judgement), happened[0]])))
        happened.append(
            draw(
                st.sampled_from(
                    [
                        happened[-1],
                        events.AppraisalFinalized(employee, period, Period.parse(period).kind, judgement, "accepted", "r@1"),
                        events.AppraisalImported(employee, period, "baik", "elsewhere", "0" * 64, 1),
                    ]
                )
            )
        )
        if isinstance(happened[-1], events.AppraisalDelivered) and draw(st.booleans()):
            happened.append(events.DeliveryWithdrawn(employee, period, "d", "text", "digest"))
        found += [_own(event, employee, f"appraisal-{employee}-{period}", number) for number, event in enumerate(happened, 1)]
    return found


def _delivered(employee: str, period: str, judgement: events.Judgement) -> events.AppraisalDelivered:
    return events.AppraisalDelivered(employee, period, Period.parse(period).kind, judgement, "r@1", NOW)


def _own(event: Any, employee: str, stream: str, number: int) -> Fact:
    return heard_fact("appraisal", event, employee, stream, number, NOW)


AGENCIES = st.tuples(organisations(), *map(lives, PEOPLE), *map(appraised, PEOPLE)).map(
    lambda parts: [fact for part in parts for fact in part]
)
ASKED = st.builds(
    Members,
    st.sampled_from([None, *PLACES, "unknown"]),
    st.sampled_from(PERIODS).map(Period.parse),
    st.sampled_from([(), INTERRUPTIONS, INTERRUPTIONS[:1]]),
)


def number(part: str | None) -> Fraction | None:
    return exact(part) if part is not None and part[:1].isdigit() else None


def of_the_whole(row: Mapping[str, Any], item: str) -> str | None:
    found = [score for score in row["scores"] if (score["what"], score["item"]) == ("whole", item) and score["by"] != "self"]
    return (found[-1]["achievement_percent"] or found[-1]["value"]) if found else None


@pytest.mark.parametrize("few", (0, members.FEW), ids=("large", "small"))
@settings(max_examples=60)
@given(facts=AGENCIES, asked=st.lists(ASKED, min_size=1, max_size=4), most=st.integers(1, 4))
def test_an_organisation_is_counted_summed_and_listed_as_by_going_through_everybody(place, few, facts, asked, most):
    with folded(place, facts) as tx, pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "FEW", few)
        units = {row["key"]: row for row in reading.rows(tx, UNITS, {})}
        for one in asked:
            who = {row["key"] for row in reading.rows(tx, EMPLOYEES, {}) if belongs(row, units, one)}
            rows = [row for row in reading.rows(tx, APPRAISALS, {"period": str(one.period)}) if row["employee"] in who]
            with_result = [row for row in rows if row["predicate"]]
            organisation = Organisation.of(tx, one)
            assert organisation.extent is not Extent.SMALL or sorted(organisation.few) == sorted(who)
            persons, counts = organisation.counted()
            assert (persons, counts) == (len(who), Counter(row["predicate"] for row in with_result))
            tally = organisation.tallied()
            assert (tally.persons, tally.counts) == (persons, counts)
            for part in ("score", "result", "behaviour"):
                said = [(row["judgement"] or {}).get("score") if part == "score" else of_the_whole(row, part) for row in with_result]
                numbers = [found for found in map(number, said) if found is not None]
                assert (tally.sums[part].total, tally.sums[part].of) == (sum(numbers, Fraction()), len(numbers)), part
            after, listed = "", []
            while page := organisation.appraisals(after, most):
                listed += page
                after = page[-1]["key"]
            if one.unit is not None:
                assert listed == rows
        tops = [key for key, row in units.items() if row["parent"] is None]
        assert members.the_top(tx) == (tops[0] if len(tops) == 1 else None)


@given(
    facts=lives("m1"), period=st.sampled_from(PERIODS).map(Period.parse), without=st.sampled_from([(), INTERRUPTIONS, INTERRUPTIONS[:1]])
)
def test_stays_hold_every_day_of_service_once(facts, period, without):
    row = None
    for fact in facts:
        row = EMPLOYEES.fold("m1", row, fact)
    service = Employment.read(row["service"])
    posts = [Held(one["unit"], date.fromisoformat(one["since"])) for one in row["posts"] if not one["acting"]]
    stays = stays_of(posts, service)
    for day in (period.start + timedelta(days=number) for number in range((period.end - period.start).days + 1)):
        found = [stay for stay in stays if stay.since <= day <= stay.until]
        assert bool(found) == service.serving(day) and len(found) <= 1
        if found:
            assert found[0].unit == unit_on(posts, service, day)
            assert (not set(found[0].away) & set(without)) == service.present(day, without)
    assert all(stay.unit == NOWHERE or stay.unit in PLACES for stay in stays)


# The rules, told one by one.


def learned(event: Any) -> Fact:
    return _of_personnel(event, getattr(event, "employee", None) or event.unit, next(VERSIONS))


def post(employee: str, unit: str, since: date = FIRST, acting: bool = False) -> Fact:
    return learned(heard.PositionAssigned(employee, f"post-{unit}", unit, acting, since))


def joined(employee: str) -> Fact:
    return learned(heard.EmployeeRegistered(employee, "PNS", date(2020, 1, 1)))


def knowing(*facts: Fact) -> MemoryKnowledge:
    knowledge = MemoryKnowledge(SERVICE, now=moment("2026-04-20"))
    knowledge.arrive(*facts)
    return knowledge


@contextmanager
def asking(here: Web, *facts: Fact) -> Iterator[Callable[..., list[str]]]:
    """(unit, period[, without]) → who belongs to it, once these facts have arrived, by the appraisals listed of two who have one each."""
    quarters = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
    results = [
        _own(events.AppraisalImported(employee, period, "baik", "elsewhere", "0" * 64, 1), employee, f"appraisal-{employee}-{period}", 1)
        for employee in (M1, "m2")
        for period in quarters
    ]
    with folded(here, [*facts, *results]) as tx:

        def belong(unit: str | None, period: str, without: Sequence[str] = ()) -> list[str]:
            organisation = Organisation.of(tx, Members(unit, Period.parse(period), without))
            return [row["employee"] for row in organisation.appraisals("", 100)]

        yield belong


def test_people_belong_to_the_unit_of_their_post_on_the_day_and_to_all_above(place):
    facts = (
        learned(heard.UnitOpened("town", None, FIRST)),
        learned(heard.UnitOpened("office", "town", FIRST)),
        learned(heard.UnitOpened("desk", "office", FIRST)),
        joined(M1),
        joined("m2"),
        post(M1, "desk"),
        post(M1, "town", date(2026, 7, 1)),
        post("m2", "office"),
        post("m2", "desk", acting=True),
    )
    with asking(place, *facts) as belong:
        assert belong("town", "2026-Q1") == [M1, "m2"]
        assert belong("desk", "2026-Q1") == [M1]
        assert belong("office", "2026-Q3") == ["m2"]
        assert belong("town", "2025-Q4") == []
    assert known.unit_of(knowing(*facts), M1, date(2026, 6, 30)) == "desk"


def test_who_left_within_the_period_belongs_to_the_unit_of_his_last_day_and_who_was_not_there_to_none(place):
    here = (joined(M1), joined("m2"))
    ended = learned(heard.EmploymentEnded(M1, "retired", date(2026, 5, 1)))
    away = learned(heard.ServiceInterrupted("m2", "unpaid-leave", date(2026, 4, 1), date(2026, 6, 30)))
    opened = (learned(heard.UnitOpened("a", None, FIRST)), learned(heard.UnitOpened("b", None, FIRST)))
    moved = post(M1, "b", date(2026, 6, 1))
    with asking(place, *here, *opened, post(M1, "a"), post("m2", "a"), moved, ended, away) as belong:
        quarters = [f"2026-Q{number}" for number in (1, 2, 3)]
        found = [[belong(unit, quarter, INTERRUPTIONS) for unit in ("a", "b", None)] for quarter in quarters]
        assert found == [[[M1, "m2"], [], [M1, "m2"]], [[M1], [], [M1]], [["m2"], [], ["m2"]]]
        assert belong("a", "2026-Q2") == [M1, "m2"], "where the rules ask for leave, he is counted"


def test_a_unit_that_moved_counts_to_the_new_organisation_from_its_day_on_and_to_the_old_one_before(place):
    facts = (
        *(learned(heard.UnitOpened(unit, above, FIRST)) for unit, above in (("town", None), ("a", "town"), ("b", "town"), ("desk", "a"))),
        learned(heard.UnitMoved("desk", "b", date(2026, 7, 1))),
        joined(M1),
        post(M1, "desk"),
    )
    with asking(place, *facts) as belong:
        found = [[belong(unit, quarter) for unit in ("a", "b")] for quarter in ("2026-Q2", "2026-Q3")]
        assert found == [[[M1], []], [[], [M1]]]
    knowledge = knowing(*facts)
    for number, (unit, result) in enumerate((("a", "baik"), ("b", "kurang"))):
        for period in ("2026-Q2", "2026-Q3"):
            made = events.OrganisationResultSet(unit, period, result, GUIDE.name)
            knowledge.arrive(knowledge.own(made, unit, f"appraisal-organisation-{unit}-{period}", number + 1))
    assert [known.organisation_result(knowledge, "desk", period) for period in ("2026-Q2", "2026-Q3")] == ["baik", "kurang"]
