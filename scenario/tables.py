"""Short aligned tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = (), gap: int = 2) -> list[str]:
    """Lines of a table, indented by two, with `gap` spaces between columns; those numbered in `right` are aligned to the right.

    Empty rows draw a rule.
    """
    body = [list(row) for row in rows]
    wide = [max(len(line[column]) for line in (list(heads), *filter(None, body))) for column in range(len(heads))]
    to_right = set(right)

    def drawn(cells: Sequence[str]) -> str:
        parts = [cell.rjust(width) if place in to_right else cell.ljust(width) for place, (cell, width) in enumerate(zip(cells, wide))]
        return ("  " + between.join(parts)).rstrip()

    between = " " * gap
    rule = "  " + between.join("─" * width for width in wide)
    return [drawn(list(heads)), rule, *(drawn(row) if row else rule for row in body)]
