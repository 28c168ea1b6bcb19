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


def _survey(method: str, weight: str) -> dict[str, Any]:
    """The settings of a method by its two tables; each element weighs `weight`."""
    rows = _rows(f"{method}_intervals.csv")
    classes = [{"mutu": row["mutu"], "from": two_decimals(Fraction(row["nilai_konversi_min"]))} for row in rows]
    return {
        "elements": [row["kode"] for row in _rows(f"{method}_unsur.csv")],
        "weight": weight,
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
        # It held until PermenPANRB 16/2014, whose tables were not found; a place that has surveys of those years publishes its own.
        kind="survey",
        id="national-ikm",
        version=1,
        since=date(2004, 2, 24),
        sources=("Kepmenpan KEP/25/M.PAN/2/2004 (fourteen elements of 0.071, conversion by 25, classes A to D)",),
        settings=_survey("ikm_2004", "0.071"),
    ),
    RuleSet(
        kind="survey",
        id="national-skm",
        version=1,
        since=date(2018, 1, 1),
        sources=("PermenPANRB 14/2017 (nine elements of equal weight, conversion by 25, classes A to D)",),
        # The regulation's annex prints 0.11; nine of those would never give 100.
        settings=_survey("skm", "1/9"),
    ),
    RuleSet(
        kind="complaints",
        id="national-complaints",
        version=1,
        since=date(2018, 1, 1),
        sources=(
            "UU 25/2009 art. 36 (complaints are managed and followed up)",
            "SIPPN MenPANRB (working days by kind: 2, 5, 14, 60)",
            "PermenPANRB 62/2018 (SP4N-LAPOR: 10 days for who complained to answer)",
        ),
        settings={
            "kinds": {
                "light": {"days": 2, "kind": "working"},
                "normative": {"days": 5, "kind": "working"},
                "not-oversight": {"days": 14, "kind": "working"},
                "oversight": {"days": 60, "kind": "working"},
            },
            "waiting": {"days": 10, "kind": "calendar"},
            "passed_clock": "goes-on",
        },
    ),
)
