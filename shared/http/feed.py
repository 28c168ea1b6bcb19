"""The pull feed: the same events for subscribers without Kafka, in order, up to the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Response, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from shared.events.classes import EventClass
from shared.events.codec import loads
from shared.events.envelope import Envelope, to_json
from shared.events.registry import Catalogue
from shared.http import documented
from shared.http.acting import work_in
from shared.http.blueprint import Blueprint
from shared.http.common_answers import CloudEvent
from shared.http.paging import limit_of
from shared.http.problems import Problem
from shared.http.serving import serving
from shared.http.wire import dumps
from shared.store.database import Database
from shared.store.errors import StoreUnavailable
from shared.store.log import read_log

MEDIA_TYPE = "application/cloudevents-batch+json"
LARGEST = 2**63 - 1

feed = Blueprint("feed", __name__, url_prefix="/v1", description="The service's published events, for subscribers without Kafka.")


def _events() -> Response:
    """Events after a position, as a CloudEvents batch.

    `after` is the `sequence` of the last event that was handled, 0 for all. The header `Link` (rel="next") leads on; follow it also from
    an empty batch, after a pause. Open events are for subscribers, restricted ones for subscribers that were granted them as well.
    """
    here, now = serving(), serving().clock.now()
    after, limit = _after(request.args.get("after", "0")), limit_of(request.args, here.limits.batch)
    with here.database.transaction(g.actor.agency, now, g.until) as tx:
        work = work_in(tx)
        work.authorise("read-events", None)
        restricted = work.may("read-restricted-events", None)
        agency = tx.agency_id
    classes = {EventClass.OPEN, EventClass.RESTRICTED} if restricted else {EventClass.OPEN}
    with _reading_log(here.log_database) as connection:
        envelopes, reached = read_log(connection, here.log_database.agencies, after, limit, agency=agency)
    found = [to_json(one, loads(one.data)) for one in envelopes if _class_of(one, here.service.events) in classes]
    response = Response(dumps(found), content_type=MEDIA_TYPE)
    response.headers["Link"] = f'<{url_for("feed.events", after=reached, limit=limit)}>; rel="next"'
    return response


feed.route("/events", endpoint="events")(documented.feed(_events, MEDIA_TYPE, CloudEvent))


@contextmanager
def _reading_log(database: Database) -> Iterator[Any]:
    """A connection in autocommit mode, as the horizon needs it. StoreUnavailable when there is none."""
    try:
        pooled = database.engine.raw_connection()
    except (psycopg2.Error, SQLAlchemyError) as away:
        raise StoreUnavailable(str(away).strip()) from away
    try:
        pooled.driver_connection.autocommit = True
        yield pooled.driver_connection
    except psycopg2.Error:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


def _class_of(envelope: Envelope, catalogue: Catalogue) -> EventClass:
    """A type that the catalogue does not know any more is nobody's to read."""
    declared = catalogue.types.get(envelope.type.rpartition(".v")[0])
    return declared.cls if declared else EventClass.PRIVATE


def _after(given: str) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > 20 or int(given) > LARGEST:
        raise Problem("invalid-parameters", 422, "after as an event's `sequence`", given[:40], "begin with after=0")
    return int(given)
