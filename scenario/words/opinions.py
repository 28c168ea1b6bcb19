"""What the report says of opinions, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "process": (
        "Penilaian pegawai atas proses penilaiannya (1–4, rata-rata yang diumumkan)",
        "What staff think of the appraisal process (1–4, the means as published)",
    ),
    "process-none": (
        "Tidak ada penilaian atas proses yang diumumkan untuk tahun ini.",
        "No feedback on the process was published for this year.",
    ),
    "process-moved": (
        "Yang paling berubah: {aspect}, dari {before} ({first}) menjadi {after} ({last}).",
        "What changed most: {aspect}, from {before} ({first}) to {after} ({last}).",
    ),
    "peers": (
        "Penilaian rekan (ringkasan dari paling sedikit tiga orang; tidak seorang pun tampak sendiri)",
        "What colleagues say (a summary of at least three; nobody's own answer can be seen)",
    ),
    "peers-rated": ("dinilai", "rated"),
    "peers-key": (
        "Angka: dari rata-rata terendah sampai tertinggi di antara yang dinilai (1–4).",
        "Figures: from the lowest to the highest mean among those rated (1–4).",
    ),
}
