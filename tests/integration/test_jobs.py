"""Jobs: parts that go on from their cursor, whatever ends one of them; who may see, end and retry a job; asking twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest

from shared.flow import given_up, jobs
from shared.flow.declared import Done, JobKind, Progress
from shared.flow.jobs import Job
from shared.flow.work import Work
from shared.http.acting import Accepted, RequestWork, commanding
from shared.http.blueprint import Blueprint
from shared.http.policy import Allow, Policy
from shared.kernel.refusal import Refused
from shared.store.database import connect
from shared.store.errors import Conflict
from tests.support import notebook
from tests.support.notebook import NOTES, Take
from tests.support.web import Web, web
from tests.support.working import at_once, followed, work_on

HR, OTHER, OPERATOR, NOBODY = ("m9", "hr"), ("m8", "hr"), ("x1", "operator"), ("m7", "employee")
MANY = 7
TROUBLE: SimpleNamespace = SimpleNamespace(at=None, raised=RuntimeError("a secret"), stays=False)


def part(work: Work, job: Job) -> Progress | Done | Refused:
    """Notes of the owners o0, o1, …, two at a time."""
    begin = job.cursor or 0
    these = range(begin, min(begin + 2, job.parameters["many"]))
    for number in these:
        work.execute(NOTES, Take(f"o{number}"))
    if TROUBLE.at is not None and TROUBLE.at in these:
        if TROUBLE.stays:
            return TROUBLE.raised
        raise TROUBLE.raised
    if these.stop == job.parameters["many"]:
        return Done({"owners": these.stop}, len(these))
    return Progress(these.stop, len(these))


KIND = JobKind("notes", starts="list-notes", reads="list-notes", part=part, cancelled=lambda work, job: _note(work, "ended"))


def _note(work: Work, owner: str) -> None:
    work.execute(NOTES, Take(owner))


many_notes = Blueprint("many-notes", __name__, url_prefix="/v1", description="Many notes.")


class Later(TypedDict):
    later: bool


@many_notes.route("/many-notes", methods=["POST"])
@commanding("take-many", status=201)
def take_many(work: RequestWork) -> Accepted:
    """Take many notes."""
    return Accepted(work.start("notes", about="all", total=MANY, many=MANY))


@many_notes.route("/later-notes", methods=["POST"])
@commanding("take-many", status=202)
def take_later(work: RequestWork) -> Later:
    """What follows from it comes later, without a job."""
    return {"later": True}


@pytest.fixture
def here(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(TROUBLE, "at", None)
    monkeypatch.setattr(TROUBLE, "raised", RuntimeError("a secret"))
    monkeypatch.setattr(TROUBLE, "stays", False)
    whole = notebook.service(tmp_path)
    may = (*(Allow("take-many", role=role) for role in ("hr", "employee")), Allow("list-notes", role="hr"))
    service = replace(whole, jobs=(KIND,), blueprints=(*whole.blueprints, many_notes), policy=Policy(allow=may))
    with web(postgres_url, service, "notebook_jobs", ("mulyorejo", "other")) as made:
        yield made


def ask(here: Web, who: tuple[str, ...] = HR, **heads: str) -> Any:
    return here.call("POST", "/v1/many-notes", who, headers=heads)


def taken(here: Web) -> list[str]:
    return [row[0] for row in here.owner("select subject from events order by position")]


def test_a_job_is_done_in_parts_and_says_how_far_it_is(here: Web):
    answer = ask(here)
    assert answer.status_code == 202 and answer.headers["Location"] == f"/v1/jobs/{answer.get_json()['id']}"
    assert (answer.get_json()["status"], answer.get_json()["left"], taken(here)) == ("waiting", MANY, [])
    assert jobs.advance(here.database, here.app.extensions["merit"].service, "mulyorejo", here.clock.now())
    said = followed(here, answer, HR)
    assert (said["status"], said["done"], said["left"], said["result"]) == ("running", 2, 5, None)
    assert said["rate"] > 0 and said["remaining_seconds"] >= 0
    assert work_on(here) == 3
    said = followed(here, answer, HR)
    assert (said["status"], said["done"], said["left"], said["result"]) == ("done", MANY, 0, {"owners": MANY})
    assert taken(here) == [f"o{number}" for number in range(MANY)]
    assert here.owner("select distinct meta->>'actor' from events") == [("m9",)]


def test_asking_twice_gives_the_same_job_until_it_has_ended(here: Web):
    first, again = ask(here, **{"Idempotency-Key": "k"}), ask(here, **{"Idempotency-Key": "k"})
    other, else_ = ask(here), ask(here, OTHER)
    assert again.headers["Location"] == first.headers["Location"] and again.headers["Idempotency-Replayed"] == "true"
    assert {one.get_json()["id"] for one in (first, again, other, else_)} == {first.get_json()["id"]}
    work_on(here)
    assert ask(here, **{"Idempotency-Key": "k"}).get_json()["id"] == first.get_json()["id"]
    assert ask(here).get_json()["id"] != first.get_json()["id"]


def test_an_answer_without_a_job_names_none(here: Web):
    for _ in range(2):
        answer = here.call("POST", "/v1/later-notes", HR, headers={"Idempotency-Key": "later"})
        assert (answer.status_code, answer.get_json(), answer.headers.get("Location")) == (202, {"later": True}, None)


@pytest.mark.parametrize("passing", (True, False), ids=("somebody else wrote", "it failed"))
def test_a_part_that_fails_leaves_nothing_and_is_done_again(here: Web, passing: bool):
    answer = ask(here)
    TROUBLE.at, TROUBLE.raised = 4, Conflict("s", 1, 2) if passing else RuntimeError("a secret")
    service = here.app.extensions["merit"].service
    for _ in range(3):
        assert jobs.advance(here.database, service, "mulyorejo", here.clock.now())
    assert taken(here) == ["o0", "o1", "o2", "o3"] and followed(here, answer, HR)["tries"] == (0 if passing else 1)
    if not passing:
        assert not jobs.advance(here.database, service, "mulyorejo", here.clock.now()), "it rests"
    TROUBLE.at = None
    at_once(here)
    work_on(here)
    assert followed(here, answer, HR)["status"] == "done" and taken(here) == [f"o{number}" for number in range(MANY)]


def test_after_three_tries_a_job_has_failed_and_goes_on_when_it_is_retried(here: Web):
    answer = ask(here)
    TROUBLE.at = 2
    for _ in range(3):
        at_once(here)
        work_on(here)
    said = followed(here, answer, HR)
    assert (said["status"], said["done"], said["problem"]["type"]) == ("failed", 2, "urn:merit:problem:job-failed")
    assert "secret" not in str(said) and said["problem"]["status"] == 500
    assert here.call("POST", answer.headers["Location"] + "/cancellation", HR).get_json()["status"] == "failed"
    TROUBLE.at = None
    newer = ask(here)
    refused = here.call("POST", answer.headers["Location"] + "/retry", HR)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "urn:merit:problem:job-under-way")
    assert here.call("POST", newer.headers["Location"] + "/cancellation", HR).get_json()["status"] == "cancelled"
    said = here.call("POST", answer.headers["Location"] + "/retry", OPERATOR).get_json()
    assert (said["status"], said["problem"], said["tries"]) == ("waiting", None, 0)
    work_on(here)
    assert followed(here, answer, HR)["status"] == "done"
    assert taken(here) == ["o0", "o1", "ended", *(f"o{number}" for number in range(2, MANY))]
    assert here.call("POST", answer.headers["Location"] + "/retry", HR).status_code == 409


def test_an_operator_is_told_of_a_job_that_failed_until_somebody_goes_on_with_it(here: Web):
    def stuck() -> list[tuple[str, int]]:
        with closing(connect(here.places.log_url, "test")) as reader:
            return [(one.address, one.tries) for one in given_up.listed(reader)]

    def act(what: str) -> bool:
        with closing(connect(here.places.log_url, "test")) as reader:
            return given_up.act(here.database, what, given_up.listed(reader)[0], here.clock.now())

    def fail() -> Any:
        answer, TROUBLE.at = ask(here), 2
        for _ in range(3):
            at_once(here)
            work_on(here)
        TROUBLE.at = None
        return answer

    answer = fail()
    assert stuck() == [("mulyorejo/notes/all", 3)]
    assert act("retry") and stuck() == []
    work_on(here)
    assert followed(here, answer, HR)["status"] == "done"
    answer = fail()
    assert act("drop") and stuck() == [] and followed(here, answer, HR)["status"] == "failed"
    fail()
    assert stuck() == [("mulyorejo/notes/all", 3)]
    ask(here)
    assert stuck() == [], "somebody has asked for it again"
    TROUBLE.at, TROUBLE.raised = 2, Refused("too-many", expected="fewer", found="more", remedy="take fewer")
    work_on(here)
    assert stuck() == [], "a refusal is for who asked"


@pytest.mark.parametrize("stays", (True, False), ids=("returned", "raised"))
def test_a_refusal_ends_a_job_at_once(here: Web, stays: bool):
    answer = ask(here)
    refusal = Refused("too-many", expected="fewer", found="more", remedy="take fewer")
    TROUBLE.at, TROUBLE.raised, TROUBLE.stays = 2, refusal, stays
    assert work_on(here) == 2
    said = followed(here, answer, HR)
    assert (said["status"], said["problem"]["type"], said["problem"]["remedy"]) == ("failed", "urn:merit:problem:too-many", "take fewer")
    assert taken(here) == ["o0", "o1", *(("o2", "o3") if stays else ())]


def test_a_cancelled_job_does_no_further_part_and_what_was_done_stays(here: Web):
    answer = ask(here)
    jobs.advance(here.database, here.app.extensions["merit"].service, "mulyorejo", here.clock.now())
    for _ in range(2):
        assert here.call("POST", answer.headers["Location"] + "/cancellation", HR).get_json()["status"] == "cancelled"
    assert work_on(here) == 0 and taken(here) == ["o0", "o1", "ended"]


def test_who_asked_and_who_may_start_such_jobs_see_and_end_them(here: Web):
    mine, theirs = ask(here, NOBODY), "/v1/jobs/00000000-0000-4000-8000-000000000000"
    for who in (NOBODY, HR, OPERATOR):
        assert here.call("GET", mine.headers["Location"], who).status_code == 200
        assert [one["id"] for one in here.call("GET", "/v1/jobs", who).get_json()["items"]] == [mine.get_json()["id"]]
    stranger = ("m6", "employee")
    assert here.call("GET", mine.headers["Location"], stranger).status_code == 403
    assert here.call("POST", mine.headers["Location"] + "/cancellation", stranger).status_code == 403
    assert here.call("GET", "/v1/jobs", stranger).get_json() == {"items": [], "next": None}
    assert here.call("GET", theirs, HR).status_code == 404
    elsewhere = here.token("m9", "hr", agency="other")
    assert here.call("GET", mine.headers["Location"], elsewhere).status_code == 404
    assert here.call("POST", mine.headers["Location"] + "/cancellation", NOBODY).get_json()["status"] == "cancelled"


def test_jobs_are_listed_in_pages_the_newest_first(here: Web):
    made = []
    for _ in range(5):
        made.append(ask(here).get_json()["id"])
        work_on(here)
    found, cursor = [], ""
    while True:
        page = here.call("GET", f"/v1/jobs?kind=notes&status=done&limit=2{cursor}", HR).get_json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == sorted(made) and len(found) == 5
    assert here.call("GET", "/v1/jobs?cursor=xyz", HR).status_code == 422


def test_what_ended_long_ago_is_given_up(here: Web):
    ask(here)
    later = here.clock.now() + jobs.KEPT * 2
    assert jobs.prune(here.database, ("mulyorejo",), later) == 0, "it is under way"
    work_on(here)
    assert jobs.prune(here.database, ("mulyorejo",), here.clock.now()) == 0
    assert jobs.prune(here.database, ("mulyorejo", "other"), later) == 1
