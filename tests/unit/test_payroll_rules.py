"""The allowance's arithmetic: published tables and worked examples, discipline points, rounding, and rule sets that cannot be used."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payroll.domain.allowance import Component, basic_allowance, lines_of
from services.payroll.domain.discipline import DisciplineRule, deductions, points
from services.payroll.domain.settings import read_scheme
from services.payroll.heard import AttendanceRecorded
from services.payroll.tables import FOLDER, TABLES
from shared.kernel.money import exact, exact_text
from shared.kernel.refusal import Refused
from tests.support.payroll_year import SETTINGS

SETU = DisciplineRule(450, Fraction(3), Fraction(57), Fraction(3), Fraction(1), Fraction(1, 5))


def attended(late: int = 0, early: int = 0, absent: int = 0, meetings: int = 0, roll_calls: int = 0) -> AttendanceRecorded:
    return AttendanceRecorded("m1", "2026-04", late, early, absent, meetings, roll_calls, 1)


def test_tpp_1a_all_fifteen_classes_follow_from_the_index():
    """Kepmendagri 900-4700/2020: tukin BPK × 0.4653, half up, is Seruyan's published table of 2022."""
    with (FOLDER / "tukin_bpk_basic_tpp_seruyan.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["basic_tpp_seruyan_2022_rp"]]
    computed = {row["kelas_jabatan"]: basic_allowance(int(row["tukin_bpk_perpres188_2014_rp"]), exact("0.4653")) for row in rows}
    assert computed == {row["kelas_jabatan"]: int(row["basic_tpp_seruyan_2022_rp"]) for row in rows}
    assert len(rows) == 15
    assert (computed["1"], computed["8"], computed["15"]) == (716_562, 3_500_452, 13_626_776)


def test_a_rule_set_may_give_the_index_in_its_parts():
    scheme = read_scheme("x@1", (), SETTINGS | {"basic_table": "tukin-bpk-2014", "basic_index": ["0.9", "0.517"]}, TABLES)
    assert scheme.basic[8] == 3_500_452


def test_tpp_2_two_lines_for_each_criterion_rounded_half_up():
    """Kecamatan Setu: 5,900,000 in three criteria, discipline 76.00, productivity 54.55; two of six lines are exact halves.

    Its sheet rounds each line by itself, and pays a rupiah more than 5,900,000 × (40 % × 76.00 % + 60 % × 54.55 %).
    """
    settings = SETTINGS | {
        "rest": "each-line",
        "basic_table": {"8": 5_900_000},
        "criteria": [
            {"name": "workload", "percent": 35},
            {"name": "achievement", "percent": 45},
            {"name": "conditions", "percent": 20},
        ],
        "components": [
            {"name": "discipline", "share_percent": 40, "factor": "discipline"},
            {"name": "performance", "share_percent": 60, "factor": "predicate"},
        ],
    }
    scheme = read_scheme("setu@1", (), settings, TABLES)
    lines = lines_of(scheme.basic[8], scheme.components, {"discipline": exact("76.00"), "predicate": exact("54.55")}, scheme.rest)
    amounts = {line.name: line.amount for line in lines}
    assert amounts == {
        "workload/discipline": 627_760,
        "workload/performance": 675_875,
        "achievement/discipline": 807_120,
        "achievement/performance": 868_982,
        "conditions/discipline": 358_720,
        "conditions/performance": 386_214,
    }
    assert sum(amounts.values()) == 3_724_671


def test_tpp_2b_full_blocks_of_450_minutes_and_days_absent():
    assert points(attended(late=2_000, early=693, absent=3), SETU) == 76
    assert [(each.cause, each.points) for each in deductions(attended(late=2_693, absent=3), SETU)] == [
        ("late-and-early-minutes", 15),
        ("days-absent", 9),
    ]


@pytest.mark.parametrize(
    ("attendance", "expected"),
    [
        (attended(late=449), "100"),
        (attended(late=450), "97"),
        (attended(late=225, early=225), "97"),
        (attended(late=450, absent=1), "94"),
        (attended(roll_calls=1), "99.8"),
        (attended(absent=2, meetings=1), "93"),
        (attended(late=19 * 450), "43"),
        (attended(late=40 * 450), "43"),
        (attended(late=19 * 450, absent=22), "0"),
    ],
)
def test_discipline_points(attendance: AttendanceRecorded, expected: str):
    """Lateness costs at most 57 points; points never fall below 0."""
    assert exact_text(points(attendance, SETU)) == expected


def test_the_last_line_gives_way_where_rounding_would_exceed_the_basic_amount():
    """Class 7, 70/30: both lines are exact halves and would pay one rupiah too much."""
    components = (Component("performance", Fraction(70), ("predicate",), "x"), Component("discipline", Fraction(30), ("discipline",), "y"))
    lines = lines_of(3_086_335, components, {"predicate": Fraction(100), "discipline": Fraction(100)})
    assert [line.amount for line in lines] == [2_160_435, 925_900]


@given(
    base=st.integers(1, 50_000_000),
    shares=st.lists(st.integers(1, 100), min_size=1, max_size=6),
    percent=st.fractions(0, 100),
    other=st.fractions(0, 100),
)
def test_lines_never_exceed_the_basic_amount(base: int, shares: list[int], percent: Fraction, other: Fraction):
    whole = sum(shares)
    components = tuple(
        Component(str(number), Fraction(100 * share, whole), (("predicate", "discipline")[number % 2],), "x")
        for number, share in enumerate(shares)
    )
    lines = lines_of(base, components, {"predicate": percent, "discipline": other})
    assert sum(line.amount for line in lines) <= base
    assert all(line.amount >= 0 for line in lines)


@given(st.fractions(-1000, 1000, max_denominator=10_000))
def test_percent_text_is_read_back(value: Fraction):
    assert exact(exact_text(value)) == value


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"components": []}, "components"),
        ({"components": [{"name": "performance", "share_percent": 60, "factor": "predicate"}]}, "components"),
        ({"components": [{"name": "performance", "share_percent": 100, "factor": "luck"}]}, "components[0].factor"),
        ({"basic_table": "nowhere"}, "basic_table"),
        ({"payout": {"baik": 100}}, "payout"),
        ({"payout": "nowhere"}, "payout"),
        ({"effect": "some_day"}, "effect"),
        ({"pay_basis": "rumour"}, "pay_basis"),
        ({"when_missing": 101}, "when_missing"),
        ({"when_missing": 0.5}, "when_missing"),
        ({"discipline": {"late_block_minutes": 0}}, "discipline.late_block_minutes"),
        ({"recovery_cap_percent": -1}, "recovery_cap_percent"),
    ],
)
def test_a_rule_set_that_cannot_be_used_is_refused_with_the_setting_named(changes: dict, named: str):
    with pytest.raises(Refused) as refused:
        read_scheme("x@1", (), SETTINGS | changes, TABLES)
    assert refused.value.status == 422
    assert refused.value.expected.startswith(f"{named}:")
