"""Payroll over HTTP on a real database: M1's April to June, posted by the treasurer, and who may see what."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from services.payroll import heard as h
from services.payroll.known import unseen_by
from services.payroll.service import SERVICE
from shared.events.schemas import faults
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.knowledge import MemoryKnowledge
from tests.support.payroll_web import TREASURER, hear, pay, post_run, problem_of, publish, settle
from tests.support.payroll_year import at
from tests.support.web import Web, web

AUDITOR, M1, M2 = ("itwil", "auditor"), ("m1", "employee"), ("m2", "employee")


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "payroll_http", ("mulyorejo", "plaju")) as made:
        publish(made)
        hear(made, year.registered(), year.position(), year.imported(), *year.plan_and_scores(), year.delivered("butuh_perbaikan"))
        hear(made, *year.objection(), year.attendance(4, late=450))
        made.answers = {4: pay(made, 4, at(5, 8))}
        hear(made, year.attendance(5))
        made.answers[5] = pay(made, 5, at(6, 8))
        hear(made, *year.granted(), year.attendance(6, late=450, absent=1))
        made.answers[6] = pay(made, 6, at(7, 8))
        yield made


def test_the_three_runs_pay_what_the_rules_give(here):
    answers = [here.answers[month] for month in (4, 5, 6)]
    assert [answer["totals"]["paid"] for answer in answers] == [3_038_392, 3_080_398, 4_256_549]
    assert here.answers[6] == {
        "run": "2026-06",
        "month": "2026-06",
        "status": "posted",
        "persons": 1,
        "totals": {"posted": 3_416_441, "adjustments": 840_108, "paid": 4_256_549},
        "held": [],
        "held_count": 0,
    }
    listed = here.call("GET", "/v1/pay-runs", AUDITOR).get_json()["items"]
    assert [(run["run"], run["total_paid"]) for run in listed] == [("2026-04", 3_038_392), ("2026-05", 3_080_398), ("2026-06", 4_256_549)]


def test_a_month_shows_what_was_posted_and_what_is_due_now(here):
    answer = here.call("GET", "/v1/allowances/m1/2026-04", M1)
    row = answer.get_json()
    assert (row["posted"], row["due"], row["paid"], row["status"]) == (3_038_392, 3_458_446, 3_038_392, "posted")
    assert answer.headers["ETag"] == f'"{row["version"]}"'
    assert [(line["name"], line["amount"]) for line in row["due_lines"]] == [("performance", 2_100_271), ("discipline", 1_358_175)]
    assert [part["difference"] for part in row["corrections"]] == [420_054]


def test_a_payslip_holds_the_run_with_its_adjustments(here):
    slip = here.call("GET", "/v1/payslips/m1/2026-06", M1).get_json()
    assert (slip["paid"], [part["amount"] for part in slip["adjustments"]]) == (4_256_549, [420_054, 420_054])
    assert here.call("GET", "/v1/payslips/m1/2026-09", M1).status_code == 404


def test_the_explanation_names_decision_target_scores_and_rules(here):
    found = here.call("GET", "/v1/allowances/m1/2026-04/explanation", M1).get_json()
    steps = {step["step"]: step for step in found["chain"]}
    assert {"target", "score", "objection", "decision-overdue", "decision", "rule-set", "attendance", "progress"} <= set(steps)
    assert found["differences"][0]["cause"]["data"]["outcome"] == "granted"
    assert found["differences"][0]["paid"][0]["run"] == "2026-06"
    assert steps["rule-set"]["data"]["sources"][0] == "Perwal 42/2025"


def test_a_month_that_waits_says_what_for(here):
    found = here.call("GET", "/v1/allowances/m1/2026-09", M1).get_json()
    lacking = [{"code": "attendance", "about": "2026-09"}, {"code": "predicate", "about": "2026-Q2"}]
    assert (found["status"], found["missing"]) == ("held", lacking)


def test_a_closed_run_is_answered_again_and_does_not_change(here):
    again = post_run(here, {"month": "2026-06"})
    assert (again.status_code, again.get_json()["totals"]) == (201, here.answers[6]["totals"])
    assert here.owner("select count(*) from events where type like '%%AllowancePosted%%'") == [(3,)]


@pytest.mark.parametrize(
    ("method", "path", "who", "body", "status", "code"),
    [
        ("POST", "/v1/pay-runs", M1, {"month": "2026-04"}, 403, "not-permitted"),
        ("POST", "/v1/pay-runs", TREASURER, {"month": "2026-13"}, 422, "invalid"),
        ("POST", "/v1/pay-runs", TREASURER, {"month": "2026-07"}, 409, "month-not-over"),
        ("POST", "/v1/pay-runs", TREASURER, {"month": "2026-03"}, 409, "run-out-of-order"),
        ("GET", "/v1/allowances/m1/2026-04", M2, None, 403, "not-permitted"),
        ("GET", "/v1/allowances", M1, None, 403, "not-permitted"),
        ("GET", "/v1/allowances/nobody/2026-04", AUDITOR, None, 404, "unknown-employee"),
        ("GET", "/v1/allowances/m1/april", AUDITOR, None, 422, "invalid-parameters"),
        ("GET", "/v1/allowances?month=april", AUDITOR, None, 422, "invalid"),
        ("GET", "/v1/pay-runs/2026-09", AUDITOR, None, 404, "unknown-pay-run"),
    ],
)
def test_what_is_refused_says_so(here, method, path, who, body, status, code):
    answer = here.call(method, path, who, **({"json": body} if body is not None else {}))
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert code in answer.get_json()["type"]


def test_another_agency_sees_nothing(here):
    token = here.token("b9", "auditor", agency="plaju")
    assert here.call("GET", "/v1/allowances", token).get_json()["items"] == []
    assert here.call("GET", "/v1/allowances/m1/2026-04", token).status_code == 404


def test_lists_are_narrowed_by_month(here):
    found = here.call("GET", "/v1/allowances?month=2026-05&limit=10", AUDITOR).get_json()
    assert [(row["key"], row["paid"]) for row in found["items"]] == [("m1/2026-05", 3_080_398)]


def test_two_runs_at_once_pay_once(postgres_url: str):
    with web(postgres_url, SERVICE, "payroll_twice", ("mulyorejo",)) as here:
        publish(here)
        hear(here, year.registered(), year.position(), year.imported(), year.attendance(1, late=450), year.attendance(2))
        assert pay(here, 1, at(2, 8))["totals"]["paid"] == 3_458_446
        hear(here, year.attendance(1, revision=2))
        here.clock.moment = at(3, 8)
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(post_run, here, {"month": "2026-02"}) for _ in range(4)]
            answers = [each.result() for each in sent]
        assert [answer.status_code for answer in answers] == [201] * 4
        assert {answer.get_json()["totals"]["paid"] for answer in answers} == {3_500_452 + 42_006}
        assert here.owner("select count(*) from events where type like '%%AllowancePosted%%'") == [(2,)]


def test_sanction_correction_and_recovery_show_on_slips_and_in_the_explanation(postgres_url: str):
    """S1's April to August: cut, corrected on 20 July, taken back; then a run that can pay no month pays what is owed."""
    with web(postgres_url, SERVICE, "payroll_siulak", ("mulyorejo",)) as here:
        publish(here, **places.SIULAK)
        hear(here, year.position(9, employee="s1"), year.imported("baik", "2025", "s1"), places.imposed())
        paid = {}
        for month in (4, 5, 6):
            hear(here, year.attendance(month, employee="s1"))
            paid[month] = pay(here, month, at(month + 1, 8))["totals"]["paid"]
        here.clock.moment = at(7, 20)
        hear(here, places.corrected())
        s1 = ("s1", "employee")
        told = here.call("GET", "/v1/payslips/s1/2026-06", s1).get_json()["recovery"]
        assert told == {"amount": 685_947, "instalments_left": 1, "cap_percent": "25", "first_run": "2026-07", "collection": "runs"}
        hear(here, year.attendance(7, employee="s1"))
        paid[7] = pay(here, 7, at(8, 8))["totals"]["paid"]
        assert paid == {4: 3_266_406, 5: 3_266_406, 6: 3_266_406, 7: 3_037_757 - 685_947}
        assert here.call("GET", "/v1/payslips/s1/2026-07", s1).get_json()["recovery"] is None
        chain = here.call("GET", "/v1/allowances/s1/2026-04/explanation", s1).get_json()["chain"]
        [sanction] = [step for step in chain if step["step"] == "sanction"]
        assert (sanction["data"]["outcome"], sanction["data"]["until"]) == ("cut", "2026-09-30")

        hear(here, places.lifted(date(2026, 7, 1), employee="s1", recorded=at(9, 1)))
        answer = pay(here, 8, at(9, 8))
        assert (answer["totals"], answer["persons"]) == ({"posted": 0, "adjustments": 1_012_586, "paid": 1_012_586}, 1)
        assert [one["missing"] for one in answer["held"]] == [[{"code": "attendance", "about": "2026-08"}]]
        slip = here.call("GET", "/v1/payslips/s1/2026-08", s1).get_json()
        assert (slip["months"], slip["paid"]) == ([], 1_012_586)
        assert [(part["month"], part["amount"]) for part in slip["adjustments"]] == [("2026-07", 1_012_586)]


def test_who_left_owing_gives_back_beside_the_runs(postgres_url: str):
    """January was overpaid, and no run pays the person any more: what is owed is listed, claimed, and recorded by its receipt."""
    with web(postgres_url, SERVICE, "payroll_left", ("mulyorejo",)) as here:
        publish(here, **places.SIULAK)
        hear(here, year.position(9, employee="s1"), year.imported("baik", "2025", "s1"), year.attendance(1, employee="s1"))
        pay(here, 1, at(2, 8))
        hear(here, year.attendance(1, absent=2, revision=2, employee="s1"))
        here.clock.moment = at(3, 8)
        assert problem_of(post_run(here, {"month": "2026-02"})) == (409, "nothing-to-pay")
        listed = here.call("GET", "/v1/recoveries", TREASURER).get_json()["items"]
        assert [(one["employee"], one["amount"], one["first_run"]) for one in listed] == [("s1", 78_393, "2026-02")]

        path, given = "/v1/recoveries/s1/repayments", {"amount": 50_000, "document": "STS/1/2026", "received_on": "2026-03-06"}
        assert problem_of(here.call("POST", path, AUDITOR, json=given)) == (403, "not-permitted")
        assert problem_of(here.call("POST", "/v1/recoveries/s9/repayments", TREASURER, json=given)) == (404, "unknown-employee")
        assert problem_of(here.call("POST", path, TREASURER, json=given | {"amount": 78_394})) == (409, "repayment-over-debt")
        assert problem_of(here.call("POST", path, TREASURER, json=given | {"document": "tunai"})) == (422, "invalid-body")
        for _ in range(2):
            answer = here.call("POST", path, TREASURER, json=given).get_json()
            assert answer == {"employee": "s1", "amount": 50_000, "months": [{"month": "2026-01", "amount": -50_000}], "owed": 28_393}
        settle(here)
        assert here.call("GET", "/v1/recoveries", AUDITOR).get_json()["items"][0]["amount"] == 28_393
        [difference] = here.call("GET", "/v1/allowances/s1/2026-01/explanation", TREASURER).get_json()["differences"]
        assert [(part["run"], part["amount"]) for part in difference["paid"]] == [(None, -50_000)]

        hear(here, year.attendance(2, employee="s1"))
        assert pay(here, 2, at(3, 9))["totals"] == {"posted": 4_355_208, "adjustments": -28_393, "paid": 4_355_208 - 28_393}
        assert here.call("GET", "/v1/recoveries", AUDITOR).get_json()["items"][0]["amount"] == 0
        for event in here.call("GET", "/v1/events?after=0&limit=500", ("bpk", "subscriber-restricted")).get_json(force=True):
            assert [fault for fault in faults(event) if fault.startswith("data")] == [], event


def test_extra_pay_a_bonus_and_a_percentage_without_a_predicate(postgres_url: str):
    """Plaju's rules: Sangat Baik earns 10 % of B beside the lines, a bonus is its own line, 80 % is paid until a predicate is there."""
    with web(postgres_url, SERVICE, "payroll_plaju", ("mulyorejo",)) as here:
        publish(here, **places.PLAJU, when_missing="80")
        hear(here, year.position(11, employee="p1"), *(year.attendance(month, employee="p1") for month in (10, 11)))
        lines = {}
        for month, granted in ((10, False), (11, True)):
            if granted:
                hear(here, places.award("p1", 250_000, "2026-11", at(12, 2)))
            pay(here, month, at(month + 1, 8))
            row = here.call("GET", f"/v1/allowances/p1/2026-{month}", ("p1", "employee")).get_json()
            lines[month] = [(line["name"], line["amount"]) for line in row["lines"]]
            assert row["predicate"] == "missing"
        base = 5_755_761
        assert lines[10] == [("performance", 2_762_765), ("discipline", 2_302_304)]
        assert lines[11] == [*lines[10], ("bonus", 250_000)]
        result = places.delivered("p1", "2026-Q3", "sangat_baik", at(12, 10))
        hear(here, result, year.seen(result, recorded=at(12, 10)))
        row = here.call("GET", "/v1/allowances/p1/2026-11", ("p1", "employee")).get_json()
        found = {line["name"]: line["amount"] for line in row["due_lines"]}
        assert found == {"performance": 3_453_457, "discipline": 2_302_304, "excellence": 575_576, "bonus": 250_000}
        assert found["performance"] + found["discipline"] == base and [part["difference"] for part in row["corrections"]] == [1_266_268]


def test_a_payslip_says_no_difference_that_an_unread_result_made(postgres_url: str):
    """January's payslip says what is still taken back, May's what was: both are April's, which paid by the last predicate until now."""
    with web(postgres_url, SERVICE, "payroll_unread_before", ("mulyorejo",)) as here:
        publish(here, when_missing="last")
        delivery = year.delivered("kurang", recorded=at(5, 9))
        hear(here, year.registered(), year.position(), year.imported(), year.imported("baik", "2026-Q2"))
        hear(here, year.attendance(1), year.attendance(4))
        pay(here, 1, at(2, 8))
        pay(here, 4, at(5, 8))
        assert here.call("GET", "/v1/payslips/m1/2026-01", M1).get_json()["recovery"] is None
        hear(here, delivery, year.attendance(7))
        assert here.call("GET", "/v1/payslips/m1/2026-01", TREASURER).get_json()["recovery"]["amount"] == 630_081
        assert problem_of(here.call("GET", "/v1/payslips/m1/2026-01", M1)) == (409, "result-unread")
        pay(here, 7, at(8, 8))
        assert [part["month"] for part in here.call("GET", "/v1/payslips/m1/2026-07", TREASURER).get_json()["adjustments"]] == ["2026-04"]
        july = "/v1/allowances/m1/2026-07"
        paths = ("/v1/payslips/m1/2026-01", "/v1/payslips/m1/2026-07", july, f"{july}/explanation")
        assert [problem_of(here.call("GET", path, M1)) for path in paths] == [(409, "result-unread")] * 4
        hear(here, year.seen(delivery))
        assert [here.call("GET", path, M1).status_code for path in paths] == [200] * 4


def test_what_a_result_pays_is_shown_to_the_employee_once_he_has_read_the_result(postgres_url: str):
    """The first quarter is delivered by mistake, withdrawn and delivered again. m1 keeps the treasury too, and sees the lists."""
    boss = ("m1", "treasurer", "employee")
    with web(postgres_url, SERVICE, "payroll_unread", ("mulyorejo",)) as here:
        publish(here)
        first = year.delivered("kurang")
        hear(here, year.registered(), year.position(), year.imported(), year.attendance(3), year.attendance(4), first)
        paths = ("/v1/allowances/m1/2026-04", "/v1/allowances/m1/2026-04/explanation")
        for path in paths:
            said = here.call("GET", path, M1)
            assert problem_of(said) == (409, "result-unread") and "/v1/appraisals/m1/2026-Q1" in said.get_json()["remedy"]
            assert here.call("GET", path, TREASURER).get_json()["due"] == 2_870_371
        assert here.call("GET", "/v1/allowances/m1/2026-03", M1).get_json()["predicate"] == "baik", "of a quarter before"
        assert here.call("GET", "/v1/allowances/m1/2026-05", M1).get_json()["status"] == "held"
        lists = {who: here.call("GET", "/v1/allowances?month=2026-04", who).get_json()["items"] for who in (boss, TREASURER)}
        assert [(row["status"], row["predicate"], row["due"], row["lines"]) for row in lists[boss]] == [("calculated", None, None, None)]
        assert [row["due"] for row in lists[TREASURER]] == [2_870_371]

        hear(here, year.withdrawn(first))
        assert here.call("GET", paths[0], M1).get_json()["missing"] == [{"code": "predicate", "about": "2026-Q1"}]
        second = year.delivered("butuh_perbaikan", recorded=at(4, 21), version=3)
        hear(here, second)
        pay(here, 3, at(4, 22))
        pay(here, 4, at(5, 2))
        assert problem_of(here.call("GET", "/v1/payslips/m1/2026-04", M1)) == (409, "result-unread")
        assert here.call("GET", "/v1/payslips/m1/2026-03", M1).status_code == 200
        hear(here, year.seen(first, version=1))
        assert problem_of(here.call("GET", paths[0], M1)) == (409, "result-unread"), "that was the one before"
        hear(here, year.seen(second, version=2))
        assert [here.call("GET", path, M1).status_code for path in (*paths, "/v1/payslips/m1/2026-04")] == [200] * 3
        assert here.call("GET", "/v1/allowances?month=2026-04", boss).get_json()["items"][0]["due"] == 3_080_398


@pytest.mark.parametrize(
    "fact",
    [
        h.AppraisalAccepted("m1", "2026-Q1", "silence"),
        h.ObjectionFiled("m1", "2026-Q1", ("t1",), at(4, 30), at(5, 7, 17), "text-1"),
        h.AppraisalFinalized("m1", "2026-Q1", h.Judgement("as", "as", "baik"), "silence", "mulyorejo@1"),
    ],
)
def test_a_result_that_cannot_be_withdrawn_any_more_is_shown_read_or_not(fact):
    knowledge = MemoryKnowledge(SERVICE)
    knowledge.arrive(year.delivered("baik"), year.delivered("baik", "2026-Q2", at(7, 20)))
    assert unseen_by(knowledge, "m1") == {"2026-Q1", "2026-Q2"} and unseen_by(knowledge, "m2") == set()
    knowledge.arrive(year.of_appraisal(fact, 2, at(5, 1)))
    assert unseen_by(knowledge, "m1") == {"2026-Q2"}
