"""What the report says of pay and of where to look next, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "run-total": ("semua", "all"),
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
    "next": ("Selanjutnya", "Next"),
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
    "allowances": (
        "TPP yang dibayarkan tiap bulan (ribuan rupiah, dibulatkan; sebelum pajak dan iuran)",
        "Allowance paid each month (thousands of rupiah, rounded; before tax and contributions)",
    ),
    "sum-rupiah": ("setahun, rupiah", "the year, rupiah"),
    "with-adjustments": ("* di dalamnya selisih bulan lain, lihat di bawah.", "* with differences of other months, see below."),
    "unpaid": (
        "{person} {name} tidak dibayar di sini, karena tidak ada: {missing}.",
        "{person} {name} is not paid here, for want of: {missing}.",
    ),
    "explain-any": ("Satu jumlah dijelaskan sampai ke sasarannya dengan:  {command}", "An amount explained down to its target:  {command}"),
    "changes": ("Mengapa sebuah bulan berbeda (rupiah)", "Why a month differs (rupiah)"),
    "changes-none": ("Semua bulan dibayar penuh, tanpa selisih.", "Every month was paid in full, with no adjustment."),
    "line-discipline": ("disiplin {amount} (nilai {percent}{why})", "discipline {amount} ({percent} points{why})"),
    "was-late": ("{count} menit terlambat atau pulang cepat", "{count} minutes late or early"),
    "was-absent": ("{count} hari tidak hadir", "days absent: {count}"),
    "missed-meetings": ("{count} rapat tidak diikuti", "meetings missed: {count}"),
    "missed-roll-calls": ("{count} apel tidak diikuti", "roll calls missed: {count}"),
    "explain-this": ("jelaskan:  {command}", "explain:  {command}"),
    "explain": ("satu jumlah dan sebabnya:", "an amount and its reasons:"),
    "explain-lang": ("dalam bahasa Inggris:", "in Indonesian:"),
    "explain-url": ("lewat HTTP:", "over HTTP:"),
    "described": ("semua rute tiap layanan:", "all routes of each service:"),
    "data": ("laporan ini sebagai data:", "this report as data:"),
    "tail": ("peristiwa yang lewat:", "the events as they pass:"),
}
