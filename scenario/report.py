"""What a played year came to: gathered from the public HTTP APIs alone, and given as data (one object for each person and month)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from scenario.place import SERVICE_OF_RULES, Place
from shared.client.seat import Refusal, Seat
from shared.kernel.periods import Period

Row = dict[str, Any]
Token = Callable[[str, tuple[str, ...]], str]


class Reading:
    """The APIs as the people of one place read them; each read names who reads: an office (role), or a person's or client's code."""

    def __init__(self, place: Place, addresses: Mapping[str, str], token: Token) -> None:
        self._place, self._addresses, self._token = place, addresses, token
        self._lines = requests.Session()

    def feed(self, service: str) -> Iterator[Row]:
        """The published events, as a subscriber pulls them, batch after batch; the last batch is the first empty one."""
        token, after = self._token("report", ("subscriber",)), 0
        while True:
            batch = self._lines.get(
                f"{self._addresses[service]}/v1/events",
                params={"after": str(after), "limit": "1000"},
                headers={"Authorization": f"Bearer {token}"},
                timeout=(5, 60),
            )
            batch.raise_for_status()
            reached = int(parse_qs(urlsplit(batch.links["next"]["url"]).query)["after"][0])
            yield from batch.json()
            if reached == after:
                return
            after = reached

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
    units: list[Row]
    acknowledged: dict[str, str]
    """Who was told of the rules → the moment."""
    plans: dict[str, Row]
    """The year's plan of each person who has one, with every month's progress and obstacles."""
    appraisals: list[Row]
    contested: list[Row]
    """Appraisals with an objection or a correction, as their own routes tell them, texts included."""
    distribution: list[Row]
    process: list[Row]
    peers: list[Row]
    proposals: list[Row]
    measures: dict[str, list[Row]]
    """What personnel follows of each person, each step with what was agreed in it."""
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
    attendance: dict[tuple[str, str], Row]
    """(person, month) → the attendance of the months in which it cost discipline points."""
    positions: dict[str, list[Row]]
    """Of the people who changed the job class within the year: the posts held, the earliest first."""
    unpaid: dict[str, list[Row]]
    """Who was never paid, and what payroll says is missing."""

    def get(self, service: str, path: str, by: str = "hr", **query: str) -> Any:
        """As :meth:`Reading.get`, for what one place alone tells."""
        return self.reading.get(service, path, by, **query)

    def items(self, service: str, path: str, by: str = "hr", **query: str) -> list[Row]:
        """As :meth:`Reading.items`."""
        return self.reading.items(service, path, by, **query)

    def name(self, employee: str) -> str:
        """The person's name, nothing where it was erased."""
        return next((row.get("name") or "" for row in self.people if row["employee"] == employee), "")

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
    counted = [row for row in reading.items("payroll", "/allowances", "treasurer") if row["status"] != "held"]
    allowances = in_order_of(place, counted)
    paid = {row["employee"] for row in allowances}
    measures = {
        who: [_agreed(reading, one) for one in shown["measures"]]
        for who in place.people()
        if (shown := reading.found("personnel", f"/development/{who}"))
    }
    sanctioned = dict.fromkeys(row["employee"] for row in proposals if row["kind"] == "sanction" and row["status"] == "approved")
    kept = [(kind, service) for kind, service in SERVICE_OF_RULES.items() if kind in place.rules()]
    rules = [reading.get(service, f"/rule-sets/{kind}", on=f"{year}-12-31") for kind, service in kept]
    return Outcome(
        place=place,
        year=year,
        reading=reading,
        rules=rules,
        people=in_order_of(place, reading.items("personnel", "/employees")),
        units=reading.items("personnel", "/units"),
        acknowledged=_acknowledged(reading.feed("appraisal"), rules),
        plans={who: plan for who in place.people() if (plan := reading.found("appraisal", f"/plans/{who}/{year}"))},
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
        improvements=sorted(reading.items("appraisal", "/improvement-items"), key=_opened),
        allowances=allowances,
        runs=reading.items("payroll", "/pay-runs", "treasurer"),
        attendance={
            (row["employee"], row["month"]): reading.get("personnel", f"/employees/{row['employee']}/attendance/{row['month']}")
            for row in allowances
            if row["discipline_points"] not in ("", "100", None)
        },
        positions={
            who: reading.get("personnel", f"/employees/{who}")["history"]["positions"]
            for who in dict.fromkeys(row["employee"] for row in allowances)
            if len({row["job_class"] for row in allowances if row["employee"] == who and row["posted"] is not None}) > 1
        },
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
    """Of the people who completed one: what each appraisal says of it."""
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


def _acknowledged(events: Iterable[Row], rules: Iterable[Row]) -> dict[str, str]:
    """Of the rules by which the year is appraised, and of no others."""
    cited = {one["name"] for one in rules if one["kind"] == "appraisal"}
    told = (event for event in events if event["type"].split(".")[2] == "RulesAcknowledged" and event["data"]["rule_set"] in cited)
    return {event["subject"]: event["time"] for event in told}


def _agreed(reading: Reading, measure: Row) -> Row:
    """The measure, each step with the words of its agreement; None where there are none or they were erased."""

    def words(step: Row) -> str | None:
        text = step.get("agreement_text")
        found = reading.found("personnel", f"/texts/{text}") if text else None
        return found["text"] if found else None

    return {**measure, "steps": [{**step, "agreement": words(step)} for step in measure["steps"]]}


def _opened(item: Row) -> tuple[str, ...]:
    """Items by unit and the moment at which they were opened: their ids are different wherever the year is played."""
    return item["unit"], item["opened_at"], item["cause"], item["due"]


def _missing(reading: Reading, employee: str, month: str) -> list[Row]:
    return reading.get("payroll", f"/allowances/{employee}/{month}", "treasurer").get("missing", [])
