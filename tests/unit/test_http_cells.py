"""Cells and sheets: what is read, and what is refused because a spreadsheet could have meant something else."""

import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.appraisal.domain.targets import number
from shared.http.cells import code, day, decimal, integer, month, one_of, period, text, yes_no
from shared.http.forms import Edge
from shared.http.sheets import CSV, XLSX, BadSheet, _written, read_sheet
from shared.kernel.decimals import DECIMAL, PLACES, WHOLE, plain
from shared.kernel.periods import Period
from shared.kernel.refusal import Malformed, Refused


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (integer, "1000", 1000),
        (integer, "-3", -3),
        (decimal, "97,5", Decimal("97.5")),
        (decimal, "97.50", Decimal("97.5")),
        (decimal, "0,125", Decimal("0.125")),
        (decimal, "1200", Decimal("1200")),
        (decimal, "1.2340", Decimal("1.234")),
        (day, "2026-04-30", date(2026, 4, 30)),
        (day, "30/04/2026", date(2026, 4, 30)),
        (day, "1-2-2026", date(2026, 2, 1)),
        (month, "2026-04", Period(2026, 4, 4)),
        (month, "2026-04-01", Period(2026, 4, 4)),
        (period, "2026-Q1", Period(2026, 1, 3)),
        (code, "M1", "m1"),
        (yes_no, "Ya", True),
        (one_of({"lebih tinggi": "higher", "lebih rendah": "lower"}), "Lebih Rendah", "lower"),
    ],
)
def test_cells_that_are_read(parse, cell, value):
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (integer, "1.000"),
        (integer, "1,000"),
        (integer, "12.5"),
        (integer, "\uff11\uff12"),
        (integer, "1" * 19),
        (decimal, "1.234"),
        (decimal, "1.234.567"),
        (decimal, "1.234,5"),
        (decimal, "1e5"),
        (decimal, "NaN"),
        (decimal, "98%"),
        (day, "31/02/2026"),
        (day, "04/30/2026"),
        (day, "30/04/26"),
        (day, "0026-04-30"),
        (month, "2026-04-02"),
        (month, "2026-13"),
        (month, "April 2026"),
        (period, "2026-Q5"),
        (code, "m 1"),
        (code, "-m1"),
        (yes_no, "yes"),
        (text, "x" * 2001),
    ],
)
def test_cells_that_are_refused(parse, cell):
    with pytest.raises(Malformed):
        parse(cell)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1.234.567", "without thousand separators: 1234567"),
        ("1.234,5", "without thousand separators: 1234,5"),
        ("1,234.50", "without thousand separators: 1234,50"),
        ("1 234 567", "without thousand separators: 1234567"),
        ("98%", "without a percent sign: 98"),
        ("97,5 %", "without a percent sign: 97,5"),
        ("1000000000000000", "at most 15 digits before and 12 after the decimal sign; choose a larger unit"),
        ("97,33333333333333", "at most 15 digits before and 12 after the decimal sign, such as 97.333333333333"),
    ],
)
def test_what_a_refused_number_asks_for_is_accepted(cell, words):
    with pytest.raises(Malformed) as refused:
        decimal(cell)
    assert words in refused.value.expected
    proposed = words.rpartition(" ")[2]
    if "unit" not in words:
        decimal(proposed)


def cell_of(value, number_format="General"):
    made = Workbook()
    made.active.append(["Nilai"])
    made.active.append([value])
    made.active["A2"].number_format = number_format
    target = io.BytesIO()
    made.save(target)
    return read_sheet(target.getvalue(), XLSX, rows=5, unpacked_bytes=1_000_000)[1].cells[0]


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (97.33333333333333, "97.333333333333"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1 / 30, "0.033333333333"),
        (97.5, "97.5"),
        (98.0, "98"),
        (123456789012345, "123456789012345"),
        (12345678901.2345, "12345678901.2345"),
        (0.125, "0.125"),
        (-2.5, "-2.5"),
        (0, "0"),
    ],
)
def test_a_spreadsheets_number_becomes_one_exact_text(value, exact):
    assert plain(decimal(cell_of(value))) == exact


@pytest.mark.parametrize(
    ("value", "number_format", "words"),
    [
        (1e15, "General", "a number of at most 15 digits"),
        (1.97001012000012e17, "General", "the cell formatted as text where it is a code"),
        (1e-13, "General", "0.000000000001 or more, or zero"),
        (0.973, "0.0%", "without the format percent: 97.3, where the unit is percent"),
        (1, "0%", "without the format percent: 100"),
    ],
)
def test_a_spreadsheets_number_that_would_become_another_is_refused(value, number_format, words):
    found = cell_of(value, number_format)
    assert isinstance(found, Malformed) and words in found.expected
    assert not isinstance(cell_of(5, '0"%"'), Malformed), "a sign that is only shown"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-3, max_value=9e14))
def test_a_spreadsheets_number_is_one_that_plans_take(value):
    written = _written(value)
    assert isinstance(written, str) and DECIMAL.fullmatch(plain(decimal(written)))
    assert abs(decimal(written) - Decimal(value)) <= max(Decimal(value) * Decimal("1e-14"), Decimal("1e-12"))


def test_there_is_one_limit_of_decimals():
    """Cells, plans and the published form say the same."""
    published = Edge("appraisal").form("ProgressRecorded.value")["pattern"]
    assert published == f"^{DECIMAL.pattern}$"
    longest = "9" * WHOLE + "." + "1" * PLACES
    assert plain(decimal(longest)) == longest and number(longest, "it") == Fraction(longest)
    for beyond in ("9" + longest, longest + "1"):
        with pytest.raises(Malformed):
            decimal(beyond)
        with pytest.raises(Refused):
            number(beyond, "it")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_every_written_decimal_is_read_exactly(value):
    assert decimal(format(value, "f")) == value


@given(st.text())
def test_no_text_breaks_a_parser(cell):
    for parse in (integer, decimal, day, month, period, code, yes_no):
        try:
            parse(cell)
        except Malformed:
            pass


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body):
    for kind in (CSV, XLSX):
        try:
            read_sheet(body, kind, rows=50, unpacked_bytes=10_000)
        except BadSheet:
            pass


def test_rows_keep_the_numbers_that_the_spreadsheet_shows():
    found = read_sheet(b"a;b\n\n1;2\n ; \n3;\n", CSV, rows=10, unpacked_bytes=0)
    assert [(line.row, line.cells) for line in found] == [(1, ("a", "b")), (3, ("1", "2")), (5, ("3", None))]


def test_a_formula_in_csv_is_not_taken_for_text():
    found = read_sheet(b"a\n=1+1\n", CSV, rows=10, unpacked_bytes=0)
    assert isinstance(found[1].cells[0], Malformed)


@pytest.mark.parametrize("cell", ["\u212a1", "m１", "m\u200b1", "ſ", "м1"])
def test_a_code_in_another_alphabet_is_not_ours(cell: str):
    """The sign for kelvin becomes a k when it is made small."""
    with pytest.raises(Malformed):
        code(cell)
    with pytest.raises(Malformed):
        one_of({"k1": 1, "s": 2})(cell)
