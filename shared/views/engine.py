"""The fold engine: insert the rows that are missing and lock all, by view and key; fold in memory; write back in one statement.

Locking sorted keys without placeholders still loses updates between two workers, because a row that does not exist cannot be
locked; so it is made first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson

from shared.kernel.facts import Fact
from shared.store.database import Transaction
from shared.views.generations import current_to_write
from shared.views.view import Row, View


def work_of(view: View, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """For each key the facts that concern it, in their order."""
    work: dict[str, list[Fact]] = {}
    for fact in facts:
        keys = view.on.get(type(fact.event))
        for key in keys(fact) if keys else ():
            work.setdefault(key, []).append(fact)
    return work


def fold_rows(view: View, work: Mapping[str, Sequence[Fact]], rows: Mapping[str, Row | None]) -> dict[str, Row | None]:
    """The rows after the facts; needs no database."""
    after: dict[str, Row | None] = {}
    for key, facts in work.items():
        row = rows.get(key)
        for fact in facts:
            row = view.fold(key, dict(row) if row is not None else None, fact)
        after[key] = row
    return after


def _names(view: View) -> list[str]:
    """Plain strings: SQLAlchemy's names are a subclass, which orjson takes for no key once a fold hands a read row on."""
    return [str(column.name) for column in view.columns]


def write_rows(tx: Transaction, view: View, table: str, rows: Mapping[str, Row | None]) -> None:
    """Write all rows in one statement; None leaves a tombstone. They travel as one JSON text, which costs a fraction of a value each."""
    names = _names(view)
    known = {*names, "key"}
    for key, row in rows.items():
        if row is not None and (strange := row.keys() - known):
            raise ValueError(f"view {view.name}, key {key}: expected the columns {names}, found also {sorted(strange)}")
    sent = [{"key": key, "gone": True} if (row := rows[key]) is None else {**row, "key": key, "gone": False} for key in sorted(rows)]
    columns = "".join(f", {name}" for name in names)
    sets = ", ".join(f"{name} = excluded.{name}" for name in ("gone", *names))
    tx.before_next(
        f"insert into {table} (agency, key, gone{columns}) select %s, key, gone{columns} from json_populate_recordset(null::{table}, %s)"
        f" on conflict (agency, key) do update set {sets}",
        (tx.agency_id, orjson.dumps(sent, default=str).decode()),
    )


def lock_rows(tx: Transaction, view: View, table: str, keys: Sequence[str]) -> dict[str, Row | None]:
    """Make the missing rows as tombstones, lock all in the order of their keys, and read them."""
    tx.before_next(
        f"insert into {table} (agency, key, gone) select %s, key, true from unnest(%s::text[]) key on conflict do nothing",
        (tx.agency_id, list(keys)),
    )
    return _rows(tx, view, table, keys, " order by key for update")


def read_rows(tx: Transaction, view: View, table: str, keys: Sequence[str]) -> dict[str, Row | None]:
    """The rows as they are, for who alone writes the table; a missing one is left out."""
    return _rows(tx, view, table, keys, "")


def _rows(tx: Transaction, view: View, table: str, keys: Sequence[str], more: str) -> dict[str, Row | None]:
    names = _names(view)
    found = tx.execute(
        f"select key, gone{''.join(', ' + name for name in names)} from {table} where agency = %s and key = any(%s){more}",
        (tx.agency_id, list(keys)),
    ).fetchall()
    return {row[0]: None if row[1] else dict(zip(names, row[2:], strict=True)) for row in found}


TableOf = Callable[[Transaction, View], str]
RowsOf = Callable[[Transaction, View, str, Sequence[str]], dict[str, Row | None]]


def fold(
    tx: Transaction, views: Iterable[View], facts: Sequence[Fact], table_of: TableOf = current_to_write, rows_of: RowsOf = lock_rows
) -> int:
    """Fold one agency's facts into its views. Returns how many folds were made."""
    made = 0
    for view in sorted(views, key=lambda one: one.name):
        work = work_of(view, facts)
        if work:
            table = table_of(tx, view)
            rows = rows_of(tx, view, table, sorted(work))
            write_rows(tx, view, table, fold_rows(view, work, rows))
            made += sum(map(len, work.values()))
    return made
