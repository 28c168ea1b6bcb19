"""Feedback over HTTP on a real database: answers that nobody can trace, and summaries that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.feedback.heard import EmployeeRegistered, EmploymentEnded, PositionAssigned, ReportingLineSet, ServiceInterrupted, UnitOpened
from services.feedback.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.events.schemas import faults
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.timers import fire_one
from shared.kernel.ids import event_id
from shared.store import log
from shared.store.database import AgencyBook, connect
from tests.support.web import CORRELATION, Web, web

HR, ADMIN, AUDITOR = ("m15", "employee", "hr"), ("m0", "admin"), ("itwil", "auditor")
KIOSK, OFFICER, APPROVER = ("loket-1", "kiosk"), ("m16", "employee", "complaint-officer"), ("m20", "employee", "approver")
PLACES = count(1)
GOOD = {"clarity": 3, "fairness": 4, "timeliness": 2, "usefulness": 4}
NINE = {f"U{number}": 3 for number in range(1, 10)}
SURVEY = "/v1/surveys/dukcapil/akta-lahir/2026-Q1"
COMPLAINT = {"unit": "dukcapil", "kind": "light", "body": "Loket tutup pukul 11.", "contact": "0812-0000-0000"}
PEER = {"quality": 4, "timeliness": 3, "teamwork": 2}


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, SERVICE, "feedback_http", ("mulyorejo", "plaju")) as made:
        made.clock.moment = datetime(2026, 4, 27, 2, tzinfo=UTC)
        since = date(2025, 1, 1)
        hear(
            made,
            *(EmployeeRegistered(one, since) for one in ("m1", "m2", "m3", "m4", "m11")),
            ReportingLineSet("m1", "m11", date(2026, 1, 1)),
            UnitOpened("dukcapil"),
        )
        hear(made, *(PositionAssigned(one, "dukcapil", False, since) for one in ("m1", "m2", "m3", "m11")))
        hear(made, PositionAssigned("m4", "dinkes", False, since))
        yield made


def hear(here: Web, *events: Any) -> None:
    now, arrived = here.clock.now(), []
    for event in events:
        place = next(PLACES)
        subject = event.unit if isinstance(event, UnitOpened) else event.employee
        stream, type_ = f"personnel-{subject}-{place}", f"merit.personnel.{type(event).__name__}.v1"
        envelope = Envelope(
            id=event_id("mulyorejo", stream, place), type=type_, agency="mulyorejo", subject=subject, stream=stream, version=place,
            effective=now, recorded=now, actor="t", correlation=CORRELATION, causation=None, hops=0, traceparent=None, sequence=place,
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
    problem(give(here, "/v1/process-feedback/2026-13", "m2", GOOD), 422, "invalid-parameters")
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
        "sums": {"clarity": 10, "fairness": 12, "timeliness": 6, "usefulness": 12},
        "counts": dict.fromkeys(GOOD, 3),
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
    assert here.owner("select count(*) from idempotency") == [(0,)]


def test_the_answers_of_one_person_cannot_be_put_side_by_side(here):
    """A rater is another pseudonym in every period, about every colleague and for every question, and the same one for the same."""
    paths = [
        *(f"/v1/process-feedback/{period}" for period in ("2025-Q1", "2025-Q2")),
        *(f"/v1/peer-feedback/{employee}/{period}" for employee in ("m1", "m3") for period in ("2025-Q1", "2025-Q2")),
    ]
    for path in paths:
        aspects = GOOD if "process" in path else PEER
        assert [give(here, path, "m2", aspects).get_json()["status"] for _ in range(2)] == ["given", "given before"]
    kept = here.owner(
        "select data ->> 'rater', meta::text from events where type like '%%Given.v1' and data ->> 'period' in ('2025-Q1', '2025-Q2')"
    )
    assert len(kept) == len(paths) == len({rater for rater, _ in kept})
    assert all(sum(rater in meta for _, meta in kept) == 1 for rater, _ in kept), "an envelope names no other period's pseudonym"


def test_a_place_says_who_counts_as_a_peer(here):
    """Rule set peer-feedback, raters: first colleagues of the unit, then those whom a round asks."""
    rules = {"aspects": list(PEER), "scale": [1, 4], "least_answers": 3}
    for since, raters in (("2026-01-01", "unit"), ("2026-03-01", "assigned")):
        body = {
            "kind": "peer-feedback",
            "id": f"{raters}-rekan",
            "since": since,
            "sources": ["Perwal 41/2025"],
            "settings": rules | {"raters": raters},
        }
        assert here.call("POST", "/v1/rule-sets", ADMIN, json=body).status_code == 201
    january, path = "/v1/peer-feedback/m1/2026-01", "/v1/peer-feedback/m1/2026-03"
    for stranger in ("m4", "m11"):
        problem(give(here, january, stranger, PEER), 403, "not-a-peer")
    assert give(here, january, "m2", PEER).status_code == 201

    problem(give(here, path, "m2", PEER), 403, "not-asked")
    wanted = {"period": "2026-03", "subjects": ["m1"], "raters": {"m1": ["m2", "m3"]}}
    problem(here.call("POST", "/v1/peer-rounds", HR, json=wanted), 422, "peer-raters")
    wanted["raters"] = {"m1": ["m2", "m3", "m4"], "m9": ["m2"]}
    problem(here.call("POST", "/v1/peer-rounds", HR, json=wanted), 422, "peer-raters")
    wanted["raters"] = {"m1": ["m2", "m3", "m4"]}
    problem(here.call("POST", "/v1/peer-rounds", ("m2", "employee"), json=wanted), 403, "not-permitted")
    opened = here.call("POST", "/v1/peer-rounds", HR, json=wanted)
    assert opened.status_code == 201 and opened.get_json()["aspects"] == list(PEER)
    settle(here)
    assert [one["employee"] for one in here.call("GET", "/v1/peer-rounds/2026-03/asked-of-me", ("m4", "employee")).get_json()["items"]] == [
        "m1"
    ]
    assert here.call("GET", "/v1/peer-rounds/2026-03/asked-of-me", ("m1", "employee")).get_json()["items"] == []
    for person in ("m2", "m3", "m4"):
        assert give(here, path, person, PEER).status_code == 201
    problem(give(here, path, "m11", PEER), 403, "not-asked")
    assert here.call("POST", f"{path}/publication", HR, json={}).get_json()["rule_set"] == "assigned-rekan@2"
    settle(here)
    (row,) = here.call("GET", "/v1/peer-rounds?period=2026-03", HR).get_json()["items"]
    assert (row["raters"], row["closed"]) == (["m2", "m3", "m4"], True)


def test_nobody_is_rated_for_a_period_away_and_who_has_left_neither_rates_nor_is_asked(here):
    began = date(2025, 1, 1)
    hear(
        here,
        *(EmployeeRegistered(one, began) for one in ("p1", "p2", "p3")),
        *(PositionAssigned(one, "dukcapil", False, began) for one in ("p1", "p2", "p3")),
        EmploymentEnded("p1", "retired", date(2026, 3, 1)),
        ServiceInterrupted("p2", "unpaid-leave", date(2026, 2, 1), date(2026, 2, 28)),
    )
    ratings = {period: give(here, f"/v1/peer-feedback/p1/{period}", "m2", PEER) for period in ("2026-02", "2026-04")}
    assert ratings["2026-02"].status_code == 201, "of the month before the end he is still rated"
    problem(ratings["2026-04"], 422, "outside-service")
    problem(give(here, "/v1/peer-feedback/p2/2026-02", "m2", PEER), 422, "outside-service")
    assert give(here, "/v1/peer-feedback/p2/2026-01", "m2", PEER).status_code == 201
    problem(give(here, "/v1/peer-feedback/p3/2026-02", "p1", PEER), 403, "service-ended")
    problem(give(here, "/v1/process-feedback/2026-Q1", "p1", GOOD), 403, "service-ended")
    problem(here.call("POST", "/v1/peer-rounds", HR, json={"period": "2026-04", "subjects": ["p1"]}), 422, "outside-service")
    asked = {"period": "2026-02", "subjects": ["p3"], "raters": {"p3": ["m2", "m3", "p1"]}}
    problem(here.call("POST", "/v1/peer-rounds", HR, json=asked), 422, "after-service")


def say(here: Web, token: str, elements: dict[str, int], path: str = SURVEY, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return here.call("POST", f"{path}/answers", KIOSK, headers, json={"case_token": token, "elements": elements})


def test_citizens_answer_a_survey_and_everybody_reads_the_result(here):
    assert say(here, "2026/0001", NINE, key="k").get_json()["status"] == "given"
    assert say(here, "2026/0001", NINE, key="k").get_json()["status"] == "given before"
    problem(say(here, "2026/0001", NINE | {"U1": 1}), 409, "already-answered")
    problem(say(here, "2026/0002", {"U1": 3}), 422, "feedback-aspects")
    problem(say(here, "2026/0002", NINE, "/v1/surveys/nowhere/akta-lahir/2026-Q1"), 404, "unknown-unit")
    problem(say(here, "2026/0002", NINE, "/v1/surveys/dukcapil/Akta%20Lahir/2026-Q1"), 422, "invalid-parameters")
    problem(say(here, "2026/0002", NINE, "/v1/surveys/dukcapil/akta-lahir/2026-Q4"), 422, "period-not-begun")
    problem(here.call("POST", f"{SURVEY}/answers", HR, json={"case_token": "x", "elements": NINE}), 403, "not-permitted")
    problem(here.call("POST", f"{SURVEY}/publication", HR, json={}), 409, "too-few-answers")

    heads = "Unit,Layanan,Periode,Kode Kasus," + ",".join(NINE)
    rows = ["dukcapil,akta-lahir,2026-Q1,2026/0001,3,3,3,3,3,3,3,3,3", "dukcapil,akta-lahir,2026-Q1,2026/0002,4,4,4,4,4,4,4,4,4"]
    wrong = bring(here, "\n".join([heads, *rows, "dukcapil,akta-lahir,2026-Q1,2026/0003,3,3,3,3,3,3,3,3,5"]))
    problem(wrong, 422, "invalid-rows")
    assert [one["row"] for one in wrong.get_json()["errors"]] == [4]
    rows.append("dukcapil,akta-lahir,2026-Q1,2026/0003,3,3,3,4,3,3,3,3,3")
    assert bring(here, "\n".join([heads, *rows]), "?dry_run=true").get_json() == {"rows": 3, "events": 2, "dry_run": True}
    assert bring(here, "\n".join([heads, *rows])).get_json() == {"rows": 3, "events": 2, "dry_run": False}, "the counter took one before"
    assert bring(here, "\n".join([heads, *rows])).get_json()["events"] == 0

    published = here.call("POST", f"{SURVEY}/publication", HR, json={})
    # (27 + 36 + 28) / 27 × 25 = 84.259…
    assert published.get_json() == {
        "unit": "dukcapil", "service": "akta-lahir", "period": "2026-Q1", "n": 3, "index": "84.26", "mutu": "B",
        "elements_hundredths": dict.fromkeys(NINE, 333) | {"U4": 367}, "rule_set": "national-skm@1",
            "sums": dict.fromkeys(NINE, 10) | {"U4": 11}, "counts": dict.fromkeys(NINE, 3), "converted": "2275/27",
    }  # fmt: skip
    problem(say(here, "2026/0004", NINE), 409, "already-published")
    settle(here)
    for reader in (KIOSK, HR, ("m1", "employee")):
        assert here.call("GET", SURVEY, reader).get_json()["index"] == "84.26"
    assert [one["mutu"] for one in here.call("GET", "/v1/surveys?unit=dukcapil&period=2026-Q1", AUDITOR).get_json()["items"]] == ["B"]
    assert here.call("GET", "/v1/surveys?unit=dinkes", AUDITOR).get_json()["items"] == []


def bring(here: Web, rows: str, query: str = "") -> Any:
    return here.call("POST", f"/v1/imports/survey-answers{query}", HR, data=rows.encode(), content_type="text/csv")


def test_a_survey_of_2013_is_computed_by_the_method_of_its_day(here):
    """worked_examples SKM-1: fourteen elements of 0.071 and a weighted mean of 3.059 give 76.475, class B by the bounds of 2004."""
    fourteen = [f"U{number}" for number in range(1, 15)]
    # 3,059 points from 71 citizens: 3059 / 71 × 0.071 = 3.059.
    answers = [[4, *[3] * 13]] * 65 + [[4, 4, *[3] * 12]] * 6
    rows = [",".join(["dukcapil", "ktp", "2013", f"2013/{at}", *map(str, points)]) for at, points in enumerate(answers)]
    short = bring(here, "Unit,Layanan,Periode,Kode Kasus," + ",".join(NINE) + "\ndukcapil,ktp,2013,2013/0," + ",".join("3" * 9))
    problem(short, 422, "invalid-rows")
    assert bring(here, "\n".join(["Unit,Layanan,Periode,Kode Kasus," + ",".join(fourteen), *rows])).get_json()["events"] == 71
    published = here.call("POST", "/v1/surveys/dukcapil/ktp/2013/publication", HR, json={}).get_json()
    assert (published["n"], published["index"], published["mutu"], published["rule_set"]) == (71, "76.48", "B", "national-ikm@1")
    settle(here)
    assert here.call("GET", "/v1/surveys/dukcapil/ktp/2013", ("m1", "employee")).get_json()["elements_hundredths"]["U2"] == 308
    assert here.call("GET", "/v1/rule-sets/survey?on=2013-06-30", HR).get_json()["settings"]["weight"] == "0.071"


def test_nothing_in_the_database_says_which_case_answered(here):
    answers = here.owner("select stream || subject || data::text || meta::text from events where type like '%%SurveyAnswered.v1'")
    assert len(answers) == 3 + 71 and not any("2026/000" in answer or "2013/" in answer for (answer,) in answers)
    counter = here.owner("select meta->>'actor' from events where type like '%%SurveyAnswered.v1' order by position limit 1")
    assert counter[0][0].startswith("case:")
    assert here.owner("select count(*) from idempotency where route like '%%surveys%%'") == [(0,)]


def file(here: Web, key: str | None = None, **changed: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return here.call("POST", "/v1/complaints", KIOSK, headers, json={**COMPLAINT, **changed})


def follow(here: Web, filed: dict[str, Any], code: str | None = None, who: Any = KIOSK) -> Any:
    return here.call("GET", f"/v1/complaints/{filed['complaint']}", who, query_string={"receipt_code": code or filed["receipt_code"]})


def test_an_element_that_does_not_apply_is_said_at_the_counter_and_in_a_file(here):
    """A service without a fee: U4 applies to nobody. One citizen leaves U9 out, which is then the mean of the other two."""
    path, free = "/v1/surveys/dukcapil/kk/2026-Q1", {name: 3 for name in NINE if name != "U4"}
    body = {"case_token": "kk/1", "elements": free, "not_applicable": ["U4"]}
    problem(here.call("POST", f"{path}/answers", KIOSK, json=body | {"not_applicable": []}), 422, "feedback-aspects")
    assert here.call("POST", f"{path}/answers", KIOSK, json=body).get_json()["status"] == "given"
    assert here.call("POST", f"{path}/answers", KIOSK, json=body).get_json()["status"] == "given before"
    heads = "Unit,Layanan,Periode,Kode Kasus," + ",".join(NINE)
    rows = ["dukcapil,kk,2026-Q1,kk/2,3,3,3,TB,3,3,3,3,4", "dukcapil,kk,2026-Q1,kk/3,3,3,3,tb,3,3,3,3,-"]
    problem(bring(here, "\n".join([heads, rows[0].replace("TB", "")])), 422, "invalid-rows")
    problem(bring(here, "\n".join([heads, rows[0].replace("TB", "nihil")])), 422, "invalid-rows")
    assert bring(here, "\n".join([heads, *rows])).get_json()["events"] == 2
    published = here.call("POST", f"{path}/publication", HR, json={}).get_json()
    # (7 × 3 + 7/2) / 8 × 25 = 76.5625
    assert (published["index"], published["mutu"], published["converted"]) == ("76.56", "C", "76.5625")
    assert (published["sums"]["U9"], published["counts"]["U9"], published["counts"].get("U4")) == (7, 2, None)
    settle(here)
    row = here.call("GET", path, AUDITOR).get_json()
    assert (row["converted"], row["counts"]["U9"], "U4" in row["sums"]) == ("76.5625", 2, False)


def test_a_citizen_complains_and_follows_it_by_the_receipt_code(here):
    filed = file(here, key="c1").get_json()
    assert filed["due"] == "2026-04-29", "two working days after Monday 27 April"
    assert file(here, key="c1").get_json() == filed, "the same request, the same complaint and code"
    problem(file(here, key="c1", body="Lain"), 422, "idempotency-key-reused")
    other = file(here).get_json()
    assert other["complaint"] != filed["complaint"] and other["receipt_code"] != filed["receipt_code"]
    problem(file(here, kind="other"), 422, "complaint-kind")
    problem(file(here, unit="nowhere"), 404, "unknown-unit")
    problem(file(here, anonymous=True), 422, "anonymous-with-contact")

    shown = follow(here, filed, filed["receipt_code"].lower().replace("-", " ")).get_json()
    assert (shown["status"], shown["answer"], shown["due"]) == ("open", None, "2026-04-29")
    problem(follow(here, filed, other["receipt_code"]), 404, "unknown-complaint")
    problem(follow(here, filed, who=("m1", "employee")), 403, "not-permitted")

    resolve, said = f"/v1/complaints/{filed['complaint']}/resolution", {"founded": True, "answer": "Jam loket diperpanjang."}
    problem(here.call("POST", resolve, HR, json=said), 403, "not-permitted")
    resolved = here.call("POST", resolve, OFFICER, json=said)
    assert resolved.status_code == 201 and resolved.get_json() == {
        "complaint": filed["complaint"], "unit": "dukcapil", "founded": True, "in_time": True, "resolved_on": "2026-04-27",
    }  # fmt: skip
    problem(here.call("POST", resolve, OFFICER, json=said | {"founded": False}), 409, "already-resolved")
    problem(here.call("POST", "/v1/complaints/k-00000000000000/resolution", OFFICER, json=said), 404, "unknown-complaint")
    shown = follow(here, filed).get_json()
    assert (shown["status"], shown["founded"], shown["answer"]) == ("resolved", True, "Jam loket diperpanjang.")


def test_what_was_said_is_read_by_those_who_may(here):
    open_, hidden = file(here).get_json()["complaint"], file(here, confidential=True, contact=None).get_json()["complaint"]
    report = "/v1/complaints/{}/report"
    officer = here.call("GET", report.format(open_), OFFICER).get_json()
    assert (officer["body"], officer["contact"]) == (COMPLAINT["body"], COMPLAINT["contact"])
    leader = here.call("GET", report.format(open_), APPROVER).get_json()
    assert (leader["body"], leader["contact"]) == (COMPLAINT["body"], None)
    assert here.call("GET", report.format(hidden), AUDITOR).get_json()["body"] is None
    kept = here.call("GET", report.format(hidden), OFFICER).get_json()
    assert (kept["body"], kept["contact"], kept["anonymous"]) == (COMPLAINT["body"], None, True)
    problem(here.call("GET", report.format(open_), HR), 403, "not-permitted")
    problem(here.call("GET", report.format("k-00000000000000"), OFFICER), 404, "unknown-complaint")


def test_an_overdue_complaint_is_reported_and_still_resolved(here):
    settle(here)
    at = here.clock.moment
    filed = file(here).get_json()
    settle(here)
    while fire_one(here.database, SERVICE, "mulyorejo", at + timedelta(days=2)):
        raise AssertionError("nothing is due on the last day")
    here.clock.moment = at + timedelta(days=3)
    while fire_one(here.database, SERVICE, "mulyorejo", here.clock.moment):
        pass
    settle(here)
    overdue = here.call("GET", "/v1/complaints?unit=dukcapil&status=overdue", HR).get_json()["items"]
    assert filed["complaint"] in [one["complaint"] for one in overdue] and len(overdue) == 4
    assert follow(here, filed).get_json()["status"] == "overdue"
    late = here.call(
        "POST", f"/v1/complaints/{filed['complaint']}/resolution", OFFICER, json={"founded": False, "answer": "Tidak terbukti."}
    )
    assert late.get_json()["in_time"] is False
    settle(here)
    rows = {one["complaint"]: one for one in here.call("GET", "/v1/complaints?status=resolved", OFFICER).get_json()["items"]}
    assert rows[filed["complaint"]]["was_overdue"] and not rows[filed["complaint"]]["in_time"]
    assert not {"body", "contact", "receipt_code"} & set(rows[filed["complaint"]])
    here.clock.moment = at


def test_a_complaint_is_passed_on_and_waits_for_the_citizen_who_follows_it(here):
    """Filed on Monday 27 April for 4 May (five working days, 1 May among them); asked on the 28th, answered on the 30th."""
    hear(here, UnitOpened("dinkes"))
    at, filed = here.clock.moment, file(here, kind="normative").get_json()
    path, reply = f"/v1/complaints/{filed['complaint']}", {"receipt_code": filed["receipt_code"], "reply": "Berkasnya kuning."}
    assert filed["due"] == "2026-05-04"
    passing = {"unit": "dinkes", "reason": "Loket itu milik dinkes."}
    problem(here.call("POST", f"{path}/passing", HR, json=passing), 403, "not-permitted")
    problem(here.call("POST", f"{path}/passing", OFFICER, json=passing | {"unit": "nowhere"}), 404, "unknown-unit")
    for _ in range(2):
        passed = here.call("POST", f"{path}/passing", OFFICER, json=passing)
        assert (passed.status_code, passed.get_json()["unit"], passed.get_json()["due"]) == (201, "dinkes", "2026-05-04")
    problem(here.call("POST", f"{path}/reply", KIOSK, json=reply), 409, "complaint-not-waiting")

    here.clock.moment = at + timedelta(days=1)
    asked = here.call("POST", f"{path}/waiting", OFFICER, json={"question": "Warna berkasnya apa?"})
    assert asked.status_code == 201 and (asked.get_json()["until"], asked.get_json()["due"]) == ("2026-05-08", None)
    problem(here.call("POST", f"{path}/waiting", OFFICER, json={"question": "Lagi?"}), 409, "complaint-waiting")
    shown = follow(here, filed).get_json()
    assert (shown["status"], shown["unit"], shown["due"]) == ("waiting", "dinkes", None)
    assert shown["passed"] == [{"from_unit": "dukcapil", "unit": "dinkes", "passed_on": "2026-04-27"}]
    assert shown["waiting"] == {"since": "2026-04-28", "until": "2026-05-08", "question": "Warna berkasnya apa?"}
    settle(here)
    waiting = here.call("GET", "/v1/complaints?unit=dinkes&status=waiting", OFFICER).get_json()["items"]
    assert [one["complaint"] for one in waiting] == [filed["complaint"]]

    here.clock.moment = at + timedelta(days=3)
    problem(here.call("POST", f"{path}/reply", KIOSK, json=reply | {"receipt_code": "AAAA"}), 404, "unknown-complaint")
    replied = here.call("POST", f"{path}/reply", KIOSK, json=reply)
    assert (replied.status_code, replied.get_json()["status"], replied.get_json()["due"]) == (201, "open", "2026-05-06")
    shown = follow(here, filed).get_json()
    assert (shown["waiting"], shown["reply"], shown["status"]) == (None, "Berkasnya kuning.", "open")

    again = here.call("POST", f"{path}/waiting", OFFICER, json={"question": "Nomornya?"}).get_json()
    assert again["until"] == "2026-05-10"
    settle(here)
    here.clock.moment = datetime(2026, 5, 10, 18, tzinfo=UTC)
    while fire_one(here.database, SERVICE, "mulyorejo", here.clock.moment):
        settle(here)
    shown = follow(here, filed).get_json()
    assert (shown["status"], shown["due"], shown["reply"]) == ("open", "2026-05-14", None), "four working days were left on 30 April"
    resolved = here.call("POST", f"{path}/resolution", OFFICER, json={"founded": True, "answer": "Sudah diperbaiki."}).get_json()
    assert (resolved["unit"], resolved["in_time"]) == ("dinkes", True)
    problem(here.call("POST", f"{path}/passing", OFFICER, json=passing | {"unit": "dukcapil"}), 409, "already-resolved")
    here.clock.moment = at


def test_the_terms_of_service_are_dated_rules(here):
    """From 1 May the place answers light complaints within one calendar day; a complaint keeps the term of the day it came."""
    kinds = {"light": {"days": 1, "kind": "calendar"}, "permits": {"days": 3, "kind": "working"}}
    rules = {"kind": "complaints", "id": "pengaduan", "since": "2026-05-01", "sources": ["Perwal 27/2025"], "settings": {"kinds": kinds}}
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=rules).status_code == 201
    at = here.clock.moment
    before = file(here).get_json()
    problem(file(here, kind="permits"), 422, "complaint-kind")
    # Friday 8 May: a working term skips the weekend, a calendar term does not.
    here.clock.moment = datetime(2026, 5, 8, 2, tzinfo=UTC)
    after = {kind: file(here, kind=kind).get_json()["due"] for kind in kinds}
    assert (before["due"], after) == ("2026-04-29", {"light": "2026-05-09", "permits": "2026-05-13"})
    problem(file(here, kind="oversight"), 422, "complaint-kind")
    here.clock.moment = at


def test_neither_what_a_citizen_said_nor_the_receipt_code_stands_in_the_log(here):
    filed = file(here, key="c9", contact="Rahasia 1").get_json()
    everything = here.owner("select data::text || meta::text from events union all select body::text from idempotency")
    words = ("Rahasia 1", "Loket tutup", "Berkasnya", "Warna", "milik dinkes")
    for (one,) in everything:
        assert not any(word in one for word in (filed["receipt_code"], filed["receipt_code"].replace("-", ""), *words))


def test_answers_are_never_published(here):
    shown = here.call("GET", "/v1/events?after=0&limit=500", ("bkn", "subscriber-restricted")).get_json(force=True)
    kinds = {event["type"] for event in shown}
    for event in shown:
        assert faults(event) == [], event
    public = {
        "ProcessFeedbackPublished",
        "FeedbackSummarised",
        "SurveyResultPublished",
        "ComplaintOverdue",
        "ComplaintPassed",
        "ComplaintPaused",
        "ComplaintResolved",
        "ComplaintResumed",
        "RuleSetPublished",
    }
    assert kinds == {f"merit.feedback.{name}.v1" for name in public}


def test_another_agency_reads_nothing(here):
    stranger = here.token("x", "hr", agency="plaju")
    problem(here.call("GET", "/v1/process-feedback/2026-Q1", stranger), 404, "unknown-process-feedback")
    problem(here.call("GET", "/v1/peer-feedback/m1/2026-Q1", stranger), 404, "unknown-peer-feedback")
    problem(here.call("GET", SURVEY, stranger), 404, "unknown-survey")
    assert here.call("GET", "/v1/complaints", stranger).get_json()["items"] == []
    filed, elsewhere = file(here).get_json(), here.token("loket-1", "kiosk", agency="plaju")
    problem(follow(here, filed, who=elsewhere), 404, "unknown-complaint")


def test_who_is_registered_again_is_nobodys_colleague_and_has_no_assessor_until_they_are_entered_anew(here):
    here.clock.moment = datetime(2026, 4, 28, 2, tzinfo=UTC)
    rules = {"aspects": list(PEER), "scale": [1, 4], "least_answers": 3, "raters": "unit"}
    body = {"kind": "peer-feedback", "id": "unit-lagi", "since": "2026-04-01", "sources": ["Perwal 41/2025"], "settings": rules}
    assert here.call("POST", "/v1/rule-sets", ADMIN, json=body).status_code == 201
    hear(
        here,
        EmployeeRegistered("m21", date(2025, 1, 1)),
        PositionAssigned("m21", "dukcapil", False, date(2025, 1, 1)),
        ReportingLineSet("m21", "m11", date(2025, 1, 1)),
        EmploymentEnded("m21", "retired", date(2026, 2, 1)),
        EmployeeRegistered("m21", date(2026, 4, 1)),
    )
    path = "/v1/peer-feedback/m21/2026-04"
    problem(give(here, path, "m2", PEER), 403, "not-a-peer")
    problem(give(here, "/v1/peer-feedback/m2/2026-04", "m21", PEER), 403, "not-a-peer")
    problem(here.call("GET", path, ("m11", "employee")), 403, "not-permitted")
    problem(here.call("GET", "/v1/peer-feedback/m21/2026-01", ("m11", "employee")), 404, "unknown-peer-feedback")
    hear(here, PositionAssigned("m21", "dukcapil", False, date(2026, 4, 20)), ReportingLineSet("m21", "m11", date(2026, 4, 20)))
    assert give(here, path, "m2", PEER).status_code == 201
    problem(here.call("GET", path, ("m11", "employee")), 404, "unknown-peer-feedback")


def test_a_complaint_that_is_passed_while_it_waits_gives_the_new_unit_its_full_days_where_the_clock_begins_anew(here):
    """Filed on Tuesday 28 April; asked and passed on Thursday, three of five days left; answered on Monday 4 May."""
    here.clock.moment = datetime(2026, 4, 28, 2, tzinfo=UTC)
    kinds, due = {"light": {"days": 5, "kind": "working"}}, {}
    for clock in ("goes-on", "anew"):
        settings = {"kinds": kinds, "waiting": {"days": 10, "kind": "calendar"}, "passed_clock": clock}
        body = {"kind": "complaints", "id": f"jam-{clock}", "since": "2026-04-28", "sources": ["Perwal 12/2026"], "settings": settings}
        assert here.call("POST", "/v1/rule-sets", ADMIN, json=body).status_code == 201
        filed = file(here).get_json()
        path = f"/v1/complaints/{filed['complaint']}"
        here.clock.moment = datetime(2026, 4, 30, 2, tzinfo=UTC)
        assert here.call("POST", f"{path}/waiting", OFFICER, json={"question": "Nomor berkasnya?"}).status_code == 201
        passed = here.call("POST", f"{path}/passing", OFFICER, json={"unit": "dinkes", "reason": "Loket itu milik dinkes."})
        assert (passed.status_code, passed.get_json()["due"]) == (201, None)
        here.clock.moment = datetime(2026, 5, 4, 2, tzinfo=UTC)
        reply = {"receipt_code": filed["receipt_code"], "reply": "Nomor 12."}
        due[clock] = here.call("POST", f"{path}/reply", KIOSK, json=reply).get_json()["due"]
        here.clock.moment = datetime(2026, 4, 28, 2, tzinfo=UTC)
    assert due == {"goes-on": "2026-05-07", "anew": "2026-05-11"}


def test_citizens_who_answer_do_not_wait_for_each_other(here):
    with here.database.transaction("mulyorejo", here.clock.now()) as tx:
        StoreKnowledge(tx, SERVICE).share("dukcapil.pindah.2026-Q1")
        for service in ("pindah", "kia"):
            assert say(here, "2026/9001", NINE, f"/v1/surveys/dukcapil/{service}/2026-Q1").status_code == 201
