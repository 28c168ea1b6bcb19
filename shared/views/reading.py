"""Reading views: one row, the rows that match, a page of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.store.database import Transaction
from shared.views.generations import current
from shared.views.view import Row, View


@dataclass(frozen=True)
class Has:
    """Matches a JSONB list of texts that holds this one."""

    value: str


def _select(tx: Transaction, view: View) -> tuple[str, list[str]]:
    names = ["key", *(column.name for column in view.columns)]
    return f"select {', '.join(names)} from {current(tx, view)} where agency = %(agency)s and not gone", names


def row(tx: Transaction, view: View, key: str) -> Row | None:
    sql, names = _select(tx, view)
    found = tx.execute(f"{sql} and key = %(key)s", {"agency": tx.agency_id, "key": key}).fetchone()
    return dict(zip(names, found, strict=True)) if found else None


def rows(tx: Transaction, view: View, equal: dict[str, Any], *, after: str = "", most: int | None = None) -> list[Row]:
    """Rows whose columns equal the given values (a list: any of them; Has: a list that holds it), by key, after the key `after`."""
    sql, names = _select(tx, view)
    if strange := set(equal) - set(names):
        raise KeyError(f"view {view.name} has no column {', '.join(sorted(strange))}; it has {', '.join(names)}")
    tests = [_test(name, value) for name, value in equal.items()]
    conditions = "".join(f" and {test}" for test in tests)
    params = {f"{name}_": value.value if isinstance(value, Has) else value for name, value in equal.items()}
    params |= {"agency": tx.agency_id, "after": after, "most": most}
    found = tx.execute(f"{sql}{conditions} and key > %(after)s order by key limit %(most)s", params).fetchall()
    return [dict(zip(names, one, strict=True)) for one in found]


def _test(name: str, value: Any) -> str:
    if isinstance(value, Has):
        return f"{name} ? %({name}_)s"
    return f"{name} = any(%({name}_)s)" if isinstance(value, list) else f"{name} = %({name}_)s"
