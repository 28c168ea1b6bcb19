"""National rules that hold where an agency published none."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.feedback.domain.skm import two_decimals
from shared.kernel.rules import RuleSet

FOLDER = Path(__file__).parent
_SOURCES = ("PermenPANRB 6/2022 art. 5 (continuous feedback)",)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _skm() -> dict[str, Any]:
    classes = [{"mutu": row["mutu"], "from": two_decimals(Fraction(row["nilai_konversi_min"]))} for row in _rows("skm_intervals.csv")]
    return {
        "elements": [row["kode"] for row in _rows("skm_unsur.csv")],
        # The regulation's annex prints 0.11; nine of those would never give 100.
        "weight": "1/9",
        "scale": [1, 4],
        "conversion": 25,
        "least_answers": 3,
        "classes": sorted(classes, key=lambda one: one["mutu"]),
    }


DEFAULTS = (
    RuleSet(
        kind="process-feedback",
        id="national-process-feedback",
        version=1,
        since=date(2022, 1, 1),
        sources=_SOURCES,
        settings={"aspects": ["clarity", "fairness", "timeliness", "usefulness"], "scale": [1, 4], "least_answers": 3},
    ),
    RuleSet(
        kind="peer-feedback",
        id="national-peer-feedback",
        version=1,
        since=date(2022, 1, 1),
        sources=_SOURCES,
        settings={"aspects": ["quality", "timeliness", "teamwork"], "scale": [1, 4], "least_answers": 3},
    ),
    RuleSet(
        kind="survey",
        id="national-skm",
        version=1,
        since=date(2018, 1, 1),
        sources=("PermenPANRB 14/2017 (nine elements of equal weight, conversion by 25, classes A to D)",),
        settings=_skm(),
    ),
    RuleSet(
        kind="complaints",
        id="national-complaints",
        version=1,
        since=date(2018, 1, 1),
        sources=("UU 25/2009 art. 36 (complaints are managed and followed up)", "SIPPN MenPANRB (working days by kind: 2, 5, 14, 60)"),
        settings={
            "kinds": {
                "light": {"days": 2, "kind": "working"},
                "normative": {"days": 5, "kind": "working"},
                "not-oversight": {"days": 14, "kind": "working"},
                "oversight": {"days": 60, "kind": "working"},
            }
        },
    ),
)
