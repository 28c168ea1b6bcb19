"""Plays the year: moves the clock from moment to moment and lets each person act at the own seat, through HTTP alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby
from pathlib import Path

import requests

from scenario.steps import Journal, Step, in_order
from shared.client.seat import Seat

MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember")

SIDE_BY_SIDE = 4
"""How many people act at once where nothing says who comes first."""


def play(
    steps: Iterable[Step],
    *,
    addresses: Mapping[str, str],
    token: Callable[[Step], str],
    advance: Callable[[datetime], None],
    journal: Journal,
    show: Callable[[str], None],
) -> int:
    """Play what the journal does not hold yet, and return how many steps that were.

    `advance(to)` moves the clock forward, fires what falls due on the way in order, and comes back when everything is settled; it does
    nothing when `to` has passed. `token(step)` signs a bearer token for the step's person. A step interrupted half-way is played again
    from its beginning: its idempotency keys are the same, so what had taken effect is answered, not repeated.
    """
    left = [step for step in in_order(steps) if step not in journal]
    shown = _Months(show, several=len({step.agency for step in left}) > 1)
    lines = threading.local()

    def act(mine: Sequence[Step]) -> None:
        """One person's steps, over the thread's own connections."""
        if not hasattr(lines, "session"):
            lines.session = requests.Session()
        for step in mine:
            step.play(Seat(addresses, lambda step=step: token(step), step.by, step.name, lines.session))
            journal.played(step)

    people = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="person")
    try:
        for moment, together in groupby(left, key=lambda step: step.at):
            advance(moment)
            for turn in turns(together):
                for step in turn:
                    shown.tell(step)
                for done in [people.submit(act, mine) for mine in by_person(turn)]:
                    done.result()
    finally:
        people.shutdown(cancel_futures=True)
    shown.close()
    if left:
        advance(left[-1].at)
    return len(left)


def turns(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps of one moment in turns: those that do the same thing in one place act side by side, and so do places; the rest in order."""
    found: list[list[Step]] = []
    places: dict[str, int] = {}
    told: dict[str, str] = {}
    for step in steps:
        if told.get(step.agency) != step.tells:
            told[step.agency] = step.tells
            places[step.agency] = places.get(step.agency, -1) + 1
        while len(found) <= places[step.agency]:
            found.append([])
        found[places[step.agency]].append(step)
    return found


def by_person(steps: Iterable[Step]) -> list[list[Step]]:
    """Each person's steps together, in their order."""
    found: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        found.setdefault((step.agency, step.by), []).append(step)
    return list(found.values())


def journal_in(home: Path) -> Journal:
    """The journal of the year that was played into the data folder `home`."""
    return Journal(home / "scenario-journal.jsonl")


class _Months:
    """Tells the steps month by month: the first of each kind in full, the others counted. `several`: steps of more than one place."""

    def __init__(self, show: Callable[[str], None], several: bool) -> None:
        self._show, self._several = show, several
        self._month: tuple[int, int] | None = None
        self._told: set[tuple[str, str]] = set()
        self._more = 0

    def tell(self, step: Step) -> None:
        month = (step.at.year, step.at.month)
        if month != self._month:
            self.close()
            self._month, self._told = month, set()
            self._show(f"{MONTHS[step.at.month - 1]} {step.at.year}")
        if (step.agency, step.tells) in self._told:
            self._more += 1
            return
        self._told.add((step.agency, step.tells))
        where = f"{step.agency.capitalize()}: " if self._several else ""
        self._show(f"  {step.at:%d} {step.at:%H.%M}  {where}{step.tells}")

    def close(self) -> None:
        """Say how many other people did the same, before the next month begins."""
        if self._more:
            self._show(f"         … dan {self._more} langkah serupa oleh pegawai lain")
        self._more = 0
