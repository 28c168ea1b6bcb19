"""National tables that come with the code: CSV files whose columns and words are those of the regulation."""

from __future__ import annotations

import csv
from pathlib import Path


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table, each cell under its column's head."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
