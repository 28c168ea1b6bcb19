"""What happens at once in payroll: runs, reactions and repayments wait for each other, in an order that each test chooses."""

from __future__ import annotations

import pytest

from services.payroll import jobs
from services.payroll.api import pay_runs
from services.payroll.service import SERVICE
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.interleaving import stopped, waits_for_a_lock
from tests.support.payroll_web import TREASURER, arrive, hear, pay, post_run, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import web


def test_a_run_waits_for_another_and_then_sees_that_it_comes_too_late(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """March stands before its commit; February asks meanwhile. Without the agency's lock it would not know of March."""
    with web(postgres_url, SERVICE, "payroll_order", ("mulyorejo",)) as here:
        publish(here)
        hear(here, year.registered(), year.position(), year.imported(), *(year.attendance(month) for month in (2, 3)))
        here.clock.moment = at(4, 8)
        with stopped(monkeypatch, pay_runs, "check_none_open", lambda: ask(here, "2026-03")) as (gate, march, beside):
            february = beside(ask, here, "2026-02")
            assert waits_for_a_lock(here, february)
            gate.open.set()
            assert march.result().status_code == 202
            assert problem_of(february.result()) == (409, "run-not-closed")
        assert post(here, "2026-03").get_json()["totals"]["paid"] == 2 * 3_500_452
        assert problem_of(ask(here, "2026-02")) == (409, "run-out-of-order")
        assert here.owner("select count(*) from events where type like '%%PayRunPosted%%'") == [(1,)]


def test_a_reaction_waits_for_the_run_that_posts_its_person(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """February's run has paid the person and stands before its commit; a correction of January names the run after it."""
    with web(postgres_url, SERVICE, "payroll_react", ("mulyorejo",)) as here:
        publish(here)
        hear(here, year.registered(), year.position(), year.imported(), year.attendance(1), year.attendance(2))
        pay(here, 1, at(2, 8))
        here.clock.moment = at(3, 8)
        with stopped(monkeypatch, jobs, "post_part", lambda: post(here, "2026-02")) as (gate, february, beside):
            arrive(here, year.attendance(1, absent=2, revision=2))
            reaction = beside(settle, here)
            assert waits_for_a_lock(here, reaction)
            gate.open.set()
            assert february.result().get_json()["totals"]["adjustments"] == 0
            reaction.result()
        settle(here)
        [correction] = here.call("GET", "/v1/allowances/m1/2026-01", TREASURER).get_json()["corrections"]
        assert (correction["difference"], correction["run"]) == (-84_011, "2026-03")
        [owing] = here.call("GET", "/v1/recoveries", TREASURER).get_json()["items"]
        assert (owing["amount"], owing["first_run"]) == (84_011, "2026-03")


def test_a_repayment_waits_for_the_run_that_takes_the_same_debt(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """The run takes all that is owed and stands before its commit; what the person brings meanwhile is not owed any more."""
    with web(postgres_url, SERVICE, "payroll_repaid", ("mulyorejo",)) as here:
        publish(here, **places.SIULAK)
        hear(here, year.position(9, employee="s1"), year.imported("baik", "2025", "s1"), year.attendance(1, employee="s1"))
        pay(here, 1, at(2, 8))
        hear(here, year.attendance(1, absent=2, revision=2, employee="s1"), year.attendance(2, employee="s1"))
        here.clock.moment = at(3, 8)
        brought = {"amount": 78_393, "document": "STS/1/2026", "received_on": "2026-03-06"}
        with stopped(monkeypatch, jobs, "post_part", lambda: post(here, "2026-02")) as (gate, february, beside):
            repayment = beside(here.call, "POST", "/v1/recoveries/s1/repayments", TREASURER, json=brought)
            assert waits_for_a_lock(here, repayment)
            gate.open.set()
            assert february.result().get_json()["totals"]["adjustments"] == -78_393
            assert problem_of(repayment.result()) == (409, "repayment-over-debt")


def ask(here, month: str):
    return here.call("POST", "/v1/pay-runs", TREASURER, json={"month": month})


def post(here, month: str):
    return post_run(here, {"month": month})
