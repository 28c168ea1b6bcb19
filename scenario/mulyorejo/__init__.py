"""Mulyorejo: measured monthly, appraised quarterly, heard."""

from __future__ import annotations

from pathlib import Path

from scenario.place import Place

_ASSESSORS = dict.fromkeys(("m11", "m12", "m13", "m14", "m18"), ("assessor", "official"))

MULYOREJO = Place(
    agency="mulyorejo",
    name="Mulyorejo",
    folder=Path(__file__).parent,
    offices={
        **_ASSESSORS,
        "m15": ("hr",),
        "m17": ("assessor", "official", "hr"),
        "m16": ("treasurer",),
        "m19": ("assessor", "official", "approver"),
        "m20": ("admin",),
    },
)
"""m15 is the HR officer, m17 looks at what he says of himself, m16 the treasurer, m19 the appointing official, m20 keeps the rule sets."""
