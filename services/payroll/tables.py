"""The national tables that come with payroll, read once from ``defaults/``."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from services.payroll.domain.scheme import Tables
from shared.kernel.national import rows

FOLDER = Path(__file__).parent / "defaults"

TUKIN_BPK = "tukin-bpk-2014"
SERUYAN = "seruyan-2022"


def _read() -> Tables:
    basic: dict[str, dict[int, int]] = {TUKIN_BPK: {}, SERUYAN: {}}
    for row in rows(FOLDER, "tukin_bpk_basic_tpp_seruyan.csv"):
        job_class = int(row["kelas_jabatan"])
        basic[TUKIN_BPK][job_class] = int(row["tukin_bpk_perpres188_2014_rp"])
        if row["basic_tpp_seruyan_2022_rp"]:
            basic[SERUYAN][job_class] = int(row["basic_tpp_seruyan_2022_rp"])
    payout: dict[str, dict[str, Fraction]] = {}
    sources = {TUKIN_BPK: "Perpres 188/2014", SERUYAN: "Basic TPP Kabupaten Seruyan 2022 (Kepmendagri 900-4700/2020)"}
    for row in rows(FOLDER, "predikat_payout.csv"):
        predicate = row["predikat"].lower().replace(" ", "_")
        payout.setdefault(row["tabel"], {})[predicate] = Fraction(row["persen_dibayar"])
        sources[row["tabel"]] = row["peraturan"]
    interruptions = {row["masa_tidak_aktif"]: Fraction(row["persen_dibayar"]) for row in rows(FOLDER, "paid_during_interruption.csv")}
    bonuses = {row["jenis_berakhir"]: row["bonus"] for row in rows(FOLDER, "bonus_after_end.csv")}
    return Tables(basic, payout, sources, interruptions, bonuses)


TABLES = _read()
