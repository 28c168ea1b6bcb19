"""A life in service over HTTP and PostgreSQL: joining, a change of class, leave, the end and its undoing; every event as published."""

from __future__ import annotations

from datetime import date

from services.payroll.service import SERVICE
from shared.events.schemas import faults
from shared.kernel.facts import Fact
from tests.support import payroll_year as year
from tests.support.payroll_web import TREASURER, hear, pay, publish
from tests.support.payroll_year import at
from tests.support.web import Web, web

M1 = ("m1", "employee")
CLASS_8, CLASS_9 = 3_500_452, 4_355_208


def allowance(here: Web, month: str) -> dict:
    return here.call("GET", f"/v1/allowances/m1/{month}", M1).get_json()


def chain(here: Web, month: str, step: str) -> list[dict]:
    found = here.call("GET", f"/v1/allowances/m1/{month}/explanation", M1).get_json()
    return [one["data"] for one in found["chain"] if one["step"] == step]


def told(here: Web, *facts: Fact) -> None:
    here.clock.moment = max([here.clock.moment, *(fact.recorded for fact in facts)])
    hear(here, *facts)


def test_from_the_day_of_joining_to_the_end_of_service(postgres_url: str):
    """m1 joins on 9 March, is class 9 from 16 April, on leave without pay in May, and is dismissed from 11 June, which is undone."""
    with web(postgres_url, SERVICE, "payroll_service", ("mulyorejo",)) as here:
        publish(here, without_predicate="baik", when_missing="last")
        since = date(2026, 3, 9)
        hear(here, year.joined(since), year.position(8, since), year.registered("m2"), year.position(employee="m2"))
        hear(here, *(year.attendance(month) for month in (3, 4, 6)), year.imported(employee="m2"), year.attendance(3, employee="m2"))
        march = pay(here, 3, at(4, 8))
        assert (march["held"], march["totals"]["paid"]) == ([], CLASS_8 + 2_597_110)
        assert [(line["since"], line["until"], line["days"], line["of_days"]) for line in allowance(here, "2026-03")["lines"]] == [
            ("2026-03-09", "2026-03-31", 23, 31)
        ] * 2
        assert [one["why"] for one in chain(here, "2026-03", "days")] == ["before-service", None]

        told(here, year.delivered("baik"), year.seen(year.delivered("baik")))
        told(here, year.position(9, date(2026, 4, 16), version=3), year.attendance(4, employee="m2"))
        pay(here, 4, at(5, 8))
        assert allowance(here, "2026-04")["posted"] == (CLASS_8 + CLASS_9) // 2
        told(here, year.interrupted("unpaid-leave", date(2026, 5, 1), date(2026, 5, 31)), year.attendance(5, employee="m2"))
        assert pay(here, 5, at(6, 8))["held"] == []
        assert (allowance(here, "2026-05")["posted"], allowance(here, "2026-05")["lines"]) == (0, [])
        assert chain(here, "2026-05", "service-interrupted")[0]["kind"] == "unpaid-leave"

        pay(here, 6, at(7, 8))
        assert allowance(here, "2026-06")["posted"] == CLASS_9
        told(here, year.ended("dismissed", date(2026, 6, 11), version=20, recorded=at(7, 20)))
        assert allowance(here, "2026-06")["due"] == CLASS_9 // 3
        told(here, year.attendance(7, employee="m2"))
        assert pay(here, 7, at(8, 8))["held"] == [], "who has left is not waited for"
        assert here.call("GET", "/v1/allowances/m1/2026-07", M1).get_json()["status"] == "pending"
        [owing] = [one for one in here.call("GET", "/v1/recoveries", TREASURER).get_json()["items"] if one["employee"] == "m1"]
        assert (owing["amount"], owing["collection"]) == (CLASS_9 - CLASS_9 // 3, "claim")

        told(here, year.end_revoked(date(2026, 6, 11), version=21, recorded=at(8, 20)), year.attendance(7))
        assert (allowance(here, "2026-06")["due"], allowance(here, "2026-07")["due"]) == (CLASS_9, CLASS_9)
        told(here, *year.granted("sangat_baik", at(8, 21)))
        row = allowance(here, "2026-06")
        assert (row["predicate"], row["due"], [part["difference"] for part in row["corrections"]]) == (
            "sangat_baik",
            CLASS_9,
            [CLASS_9 // 3 - CLASS_9, CLASS_9 - CLASS_9 // 3],
        )
        assert [one["predicate"] for one in chain(here, "2026-06", "confirmed")] == ["sangat_baik"]
        for event in here.call("GET", "/v1/events?after=0&limit=500", ("bpk", "subscriber-restricted")).get_json(force=True):
            assert [fault for fault in faults(event) if fault.startswith("data")] == [], event
