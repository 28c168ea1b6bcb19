"""What gets lost on the way is seen and comes again: a batch lost in one partition, a restored store, brokers away, a clock ahead."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import psycopg2
import pytest

from shared.bus.kafka import KafkaBus
from shared.bus.partitioner import partition_of
from shared.bus.protocol import PublishFailed, RelayCheckpoint, TopicPartition
from shared.flow import topics
from shared.local.databases import ensure_bus
from shared.process.clock import machine_now
from shared.store.errors import StoreUnavailable
from tests.support import sites
from tests.support.sites import Site, wait_until

BOTH = ("embedded", "kafka")


class LosingBus:
    """A real bus whose first publisher loses the first half of one partition's messages, while the others go through."""

    def __init__(self, bus, partition: int) -> None:
        self.bus, self.partition = bus, partition
        self.lost: list = []
        self.go_on = threading.Event()

    def __getattr__(self, name):
        return getattr(self.bus, name)

    def publisher(self):
        return self.bus.publisher() if self.lost else LosingPublisher(self)


class LosingPublisher:
    def __init__(self, losing: LosingBus) -> None:
        self.losing, self.real = losing, losing.bus.publisher()

    def __getattr__(self, name):
        return getattr(self.real, name)

    def publish(self, messages, relay, before, after):
        concerned = [message for message in messages if message.partition == self.losing.partition]
        if not concerned:
            self.real.publish(messages, relay, before, after)
            return
        self.losing.lost = concerned[: len(concerned) // 2]
        through = [message for message in messages if message not in self.losing.lost]
        # As another relay, for a bus that keeps marks would never lose a part of a batch.
        self.real.publish(through, f"{relay}/partly", RelayCheckpoint(0, {}), after)
        self.losing.go_on.wait(20)
        raise PublishFailed("a part of the batch may not have arrived")


@pytest.mark.parametrize("kind", BOTH)
def test_a_batch_lost_in_one_partition_is_seen_as_a_gap_and_filled_by_the_resend(request, kind):
    with sites.site_on(kind, request) as site:
        losing = LosingBus(site.bus(), partition_of(b"aa/lost", site.bus().partitions))
        site.add("lost", *range(1, 11))
        others = [
            name for name in map("other{}".format, range(40)) if partition_of(f"aa/{name}".encode(), losing.partitions) != losing.partition
        ]
        for account in others[:10]:
            site.add(account, 5)
        consumer = site.work("grants").consumer
        site.work("limits")
        site.work("ledger", make_bus=lambda: losing)
        topic = topics.internal(site.realm, "ledger")
        wait_until(lambda: consumer.gap_since, what="a gap")
        wait_until(lambda: len(site.state()["balances"]) >= 10)
        assert list(consumer.gap_since) == [TopicPartition(topic, losing.partition)]
        assert losing.lost and "aa/lost" not in site.state()["balances"], "nothing beyond a gap is applied"
        losing.go_on.set()
        site.settle()
        site.assert_as_expected()
        assert not consumer.gap_since


@pytest.mark.parametrize("kind", BOTH)
def test_a_relay_refuses_to_start_when_the_bus_is_ahead_of_its_store(request, kind):
    """A restored store would give its positions to other events, which every consumer would drop as known."""
    with sites.site_on(kind, request) as site:
        ledger = site.work("ledger")
        site.some_traffic(1)
        wait_until(lambda: site.statuses()["ledger"].quiet)
        ledger.stop()
        held = site.bus().ends([topics.internal(site.realm, "ledger")])
        old = site.urls["ledger"]
        site.renew("ledger")
        site.add("late", 1)
        restored = site.work("ledger")
        failed = wait_until(lambda: restored.relay.failed)
        assert "found 50" in str(failed) and "restored" in str(failed)
        assert site.bus().ends([topics.internal(site.realm, "ledger")]) == held
        sites.drop(site.admin_url, old.app_url)


@pytest.mark.kafka
def test_kafka_takes_events_of_a_clock_a_year_ahead(request):
    with sites.site_on("kafka", request) as site:
        site.clock.move(machine_now() + timedelta(days=366))
        site.work_all()
        site.some_traffic(2)
        site.settle()
        site.assert_as_expected()


@pytest.mark.kafka
@pytest.mark.fault
def test_kafka_away_for_longer_than_every_time_out_costs_time_only(request, local_kafka, tmp_path):
    """Commands succeed meanwhile, the outbox grows, and everything catches up."""

    def impatient(url: str) -> KafkaBus:
        return KafkaBus(url.removeprefix("kafka://"), answer_seconds=2.5, publish_seconds=5)

    site = Site(request.getfixturevalue("postgres_url"), f"kafka://{local_kafka.bootstrap}", tmp_path, make_bus=impatient)
    try:
        site.work_all()
        site.some_traffic(3)
        site.settle()
        local_kafka.stop()
        began = time.monotonic()
        site.some_traffic(4)
        assert time.monotonic() - began < 5, "a command does not wait for the bus"
        wait_until(lambda: time.monotonic() - began > 8)
        site.some_traffic(5)
        local_kafka.start()
        site.settle()
        site.assert_as_expected()
    finally:
        site.close()


@pytest.mark.fault
def test_an_embedded_bus_away_for_a_while_costs_time_only(request, local_postgres, tmp_path):
    """The bus on a server of its own, which is killed; the services' own server stays."""
    url = "embedded+" + ensure_bus(local_postgres.admin_url, "bus", "secret")
    site = Site(request.getfixturevalue("postgres_url"), url, tmp_path)
    try:
        site.work_all()
        site.some_traffic(6)
        site.settle()
        local_postgres.kill()
        site.some_traffic(7)
        local_postgres.start()
        site.settle()
        site.assert_as_expected()
    finally:
        site.close()


@pytest.mark.fault
def test_the_services_own_database_killed_under_load_loses_nothing_accepted(request, local_postgres, tmp_path):
    site = Site(local_postgres.admin_url, "embedded+" + ensure_bus(local_postgres.admin_url, "bus", "secret"), tmp_path)
    try:
        site.work_all()
        site.some_traffic(8)
        local_postgres.kill()
        with pytest.raises((StoreUnavailable, psycopg2.Error)):
            site.add("nobody", 1)
        local_postgres.start()
        site.some_traffic(9)
        site.settle()
        site.assert_as_expected()
    finally:
        site.close()
