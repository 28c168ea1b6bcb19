"""The quadrant: two ratings give a predicate (PermenPANRB 6/2022), by a table that is data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.appraisal.events import Judgement
from shared.kernel.refusal import Malformed


class Rating(StrEnum):
    """A rating against the leader's expectation."""

    ABOVE = "above"
    """di atas ekspektasi"""
    AS = "as"
    """sesuai ekspektasi"""
    BELOW = "below"
    """di bawah ekspektasi"""


class Predicate(StrEnum):
    """From the worst to the best, so that a place in this list compares two of them."""

    SANGAT_KURANG = "sangat_kurang"
    KURANG = "kurang"
    """Kurang/Misconduct"""
    BUTUH_PERBAIKAN = "butuh_perbaikan"
    BAIK = "baik"
    SANGAT_BAIK = "sangat_baik"

    @property
    def place(self) -> int:
        return tuple(Predicate).index(self)


INDONESIAN_RATINGS = {
    "di_atas_ekspektasi": Rating.ABOVE,
    "sesuai_ekspektasi": Rating.AS,
    "di_bawah_ekspektasi": Rating.BELOW,
}
INDONESIAN_PREDICATES = {
    "sangat kurang": Predicate.SANGAT_KURANG,
    "kurang": Predicate.KURANG,
    "kurang/misconduct": Predicate.KURANG,
    "butuh perbaikan": Predicate.BUTUH_PERBAIKAN,
    # PP 30/2019 art. 41 says Cukup where PermenPANRB 6/2022 says Butuh Perbaikan; later rules equate them (PermenPANRB 1/2023 art. 37).
    "cukup": Predicate.BUTUH_PERBAIKAN,
    "baik": Predicate.BAIK,
    "sangat baik": Predicate.SANGAT_BAIK,
}


def predicate_of(text: str) -> Predicate:
    """``Sangat Baik``, ``butuh_perbaikan`` …; Malformed for any other text."""
    found = INDONESIAN_PREDICATES.get(" ".join(text.replace("_", " ").lower().split()))
    if found is None:
        raise Malformed("a predicate (Sangat Baik, Baik, Butuh Perbaikan or Cukup, Kurang, Sangat Kurang)", repr(text[:40]))
    return found


@dataclass(frozen=True)
class Quadrant:
    """All nine cells, (result, behaviour) → predicate. The national table is not symmetric: behaviour below expectation weighs more."""

    name: str
    cells: Mapping[tuple[Rating, Rating], Predicate]

    @classmethod
    def read(cls, name: str, rows: Iterable[Mapping[str, str]]) -> Quadrant:
        """From rows with the columns rating_hasil_kerja, rating_perilaku_kerja, predikat. ValueError unless each cell stands once."""
        cells: dict[tuple[Rating, Rating], Predicate] = {}
        for row in rows:
            cell = (INDONESIAN_RATINGS[row["rating_hasil_kerja"]], INDONESIAN_RATINGS[row["rating_perilaku_kerja"]])
            if cell in cells:
                raise ValueError(f"expected each cell of the quadrant {name} once, found {cell} twice")
            cells[cell] = predicate_of(row["predikat"])
        if len(cells) != 9:
            raise ValueError(f"expected the 9 cells of the quadrant {name}, found {len(cells)}")
        return cls(name, cells)

    def judge(self, result: Rating, behaviour: Rating) -> Judgement:
        return Judgement(str(result), str(behaviour), str(self.cells[(result, behaviour)]))
