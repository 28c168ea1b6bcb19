"""Rows of an imported file: read cell by cell, and held against each other, before anything is decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.http.cells import Column
from shared.http.problems import Problem
from shared.http.sheets import BadSheet, Line, read_sheet
from shared.kernel.refusal import Malformed

SHOWN = 100
Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a row stands: the file's SHA-256, its name as the caller gave it, and the row's number in the spreadsheet."""

    digest: str
    name: str
    row: int


@dataclass(frozen=True)
class Read:
    """A row's members, and its cells as they were written, by member."""

    source: Source
    row: Row
    cells: Mapping[str, str]


@dataclass(frozen=True)
class About:
    """What a row is about: rows of one file with the same `key` must say the same in `says` (None: in all other columns)."""

    key: tuple[str, ...]
    says: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row. Without a column it is the row as a whole."""

    row: int
    column: str | None
    expected: str
    found: str
    remedy: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "expected": self.expected, "found": self.found} | (
            {"remedy": self.remedy} if self.remedy else {}
        )


def read_rows(body: bytes, media_type: str, name: str, columns: Sequence[Column], *, rows: int, unpacked_bytes: int) -> list[Read]:
    """Every row's members. Raises the problem with all errors of all cells."""
    if not body:
        raise Problem("malformed-file", 422, "a CSV or XLSX file as the body", "an empty body", "send the file's bytes as the body")
    try:
        heads, *lines = read_sheet(body, media_type, rows=rows, unpacked_bytes=unpacked_bytes)
    except BadSheet as bad:
        raise Problem("malformed-file", 422, bad.expected, bad.found, "save the file anew and send it again") from None
    places, wrong = _places(heads, columns)
    digest = hashlib.sha256(body).hexdigest()
    found = []
    for line in lines if not wrong else []:
        cells, errors = _cells(line, columns, places, len(heads.cells))
        row, unread = members(cells, columns, line.row)
        wrong += errors + [one for one in unread if (one.row, one.column) not in {(e.row, e.column) for e in errors}]
        found.append(Read(Source(digest, name, line.row), row, cells))
    if wrong:
        raise rows_problem(wrong, len(lines))
    return found


def members(cells: Mapping[str, str], columns: Sequence[Column], number: int) -> tuple[Row, list[Wrong]]:
    """The members that the written cells stand for."""
    row: Row = {}
    wrong = []
    for column in columns:
        cell = cells.get(column.name)
        try:
            if cell is None and column.required:
                raise Malformed("a value", "an empty cell")
            row[column.name] = column.default if cell is None else column.parse(cell)
        except Malformed as malformed:
            wrong.append(Wrong(number, column.head, malformed.expected, malformed.found))
    return row, wrong


def _places(heads: Line, columns: Sequence[Column]) -> tuple[dict[str, int], list[Wrong]]:
    """Where each known column stands."""
    titles = [cell if isinstance(cell, str) else "" for cell in heads.cells]
    folded = [title.casefold() for title in titles]
    known = {column.head.casefold(): column for column in columns}
    only = f"only the heads {', '.join(column.head for column in columns)}"
    wrong = [
        Wrong(heads.row, column.head, "a column with this head", "no such column")
        for column in columns
        if column.required and column.head.casefold() not in folded
    ]
    for index, title in enumerate(titles):
        if folded[index] not in known:
            wrong.append(Wrong(heads.row, title or None, only, f"the head {title[:60]!r}"))
        elif folded.index(folded[index]) != index:
            wrong.append(Wrong(heads.row, title, "each head once", "it again"))
    return {column.name: folded.index(head) for head, column in known.items() if head in folded}, wrong


def _cells(line: Line, columns: Sequence[Column], places: Mapping[str, int], width: int) -> tuple[dict[str, str], list[Wrong]]:
    cells: dict[str, str] = {}
    wrong = []
    if len(line.cells) > width and any(cell is not None for cell in line.cells[width:]):
        wrong.append(Wrong(line.row, None, f"{width} cells, as many as heads", f"{len(line.cells)}"))
    for column in columns:
        at = places.get(column.name)
        cell = line.cells[at] if at is not None and at < len(line.cells) else None
        if isinstance(cell, Malformed):
            wrong.append(Wrong(line.row, column.head, cell.expected, cell.found))
        elif cell is not None:
            cells[column.name] = cell
    return cells, wrong


def held_together(reads: Sequence[Read], abouts: Sequence[About], columns: Sequence[Column]) -> tuple[list[Wrong], dict[int, int]]:
    """The rows that contradict an earlier one, and those that repeat one word for word (row → the row that it repeats)."""
    heads = {column.name: column.head for column in columns}
    wrong: list[Wrong] = []
    repeated: dict[int, int] = {}
    wholes: dict[tuple[Any, ...], int] = {}
    said: dict[tuple[int, tuple[Any, ...]], Read] = {}
    for read in reads:
        whole = tuple(read.row[name] for name in heads)
        first = wholes.setdefault(whole, read.source.row)
        if first != read.source.row:
            repeated[read.source.row] = first
            continue
        for number, about in enumerate(abouts):
            earlier = said.setdefault((number, tuple(read.row[name] for name in about.key)), read)
            says = [name for name in heads if name not in about.key] if about.says is None else about.says
            differ = [name for name in says if read.row[name] != earlier.row[name]]
            if differ:
                wrong.append(_contradiction(read, earlier, about, differ[0], heads))
                break
    return wrong, repeated


def _contradiction(read: Read, earlier: Read, about: About, name: str, heads: Mapping[str, str]) -> Wrong:
    # A NIP is no value to repeat, and what the file leaves out says nothing.
    named = {key: read.cells.get(key, read.row[key]) for key in about.key if key != "nip"}
    one = ", ".join(f"{heads[key]} {value}" for key, value in named.items() if value not in (None, False)) or "this NIP"
    hidden = name == "nip"
    return Wrong(
        read.source.row,
        heads[name],
        "what row " + str(earlier.source.row) + f" says of {one}" + ("" if hidden else f": {earlier.cells.get(name, 'nothing')[:60]}"),
        "another number" if hidden else read.cells.get(name, "nothing")[:60],
        "keep the row that is right, and delete the other",
    )


def rows_problem(wrong: Sequence[Wrong], rows: int, remedy: str = "") -> Problem:
    """422 with every row that is wrong, the first of them in the words of the problem itself."""
    wrong = sorted(wrong, key=lambda one: one.row)
    first = wrong[0]
    where = f"row {first.row}" + (f", column {first.column}" if first.column else "")
    numbers = {one.row for one in wrong}
    return Problem(
        "invalid-rows",
        422,
        f"{where}: {first.expected}",
        f"{first.found} ({len(wrong)} errors in {len(numbers)} rows)" if len(wrong) > 1 else first.found,
        remedy or "nothing was imported: correct these rows and send the whole file again",
        errors=[one.shown() for one in wrong[:SHOWN]],
        facts={"rows": rows, "wrong": len(wrong)},
    )
