"""What a played year came to: gathered from the public HTTP APIs alone, and given as data (one object for each person and month)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from scenario.client import Refusal, Seat
from scenario.place import SERVICE_OF_RULES, Place
from shared.kernel.periods import Period

Row = dict[str, Any]
Token = Callable[[str, tuple[str, ...]], str]


class Reading:
    """The APIs as the people of one place read them; each read names who reads: an office (role), or a person's or client's code."""

    def __init__(self, place: Place, addresses: Mapping[str, str], token: Token) -> None:
        self._place, self._addresses, self._token = place, addresses, token
        self._lines = requests.Session()

    def seat(self, by: str) -> Seat:
        known = by in self._place.clients or by in self._place.people()
        person = by if known else self._place.officer(by)
        token, roles = self._token, self._place.roles(person)
        return Seat(self._addresses, lambda: token(person, roles), person, "report", self._lines, patience=5)

    def get(self, service: str, path: str, by: str = "hr", **query: str) -> Any:
        """The body. Refusal when Merit says no."""
        return self.seat(by).get(service, path, **query).body

    def found(self, service: str, path: str, by: str = "hr", **query: str) -> Any | None:
        """The body, None where there is none (404)."""
        try:
            return self.get(service, path, by, **query)
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise

    def items(self, service: str, path: str, by: str = "hr", **query: str) -> list[Row]:
        """All rows of a list, page after page."""
        return self.seat(by).items(service, path, **query)


@dataclass(frozen=True)
class Outcome:
    """A place's year. Rows are as the APIs give them; amounts in rupiah. What is not here can be read by `get` and `items`."""

    place: Place
    year: int
    reading: Reading
    rules: list[Row]
    people: list[Row]
    appraisals: list[Row]
    contested: list[Row]
    """Appraisals with an objection or a correction, as their own routes tell them, texts included."""
    distribution: list[Row]
    process: list[Row]
    peers: list[Row]
    proposals: list[Row]
    measures: dict[str, list[Row]]
    trainings: list[Row]
    """Trainings as the appraisals of the year show them, each with its employee and period."""
    sanctions: list[Row]
    awards: list[Row]
    vacancies: list[Row]
    surveys: list[Row]
    complaints: list[Row]
    improvements: list[Row]
    allowances: list[Row]
    runs: list[Row]
    unpaid: dict[str, list[str]]
    """Who was never paid, and what payroll says is missing."""

    def get(self, service: str, path: str, by: str = "hr", **query: str) -> Any:
        """As :meth:`Reading.get`, for what one place alone tells."""
        return self.reading.get(service, path, by, **query)

    def items(self, service: str, path: str, by: str = "hr", **query: str) -> list[Row]:
        """As :meth:`Reading.items`."""
        return self.reading.items(service, path, by, **query)

    @property
    def periods(self) -> list[str]:
        """Every period that somebody has a result of, the imported ones too, by their ends."""
        return in_time({row["period"] for row in self.appraisals})

    @property
    def months(self) -> list[str]:
        return [f"{self.year}-{number:02d}" for number in range(1, 13)]


def gather(place: Place, year: int, addresses: Mapping[str, str], token: Token) -> Outcome:
    """Read the year's outcome, each part as the officer who may see it. `token(person, roles)` signs in the place's agency."""
    reading = Reading(place, addresses, token)
    appraisals = in_order_of(place, reading.items("appraisal", "/appraisals"))
    periods = in_time({row["period"] for row in appraisals if row["period"].startswith(f"{year}")})
    proposals = in_order_of(place, reading.items("personnel", "/proposals"))
    allowances = in_order_of(place, reading.items("payroll", "/allowances", "treasurer"))
    paid = {row["employee"] for row in allowances}
    measures = {who: shown["measures"] for who in place.people() if (shown := reading.found("personnel", f"/development/{who}"))}
    sanctioned = dict.fromkeys(row["employee"] for row in proposals if row["kind"] == "sanction" and row["status"] == "approved")
    return Outcome(
        place=place,
        year=year,
        reading=reading,
        rules=[
            reading.get(service, f"/rule-sets/{kind}", on=f"{year}-12-31")
            for kind, service in SERVICE_OF_RULES.items()
            if kind in place.rules()
        ],
        people=in_order_of(place, reading.items("personnel", "/employees")),
        appraisals=appraisals,
        contested=[_contested(reading, row) for row in appraisals if row["objection"] or row["correction"]],
        distribution=_distributions(reading, periods),
        process=[row for row in reading.items("feedback", "/process-feedback") if row["period"].startswith(f"{year}")],
        peers=[
            reading.get("feedback", f"/peer-feedback/{row['employee']}/{row['period']}")
            for row in in_order_of(place, reading.items("feedback", "/peer-rounds"))
            if row["closed"]
        ],
        proposals=proposals,
        measures=measures,
        trainings=_trainings(reading, measures, [row for row in appraisals if row["period"] in periods]),
        sanctions=[row for who in sanctioned for row in reading.items("personnel", f"/sanctions/{who}")],
        awards=in_order_of(place, reading.items("personnel", "/awards")),
        vacancies=[reading.get("personnel", f"/vacancies/{row['post']}") for row in reading.items("personnel", "/vacancies")],
        surveys=reading.items("feedback", "/surveys"),
        complaints=reading.items("feedback", "/complaints"),
        improvements=reading.items("appraisal", "/improvement-items"),
        allowances=allowances,
        runs=reading.items("payroll", "/pay-runs", "treasurer"),
        unpaid={who: _missing(reading, who, f"{year}-12") for who in place.people() if who not in paid},
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


def in_time(periods: set[str]) -> list[str]:
    """By their ends; of two that end together the shorter first."""

    def place(text: str) -> tuple[Any, ...]:
        period = Period.parse(text)
        return period.end, -period.start.toordinal()

    return sorted(periods, key=place)


def _contested(reading: Reading, row: Row) -> Row:
    """The appraisal's row with objection and correction as their own routes tell them."""
    path = f"/appraisals/{row['employee']}/{row['period']}"
    objection = reading.get("appraisal", f"{path}/objection") if row["objection"] else None
    correction = reading.get("appraisal", path)["correction"] if row["correction"] else None
    return {**row, "objection": objection, "correction": correction}


def _trainings(reading: Reading, measures: Mapping[str, list[Row]], appraisals: list[Row]) -> list[Row]:
    """Of whoever completed one: what each appraisal says of it."""
    trained = {who for who, held in measures.items() if any(one.get("completed_on") for one in held)}
    return [
        {**training, "employee": row["employee"], "period": row["period"]}
        for row in appraisals
        if row["employee"] in trained
        for training in reading.get("appraisal", f"/appraisals/{row['employee']}/{row['period']}")["trainings"]
    ]


def _distributions(reading: Reading, periods: list[str]) -> list[Row]:
    """Of every unit whose own result was set: the guide rests on it."""
    units = [row["key"] for row in reading.items("personnel", "/units")]
    shown = (reading.get("appraisal", "/distribution", period=period, unit=unit) for period in periods for unit in units)
    return [row for row in shown if row["result"]]


def _missing(reading: Reading, employee: str, month: str) -> list[str]:
    return reading.get("payroll", f"/allowances/{employee}/{month}", "treasurer").get("missing", [])
