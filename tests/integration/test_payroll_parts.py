"""A pay run in parts: each keeps how far the run is, and whatever ends one of them, the end is as if in one go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from services.payroll import heard as h
from services.payroll import jobs as payroll_jobs
from services.payroll import posting
from services.payroll.domain.run import PAY_RUN, ContinueRun
from services.payroll.domain.run_id import RunId
from services.payroll.posting import Page, Posting, post_part
from services.payroll.service import SERVICE
from shared.flow.knowledge import StoreKnowledge
from shared.flow.work import Work
from shared.store.commands import Meta
from shared.store.database import Transaction
from tests.support import payroll_year as year
from tests.support.knowledge import heard
from tests.support.payroll_web import TREASURER, hear, pay, post_run, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import CORRELATION, Web, web
from tests.support.working import advance, at_once, followed, work_on

PEOPLE = [f"m{number}" for number in range(1, 9)]
WAITING, OWED, RETIRED = "m2", "m5", "m6"
FEBRUARY, MARCH = {"month": "2026-02"}, {"month": "2026-03"}
COUNTED = "select data->>'held' from events where type like '%%PayRunContinued%%'"
LATER = FEBRUARY | {"supplementary": True}


@pytest.fixture
def one_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a part is over at once: each passes one person."""
    monkeypatch.setattr(posting, "PART_SECONDS", -1)
    monkeypatch.setattr(payroll_jobs, "TOGETHER", 1)


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


def ask(here: Web, body: dict[str, Any], **heads: str) -> Any:
    return here.call("POST", "/v1/pay-runs", TREASURER, json=body, headers=heads)


def cancel(here: Web, answer: Any) -> str:
    return here.call("POST", answer.headers["Location"] + "/cancellation", TREASURER).get_json()["status"]


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
        answer = post_run(here, FEBRUARY).get_json()
        assert (answer["persons"], answer["held_count"], len(payments(here, "2026-02"))) == (6, 2, 6)
        return answer, payments(here, "2026-02"), closed(here, "2026-02")


def test_a_run_in_parts_ends_and_pays_what_one_in_one_go_pays(postgres_url: str, in_one_go, monkeypatch: pytest.MonkeyPatch, one_a_part):
    """Each part passes one person, and none is looked at twice."""
    looked, counted = [], [0]
    real, execute_ = Posting.post, Transaction.execute
    monkeypatch.setattr(Posting, "post", lambda self, person: looked.append(person.employee) or real(self, person))
    monkeypatch.setattr(Transaction, "execute", lambda self, *words: counted.append(counted[-1] + 1) or execute_(self, *words))
    with before_february(postgres_url, "payroll_parts_month") as here:
        looked.clear()
        answer = ask(here, FEBRUARY, **{"Idempotency-Key": "february"})
        told, costs = [], []
        while not told or told[-1]["status"] == "running":
            before = counted[-1]
            assert advance(here)
            costs.append(counted[-1] - before)
            settle(here)
            told.append(followed(here, answer, TREASURER))
        assert looked == PEOPLE
        assert [(one["done"], one["left"]) for one in told[:-1]] == [(done, len(PEOPLE) - done) for done in range(1, len(PEOPLE) + 1)]
        held = here.owner(f"{COUNTED} and data->>'run' = '2026-02' order by position")
        assert [int(row[0]) for row in held] == [0, 1, 0, 0, 1, 0, 0, 0]
        assert [one["employee"] for one in told[-1]["result"]["held"]] == [WAITING, OWED]
        assert (told[-1]["result"], payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go
        # m1, m3, m7 and m8 have the same to do; how many are through already costs nothing.
        assert max(costs[0], costs[2], costs[6]) - min(costs[0], costs[2], costs[6]) <= 3 and costs[7] <= costs[0] + 3
        again = ask(here, FEBRUARY, **{"Idempotency-Key": "february"})
        assert (again.headers["Location"], again.headers["Idempotency-Replayed"]) == (answer.headers["Location"], "true")
        assert ask(here, FEBRUARY).get_json() == told[-1]["result"]
        assert payments(here, "2026-02") == in_one_go[1]


def test_a_part_that_breaks_off_leaves_nothing_and_is_done_again(postgres_url: str, in_one_go, monkeypatch: pytest.MonkeyPatch):
    with before_february(postgres_url, "payroll_broken_part") as here:
        monkeypatch.setattr(posting, "CHUNK", 3)
        breaks = iter([False, True, True, False, False, False, False])
        real = Work.execute

        def execute_or_break(self: Work, aggregate: Any, command: Any, expected: int | None = None) -> Any:
            done = real(self, aggregate, command, expected)
            if aggregate is PAY_RUN and isinstance(command, ContinueRun) and next(breaks):
                raise KeyError("the machine is gone")
            return done

        monkeypatch.setattr(Work, "execute", execute_or_break)
        answer = ask(here, FEBRUARY)
        tries = []
        while followed(here, answer, TREASURER)["status"] in ("waiting", "running"):
            at_once(here)
            advance(here)
            tries.append(followed(here, answer, TREASURER)["tries"])
        assert tries.count(1) == tries.count(2) == 1
        job = followed(here, answer, TREASURER)
        assert (job["status"], job["result"]["totals"]) == ("done", in_one_go[0]["totals"])
        assert (payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go[1:]


def test_whom_a_run_paid_before_it_kept_its_parts_is_in_its_totals(postgres_url: str, in_one_go):
    """As a release that kept no parts left it: m1 and m5 are posted, and nothing says how far the run is."""
    with before_february(postgres_url, "payroll_old_part") as here:
        with here.database.transaction("mulyorejo", here.clock.now()) as tx:
            work = Work(tx, SERVICE, Meta("treasurer", CORRELATION), StoreKnowledge(tx, SERVICE))
            post_part(work, RunId("2026-02"), [Page(["m1", OWED], OWED)])
        answer = post_run(here, FEBRUARY).get_json()
        assert (answer["totals"], answer["persons"], payments(here, "2026-02")) == (in_one_go[0]["totals"], 6, in_one_go[1])


def test_a_supplementary_run_in_parts_looks_at_each_person_once(postgres_url: str, one_a_part):
    with before_february(postgres_url, "payroll_parts_later") as here:
        post_run(here, FEBRUARY)
        settle(here)
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        answer = ask(here, LATER, **{"Idempotency-Key": "susulan"})
        assert work_on(here) >= 2
        job = followed(here, answer, TREASURER)
        said = job["result"]
        assert (job["done"], job["left"]) == (len(PEOPLE), 0), "those who have nothing to wait for are passed over"
        assert (said["run"], said["persons"], said["totals"]["posted"]) == ("2026-02.01", 2, 2 * 3_500_452)
        assert [row[0] for row in payments(here, "2026-02.01")] == [WAITING, OWED]
        settle(here)
        assert problem_of(post_run(here, LATER)) == (409, "nothing-to-pay")


def test_a_run_of_nobody_is_refused_also_after_parts(postgres_url: str, one_a_part):
    with web(postgres_url, SERVICE, "payroll_parts_nobody", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *(year.registered(one) for one in ("m1", "m2", "m3")))
        here.clock.moment = at(2, 8)
        for _ in range(2):
            answer = ask(here, {"month": "2026-01"})
            assert answer.status_code == 202 and work_on(here) == 4
            job = followed(here, answer, TREASURER)
            assert (job["status"], job["problem"]["type"]) == ("failed", "urn:merit:problem:nothing-to-pay")
        assert closed(here, "2026-01") == []
        here.call("POST", answer.headers["Location"] + "/retry", TREASURER)
        assert work_on(here) == 1
        assert followed(here, answer, TREASURER)["problem"]["type"] == "urn:merit:problem:run-not-open"


def test_a_run_that_found_nobody_to_pay_begins_anew(postgres_url: str, one_a_part):
    """Who can be paid by now is before the place that the parts had reached."""
    with before_february(postgres_url, "payroll_parts_anew") as here:
        post_run(here, FEBRUARY)
        settle(here)
        assert problem_of(post_run(here, LATER)) == (409, "nothing-to-pay")
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        answer = post_run(here, LATER).get_json()
        assert (answer["run"], answer["persons"]) == ("2026-02.01", 2)
        assert [row[0] for row in payments(here, "2026-02.01")] == [WAITING, OWED]


def test_no_run_overtakes_one_that_is_not_closed(postgres_url: str, in_one_go, one_a_part):
    """What the parts have paid would stand in no closed run: out of order the rest of it is refused for ever."""
    with before_february(postgres_url, "payroll_overtaken") as here:
        assert ask(here, FEBRUARY).status_code == 202
        here.clock.moment = at(4, 8)
        for passed in (False, True):
            for other in (MARCH, {"month": "2026-01", "supplementary": True}):
                refused = ask(here, other)
                assert problem_of(refused) == (409, "run-not-closed") and "2026-02" in refused.get_json()["expected"]
            assert passed or advance(here)
        post_run(here, FEBRUARY)
        assert (payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go[1:]
        settle(here)
        hear(here, *(year.attendance(2, employee=one) for one in (WAITING, OWED)))
        assert ask(here, LATER).status_code == 202
        assert problem_of(ask(here, MARCH)) == (409, "run-not-closed")
        assert post_run(here, LATER).get_json()["run"] == "2026-02.01"
        settle(here)
        hear(here, *(year.attendance(3, employee=one) for one in PEOPLE))
        assert post_run(here, MARCH).get_json()["persons"] == 7


def test_a_run_that_is_cancelled_in_the_middle_goes_on_when_it_is_asked_for_again(postgres_url: str, in_one_go, one_a_part):
    """What was posted stays, nobody else is paid, no other run begins; then the rest is paid, and nobody twice."""
    with before_february(postgres_url, "payroll_cancelled") as here:
        first = ask(here, FEBRUARY)
        assert advance(here) and advance(here) and advance(here)
        assert cancel(here, first) == cancel(here, first) == "cancelled"
        settle(here)
        assert work_on(here) == 0 and [row[0] for row in payments(here, "2026-02")] == ["m1", "m3"]
        assert here.owner("select count(*) from events where type like '%%PayRunInterrupted%%'") == [(1,)]
        here.clock.moment = at(4, 8)
        assert problem_of(ask(here, MARCH)) == (409, "run-not-closed")
        here.clock.moment = at(3, 8)
        again = ask(here, FEBRUARY)
        assert again.headers["Location"] != first.headers["Location"] and again.get_json()["left"] == len(PEOPLE) - 3
        work_on(here)
        assert (followed(here, again, TREASURER)["result"], payments(here, "2026-02"), closed(here, "2026-02")) == in_one_go


def test_a_run_that_is_cancelled_before_it_paid_anybody_is_not_open_any_more(postgres_url: str, one_a_part):
    with before_february(postgres_url, "payroll_cancelled_early") as here:
        assert cancel(here, ask(here, FEBRUARY)) == "cancelled"
        hear(here, *(year.attendance(3, employee=one) for one in PEOPLE))
        here.clock.moment = at(4, 8)
        assert ask(here, MARCH).status_code == 202


def test_a_double_click_starts_one_job(postgres_url: str):
    with before_february(postgres_url, "payroll_double") as here:
        answers = [ask(here, FEBRUARY), ask(here, FEBRUARY), ask(here, FEBRUARY, **{"Idempotency-Key": "k"})]
        assert len({one.headers["Location"] for one in answers}) == 1
        work_on(here)
        assert len(here.call("GET", "/v1/jobs?kind=pay-run", TREASURER).get_json()["items"]) == 2  # January's and this
        assert here.call("GET", answers[0].headers["Location"], ("m30", "auditor")).status_code == 200
        assert here.call("GET", answers[0].headers["Location"], ("m30", "employee")).status_code == 403
