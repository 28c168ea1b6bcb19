"""What a played year is made of: steps with a name, a moment and a person, and the journal of those that were played."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from shared.client.seat import Seat


@dataclass(frozen=True)
class Step:
    """`name` is stable for ever: the journal and the idempotency keys rest on it. `at` is aware. `by` holds `roles` at `agency`.

    `tells` is one sentence for the viewer. `play` gives the commands at the person's seat; playing it twice has one effect.
    """

    name: str
    at: datetime
    agency: str
    by: str
    roles: tuple[str, ...]
    tells: str
    play: Callable[[Seat], None]


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """By moment; steps of one moment stay as they were given. ValueError when a name is used twice."""
    ordered = tuple(sorted(steps, key=lambda step: step.at))
    names = [step.name for step in ordered]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"expected every step's name once, found twice: {', '.join(twice)}")
    return ordered


class Journal:
    """The steps already played, a line each in a file that only grows; the last line may be torn by a crash and is then ignored."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._played: set[str] = set()
        self._writing = Lock()
        if file.exists():
            whole, _, torn = file.read_text(encoding="utf-8").rpartition("\n")
            self._played = {json.loads(line)["step"] for line in whole.splitlines()}
            if torn:
                file.write_text(whole + "\n" if whole else "", encoding="utf-8")

    def __contains__(self, step: Step) -> bool:
        return step.name in self._played

    def played(self, step: Step) -> None:
        """Note the step on disk before its person goes on."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._writing, self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"step": step.name, "at": step.at.isoformat()}) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
            self._played.add(step.name)
