"""The national tables that come with personnel, read once from ``defaults/``."""

from __future__ import annotations

from pathlib import Path

from services.personnel.domain.discipline import Ladder, Rung
from services.personnel.domain.promotion import Ceilings
from services.personnel.domain.talent import Boxes
from shared.kernel.national import rows

FOLDER = Path(__file__).parent / "defaults"
_LEVEL = {"ringan": "light", "sedang": "medium", "berat": "heavy"}
_PERFORMANCE = {"bawah": "below", "sesuai": "as", "atas": "above"}
_POTENTIAL = {"rendah": "low", "menengah": "middle", "tinggi": "high"}


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


def _ladder() -> Ladder:
    return tuple(
        Rung(
            code=row["kode"],
            least=_whole(row["hari_min_kumulatif_setahun"]),
            most=_whole(row["hari_maks"]),
            in_row=_whole(row["hari_kerja_berturut"]),
            level=_LEVEL[row["tingkat"]],
            effect=row["akibat"],
            months=_whole(row["durasi_bulan"]),
            percent=_whole(row["potongan_tukin_persen"]),
        )
        for row in rows(FOLDER, "disiplin_pp94_2021.csv")
    )


def _boxes() -> Boxes:
    found = rows(FOLDER, "talenta_9box.csv")
    return {(_PERFORMANCE[row["kinerja_terhadap_ekspektasi"]], _POTENTIAL[row["potensial"]]): int(row["kotak"]) for row in found}


def _ceilings() -> Ceilings:
    return {
        word.strip().lower().replace(" ", "-"): row["golongan_maks_kp_reguler"]
        for row in rows(FOLDER, "pangkat_maks_pendidikan.csv")
        for word in row["pendidikan"].split("/")
    }


LADDERS = {"pp-94-2021": _ladder()}
BOXES = {"permenpanrb-3-2020": _boxes()}
CEILINGS = {"regular": _ceilings()}
