"""Latency: from a command's commit begun in one service to the row that everybody may read in another, both idle, on both buses."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from bench import ground, ledger
from shared.local.databases import ServiceDatabase, ensure_bus
from shared.local.kafka import LocalKafka
from shared.local.ports import free_port
from shared.process import worker
from shared.process.settings import OPTIONAL, Settings, read
from shared.store.commands import Meta, execute
from shared.store.database import Database

COMMANDS, PAUSE = 300, 0.05
META = Meta("bench", "bench")


def settings(service: str, urls: ServiceDatabase, bus_url: str) -> Settings:
    """As the launcher would set them."""
    said = {
        "MERIT_DATABASE_URL": urls.app_url,
        "MERIT_LOG_DATABASE_URL": urls.log_url,
        "MERIT_BUS_URL": bus_url,
        "MERIT_REALM": "bench",
        "MERIT_AGENCIES": ledger.AGENCY,
        "MERIT_JWT_PUBLIC_KEY": "-----BEGIN PUBLIC KEY-----\nbm9uZQ==\n-----END PUBLIC KEY-----",  # no API runs here
        "MERIT_SECRET": "no answer is given here",
        "MERIT_WORKER_BIND": f"127.0.0.1:{free_port()}",
    }
    return read(service, {**OPTIONAL, **said})


@contextmanager
def working(*parts: tuple):
    """The worker process of each (service, settings), until the block ends."""
    processes = [ground.FORK.Process(target=worker.run, args=part) for part in parts]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join(15)
            if process.is_alive():
                process.kill()


def measure(admin_url: str, bus_url: str) -> list[float]:
    """Milliseconds of each command, sorted."""
    ours, theirs = ledger.prepared(admin_url, ledger.LEDGER), ledger.prepared(admin_url, ledger.SINK)
    parts = [(service, settings(service.name, urls, bus_url)) for service, urls in ((ledger.LEDGER, ours), (ledger.SINK, theirs))]
    found = []
    with working(*parts), closing(psycopg2.connect(theirs.app_url, options="-c app.agency=1")) as look:
        look.autocommit = True
        database = Database(ours.app_url, pool_size=1)
        for number in range(-5, COMMANDS):
            took = _one(database, look, f"a{number}")
            if number >= 0:  # the first ones wait for topics and leases
                found.append(took)
            time.sleep(PAUSE * random.uniform(0.5, 1.5))
        database.dispose()
    return sorted(found)


def _one(database: Database, look: psycopg2.extensions.connection, account: str) -> float:
    began = time.monotonic()
    with database.transaction(ledger.AGENCY, ledger.NOW) as tx:
        execute(tx, ledger.EVENTS, ledger.ACCOUNT, ledger.Added(account, 1, "x"), META)
    with look.cursor() as cursor:

        def visible() -> bool:
            cursor.execute("select 1 from totals_g1 where agency = 1 and key = %s and not gone", (account,))
            return cursor.fetchone() is not None

        ground.wait_until(visible, 60)
    return 1000 * (time.monotonic() - began)


def main() -> list[str]:
    found = {}
    with ground.server() as server:
        found["embedded"] = measure(server.admin_url, "embedded+" + ensure_bus(server.admin_url, "bench_bus", "secret"))
        with tempfile.TemporaryDirectory() as folder, LocalKafka(Path(folder)) as broker:
            found["kafka"] = measure(server.admin_url, f"kafka://{broker.bootstrap}")
    lines = ["| command → visible in another service, idle | p50, ms | p99, ms | most, ms |", "|---|---|---|---|"]
    for bus, times in found.items():
        lines.append(f"| {bus}, {COMMANDS} commands | {statistics.median(times):.0f} | {p99(times):.0f} | {times[-1]:.0f} |")
    goals = "; ".join(f"{bus}: {ground.goal(p99(times), 150, 'ms at p99', '.0f', most=True)}" for bus, times in found.items())
    return [*lines, "", f"- {goals}"]


def p99(times: list[float]) -> float:
    return times[int(0.99 * len(times))]


if __name__ == "__main__":
    print("\n".join(main()))
