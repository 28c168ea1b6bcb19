"""Rewards and sanctions in Siulak: what personnel proposed, decided by the appointing official, followed, and one year corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from scenario.acts import close, decide_proposals, follow, on_appraisal, open_measure, post
from shared.client.seat import Seat

HR, APPROVER, CAMAT, SECRETARY = "s14", "s16", "s11", "s13"
Act = tuple[str, str, int, str, str, Callable[[Seat], None]]

_DECISIONS: tuple[tuple[str, tuple[str, ...], dict[str, dict[str, str]]], ...] = (
    ("2026-02-10", ("award", "guidance"), {}),
    ("2026-03-10", ("award", "rank", "sanction"), {"award-tim-terbaik-2025": {"paid_with": "2026-03"}}),
    ("2026-04-27", ("training",), {}),
    ("2026-05-27", ("improvement",), {"improvement": {"since": "2026-06-01", "until": "2026-11-30"}}),
    ("2026-08-10", ("guidance",), {}),
    ("2026-11-16", ("sanction",), {}),
    ("2027-02-24", ("award", "guidance", "rank", "training"), {"award-tim-terbaik-2026": {"paid_with": "2027-02"}}),
)
"""Day, kinds of proposals, and what the official adds; a sanction and a rank begin with the next month unless told otherwise."""

_TALKS = (
    ("2026-03-13", CAMAT, "s5", "guidance", "Disepakati tiga surat contoh per pekan diperiksa bersama sebelum diserahkan."),
    ("2026-04-17", CAMAT, "s5", "guidance", "Surat contoh masih sering keliru; disepakati buku langkah kerja di meja layanan."),
    ("2026-08-14", CAMAT, "s5", "improvement", "Dua bulan tanpa surat yang dikembalikan; target berikutnya dua hari per surat."),
    ("2026-09-11", CAMAT, "s1", "guidance", "Rencana kerja mingguan disepakati dan ditinjau setiap Jumat."),
    ("2026-10-16", CAMAT, "s1", "guidance", "Rencana mingguan berjalan; laporan triwulan diserahkan tepat waktu."),
)

_CORRECTION = {
    "predicate": "butuh_perbaikan",
    "legal_basis": "PP 30/2019 Pasal 41",
    "document": "800/KOR-01/2026",
    "heard_on": "2026-07-13",
    "reasons": "Sistem lama menghitung dua laporan triwulan yang tidak pernah diserahkan. Pegawai didengar pada 13 Juli "
    "dan membenarkannya.",
}


def conduct() -> Iterator[Act]:
    """Name, day, hour, person, sentence, act."""
    tells = "SDM menilai siapa Tim Terbaik 2025 menurut kriteria yang diumumkan"
    yield "award/tim-terbaik-2025", "2026-02-20", 9, HR, tells, partial(post, "personnel", "/awards/tim-terbaik/2025/evaluation", {})
    for day, kinds, said in _DECISIONS:
        tells = "Pejabat yang berwenang memutuskan usulan penghargaan, hukuman, pembinaan dan kenaikan pangkat"
        yield f"proposals/{day}", day, 9, APPROVER, tells, partial(decide_proposals, f"800/KP/{day}", kinds, said)
    for day, by, person, kind, agreement in _TALKS:
        tells = "Pembimbing mencatat langkah pembinaan yang disepakati"
        yield f"followed/{day}/{person}", day, 14, by, tells, partial(follow, person, kind, day, agreement)
    tells = "Pembinaan S5 ditutup: tidak tercapai; usulan masa perbaikan enam bulan menyusul"
    yield "closed/s5", "2026-05-22", 14, CAMAT, tells, partial(close, "s5", "guidance", "not_reached")
    tells = "Atasan pejabat penilai membetulkan predikat S1 tahun 2025 sesudah mendengarnya"
    act = partial(on_appraisal, "s1", "2025", "correction", _CORRECTION)
    yield "correction/s1", "2026-07-20", 10, SECRETARY, tells, act
    tells = "Hasil pelatihan komunikasi S4 dicatat"
    done = {"programme": "pelatihan-komunikasi", "result": "passed", "completed_on": "2026-09-18", "score": "87.50"}
    yield "training/s4", "2026-09-21", 9, HR, tells, partial(post, "personnel", "/training/s4/completion", done)
    yield "closed/s1", "2026-11-20", 14, CAMAT, "Pembinaan S1 ditutup: tercapai", partial(close, "s1", "guidance", "reached")
    tells = "Masa perbaikan enam bulan S5 diputuskan: tercapai"
    yield "improvement/s5", "2026-12-09", 10, APPROVER, tells, _improved
    tells = "SDM menilai siapa Tim Terbaik 2026 menurut kriteria yang diumumkan"
    yield "award/tim-terbaik-2026", "2027-02-10", 9, HR, tells, partial(post, "personnel", "/awards/tim-terbaik/2026/evaluation", {})


def _improved(seat: Seat) -> None:
    closing = {"proposal": open_measure(seat, "s5", "improvement"), "outcome": "reached", "document": "800/PK-05/2026"}
    seat.post("personnel", "/improvement/s5/close", closing)
