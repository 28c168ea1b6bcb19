"""Long files: as many statements for a thousand rows as for a hundred, and the same kept as if each row had come alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from services.personnel.service import SERVICE
from shared.http.sheets import CSV
from tests.support.personnel_web import HR, accepted, problem
from tests.support.stores import counted
from tests.support.web import Web, web

HEADS = (
    "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,TMT CPNS,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK,Email\n"
)
ATTENDANCE = "Kode Pegawai,Bulan,Menit Terlambat,Menit Pulang Cepat,Hari Tidak Hadir,Rapat Tidak Hadir,Apel Tidak Hadir\n"
UNITS = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\n" + "".join(
    f"u{number},Bidang {number},{'u0' if number else ''},bidang,2015-01-01\n" for number in range(7)
)


def hand_in(here: Web, what: str, file: str, key: str = "first") -> Any:
    return here.call("POST", f"/v1/imports/{what}?replace=true", HR, {"Idempotency-Key": key}, data=file, content_type=CSV)


def nip(number: int) -> str:
    return f"1990{1 + number % 12:02d}{1 + number // 12 % 28:02d}2020011{1 + number // 336:03d}"


def person(number: int, *, post: str = "staf", since: str = "2020-01-01", email: str = "", whose: int | None = None) -> str:
    return (
        f"p{number},{nip(number if whose is None else whose)},Pegawai {number},PNS,2020-01-01,III/a,2020-01-01,,{post}-{number},7,"
        f"pelaksana,u{number % 7},tidak,{since},SK-{number},{email}\n"
    )


@contextmanager
def opened(postgres_url: str, name: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, name, ("mulyorejo",)) as here:
        here.clock.moment = datetime(2026, 5, 3, 2, tzinfo=UTC)
        accepted(hand_in(here, "units", UNITS), rows=7, events=7)
        yield here


def kept(here: Web) -> tuple[Any, ...]:
    """What stands afterwards, in the log and in the vault, without what differs by chance."""
    events = here.owner("select stream, version, type, data::text from events order by stream, version")
    return events, in_vault(here)


def in_vault(here: Web) -> list[tuple[Any, ...]]:
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        return tx.execute("select employee, nip, name, contact::text from vault order by employee").fetchall()


def sent(here: Web, what: str, file: str, patch: pytest.MonkeyPatch, key: str) -> int:
    with patch.context() as counting:
        messages = counted(counting)
        assert hand_in(here, what, file, key=key).status_code == 200
    return len(messages)


@pytest.mark.parametrize("rows", [40, 400])
def test_a_file_of_one_transaction_costs_a_handful_of_messages(postgres_url, monkeypatch, rows):
    with opened(postgres_url, f"imports_set_{rows}") as here:
        file = HEADS + "".join(person(number) for number in range(rows))
        assert sent(here, "people", file, monkeypatch, "a") <= 14
        month = ATTENDANCE + "".join(f"p{number},2026-03,{number % 60},0,0,0,0\n" for number in range(rows))
        assert sent(here, "attendance", month, monkeypatch, "b") <= 14


def mixed(many: int) -> str:
    """New people, some with a contact, some with a second post in a row far from the first."""
    emails = {number: f"p{number}@example.id" if number % 3 == 0 else "" for number in range(many)}
    rows = [person(number, email=email) for number, email in emails.items()]
    return HEADS + "".join([*rows, *(person(one, post="kepala", since="2024-01-01", email=emails[one]) for one in range(0, many, 10))])


def corrected(many: int) -> str:
    """The same people: nothing new of some, a contact where there was none, another one, and none in place of one."""
    emails = [("", f"p{number}@example.id", f"new{number}@example.id")[number % 5 % 3] for number in range(many)]
    return HEADS + "".join(person(number, email=email) for number, email in enumerate(emails))


@pytest.mark.parametrize("many", [30, 900])
def test_rows_together_keep_what_rows_alone_keep(postgres_url, many):
    found = []
    for name, rows in (("one", 10_000), ("each", 25)):
        with opened(postgres_url, f"imports_{name}_{many}") as here:
            for file in (mixed(many), corrected(many)):
                for number, piece in enumerate(_pieces(file, rows)):
                    answer = hand_in(here, "people", piece, key=f"{len(file)}-{number}")
                    assert answer.status_code == 200, answer.get_json()
            found.append(kept(here))
    assert found[0] == found[1]


def _pieces(file: str, rows: int) -> Sequence[str]:
    heads, *lines = file.splitlines(keepends=True)
    return [heads + "".join(lines[start : start + rows]) for start in range(0, len(lines), rows)]


def test_every_wrong_row_of_a_long_file_is_named_and_nothing_is_kept(postgres_url):
    with opened(postgres_url, "imports_wrong") as here:
        accepted(hand_in(here, "people", HEADS + person(1000)), rows=1, events=3)
        before = kept(here)
        rows = [person(number) for number in range(900)]
        rows[20] = person(20, whose=1000)
        rows[720] = person(720).replace(",u6,", ",nowhere,")
        rows += [person(5, since="2019-01-01")]
        said = problem(hand_in(here, "people", HEADS + "".join(rows), key="wrong"), 422, "invalid-rows")
        assert {22, 722} <= {one["row"] for one in said["errors"]}
        assert kept(here) == before


def test_a_row_about_the_caller_waits_and_the_rows_around_it_do_not(postgres_url):
    with opened(postgres_url, "imports_own") as here:
        own = HR[0]
        rows = [person(number) for number in range(5)]
        rows.insert(2, person(77).replace("p77,", f"{own},"))
        said = hand_in(here, "people", HEADS + "".join(rows), key="own").get_json()
        assert (said["rows"], said["events"], [one["row"] for one in said["set_aside"]]) == (6, 15, [4])
        assert [row[0] for row in in_vault(here)] == ["p0", "p1", "p2", "p3", "p4"]
