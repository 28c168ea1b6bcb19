"""One month's days, predicate and entitlement, field by field: on boundary days and with each thing missing alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.payroll import heard as h
from services.payroll.domain.allowance import Portion
from services.payroll.domain.dossier import Dossier
from services.payroll.domain.early import EarlyRule
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.presence import Stretch, away, life_in, portions, position_on, stretches
from services.payroll.domain.rules.attendance import attendance_of
from services.payroll.domain.rules.bonuses import bonuses_of
from services.payroll.domain.rules.days import taken_back
from services.payroll.domain.rules.predicate import Standing, fallbacks, standing_for, standing_in
from services.payroll.domain.scheme import CutRule, Extra
from services.payroll.domain.settings import read_scheme
from services.payroll.events import Line, Missing, RuleSetPublished
from services.payroll.tables import TABLES
from shared.events.calendar import HolidayDeclared, WorkingWeekSet
from shared.kernel.calendar import Calendar
from shared.kernel.employment import Employment, Interruption, Spell
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.dossiers import changed, dossier_of
from tests.support.knowledge import heard
from tests.support.payroll_year import at

DAY = timedelta(days=1)
APRIL, Q1 = Period(2026, 4, 4), Period.parse("2026-Q1")
FIRST, LAST = APRIL.start, APRIL.end
SCHEME = replace(
    read_scheme("r@1", ("Perbup 1/2025",), year.SETTINGS, TABLES), basic={8: 3_000_000, 9: 6_000_000}, interruptions={}, payout={
        "sangat_baik": Fraction(100), "baik": Fraction(90), "butuh_perbaikan": Fraction(50)}
)  # fmt: skip
POST, REGISTERED = year.position(), year.registered()
SINCE_2020 = Employment((Spell(date(2020, 1, 1)),))


def copy(fact: Fact, **changes: Any) -> Fact:
    return Fact(**{name: getattr(fact, name) for name in fact.__struct_fields__} | changes)


# --- the days of a month ---


def days(*positions: Fact, employment: Employment = SINCE_2020, calendar: Calendar | None = None, **rules: Any) -> list[tuple]:
    found = stretches(APRIL, positions, employment, replace(SCHEME, **rules), calendar or Calendar())
    return [
        (
            one.since.day,
            one.until.day,
            one.position and one.position.event.job_class,
            one.serving,
            one.percent,
            one.why,
            one.days,
            one.of_days,
        )
        for one in found
    ]


def test_a_month_in_which_nothing_changes_is_one_stretch():
    assert stretches(APRIL, (POST,), SINCE_2020, SCHEME, Calendar()) == (Stretch(FIRST, LAST, POST, True, Fraction(100), None, 30, 30),)
    for since in (FIRST, FIRST - DAY, LAST + DAY):
        other = year.position(9, since, version=3)
        job_class = 8 if since > LAST else 9
        assert days(POST, other) == [(1, 30, job_class, True, 100, None, 30, 30)]
    assert days(POST, year.position(9, date(2026, 4, 10), version=3, acting=True)) == [(1, 30, 8, True, 100, None, 30, 30)]


@pytest.mark.parametrize("day", [2, 15, 30])
def test_a_post_that_changes_within_the_month_makes_two(day: int):
    other = year.position(9, date(2026, 4, day), version=3)
    first, second = (1, day - 1, 8, True, 100, None, day - 1, 30), (day, 30, 9, True, 100, None, 31 - day, 30)
    assert days(POST, other) == days(other, POST) == [first, second]


def test_days_before_service_after_it_and_without_a_post():
    joined = Employment((Spell(date(2026, 4, 11)),))
    assert days(POST, employment=joined) == [(1, 10, 8, False, 0, "before-service", 10, 30), (11, 30, 8, True, 100, None, 20, 30)]
    left = Employment((Spell(date(2020, 1, 1), date(2026, 4, 11), "retired"),))
    paid, over = (1, 10, 8, True, 100, None, 10, 30), (11, 30, 8, False, 0, "retired", 20, 30)
    assert days(POST, employment=left) == [paid, over]
    late = year.position(8, date(2026, 4, 6))
    assert days(late) == [(1, 5, None, True, 0, "no-post", 5, 30), (6, 30, 8, True, 100, None, 25, 30)]
    assert days(POST, employment=Employment()) == [(1, 30, 8, True, 100, None, 30, 30)], "of whom nothing is known, the post says it"


def test_a_kind_of_end_may_pay_its_month_whole_as_on_the_last_day_of_service():
    def left(on: date, how: str = "died") -> Employment:
        return Employment((Spell(date(2020, 1, 1), on, how),))

    whole = {"ends": {"died": "whole-month", "resigned": "within-month"}}
    assert days(POST, employment=left(date(2026, 4, 2)), **whole) == [(1, 30, 8, True, 100, None, 30, 30)]
    assert days(POST, employment=left(date(2026, 4, 2), "resigned"), **whole)[1][4:6] == (0, "resigned")
    assert days(POST, employment=left(FIRST), **whole) == [(1, 30, 8, False, 0, "died", 30, 30)], "its last month was the one before"
    other = year.position(9, date(2026, 4, 10), version=3)
    assert days(POST, other, employment=left(date(2026, 4, 10)), **whole) == [(1, 30, 8, True, 100, None, 30, 30)]
    assert [one[:3] for one in days(POST, other, employment=left(date(2026, 4, 11)), **whole)] == [(1, 9, 8), (10, 30, 9)]


def test_an_interruption_is_paid_as_its_kind_says_from_its_first_to_its_last_day():
    away_ = Employment((Spell(date(2020, 1, 1), interruptions=(Interruption("long-leave", date(2026, 4, 11), date(2026, 4, 20)),)),))
    leave = {"interruptions": {"long-leave": Fraction(40)}}
    assert days(POST, employment=away_, **leave) == [
        (1, 10, 8, True, 100, None, 10, 30), (11, 20, 8, True, 40, "long-leave", 10, 30), (21, 30, 8, True, 100, None, 10, 30),
    ]  # fmt: skip
    assert [one[4:6] for one in days(POST, employment=away_)] == [(100, None), (100, "long-leave"), (100, None)], "others are paid in full"
    open_ = Employment((Spell(date(2020, 1, 1), interruptions=(Interruption("suspended", date(2026, 4, 21), None),)),))
    assert [one[:2] for one in days(POST, employment=open_, interruptions={"suspended": Fraction(0)})] == [(1, 20), (21, 30)]


def test_working_days_count_only_those():
    week = Calendar(weeks={}, holidays=frozenset({date(2026, 4, 3)})) if "holidays" in Calendar.__dataclass_fields__ else Calendar()
    other = year.position(9, date(2026, 4, 6), version=3)
    found = days(POST, other, within_month="working-days", calendar=week)
    expected = [len([one for one in range(first, last + 1) if week.is_working(date(2026, 4, one))]) for first, last in ((1, 5), (6, 30))]
    assert [(one[6], one[7]) for one in found] == [(expected[0], sum(expected)), (expected[1], sum(expected))] and expected[1] == 19


@pytest.mark.parametrize(("rule", "day", "job_class"), [
    ("first-day", 2, 8), ("first-day", 1, 9), ("last-day", 30, 9), ("longest", 16, 8), ("longest", 15, 9), (15, 15, 9), (15, 16, 8),
    (1, 2, 8), (28, 28, 9), (28, 29, 8),
])  # fmt: skip
def test_one_day_may_decide_for_the_whole_month(rule: str | int, day: int, job_class: int):
    other = year.position(9, date(2026, 4, day), version=3)
    assert days(POST, other, within_month=rule) == [(1, 30, job_class, True, 100, None, 1, 1)]


def test_the_longest_state_counts_all_its_days_together():
    other, again = year.position(9, date(2026, 4, 8), version=3), year.position(8, date(2026, 4, 22), version=4)
    same_post = copy(again, id=POST.id)
    assert days(POST, other, again, within_month="longest")[0][2] == 9
    leave = Employment((Spell(date(2020, 1, 1), interruptions=(Interruption("study", date(2026, 4, 9), date(2026, 4, 22)),)),))
    assert days(POST, employment=leave, within_month="longest", interruptions={"study": Fraction(0)})[0][4:6] == (100, None)
    assert same_post.id == POST.id


def test_what_is_paid_of_the_month_by_portions():
    found = stretches(APRIL, (POST, year.position(9, date(2026, 4, 11), version=3)), SINCE_2020, SCHEME, Calendar())
    assert portions(found, SCHEME) == (
        Portion(3_000_000, 8, FIRST, date(2026, 4, 10), 10, 30), Portion(6_000_000, 9, date(2026, 4, 11), LAST, 20, 30),
    )  # fmt: skip
    whole = Stretch(FIRST, LAST, POST, True, Fraction(100), "long-leave", 30, 30)
    assert portions([whole], SCHEME) == (Portion(3_000_000, 8),)
    half = replace(whole, percent=Fraction(50))
    assert portions([half], SCHEME) == (Portion(3_000_000, 8, percent=Fraction(50), why="long-leave"),)
    for nothing in ({"percent": Fraction(0)}, {"days": 0}, {"position": None}):
        assert portions([replace(whole, **nothing)], SCHEME) == ()
    assert replace(whole, days=1).paid and replace(whole, percent=Fraction(1, 9)).paid


def test_the_post_held_on_a_day():
    other, acting = year.position(9, date(2026, 4, 10), version=3), year.position(10, date(2026, 4, 12), version=4, acting=True)
    assert [position_on(date(2026, 4, day), (other, acting, POST), SINCE_2020) for day in (9, 10, 30)] == [POST, other, other]
    assert position_on(date(2019, 12, 31), (POST,), SINCE_2020) is None
    again = Employment((Spell(date(2020, 1, 1), date(2026, 4, 5), "resigned"), Spell(date(2026, 4, 8))))
    assert [position_on(date(2026, 4, day), (POST, other), again) for day in (7, 8, 9, 10)] == [POST, None, None, other]


def test_which_facts_of_service_bear_on_a_month():
    def bears(fact: Fact) -> bool:
        return life_in(APRIL, (fact,)) == (fact,)

    assert [bears(year.joined(day)) for day in (FIRST - DAY, FIRST, FIRST + DAY, LAST, LAST + DAY)] == [False, False, True, True, False]
    for kind in (lambda day: year.ended("retired", day), year.end_revoked, year.resumed,
                 lambda day: year.life(h.RegistrationWithdrawn("m1", day), 9)):  # fmt: skip
        assert [bears(kind(day)) for day in (date(2021, 1, 1), FIRST, LAST, LAST + DAY)] == [True, True, True, False]
    leave = [year.interrupted("study", date(2026, 1, 1), until) for until in (None, FIRST - DAY, FIRST, LAST + DAY)]
    assert [bears(one) for one in leave] == [True, False, True, True]
    assert not bears(year.interrupted("study", LAST + DAY, None)) and bears(year.interrupted("study", LAST, None))
    left, back = year.ended("retired", date(2026, 4, 5), version=5), year.end_revoked(date(2026, 4, 5), version=6)
    assert life_in(APRIL, (back, left, back, REGISTERED)) == (left, back)


def test_who_was_away_from_a_whole_period():
    def was_away(*spells: Spell, period: Period = Q1, month: Period = APRIL) -> bool:
        return away(period, Employment(spells), month)

    since = date(2020, 1, 1)
    assert not was_away() and not was_away(Spell(since))
    assert [was_away(Spell(day)) for day in (date(2026, 3, 31), date(2026, 4, 1))] == [False, True]
    assert [was_away(Spell(since, day, "retired")) for day in (date(2026, 1, 1), date(2026, 1, 2))] == [True, False]
    leave = [Interruption("study", date(2026, 1, 1), until) for until in (date(2026, 3, 30), date(2026, 3, 31), None)]
    assert [was_away(Spell(since, interruptions=(one,))) for one in leave] == [False, True, True]
    earlier = Spell(since, date(2026, 3, 1), "resigned")
    assert was_away(earlier, Spell(date(2026, 4, 2))) and not was_away(earlier, Spell(date(2026, 3, 20)))
    assert not was_away(earlier, Spell(date(2026, 5, 1))), "what is paid lies before the new spell"


# --- which predicate pays ---

BAIK, KURANG = year.imported("baik", "2026-Q1"), year.imported("kurang", "2026-Q1")


def test_of_competing_facts_the_highest_rank_gives_the_predicate_and_the_first_of_its_value_is_the_source():
    first = year.delivered("butuh_perbaikan", version=2)
    objection = year.granted("baik")
    assert standing_in(Q1, (first,), "delivered") == Standing(Q1, "butuh_perbaikan", first)
    assert standing_in(Q1, (first,), "finalized") is None
    assert standing_in(Q1, (*objection, first), "delivered") == Standing(Q1, "baik", objection[0])
    assert standing_in(Q1, (*objection, first), "finalized") == Standing(Q1, "baik", objection[1])
    assert standing_in(Period.parse("2026-Q2"), (first,), "delivered") is None and standing_in(Q1, (), "delivered") is None
    assert standing_in(Q1, (BAIK,), "finalized") == Standing(Q1, "baik", BAIK)
    corrected = places.corrected("m1", "2026-Q1", "baik", "butuh_perbaikan")
    for facts in ((BAIK, corrected), (corrected, BAIK, corrected)):
        assert standing_in(Q1, facts, "finalized") == Standing(Q1, "butuh_perbaikan", corrected)
    again = year.delivered("baik", version=7, recorded=at(8, 1))
    assert standing_in(Q1, (BAIK, corrected, again), "delivered") == Standing(Q1, "baik", again)


def dossier(*predicates: Fact, **more: Any) -> Dossier:
    told = {"positions": (POST,), "attendance": (year.attendance(4),), "life": (REGISTERED,)}
    return dossier_of("m1", predicates=predicates, **told | more)


def test_what_the_rules_put_in_the_place_of_a_predicate():
    def standing(*facts: Fact, life: tuple = (REGISTERED,), **rules: Any) -> Standing | None:
        return standing_for(APRIL, dossier(*facts, life=life), replace(SCHEME, **rules))

    old = year.imported("baik", "2025-Q4")
    assert standing(BAIK, old, when_missing="last", without_predicate=Fraction(80)) == Standing(Q1, "baik", BAIK)
    assert standing(old, when_missing="last") == Standing(Period.parse("2025-Q4"), "baik", old, "last-predicate")
    assert standing(old) is standing(when_missing="last") is None
    assert standing(old, when_missing=Fraction(70)) == Standing(Q1, "missing", None, "when-missing", Fraction(70))
    new = (year.joined(date(2026, 4, 1)),)
    assert standing(life=new, without_predicate=Fraction(80), when_missing=Fraction(70)) == Standing(
        Q1, "missing", None, "without-predicate", Fraction(80)
    )
    assert standing(life=new, without_predicate="baik") == Standing(Q1, "baik", None, "without-predicate")
    assert standing(life=new, without_predicate="hold", when_missing=Fraction(70)) is None
    assert standing(life=new, when_missing=Fraction(70)) == Standing(Q1, "missing", None, "when-missing", Fraction(70))
    assert standing(without_predicate=Fraction(80)) is None, "he was there, and waits like everybody"


def test_which_earlier_periods_are_looked_at_and_in_which_order():
    def looked_at(*periods: str, life: tuple = (REGISTERED,), period: Period = Q1) -> list[str]:
        facts = [year.imported("baik", one) for one in periods]
        return [str(one) for one in fallbacks(period, APRIL, dossier(*facts, life=life))]

    assert looked_at("2025-Q1", "2025-Q4", "2025", "2025-12", "2025-Q3", "2026-Q1", "2026-Q2") == [
        "2025-Q4",
        "2025",
        "2025-12",
        "2025-Q3",
        "2025-Q1",
    ]
    assert looked_at("2026-03", "2026-04", "2025-03", "2025-02") == ["2026-03", "2025-03"]
    assert looked_at("2024-Q4") == []
    back = (
        year.joined(date(2020, 1, 1)),
        year.ended("resigned", date(2025, 11, 1), 3),
        copy(year.joined(date(2026, 1, 1)), version=4, id="again"),
    )
    assert looked_at("2025-Q4", "2026-02", life=back) == ["2026-02"]
    assert looked_at("2025-Q4", "2025", period=Period.parse("2026-01")) == ["2025", "2025-Q4"]


# --- what else counts ---


def test_of_a_months_attendance_the_highest_revision_and_the_provisional_one_where_the_rules_pay_early():
    whole, part = year.attendance(4), year.attendance(4, absent=1, revision=2)
    part = copy(part, event=replace(part.event, provisional_until=date(2026, 4, 20)))
    early = replace(SCHEME, early=EarlyRule(frozenset((4,)), 20, "provisional", "hold", "Perwal 42/2025"))
    elsewhere = replace(SCHEME, early=EarlyRule(frozenset((5,)), 20, "provisional", "hold", "Perwal 42/2025"))
    facts = (whole, part, year.attendance(5, revision=9))
    for today, found in ((None, whole), (date(2026, 4, 1), part), (LAST, part), (LAST + DAY, whole)):
        assert [attendance_of(APRIL, facts, scheme, today) for scheme in (None, SCHEME, elsewhere, early)] == [whole, whole, whole, found]
    assert attendance_of(APRIL, facts) == attendance_of(APRIL, facts, early) == whole
    assert attendance_of(APRIL, (part,)) is attendance_of(APRIL, facts[2:]) is None


def test_bonuses_of_a_month_once_and_in_order():
    later, first = places.award("m1", 5, "2026-04", at(4, 9), "b"), places.award("m1", 7, "2026-04", at(4, 2), "a")
    others = (places.award("m1", 0, "2026-04", at(4, 1)), places.award("m1", 9, "2026-05", at(4, 1)), places.award("m1", 9, None, at(4, 1)))
    told = changed(WHOLE, awards=(later, *others, first, later))
    assert bonuses_of(APRIL, told, SCHEME) == bonuses_of(APRIL, told, None) == ((first, later), ())
    least = places.award("m1", 1, "2026-04", at(4, 2))
    assert bonuses_of(APRIL, changed(WHOLE, awards=(least,)), SCHEME) == ((least,), ())


@pytest.mark.parametrize(("granted", "ends", "lapses"), [
    (date(2026, 2, 10), [(date(2026, 3, 1), None)], True), (date(2026, 2, 28), [(date(2026, 3, 1), None)], True),
    (date(2026, 2, 10), [(FIRST, None)], True), (date(2026, 2, 10), [(FIRST + DAY, None)], False),
    (date(2026, 3, 10), [(date(2026, 3, 1), None)], True), (date(2026, 3, 10), [(date(2026, 3, 1), date(2026, 3, 20))], False),
    (date(2026, 3, 1), [(date(2026, 3, 1), date(2026, 3, 20))], False),
    (date(2026, 2, 10), [(date(2026, 3, 1), date(2026, 3, 20))], True),
    (date(2026, 3, 10), [(date(2026, 3, 1), date(2026, 3, 5)), (date(2026, 3, 20), None)], True),
    (date(2026, 3, 25), [(date(2026, 3, 1), LAST + DAY)], True),
])  # fmt: skip
def test_a_bonus_lapses_with_an_end_of_service_after_which_none_is_paid(granted: date, ends: list, lapses: bool):
    life, version = [REGISTERED], 5
    for end, back in ends:
        life.append(year.ended("dismissed", end, version))
        if back is not None:
            life.append(copy(year.joined(back), version=version + 1, id=f"back-{version}"))
        version += 2
    award = places.award("m1", 7, "2026-04", datetime(granted.year, granted.month, granted.day, 3, tzinfo=UTC))
    told = changed(WHOLE, life=tuple(life), awards=(award,))
    for rules, paid in (({"dismissed": "lapses"}, not lapses), ({}, not lapses), ({"dismissed": "paid", "retired": "lapses"}, True)):
        assert bonuses_of(APRIL, told, replace(SCHEME, bonuses=rules)) == (((award,), ()) if paid else ((), (award,)))
    assert bonuses_of(APRIL, told, None) == ((award,), ())


def test_of_two_ends_the_last_one_decides_over_a_bonus_granted_after_both():
    life = (REGISTERED, year.ended("dismissed", date(2026, 1, 10), 5), copy(year.joined(date(2026, 1, 20)), version=6, id="back"),
            year.ended("retired", date(2026, 2, 1), 7))  # fmt: skip
    award = places.award("m1", 7, "2026-04", datetime(2026, 3, 1, 3, tzinfo=UTC))
    rules = replace(SCHEME, bonuses={"retired": "paid", "dismissed": "lapses"})
    assert bonuses_of(APRIL, changed(WHOLE, life=life, awards=(award,)), rules) == ((award,), ())
    again = (*life, copy(year.joined(date(2026, 3, 20)), version=8, id="again"))
    new = year.position(8, date(2026, 3, 20), version=9)
    before = places.award("m1", 7, "2026-04", datetime(2026, 1, 5, 3, tzinfo=UTC), "teladan")
    found = entitle(APRIL, changed(WHOLE, life=again, positions=(new,), awards=(award, before)), rules)
    assert found.lines[2:] == (Line("bonus", "tim-terbaik", 7, "100", "100", 7),), "the one granted before the dismissal has lapsed"
    assert award in found.grounds


def test_withdrawn_posts_that_would_have_paid():
    held = year.position(8, date(2026, 3, 10))

    def back(since: date, acting: bool = False) -> Fact:
        event = h.PositionWithdrawn("m1", since, acting)
        return heard("personnel", event, "m1", "personnel-employee-m1", 30, at(4, 9))

    days_ = [date(2026, 3, 10), date(2026, 3, 11), LAST, LAST + DAY]
    assert [bool(taken_back(APRIL, (back(day),), held)) for day in days_] == [False, True, True, False]
    assert taken_back(APRIL, (back(LAST, acting=True),), held) == ()


# --- the whole ---

PUBLISHED = Fact(
    RuleSetPublished("allowance", "r", 1, date(2026, 1, 1), ("Perbup 1/2025",), {}), "rules-1", "id.payroll.rule-set", "kota", "rules",
    "payroll-rules-allowance", 1, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "x", "y",
)  # fmt: skip
ATTENDED = year.attendance(4, late=450)
WHOLE = dossier(BAIK, attendance=(ATTENDED,), rule_sets=(PUBLISHED,))
STRETCH = Stretch(FIRST, LAST, POST, True, Fraction(100), None, 30, 30)
LINES = (
    Line("performance", "permenlu-3-2025-15", 3_000_000, "60", "90", 1_620_000),
    Line("discipline", "discipline-points", 3_000_000, "40", "97", 1_164_000),
)
FOUND = Entitlement(
    "m1", "2026-04", "r@1", 8, "2026-Q1", "baik", "97", LINES, 2_784_000, (PUBLISHED, POST, ATTENDED, BAIK), (STRETCH,),
    Standing(Q1, "baik", BAIK),
)  # fmt: skip


def test_an_entitlement_with_all_that_it_rests_on():
    assert entitle(APRIL, WHOLE, SCHEME) == FOUND
    assert FOUND.inputs == (PUBLISHED.id, POST.id, ATTENDED.id, BAIK.id)
    delivered = year.delivered("baik", version=6)
    assert entitle(APRIL, changed(WHOLE, predicates=(delivered,)), SCHEME).standing == Standing(Q1, "baik", delivered)
    old = year.delivered("baik", "2025-Q4", version=6)
    by_last = entitle(APRIL, changed(WHOLE, predicates=(old,)), replace(SCHEME, when_missing="last"))
    assert by_last.standing == Standing(Period.parse("2025-Q4"), "baik", old, "last-predicate")
    back = heard("personnel", h.PositionWithdrawn("m1", FIRST + DAY, False), "m1", "personnel-employee-m1", 30, at(4, 9))
    before = copy(back, event=replace(back.event, since=POST.event.since), id="before")
    assert entitle(APRIL, changed(WHOLE, withdrawn=(back, before)), SCHEME).grounds == (*FOUND.grounds, back)


def test_the_rest_goes_where_the_rules_say():
    halves = tuple(replace(one, share=Fraction(50), factors=("predicate",)) for one in SCHEME.components)
    scheme = replace(SCHEME, components=halves, basic={8: 1}, payout={"baik": Fraction(100)}, discipline=None)
    for rest, amounts in (("largest-remainder", [1, 0]), ("performance", [0, 1]), ("discipline", [1, 0])):
        assert [line.amount for line in entitle(APRIL, WHOLE, replace(scheme, rest=rest)).lines] == amounts


def test_extras_cut_and_bonus_come_after_the_components():
    sanction, bonus = places.imposed("m1"), places.award("m1", 500, "2026-04", at(4, 2))
    scheme = replace(
        SCHEME, cut=CutRule(FIRST, "Perbup 12/2025"),
        extras=(Extra("more", frozenset(("baik",)), Fraction(10)), Extra("none", frozenset(("kurang",)), Fraction(10))),
    )  # fmt: skip
    found = entitle(APRIL, changed(WHOLE, sanctions=(sanction,), awards=(bonus,)), scheme)
    assert found.lines == (
        *LINES, Line("sanction", "sanction-cut", 2_784_000, "100", "-25", -696_000),
        Line("more", "predicate-extra", 3_000_000, "10", "100", 300_000), Line("bonus", "tim-terbaik", 500, "100", "100", 500),
    )  # fmt: skip
    assert (found.total, found.grounds) == (2_784_000 - 696_000 + 300_500, (PUBLISHED, POST, ATTENDED, BAIK, sanction, bonus))
    lifting = places.lifted(FIRST, "m1")
    lifted = entitle(APRIL, changed(WHOLE, sanctions=(sanction,), liftings=(lifting,)), scheme)
    assert (lifted.lines[2].name, lifted.grounds[-2:]) == ("more", (sanction, lifting))
    before = replace(scheme, cut=CutRule(FIRST + DAY, "Perbup 12/2025"))
    assert entitle(APRIL, changed(WHOLE, sanctions=(sanction,)), before).grounds == FOUND.grounds


def held(changes: dict[str, Any], **rules: Any) -> list[tuple[str, str]] | None:
    found = entitle(APRIL, changed(WHOLE, **changes), replace(SCHEME, **rules))
    if not isinstance(found, Held):
        return None
    assert (found.employee, found.month) == ("m1", "2026-04")
    return [(one.code, one.about) for one in found.missing]


NEW = (year.joined(date(2026, 4, 1)),)


@pytest.mark.parametrize(("changes", "rules", "missing"), [
    ({}, {"basic": {9: 1}}, [("basic-amount", "8")]),
    ({"attendance": ()}, {}, [("attendance", "2026-04")]),
    ({"predicates": ()}, {}, [("predicate", "2026-Q1")]),
    ({"predicates": (), "life": NEW}, {}, [("without-predicate", "2026-Q1")]),
    ({"predicates": (), "life": NEW}, {"without_predicate": "hold"}, [("predicate", "2026-Q1")]),
    ({"predicates": (year.imported("cukup", "2026-Q1"),)}, {}, [("payout", "cukup")]),
    ({"predicates": (year.imported("cukup", "2026-Q1"),)}, {"names": {"cukup": "baik"}}, None),
    ({"positions": ()}, {}, [("position", "2026-04-01")]),
    ({"positions": (), "attendance": (), "predicates": ()}, {},
     [("position", "2026-04-01"), ("attendance", "2026-04"), ("predicate", "2026-Q1")]),
    ({"sanctions": (places.imposed("m1", percent=None),)}, {"cut": CutRule(FIRST, "x")}, [("sanction-percent", "absence-2025")]),
    ({"sanctions": (places.imposed("m1", percent=None),)}, {}, None),
    ({"attendance": (), "predicates": ()}, {"basic": {}}, [("basic-amount", "8"), ("attendance", "2026-04"), ("predicate", "2026-Q1")]),
])  # fmt: skip
def test_what_is_missing(changes: dict[str, Any], rules: dict[str, Any], missing: list | None):
    assert held(changes, **rules) == missing


def test_without_rules_a_month_is_held():
    assert entitle(APRIL, WHOLE, None) == Held("m1", "2026-04", (Missing("rules", "2026-04-01"),))


def test_a_percentage_in_the_place_of_a_predicate():
    found = entitle(APRIL, changed(WHOLE, predicates=()), replace(SCHEME, when_missing=Fraction(70)))
    assert (found.predicate, found.predicate_period, found.lines[0].percent) == ("missing", "2026-Q1", "70")
    assert found.grounds == (PUBLISHED, POST, ATTENDED)


def test_without_a_component_of_discipline_attendance_is_not_asked_for():
    found = entitle(APRIL, changed(WHOLE, attendance=()), replace(SCHEME, components=SCHEME.components[:1], discipline=None))
    assert (found.discipline_points, found.lines, found.grounds) == ("", LINES[:1], (PUBLISHED, POST, BAIK))
    attended = entitle(APRIL, WHOLE, replace(SCHEME, components=SCHEME.components[:1], discipline=None))
    assert (attended.grounds, attended.assumed) == ((PUBLISHED, POST, BAIK), False)


EARLY = EarlyRule(frozenset((4,)), 20, "full", "last", "Perwal 42/2025")


def test_a_month_that_runs_counts_as_attended_in_full_where_the_rules_say_so():
    old = year.imported("baik", "2025-Q4")
    running = changed(WHOLE, predicates=(old,), attendance=(), today=date(2026, 4, 20))
    found = entitle(APRIL, running, replace(SCHEME, early=EARLY))
    assert (found.assumed, found.discipline_points, found.predicate_period, found.counts_until) == (True, "100", "2025-Q4", LAST)
    assert found.standing == Standing(Period.parse("2025-Q4"), "baik", old, "last-predicate")
    for today in (date(2026, 4, 19), date(2026, 5, 1), None):
        assert isinstance(entitle(APRIL, changed(running, today=today), replace(SCHEME, early=EARLY)), Held)
    assert isinstance(entitle(APRIL, running, replace(SCHEME, early=replace(EARLY, attendance="provisional"))), Held)
    assert isinstance(entitle(APRIL, running, replace(SCHEME, early=replace(EARLY, predicate="hold"))), Held)
    own = entitle(APRIL, running, replace(SCHEME, early=EARLY, when_missing=Fraction(70)))
    assert (own.predicate, own.standing.percent) == ("missing", Fraction(70)), "a rule of its own for what is missing stands"
    attended = entitle(APRIL, changed(running, attendance=(ATTENDED,)), replace(SCHEME, early=EARLY))
    assert (attended.assumed, attended.discipline_points, attended.counts_until) == (False, "97", LAST), (
        "the last predicate counts till then"
    )
    settled = changed(running, attendance=(ATTENDED,), predicates=(BAIK,))
    assert entitle(APRIL, settled, replace(SCHEME, early=EARLY)).counts_until is None
    part = copy(ATTENDED, event=replace(ATTENDED.event, provisional_until=date(2026, 4, 20)))
    assert entitle(APRIL, changed(settled, attendance=(part,)), replace(SCHEME, early=EARLY)).counts_until == LAST
    always_last = replace(SCHEME, early=EARLY, when_missing="last")
    assert entitle(APRIL, changed(running, attendance=(ATTENDED,)), always_last).counts_until is None, "it counts after the month too"
    plain = replace(SCHEME, early=EARLY, components=SCHEME.components[:1], discipline=None)
    assert not entitle(APRIL, running, plain).assumed
    assert entitle(APRIL, changed(running, predicates=(BAIK,), attendance=(part,)), plain).counts_until is None


def test_what_is_missing_beside_the_post_while_the_month_runs():
    part = copy(ATTENDED, event=replace(ATTENDED.event, provisional_until=date(2026, 4, 20)))
    running = changed(WHOLE, positions=(), attendance=(part,), today=date(2026, 4, 25))
    post, attendance = Missing("position", "2026-04-01"), Missing("attendance", "2026-04")
    assert entitle(APRIL, running, replace(SCHEME, early=EARLY)) == Held("m1", "2026-04", (post,))
    assert entitle(APRIL, running, SCHEME) == Held("m1", "2026-04", (post, attendance))


def test_a_month_of_which_no_day_is_paid():
    gone = (REGISTERED, year.ended("retired", date(2026, 3, 10)))
    nothing = entitle(APRIL, changed(WHOLE, life=gone), SCHEME)
    over = Stretch(FIRST, LAST, POST, False, Fraction(0), "retired", 30, 30)
    assert nothing == Entitlement(
        "m1", "2026-04", "r@1", 8, "2026-Q1", "missing", "", (), 0, (PUBLISHED, POST, gone[1]), (over,), outside=True
    )
    bonus = places.award("m1", 500, "2026-04", at(4, 2))
    paid = entitle(APRIL, changed(WHOLE, life=gone, awards=(bonus,)), SCHEME)
    assert (paid.lines, paid.total, paid.outside) == ((Line("bonus", "tim-terbaik", 500, "100", "100", 500),), 500, False)
    assert paid.grounds == (PUBLISHED, POST, bonus, gone[1])
    unknown = entitle(APRIL, changed(WHOLE, life=gone, positions=()), SCHEME)
    assert (unknown.job_class, unknown.outside, unknown.grounds) == (0, True, (PUBLISHED, gone[1]))
    assert held({"life": gone, "positions": (), "awards": (bonus,)}) == [("position", "2026-04-01")]
    leave = (REGISTERED, year.interrupted("study", date(2026, 1, 1), None))
    away_ = entitle(APRIL, changed(WHOLE, life=leave), replace(SCHEME, interruptions={"study": Fraction(0)}))
    assert (away_.total, away_.outside, away_.grounds) == (0, False, (PUBLISHED, POST, leave[1]))


def test_what_else_a_month_rests_on():
    other = year.position(9, date(2026, 4, 16), version=3)
    week = heard("personnel", WorkingWeekSet(5, LAST, "188/1"), "agency", "personnel-working-week", 1, at(1, 1))
    later = copy(week, event=replace(week.event, since=LAST + DAY), id="later")
    off = [heard("personnel", HolidayDeclared(day, "national", "SKB"), "agency", "personnel-holidays-2026", number, at(1, 1))
           for number, day in enumerate((FIRST - DAY, FIRST, LAST, LAST + DAY), 1)]  # fmt: skip
    told = changed(WHOLE, positions=(POST, other), declared=(week, later, *off))
    found = entitle(APRIL, told, replace(SCHEME, within_month="working-days"))
    assert found.grounds == (PUBLISHED, POST, other, ATTENDED, BAIK, week, off[1], off[2])
    assert found.job_class == 9
    assert entitle(APRIL, told, SCHEME).grounds == (PUBLISHED, POST, other, ATTENDED, BAIK)
    assert entitle(APRIL, changed(told, positions=(POST,)), replace(SCHEME, within_month="working-days")).grounds == FOUND.grounds


def test_deliveries_that_were_withdrawn_are_what_a_month_rests_on():
    def withdrawn(period: str) -> Fact:
        return year.withdrawn(year.delivered("baik", period), version=9)

    own, near, far = withdrawn("2026-Q1"), withdrawn("2025-Q4"), withdrawn("2025-Q2")
    found = entitle(APRIL, changed(WHOLE, withdrawals=(own, near)), SCHEME)
    assert found.grounds == (*FOUND.grounds, own)
    last = replace(SCHEME, when_missing="last")
    all_ = (own, near, far, withdrawn("2025-Q3"), withdrawn("2026-03"), withdrawn("2026-Q2"))
    found = entitle(APRIL, changed(WHOLE, predicates=(year.imported("baik", "2025-Q3"),), withdrawals=all_), last).grounds
    assert [one.event.period for one in found if isinstance(one.event, h.DeliveryWithdrawn)] == ["2026-Q1", "2025-Q4", "2026-03"]


def test_the_rules_publication_is_named_by_its_version_and_the_last_one_counts():
    again = copy(PUBLISHED, id="rules-1b", version=2, effective=datetime(2026, 1, 2, tzinfo=UTC))
    other = copy(PUBLISHED, event=replace(PUBLISHED.event, version=2), id="rules-2")
    for facts in ((PUBLISHED, again, other), (other, again, PUBLISHED)):
        assert entitle(APRIL, changed(WHOLE, rule_sets=facts), SCHEME).grounds[0] == again
    assert entitle(APRIL, changed(WHOLE, rule_sets=(other,)), SCHEME).grounds[0] == POST
