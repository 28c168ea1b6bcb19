"""Rows that wait for a second person, on the command line: the import tells how many and what to type, and another person decides."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from services.personnel.service import SERVICE
from shared.http.app import create_app
from shared.http.identity import Identity
from shared.local.home import ROOT, Home
from shared.process.clock import machine_now
from shared.store.database import Database
from tests.support.personnel_web import accepted, hand_in, people, settle
from tests.support.web import Web, web

UNITS = "Kode Unit;Nama Unit;Unit Induk;Jenis;Berlaku Sejak\ndpmptsp;Dinas;;dinas;2020-01-01\n"
PEOPLE = (
    ("m1", "199003152015032901", "Ratri Anggraini", "PNS", "III/b", "2015-03-01", 8, "fungsional"),
    ("m15", "199104182016032915", "Sari Puspita", "PNS", "III/a", "2016-03-01", 7, "pelaksana"),
)
HEADS = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir\n"
HR = ("m0", "employee", "hr")


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "second_person", ("mulyorejo",)) as made:
        made.clock.moment = datetime(2026, 5, 3, 2, tzinfo=UTC)
        accepted(hand_in(made, "units", UNITS, who=HR), rows=1, events=1)
        accepted(
            hand_in(made, "people", people(*PEOPLE), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", who=HR), 2, 6
        )
        settle(made)
        yield made


@pytest.fixture(scope="module")
def home(here: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder as the launcher leaves it, with the service on a port of its own."""
    place = tmp_path_factory.mktemp("second") / "home"
    found, log = Home(place / "embedded"), Database(here.places.log_url)
    identity = Identity("merit", "merit", found.public_key, machine_now)
    app = create_app(SERVICE, database=here.database, log_database=log, clock=here.clock, identity=identity, status=here.status)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.write_run({"services": {"personnel": f"http://127.0.0.1:{server.port}"}})
    (place / "current").write_text(str(found.folder))
    yield place
    server.shutdown()
    thread.join()
    log.dispose()


def merit(home: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "merit.py"), *words],
        env={"MERIT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def attendance(folder: Path, *rows: tuple[str, str, int]) -> str:
    file = folder / f"absen {rows[0][1]}.csv"
    file.write_text(HEADS + "".join(f"{code},{month},{late},0,0,0,0\n" for code, month, late in rows))
    return str(file)


def recorded(here: Web, month: str) -> int:
    sql = "select count(*) from events where stream = %s"
    return here.owner(sql, (f"personnel-attendance-m15-{month}",))[0][0]


def test_the_import_says_what_to_type_and_a_second_person_confirms(here, home, tmp_path):
    file = attendance(tmp_path, ("m1", "2026-01", 5), ("m15", "2026-01", 7))
    code, said = merit(home, "import", "attendance", file, "--agency", "mulyorejo", "--as", "m15")
    assert code == 0 and "2 rows, 1 events" in said
    told, shown, confirming, rejecting = said.splitlines()[-4:]
    assert told == "1 row is about you, for a second person with the role hr to decide:"
    row = re.search(r"waiting ([0-9a-f-]{36}) --agency mulyorejo$", shown)[1]
    assert confirming == f"  ./merit confirm {row} --agency mulyorejo --as SECOND-PERSON"
    assert rejecting == f"  ./merit reject {row} --agency mulyorejo --as SECOND-PERSON --reason REASON"

    code, said = merit(home, *shown.split()[1:])
    assert code == 0 and "import-attendance, row 3" in said and "about m15, handed in by m15: waiting" in said
    assert "brings AttendanceRecorded: employee m15, month 2026-01, minutes_late 7" in said
    code, said = merit(home, *confirming.replace("SECOND-PERSON", "m15").split()[1:])
    assert code == 1 and "Second person" in said and recorded(here, "2026-01") == 0
    for _ in range(2):  # the same command again tells the same
        code, said = merit(home, *confirming.replace("SECOND-PERSON", "m16").split()[1:])
        assert (code, said) == (0, f"{row}: confirmed, 1 events\n") and recorded(here, "2026-01") == 1
    settle(here)
    assert merit(home, "waiting", "--agency", "mulyorejo") == (0, "nothing waits\n")
    assert "confirmed by m16" in merit(home, "waiting", "--agency", "mulyorejo", "--status", "all")[1]


def test_many_rows_are_decided_by_their_file_and_what_was_corrected_needs_the_word(here, home, tmp_path):
    file = attendance(tmp_path, *(("m15", f"2025-{month:02}", 7) for month in range(1, 6)))
    _, said = merit(home, "import", "attendance", file, "--agency", "mulyorejo", "--as", "m15")
    told, shown, confirming, _ = said.splitlines()[-4:]
    assert told.startswith("5 rows are about you") and f"--file '{file}'" in confirming and f"--file '{file}'" in shown
    settle(here)
    for late in (1, 2):
        accepted(hand_in(here, "attendance", f"{HEADS}m15,2025-02,{late},0,0,0,0\n", who=HR), rows=1, events=1)
    by_file = ("--file", file, "--agency", "mulyorejo", "--as", "m16")
    assert merit(home, "confirm", "--agency", "mulyorejo", "--as", "m16")[0] == 2, "nobody confirms everything by leaving a word out"
    code, said = merit(home, "confirm", *by_file)
    assert code == 1 and said.count("confirmed, 1 events") == 4 and said.count("Would undo correction") == 1
    settle(here)
    _, said = merit(home, "waiting", *by_file)
    assert "replaces AttendanceRecorded: minutes_late 2 → 7, said by m0 on 2026-05-03, a correction" in said
    code, said = merit(home, "reject", *by_file, "--reason", "Angka lama")
    assert code == 0 and said.endswith(": rejected\n")
    assert recorded(here, "2025-02") == 2 and recorded(here, "2025-01") == 1
    unknown = "00000000-0000-5000-8000-000000000000"
    code, said = merit(home, "confirm", unknown, "--agency", "mulyorejo", "--as", "m16")
    assert code == 1 and "Unknown row" in said
