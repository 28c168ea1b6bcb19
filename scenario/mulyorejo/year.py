"""Mulyorejo's year, from the rules published in December 2025 to the last decisions on what 2026 showed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from scenario.client import Seat
from scenario.mulyorejo import MULYOREJO, objections
from scenario.mulyorejo.development import development
from scenario.place import Place
from scenario.steps import Step

ZONE = ZoneInfo("Asia/Jakarta")
SERVICE_OF_RULES = {"appraisal": "appraisal", "allowance": "payroll", "development": "personnel", "process-feedback": "feedback"}
HR, TREASURER, APPROVER, ADMIN = "m15", "m16", "m19", "m20"
SILENT = ("m10",)
"""Who neither accepts nor objects: the term's end accepts for them."""
OBJECTED = {("m1", "2026-Q1"), ("m2", "2026-Q1"), ("m3", "2026-Q1")}
BEHAVIOUR_WORDS = {"di atas": "above", "sesuai": "as", "di bawah": "below"}
WORDS = {
    "Kuantitas": "quantity", "Kualitas": "quality", "Waktu": "time", "Biaya": "cost", "lebih tinggi": "higher", "lebih rendah": "lower",
}  # fmt: skip


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """A moment on an ISO `day` in Mulyorejo."""
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=ZONE)


def steps() -> Iterator[Step]:
    """All steps of the year; their order is that of their moments."""
    town = MULYOREJO
    yield from rules(town)
    yield from arrival(town)
    yield from plans(town)
    for month in range(1, 13):
        yield from one_month(town, month)
    for quarter in range(1, 5):
        yield from one_quarter(town, quarter)
    yield from (step(town, name, at(day, hour, minute), by, tells, act) for name, day, hour, minute, by, tells, act in objections.ACTS)
    yield from (step(town, name, at(day, hour, 0), by, tells, act) for name, day, hour, by, tells, act in development(town))


def step(town: Place, name: str, moment: datetime, by: str, tells: str, play: Callable[[Seat], None]) -> Step:
    """A step of this place, whose person comes with the roles of the own office."""
    return Step(f"{town.agency}/{name}", moment, town.agency, by, town.roles(by), tells, play)


def rules(town: Place) -> Iterator[Step]:
    """December 2025: the place publishes its rule sets; all hold from January."""
    for kind, settings in town.rules().items():
        service = SERVICE_OF_RULES[kind]
        tells = f"Aturan {settings['id']} diumumkan: {settings['sources'][0]}"
        yield step(town, f"rules/{kind}", at("2025-12-15", 9), ADMIN, tells, partial(_post, service, "/rule-sets", settings))


def arrival(town: Place) -> Iterator[Step]:
    """January: what the old systems held comes in by files; everybody is told of the rules before the first period is measured."""
    files = (
        ("units.csv", "personnel", "/imports/units", 0, "SDM mengimpor unit kerja (CSV)"),
        ("people.xlsx", "personnel", "/imports/people", 10, "SDM mengimpor pegawai, pangkat dan jabatan (XLSX)"),
        ("reporting-lines.csv", "personnel", "/imports/reporting-lines", 20, "SDM mengimpor pejabat penilai dan atasannya (CSV)"),
        ("earlier-predicates.csv", "appraisal", "/imports/earlier-predicates", 30, "SDM mengimpor predikat triwulan IV 2025 (CSV)"),
    )
    for name, service, path, minute, tells in files:
        yield step(town, f"import/{name}", at("2026-01-02", 8, minute), HR, tells, partial(_hand_in, town, service, path, name))
    read = {"rule_set": _cited(town, "appraisal"), "how": "meeting"}
    for person in town.people():
        path = f"/rules-acknowledgements/{person}"
        tells = "Pegawai mengikuti sosialisasi aturan dan menyatakan sudah memahaminya"
        yield step(town, f"rules-read/{person}", at("2026-01-05", 9), person, tells, partial(_post, "appraisal", path, read))


def plans(town: Place) -> Iterator[Step]:
    """January: targets are proposed, most of them by file, and fixed by each superior on what he sees."""
    tells = "SDM mengimpor usulan sasaran kinerja (XLSX)"
    act = partial(_hand_in, town, "appraisal", "/imports/targets", "targets.xlsx")
    yield step(town, "import/targets.xlsx", at("2026-01-06", 9), HR, tells, act)
    drafted = town.rows("played/own-targets.csv")
    for person in sorted({row["Kode Pegawai"] for row in drafted}):
        own = [_target(row) for row in drafted if row["Kode Pegawai"] == person]
        tells = "Seorang pegawai menyusun sasarannya sendiri"
        yield step(town, f"plan/draft/{person}", at("2026-01-07", 9), person, tells, partial(_draft, person, own))
    for number, (person, (assessor, _)) in enumerate(town.lines().items(), start=1):
        document = f"SKP/{number:03d}/2026"
        tells = "Pejabat penilai menetapkan sasaran kinerja (SKP) bawahannya"
        yield step(town, f"plan/approve/{person}", at("2026-01-14", 10), assessor, tells, partial(_approve, person, document))


def one_month(town: Place, number: int) -> Iterator[Step]:
    """A month: progress with obstacles at its end, attendance in the first days of the next, and the pay run on the 8th."""
    month, after = f"2026-{number:02d}", (date(2026, number, 28) + timedelta(days=5)).replace(day=1)
    for person in town.lines():
        told = [row for row in town.rows("played/progress.csv") if row["Kode Pegawai"] == person and row["Bulan"] == month]
        tells = "Pegawai melaporkan capaian bulan ini beserta kendalanya"
        yield step(town, f"progress/{month}/{person}", at(f"{month}-28", 15), person, tells, partial(_report_progress, person, told))
    name = next(file.name for file in sorted((town.folder / "imports").glob(f"attendance-{month}.*")))
    third = after.replace(day=3).isoformat()
    tells = f"SDM mengimpor kehadiran {month} ({name.rpartition('.')[2].upper()})"
    yield step(town, f"import/{name}", at(third, 8), HR, tells, partial(_hand_in, town, "personnel", "/imports/attendance", name))
    run_day = after.replace(day=8).isoformat()
    tells = f"Bendahara membayarkan TPP {month}"
    yield step(town, f"pay-run/{month}", at(run_day, 10), TREASURER, tells, partial(_pay, month))


def one_quarter(town: Place, number: int) -> Iterator[Step]:
    """A quarter's appraisal: the unit's result first, then scores, delivery on the 20th, acceptance, and what all think of the process."""
    period, year, month = f"2026-Q{number}", 2026 + number // 4, 3 * number % 12 + 1
    day = f"{year}-{month:02d}-".__add__
    for row in town.rows("played/organisation.csv"):
        if row["Periode"] == period:
            path = f"/organisations/{row['Unit']}/{period}/result"
            tells = "Hasil kinerja organisasi ditetapkan lebih dahulu, per unit"
            act = partial(_post, "appraisal", path, {"result": row["Hasil"]})
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
        yield step(town, f"scores/{period}/{person}", at(day("14"), 10), assessor, tells, partial(_score, person, period, scores))
        tells = "Pejabat penilai menyampaikan hasil penilaian triwulan"
        yield step(town, f"delivery/{period}/{person}", at(day("20"), 9), assessor, tells, partial(_appraise, person, period, "delivery"))
        if person not in SILENT and (person, period) not in OBJECTED:
            tells = "Pegawai menerima hasil penilaiannya"
            act = partial(_appraise, person, period, "acceptance")
            yield step(town, f"acceptance/{period}/{person}", at(day("22"), 13), person, tells, act)
    for number_in_line, person in enumerate(town.lines()):
        tells = "Pegawai menilai proses penilaiannya"
        opinion = _opinion(number_in_line, number)
        act = partial(_post, "feedback", f"/process-feedback/{period}", opinion)
        yield step(town, f"process-feedback/{period}/{person}", at(day("27"), 9), person, tells, act)
    tells = "SDM mengumumkan rata-rata penilaian atas proses kepada semua pegawai"
    act = partial(_post, "feedback", f"/process-feedback/{period}/publication", {})
    yield step(town, f"process-feedback/{period}/publication", at(day("29"), 9), HR, tells, act)


def _post(service: str, path: str, body: dict[str, Any], seat: Seat) -> None:
    seat.post(service, path, body)


def _hand_in(town: Place, service: str, path: str, name: str, seat: Seat) -> None:
    seat.hand_in(service, path, town.content(f"imports/{name}"), name)


def _draft(person: str, targets: list[dict[str, Any]], seat: Seat) -> None:
    for target in targets:
        seat.post("appraisal", f"/plans/{person}/2026/targets", target, key=target["target_id"])


def _approve(person: str, document: str, seat: Seat) -> None:
    seat.on_what_is_shown("appraisal", f"/plans/{person}/2026", f"/plans/{person}/2026/approval", {"document": document})


def _report_progress(person: str, told: list[dict[str, str]], seat: Seat) -> None:
    for row in told:
        proof = hashlib.sha256(f"bukti {person} {row['Kode Sasaran']} {row['Bulan']}".encode()).hexdigest()
        report = {"target_id": row["Kode Sasaran"], "month": row["Bulan"], "value": row["Nilai"], "evidence": [proof]}
        if row["Kendala"]:
            report["obstacle"] = row["Kendala"]
        seat.post("appraisal", f"/plans/{person}/2026/progress", report, key=row["Kode Sasaran"])


def _score(person: str, period: str, scores: dict[str, str], seat: Seat) -> None:
    for aspect, value in scores.items():
        score = {"what": "behaviour", "item": aspect, "value": value}
        seat.post("appraisal", f"/appraisals/{person}/{period}/scores", score, key=aspect)


def _appraise(person: str, period: str, act: str, seat: Seat) -> None:
    shown = f"/appraisals/{person}/{period}"
    seat.on_what_is_shown("appraisal", shown, f"{shown}/{act}")


def _pay(month: str, seat: Seat) -> None:
    """A large agency is posted in parts; the run is asked on until it is closed."""
    part = 1
    while seat.post("payroll", "/pay-runs", {"month": month}, key=str(part)).body["status"] == "continuing":
        part += 1


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


def _cited(town: Place, kind: str) -> str:
    """How results cite the place's first publication of its rules of `kind`."""
    return f"{town.rules()[kind]['id']}@1"
