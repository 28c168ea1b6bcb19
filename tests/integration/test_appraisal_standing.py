"""Through the routes of appraisal: an assessor replaced after the quarter, an objection while everybody changes, a delivery withdrawn."""

from __future__ import annotations

from datetime import date

import pytest

from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.integration.test_appraisal_routes import TARGETS
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, APPROVER, HR, Office
from tests.support.web import web

OLD, NEW, CHIEF, HEAD, ANI = (("old", "employee"), ("new", "employee"), ("chief", "employee"), ("head", "employee"), ("ani", "employee"))
PATH = "/appraisals/ani/2026-Q1"
DECISION = {
    "outcome": "granted",
    "document": "800/1/2026",
    "reasons": "Berita acara membenarkan",
    "ratings": {"result_rating": "as", "behaviour_rating": "as"},
}


@pytest.fixture
def office(postgres_url):
    """Ani's first quarter, reported and not scored yet; `old` was her assessor until 31 March, `new` is from 1 April on."""
    with web(postgres_url, SERVICE, "appraisal_standing", ("mulyorejo",)) as place:
        made = Office(place)
        made.at("2026-01-02")
        first = date(2026, 1, 2)
        people = ("ani", "old", "new", "chief", "head")
        made.hear(
            personnel.UnitOpened("town", None, "government", first),
            *(personnel.EmployeeRegistered(person, "PNS", first) for person in people),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "town", False, first, "SK") for person in people),
            personnel.ReportingLineSet("ani", "old", "chief", first, "SK"),
            personnel.ReportingLineSet("ani", "new", "head", date(2026, 4, 1), "SK"),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019 art. 59"], "settings": SETTINGS}
        made.post("/rule-sets", ADMIN, body)
        made.at("2026-01-14")
        for target in TARGETS:
            made.post("/plans/ani/2026/targets", ANI, target)
        made.post("/plans/ani/2026/approval", OLD, {"document": "SKP/1"}, made.get("/plans/ani/2026")["version"])
        made.at("2026-03-31")
        for month in ("2026-01", "2026-02", "2026-03"):
            for target, value in (("permits", "30"), ("days", "6")):
                made.post("/plans/ani/2026/progress", ANI, {"target_id": target, "month": month, "value": value})
        made.at("2026-04-05")
        yield made


def scored(office):
    for item in BEHAVIOURS:
        office.post(f"{PATH}/scores", OLD, {"what": "behaviour", "item": item, "value": "as"})


def delivered(office):
    scored(office)
    return office.post(f"{PATH}/delivery", OLD, version=office.get(PATH)["version"])


def test_the_assessor_of_the_quarter_delivers_it_after_he_was_replaced_and_the_new_one_may_not(office):
    office.refused("not-permitted", 403, f"{PATH}/scores", NEW, {"what": "behaviour", "item": "akuntabel", "value": "as"})
    scored(office)
    shown = office.get(PATH, NEW)
    assert shown["who_may"] == {"action": "deliver-appraisal", "persons": ["old"], "role": None, "never": []}
    office.refused("not-permitted", 403, f"{PATH}/delivery", NEW, version=shown["version"])
    office.refused("not-permitted", 403, f"{PATH}/delivery", CHIEF, version=shown["version"])
    assert office.post(f"{PATH}/delivery", OLD, version=shown["version"])["judgement"]["predicate"] == "butuh_perbaikan"


def test_while_an_objection_is_open_everybody_changes_and_somebody_decides(office):
    delivered(office)
    office.at("2026-04-06")
    office.post(f"{PATH}/objections", ANI, {"items": ["whole"], "arguments": "Aplikasi padam"})
    decider = {"action": "decide-objection", "persons": ["chief"], "role": None, "never": ["ani", "old"]}
    assert office.get(f"{PATH}/objection", ANI)["who_may"] == decider == office.get(PATH, ANI)["who_may"]
    version = office.get(PATH)["version"]
    office.refused("not-permitted", 403, f"{PATH}/objections/decision", HEAD, DECISION, version)
    # The superior retires; who delivered becomes the superior of the present assessor.
    office.hear(personnel.EmploymentEnded("chief", "retired", date(2026, 4, 7), "SK"))
    office.hear(personnel.ReportingLineSet("ani", "new", "old", date(2026, 4, 7), "SK"))
    office.at("2026-04-08")
    assert office.get(f"{PATH}/objection", ANI)["who_may"] == decider | {"persons": [], "role": "approver"}
    office.refused("service-ended", 403, f"{PATH}/objections/decision", CHIEF, DECISION, version)
    for denied in (OLD, NEW, ("old", "employee", "approver"), ("ani", "employee", "approver")):
        office.refused("not-permitted", 403, f"{PATH}/objections/decision", denied, DECISION, version)
    assert office.post(f"{PATH}/objections/decision", APPROVER, DECISION, version)["after"]["predicate"] == "baik"
    assert office.get(PATH, HR)["who_may"] == decider | {"action": "correct-appraisal", "persons": [], "role": "approver"}


def test_a_delivery_that_nobody_has_seen_is_withdrawn_and_the_term_of_the_next_one_counts_from_it(office):
    first = delivered(office)
    office.refused("not-permitted", 403, f"{PATH}/delivery/withdrawal", NEW, {"reasons": "Salah"}, first["version"])
    office.refused("not-permitted", 403, f"{PATH}/delivery/withdrawal", ANI, {"reasons": "Salah"}, first["version"])
    withdrawn = office.post(f"{PATH}/delivery/withdrawal", OLD, {"reasons": "Nilai orang lain"}, first["version"])
    shown = office.get(PATH, ANI)
    assert (shown["status"], shown["predicate"], shown["seen_at"], shown["version"]) == ("scoring", None, None, withdrawn["version"])
    office.refused("appraisal-not-delivered", 409, f"{PATH}/acceptance", ANI, version=shown["version"])
    office.at("2026-04-20")
    office.settle()
    assert office.get(PATH)["status"] == "scoring", "the first delivery's term is over, and silence accepts nothing"
    office.post("/plans/ani/2026/progress", ANI, {"target_id": "permits", "month": "2026-03", "value": "44"})
    again = office.post(f"{PATH}/delivery", OLD, version=office.get(PATH)["version"])
    assert (first["objection_until"], again["objection_until"]) == ("2026-04-19T17:00:00Z", "2026-05-04T17:00:00Z")
    for reader in (OLD, NEW, HR):
        assert office.get(PATH, reader)["seen_at"] is None
    assert office.get(PATH, ANI)["seen_at"] == "2026-04-20T02:00:00Z"
    office.at("2026-04-21")
    shown = office.get(PATH, ANI)
    assert (shown["seen_at"], shown["version"]) == ("2026-04-20T02:00:00Z", again["version"]), "once, in a stream of its own"
    office.refused("delivery-seen", 409, f"{PATH}/delivery/withdrawal", OLD, {"reasons": "Salah"}, again["version"])
    steps = ["AppraisalDelivered", "DeliveryWithdrawn", "AppraisalDelivered"]
    assert [step["what"] for step in shown["history"]] == steps


def test_the_units_scores_show_the_own_result_too(office):
    first = delivered(office)
    office.get("/units/town/scores?period=2026-Q1", OLD)
    assert office.get(PATH)["seen_at"] is None
    assert office.get("/units/town/scores?period=2026-Q1", ANI)["own"]["predicate"] == "butuh_perbaikan"
    office.refused("delivery-seen", 409, f"{PATH}/delivery/withdrawal", OLD, {"reasons": "Salah"}, first["version"])


def test_a_list_shows_the_own_result_too(office):
    """The chief of HR reads a list of others, and then one with the own row in it."""
    first = delivered(office)
    office.settle()
    hr = ("ani", "employee", "hr")
    assert office.get("/appraisals?period=2026-Q2", hr)["items"] == [] and office.get("/appraisals", HR)["items"]
    assert office.get(PATH)["seen_at"] is None
    [row] = office.get("/appraisals?period=2026-Q1", hr)["items"]
    [others] = office.get("/appraisals?period=2026-Q1", HR)["items"]
    assert row == others and row["predicate"] == "butuh_perbaikan"
    assert office.get(PATH)["seen_at"] is not None
    office.refused("delivery-seen", 409, f"{PATH}/delivery/withdrawal", OLD, {"reasons": "Salah"}, first["version"])


def test_a_delivery_that_was_withdrawn_a_moment_ago_is_not_in_the_own_row_of_a_list(office):
    first = delivered(office)
    office.settle()
    office.post(f"{PATH}/delivery/withdrawal", OLD, {"reasons": "Salah"}, first["version"])
    [row] = office.get("/appraisals?period=2026-Q1", ("ani", "employee", "hr"))["items"]
    assert (row["status"], row["predicate"]) == ("scoring", None)
