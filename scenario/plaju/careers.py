"""What becomes of people in Plaju: guidance after a poor result, training and recognition, and a post for the better performer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scenario.acts import at, close, decide_proposals, follow, handed_in, post, post_each, step
from scenario.place import Place
from scenario.steps import Step
from shared.client.seat import Seat

HR, APPROVER = "p14", "p17"
DECISION_DAYS = ("2026-04-27", "2026-07-13", "2026-11-16", "2027-02-15")
GUIDED, GUIDE = "p1", "p11"
TALKS = (
    ("2026-05-08", "Disepakati rapat mingguan dengan puskesmas dan pembagian tugas surveilans yang tertulis."),
    ("2026-06-12", "Pembagian tugas berjalan; laporan surveilans masih terlambat, disepakati tenggat antara tanggal 3."),
    ("2026-07-10", "Hasil triwulan II dibahas; disepakati pemantauan temuan harian selama triwulan III."),
)
PROGRAMME = "program-imunisasi"
MEMBERS = {"p2": "91.50", "p3": "86.00", "p4": "88.25", "p5": "82.00"}
"""Who took part in the health programme's training, with the points of its test."""
VACANT = {
    "post": "kabid-kesmas",
    "unit": "dinkes",
    "job_class": 11,
    "kind": "structural",
    "strategic": True,
    "criteria": ["box", "performance", "potential", "seniority"],
}


def steps(town: Place) -> Iterator[Step]:
    for day in DECISION_DAYS:
        tells = "Pejabat yang berwenang memutuskan usulan yang menunggu"
        act = partial(decide_proposals, f"800/KP/{day}", ("guidance", "award"), {})
        yield step(town, f"proposals/{day}", at(day, 9), APPROVER, tells, act)
    yield from guidance(town)
    yield from training(town)
    yield from vacancy(town)


def guidance(town: Place) -> Iterator[Step]:
    """P1's first quarter led to guidance: opened by the official's decision, followed by talks, closed when it had its effect."""
    for day, agreement in TALKS:
        tells = "Atasan membimbing P1 dan mencatat kesepakatannya"
        act = partial(follow, GUIDED, "guidance", day, agreement)
        yield step(town, f"followed/{day}/{GUIDED}", at(day, 14), GUIDE, tells, act)
    tells = "Pembinaan P1 ditutup: tercapai"
    act = partial(close, GUIDED, "guidance", "reached")
    yield step(town, f"closed/{GUIDED}", at("2026-11-02", 14), GUIDE, tells, act)


def training(town: Place) -> Iterator[Step]:
    """The health programme trains its members; recognition follows when their unit's survey index has risen."""
    tells = "Program imunisasi kejar melatih anggotanya; hasil pelatihan dicatat"
    completed = {
        f"/training/{person}/completion": {"programme": PROGRAMME, "result": "passed", "completed_on": "2026-05-22", "score": points}
        for person, points in MEMBERS.items()
    }
    yield step(town, f"training/{PROGRAMME}", at("2026-05-25", 9), HR, tells, partial(post_each, "personnel", completed))


def vacancy(town: Place) -> Iterator[Step]:
    """The head of community health moves up; the post that this leaves is filled by its published criteria."""
    name = "people-2026-08.csv"
    tells = "SDM mengimpor mutasi: kepala bidang kesehatan masyarakat menjadi sekretaris dinas (CSV)"
    yield from handed_in(town, at("2026-07-28", 8), "personnel", "/imports/people", name, tells)
    tells = "Jabatan strategis kepala bidang kesehatan masyarakat diumumkan lowong beserta kriterianya"
    yield step(town, "vacancy/opened", at("2026-08-24", 10), HR, tells, partial(post, "personnel", "/vacancies", VACANT))
    tells = "Pejabat yang berwenang memilih yang diusulkan pertama: kinerja lebih baik, bukan masa kerja lebih lama"
    yield step(town, "vacancy/decided", at("2026-09-14", 10), APPROVER, tells, _choose)


def _choose(seat: Seat) -> None:
    """Choose whom the ranking puts first, on the ranking as it is shown."""
    shown = f"/vacancies/{VACANT['post']}"
    seen = seat.get("personnel", shown)
    first = seen.body["ranking"][0]["employee"]
    chosen = {"proposal": seen.body["proposal"], "employee": first, "document": "821/315/2026", "since": "2026-10-01"}
    seat.post("personnel", f"{shown}/decision", chosen, if_match=seen.version)
