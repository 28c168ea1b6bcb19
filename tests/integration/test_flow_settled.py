"""Settled is never said while something is under way: not at any point between two effects, and not between two services."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from shared.flow import points
from tests.support import sites
from tests.support.flows import TERM, TermSet
from tests.support.sites import wait_until
from tests.support.stores import NOW

BOTH = ("embedded", "kafka")
HELD = {
    "relay-published": "ledger",
    "consumer-applied": "grants",
    "own-applied": "grants",
    "decided": "grants",
    "timer-fired": "grants",
}


@pytest.mark.parametrize("kind", BOTH)
def test_whenever_all_is_settled_everything_accepted_has_had_its_effects(request, kind):
    with sites.site_on(kind, request) as site:
        site.work_all()
        chance = random.Random(7)
        for step in range(12):
            site.some_traffic(step, steps=chance.choice((1, 2, 6, 7)))
            site.settle()
            site.assert_as_expected()


@pytest.mark.parametrize("point", HELD)
def test_a_service_held_between_two_effects_is_not_settled(request, tmp_path, monkeypatch, point):
    with sites.site_on("embedded", request) as site:
        folder = tmp_path / "points"
        folder.mkdir()
        site.work_all()
        site.settle()
        monkeypatch.setattr(points, "FOLDER", str(folder))
        (folder / f"{point}.hold").touch()
        site.add("a", 5)
        site.limit("a", 3)
        site.do("grants", TERM, TermSet("a", NOW + timedelta(days=1)))
        if point == "timer-fired":
            wait_until(lambda: site.statuses()["grants"].next_due)
            site.clock.move(NOW + timedelta(days=1))
        wait_until((folder / f"{point}.here").exists)
        assert not any(site.statuses()[HELD[point]].quiet for _ in range(5))
        (folder / f"{point}.hold").unlink()
        site.settle()
        site.assert_as_expected()
