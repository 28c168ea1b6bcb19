"""Pay runs over HTTP on a real database: which run comes next, who was left out, and who is paid without waiting for the next month."""

from __future__ import annotations

from datetime import date

import pytest

from services.payroll import heard as h
from services.payroll.service import SERVICE
from shared.flow.knowledge import StoreKnowledge
from tests.support import payroll_year as year
from tests.support.knowledge import heard
from tests.support.payroll_web import ADMIN, TREASURER, hear, pay, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import Web, web


def people(*employees: str) -> list:
    return [
        fact
        for one in employees
        for fact in (year.registered(one), year.position(employee=one), year.imported(employee=one), year.attendance(1, employee=one))
    ]


def retires(employee: str, since: date, version: int = 3):
    event = h.EmploymentEnded(employee, "retired", since, "SK-PENSIUN/1/2026")
    return heard("personnel", event, employee, f"personnel-employee-{employee}", version, at(4, 8))


def recoveries(here: Web) -> list[tuple]:
    items = here.call("GET", "/v1/recoveries", TREASURER).get_json()["items"]
    return [(one["employee"], one["first_run"], one["collection"], one["ended"]) for one in items]


def test_who_is_held_is_told_the_agencys_next_run_and_only_who_left_is_claimed_from(postgres_url: str):
    """February closes while m2 is held; a rule since January is lowered; March closes without m2; he retires on 15 April."""
    with web(postgres_url, SERVICE, "payroll_next_run", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1", "m2"), year.attendance(2))
        pay(here, 1, at(2, 8))
        pay(here, 2, at(3, 8))
        lower = year.SETTINGS | {"basic_index": "0.9"}
        rules = {"kind": "allowance", "id": "mulyorejo-tpp", "since": "2026-01-01", "sources": ["Perwal 7/2026"], "settings": lower}
        assert here.call("POST", "/v1/rule-sets", ADMIN, json=rules).status_code == 201
        settle(here)
        assert recoveries(here) == [("m1", "2026-03", "runs", None), ("m2", "2026-03", "runs", None)]
        for one in ("m1", "m2"):
            row = here.call("GET", f"/v1/allowances/{one}/2026-01", TREASURER).get_json()
            told = here.call("GET", f"/v1/allowances/{one}/2026-01/explanation", TREASURER).get_json()
            assert [part["run"] for part in row["corrections"]] == [part["due_in_run"] for part in told["differences"]] == ["2026-03"]

        hear(here, year.attendance(3))
        pay(here, 3, at(4, 8))
        assert recoveries(here)[1] == ("m2", "2026-04", "runs", None)
        said = here.owner("select data->>'first_run' from events where stream = 'payroll-recovery-m2' order by version")
        assert said == [("2026-03",), ("2026-04",)]

        hear(here, retires("m2", date(2026, 4, 15)))
        assert recoveries(here)[1] == ("m2", "2026-04", "runs", None)
        here.clock.moment = at(4, 15)
        assert recoveries(here)[1] == ("m2", None, "claim", "2026-04-15")


def test_a_month_outside_the_agencys_life_costs_no_work(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """Whatever month is asked for, as many streams are read."""
    read = []
    real = StoreKnowledge.stream
    monkeypatch.setattr(StoreKnowledge, "stream", lambda self, name: read.append(name) or real(self, name))
    with web(postgres_url, SERVICE, "payroll_life", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1"))
        here.clock.moment = at(3, 8)
        costs = set()
        for month, said in (
            ("1950-01", (422, "month-before-rules")),
            ("2025-12", (422, "month-before-rules")),
            ("2026-03", (409, "month-not-over")),
            ("2100-11", (409, "month-not-over")),
        ):
            read.clear()
            assert problem_of(here.call("POST", "/v1/pay-runs", TREASURER, json={"month": month})) == said
            costs.add(len(read))
        assert max(costs) <= 30
        pay(here, 1, at(3, 8))
        read.clear()
        assert problem_of(here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "1950-01"})) == (409, "run-out-of-order")
        assert len(read) <= 3
