"""Parts of a whole sum to the whole: lines under any split, their rest where the rules put it, and what the explanation says of it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payroll.domain.allowance import Component, Portion, apportion, exact_amount, extra_lines, lines_of, shifted
from services.payroll.domain.scheme import Scheme
from services.payroll.domain.settings import read_scheme
from services.payroll.tables import TABLES
from shared.kernel.money import half_up
from shared.kernel.refusal import Refused
from tests.support.payroll_year import SETTINGS

CRITERIA = [{"name": name, "percent": percent} for name, percent in (("workload", 50), ("achievement", 30), ("conditions", 20))]
FULL = {"predicate": Fraction(100), "discipline": Fraction(100)}


def scheme(**changes: object) -> Scheme:
    return read_scheme("x@1", (), SETTINGS | changes, TABLES)


def amounts(found: Scheme, percents: dict[str, Fraction], base: int = 3_500_452) -> dict[str, int]:
    return {line.name: line.amount for line in lines_of(base, found.components, percents, found.rest)}


@given(st.lists(st.fractions(min_value=0, max_value=10**9), max_size=8))
def test_parts_sum_to_the_whole_rounded_once_and_each_is_itself_rounded_down_or_up(parts: list[Fraction]):
    whole = apportion(parts)
    assert sum(whole) == half_up(sum(parts, Fraction(0)))
    assert all(0 <= one - (part.numerator // part.denominator) <= 1 for one, part in zip(whole, parts, strict=True))


def test_the_rest_goes_to_those_that_lost_most_and_of_equals_to_the_earlier():
    assert apportion([Fraction(7, 3)] * 3) == (3, 2, 2)
    assert apportion([Fraction("1.2"), Fraction("1.6"), Fraction("1.7")]) == (1, 2, 2)
    assert apportion([Fraction("1.4"), Fraction("1.6")]) == (1, 2) and apportion([]) == ()


@given(st.lists(st.fractions(-1000, 1000), max_size=12))
def test_parts_sum_to_the_rounded_whole_and_each_is_itself_rounded_up_or_down(parts: list[Fraction]):
    found = apportion(parts)
    assert sum(found) == half_up(sum(parts, Fraction(0)))
    assert all(floor(part) <= whole <= ceil(part) for part, whole in zip(parts, found, strict=True))


@given(st.lists(st.fractions(0, 1000), max_size=8), st.randoms())
def test_the_sum_does_not_depend_on_the_order_and_equal_parts_differ_by_one_at_most(parts: list[Fraction], random: object):
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert sum(apportion(shuffled)) == sum(apportion(parts))
    by_part: dict[Fraction, set[int]] = {}
    for part, whole in zip(parts, apportion(parts), strict=True):
        by_part.setdefault(part, set()).add(whole)
    assert all(max(found) - min(found) <= 1 for found in by_part.values())


def test_criteria_times_components_pay_the_whole_basic_amount():
    """50/30/20 × 60/40 of 3,500,452: each line rounded by itself would pay one rupiah less."""
    found = scheme(criteria=CRITERIA)
    assert sum(amounts(found, FULL).values()) == 3_500_452
    assert sum(amounts(scheme(criteria=CRITERIA, rest="each-line"), FULL).values()) == 3_500_451
    lines = lines_of(3_500_452, found.components, FULL)
    assert [shifted(line) for line in lines] == [0, 1, 0, 0, 0, 0]


PERCENTS = st.fractions(0, 100, max_denominator=1000)
PARTS = st.lists(st.integers(1, 60), min_size=1, max_size=5)


@given(base=st.integers(0, 60_000_000), criteria=PARTS, shares=PARTS, predicate=PERCENTS, discipline=PERCENTS)
def test_lines_of_one_percentage_sum_to_its_rounded_whole_at_all_splits(
    base: int, criteria: list[int], shares: list[int], predicate: Fraction, discipline: Fraction
):
    components = tuple(
        Component(f"c{one}/s{two}", Fraction(100 * part * share, sum(criteria) * sum(shares)), FACTORS[(one + two) % 3], "x")
        for one, part in enumerate(criteria)
        for two, share in enumerate(shares)
    )
    lines = lines_of(base, components, {"predicate": predicate, "discipline": discipline})
    wholes, sums = Counter(), Counter()
    for line in lines:
        wholes[line.percent] += exact_amount(line)
        sums[line.percent] += line.amount
        assert floor(exact_amount(line)) <= line.amount <= ceil(exact_amount(line))
    assert {percent: half_up(whole) for percent, whole in wholes.items()} == dict(sums)
    if predicate == discipline == 100:
        assert sum(sums.values()) == base


FACTORS = (("predicate",), ("discipline",), ("predicate", "discipline"))


@given(base=st.integers(1, 60_000_000), days=st.integers(1, 30), percent=PERCENTS)
def test_days_of_a_month_are_parts_of_a_whole_too(base: int, days: int, percent: Fraction):
    portions = (Portion(base, 8, days=days, of_days=31), Portion(2 * base, 9, days=31 - days, of_days=31))
    components = (Component("performance", Fraction(60), ("predicate",), "x"), Component("discipline", Fraction(40), ("discipline",), "y"))
    lines = lines_of(portions, components, {"predicate": percent, "discipline": percent})
    exact = Fraction(base * days + 2 * base * (31 - days), 31) * percent / 100
    assert sum(line.amount for line in lines) == half_up(exact)
    assert {(line.days, line.of_days, line.job_class) for line in lines} == {(days, 31, 8), (31 - days, 31, 9)}
    extras = extra_lines(portions, "more", "z", Fraction(10))
    assert sum(line.amount for line in extras) == half_up(Fraction(base * days + 2 * base * (31 - days), 310))
    assert {(line.name, line.rule) for line in extras} == {("more", "z")}


def test_a_named_line_takes_what_the_others_leave():
    found = amounts(scheme(criteria=CRITERIA, rest="discipline"), FULL)
    assert sum(found.values()) == 3_500_452
    rounded = amounts(scheme(criteria=CRITERIA, rest="each-line"), FULL)
    assert {name for name in found if found[name] != rounded[name]} == {"conditions/discipline"}


def test_a_named_line_that_is_not_of_the_whole_leaves_the_largest_remainder():
    percents = {"predicate": Fraction(80), "discipline": Fraction(97)}
    named, plain = (amounts(scheme(criteria=CRITERIA, **rest), percents) for rest in ({"rest": "discipline"}, {}))
    performance = [name for name in named if name.endswith("performance")]
    assert {name: named[name] for name in performance} == {name: plain[name] for name in performance}
    assert sum(named[name] for name in performance) == half_up(Fraction(3_500_452 * 60 * 80, 10_000))


@pytest.mark.parametrize("rest", ["Discipline", "bonus", 1, None])
def test_a_rest_that_no_line_can_take_is_refused(rest: object):
    with pytest.raises(Refused) as refused:
        scheme(rest=rest)
    assert (refused.value.code, refused.value.expected.split(":")[0]) == ("invalid-rule-set", "rest")
    assert "performance" in refused.value.expected
