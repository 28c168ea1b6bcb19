"""The reasons that personnel gives for a proposal, and what a condition lacks, in Indonesian and English beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.kernel.money import exact, half_up
from shared.words.language import Words

SAID: Mapping[str, tuple[str, str]] = {
    "by-predicate": ("predikat {predicate}", "predicate {predicate}"),
    "missing-years-in-rank": ("masa dalam pangkat", "time in the rank"),
    "missing-predicates": ("predikat tahun-tahun terakhir", "the last years' predicates"),
    "missing-no-running-sanction": ("bebas dari hukuman yang berjalan", "freedom from a running sanction"),
    "missing-in-service": ("masa kerja yang masih berjalan", "being in service"),
    "missing-education": ("jenjang pendidikan", "education"),
    "by-years-in-rank": ("dalam pangkat sejak {found}", "in the rank since {found}"),
    "by-no-running-sanction": ("tidak ada hukuman yang berjalan", "no sanction is running"),
    "by-days-absent": ("{found} hari tidak hadir", "days absent: {found}"),
    "by-days-in-row": ("{found} hari kerja berturut-turut tidak hadir", "working days absent in a row: {found}"),
    "by-minutes-late": ("{found} menit terlambat", "minutes late: {found}"),
    "by-no-sanction": ("tanpa hukuman", "no sanction"),
    "by-seniority": ("masa kerja sejak {found}", "in service since {found}"),
    "by-team-mean": ("rata-rata tim {found} dari 4", "the team's mean {found} of 4"),
    "by-score": ("nilai rata-rata {found}", "a mean score of {found}"),
    "by-item": ("{item} {found}", "{item} {found}"),
    "by-survey": ("indeks kepuasan {found}", "satisfaction index {found}"),
    "by-survey-before": ("indeks kepuasan sebelumnya {found}", "satisfaction index before {found}"),
    "by-survey-after": ("sesudahnya {found}", "after {found}"),
    "by-trained": ("pelatihan selesai {found}", "training completed {found}"),
    "by-potential": ("potensi {found}", "potential {found}"),
    "by-rank": ("pangkat {found}", "rank {found}"),
    "by-sanction": ("hukuman {found}", "sanction {found}"),
    "by-peers": ("{item} {found} menurut rekan", "{item} {found} according to colleagues"),
    "by-achievement": ("{item} {found} %", "{item} {found} %"),
    "by-education": ("pendidikan cukup sampai {found}", "education suffices up to {found}"),
    "by-box": ("kotak {found}", "box {found}"),
}
"""``by-`` and a reason's code, ``missing-`` and that of a condition which is not met."""

PREDICATES = ("sangat_baik", "baik", "butuh_perbaikan", "cukup", "kurang", "sangat_kurang")


def reason(given: Mapping[str, Any], words: Words, test: str = "", period: str = "") -> str:
    """One reason (its ``code`` and what was ``found``) in words.

    `test`: what the condition of this code looks at, as the agency's own rules say; `period`: the one that it was found in.
    """
    code, found = given["code"], given["found"]
    of = f" ({words.short(period)})" if period else ""
    if found in PREDICATES:
        return words("by-predicate", predicate=words.code(found)) + of
    if f"by-{code}" in words.said:
        return words(f"by-{code}", found=_found(found, words) + of)
    form = {"peers": "by-peers", "target": "by-achievement"}.get(test, "by-item")
    shown = words.hundredths(half_up(exact(found))) if form == "by-peers" else _found(found, words)
    return words(form, item=words.code(code, "condition"), found=shown)


def _found(found: str, words: Words) -> str:
    """A date, a number, a rank such as ``III/b`` or a code as it reads."""
    if len(found) == 10 and found[4:5] == found[7:8] == "-":
        return words.date(found)
    if found[:1].isdigit():
        return words.number(found)
    return found if "/" in found else words.code(found)
