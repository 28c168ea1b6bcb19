"""The horizon: up to which position a reader of the log has everything, found without any exclusive lock.

Positions do not commit in the order in which they are drawn. Every writer holds a shared lock from before its first position
until after its commit. So: read the sequence's last value, list who holds the lock now, wait until those are gone. All
positions up to that value are then visible, or will never be.
"""

from __future__ import annotations

import time
from typing import Any

PAUSE = 0.001


def horizon(connection: Any, after: int = 0) -> int:
    """The highest safe position. Returns `after` at once when nothing was drawn beyond it. `connection` is in autocommit mode."""
    with connection.cursor() as cursor:
        cursor.execute("select last, writers from log_front(%s)", (after,))
        last, writers = cursor.fetchone()
        if last <= after:
            return after
        while writers:
            time.sleep(PAUSE)
            cursor.execute("select array_agg(virtualtransaction) from log_writers() where virtualtransaction = any(%s)", (writers,))
            writers = cursor.fetchone()[0]
    return last
