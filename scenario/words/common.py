"""What every part of the report says: its title, periods, heads of tables, where a place's people work."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "title": ("{name}, tahun {year}: apa yang terjadi, dan mengapa", "{name}, {year}: what happened, and why"),
    "year": ("tahun {year}", "{year}"),
    "quarter": ("triwulan {number} {year}", "Q{digit} {year}"),
    "quarter-short": ("TW {number} {year}", "Q{digit} {year}"),
    "since": ("sejak {day}", "since {day}"),
    "until": ("{since} sampai {until}", "{since} to {until}"),
    "person": ("pegawai", "person"),
    "name": ("nama", "name"),
    "unit": ("unit", "unit"),
    "people": ("pegawai", "people"),
    "period": ("periode", "period"),
    "answers": ("jawaban", "answers"),
    "total": ("jumlah", "sum"),
    "kind": ("jenis", "kind"),
    "number": ("no.", "no."),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
    "by-predicate": ("predikat {predicate}", "predicate {predicate}"),
    "about": ("Siapa dan di mana", "Who and where"),
    "staffed": (
        "{people} pegawai ({kinds}), di sini disebut dengan kodenya ({first} sampai {last}). Unit kerjanya: {units}.",
        "{people} people ({kinds}), called by their codes here ({first} to {last}). Their units: {units}.",
    ),
    "acknowledged": (
        "Sosialisasi: {count} dari {people} pegawai menyatakan sudah memahami aturan, yang terakhir {day}.",
        "Told of the rules: {count} of {people} people acknowledged them, the last on {day}.",
    ),
    "overview": ("Tempat yang dimainkan, tahun {year}", "The places played, {year}"),
    "place-name": ("tempat", "place"),
    "last-predicates": ("predikat terakhir", "last predicates"),
    "objected": ("keberatan", "objections"),
    "decided-proposals": ("usulan disetujui", "approved proposals"),
    "citizens-index": ("indeks SKM", "survey index"),
    "complained": ("pengaduan", "complaints"),
    "paid-year": ("TPP setahun, rupiah", "paid in the year, rupiah"),
    "of-it-adjusted": ("selisihnya", "adjusted"),
    "each-place": ("Setiap tempat diceritakan di bawah, dengan aturannya sendiri.", "Each place is told of below, by its own rules."),
}
