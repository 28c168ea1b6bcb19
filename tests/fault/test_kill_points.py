"""Exactly once in effect: a worker killed (-9) at each point between its effects ends in the state of an undisturbed run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import sites
from tests.support.flows import EXPIRIES, TERM, TermSet
from tests.support.sites import wait_until
from tests.support.stores import NOW

pytestmark = pytest.mark.fault

DUE = NOW + timedelta(days=1)
OF_THE_BUS = {"relay-published": "ledger", "relay-saved": "ledger", "consumer-applied": "grants", "consumer-committed": "grants"}
OF_THE_STORE = {"own-applied": "grants", "decided": "grants", "timer-fired": "grants"}
CASES = [(bus, point, who) for bus in ("embedded", "kafka") for point, who in OF_THE_BUS.items()]
CASES += [("embedded", point, who) for point, who in OF_THE_STORE.items()]


@pytest.mark.parametrize(("bus", "point", "who"), CASES, ids=[f"{bus}-{point}" for bus, point, _ in CASES])
def test_killed_at_this_point_it_ends_like_an_undisturbed_run(request, tmp_path, bus, point, who):
    with sites.site_on(bus, request) as site:
        points = tmp_path / "points"
        points.mkdir()
        hold, here = points / f"{point}.hold", points / f"{point}.here"
        for name in ("ledger", "limits", "grants"):
            if name != who:
                site.work(name)
        site.some_traffic(20)
        for account in ("a1", "a2"):
            site.do("grants", TERM, TermSet(account, DUE))
        site.clock.move(DUE)
        for _ in range(2):  # the second one begins in what the first one left
            hold.touch()
            here.unlink(missing_ok=True)
            victim = site.process(who, points=points)
            wait_until(here.exists, what=f"the worker at {point}")
            victim.kill()
            victim.wait()
            hold.unlink()
            site.some_traffic(21, steps=12)
            site.do("grants", TERM, TermSet("a3", DUE))
        site.work(who)
        site.settle()
        site.assert_as_expected()
        dues = {key: row["dues"] for key, row in site.rows("grants", EXPIRIES).items()}
        assert dues == {f"aa/{account}": [DUE.isoformat()] for account in ("a1", "a2", "a3")}
