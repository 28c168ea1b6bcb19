"""The flow's promises on both buses: once in effect, in order per key, resumed, replayed, shared, taken over, and nothing lost."""

from __future__ import annotations

import itertools
import signal

import pytest

from shared.events.envelope import from_headers
from shared.flow import topics
from tests.support import sites
from tests.support.flows import NOTE, Note
from tests.support.sites import Site, wait_until

BOTH = ("embedded", "kafka")


@pytest.fixture(params=BOTH)
def site(request):
    with sites.site_on(request.param, request) as site:
        yield site


def on_the_bus(site: Site, service: str) -> list:
    """Every message of the service's topic, from the beginning."""
    bus, topic = site.bus(), topics.internal(site.realm, service)
    ends = bus.ends([topic])
    reader, found = bus.consumer(), []
    reader.assign(dict.fromkeys(ends, 0))
    wait_until(lambda: found.extend(reader.poll(0.2, 500)) or len(found) >= sum(ends.values()))
    reader.close()
    return found


def test_everything_arrives_once_and_in_order_per_key_and_private_events_never_leave(site):
    site.some_traffic(1)
    for account in ("a1", "a2"):
        site.do("ledger", NOTE, Note(account))
    site.work_all()
    site.some_traffic(2)
    site.settle()
    site.assert_as_expected()
    sent = on_the_bus(site, "ledger")
    assert {dict(message.headers)["ce_type"] for message in sent} == {b"merit.ledger.Added.v1"}
    assert site.ask("ledger", "select count(*) from events where type = 'merit.ledger.Noted.v1'") == [(2,)]
    for at, messages in itertools.groupby(sorted(sent, key=lambda one: (one.partition, one.offset)), key=lambda one: one.partition):
        previous = 0
        for envelope, before in (from_headers(message.headers, message.value) for message in messages):
            assert before == previous, f"partition {at}: every message names the one before it"
            previous = envelope.sequence


def test_a_consumer_goes_on_where_it_stopped_and_drops_what_is_delivered_again(site):
    site.work_all()
    site.some_traffic(3)
    site.settle()
    site.stop()
    site.some_traffic(4)
    # What a lost acknowledgement looks like: everything is delivered once more.
    site.tell("grants", "update checkpoints set next_offset = 0 where topic <> 'own'")
    site.work_all()
    site.settle()
    site.assert_as_expected()


def test_a_fresh_consumer_reads_from_the_beginning_to_the_same_state(site):
    site.work_all()
    site.some_traffic(5)
    site.settle()
    before = site.state()
    old = site.urls["grants"]
    site.renew("grants")
    site.work("grants", only=("consumer", "reactor"))
    site.settle(mute=["grants"])
    assert site.state() == before == site.expected.state()
    sites.drop(site.admin_url, old.app_url)


def test_two_workers_share_the_partitions_and_one_takes_over_all_when_the_other_leaves(site):
    site.work("ledger")
    site.work("limits")
    one, other = site.work("grants"), site.work("grants")
    every = set(range(site.bus().partitions))

    def held(parts):
        return {lease.partition for lease in parts.consumer.leases}

    wait_until(lambda: held(one) and held(other) and held(one) | held(other) == every and not held(one) & held(other))
    assert abs(len(held(one)) - len(held(other))) <= 1
    site.some_traffic(6)
    wait_until(lambda: one.consumer.applied and other.consumer.applied)
    one.stop()
    site.some_traffic(7)
    wait_until(lambda: held(other) == every)
    site.settle()
    site.assert_as_expected()


def test_a_frozen_worker_that_wakes_after_another_took_over_commits_nothing(site, tmp_path):
    """SIGSTOP between effect and commit, for longer than the lease and than an idle transaction may live."""
    site.work("ledger")
    site.work("limits")
    points = tmp_path / "points"
    points.mkdir()
    (points / "consumer-applied.hold").touch()
    zombie = site.process("grants", points=points)
    site.some_traffic(8)
    wait_until((points / "consumer-applied.here").exists)
    zombie.send_signal(signal.SIGSTOP)
    site.work("grants")
    site.settle()
    site.assert_as_expected()
    (points / "consumer-applied.hold").unlink()
    zombie.send_signal(signal.SIGCONT)
    site.some_traffic(9)
    # It lives, and works again: as one of two.
    wait_until(lambda: site.ask("grants", "select count(distinct owner) from leases where consumer = 'grants'") == [(2,)])
    site.settle()
    site.assert_as_expected()


def test_a_bus_made_anew_is_filled_again_and_marks_still_hold(request, tmp_path):
    """Who heard already goes on, who joins late finds everything, and a rebuild loses nothing of what came over the bus before."""
    with sites.site_on("embedded", request) as site, sites.bus_of("embedded", request) as other:
        site.work_all()
        site.some_traffic(10)
        site.settle()
        site.stop()
        site.bus_url = other
        site.work_all()
        site.some_traffic(11, steps=7)
        site.settle()
        site.assert_as_expected()
        sites.rebuild_views(site)
        site.assert_as_expected()
        old = site.urls["grants"]
        site.renew("grants")
        site.work("grants", only=("consumer", "reactor"))
        site.settle(mute=["grants"])
        site.assert_as_expected()
        sites.drop(site.admin_url, old.app_url)
