"""What the report says of awards and sanctions, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "awards": (
        "Penghargaan (menurut kriteria yang diumumkan, diputuskan pejabat)",
        "Awards (by published criteria, decided by an official)",
    ),
    "award": (
        "{award} {year}{unit}: {people}{bonus} ({document}), karena {reasons}.",
        "{award} {year}{unit}: {people}{bonus} ({document}), because of {reasons}.",
    ),
    "award-not": ("{award} {period} untuk {person}: {status}.", "{award} of {period} for {person}: {status}."),
    "bonus": ("; bonus {amount}{paid}", "; a bonus of {amount}{paid}"),
    "bonus-each": ("; bonus {amount} masing-masing{paid}", "; a bonus of {amount} each{paid}"),
    "paid-with": (", dibayar bersama TPP {month}", ", paid with the allowance of {month}"),
    "sanctions": (
        "Hukuman dan peringatan (usulan dengan alasan, diputuskan pejabat)",
        "Sanctions and warnings (proposals with reasons, decided by an official)",
    ),
    "sanction": (
        "{person}: {kind} ({level}), {effect}, {term}; dasar {basis} ({document}), karena {reasons}.",
        "{person}: {kind} ({level}), {effect}, {term}; on the basis of {basis} ({document}), because of {reasons}.",
    ),
    "cut-by-local-rule": (
        "Hukuman memotong TPP di sini sejak {since} menurut {source}. Tanpa aturan setempat potongan menunggu peraturan gaji (PP 94/2021 "
        "Pasal 42), dan yang ditunda adalah kenaikan pangkat atau gaji berkala.",
        "A sanction cuts the allowance here since {since} by {source}. Without a local rule the cut waits for a regulation on salaries "
        "(PP 94/2021 art. 42), and the next rank or salary step is delayed instead.",
    ),
    "sanction-not": ("{person}: {kind}, {status}, karena {reasons}.", "{person}: {kind}, {status}, because of {reasons}."),
    "lifted": ("Dicabut mulai {day} ({document}).", "Lifted from {day} on ({document})."),
}
