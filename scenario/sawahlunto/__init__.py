"""Sawahlunto: service time in hours, scored in numbers, and everybody sees how the score came about."""

from __future__ import annotations

from pathlib import Path

from scenario.place import Place
from scenario.sawahlunto.telling import more

_ASSESSORS = dict.fromkeys(("w10", "w11", "w12"), ("assessor", "official"))

SAWAHLUNTO = Place(
    agency="sawahlunto",
    name="Sawahlunto",
    folder=Path(__file__).parent,
    offices={
        **_ASSESSORS,
        "w13": ("hr",),
        "w15": ("assessor", "official", "hr"),
        "w14": ("treasurer",),
        "w16": ("assessor", "official", "approver"),
        "w9": ("complaint-officer",),
        "w17": ("admin",),
    },
    clients={"loket-sawahlunto": ("kiosk",)},
    more=more,
)
"""w13 is the HR officer, w15 looks at what he says of himself,
w14 the treasurer, w16 the appointing official, w9 answers complaints, w17 keeps the rule sets."""
