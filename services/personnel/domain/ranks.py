"""The ladder of ranks: golongan/ruang from I/a to IV/e (PP 11/2017)."""

from __future__ import annotations

RANKS = (*(f"{group}/{room}" for group in ("I", "II", "III") for room in "abcd"), *(f"IV/{room}" for room in "abcde"))
KEEP_RANK = ("moved-agency",)
"""Ends after which the rank goes on: who moves to another agency stays a PNS of his rank (UU 20/2023, PP 11/2017)."""


def step_of(rank: str) -> int:
    """How high a rank stands, 0 for I/a; −1 for a PPPK's golongan, which is another ladder."""
    return RANKS.index(rank) if rank in RANKS else -1


def next_rank(rank: str) -> str | None:
    """The rank above, None above IV/e and for a PPPK's golongan."""
    step = step_of(rank)
    return RANKS[step + 1] if 0 <= step < len(RANKS) - 1 else None
