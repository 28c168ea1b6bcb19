"""Questions that join views, or count in them inside the database: SQLAlchemy's selects over the rows of a transaction's agency.

    PERSONS = Question((EMPLOYEES,), lambda people: select(func.count().label("persons")).where(people.c.unit == bindparam("unit")))
    PERSONS.ask(tx, unit="u-1")

:mod:`shared.views.reading` answers what one view's columns equal; here is what it has no word for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, Select, Subquery, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import psycopg2
from sqlalchemy.engine import Compiled

from shared.store.database import Transaction
from shared.views.generations import current
from shared.views.view import Row, View

_DIALECT = psycopg2.dialect()


@dataclass(frozen=True)
class Question:
    """A statement over the rows of `views`, written once and asked with other values each time.

    `made`: from the rows of each view, in this order and with their keys, to the statement; a view may be named twice. What changes from
    one asking to the next is a ``bindparam`` in it; ``agency`` is set.
    """

    views: tuple[View, ...]
    made: Callable[..., Select[Any]]
    _written: dict[tuple[str, ...], tuple[Compiled, list[str]]] = field(default_factory=dict, compare=False)

    def ask(self, tx: Transaction, **values: Any) -> list[Row]:
        """The rows that the statement gives, by the names of its columns. A value that it has no word for is passed over."""
        written, names = self._over(tuple(current(tx, view) for view in self.views))
        found = tx.execute(str(written), written.construct_params({**values, "agency": tx.agency_id})).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def _over(self, tables: tuple[str, ...]) -> tuple[Compiled, list[str]]:
        """The statement over these generations of the views. To write it takes longer than most take to be answered."""
        if tables not in self._written:
            statement = self.made(*map(_rows, self.views, tables))
            self._written[tables] = statement.compile(dialect=_DIALECT), [column.name for column in statement.selected_columns]
        return self._written[tables]


def _rows(view: View, table: str) -> Subquery:
    """The view's rows, with their keys, as a table that a statement may join."""
    own = (Column("agency", Integer), Column("key", Text), Column("gone", Boolean))
    rows = Table(table, MetaData(), *own, *(Column(str(column.name), column.type) for column in view.columns)).c
    shown = (column for column in rows if column.name not in ("agency", "gone"))
    return select(*shown).where(rows.agency == bindparam("agency"), ~rows.gone).subquery()
