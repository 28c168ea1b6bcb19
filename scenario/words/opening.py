"""What the report says first: the places, their people and their rules, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
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
    "title": ("{name}, tahun {year}: apa yang terjadi, dan mengapa", "{name}, {year}: what happened, and why"),
    "rules": ("Aturan yang berlaku", "Rules in force"),
}
