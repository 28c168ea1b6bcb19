"""M1's allowances in Mulyorejo: calculated from what is known in any order, posted, adjusted, explained."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.payroll import posting
from services.payroll.api.allowances import story_of
from services.payroll.domain.entitlement import Held
from services.payroll.domain.explanation import explain
from services.payroll.domain.run import PAY_RUN, CloseRun, check_month
from services.payroll.domain.run_id import RunId
from services.payroll.events import AllowanceAdjusted, AllowanceCalculated, AllowancePosted, Line, Missing
from services.payroll.heard import RegistrationWithdrawn
from services.payroll.known import entitlement_of, read_dossier, read_ledger, scheme_in
from services.payroll.service import SERVICE
from services.payroll.views import ADJUSTMENTS, ALLOWANCES, EMPLOYEES, PAY_RUNS
from shared.events.rule_set import RuleSetWithdrawn
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support import payroll_year as year
from tests.support.deciding import given
from tests.support.knowledge import MemoryKnowledge, heard
from tests.support.paying import post_chunk, posted_in
from tests.support.payroll_year import at


def mulyorejo(**changes: object) -> MemoryKnowledge:
    """Rules published, M1 in post with Baik for the fourth quarter of 2025."""
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(knowledge, year.rules(knowledge, **changes), year.registered(), year.position(), year.imported())
    return knowledge


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    """The facts arrive, the latest of them now, and everything settles."""
    knowledge.now = max([knowledge.now, *(fact.recorded for fact in facts)])
    knowledge.arrive(*facts)
    knowledge.settle()


def run(knowledge: MemoryKnowledge, month: int) -> AllowancePosted | None:
    """The treasurer posts `month` on the 8th of the next; what M1 gets."""
    knowledge.now = at(month + 1, 8)
    post_chunk(knowledge, Period(2026, month, month), [row["key"] for row in knowledge.rows(EMPLOYEES)])
    knowledge.settle()
    found = [event for event in read_ledger(knowledge, "m1").postings if event.run == f"2026-{month:02d}"]
    return found[-1] if found else None


def due(knowledge: MemoryKnowledge, month: str) -> int | None:
    row = knowledge.row(ALLOWANCES, f"m1/{month}")
    return row and row["due"]


def story(knowledge: MemoryKnowledge) -> list[AllowancePosted]:
    """April to June as the scenario plays them."""
    tell(knowledge, year.delivered("butuh_perbaikan"))
    tell(knowledge, *year.objection())
    tell(knowledge, year.attendance(4, late=450))
    april = run(knowledge, 4)
    tell(knowledge, year.attendance(5))
    may = run(knowledge, 5)
    tell(knowledge, *year.granted())
    tell(knowledge, year.attendance(6, late=450, absent=1))
    return [april, may, run(knowledge, 6)]


def test_the_quarter_from_april_to_june_to_the_rupiah():
    """Permenlu 3/2025 art. 15: the first quarter's predicate pays the second; the decision of 11 June changes months already posted."""
    knowledge = mulyorejo()
    april, may, june = story(knowledge)
    assert (april.posted, april.paid) == (3_038_392, 3_038_392)
    assert (may.posted, may.paid) == (3_080_398, 3_080_398)
    assert june.posted == 3_416_441
    assert [(part.month, part.amount) for part in june.adjustments] == [("2026-04", 420_054), ("2026-05", 420_054)]
    assert june.paid == 4_256_549
    assert [due(knowledge, month) for month in ("2026-04", "2026-05", "2026-06")] == [3_458_446, 3_500_452, 3_416_441]

    lines = {name: [line["amount"] for line in knowledge.row(ALLOWANCES, "m1/2026-04")[name]] for name in ("lines", "due_lines")}
    assert lines == {"lines": [1_680_217, 1_358_175], "due_lines": [2_100_271, 1_358_175]}
    assert [line["amount"] for line in knowledge.row(ALLOWANCES, "m1/2026-05")["lines"]] == [1_680_217, 1_400_181]
    assert [line["amount"] for line in knowledge.row(ALLOWANCES, "m1/2026-06")["lines"]] == [2_100_271, 1_316_170]


def test_the_difference_names_the_decision_as_its_cause_and_the_run_that_pays_it():
    knowledge = mulyorejo()
    story(knowledge)
    decision = year.granted()[0]
    adjusted = read_ledger(knowledge, "m1").adjusted
    assert [(fact.event.month, fact.event.difference, fact.event.cause, fact.event.run) for fact in adjusted] == [
        ("2026-04", 420_054, decision.id, "2026-06"),
        ("2026-05", 420_054, decision.id, "2026-06"),
    ]
    assert [(row["paid"], row["remaining"]) for row in knowledge.rows(ADJUSTMENTS)] == [(420_054, 0), (420_054, 0)]


def test_a_calculation_names_its_rule_set_class_predicate_points_and_facts():
    knowledge = mulyorejo()
    april = year.attendance(4, late=450)
    tell(knowledge, year.delivered("butuh_perbaikan"), april)
    [calculated] = [fact.event for fact in knowledge.stream("payroll-m1-2026-04")]
    assert calculated == AllowanceCalculated(
        employee="m1",
        month="2026-04",
        rule_set="mulyorejo-tpp@1",
        job_class=8,
        predicate_period="2026-Q1",
        predicate="butuh_perbaikan",
        discipline_points="97",
        lines=(
            Line("performance", "permenlu-3-2025-15", 3_500_452, "60", "80", 1_680_217),
            Line("discipline", "discipline-points", 3_500_452, "40", "97", 1_358_175),
        ),
        total=3_038_392,
        inputs=(year.rules(knowledge).id, year.position().id, april.id, year.delivered("butuh_perbaikan").id),
    )


def test_a_rejected_objection_changes_nothing():
    knowledge = mulyorejo()
    tell(knowledge, year.delivered("butuh_perbaikan"), year.attendance(4, late=450))
    run(knowledge, 4)
    tell(knowledge, *year.objection(), *year.granted(predicate="butuh_perbaikan"))
    assert read_ledger(knowledge, "m1").adjusted == ()
    assert len(knowledge.stream("payroll-m1-2026-04")) == 2


def test_an_open_month_is_calculated_anew_until_it_is_posted():
    knowledge = mulyorejo()
    tell(knowledge, year.delivered("butuh_perbaikan"), year.attendance(4))
    tell(knowledge, *year.granted())
    assert [fact.event.total for fact in knowledge.stream("payroll-m1-2026-04")] == [3_080_398, 3_500_452]
    assert run(knowledge, 4).paid == 3_500_452


def test_attendance_corrected_after_posting_is_taken_back_in_the_next_run():
    knowledge = mulyorejo()
    tell(knowledge, year.attendance(1), year.attendance(2))
    assert run(knowledge, 1).paid == 3_500_452
    tell(knowledge, year.attendance(1, absent=2, revision=2))
    second = run(knowledge, 2)
    [part] = second.adjustments
    assert (part.month, part.amount, part.cause) == ("2026-01", -84_011, year.attendance(1, absent=2, revision=2).id)
    assert second.paid == 3_500_452 - 84_011


def test_what_was_overpaid_comes_back_in_instalments_of_a_quarter_of_each_run():
    """Down in instalments of at most floor(25 % of what that run would otherwise pay); up at once."""
    knowledge = mulyorejo()
    for month in (1, 2, 3):
        tell(knowledge, year.attendance(month))
        run(knowledge, month)
    demoted = year.position(job_class=5, since=date(2026, 1, 1), version=3)
    tell(knowledge, demoted, year.delivered("baik"))
    owed = 3 * (3_500_452 - 2_236_697)
    taken = []
    for month in (4, 5, 6):
        tell(knowledge, year.attendance(month))
        posted = run(knowledge, month)
        taken.append(-sum(part.amount for part in posted.adjustments))
        assert posted.posted == 2_236_697
    assert taken == [559_174, 559_174, 559_174]
    assert sum(row["remaining"] for row in knowledge.rows(ADJUSTMENTS)) == -(owed - 3 * 559_174)


def test_a_month_that_misses_something_is_held_and_says_what_for():
    knowledge = mulyorejo()
    tell(knowledge, year.attendance(4))
    found = entitlement_of(knowledge, "m1", Period(2026, 4, 4))
    assert found == Held("m1", "2026-04", (Missing("predicate", "2026-Q1"),))
    assert run(knowledge, 4) is None
    other = MemoryKnowledge(SERVICE)
    assert entitlement_of(other, "m1", Period(2026, 4, 4)).missing == (Missing("rules", "2026-04-01"),)


def test_a_month_held_at_its_run_is_paid_by_the_next():
    knowledge = mulyorejo()
    tell(knowledge, year.attendance(4), year.attendance(5))
    assert run(knowledge, 4) is None
    tell(knowledge, year.delivered("baik", recorded=at(5, 20)))
    assert run(knowledge, 5).month == "2026-05"
    assert [(event.month, event.run) for event in read_ledger(knowledge, "m1").postings] == [("2026-04", "2026-05"), ("2026-05", "2026-05")]


def test_when_missing_last_pays_by_the_last_predicate_until_the_period_has_its_own():
    knowledge = mulyorejo(when_missing="last")
    tell(knowledge, year.attendance(4))
    [calculated] = [fact.event for fact in knowledge.stream("payroll-m1-2026-04")]
    assert (calculated.predicate_period, calculated.total) == ("2025-Q4", 3_500_452)
    run(knowledge, 4)
    tell(knowledge, year.delivered("butuh_perbaikan", recorded=at(5, 20)))
    [adjusted] = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert (adjusted.predicate_period, adjusted.difference) == ("2026-Q1", -420_054)


def test_when_missing_may_pay_a_percentage():
    knowledge = mulyorejo(when_missing=50)
    tell(knowledge, year.attendance(4))
    [calculated] = [fact.event for fact in knowledge.stream("payroll-m1-2026-04")]
    assert (calculated.predicate, [line.amount for line in calculated.lines]) == ("missing", [1_050_136, 1_400_181])


def test_pay_that_waits_for_finality_does_not_rest_on_delivery():
    knowledge = mulyorejo(pay_basis="finalized")
    tell(knowledge, year.attendance(4), year.delivered("butuh_perbaikan"))
    assert isinstance(entitlement_of(knowledge, "m1", Period(2026, 4, 4)), Held)
    tell(knowledge, *year.granted())
    assert due(knowledge, "2026-04") == 3_500_452


def test_who_was_registered_by_mistake_is_neither_paid_nor_waited_for():
    knowledge = mulyorejo()
    tell(knowledge, year.registered("x9"), year.position(employee="x9"))
    everybody = ["m1", "x9"]
    assert {held.employee for held in post_chunk(knowledge, Period(2026, 1, 1), everybody).held} == {"m1", "x9"}
    event = RegistrationWithdrawn("x9", date(2020, 1, 1))
    tell(knowledge, heard("personnel", event, "x9", "personnel-employee-x9", 3, at(2, 1)))
    assert {held.employee for held in post_chunk(knowledge, Period(2026, 2, 2), everybody).held} == {"m1"}
    assert knowledge.row(EMPLOYEES, "x9")["ended"] == date(2020, 1, 1)


def test_a_rule_set_withdrawn_before_its_day_pays_nothing_and_what_was_computed_ahead_goes_back():
    knowledge = mulyorejo()
    tell(knowledge, year.delivered("baik"), year.attendance(4), year.attendance(5), year.attendance(6))
    before = due(knowledge, "2026-06")
    coming = year.rules(knowledge, 2, date(2026, 6, 1), components=[{"name": "performance", "share_percent": 100, "factor": "predicate"}])
    tell(knowledge, coming)
    row = knowledge.row(ALLOWANCES, "m1/2026-06")
    assert row["rule_set"] == "mulyorejo-tpp@2" and knowledge.row(ALLOWANCES, "m1/2026-05")["rule_set"] == "mulyorejo-tpp@1"
    withdrawn = RuleSetWithdrawn("allowance", "mulyorejo-tpp", 2, date(2026, 6, 1))
    tell(knowledge, knowledge.own(withdrawn, "rules-allowance", "payroll-rules-allowance", 3))
    row = knowledge.row(ALLOWANCES, "m1/2026-06")
    assert (row["rule_set"], row["due"]) == ("mulyorejo-tpp@1", before)


def test_a_withdrawn_delivery_pays_nothing_and_the_next_one_does():
    knowledge = mulyorejo(when_missing="last")
    mistake = year.delivered("sangat_baik")
    tell(knowledge, year.imported("baik"), mistake, year.attendance(4))
    assert entitlement_of(knowledge, "m1", Period.parse("2026-04")).predicate == "sangat_baik"
    tell(knowledge, year.withdrawn(mistake))
    found = entitlement_of(knowledge, "m1", Period.parse("2026-04"))
    assert (found.predicate, found.predicate_period) == ("baik", "2025-Q4"), "as before the delivery"
    assert knowledge.row(ALLOWANCES, "m1/2026-04")["predicate"] == "baik"
    tell(knowledge, year.delivered("butuh_perbaikan", version=3, recorded=at(4, 20, 6)))
    assert knowledge.row(ALLOWANCES, "m1/2026-04")["predicate"] == "butuh_perbaikan"


def test_a_month_without_a_rule_for_a_missing_predicate_waits_again_after_a_withdrawal():
    knowledge = mulyorejo()
    mistake = year.delivered("sangat_baik")
    tell(knowledge, year.attendance(4), year.withdrawn(mistake), mistake)
    assert isinstance(entitlement_of(knowledge, "m1", Period.parse("2026-04")), Held), "whichever comes first"


def test_the_class_held_on_the_first_day_pays_the_whole_month_and_acting_posts_none():
    knowledge = mulyorejo(within_month="first-day")
    tell(knowledge, year.attendance(1), year.attendance(2), year.attendance(3))
    tell(knowledge, year.position(job_class=9, since=date(2026, 2, 15), version=3))
    tell(knowledge, year.position(job_class=11, since=date(2026, 1, 1), version=4, acting=True))
    assert [knowledge.row(ALLOWANCES, f"m1/2026-0{month}")["job_class"] for month in (1, 2, 3)] == [8, 8, 9]


def test_a_rule_set_published_later_for_an_earlier_day_adjusts_what_was_posted():
    knowledge = mulyorejo()
    tell(knowledge, year.attendance(1), year.attendance(2))
    run(knowledge, 1)
    shares = [{"name": factor, "share_percent": 50, "factor": factor} for factor in ("predicate", "discipline")]
    tell(knowledge, year.rules(knowledge, 2, date(2026, 1, 1), payout=dict.fromkeys(PAYOUT, 90), components=shares))
    [adjusted] = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert (adjusted.rule_set, adjusted.cause_type) == ("mulyorejo-tpp@2", "merit.payroll.RuleSetPublished.v1")
    assert adjusted.to_total == 1_575_203 + 1_750_226
    assert knowledge.row(ALLOWANCES, "m1/2026-02")["rule_set"] == "mulyorejo-tpp@2"


PAYOUT = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")


def test_posting_again_does_nothing_and_a_run_is_closed_once():
    knowledge = mulyorejo()
    tell(knowledge, year.attendance(1))
    first = run(knowledge, 1)
    assert run(knowledge, 1) == first
    posted = posted_in(knowledge, "2026-01", ["m1"])
    knowledge.execute(PAY_RUN, CloseRun("2026-01", "2026-01", posted, "treasurer-1"))
    knowledge.execute(PAY_RUN, CloseRun("2026-01", "2026-01", posted * 2, "treasurer-1"))
    [row] = knowledge.rows(PAY_RUNS)
    assert (row["persons"], row["total_posted"], row["total_adjustments"], row["total_paid"]) == (1, 3_500_452, 0, 3_500_452)


def test_runs_go_forward_and_only_over_months_that_have_ended():
    january = Period(2026, 1, 1)
    check_month(january, date(2026, 2, 1), None, True)
    march = date(2026, 3, 8)
    for today, closed, in_rules, code in (
        (date(2026, 1, 31), None, True, "month-not-over"),
        (march, RunId("2026-02"), True, "run-out-of-order"),
        (march, None, False, "month-before-rules"),
    ):
        with pytest.raises(Refused) as refused:
            check_month(january, today, closed, in_rules)
        assert refused.value.code == code
    assert given(PAY_RUN).when(CloseRun("2026-01", "2026-01", (), "treasurer-1")).refused.code == "nothing-to-pay"


def test_a_person_whose_record_is_broken_stops_nobody_else():
    knowledge = mulyorejo()
    odd = year.imported("cemerlang", employee="m0")
    tell(knowledge, year.attendance(1))
    knowledge.arrive(year.position(employee="m0"), year.attendance(1, employee="m0"), odd)
    outcome = post_chunk(knowledge, Period(2026, 1, 1), ["m0", "m1"])
    assert [held.employee for held in outcome.held] == ["m0"]
    assert [event.employee for event in posted_in(knowledge, "2026-01", ["m0", "m1"])] == ["m1"]


def test_a_large_run_goes_on_where_the_transaction_was_full(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(posting, "CHUNK", 2)
    knowledge = mulyorejo()
    people = [f"e-{number}" for number in range(5)]
    for employee in people:
        knowledge.arrive(year.position(employee=employee), year.imported(employee=employee))
        if employee != "e-3":
            knowledge.arrive(year.attendance(1, employee=employee))
    knowledge.settle()
    outcomes = []
    while not outcomes or not outcomes[-1].over:
        knowledge.appended = 0
        outcomes.append(post_chunk(knowledge, Period(2026, 1, 1), people))
    assert [(outcome.done, len(people) - outcome.done) for outcome in outcomes] == [(2, 3), (4, 1), (5, 0)]
    assert [held.employee for held in outcomes[-1].held] == ["e-3"]
    assert sorted(event.employee for event in posted_in(knowledge, "2026-01", people)) == ["e-0", "e-1", "e-2", "e-4"]


# --- order does not matter ---

FACTS = (
    year.registered(),
    year.position(),
    year.position(job_class=9, since=date(2026, 5, 10), version=3),
    year.imported(),
    year.delivered("butuh_perbaikan"),
    *year.objection(),
    *year.granted(),
    year.attendance(4, late=450),
    year.attendance(4, late=900, revision=2),
    year.attendance(5),
    year.attendance(6, late=450, absent=1),
)


@settings(max_examples=60, deadline=None)
@for_all(
    data=st.data(),
    seed=st.integers(0, 2**32),
    basis=st.sampled_from(["delivered", "finalized"]),
    missing=st.sampled_from(["hold", "last", 70]),
)
def test_any_order_and_repetition_ends_in_the_same_entitlement(data: st.DataObject, seed: int, basis: str, missing: object):
    """Granted sums equal the last entitlement, whenever runs were posted in between."""
    plain = mulyorejo(pay_basis=basis, when_missing=missing)
    tell(plain, *FACTS)
    mixed = MemoryKnowledge(SERVICE, now=at(1, 2))
    facts = [*FACTS, *data.draw(st.lists(st.sampled_from(FACTS), max_size=6)), year.rules(mixed, pay_basis=basis, when_missing=missing)]
    Random(seed).shuffle(facts)
    posts = data.draw(st.lists(st.integers(4, 6), max_size=3, unique=True).map(sorted))
    stops = sorted(data.draw(st.integers(0, len(facts))) for _ in posts)
    for number, fact in enumerate(facts):
        while posts and stops[0] == number:
            stops.pop(0)
            post_chunk(mixed, Period.parse(f"2026-{posts.pop(0):02d}"), ["m1"])
        mixed.arrive(fact)
        if number % 3 == 0:
            mixed.settle()
    mixed.settle()
    for month in ("2026-01", "2026-04", "2026-05", "2026-06"):
        one, other = (entitlement_of(knowledge, "m1", Period.parse(month)) for knowledge in (plain, mixed))
        assert without_grounds(one) == without_grounds(other)
        if not isinstance(other, Held):
            stream = [fact.event for fact in mixed.stream(f"payroll-m1-{month}")]
            state = read_ledger(mixed, "m1").state(month)
            assert (state.granted if state.posted else stream[-1].total) == other.total


def without_grounds(found: object) -> object:
    return found if isinstance(found, Held) else (found.lines, found.total, found.predicate, found.predicate_period, found.job_class)


@settings(max_examples=60, deadline=None)
@for_all(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=6), st.sampled_from([5, 8, 9]))
def test_paid_sums_reach_what_is_due_and_no_run_takes_more_than_its_share(absences: list[int], job_class: int):
    """January's attendance is corrected before each run; in the end paid + outstanding = due, and no run takes back over 25 %."""
    knowledge = mulyorejo()
    tell(knowledge, year.delivered("baik"))
    for month, absent in enumerate(absences, 1):
        tell(knowledge, year.attendance(month))
        if month > 1:
            tell(knowledge, year.attendance(1, absent=absent, revision=month))
        if month == 2:
            tell(knowledge, year.position(job_class=job_class, since=date(2026, 1, 1), version=3))
        posted = run(knowledge, month)
        nets = Counter()
        for part in posted.adjustments:
            nets[part.month] += part.amount
        otherwise = posted.posted + sum(net for net in nets.values() if net > 0)
        assert -sum(net for net in nets.values() if net < 0) <= otherwise * 25 // 100
    ledger = read_ledger(knowledge, "m1")
    paid = sum(event.paid for event in ledger.postings)
    remaining = sum(row["remaining"] for row in knowledge.rows(ADJUSTMENTS))
    assert paid + remaining == sum(row["due"] for row in knowledge.rows(ALLOWANCES) if row["status"] == "posted")


# --- explanation ---


def test_the_explanation_goes_from_the_rupiah_back_to_the_target():
    knowledge = mulyorejo()
    knowledge.arrive(*year.plan_and_scores())
    story(knowledge)
    month = Period(2026, 4, 4)
    finding, scheme = entitlement_of(knowledge, "m1", month), scheme_in(knowledge, month)
    ledger = read_ledger(knowledge, "m1")
    heard_of = story_of(knowledge, "m1", Period.parse("2026-Q1"))
    found = explain(month, finding, scheme, read_dossier(knowledge, "m1"), heard_of, ledger.of_month("2026-04"), ledger.posted)
    assert (found["status"], found["posted"], found["due"]) == ("posted", 3_038_392, 3_458_446)
    [difference] = found["differences"]
    assert (difference["amount"], difference["cause"]["data"]["document"]) == (420_054, "SK-KB/7/2026")
    assert [(part["run"], part["amount"]) for part in difference["paid"]] == [("2026-06", 420_054)]
    steps = [step["step"] for step in found["chain"]]
    assert steps == [
        "calculated",
        "posted",
        "adjusted",
        "line",
        "line",
        "rule-set",
        "position",
        "attendance",
        "predicate",
        "appraisal-delivered",
        "objection",
        "decision-overdue",
        "decision",
        "appraisal-finalized",
        "score",
        "score",
        "target",
        "progress",
    ]
    by_name = {step["step"]: step for step in found["chain"]}
    assert by_name["rule-set"]["data"]["sources"] == [
        "Perbup Mulyorejo 1/2025",
        "Permenlu 3/2025",
        "Basic TPP Kabupaten Seruyan 2022 (Kepmendagri 900-4700/2020)",
        "Permenlu 3/2025 Ps 15",
    ]
    assert by_name["target"]["data"]["indicator"] == "letters-answered"
    assert by_name["attendance"]["data"]["deductions"] == [{"cause": "late-and-early-minutes", "count": 450, "points": "3"}]
    envelope = {"event", "type", "effective", "recorded", "actor"}
    assert all(envelope <= set(step) for step in found["chain"] if step["step"] not in {"line", "predicate"})


def test_adjusted_events_carry_the_difference_they_are_named_for():
    knowledge = mulyorejo()
    story(knowledge)
    for fact in read_ledger(knowledge, "m1").adjusted:
        assert isinstance(fact.event, AllowanceAdjusted)
        assert fact.event.to_total - fact.event.from_total == fact.event.difference == 420_054
