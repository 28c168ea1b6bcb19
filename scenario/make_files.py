"""Writes the scenario's spreadsheets from their text twins in ``sheets/``: ``python -m scenario.make_files``.

Agencies live in spreadsheets, so some of the imported files are XLSX; git shows differences in text, so each has a CSV beside it that
is the one to edit. The same text always gives the same bytes.
"""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

PLACES = Path(__file__).parent


def cell(text: str, head: str) -> str | int | date | None:
    """The value as an office's spreadsheet holds it: dates as dates, counts as numbers, a NIP as text, an empty cell as nothing."""
    if not text:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    if head != "NIP" and re.fullmatch(r"\d{1,9}", text):
        return int(text)
    return text


def spreadsheet(source: Path) -> bytes:
    """An XLSX workbook of one sheet with the rows of the CSV file `source`."""
    with source.open(encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    book = Workbook()
    book.properties.creator = "Merit"
    sheet = book.active
    sheet.title = "Data"
    sheet.append(head)
    for row in rows:
        sheet.append([cell(text, name) for text, name in zip(row, head, strict=True)])
    drawn = BytesIO()
    book.save(drawn)
    return _undated(drawn.getvalue())


def _undated(workbook: bytes) -> bytes:
    """The same workbook without the moment of saving, which the writer stamps on every part and into its properties."""
    still = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as parts, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts.infolist():
            body = parts.read(part)
            if part.filename == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2025-12-01T00:00:00Z", body)
            out.writestr(zipfile.ZipInfo(part.filename, (2025, 12, 1, 0, 0, 0)), body)
    return still.getvalue()


def main() -> None:
    for source in sorted(PLACES.glob("*/sheets/*.csv")):
        target = source.parent.parent / "imports" / (source.stem + ".xlsx")
        target.write_bytes(spreadsheet(source))
        print(target.relative_to(PLACES))


if __name__ == "__main__":
    main()
