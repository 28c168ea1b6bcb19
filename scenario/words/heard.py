"""What the report says of citizens, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "surveys": ("Survei kepuasan masyarakat (PermenPANRB 14/2017)", "Satisfaction surveys (PermenPANRB 14/2017)"),
    "service": ("layanan", "service"),
    "index": ("indeks", "index"),
    "mutu": ("mutu", "class"),
    "open": ("belum selesai", "still open"),
    "item-overdue": ("sudah lewat waktunya", "overdue"),
    "rose": (
        "{unit}, {service}: {from_} menjadi {to} dari {first} sampai {last}.",
        "{unit}, {service}: {from_} to {to} from {first} to {last}.",
    ),
    "citizens-none": (
        "Tidak ada survei atau pengaduan warga yang masuk ke sistem pada tahun ini.",
        "No survey or complaint of citizens came into the system this year.",
    ),
    "citizens": ("Suara warga", "What citizens said"),
    "complaints": ("Pengaduan masyarakat", "Citizens' complaints"),
    "came": ("masuk", "came"),
    "last-day": ("batas", "due"),
    "resolved": ("dijawab", "answered"),
    "in-time": ("tepat waktu", "in time"),
    "founded": ("berdasar", "founded"),
    "improvements": (
        "Butir perbaikan unit yang lahir dari suara warga",
        "Improvement items of units, from what citizens said",
    ),
    "improvement": (
        "{unit} butir {number}, dibuka {opened} karena {cause}, paling lambat {due}: {done}.",
        "{unit} item {number}, opened {opened} because of {cause}, due by {due}: {done}.",
    ),
    "done": ("selesai {day}. {what}", "done {day}. {what}"),
    "by-complaint": ("pengaduan no. {number} yang berdasar (masuk {day})", "founded complaint no. {number} (of {day})"),
    "by-falling-index": (
        "indeks {service} turun menjadi {index} pada {period}",
        "the index of {service} falling to {index} in {period}",
    ),
}
