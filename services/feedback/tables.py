"""The national tables that come with feedback, read once from ``defaults/``: the elements and classes of the surveys' methods."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from services.feedback.domain.skm import two_decimals
from shared.kernel.national import rows

FOLDER = Path(__file__).parent / "defaults"


def _survey(method: str, weight: str) -> dict[str, Any]:
    """The settings of a method by its two tables; each element weighs `weight`."""
    intervals = rows(FOLDER, f"{method}_intervals.csv")
    classes = [{"mutu": row["mutu"], "from": two_decimals(Fraction(row["nilai_konversi_min"]))} for row in intervals]
    return {
        "elements": [row["kode"] for row in rows(FOLDER, f"{method}_unsur.csv")],
        "weight": weight,
        "scale": [1, 4],
        "conversion": 25,
        "least_answers": 3,
        "classes": sorted(classes, key=lambda one: one["mutu"]),
    }


IKM_2004 = _survey("ikm_2004", "0.071")
# The regulation's annex prints 0.11; nine of those would never give 100.
SKM = _survey("skm", "1/9")
