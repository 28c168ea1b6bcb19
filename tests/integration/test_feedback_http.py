"""Feedback over HTTP on a real database: answers that nobody can trace, and summaries that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from services.feedback.heard import EmployeeRegistered, ReportingLineSet
from services.feedback.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.kernel.ids import event_id
from shared.store import log
from shared.store.database import AgencyBook, connect
from tests.support.web import Web, web

HR, ADMIN, AUDITOR = ("m15", "employee", "hr"), ("m0", "admin"), ("itwil", "auditor")
PLACES = count(1)
GOOD = {"clarity": 3, "fairness": 4, "timeliness": 2, "usefulness": 4}
PEER = {"quality": 4, "timeliness": 3, "teamwork": 2}


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with pytest.MonkeyPatch.context() as patch, web(postgres_url, SERVICE, "feedback_http", ("mulyorejo", "plaju")) as made:
        patch.setenv("MERIT_SECRET", "a secret of the tests")
        made.clock.moment = datetime(2026, 4, 27, 2, tzinfo=UTC)
        hear(made, *(EmployeeRegistered(one) for one in ("m1", "m2", "m3", "m4")), ReportingLineSet("m1", "m11"))
        yield made


def hear(here: Web, *events: Any) -> None:
    now, arrived = here.clock.now(), []
    for event in events:
        place = next(PLACES)
        stream, type_ = f"personnel-employee-{event.employee}-{place}", f"merit.personnel.{type(event).__name__}.v1"
        envelope = Envelope(
            id=str(event_id("mulyorejo", stream, 1)), type=type_, agency="mulyorejo", subject=event.employee, stream=stream, version=1,
            effective=now, recorded=now, actor="t", correlation="c", causation=None, hops=0, traceparent=None, sequence=place,
            data=encode(event),
        )  # fmt: skip
        arrived.append(Arrived(Place("merit.internal.test.personnel.v1", 0, place), envelope))
    with here.database.transaction("mulyorejo", now) as tx:
        apply(tx, SERVICE, arrived)


def settle(here: Web) -> None:
    """Fold the own log."""
    reader = connect(here.places.log_url, "test")
    envelopes, _ = log.read_log(reader, AgencyBook(), getattr(here, "folded", 0), 1000)
    reader.close()
    here.folded = max([getattr(here, "folded", 0), *(one.sequence for one in envelopes)])
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        apply(tx, SERVICE, [Arrived(Place("own", 0, one.sequence), one) for one in envelopes])


def give(here: Web, path: str, person: str, aspects: dict[str, int], remark: str | None = None, key: str | None = None) -> Any:
    body = {"aspects": aspects} | ({"remark": remark} if remark else {})
    return here.call("POST", path, (person, "employee"), {"Idempotency-Key": key} if key else {}, json=body)


def problem(answer: Any, status: int, code: str) -> None:
    said = answer.get_json()
    assert (answer.status_code, said["type"]) == (status, f"urn:merit:problem:{code}"), said


def test_staff_rate_the_process_and_read_the_means(here):
    path = "/v1/process-feedback/2026-Q1"
    assert give(here, path, "m1", GOOD, "Jadwalnya terlalu rapat", key="k1").get_json() == {"period": "2026-Q1", "status": "given"}
    assert give(here, path, "m1", GOOD, "Jadwalnya terlalu rapat", key="k1").get_json()["status"] == "given before"
    problem(give(here, path, "m1", GOOD | {"clarity": 1}), 409, "already-answered")
    problem(give(here, path, "m2", {"clarity": 1}), 422, "feedback-aspects")
    problem(give(here, path, "m2", GOOD | {"clarity": 5}), 422, "feedback-points")
    problem(give(here, "/v1/process-feedback/2026-13", "m2", GOOD), 422, "period")
    problem(give(here, "/v1/process-feedback/2026-Q3", "m2", GOOD), 422, "period-not-begun")
    assert give(here, path, "m2", GOOD).status_code == 201
    problem(here.call("POST", f"{path}/publication", HR, json={}), 409, "too-few-answers")
    problem(here.call("GET", path, ("m1", "employee")), 404, "unknown-process-feedback")
    problem(here.call("GET", f"{path}/remarks", HR), 404, "unknown-process-feedback")
    assert give(here, path, "m3", GOOD | {"clarity": 4}).status_code == 201
    problem(here.call("POST", f"{path}/publication", ("m1", "employee"), json={}), 403, "not-permitted")
    published = here.call("POST", f"{path}/publication", HR, json={})
    assert published.status_code == 201
    assert published.get_json() == {
        "period": "2026-Q1",
        "n": 3,
        "means_hundredths": {"clarity": 333, "fairness": 400, "timeliness": 200, "usefulness": 400},
        "rule_set": "national-process-feedback@1",
    }
    problem(here.call("POST", f"{path}/publication", HR, json={}), 409, "already-published")
    problem(give(here, path, "m4", GOOD), 409, "already-published")
    settle(here)
    row = here.call("GET", path, ("m4", "employee")).get_json()
    assert (row["n"], row["means_hundredths"]["clarity"]) == (3, 333)
    assert here.call("GET", f"{path}/remarks", HR).get_json()["items"] == ["Jadwalnya terlalu rapat"]
    problem(here.call("GET", f"{path}/remarks", ("m1", "employee")), 403, "not-permitted")
    assert [one["period"] for one in here.call("GET", "/v1/process-feedback", AUDITOR).get_json()["items"]] == ["2026-Q1"]


def test_peers_are_summarised_for_the_person_and_the_assessor(here):
    path = "/v1/peer-feedback/m1/2026-Q1"
    problem(give(here, path, "m1", PEER), 403, "own-feedback")
    problem(give(here, "/v1/peer-feedback/m99/2026-Q1", "m2", PEER), 404, "unknown-employee")
    for person, quality in (("m2", 4), ("m3", 3)):
        assert give(here, path, person, PEER | {"quality": quality}).status_code == 201
    problem(here.call("POST", f"{path}/publication", HR, json={}), 409, "too-few-answers")
    assert give(here, path, "m4", PEER | {"quality": 1}).status_code == 201
    summary = here.call("POST", f"{path}/publication", HR, json={}).get_json()
    assert (summary["n"], summary["means_hundredths"]["quality"], summary["spreads_hundredths"]["quality"]) == (3, 267, 300)
    settle(here)
    for reader in (("m1", "employee"), ("m11", "employee"), HR):
        assert here.call("GET", path, reader).get_json()["means_hundredths"]["teamwork"] == 200
    problem(here.call("GET", path, ("m2", "employee")), 403, "not-permitted")


def test_nothing_in_the_database_says_who_answered(here):
    """Neither event, envelope, stream, idempotency key nor text of an answer names the person, whatever was sent with it."""
    give(here, "/v1/process-feedback/2026", "m4", GOOD, "Terima kasih", key="key-of-m4")
    give(here, "/v1/peer-feedback/m1/2026", "m4", PEER, key="key-of-m4")
    answers = here.owner(
        "select stream || ' ' || subject || ' ' || data::text || ' ' || meta::text from events where type like '%%Given.v1'"
    )
    assert len(answers) >= 8
    for (answer,) in answers:
        assert not any(f'"{person}"' in answer.replace("/", '"') for person in ("m2", "m3", "m4")), answer
        assert '"actor":"rater:' in answer.replace(" ", "")
    kept = here.owner("select count(*) from idempotency")
    assert kept == [(0,)]


def test_answers_are_never_published(here):
    shown = here.call("GET", "/v1/events?after=0", ("bkn", "subscriber-restricted")).get_json(force=True)
    kinds = {event["type"] for event in shown}
    assert kinds == {"merit.feedback.ProcessFeedbackPublished.v1", "merit.feedback.FeedbackSummarised.v1"}


def test_another_agency_reads_nothing(here):
    stranger = here.token("x", "hr", agency="plaju")
    problem(here.call("GET", "/v1/process-feedback/2026-Q1", stranger), 404, "unknown-process-feedback")
    problem(here.call("GET", "/v1/peer-feedback/m1/2026-Q1", stranger), 404, "unknown-peer-feedback")
