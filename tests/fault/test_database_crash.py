"""PostgreSQL itself killed (-9) under traffic: what was accepted stays, and what did not wait for the disk is done again, once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from shared.local.postgres import LocalPostgres
from tests.support import sites
from tests.support.flows import EXPIRIES, TERM, TermSet
from tests.support.sites import Site
from tests.support.stores import NOW

pytestmark = pytest.mark.fault

DUE = NOW + timedelta(days=1)
PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between the last accepted command and the kill: the flow is somewhere between the first append and the last fold."""


@pytest.mark.parametrize("bus", ["embedded", "kafka"])
def test_killed_under_traffic_it_ends_like_an_undisturbed_run(request, tmp_path, local_postgres: LocalPostgres, bus: str):
    with sites.bus_of(bus, request, local_postgres.admin_url) as bus_url:
        site = Site(local_postgres.admin_url, bus_url, tmp_path)
        try:
            site.work_all()
            for seed, pause in enumerate(PAUSES):
                site.some_traffic(seed, steps=24)
                site.do("grants", TERM, TermSet(f"a{seed}", DUE))
                time.sleep(pause)
                local_postgres.kill()
                local_postgres.start()
            site.clock.move(DUE)
            site.settle()
            site.assert_as_expected()
            dues = {key: row["dues"] for key, row in site.rows("grants", EXPIRIES).items()}
            assert dues == {f"aa/a{seed}": [DUE.isoformat()] for seed in range(len(PAUSES))}
        finally:
            site.close()
