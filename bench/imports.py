"""Imports over HTTP of ordinary and of large files: how long they take, and how much memory the process that reads them gains."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence

from bench import ground
from bench.agency import AGENCY
from bench.reads import Asking, closing_database
from services.personnel.service import SERVICE
from shared.local.databases import ensure_service
from shared.process.migrate import migrate

SIZES = (2_000, 20_000)
HR = ("hr1", "employee", "hr")
GOAL = 60
"""Seconds for the larger file."""


def units(many: int) -> str:
    rows = "".join(f"u{number:04d},Unit {number},{'u0000' if number else ''},bidang,2015-01-01\n" for number in range(1 + many // 50))
    return "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\n" + rows


def people(many: int) -> Iterator[str]:
    yield "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,TMT CPNS,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK\n"
    for number in range(many):
        born, serial = f"19{60 + number % 40}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}", 1 + number // 13_440 % 999
        nip = f"{born}202001{1 + number % 2}{serial:03d}"
        yield (
            f"e-{number:06d},{nip},Pegawai {number},PNS,2020-01-01,III/a,2020-01-01,,post-{number},{5 + number % 6},pelaksana,"
            f"u{number % (1 + many // 50):04d},tidak,2020-01-01,SK-{number}\n"
        )


def measured(admin_url: str, many: int) -> tuple[float, float]:
    """Seconds, and MiB that the process's highest mark of memory rose by."""
    places = ensure_service(admin_url, f"bench_imports_{many}", "secret")
    migrate(SERVICE, places.owner_url, places.roles, (AGENCY,))
    with closing_database(places.app_url) as database:
        here = Asking(SERVICE, database, places)
        here.post(HR, "/imports/units", units(many), "units")
        file = "".join(people(many))
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        here.post(HR, "/imports/people", file, "people")
        took = time.perf_counter() - began
        here.close()
    return took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main(sizes: Sequence[int] = SIZES) -> list[str]:
    """Each size in a process of its own."""
    with ground.server() as server:
        found = {}
        for many in sizes:
            with ground.FORK.Pool(1) as pool:
                found[many] = pool.apply(measured, (server.admin_url, many))
    rows = [f"| {many:,} | {took:.1f} | {many / took:,.0f} | {rose:.0f} |" for many, (took, rose) in found.items()]
    last = sizes[-1]
    return [
        "| people | seconds | people/s | memory gained, MiB |",
        "|---|---|---|---|",
        *rows,
        "",
        f"- {last:,} people: {ground.goal(found[last][0], GOAL, 'seconds', '.0f', most=True)}",
    ]

