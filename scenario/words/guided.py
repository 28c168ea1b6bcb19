"""What the report says of predicates beside the guide, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "distribution": (
        "Sebaran predikat di samping pedoman SE MenPANRB 3/2023 (hasil organisasi ditetapkan lebih dahulu)",
        "Predicates beside the guide of SE MenPANRB 3/2023 (the organisation's result comes first)",
    ),
    "organisation": ("organisasi", "organisation"),
    "guide": ("pedoman", "guide"),
    "fits": ("sesuai", "fits"),
    "strays": ("{predicates} {found} dari {of}, pedoman: {comparison}", "{predicates} {found} of {of}, guide: {comparison}"),
    "<=": ("paling banyak {percent} %", "at most {percent} %"),
    ">=": ("paling sedikit {percent} %", "at least {percent} %"),
    "=": ("{percent} %", "{percent} %"),
    ">": ("harus ada", "there must be some"),
    "reported": (
        "Yang tidak sesuai dilaporkan saja; tidak ada predikat yang digeser.",
        "What strays is reported; nobody's predicate is moved.",
    ),
    "chart": (
        "Bagian pegawai dengan tiap predikat pada {period}; │ adalah batas pedoman:",
        "The part of people with each predicate in {period}; │ is the guide's limit:",
    ),
    "organisation-of": (
        "{unit}, hasil organisasi {result}, {people} pegawai",
        "{unit}, the organisation's result: {result}, {people} people",
    ),
    "guide-held": ("sesuai pedoman: {comparison}", "within the guide: {comparison}"),
    "guide-left": ("di luar pedoman: {comparison}", "outside the guide: {comparison}"),
}
