"""An office of many people whom one assessor scores, and many acts sent by one request: for tests and for measuring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from services.appraisal.service import SERVICE
from services.personnel import events as personnel
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, ASSESSOR, TODAY, Office
from tests.support.web import web

TARGET = {
    "target_id": "permits", "aspect": "quantity", "indicator": "permits-issued", "unit": "izin", "direction": "higher", "value": "40",
    "weight": 100, "months": ["2026-03", "2026-06", "2026-09", "2026-12"],
}  # fmt: skip
Act = dict[str, Any]


@contextmanager
def opened(postgres_url: str, name: str, many: int) -> Iterator[Office]:
    """So many people under one assessor, each with an approved plan of one target."""
    with web(postgres_url, SERVICE, name, ("mulyorejo",)) as place:
        made = Office(place)
        made.at("2026-01-02")
        first = TODAY.date()
        everybody = [*people(many), "boss", "chief"]
        made.hear(
            personnel.UnitOpened("town", None, "government", first),
            *(personnel.EmployeeRegistered(person, "PNS", first) for person in everybody),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "town", False, first, "SK") for person in everybody),
            *(personnel.ReportingLineSet(person, "boss", "chief", first, "SK") for person in people(many)),
        )
        rules = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019 art. 59"], "settings": SETTINGS}
        made.post("/rule-sets", ADMIN, rules)
        made.at("2026-01-14")
        for person in people(many):
            made.post(f"/plans/{person}/2026/targets", (person, "employee"), TARGET)
            version = made.get(f"/plans/{person}/2026")["version"]
            made.post(f"/plans/{person}/2026/approval", ASSESSOR, {"document": f"SKP/{person}"}, version)
        made.at("2026-04-20")
        yield made


def people(many: int) -> list[str]:
    return [f"p{number}" for number in range(many)]


def scores(persons: Sequence[str]) -> list[Act]:
    return [
        {"to": f"/v1/appraisals/{person}/2026-Q1/scores", "body": {"what": "behaviour", "item": item, "value": "as"}}
        for person in persons
        for item in BEHAVIOURS
    ]


def deliveries(persons: Sequence[str], version: int = 3) -> list[Act]:
    return [{"to": f"/v1/appraisals/{person}/2026-Q1/delivery", "version": version} for person in persons]


def sent(office: Office, acts: list[Act], who: tuple[str, ...] | str = ASSESSOR, **headers: str) -> dict[str, Any]:
    answer = office.web.call("POST", "/v1/acts", who, headers, json={"acts": acts})
    assert answer.status_code == 200, answer.json
    return answer.json


def progress(office: Office, persons: Sequence[str]) -> None:
    for person in persons:
        office.post(f"/plans/{person}/2026/progress", (person, "employee"), {"target_id": "permits", "month": "2026-03", "value": "41"})
