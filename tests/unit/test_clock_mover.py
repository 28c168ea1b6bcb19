"""The played clock moves from due time to due time, and only while nothing waits anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.local.moving import ClockMover, NotSettled
from shared.process.clock import FileClock


def at(hour: int) -> datetime:
    return datetime(2026, 1, 1, hour, tzinfo=UTC)


class Workers(ClockMover):
    """Two services whose timers fall due at these hours, each of which takes some readings to settle after."""

    def __init__(self, folder: Path, hours: Iterable[int], unrest: int = 0) -> None:
        super().__init__(FileClock(folder / "clock"), {"a": "http://127.0.0.1:1", "b": "http://127.0.0.1:1"})
        self.clock.move(at(1))
        self.left, self.unrest, self.waits, self.moved = sorted(hours), unrest, 0, 0
        self.fired: list[datetime] = []

    def _read(self, names: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """What `a` does is seen one reading later at `b`, as when a message is on its way."""
        if self.left and at(self.left[0]) <= self.clock.now():
            self.fired.append(self.clock.now())
            self.left.pop(0)
            self.waits, self.moved = self.unrest, self.moved + 1
        self.waits = max(0, self.waits - 1)
        answers = {
            "a": {"settled": not self.waits, "progress": [self.moved], "next_due": at(self.left[0]).isoformat() if self.left else None},
            "b": {"settled": True, "progress": [self.moved - self.waits], "next_due": None},
        }
        return {name: answers[name] for name in (names or answers)}


def test_every_timer_fires_at_its_own_hour_and_in_order(tmp_path: Path) -> None:
    workers = Workers(tmp_path, [5, 3, 9], unrest=4)
    workers.advance(at(7))
    assert workers.fired == [at(3), at(5)] and workers.clock.now() == at(7)
    workers.advance(at(9))
    assert workers.fired == [at(3), at(5), at(9)] and not workers.waits


def test_a_moment_that_has_passed_moves_nothing(tmp_path: Path) -> None:
    workers = Workers(tmp_path, [])
    workers.advance(at(4))
    workers.advance(at(2))
    assert workers.clock.now() == at(4)


def test_what_never_settles_is_named(tmp_path: Path) -> None:
    workers = Workers(tmp_path, [0], unrest=10**6)
    with pytest.raises(NotSettled, match="'a'"):
        workers.settle(0.1)
