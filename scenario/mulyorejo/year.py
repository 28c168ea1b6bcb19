"""Mulyorejo's year, from the rules published in December 2025 to the last decisions on what 2026 showed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from scenario.acts import after, appraise, approve_plans, at, digest, handed_in, pay, post, publish_rules, score_behaviour, step
from scenario.arriving import arrival, proposed_targets
from scenario.mulyorejo import MULYOREJO, objections
from scenario.mulyorejo.development import development
from scenario.place import Place
from scenario.steps import Step
from shared.client.seat import Seat

HR, TREASURER, APPROVER, ADMIN = "m15", "m16", "m19", "m20"
SILENT = ("m10",)
"""Who neither accepts nor objects: the term's end accepts for them."""
OBJECTED = {("m1", "2026-Q1"), ("m2", "2026-Q1"), ("m3", "2026-Q1")}
BEHAVIOUR_WORDS = {"di atas": "above", "sesuai": "as", "di bawah": "below"}
WORDS = {
    "Kuantitas": "quantity", "Kualitas": "quality", "Waktu": "time", "Biaya": "cost", "lebih tinggi": "higher", "lebih rendah": "lower",
}  # fmt: skip
BROUGHT = (
    ("units.csv", "personnel", "/imports/units", 0, "SDM mengimpor unit kerja (CSV)"),
    ("people.xlsx", "personnel", "/imports/people", 10, "SDM mengimpor pegawai, pangkat dan jabatan (XLSX)"),
    ("reporting-lines.csv", "personnel", "/imports/reporting-lines", 20, "SDM mengimpor pejabat penilai dan atasannya (CSV)"),
    ("earlier-predicates.csv", "appraisal", "/imports/earlier-predicates", 30, "SDM mengimpor predikat triwulan IV 2025 (CSV)"),
)
"""What the old systems held, as HR hands it in."""


def steps() -> Iterator[Step]:
    """All steps of the year; their order is that of their moments."""
    town = MULYOREJO
    yield from publish_rules(town, at("2025-12-15", 9), ADMIN)
    yield from arrival(town, BROUGHT)
    yield from plans(town)
    for month in range(1, 13):
        yield from one_month(town, month)
    for quarter in range(1, 5):
        yield from one_quarter(town, quarter)
    yield from (step(town, name, at(day, hour, minute), by, tells, act) for name, day, hour, minute, by, tells, act in objections.ACTS)
    yield from (step(town, name, at(day, hour, 0), by, tells, act) for name, day, hour, by, tells, act in development(town))


def plans(town: Place) -> Iterator[Step]:
    """January: targets are proposed, most of them by file, and fixed by each superior on what he sees."""
    yield from proposed_targets(town)
    drafted = town.rows("played/own-targets.csv")
    for person in sorted({row["Kode Pegawai"] for row in drafted}):
        own = [_target(row) for row in drafted if row["Kode Pegawai"] == person]
        tells = "Seorang pegawai menyusun sasarannya sendiri"
        yield step(town, f"plan/draft/{person}", at("2026-01-07", 9), person, tells, partial(_draft, person, own))
    for number, (person, (assessor, _)) in enumerate(town.lines().items(), start=1):
        document = f"SKP/{number:03d}/2026"
        tells = "Pejabat penilai menetapkan sasaran kinerja (SKP) bawahannya"
        yield step(town, f"plan/approve/{person}", at("2026-01-14", 10), assessor, tells, partial(approve_plans, {person: document}, 2026))


def one_month(town: Place, number: int) -> Iterator[Step]:
    """A month: progress with obstacles at its end, attendance in the first days of the next, and the pay run on the 8th."""
    month = f"2026-{number:02d}"
    for person in town.lines():
        told = [row for row in town.rows("played/progress.csv") if row["Kode Pegawai"] == person and row["Bulan"] == month]
        tells = "Pegawai melaporkan capaian bulan ini beserta kendalanya"
        yield step(town, f"progress/{month}/{person}", at(f"{month}-28", 15), person, tells, partial(_report_progress, person, told))
    name = next(file.name for file in sorted((town.folder / "imports").glob(f"attendance-{month}.*")))
    tells = f"SDM mengimpor kehadiran {month} ({name.rpartition('.')[2].upper()})"
    yield from handed_in(town, at(after(month, 3), 8), "personnel", "/imports/attendance", name, tells)
    tells = f"Bendahara membayarkan TPP {month}"
    yield step(town, f"pay-run/{month}", at(after(month, 8), 10), TREASURER, tells, partial(pay, month))


def one_quarter(town: Place, number: int) -> Iterator[Step]:
    """A quarter's appraisal: the unit's result first, then scores, delivery on the 20th, acceptance, and what all think of the process."""
    period, year, month = f"2026-Q{number}", 2026 + number // 4, 3 * number % 12 + 1
    day = f"{year}-{month:02d}-".__add__
    for row in town.rows("played/organisation.csv"):
        if row["Periode"] == period:
            path = f"/organisations/{row['Unit']}/{period}/result"
            tells = "Hasil kinerja organisasi ditetapkan lebih dahulu, per unit"
            act = partial(post, "appraisal", path, {"result": row["Hasil"]})
            yield step(town, f"organisation/{period}/{row['Unit']}", at(day("10"), 9), APPROVER, tells, act)
    behaviours = town.rules()["appraisal"]["settings"]["behaviours"]
    marked = {
        (row["Kode Pegawai"], row["Aspek"]): BEHAVIOUR_WORDS[row["Nilai"]]
        for row in town.rows("played/behaviour.csv")
        if row["Periode"] == period
    }
    for person, (assessor, _) in town.lines().items():
        scores = {aspect: marked.get((person, aspect), "as") for aspect in behaviours}
        tells = "Pejabat penilai menilai perilaku kerja bawahannya"
        yield step(
            town, f"scores/{period}/{person}", at(day("14"), 10), assessor, tells, partial(score_behaviour, period, {person: scores})
        )
        tells = "Pejabat penilai menyampaikan hasil penilaian triwulan"
        yield step(town, f"delivery/{period}/{person}", at(day("20"), 9), assessor, tells, partial(appraise, "delivery", period, [person]))
        if person not in SILENT and (person, period) not in OBJECTED:
            tells = "Pegawai menerima hasil penilaiannya"
            act = partial(appraise, "acceptance", period, [person])
            yield step(town, f"acceptance/{period}/{person}", at(day("22"), 13), person, tells, act)
    for number_in_line, person in enumerate(town.lines()):
        tells = "Pegawai menilai proses penilaiannya"
        opinion = _opinion(number_in_line, number)
        act = partial(post, "feedback", f"/process-feedback/{period}", opinion)
        yield step(town, f"process-feedback/{period}/{person}", at(day("27"), 9), person, tells, act)
    tells = "SDM mengumumkan rata-rata penilaian atas proses kepada semua pegawai"
    act = partial(post, "feedback", f"/process-feedback/{period}/publication", {})
    yield step(town, f"process-feedback/{period}/publication", at(day("29"), 9), HR, tells, act)


def _draft(person: str, targets: list[dict[str, Any]], seat: Seat) -> None:
    for target in targets:
        seat.post("appraisal", f"/plans/{person}/2026/targets", target, key=target["target_id"])


def _report_progress(person: str, told: list[dict[str, str]], seat: Seat) -> None:
    for row in told:
        proof = digest(f"bukti {person} {row['Kode Sasaran']} {row['Bulan']}")
        report = {"target_id": row["Kode Sasaran"], "month": row["Bulan"], "value": row["Nilai"], "evidence": [proof]}
        if row["Kendala"]:
            report["obstacle"] = row["Kendala"]
        seat.post("appraisal", f"/plans/{person}/2026/progress", report, key=row["Kode Sasaran"])


def _target(row: dict[str, str]) -> dict[str, Any]:
    return {
        "target_id": row["Kode Sasaran"],
        "aspect": WORDS[row["Aspek"]],
        "indicator": row["Indikator"],
        "what": row["Uraian"],
        "unit": row["Satuan"],
        "direction": WORDS[row["Arah"]],
        "value": row["Target"],
        "weight": int(row["Bobot"]),
    }


def _opinion(place_in_line: int, quarter: int) -> dict[str, Any]:
    """What a person thinks of the process, 1–4: doubtful about fairness at first, better from quarter to quarter."""
    return {
        "aspects": {
            "clarity": 3 + (place_in_line + quarter) % 2,
            "fairness": min(4, 2 + (place_in_line + quarter) // 5 % 2 + quarter // 3),
            "timeliness": 3 + place_in_line % 2,
            "usefulness": min(4, 2 + (place_in_line + 2 * quarter) // 3 % 3),
        },
        **({"remark": "Mohon keputusan atas keberatan disampaikan tepat waktu."} if (place_in_line, quarter) == (0, 1) else {}),
    }
