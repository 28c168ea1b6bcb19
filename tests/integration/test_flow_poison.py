"""One bad record stops nobody else: parked with its key's successors, retried in order, dropped; refusals; unknown versions; loops."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pytest

from shared.bus.partitioner import partition_of
from shared.bus.protocol import Outgoing, RelayCheckpoint
from shared.events.classes import EventClass
from shared.events.registry import Catalogue, Heard
from shared.flow import parked, topics
from shared.kernel.decider import Aggregate, Decider
from shared.store.commands import Meta
from shared.store.database import connect
from shared.views.generations import REBUILD_LOCK
from tests.support import flows, sites
from tests.support.flows import SERVICES, LimitSet, grants
from tests.support.sites import Site, wait_until
from tests.support.stores import ACCOUNT, Add, variant

BOTH = ("embedded", "kafka")
POISON = 13


@pytest.fixture(params=BOTH)
def site(request):
    with sites.site_on(request.param, request) as site:
        site.work("ledger")
        site.work("limits")
        yield site


@pytest.fixture
def embedded(request):
    with sites.site_on("embedded", request) as site:
        yield site


def all_parked(site: Site) -> list[tuple[str, str]]:
    """(account, error) of everything parked, in order."""
    with site.databases["grants"].transaction(None, site.clock.now()) as tx:
        return [(one["key"], one["error"]) for one in parked.listed(tx, "grants")]


def ask(site: Site, what: str, account: str) -> int:
    with site.databases["grants"].transaction(None, site.clock.now()) as tx:
        return parked.ask(tx, "grants", what, topics.internal(site.realm, "ledger"), f"aa/{account}")


def without(site: Site, account: str) -> dict:
    """The expected state where nothing of this account was applied."""
    kept = dict(site.expected.added)
    site.expected.added.clear()
    site.expected.added.update({key: amounts for key, amounts in kept.items() if key != ("aa", account)})
    state = site.expected.state()
    site.expected.added.update(kept)
    return state


def test_a_poison_event_is_parked_with_its_keys_successors_and_after_a_repair_all_follow_in_order(site):
    broken = site.work("grants", grants(poison=[POISON]))
    site.some_traffic(1)
    site.add("ill", 1, POISON, 3)
    site.some_traffic(2)
    site.settle()
    site.add("ill", 4, agency="bb")
    site.add("ill", 5)
    site.settle()
    assert [key for key, _ in all_parked(site)] == ["aa/ill"] * 3
    errors = [error for _, error in all_parked(site)]
    assert "cannot fold 13" in errors[0] and all("waits behind" in error for error in errors[1:])
    state = site.state()
    assert state["balances"].pop("aa/ill") == (1, [1])
    everything = without(site, "ill")
    assert {name: rows for name, rows in state.items() if name != "buckets"} == {
        name: rows for name, rows in everything.items() if name != "buckets"
    }
    # Asked without a repair: it fails again, alone, and nothing behind it overtakes it.
    assert ask(site, parked.RETRY, "ill") == 3
    wait_until(lambda: site.ask("grants", "select max(tries) from parked") == [(1,)])
    assert len(all_parked(site)) == 3
    broken.stop()
    site.work("grants")
    ask(site, parked.RETRY, "ill")
    wait_until(lambda: not all_parked(site))
    site.settle()
    site.assert_as_expected()


def test_dropping_drops_the_poison_alone_and_what_waited_behind_it_is_applied(embedded):
    site = embedded
    site.work_all_but_grants()
    site.work("grants", grants(poison=[POISON]))
    site.add("ill", 1, POISON, 3)
    site.add("well", 2)
    site.settle()
    assert len(all_parked(site)) == 2
    ask(site, parked.DROP, "ill")
    wait_until(lambda: not all_parked(site))
    site.settle()
    assert site.state()["balances"] == {"aa/ill": (4, [1, 3]), "aa/well": (2, [1])}
    assert site.ask("grants", "select version from facts where subject = 'ill' order by version") == [(1,), (3,)]


def test_a_parked_event_is_not_retried_beside_a_rebuild_which_would_miss_it(embedded):
    site = embedded
    site.work_all_but_grants()
    broken = site.work("grants", grants(poison=[POISON]))
    site.add("ill", POISON)
    site.settle()
    broken.stop()
    session = connect(site.urls["grants"].owner_url, "a rebuild under way")
    session.cursor().execute("select pg_advisory_lock(%s)", (REBUILD_LOCK,))
    site.work("grants")
    ask(site, parked.RETRY, "ill")
    time.sleep(1)  # several rounds of a worker that would retry
    assert len(all_parked(site)) == 1
    session.close()
    wait_until(lambda: not all_parked(site))
    site.settle()
    site.assert_as_expected()


def test_a_refusal_by_the_domain_is_an_outcome_and_nothing_is_parked(embedded):
    site = embedded
    site.work_all_but_grants()
    site.work("grants")
    site.add("overdrawn", -5)
    site.limit("overdrawn", 10)
    site.settle()
    assert site.ask("grants", "select outcome, parked, dirty from decisions where key = 'overdrawn'") == [
        ("refused: below-zero", False, False)
    ]
    assert not all_parked(site)
    site.add("overdrawn", 8)
    site.settle()
    assert site.state()["granted"] == {"aa/overdrawn": 3}, "decided again when a fact arrives"


def test_an_unknown_version_stops_its_partition_alone_alarms_and_goes_on_after_the_upgrade(site):
    old = site.work("grants")
    site.add("new", 1)
    site.settle()
    site.running[0].stop()  # the ledger is upgraded: from now on it publishes version 2
    site.work("ledger", only=["relay"])
    site.do("ledger", ACCOUNT_2, Added("new", 2, "more"), events=LEDGER_2)
    site.expected.added[("aa", "new")].append(2)
    alarm = wait_until(lambda: old.consumer.alarms)
    assert "version 1 or older, found merit.ledger.Added.v2" in next(iter(alarm))
    partitions = site.bus().partitions
    here = partition_of(b"aa/new", partitions)
    elsewhere = [name for name in "abcdefghij" if partition_of(f"aa/{name}".encode(), partitions) != here]
    site.do("ledger", ACCOUNT_2, Added("new", 3, "more"), events=LEDGER_2)
    site.expected.added[("aa", "new")].append(3)
    site.add(elsewhere[0], 7)
    wait_until(lambda: f"aa/{elsewhere[0]}" in site.state()["balances"], what="the others to pass")
    assert site.state()["balances"]["aa/new"] == (1, [1]) and not all_parked(site)
    assert not site.statuses()["grants"].quiet, "a stopped partition is not settled"
    old.stop()
    heard = Heard()
    heard.hears("limits")(LimitSet)
    heard.hears("ledger", version=2)(flows.Added)
    heard.catalogues["ledger"].upcaster("Added", from_version=1)(lambda data: data)
    site.work("grants", grants(heard=heard))
    wait_until(lambda: site.state() == site.expected.state())


def test_an_unknown_type_is_passed_over(embedded):
    site = embedded
    site.work("grants")
    site.work("ledger", only=["relay"], service=variant(SERVICES["ledger"], events=LEDGER_2))
    site.do("ledger", ACCOUNT_2, Renamed("a"), events=LEDGER_2)
    site.add("a", 5)
    site.expected.added[("aa", "a")] = [5]
    wait_until(lambda: site.state()["balances"] == {"aa/a": (5, [2])})
    assert site.ask("grants", "select count(*) from facts") == [(1,)] and not all_parked(site)


def test_a_chain_of_more_than_sixteen_reactions_is_parked(embedded):
    site = embedded
    site.work("ledger", only=["relay"])
    site.work("limits")
    site.work("grants")
    site.limit("loop", 100)
    site.do("ledger", ACCOUNT, Add("loop", 1), meta=Meta("tester", "c", hops=15))
    wait_until(lambda: site.state()["granted"] == {"aa/loop": 1}, what="the sixteenth, which is the last")
    site.do("ledger", ACCOUNT, Add("loop", 1), meta=Meta("tester", "c", hops=16))
    wait_until(lambda: site.ask("grants", "select parked from decisions where key = 'loop'") == [(True,)])
    assert site.state()["granted"] == {"aa/loop": 1}
    site.do("ledger", ACCOUNT, Add("endless", 1), meta=Meta("tester", "c", hops=17))
    site.add("well", 2)
    wait_until(lambda: all_parked(site))
    assert "expected at most 16 reactions" in all_parked(site)[0][1]
    wait_until(lambda: "aa/well" in site.state()["balances"])
    assert "aa/endless" not in site.state()["balances"]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("ce_sequence", b"many"), ("ce_previous", b"0")),
        (("ce_sequence", b"\xff\xfe"),),
        (("ce_sequence", b"00000000000000000001"), ("ce_previous", b"none")),
    ],
    ids=["none", "no number", "no text", "no previous"],
)
def test_a_message_that_is_none_of_ours_is_parked_and_stops_nobody(embedded, headers):
    site = embedded
    topic = topics.internal(site.realm, "ledger")
    site.bus().ensure_topics([topic])
    publisher = site.bus().publisher()
    stray = Outgoing(topic, partition_of(b"aa/a", site.bus().partitions), b"stray", headers, b"{}")
    publisher.publish([stray], "stranger", RelayCheckpoint(0, {}), RelayCheckpoint(1, {}))
    publisher.close()
    site.work_all_but_grants()
    consumer = site.work("grants").consumer
    site.add("a", 5)
    site.settle()
    site.assert_as_expected()
    assert [key for key, _ in all_parked(site)] == ["stray"] and not consumer.gap_since


def test_a_decision_that_fails_is_parked_after_bounded_tries_and_others_pass(embedded):
    site = embedded

    def decide(key, knowledge):
        if key == "ill":
            raise RuntimeError("cannot decide")
        return flows.decide_grant(key, knowledge)

    whole = grants()
    reaction = variant(whole, reactions=(replace(whole.reactions[0], decide=decide),))
    site.work_all_but_grants()
    site.work("grants", reaction)
    for account in ("ill", "well"):
        site.add(account, 5)
        site.limit(account, 3)
    site.settle()
    assert site.state()["granted"] == {"aa/well": 3}
    assert site.ask("grants", "select tries, outcome from decisions where parked") == [(5, "failed: RuntimeError('cannot decide')")]
    assert site.statuses()["grants"].parked == 1


# --- the ledger after an upgrade ------------------------------------------------------------------------------------------------------

LEDGER_2 = Catalogue("ledger")


@LEDGER_2.event(EventClass.OPEN, version=2)
@dataclass(frozen=True)
class Added:
    account: str
    amount: int
    why: str


@LEDGER_2.event(EventClass.OPEN)
@dataclass(frozen=True)
class Renamed:
    account: str


LEDGER_2.upcaster("Added", from_version=1)(lambda data: {**data, "why": ""})
ACCOUNT_2 = Aggregate(
    "account",
    Decider(None, lambda state, command: [command], lambda state, event: event),
    stream=lambda account: f"ledger-account-{account}",
    ids=lambda command: (command.account,),
    subject=lambda command: command.account,
)
