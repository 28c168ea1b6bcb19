"""The explanation of a month, step by step and field by field: what each step is called, what it rests on, and what it tells."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from services.payroll import heard as h
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.early import EarlyRule
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.explanation import Story, explain
from services.payroll.domain.scheme import CutRule, Extra
from services.payroll.domain.settings import read_scheme
from services.payroll.events import (
    AdjustmentsPosted,
    AllowanceAdjusted,
    AllowanceCalculated,
    AllowanceConfirmed,
    AllowanceHeld,
    AllowancePosted,
    Line,
    Missing,
    PaidAdjustment,
    RepaymentReceived,
    RuleSetPublished,
)
from services.payroll.tables import TABLES
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.dossiers import changed, dossier_of
from tests.support.payroll_year import at

APRIL = Period(2026, 4, 4)
PAYOUT = {"baik": Fraction(90), "kurang": Fraction(0)}
SCHEME = replace(
    read_scheme("r@1", ("Perbup 1/2025",), year.SETTINGS, TABLES), basic={8: 3_000_000, 9: 6_000_000}, payout=PAYOUT, interruptions={}
)
PUBLISHED = Fact(
    RuleSetPublished("allowance", "r", 1, date(2026, 1, 1), ("Perbup 1/2025",), {"from": date(2026, 1, 1)}), "rules-1",
    "id.payroll.rule-set", "kota", "rules",
    "payroll-rules-allowance", 1, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "x", "y",
)  # fmt: skip
POST, REGISTERED, ATTENDED, BAIK = year.position(), year.registered(), year.attendance(4, late=450), year.imported("baik", "2026-Q1")
WHOLE = dossier_of("m1", (POST,), (ATTENDED,), (BAIK,), (PUBLISHED,), life=(REGISTERED,))


def step(name: str, fact: Fact, **data: Any) -> dict[str, Any]:
    return {
        "step": name, "event": fact.id, "type": fact.type, "effective": fact.effective.isoformat(), "recorded": fact.recorded.isoformat(),
        "actor": fact.actor, "data": data,
    }  # fmt: skip


UNTOLD = Story()


def told(
    dossier: Dossier = WHOLE,
    scheme: Any = SCHEME,
    finding: Any = None,
    story: Story = UNTOLD,
    ledger: tuple = (),
    payments: tuple = (),
) -> dict[str, Any]:
    return explain(APRIL, finding or entitle(APRIL, dossier, scheme), scheme, dossier, story, ledger, payments)


def steps(name: str, *given: Any, **more: Any) -> list[dict[str, Any]]:
    return [one for one in told(*given, **more)["chain"] if one["step"] == name]


RULES = {"rule_set": "r@1", "sources": list(SCHEME.sources), "effect": "next_quarter", "pay_basis": "delivered"}
LINES = [
    {"name": "performance", "rule": "permenlu-3-2025-15", "base": 3_000_000, "share_percent": "60", "percent": "90", "amount": 1_620_000},
    {"name": "discipline", "rule": "discipline-points", "base": 3_000_000, "share_percent": "40", "percent": "97", "amount": 1_164_000},
]
POSITION = {"employee": "m1", "post": "post-8", "job_class": 8, "acting": False, "since": "2020-01-01", "document": "SK-1"}
ATTENDANCE = {
    "employee": "m1", "month": "2026-04", "minutes_late": 450, "minutes_early": 0, "days_absent": 0, "meetings_missed": 0,
    "roll_calls_missed": 0, "revision": 1, "provisional_until": None,
    "deductions": [{"cause": "late-and-early-minutes", "count": 450, "points": "3"}],
}  # fmt: skip


def test_a_month_that_nothing_was_said_of_yet():
    assert told() == {
        "employee": "m1", "month": "2026-04", "status": "held", "missing": [], "due": 2_784_000, "posted": None, "paid": None,
        "differences": [], "adjustments": [],
        "chain": [
            *({"step": "line", "data": line} for line in LINES),
            step("rule-set", PUBLISHED, **RULES),
            step("position", POST, **POSITION),
            step("attendance", ATTENDED, **ATTENDANCE),
            {"step": "predicate", "data": {"period": "2026-Q1", "predicate": "baik", "percent": "90"}},
        ],
    }  # fmt: skip


def test_a_month_that_is_held_says_what_is_missing():
    found = told(changed(WHOLE, predicates=(), rule_sets=()))
    assert (found["status"], found["due"], found["missing"]) == ("held", None, [{"code": "predicate", "about": "2026-Q1"}])
    assert [one["step"] for one in found["chain"]] == ["rule-set", "position", "attendance"]
    assert found["chain"][0] == {"step": "rule-set", "data": RULES}
    nothing = told(dossier_of("m1"), None, Held("m1", "2026-04", (Missing("rules", "2026-04-01"),)))
    assert (nothing["chain"], nothing["missing"]) == ([], [{"code": "rules", "about": "2026-04-01"}])


# --- what was said of the month ---

SAID = {"rule_set": "r@1", "job_class": 8, "predicate_period": "2026-Q1", "predicate": "baik", "discipline_points": "97", "lines": ()}


def own(event: Any, version: int) -> Fact:
    moment = at(5, version)
    return Fact(event, f"own-{version}", f"id.payroll.{version}", "kota", "m1", "payroll-m1-2026-04", version, moment, moment, "x", "y")


CALCULATED = own(AllowanceCalculated("m1", "2026-04", **SAID, total=9, inputs=()), 1)
HELD = own(AllowanceHeld("m1", "2026-04", (), None), 2)
PARTS = (PaidAdjustment("2026-01", 30, "e1", "c1"), PaidAdjustment("2026-02", -50, "e2", "c2"))
POSTED = own(AllowancePosted("m1", "2026-04", "2026-04", 9, PARTS, -11), 3)


def adjusted(version: int, cause: str, difference: int = 5) -> Fact:
    event = AllowanceAdjusted("m1", "2026-04", **SAID, from_total=9, to_total=9 + difference, difference=difference, cause=cause,
                              cause_type="t", run="2026-06", inputs=())  # fmt: skip
    return own(event, version)


CONFIRMED = own(AllowanceConfirmed("m1", "2026-04", **SAID, total=9, cause="c", cause_type="t", inputs=()), 5)


def test_the_months_own_stream_comes_first_in_its_order():
    def own_steps(*ledger: Fact) -> tuple[str, list[tuple[str, str]]]:
        found = told(ledger=ledger)
        return found["status"], [(one["step"], one["event"]) for one in found["chain"] if one.get("event", "").startswith("own")]

    assert own_steps(CALCULATED) == ("calculated", [("calculated", "own-1")])
    assert own_steps(CALCULATED, HELD) == ("held", []) and own_steps(HELD, CALCULATED)[0] == "calculated"
    later, earlier = adjusted(6, "x"), adjusted(4, "x")
    assert own_steps(CALCULATED, POSTED, later, CONFIRMED, earlier) == ("posted", [
        ("calculated", "own-1"), ("posted", "own-3"), ("adjusted", "own-4"), ("confirmed", "own-5"), ("adjusted", "own-6"),
    ])  # fmt: skip
    found = told(ledger=(CALCULATED, POSTED))
    assert (found["posted"], found["paid"], found["adjustments"]) == (9, -11, [asdict(one) for one in PARTS])


SANCTION, LIFTING = places.imposed("m1"), places.lifted(date(2026, 4, 1), "m1")
AWARD = places.award("m1", 500, "2026-04", at(4, 2))
WITHDRAWN = year.withdrawn(year.delivered("baik"), version=9)
DELIVERED = year.delivered("baik", version=6)


@pytest.mark.parametrize("cause", [POST, ATTENDED, BAIK, PUBLISHED, REGISTERED, SANCTION, LIFTING, AWARD, WITHDRAWN, DELIVERED])
def test_a_difference_names_its_cause_wherever_it_is_known(cause: Fact):
    dossier = changed(WHOLE, sanctions=(SANCTION,), liftings=(LIFTING,), awards=(AWARD,), withdrawals=(WITHDRAWN,))
    fact = adjusted(4, cause.id, -7)
    part = PaidAdjustment("2026-04", -4, fact.id, cause.id)
    payments = (
        own(AllowancePosted("m1", "2026-05", "2026-06", 1, (PARTS[0], part), 1), 10),
        own(AdjustmentsPosted("m1", "2026-07", (part,), 1), 11),
        own(RepaymentReceived("m1", "STS/1", date(2026, 7, 8), (replace(part, amount=-1),), 1), 12),
    )
    (found,) = told(dossier, story=Story(judged=(DELIVERED,)), ledger=(CALCULATED, POSTED, fact), payments=payments)["differences"]
    told_cause = found.pop("cause")
    assert (told_cause["step"], told_cause["event"], told_cause["type"]) == ("cause", cause.id, cause.type) and told_cause["data"]
    assert found == {
        "event": "own-4", "amount": -7, "from": 9, "to": 2, "due_in_run": "2026-06", "rule_set": "r@1",
        "paid": [
            {"run": "2026-06", "amount": -4, "event": "own-10"}, {"run": "2026-07", "amount": -4, "event": "own-11"},
            {"run": None, "amount": -1, "event": "own-12"},
        ],
    }  # fmt: skip


def test_a_cause_is_told_with_all_that_it_says():
    (found,) = told(ledger=(adjusted(4, PUBLISHED.id),))["differences"]
    assert found["cause"]["data"]["settings"] == {"from": "2026-01-01"} and found["cause"]["data"]["sources"] == ["Perbup 1/2025"]


def test_a_cause_that_is_not_known_any_more_is_named_by_its_id():
    (found,) = told(ledger=(adjusted(4, "gone"),))["differences"]
    assert (found["cause"], found["paid"]) == ({"event": "gone", "type": "t"}, [])


# --- what the amount rests on ---


def test_a_line_says_by_how_much_it_took_or_gave_way_and_which_days_it_is_of():
    line = Line("work", "x", 1_001, "50", "100", 501)
    part = Line("work", "x", 1_000, "50", "100", 250, 8, date(2026, 4, 1), date(2026, 4, 15), 15, 30)
    lines = (line, replace(line, amount=502), replace(line, amount=499), part)
    finding = replace(entitle(APRIL, WHOLE, SCHEME), lines=lines)
    plain = {"name": "work", "rule": "x", "base": 1_001, "share_percent": "50", "percent": "100"}
    dated = {"job_class": 8, "since": "2026-04-01", "until": "2026-04-15", "days": 15, "of_days": 30}
    assert [one["data"] for one in steps("line", finding=finding)] == [
        plain | {"amount": 501}, plain | {"amount": 502, "took_rest": 1}, plain | {"amount": 499, "gave_way": 2},
        plain | {"base": 1_000, "amount": 250} | dated,
    ]  # fmt: skip


def test_days_are_told_where_they_are_not_all_alike():
    other = year.position(9, date(2026, 4, 16), version=3)
    dossier = changed(WHOLE, positions=(POST, other))
    first = {"since": "2026-04-01", "until": "2026-04-15", "days": 15, "of_days": 30, "job_class": 8, "base": 3_000_000, "percent": "100"}
    second = first | {"since": "2026-04-16", "until": "2026-04-30", "job_class": 9, "base": 6_000_000}
    assert steps("days", dossier) == [{"step": "days", "data": one | {"why": None}} for one in (first, second)]
    assert [one["event"] for one in steps("position", dossier)] == [POST.id, other.id]
    half = replace(SCHEME, interruptions={"study": Fraction(25, 2)})
    away = changed(WHOLE, life=(REGISTERED, year.interrupted("study", date(2026, 1, 1), None)))
    (found,) = steps("days", away, half)
    assert (found["data"]["percent"], found["data"]["why"], found["data"]["days"]) == ("12.5", "study", 30)
    late = changed(WHOLE, positions=(year.position(8, date(2026, 4, 16)),))
    assert [(one["data"]["job_class"], one["data"]["base"]) for one in steps("days", late)] == [(None, None), (8, 3_000_000)]
    gone = changed(WHOLE, life=(REGISTERED, year.ended("retired", date(2026, 3, 1))))
    assert [one["event"] for one in steps("position", gone)] == [POST.id], "the post that was held"
    assert steps("position", changed(WHOLE, positions=())) == []


@pytest.mark.parametrize(("fact", "name"), [
    (year.joined(date(2026, 4, 2)), "registered"), (year.ended("retired", date(2026, 4, 5)), "employment-ended"),
    (year.end_revoked(date(2026, 4, 5)), "end-revoked"), (year.interrupted("study", date(2026, 4, 5), None), "service-interrupted"),
    (year.resumed(date(2026, 4, 5)), "service-resumed"),
    (year.life(h.RegistrationWithdrawn("m1", date(2020, 1, 1)), 2), "registration-withdrawn"),
])  # fmt: skip
def test_facts_of_service_bear_their_names(fact: Fact, name: str):
    assert [one["event"] for one in steps(name, changed(WHOLE, life=(REGISTERED, fact)), finding=entitle(APRIL, WHOLE, SCHEME))] == [
        fact.id
    ]


def test_attendance_that_is_assumed_says_by_which_rule():
    early = replace(SCHEME, early=EarlyRule(frozenset((4,)), 20, "full", "hold", "Perwal 42/2025"))
    running = changed(WHOLE, attendance=(), today=date(2026, 4, 25))
    assumed = {"step": "attendance-assumed", "data": {"month": "2026-04", "source": "Perwal 42/2025"}}
    assert steps("attendance-assumed", running, early) == [assumed]
    assert steps("attendance-assumed", changed(WHOLE, attendance=())) == steps("attendance", changed(WHOLE, attendance=())) == []
    part = Fact(**{name: getattr(ATTENDED, name) for name in ATTENDED.__struct_fields__} | {
        "event": replace(ATTENDED.event, provisional_until=date(2026, 4, 20))
    })  # fmt: skip
    (found,) = steps("attendance", changed(running, attendance=(part,)), early)
    assert found["data"]["provisional_until"] == "2026-04-20"
    assert steps("attendance", changed(WHOLE, attendance=(part,))) == []
    (plain,) = steps("attendance", WHOLE, replace(SCHEME, components=SCHEME.components[:1], discipline=None))
    assert "deductions" not in plain["data"]


CUTS = replace(SCHEME, cut=CutRule(date(2026, 4, 1), "Perbup 12/2025"))


@pytest.mark.parametrize(("sanctions", "liftings", "scheme", "outcomes"), [
    ((SANCTION,), (), CUTS, [("cut", "Perbup 12/2025")]),
    ((SANCTION,), (LIFTING,), CUTS, [("lifted", "Perbup 12/2025")]),
    ((SANCTION,), (), SCHEME, [("no-local-rule", None)]),
    ((SANCTION,), (), replace(CUTS, cut=CutRule(date(2026, 4, 2), "Perbup 12/2025")), [("no-local-rule", "Perbup 12/2025")]),
    ((SANCTION, places.imposed("m1", "b", 50)), (), CUTS, [("heavier-one-counts", "Perbup 12/2025"), ("cut", "Perbup 12/2025")]),
])  # fmt: skip
def test_a_sanction_says_what_became_of_it(sanctions: tuple, liftings: tuple, scheme: Any, outcomes: list):
    dossier = changed(WHOLE, sanctions=sanctions, liftings=liftings)
    found = steps("sanction", dossier, scheme)
    assert [(one["data"]["outcome"], one["data"]["source"]) for one in found] == outcomes
    assert [one["event"] for one in found] == [one.id for one in sanctions] and found[0]["data"]["percent"] == 25
    assert [one["event"] for one in steps("sanction-lifted", dossier, scheme)] == [one.id for one in liftings]


def test_awards_extras_and_the_predicate_in_the_place_of_another():
    extra = replace(
        SCHEME, extras=(Extra("more", frozenset(("baik", "kurang")), Fraction(5, 2)), Extra("none", frozenset(("kurang",)), Fraction(1)))
    )
    assert [one["event"] for one in steps("award", changed(WHOLE, awards=(AWARD,)))] == [AWARD.id]
    left = changed(WHOLE, life=(REGISTERED, year.ended("dismissed", date(2026, 4, 1))), awards=(AWARD,))
    lapsing = replace(SCHEME, bonuses={"dismissed": "lapses"})
    assert [one["event"] for one in steps("award-lapsed", left, lapsing)] == [AWARD.id] and steps("award", left, lapsing) == []
    assert steps("extra", changed(WHOLE, predicates=()), extra) == []
    data = {"name": "more", "when_predicate": ["baik", "kurang"], "percent_of_base": "2.5", "predicate": "baik"}
    assert steps("extra", WHOLE, extra) == [{"step": "extra", "data": data}]
    last, old = replace(SCHEME, when_missing="last"), changed(WHOLE, predicates=(year.imported("baik", "2025-Q4"),))
    by_last = {"period": "2025-Q4", "predicate": "baik", "percent": "90", "by": "last-predicate", "instead_of": "2026-Q1"}
    assert steps("predicate", old, last) == [{"step": "predicate", "data": by_last}]
    missing = {"period": "2026-Q1", "predicate": "missing", "percent": "70", "by": "when-missing", "instead_of": "2026-Q1"}
    assert steps("predicate", changed(WHOLE, predicates=()), replace(SCHEME, when_missing=Fraction(70))) == [
        {"step": "predicate", "data": missing}
    ]
    gone = changed(WHOLE, life=(REGISTERED, year.ended("retired", date(2026, 3, 1))))
    assert steps("predicate", gone) == [] and isinstance(entitle(APRIL, gone, SCHEME), Entitlement)


# --- how the predicate came about ---


def test_what_was_judged_is_told_as_it_went_and_once():
    objection, decision = year.objection(), year.granted()
    refused = year.of_appraisal(h.ObjectionRefused("m1", "2026-Q1", "late", at(5, 1), at(5, 2)), 7, at(5, 1))
    facts = [*decision, *objection, year.delivered("butuh_perbaikan", version=6), BAIK, refused]
    found = [one["step"] for one in told(story=Story(judged=(*facts, *facts)))["chain"]][6:]
    assert found == [
        "appraisal-imported", "appraisal-delivered", "objection", "objection-refused", "decision-overdue", "decision",
        "appraisal-finalized",
    ]  # fmt: skip


def scored(what: str, item: str, version: int, by: str = "superior") -> Fact:
    event = h.ScoreSubmitted("m1", "2026-Q1", "rating", what, item, by, "as")
    return year.of_appraisal(event, version, at(4, version))


def test_scores_are_told_by_item_and_in_their_order():
    facts = (scored("target", "t1", 4), scored("behaviour", "b", 3), scored("target", "t1", 1), scored("behaviour", "a", 2))
    found = steps("score", story=Story(scores=(*facts, facts[0])))
    assert [one["event"] for one in found] == [facts[3].id, facts[1].id, facts[2].id, facts[0].id]


def test_each_target_is_told_as_every_plan_fixed_it_last_followed_by_its_progress():
    def target(target_id: str, plan: int, value: str, version: int, **more: Any) -> Fact:
        event = h.TargetSet("m1", "2026", plan, target_id, "quantity", "letters", "letters", "higher", value, 50, **more)
        return year.of_appraisal(event, version, at(1, version))

    def progress(target_id: str, month: str, version: int) -> Fact:
        return year.of_appraisal(h.ProgressRecorded("m1", "2026", target_id, month, "7"), version, at(2, version))

    first, again, second = target("t2", 1, "40", 1), target("t2", 1, "41", 2), target("t2", 2, "50", 3, exact_weight="101/2")
    other, with_months = target("t1", 1, "9", 4), target("t3", 1, "9", 5, months=("2026-01",))
    done = (progress("t2", "2026-03", 6), progress("t2", "2026-02", 7), progress("t1", "2026-01", 8), progress("t2", "2026-02", 9))
    chain = told(story=Story(targets=(with_months, second, again, first, other, first), progress=(*done, done[0])))["chain"][6:]
    assert [(one["step"], one["event"]) for one in chain] == [
        ("target", other.id), ("progress", done[2].id), ("target", again.id), ("target", second.id),
        ("progress", done[1].id), ("progress", done[3].id), ("progress", done[0].id), ("target", with_months.id),
    ]  # fmt: skip
    assert "months" not in chain[0]["data"] and "exact_weight" not in chain[0]["data"] and "aggregate" not in chain[0]["data"]
    assert (chain[3]["data"]["exact_weight"], chain[-1]["data"]["months"]) == ("101/2", ["2026-01"])
