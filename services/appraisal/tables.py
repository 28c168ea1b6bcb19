"""The national tables that come with appraisal, read once from ``defaults/``: quadrant, numeric scale, guide for the distribution."""

from __future__ import annotations

from pathlib import Path

from services.appraisal.domain.distribution import Guide
from services.appraisal.domain.numeric import Scale
from services.appraisal.domain.quadrant import Quadrant
from services.appraisal.domain.rules import Tables
from shared.kernel.national import rows

FOLDER = Path(__file__).parent / "defaults"

TABLES = Tables(
    quadrants={"permenpanrb-6-2022": Quadrant.read("permenpanrb-6-2022", rows(FOLDER, "predikat_matrix.csv"))},
    scales={"pp-30-2019-41": Scale.read("pp-30-2019-41", rows(FOLDER, "pp30_2019_nilai.csv"))},
)
GUIDE = Guide.read("se-menpanrb-3-2023", rows(FOLDER, "distribusi_predikat_se3_2023.csv"))
