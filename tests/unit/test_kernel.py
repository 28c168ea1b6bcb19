"""The kernel's values: money and one rounding, periods, facts by rank, rules in force, the NIP, the decider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.personnel.domain.nip import check_nip
from shared.kernel.dated import in_force, of_row
from shared.kernel.decider import Decider
from shared.kernel.employment import Employment, Spell
from shared.kernel.facts import Fact
from shared.kernel.ids import MERIT, derived_id, event_id
from shared.kernel.money import exact, exact_text, half_up, rupiah
from shared.kernel.periods import Period, month, month_of, parse_day, period_of
from shared.kernel.refusal import Malformed, Refused
from shared.kernel.rules import RuleBook, RuleSet, rules_in_force

# --- money -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0", 0),
        ("0.4", 0),
        ("0.5", 1),
        ("1.5", 2),
        ("2.5", 3),
        ("-0.4", 0),
        ("-0.5", -1),
        ("-1.5", -2),
        ("-2.49", -2),
        ("1/3", 0),
        ("-5/3", -2),
    ],
)
def test_halves_are_rounded_away_from_zero_on_both_sides(value: str, rounded: int):
    assert half_up(Fraction(value)) == rupiah(Fraction(value)) == rounded


@given(st.fractions())
def test_rounding_is_the_nearest_integer_and_the_same_for_both_signs(value: Fraction):
    assert abs(half_up(value) - value) <= Fraction(1, 2)
    assert half_up(-value) == -half_up(value)
    assert half_up(half_up(value)) == half_up(value)


def test_numbers_of_the_wire_are_exact_and_floats_are_refused():
    assert [exact(value) for value in ("54.55", "1/9", 97, Decimal("0.1"))] == [
        Fraction(1091, 20), Fraction(1, 9), Fraction(97), Fraction(1, 10)]  # fmt: skip
    with pytest.raises(TypeError, match="found the float 0.1"):
        exact(0.1)


@given(st.fractions())
def test_an_exact_number_is_written_so_that_it_is_read_as_the_same(value: Fraction):
    assert exact(exact_text(value)) == value


def test_exact_numbers_are_decimals_where_these_end_and_fractions_elsewhere():
    written = {"54.55": "54.55", "100": "100", "-0.5": "-0.5", "0.05": "0.05", "1/3": "1/3", "-7/6": "-7/6", "0": "0", "12.000": "12"}
    assert {text: exact_text(Fraction(text)) for text in written} == written


# --- periods ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_read_and_written_in_one_form(text, kind, start, end):
    period = Period.parse(text)
    assert (str(period), period.kind, period.start, period.end) == (text, kind, start, end)
    assert period.holds(start) and period.holds(end)
    assert not period.holds(date.fromordinal(start.toordinal() - 1)) and not period.holds(date.fromordinal(end.toordinal() + 1))


@pytest.mark.parametrize("text", ["", "26", "2026-", "2026-Q0", "2026-Q5", "2026-00", "2026-13", "2026-1", "2026-q1", "2026-Q1\n", " 2026"])
def test_what_is_no_period_is_refused_with_the_forms(text):
    with pytest.raises(ValueError, match="expected a period such as 2026, 2026-Q1 or 2026-04"):
        Period.parse(text)


def test_only_the_kinds_of_period_that_are_meant_are_read_and_the_refusal_names_them():
    assert period_of("2026-04", "month") == Period.parse("2026-04", "quarter", "month") == month(2026, 4)
    with pytest.raises(Malformed) as malformed:
        Period.parse("2026", "quarter", "month")
    assert malformed.value.expected == "a quarter such as 2026-Q1 or a month such as 2026-04, from 1950 to 2100"
    for text in ("2026-04", "soon", "1949"):
        with pytest.raises(Refused) as refused:
            period_of(text, "year")
        assert (refused.value.code, refused.value.status, refused.value.found) == ("period-invalid", 422, repr(text))


def test_periods_and_days_lie_within_an_agencys_life():
    assert [str(Period.parse(text)) for text in ("1950", "2100-12")] == ["1950", "2100-12"]
    assert [parse_day(text) for text in ("1950-01-01", "2100-12-31")] == [date(1950, 1, 1), date(2100, 12, 31)]
    for text in ("1949", "2101-Q1", "1000-01"):
        with pytest.raises(ValueError, match="from 1950 to 2100, found"):
            Period.parse(text)
    for text in ("1949-12-31", "2101-01-01", "2026-02-30", "2026-1-1", "20260101", "2026-01-01\n", "٢٠٢٦-01-01"):
        with pytest.raises(ValueError, match="expected a day such as"):
            parse_day(text)


def test_quarters_months_and_the_way_from_one_period_to_the_next():
    assert [str(month(2026, number).quarter) for number in (1, 3, 4, 12)] == ["2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4"]
    assert str(Period.parse("2026-Q2").quarter) == "2026-Q2"
    assert [str(one) for one in Period.parse("2026-Q3").months] == ["2026-07", "2026-08", "2026-09"]
    shifted = {
        ("2026-12", 1): "2027-01",
        ("2026-01", -1): "2025-12",
        ("2026-Q1", -1): "2025-Q4",
        ("2026-Q4", 2): "2027-Q2",
        ("2026", 3): "2029",
    }
    assert {(text, count): str(Period.parse(text).shift(count)) for text, count in shifted} == shifted
    assert str(month_of(date(2026, 11, 30))) == "2026-11"


def test_a_period_contains_what_lies_within_it():
    year, quarter = Period.parse("2026"), Period.parse("2026-Q2")
    assert year.contains(quarter) and year.contains(year) and quarter.contains(month(2026, 4)) and quarter.contains(month(2026, 6))
    assert not quarter.contains(year) and not quarter.contains(month(2026, 3)) and not quarter.contains(month(2026, 7))


# --- facts -----------------------------------------------------------------------------------------------------------------------------


def fact(effective: int, source: str, stream: str, version: int) -> Fact:
    at = datetime(2026, 1, effective, tzinfo=UTC)
    return Fact(None, "id", f"merit.{source}.Thing.v1", "a", "s", stream, version, at, at, "x", "c")


def test_of_competing_facts_the_later_effective_wins_then_the_source_then_the_stream_then_the_version():
    ordered = [
        fact(1, "z", "z", 9),
        fact(2, "appraisal", "z", 9),
        fact(2, "personnel", "a", 9),
        fact(2, "personnel", "b", 1),
        fact(2, "personnel", "b", 2),
    ]
    assert all(sorted(arrived, key=lambda one: one.rank) == ordered for arrived in permutations(ordered))


# --- rules -----------------------------------------------------------------------------------------------------------------------------


def rules(id_: str, since: date, version: int = 1, kind: str = "pace") -> RuleSet:
    return RuleSet(kind, id_, version, since, (), {})


def test_the_set_that_began_last_holds_and_of_one_day_the_highest_version():
    found = [
        rules("a", date(2026, 1, 1)),
        rules("b", date(2026, 3, 1), 2),
        rules("c", date(2026, 3, 1), 3),
        rules("x", date(2026, 2, 1), kind="x"),
    ]
    assert [rules_in_force(found, "pace", day).name for day in (date(2026, 2, 28), date(2026, 3, 1))] == ["a@1", "c@3"]
    with pytest.raises(Refused) as refused:
        rules_in_force(found, "pace", date(2025, 12, 31))
    assert refused.value.code == "no-rule-set" and "pace" in refused.value.expected and "2025-12-31" in refused.value.expected


def test_an_agencys_own_set_is_no_competitor_of_the_national_defaults():
    book = RuleBook((rules("nation", date(2020, 1, 1)), rules("nation", date(2026, 6, 1), 2)), (rules("own", date(2026, 2, 1)),))
    assert [book.in_force("pace", date(2026, number, 1)).name for number in (1, 2, 12)] == ["nation@1", "own@1", "own@1"]
    assert [one.name for one in book.of("pace")] == ["nation@1", "nation@2", "own@1"] and book.of("x") == []


@dataclass(frozen=True)
class Entry:
    since: date
    said: int


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
ENTRIES = st.lists(DAYS).map(lambda days: [Entry(day, number) for number, day in enumerate(days)])


@given(ENTRIES, DAYS)
def test_what_began_last_is_in_force_and_of_one_day_what_was_said_last(entries: list[Entry], day: date):
    begun = [entry for entry in entries if entry.since <= day]
    assert in_force(entries, day) == max(begun, key=lambda entry: (entry.since, entry.said), default=None)
    rows = [{"since": entry.since.isoformat(), "said": entry.said} for entry in entries]
    row = in_force(rows, day, since=of_row)
    assert (row and row["said"]) == (None if not begun else in_force(entries, day).said)


@given(ENTRIES, DAYS, DAYS, DAYS)
def test_what_began_in_an_earlier_spell_of_service_is_in_force_in_that_spell_only(entries, day, ended, again):
    life = Employment((Spell(date(2020, 1, 1), min(ended, again), "moved-agency"), Spell(max(ended, again))))
    counting = [entry for entry in entries if entry.since >= max(ended, again) or day < max(ended, again)]
    assert life.in_force(entries, day) == in_force(counting, day)
    assert life.in_force(entries, day, across=("moved-agency",)) == in_force(entries, day)


# --- the NIP (Perka BKN 22/2007) ---------------------------------------------------------------------------------------------------------


def test_a_nip_is_given_back_as_its_digits():
    assert check_nip("19910418 201603 2 980") == check_nip("199104182016032980") == check_nip("19910418.201603.2.980")
    assert check_nip("199104182021211001", "PPPK") == "199104182021211001"  # digits 13–14 need not be a month


@pytest.mark.parametrize(
    ("nip", "told"),
    [
        ("19910418201603298", "expected 18 digits, found 17"),
        ("1991041820160329800", "expected 18 digits, found 19"),
        ("199113182016032980", "a real date of birth"),
        ("199104312016032980", "a real date of birth"),
        ("199104182016002980", "a month 01–12 in digits 13–14, found 00"),
        ("199104182016132980", "a month 01–12 in digits 13–14, found 13"),
        ("199104182006032980", "at least 16 years after birth"),
        ("199104182016030980", "sex 1 or 2 in digit 15, found 0"),
        ("199104182016033980", "sex 1 or 2 in digit 15, found 3"),
        ("199104182016032000", "a serial number from 001"),
        ("١٩٩١٠٤١٨٢٠١٦٠٣٢٩٨٠", "expected 18 digits"),
    ],
)
def test_a_wrong_nip_is_refused_with_what_is_wrong(nip, told):
    with pytest.raises(ValueError, match=told):
        check_nip(nip)


def test_a_nip_may_be_appointed_sixteen_years_after_birth_and_in_every_month():
    for number in ("01", "12"):
        assert check_nip(f"199104182007{number}1001")


# --- ids and the decider -----------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1, 10**6))
def test_an_event_has_the_id_of_its_place_in_its_stream(agency, stream, version):
    assert event_id(agency, stream, version) == str(derived_id("event", agency, stream, version))


def test_ids_derive_in_merits_own_name_space():
    assert str(MERIT) == "6d657269-7400-5000-8000-000000000001"
    assert derived_id("a", 1) == derived_id("a", 1) != derived_id("a", 2)


def test_a_state_is_folded_from_the_beginning_of_the_stream():
    decider = Decider("", lambda state, command: [], lambda state, event: state + event)
    assert decider.state("abc") == "abc" and decider.state(()) == ""


def test_a_refusal_says_all_its_parts():
    refused = Refused("code", expected="e", found="f", remedy="r", status=422, more=1)
    assert (refused.code, refused.expected, refused.found, refused.remedy, refused.status, refused.facts) == (
        "code",
        "e",
        "f",
        "r",
        422,
        {"more": 1},
    )
    assert str(refused) == "code: expected e; found f; r" and Refused("c", expected="", found="", remedy="").status == 409
