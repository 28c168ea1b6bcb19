"""How a long-running process looks for garbage: what it loaded is no garbage, and a batch of events is not worth a search in the middle."""

from __future__ import annotations

import gc

BETWEEN = 50_000
"""Objects made between two searches among the young; Python's own number is passed dozens of times in one batch."""


def expect_batches() -> None:
    """Call once, when everything is loaded (and before a fork, whose child then shares what was loaded)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN, 20, 20)
