"""What a command costs, counted: messages to the database and their statements, streams read, modules of Merit entered.

The counts are the same on any machine and at any load, so two versions of Merit can be held against each other by them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.appraisal.service import SERVICE as APPRAISAL
from services.payroll.service import SERVICE as PAYROLL
from services.personnel import events as personnel
from shared.store.database import Transaction
from tests.support import payroll_web
from tests.support import payroll_year as year
from tests.support.appraisal import BEHAVIOURS, SETTINGS
from tests.support.appraisal_office import ADMIN, ASSESSOR, Office
from tests.support.payroll_year import at
from tests.support.web import Web, web
from tests.support.working import ended

ROOT = Path(__file__).parents[2]
OURS = tuple(str(ROOT / part) for part in ("shared", "services"))
STREAM = re.compile(r"stream = %s order by version")


@dataclass(frozen=True)
class Cost:
    """`messages`: round trips to the database. `statements`: what they hold, BEGIN, SET LOCAL and COMMIT among them.

    `streams`: how often a stream was read, for each. `modules`: how many of Merit's modules were entered.
    """

    messages: int
    statements: int
    streams: dict[str, int]
    modules: int


def cost(work: Callable[[], Any]) -> Cost:
    """What this costs from here to its end, in this thread."""
    messages, statements, streams, modules = 0, 0, {}, set()

    def entered(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (name := frame.f_code.co_filename).startswith(OURS):
            modules.add(name)

    execute, flush, commit = Transaction.execute, Transaction.flush, Transaction.commit

    def sent(tx: Transaction, many: int) -> None:
        nonlocal messages, statements
        messages, statements = messages + 1, statements + len(tx._first) + many

    def executes(tx: Transaction, sql: str, params: Any = None) -> Any:
        sent(tx, 1)
        if STREAM.search(sql):
            streams[params[1]] = streams.get(params[1], 0) + 1
        return execute(tx, sql, params)

    def flushes(tx: Transaction) -> None:
        if tx.last:
            sent(tx, len(tx.last))
        flush(tx)

    def commits(tx: Transaction) -> None:
        if tx.began or tx.last or tx._waiting:
            sent(tx, len(tx.last) + 1)
        commit(tx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "execute", executes)
        patch.setattr(Transaction, "flush", flushes)
        patch.setattr(Transaction, "commit", commits)
        sys.setprofile(entered)
        try:
            work()
        finally:
            sys.setprofile(None)
    return Cost(messages, statements, streams, len(modules))


# --- four commands, each of a process that has answered one of its kind before -----------------------------------------------------------

PEOPLE = ("ani", "budi")
PERMITS = {"target_id": "permits", "aspect": "quantity", "indicator": "permits-issued", "unit": "izin", "direction": "higher"}
PERMITS |= {"value": "40", "weight": 100}
OBJECTION = {"items": ["permits"], "arguments": "Aplikasi padam", "evidence": ["cd" * 32]}


@contextmanager
def appraisal(postgres_url: str) -> Iterator[Office]:
    with web(postgres_url, APPRAISAL, "costs_appraisal", ("mulyorejo",)) as place:
        place.app.test_client_class = FlaskClient  # what holds answers against their description would be counted
        office, first = Office(place), date(2026, 1, 1)
        office.at("2026-01-02")
        office.hear(
            personnel.UnitOpened("town", None, "government", first),
            personnel.UnitOpened("permits", "town", "office", first),
            *(personnel.EmployeeRegistered(person, "PNS", first) for person in (*PEOPLE, "boss", "chief")),
            *(personnel.PositionAssigned(person, f"post-{person}", 8, "executing", "permits", False, first, "SK") for person in PEOPLE),
            *(personnel.ReportingLineSet(person, "boss", "chief", first, "SK") for person in PEOPLE),
        )
        body = {"kind": "appraisal", "id": "place", "since": "2026-01-01", "sources": ["PP 30/2019 art. 59"], "settings": SETTINGS}
        office.post("/rule-sets", ADMIN, body)
        yield office


def appraisal_costs(postgres_url: str) -> dict[str, Cost]:
    """Of a target, a score and an objection of the second person, whose first act was done by the first."""
    found = {}
    with appraisal(postgres_url) as office:

        def each(name: str, path: str, body: dict[str, Any], who: Callable[[str], Any]) -> None:
            first, second = PEOPLE
            office.post(path.format(first), who(first), body)
            found[name] = cost(lambda: office.post(path.format(second), who(second), body))

        def self(person: str) -> tuple[str, str]:
            return (person, "employee")

        office.at("2026-01-14")
        each("set a target", "/plans/{}/2026/targets", PERMITS, self)
        for person in PEOPLE:
            version = office.get(f"/plans/{person}/2026")["version"]
            office.post(f"/plans/{person}/2026/approval", ASSESSOR, {"document": f"SKP/{person}/2026"}, version)
        office.at("2026-04-20")
        for person in PEOPLE:
            for month in ("2026-01", "2026-02", "2026-03"):
                said = {"target_id": "permits", "month": month, "value": "10"}
                office.post(f"/plans/{person}/2026/progress", self(person), said)
            for item in BEHAVIOURS[:-1]:
                office.post(f"/appraisals/{person}/2026-Q1/scores", ASSESSOR, {"what": "behaviour", "item": item, "value": "as"})
        score = {"what": "behaviour", "item": BEHAVIOURS[-1], "value": "as"}
        each("submit a score", "/appraisals/{}/2026-Q1/scores", score, lambda person: ASSESSOR)
        for person in PEOPLE:
            version = office.get(f"/appraisals/{person}/2026-Q1")["version"]
            office.post(f"/appraisals/{person}/2026-Q1/delivery", ASSESSOR, version=version)
        office.at("2026-04-22")
        each("file an objection", "/appraisals/{}/2026-Q1/objections", OBJECTION, self)
    return found


def pay_run_costs(postgres_url: str, persons: int) -> dict[str, Cost]:
    """Of opening the second month's run of so many people, and of doing all of it."""
    people = [f"m{number}" for number in range(100, 100 + persons)]
    found = {}
    with web(postgres_url, PAYROLL, f"costs_payroll_{persons}", ("mulyorejo",)) as here:
        here.app.test_client_class = FlaskClient
        payroll_web.publish(here)
        for month in (1, 2):
            here.clock.moment = at(month + 1, 3)
            for person in people:
                if month == 1:
                    imported = year.imported("baik", employee=person)
                    payroll_web.hear(here, year.registered(person), year.position(8, employee=person), imported)
                payroll_web.hear(here, year.attendance(month, employee=person))
            found = _run_costs(here, f"2026-{month:02d}")
    return found


def _run_costs(here: Web, month: str) -> dict[str, Cost]:
    answers: list[Any] = []
    opening = cost(lambda: answers.append(here.call("POST", "/v1/pay-runs", payroll_web.TREASURER, json={"month": month})))
    job = cost(lambda: answers.append(ended(here, answers[0], payroll_web.TREASURER)))
    assert answers[1]["status"] == "done", answers[1]
    payroll_web.settle(here)
    return {"open a pay run": opening, "its job": job}
