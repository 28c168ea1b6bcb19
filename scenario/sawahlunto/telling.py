"""What Sawahlunto's report tells beside the others': service time month by month, every score with its parts, and lines that give way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from scenario.place import Sections
from scenario.tables import table
from scenario.telling.lines import SHORT, bar, unit_name, wrapped
from shared.kernel.money import half_up

Row = Mapping[str, Any]

MEDIAN, OWNER = "birth-certificate-hours", "w2"
READER = "w1"
"""Whose reading of the own score and the unit's is shown, and whose lines are added up."""
_CELLS = 40
_SAID = {
    "id": {
        "time": "Waktu layanan sepanjang tahun: median jam dari permohonan sampai akta kelahiran (│ adalah target {target} jam)",
        "trained": "◄ pelatihan intensif, {people} pegawai",
        "fell": "Dari {first} jam pada Januari menjadi {last} jam pada Desember; target {target} jam tercapai sejak {month}.",
        "scores": "Nilai triwulan: {result} % hasil kerja + {behaviour} % perilaku kerja (PP 30/2019 Pasal 41), hasil/perilaku = nilai",
        "idea": "{person} {period}: nilai {score} dan cara baru ({document}), sehingga Sangat Baik.",
        "no-idea": "{person} {period}: nilai {score} tanpa cara baru, sehingga Baik.",
        "capped": "Median {person} pada {period}: {value} jam terhadap target {goal} jam; capaiannya dihitung paling banyak 120 %.",
        "cukup": "BP Butuh Perbaikan, yang dalam PP 30/2019 bernama Cukup (70 sampai di bawah 90).",
        "seen": "Nilai sendiri dan nilai unit, seperti dibaca {person} setiap triwulan (GET /v1/units/{unit}/scores)",
        "own": "nilai sendiri",
        "unit": "rata-rata {unit}",
        "organisation": "hasil unit",
        "accepted": "menerima hasilnya",
        "of": "{count} dari {of} pegawai",
        "lines": "Baris tidak pernah melebihi besaran dasar: {person}, kelas {job_class}, predikat Baik dan disiplin 100 sepanjang tahun",
        "exact": "{name}: {base} × {share} % = {exact}, dibulatkan {rounded}, dibayar {paid}",
        "way": "Baris yang dibulatkan berjumlah {sum}, {over} rupiah di atas besaran dasar {base}; baris terakhir memberi jalan.",
        "year": "{months} bulan × {base} = {total}.",
    },
    "en": {
        "time": "Service time over the year: median hours from application to birth certificate (│ is the target of {target} hours)",
        "trained": "◄ intensive training, {people} people",
        "fell": "From {first} hours in January to {last} hours in December; the target of {target} hours is kept from {month} on.",
        "scores": "Scores of the quarters: {result} % result + {behaviour} % behaviour (PP 30/2019 art. 41), result/behaviour = score",
        "idea": "{person} {period}: a score of {score} and a new way ({document}), hence very good.",
        "no-idea": "{person} {period}: a score of {score} without a new way, hence good.",
        "capped": "{person}'s median in {period}: {value} hours against a target of {goal} hours; its achievement counts as 120 % at most.",
        "cukup": "BP needs improvement, which PP 30/2019 calls Cukup (70 to under 90).",
        "seen": "The own score and the unit's, as {person} reads them each quarter (GET /v1/units/{unit}/scores)",
        "own": "own score",
        "unit": "mean of {unit}",
        "organisation": "unit's result",
        "accepted": "accepted the result",
        "of": "{count} of {of} people",
        "lines": "Lines never exceed the basic amount: {person}, class {job_class}, good and with 100 discipline points all year",
        "exact": "{name}: {base} × {share} % = {exact}, rounded {rounded}, paid {paid}",
        "way": "The rounded lines make {sum}, {over} rupiah over the basic amount of {base}; the last line gives way.",
        "year": "{months} months × {base} = {total}.",
    },
}


def more(outcome: Any, words: Any) -> Sections:
    """Sawahlunto's own sections, each with its title."""
    said = _SAID[words.language]
    plan = outcome.get("appraisal", f"/plans/{OWNER}/{outcome.year}", by=OWNER)
    target = next(one for one in plan["targets"] if one["indicator"] == MEDIAN)
    seen = [_seen(outcome, period) for period in _quarters(outcome)]
    how, posted = seen[0]["own"]["how"], _posted(outcome)
    unit = outcome.place.units()[READER]
    return (
        (said["time"].format(target=words.number(target["value"])), _service_time(outcome, plan, target, said, words)),
        (said["scores"].format(result=how["result_percent"], behaviour=how["behaviour_percent"]), _scores(outcome, plan, said, words)),
        (said["seen"].format(person=READER.upper(), unit=unit), _read(outcome, seen, unit, said, words)),
        (said["lines"].format(person=READER.upper(), job_class=posted[0]["job_class"]), _gives_way(posted, said, words)),
    )


def _service_time(outcome: Any, plan: Row, target: Row, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """A bar for each month, with a line at the target, and the month of the training marked."""
    reports = sorted((one for one in plan["progress"] if one["target_id"] == target["target_id"]), key=lambda one: one["month"])
    values = {one["month"]: Fraction(one["value"]) for one in reports}
    goal, most = Fraction(target["value"]), max(values.values())
    trained = [one["completed_on"][:7] for held in outcome.measures.values() for one in held if one.get("completed_on")]
    for month, hours in values.items():
        note = said["trained"].format(people=trained.count(month)) if month in trained else ""
        drawn = bar(hours / most, _CELLS, goal / most)
        yield f"  {words.months[int(month[-2:]) - 1][:3]}  {_tenths(hours, words):>5}  {drawn} {note}".rstrip()
    kept = next(month for month in values if all(hours <= goal for later, hours in values.items() if later >= month))
    first, *_, last = values.values()
    shown = {"first": _tenths(first, words), "last": _tenths(last, words), "target": words.number(target["value"])}
    yield from wrapped(said["fell"].format(month=words.months[int(kept[-2:]) - 1], **shown))


def _scores(outcome: Any, plan: Row, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """Every score with its two parts; then who passed 110 with a new way or without one, and an achievement that the cap holds."""
    periods = _quarters(outcome)
    found = {(row["employee"], row["period"]): row for row in outcome.appraisals if row["period"] in periods and row["judgement"]}
    people = [who["employee"] for who in outcome.people if (who["employee"], periods[0]) in found]
    rows = [[who.upper(), *(_parts(found.get((who, period)), words) for period in periods)] for who in people]
    yield from table([words("person"), *map(words.short, periods)], rows)
    yield "  " + said["cukup"]
    for (who, period), row in found.items():
        if Fraction(row["judgement"]["score"]) >= 110:
            idea = next((one for one in row["scores"] if one["what"] == "idea" and one["value"] == "yes"), None)
            form, document = ("idea", idea["document"]) if idea else ("no-idea", "")
            shown = {"person": who.upper(), "period": words.period(period), "score": _two(row["judgement"]["score"], words)}
            yield from wrapped(said[form].format(document=document, **shown))
    yield from _capped(found[OWNER, periods[-1]], plan, said, words)


def _parts(row: Row | None, words: Any) -> str:
    """``97,81/100,00 = 98,46 B``."""
    if row is None:
        return "–"
    whole = {one["item"]: one["achievement_percent"] or one["value"] for one in row["scores"] if one["what"] == "whole"}
    score = _two(row["judgement"]["score"], words)
    return f"{_two(whole['result'], words)}/{_two(whole['behaviour'], words)} = {score} {SHORT[row['predicate']]}"


def _capped(row: Row, plan: Row, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """The median's last quarter: the months' mean is far under the target, and counts as the cap."""
    target = next(one for one in plan["targets"] if one["indicator"] == MEDIAN)
    months = [f"{row['period'][:4]}-{number:02d}" for number in range(10, 13)]
    values = [Fraction(one["value"]) for one in plan["progress"] if one["target_id"] == target["target_id"] and one["month"] in months]
    shown = {"person": OWNER.upper(), "period": words.period(row["period"])}
    value, goal = _tenths(sum(values, Fraction()) / len(values), words), words.number(target["value"])
    yield from wrapped(said["capped"].format(value=value, goal=goal, **shown))


def _seen(outcome: Any, period: str) -> Row:
    return outcome.get("appraisal", f"/units/{outcome.place.units()[READER]}/scores", by=READER, period=period)


def _read(outcome: Any, seen: list[Row], unit: str, said: Mapping[str, str], words: Any) -> Iterator[str]:
    """Own and unit's score of each quarter, both with their parts, and how many of the agency accepted in words what they had read."""
    rows = []
    for one in seen:
        own, of_unit = one["own"], one["aggregate"]
        mine = f"{_two(own['how']['result'], words)}/{_two(own['how']['behaviour'], words)} = {_two(own['judgement']['score'], words)}"
        parts = [words.hundredths(of_unit[f"{name}_hundredths"]) for name in ("result", "behaviour", "score")]
        told = [row for row in outcome.appraisals if row["period"] == one["period"] and row["delivered_at"]]
        accepted = said["of"].format(count=sum(row["basis"] == "accepted" for row in told), of=len(told))
        rows.append([words.short(one["period"]), mine, "{}/{} = {}".format(*parts), words.code(one["organisation_result"]), accepted])
    heads = [words("period"), said["own"], said["unit"].format(unit=unit_name(unit)), said["organisation"], said["accepted"]]
    yield from table(heads, rows)


def _posted(outcome: Any) -> list[Row]:
    return [row for row in outcome.allowances if row["employee"] == READER and row["month"] in outcome.months and row["posted"] is not None]


def _gives_way(posted: list[Row], said: Mapping[str, str], words: Any) -> Iterator[str]:
    """The first month's lines exactly, rounded and paid; then the year."""
    lines = posted[0]["lines"]
    base, whole = lines[0]["base"], 0
    for line in lines:
        exact = Fraction(line["base"]) * Fraction(line["share_percent"]) / 100 * Fraction(line["percent"]) / 100
        rounded = half_up(exact)
        whole += rounded
        shown = {"name": words.code(line["name"]), "base": words.rupiah(line["base"]), "share": words.number(line["share_percent"])}
        shown |= {"exact": _tenths_of_rupiah(exact, words), "rounded": words.rupiah(rounded), "paid": words.rupiah(line["amount"])}
        yield from wrapped(said["exact"].format(**shown))
    yield from wrapped(said["way"].format(sum=words.rupiah(whole), over=whole - base, base=words.rupiah(base)))
    total = sum(row["paid"] for row in posted)
    yield from wrapped(said["year"].format(months=len(posted), base=words.rupiah(base), total=words.rupiah(total)))


def _quarters(outcome: Any) -> list[str]:
    return [period for period in outcome.periods if period.startswith(f"{outcome.year}-Q")]


def _two(exact: str, words: Any) -> str:
    """An exact number with two decimals, half up."""
    return words.hundredths(half_up(100 * Fraction(exact)))


def _tenths(value: Fraction, words: Any) -> str:
    tenths = half_up(10 * value)
    return f"{tenths // 10}{words.decimal}{tenths % 10}"


def _tenths_of_rupiah(value: Fraction, words: Any) -> str:
    tenths = half_up(10 * value)
    return f"{words.rupiah(tenths // 10)}{words.decimal}{tenths % 10}"
