"""A rule set of allowances as it is read: every setting's default, its limits, and the place of what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.payroll.domain.allowance import Component
from services.payroll.domain.discipline import Deduction, DisciplineRule, deductions, points
from services.payroll.domain.early import EarlyRule
from services.payroll.domain.scheme import CutRule, Extra, Scheme, Tables, paid_months
from services.payroll.domain.settings import read_scheme
from services.payroll.heard import AttendanceRecorded
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.deciding import wrong_setting

PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")
PAYOUT = {name: Fraction(percent) for name, percent in zip(PREDICATES, (100, 90, 70, 50, 0), strict=True)}
TABLES = Tables(
    basic={"own-2026": {7: 3_000_000, 8: 4_000_001}},
    payout={"payout-1": PAYOUT},
    sources={"own-2026": "Perda 1/2025", "payout-1": "Permen 2/2025"},
    interruptions={"long-leave": Fraction(50), "study": Fraction(0)},
    bonuses={"died": "paid", "dismissed": "lapses"},
)
LEAST: dict[str, Any] = {
    "components": [{"name": "work", "share_percent": 100, "factor": "predicate"}],
    "basic_table": "own-2026", "payout": "payout-1", "effect": "next_quarter", "pay_basis": "delivered",
}  # fmt: skip
READ = Scheme(
    "x@1", ("Perbup 1/2025", "Perda 1/2025", "Permen 2/2025"), (Component("work", Fraction(100), ("predicate",), "payout-1"),),
    {7: 3_000_000, 8: 4_000_001}, PAYOUT, "next_quarter", "delivered", "hold", None, Fraction(25), interruptions=TABLES.interruptions,
    bonuses=TABLES.bonuses,
)  # fmt: skip


def read(**changes: Any) -> Scheme:
    return read_scheme("x@1", ("Perbup 1/2025",), LEAST | changes, TABLES)


def test_a_rule_set_with_nothing_but_what_it_must_say():
    assert read() == READ
    assert read(sanction_cut=None, pay_before_end=None, extras=None, predicate_names=None, interruptions=None, end_of_service=None) == READ


POINTS = {"late_block_minutes": 1, "late_points": 3, "late_cap": 57, "absent_day": "2.5", "meeting": 0, "roll_call": 100}


@pytest.mark.parametrize(("settings", "meant"), [
    *(({"effect": one}, {"effect": one}) for one in ("next_year", "next_month", "same_month")),
    ({"pay_basis": "finalized"}, {"pay_basis": "finalized"}),
    ({"when_missing": "hold"}, {}), ({"when_missing": "last"}, {"when_missing": "last"}),
    *(({"when_missing": one}, {"when_missing": Fraction(one)}) for one in (0, "33.3", 100)),
    ({"without_predicate": None}, {}), ({"without_predicate": "hold"}, {"without_predicate": "hold"}),
    *(({"without_predicate": one}, {"without_predicate": one}) for one in PREDICATES),
    *(({"without_predicate": one}, {"without_predicate": Fraction(one)}) for one in (0, "1/3", 100)),
    ({"recovery_cap_percent": 0}, {"recovery_cap": Fraction(0)}), ({"recovery_cap_percent": 100}, {"recovery_cap": Fraction(100)}),
    ({"rest": "largest-remainder"}, {}), ({"rest": "each-line"}, {"rest": "each-line"}), ({"rest": "work"}, {"rest": "work"}),
    *(({"within_month": one}, {"within_month": one}) for one in ("days", "working-days", "first-day", "last-day", "longest", 1, 15, 28)),
    ({"interruptions": {"long-leave": 0, "suspended": "12.5"}},
     {"interruptions": {"long-leave": Fraction(0), "study": Fraction(0), "suspended": Fraction(25, 2)}}),
    ({"end_of_service": {"died": "whole-month", "retired": "within-month"}}, {"ends": {"died": "whole-month", "retired": "within-month"}}),
    ({"bonus_after_end": {"died": "lapses", "resigned": "paid"}},
     {"bonuses": {"died": "lapses", "dismissed": "lapses", "resigned": "paid"}}),
    ({"predicate_names": {"cukup": "butuh_perbaikan"}}, {"names": {"cukup": "butuh_perbaikan"}}),
    ({"discipline": POINTS},
     {"discipline": DisciplineRule(1, Fraction(3), Fraction(57), Fraction(5, 2), Fraction(0), Fraction(100))}),
    ({"discipline": POINTS | {"late_block_minutes": "450"}},
     {"discipline": DisciplineRule(450, Fraction(3), Fraction(57), Fraction(5, 2), Fraction(0), Fraction(100))}),
    ({"basic_table": {"7": 1000, "12": "2000", "99": 0}},
     {"basic": {7: 1000, 12: 2000, 99: 0}, "sources": ("Perbup 1/2025", "Permen 2/2025")}),
    ({"basic_index": "0.5"}, {"basic": {7: 1_500_000, 8: 2_000_001}}),
    ({"basic_index": ["0.5", "1/3"]}, {"basic": {7: 500_000, 8: 666_667}}),
    ({"basic_index": []}, {}),
    ({"payout": {name: 100 - number for number, name in enumerate(PREDICATES)}},
     {"payout": {name: Fraction(100 - number) for number, name in enumerate(PREDICATES)}, "sources": ("Perbup 1/2025", "Perda 1/2025"),
      "components": (Component("work", Fraction(100), ("predicate",), "payout"),)}),
    ({"extras": [{"name": "more", "when_predicate": ["baik", "sangat_baik"], "percent_of_base": 10},
                 {"name": "less", "when_predicate": ["kurang"], "percent_of_base": "0.5"}]},
     {"extras": (Extra("more", frozenset(("baik", "sangat_baik")), Fraction(10)), Extra("less", frozenset(("kurang",)), Fraction(1, 2)))}),
    ({"sanction_cut": {"since": "2026-02-01", "source": "Perbup 12/2025 Pasal 9"}},
     {"cut": CutRule(date(2026, 2, 1), "Perbup 12/2025 Pasal 9"), "sources": (*READ.sources, "Perbup 12/2025 Pasal 9")}),
    ({"sanction_cut": {"since": "2026-02-01", "source": "Perbup 1/2025"}}, {"cut": CutRule(date(2026, 2, 1), "Perbup 1/2025")}),
    ({"pay_before_end": {"months": [12], "from_day": 1, "source": "Perwal 42/2025"}},
     {"early": EarlyRule(frozenset((12,)), 1, "provisional", "hold", "Perwal 42/2025"), "sources": (*READ.sources, "Perwal 42/2025")}),
    ({"pay_before_end": {"months": [1, 12], "from_day": 28, "attendance": "full", "predicate": "last", "source": "Perwal 42/2025"}},
     {"early": EarlyRule(frozenset((1, 12)), 28, "full", "last", "Perwal 42/2025"), "sources": (*READ.sources, "Perwal 42/2025")}),
])  # fmt: skip
def test_what_a_setting_means(settings: dict[str, Any], meant: dict[str, Any]):
    assert read(**settings) == replace(READ, **meant)


def test_components_times_criteria_and_factors():
    parts = [
        {"name": "work", "share_percent": 60, "factor": ["predicate", "discipline"]},
        {"name": "time", "share_percent": 40, "factor": "discipline"},
    ]
    criteria = [{"name": "load", "percent": 75}, {"name": "risk", "percent": "12.5"}]
    both, time, points_ = ("predicate", "discipline"), ("discipline",), "discipline-points"
    found = read(components=parts, criteria=criteria, discipline=POINTS, rest="time")
    assert found.components == (
        Component("load/work", Fraction(45), both, f"payout-1 × {points_}"), Component("load/time", Fraction(30), time, points_),
        Component("risk/work", Fraction(15, 2), both, f"payout-1 × {points_}"), Component("risk/time", Fraction(5), time, points_),
    )  # fmt: skip
    assert found.rest == "time" and found.uses("discipline") and found.uses("predicate") and not read().uses("discipline")


@pytest.mark.parametrize(("wrong", "place"), [
    *(({name: value}, name) for name, value in (
        ("components", []), ("basic_table", "nowhere"), ("basic_table", 7),
        ("payout", "nowhere"), ("payout", {"baik": 100}), ("payout", 7), ("payout", PAYOUT | {"cukup": 1}),
        ("effect", "some_day"), ("pay_basis", "rumour"),
        ("when_missing", 101), ("when_missing", "first"),
        ("without_predicate", 101), ("without_predicate", "cukup"), ("recovery_cap_percent", 101), ("recovery_cap_percent", -1),
        ("rest", "bonus"), ("within_month", 0), ("within_month", 29), ("within_month", "weeks"), ("within_month", True), ("surplus", 1),
    )),
    *(({"components": [LEAST["components"][0] | {name: value}]}, f"components[0].{name}") for name, value in (
        ("name", "two.words"), ("name", "sanction"), ("name", "bonus"), ("share_percent", 101), ("factor", "luck"), ("factor", []),
        ("factor", ["predicate", "predicate"]), ("surplus", 1),
    )),
    ({"components": [LEAST["components"][0] | {"share_percent": 99}]}, "components"),
    ({"components": [{"name": "work", "share_percent": 50, "factor": "predicate"}] * 2}, "components"),
    ({"components": [{"name": "work", "share_percent": 100, "factor": "discipline"}]}, "discipline"),
    ({"criteria": [{"name": "two.words", "percent": 1}]}, "criteria[0].name"),
    ({"criteria": [{"name": "load", "percent": 101}]}, "criteria[0].percent"),
    ({"criteria": [{"name": "load", "percent": 1, "surplus": 1}]}, "criteria[0].surplus"),
    *(({"basic_table": {name: value}}, f"basic_table.{name}") for name, value in (
        ("0", 1), ("100", 1), ("x", 1), ("7", -1), ("7", "1.5"), ("7", None),
    )),
    ({"basic_index": ["x"]}, "basic_index.0"), ({"basic_index": "x"}, "basic_index"), ({"payout": PAYOUT | {"baik": 101}}, "payout.baik"),
    *(({"discipline": POINTS | {name: value}}, f"discipline.{name}") for name, value in (
        ("late_block_minutes", 0), ("late_block_minutes", "0.5"), ("late_points", 101), ("late_cap", 101), ("absent_day", 101),
        ("meeting", -1), ("roll_call", 101), ("surplus", 1),
    )),
    *(({"extras": [{"name": "more", "when_predicate": ["baik"], "percent_of_base": 10} | {name: value}]}, f"extras[0].{name}")
      for name, value in (("name", "work"), ("name", "bonus"), ("when_predicate", []), ("when_predicate", ["cukup"]),
                          ("percent_of_base", 101), ("surplus", 1))),
    ({"extras": [{"name": "more", "when_predicate": ["baik"], "percent_of_base": 10}] * 2}, "extras[1].name"),
    *(({"sanction_cut": {"since": "2026-01-01", "source": "Perbup 1/2025"} | {name: value}}, f"sanction_cut.{name}")
      for name, value in (("since", "soon"), ("source", ""), ("surplus", 1))),
    ({"interruptions": {"long-leave": 101}}, "interruptions.long-leave"), ({"interruptions": {"holiday": 1}}, "interruptions.holiday"),
    ({"end_of_service": {"died": "never"}}, "end_of_service.died"), ({"end_of_service": {"gone": "whole-month"}}, "end_of_service.gone"),
    ({"bonus_after_end": {"died": "halved"}}, "bonus_after_end.died"), ({"bonus_after_end": {"gone": "paid"}}, "bonus_after_end.gone"),
    *(({"pay_before_end": {"months": [12], "from_day": 20, "source": "Perwal 42/2025"} | {name: value}}, f"pay_before_end.{name}")
      for name, value in (("months", []), ("months", [13]), ("months", [0]), ("months", 12), ("from_day", 0), ("from_day", 29),
                          ("attendance", "none"), ("predicate", "best"), ("source", ""), ("surplus", 1))),
    ({"predicate_names": {"cukup": "cukup"}}, "predicate_names.cukup"), ({"predicate_names": {"baik": "kurang"}}, "predicate_names.baik"),
])  # fmt: skip
def test_a_setting_that_cannot_be_used_is_refused_with_its_place(wrong: dict[str, Any], place: str):
    with pytest.raises(Refused) as caught:
        read(**wrong)
    assert wrong_setting(caught.value) == place


@pytest.mark.parametrize("name", LEAST)
def test_what_a_rule_set_must_say(name: str):
    with pytest.raises(Refused) as caught:
        read_scheme("x@1", (), {other: value for other, value in LEAST.items() if other != name}, TABLES)
    assert wrong_setting(caught.value) == name


def test_what_was_published_stays_readable():
    assert read_scheme("x@1", ("Perbup 1/2025",), LEAST | {"surplus": 1}, TABLES, published=True) == READ


# --- which period pays which month ---


@pytest.mark.parametrize(("effect", "month", "period"), [
    ("next_quarter", "2026-01", "2025-Q4"), ("next_quarter", "2026-06", "2026-Q1"), ("next_year", "2026-12", "2025"),
    ("next_month", "2026-01", "2025-12"), ("same_month", "2026-01", "2026-01"),
])  # fmt: skip
def test_the_period_that_pays_a_month_and_the_months_that_a_period_pays(effect: str, month: str, period: str):
    assert read(effect=effect).pays(Period.parse(month)) == Period.parse(period)
    assert Period.parse(month) in paid_months(Period.parse(period))


def test_all_the_months_that_a_period_may_pay():
    paid = {one: " ".join(map(str, paid_months(Period.parse(one)))) for one in ("2025-12", "2025-Q4")}
    assert paid == {"2025-12": "2025-12 2026-01", "2025-Q4": "2026-01 2026-02 2026-03"}
    assert paid_months(Period.parse("2025")) == Period.parse("2026").months


def test_a_cut_counts_from_the_first_month_that_begins_on_its_day_or_later():
    def cuts(since: str) -> list[bool]:
        scheme = read(sanction_cut={"since": since, "source": "Perbup 12/2025"})
        return [scheme.cuts(Period(2026, month, month)) for month in (1, 2, 3)]

    assert cuts("2026-02-01") == [False, True, True] and cuts("2026-02-02") == [False, False, True]
    assert not read().cuts(Period(2026, 1, 1))
    named = read(predicate_names={"cukup": "butuh_perbaikan"})
    assert [named.named(one) for one in ("cukup", "baik")] == ["butuh_perbaikan", "baik"]


def test_months_paid_before_their_end():
    rule = EarlyRule(frozenset((12,)), 20, "full", "last", "Perwal 42/2025")
    december, november = Period(2026, 12, 12), Period(2026, 11, 11)
    assert (rule.covers(december), rule.covers(november), rule.first_day(december)) == (True, False, date(2026, 12, 20))
    days = [None, date(2026, 12, 19), date(2026, 12, 20), date(2026, 12, 31), date(2027, 1, 1)]
    assert [rule.holds(december, day) for day in days] == [False, False, True, True, False]
    assert not rule.holds(november, date(2026, 11, 25))


# --- discipline points ---

RULE = DisciplineRule(450, Fraction(3), Fraction(57), Fraction(5, 2), Fraction(1), Fraction(1, 5))


@pytest.mark.parametrize(("late", "early", "absent", "meetings", "roll_calls", "taken"), [
    (0, 0, 0, 0, 0, []), (449, 0, 0, 0, 0, []),
    (400, 50, 0, 0, 0, [("late-and-early-minutes", 450, "3")]), (899, 0, 0, 0, 0, [("late-and-early-minutes", 899, "3")]),
    (9000, 0, 0, 0, 0, [("late-and-early-minutes", 9000, "57")]), (0, 8550, 0, 0, 0, [("late-and-early-minutes", 8550, "57")]),
    (450, 0, 3, 2, 4, [("late-and-early-minutes", 450, "3"), ("days-absent", 3, "15/2"), ("meetings-missed", 2, "2"),
                       ("roll-calls-missed", 4, "4/5")]),
    (9000, 0, 30, 0, 0, [("late-and-early-minutes", 9000, "57"), ("days-absent", 30, "75")]),
])  # fmt: skip
def test_what_is_taken_off_cause_by_cause(late: int, early: int, absent: int, meetings: int, roll_calls: int, taken: list):
    attendance = AttendanceRecorded("m1", "2026-04", late, early, absent, meetings, roll_calls, 1)
    assert deductions(attendance, RULE) == tuple(Deduction(cause, count, Fraction(lost)) for cause, count, lost in taken)
    assert points(attendance, RULE) == max(0, 100 - sum(Fraction(lost) for _, _, lost in taken))
