"""A month's own decisions: the difference to what was granted, and the fact that caused it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.payroll.domain.entitlement import Entitlement
from services.payroll.domain.month import ALLOWANCE_MONTH, Post, Settle
from services.payroll.domain.rules.attendance import attendance_of
from services.payroll.events import AllowanceAdjusted, AllowancePosted, Line
from services.payroll.known import entitlement_of, read_ledger
from services.payroll.service import SERVICE
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge
from tests.support.payroll_year import at

JANUARY = Period.parse("2026-01")


def fresh(total: int) -> Entitlement:
    line = Line("performance", "payout", total, "100", "100", total)
    grounds = (year.position(), year.attendance(1))
    return Entitlement("m1", "2026-01", "r@1", 8, "2025-Q4", "baik", "100", (line,), total, grounds)


def after(history: list[object], command: Settle | Post) -> tuple[object, ...]:
    return tuple(given(ALLOWANCE_MONTH, *history).when(command).events)


def settled(history: list[object], total: int) -> tuple[object, ...]:
    return after(history, Settle("m1", "2026-01", fresh(total), "2026-03"))


def test_the_difference_is_what_is_due_less_all_that_was_granted():
    """Posted 100, then 130 due, 90, and 90 again: up 30, down 40, nothing; each from what was granted by then."""
    history = list(after([], Post("m1", "2026-01", "2026-01", fresh(100))))
    found = []
    for total in (130, 90, 90):
        [*events] = settled(history, total)
        found += [(event.from_total, event.to_total, event.difference) for event in events]
        history += events
    assert found == [(100, 130, 30), (130, 90, -40)]


def test_what_was_granted_counts_not_what_the_rules_gave_last():
    """The run posted less than the rules give, and they give the same now: the rest is due."""
    calculated, posted = after([], Post("m1", "2026-01", "2026-01", fresh(100)))
    [adjusted] = settled([calculated, replace(posted, posted=70, paid=70)], 100)
    assert isinstance(adjusted, AllowanceAdjusted)
    assert (adjusted.from_total, adjusted.to_total, adjusted.difference) == (70, 100, 30)
    assert settled([calculated, posted, replace(adjusted, from_total=100, to_total=130, difference=30)], 130)[0].total == 130


def test_posting_twice_pays_once():
    history = list(after([], Post("m1", "2026-01", "2026-01", fresh(100))))
    assert [type(event) for event in history][-1] is AllowancePosted
    assert after(history, Post("m1", "2026-01", "2026-02", fresh(120))) == ()


@pytest.mark.parametrize("last", ["position", "attendance", "predicate"])
def test_the_cause_of_a_difference_is_the_fact_that_became_known_last(last: str):
    """Three new facts at once, wherever they stand among the grounds and whenever they hold."""
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(knowledge, year.rules(knowledge), year.position(), year.imported(), year.attendance(1))
    knowledge.execute(ALLOWANCE_MONTH, Post("m1", "2026-01", "2026-01", entitlement_of(knowledge, "m1", JANUARY)))
    learned = {name: at(2, 20 if name == last else 10 + number) for number, name in enumerate(("position", "attendance", "predicate"))}
    new = {
        "position": moved(year.position(5, date(2026, 1, 1), version=3), learned["position"]),
        "attendance": moved(year.attendance(1, absent=1, revision=2), learned["attendance"]),
        "predicate": year.of_appraisal(year.h.AppraisalImported("m1", "2025-Q4", "kurang", "e-kinerja"), 2, learned["predicate"]),
    }
    tell(knowledge, *new.values())
    [adjusted] = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert (adjusted.cause, adjusted.cause_type) == (new[last].id, new[last].type)


def moved(fact: Fact, recorded: object) -> Fact:
    """The same fact, learned at another moment; it holds since when it did."""
    return Fact(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {"recorded": recorded})


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    knowledge.now = max([knowledge.now, *(fact.recorded for fact in facts)])
    knowledge.arrive(*facts)
    knowledge.settle()


def test_of_attendance_the_highest_revision_counts_whenever_it_was_recorded():
    first, second = year.attendance(1, absent=3), year.attendance(1, revision=2)
    early = Fact(**{name: getattr(second, name) for name in second.__struct_fields__} | {"effective": at(1, 31), "recorded": at(1, 31)})
    assert early.rank < first.rank
    for facts in ([first, early], [early, first]):
        assert attendance_of(JANUARY, facts) is early


@pytest.mark.parametrize(
    ("facts", "cut"),
    [
        ([places.imposed(since=date(2026, 4, 1), until=date(2026, 4, 30))], [4]),
        ([places.imposed(since=date(2026, 4, 2), until=date(2026, 5, 1))], [5]),
        ([places.imposed(since=date(2026, 4, 2), until=date(2026, 4, 30))], []),
        ([places.imposed(), places.lifted(date(2026, 6, 30))], [4, 5, 6]),
        ([places.imposed(), places.lifted(date(2026, 7, 1))], [4, 5, 6]),
        ([places.imposed(), places.lifted(date(2026, 7, 2))], [4, 5, 6, 7]),
        ([places.imposed(), places.lifted(date(2026, 4, 1))], []),
    ],
    ids=["whole-month", "last-day-is-a-first", "between-two-firsts", "day-before", "boundary-day", "day-after", "from-its-first-day"],
)
def test_a_cut_counts_on_the_first_days_of_its_term_up_to_the_day_of_its_lifting(facts: list[Fact], cut: list[int]):
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    attended = [year.attendance(month, employee="s1") for month in range(3, 9)]
    predicates = year.imported("baik", "2025", "s1")
    tell(knowledge, year.rules(knowledge, **places.SIULAK), year.position(9, employee="s1"), predicates, *attended, *facts)
    found = {month: entitlement_of(knowledge, "s1", Period(2026, month, month)).total for month in range(3, 9)}
    assert [month for month, total in found.items() if total < 4_355_208] == cut
