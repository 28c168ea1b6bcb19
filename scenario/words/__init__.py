"""The report's words beside the product's, in Indonesian (first) and English: its sentences, and the names that places give themselves.

The files of sentences are named like the parts of the report that say them.
"""

from scenario.words import changed, common, conduct, followed, guided, heard, judged, opening, opinions, paid
from scenario.words.places import PLACES
from shared.words import LANGUAGES, Words
from shared.words import WORDS as PRODUCT
from shared.words.language import Pairs

__all__ = ["ENGLISH", "INDONESIAN", "LANGUAGES", "WORDS", "Words"]

_ROOMS = (common, opening, judged, guided, opinions, followed, conduct, heard, paid, changed)
_SAID: Pairs = {name: pair for room in _ROOMS for name, pair in room.SAID.items()}

WORDS = {language: words.with_more(_SAID, PLACES) for language, words in PRODUCT.items()}
INDONESIAN, ENGLISH = WORDS["id"], WORDS["en"]
