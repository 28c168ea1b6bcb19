"""A relay that ended between the bus's own checkpoint and the store's brings the store's up when it starts again, without a new event."""

from __future__ import annotations

import threading

from shared.bus.choose import open_bus
from shared.flow import exports, topics
from shared.flow.relay import Relay
from shared.local.databases import ensure_bus
from shared.store.commands import execute
from shared.store.database import connect
from tests.support.stores import ACCOUNT, LEDGER, META, NOW, Add, prepare


def test_the_stores_mark_follows_the_buss_without_a_new_event(postgres_url):
    prepared = prepare(postgres_url)
    bus = open_bus("embedded+" + ensure_bus(postgres_url, "relay_mark_bus", "secret"))
    with prepared.app.transaction("aa", NOW) as tx:
        execute(tx, LEDGER, ACCOUNT, Add("one", 1), META)
    session = connect(prepared.urls.log_url, "test")

    def stored() -> int:
        with session.cursor() as cursor:
            cursor.execute("select coalesce(max(position), 0) from relay_marks")
            return cursor.fetchone()[0]

    def run_until_stored() -> None:
        stop = threading.Event()
        relay = Relay("internal/ledger", prepared.urls.log_url, bus, topics.internal("mark", "ledger"), exports.published(LEDGER), stop)
        thread = threading.Thread(target=relay.run)
        thread.start()
        for _ in range(500):
            if stored():
                break
            stop.wait(0.01)
        stop.set()
        thread.join(10)

    run_until_stored()
    assert stored() == 1
    with session.cursor() as cursor:
        cursor.execute("update relay_marks set position = 0, sent = '{}'")  # as if it had ended just before saving
    run_until_stored()
    assert stored() == 1
