"""Finds the places of the played year by their folders, and which of them the Merit that runs here plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from scenario.place import Place
from scenario.steps import Step, in_order

FOLDER = Path(__file__).parent
ORDER = ("mulyorejo", "plaju", "siulak", "sawahlunto")
"""How reports name them; a place that is not here comes last."""
ALL, NONE = "all", "none"


@cache
def names() -> tuple[str, ...]:
    """The places that have a year to play: folders with a ``year.py``."""
    found = sorted(file.parent.name for file in FOLDER.glob("*/year.py"))
    return tuple(sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)))


def chosen(wish: str) -> tuple[str, ...]:
    """The places that a wish such as ``mulyorejo``, ``all`` or ``none`` means."""
    return {ALL: names(), NONE: ()}.get(wish, (wish,))


def place(name: str) -> Place:
    """The place, which its package gives under its own name in capitals."""
    return getattr(import_module(f"scenario.{name}"), name.upper())


def steps(wish: Iterable[str]) -> tuple[Step, ...]:
    """The steps of these places in the order of their moments."""
    years: list[Callable[[], Iterable[Step]]] = [import_module(f"scenario.{name}.year").steps for name in wish]
    return in_order(step for year in years for step in year())


class Chosen:
    """Which places a home plays, kept in its folder: a clock that has moved on has no way back to another place's January."""

    def __init__(self, home: Path) -> None:
        self._file = home / "scenario"

    def keep(self, wish: Iterable[str], begun: bool) -> None:
        """Note the wish. SystemExit when the home `begun` with another."""
        wished = tuple(wish)
        if begun and self.places() != wished:
            raise SystemExit(
                f"expected to go on with the year of {', '.join(self.places()) or 'no place'}, in {self._file.parent}; found a wish "
                f"for {', '.join(wished) or 'no place'}. Name another folder in MERIT_HOME, or remove the data with `make clean-data`."
            )
        self._file.write_text("\n".join(wished))

    def places(self) -> tuple[str, ...]:
        """The places played here; none before the first wish."""
        return tuple(self._file.read_text().split()) if self._file.exists() else ()
