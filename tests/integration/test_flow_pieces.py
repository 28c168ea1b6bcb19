"""The flow's pieces alone, on real PostgreSQL: marks of decisions, leases with their epochs, what waits behind a parked message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from unittest import mock

import pytest

from shared.bus.protocol import Incoming
from shared.flow import decisions, parked, timers
from shared.flow.declared import Dispatch, EachRow, Reaction, Reads
from shared.flow.knowledge import StoreKnowledge
from shared.flow.leases import Leases, LostLease, hold
from shared.flow.source import fact_of
from shared.flow.trying import MOST_TRIES
from shared.kernel.facts import Fact, Knowledge
from shared.store import log
from shared.store.commands import execute
from shared.store.database import connect
from shared.views import engine
from shared.views.reading import Not
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, Added, Prepared, arrive, counted, decision, prepare, totals, variant


def broken(key: str, knowledge: object) -> list[Dispatch]:
    raise ZeroDivisionError(key)


@pytest.fixture
def deciding(postgres_url) -> Prepared:
    reaction = Reaction("sum", {Added: lambda fact, knowledge: (fact.subject,)}, broken)
    return prepare(postgres_url, variant(reactions=(reaction,)))


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


# --- decisions of many -----------------------------------------------------------------------------------------------------------------


def rows_and(*listed: str):
    """Two reactions to each sum: one decides every account whose total is not 0, one those listed and every account, too."""
    view = totals()
    return variant(
        views=(view,),
        reactions=(
            Reaction("each", {Added: lambda fact, knowledge: EachRow(view, {"total": Not(0)})}, broken),
            Reaction("few", {Added: lambda fact, knowledge: listed}, broken),
        ),
    )


def marked(prepared: Prepared, agency: str) -> list[tuple]:
    with prepared.app.transaction(agency, NOW) as tx:
        return tx.execute(
            "select reaction, key, cause::text, tries from decisions where agency = %s and dirty order by 1, 2", (tx.agency_id,)
        ).fetchall()


def made(prepared: Prepared, account: str, amount: int, agency: str = "aa") -> Fact:
    """An event, folded."""
    with prepared.app.transaction(agency, NOW) as tx:
        envelopes = execute(tx, LEDGER, ACCOUNT, Add(account, amount), META).events
    facts = [fact_of(prepared.service, one) for one in envelopes]
    with prepared.app.transaction(agency, NOW) as tx:
        engine.fold(tx, prepared.service.views, facts)
    return facts[0]


def mark(prepared: Prepared, *facts: Fact) -> None:
    with prepared.app.transaction("aa", NOW) as tx:
        decisions.mark(tx, prepared.service, facts, StoreKnowledge(tx, prepared.service))


def test_a_fact_that_concerns_many_marks_every_row_once_in_its_own_agency_only(postgres_url):
    prepared = prepare(postgres_url, rows_and("few-1"))
    for account in ("a%d", "b'", "zero"):
        made(prepared, account, 5)
    made(prepared, "zero", -5)
    made(prepared, "elsewhere", 5, "bb")
    first, last = made(prepared, "c", 1), made(prepared, "a%d", 1)
    mark(prepared, first, last)
    assert marked(prepared, "aa") == [*(("each", key, last.id, 0) for key in ("a%d", "b'", "c")), ("few", "few-1", last.id, 0)]
    assert marked(prepared, "bb") == []
    for _ in range(MOST_TRIES):
        settle(prepared)
    mark(prepared, first)
    assert marked(prepared, "aa")[0] == ("each", "a%d", first.id, 0)


def test_where_a_key_is_listed_and_in_a_view_it_is_marked_once(postgres_url):
    view = totals()
    wanted = {Added: lambda fact, knowledge: EachRow(view) if fact.event.amount == 1 else ("a", "z")}
    prepared = prepare(postgres_url, variant(views=(view,), reactions=(Reaction("each", wanted, broken),)))
    listed, each = made(prepared, "a", 2), made(prepared, "b", 1)
    mark(prepared, listed, each)
    assert marked(prepared, "aa") == [("each", "a", each.id, 0), ("each", "b", each.id, 0), ("each", "z", listed.id, 0)]


def test_the_agencies_with_work_are_found_by_a_look_at_each(postgres_url):
    prepared = prepare(postgres_url, agencies=("aa", "bb", "cc", "dd"))
    for agency, minutes in (("aa", 5), ("cc", 2), ("dd", -1)):
        with prepared.app.transaction(agency, NOW) as tx:
            for number in range(3):
                tx.execute(
                    "insert into decisions (agency, reaction, key, dirty, correlation, hops) values (%s, 'sum', %s, %s, 'c', 1)",
                    (tx.agency_id, str(number), agency != "dd" or number == 1),
                )
                due, tries = NOW - timedelta(minutes=minutes - number), MOST_TRIES if agency == "aa" and number == 0 else 0
                tx.execute(
                    "insert into timers (agency, timer, key, due, cause, correlation, tries) values (%s, 't', %s, %s, %s, 'c', %s)",
                    (tx.agency_id, str(number), due, "00000000-0000-0000-0000-000000000001", tries),
                )
            if agency == "cc":
                tx.execute("update decisions set parked = true where agency = %s", (tx.agency_id,))
    with closing(connect(prepared.urls.log_url, "look")) as session, session.cursor() as cursor:
        cursor.execute(f"select (select array_agg(id) from agencies where code in ('aa', 'dd')), {decisions.MARKED}")
        expected, found = cursor.fetchone()
        assert found == sorted(expected)
        cursor.execute(f"prepare due (timestamptz) as select {timers.DUE}")
        cursor.execute("execute due (%s)", (NOW,))
        (due,) = cursor.fetchone()
        cursor.execute("select array_agg(code order by array_position(%s, id)) from agencies where id = any(%s)", (due, due))
        assert cursor.fetchone()[0] == ["aa", "cc"]


# --- many decisions at once ------------------------------------------------------------------------------------------------------------


def adding(bad: Sequence[str] = ()) -> Reaction:
    """Adds to an account what it lacks of 10; fails for the bad ones. It reads what each account holds, and the rows of the view."""

    def decide(key: str, knowledge: Knowledge) -> list[Dispatch]:
        knowledge.hold(key)
        if key in bad:
            raise ZeroDivisionError(key)
        held = sum(fact.event.amount for fact in knowledge.facts(Added, key))
        return [Dispatch(ACCOUNT, Add(key, 10 - held))] if held < 10 and knowledge.rows(TOTALS) else []

    return Reaction("ten", {Added: lambda fact, knowledge: (fact.subject,)}, decide, Reads((), holds=str))


TOTALS = totals()


def test_many_decisions_cost_as_many_statements_as_one(postgres_url, monkeypatch):
    cost = {}
    for many in (1, 150):
        prepared = prepare(postgres_url, variant(views=(TOTALS,), reactions=(adding(),)))
        facts = [made(prepared, f"a{number}", 3) for number in range(many)]
        mark(prepared, *facts)
        with monkeypatch.context() as patch:
            sent = counted(patch)
            assert settle(prepared) == many and settle(prepared) == 0
            cost[many] = len(sent)
        with prepared.app.transaction("aa", NOW) as tx:
            found = tx.execute("select subject, sum((data ->> 'amount')::integer), count(*) from events group by 1").fetchall()
        assert len(found) == many and {row[1:] for row in found} == {(10, 2)}
    assert cost[150] == cost[1] <= 12


def test_of_many_decisions_only_the_bad_ones_fail(postgres_url):
    bad = ("a3", "a6")
    prepared = prepare(postgres_url, variant(views=(TOTALS,), reactions=(adding(bad),)))
    mark(prepared, *(made(prepared, f"a{number}", 3) for number in range(9)))
    assert settle(prepared) == 9
    assert marked(prepared, "aa") == [("ten", key, mock.ANY, 1) for key in bad]
    with prepared.app.transaction("aa", NOW) as tx:
        outcomes = tx.execute("select outcome, count(*) from decisions where not dirty group by 1").fetchall()
    assert outcomes == [("1 events", 7)]


def test_a_decision_of_a_reaction_that_is_gone_is_parked_and_stops_no_other(postgres_url):
    prepared = prepare(postgres_url, variant(views=(TOTALS,), reactions=(adding(),)))
    with prepared.app.transaction("aa", NOW) as tx:
        tx.execute(
            "insert into decisions (agency, reaction, key, dirty, correlation, hops) select %s, 'gone', n::text, true, 'c', 1"
            " from generate_series(1, 3) n",
            (tx.agency_id,),
        )
    mark(prepared, made(prepared, "a1", 3))
    for _ in range(3 * MOST_TRIES + 1):
        settle(prepared)
    with prepared.app.transaction("aa", NOW) as tx:
        assert tx.execute("select reaction, dirty, parked, count(*) from decisions group by 1, 2, 3 order by 1").fetchall() == [
            ("gone", True, True, 3),
            ("ten", False, False, 1),
        ]


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
