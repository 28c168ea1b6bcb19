"""Acts that people of every place do alike: each takes the person's seat last, and done twice it has one effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from scenario.place import SERVICE_OF_RULES, Place
from scenario.steps import Step
from shared.client.seat import Refusal, Seat

ZONE = ZoneInfo("Asia/Jakarta")


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """A moment on an ISO `day` in Jakarta's zone, which all four places keep."""
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=ZONE)


def after(month: str, day: int) -> str:
    """That day of the month after `month`."""
    return (date.fromisoformat(f"{month}-28") + timedelta(days=5)).replace(day=day).isoformat()


def step(town: Place, name: str, moment: datetime, by: str, tells: str, play: Callable[[Seat], None]) -> Step:
    """A step of this place, whose person comes with the roles of the own office."""
    return Step(f"{town.agency}/{name}", moment, town.agency, by, town.roles(by), tells, play)


def publish_rules(town: Place, moment: datetime, admin: str) -> Iterable[Step]:
    """The place publishes its rule sets, each at the service that keeps its kind."""
    for kind, settings in town.rules().items():
        tells = f"Aturan {settings['id']} diumumkan: {settings['sources'][0]}"
        yield step(town, f"rules/{kind}", moment, admin, tells, partial(post, SERVICE_OF_RULES[kind], "/rule-sets", settings))


def cited(town: Place, kind: str) -> str:
    """How results cite the place's first publication of its rules of `kind`."""
    return f"{town.rules()[kind]['id']}@1"


def post(service: str, path: str, body: Mapping[str, Any], seat: Seat) -> None:
    seat.post(service, path, body)


def post_each(service: str, bodies: Mapping[str, Mapping[str, Any]], seat: Seat) -> None:
    """A command for each path."""
    for path, body in bodies.items():
        seat.post(service, path, body)


def hand_in(town: Place, service: str, path: str, name: str, seat: Seat) -> None:
    """Import the file of this name."""
    seat.hand_in(service, path, town.content(f"imports/{name}"), name)


def handed_in(town: Place, moment: datetime, service: str, path: str, name: str, tells: str) -> Iterator[Step]:
    """HR hands in a file; what it says of the HR officer himself waits until a second person has confirmed it, a minute later."""
    officer, second = town.officers("hr")[:2]
    yield step(town, f"import/{name}", moment, officer, tells, partial(hand_in, town, service, path, name))
    if town.names(name, officer):
        tells = "Pejabat SDM kedua memeriksa dan menyetujui baris tentang petugas SDM sendiri"
        yield step(town, f"confirm/{name}", moment + timedelta(minutes=1), second, tells, partial(confirm_rows, town, service, name))


def confirm_rows(town: Place, service: str, name: str, seat: Seat) -> None:
    """Confirm each row of the file that waits for a second person."""
    file = hashlib.sha256(town.content(f"imports/{name}")).hexdigest()
    for row in seat.items(service, "/imports/set-aside", file=file, status="all"):
        seat.post(service, f"/imports/set-aside/{row['id']}/confirmation")


def approve_plans(people: Mapping[str, str], year: int, seat: Seat) -> None:
    """Fix the plan of each person, under the number of its document, on what is seen of it."""
    for person, document in people.items():
        seat.on_what_is_shown("appraisal", f"/plans/{person}/{year}", f"/plans/{person}/{year}/approval", {"document": document})


def score_behaviour(period: str, scores: Mapping[str, Mapping[str, str]], seat: Seat) -> None:
    """The assessor's scores: person → aspect → value."""
    for person, aspects in scores.items():
        for aspect, value in aspects.items():
            body = {"what": "behaviour", "item": aspect, "value": value}
            seat.post("appraisal", f"/appraisals/{person}/{period}/scores", body, key=aspect)


def appraise(act: str, period: str, people: Iterable[str], seat: Seat) -> None:
    """Deliver or accept the result of each person, on what is seen of it."""
    for person in people:
        shown = f"/appraisals/{person}/{period}"
        seat.on_what_is_shown("appraisal", shown, f"{shown}/{act}")


def on_appraisal(person: str, period: str, act: str, body: Mapping[str, Any], seat: Seat) -> None:
    """Decide an objection or correct a result, on what is seen of it."""
    shown = f"/appraisals/{person}/{period}"
    seat.on_what_is_shown("appraisal", shown, f"{shown}/{act}", body)


def pay(month: str, seat: Seat) -> None:
    """Ask for the month's run, and wait until it is closed."""
    seat.ended("payroll", seat.post("payroll", "/pay-runs", {"month": month}))


def decide_proposals(document: str, kinds: Iterable[str], said: Mapping[str, Mapping[str, Any]], seat: Seat) -> None:
    """Approve every proposal of these kinds that waits. `said`: what the official adds to a decision, by kind or by proposal."""
    for waiting in seat.items("personnel", "/proposals", status="proposed"):
        if waiting["kind"] in kinds:
            decision = {"outcome": "approved", "document": document, **said.get(waiting["kind"], {}), **said.get(waiting["proposal"], {})}
            path = f"/proposals/{waiting['employee']}/{waiting['proposal']}/decision"
            seat.on_what_is_shown("personnel", f"/proposals/{waiting['key']}", path, decision)


def read_answer(filed: str, said: Mapping[str, Any], seat: Seat) -> None:
    """A citizen reads what became of the complaint `said` at the step `filed`.

    The receipt is what was handed out then: the same request gives the same one again, and no second complaint.
    """
    receipt = replace(seat, step=filed).post("feedback", "/complaints", dict(said)).body
    seat.get("feedback", f"/complaints/{receipt['complaint']}", receipt_code=receipt["receipt_code"])


def open_measure(seat: Seat, person: str, kind: str) -> str:
    """The proposal that the person's open measure of this kind came from. LookupError when there is none."""
    measures = seat.get("personnel", f"/development/{person}").body["measures"]
    found = [one["proposal"] for one in measures if one["kind"] == kind and one["status"] == "open"]
    if not found:
        raise LookupError(f"expected an open measure of kind {kind} for {person}, found none; see GET /v1/development/{person}")
    return found[0]


def follow(person: str, kind: str, day: str, agreement: str, seat: Seat) -> None:
    """Record a step of the person's open measure, and what was agreed in it."""
    followed = {"proposal": open_measure(seat, person, kind), "on": day, "agreement": agreement}
    seat.post("personnel", f"/development/{person}/followed", followed)


def close(person: str, kind: str, outcome: str, seat: Seat) -> None:
    """Close the person's open measure with its outcome."""
    seat.post("personnel", f"/development/{person}/closed", {"proposal": open_measure(seat, person, kind), "outcome": outcome})


def refused(code: str, act: Callable[[Seat], None], seat: Seat) -> None:
    """Try what Merit must refuse with this code. AssertionError when it allows it; any other refusal goes on."""
    try:
        act(seat)
    except Refusal as refusal:
        if refusal.problem.get("type") == f"urn:merit:problem:{code}":
            return
        raise
    raise AssertionError(f"expected Merit to refuse ({code}), found it done; see the rule sets of the place")


def digest(proof: str) -> str:
    """The SHA-256 of a piece of evidence, in hexadecimal."""
    return hashlib.sha256(proof.encode()).hexdigest()
