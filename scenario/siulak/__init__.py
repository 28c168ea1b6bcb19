"""Siulak: a yearly report, judged by superior and colleagues, with rewards and sanctions."""

from __future__ import annotations

from pathlib import Path

from scenario.place import Place

_ASSESSORS = dict.fromkeys(("s11", "s12", "s13"), ("assessor", "official"))

SIULAK = Place(
    agency="siulak",
    name="Siulak",
    folder=Path(__file__).parent,
    offices={
        **_ASSESSORS,
        "s14": ("hr",),
        "s17": ("assessor", "official", "hr"),
        "s15": ("treasurer",),
        "s16": ("assessor", "official", "approver"),
        "s18": ("admin",),
    },
)
"""s14 is the HR officer, s17 looks at what he says of himself, s15 the treasurer, s16 the appointing official, s18 keeps the rule sets."""
