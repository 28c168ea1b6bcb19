"""Generations: a view's table is `<view>_g<N>`; one registry row names the current N, and readers look it up in their own transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, false
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from shared.views.view import View

REBUILD_LOCK = 5552
EMPTY = "empty"
"""In place of a shape: the table was made when events had been folded already, and nothing has filled it."""
OWN = "agency = current_setting('app.agency')::integer"


class OtherShape(LookupError):
    """The view's table was made for another declaration: this code must not write it. A rebuild, or newer code, cures it."""


def no_rebuild(tx: Any) -> bool:
    """False while a rebuild runs; else none begins before this transaction ends."""
    return tx.execute("select pg_try_advisory_xact_lock_shared(%s)", (REBUILD_LOCK,)).fetchone()[0]


def table_name(view: View, generation: int) -> str:
    return f"{view.name}_g{generation}"


def _table(view: View, generation: int) -> Table:
    return Table(
        table_name(view, generation),
        MetaData(),
        Column("agency", Integer, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("gone", Boolean, nullable=False, server_default=false()),
        *(column._copy() for column in view.columns),
    )


def ddl(view: View, generation: int) -> str:
    """The statements that make one generation's table, without security and grants."""
    table = _table(view, generation)
    statements = [str(CreateTable(table).compile(dialect=postgresql.dialect())).strip()]
    for number, columns in enumerate(view.indexes, start=1):
        # Pages go by key: an index that ends with it gives the next page without sorting all that matches.
        statements.append(f"create index {table.name}_i{number} on {table.name} (agency, {', '.join(columns)}, key)")
    return "; ".join(statements)


def shape(view: View) -> str:
    """A digest of the table's columns and indexes: another shape needs another generation."""
    return hashlib.sha256(ddl(view, 0).encode()).hexdigest()[:16]


def create(cursor: Any, view: View, generation: int, app_role: str) -> None:
    """Make the table with forced row-level security. Run by the owner."""
    name = table_name(view, generation)
    cursor.execute(
        # Rows are updated again and again: room in the page keeps these updates out of the indexes.
        f"{ddl(view, generation)}; alter table {name} set (fillfactor = 60); "
        f"alter table {name} enable row level security; alter table {name} force row level security; "
        f"create policy own_agency on {name} using ({OWN}) with check ({OWN}); "
        f"grant select, insert, update on {name} to {app_role}"
    )


def _registered(tx: Any, view: View) -> tuple[int, str]:
    """All of them are read once in a transaction, which goes on with what it found: a table outlives its successor's beginning."""
    if "generations" not in tx.memo:
        found = tx.execute("select view, generation, shape from view_generations", None).fetchall()
        tx.memo["generations"] = {name: (generation, shape) for name, generation, shape in found}
    if view.name not in tx.memo["generations"]:
        raise LookupError(f"expected the view {view.name} to have been made; run `merit migrate`")
    return tx.memo["generations"][view.name]


def current(tx: Any, view: View) -> str:
    """The table that readers use now."""
    return table_name(view, _registered(tx, view)[0])


def current_to_write(tx: Any, view: View) -> str:
    """The table that the running fold uses now. OtherShape when it has other columns than this code's view."""
    generation, found = _registered(tx, view)
    if found != _shape_of(view):
        table = table_name(view, generation)
        raise OtherShape(f"expected the view {view.name} in the shape of this code, found {table} in another: run `merit rebuild`")
    return table_name(view, generation)


_SHAPES: dict[int, tuple[View, str]] = {}


def _shape_of(view: View) -> str:
    """The shape, worked out once per declaration: the fold asks for it with every batch."""
    if id(view) not in _SHAPES:
        _SHAPES[id(view)] = (view, shape(view))
    return _SHAPES[id(view)][1]
