"""A pay run longer than its request: what a part posted stays, the next request goes on from there, and the end is as if in one go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from services.payroll import heard as h
from services.payroll import posting
from services.payroll.domain.run import PAY_RUN, ContinueRun
from services.payroll.domain.run_id import RunId
from services.payroll.dossier import Schemes
from services.payroll.posting import post_person
from services.payroll.service import SERVICE
from shared.flow.knowledge import StoreKnowledge
from shared.http.acting import RequestWork
from shared.store.commands import Meta, execute
from shared.store.database import Transaction
from tests.support import payroll_year as year
from tests.support.knowledge import heard
from tests.support.payroll_web import TREASURER, hear, pay, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import Web, web

PEOPLE = [f"m{number}" for number in range(1, 9)]
WAITING, OWED, RETIRED = "m2", "m5", "m6"


@contextmanager
def before_february(postgres_url: str, name: str) -> Iterator[Web]:
    """January is paid. For February m2 and m5 lack attendance, m4 gives back for January, m5 gets more for it, m6 has left."""
    with web(postgres_url, SERVICE, name, ("mulyorejo",)) as here:
        publish(here)
        for one in PEOPLE:
            known = (year.registered(one), year.position(employee=one), year.imported(employee=one))
            hear(here, *known, year.attendance(1, employee=one, absent=2 if one == OWED else 0))
        pay(here, 1, at(2, 8))
        end = h.EmploymentEnded(RETIRED, "retired", date(2026, 2, 1), "SK-PENSIUN/1/2026")
        hear(here, heard("personnel", end, RETIRED, f"personnel-employee-{RETIRED}", 3, at(2, 9)))
        hear(here, *(year.attendance(2, employee=one) for one in PEOPLE if one not in (WAITING, OWED, RETIRED)))
        hear(here, year.attendance(1, absent=1, revision=2, employee="m4"), year.attendance(1, absent=0, revision=2, employee=OWED))
        here.clock.moment = at(3, 8)
        yield here


def ask_on(here: Web, body: dict[str, Any], **heads: str) -> list[dict[str, Any]]:
    """The same request until it is done: every answer."""
    answers = []
    for _ in range(50):
        answer = here.call("POST", "/v1/pay-runs", TREASURER, json=body, headers=heads)
        answers.append(answer.get_json())
        assert answer.status_code == (202 if answers[-1]["status"] == "continuing" else 201), answers[-1]
        if answer.status_code == 201:
            return answers
    raise AssertionError(f"expected an end, found {answers[-1]}")


def payments(here: Web, run: str) -> list[tuple[Any, ...]]:
    return here.owner(
        "select subject, split_part(type, '.', 3), data->>'month', data->>'posted', data->>'paid' from events"
        f" where type similar to '%%(AllowancePosted|AdjustmentsPosted)%%' and data->>'run' = '{run}' order by 1, 2, 3"
    )


def closed(here: Web, run: str) -> list[tuple[Any, ...]]:
    return here.owner(f"select data::text from events where type like '%%PayRunPosted%%' and stream = 'payroll-run-{run}'")


@pytest.fixture
def in_one_go(postgres_url: str) -> tuple[Any, ...]:
    with before_february(postgres_url, "payroll_whole") as here:
        (answer,) = ask_on(here, {"month": "2026-02"})
        assert (answer["persons"], answer["held_count"], len(payments(here, "2026-02"))) == (6, 2, 6)
        return answer, payments(here, "2026-02"), closed(here, "2026-02")


def test_a_run_in_parts_ends_and_pays_what_one_in_one_go_pays(postgres_url: str, in_one_go, monkeypatch: pytest.MonkeyPatch):
    """The time of a part is over at once: each request passes one person, and none is looked at twice."""
    looked, counted = [], [0]
    real, execute_ = posting.post_person, Transaction.execute
    monkeypatch.setattr(posting, "post_person", lambda books, run, one, schemes: looked.append(one) or real(books, run, one, schemes))
    monkeypatch.setattr(Transaction, "execute", lambda self, *words: counted.append(counted[-1] + 1) or execute_(self, *words))
    with before_february(postgres_url, "payroll_parts_month") as here:
        looked.clear()
        monkeypatch.setattr(posting, "PART_SECONDS", -1)
        answers, costs = [], []
        while not answers or answers[-1].status_code == 202:
            before = counted[-1]
            answers.append(here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-02"}, headers={"Idempotency-Key": "february"}))
            costs.append(counted[-1] - before)
            settle(here)
        assert looked == PEOPLE
        told = [answer.get_json() for answer in answers]
        assert [(one["done"], one["left"]) for one in told[:-1]] == [(done, len(PEOPLE) - done) for done in range(1, len(PEOPLE))]
        assert "same Idempotency-Key" in told[0]["remedy"] and [one["held_count"] for one in told] == [0, 1, 1, 1, 2, 2, 2, 2]
        assert [one["employee"] for one in told[4]["held"]] == [WAITING, OWED]
        assert (told[-1], payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go
        # m1, m3, m7 and m8 have the same to do; how many are through already costs nothing.
        assert max(costs[0], costs[2], costs[6]) - min(costs[0], costs[2], costs[6]) <= 3 and costs[7] <= costs[0] + 3
        again = here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-02"}, headers={"Idempotency-Key": "february"})
        assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (told[-1], "true")
        assert payments(here, "2026-02") == in_one_go[1]


def test_a_part_that_breaks_off_leaves_nothing_and_other_keys_go_on_too(postgres_url: str, in_one_go, monkeypatch: pytest.MonkeyPatch):
    with before_february(postgres_url, "payroll_broken_part") as here:
        monkeypatch.setattr(posting, "CHUNK", 3)
        breaks = iter([False, True, True, False, False, False, False])
        real = RequestWork.execute

        def execute_or_break(self: RequestWork, aggregate: Any, command: Any) -> Any:
            done = real(self, aggregate, command)
            if aggregate is PAY_RUN and isinstance(command, ContinueRun) and next(breaks):
                raise KeyError("the machine is gone")
            return done

        monkeypatch.setattr(RequestWork, "execute", execute_or_break)
        here.app.config["PROPAGATE_EXCEPTIONS"] = False
        answers = []
        while not answers or answers[-1].status_code != 201:
            heads = {"Idempotency-Key": f"key-{len(answers)}"} if len(answers) % 2 else {}
            answers.append(here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-02"}, headers=heads))
            assert len(answers) < 20
        assert [answer.status_code for answer in answers].count(500) == 2
        assert answers[-1].get_json()["totals"] == in_one_go[0]["totals"]
        assert (payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go[1:]


def test_whom_a_run_paid_before_it_kept_its_parts_is_in_its_totals(postgres_url: str, in_one_go):
    """As a release that kept no parts left it: m1 and m5 are posted, and nothing says how far the run is."""
    with before_february(postgres_url, "payroll_old_part") as here:
        with here.database.transaction("mulyorejo", here.clock.now()) as tx:
            books = Writing(tx)
            for one in ("m1", OWED):
                post_person(books, RunId("2026-02"), one, Schemes(books.knowledge))
        (answer,) = ask_on(here, {"month": "2026-02"})
        assert (answer["totals"], answer["persons"], payments(here, "2026-02")) == (in_one_go[0]["totals"], 6, in_one_go[1])


class Writing:
    """The transaction of a run as the library's RequestWork gives it."""

    def __init__(self, tx: Transaction) -> None:
        self.tx, self.knowledge, self.appended = tx, StoreKnowledge(tx, SERVICE), 0

    def execute(self, aggregate: Any, command: Any) -> None:
        execute(self.tx, SERVICE.events, aggregate, command, Meta("treasurer", "c"))


def test_a_supplementary_run_in_parts_looks_at_each_person_once(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    later = {"month": "2026-02", "supplementary": True}
    with before_february(postgres_url, "payroll_parts_later") as here:
        ask_on(here, {"month": "2026-02"})
        settle(here)
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        monkeypatch.setattr(posting, "PART_SECONDS", -1)
        answers = ask_on(here, later, **{"Idempotency-Key": "susulan"})
        assert [one["status"] for one in answers[:-1]] == ["continuing"] * (len(answers) - 1) and len(answers) >= 2
        assert (answers[-1]["run"], answers[-1]["persons"], answers[-1]["totals"]["posted"]) == ("2026-02.01", 2, 2 * 3_500_452)
        assert [row[0] for row in payments(here, "2026-02.01")] == [WAITING, OWED]
        settle(here)
        assert problem_of(here.call("POST", "/v1/pay-runs", TREASURER, json=later)) == (409, "nothing-to-pay")


def test_a_run_of_nobody_is_refused_also_after_parts(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    with web(postgres_url, SERVICE, "payroll_parts_nobody", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *(year.registered(one) for one in ("m1", "m2", "m3")))
        here.clock.moment = at(2, 8)
        monkeypatch.setattr(posting, "PART_SECONDS", -1)
        codes = [here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-01"}).status_code for _ in range(6)]
        assert codes == [202, 202, 409, 202, 202, 409] and closed(here, "2026-01") == []


def test_a_run_that_found_nobody_to_pay_begins_anew(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """Who can be paid by now is before the place that the parts had reached."""
    later = {"month": "2026-02", "supplementary": True}
    with before_february(postgres_url, "payroll_parts_anew") as here:
        ask_on(here, {"month": "2026-02"})
        settle(here)
        monkeypatch.setattr(posting, "PART_SECONDS", -1)
        heads = {"Idempotency-Key": "susulan"}
        answers = [here.call("POST", "/v1/pay-runs", TREASURER, json=later, headers=heads) for _ in range(3)]
        assert [one.status_code for one in answers] == [202, 202, 409] and problem_of(answers[-1]) == (409, "nothing-to-pay")
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        answers = ask_on(here, later, **heads)
        assert (answers[-1]["run"], answers[-1]["persons"], answers[0]["done"]) == ("2026-02.01", 2, 1)
        assert [row[0] for row in payments(here, "2026-02.01")] == [WAITING, OWED]


def test_no_run_overtakes_one_that_is_not_closed(postgres_url: str, in_one_go, monkeypatch: pytest.MonkeyPatch):
    """What the parts have paid would stand in no closed run: out of order the rest of it is refused for ever."""
    with before_february(postgres_url, "payroll_overtaken") as here:
        monkeypatch.setattr(posting, "PART_SECONDS", -1)
        february, march = ({"month": "2026-02"}, {"month": "2026-03"})
        assert here.call("POST", "/v1/pay-runs", TREASURER, json=february).status_code == 202
        here.clock.moment = at(4, 8)
        for other in (march, {"month": "2026-01", "supplementary": True}):
            refused = here.call("POST", "/v1/pay-runs", TREASURER, json=other)
            assert problem_of(refused) == (409, "run-not-closed") and "2026-02" in refused.get_json()["expected"]
        ask_on(here, february)
        assert (payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go[1:]
        settle(here)
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        susulan = february | {"supplementary": True}
        assert here.call("POST", "/v1/pay-runs", TREASURER, json=susulan).status_code == 202
        assert problem_of(here.call("POST", "/v1/pay-runs", TREASURER, json=march)) == (409, "run-not-closed")
        assert ask_on(here, susulan)[-1]["run"] == "2026-02.01"
        settle(here)
        hear(here, *(year.attendance(3, employee=one) for one in PEOPLE))
        assert ask_on(here, march)[-1]["persons"] == 7
