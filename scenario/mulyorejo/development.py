"""What follows from the appraisals in Mulyorejo: personnel's proposals, decided by the appointing official and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from scenario.acts import close, follow
from scenario.place import Place
from shared.client.seat import Seat

APPROVER = "m19"
DECISION_DAYS = ("2026-05-18", "2026-08-18", "2026-11-16", "2027-02-15")
_POST_OF_ROLE = {"public-relations": "juru-bicara-dinas"}

Act = tuple[str, str, int, str, str, Callable[[Seat], None]]


def development(town: Place) -> Iterator[Act]:
    """Name, day, hour, person, sentence, act."""
    for day in DECISION_DAYS:
        tells = "Pejabat yang berwenang memutuskan usulan pengembangan yang lahir dari hasil penilaian"
        yield f"proposals/{day}", day, 9, APPROVER, tells, partial(_decide_all, day, town.units())
    talks = (
        ("2026-06-19", "m5", "m11", "mentor", "Mentor mendampingi dua petugas loket menyusun urutan berkas."),
        ("2026-09-18", "m5", "m11", "mentor", "Mentor memperagakan cara kerja baru kepada seluruh tim perizinan."),
        ("2026-09-04", "m7", "m12", "coaching", "Disepakati latihan sistem tiket dua jam per pekan sampai akhir September."),
        ("2026-10-02", "m7", "m12", "coaching", "Sistem tiket sudah dikuasai; disepakati tinjauan terakhir pada November."),
    )
    for day, person, leader, kind, agreement in talks:
        tells = "Pembimbing mencatat langkah pendampingan yang disepakati"
        yield f"followed/{day}/{person}", day, 14, leader, tells, partial(follow, person, kind, day, agreement)
    yield "closed/m7", "2026-11-20", 14, "m12", "Rencana pembinaan M7 ditutup: tercapai", partial(close, "m7", "coaching", "reached")


def _decide_all(day: str, units: Mapping[str, str], seat: Seat) -> None:
    """Decide on every proposal that waits; one's own is not among them."""
    for waiting in seat.items("personnel", "/proposals", status="proposed"):
        decision = {"outcome": "approved", "document": f"800/KP/{day}", "since": day}
        if waiting["kind"] == "role":
            decision["post"] = _POST_OF_ROLE[waiting["programme"]]
        if waiting["kind"] == "mentor":
            decision["unit"] = units[waiting["employee"]]
        shown = f"/proposals/{waiting['key']}"
        path = f"/proposals/{waiting['employee']}/{waiting['proposal']}/decision"
        seat.on_what_is_shown("personnel", shown, path, decision)
