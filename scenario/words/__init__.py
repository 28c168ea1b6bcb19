"""The report's words in Indonesian (first) and English."""

from scenario.words.english import ENGLISH
from scenario.words.indonesian import INDONESIAN
from scenario.words.language import Words

__all__ = ["ENGLISH", "INDONESIAN", "LANGUAGES", "WORDS", "Words"]

WORDS = {"id": INDONESIAN, "en": ENGLISH}
LANGUAGES = tuple(WORDS)
