"""What an operator does by hand: look at what is parked, rebuild views, grant an export."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from shared.events.classes import EventClass
from shared.flow import exports, given_up
from shared.flow import parked as parking
from shared.flow.rebuild import rebuild as rebuild_views
from shared.process import settings
from shared.process.clock import clock_for
from shared.process.memory import expect_batches
from shared.process.service import Service
from shared.store.database import Database, connect


def _now(environment: Mapping[str, str]) -> Any:
    path = settings.value("MERIT_CLOCK_FILE", environment)
    return clock_for(Path(path) if path else None, settings.value("MERIT_ENV", environment) == "production").now()


def parked(environment: Mapping[str, str], what: str, service: str, topic: str | None, key: str | None) -> int:
    """`list` and `show` print; `retry` and `drop` ask the worker that holds the partition, which acts in order under its lease.

    `drop` forgets only the event that failed; what waited behind it is then applied in order. Decisions and timers that were given up
    are listed after the messages, and retried or dropped by their address.
    """
    database = Database(settings.value("MERIT_DATABASE_URL", environment))
    with closing(connect(settings.value("MERIT_LOG_DATABASE_URL", environment), "parked")) as log:
        stuck = [one for one in given_up.listed(log) if topic is None and key in (None, one.address)]
    if what in ("retry", "drop") and key is not None and stuck:
        return _act_on(database, what, stuck[0], _now(environment))
    with database.transaction(None, _now(environment)) as tx:
        messages = [one for one in parking.listed(tx, service) if topic in (None, one["topic"]) and key in (None, one["key"])]
        if what in ("list", "show"):
            for one in messages:
                error = one["error"] if what == "show" else one["error"].splitlines()[0][:120]
                print(f"{one['topic']} {one['partition']}/{one['offset']} {one['key']} {one['type']} tries={one['tries']} {error}")
            for one in stuck:
                error = one.error if what == "show" else (one.error.splitlines() or [""])[0][:120]
                print(f"{one.what} {one.address}{f' due {one.due.isoformat()}' if one.due else ''} tries={one.tries} {error}")
            print(f"{len(messages) + len(stuck)} parked")
            return 0
        if key is None or (messages and topic is None and len({one["topic"] for one in messages}) > 1):
            print("expected --key (and --topic where several have it): the events of one key are applied in order, or not at all")
            return 2
        asked = sum(parking.ask(tx, service, what, one, key) for one in {one["topic"] for one in messages})
    done = "retries them in order" if what == "retry" else "drops the one that failed and applies the others in order"
    print(f"{asked} parked under this key; the worker {done} within a few seconds (see `merit parked list {service}`)")
    return 0 if asked else 1


def _act_on(database: Database, what: str, one: given_up.GivenUp, now: Any) -> int:
    done = given_up.act(database, what, one, now)
    said = "the worker tries it again within a second" if what == "retry" else "it is dropped"
    print(f"{one.what} {one.address}: {said if done else 'no longer parked'}")
    return 0 if done else 1


def rebuild(environment: Mapping[str, str], service: Service, only: list[str] | None) -> int:
    """Rebuild all views, or those named, while traffic goes on."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    views = [view for view in service.views if not only or view.name in only]
    if only and len(views) != len(set(only)):
        print(f"expected views of {service.name}: {', '.join(view.name for view in service.views)}; found {', '.join(only)}")
        return 2
    database = Database(settings.value("MERIT_DATABASE_URL", environment))
    expect_batches()
    with closing(connect(settings.value("MERIT_OWNER_DATABASE_URL", environment), "rebuild")) as owner:
        done = rebuild_views(database, owner, service, views, settings.value("MERIT_APP_ROLE", environment), _now(environment))
    for view, generation in done.items():
        print(f"{view}: generation {generation}")
    return 0


def grant(environment: Mapping[str, str], agency: str, service: str, restricted: bool) -> int:
    """Open an export; the worker fills its topic from the beginning within seconds."""
    database = Database(settings.value("MERIT_DATABASE_URL", environment))
    with database.transaction(agency, _now(environment)) as tx:
        made = exports.grant(tx, agency, service, EventClass.RESTRICTED if restricted else EventClass.OPEN)
    print(f"{made.topic} is open; see docs/subscribing.md")
    return 0
