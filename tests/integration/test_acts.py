"""Many acts by one request: each as by its own route, the refused leave the others, and messages do not grow with the acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from services.appraisal.domain.appraisal import APPRAISAL
from tests.support.appraisal_office import ASSESSOR, HR, Office
from tests.support.many_acts import deliveries, opened, people, progress, scores, sent
from tests.support.stores import counted


def stands(office: Office, persons: Sequence[str]) -> list[Any]:
    asked = "select type from events where stream = %s order by version"
    return [[row[0] for row in office.web.owner(asked, (APPRAISAL.stream(one, "2026-Q1"),))] for one in persons]


def test_messages_do_not_grow_with_the_acts(postgres_url, monkeypatch):
    cost = {}
    for many in (2, 40):
        with opened(postgres_url, f"acts_{many}", many) as office, monkeypatch.context() as patch:
            progress(office, people(many))
            messages = counted(patch)
            assert sent(office, scores(people(many)))["done"] == 3 * many
            scored = len(messages)
            said = sent(office, deliveries(people(many)))
            assert (said["done"], said["refused"]) == (many, 0), said["items"][0]
            cost[many] = (scored, len(messages) - scored)
    assert cost[40] == cost[2] and sum(cost[40]) < 40, cost


@pytest.fixture(scope="module")
def office(postgres_url: str) -> Iterator[Office]:
    with opened(postgres_url, "acts", 8) as made:
        progress(made, people(6))
        yield made


def test_those_that_are_refused_leave_the_others_and_say_what_their_own_routes_say(office):
    acts = scores(["p0", "p1"])
    strange = [
        {"to": "/v1/appraisals/p1/2026-Q1/scores", "body": {"what": "behaviour", "item": "nothing", "value": "as"}},
        {"to": "/v1/appraisals/p1/2026-Q1/scores", "body": {"what": "behaviour", "item": "harmonis", "value": "fine"}},
        {"to": "/v1/appraisals/P 1/2026-Q1/scores".replace(" ", "%20"), "body": {"what": "behaviour", "item": "harmonis", "value": "as"}},
        {"to": "/v1/appraisals/nobody/2026-Q1/scores", "body": {"what": "behaviour", "item": "harmonis", "value": "as"}},
        {"to": "/v1/appraisals/p1/2026-Q1/delivery"},
        {"to": "/v1/appraisals/p1/2026-Q1/delivery", "version": 1},
        {"to": "/v1/appraisals/p1/2026-Q1/objections", "body": {}},
        {"to": "/v1/appraisals/boss/2026-Q1/delivery", "version": 0},
        {"to": "/v1/nowhere", "body": {}},
    ]
    said = sent(office, [*acts[:3], *strange, *acts[3:]])
    codes = [one["answer"].get("type", "").rpartition(":")[2] for one in said["items"]]
    assert (said["done"], said["refused"]) == (6, len(strange))
    assert codes[:3] == codes[-3:] == ["", "", ""]
    refused = ["unknown-item", "invalid-body", "invalid-parameters", "not-permitted", "version-required", "stale-version"]
    assert codes[3:9] == refused, codes
    assert [one["status"] for one in said["items"]][9:12] in ([422, 403, 404], [404, 403, 404])
    assert all(one["answer"]["expected"] and one["answer"]["remedy"] for one in said["items"] if one["status"] >= 400)
    assert stands(office, ["p0", "p1"]) == [["merit.appraisal.ScoreSubmitted.v1"] * 3] * 2


def test_an_act_sees_what_those_before_it_did(office):
    said = sent(office, [*scores(["p2"]), *deliveries(["p2"])])
    assert said["refused"] == 0 and said["items"][-1]["version"] == 6
    assert said["items"][-1]["answer"]["judgement"]["predicate"] == "baik"


def test_the_same_request_again_is_done_once(office):
    acts = scores(["p3"])
    first = sent(office, acts, **{"Idempotency-Key": "acts-1"})
    assert sent(office, acts, **{"Idempotency-Key": "acts-1"}) == first
    assert stands(office, ["p3"]) == [["merit.appraisal.ScoreSubmitted.v1"] * 3]


def test_each_act_is_allowed_as_by_its_own_route(office):
    said = sent(office, scores(["p4"]), ("p5", "employee"))
    assert [one["status"] for one in said["items"]] == [403, 403, 403]
    assert {one["status"] for one in sent(office, scores(["p4"]), HR)["items"]} == {403}
    assert stands(office, ["p4"]) == [[]]


def test_more_acts_than_one_request_may_have_are_refused_whole(office):
    answer = office.web.call("POST", "/v1/acts", ASSESSOR, json={"acts": scores(people(6)) * 40})
    assert (answer.status_code, answer.json["type"]) == (422, "urn:merit:problem:invalid-body")
