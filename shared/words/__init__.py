"""The product's words in Indonesian (first) and English: each code and each sentence in both, beside each other.

One catalogue by code for whatever people read: ``WORDS["id"].code("baik")``, ``WORDS["en"].step("posted-alone", run="April 2026", …)``.
Who has sentences of his own, or names of his own, adds them: ``WORDS["id"].with_more(SAID, NAMES)``.
"""

from shared.words import explanation, periods, reasons
from shared.words.codes import CODES
from shared.words.language import Pairs, Words
from shared.words.steps import STEPS

__all__ = ["ENGLISH", "INDONESIAN", "LANGUAGES", "WORDS", "Words"]

_SAID: Pairs = {name: pair for room in (periods, reasons, explanation) for name, pair in room.SAID.items()}

INDONESIAN = Words(
    language="id",
    side=0,
    months=("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    thousands=".",
    decimal=",",
).with_more(_SAID, CODES, STEPS)
ENGLISH = Words(
    language="en",
    side=1,
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    thousands=",",
    decimal=".",
).with_more(_SAID, CODES, STEPS)
WORDS = {"id": INDONESIAN, "en": ENGLISH}
LANGUAGES = tuple(WORDS)
