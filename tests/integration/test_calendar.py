"""The agency's calendar from personnel to every service, by running workers on PostgreSQL, and the terms that follow it unasked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.feedback.service import SERVICE as FEEDBACK
from services.personnel.service import SERVICE as PERSONNEL
from shared.bus.choose import open_bus
from shared.flow.knowledge import StoreKnowledge
from tests.support.personnel_web import accepted, hand_in, problem, settle
from tests.support.sites import EVERYTHING, Parts, embedded_bus, wait_until
from tests.support.web import Web, web

HR, ADMIN, CITIZEN = ("m15", "employee", "hr"), ("m0", "admin"), ("loket-1", "kiosk")
OFFICER, SOMEBODY, TREASURER = ("m16", "employee", "complaint-officer"), ("m1", "employee"), ("m17", "treasurer")
MONDAY = datetime(2027, 5, 3, 2, tzinfo=UTC)
UNITS = "Kode Unit,Nama Unit,Unit Induk,Jenis,Berlaku Sejak\ndukcapil,Dinas Dukcapil,,dinas,2020-01-01\n"
DECREE = "SKB 1497/2026"
PEOPLE = (
    "Kode Pegawai,NIP,Nama,Jenis,Mulai,Pangkat,TMT Pangkat,TMT CPNS,Jabatan,Kelas Jabatan,Jenis Jabatan,Unit,Plt,Berlaku Sejak,SK\n"
    "m1,199003152015032921,Ratri A,PNS,2015-03-01,III/b,2021-10-01,2015-03-01,arsiparis,8,fungsional,dukcapil,tidak,2020-03-01,821/1\n"
)
PROMOTION = {"predicate_at_least": "baik", "last_years": 2, "employments": ["PNS"], "list_missing_at_most": 1}
COMPLAINT = {"unit": "dukcapil", "kind": "normative", "body": "Loket tutup."}


class Town:
    """Personnel and feedback with their databases, each with a worker, on one bus and one clock."""

    def __init__(self, personnel: Web, feedback: Web, bus_url: str) -> None:
        self.personnel, self.feedback = personnel, feedback
        self.at(MONDAY)
        realm = SimpleNamespace(realm="calendar", clock=personnel.clock)
        pairs = ((PERSONNEL, personnel), (FEEDBACK, feedback))
        self.workers = [Parts(realm, service, EVERYTHING, here.places, lambda: open_bus(bus_url)) for service, here in pairs]

    def at(self, moment: datetime) -> None:
        self.personnel.clock.moment = self.feedback.clock.moment = moment

    def declare(self, day: str, kind: str = "national", who: Any = HR) -> Any:
        return self.personnel.call("POST", "/v1/calendar/holidays", who, json={"day": day, "kind": kind, "document": DECREE})

    def withdraw(self, day: str, who: Any = HR) -> Any:
        said = {"day": day, "document": "SKB 236/2027"}
        return self.personnel.call("POST", "/v1/calendar/holidays/withdrawal", who, json=said)

    def week(self, days: int, since: str, who: Any = ADMIN) -> Any:
        said = {"days": days, "since": since, "document": "800/1/2027"}
        return self.personnel.call("POST", "/v1/calendar/week", who, json=said)

    def calendar(self, year: int, who: Any = SOMEBODY) -> dict[str, Any]:
        return self.personnel.call("GET", f"/v1/calendar?year={year}", who).get_json()

    def file(self, kind: str = "normative") -> dict[str, Any]:
        filed = self.feedback.call("POST", "/v1/complaints", CITIZEN, json=COMPLAINT | {"kind": kind})
        assert filed.status_code == 201, filed.get_json()
        return filed.get_json()

    def follow(self, filed: dict[str, Any]) -> dict[str, Any]:
        code = {"receipt_code": filed["receipt_code"]}
        return self.feedback.call("GET", f"/v1/complaints/{filed['complaint']}", CITIZEN, query_string=code).get_json()

    def listed(self, filed: dict[str, Any]) -> dict[str, Any]:
        rows = self.feedback.call("GET", "/v1/complaints", OFFICER).get_json()["items"]
        return next((row for row in rows if row["complaint"] == filed["complaint"]), {"due": None, "status": None})

    def due(self, filed: dict[str, Any], day: str) -> None:
        """Wait until the citizen and the officer read this last day."""
        wait_until(lambda: (self.follow(filed)["due"], self.listed(filed)["due"]) == (day, day), 30, f"due on {day}")

    def known(self, *days: str, week: int = 5) -> None:
        """Wait until feedback knows just these days off, and this week on 1 January 2028."""

        def read() -> bool:
            with self.feedback.database.transaction("mulyorejo", MONDAY) as tx:
                found = StoreKnowledge(tx, FEEDBACK).calendar
            return {str(day) for day in found.holidays} == set(days) and found.week_on(date(2028, 1, 1)) == week

        wait_until(read, 30, f"feedback to know {days}")

    def moves(self) -> set[tuple[str, ...]]:
        shown = "data->>'complaint', data->>'previous', data->>'last_day', data->>'due'"
        return set(self.feedback.owner(f"select {shown} from events where type = 'merit.feedback.ComplaintTermMoved.v1'"))


@pytest.fixture
def town(postgres_url: str) -> Iterator[Town]:
    agencies = ("mulyorejo",)
    with (
        embedded_bus(postgres_url) as bus_url,
        web(postgres_url, PERSONNEL, "calendar_p", agencies) as personnel,
        web(postgres_url, FEEDBACK, "calendar_f", agencies) as feedback,
    ):
        here = Town(personnel, feedback, bus_url)
        try:
            accepted(hand_in(personnel, "units", UNITS), 1, 1)
            answered = lambda: feedback.call("POST", "/v1/complaints", CITIZEN, json=COMPLAINT).status_code  # noqa: E731
            wait_until(lambda: answered() == 201, 30, "feedback to hear of the unit")
            yield here
        finally:
            for worker in here.workers:
                worker.stop()


def test_a_complaint_of_monday_3_may_2027_is_due_on_the_11th_whether_ascension_is_declared_before_or_after_it(town: Town):
    """The running API and the running workers learn it without a restart; the log says from when to when each term moved."""
    before = town.file()
    assert before["due"] == "2027-05-10"
    town.due(before, "2027-05-10")
    assert town.declare("2027-05-06").status_code == 201
    town.due(before, "2027-05-11")
    town.known("2027-05-06")
    after = town.file()
    assert after["due"] == "2027-05-11"
    town.due(after, "2027-05-11")
    assert (before["complaint"], "2027-05-10", "2027-05-11", "2027-05-11T17:00:00Z") in town.moves()
    assert after["complaint"] not in {row[0] for row in town.moves()}

    # On the 11th nothing is overdue; with its end it is, and a day off declared then moves it no more.
    town.at(datetime(2027, 5, 11, 16, 59, tzinfo=UTC))
    said = {"founded": False, "answer": "Tidak terbukti."}
    resolved = town.feedback.call("POST", f"/v1/complaints/{after['complaint']}/resolution", OFFICER, json=said)
    assert resolved.get_json()["in_time"] is True and town.listed(before)["status"] == "open"
    town.at(datetime(2027, 5, 11, 17, tzinfo=UTC))
    wait_until(lambda: town.listed(before)["status"] == "overdue", 30, "the end of the 11th")
    assert town.declare("2027-05-07", "joint-leave").status_code == 201
    town.known("2027-05-06", "2027-05-07")
    later = town.file()
    assert later["due"] == "2027-05-19", "filed on the 12th as days are counted here"
    town.due(later, "2027-05-19")
    assert (town.follow(before)["due"], town.follow(before)["status"]) == ("2027-05-11", "overdue")


def test_days_off_from_a_file_the_week_and_a_withdrawal(town: Town):
    filed = town.file()
    days = (("2027-05-06", "nasional"), ("2027-05-07", "cuti bersama"), ("2027-08-17", "nasional"))
    rows = "Tanggal,Jenis,SKB\n" + "".join(f"{day},{kind},{DECREE}\n" for day, kind in days)
    accepted(hand_in(town.personnel, "holidays", rows, query="?dry_run=true", who=ADMIN), 3, 3, dry_run=True)
    accepted(hand_in(town.personnel, "holidays", rows, who=ADMIN), 3, 3)
    accepted(hand_in(town.personnel, "holidays", rows, who=HR), 3, 0)
    town.due(filed, "2027-05-12")
    assert town.withdraw("2027-05-07").status_code == 201
    town.due(filed, "2027-05-11")
    assert town.week(6, "2027-05-01").status_code == 201
    town.due(filed, "2027-05-10")
    town.known("2027-05-06", "2027-08-17", week=6)
    wait_until(lambda: len(town.calendar(2027)["holidays"]) == 2, 30, "personnel to fold its own calendar")
    shown = town.calendar(2027)
    assert shown["holidays"] == [
        {"day": "2027-05-06", "kind": "national", "document": DECREE},
        {"day": "2027-08-17", "kind": "national", "document": DECREE},
    ]
    assert shown["weeks"] == [{"since": "2027-05-01", "days": 6, "document": "800/1/2027"}]
    worked = shown["working_days"]
    assert (worked["2027-04"], worked["2027-05"], worked["2027-08"], sum(worked.values())) == (22, 25, 25, 294)
    assert town.calendar(2026, TREASURER)["holidays"] == []
    bad = "Tanggal,Jenis,SKB\n2027-02-30,nasional,SKB 1497/2026\n2027-06-01,libur,SKB 1497/2026\n2099-01-01,nasional,SKB 1497/2026\n"
    assert problem(hand_in(town.personnel, "holidays", bad, who=HR), 422, "invalid-rows")["wrong"] >= 2
    problem(town.declare("2099-01-01"), 422, "calendar-day")
    problem(town.withdraw("2027-05-07"), 404, "unknown-holiday")
    for refused in (town.declare("2027-12-25", who=SOMEBODY), town.withdraw("2027-05-06", TREASURER), town.week(5, "2027-06-01", SOMEBODY)):
        problem(refused, 403, "not-permitted")
    problem(hand_in(town.personnel, "holidays", rows, who=SOMEBODY), 403, "not-permitted")


def test_in_jayapura_rules_of_today_hold_at_eight_in_the_morning_and_begin_at_its_own_midnight(postgres_url: str):
    """00:00 of 1 May there is 15:00 UTC on 30 April: from then on what personnel decides by itself goes by the rules of May."""
    with web(postgres_url, PERSONNEL, "jayapura_p", ("mulyorejo=Asia/Jayapura",)) as here:
        here.clock.moment = datetime(2026, 4, 20, 3, tzinfo=UTC)
        years = {"2026-01-01": 20, "2026-05-01": 4}
        for since, least in years.items():
            rules = {"kind": "promotion", "id": "kenaikan", "since": since, "sources": ["PP 11/2017"]}
            rules |= {"settings": PROMOTION | {"years_in_rank": least}}
            assert here.call("POST", "/v1/rule-sets", ADMIN, json=rules).status_code == 201
        accepted(hand_in(here, "units", UNITS), 1, 1)
        accepted(hand_in(here, "people", PEOPLE), 1, 3)
        seen = []
        for hour in (14, 15, 23):
            here.clock.moment = datetime(2026, 4, 30, hour, tzinfo=UTC)
            settle(here)
            listed = here.call("GET", "/v1/rank-promotions", HR).get_json()["items"]
            seen.append([row["rule_set"] for row in listed])
        assert seen == [[], ["kenaikan@2"], ["kenaikan@2"]]
