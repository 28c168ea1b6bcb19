"""Bulk imports: a spreadsheet becomes commands, all of them or none, with an error for every row that is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from flask import Response, g, request
from werkzeug.http import parse_options_header

from shared.flow.declared import Dispatch, Reads
from shared.http import documented
from shared.http.acting import RETRIES, Repeatable, RequestWork, answer, repeatable, work_in
from shared.http.cells import Column, code, day, decimal, integer, month, one_of, period, text, yes_no
from shared.http.common_answers import Imported, Importing
from shared.http.problems import Problem
from shared.http.replacing import Overwrites, Replaced, Stands, of_events, of_words
from shared.http.rows import SHOWN, About, Read, Row, Source, Wrong, held_together, read_rows, rows_problem
from shared.http.serving import serving
from shared.http.set_aside import set_aside
from shared.http.sheets import CSV, XLSX
from shared.kernel.refusal import Malformed, Refused
from shared.store import log
from shared.store.bulk import CHUNK
from shared.store.errors import Conflict

__all__ = ["About", "Column", "Overwrites", "Source", "Stands", "importing", "reading"]
__all__ += ["code", "day", "decimal", "integer", "month", "one_of", "period", "text", "yes_no"]

READS = (CSV, XLSX)
GROUP = 500
"""Rows that are carried out together."""
ROOM = 200  # a chunk ends before it could pass CHUNK with one row's events
RowFunction = Callable[..., "Dispatch | list[Dispatch | Overwrites] | None"]
Together = Callable[[RequestWork, Sequence[Row]], AbstractContextManager[None]]
"""Within it, some hundred rows are carried out: what they need is read together, and what they keep beside events is written together.

An import that declares it decides a row by what stands, and of its own file's rows only by those about the same ``employee``.
"""
Resolve = Callable[[RequestWork, Sequence[Row]], Sequence["Row | Refused"]]
"""Give rows the codes of those whom they name otherwise (by NIP), all rows at once, or say of a row who is not known."""


def reading(*columns: str, heard: tuple[type, ...] = ()) -> Together:
    """For an import whose rows are decided by what stands about the persons in these columns, and by these classes of others' facts."""

    def together(work: RequestWork, rows: Sequence[Row]) -> AbstractContextManager[None]:
        return work.reading_ahead(Reads(heard), sorted({row[name] for row in rows for name in columns if row[name] is not None}))

    return together


@dataclass(frozen=True)
class Declared:
    """An import as it was declared."""

    function: RowFunction
    action: str
    columns: tuple[Column, ...]
    about: tuple[About, ...]
    person: str | None
    resolve: Resolve | None
    replaces: tuple[Stands, ...]
    events_each: int
    together: Together | None

    def resolved(self, work: RequestWork, rows: Sequence[Row]) -> Sequence[Row | Refused]:
        return self.resolve(work, rows) if self.resolve and rows else rows

    def carry_out(self, work: RequestWork, row: Row, source: Source, path: Mapping[str, Any]) -> list[Replaced]:
        """Execute what a row asks for; returns what it put in place of something else."""
        wanted = self.function(work, row, source, **path)
        found: list[Replaced] = []
        for one in [wanted] if isinstance(wanted, Dispatch) else wanted or []:
            if isinstance(one, Overwrites):
                found.append(of_words(source.row, one))
            else:
                done = work.execute(one.aggregate, one.command)
                found += of_events(source.row, work.here.service.events, self.replaces, done) if done.events else []
        return found


@dataclass
class _Import:
    """One request's import. `wrong` and `told` are what the last attempt found."""

    declared: Declared
    reads: Sequence[Read]
    path: Mapping[str, Any]
    name: Repeatable | None
    replace: bool
    rows: int
    refused: list[Wrong] = field(default_factory=list)
    repeated: dict[int, int] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)

    def prepare(self, work: RequestWork) -> None:
        """Find out whom the rows name, and hold them against each other."""
        known = []
        for read, row in zip(self.reads, self.declared.resolved(work, [read.row for read in self.reads]), strict=True):
            if isinstance(row, Refused):
                self.refused.append(Wrong(read.source.row, None, row.expected, row.found, row.remedy))
            else:
                known.append(replace(read, row=row))
        contradictions, self.repeated = held_together(known, self.declared.about, self.declared.columns)
        self.refused += contradictions
        self.reads = known

    def carry_out(self, work: RequestWork, start: int, most: int | None) -> int:
        """Execute the rows from `start` on until there are `most` events; returns the row after the last."""
        self.wrong, self.replaced, self.aside = list(self.refused), [], []
        passed = {*self.repeated, *(one.row for one in self.refused)}
        together, last = self.declared.together, self._last_rows()
        while start < len(self.reads):
            group = [read for read in self.reads[start : start + GROUP] if read.source.row not in passed]
            with together(work, [read.row for read in group if not self._own(work, read)]) if together else nullcontext():
                for number, read in enumerate(self.reads[start : start + GROUP], start=start):
                    if most is not None and work.appended >= most:
                        return number
                    if read.source.row not in passed:
                        self._tried_row(work, read)
            start += GROUP
            if together and most is None and work.appended > CHUNK:  # too much for one transaction, so that this one only looks
                log.forget_pending(work.tx, {read.row["employee"] for read in group if last[read.row["employee"]] < start})
        return len(self.reads)

    def _last_rows(self) -> dict[str, int]:
        """Where each person's last row stands."""
        return {read.row["employee"]: number for number, read in enumerate(self.reads)} if self.declared.together else {}

    def _tried_row(self, work: RequestWork, read: Read) -> None:
        try:
            self._carry_out_row(work, read)
        except Refused as refused:
            self.wrong.append(Wrong(read.source.row, None, refused.expected, refused.found, refused.remedy))
        except Malformed as malformed:
            self.wrong.append(Wrong(read.source.row, None, malformed.expected, malformed.found))

    def _own(self, work: RequestWork, read: Read) -> bool:
        """Whether the row is about the caller. It is only tried, so that nothing that is kept for a group may hold it."""
        return self.declared.person is not None and read.row[self.declared.person] == work.actor.id

    def _carry_out_row(self, work: RequestWork, read: Read) -> None:
        if self._own(work, read):
            kept = set_aside(work, self.declared, read, self.path)
            self.aside += [kept] if kept else []
        else:
            self.replaced += self.declared.carry_out(work, read.row, read.source, self.path)

    def check(self, dry_run: bool, remedy: str = "") -> None:
        """Raises the problem of the rows that are wrong, or that would undo what was corrected."""
        if self.wrong:
            raise rows_problem(self.wrong, self.rows, remedy)
        undone = [one for one in self.replaced if one.corrected]
        if undone and not (self.replace or dry_run):
            raise Problem(
                "would-undo-correction",
                409,
                "rows that undo no correction, or the word that they may",
                f"{len(undone)} rows that would replace what was corrected or withdrawn before, the first of them row {undone[0].row}",
                remedy or "nothing was imported: look at what stands; delete these rows, or send the file with replace=true",
                errors=[one.shown() for one in undone[:SHOWN]],
            )

    def report(self, events: int, dry_run: bool) -> dict[str, Any]:
        """What was done. The members beside the first three stand there when there is something to say."""
        said: dict[str, Any] = {"rows": self.rows, "events": events, "dry_run": dry_run}
        if self.repeated:
            said["repeated"] = [{"row": row, "as": first} for row, first in self.repeated.items()][:SHOWN]
        if self.replaced:
            said |= {"replaced": len(self.replaced), "replaces": [one.shown() for one in self.replaced[:SHOWN]]}
        if self.aside:
            said["set_aside"] = self.aside[:SHOWN]
        return said


class _Undone(Exception):
    """Leaves a transaction without effect."""


def importing(
    action: str,
    *,
    columns: Sequence[Column],
    about: Sequence[About],
    resolve: Resolve | None = None,
    replaces: Sequence[Stands] = (),
    events_each: int = 1,
    together: Together | None = None,
) -> Callable[[RowFunction], Callable[..., Any]]:
    """Make a function (work, row, source) → Dispatch, a list of Dispatch and Overwrites, or None the route of an import (CSV or XLSX body).

    All rows are parsed, held against each other by `about`, and decided before anything is kept; `together`: how many are read for in few
    statements. A row whose member ``employee`` is the
    caller waits for a second person (`set_aside`). A row that would undo a correction needs ``?replace=true``; ``?dry_run=true`` says
    what would be. Up to 2,000 events are one transaction; what can be more (rows × `events_each`) needs an Idempotency-Key, and is
    carried out in chunks that a repeated request resumes; with ``Prefer: wait=20`` it answers 202 with what is done after so many
    seconds. The answer: ``{rows, events, dry_run}``, and where there are any ``repeated``, ``replaces`` and ``set_aside``.
    """
    shown = [(column.head, (column.parse.__doc__ or "text").split("\n")[0].rstrip("."), column.required) for column in columns]
    person = "employee" if any(column.name == "employee" for column in columns) else None

    def decorate(function: RowFunction) -> Callable[..., Any]:
        declared = Declared(function, action, tuple(columns), tuple(about), person, resolve, tuple(replaces), events_each, together)

        @wraps(function)
        def view(**path: Any) -> Response:
            return _answered(declared, path)

        view.reads, view.action, view.declared = READS, action, declared
        return documented.file(view, READS, shown, {200: Imported, 202: Importing})

    return decorate


def _answered(declared: Declared, path: Mapping[str, Any]) -> Response:
    dry_run, replacing, name = _flag("dry_run"), _flag("replace"), repeatable()
    here, now = serving(), serving().clock.now()
    with here.database.transaction(g.actor.agency, now, g.until) as tx:
        if name and (earlier := name.earlier(tx)):
            return earlier
        work_in(tx).authorise(declared.action, None)
        begun = name is not None and _part(name, 0).earlier(tx) is not None
    limits = here.limits
    body = request.get_data(cache=True)
    reads = read_rows(body, request.mimetype, _file_name(), declared.columns, rows=limits.rows, unpacked_bytes=limits.unpacked_bytes)
    if name is None and not dry_run and len(reads) * declared.events_each > CHUNK:
        raise _needs_key(len(reads), declared.events_each)
    job = _Import(declared, reads, path, name, replacing, len(reads))
    with here.database.transaction(g.actor.agency, now, g.until) as tx:
        job.prepare(work_in(tx))
    if begun and not dry_run:
        return _in_chunks(job)
    events = _tried(job, dry_run)
    if events > CHUNK and not dry_run:
        return _in_chunks(job)
    return answer(job.report(events, dry_run), 200)


def _tried(job: _Import, dry_run: bool) -> int:
    """Decide all rows; keep what they gave if that is allowed in one transaction. Returns the number of events."""
    here = serving()
    for tries_left in reversed(range(RETRIES + 1)):
        now, work = here.clock.now(), None
        try:
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                if job.name and (stored := job.name.earlier(tx)):
                    return stored.get_json()["events"]
                work = work_in(tx)
                job.carry_out(work, 0, None)
                job.check(dry_run)
                if dry_run or work.appended > CHUNK:
                    raise _Undone
                if job.name:
                    job.name.keep(tx, 200, job.report(work.appended, dry_run), None)
            return work.appended
        except _Undone:
            return work.appended
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _needs_key(rows: int, events_each: int) -> Problem:
    each = f" of up to {events_each} events" if events_each > 1 else ""
    return Problem(
        "idempotency-key-required",
        428,
        f"the header Idempotency-Key, since this file can give more than {CHUNK} events",
        f"{rows} rows{each}, and no such header",
        "send the file with a key; if it is interrupted, send it again with the same key",
    )


def _in_chunks(job: _Import) -> Response:
    """Carry out a long import; the chunks that an earlier, interrupted request committed are passed over."""
    if job.name is None:
        raise _needs_key(len(job.reads), job.declared.events_each)
    until = _wait_until()
    done = _Done()
    while done.reached < len(job.reads):
        # What an earlier request did is no progress: each request does at least one chunk.
        if done.here and time.monotonic() > until:
            return answer({"rows": job.rows, "reached": done.reached, "events": done.events, "dry_run": False}, 202)
        done = _chunk(job, done)
    return answer(done.report(job), 200)


@dataclass(frozen=True)
class _Done:
    """How far a long import has come: the number of its next chunk, the row after the last, and what the chunks had to say.

    `here`: how many chunks this request carried out itself.
    """

    number: int = 0
    reached: int = 0
    events: int = 0
    replaced: int = 0
    replaces: tuple[Any, ...] = ()
    aside: tuple[Any, ...] = ()
    here: int = 0

    def after(self, part: Mapping[str, Any], here: int) -> _Done:
        return _Done(
            self.number + 1,
            part["reached"],
            self.events + part["events"],
            self.replaced + part.get("replaced", 0),
            (*self.replaces, *part.get("replaces", ()))[:SHOWN],
            (*self.aside, *part.get("set_aside", ()))[:SHOWN],
            self.here + here,
        )

    def report(self, job: _Import) -> dict[str, Any]:
        said = {"replaced": self.replaced, "replaces": self.replaces} if self.replaced else {}
        return replace(job, replaced=[], aside=list(self.aside)).report(self.events, False) | said


def _chunk(job: _Import, before: _Done) -> _Done:
    """One transaction: how far the import has come after it."""
    here, part = serving(), _part(job.name, before.number)
    for tries_left in reversed(range(RETRIES + 1)):
        now = here.clock.now()
        try:
            with here.database.transaction(g.actor.agency, now, g.until) as tx:
                if done := part.earlier(tx):
                    return before.after(done.get_json(), 0)
                work = work_in(tx)
                reached = job.carry_out(work, before.reached, CHUNK - ROOM)
                job.check(False, f"the first {before.reached} rows were imported; these changed meanwhile: send the others in a new file")
                said = {**job.report(work.appended, False), "reached": reached}
                part.keep(tx, 200, said, None)
                after = before.after(said, 1)
                if reached == len(job.reads) and job.name.earlier(tx) is None:
                    job.name.keep(tx, 200, after.report(job), None)
            return after
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _part(name: Repeatable, number: int) -> Repeatable:
    return replace(name, key=f"{name.key}#{number}")


def _flag(parameter: str) -> bool:
    given = request.args.get(parameter, "false")
    if given not in ("true", "false"):
        raise Problem("invalid-parameters", 422, f"{parameter}=true or {parameter}=false", given[:40], "choose one of them")
    return given == "true"


def _wait_until() -> float:
    """When ``Prefer: wait=<seconds>`` (RFC 7240) wants an answer; without it, whenever the import is done."""
    for preference in request.headers.get("Prefer", "").replace(";", ",").split(","):
        name, _, seconds = preference.strip().partition("=")
        if name == "wait" and seconds.isascii() and seconds.isdigit():
            return time.monotonic() + int(seconds[:4])
    return float("inf")


def _file_name() -> str:
    """From ``Content-Disposition``; a dash when the caller named none."""
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    return options.get("filename", "-")[:200]
