"""What the report says of months that differ, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "below": ("{person} {month}: {amount}; {lines}.", "{person} {month}: {amount}; {lines}."),
    "line-performance": (
        "kinerja {amount} (predikat {predicate} {period} membayar {percent} %)",
        "performance {amount} (predicate {predicate} of {period} pays {percent} %)",
    ),
    "adjusted": (
        "{person} {month}: dibayar {paid}, di dalamnya {amount} selisih.",
        "{person} {month}: paid {paid}, of it {amount} adjustments.",
    ),
    "adjustment": (
        "{amount} untuk {month}: {lines_from} menjadi {due}, karena {cause}.",
        "{amount} for {month}: {lines_from} became {due}, because of {cause}.",
    ),
    "line-without": (
        "kinerja {amount} (belum ada predikat {period}, dibayar {percent} %)",
        "performance {amount} (no predicate of {period} yet, {percent} % is paid)",
    ),
    "line-sanction": ("potongan hukuman {amount} ({percent} %)", "cut by sanction {amount} ({percent} %)"),
    "line-extra": ("{name} {amount} ({percent} % besaran dasar)", "{name} {amount} ({percent} % of the basic amount)"),
    "line-bonus": ("bonus {award} {amount}", "bonus {award} {amount}"),
    "line-other": ("{name} {amount} ({percent} %)", "{name} {amount} ({percent} %)"),
    "new-post": (
        "{person} {month}: {amount} (sebelumnya {before}); kelas jabatan {from_} menjadi {to}, karena menjadi {post} sejak {since} "
        "({document}).",
        "{person} {month}: {amount} (before {before}); job class {from_} becomes {to}, by the post {post} from {since} ({document}).",
    ),
    "capped": (
        "Yang sudah dibayar lebih kembali dalam angsuran, setiap kali paling banyak {percent} % dari yang dibayar bulan itu.",
        "What was overpaid comes back in instalments, each time at most {percent} % of what that month pays.",
    ),
    "instalment": (
        "angsuran {amount} untuk {month}: {lines_from} menjadi {due}, karena {cause}.",
        "instalment of {amount} for {month}: {lines_from} became {due}, because of {cause}.",
    ),
    "changes": ("Mengapa sebuah bulan berbeda (rupiah)", "Why a month differs (rupiah)"),
    "changes-none": ("Semua bulan dibayar penuh, tanpa selisih.", "Every month was paid in full, with no adjustment."),
    "line-discipline": ("disiplin {amount} (nilai {percent}{why})", "discipline {amount} ({percent} points{why})"),
    "was-late": ("{count} menit terlambat atau pulang cepat", "{count} minutes late or early"),
    "was-absent": ("{count} hari tidak hadir", "days absent: {count}"),
    "missed-meetings": ("{count} rapat tidak diikuti", "meetings missed: {count}"),
    "missed-roll-calls": ("{count} apel tidak diikuti", "roll calls missed: {count}"),
    "explain-this": ("jelaskan:  {command}", "explain:  {command}"),
}
