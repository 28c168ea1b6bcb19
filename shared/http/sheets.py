"""Sheets: a CSV or XLSX body as rows of text under its heads. What a spreadsheet would compute or has lost is refused, never guessed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from shared.kernel import decimals
from shared.kernel.refusal import Malformed

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_DIGITS = 15
MOST_COLUMNS = 200
_LITERAL = re.compile(r'"[^"]*"|\\.')
"""Of a cell's number format: what is shown as it is."""


class BadSheet(ValueError):
    """The file as a whole cannot be read."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


@dataclass(frozen=True)
class Line:
    """A row as numbered in the spreadsheet (the heads are row 1). A cell is text, None when empty, or why it cannot be read."""

    row: int
    cells: tuple[str | Malformed | None, ...]


def read_sheet(body: bytes, content_type: str, *, rows: int, unpacked_bytes: int) -> list[Line]:
    """All rows that are not empty, the heads first. BadSheet when there are none, or more than `rows` beside the heads."""
    lines = _csv(body) if content_type == CSV else _xlsx(body, unpacked_bytes)
    filled = []
    for line in lines:
        if any(cell is not None for cell in line.cells):
            filled.append(line)
        if len(filled) > rows + 1:
            raise BadSheet(f"at most {rows} rows; split the file", "more")
    if not filled:
        raise BadSheet("a row of column heads", "an empty file")
    return filled


def _csv(body: bytes) -> Iterator[Line]:
    """Separated by commas or semicolons, whichever the heads use more; UTF-8 with or without a byte order mark."""
    try:
        content = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSheet("a CSV file in UTF-8 (save it as 'CSV UTF-8')", f"another encoding at byte {error.start}") from None
    heads = content.partition("\n")[0]
    separator = ";" if heads.count(";") > heads.count(",") else ","
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield Line(number, tuple(_csv_cell(cell) for cell in cells[:MOST_COLUMNS]))
    except csv.Error as error:
        raise BadSheet("CSV with each quote closed", f"{error} near line {reader.line_num}") from None


def _csv_cell(cell: str) -> str | Malformed | None:
    found = cell.replace("\u00a0", " ").strip()
    if "\0" in found:
        return Malformed("text", "the character NUL")
    if found.startswith("="):
        return _formula(found)
    return found or None


def _formula(found: str) -> Malformed:
    return Malformed("a value (in the spreadsheet: copy, then paste as values)", f"the formula {found[:40]}")


def _xlsx(body: bytes, unpacked_bytes: int) -> Iterator[Line]:
    """The first sheet of the workbook."""
    # 6 MB of every process, for what few requests bring.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > unpacked_bytes:
                raise BadSheet(f"a workbook of at most {unpacked_bytes} bytes when unpacked", "more")
        workbook = load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
    except BadSheet:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError):
        raise BadSheet("an XLSX workbook without a password", "another kind of file, or a damaged one") from None
    try:
        if not workbook.worksheets:
            raise BadSheet("a workbook with a sheet of rows", "none")
        yield from _rows(workbook.worksheets[0].iter_rows(max_col=MOST_COLUMNS))
    except (zipfile.BadZipFile, KeyError, TypeError, SyntaxError):
        raise BadSheet("an XLSX workbook", "a damaged one") from None
    finally:
        workbook.close()


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[Line]:
    for number, cells in enumerate(rows, start=1):
        found = tuple(_xlsx_cell(cell) for cell in cells)
        filled = max((index for index, cell in enumerate(found, start=1) if cell is not None), default=0)
        yield Line(number, found[:filled])


def _xlsx_cell(cell: Any) -> str | Malformed | None:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return _formula(str(value))
    if cell.data_type == "e":
        return Malformed("a value", f"the error {value}")
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in _LITERAL.sub("", cell.number_format or ""):
        shown = decimals.plain(Decimal(repr(value)) * 100)
        expected = f"a number without the format percent: {shown}, where the unit is percent"
        return Malformed(expected, f"{shown}%, which is stored as {value}")
    return _written(value)


def _written(value: Any) -> str | Malformed | None:
    """A cell's value as the text that a CSV file would have for it."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else Malformed("a date without a time", value.isoformat())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _csv_cell(value)
    return Malformed("text, a number or a date", type(value).__name__)


def _number(value: int | float) -> str | Malformed:
    """A whole number keeps all its digits or is refused (a NIP that lost its last ones would be another's); a fraction is rounded to
    the digits that a spreadsheet computes with.
    """
    if value == value // 1 and len(str(abs(int(value)))) > MOST_DIGITS:
        expected = "a number of at most 15 digits, or the cell formatted as text where it is a code: a spreadsheet keeps only 15 digits"
        return Malformed(expected, f"the number {int(value)}")
    try:
        written = str(int(value)) if value == value // 1 else decimals.plain(decimals.of_float(value))
    except Malformed as malformed:
        return malformed
    # Three decimals would look like thousands; here the spreadsheet says which they are.
    return written + "0" if "." in written and len(written.partition(".")[2]) == 3 else written
