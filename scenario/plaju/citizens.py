"""Citizens of Plaju: surveys at the counter and on paper, complaints, and what units improve after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from scenario.acts import at, hand_in, post, post_each, read_answer, step
from scenario.place import Place
from scenario.steps import Step
from shared.client.seat import Seat

HR, OFFICER, COUNTER = "p14", "p18", "loket-plaju"
QUARTERS = {
    "2026-Q1": ("2026-03-16", "2026-04-02"),
    "2026-Q2": ("2026-06-15", "2026-07-02"),
    "2026-Q3": ("2026-09-14", "2026-10-02"),
    "2026-Q4": ("2026-12-14", "2027-01-02"),
}
"""Period → the day at the counter, and the day on which the results are published."""
SURVEYED = ("puskesmas/imunisasi", "disperkim/lampu-jalan")
"""Unit and service."""


@dataclass(frozen=True)
class Complaint:
    """`filed` and `answered` are days; `number`: which of the unit's complaints it is, from 0."""

    code: str
    unit: str
    number: int
    kind: str
    filed: str
    body: str
    answered: str
    founded: bool
    answer: str
    contact: str | None = None


FILED = (
    Complaint(
        "antrean", "puskesmas", 0, "normative", "2026-03-03",
        "Loket imunisasi baru dibuka pukul sepuluh, padahal diumumkan pukul delapan. Saya dan bayi saya menunggu dua jam.",
        "2026-03-09", True,
        "Benar, petugas pagi belum dijadwalkan. Mulai pekan ini loket dibuka pukul delapan dengan dua petugas.",
        "melalui loket",
    ),
    Complaint(
        "lampu", "disperkim", 0, "light", "2026-05-11",
        "Lampu jalan di depan sekolah padam sejak dua pekan lalu.",
        "2026-05-25", True,
        "Benar, laporan Ibu terlewat saat pergantian regu. Lampu sudah diganti.",
    ),
    Complaint(
        "vaksin", "puskesmas", 1, "normative", "2026-08-10",
        "Anak saya tidak diberi vaksin hari ini.",
        "2026-08-13", False,
        "Sesuai pedoman, imunisasi ditunda karena anak sedang demam. Jadwal barunya sudah diberikan hari itu juga.",
    ),
    Complaint(
        "tiang", "disperkim", 1, "normative", "2026-10-12",
        "Tiang lampu di tikungan miring dan kabelnya terbuka.",
        "2026-10-16", True,
        "Benar, kabel sudah diamankan. Penggantian tiang masuk rencana perbaikan unit.",
    ),
)  # fmt: skip
IMPROVED = (
    ("puskesmas", "complaint", 0, "2026-03-18", "Jadwal petugas pagi ditetapkan, dan jam buka loket dipasang di pintu."),
    ("disperkim", "complaint", 0, "2026-06-05", "Daftar laporan lampu diserahterimakan antarregu setiap Senin."),
    ("disperkim", "survey", 0, "2026-10-15", "Waktu perbaikan diumumkan per kelurahan, dan suku cadang dipesan lebih awal."),
)
"""Unit, cause, which of the unit's items of that cause, the day, what was done.

What the last founded complaint opened is still open at the year's end.
"""


def steps(town: Place) -> Iterator[Step]:
    for period, (counted, published) in QUARTERS.items():
        yield from survey(town, period, counted, published)
    for complaint in FILED:
        yield from follow(town, complaint)
    for unit, cause, number, day, what in IMPROVED:
        tells = f"Butir perbaikan {unit} diselesaikan: {what}"
        act = partial(_improved, unit, cause, number, day, what)
        yield step(town, f"improved/{unit}/{cause}/{number}", at(day, 14), HR, tells, act)


def survey(town: Place, period: str, counted: str, published: str) -> Iterator[Step]:
    """A quarter's satisfaction survey: some answer at the counter, the others on paper; then index and class are published."""
    answers = {
        row["Kode Kasus"]: {name: int(points) for name, points in row.items() if name[:1] == "U" and name[1:].isdigit()}
        for row in town.rows("played/counter-survey.csv")
        if row["Periode"] == period
    }
    tells = "Warga yang selesai dilayani mengisi survei kepuasan di loket"
    yield step(town, f"survey/{period}/counter", at(counted, 11), COUNTER, tells, partial(_answer, period, answers))
    name = f"survey-answers-{period.lower()}.csv"
    tells = "SDM mengimpor jawaban survei dari lembar kertas (CSV)"
    yield step(town, f"import/{name}", at(published, 8), HR, tells, partial(hand_in, town, "feedback", "/imports/survey-answers", name))
    tells = f"Indeks kepuasan masyarakat {period} diumumkan"
    results = {f"/surveys/{surveyed}/{period}/publication": {} for surveyed in SURVEYED}
    yield step(town, f"survey/{period}/publication", at(published, 10), HR, tells, partial(post_each, "feedback", results))


def follow(town: Place, one: Complaint) -> Iterator[Step]:
    """A complaint from the counter to the answer that the citizen reads with the receipt."""
    said = {"unit": one.unit, "kind": one.kind, "body": one.body, **({"contact": one.contact} if one.contact else {"anonymous": True})}
    filed = f"complaint/{one.code}"
    tells = f"Warga mengadu di loket tentang {one.unit}"
    intake = step(town, filed, at(one.filed, 10), COUNTER, tells, partial(post, "feedback", "/complaints", said))
    yield intake
    found = "berdasar" if one.founded else "tidak berdasar"
    tells = f"Pengelola pengaduan menjawab pengaduan tentang {one.unit}: {found}"
    yield step(town, f"{filed}/resolution", at(one.answered, 13), OFFICER, tells, partial(_resolve, one))
    tells = "Warga membaca jawabannya dengan kode tanda terima"
    yield step(town, f"{filed}/read", at(one.answered, 16), COUNTER, tells, partial(read_answer, intake.name, said))


def _answer(period: str, answers: Mapping[str, Mapping[str, int]], seat: Seat) -> None:
    for case, elements in answers.items():
        answer = {"elements": dict(elements), "case_token": case}
        seat.post("feedback", f"/surveys/{SURVEYED[0]}/{period}/answers", answer, key=case)


def _resolve(one: Complaint, seat: Seat) -> None:
    found = sorted(seat.items("feedback", "/complaints", unit=one.unit), key=lambda row: row["received_on"])
    path = f"/complaints/{found[one.number]['complaint']}/resolution"
    seat.post("feedback", path, {"founded": one.founded, "answer": one.answer})


def _improved(unit: str, cause: str, number: int, day: str, what: str, seat: Seat) -> None:
    items = [row for row in seat.items("appraisal", "/improvement-items", unit=unit) if row["cause"] == cause]
    item = sorted(items, key=lambda row: row["opened_at"])[number]["item"]
    seat.post("appraisal", f"/improvement-items/{unit}/{item}/closing", {"done_on": day, "what": what})
