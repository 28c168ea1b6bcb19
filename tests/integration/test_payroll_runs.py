"""Pay runs over HTTP on a real database: which run comes next, who was left out, and who is paid without waiting for the next month."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from services.payroll import heard as h
from services.payroll import posting
from services.payroll.domain.run_id import RunId
from services.payroll.posting import Page, post_part
from services.payroll.service import SERVICE
from shared.flow import decisions, timers
from shared.flow.knowledge import StoreKnowledge
from shared.flow.work import Work
from shared.store.commands import Meta
from tests.support import payroll_year as year
from tests.support.knowledge import heard
from tests.support.payroll_web import ADMIN, TREASURER, arrive, hear, pay, post_run, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import CORRELATION, Web, web
from tests.support.working import advance, followed


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
            assert problem_of(post_run(here, {"month": month})) == said
            costs.add(len(read))
        assert max(costs) <= 30
        pay(here, 1, at(3, 8))
        read.clear()
        assert problem_of(post_run(here, {"month": "1950-01"})) == (409, "run-out-of-order")
        assert len(read) <= 4


def held(here: Web, query: str = "") -> list[tuple]:
    items = here.call("GET", f"/v1/held-allowances{query}", TREASURER).get_json()["items"]
    return [(one["employee"], one["run"], one["status"], [part["code"] for part in one["waits_for"]], one["paid_in"]) for one in items]


def supplementary(here: Web, month: str):
    return post_run(here, {"month": month, "supplementary": True})


def test_who_was_held_stays_with_the_run_and_is_paid_by_a_supplementary_one(postgres_url: str):
    """February: m1 is paid, m2 lacks attendance, m3 attendance and predicate. m2's arrives, with a correction of January."""
    with web(postgres_url, SERVICE, "payroll_held", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1", "m2"), year.registered("m3"), year.position(employee="m3"), year.attendance(2))
        first = pay(here, 1, at(2, 8))
        assert (first["persons"], [one["employee"] for one in first["held"]], first["held_count"]) == (2, ["m3"], 1)
        assert problem_of(supplementary(here, "2026-01")) == (409, "nothing-to-pay")
        assert problem_of(supplementary(here, "2026-02")) == (409, "run-not-closed")
        told = pay(here, 2, at(3, 8))
        lacking = {one["employee"]: [part["code"] for part in one["missing"]] for one in told["held"]}
        assert lacking == {"m2": ["attendance"], "m3": ["attendance", "predicate"]}
        assert post_run(here, {"month": "2026-02"}).get_json() == told
        shown = here.call("GET", "/v1/pay-runs/2026-02", TREASURER).get_json()
        assert (shown["held_count"], [one["employee"] for one in shown["held"]]) == (2, ["m2", "m3"])
        assert problem_of(supplementary(here, "2026-02")) == (409, "nothing-to-pay")

        hear(here, *(year.attendance(2, employee=one) for one in ("m2", "m3")), year.attendance(1, absent=2, revision=2, employee="m2"))
        assert held(here, "?run=2026-02") == [
            ("m2", "2026-02", "payable", [], None),
            ("m3", "2026-02", "waiting", ["predicate"], None),
        ]
        assert held(here, "?reason=predicate&status=waiting") == [
            ("m3", "2026-01", "waiting", ["attendance", "predicate"], None),
            ("m3", "2026-02", "waiting", ["predicate"], None),
        ]
        assert here.call("GET", "/v1/held-allowances?reason=money", TREASURER).status_code == 422
        assert here.call("GET", "/v1/held-allowances", ("m2", "employee")).status_code == 403
        assert problem_of(supplementary(here, "2026-01")) == (409, "run-out-of-order")
        again = supplementary(here, "2026-02")
        answer = again.get_json()
        assert (again.status_code, answer["run"], answer["persons"]) == (201, "2026-02.01", 1)
        assert answer["totals"] == {"posted": 3_500_452, "adjustments": -84_011, "paid": 3_500_452 - 84_011}
        settle(here)
        assert problem_of(supplementary(here, "2026-02")) == (409, "nothing-to-pay")
        assert held(here, "?employee=m2") == [("m2", "2026-02", "paid", [], "2026-02.01")]
        slip = here.call("GET", "/v1/payslips/m2/2026-02.01", ("m2", "employee")).get_json()
        assert (slip["paid"], [one["month"] for one in slip["months"]]) == (3_500_452 - 84_011, ["2026-02"])
        assert here.call("GET", "/v1/payslips/m2/2026-02.1", TREASURER).status_code in (404, 422)

        hear(here, year.imported(employee="m3"))
        assert supplementary(here, "2026-02").get_json()["run"] == "2026-02.02"
        settle(here)
        runs = here.call("GET", "/v1/pay-runs?month=2026-02", TREASURER).get_json()["items"]
        assert [(run["run"], run["month"], run["persons"]) for run in runs] == [
            ("2026-02", "2026-02", 1),
            ("2026-02.01", "2026-02", 1),
            ("2026-02.02", "2026-02", 1),
        ]
        hear(here, *(year.attendance(3, employee=one) for one in ("m1", "m2", "m3")))
        assert pay(here, 3, at(4, 8))["held_count"] == 0
        paid = here.owner("select count(*) from events where type like '%%AllowancePosted%%' and data->>'month' = '2026-02'")
        assert paid == [(3,)]


def test_a_closed_run_is_answered_again_before_any_view_has_folded_it(postgres_url: str):
    """No worker runs between the first answer and the next ones; afterwards what is held changes, and the run's answer does not."""
    with web(postgres_url, SERVICE, "payroll_again", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1", "m2"), year.registered("m3"), year.position(employee="m3"))
        here.clock.moment = at(2, 8)
        asked = [post_run(here, {"month": "2026-01"}) for _ in range(3)]
        first, *again = [answer.get_json() for answer in asked]
        missing = [{"code": "attendance", "about": "2026-01"}, {"code": "predicate", "about": "2025-Q4"}]
        assert first["held"] == [{"employee": "m3", "month": "2026-01", "missing": missing}] and first["held_count"] == 1
        assert again == [first, first]
        hear(here, year.attendance(1, employee="m3"))
        assert post_run(here, {"month": "2026-01"}).get_json() == first


def test_a_month_that_waited_is_paid_also_where_a_later_one_is_posted(postgres_url: str):
    """m2 is held for February and paid for March; then February's attendance comes."""
    with web(postgres_url, SERVICE, "payroll_held_earlier", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1", "m2"), year.attendance(2))
        pay(here, 1, at(2, 8))
        pay(here, 2, at(3, 8))
        hear(here, *(year.attendance(3, employee=one) for one in ("m1", "m2")))
        pay(here, 3, at(4, 8))
        assert held(here, "?employee=m2") == [("m2", "2026-02", "waiting", ["attendance"], None)]
        assert problem_of(supplementary(here, "2026-03")) == (409, "nothing-to-pay")
        hear(here, year.attendance(2, employee="m2"))
        assert [one[2] for one in held(here, "?employee=m2")] == ["payable"]
        answer = supplementary(here, "2026-03").get_json()
        assert (answer["run"], answer["persons"], answer["totals"]["posted"]) == ("2026-03.01", 1, 3_500_452)
        settle(here)
        assert held(here, "?employee=m2") == [("m2", "2026-02", "paid", [], "2026-03.01")]
        assert problem_of(supplementary(here, "2026-03")) == (409, "nothing-to-pay")


def test_a_supplementary_run_in_parts_counts_everybody_once(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """Two events fill a transaction: each part pays one person, and the last closes the run over all of them."""
    with web(postgres_url, SERVICE, "payroll_parts", ("mulyorejo",)) as here:
        publish(here)
        names = ("m1", "m2", "m3", "m4")
        hear(here, *people(*names), year.attendance(2))
        pay(here, 1, at(2, 8))
        pay(here, 2, at(3, 8))
        hear(here, *(year.attendance(2, employee=one) for one in names[1:]))
        monkeypatch.setattr(posting, "CHUNK", 1)
        answers = []
        while not answers or answers[-1].status_code == 202:
            answers.append(here.call("POST", "/v1/pay-runs", TREASURER, json={"month": "2026-02", "supplementary": True}))
            advance(here)
            settle(here)
            if (job := followed(here, answers[-1], TREASURER))["status"] == "done":
                break
        assert len(answers) > 2 and {one.get_json()["about"] for one in answers} == {"2026-02.01"}
        assert (job["result"]["persons"], job["result"]["totals"]["paid"]) == (3, 3 * 3_500_452)


def test_a_decision_about_a_person_waits_for_the_run_that_is_posting_him(postgres_url: str):
    """February's run posts m1, not committed yet; January's attendance is corrected. The difference is due in March's run."""
    with web(postgres_url, SERVICE, "payroll_hold", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *people("m1"), year.attendance(2))
        pay(here, 1, at(2, 8))
        here.clock.moment = at(3, 8)
        february, now = RunId("2026-02"), here.clock.now()
        with ThreadPoolExecutor(1) as pool:
            with here.database.transaction("mulyorejo", now) as tx:
                books = Work(tx, SERVICE, Meta("treasurer", CORRELATION), StoreKnowledge(tx, SERVICE))
                assert post_part(books, february, [Page(["m1"], "m1")]).held == []
                arrive(here, year.attendance(1, absent=2, revision=2))
                deciding = pool.submit(decisions.settle, here.database, SERVICE, "mulyorejo", now)
                with pytest.raises(TimeoutError):
                    deciding.result(1.5)
            assert deciding.result(30) == 1
        differences = "select data->>'month', data->>'difference', data->>'run' from events where type like '%%AllowanceAdjusted%%'"
        assert here.owner(differences) == [("2026-01", "-84011", "2026-03")]


DECEMBER = {"months": [12], "from_day": 20, "attendance": "provisional", "predicate": "hold", "source": "Perwal 42/2025 Pasal 9"}


def in_december(employee: str, absent: int, revision: int = 1, until: date | None = None):
    """Up to the 15th it is recorded on the 16th, else on 3 January."""
    event = h.AttendanceRecorded(employee, "2026-12", 0, 0, absent, 0, 0, revision, until)
    recorded = at(12, 16) if until is not None else at(1, 3, year=2027)
    return heard("personnel", event, employee, f"personnel-attendance-{employee}-2026-12", revision, recorded)


def run_on(here: Web, month: str, when) -> tuple[int, str | dict]:
    here.clock.moment = when
    answer = post_run(here, {"month": month})
    settle(here)
    return (201, answer.get_json()) if answer.status_code == 201 else problem_of(answer)


def staff(*employees: str) -> list:
    return [
        fact
        for one in employees
        for fact in (year.registered(one), year.position(employee=one), year.imported(period="2026-Q3", employee=one))
    ]


def test_december_is_paid_on_the_20th_and_settled_in_january(postgres_url: str):
    """m1 was absent one day by the 15th and no day in all of the month's end: up; m2 none and then three: down; of m3 nothing is known."""
    with web(postgres_url, SERVICE, "payroll_december", ("mulyorejo",)) as here:
        publish(here, pay_before_end=DECEMBER)
        middle = date(2026, 12, 15)
        hear(here, *staff("m1", "m2", "m3"), in_december("m1", 1, until=middle), in_december("m2", 0, until=middle))
        assert run_on(here, "2026-12", at(12, 19)) == (409, "month-not-over")
        assert run_on(here, "2026-11", at(11, 20)) == (409, "month-not-over")
        status, answer = run_on(here, "2026-12", at(12, 20))
        assert (status, answer["totals"]["paid"]) == (201, 3_500_452 - 42_006 + 3_500_452)
        assert [(one["employee"], [part["code"] for part in one["missing"]]) for one in answer["held"]] == [("m3", ["attendance"])]
        told = here.call("GET", "/v1/allowances/m1/2026-12/explanation", TREASURER).get_json()
        [step] = [one for one in told["chain"] if one["step"] == "attendance"]
        assert step["data"]["provisional_until"] == "2026-12-15"

        here.clock.moment = at(1, 3, year=2027)
        hear(here, in_december("m1", 0, 2), in_december("m2", 3, 2), in_december("m3", 0))
        corrections = {}
        for one in ("m1", "m2"):
            [part] = here.call("GET", f"/v1/allowances/{one}/2026-12", TREASURER).get_json()["corrections"]
            corrections[one] = (part["difference"], part["run"], part["cause_type"].split(".")[2])
        assert corrections == {"m1": (42_006, "2027-01", "AttendanceRecorded"), "m2": (-126_016, "2027-01", "AttendanceRecorded")}
        assert supplementary(here, "2026-12").get_json()["totals"] == {"posted": 3_500_452, "adjustments": 0, "paid": 3_500_452}
        settle(here)
        january = [h.AttendanceRecorded(one, "2027-01", 0, 0, 0, 0, 0, 1) for one in ("m1", "m2", "m3")]
        quarter = [year.imported(period="2026-Q4", employee=one) for one in ("m1", "m2", "m3")]
        recorded = [
            heard("personnel", one, one.employee, f"personnel-attendance-{one.employee}-2027-01", 1, at(2, 3, year=2027)) for one in january
        ]
        hear(here, *recorded, *quarter)
        status, answer = run_on(here, "2027-01", at(2, 8, year=2027))
        assert (status, answer["totals"]["adjustments"]) == (201, 42_006 - 126_016)


def fire(here: Web, when) -> int:
    """The day has come; how many timers fired."""
    here.clock.moment = when
    fired = 0
    while timers.fire_one(here.database, SERVICE, "mulyorejo", here.clock.now()):
        fired += 1
    settle(here)
    return fired


def shown(here: Web, employee: str, month: str) -> tuple:
    said = here.call("GET", f"/v1/allowances/{employee}/{month}", TREASURER).get_json()
    return said["status"], said.get("due"), [one["code"] for one in said.get("missing", ())]


def test_what_is_recorded_of_a_part_of_december_pays_while_december_runs(postgres_url: str):
    """m1 is paid on the 20th; m2 is known of after the run. In January m2 waits for the whole month; nothing is claimed from m1."""
    with web(postgres_url, SERVICE, "payroll_december_ends", ("mulyorejo",)) as here:
        publish(here, pay_before_end=DECEMBER)
        middle = date(2026, 12, 15)
        hear(here, *staff("m1", "m2"), in_december("m1", 1, until=middle))
        status, answer = run_on(here, "2026-12", at(12, 20))
        assert (status, answer["persons"], answer["held_count"]) == (201, 1, 1)
        hear(here, in_december("m2", 1, until=middle))
        assert [shown(here, one, "2026-12") for one in ("m1", "m2")] == [("posted", 3_458_446, []), ("calculated", 3_458_446, [])]

        assert fire(here, at(12, 31, 16)) == 0, "it is still the 31st in Jakarta"
        assert fire(here, at(12, 31, 17)) == 1, "m2's: nothing of m1's is open"
        assert [shown(here, one, "2026-12") for one in ("m1", "m2")] == [("posted", 3_458_446, []), ("held", None, ["attendance"])]
        assert held(here, "?employee=m2") == [("m2", "2026-12", "waiting", ["attendance"], None)]
        assert problem_of(supplementary(here, "2026-12")) == (409, "nothing-to-pay")
        assert recoveries(here) == []

        hear(here, year.imported(period="2026-Q4"), year.imported(period="2026-Q4", employee="m2"))
        assert shown(here, "m1", "2026-12") == ("posted", 3_458_446, []), "other facts bring no claim either"
        here.clock.moment = at(1, 3, year=2027)
        hear(here, in_december("m1", 1, 2), in_december("m2", 0, 2))
        assert here.call("GET", "/v1/allowances/m1/2026-12", TREASURER).get_json()["corrections"] == []
        assert supplementary(here, "2026-12").get_json()["totals"] == {"posted": 3_500_452, "adjustments": 0, "paid": 3_500_452}


def test_a_december_that_nobody_paid_early_waits_for_the_whole_month(postgres_url: str):
    """No run in December: in January what is recorded up to the 15th is not the month."""
    with web(postgres_url, SERVICE, "payroll_december_open", ("mulyorejo",)) as here:
        publish(here, pay_before_end=DECEMBER)
        hear(here, *staff("m1", "m2"), *(in_december(one, 0, until=date(2026, 12, 15)) for one in ("m1", "m2")))
        said = here.owner("select data->>'counts_until' from events where type like '%%AllowanceCalculated%%'")
        assert said == [("2026-12-31",)] * 2
        assert fire(here, at(1, 1, year=2027)) == 2
        hear(here, in_december("m2", 0, 2))
        status, answer = run_on(here, "2026-12", at(1, 8, year=2027))
        assert (status, answer["persons"], [one["employee"] for one in answer["held"]]) == (201, 1, ["m1"])


def test_december_counts_as_attended_and_goes_by_the_last_predicate_where_the_rule_says_so(postgres_url: str):
    """A monthly regime cannot know December's predicate on the 20th: by rule the last one pays until it is there."""
    rule = DECEMBER | {"attendance": "full", "predicate": "last"}
    with web(postgres_url, SERVICE, "payroll_assumed", ("mulyorejo",)) as here:
        publish(here, pay_before_end=rule, effect="same_month")
        hear(here, year.registered(), year.position(), year.imported(period="2026-11"))
        assert run_on(here, "2026-12", at(12, 19)) == (409, "month-not-over")
        status, answer = run_on(here, "2026-12", at(12, 20))
        assert (status, answer["totals"]["paid"], answer["held"]) == (201, 3_500_452, [])
        told = here.call("GET", "/v1/allowances/m1/2026-12/explanation", TREASURER).get_json()
        assert [one["data"]["source"] for one in told["chain"] if one["step"] == "attendance-assumed"] == ["Perwal 42/2025 Pasal 9"]

        here.clock.moment = at(1, 2, year=2027)
        late = here.call("GET", "/v1/allowances/m1/2026-12/explanation", TREASURER).get_json()
        assert [one["code"] for one in late["missing"]] == ["attendance", "predicate"], "assumptions end with the month"
        hear(here, in_december("m1", 1), year.imported("butuh_perbaikan", period="2026-12"))
        [correction] = here.call("GET", "/v1/allowances/m1/2026-12", TREASURER).get_json()["corrections"]
        assert (correction["difference"], correction["run"]) == (-42_006 - 420_054, "2027-01")


def test_what_was_recorded_before_the_end_of_a_month_pays_nothing_without_the_rule(postgres_url: str):
    with web(postgres_url, SERVICE, "payroll_provisional", ("mulyorejo",)) as here:
        publish(here)
        hear(here, *staff("m1"), in_december("m1", 0, until=date(2026, 12, 15)))
        assert run_on(here, "2026-12", at(12, 20)) == (409, "month-not-over")
        here.clock.moment = at(1, 3, year=2027)
        found = here.call("GET", "/v1/allowances/m1/2026-12", TREASURER).get_json()
        assert (found["status"], [one["code"] for one in found["missing"]]) == ("held", ["attendance"])
