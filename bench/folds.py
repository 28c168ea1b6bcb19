"""Folds: events into a view of 5,000 rows, live from the own log, live from the bus, and in a rebuild."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

from bench import ground, ledger
from shared.bus.choose import open_bus
from shared.flow import exports, topics
from shared.flow.consumer import Consumer
from shared.flow.own import BATCH, Reactor
from shared.flow.rebuild import rebuild
from shared.flow.relay import Relay
from shared.local.databases import ServiceDatabase, ensure_bus
from shared.process.memory import expect_batches
from shared.store.database import Database, connect

LIVE, ROUNDS = 100_000, 3
TOPIC = topics.internal("bench", "ledger")


def until(run: Callable[[], None], stop: threading.Event, done: Callable[[], int], end: int) -> float:
    """Events a second of a part that runs in a thread, from its first visible progress until `done()` has reached `end`.

    Who watches sleeps long, because each look takes the interpreter away from the part.
    """
    thread = threading.Thread(target=run)
    thread.start()
    ground.wait_until(lambda: done() > 0, pause=0.005)
    first, began = done(), time.monotonic()
    ground.wait_until(lambda: done() >= end, pause=0.02)
    took = time.monotonic() - began
    stop.set()
    thread.join()
    return (end - first) / took


def own_log(urls: ServiceDatabase, count: int) -> float:
    """The reactor over the `count` events that the log holds after its checkpoint."""
    stop, database = threading.Event(), Database(urls.app_url)
    reactor = Reactor(ledger.LEDGER, database, urls.log_url, "bench", lambda: ledger.NOW, stop)
    found = until(reactor.run, stop, lambda: reactor.applied, count)
    database.dispose()
    return found


def forget(urls: ServiceDatabase) -> None:
    """Let the view be empty and the own log be unread."""
    with closing(connect(urls.owner_url, "bench")) as session, session.cursor() as cursor:
        cursor.execute("truncate totals_g1; delete from checkpoints")


def relayed(urls: ServiceDatabase, bus_url: str, count: int) -> float:
    """The relay over the whole log, to the embedded bus."""
    stop = threading.Event()
    relay = Relay("bench", urls.log_url, open_bus(bus_url), TOPIC, exports.published(ledger.EVENTS), stop)
    return until(relay.run, stop, lambda: relay.published, count)


def from_bus(admin_url: str, bus_url: str, count: int) -> float:
    """A consumer that begins: facts, view and checkpoints of all that the bus holds, in a database of its own."""
    urls = ledger.prepared(admin_url, ledger.SINK)
    stop, database = threading.Event(), Database(urls.app_url)
    consumer = Consumer(ledger.SINK, database, open_bus(bus_url), [TOPIC], "bench", lambda: ledger.NOW, stop)
    found = until(consumer.run, stop, lambda: consumer.applied, count)
    database.dispose()
    return found


def rebuilt(urls: ServiceDatabase, count: int) -> float:
    database = Database(urls.app_url)
    with closing(connect(urls.owner_url, "bench")) as owner:
        began = time.monotonic()
        rebuild(database, owner, ledger.LEDGER, ledger.LEDGER.views, urls.roles.app, ledger.NOW)
        took = time.monotonic() - began
    database.dispose()
    return count / took


def main() -> list[str]:
    expect_batches()  # as a worker does, and `merit rebuild`
    with ground.server() as server:
        urls = ledger.prepared(server.admin_url, ledger.LEDGER)
        bus_url = "embedded+" + ensure_bus(server.admin_url, "bench_bus", "secret")
        ledger.fill(urls, LIVE)

        def again() -> float:
            forget(urls)
            return own_log(urls, LIVE)

        ours = f"live, own log, batches of {BATCH}"
        live = ground.rounds({ours: again}, ROUNDS)
        relay = ground.rounds({"relay to the embedded bus": lambda: relayed(urls, bus_url, LIVE)}, 1)
        bus = ground.rounds({"live, embedded bus, facts kept": lambda: from_bus(server.admin_url, bus_url, LIVE)}, ROUNDS)
        ledger.fill(urls, LIVE)
        live[ours].append(own_log(urls, LIVE))
        fresh = ground.rounds({f"rebuild of {2 * LIVE:,} events": lambda: rebuilt(urls, 2 * LIVE)}, ROUNDS)
        found = ledger.totals(urls.app_url)
    if found != (ledger.KEYS, 2 * LIVE):
        raise SystemExit(f"expected {ledger.KEYS} rows of {2 * LIVE} events, found {found}: the figures are of a wrong view")
    return [
        f"| folds into {ledger.KEYS:,} rows | events/s, median | range |",
        "|---|---|---|",
        *ground.rows(live),
        *ground.rows(bus),
        *ground.rows(fresh),
        *ground.rows(relay),
        "",
        f"- {ground.goal(ground.median(live, ours), 30_000, 'folds/s live')}; "
        f"{ground.goal(ground.median(fresh, next(iter(fresh))), 60_000, 'folds/s in a rebuild')}",
    ]


if __name__ == "__main__":
    print("\n".join(main()))
