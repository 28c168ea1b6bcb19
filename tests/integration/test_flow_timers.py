"""Statutory clocks: once per (key, due), in the order of due times, armed again, disarmed; and one that fails stops no other."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.flow.declared import Dispatch
from shared.flow.trying import MOST_TRIES
from shared.process import operating
from tests.support import flows, sites
from tests.support.flows import EXPIRIES, TERM, Expire, TermCleared, TermSet
from tests.support.sites import Site, wait_until
from tests.support.stores import NOW, variant


@pytest.fixture
def site(request):
    with sites.site_on("embedded", request) as site:
        yield site


def day(number: int):
    return NOW + timedelta(days=number)


def dues(site: Site) -> dict[str, list[str]]:
    return {row["key"]: row["dues"] for row in site.rows("grants", EXPIRIES).values()}


def set_term(site: Site, account: str, due: int) -> None:
    site.do("grants", TERM, TermSet(account, day(due)))


def settle_at(site: Site, at: int) -> None:
    site.clock.move(day(at))
    site.settle()


def test_a_term_fires_when_its_day_comes_and_once_only(site):
    site.work_all()
    set_term(site, "a", 3)
    settle_at(site, 2)
    assert dues(site) == {} and site.statuses()["grants"].next_due == day(3)
    settle_at(site, 3)
    assert dues(site) == {"a": [day(3).isoformat()]}
    set_term(site, "a", 3)  # armed again for the same moment: it has fired
    settle_at(site, 9)
    assert dues(site) == {"a": [day(3).isoformat()]}
    set_term(site, "a", 8)  # a moment that has passed: at once
    site.settle()
    assert dues(site) == {"a": [day(3).isoformat(), day(8).isoformat()]}


def test_a_jump_of_the_clock_fires_in_the_order_of_due_times_whoever_armed_first(site):
    workers = [site.work("grants"), site.work("grants")]
    site.work_all_but_grants()
    for account, due in (("c", 7), ("a", 9), ("d", 4), ("b", 5)):
        set_term(site, account, due)
    site.settle()
    settle_at(site, 30)
    order = site.ask("grants", "select subject from events where type = 'merit.grants.Expired.v1' order by position")
    assert [row[0] for row in order] == ["d", "b", "c", "a"] and len(workers) == 2


def test_a_term_moved_fires_at_the_later_moment_alone_and_a_cleared_one_never(site):
    site.work_all()
    set_term(site, "moved", 2)
    set_term(site, "moved", 6)
    set_term(site, "cleared", 3)
    site.do("grants", TERM, TermCleared("cleared"))
    site.settle()
    settle_at(site, 4)
    assert dues(site) == {}
    settle_at(site, 10)
    assert dues(site) == {"moved": [day(6).isoformat()]}


def test_clearing_a_term_that_fired_does_not_let_it_fire_again(site):
    site.work_all()
    set_term(site, "a", 1)
    settle_at(site, 1)
    site.do("grants", TERM, TermCleared("a"))
    set_term(site, "a", 1)
    site.settle()
    assert dues(site) == {"a": [day(1).isoformat()]}


def test_a_timer_that_fails_is_given_up_after_bounded_tries_and_stops_no_other(site, caplog):
    caplog.set_level(logging.CRITICAL)
    site.work_all()
    set_term(site, "broken", 1)
    set_term(site, "whole", 2)
    settle_at(site, 5)
    assert dues(site) == {"whole": [day(2).isoformat()]}
    assert site.ask("grants", "select key, tries, fired from timers where fired is null") == [("broken", MOST_TRIES, None)]
    assert site.statuses()["grants"].parked == 1, "an operator sees it"


def test_an_operator_has_timers_and_decisions_that_were_given_up_tried_again_or_dropped(site, caplog, capsys):
    """`merit parked` shows them; tried again while the cause is there they fail again; once it is repaired they are taken, once."""
    caplog.set_level(logging.CRITICAL)
    trouble = {"there": True}

    def ill(then):
        def act(*about):
            if trouble["there"]:
                raise RuntimeError("not yet")
            return then(*about)

        return act

    whole = flows.grants()
    reaction = replace(whole.reactions[0], decide=ill(flows.decide_grant))
    timer = replace(whole.timers[0], fire=ill(lambda key, due, knowledge: [Dispatch(TERM, Expire(key, due))]))
    site.work_all_but_grants()
    site.work("grants", variant(whole, reactions=(reaction,), timers=(timer,)))
    set_term(site, "late", 1)
    site.add("a", 5)
    site.limit("a", 3)
    settle_at(site, 5)
    urls, addresses = site.urls["grants"], {"timer": f"aa/{timer.name}/late", "decision": f"aa/{reaction.name}/a"}
    here = {"MERIT_DATABASE_URL": urls.app_url, "MERIT_LOG_DATABASE_URL": urls.log_url}
    assert operating.parked(here, "list", "grants", None, None) == 0
    said = capsys.readouterr().out
    assert f"timer {addresses['timer']} due {day(1).isoformat()} tries=5 RuntimeError('not yet')" in said
    assert f"decision {addresses['decision']} tries=5 failed: RuntimeError('not yet')" in said and "2 parked" in said
    for address in addresses.values():
        assert operating.parked(here, "retry", "grants", None, address) == 0
    wait_until(lambda: site.statuses()["grants"].parked == 2, what="both fail again")
    trouble["there"] = False
    for address in addresses.values():
        assert operating.parked(here, "retry", "grants", None, address) == 0
    site.settle()
    assert (dues(site), site.state()["granted"]) == ({"late": [day(1).isoformat()]}, {"aa/a": 3})
    assert [operating.parked(here, "retry", "grants", None, address) for address in addresses.values()] == [1, 1], "nothing is there"

    trouble["there"] = True
    set_term(site, "late", 6)
    site.add("a", 1)
    settle_at(site, 7)
    wait_until(lambda: site.statuses()["grants"].parked == 2)
    for address in addresses.values():
        assert operating.parked(here, "drop", "grants", None, address) == 0
    trouble["there"] = False
    site.settle()
    assert (dues(site), site.statuses()["grants"].parked) == ({"late": [day(1).isoformat()]}, 0)
