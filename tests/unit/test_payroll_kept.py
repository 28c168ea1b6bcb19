"""A run keeps the posted months that stand: whatever happened before, it pays and adjusts what one that works all of them out anew does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payroll import posting
from services.payroll.domain.entitlement import entitle
from services.payroll.heard import AttendanceRecorded
from services.payroll.posting import Posting
from services.payroll.service import SERVICE
from shared.events.rule_set import RuleSetWithdrawn
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.knowledge import MemoryKnowledge, heard
from tests.support.paying import post_chunk
from tests.support.payroll_year import at

EARLY = {"months": [6, 12], "from_day": 20, "attendance": "full", "predicate": "last", "source": "Perwal 42/2025 Pasal 9"}
Act = tuple[str, Any]


def rules(version: int, since: date, **changes: Any) -> Callable[[MemoryKnowledge], Fact]:
    return lambda knowledge: year.rules(knowledge, version, since, **changes)


def withdrawn_rules(knowledge: MemoryKnowledge) -> Fact:
    event = RuleSetWithdrawn("allowance", "mulyorejo-tpp", 3, date(2026, 5, 1))
    return knowledge.own(event, "rules-allowance", "payroll-rules-allowance", 4)


DELIVERED = year.delivered("butuh_perbaikan")
HALF_OF_JUNE = AttendanceRecorded("m1", "2026-06", 0, 0, 3, 0, 0, 2, date(2026, 6, 15))
UNTIL_JUNE_15 = heard("personnel", HALF_OF_JUNE, "m1", "personnel-attendance-m1-2026-06", 2, at(6, 16))
"""Counts while June runs, and not afterwards, though nothing more becomes known."""
NEWS = (
    UNTIL_JUNE_15,
    *(year.attendance(month, absent=absent, revision=revision) for month in range(1, 8) for absent, revision in ((0, 1), (2, 2))),
    year.position(9, date(2026, 3, 10), 3), year.position(7, date(2026, 1, 1), 4),
    DELIVERED, year.withdrawn(DELIVERED), *year.objection(), *year.granted(), year.imported("sangat_baik", "2026-Q2"),
    year.ended("retired", date(2026, 5, 1)), year.end_revoked(date(2026, 5, 1)),
    year.interrupted("CLTN", date(2026, 2, 10), None), year.resumed(date(2026, 4, 1)),
    places.imposed("m1", since=date(2026, 2, 1)), places.lifted(date(2026, 4, 1), "m1"),
    places.award("m1", 500_000, "2026-03", at(4, 1)), places.award("m1", 250_000, "2026-01", at(5, 1), "lain"),
)  # fmt: skip
RULES = (
    rules(2, date(2026, 1, 1), effect="next_month", when_missing="last"), rules(3, date(2026, 5, 1), pay_basis="finalized"),
    withdrawn_rules, rules(5, date(2026, 2, 1), sanction_cut={"since": "2026-01-01", "source": "Perbup 12/2025"}, pay_before_end=EARLY),
)  # fmt: skip
ACTS = st.one_of(
    st.tuples(st.just("hear"), st.sampled_from(NEWS)),
    st.tuples(st.just("rules"), st.sampled_from(RULES)),
    st.tuples(st.sampled_from(("rules-seen", "settle")), st.none()),
)
YEARS = st.lists(st.tuples(st.lists(ACTS, max_size=4), st.sampled_from((5, 20, 28))), min_size=7, max_size=7)
"""For each month what happens before its run, and the day of that."""


def play(months: list[tuple[list[Act], int]], early: bool) -> list[tuple[Any, ...]]:
    """What payroll said of m1, event by event. Own rules are known at once, and mark decisions a moment later, as in the reactor."""
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    knowledge.arrive(year.rules(knowledge, **({"pay_before_end": EARLY} if early else {}), when_missing="last"))
    tell(knowledge, year.registered(), year.position(), year.imported())
    unseen = []
    for month, (acts, day) in enumerate(months, 1):
        tell(knowledge, year.attendance(month))
        for what, news in acts:
            if what == "hear":
                knowledge.now = max(knowledge.now, news.recorded)
                knowledge.arrive(news)
            elif what == "rules":
                unseen.append(news(knowledge))
                knowledge.known.setdefault(unseen[-1].id, unseen[-1])
            elif what == "rules-seen":
                knowledge.mark(unseen)
                unseen = []
            else:
                knowledge.settle()
        running = early and month == 6 and day >= 20
        knowledge.now = max(knowledge.now, at(month, day) if running else at(month + 1, day))
        post_chunk(knowledge, Period(2026, month, month), ["m1"])
    return [(fact.stream, fact.version, fact.event) for fact in knowledge.known.values() if fact.type.startswith("merit.payroll.")]


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    """The facts arrive and are settled, as far as what is marked by now goes; the clock never goes back."""
    knowledge.arrive(*facts)
    knowledge.settle()


@contextmanager
def counting() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        worked: list[str] = []
        patch.setattr(posting, "entitle", lambda month, *given_: worked.append(str(month)) or entitle(month, *given_))
        yield worked


@contextmanager
def all_anew() -> Any:
    """The run works out every month."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Posting, "_stands", lambda *given_: False)
        yield


@settings(max_examples=300, deadline=None)
@given(YEARS, st.booleans())
def test_a_run_says_what_one_says_that_works_out_every_month(months: list[tuple[list[Act], int]], early: bool):
    kept = play(months, early)
    with all_anew():
        assert kept == play(months, early)


def test_what_counted_while_a_month_ran_is_looked_at_when_it_is_over():
    quiet: list[tuple[list[Act], int]] = [([], 8)] * 5
    said = play([*quiet, ([("hear", UNTIL_JUNE_15), ("settle", None)], 20), ([], 8)], early=True)
    june = [type(event).__name__ for stream, _, event in said if stream == "payroll-m1-2026-06"]
    assert june[-2:] == ["AllowancePosted", "AllowanceAdjusted"]


def test_of_an_ordinary_year_only_the_runs_own_month_is_worked_out():
    with counting() as worked:
        play([([], 8)] * 7, early=False)
    assert worked == [f"2026-{month:02d}" for month in range(1, 8)]
