"""Reading views: one row, the rows that match, a page of them.

    rows(tx, HELD, {"status": ["waiting", "payable"], "reasons": Has("attendance")}, after="2026-04/m1", most=50)

A plain value: equal. A list: any of them. :class:`Has`: a JSONB list that holds it. :class:`Not`: every other value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.store.database import Transaction
from shared.views.generations import current
from shared.views.view import Row, View


@dataclass(frozen=True)
class Has:
    """Matches a JSONB list of texts that holds this one."""

    value: str


@dataclass(frozen=True)
class Not:
    """Matches every value but this one."""

    value: Any


def _select(tx: Transaction, view: View) -> tuple[str, list[str]]:
    names = ["key", *(column.name for column in view.columns)]
    return f"select {', '.join(names)} from {current(tx, view)} where agency = %(agency)s and not gone", names


def row(tx: Transaction, view: View, key: str) -> Row | None:
    sql, names = _select(tx, view)
    found = tx.execute(f"{sql} and key = %(key)s", {"agency": tx.agency_id, "key": key}).fetchone()
    return dict(zip(names, found, strict=True)) if found else None


def rows(tx: Transaction, view: View, equal: dict[str, Any], *, after: str = "", most: int | None = None) -> list[Row]:
    """Rows whose columns equal the given values, by key, after the key `after`. A list: any of them; Has: a list that holds it; Not."""
    sql, names = _select(tx, view)
    conditions, params = _conditions(view, names, equal)
    params |= {"agency": tx.agency_id, "after": after, "most": most}
    found = tx.execute(f"{sql}{conditions} and key > %(after)s order by key limit %(most)s", params).fetchall()
    return [dict(zip(names, one, strict=True)) for one in found]


def keys(tx: Transaction, view: View, equal: Mapping[str, Any], *, after: str = "", most: int | None = None) -> list[str]:
    """As :func:`rows`, the keys alone: what a long piece of work goes through, a page at a time."""
    names = ["key", *(column.name for column in view.columns)]
    conditions, params = _conditions(view, names, equal)
    found = tx.execute(
        f"select key from {current(tx, view)} where agency = %(agency)s and not gone{conditions} and key > %(after)s order by key"
        " limit %(most)s",
        {**params, "agency": tx.agency_id, "after": after, "most": most},
    ).fetchall()
    return [row[0] for row in found]


def count(tx: Transaction, view: View, equal: Mapping[str, Any]) -> int:
    """How many rows have columns that equal these values, as in :func:`rows`."""
    conditions, params = _conditions(view, ["key", *(column.name for column in view.columns)], equal)
    sql = f"select count(*) from {current(tx, view)} where agency = %(agency)s and not gone{conditions}"
    return tx.execute(sql, {**params, "agency": tx.agency_id}).fetchone()[0]


def selecting(tx: Transaction, view: View, column: str, equal: Mapping[str, Any]) -> str:
    """The statement that gives what `column` holds in the rows that match, for a larger statement to read inside the database."""
    _, names = _select(tx, view)
    conditions, params = _conditions(view, names, {**equal, column: Not(None)})
    sql = f"select {column} from {current(tx, view)} where agency = %(agency)s and not gone{conditions}"
    with tx.connection.cursor() as cursor:
        return cursor.mogrify(sql, {**params, "agency": tx.agency_id}).decode()


def _conditions(view: View, names: Sequence[str], equal: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if strange := set(equal) - set(names):
        raise KeyError(f"view {view.name} has no column {', '.join(sorted(strange))}; it has {', '.join(names)}")
    tests = "".join(f" and {_test(name, value)}" for name, value in equal.items())
    return tests, {f"{name}_": value.value if isinstance(value, Has | Not) else value for name, value in equal.items()}


def _test(name: str, value: Any) -> str:
    if isinstance(value, Has):
        return f"{name} ? %({name}_)s"
    if isinstance(value, Not):
        return f"{name} is distinct from %({name}_)s"
    return f"{name} = any(%({name}_)s)" if isinstance(value, list) else f"{name} = %({name}_)s"
