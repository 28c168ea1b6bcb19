"""The report's words in Indonesian (first) and English: each sentence and each code in both, beside each other.

The files of sentences are named like the parts of the report that say them.
"""

from scenario.words import changed, common, conduct, explanation, followed, guided, heard, judged, opening, opinions, paid
from scenario.words.codes import CODES
from scenario.words.language import Pairs, Words
from scenario.words.steps import STEPS

__all__ = ["ENGLISH", "INDONESIAN", "LANGUAGES", "WORDS", "Words"]

_ROOMS = (common, opening, judged, guided, opinions, followed, conduct, heard, paid, changed, explanation)
_SAID: Pairs = {name: pair for room in _ROOMS for name, pair in room.SAID.items()}


def _side(pairs: Pairs, number: int) -> dict[str, str]:
    return {name: pair[number] for name, pair in pairs.items()}


INDONESIAN = Words(
    language="id",
    months=("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    thousands=".",
    decimal=",",
    said=_side(_SAID, 0),
    steps=_side(STEPS, 0),
    codes=_side(CODES, 0),
)
ENGLISH = Words(
    language="en",
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    thousands=",",
    decimal=".",
    said=_side(_SAID, 1),
    steps=_side(STEPS, 1),
    codes=_side(CODES, 1),
)
WORDS = {"id": INDONESIAN, "en": ENGLISH}
LANGUAGES = tuple(WORDS)
