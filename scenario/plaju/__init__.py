"""Plaju: posts and pay by performance, with colleagues and citizens heard."""

from __future__ import annotations

from pathlib import Path

from scenario.place import Place
from scenario.plaju.telling import more

_ASSESSORS = dict.fromkeys(("p10", "p11", "p12"), ("assessor", "official"))

PLAJU = Place(
    agency="plaju",
    name="Plaju",
    folder=Path(__file__).parent,
    offices={
        **_ASSESSORS,
        "p14": ("hr",),
        "p16": ("assessor", "official", "hr"),
        "p15": ("treasurer",),
        "p17": ("assessor", "official", "approver"),
        "p18": ("complaint-officer",),
        "p19": ("admin",),
    },
    clients={"loket-plaju": ("kiosk",)},
    more=more,
)
"""p14 is the HR officer, p16 looks at what he says of himself,
p15 the treasurer, p17 the appointing official, p18 answers complaints, p19 keeps the rule sets.

Citizens speak at the counter (loket).
"""
