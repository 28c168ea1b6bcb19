"""Lines of an allowance to the rupiah and field by field: portions, the rest, cuts, extras, bonuses, and exact numbers as text."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payroll.domain.allowance import (
    Component,
    Portion,
    basic_allowance,
    bonus_line,
    cut_line,
    exact_amount,
    extra_lines,
    lines_of,
    shifted,
)
from services.payroll.events import Line
from shared.kernel.money import exact_text

WORK, TIME = Component("work", Fraction(60), ("predicate",), "payout-1"), Component("time", Fraction(40), ("discipline",), "points")
BOTH = Component("both", Fraction(100), ("predicate", "discipline"), "payout-1 × points")
PERCENTS = {"predicate": Fraction(90), "discipline": Fraction(50)}


def test_a_whole_month_on_one_amount():
    assert lines_of(1_000_001, (WORK, TIME), PERCENTS) == (
        Line("work", "payout-1", 1_000_001, "60", "90", 540_001), Line("time", "points", 1_000_001, "40", "50", 200_000),
    )  # fmt: skip
    assert lines_of(1_000, (BOTH,), PERCENTS) == (Line("both", "payout-1 × points", 1_000, "100", "45", 450),)
    assert lines_of(1_000, (Component("all", Fraction(100), (), "rule"),), {}) == (Line("all", "rule", 1_000, "100", "100", 1_000),)


def test_days_on_two_amounts_and_a_part_that_an_interruption_leaves():
    first, last, until = date(2026, 4, 1), date(2026, 4, 30), date(2026, 4, 10)
    found = lines_of(
        (
            Portion(3_000, 7, first, until, 10, 30),
            Portion(6_000, 8, date(2026, 4, 11), last, 20, 30, Fraction(25), "long-leave"),
        ),
        (WORK,),
        PERCENTS,
    )
    assert found == (
        Line("work", "payout-1", 3_000, "60", "90", 540, 7, first, until, 10, 30),
        Line("work", "payout-1 × long-leave", 6_000, "60", "22.5", 540, 8, date(2026, 4, 11), last, 20, 30),
    )
    whole = lines_of((Portion(6_000, 8, first, last, 30, 30, Fraction(25), "long-leave"),), (WORK,), PERCENTS)
    assert whole == (Line("work", "payout-1 × long-leave", 6_000, "60", "22.5", 810),)
    assert Portion(1, days=10, of_days=30).part == Fraction(1, 3) and Portion(1).part == 1


def split(rest: str, base: int = 1_001, shares: tuple[str, ...] = ("50", "50"), **names: str) -> list[int]:
    components = tuple(Component(f"p/{'abcd'[number]}", Fraction(one), ("predicate",), "x") for number, one in enumerate(shares))
    return [line.amount for line in lines_of(base, components, {"predicate": Fraction(100)}, rest)]


def test_where_the_rest_goes():
    assert split("largest-remainder") == [501, 500], "among equals the earlier line"
    assert split("largest-remainder", 100, ("20.2", "40.4", "39.4")) == [20, 41, 39]
    assert split("a") == [500, 501] and split("p/a") == [500, 501] and split("b") == [501, 500] and split("other") == [501, 500]
    assert split("each-line") == [501, 500], "two halves would exceed the whole"
    assert split("each-line", 3, ("33.3", "33.3", "33.4")) == [1, 1, 1]
    assert split("each-line", 100, ("20.2", "40.4", "39.4")) == [20, 40, 39]
    assert split("a", 1, ("25", "50", "25")) == [0, 1, 0], "what is left is never less than nothing"
    assert split("a", 2, ("0", "25", "25", "50")) == [0, 1, 0, 1]
    assert split("a", 3, ("10", "45", "45")) == [1, 1, 1]


def test_a_named_rest_is_taken_by_its_last_line_in_the_whole():
    components = tuple(Component(f"{one}/{two}", Fraction(25), ("predicate",), "x") for one in "pq" for two in "ab")
    assert [line.amount for line in lines_of(10, components, {"predicate": Fraction(100)}, "a")] == [3, 3, 1, 3]
    assert [line.amount for line in lines_of(10, components, {"predicate": Fraction(100)}, "p/a")] == [1, 3, 3, 3]
    two = (*components[:2], *(Component(one.name, one.share, ("discipline",), "x") for one in components[2:]))
    percents = {"predicate": Fraction(100), "discipline": Fraction(40)}
    assert [line.amount for line in lines_of(10, two, percents, "q/b")] == [3, 2, 1, 1]


def test_lines_round_by_themselves_up_to_what_the_shares_of_the_portions_make():
    halves = (Component("a", Fraction(50), (), "x"), Component("b", Fraction(50), (), "x"))
    portions = (Portion(1, days=1, of_days=2), Portion(3, days=1, of_days=2))
    assert [line.amount for line in lines_of(portions, halves, {}, "each-line")] == [0, 0, 1, 1]
    assert [line.amount for line in lines_of((Portion(3), Portion(3)), halves, {}, "each-line")] == [2, 2, 2, 0]
    fifths = tuple(Component(name, Fraction(20), (), "x") for name in "ab")
    assert [line.amount for line in lines_of(3, fifths, {}, "each-line")] == [1, 0]
    assert [line.amount for line in lines_of(5, fifths, {}, "each-line")] == [1, 1]


@given(amounts=st.lists(st.integers(0, 9), min_size=1, max_size=6), base=st.integers(1, 9))
def test_the_last_lines_give_way_first(amounts: list[int], base: int):
    """Halves of an odd base: each rounds up, and the last ones are a rupiah less, until the sum fits."""
    number = 2 * len(amounts)
    components = tuple(Component(str(one), Fraction(100, number), (), "x") for one in range(number))
    exact, found = Fraction(base, number), [line.amount for line in lines_of(base, components, {}, "each-line")]
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    left, expected = base, []
    for _ in range(number):
        expected.append(min(rounded, left))
        left -= expected[-1]
    assert found == expected


def test_what_a_line_makes_and_by_how_much_it_gave_way():
    line = Line("work", "x", 1_001, "50", "90", 450)
    assert exact_amount(line) == Fraction(9009, 20) and shifted(line) == 0
    assert [shifted(Line("work", "x", 1_001, "50", "90", amount)) for amount in (449, 451)] == [-1, 1]
    part = Line("work", "x", 1_001, "50", "90", 150, 8, date(2026, 4, 1), date(2026, 4, 10), 10, 30)
    assert exact_amount(part) == Fraction(3003, 20) and shifted(part) == 0
    assert shifted(Line("sanction", "x", 1_001, "100", "-25", -9)) == 0
    assert shifted(Line("none", "x", 1_001, "100", "0", 5)) == 5


def test_extras_make_a_whole_of_their_own():
    portions = (
        Portion(1_001, 7, date(2026, 4, 1), date(2026, 4, 15), 15, 30),
        Portion(1_001, 8, date(2026, 4, 16), date(2026, 4, 30), 15, 30),
    )
    first, second = extra_lines(portions, "more", "predicate-extra", Fraction(10))
    assert first == Line("more", "predicate-extra", 1_001, "10", "100", 50, 7, date(2026, 4, 1), date(2026, 4, 15), 15, 30)
    assert second == Line("more", "predicate-extra", 1_001, "10", "100", 50, 8, date(2026, 4, 16), date(2026, 4, 30), 15, 30)
    assert extra_lines((Portion(1_005),), "more", "x", Fraction(10)) == (Line("more", "x", 1_005, "10", "100", 101),)


def test_a_cut_is_rounded_once_on_the_sum_and_a_bonus_is_itself():
    lines = (Line("work", "x", 1_001, "60", "100", 601), Line("time", "y", 1_001, "40", "100", 401))
    assert cut_line(lines, "sanction", "sanction-cut", 25) == Line("sanction", "sanction-cut", 1_002, "100", "-25", -251)
    assert bonus_line(1_500_000, "bonus", "teladan") == Line("bonus", "teladan", 1_500_000, "100", "100", 1_500_000)


def test_a_basic_amount_is_rounded_once_after_all_its_indices():
    assert (basic_allowance(1_001), basic_allowance(1_001, Fraction(1, 2)), basic_allowance(10, Fraction(1, 4), Fraction(1, 5))) == (
        1_001,
        501,
        1,
    )


@pytest.mark.parametrize(("value", "text"), [
    ("0", "0"), ("12", "12"), ("-12", "-12"), ("1/2", "0.5"), ("-1/2", "-0.5"), ("5455/100", "54.55"), ("1/3", "1/3"), ("-1/3", "-1/3"),
    ("1/1000", "0.001"), ("1/524288", "0.0000019073486328125"), ("1/1048576", "0.00000095367431640625"),
    ("-7/4", "-1.75"), ("100/3", "100/3"),
])  # fmt: skip
def test_percentages_as_text(value: str, text: str):
    assert exact_text(Fraction(value)) == text
