"""Cells and sheets: what is read, and what is refused because a spreadsheet could have meant something else."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.cells import BadCell, code, day, decimal, integer, month, one_of, period, text, yes_no
from shared.http.sheets import CSV, XLSX, BadSheet, read_sheet
from shared.kernel.periods import Period


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
    with pytest.raises(BadCell):
        parse(cell)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-10**9, max_value=10**9))
def test_every_written_decimal_is_read_exactly(value):
    assert decimal(format(value, "f")) == value


@given(st.text())
def test_no_text_breaks_a_parser(cell):
    for parse in (integer, decimal, day, month, period, code, yes_no):
        try:
            parse(cell)
        except BadCell:
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
    assert isinstance(found[1].cells[0], BadCell)
