"""The flow's pieces alone, on real PostgreSQL: marks of decisions, leases with their epochs, what waits behind a parked message."""

from __future__ import annotations

from contextlib import closing

import pytest

from shared.bus.protocol import Incoming
from shared.flow import decisions, parked
from shared.flow.declared import Do, Reaction
from shared.flow.leases import Leases, LostLease, hold
from shared.flow.source import fact_of
from shared.flow.trying import MOST_TRIES
from shared.store import log
from shared.store.commands import execute
from shared.store.database import connect
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, Added, Prepared, prepare, variant


def broken(key: str, knowledge: object) -> list[Do]:
    raise ZeroDivisionError(key)


@pytest.fixture
def deciding(postgres_url) -> Prepared:
    reaction = Reaction("sum", {Added: lambda fact, knowledge: (fact.subject,)}, broken)
    return prepare(postgres_url, variant(reactions=(reaction,)))


def arrive(prepared: Prepared, account: str) -> None:
    """An event, and the marks that it sets."""
    with prepared.app.transaction("aa", NOW) as tx:
        made = execute(tx, LEDGER, ACCOUNT, Add(account, 1), META).events
    with prepared.app.transaction("aa", NOW) as tx:
        decisions.mark(tx, prepared.service, [fact_of(prepared.service, one) for one in made], None)


def decision(prepared: Prepared, account: str) -> tuple[bool, bool, int]:
    with prepared.app.transaction("aa", NOW) as tx:
        return tx.execute("select dirty, parked, tries from decisions where agency = %s and key = %s", (tx.agency_id, account)).fetchone()


def settle(prepared: Prepared) -> int:
    return decisions.settle(prepared.app, prepared.service, "aa", NOW)


def test_a_decision_that_fails_is_parked_after_five_tries_and_a_new_fact_has_it_taken_again(deciding):
    arrive(deciding, "ill")
    for number in range(1, MOST_TRIES):
        assert settle(deciding) == 1 and decision(deciding, "ill") == (True, False, number)
    settle(deciding)
    assert decision(deciding, "ill") == (True, True, MOST_TRIES)
    assert settle(deciding) == 0
    arrive(deciding, "ill")
    assert decision(deciding, "ill") == (True, False, 0)
    assert settle(deciding) == 1 and decision(deciding, "ill") == (True, False, 1)


def test_a_failing_decision_keeps_no_other_from_being_taken(deciding, postgres_url):
    taken = []
    reaction = Reaction("sum", deciding.service.reactions[0].on, lambda key, _: broken(key, _) if key == "ill" else taken.append(key) or [])
    prepared = Prepared(variant(reactions=(reaction,)), deciding.urls)
    for account in ("ill", "well", "hale"):
        arrive(prepared, account)
    while settle(prepared):
        pass
    assert {"well", "hale"} <= set(taken)
    assert (decision(prepared, "well"), decision(prepared, "ill")) == ((False, False, 0), (True, True, MOST_TRIES))


@pytest.fixture
def leased(postgres_url):
    prepared = prepare(postgres_url)
    with closing(connect(prepared.urls.app_url, "leases")) as connection:
        yield prepared, lambda owner: Leases(connection, "grants", owner, 4)


def test_a_lease_given_up_and_taken_again_is_another_one_even_for_the_same_worker(leased):
    """What was read under the first epoch must not be committed under the second: another worker may have been there between."""
    prepared, worker = leased
    first = worker("a").renew()
    assert [lease.partition for lease in first] == [0, 1, 2, 3]
    with prepared.app.transaction("aa", NOW) as tx:
        hold(tx, "grants", "a", first)
    worker("a").give_up()
    second = worker("a").renew()
    assert [lease.epoch for lease in second] == [lease.epoch + 1 for lease in first]
    with pytest.raises(LostLease, match=r"\[0, 1, 2, 3\]"), prepared.app.transaction("aa", NOW) as tx:
        hold(tx, "grants", "a", first)
    with prepared.app.transaction("aa", NOW) as tx:
        hold(tx, "grants", "a", second)


def test_two_workers_share_and_one_lost_lease_is_enough(leased):
    prepared, worker = leased
    first = worker("a").renew()
    worker("b").renew()
    assert len(worker("a").renew()) == 2 and len(worker("b").renew()) == 2
    with pytest.raises(LostLease), prepared.app.transaction("aa", NOW) as tx:
        hold(tx, "grants", "a", first)
    with pytest.raises(LostLease), prepared.app.transaction("aa", NOW) as tx:
        hold(tx, "grants", "nobody", first)


def message(topic: str, offset: int = 0, key: bytes = b"aa/ill") -> Incoming:
    return Incoming(topic, 0, offset, key, (("ce_type", b"t"),), b"{}")


def test_only_what_comes_of_the_same_topic_and_key_waits_behind_a_parked_message(postgres_url):
    prepared = prepare(postgres_url)
    with prepared.app.transaction("aa", NOW) as tx:
        parked.park(tx, "grants", message("ledger"), "t", "cannot")
        asked = [message("ledger", 1), message("limits", 1), message("ledger", 2, b"aa/well")]
        assert parked.keys_waiting(tx, "grants", asked) == {("ledger", b"aa/ill")}
        assert parked.keys_waiting(tx, "other", asked) == set()


def test_the_first_parked_of_a_key_is_retried_first_and_the_next_follows_it(postgres_url):
    prepared = prepare(postgres_url)
    with prepared.app.transaction("aa", NOW) as tx:
        for offset in (7, 3, 5):
            parked.park(tx, "grants", message("ledger", offset), "t", "cannot")
        parked.park(tx, "grants", message("limits", 1), "t", "cannot")
        assert parked.ask(tx, "grants", parked.RETRY, "ledger", "aa/ill") == 3
        assert [one.message.offset for one in parked.wanted(tx, "grants", [0])] == [3]
        assert parked.is_first(tx, "grants", message("ledger", 3)) and not parked.is_first(tx, "grants", message("ledger", 5))
        parked.remove(tx, "grants", message("ledger", 3))
        assert parked.release_next(tx, "grants", message("ledger", 3)).message.offset == 5
        parked.failed_again(tx, "grants", message("ledger", 5), "still")
        assert [one["error"] for one in parked.listed(tx, "grants")] == ["still", "cannot", "cannot"]
        assert parked.wanted(tx, "grants", [0]) == []
        with pytest.raises(ValueError, match="expected retry or drop"):
            parked.ask(tx, "grants", "mend", "ledger", "aa/ill")


def test_what_the_log_holds_is_read_by_subject_and_type(postgres_url):
    prepared = prepare(postgres_url)
    with prepared.app.transaction("aa", NOW) as tx:
        execute(tx, LEDGER, ACCOUNT, Add("a", 1), META)
        assert [one.version for one in log.read_subject(tx, "a", base="merit.ledger.Added")] == [1]  # its own, before COMMIT
        assert log.read_subject(tx, "a", base="merit.ledger.Add") == []
    with prepared.app.transaction("aa", NOW) as tx:
        assert log.read_subject(tx, "a", base="merit.ledger.Add") == []
        assert [one.version for one in log.read_subject(tx, "a", types=["merit.ledger.Added.v1"])] == [1]
