"""Every import of every service: a file that contradicts itself, and an old file handed in again after its correction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.appraisal.service import SERVICE as APPRAISAL
from services.feedback import heard
from services.feedback.service import SERVICE as FEEDBACK
from services.personnel import events as personnel
from services.personnel.service import SERVICE as PERSONNEL
from tests.integration.test_feedback_http import hear
from tests.support.appraisal import SETTINGS
from tests.support.appraisal_office import Office
from tests.support.personnel_web import HEADS, accepted, hand_in, settle
from tests.support.web import Web, web

HR = ("m15", "employee", "hr")
PEOPLE = ",".join(HEADS) + ",Pendidikan\n"
SIX = (
    ("m1", "199003152015032901", "Ratri A", "2015-03-01"), ("m2", "198806252012031922", "Yoga M", "2012-03-01"),
    ("m11", "198010062006041911", "Hendra W", "2006-04-01"), ("m12", "197505102000031932", "Hana R", "2000-03-01"),
    ("m13", "198507122010011913", "Bima S", "2010-01-01"),
)  # fmt: skip
NINE = ",".join(f"U{number}" for number in range(1, 10))


def person(code: str, nip: str, name: str, since: str, job_class: int = 8, education: str = "") -> str:
    return f"{code},{nip},{name},PNS,{since},III/b,{since},,post-{code},{job_class},fungsional,dinas,tidak,{since},821/1,{education}\n"


@dataclass(frozen=True)
class File:
    """An import: its heads, a row, a row that contradicts it, and which row corrects it when it comes later in a file of its own.

    `correct`: how it is corrected where a file cannot. `undone`: what the row brings back with the word; None where it is refused even
    with the word, 0 where it changes nothing by itself.
    """

    name: str
    heads: str
    row: str
    other: str
    correct: Callable[[Web], Any] | None = None
    before: Callable[[Web], Any] | None = None
    undone: int | None = 1
    label: str = ""


def said(path: str, **body: Any) -> Callable[[Web], Any]:
    def call(here: Web) -> None:
        answer = here.call("POST", f"/v1{path}", HR, json=body)
        assert answer.status_code == 201, answer.get_json()
        settle(here)

    return call


def sent(name: str, heads: str, row: str) -> Callable[[Web], Any]:
    def call(here: Web) -> None:
        answer = hand_in(here, name, f"{heads}\n{row}\n", query="?replace=true")
        assert answer.status_code == 200 and answer.get_json()["events"], answer.get_json()

    return call


AWAY, BACK = "Kode Pegawai,Jenis,Sejak,Sampai,SK", "Kode Pegawai,Aktif Kembali,SK"
TAKEN = "Kode Pegawai,Jenis,Berlaku Sejak,Plt,SK"
LINES = "Kode Pegawai,Kode Penilai,Kode Atasan Penilai,Berlaku Sejak,SK"
POTENTIALS = "Kode Pegawai,Nilai,Sumber,Tanggal"
RANKED = ("m13", "198507122010011913", "Bima S", "2010-01-01")
FILES = (
    File("units", "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak", "u1,Satu,dinas,bidang,2020-01-01", "u1,Uno,dinas,bidang,2020-01-01",
         correct=lambda here: accepted(hand_in(here, "units", f"{UNITS}u1,Uno,dinas,bidang,2020-01-01\n", query="?replace=true"), 1, 0),
         undone=0),
    File("people", PEOPLE.strip(), person(*SIX[0], 9).strip(), person(*SIX[0], 10).strip(), label="class"),
    File("people", PEOPLE.strip(), person(*SIX[1], 8, "S1").strip(), person(*SIX[1], 8, "S2").strip(), label="education"),
    File("people", PEOPLE.strip(), person(*RANKED).replace("III/b", "III/c").strip(), person(*RANKED).replace("III/b", "III/d").strip(),
         label="rank"),
    File("reporting-lines", LINES, "m1,m11,m12,2026-01-01,800/1", "m1,m12,m11,2026-01-01,800/2"),
    File("attendance",
         "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir",
         "m1,2026-01,0,0,3,0,0", "m1,2026-01,0,0,1,0,0"),
    File("ends", "Kode Pegawai,Jenis,Sejak,SK", "m12,pensiun,2026-05-01,882/1", "m12,pensiun,2026-06-01,882/2",
         correct=said("/employees/m12/end/revocation", document="882/3")),
    File("interruptions", AWAY, "m2,cuti besar,2025-01-01,,800/1", "m2,cuti besar,2025-01-01,2025-03-31,800/2", label="days"),
    File("interruptions", AWAY, "m13,cltn,2025-05-01,,800/1", "m13,cltn,2025-05-01,2025-06-30,800/2", label="resumed",
         correct=sent("resumptions", BACK, "m13,2025-06-01,800/3")),
    File("interruptions", AWAY, "m12,tugas belajar,2025-07-01,2025-09-30,800/1", "m12,cltn,2025-07-01,2025-09-30,800/2", label="never",
         correct=said("/employees/m12/resumption", since="2025-07-01", document="800/3")),
    File("resumptions", BACK, "m11,2025-02-10,800/2", "m11,2025-02-01,800/3", label="earlier", undone=2,
         before=sent("interruptions", AWAY, "m11,cuti besar,2025-01-01,,800/1")),
    File("resumptions", BACK, "m11,2025-05-10,800/2", "m11,2025-06-01,800/3", label="later",
         before=sent("interruptions", AWAY, "m11,cuti besar,2025-04-01,,800/1"),
         correct=lambda here: (sent("interruptions", AWAY, "m11,cuti besar,2025-04-01,,800/1")(here),
                               sent("resumptions", BACK, "m11,2025-06-01,800/3")(here))),
    File("resumptions", BACK, "m11,2025-08-10,800/2", "m11,2025-08-11,800/2", label="opened again",
         before=sent("interruptions", AWAY, "m11,cuti sakit,2025-08-01,,800/1"),
         correct=sent("interruptions", AWAY, "m11,cuti sakit,2025-08-01,2025-09-30,800/3")),
    File("withdrawals", TAKEN, "m1,pangkat,2025-01-01,,800/1", "m1,pangkat,2025-01-01,tidak,800/2",
         before=sent("people", PEOPLE.strip(), person(*SIX[0]).replace("III/b,2015-03-01", "III/c,2025-01-01").strip()),
         correct=sent("people", PEOPLE.strip(), person(*SIX[0]).replace("III/b,2015-03-01", "III/d,2025-01-01").strip())),
    File("withdrawals", "Kode Pegawai,Jenis,Pendidikan,SK", "m1,pendidikan,S1,800/1", "m1,pendidikan,S1,800/2", label="education",
         before=sent("people", PEOPLE.strip(), person(*SIX[0], education="S1").strip()),
         correct=sent("people", PEOPLE.strip(), person(*SIX[0], education="S1").strip())),
    File("withdrawals", TAKEN.replace("Plt,", ""), "m11,potensi,2026-01-10,800/1", "m11,potensi,2026-01-10,800/2", label="potential",
         before=sent("potentials", POTENTIALS, "m11,tinggi,ac,2026-01-10"),
         correct=sent("potentials", POTENTIALS, "m11,rendah,ac,2026-01-10")),
    File("yearly-absence", "Kode Pegawai,Tahun,Hari Tidak Hadir", "m1,2025,3", "m1,2025,1"),
    File("potentials", POTENTIALS, "m1,tinggi,ac,2026-01-10", "m1,rendah,ac,2026-01-10"),
    File("holidays", "Tanggal,Jenis,SKB", "2026-05-14,nasional,933/2025", "2026-05-14,daerah,1/2026"),
    File("holidays", "Tanggal,Jenis,SKB", "2026-05-15,nasional,933/2025", "2026-05-15,daerah,1/2026", label="withdrawn",
         correct=said("/calendar/holidays/withdrawal", day="2026-05-15", document="2/2026")),
)  # fmt: skip
TARGETS = "Kode Pegawai,Tahun,Kode Sasaran,Aspek,Indikator,Satuan,Arah,Target"
APPRAISALS = (
    File("targets", TARGETS, "ani,2026,t1,Kualitas,mutu,persen,lebih tinggi,100", "ani,2026,t1,Kualitas,mutu,persen,lebih tinggi,90"),
    File("achievements", "Kode Pegawai,Tahun,Kode Sasaran,Bulan,Realisasi", "budi,2026,t1,2026-01,100", "budi,2026,t1,2026-01,90"),
    File("earlier-predicates", "Kode Pegawai,Periode,Predikat,Sistem Asal", "ani,2024,Baik,lama", "ani,2024,Kurang,lama", undone=None),
)
ANSWERS = f"Unit,Layanan,Periode,Kode Kasus,{NINE}"
SURVEYS = (
    File("survey-answers", ANSWERS, f"dukcapil,ktp,2026-Q1,K-1{',3' * 9}", f"dukcapil,ktp,2026-Q1,K-1{',4' * 9}", undone=None),
)  # fmt: skip
UNITS = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\n"


@pytest.fixture(scope="module")
def people(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, PERSONNEL, "imports_undo", ("mulyorejo",)) as made:
        made.clock.moment = datetime(2026, 3, 10, 2, tzinfo=UTC)
        accepted(hand_in(made, "units", f"{UNITS}dinas,Dinas,,dinas,2000-01-01\n"), rows=1, events=1)
        accepted(hand_in(made, "people", PEOPLE + "".join(person(*one) for one in SIX)), rows=5, events=15)
        settle(made)
        yield made


@pytest.fixture(scope="module")
def appraised(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, APPRAISAL, "imports_undo_appraisal", ("mulyorejo",)) as made:
        office, day = Office(made), date(2026, 1, 1)
        office.at("2026-01-02")
        office.hear(
            personnel.UnitOpened("town", None, "government", day),
            *(personnel.EmployeeRegistered(one, "PNS", day) for one in ("ani", "budi", "boss", "chief")),
            *(personnel.ReportingLineSet(one, "boss", "chief", day, "SK") for one in ("ani", "budi")),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019"], "settings": SETTINGS}
        office.post("/rule-sets", ("adm", "admin"), body)
        accepted(hand_in(made, "targets", f"{TARGETS}\nbudi,2026,t1,Kualitas,mutu,persen,lebih tinggi,100\n"), 1, 1)
        office.post("/plans/budi/2026/approval", ("boss", "employee"), {"document": "SKP/1"}, 1)
        office.at("2026-03-10")
        yield made


@pytest.fixture(scope="module")
def surveyed(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, FEEDBACK, "imports_undo_feedback", ("mulyorejo",)) as made:
        made.clock.moment = datetime(2026, 4, 27, 2, tzinfo=UTC)
        hear(made, heard.UnitOpened("dukcapil"))
        yield made


WALK = [("people", one) for one in FILES] + [("appraised", one) for one in APPRAISALS] + [("surveyed", one) for one in SURVEYS]


@pytest.mark.parametrize(("place", "file"), WALK, ids=lambda one: f"{one.name} {one.label}".strip() if isinstance(one, File) else one)
def test_a_file_contradicts_neither_itself_nor_a_later_word_unseen(request, place, file):
    here = request.getfixturevalue(place)
    if file.before:
        file.before(here)
    for rows in ((file.row, file.other), (file.other, file.row)):
        answer = hand_in(here, file.name, "\n".join([file.heads, *rows]))
        told = answer.get_json()
        assert (answer.status_code, told["type"]) == (422, "urn:merit:problem:invalid-rows"), told
        assert [one["row"] for one in told["errors"]] == [3] and "row 2" in told["errors"][0]["expected"], told
    old = f"{file.heads}\n{file.row}\n"
    first = hand_in(here, file.name, old).get_json()
    assert first["rows"] == 1 and (first["events"] or file.name == "units"), first
    again = hand_in(here, file.name, old)
    assert again.status_code == 422 if file.name == "earlier-predicates" else again.get_json()["events"] == 0
    if file.correct:
        file.correct(here)
    else:
        corrected = hand_in(here, file.name, f"{file.heads}\n{file.other}\n", query="?replace=true")
        assert corrected.status_code == (422 if file.undone is None else 200), corrected.get_json()
    if file.undone is None:
        return
    shown = hand_in(here, file.name, old, query="?dry_run=true").get_json()
    assert [one["corrected"] for one in shown["replaces"]] == [True], shown
    refused = hand_in(here, file.name, old)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "urn:merit:problem:would-undo-correction"), refused.get_json()
    accepted(hand_in(here, file.name, old, query="?replace=true"), rows=1, events=file.undone)
    accepted(hand_in(here, file.name, old), rows=1, events=0)


def test_every_import_is_walked():
    from tests.unit.test_imports_contradict import imports

    assert {f"import-{one.name}" for _, one in WALK} == {one.action for one in imports()}
