"""What a played year came to: gathered from the public HTTP APIs alone, and given as data (one object for each person and month)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from scenario.client import Refusal, Seat
from scenario.place import Place

Row = dict[str, Any]
RULES = {"appraisal": "appraisal", "allowance": "payroll", "development": "personnel", "process-feedback": "feedback"}
"""Kind of rule set → the service that keeps it."""


@dataclass(frozen=True)
class Outcome:
    """A place's year. Rows are as the APIs give them; amounts in rupiah."""

    place: Place
    year: int
    rules: list[Row]
    people: list[Row]
    appraisals: list[Row]
    objections: list[Row]
    distribution: list[Row]
    process: list[Row]
    proposals: list[Row]
    measures: dict[str, list[Row]]
    allowances: list[Row]
    runs: list[Row]
    unpaid: dict[str, list[str]]
    """Who was never paid, and what payroll says is missing."""

    @property
    def quarters(self) -> list[str]:
        return [f"{self.year}-Q{number}" for number in range(1, 5)]

    @property
    def months(self) -> list[str]:
        return [f"{self.year}-{number:02d}" for number in range(1, 13)]


def gather(place: Place, year: int, addresses: Mapping[str, str], token: Callable[[str, tuple[str, ...]], str]) -> Outcome:
    """Read the year's outcome, each part as the officer who may see it. `token(person, roles)` signs in the place's agency."""
    with requests.Session() as lines:

        def seat(role: str) -> Seat:
            person = next(person for person, roles in place.offices.items() if role in roles)
            return Seat(addresses, lambda: token(person, place.roles(person)), person, "report", lines, patience=5)

        hr, treasurer = seat("hr"), seat("treasurer")
        quarters = [f"{year - 1}-Q4", *(f"{year}-Q{number}" for number in range(1, 5))]
        appraisals = [row for quarter in quarters for row in hr.items("appraisal", "/appraisals", period=quarter)]
        contested = [row for row in appraisals if row.get("objection")]
        proposals = in_order_of(place, hr.items("personnel", "/proposals"))
        allowances = in_order_of(place, treasurer.items("payroll", "/allowances"))
        paid = {row["employee"] for row in allowances}
        return Outcome(
            place=place,
            year=year,
            rules=[hr.get(service, f"/rule-sets/{kind}", on=f"{year}-12-31").body for kind, service in RULES.items()],
            people=in_order_of(place, hr.items("personnel", "/employees")),
            appraisals=in_order_of(place, appraisals),
            objections=[_objection(hr, row) for row in in_order_of(place, contested)],
            distribution=[_distribution(hr, period, unit) for period in quarters[1:] for unit in _units(place)],
            process=[shown for period in quarters[1:] if (shown := _if_there(hr, "feedback", f"/process-feedback/{period}"))],
            proposals=proposals,
            measures={who: _measures(hr, who) for who in sorted({row["employee"] for row in proposals})},
            allowances=allowances,
            runs=treasurer.items("payroll", "/pay-runs"),
            unpaid={who: _missing(treasurer, who, f"{year}-12") for who in place.people() if who not in paid},
        )


def as_data(outcome: Outcome) -> list[Row]:
    """One object for each person and posted month: lines as posted, `due` as known now, the adjustments that the month's run paid."""
    causes = {one["event"]: one for row in outcome.allowances for one in row["corrections"] or []}
    return [
        {
            "agency": outcome.place.agency,
            "person": scenario_code(row["employee"]),
            "month": row["month"],
            "lines": [{"name": line["name"], "amount": line["amount"]} for line in row["lines"]],
            "posted": row["posted"],
            "due": row["due"],
            "due_lines": [{"name": line["name"], "amount": line["amount"]} for line in row["due_lines"]],
            "adjustments": [
                {
                    "month": part["month"],
                    "amount": part["amount"],
                    "cause": part["cause"],
                    "cause_type": causes[part["event"]]["cause_type"],
                }
                for part in row["adjustments"]
            ],
            "paid": row["paid"],
        }
        for row in outcome.allowances
        if row["posted"] is not None and row["month"] in outcome.months
    ]


def scenario_code(employee: str) -> str:
    """``M1`` for ``m1``: how the year's description names its people."""
    return employee.upper()


def in_order_of(place: Place, rows: list[Row]) -> list[Row]:
    """By person as HR's file lists them, then by the row's key (its period or month)."""
    line = {person: number for number, person in enumerate(place.people())}
    return sorted(rows, key=lambda row: (line.get(row["employee"], len(line)), row.get("key", "")))


def _units(place: Place) -> list[str]:
    return list(dict.fromkeys(row["Unit"] for row in place.rows("played/organisation.csv")))


def _objection(seat: Seat, row: Row) -> Row:
    """The appraisal's row with the objection as its own route tells it, texts included."""
    return {**row, "objection": seat.get("appraisal", f"/appraisals/{row['employee']}/{row['period']}/objection").body}


def _distribution(seat: Seat, period: str, unit: str) -> Row:
    return {"period": period, "unit": unit, **seat.get("appraisal", "/distribution", period=period, unit=unit).body}


def _measures(seat: Seat, employee: str) -> list[Row]:
    shown = _if_there(seat, "personnel", f"/development/{employee}")
    return shown["measures"] if shown else []


def _missing(seat: Seat, employee: str, month: str) -> list[str]:
    return seat.get("payroll", f"/allowances/{employee}/{month}").body["missing"]


def _if_there(seat: Seat, service: str, path: str) -> Row | None:
    try:
        return seat.get(service, path).body
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise
