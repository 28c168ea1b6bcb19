"""Generations: a view's table is `<view>_g<N>`; one registry row names the current N, and readers look it up in their own transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, false
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from shared.views.view import View


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
        statements.append(f"create index {table.name}_i{number} on {table.name} (agency, {', '.join(columns)})")
    return "; ".join(statements)


def shape(view: View) -> str:
    """A digest of the table's columns and indexes: another shape needs another generation."""
    return hashlib.sha256(ddl(view, 0).encode()).hexdigest()[:16]


def create(cursor: Any, view: View, generation: int, app_role: str) -> None:
    """Make the table with forced row-level security. Run by the owner."""
    name = table_name(view, generation)
    cursor.execute(
        f"{ddl(view, generation)}; alter table {name} enable row level security; alter table {name} force row level security; "
        f"create policy own_agency on {name} using (agency = app_agency()) with check (agency = app_agency()); "
        f"grant select, insert, update on {name} to {app_role}"
    )


def current(tx: Any, view: View) -> str:
    """The table that readers and the running fold use now."""
    row = tx.execute("select generation from view_generations where view = %s", (view.name,)).fetchone()
    if row is None:
        raise LookupError(f"expected the view {view.name} to have been made; run `merit migrate`")
    return table_name(view, row[0])
