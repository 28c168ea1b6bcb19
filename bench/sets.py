"""Allowances of whole agencies: attendance of everybody until all entitlements are known, a pay run, a rule set for a past year."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date

from bench import agency, ground
from shared.process.memory import expect_batches
from shared.store.database import Database

SIZES = (500, 2_000)
MONTHS = 12
PAYOUT = {"sangat_baik": 100, "baik": 95, "butuh_perbaikan": 80, "kurang": 60, "sangat_kurang": 40}


def main(sizes: tuple[int, ...] = SIZES) -> list[str]:
    """Each size in a database of its own, one process. Rates that stay as they are while the agency grows are what is asked."""
    expect_batches()  # as a worker does
    found = {size: _size(size) for size in sizes}
    lines = ["| people | history known, people/s | attendance → entitlements, people/s | pay run, people/s | new rules, person-months/s |"]
    lines += ["|---|---|---|---|---|"]
    lines += [f"| {size:,} | {' | '.join(f'{rate:,.0f}' for rate in rates)} |" for size, rates in found.items()]
    small, large = found[sizes[0]], found[sizes[-1]]
    growth = ", ".join(f"{after / before:.2f}" for before, after in zip(small, large, strict=True))
    last = found[sizes[-1]]
    return [
        *lines,
        "",
        f"- of {sizes[-1]:,} against {sizes[0]:,} people, rate by rate: {growth} (1 is linear)",
        f"- attendance → entitlements: {ground.goal(last[1], 3_000, 'people/s')}",
        f"- pay run: {ground.goal(last[2], 5_000, 'people/s')}",
        f"- a rule set for everybody's past year: {ground.goal(last[3], 3_000, 'person-months/s')}",
    ]


def _size(size: int) -> tuple[float, float, float, float]:
    everybody = agency.people(size)
    with ground.server() as server:
        database = Database(agency.prepared(server.admin_url).app_url)
        try:
            born = _rate(size, lambda: agency.born(database, everybody))
            for month in range(1, MONTHS):
                agency.pay(database, f"2026-{month:02d}", everybody)
            december = [agency.attendance(employee, number, MONTHS) for number, employee in enumerate(everybody)]
            known = _rate(size, lambda: (agency.arrive(database, december), agency.decide(database)))
            paid = _rate(size, lambda: agency.pay(database, "2026-12", everybody))
            new = agency.rules(2, date(2026, 1, 1), payout=PAYOUT)
            ruled = _rate(size * MONTHS, lambda: (agency.publish(database, new), agency.decide(database)))
        finally:
            database.dispose()
    print(f"    {size:,} people: {born:,.0f}, {known:,.0f}, {paid:,.0f}, {ruled:,.0f}", file=sys.stderr, flush=True)
    return born, known, paid, ruled


def _rate(many: int, work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return many / (time.monotonic() - began)
