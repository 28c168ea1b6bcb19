"""What Plaju's report tells beside the others': the coverage that its owner watched, what citizens said in targets, and talent boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from scenario.place import Sections
from scenario.tables import table

Row = Mapping[str, Any]

WATCHED, COVERAGE = "p2", "immunisation-coverage"
INDEX = "skm-index"
_CELLS = 40
_SAID = {
    "id": {
        "coverage": "Cakupan imunisasi, dipantau {owner} setiap bulan (persen, │ adalah target {target})",
        "indicators": "Suara warga dalam sasaran kinerja: indeks yang diumumkan menjadi indikator, bukan bobot tersembunyi",
        "talent": "Kotak talenta (PermenPANRB 3/2020) dari predikat final dan potensi yang diimpor",
        "target": "target",
        "reached": "capaian",
        "rated": "penilaian",
        "potential": "potensi",
    },
    "en": {
        "coverage": "Immunisation coverage, watched by {owner} every month (percent, │ is the target {target})",
        "indicators": "What citizens said within targets: the published index is an indicator, not a hidden weight",
        "talent": "Talent boxes (PermenPANRB 3/2020) from final predicates and imported potential",
        "target": "target",
        "reached": "achieved",
        "rated": "rating",
        "potential": "potential",
    },
}


def more(outcome: Any, words: Any) -> Sections:
    """Plaju's own sections, each with its title."""
    said = _SAID[words.language]
    plan = outcome.get("appraisal", f"/plans/{WATCHED}/{outcome.year}", by=WATCHED)
    target = next(one for one in plan["targets"] if one["indicator"] == COVERAGE)
    title = said["coverage"].format(owner=WATCHED.upper(), target=words.number(target["value"]))
    return (
        (title, _coverage(plan, target, words)),
        (said["indicators"], _indicators(outcome, said, words)),
        (said["talent"], _talent(outcome, said, words)),
    )


def _coverage(plan: Row, target: Row, words: Any) -> Iterator[str]:
    """A bar for each month, from 0 to 100 percent, with a line at the target."""
    for report in sorted(plan["progress"], key=lambda one: one["month"]):
        if report["target_id"] == target["target_id"]:
            month = words.months[int(report["month"][-2:]) - 1][:3]
            drawn = _bar(Fraction(report["value"]) / 100, Fraction(target["value"]) / 100)
            yield f"  {month}  {words.number(report['value']):>5}  {drawn}"


def _bar(part: Fraction, mark: Fraction) -> str:
    cells = ["█" if Fraction(cell, _CELLS) < part else " " for cell in range(_CELLS)]
    cells.insert(int(mark * _CELLS), "│")
    return "".join(cells).rstrip()


def _indicators(outcome: Any, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """Each target whose indicator is the survey's index, quarter by quarter: the index, the target, and the rating by the policy."""
    published = {(row["unit"], row["period"]): row for row in outcome.surveys}
    units = outcome.place.units()
    rows = []
    for person in (one["Kode Pegawai"] for one in outcome.place.rows("sheets/targets.csv") if one["Indikator"] == INDEX):
        plan = outcome.get("appraisal", f"/plans/{person}/{outcome.year}")
        target = next(one for one in plan["targets"] if one["indicator"] == INDEX)
        for row in (one for one in outcome.appraisals if one["employee"] == person and one["scores"]):
            survey = published.get((units[person], row["period"]))
            score = next(one for one in row["scores"] if (one["what"], one["item"]) == ("target", target["target_id"]))
            index = words.number(survey["index"]) if survey else "–"
            reached = f"{words.number(score['achievement_percent'])} %"
            rows.append(
                [person.upper(), words.short(row["period"]), index, words.number(target["value"]), reached, words.code(score["value"])]
            )
    heads = [words("person"), words("period"), words("index"), said["target"], said["reached"], said["rated"]]
    yield from table(heads, rows, right=(2, 3, 4))


def _talent(outcome: Any, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """Who stood in which box, period by period."""
    boxes = sorted(outcome.items("personnel", "/talent"), key=lambda row: (row["employee"], row["period"]))
    periods = sorted({row["period"] for row in boxes})
    rows = []
    for person, placed in groupby(boxes, key=lambda row: row["employee"]):
        found = {row["period"]: row for row in placed}
        last = found[max(found)]
        shown = (str(found[period]["box"]) if period in found else "–" for period in periods)
        rows.append([person.upper(), words.code(last["potential"]), *shown])
    rows.sort(key=lambda row: (len(row[0]), row[0]))
    yield from table([words("person"), said["potential"], *map(words.short, periods)], rows, right=range(2, 2 + len(periods)))
