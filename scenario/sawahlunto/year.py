"""Sawahlunto's year, from the rules published in December 2025 to the bonus of the year's Pegawai Teladan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from scenario.acts import after, appraise, approve_plans, at, handed_in, pay, post_each, publish_rules, step
from scenario.arriving import arrival, proposed_targets
from scenario.place import Place
from scenario.sawahlunto import SAWAHLUNTO, citizens, followup
from scenario.steps import Step
from shared.client.seat import Seat

YEAR = 2026
HR, TREASURER, APPROVER, ADMIN = "w13", "w14", "w16", "w17"
IDEAS = {("w3", "2026-Q3"): "470/INOV-01/2026"}
"""Who created a new way that serves the service, in which quarter, and the document that describes it."""
BROUGHT = (
    ("units.csv", "personnel", "/imports/units", 0, "SDM mengimpor unit kerja (CSV)"),
    ("people.xlsx", "personnel", "/imports/people", 10, "SDM mengimpor pegawai, pangkat dan jabatan (XLSX)"),
    ("reporting-lines.csv", "personnel", "/imports/reporting-lines", 20, "SDM mengimpor pejabat penilai dan atasannya (CSV)"),
    ("earlier-predicates.csv", "appraisal", "/imports/earlier-predicates", 30, "SDM mengimpor predikat triwulan IV 2025 (CSV)"),
)
"""What the old systems held, as HR hands it in."""


def steps() -> Iterator[Step]:
    """All steps of the year; their order is that of their moments."""
    town = SAWAHLUNTO
    yield from publish_rules(town, at("2025-12-15", 9), ADMIN)
    yield from arrival(town, BROUGHT)
    yield from plans(town)
    for number in range(1, 13):
        yield from figures(town, f"{YEAR}-{number:02d}")
        yield from one_month(town, f"{YEAR}-{number:02d}")
    for quarter in range(1, 5):
        yield from one_quarter(town, quarter)
    yield from citizens.steps(town)
    yield from followup.steps(town)
    yield from one_month(town, f"{YEAR + 1}-01")


def plans(town: Place) -> Iterator[Step]:
    """January: targets are proposed by file and fixed by each superior on what he sees."""
    yield from proposed_targets(town, "SDM mengimpor usulan sasaran kinerja, sebagian dalam jam (XLSX)")
    for assessor, people in town.assessed().items():
        documents = {person: f"SKP/{person.upper()}/{YEAR}" for person in people}
        tells = "Pejabat penilai menetapkan sasaran kinerja (SKP) bawahannya"
        yield step(town, f"plans/{assessor}", at("2026-01-14", 10), assessor, tells, partial(approve_plans, documents, YEAR))


def figures(town: Place, month: str) -> Iterator[Step]:
    """The month's service times from the civil registry, and what the units counted beside them."""
    for kind, tells in (("registry", "waktu layanan dari registri akta"), ("achievements", "capaian lain dari catatan unit")):
        name = f"{kind}-{month}.csv"
        told = f"SDM mengimpor {tells} {month} (CSV)"
        yield from handed_in(town, at(after(month, 3), 8), "appraisal", "/imports/achievements", name, told)


def one_month(town: Place, month: str) -> Iterator[Step]:
    """Attendance in the first days of the next month, and the pay run on the 8th."""
    name = f"attendance-{month}.csv"
    tells = f"SDM mengimpor kehadiran {month} (CSV)"
    yield from handed_in(town, at(after(month, 3), 8), "personnel", "/imports/attendance", name, tells)
    yield step(town, f"pay-run/{month}", at(after(month, 8), 10), TREASURER, f"Bendahara membayarkan TPP {month}", partial(pay, month))


def one_quarter(town: Place, quarter: int) -> Iterator[Step]:
    """The organisation's results first, then scores and delivery, and everybody reads how the own score and the unit's came about."""
    period, last = f"{YEAR}-Q{quarter}", f"{YEAR}-{3 * quarter:02d}"
    results = {
        f"/organisations/{row['Unit']}/{period}/result": {"result": row["Hasil"]}
        for row in town.rows("played/organisation.csv")
        if row["Periode"] == period
    }
    tells = "Hasil kinerja organisasi ditetapkan lebih dahulu, per unit"
    yield step(town, f"organisation/{period}", at(after(last, 14), 9), APPROVER, tells, partial(post_each, "appraisal", results))
    values = {row["Kode Pegawai"]: row["Nilai"] for row in town.rows("played/behaviour.csv") if row["Periode"] == period}
    for assessor, people in town.assessed().items():
        tells = "Pejabat penilai memberi angka perilaku kerja, dan mencatat cara baru bila ada (PP 30/2019 Pasal 41)"
        act = partial(_score, period, {person: values[person] for person in people})
        yield step(town, f"scores/{period}/{assessor}", at(after(last, 14), 9), assessor, tells, act)
        tells = "Pejabat penilai menyampaikan hasil penilaian triwulan"
        act = partial(appraise, "delivery", period, people)
        yield step(town, f"delivery/{period}/{assessor}", at(after(last, 20), 9), assessor, tells, act)
    for person in town.lines():
        tells = "Pegawai membaca nilainya sendiri dan nilai unitnya, beserta asal-usulnya, lalu menerimanya"
        act = partial(_read_and_accept, town.units()[person], person, period)
        yield step(town, f"reading/{period}/{person}", at(after(last, 22), 13), person, tells, act)


def _score(period: str, values: Mapping[str, str], seat: Seat) -> None:
    for person, value in values.items():
        path = f"/appraisals/{person}/{period}/scores"
        seat.post("appraisal", path, {"what": "whole", "item": "behaviour", "value": value})
        if document := IDEAS.get((person, period)):
            seat.post("appraisal", path, {"what": "idea", "item": "innovation", "value": "yes", "document": document}, key="idea")


def _read_and_accept(unit: str, person: str, period: str, seat: Seat) -> None:
    """AssertionError when the own score or the unit's is not shown with its parts and weights."""
    shown = seat.get("appraisal", f"/units/{unit}/scores", period=period).body
    how = shown["own"]["how"]
    assert how["result"] and how["behaviour"] and (how["result_percent"], how["behaviour_percent"]) == (70, 30), how
    assert shown["organisation_result"] and shown["aggregate"]["score_hundredths"], shown
    appraise("acceptance", period, [person], seat)
