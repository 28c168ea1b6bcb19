"""How often a decision, a timer or a batch is tried: which trouble passes by itself, and when somebody has to look."""

from __future__ import annotations

import psycopg2.errors

PASSING = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)
"""Nobody's fault: tried again at once, for as long as it takes."""

TIME_OUT = psycopg2.errors.QueryCanceled
"""A statement took longer than the worker gives it. That may pass, where the database was busy; each try costs as much again."""

MOST_TRIES = 5
MOST_TIME_OUTS = 3
RESTS = (30, 300)
"""Seconds of rest after the first and the second time-out, in which everything else goes on."""


def is_given_up(tries: int, error: Exception) -> bool:
    """Whether what failed `tries` times before, and now with `error`, is left until a new fact comes or an operator asks."""
    return tries + 1 >= (MOST_TIME_OUTS if isinstance(error, TIME_OUT) else MOST_TRIES)


def rest(tries: int, error: Exception) -> int:
    """Seconds until what failed `tries` times before, and now with `error`, is tried again."""
    return RESTS[min(tries, len(RESTS) - 1)] if isinstance(error, TIME_OUT) else 0


RESTED = "(again is null or again <= clock_timestamp())"
"""The rows of decisions or timers that need not rest. By the database's clock: a played one stands still."""
