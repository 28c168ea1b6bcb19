"""Joining, leaving and moving within the year, through appraisal's routes on a database."""

from __future__ import annotations

import re
from datetime import date

import pytest

from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, ASSESSOR, Office
from tests.support.web import web

FIRST = date(2026, 1, 1)
PERMITS = {"target_id": "permits", "aspect": "quantity", "indicator": "permits-issued", "unit": "izin", "direction": "higher"}
PERMITS |= {"value": "40", "weight": 100}
LETTERS = PERMITS | {"target_id": "letters", "indicator": "letters-answered", "value": "20"}
NEXT = ("next", "employee")


@pytest.fixture
def office(postgres_url):
    with web(postgres_url, SERVICE, "appraisal_life", ("mulyorejo",)) as place:
        made = Office(place)
        made.at("2026-01-02")
        made.hear(
            personnel.UnitOpened("town", None, "government", FIRST),
            *(personnel.UnitOpened(unit, "town", "office", FIRST) for unit in ("permits", "archive")),
            *(personnel.EmployeeRegistered(person, "PNS", FIRST) for person in ("ani", "boss", "next", "chief")),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "permits", False, FIRST, "SK") for person in ("ani",)),
            *(personnel.ReportingLineSet(person, "boss", "chief", FIRST, "SK") for person in ("ani", "budi")),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019 art. 59"], "settings": SETTINGS}
        made.post("/rule-sets", ADMIN, body)
        yield made


def plan(office, person, target, who=ASSESSOR, **approval):
    office.post(f"/plans/{person}/2026/targets", (person, "employee"), target)
    shown = office.get(f"/plans/{person}/2026")
    version = (shown.get("draft") or shown)["version"]
    return office.post(f"/plans/{person}/2026/approval", who, {"document": f"SKP/{person}/2026"} | approval, version)


def report(office, person, target, *months, value="40"):
    for month in months:
        office.post(f"/plans/{person}/2026/progress", (person, "employee"), {"target_id": target, "month": month, "value": value})


def deliver(office, person, period, who=ASSESSOR):
    for item in BEHAVIOURS:
        office.post(f"/appraisals/{person}/{period}/scores", who, {"what": "behaviour", "item": item, "value": "as"})
    version = office.get(f"/appraisals/{person}/{period}")["version"]
    return office.post(f"/appraisals/{person}/{period}/delivery", who, version=version)


def test_who_joins_on_15_february_is_not_asked_for_january_and_may_not_report_it(office):
    office.at("2026-02-16")
    office.hear(
        personnel.EmployeeRegistered("budi", "CPNS", date(2026, 2, 15)),
        personnel.PositionAssigned("budi", "clerk", 6, "executing", "permits", False, date(2026, 2, 15), "SK"),
    )
    plan(office, "budi", PERMITS)
    office.at("2026-04-20")
    january = {"target_id": "permits", "month": "2026-01", "value": "40"}
    office.refused("outside-service", 422, "/plans/budi/2026/progress", ("budi", "employee"), january)
    report(office, "budi", "permits", "2026-02", "2026-03")
    assert deliver(office, "budi", "2026-Q1")["judgement"]["predicate"] == "baik"


def test_who_retired_is_appraised_on_his_months_and_not_afterwards(office):
    office.at("2026-01-14")
    plan(office, "ani", PERMITS)
    office.at("2026-04-20")
    office.hear(personnel.EmploymentEnded("ani", "retired", date(2026, 3, 1), "882/1"))
    report(office, "ani", "permits", "2026-01", "2026-02")
    assert deliver(office, "ani", "2026-Q1")["judgement"]["predicate"] == "baik"
    office.at("2026-07-20")
    score = {"what": "behaviour", "item": BEHAVIOURS[0], "value": "as"}
    assert office.refused("outside-service", 422, "/appraisals/ani/2026-Q2/scores", ASSESSOR, score)["found"].endswith("(retired)")
    office.settle()
    seen = {period: office.get(f"/distribution?period={period}&unit=permits") for period in ("2026-Q1", "2026-Q2")}
    assert {period: (one["persons"], one["appraised"]) for period, one in seen.items()} == {"2026-Q1": (1, 1), "2026-Q2": (0, 0)}


def test_who_is_registered_again_has_no_assessor_and_no_unit_until_they_are_entered_anew(office):
    office.at("2026-07-06")
    office.hear(
        personnel.EmploymentEnded("ani", "retired", date(2026, 3, 1), "882/1"),
        personnel.EmployeeRegistered("ani", "PPPK", date(2026, 7, 1)),
    )
    ani = ("ani", "employee")
    office.post("/plans/ani/2026/targets", ani, PERMITS)
    office.refused("not-permitted", 403, "/plans/ani/2026/approval", ASSESSOR, {"document": "SKP/ani/2026"}, 1)
    assert office.call("GET", "/plans/ani/2026", ASSESSOR).status_code == 403
    assert office.call("GET", "/units/permits/scores?period=2026-Q3", ani).status_code == 403
    office.settle()
    persons = {quarter: office.get(f"/distribution?period=2026-{quarter}&unit=permits")["persons"] for quarter in ("Q1", "Q3")}
    assert persons == {"Q1": 1, "Q3": 0}
    entered = date(2026, 7, 3)
    office.hear(
        personnel.PositionAssigned("ani", "clerk", 6, "executing", "permits", False, entered, "SK"),
        personnel.ReportingLineSet("ani", "next", "chief", entered, "SK"),
    )
    office.post("/plans/ani/2026/approval", NEXT, {"document": "SKP/ani/2026"}, 1)
    assert office.call("GET", "/units/permits/scores?period=2026-Q3", ani).status_code == 200
    assert office.get("/distribution?period=2026-Q3&unit=permits")["persons"] == 1


def test_a_transfer_within_the_year_has_a_new_plan_by_the_new_assessor(office):
    office.at("2026-01-14")
    plan(office, "ani", PERMITS)
    office.at("2026-05-06")
    office.refused("plan-approved", 409, "/plans/ani/2026/targets", ("ani", "employee"), LETTERS)
    moved = date(2026, 5, 4)
    office.hear(
        personnel.PositionAssigned("ani", "archivist", 8, "executing", "archive", False, moved, "SK"),
        personnel.ReportingLineSet("ani", "next", "chief", moved, "SK"),
    )
    assert office.call("DELETE", "/plans/ani/2026/targets/permits", ("ani", "employee")).status_code == 200
    assert [one["target_id"] for one in office.get("/plans/ani/2026")["targets"]] == ["permits"], "the fixed plan stands until then"
    answer = plan(office, "ani", LETTERS, NEXT)
    assert (answer["plan_version"], answer["since"], answer["first_month"]) == (2, "2026-05-04", "2026-06")
    office.refused("plan-approved", 409, "/plans/ani/2026/targets", ("ani", "employee"), PERMITS)

    office.at("2026-07-20")
    report(office, "ani", "permits", "2026-04", "2026-05")
    wrong = {"target_id": "permits", "month": "2026-06", "value": "40"}
    office.refused("unknown-target", 404, "/plans/ani/2026/progress", ("ani", "employee"), wrong)
    report(office, "ani", "letters", "2026-06", value="20")
    shown = office.get("/plans/ani/2026")
    assert [(one["plan_version"], one["first_month"], one["cause"]) for one in shown["versions"]] == [
        (1, "2026-01", None),
        (2, "2026-06", "transfer"),
    ]
    assert [target["target_id"] for one in shown["versions"] for target in one["targets"]] == ["permits", "letters"]
    assert "draft" not in shown
    assert deliver(office, "ani", "2026-Q2", NEXT)["judgement"]["predicate"] == "baik"
    scores = office.get("/appraisals/ani/2026-Q2")["scores"]
    assert {one["item"]: one["achievement_percent"] for one in scores if one["what"] == "target"} == {"permits": "100", "letters": "100"}


def test_a_transfer_learned_of_after_its_quarter_was_delivered_has_a_plan_from_the_day_that_the_refusal_names(office):
    office.at("2026-01-14")
    plan(office, "ani", PERMITS)
    office.at("2026-04-20")
    report(office, "ani", "permits", "2026-01", "2026-02", "2026-03")
    deliver(office, "ani", "2026-Q1")
    office.at("2026-05-04")
    office.hear(
        personnel.PositionAssigned("ani", "archivist", 8, "executing", "archive", False, date(2026, 2, 15), "SK"),
        personnel.ReportingLineSet("ani", "next", "chief", date(2026, 2, 15), "SK"),
    )
    office.post("/plans/ani/2026/targets", ("ani", "employee"), LETTERS)
    assert office.call("DELETE", "/plans/ani/2026/targets/permits", ("ani", "employee")).status_code == 200
    path, body = "/plans/ani/2026/approval", {"document": "SKP/ani/2026/2"}
    version = office.get("/plans/ani/2026")["draft"]["version"]
    refused = office.call("POST", path, NEXT, body, version)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:merit:problem:period-delivered")
    day = re.search(r"give (\S+) as since", refused.json["remedy"])[1]
    answer = office.post(path, NEXT, body | {"since": day}, version)
    assert (answer["plan_version"], answer["since"], answer["first_month"]) == (2, "2026-04-01", "2026-04")
    report(office, "ani", "letters", "2026-04", value="20")
    assert [one["cause"] for one in office.get("/plans/ani/2026")["versions"]] == [None, "transfer"]


def test_where_the_rules_allow_it_employee_and_superior_agree_on_other_targets_when_priorities_change(office):
    office.at("2026-01-14")
    plan(office, "ani", PERMITS)
    body = {"kind": "appraisal", "id": "place", "since": "2026-06-01", "sources": ["Perwal 7/2026 Pasal 9"]}
    office.post("/rule-sets", ADMIN, body | {"settings": SETTINGS | {"plan_changes": {"priorities": True}}})
    office.at("2026-06-15")
    answer = plan(office, "ani", PERMITS | {"value": "30"}, since="2026-07-01")
    assert (answer["plan_version"], answer["first_month"]) == (2, "2026-07")
    assert office.get("/plans/ani/2026")["versions"][1]["cause"] == "priorities"
