"""Bulk imports: a spreadsheet becomes commands, all of them or none, with an error for every row that is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from flask import Response, g, request
from werkzeug.http import parse_options_header

from shared.flow.declared import Do
from shared.http import documented
from shared.http.acting import RETRIES, Ask, Repeatable, answer, ask_in, repeatable
from shared.http.cells import BadCell, Column, code, day, decimal, integer, month, one_of, period, text, yes_no
from shared.http.problems import Problem
from shared.http.serving import Limits, serving
from shared.http.sheets import CSV, XLSX, BadSheet, Line, read_sheet
from shared.kernel.refusal import Refused
from shared.store.bulk import CHUNK
from shared.store.errors import Conflict

__all__ = ["Column", "Source", "importing", "code", "day", "decimal", "integer", "month", "one_of", "period", "text", "yes_no"]

READS = (CSV, XLSX)
SHOWN = 100
ROOM = 200  # a chunk ends before it could pass CHUNK with one row's events
Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a row stands: the file's SHA-256, its name as the caller gave it, and the row's number in the spreadsheet."""

    digest: str
    name: str
    row: int


@dataclass(frozen=True)
class _Wrong:
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


class _Undone(Exception):
    """Leaves a transaction without effect."""


RowFunction = Callable[[Ask, Row, Source], "Do | list[Do] | None"]


@dataclass
class _Import:
    """One request's import. `function` decides what a row asks for; its commands are executed in the order of the rows."""

    function: RowFunction
    rows: Sequence[tuple[Source, Row]]
    action: str
    path: Mapping[str, Any]
    name: Repeatable | None
    wrong: list[_Wrong] = field(default_factory=list)

    def carry_out(self, ask: Ask, start: int, most: int | None) -> int:
        """Execute the rows from `start` on until there are `most` events; returns the row after the last."""
        for number, (source, row) in enumerate(self.rows[start:], start=start):
            if most is not None and ask.appended >= most:
                return number
            try:
                self._carry_out_row(ask, row, source)
            except Refused as refused:
                self.wrong.append(_Wrong(source.row, None, refused.expected, refused.found, refused.remedy))
            except ValueError as error:
                self.wrong.append(_of_value_error(source.row, None, error, "this row"))
        return len(self.rows)

    def _carry_out_row(self, ask: Ask, row: Row, source: Source) -> None:
        wanted = self.function(ask, row, source, **self.path)
        for do in [wanted] if isinstance(wanted, Do) else wanted or []:
            ask.execute(do.aggregate, do.command)


def importing(action: str, *, columns: Sequence[Column]) -> Callable[[RowFunction], Callable[..., Any]]:
    """Make a function (ask, row, source) → Do, a list of Do or None the route of an import (CSV or XLSX body, ``?dry_run=true``).

    All rows are parsed and decided before anything is kept. Up to 2,000 events are one transaction; more are carried out in chunks,
    which an Idempotency-Key lets a repeated request resume. The answer: ``{rows, events, dry_run}``.
    """
    shown = [(column.head, (column.parse.__doc__ or "text").split("\n")[0].rstrip("."), column.required) for column in columns]

    def decorate(function: RowFunction) -> Callable[..., Any]:
        @wraps(function)
        def view(**path: Any) -> Response:
            return _answered(function, columns, action, path)

        view.reads, view.action, view.columns = READS, action, columns
        return documented.file(view, READS, shown)

    return decorate


def _answered(function: RowFunction, columns: Sequence[Column], action: str, path: Mapping[str, Any]) -> Response:
    dry_run, name = _dry_run(), repeatable()
    here, now = serving(), serving().clock.now()
    with here.database.transaction(g.actor.agency, now, g.until) as tx:
        if name and (earlier := name.earlier(tx)):
            return earlier
        ask_in(tx, now).authorise(action, None)
        begun = name is not None and _part(name, 0).earlier(tx) is not None
    job = _Import(function, _parsed(columns, here.limits), action, path, name)
    if begun and not dry_run:
        return _in_chunks(job)
    events = _tried(job, dry_run)
    if events > CHUNK and not dry_run:
        return _in_chunks(job)
    return answer(_report(job, events, dry_run), 200)


def _report(job: _Import, events: int, dry_run: bool) -> dict[str, Any]:
    return {"rows": len(job.rows), "events": events, "dry_run": dry_run}


def _tried(job: _Import, dry_run: bool) -> int:
    """Decide all rows; keep what they gave if that is allowed in one transaction. Returns the number of events."""
    here = serving()
    for tries_left in reversed(range(RETRIES + 1)):
        job.wrong.clear()
        now, ask = here.clock.now(), None
        try:
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                if job.name and (stored := job.name.earlier(tx)):
                    return stored.get_json()["events"]
                ask = ask_in(tx, now)
                job.carry_out(ask, 0, None)
                if job.wrong:
                    raise _rows_problem(job.wrong, len(job.rows), "nothing was imported: correct these rows and send the whole file again")
                if dry_run or ask.appended > CHUNK:
                    raise _Undone
                if job.name:
                    job.name.keep(tx, 200, _report(job, ask.appended, dry_run), None)
            return ask.appended
        except _Undone:
            return ask.appended
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _in_chunks(job: _Import) -> Response:
    """Carry out a long import; the chunks that an earlier, interrupted request committed are passed over."""
    if job.name is None:
        raise Problem(
            "idempotency-key-required",
            428,
            f"the header Idempotency-Key, since this file gives more than {CHUNK} events",
            "no such header",
            "send the file with a key; if it is interrupted, send it again with the same key",
        )
    reached, events, number = 0, 0, 0
    while reached < len(job.rows):
        reached, appended = _chunk(job, _part(job.name, number), reached, events)
        events, number = events + appended, number + 1
    return answer(_report(job, events, False), 200)


def _chunk(job: _Import, part: Repeatable, start: int, before: int) -> tuple[int, int]:
    """One transaction: the row after its last, and how many events it has."""
    here = serving()
    for tries_left in reversed(range(RETRIES + 1)):
        now = here.clock.now()
        try:
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                if done := part.earlier(tx):
                    said = done.get_json()
                    return said["reached"], said["events"]
                ask = ask_in(tx, now)
                reached = job.carry_out(ask, start, CHUNK - ROOM)
                if job.wrong:
                    remedy = f"the first {start} rows were imported; these changed meanwhile: send the others in a new file"
                    raise _rows_problem(job.wrong, len(job.rows), remedy)
                part.keep(tx, 200, {"reached": reached, "events": ask.appended}, None)
                if reached == len(job.rows) and job.name.earlier(tx) is None:
                    job.name.keep(tx, 200, _report(job, before + ask.appended, False), None)
            return reached, ask.appended
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _part(name: Repeatable, number: int) -> Repeatable:
    return replace(name, key=f"{name.key}#{number}")


def _dry_run() -> bool:
    given = request.args.get("dry_run", "false")
    if given not in ("true", "false"):
        raise Problem("invalid-parameters", 422, "dry_run=true or dry_run=false", given[:40], "choose one of them")
    return given == "true"


def _parsed(columns: Sequence[Column], limits: Limits) -> list[tuple[Source, Row]]:
    """Every row's members. Raises the problem with all errors of all cells."""
    body = request.get_data(cache=True)
    if not body:
        raise Problem("malformed-file", 422, "a CSV or XLSX file as the body", "an empty body", "send the file's bytes as the body")
    try:
        heads, *lines = read_sheet(body, request.mimetype, rows=limits.rows, unpacked_bytes=limits.unpacked_bytes)
    except BadSheet as bad:
        raise Problem("malformed-file", 422, bad.expected, bad.found, "save the file anew and send it again") from None
    places, wrong = _places(heads, columns)
    digest, name = hashlib.sha256(body).hexdigest(), _file_name()
    found = []
    for line in lines if not wrong else []:
        row, errors = _row(line, columns, places, len(heads.cells))
        wrong += errors
        found.append((Source(digest, name, line.row), row))
    if wrong:
        raise _rows_problem(wrong, len(lines), "nothing was imported: correct these rows and send the whole file again")
    return found


def _places(heads: Line, columns: Sequence[Column]) -> tuple[dict[str, int], list[_Wrong]]:
    """Where each known column stands."""
    titles = [cell if isinstance(cell, str) else "" for cell in heads.cells]
    folded = [title.casefold() for title in titles]
    known = {column.head.casefold(): column for column in columns}
    only = f"only the heads {', '.join(column.head for column in columns)}"
    wrong = [
        _Wrong(heads.row, column.head, "a column with this head", "no such column")
        for column in columns
        if column.required and column.head.casefold() not in folded
    ]
    for index, title in enumerate(titles):
        if folded[index] not in known:
            wrong.append(_Wrong(heads.row, title or None, only, f"the head {title[:60]!r}"))
        elif folded.index(folded[index]) != index:
            wrong.append(_Wrong(heads.row, title, "each head once", "it again"))
    return {column.name: folded.index(head) for head, column in known.items() if head in folded}, wrong


def _row(line: Line, columns: Sequence[Column], places: Mapping[str, int], width: int) -> tuple[Row, list[_Wrong]]:
    row: Row = {}
    wrong = []
    if len(line.cells) > width and any(cell is not None for cell in line.cells[width:]):
        wrong.append(_Wrong(line.row, None, f"{width} cells, as many as heads", f"{len(line.cells)}"))
    for column in columns:
        at = places.get(column.name)
        cell = line.cells[at] if at is not None and at < len(line.cells) else None
        try:
            if isinstance(cell, BadCell):
                raise cell
            if cell is None and column.required:
                raise BadCell("a value", "an empty cell")
            row[column.name] = None if cell is None else column.parse(cell)
        except ValueError as error:
            wrong.append(_of_value_error(line.row, column.head, error, repr(cell)[:60]))
    return row, wrong


def _of_value_error(row: int, column: str | None, error: ValueError, found: str) -> _Wrong:
    if isinstance(error, BadCell):
        return _Wrong(row, column, error.expected, error.found)
    expected, told, rest = str(error).removeprefix("expected ").partition(", found ")
    return _Wrong(row, column, expected, rest if told else found)


def _rows_problem(wrong: Sequence[_Wrong], rows: int, remedy: str) -> Problem:
    first = wrong[0]
    where = f"row {first.row}" + (f", column {first.column}" if first.column else "")
    numbers = {one.row for one in wrong}
    return Problem(
        "invalid-rows",
        422,
        f"{where}: {first.expected}",
        f"{first.found} ({len(wrong)} errors in {len(numbers)} rows)" if len(wrong) > 1 else first.found,
        remedy,
        errors=[one.shown() for one in wrong[:SHOWN]],
        facts={"rows": rows, "wrong": len(wrong)},
    )


def _file_name() -> str:
    """From ``Content-Disposition``; a dash when the caller named none."""
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    return options.get("filename", "-")[:200]
