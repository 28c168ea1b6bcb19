"""Predicates of quarters before Merit, by file, in an agency that published no rules of its own: what Merit appraises itself is refused."""

from __future__ import annotations

from datetime import date

import pytest

from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.support.appraisal import SETTINGS
from tests.support.appraisal_office import ADMIN, APPROVER, ASSESSOR, HR, Office
from tests.support.web import web

FIRST = date(2025, 1, 1)
PERMITS = {"target_id": "permits", "aspect": "quantity", "indicator": "permits-issued", "unit": "izin", "direction": "higher"}
PERMITS |= {"value": "40", "weight": 100}


@pytest.fixture
def office(postgres_url):
    with web(postgres_url, SERVICE, "appraisal_earlier", ("mulyorejo",)) as place:
        made = Office(place)
        made.at("2026-01-02")
        made.hear(
            personnel.UnitOpened("town", None, "government", FIRST),
            *(personnel.EmployeeRegistered(person, "PNS", FIRST) for person in ("ani", "budi", "boss", "chief")),
            *(personnel.PositionAssigned(one, f"post-{one}", 8, "executing", "town", False, FIRST, "SK") for one in ("ani", "budi")),
            *(personnel.ReportingLineSet(person, "boss", "chief", FIRST, "SK") for person in ("ani", "budi")),
        )
        yield made


def approve(office, person, year="2026"):
    draft = office.post(f"/plans/{person}/{year}/targets", (person, "employee"), PERMITS)
    office.post(f"/plans/{person}/{year}/approval", ASSESSOR, {"document": f"SKP/{person}/{year}"}, draft["version"])
    office.settle()


def deliver(office, person, period):
    """By the national rules: the superior's own scores, after the organisation's result."""
    office.post(f"/organisations/town/{period}/result", APPROVER, {"result": "baik"})
    for what, item in (("whole", "result"), *(("behaviour", one) for one in office.get("/rule-sets/appraisal")["settings"]["behaviours"])):
        office.post(f"/appraisals/{person}/{period}/scores", ASSESSOR, {"what": what, "item": item, "value": "as"})
    version = office.get(f"/appraisals/{person}/{period}")["version"]
    office.post(f"/appraisals/{person}/{period}/delivery", ASSESSOR, version=version)
    office.settle()


def takes(office, person, period):
    """Whether a dry run of the file takes the row; otherwise it is refused as a period of Merit."""
    file = f"Kode Pegawai,Periode,Predikat,Sistem Asal\n{person},{period},Sangat Baik,e-Kinerja lama\n".encode()
    answer = office.call("POST", "/imports/earlier-predicates?dry_run=true", HR, data=file, content_type="text/csv")
    if answer.status_code == 200:
        return True
    assert ["before Merit" in one["expected"] for one in answer.json["errors"]] == [True], answer.json
    return False


def test_on_national_rules_a_quarter_that_merit_appraises_is_refused_also_while_a_persons_plan_is_a_draft(office):
    office.post("/plans/budi/2026/targets", ("budi", "employee"), PERMITS)
    office.at("2026-01-14")
    assert takes(office, "budi", "2025-Q4")
    approve(office, "ani")
    office.at("2026-04-20")
    assert not takes(office, "budi", "2026-Q1"), "his plan is a draft, and the agency's people are appraised here"
    assert takes(office, "budi", "2025-Q4") and takes(office, "ani", "2025-Q4")
    deliver(office, "ani", "2026-Q1")
    office.at("2027-04-02")
    assert not takes(office, "budi", "2026-Q3") and not takes(office, "budi", "2027-Q1"), "nor in a year of which no plan is approved yet"


def test_an_agency_that_starts_in_july_with_plans_of_the_year_takes_over_the_quarters_before(office):
    office.at("2026-07-10")
    approve(office, "ani")
    office.at("2026-10-05")
    assert takes(office, "budi", "2026-Q1") and takes(office, "budi", "2026-Q2")
    assert not takes(office, "budi", "2026-Q3")
    assert not takes(office, "ani", "2026-Q2"), "her own plan counts from January on"
    deliver(office, "ani", "2026-Q2")
    assert takes(office, "budi", "2026-Q1") and not takes(office, "budi", "2026-Q2"), "the second quarter is appraised here after all"


def test_a_plan_that_is_made_before_its_year_begins_says_nothing_of_the_year_before(office):
    office.at("2026-12-15")
    approve(office, "ani", "2027")
    office.at("2027-04-02")
    assert takes(office, "budi", "2026-Q4") and not takes(office, "budi", "2027-Q1")


def test_own_rules_that_follow_do_not_open_the_quarters_by_national_ones(office):
    approve(office, "ani")
    office.at("2026-12-20")
    body = {"kind": "appraisal", "id": "place", "since": "2027-01-01", "sources": ["Perwal 7/2026 Pasal 9"], "settings": SETTINGS}
    office.post("/rule-sets", ADMIN, body)
    assert not takes(office, "budi", "2026-Q2") and takes(office, "budi", "2025-Q4")


def test_who_comes_back_brings_the_predicates_of_the_quarters_elsewhere(office):
    approve(office, "ani")
    office.at("2026-10-05")
    office.hear(
        personnel.EmploymentEnded("budi", "moved-agency", date(2026, 3, 1), "882/1"),
        personnel.EmployeeRegistered("budi", "PNS", date(2026, 7, 1)),
    )
    assert [takes(office, "budi", f"2026-Q{number}") for number in (1, 2, 3)] == [False, True, False]
