"""Views equal their rebuild; it runs and swaps beside traffic and readers; and a view of another shape waits for it."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest

from shared.flow import parked
from shared.process.migrate import migrate
from shared.store.database import connect
from shared.views import generations, reading
from tests.support import sites
from tests.support.flows import AGENCIES, BUCKETS, SERVICES, grants
from tests.support.sites import Site, rebuild_views, wait_until
from tests.support.stores import NOW

BOTH = ("embedded", "kafka")


@pytest.fixture(params=BOTH)
def site(request):
    with sites.site_on(request.param, request) as site:
        yield site


def all_rows(site: Site) -> dict[str, dict]:
    return {view.name: site.rows("grants", view) for view in SERVICES["grants"].views}


def test_every_view_equals_its_rebuild(site):
    site.work_all()
    site.some_traffic(1)
    site.settle()
    before = all_rows(site)
    assert set(rebuild_views(site).values()) == {2}
    assert all_rows(site) == before
    site.assert_as_expected()
    # Also what a running fold had spoiled, had it done so: a rebuild starts from the facts alone.
    with site.databases["grants"].transaction("aa", NOW) as tx:
        tx.execute(f"update {generations.current(tx, BUCKETS)} set total = total + 1")
    assert all_rows(site) != before
    rebuild_views(site)
    assert all_rows(site) == before


def test_a_rebuild_swaps_beside_traffic_and_readers_who_meet_no_error_and_no_wait(site):
    site.work_all()
    site.some_traffic(2)
    site.settle()
    ended = threading.Event()
    waits: list[float] = []
    troubles: list[Exception] = []
    balances = SERVICES["grants"].views[0]

    def read() -> None:
        while not ended.is_set():
            began = time.monotonic()
            try:
                with site.databases["grants"].transaction("aa", NOW) as tx:
                    rows = reading.rows(tx, balances, {})
                assert len(rows) >= 5, "never less than was there before"
            except Exception as trouble:
                troubles.append(trouble)
            waits.append(time.monotonic() - began)

    def write() -> None:
        step = 0
        while not ended.is_set():
            step += 1
            site.some_traffic(step, steps=6)

    threads = [threading.Thread(target=read), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    try:
        # A long reader, such as an export: a swap that renamed tables would wait for it, and every reader for the swap.
        with site.databases["grants"].transaction("aa", NOW) as export:
            assert reading.rows(export, balances, {})
            assert set(rebuild_views(site).values()) == {2}
            assert reading.rows(export, balances, {})
        assert set(rebuild_views(site).values()) == {3}
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert troubles == [] and len(waits) > 20
    assert sorted(waits)[len(waits) // 2] < 1, "readers do not wait for a rebuild"
    site.settle()
    site.assert_as_expected()
    before = all_rows(site)
    rebuild_views(site)
    assert all_rows(site) == before


def test_a_view_of_another_shape_is_not_written_until_it_is_rebuilt_and_nothing_is_parked(request):
    with sites.site_on("embedded", request) as site:
        site.work_all()
        site.add("a", 3, 9)
        site.settle()
        site.stop()
        wider = grants(shape=2)
        urls = site.urls["grants"]
        assert migrate(wider, urls.owner_url, urls.roles, AGENCIES) == ["balances"]
        site.work_all_but_grants()
        site.work("grants", wider)
        site.add("a", 4)
        wait_until(lambda: site.statuses()["ledger"].quiet)
        time.sleep(0.5)  # the new code would fold by now, if it did not wait
        assert site.state()["balances"] == {"aa/a": (12, [1, 2])}
        with site.databases["grants"].transaction(None, NOW) as tx:
            assert parked.listed(tx, "grants") == []
        rebuild_views(site, service=wider)
        site.settle()
        site.assert_as_expected()
        assert site.rows("grants", wider.views[0])["aa/a"]["largest"] == 9


def test_a_view_that_is_new_where_there_are_events_is_filled_before_it_is_written(request):
    with sites.site_on("embedded", request) as site:
        site.work_all()
        site.add("a", 3, 9)
        site.settle()
        site.stop()
        service, urls = SERVICES["grants"], site.urls["grants"]
        wider = replace(service, views=(*service.views, replace(BUCKETS, name="sums")))
        assert migrate(wider, urls.owner_url, urls.roles, AGENCIES) == ["sums"] == migrate(wider, urls.owner_url, urls.roles, AGENCIES)
        assert site.rows("grants", wider.views[-1]) == {}
        rebuild_views(site, service=wider)
        assert site.rows("grants", wider.views[-1]) == site.rows("grants", BUCKETS) != {}
        assert migrate(wider, urls.owner_url, urls.roles, AGENCIES) == []


def test_a_rebuild_that_was_interrupted_is_simply_done_again(request):
    with sites.site_on("embedded", request) as site:
        site.work_all()
        site.add("a", 3)
        site.settle()
        with closing(connect(site.urls["grants"].owner_url, "interrupted")) as owner, owner.cursor() as cursor:
            generations.create(cursor, BUCKETS, 2, site.urls["grants"].roles.app)
        assert rebuild_views(site)["buckets"] == 2
        site.assert_as_expected()
