"""Files that contradict themselves: every import of every service says what a row is about, and takes one row's word for it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from shared.http.app import create_app
from shared.http.rows import Read, Source, held_together, members

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/service.py"))
# Two cells for each kind of column, so that a new import's columns are found here or ask for a line.
CELLS = {
    "Kode Pegawai": ("m1", "m2"), "NIP": ("199003152015032901", "199406252023211907"), "Nama": ("Ratri", "Yoga"),
    "Kode Penilai": ("m11", "m12"), "NIP Penilai": ("198010062006041911", "197403191999031913"),
    "Kode Atasan Penilai": ("m13", "m14"), "NIP Atasan Penilai": ("197403191999031913", "198010062006041911"),
    "Kode Unit": ("u1", "u2"), "Nama Unit": ("Satu", "Dua"), "Unit Induk": ("kota", "setda"), "Unit": ("u1", "u2"),
    "Mulai": ("2015-03-01", "2016-03-01"), "Berlaku Sejak": ("2026-01-01", "2026-02-01"), "Tanggal": ("2026-01-01", "2026-02-01"),
    "Pangkat": ("III/a", "III/b"), "TMT Pangkat": ("2020-01-01", "2021-01-01"), "TMT CPNS": ("2015-03-01", "2016-03-01"),
    "Jabatan": ("analis", "kabid"), "Kelas Jabatan": ("8", "9"), "Jenis Jabatan": ("fungsional", "pelaksana"), "Plt": ("tidak", "ya"),
    "SK": ("821/1", "821/2"), "SKB": ("933/2025", "1/2026"), "Email": ("a@x.example", "b@x.example"), "Telepon": ("1", "2"),
    "Bulan": ("2026-01", "2026-02"), "Tahun": ("2026", "2027"), "Periode": ("2025-Q4", "2025-Q3"),
    "Menit Terlambat": ("1", "2"), "Menit Pulang Cepat": ("1", "2"), "Hari Tidak Hadir": ("1", "3"), "Rapat Tidak Hadir": ("1", "2"),
    "Apel Tidak Hadir": ("1", "2"), "Cuti Tahunan": ("1", "2"), "Cuti Sakit": ("1", "2"), "Cuti Lainnya": ("1", "2"),
    "Hari Tidak Hadir Berturut-turut": ("1", "2"), "Sementara Sampai": ("2026-01-15", "2026-01-16"),
    "Nilai": ("rendah", "tinggi"), "Sumber": ("ac", "tes"),
    "Kode Sasaran": ("t1", "t2"), "Aspek": ("Kuantitas", "Kualitas"), "Indikator": ("i1", "i2"), "Uraian": ("a", "b"),
    "Satuan": ("persen", "berkas"), "Arah": ("lebih tinggi", "lebih rendah"), "Target": ("97,5", "98"), "Bobot": ("50", "60"),
    "Realisasi": ("1", "2"), "Predikat": ("Baik", "Kurang"), "Sistem Asal": ("lama", "baru"), "Layanan": ("ktp", "kk"),
    "Kode Kasus": ("K-1", "K-2"), "Rekap": ("rata-rata", "jumlah"), "Bulan Ukur": ("2026-06", "2026-12"),
    "Sejak": ("2026-01-01", "2026-02-01"), "Sampai": ("2026-03-01", "2026-04-01"), "Aktif Kembali": ("2026-01-01", "2026-02-01"),
}  # fmt: skip
OTHERS = {
    "Jenis": {
        "import-people": ("PNS", "PPPK"),
        "import-holidays": ("nasional", "cuti bersama"),
        "import-ends": ("pensiun", "meninggal"),
        "import-interruptions": ("cuti besar", "cuti sakit"),
        "import-withdrawals": ("jabatan", "pangkat"),
    },
    "Pendidikan": {"import-people": ("S1", "S2"), "import-withdrawals": ("S1", "S2")},
}


DEFAULTS = {"Plt": "tidak", "Cuti Tahunan": "0", "Cuti Sakit": "0", "Cuti Lainnya": "0"}


def cells_of(action, head):
    if head.startswith("U") and head[1:].isdigit():
        return ("3", "4")
    return OTHERS.get(head, {}).get(action) or CELLS.get(head) or ("dinas", "bidang")


def imports():
    for name in SERVICES:
        service = import_module(f"services.{name}.service").SERVICE
        app = create_app(service, database=None, log_database=None, clock=None, identity=None, status=None)
        yield from (view.declared for view in app.view_functions.values() if hasattr(view, "declared"))


def read(declared, number, other=()):
    """A row with the first cell of every column, or the second in the columns `other`."""
    cells = {column.name: cells_of(declared.action, column.head)[column.name in other] for column in declared.columns}
    row, wrong = members(cells, declared.columns, number)
    assert wrong == []
    return Read(Source("0" * 64, "-", number), row, cells)


@pytest.mark.parametrize("declared", list(imports()), ids=lambda one: one.action)
def test_a_row_that_contradicts_an_earlier_one_is_that_rows_error(declared):
    assert declared.about, "every import says what a row is about"
    heads = {column.name: column.head for column in declared.columns}
    for about in declared.about:
        says = about.says or tuple(name for name in heads if name not in about.key)
        assert set(about.key) | set(says) <= set(heads)
        for name in says:
            first, second = read(declared, 2), read(declared, 7, other=[name])
            wrong, repeated = held_together([first, second], declared.about, declared.columns)
            assert [(one.row, one.column) for one in wrong] == [(7, heads[name])] and repeated == {}, name
            assert "row 2" in wrong[0].expected and wrong[0].remedy
            if name != "nip":
                assert (second.cells[name][:60] == wrong[0].found) and first.cells[name] in wrong[0].expected


def test_what_a_contradiction_is_about_is_said_in_the_words_of_the_file():
    """Of a withdrawn rank neither an education nor Plt is said."""
    (declared,) = (one for one in imports() if one.action == "import-withdrawals")
    columns, rows = declared.columns, []
    for number, document in ((2, "800/1"), (3, "800/2")):
        cells = {"employee": "m1", "entry": "pangkat", "since": "2026-01-01", "document": document}
        rows.append(Read(Source("0" * 64, "-", number), members(cells, columns, number)[0], cells))
    (wrong,), _ = held_together(rows, declared.about, columns)
    assert wrong.expected == "what row 2 says of Kode Pegawai m1, Jenis pangkat, Berlaku Sejak 2026-01-01: 800/1"


@pytest.mark.parametrize("declared", list(imports()), ids=lambda one: one.action)
def test_a_row_repeated_word_for_word_is_taken_once_and_one_about_another_thing_stands(declared):
    key = declared.about[0].key
    rows = [read(declared, 2), read(declared, 3), read(declared, 4, other={name for about in declared.about for name in about.key})]
    assert held_together(rows, declared.about, declared.columns) == ([], {3: 2}), key


@pytest.mark.parametrize("declared", list(imports()), ids=lambda one: one.action)
def test_the_two_orders_of_a_contradiction_both_fail(declared):
    """Neither the last nor the first row wins."""
    about = declared.about[0]
    name = (about.says or tuple(column.name for column in declared.columns if column.name not in about.key))[-1]
    for order in ((2, 3), (3, 2)):
        rows = [read(declared, order[0]), read(declared, order[1], other=[name])]
        assert len(held_together(rows, declared.about, declared.columns)[0]) == 1


def test_every_import_about_people_can_set_their_own_rows_aside():
    for name in SERVICES:
        service = import_module(f"services.{name}.service").SERVICE
        app = create_app(service, database=None, log_database=None, clock=None, identity=None, status=None)
        about_people = any(getattr(view, "declared", None) and view.declared.person for view in app.view_functions.values())
        assert about_people == any(view.name == "set_aside" for view in service.views), name


@pytest.mark.parametrize("declared", list(imports()), ids=lambda one: one.action)
def test_an_empty_cell_names_the_same_as_its_default_written_out(declared):
    """A key with a cell that may be empty would name one thing in two ways. Whom a row is about is known by code or NIP before."""
    keys = {name for about in declared.about for name in about.key}
    resolved = {"employee"} | ({"since", "education"} if declared.action == "import-withdrawals" else set())
    assert {one.name for one in declared.columns if one.name in keys and not one.required and one.default is None} <= resolved
    for column in declared.columns:
        if column.default not in (None, ()):
            rows = []
            for number, cell in ((2, None), (3, DEFAULTS[column.head])):
                cells = {**read(declared, 2).cells, column.name: cell}
                rows.append(Read(Source("0" * 64, "-", number), members(cells, declared.columns, number)[0], cells))
            assert held_together(rows, declared.about, declared.columns) == ([], {3: 2}), column.head
