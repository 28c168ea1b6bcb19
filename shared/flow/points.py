"""Points in the flow at which a test may stop a process: barrier files, never sleeps. Costs one look-up when none is set."""

from __future__ import annotations

import os
import time
from pathlib import Path

FOLDER = os.environ.get("MERIT_POINTS")
"""A folder in which a test puts `<point>.hold`; the process then writes `<point>.here` and waits until the first is gone."""


def reach(point: str) -> None:
    """Pass the point, or wait at it while a test holds it."""
    if FOLDER is None:
        return
    hold = Path(FOLDER, f"{point}.hold")
    if hold.exists():
        Path(FOLDER, f"{point}.here").write_text(str(os.getpid()))
        while hold.exists():
            time.sleep(0.005)
