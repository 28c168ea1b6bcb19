"""The three objections to the first quarter of 2026: M1's is granted late, M2's is rejected, M3's comes ten minutes too late."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from scenario.acts import digest, on_appraisal
from shared.client.seat import Seat

PERIOD = "2026-Q1"


def _file(person: str, items: list[str], arguments: str, proofs: list[str], seat: Seat) -> None:
    evidence = [digest(proof) for proof in proofs]
    seat.post("appraisal", f"/appraisals/{person}/{PERIOD}/objections", {"items": items, "arguments": arguments, "evidence": evidence})


ACTS: tuple[tuple[str, str, int, int, str, str, Callable[[Seat], None]], ...] = (
    (
        "objection/2026-Q1/m2", "2026-04-29", 10, 0, "m2",
        "M2 mengajukan keberatan atas hasil triwulan I",
        partial(
            _file, "m2", ["izin-selesai"],
            "Jumlah berkas saya turun karena pemohon sering datang dengan berkas yang tidak lengkap. Mohon dinilai sesuai ekspektasi.",
            [],
        ),
    ),
    (
        "objection/2026-Q1/m1", "2026-04-30", 9, 30, "m1",
        "M1 mengajukan keberatan dengan alasan dan bukti atas hasil triwulan I",
        partial(
            _file, "m1", ["izin-selesai", "waktu-izin"],
            "Pada Maret aplikasi perizinan nasional padam sembilan hari kerja. Berkas yang lengkap tidak dapat diproses siapa pun, dan "
            "kendala itu sudah saya laporkan pada bulan yang sama. Di luar hari padam, capaian saya sesuai target.",
            ["berita acara gangguan aplikasi perizinan Maret 2026", "daftar berkas tertunda Maret 2026"],
        ),
    ),
    (
        "objection/2026-Q1/m3", "2026-05-05", 0, 10, "m3",
        "M3 mengajukan keberatan sepuluh menit sesudah batas waktunya lewat",
        partial(
            _file, "m3", ["ketepatan-data"],
            "Data saya terlambat karena dua perangkat daerah lain terlambat mengirim sumbernya.",
            ["surat pengantar data Maret 2026"],
        ),
    ),
    (
        "objection-decision/2026-Q1/m2", "2026-05-06", 14, 0, "m13",
        "Atasan pejabat penilai menolak keberatan M2, dengan alasan",
        partial(
            on_appraisal, "m2", PERIOD, "objections/decision",
            {
                "outcome": "rejected",
                "document": "800/KB-02/2026",
                "reasons": "Berkas yang tidak lengkap tidak dihitung dalam target, dan rekan di loket yang sama mencapai targetnya. "
                "Tidak ada bukti yang mengubah hasil.",
            },
        ),
    ),
    (
        "objection-decision/2026-Q1/m1", "2026-06-11", 14, 0, "m13",
        "Atasan pejabat penilai mengabulkan keberatan M1, sesudah batas waktu keputusan",
        partial(
            on_appraisal, "m1", PERIOD, "objections/decision",
            {
                "outcome": "granted",
                "ratings": {"result_rating": "as", "behaviour_rating": "as"},
                "document": "800/KB-01/2026",
                "reasons": "Berita acara membenarkan padamnya aplikasi sembilan hari kerja. Tanpa hari itu capaian M1 sesuai ekspektasi.",
            },
        ),
    ),
)  # fmt: skip
"""Name, day, hour, minute, person, sentence, act."""
