"""Citizens of Sawahlunto: a survey before the year's change and one after it, and a complaint that asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scenario.acts import at, hand_in, post, read_answer, step
from scenario.place import Place
from scenario.steps import Step
from shared.client.seat import Seat

HR, OFFICER, COUNTER = "w13", "w9", "loket-sawahlunto"
SERVICE = "dukcapil/akta-kelahiran"
SURVEYS = {"2026-Q1": ("2026-04-03", "2026-04-14"), "2026-Q4": ("2027-01-03", "2027-01-14")}
"""Period → the days on which the answers are handed in and the index is published."""

SAID = {
    "unit": "dukcapil",
    "kind": "normative",
    "body": "Akta anak saya baru terbit pada hari kelima, padahal semua berkas sudah lengkap sejak hari pertama.",
    "contact": "melalui loket",
}
ANSWER = "Benar. Berkas Ibu menunggu dua hari di antara loket dan meja verifikasi. Aktanya sudah terbit, dan alur antarmeja kami perbaiki."
IMPROVED = "Seluruh jalur akta dilatih bersama; verifikasi, perekaman dan pencetakan kini berjalan pada hari yang sama."


def steps(town: Place) -> Iterator[Step]:
    for period, (handed_in, published) in SURVEYS.items():
        name = f"survey-answers-{period.lower()}.csv"
        tells = "SDM mengimpor jawaban survei kepuasan masyarakat (CSV)"
        act = partial(hand_in, town, "feedback", "/imports/survey-answers", name)
        yield step(town, f"import/{name}", at(handed_in, 8), HR, tells, act)
        tells = f"Indeks kepuasan masyarakat {period} diumumkan"
        act = partial(post, "feedback", f"/surveys/{SERVICE}/{period}/publication", {})
        yield step(town, f"survey/{period}/publication", at(published, 9), HR, tells, act)
    yield from complaint(town)


def complaint(town: Place) -> Iterator[Step]:
    """From the counter to the answer that the citizen reads with the receipt, and to what the unit changed after it."""
    intake = step(
        town, "complaint", at("2026-02-03", 8), COUNTER, "Warga mengadu di loket: akta baru terbit pada hari kelima",
        partial(post, "feedback", "/complaints", SAID),
    )  # fmt: skip
    yield intake
    tells = "Pengelola pengaduan menjawab: berdasar, dan unit mendapat butir perbaikan"
    yield step(town, "complaint/resolution", at("2026-02-06", 10), OFFICER, tells, _resolve)
    tells = "Warga membaca jawabannya dengan kode tanda terima"
    yield step(town, "complaint/read", at("2026-02-06", 15), COUNTER, tells, partial(read_answer, intake.name, SAID))
    yield step(town, "improved", at("2026-05-08", 9), HR, "Butir perbaikan dukcapil diselesaikan", _improved)


def _resolve(seat: Seat) -> None:
    [waiting] = seat.items("feedback", "/complaints", unit=SAID["unit"])
    seat.post("feedback", f"/complaints/{waiting['complaint']}/resolution", {"founded": True, "answer": ANSWER})


def _improved(seat: Seat) -> None:
    [item] = seat.items("appraisal", "/improvement-items", unit=SAID["unit"])
    seat.post("appraisal", f"/improvement-items/{item['unit']}/{item['item']}/closing", {"done_on": "2026-05-08", "what": IMPROVED})
