"""Allowances decided in sets: as many statements for many people as for one, and the money that each would have alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.payroll.service import SERVICE
from shared.flow import decisions
from shared.kernel.facts import Fact
from tests.support import payroll_web
from tests.support import payroll_year as year
from tests.support.payroll_year import at
from tests.support.stores import counted
from tests.support.web import Web, web


def people(many: int) -> list[str]:
    return [f"m{number}" for number in range(100, 100 + many)]


def history(person: str, number: int) -> Iterator[Fact]:
    yield year.registered(person)
    yield year.position(5 + number % 5, employee=person)
    yield year.imported("baik" if number % 3 else "sangat_baik", employee=person)


def attended(person: str, number: int) -> Fact:
    return year.attendance(1, late=number * 60, absent=number % 2, employee=person)


def messages(monkeypatch: pytest.MonkeyPatch, here: Web) -> int:
    """How many messages to the database it takes until nothing is marked."""
    with monkeypatch.context() as patch:
        sent = counted(patch)
        while decisions.settle(here.database, SERVICE, "mulyorejo", here.clock.now()):
            pass
    return len(sent)


def amounts(here: Web) -> dict[str, int]:
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        rows = tx.execute("select subject, (data ->> 'total')::bigint from events where type like '%%AllowanceCalculated%%'").fetchall()
    return dict(rows)


def test_a_month_of_many_people_costs_as_many_statements_as_of_one_and_gives_the_same_money(postgres_url, monkeypatch):
    cost, found = {}, {}
    for many in (1, 60):
        with web(postgres_url, SERVICE, f"payroll_sets_{many}", ("mulyorejo",)) as here:
            payroll_web.publish(here)
            here.clock.moment = at(2, 3)
            payroll_web.hear(here, *(fact for number, person in enumerate(people(many)) for fact in history(person, number)))
            payroll_web.arrive(here, *(attended(person, number) for number, person in enumerate(people(many))))
            cost[many], found[many] = messages(monkeypatch, here), amounts(here)
    assert len(found[60]) == 60 and len(set(found[60].values())) > 10
    assert cost[60] == cost[1]
    with web(postgres_url, SERVICE, "payroll_sets_alone", ("mulyorejo",)) as here:
        payroll_web.publish(here)
        here.clock.moment = at(2, 3)
        monkeypatch.setattr(decisions, "TOGETHER_AHEAD", 1)
        everything = (fact for number, person in enumerate(people(60)) for fact in (*history(person, number), attended(person, number)))
        payroll_web.hear(here, *everything)
        assert amounts(here) == found[60] and found[60] | found[1] == found[60]


def test_a_run_over_many_people_costs_as_many_statements_as_over_one(postgres_url, monkeypatch):
    cost = {}
    for many in (1, 60):
        with web(postgres_url, SERVICE, f"payroll_run_{many}", ("mulyorejo",)) as here:
            payroll_web.publish(here)
            here.clock.moment = at(2, 3)
            facts = (fact for number, person in enumerate(people(many)) for fact in (*history(person, number), attended(person, number)))
            payroll_web.hear(here, *facts)
            with monkeypatch.context() as patch:
                sent = counted(patch)
                answer = payroll_web.post_run(here, {"month": "2026-01"}).get_json()
            cost[many] = len(sent)
            assert (answer["persons"], answer["totals"]["posted"]) == (many, sum(amounts(here).values()))
    assert cost[60] == cost[1]
