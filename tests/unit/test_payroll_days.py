"""A month in which something changes: posts, joining, leaving, interruptions, and who has no predicate yet. To the rupiah."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payroll.api.allowances import story_of
from services.payroll.domain.entitlement import Entitlement, Held, entitle
from services.payroll.domain.explanation import explain
from services.payroll.domain.settings import read_scheme
from services.payroll.events import AllowanceAdjusted
from services.payroll.known import entitlement_of, read_dossier, read_ledger, scheme_in
from services.payroll.service import SERVICE
from services.payroll.tables import TABLES
from services.payroll.views import ALLOWANCES, HELD, RECOVERING
from shared.client.explaining import Telling, in_words
from shared.events.calendar import HolidayDeclared, HolidayWithdrawn
from shared.kernel.employment import ENDS
from shared.kernel.facts import Fact
from shared.kernel.money import half_up
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.words import WORDS
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.dossiers import dossier_of
from tests.support.knowledge import MemoryKnowledge, heard
from tests.support.paying import post_chunk
from tests.support.payroll_year import at

CLASS_5, CLASS_8, CLASS_9 = 2_236_697, 3_500_452, 4_355_208
AUGUST = Period.parse("2026-08")
FIFTY, SEVENTY_FIVE, EIGHTY = (half_up(Fraction(CLASS_8 * 60 * percent, 10_000)) + 1_400_181 for percent in (50, 75, 80))
"""A whole month of class 8 in which performance pays so much, and discipline all: two percentages, each a whole of its own."""


def place(*facts: Fact, **changes: object) -> MemoryKnowledge:
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(knowledge, year.rules(knowledge, **changes), *facts)
    return knowledge


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    knowledge.now = max([knowledge.now, *(fact.recorded for fact in facts)])
    knowledge.arrive(*facts)
    knowledge.settle()


def run(knowledge: MemoryKnowledge, month: str) -> tuple:
    """The treasurer's run on the 8th of the next month; whom it names as held."""
    period = Period.parse(month)
    knowledge.now = max(knowledge.now, datetime(period.end.year, period.end.month, period.end.day, tzinfo=at(1, 1).tzinfo) + timedelta(8))
    held = post_chunk(knowledge, period, ["m1"]).held
    knowledge.settle()
    return held


def serving(**changes: object) -> MemoryKnowledge:
    """M1, class 8, in service since 2020, with predicates and attendance for the whole year, nothing posted."""
    predicates = [year.imported("baik", period) for period in ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")]
    return place(year.registered(), year.position(), *predicates, *(year.attendance(month) for month in range(1, 13)), **changes)


def row(knowledge: MemoryKnowledge, month: str) -> dict:
    return knowledge.row(ALLOWANCES, f"m1/{month}")


def amounts(knowledge: MemoryKnowledge, month: str) -> list[tuple]:
    return [(line["name"], line.get("job_class"), line.get("days"), line["amount"]) for line in row(knowledge, month)["due_lines"]]


def explained(knowledge: MemoryKnowledge, month: str) -> dict:
    period = Period.parse(month)
    finding, ledger = entitlement_of(knowledge, "m1", period), read_ledger(knowledge, "m1")
    scheme = scheme_in(knowledge, period)
    paying = scheme.pays(period) if isinstance(finding, Held) else Period.parse(finding.predicate_period)
    dossier, story = read_dossier(knowledge, "m1"), story_of(knowledge, "m1", paying)
    found = explain(period, finding, scheme, dossier, story, ledger.of_month(month), ledger.settlements)
    for language in ("id", "en"):
        assert not any("‹" in line or "None" in line for line in in_words(found, Telling(WORDS[language], ZoneInfo("Asia/Jakarta"))))
    return found


def steps(found: dict, name: str) -> list[dict]:
    return [step["data"] for step in found["chain"] if step["step"] == name]


# --- a change of post ---


def test_a_month_in_which_the_class_changes_is_paid_by_its_days():
    """February 2026: 14 days of class 8, 14 of class 9."""
    knowledge = serving()
    tell(knowledge, year.position(9, date(2026, 2, 15), version=3))
    assert row(knowledge, "2026-02")["due"] == half_up(Fraction(CLASS_8 + CLASS_9, 2))
    assert amounts(knowledge, "2026-02") == [
        ("performance", 8, 14, 1_050_136),
        ("discipline", 8, 14, 700_090),
        ("performance", 9, 14, 1_306_562),
        ("discipline", 9, 14, 871_042),
    ]
    found = explained(knowledge, "2026-02")
    parts = [(day["since"], day["until"], day["days"], day["of_days"], day["job_class"], day["base"]) for day in steps(found, "days")]
    assert parts == [("2026-02-01", "2026-02-14", 14, 28, 8, CLASS_8), ("2026-02-15", "2026-02-28", 14, 28, 9, CLASS_9)]
    assert [step["job_class"] for step in steps(found, "position")] == [8, 9]
    assert sum(step["amount"] for step in steps(found, "line")) == found["due"]
    assert [row(knowledge, month)["due"] for month in ("2026-01", "2026-03")] == [CLASS_8, CLASS_9]
    assert "days" not in [step["step"] for step in explained(knowledge, "2026-03")["chain"]]


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("first-day", 1, CLASS_9),
        ("first-day", 2, CLASS_8),
        ("last-day", 28, CLASS_9),
        ("last-day", 2, CLASS_9),
        ("longest", 14, CLASS_9),
        ("longest", 15, CLASS_8),
        ("longest", 16, CLASS_8),
        (15, 15, CLASS_9),
        (15, 16, CLASS_8),
        (1, 2, CLASS_8),
        ("days", 2, Fraction(CLASS_8 + 27 * CLASS_9, 28)),
        ("days", 28, Fraction(27 * CLASS_8 + CLASS_9, 28)),
        ("working-days", 16, Fraction(10 * CLASS_8 + 10 * CLASS_9, 20)),
        ("working-days", 14, Fraction(10 * CLASS_8 + 10 * CLASS_9, 20)),
        ("working-days", 20, Fraction(14 * CLASS_8 + 6 * CLASS_9, 20)),
    ],
)
def test_within_month_says_how_a_month_counts_in_which_the_post_changes(rule: str | int, day: int, expected: int | Fraction):
    """February 2026 begins on a Sunday and has twenty working days."""
    knowledge = serving(within_month=rule)
    tell(knowledge, year.position(9, date(2026, 2, day), version=3))
    assert row(knowledge, "2026-02")["due"] == half_up(expected)


def test_working_days_leave_out_the_agencys_holidays():
    knowledge = serving(within_month="working-days")
    off(knowledge, 1, HolidayDeclared(date(2026, 2, 17), "national", "SKB 1/2025"))
    off(knowledge, 2, HolidayDeclared(date(2026, 2, 18), "joint-leave", "SKB 1/2025"))
    tell(knowledge, year.position(9, date(2026, 2, 16), version=3))
    assert row(knowledge, "2026-02")["due"] == half_up(Fraction(10 * CLASS_8 + 8 * CLASS_9, 18))


def off(knowledge: MemoryKnowledge, version: int, said: HolidayDeclared | HolidayWithdrawn) -> str:
    """The agency's calendar says something; the id of the fact."""
    fact = heard("personnel", said, "agency", "personnel-holidays-2026", version, knowledge.now)
    tell(knowledge, fact)
    return fact.id


@pytest.mark.parametrize("rule", ["working-days", "days"])
def test_a_day_off_declared_later_changes_the_month_only_where_working_days_count(rule: str):
    """Open months are calculated again; a posted one is adjusted, because of the holiday, and back again when it is withdrawn."""
    knowledge = serving(within_month=rule)
    tell(knowledge, year.position(9, date(2026, 2, 16), version=3))
    run(knowledge, "2026-01"), run(knowledge, "2026-02")
    before = row(knowledge, "2026-02")["due"]
    declared = off(knowledge, 1, HolidayDeclared(date(2026, 2, 17), "local", "188/1/2026"))
    after = half_up(Fraction(10 * CLASS_8 + 9 * CLASS_9, 19)) if rule == "working-days" else before
    made = [fact.event for fact in knowledge.known.values() if isinstance(fact.event, AllowanceAdjusted)]
    assert [(one.month, one.from_total, one.to_total, one.cause) for one in made] == (
        [("2026-02", before, after, declared)] if rule == "working-days" else []
    )
    off(knowledge, 2, HolidayWithdrawn(date(2026, 2, 17), "188/2/2026"))
    assert row(knowledge, "2026-02")["due"] == before


# --- joining ---


def joiner(**changes: object) -> MemoryKnowledge:
    """Registered and in post since 10 August."""
    since = date(2026, 8, 10)
    return place(year.joined(since), year.position(8, since), *(year.attendance(month) for month in (8, 9, 10)), **changes)


def test_who_joins_within_a_month_is_paid_from_that_day_and_by_the_rule_for_those_without_a_predicate():
    """10 August: 22 of 31 days. The second quarter, which pays the third, was over before."""
    knowledge = joiner(without_predicate="baik")
    assert row(knowledge, "2026-08")["due"] == half_up(Fraction(CLASS_8 * 22, 31))
    assert row(knowledge, "2026-09")["due"] == CLASS_8
    assert run(knowledge, "2026-07") == () and row(knowledge, "2026-07") is None
    assert run(knowledge, "2026-08") == () and row(knowledge, "2026-08")["posted"] == 2_484_192
    found = explained(knowledge, "2026-08")
    assert [(day["days"], day["why"], day["percent"]) for day in steps(found, "days")] == [(9, "before-service", "0"), (22, None, "100")]
    assert steps(found, "registered")[0]["since"] == "2026-08-10"
    assert steps(found, "predicate") == [
        {"period": "2026-Q2", "predicate": "baik", "percent": "100", "by": "without-predicate", "instead_of": "2026-Q2"}
    ]


@pytest.mark.parametrize(
    ("rules", "august", "october"),
    [
        ({"without_predicate": 75}, SEVENTY_FIVE, None),
        ({"without_predicate": "butuh_perbaikan"}, EIGHTY, None),
        ({"without_predicate": "hold"}, None, None),
        ({"without_predicate": "hold", "when_missing": 50}, None, FIFTY),
        ({"when_missing": 50}, FIFTY, FIFTY),
        ({"without_predicate": 100, "when_missing": "last"}, CLASS_8, None),
        ({}, None, None),
    ],
)
def test_the_rule_for_those_without_a_predicate_stands_apart_from_when_missing(rules: dict, august, october):
    """October is paid by the third quarter, in which he served: its missing predicate is a case of when_missing. September as August."""
    knowledge = joiner(**rules)
    assert [row(knowledge, month) and row(knowledge, month)["due"] for month in ("2026-09", "2026-10")] == [august, october]


def test_without_such_a_rule_the_month_says_that_the_rule_is_what_is_missing():
    found = entitlement_of(joiner(), "m1", AUGUST)
    assert [(one.code, one.about) for one in found.missing] == [("without-predicate", "2026-Q2")]
    assert explained(joiner(), "2026-08")["missing"] == [{"code": "without-predicate", "about": "2026-Q2"}]


def test_his_own_first_predicate_pays_what_it_pays_and_nothing_before():
    knowledge = joiner(without_predicate=75)
    tell(knowledge, year.delivered("butuh_perbaikan", "2026-Q3", at(10, 20)))
    assert row(knowledge, "2026-10")["predicate"] == "butuh_perbaikan"
    assert [row(knowledge, month)["predicate"] for month in ("2026-08", "2026-09")] == ["missing", "missing"]


def test_who_served_a_part_of_the_period_waits_for_its_predicate_like_everybody():
    since = date(2026, 6, 30)
    knowledge = place(year.joined(since), year.position(8, since), year.attendance(8), without_predicate=75)
    assert [one.code for one in entitlement_of(knowledge, "m1", AUGUST).missing] == ["predicate"]


def test_a_post_that_begins_after_service_pays_from_its_own_day_and_no_post_at_all_is_missing():
    knowledge = place(year.joined(date(2026, 8, 1)), year.attendance(8), year.attendance(7), without_predicate="baik")
    assert [one.code for one in entitlement_of(knowledge, "m1", AUGUST).missing] == ["position"]
    tell(knowledge, year.position(8, date(2026, 8, 10)))
    assert row(knowledge, "2026-08")["due"] == half_up(Fraction(CLASS_8 * 22, 31))
    assert [day["why"] for day in steps(explained(knowledge, "2026-08"), "days")] == ["no-post", None]


# --- the end of service ---


def paid_until_may() -> MemoryKnowledge:
    knowledge = serving()
    for month in range(1, 6):
        run(knowledge, f"2026-{month:02d}")
    return knowledge


def test_a_pensioner_is_paid_to_his_last_day_and_is_neither_calculated_nor_held_afterwards():
    knowledge = serving()
    tell(knowledge, year.ended("retired", date(2026, 6, 1)))
    assert run(knowledge, "2026-05") == () and row(knowledge, "2026-05")["posted"] == CLASS_8
    for month in ("2026-06", "2026-07"):
        assert run(knowledge, month) == ()
        assert row(knowledge, month)["status"] == "calculated" and row(knowledge, month)["due"] == 0
    assert [event.month for event in read_ledger(knowledge, "m1").postings] == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    found = explained(knowledge, "2026-06")
    assert (found["due"], steps(found, "employment-ended")[0]["kind"], steps(found, "days")[0]["why"]) == (0, "retired", "retired")


def test_months_after_the_end_wait_for_nothing():
    """No attendance will come: the month is not named as held."""
    knowledge = place(year.registered(), year.position(), year.imported(), year.attendance(1))
    tell(knowledge, year.ended("dismissed", date(2026, 2, 1), recorded=at(1, 20)))
    assert run(knowledge, "2026-01") == ()
    assert run(knowledge, "2026-02") == () and row(knowledge, "2026-02") is None
    assert entitlement_of(knowledge, "m1", Period.parse("2026-02")).outside


def test_what_was_paid_after_an_end_that_became_known_later_is_owed():
    """Dismissed from 11 April, known in June: 20 of April's 30 days and all of May."""
    knowledge = paid_until_may()
    told = year.ended("dismissed", date(2026, 4, 11), recorded=at(6, 20))
    tell(knowledge, told)
    april = half_up(Fraction(CLASS_8 * 10, 30))
    assert [row(knowledge, month)["due"] for month in ("2026-03", "2026-04", "2026-05")] == [CLASS_8, april, 0]
    adjusted = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert [(event.month, event.difference, event.cause) for event in adjusted] == [
        ("2026-04", april - CLASS_8, told.id),
        ("2026-05", -CLASS_8, told.id),
    ]
    assert knowledge.row(RECOVERING, "m1")["amount"] == 2 * CLASS_8 - april
    difference = explained(knowledge, "2026-05")["differences"][0]
    assert (difference["from"], difference["to"], difference["cause"]["data"]["kind"]) == (CLASS_8, 0, "dismissed")


def test_an_end_that_is_revoked_gives_everything_back():
    knowledge = paid_until_may()
    tell(knowledge, year.ended("dismissed", date(2026, 4, 11), recorded=at(6, 20)))
    back = year.end_revoked(date(2026, 4, 11), recorded=at(7, 20))
    tell(knowledge, back)
    assert [row(knowledge, f"2026-{month:02d}")["due"] for month in range(1, 13)] == [CLASS_8] * 12
    ledger = read_ledger(knowledge, "m1")
    assert ledger.owed == 0 and sum(part.amount for part in ledger.outstanding) == 0
    assert {fact.event.cause for fact in ledger.adjusted if fact.event.difference > 0} == {back.id}
    run(knowledge, "2026-06")
    assert row(knowledge, "2026-06")["posted"] == row(knowledge, "2026-06")["paid"] == CLASS_8


@pytest.mark.parametrize(
    ("rule", "kind", "expected"),
    [
        ({}, "died", Fraction(CLASS_8 * 10, 30)),
        ({"died": "whole-month"}, "died", CLASS_8),
        ({"died": "whole-month"}, "retired", Fraction(CLASS_8 * 10, 30)),
        ({"died": "within-month"}, "died", Fraction(CLASS_8 * 10, 30)),
    ],
)
def test_a_kind_of_end_may_pay_its_whole_month(rule: dict, kind: str, expected: int | Fraction):
    knowledge = serving(end_of_service=rule)
    tell(knowledge, year.ended(kind, date(2026, 4, 11)))
    assert row(knowledge, "2026-04")["due"] == half_up(expected)
    assert row(knowledge, "2026-05")["due"] == 0
    explained(knowledge, "2026-04")


def test_who_was_never_in_a_post_and_has_left_waits_for_nothing():
    """A run left him out for his post; that month was never his."""
    knowledge = place(year.joined(date(2026, 8, 10)), year.attendance(8), without_predicate="baik")
    held = run(knowledge, "2026-08")
    assert [one.code for one in held[0].missing] == ["position"]
    tell(knowledge, year.ended("resigned", date(2026, 8, 10), recorded=at(9, 20)))
    assert knowledge.row(HELD, "2026-08/m1")["status"] == "nothing-due"
    assert entitlement_of(knowledge, "m1", AUGUST).outside and run(knowledge, "2026-09") == ()
    length = len(knowledge.stream("payroll-m1-2026-08"))
    tell(knowledge, year.attendance(8, revision=2))
    assert len(knowledge.stream("payroll-m1-2026-08")) == length


def test_a_first_day_rule_pays_the_month_of_the_end_whole_and_the_month_of_joining_not():
    knowledge = serving(within_month="first-day")
    tell(knowledge, year.ended("resigned", date(2026, 4, 2)))
    assert [row(knowledge, month)["due"] for month in ("2026-04", "2026-05")] == [CLASS_8, 0]
    assert entitlement_of(joiner(within_month="first-day", without_predicate=100), "m1", AUGUST).outside


# --- a bonus and the end of service ---

BONUS = 500_000
LOCAL = {kind: {"bonus_after_end": {kind: "lapses" if kind != "dismissed" else "paid"}} for kind in ENDS}
"""For each kind of end the opposite of what the national table says."""


def bonus(paid_with: str, granted: datetime) -> Fact:
    return places.award("m1", BONUS, paid_with, granted)


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("local", [False, True])
def test_a_bonus_for_a_month_after_the_end_is_paid_by_the_kind_of_end(kind: str, local: bool):
    """Granted in February to be paid with May; service ends on 1 May, known in April. Without a rule only a dismissal ends the claim."""
    knowledge = serving(**(LOCAL[kind] if local else {}))
    granted = bonus("2026-05", at(2, 10))
    tell(knowledge, granted, year.ended(kind, date(2026, 5, 1), recorded=at(4, 20)))
    paid = (kind != "dismissed") != local
    assert row(knowledge, "2026-05")["due"] == (BONUS if paid else 0)
    found = explained(knowledge, "2026-05")
    assert [len(steps(found, name)) for name in ("award", "award-lapsed")] == ([1, 0] if paid else [0, 1])
    assert entitlement_of(knowledge, "m1", Period.parse("2026-05")).outside != paid


@pytest.mark.parametrize(("end", "april"), [(date(2026, 4, 1), 0), (date(2026, 4, 2), half_up(Fraction(CLASS_8, 30)) + BONUS)])
def test_a_bonus_goes_with_a_month_in_which_there_was_still_service(end: date, april: int):
    knowledge = serving()
    tell(knowledge, bonus("2026-04", at(2, 10)), year.ended("dismissed", end))
    assert row(knowledge, "2026-04")["due"] == april


def test_a_bonus_that_was_paid_after_a_dismissal_becomes_a_debt_and_is_owed_again_when_the_end_is_revoked():
    knowledge = serving()
    tell(knowledge, bonus("2026-05", at(2, 10)))
    for month in range(1, 6):
        run(knowledge, f"2026-{month:02d}")
    assert row(knowledge, "2026-05")["posted"] == CLASS_8 + BONUS
    told = year.ended("dismissed", date(2026, 5, 1), recorded=at(6, 20))
    tell(knowledge, told)
    [debt] = [fact.event for fact in read_ledger(knowledge, "m1").adjusted]
    assert (debt.month, debt.difference, debt.cause) == ("2026-05", -CLASS_8 - BONUS, told.id)
    tell(knowledge, year.end_revoked(date(2026, 5, 1), recorded=at(7, 20)))
    assert row(knowledge, "2026-05")["due"] == CLASS_8 + BONUS and read_ledger(knowledge, "m1").owed == 0


@pytest.mark.parametrize(
    ("kind", "granted", "expected"),
    [("dismissed", at(2, 10), 0), ("dismissed", at(7, 10), BONUS), ("contract-ended", at(2, 10), BONUS), ("dismissed", at(5, 31, 16), 0)],
)
def test_a_bonus_that_lapsed_does_not_come_back_with_a_new_registration(kind: str, granted: datetime, expected: int):
    """Out from 1 June, back on 1 July; the bonus is to be paid with August. The first of June began at 17:00 UTC of the day before."""
    knowledge = serving()
    tell(knowledge, bonus("2026-08", granted), year.ended(kind, date(2026, 6, 1)), again(date(2026, 7, 1)))
    tell(knowledge, year.position(8, date(2026, 7, 1), version=12))
    assert row(knowledge, "2026-08")["due"] == CLASS_8 + expected


# --- registered again ---


def again(since: date, kind: str = "PPPK", version: int = 11, recorded: datetime | None = None) -> Fact:
    return year.life(year.h.EmployeeRegistered("m1", kind, since), version, recorded)


def codes(knowledge: MemoryKnowledge, month: str) -> list[tuple[str, str]]:
    return [(one.code, one.about) for one in entitlement_of(knowledge, "m1", Period.parse(month)).missing]


def test_who_is_registered_again_is_paid_by_a_new_post_and_not_by_the_one_before():
    """A contract that ended on 1 April, another from 16 June. The old post is not his any more: without a new one the month waits."""
    knowledge = serving()
    tell(knowledge, year.ended("contract-ended", date(2026, 4, 1)), again(date(2026, 6, 16)))
    assert [row(knowledge, f"2026-0{month}")["due"] for month in (3, 4, 5, 6, 7)] == [CLASS_8, 0, 0, None, None]
    assert [codes(knowledge, month) for month in ("2026-06", "2026-07")] == [[("position", "2026-06-01")], [("position", "2026-07-01")]]
    assert not steps(explained(knowledge, "2026-07"), "position")
    tell(knowledge, year.position(9, date(2026, 6, 16), version=12))
    assert [row(knowledge, f"2026-0{month}")["due"] for month in (3, 4, 5, 6, 7)] == [CLASS_8, 0, 0, CLASS_9 // 2, CLASS_9]


def test_a_new_post_within_the_new_spell_pays_from_its_own_day():
    knowledge = serving()
    tell(knowledge, year.ended("contract-ended", date(2026, 4, 11)), again(date(2026, 4, 16)))
    tell(knowledge, year.position(9, date(2026, 4, 21), version=12))
    assert row(knowledge, "2026-04")["due"] == half_up(Fraction(CLASS_8 * 10 + CLASS_9 * 10, 30))
    days = [(day["days"], day["job_class"], day["why"]) for day in steps(explained(knowledge, "2026-04"), "days")]
    assert days == [(10, 8, None), (5, 8, "contract-ended"), (5, None, "no-post"), (10, 9, None)]


def test_a_dismissal_that_is_lifted_gives_the_post_back_and_one_lifted_later_does_not():
    """Lifted from its own day on: the end is revoked, and service never ended. Lifted later: service begins again, and a post with it."""
    lifted, later = serving(), serving()
    for knowledge in (lifted, later):
        tell(knowledge, year.ended("dismissed", date(2026, 3, 1)))
    tell(lifted, year.end_revoked(date(2026, 3, 1), recorded=at(7, 1)))
    tell(later, again(date(2026, 7, 1), "PNS"))
    assert [row(lifted, f"2026-0{month}")["due"] for month in range(1, 8)] == [CLASS_8] * 7
    assert [row(later, f"2026-0{month}")["due"] for month in range(1, 8)] == [CLASS_8, CLASS_8, 0, 0, 0, 0, None]
    assert codes(later, "2026-07") == [("position", "2026-07-01")]


def test_a_posted_month_in_which_service_began_again_stays_until_its_post_is_known():
    """Known in August: retired in March, registered again from 1 July. July was paid by the old class, and is settled by the new post."""
    knowledge = serving()
    for month in range(1, 8):
        run(knowledge, f"2026-{month:02d}")
    tell(knowledge, year.ended("retired", date(2026, 3, 1), recorded=at(8, 20)), again(date(2026, 7, 1), recorded=at(8, 20)))
    assert [row(knowledge, f"2026-0{month}")["due"] for month in (2, 3, 6, 7)] == [CLASS_8, 0, 0, CLASS_8]
    tell(knowledge, year.position(5, date(2026, 7, 1), version=12))
    assert row(knowledge, "2026-07")["due"] == CLASS_5


@pytest.mark.parametrize(
    ("back", "rules", "expected"),
    [
        (date(2026, 7, 1), {"when_missing": "last"}, "without-predicate"),
        (date(2026, 7, 1), {"when_missing": "last", "without_predicate": 75}, SEVENTY_FIVE),
        (date(2026, 7, 1), {"when_missing": 50}, FIFTY),
        (date(2026, 6, 30), {"when_missing": "last"}, "predicate"),
        (None, {"when_missing": "last"}, CLASS_8),
    ],
)
def test_the_last_predicate_of_the_spell_before_pays_nothing_in_the_new_one(back: date | None, rules: dict, expected: int | str):
    """August is paid by the second quarter, which nobody appraised. The first's predicate was of the service that ended in March."""
    predicates = [year.imported("baik", period) for period in ("2025-Q4", "2026-Q1")]
    knowledge = place(year.registered(), year.position(), *predicates, year.attendance(8), **rules)
    if back is not None:
        tell(knowledge, year.ended("contract-ended", date(2026, 4, 1)), again(back), year.position(8, back, version=12))
    if isinstance(expected, str):
        assert codes(knowledge, "2026-08") == [(expected, "2026-Q2")]
    else:
        assert row(knowledge, "2026-08")["due"] == expected


def test_the_periods_own_predicate_pays_in_whatever_spell_it_was_earned():
    """May is paid by the first quarter, in which he served and was appraised; until that is delivered he counts as one who joined later."""
    knowledge = place(year.registered(), year.position(), year.attendance(5), without_predicate=75)
    tell(knowledge, year.ended("contract-ended", date(2026, 4, 1)), again(date(2026, 5, 1)), year.position(8, date(2026, 5, 1), version=12))
    assert row(knowledge, "2026-05")["due"] == SEVENTY_FIVE
    tell(knowledge, year.delivered("butuh_perbaikan"))
    assert row(knowledge, "2026-05")["due"] == EIGHTY


# --- interruptions ---


@pytest.mark.parametrize(
    ("kind", "rules", "april"),
    [
        ("suspended", {}, Fraction(CLASS_8 * 10, 30)),
        ("unpaid-leave", {}, Fraction(CLASS_8 * 10, 30)),
        ("sick-leave", {}, CLASS_8),
        ("maternity-leave", {}, CLASS_8),
        ("long-leave", {"long-leave": 40}, Fraction(CLASS_8 * (10 * 100 + 20 * 40), 3000)),
        ("suspended", {"suspended": 50}, Fraction(CLASS_8 * (10 * 100 + 20 * 50), 3000)),
        ("study", {"study": "80"}, Fraction(CLASS_8 * (10 * 100 + 20 * 80), 3000)),
    ],
)
def test_an_interruption_is_paid_as_the_rules_say_for_its_kind(kind: str, rules: dict, april: int | Fraction):
    knowledge = serving(interruptions=rules)
    tell(knowledge, year.interrupted(kind, date(2026, 4, 11), None), year.resumed(date(2026, 6, 1)))
    assert row(knowledge, "2026-04")["due"] == half_up(april)
    assert row(knowledge, "2026-06")["due"] == CLASS_8
    explained(knowledge, "2026-04")


def test_a_month_of_suspension_is_nothing_without_waiting_and_an_acquittal_gives_it_back():
    """TPP of those suspended: nothing from the decision on, and paid back after an acquittal (MA 3/2020)."""
    knowledge = place(year.registered(), year.position(), year.imported(), year.attendance(1))
    tell(knowledge, year.interrupted("suspended", date(2026, 2, 1), None, recorded=at(1, 25)))
    run(knowledge, "2026-01")
    assert run(knowledge, "2026-02") == ()
    assert (row(knowledge, "2026-02")["posted"], row(knowledge, "2026-02")["lines"]) == (0, [])
    assert steps(explained(knowledge, "2026-02"), "service-interrupted")[0]["kind"] == "suspended"
    back = year.resumed(date(2026, 2, 1), recorded=at(3, 20))
    tell(knowledge, back)
    assert row(knowledge, "2026-02")["due"] == 0, "its attendance is not known yet"
    tell(knowledge, year.attendance(2, revision=20))
    assert row(knowledge, "2026-02")["due"] == CLASS_8
    assert read_ledger(knowledge, "m1").owed == 0 and read_ledger(knowledge, "m1").outstanding[0].amount == CLASS_8


def test_who_was_on_leave_all_the_quarter_is_paid_by_the_rule_for_those_without_a_predicate():
    knowledge = place(year.registered(), year.position(), year.attendance(8), without_predicate=75)
    tell(knowledge, year.interrupted("unpaid-leave", date(2026, 4, 1), date(2026, 6, 30)))
    assert row(knowledge, "2026-08")["due"] == SEVENTY_FIVE


# --- all together ---

DAYS = st.dates(date(2026, 7, 20), date(2026, 9, 10))
CHANGES = st.lists(st.tuples(DAYS, st.sampled_from([5, 8, 9])), max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    since=st.none() | DAYS,
    posts=CHANGES,
    end=st.none() | DAYS,
    leave=st.none() | st.tuples(DAYS, DAYS),
    rest=st.sampled_from(["largest-remainder", "performance", "each-line"]),
    points=st.integers(0, 8),
)
def test_a_month_by_days_is_the_sum_of_its_days(since, posts, end, leave, rest, points):
    """However it is divided: each day gives its class's thirty-first part, nothing outside service, 40 % on leave; rounded once."""
    began = since or date(2020, 1, 1)
    life = [year.joined(began)]
    if leave and began <= min(leave):
        life.append(year.interrupted("long-leave", min(leave), max(leave), version=8))
    if end and end > began:
        life.append(year.ended("retired", end))
    held = [(began, 8), *((day, job_class) for day, job_class in sorted(posts, key=lambda one: one[0]) if day > began)]
    positions = [year.position(job_class, day, version=20 + number) for number, (day, job_class) in enumerate(held)]
    predicates = [year.imported("butuh_perbaikan", "2026-Q2")]
    rules = read_scheme("x@1", (), year.SETTINGS | {"interruptions": {"long-leave": 40}, "rest": rest}, TABLES)
    dossier = dossier_of("m1", positions, [year.attendance(8, absent=points)], predicates, life=life)
    found = entitle(AUGUST, dossier, rules)
    base = {5: CLASS_5, 8: CLASS_8, 9: CLASS_9}
    wholes = {"performance": Fraction(0), "discipline": Fraction(0)}
    for number in range(31):
        day = AUGUST.start + timedelta(number)
        classes = [job_class for held_since, job_class in held if held_since <= day]
        if not classes or day < began or (end and end > began and day >= end):
            continue
        away = len(life) > 1 and life[1].event.since <= day <= getattr(life[1].event, "until", date(2000, 1, 1))
        part = Fraction(base[classes[-1]], 31) * (Fraction(2, 5) if away else 1)
        wholes["performance"] += part * 60 / 100 * 80 / 100
        wholes["discipline"] += part * 40 / 100 * (100 - 3 * points) / 100
    assert isinstance(found, Entitlement) and found.total == sum(line.amount for line in found.lines)
    assert abs(found.total - sum(wholes.values())) <= Fraction(len(found.lines) + 1, 2)
    assert found.outside == (sum(wholes.values()) == 0)
    assert sum(each.days for each in found.stretches) == 31
    assert all(line.since >= began and (not end or end <= began or line.until < end) for line in found.lines if line.days)


@st.composite
def lives(draw) -> list[tuple[date, date | None, list[tuple[date, int]]]]:
    """Spells in order: first day, first day outside, and the posts held within, none or some. The first began long before."""
    turns = sorted(draw(st.lists(DAYS, max_size=5, unique=True)))
    starts, ends = [date(2020, 1, 1), *turns[1::2]], [*turns[0::2]]
    found = []
    for number, since in enumerate(starts):
        end = ends[number] if number < len(ends) else None
        days = draw(st.lists(DAYS | st.just(since), max_size=2, unique=True))
        held = sorted(day for day in days if since <= day and (end is None or day < end))
        found.append((since, end, [(day, draw(st.sampled_from([5, 8, 9]))) for day in held]))
    return found


@settings(max_examples=200, deadline=None)
@given(lives(), st.booleans())
def test_each_day_is_paid_by_a_post_of_its_own_spell(spells, revoked):
    """Histories of ends, registrations and posts; the last end may have been revoked, which joins what it had parted."""
    life, positions = [], []
    for since, end, posts in spells:
        life.append(again(since, "PNS", version=len(life) + 1))
        if end is not None:
            life.append(year.ended("contract-ended", end, version=len(life) + 1))
        positions += [year.position(job_class, day, version=20 + len(positions) + n) for n, (day, job_class) in enumerate(posts)]
    if revoked and spells[-1][1] is not None:
        life.append(year.end_revoked(spells[-1][1], version=len(life) + 1))
        spells[-1] = (spells[-1][0], None, spells[-1][2])
    rules = read_scheme("x@1", (), year.SETTINGS | {"rest": "performance"}, TABLES)
    dossier = dossier_of("m1", positions, [year.attendance(8)], [year.imported("baik", "2026-Q2")], life=life, today=date(2026, 9, 8))
    found = entitle(AUGUST, dossier, rules)
    base, whole, served = {5: CLASS_5, 8: CLASS_8, 9: CLASS_9}, Fraction(0), 0
    for number in range(31):
        day = AUGUST.start + timedelta(number)
        own = [posts for since, end, posts in spells if since <= day and (end is None or day < end)]
        held = [job_class for posts in own for since, job_class in posts if since <= day]
        served += len(own)
        whole += Fraction(base[held[-1]], 31) if held else 0
    begun = [posts for since, _, posts in spells if since <= AUGUST.end][-1]
    if served and not [day for day, _ in begun if day <= AUGUST.end]:
        assert isinstance(found, Held) and found.missing[0].code == "position"
    else:
        assert isinstance(found, Entitlement) and abs(found.total - whole) <= Fraction(len(found.lines) + 1, 2)
        assert found.outside == (whole == 0 and not served)


# --- rule sets that cannot be used ---


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"within_month": "weeks"}, "within_month"),
        ({"within_month": 0}, "within_month"),
        ({"within_month": 29}, "within_month"),
        ({"within_month": True}, "within_month"),
        ({"interruptions": {"holiday": 0}}, "interruptions"),
        ({"interruptions": {"suspended": 101}}, "interruptions.suspended"),
        ({"interruptions": [0]}, "interruptions"),
        ({"end_of_service": {"died": "month"}}, "end_of_service.died"),
        ({"end_of_service": {"vanished": "whole-month"}}, "end_of_service"),
        ({"bonus_after_end": {"died": "half"}}, "bonus_after_end.died"),
        ({"bonus_after_end": {"vanished": "paid"}}, "bonus_after_end"),
        ({"without_predicate": "last"}, "without_predicate"),
        ({"without_predicate": 101}, "without_predicate"),
        ({"without_predicat": 100}, "settings"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(changes: dict, named: str):
    with pytest.raises(Refused) as refused:
        read_scheme("x@1", (), year.SETTINGS | changes, TABLES)
    assert (refused.value.code, refused.value.expected.split(":")[0]) == ("invalid-rule-set", named)
