"""A type that is heard newly is fetched from the beginning beside the running consumer, and what it decides is decided then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.events.registry import Heard
from shared.flow import topics
from shared.flow.newly_heard import NewlyHeard, heard_types, known_types
from tests.support import flows, sites
from tests.support.sites import Site

BEFORE = Heard()
BEFORE.hears("ledger")(flows.Added)


@BEFORE.hears("limits")
@dataclass(frozen=True)
class LimitWaived:
    """So the topic of limits is read, and LimitSet passed over."""

    account: str


@pytest.fixture(params=("embedded", "kafka"))
def site(request):
    with sites.site_on(request.param, request) as site:
        site.work("ledger")
        site.work("limits")
        yield site


def newly(site: Site, service, stop) -> NewlyHeard:
    heard = [topics.internal(site.realm, other) for other in ("ledger", "limits")]
    return NewlyHeard(service, site.databases["grants"], site.bus(), heard, site.clock.now, stop)


def known(site: Site) -> frozenset[str]:
    with site.databases["grants"].transaction(None, site.clock.now()) as tx:
        return known_types(tx, "grants")


def test_what_was_passed_over_before_an_upgrade_is_fetched_and_decided(site):
    """Until the upgrade grants hears of additions only, and grants nothing; limits set meanwhile count once they are heard."""
    before = replace(flows.grants(heard=BEFORE), reactions=(), views=())
    old = site.work("grants", before)
    newly(site, before, old.stopping).run()
    assert known(site) == heard_types(before) == {"merit.ledger.Added", "merit.limits.LimitWaived"}
    for account in ("a", "b"):
        site.add(account, 5)
        site.limit(account, 3)
    site.settle()
    assert site.state()["granted"] == {}
    old.stop()
    site.running.remove(old)

    after = flows.grants()
    new = site.work("grants", after)
    site.add("c", 7)
    site.limit("c", 2)
    fetching = newly(site, after, new.stopping)
    fetching.run()
    site.settle()
    assert site.state()["granted"] == {"aa/a": 3, "aa/b": 3, "aa/c": 2}
    assert known(site) > heard_types(after)
    counted = site.ask("grants", "select count(*) from facts")
    fetching.run()
    assert site.ask("grants", "select count(*) from facts") == counted == [(6,)], "each fact once"


def test_a_service_that_begins_hears_everything_anyway(site):
    site.add("a", 5)
    parts = site.work("grants", only=())
    newly(site, flows.grants(), parts.stopping).run()
    assert known(site) == heard_types(flows.grants())
    assert site.ask("grants", "select count(*) from facts") == [(0,)]
