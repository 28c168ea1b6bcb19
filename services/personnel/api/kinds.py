"""The kinds of ends and interruptions, and the values of a potential, as files say them."""

from __future__ import annotations

from shared.http.importing import one_of

END = one_of(
    {
        "pensiun": "retired",
        "mengundurkan diri": "resigned",
        "diberhentikan": "dismissed",
        "meninggal": "died",
        "kontrak berakhir": "contract-ended",
        "pindah instansi": "moved-agency",
    }
)
INTERRUPTION = one_of(
    {
        "pemberhentian sementara": "suspended",
        "cltn": "unpaid-leave",
        "cuti besar": "long-leave",
        "cuti sakit": "sick-leave",
        "cuti melahirkan": "maternity-leave",
        "tugas belajar": "study",
    }
)
POTENTIAL_VALUE = one_of({"rendah": "low", "menengah": "middle", "tinggi": "high"})
