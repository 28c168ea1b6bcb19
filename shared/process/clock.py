"""The clock: the one place where time is read. In development it may be a file that every process reads and that only moves forward.

Production reads the machine's clock. With ``MERIT_CLOCK_FILE`` a moment stands in a file, and :meth:`FileClock.move` alone moves it.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The system's present moment, aware, in UTC."""


def machine_now() -> datetime:
    """The machine's own time, for what belongs to the machine: tokens, log lines, leases shown to people."""
    return datetime.now(UTC)


class MachineClock:
    """The clock of production."""

    def now(self) -> datetime:
        return machine_now()


class ClockWentBack(ValueError):
    """Somebody tried to move the clock to an earlier moment."""


class FileClock:
    """A played clock: it stands still until it is moved, and every process that reads the file sees the same moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._now: datetime | None = None

    def now(self) -> datetime:
        """FileNotFoundError when no moment was set yet."""
        found = self.path.stat()
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp or self._now is None:
            self._now = datetime.fromisoformat(self.path.read_text().strip())
            self._stamp = stamp
        return self._now

    def move(self, to: datetime) -> None:
        """Set the moment; ClockWentBack when it is earlier than the present one."""
        if self.path.exists() and to < self.now():
            raise ClockWentBack(f"expected a moment after {self.now().isoformat()}, found {to.isoformat()}; the clock only moves forward")
        handle, name = tempfile.mkstemp(dir=self.path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(to.astimezone(UTC).isoformat())
        os.replace(name, self.path)


def clock_for(path: Path | None, production: bool) -> Clock:
    """The machine's clock, or the played one. Production with a played clock is refused: money would move on invented dates."""
    if path is None:
        return MachineClock()
    if production:
        raise SystemExit("expected no MERIT_CLOCK_FILE in production, found one; unset it, or set MERIT_ENV=development")
    return FileClock(path)
