"""A fact that reaches back changes every month that it pays, posted or open, whatever rule let the month rest on it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.payroll import heard as h
from services.payroll.api.allowances import story_of
from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.explanation import explain
from services.payroll.domain.rules import RULES
from services.payroll.events import AllowanceConfirmed, AllowanceHeld
from services.payroll.known import Ledger, entitlement_of, read_dossier, read_ledger, scheme_in
from services.payroll.service import SERVICE
from services.payroll.views import ALLOWANCES, RECOVERING
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.knowledge import MemoryKnowledge
from tests.support.paying import post_chunk
from tests.support.payroll_year import at

ONLY_PREDICATE = [{"name": "performance", "share_percent": 100, "factor": "predicate"}]


def place(*facts: Fact, **changes: Any) -> MemoryKnowledge:
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(knowledge, year.rules(knowledge, **changes), *facts)
    return knowledge


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    knowledge.now = max([knowledge.now, *(fact.recorded for fact in facts)])
    knowledge.arrive(*facts)
    knowledge.settle()


def run(knowledge: MemoryKnowledge, month: str) -> None:
    post_chunk(knowledge, Period.parse(month), ["m1"])
    knowledge.settle()


def corrected(period: str, predicate: str, recorded: Any, version: int = 9) -> Fact:
    before, after = h.Judgement(None, None, "baik"), h.Judgement(None, None, predicate)
    return year.of_appraisal(h.AppraisalCorrected("m1", period, before, after, "PP 30/2019 Pasal 59", "SK-KOR/1/2026"), version, recorded)


def explained(knowledge: MemoryKnowledge, month: str, finding: Entitlement) -> dict:
    period, ledger = Period.parse(month), read_ledger(knowledge, "m1")
    story, dossier = story_of(knowledge, "m1", Period.parse(finding.predicate_period)), read_dossier(knowledge, "m1")
    return explain(period, finding, scheme_in(knowledge, period), dossier, story, ledger.of_month(month), ledger.settlements)


def assert_settled(knowledge: MemoryKnowledge) -> None:
    """Each month says what is known now: its stream, its row, its explanation; and what is taken back is the sum of the differences."""
    ledger = read_ledger(knowledge, "m1")
    for month in RULES.known_months(read_dossier(knowledge, "m1")) | ledger.months:
        fresh, state = entitlement_of(knowledge, "m1", Period.parse(month)), ledger.state(month)
        row = knowledge.row(ALLOWANCES, f"m1/{month}")
        if isinstance(fresh, Held):
            assert state.posted or state.result is None
            assert row is None or row["status"] == ("posted" if state.posted else "held")
            continue
        if fresh.outside and state.result is None:
            assert (state.posted, state.missing) == (False, ()) and (row is None or row["status"] == "held")
            continue
        known = ("rule_set", "job_class", "predicate_period", "predicate", "discipline_points", "lines")
        assert {name: getattr(state.result, name) for name in known} == {name: getattr(fresh, name) for name in known}
        assert (state.granted if state.posted else state.result.total) == fresh.total == row["due"]
        said = explained(knowledge, month, fresh)
        assert (said["due"], said["status"]) == (row["due"], row["status"])
        if fresh.standing is not None:
            [predicate] = [step["data"] for step in said["chain"] if step["step"] == "predicate"]
            assert (predicate["period"], predicate["predicate"]) == (row["predicate_period"], row["predicate"])
        assert row["due"] == (row["posted"] or 0) + sum(one["difference"] for one in row["corrections"]) or not state.posted
    assert_taken_back(knowledge, ledger)


def assert_taken_back(knowledge: MemoryKnowledge, ledger: Ledger) -> None:
    differences: dict[str, int] = {}
    for fact in ledger.adjusted:
        differences[fact.event.month] = differences.get(fact.event.month, 0) + fact.event.difference
    for fact in ledger.settlements:
        for part in fact.event.adjustments:
            differences[part.month] -= part.amount
    owed = sum(max(0, -left) for left in differences.values())
    row = knowledge.row(RECOVERING, "m1")
    assert (row["amount"] if row else 0) == owed == ledger.owed


# --- examples ---


def test_months_that_nothing_made_known_but_their_run_change_with_what_they_rest_on():
    """No line counts attendance, and no quarter of 2026 is appraised: the last predicate pays every run, and its correction reaches all."""
    knowledge = place(year.position(), year.imported(), components=ONLY_PREDICATE, when_missing="last")
    for month in range(1, 11):
        run(knowledge, f"2026-{month:02d}")
    assert len(read_ledger(knowledge, "m1").posted) == 10
    tell(knowledge, corrected("2025-Q4", "kurang", at(11, 20)))
    found = {fact.event.month: fact.event.difference for fact in read_ledger(knowledge, "m1").adjusted}
    assert found == {f"2026-{month:02d}": 2_450_316 - 3_500_452 for month in range(1, 11)}
    assert knowledge.row(RECOVERING, "m1")["amount"] == 10 * 1_050_136
    tell(knowledge, year.position(5, date(2026, 10, 1), version=3))
    assert read_ledger(knowledge, "m1").state("2026-10").granted == 1_565_688
    assert_settled(knowledge)


def dismissed_and_taken_back(**changes: Any) -> MemoryKnowledge:
    """Dismissed from June on; runs pass June and July; on 20 August it is undone. August is paid after it."""
    knowledge = place(year.registered(), year.position(), year.imported(), components=ONLY_PREDICATE, **changes)
    for month in range(1, 9):
        if month == 6:
            tell(knowledge, year.ended("dismissed", date(2026, 6, 1)))
        if month == 8:
            tell(knowledge, year.end_revoked(date(2026, 6, 1), recorded=at(8, 20)))
        knowledge.now = max(knowledge.now, at(month + 1, 8))
        run(knowledge, f"2026-{month:02d}")
    return knowledge


def test_months_that_runs_passed_are_paid_when_the_end_of_service_is_undone():
    knowledge = dismissed_and_taken_back(when_missing="last")
    posted = {fact.event.month: fact.event.run for fact in read_ledger(knowledge, "m1").posted}
    assert posted == {f"2026-{month:02d}": f"2026-{max(month, 8) if month > 5 else month:02d}" for month in range(1, 9)}
    assert_settled(knowledge)


def test_months_that_runs_passed_are_named_once_where_something_is_missing_for_them():
    knowledge = place(year.registered(), year.position(), year.imported(), components=ONLY_PREDICATE)
    run(knowledge, "2026-01")
    tell(knowledge, year.ended("dismissed", date(2026, 2, 1)))
    run(knowledge, "2026-02")
    run(knowledge, "2026-04")
    tell(knowledge, year.end_revoked(date(2026, 2, 1), recorded=at(5, 20)))
    run(knowledge, "2026-05")
    assert [fact.event.month for fact in read_ledger(knowledge, "m1").posted] == ["2026-01", "2026-02", "2026-03"]
    named = [(fact.event.month, fact.event.run) for fact in read_ledger(knowledge, "m1").held]
    assert named == [("2026-04", "2026-05"), ("2026-05", "2026-05")]
    run(knowledge, "2026-06")
    assert [fact.event.month for fact in read_ledger(knowledge, "m1").held] == ["2026-04", "2026-05", "2026-06"]


def test_a_predicate_of_its_own_that_pays_the_same_takes_the_place_of_the_last_one():
    """Row, stream and explanation name the month's own period, and a later correction of it is what changes the month."""
    knowledge = place(year.position(), year.imported(), year.attendance(4), when_missing="last")
    run(knowledge, "2026-04")
    assert knowledge.row(ALLOWANCES, "m1/2026-04")["predicate_period"] == "2025-Q4"
    own = year.delivered("sangat_baik", "2026-Q1", at(5, 20))
    tell(knowledge, own)
    assert (knowledge.row(ALLOWANCES, "m1/2026-04")["predicate_period"], read_ledger(knowledge, "m1").adjusted) == ("2026-Q1", ())
    [confirmed] = [fact.event for fact in knowledge.stream("payroll-m1-2026-04") if isinstance(fact.event, AllowanceConfirmed)]
    assert (confirmed.cause, confirmed.total, confirmed.predicate) == (own.id, 3_500_452, "sangat_baik")
    assert_settled(knowledge)
    tell(knowledge, corrected("2025-Q4", "kurang", at(6, 20)))
    assert read_ledger(knowledge, "m1").adjusted == ()
    assert_settled(knowledge)


def test_a_delivery_that_is_withdrawn_is_the_cause_of_what_it_changes():
    """Posted by the delivery; without it the last predicate pays again."""
    delivery = year.delivered("kurang", "2026-Q1", at(4, 20))
    knowledge = place(year.position(), year.imported(), year.attendance(4), delivery, when_missing="last")
    run(knowledge, "2026-04")
    undone = year.withdrawn(delivery, recorded=at(5, 20))
    tell(knowledge, undone)
    [adjusted] = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert (adjusted.cause, adjusted.difference, adjusted.predicate_period) == (undone.id, 630_081, "2025-Q4")
    assert_settled(knowledge)


def test_an_open_month_that_cannot_be_calculated_any_more_is_held_again():
    knowledge = place(year.position(), year.imported(), year.attendance(1))
    tell(knowledge, year.position(16, date(2026, 1, 1), version=3))
    row = knowledge.row(ALLOWANCES, "m1/2026-01")
    assert (row["status"], row["due"], row["lines"]) == ("held", None, None)
    [held] = [fact.event for fact in knowledge.stream("payroll-m1-2026-01") if isinstance(fact.event, AllowanceHeld)]
    assert [(one.code, one.about) for one in held.missing] == [("basic-amount", "16")]
    tell(knowledge, year.position(8, date(2026, 1, 1), version=4))
    assert (knowledge.row(ALLOWANCES, "m1/2026-01")["status"], knowledge.row(ALLOWANCES, "m1/2026-01")["due"]) == ("calculated", 3_500_452)


def test_rules_that_begin_to_pay_by_another_kind_of_period_go_on_from_the_last_predicate_of_the_earlier_kind():
    """Until June the year before pays; from July the quarter before, of which none is appraised yet."""
    knowledge = place(
        year.position(), year.imported("butuh_perbaikan", "2025"), year.attendance(7), when_missing="last", effect="next_year"
    )
    assert knowledge.row(ALLOWANCES, "m1/2026-07")["predicate_period"] == "2025"
    tell(knowledge, year.rules(knowledge, 2, date(2026, 7, 1), when_missing="last"))
    row = knowledge.row(ALLOWANCES, "m1/2026-07")
    assert (row["rule_set"], row["predicate_period"], row["predicate"]) == ("mulyorejo-tpp@2", "2025", "butuh_perbaikan")
    tell(knowledge, year.imported("baik", "2026-Q1"))
    assert knowledge.row(ALLOWANCES, "m1/2026-07")["predicate_period"] == "2026-Q1"
    assert_settled(knowledge)


def test_a_predicate_older_than_a_year_pays_nothing():
    knowledge = place(year.position(), year.imported("baik", "2024-Q4"), year.attendance(1), year.attendance(4), when_missing="last")
    assert knowledge.row(ALLOWANCES, "m1/2026-01")["predicate_period"] == "2024-Q4"
    assert knowledge.row(ALLOWANCES, "m1/2026-04") is None


# --- any history ---

PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
PERIODS = ("2025", "2025-Q2", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2025-12", "2026-02", "2026-03", "2026-05", "2026")
MONTHS = tuple(f"2026-{number:02d}" for number in range(1, 11))
LATE = st.integers(0, 300).map(lambda days: at(1, 10) + timedelta(days))
WHAT = st.sampled_from(PREDICATES)


def judged(kind: str, period: str, predicate: str, recorded: Any) -> Fact:
    judgement = h.Judgement(None, None, predicate)
    version = {"imported": 1, "delivered": 2, "decided": 3, "finalized": 4, "corrected": 5}[kind]
    event = {
        "imported": lambda: h.AppraisalImported("m1", period, predicate, "e-kinerja"),
        "delivered": lambda: h.AppraisalDelivered("m1", period, judgement, "r@1", recorded),
        "decided": lambda: h.ObjectionDecided("m1", period, "granted", judgement, judgement, "SK/1/2026", "text-1", "head"),
        "finalized": lambda: h.AppraisalFinalized("m1", period, judgement, "decision", "r@1"),
        "corrected": lambda: h.AppraisalCorrected("m1", period, judgement, judgement, "PP 30/2019 Pasal 59", "SK/2/2026"),
    }[kind]()
    return year.of_appraisal(event, version, recorded)


JUDGED = st.builds(
    judged, st.sampled_from(["imported", "delivered", "decided", "finalized", "corrected"]), st.sampled_from(PERIODS), WHAT, LATE
)
WITHDRAWN = st.builds(
    lambda period, recorded: year.withdrawn(judged("delivered", period, "baik", recorded), 6, recorded), st.sampled_from(PERIODS), LATE
)
DAYS = st.integers(0, 300).map(lambda days: date(2026, 1, 1) + timedelta(days))
ATTENDED = st.builds(
    year.attendance, st.integers(1, 10), late=st.sampled_from([0, 450]), absent=st.integers(0, 2), revision=st.integers(1, 3)
)
POSTS = st.builds(year.position, st.sampled_from([5, 8, 9, 16]), DAYS, version=st.integers(3, 5))
LIFE = st.one_of(
    st.builds(year.ended, st.sampled_from(["retired", "dismissed", "died"]), DAYS, version=st.integers(6, 7), recorded=LATE),
    st.builds(year.interrupted, st.sampled_from(["suspended", "long-leave"]), DAYS, st.none() | DAYS, recorded=LATE),
    st.builds(year.resumed, DAYS, recorded=LATE),
)
CONDUCT = st.one_of(
    st.builds(places.imposed, st.just("m1"), st.sampled_from(["a", "b"]), st.sampled_from([25, 30, None]), DAYS, st.none() | DAYS),
    st.builds(places.lifted, DAYS, st.just("m1"), st.sampled_from(["a", "b"])),
    st.builds(places.award, st.just("m1"), st.just(500_000), st.sampled_from(MONTHS), LATE),
)
NEWS = st.one_of(JUDGED, JUDGED, WITHDRAWN, ATTENDED, POSTS, LIFE, CONDUCT)
RULE = st.fixed_dictionaries(
    {
        "when_missing": st.sampled_from(["hold", "last", 70]),
        "without_predicate": st.sampled_from([None, "hold", "baik", 60]),
        "pay_basis": st.sampled_from(["delivered", "finalized"]),
        "effect": st.sampled_from(["next_quarter", "next_year", "next_month", "same_month"]),
        "within_month": st.sampled_from(["days", "working-days", "first-day", "longest", 15]),
        "components": st.sampled_from([ONLY_PREDICATE, year.SETTINGS["components"]]),
        "sanction_cut": st.sampled_from([None, {"since": "2026-01-01", "source": "Perwal 1/2026"}]),
    }
)


@settings(max_examples=80, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    facts=st.lists(NEWS, min_size=3, max_size=14, unique_by=lambda fact: fact.id),
    first=RULE,
    second=st.none() | st.tuples(DAYS, RULE),
    runs=st.lists(st.sampled_from(MONTHS), max_size=4, unique=True).map(sorted),
    seed=st.integers(0, 2**32),
)
def test_after_any_history_in_any_order_every_month_says_what_is_known(facts, first, second, runs, seed):
    """Rules of each kind that change within the year, corrections before what they correct, runs at any moment in between."""
    knowledge = MemoryKnowledge(SERVICE, now=at(11, 20))
    news = [year.registered(), year.position(), *facts, year.rules(knowledge, **first)]
    if second is not None:
        news.append(year.rules(knowledge, 2, second[0], **second[1]))
    random = Random(seed)
    random.shuffle(news)
    stops = sorted(random.randrange(len(news) + 1) for _ in runs)
    waiting = list(runs)
    for number, fact in enumerate(news):
        while waiting and stops[0] <= number:
            stops.pop(0)
            run(knowledge, waiting.pop(0))
        knowledge.arrive(fact)
        if random.random() < 0.5:
            knowledge.settle()
    knowledge.settle()
    for month in waiting:
        run(knowledge, month)
    assert_settled(knowledge)
    plain = MemoryKnowledge(SERVICE, now=at(11, 20))
    plain.arrive(*sorted(news, key=lambda fact: fact.id))
    plain.settle()
    assert_settled(plain)
    for month in RULES.known_months(read_dossier(knowledge, "m1")):
        one, other = (entitlement_of(each, "m1", Period.parse(month)) for each in (knowledge, plain))
        assert one == other
