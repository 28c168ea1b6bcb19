"""Plaju's year, from the rules published in December 2025 to the last decisions on what 2026 showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from scenario.acts import after, appraise, approve_plans, at, handed_in, pay, post, post_each, publish_rules, step
from scenario.arriving import arrival, proposed_targets
from scenario.place import Place
from scenario.plaju import PLAJU, careers, citizens
from scenario.steps import Step
from shared.client.seat import Seat

YEAR = 2026
HR, TREASURER, APPROVER, ADMIN = "p14", "p15", "p17", "p19"
SPEAKING = ("p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9")
"""Who accepts each result in words; the others' silence accepts, fourteen days after delivery."""
BEHAVIOUR_WORDS = {"di atas": "above", "sesuai": "as", "di bawah": "below"}
ASPECT_HEADS = {"Mutu": "quality", "Ketepatan Waktu": "timeliness", "Kerja Sama": "teamwork"}
WATCHER = "p2"
"""The owner of the immunisation-coverage target."""
BROUGHT = (
    ("units.csv", "personnel", "/imports/units", 0, "SDM mengimpor unit kerja (CSV)"),
    ("people.xlsx", "personnel", "/imports/people", 10, "SDM mengimpor pegawai, pangkat dan jabatan (XLSX)"),
    ("reporting-lines.csv", "personnel", "/imports/reporting-lines", 20, "SDM mengimpor pejabat penilai dan atasannya (CSV)"),
    ("potentials.csv", "personnel", "/imports/potentials", 20, "SDM mengimpor potensi dari pusat penilaian (CSV)"),
    ("earlier-predicates.csv", "appraisal", "/imports/earlier-predicates", 30, "SDM mengimpor predikat triwulan IV 2025 (CSV)"),
)
"""What the old systems held, as HR hands it in."""


def steps() -> Iterator[Step]:
    """All steps of the year; their order is that of their moments."""
    town = PLAJU
    yield from publish_rules(town, at("2025-12-15", 9), ADMIN)
    yield from arrival(town, BROUGHT)
    yield from plans(town)
    for month in range(1, 13):
        yield from one_month(town, month)
    for quarter in range(1, 5):
        yield from peers(town, quarter)
        yield from one_quarter(town, quarter)
    yield from citizens.steps(town)
    yield from careers.steps(town)


def plans(town: Place) -> Iterator[Step]:
    """January: targets are proposed by file and fixed by each superior on what he sees."""
    yield from proposed_targets(town)
    number = {person: place for place, person in enumerate(town.lines(), start=1)}
    for assessor, people in town.assessed().items():
        documents = {person: f"SKP/{number[person]:03d}/{YEAR}" for person in people}
        tells = "Pejabat penilai menetapkan sasaran kinerja (SKP) bawahannya"
        yield step(town, f"plan/approve/{assessor}", at("2026-01-14", 10), assessor, tells, partial(approve_plans, documents, YEAR))


def one_month(town: Place, number: int) -> Iterator[Step]:
    """A month: figures and attendance in the first days of the next, and the pay run on the 8th."""
    month = f"{YEAR}-{number:02d}"
    third, eighth = after(month, 3), after(month, 8)
    attendance = next(file.name for file in sorted((town.folder / "imports").glob(f"attendance-{month}.*")))
    files = (
        (attendance, "personnel", "/imports/attendance", f"SDM mengimpor kehadiran {month} ({attendance.rpartition('.')[2].upper()})"),
        (f"achievements-{month}.csv", "appraisal", "/imports/achievements", f"SDM mengimpor realisasi sasaran {month} (CSV)"),
    )
    for name, service, path, tells in files:
        yield from handed_in(town, at(third, 8), service, path, name, tells)
    tells = "Penanggung jawab imunisasi memantau jalannya cakupan imunisasi"
    yield step(town, f"watch/{month}", at(eighth, 10), WATCHER, tells, _watch)
    yield step(town, f"pay-run/{month}", at(eighth, 10), TREASURER, f"Bendahara membayarkan TPP {month}", partial(pay, month))


def peers(town: Place, quarter: int) -> Iterator[Step]:
    """Colleagues rate quality, timeliness and teamwork; what at least three said is published before anybody is scored."""
    period, day = _period(quarter)
    answers = [row for row in town.rows("played/peers.csv") if row["Periode"] == period]
    raters: dict[str, list[str]] = defaultdict(list)
    given: dict[str, dict[str, dict[str, dict[str, int]]]] = defaultdict(dict)
    for row in answers:
        raters[row["Dinilai"]].append(row["Penilai"])
        aspects = {aspect: int(row[head]) for head, aspect in ASPECT_HEADS.items()}
        given[row["Penilai"]][f"/peer-feedback/{row['Dinilai']}/{period}"] = {"aspects": aspects}
    asked = {"period": period, "subjects": list(raters), "raters": dict(raters)}
    tells = f"SDM membuka penilaian rekan triwulan: {len(raters)} pegawai, masing-masing paling sedikit tiga penilai"
    yield step(town, f"peers/{period}/round", at(day("06"), 8), HR, tells, partial(post, "feedback", "/peer-rounds", asked))
    for rater, said in sorted(given.items()):
        tells = "Rekan menilai mutu, ketepatan waktu dan kerja sama"
        yield step(town, f"peers/{period}/{rater}", at(day("06"), 10), rater, tells, partial(post_each, "feedback", said))
    tells = "SDM mengumumkan ringkasan penilaian rekan kepada yang dinilai dan penilainya"
    summaries = {f"/peer-feedback/{person}/{period}/publication": {} for person in raters}
    yield step(town, f"peers/{period}/publication", at(day("10"), 9), HR, tells, partial(post_each, "feedback", summaries))


def one_quarter(town: Place, quarter: int) -> Iterator[Step]:
    """A quarter's appraisal: the unit's result first, then scores, delivery on the 20th, and acceptance."""
    period, day = _period(quarter)
    results = {
        f"/organisations/{row['Unit']}/{period}/result": {"result": row["Hasil"]}
        for row in town.rows("played/organisation.csv")
        if row["Periode"] == period
    }
    tells = "Hasil kinerja organisasi ditetapkan lebih dahulu, per unit"
    yield step(town, f"organisation/{period}", at(day("10"), 9), APPROVER, tells, partial(post_each, "appraisal", results))
    marked = {row["Kode Pegawai"]: row["Nilai"] for row in town.rows("played/behaviour.csv") if row["Periode"] == period}
    rated = {row["Dinilai"] for row in town.rows("played/peers.csv") if row["Periode"] == period}
    for assessor, people in town.assessed().items():
        values = {person: BEHAVIOUR_WORDS[marked.get(person, "sesuai")] for person in people}
        heard = [person for person in people if person in rated]
        tells = "Pejabat penilai membaca ringkasan rekan, lalu menilai perilaku kerja bawahannya"
        yield step(town, f"scores/{period}/{assessor}", at(day("14"), 10), assessor, tells, partial(_score, period, values, heard))
        tells = "Pejabat penilai menyampaikan hasil penilaian triwulan"
        yield step(town, f"delivery/{period}/{assessor}", at(day("20"), 9), assessor, tells, partial(appraise, "delivery", period, people))
    for person in SPEAKING:
        tells = "Pegawai menerima hasil penilaiannya"
        act = partial(appraise, "acceptance", period, [person])
        yield step(town, f"acceptance/{period}/{person}", at(day("22"), 13), person, tells, act)


def _period(quarter: int) -> tuple[str, partial[str]]:
    """The quarter's code, and what makes a day of the month after it."""
    return f"{YEAR}-Q{quarter}", partial("{}-{:02d}-{}".format, YEAR + quarter // 4, 3 * quarter % 12 + 1)


def _score(period: str, values: Mapping[str, str], heard: list[str], seat: Seat) -> None:
    """Colleagues inform the assessor; the rating is his own."""
    for person in heard:
        seat.get("feedback", f"/peer-feedback/{person}/{period}")
    for person, value in values.items():
        seat.post("appraisal", f"/appraisals/{person}/{period}/scores", {"what": "whole", "item": "behaviour", "value": value})


def _watch(seat: Seat) -> None:
    seat.get("appraisal", f"/plans/{WATCHER}/{YEAR}")
