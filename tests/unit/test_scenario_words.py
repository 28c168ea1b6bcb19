"""The report's words: both languages say everything, and no code of a place's rules is shown raw."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scenario import finding
from scenario.place import Place
from scenario.tables import table
from scenario.words import (
    INDONESIAN,
    changed,
    common,
    conduct,
    followed,
    guided,
    heard,
    judged,
    opening,
    opinions,
    paid,
)
from scenario.words.places import PLACES
from shared.words import explanation, periods, reasons
from shared.words.codes import CODES
from shared.words.steps import STEPS

JAKARTA = ZoneInfo("Asia/Jakarta")
ROOMS = (common, opening, judged, guided, opinions, followed, conduct, heard, paid, changed, periods, reasons, explanation)
TELLING = [
    *Path("scenario/telling").glob("*.py"),
    *(Path("shared") / one for one in ("client/explaining.py", "words/language.py", "words/reasons.py")),
]
BUILT = re.compile(r"^(by|missing|amount)-|^(line|was|missed)-|^(granted|rejected|objection-term|<=|>=|=|>)$")
"""Sentences whose name the report puts together, or that an outcome names."""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_sentence_stands_in_one_room_only() -> None:
    assert [name for name, count in Counter(name for room in ROOMS for name in room.SAID).items() if count > 1] == []


def test_both_languages_tell_the_same_parts() -> None:
    """A quarter is written in Roman figures in one language and in Arabic ones in the other."""
    pairs = {**STEPS, **{name: pair for room in ROOMS for name, pair in room.SAID.items()}}
    assert {name for name, (one, other) in pairs.items() if _places(one) != _places(other)} == {"quarter", "quarter-short"}
    assert [name for name, pair in {**pairs, **CODES, **PLACES}.items() if not all(pair)] == []


def test_every_sentence_that_the_report_asks_for_is_there_and_none_is_left_over() -> None:
    source = "\n".join(file.read_text() for file in TELLING)
    asked = set(re.findall(r"\bwords\(\s*[\"']([^\"']+)[\"']", source)) | set(re.findall(r'self\.said\["([^"]+)"\]', source))
    assert asked <= INDONESIAN.said.keys()
    left = [name for name in INDONESIAN.said if not any(f"{quote}{name}{quote}" in source for quote in "\"'")]
    assert [name for name in left if not BUILT.search(name)] == []


def _of_rules(place: Place) -> Iterator[tuple[str, str]]:
    """The codes that a place's own rules bring, each with what it is about."""
    rules = {kind: published["settings"] for kind, published in place.rules().items()}
    for condition in rules.get("development", {"conditions": ()})["conditions"]:
        yield "condition", condition["code"]
        if condition["propose"]["programme"] != "{item}":
            yield "programme", condition["propose"]["programme"]
    for kind in ("peer-feedback", "process-feedback"):
        yield from (("", aspect) for aspect in rules.get(kind, {"aspects": ()})["aspects"])
    yield from (("", aspect) for aspect in rules["appraisal"].get("behaviours", ()))
    yield from (("complaint", kind) for kind in rules.get("complaints", {"kinds": ()})["kinds"])
    yield from (("", award["award"]) for award in rules.get("awards", {"awards": ()})["awards"])
    yield from (("", part["name"]) for part in (*rules["allowance"]["components"], *rules["allowance"].get("extras", ())))
    yield from (("", row["Satuan"]) for row in place.rows("sheets/targets.csv"))
    for file in (place.folder / "imports").glob("survey*.csv"):
        yield from (("", row["Layanan"]) for row in place.rows(f"imports/{file.name}") if "Layanan" in row)


@pytest.mark.parametrize("name", finding.names())
def test_every_code_of_a_places_rules_has_words(name: str) -> None:
    """What is missing here belongs into ``scenario/words/places.py``, in both languages."""
    found = sorted(set(_of_rules(finding.place(name))))
    assert [f"{about}:{code}" for about, code in found if "‹" in INDONESIAN.code(code, about)] == []


def test_a_table_is_aligned_and_an_empty_row_is_a_rule() -> None:
    assert table(["who", "sum"], [["M1", "10"], [], ["all", "1.000"]], right=[1]) == [
        "  who    sum",
        "  ───  ─────",
        "  M1      10",
        "  ───  ─────",
        "  all  1.000",
    ]
    assert table(["a", "b"], [["x", "y"]], gap=1) == ["  a b", "  ─ ─", "  x y"]
