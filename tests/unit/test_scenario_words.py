"""The report's words: both languages say the same things, and amounts, terms and numbers read as people write them."""

from __future__ import annotations

import string
from zoneinfo import ZoneInfo

import pytest

from scenario.explaining import sentence
from scenario.tables import table
from scenario.words import ENGLISH, INDONESIAN

JAKARTA = ZoneInfo("Asia/Jakarta")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_every_sentence_with_the_same_parts() -> None:
    assert INDONESIAN.said.keys() == ENGLISH.said.keys()
    assert {name for name, text in INDONESIAN.said.items() if _places(text) != _places(ENGLISH.said[name])} == set()


def test_amounts_and_numbers() -> None:
    assert (INDONESIAN.rupiah(4_256_549), ENGLISH.rupiah(-840_108)) == ("4.256.549", "-840,108")
    assert [INDONESIAN.number(exact) for exact in ("99.8", "335/3", "97", "2/3")] == ["99,8", "111,67", "97", "0,67"]


def test_a_term_is_told_by_its_last_day_and_a_moment_by_the_hour_where_the_agency_is() -> None:
    assert INDONESIAN.last_day("2026-05-04T17:00:00+00:00", JAKARTA) == "4 Mei 2026"
    assert INDONESIAN.day("2026-05-04T17:10:00+00:00", JAKARTA, hour=True) == "5 Mei 2026 00.10"


def test_months_of_one_reason_are_told_together() -> None:
    assert (INDONESIAN.month("2026-04", "2026-06"), INDONESIAN.month("2026-04", "2026-04")) == ("April–Juni 2026", "April 2026")


def test_a_table_is_aligned_and_an_empty_row_is_a_rule() -> None:
    assert table(["who", "sum"], [["M1", "10"], [], ["all", "1.000"]], right=[1]) == [
        "  who    sum",
        "  ───  ─────",
        "  M1      10",
        "  ───  ─────",
        "  all  1.000",
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"step": "decision-overdue", "data": {"due": "2026-05-07T17:00:00+00:00"}}, "peringatan: keputusan belum ada sampai 7 Mei 2026"),
        (
            {"step": "score", "data": {"item": "izin-selesai", "by": "superior", "value": "below", "achievement_percent": "238/3"}},
            "nilai izin-selesai oleh atasan: di bawah ekspektasi, capaian 79,33 %",
        ),
        ({"step": "something-new", "data": {"a": 1}}, 'something-new           {"a": 1}'),
    ],
)
def test_a_step_of_an_explanation_in_words(step: dict, told: str) -> None:
    assert sentence(step) == told
