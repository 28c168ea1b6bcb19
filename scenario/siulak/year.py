"""Siulak's year, from the rules published in December 2025 to the awards for what 2026 came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from scenario.acts import (
    after,
    appraise,
    approve_plans,
    at,
    digest,
    hand_in,
    handed_in,
    on_appraisal,
    pay,
    post,
    post_each,
    publish_rules,
    refused,
    score_behaviour,
    step,
)
from scenario.arriving import arrival, proposed_targets
from scenario.place import Place
from scenario.siulak import SIULAK
from scenario.siulak.conduct import conduct
from scenario.steps import Step
from shared.client.seat import Seat

YEAR = 2026
HR, TREASURER, APPROVER, ADMIN, SECRETARY = "s14", "s15", "s16", "s18", "s13"
SILENT, OBJECTING = "s10", "s8"
"""Who neither accepts nor objects, so that the term's end accepts; and who objects."""
ASPECTS = {"Kualitas": "kualitas", "Kerja Sama": "kerja_sama", "Komunikasi": "komunikasi"}
BEHAVIOUR_WORDS = {"di atas": "above", "sesuai": "as", "di bawah": "below"}
BROUGHT = (
    ("units.csv", "personnel", "/imports/units", 0, "SDM mengimpor unit kerja (CSV)"),
    ("people.xlsx", "personnel", "/imports/people", 10, "SDM mengimpor pegawai, pangkat, pendidikan dan jabatan (XLSX)"),
    ("reporting-lines.csv", "personnel", "/imports/reporting-lines", 20, "SDM mengimpor pejabat penilai dan atasannya (CSV)"),
    ("earlier-predicates.csv", "appraisal", "/imports/earlier-predicates", 30, "SDM mengimpor predikat 2024 dan 2025 (CSV)"),
    ("yearly-absence-2025.csv", "personnel", "/imports/yearly-absence", 40, "SDM mengimpor hari tidak hadir selama 2025 (CSV)"),
)
"""What the old systems held, as HR hands it in."""


def steps() -> Iterator[Step]:
    """All steps of the year; their order is that of their moments."""
    town = SIULAK
    yield from publish_rules(town, at("2025-12-15", 9), ADMIN)
    yield from arrival(town, BROUGHT)
    yield from plans(town)
    for number in range(1, 13):
        yield from one_month(town, number)
    yield from colleagues(town, f"{YEAR}-Q1", "2026-04-06", "2026-04-10", "2026-04-20")
    yield from colleagues(town, f"{YEAR}", "2027-01-04", "2027-01-07", "2027-01-14")
    yield from the_year(town)
    yield from objection(town)
    yield from (step(town, name, at(day, hour), by, tells, act) for name, day, hour, by, tells, act in conduct())


def plans(town: Place) -> Iterator[Step]:
    """January: targets are proposed by file and fixed by each superior on what he sees."""
    yield from proposed_targets(town)
    for assessor, people in town.assessed().items():
        documents = {person: f"SKP/{person.upper()}/{YEAR}" for person in people}
        tells = "Pejabat penilai menetapkan sasaran kinerja (SKP) bawahannya"
        yield step(town, f"plans/{assessor}", at("2026-01-14", 10), assessor, tells, partial(approve_plans, documents, YEAR))


def one_month(town: Place, number: int) -> Iterator[Step]:
    """A month: its figures at the end, attendance in the first days of the next, and the pay run on the 8th."""
    month = f"{YEAR}-{number:02d}"
    name = f"achievements-{month}.csv"
    tells = "SDM mengimpor capaian bulan ini dari catatan unit (CSV)"
    yield from handed_in(town, at(f"{month}-28", 15), "appraisal", "/imports/achievements", name, tells)
    name = f"attendance-{month}.csv"
    tells = f"SDM mengimpor kehadiran {month} (CSV)"
    yield from handed_in(town, at(after(month, 3), 8), "personnel", "/imports/attendance", name, tells)
    yield step(town, f"pay-run/{month}", at(after(month, 8), 10), TREASURER, f"Bendahara membayarkan TPP {month}", partial(pay, month))


def colleagues(town: Place, period: str, opened: str, answered: str, published: str) -> Iterator[Step]:
    """A round: HR asks at least three colleagues of each person, they answer, and only the summary is published.

    What concerns the HR officer herself, the appointing official does.
    """
    rows = [row for row in town.rows("played/peers.csv") if row["Periode"] == period]
    raters: dict[str, list[str]] = defaultdict(list)
    answers: dict[str, dict[str, dict[str, dict[str, int]]]] = defaultdict(dict)
    for row in rows:
        raters[row["Dinilai"]].append(row["Penilai"])
        said = {aspect: int(row[head]) for head, aspect in ASPECTS.items()}
        answers[row["Penilai"]][f"/peer-feedback/{row['Dinilai']}/{period}"] = {"aspects": said}
    tells = "SDM meminta rekan menilai kualitas, kerja sama dan komunikasi"
    for name, by, subjects in (("round", HR, sorted(raters.keys() - {HR})), ("round-of-hr", APPROVER, sorted(raters.keys() & {HR}))):
        if subjects:
            asked = {"period": period, "subjects": subjects, "raters": {person: raters[person] for person in subjects}}
            yield step(town, f"peers/{period}/{name}", at(opened, 9), by, tells, partial(post, "feedback", "/peer-rounds", asked))
    for rater, bodies in answers.items():
        tells = "Pegawai menilai rekan-rekannya"
        yield step(town, f"peers/{period}/{rater}", at(answered, 13), rater, tells, partial(post_each, "feedback", bodies))
    tells = "SDM mengumumkan ringkasan penilaian rekan kepada yang dinilai dan pejabat penilainya"
    for name, by, rated in (("published", HR, sorted(raters.keys() - {HR})), ("published-of-hr", APPROVER, sorted(raters.keys() & {HR}))):
        if rated:
            summaries: dict[str, dict[str, str]] = {f"/peer-feedback/{person}/{period}/publication": {} for person in rated}
            yield step(town, f"peers/{period}/{name}", at(published, 9), by, tells, partial(post_each, "feedback", summaries))


def the_year(town: Place) -> Iterator[Step]:
    """January 2027: own reports, the organisation's results first, scores, delivery and acceptance; and what citizens said of 2026."""
    for person in town.lines():
        tells = "Pegawai menyerahkan laporan capaian akhir tahunnya sendiri"
        yield step(town, f"report/{person}", at("2027-01-06", 13), person, tells, partial(_report, person))
    results = {f"/organisations/{row['Unit']}/{YEAR}/result": {"result": row["Hasil"]} for row in town.rows("played/organisation.csv")}
    tells = "Hasil kinerja organisasi ditetapkan lebih dahulu, per unit"
    yield step(town, "organisations", at("2027-01-11", 9), APPROVER, tells, partial(post_each, "appraisal", results))
    behaviours = town.rules()["appraisal"]["settings"]["behaviours"]
    marked = {(row["Kode Pegawai"], row["Aspek"]): BEHAVIOUR_WORDS[row["Nilai"]] for row in town.rows("played/behaviour.csv")}
    for assessor, people in town.assessed().items():
        scores = {person: {aspect: marked.get((person, aspect), "as") for aspect in behaviours} for person in people}
        tells = "Pejabat penilai menilai perilaku kerja bawahannya"
        yield step(town, f"scores/{assessor}", at("2027-01-14", 10), assessor, tells, partial(score_behaviour, f"{YEAR}", scores))
        tells = "Pejabat penilai menyampaikan hasil penilaian tahunan"
        yield step(town, f"delivery/{assessor}", at("2027-01-20", 9), assessor, tells, partial(appraise, "delivery", f"{YEAR}", people))
    for person in town.lines():
        if person not in (SILENT, OBJECTING):
            tells = "Pegawai menerima hasil penilaiannya"
            act = partial(appraise, "acceptance", f"{YEAR}", [person])
            yield step(town, f"acceptance/{person}", at("2027-01-22", 13), person, tells, act)
    name, survey = f"survey-{YEAR}.csv", f"/surveys/kec-siulak/surat-pengantar/{YEAR}/publication"
    act = partial(hand_in, town, "feedback", "/imports/survey-answers", name)
    yield step(town, f"import/{name}", at("2026-12-28", 9), HR, "SDM mengimpor jawaban survei kepuasan masyarakat (CSV)", act)
    tells = "SDM mengumumkan hasil survei kepuasan masyarakat"
    yield step(town, "survey/published", at("2027-01-11", 9), HR, tells, partial(post, "feedback", survey, {}))


def objection(town: Place) -> Iterator[Step]:
    """S8 objects; lowering the result is refused by Siulak's own rule, and the superior rejects the objection with reasons."""
    filed = {
        "items": ["layanan-surat", "waktu-surat"],
        "arguments": "Dua loket digabung sejak Maret, sehingga antrean di meja saya berlipat. Mohon hasil kerja dinilai sesuai ekspektasi.",
        "evidence": [digest("surat penggabungan loket Maret 2026")],
    }
    path = f"/appraisals/{OBJECTING}/{YEAR}/objections"
    tells = "S8 mengajukan keberatan atas hasil tahunan"
    yield step(town, f"objection/{OBJECTING}", at("2027-01-25", 10), OBJECTING, tells, partial(post, "appraisal", path, filed))
    lower = {
        "outcome": "granted",
        "ratings": {"result_rating": "below", "behaviour_rating": "below"},
        "document": "800/KB-08/2027",
        "reasons": "Perilaku pelayanan juga di bawah ekspektasi.",
    }
    act = partial(on_appraisal, OBJECTING, f"{YEAR}", "objections/decision", lower)
    tells = "Menurunkan predikat atas keberatan ditolak: aturan setempat tidak mengizinkannya (PP 30/2019 Pasal 59 hanya: dapat mengubah)"
    attempt = partial(refused, "objection-may-not-lower", act)
    yield step(town, f"objection/{OBJECTING}/lowering", at("2027-01-28", 9), SECRETARY, tells, attempt)
    decided = {
        "outcome": "rejected",
        "document": "800/KB-08/2027",
        "reasons": "Penggabungan loket sudah diperhitungkan dalam target yang disepakati. Menurunkan hasil, yang semula "
        "dipertimbangkan, tidak dapat dilakukan: menurut aturan Siulak keberatan tidak menurunkan predikat.",
    }
    act = partial(on_appraisal, OBJECTING, f"{YEAR}", "objections/decision", decided)
    tells = "Atasan pejabat penilai menolak keberatan S8, dengan alasan; predikatnya tetap"
    yield step(town, f"objection/{OBJECTING}/decision", at("2027-01-28", 10), SECRETARY, tells, act)


def _report(person: str, seat: Seat) -> None:
    told = {
        "report": "Sasaran tahun ini saya laporkan per bulan; yang belum tercapai dan sebabnya ada dalam lampiran.",
        "evidence": [digest(f"laporan akhir tahun {person} {YEAR}")],
    }
    seat.post("appraisal", f"/appraisals/{person}/{YEAR}/report", told)
