"""The national rules as data: quadrant, numeric scale, guide for the distribution, and a rule set for who published none."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from services.appraisal.domain.distribution import Guide
from services.appraisal.domain.numeric import Scale
from services.appraisal.domain.quadrant import Quadrant
from services.appraisal.domain.rules import Tables
from shared.kernel.rules import RuleSet

FOLDER = Path(__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TABLES = Tables(
    quadrants={"permenpanrb-6-2022": Quadrant.read("permenpanrb-6-2022", _rows("predikat_matrix.csv"))},
    scales={"pp-30-2019-41": Scale.read("pp-30-2019-41", _rows("pp30_2019_nilai.csv"))},
)
GUIDE = Guide.read("se-menpanrb-3-2023", _rows("distribusi_predikat_se3_2023.csv"))

NATIONAL = RuleSet(
    kind="appraisal",
    id="national-appraisal",
    version=1,
    since=date(2023, 1, 31),
    sources=(
        "PermenPANRB 6/2022 art. 5 (stages), art. 24–25 (organisation first), quadrant of ratings",
        "SE MenPANRB 3/2023 (distribution of predicates)",
        "PermenPANRB 6/2022 annex IV.A (who assesses after a move); who does after a change within the period is this system's own default",
        "PP 30/2019 art. 59 (objection within 14 days to the assessor's superior, whose decision is final)",
        "No law sets a day for that decision: 14 calendar days are this system's own default",
    ),
    settings={
        "scheme": "rating",
        "measurement": "monthly",
        "appraised": "quarterly",
        "quadrant": "permenpanrb-6-2022",
        # The regulation leaves the rating to the leader's judgement; a formula is a place's own policy.
        "rating_policy": {"result_by": "superior"},
        "behaviours": ["berorientasi_pelayanan", "akuntabel", "kompeten", "harmonis", "loyal", "adaptif", "kolaboratif"],
        "behaviour_policy": "majority",
        "objection": {"days": 14, "kind": "calendar"},
        "decision": {"days": 14, "kind": "calendar", "binding": False},
        "objection_may_lower": True,
        "accept_by_silence": True,
        "organisation_first": True,
        "assessor_of_period": "last-day",
    },
)
