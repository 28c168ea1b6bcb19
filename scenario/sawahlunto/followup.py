"""What became of results in Sawahlunto: one warning, one intensive training, a new way of working, and the year's Pegawai Teladan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scenario.acts import at, decide_proposals, post, post_each, step
from scenario.place import Place
from scenario.steps import Step

HR, APPROVER = "w13", "w16"
DECISIONS: tuple[tuple[str, tuple[str, ...], dict[str, dict[str, str]]], ...] = (
    ("2026-04-24", ("sanction", "training"), {}),
    ("2026-10-26", ("award",), {}),
    ("2027-01-29", ("award",), {"award-pegawai-teladan-2026": {"paid_with": "2027-01"}}),
)
"""Day, kinds of proposals, and what the official adds."""

PROGRAMME, COMPLETED = "pelatihan-intensif-akta", "2026-05-07"
TRAINED = {"w1": "86.50", "w2": "81.00", "w3": "94.75", "w4": "88.00", "w5": "84.25"}
"""The whole way of a birth certificate, from the counter to the printer, with the points of the test."""


def steps(town: Place) -> Iterator[Step]:
    for day, kinds, said in DECISIONS:
        tells = "Pejabat yang berwenang memutuskan usulan teguran, pelatihan dan penghargaan yang menunggu"
        yield step(town, f"proposals/{day}", at(day, 9), APPROVER, tells, partial(decide_proposals, f"800/KP/{day}", kinds, said))
    tells = "Pelatihan intensif akta kelahiran selesai; hasilnya dicatat"
    completed = {
        f"/training/{person}/completion": {"programme": PROGRAMME, "result": "passed", "completed_on": COMPLETED, "score": points}
        for person, points in TRAINED.items()
    }
    yield step(town, f"training/{PROGRAMME}", at("2026-05-08", 9), HR, tells, partial(post_each, "personnel", completed))
    tells = "SDM menilai siapa Pegawai Teladan 2026 menurut kriteria yang diumumkan"
    evaluate = partial(post, "personnel", "/awards/pegawai-teladan/2026/evaluation", {})
    yield step(town, "award/pegawai-teladan", at("2027-01-25", 9), HR, tells, evaluate)
