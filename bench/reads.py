"""Lists and one person's reads over HTTP, in agencies of any size: how long each takes while nothing else runs."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from urllib.parse import quote

import psycopg2
from flask import Flask
from msgspec.structs import replace

from bench import agency, ground, offices
from bench.agency import AGENCY, NOW
from bench.http import key_pair
from services.appraisal.service import SERVICE as APPRAISAL
from services.feedback.service import SERVICE as FEEDBACK
from services.payroll.service import SERVICE as PAYROLL
from services.personnel import vault
from services.personnel.service import SERVICE as PERSONNEL
from shared.events.envelope import Envelope
from shared.flow import facts
from shared.flow.facts import Place
from shared.flow.source import fact_of
from shared.http.app import create_app
from shared.http.identity import Identity, sign_token
from shared.http.paging import cursor
from shared.http.serving import Limits
from shared.kernel.ids import event_id
from shared.local.databases import ServiceDatabase, ensure_service
from shared.process.clock import machine_now
from shared.process.migrate import migrate
from shared.process.service import Service
from shared.store import bulk, log
from shared.store.database import AgencyBook, Database, connect
from shared.views import engine

ORDINARY = 1_000
ROUNDS, WARM = 60, 5
GOAL = 50
PROTOTYPES, MONTHS = 60, 4
HR, AUDITOR, APPROVER = ("hr1", "employee", "hr"), ("itwil", "auditor"), ("ppk", "approver")
Caller = tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """A kind of request. `asked`: (chance) → who asks for which address."""

    what: str
    asked: Callable[[Random], tuple[Caller, str]]


# Filling


def fill(database: Database, service: Service, envelopes: Iterable[Envelope]) -> int:
    """Append own events in bulk, keep others' as facts, and fold all of them as a rebuild does; decisions and timers rest."""
    many, left = 0, iter(envelopes)
    while batch := list(islice(left, bulk.CHUNK)):
        own = [one for one in batch if one.service == service.name]
        with database.transaction(AGENCY, NOW) as tx:
            tx.repeatable()
            facts.keep(tx, [(Place("bench", 0, one.sequence), one) for one in batch if one.service != service.name])
            if own:
                bulk.append_chunk(tx, own)
            known = [fact for fact in (fact_of(service, one) for one in batch) if fact is not None]
            engine.fold(tx, service.views, known, rows_of=engine.read_rows)
        many += len(batch)
    return many


def paid(admin_url: str, many: int) -> Iterator[Envelope]:
    """Payroll's events of everybody: those of a few people, whom the service itself decided about and paid, told of all others too."""
    models = agency.people(PROTOTYPES)
    places = agency.prepared(admin_url)
    with closing_database(places.app_url) as database:
        agency.publish(database, agency.rules(1, agency.date(2026, 1, 1)))
        agency.arrive(database, (one for number, employee in enumerate(models) for one in agency.history(employee, number, MONTHS)))
        agency.decide(database)
        for month in range(1, MONTHS):
            agency.pay(database, f"2026-{month:02d}", models)
        agency.arrive(database, own_log(places))
        agency.decide(database)
    told: dict[str, list[Envelope]] = {}
    for one in own_log(places):
        told.setdefault(one.subject if one.subject in models else "", []).append(one)
    yield from told[""]
    for number, employee in enumerate(agency.people(many)):
        yield from agency.history(employee, number, MONTHS)
        model = models[number % PROTOTYPES]
        for one in told[model]:
            stream = one.stream.replace(model, employee)
            said = one.data.replace(model.encode(), employee.encode())
            yield replace(one, id=event_id(AGENCY, stream, one.version), stream=stream, subject=employee, data=said)


def own_log(places: ServiceDatabase) -> list[Envelope]:
    with closing(connect(places.log_url, "bench")) as reader:
        return log.read_log(reader, AgencyBook(), 0, 1_000_000)[0]


def named(database: Database, many: int) -> None:
    """Everybody's name and invented NIP."""
    for start in range(0, many, 1_000):
        with database.transaction(AGENCY, NOW) as tx:
            for number in range(start, min(start + 1_000, many)):
                employee = f"e-{number:06d}"
                born, serial = f"19{60 + number % 40}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}", 1 + number // 13_440 % 999
                vault.keep(tx, vault.Identity(employee, f"{born}202001{1 + number % 2}{serial:03d}", f"Pegawai {number}"), "PNS")


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


# Asking


class Asking:
    """The app of a service, asked by Flask's test client: no socket, all else as it is served."""

    def __init__(self, service: Service, database: Database, places: ServiceDatabase) -> None:
        private, public = key_pair()
        identity = Identity("merit", "merit", public, machine_now)
        self._log = Database(places.log_url)
        app: Flask = create_app(
            service, database=database, log_database=self._log, clock=self, identity=identity, status=None, limits=Limits()
        )
        self._client, self._private, self._tokens = app.test_client(), private, {}

    def now(self) -> datetime:
        return NOW

    def get(self, who: Caller, path: str) -> float:
        """Seconds."""
        token = self._tokens.get(who) or self._tokens.setdefault(who, self._signed(who))
        began = time.perf_counter()
        answer = self._client.get(f"/v1{path}", headers={"Authorization": f"Bearer {token}"})
        took = time.perf_counter() - began
        if answer.status_code != 200:
            raise SystemExit(f"expected 200 of {path} for {who}, found {answer.status_code}: {answer.get_data(as_text=True)[:300]}")
        return took

    def post(self, who: Caller, path: str, file: str, key: str) -> float:
        """Send a CSV; seconds."""
        heads = {"Authorization": f"Bearer {self._signed(who)}", "Content-Type": "text/csv", "Idempotency-Key": key}
        began = time.perf_counter()
        answer = self._client.post(f"/v1{path}", headers=heads, data=file.encode())
        took = time.perf_counter() - began
        if answer.status_code != 200:
            raise SystemExit(f"expected 200 of {path}, found {answer.status_code}: {answer.get_data(as_text=True)[:300]}")
        return took

    def _signed(self, who: Caller) -> str:
        sub, *roles = who
        return sign_token(self._private, issuer="merit", audience="merit", sub=sub, agency=AGENCY, roles=roles, now=machine_now())

    def close(self) -> None:
        self._log.dispose()


def measured(here: Asking, read: Read) -> list[float]:
    """Milliseconds, of requests about different people, units and pages."""
    chance = Random(read.what)
    found = [1000 * here.get(*read.asked(chance)) for _ in range(WARM + ROUNDS)]
    return found[WARM:]


def p95(found: Sequence[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


def page(path: str, key: Callable[[Random], str], who: Caller = HR) -> Callable[[Random], tuple[Caller, str]]:
    """A page that goes on from anywhere in the list."""
    return lambda chance: (who, f"{path}{'&' if '?' in path else '?'}cursor={quote(cursor(key(chance)))}")


class Agency:
    """Who and what there is to ask about."""

    def __init__(self, many: int) -> None:
        self.many, self.units = many, offices.units(many)

    def person(self, chance: Random) -> str:
        return f"e-{chance.randrange(self.many):06d}"

    def of(self, period: str) -> Callable[[Random], str]:
        return lambda chance: f"{self.person(chance)}/{period}"

    def serving(self, chance: Random) -> tuple[str, str]:
        """Somebody who serves, and the unit of today."""
        number = next(one for one in iter(lambda: chance.randrange(self.many), None) if one % 50 != 11 and one % 10 != 3)
        return f"e-{number:06d}", offices.unit_of(number, self.units)

    def leaf(self, chance: Random) -> str:
        return self.units[chance.randrange(len(self.units) * 7 // 8, len(self.units))]

    def middle(self, chance: Random) -> str:
        return self.units[chance.randrange(1, 1 + min(offices.BELOW, len(self.units) - 1))]


def of_appraisal(here: Agency) -> list[Read]:
    q1, q2 = offices.QUARTERS
    top = here.units[0]

    def scores(chance: Random) -> tuple[Caller, str]:
        employee, unit = here.serving(chance)
        return (employee, "employee"), f"/units/{unit}/scores?period={q2}"

    return [
        Read("appraisals of a period", page(f"/appraisals?period={q2}", here.of(q2))),
        Read("appraisals of a small unit", lambda chance: (HR, f"/appraisals?period={q1}&unit={here.leaf(chance)}")),
        Read("appraisals of a large unit", lambda chance: page(f"/appraisals?period={q2}&unit={here.middle(chance)}", here.of(q2))(chance)),
        Read("appraisals of the unit on top", page(f"/appraisals?period={q2}&unit={top}", here.of(q2))),
        Read("scores of one's own unit", scores),
        Read("scores of a large unit", lambda chance: (HR, f"/units/{here.middle(chance)}/scores?period={q1}")),
        Read("scores of the unit on top", lambda chance: (HR, f"/units/{top}/scores?period={q1}")),
        Read("distribution of a large unit", lambda chance: (HR, f"/distribution?period={q2}&unit={here.middle(chance)}")),
        Read("distribution of the agency", lambda chance: (HR, f"/distribution?period={q2}")),
        Read("one appraisal", lambda chance: ((one := here.person(chance), "employee"), f"/appraisals/{one}/{q1}")),
        Read("one plan", lambda chance: ((one := here.person(chance), "employee"), f"/plans/{one}/2026")),
        Read("improvement items that are open", page("/improvement-items?status=open", here.leaf)),
        Read("improvement items of a unit", lambda chance: (HR, f"/improvement-items?unit={here.leaf(chance)}")),
    ]


def of_payroll(here: Agency) -> list[Read]:
    def own(path: str) -> Callable[[Random], tuple[Caller, str]]:
        return lambda chance: ((one := here.person(chance), "employee"), path.format(one))

    return [
        Read("allowances of a month", page("/allowances?month=2026-02", here.of("2026-02"), AUDITOR)),
        Read("allowances of a run", page("/allowances?run=2026-03", here.of("2026-03"), AUDITOR)),
        Read("one person's allowances", lambda chance: (AUDITOR, f"/allowances?employee={here.person(chance)}")),
        Read("one allowance", own("/allowances/{}/2026-02")),
        Read("one allowance that is not posted", own("/allowances/{}/2026-04")),
        Read("one explanation", own("/allowances/{}/2026-02/explanation")),
        Read("one payslip", own("/payslips/{}/2026-03")),
        Read("pay runs", lambda chance: (AUDITOR, "/pay-runs")),
        Read("one pay run", lambda chance: (AUDITOR, "/pay-runs/2026-02")),
        Read("whom runs left out, waiting", page("/held-allowances?status=waiting", lambda chance: "2026-01/", AUDITOR)),
        Read("recoveries", page("/recoveries", here.person, AUDITOR)),
    ]


def of_personnel(here: Agency) -> list[Read]:
    def promotion(chance: Random) -> str:
        return f"{here.person(chance)}/rank-III-c"

    return [
        Read("employees", page("/employees", here.person)),
        Read("employees in service", page("/employees?serving=true", here.person)),
        Read("employees of a unit", lambda chance: (HR, f"/employees?unit={here.leaf(chance)}")),
        Read(
            "employees of an assessor",
            lambda chance: (HR, f"/employees?assessor={offices.assessor_of(chance.randrange(here.many), agency.people(here.many))}"),
        ),
        Read("one person's file", lambda chance: (HR, f"/employees/{here.person(chance)}")),
        Read("units", page("/units", here.leaf)),
        Read("talent of a period", page("/talent?period=2026-Q1", here.of("2026-Q1"))),
        Read("proposals to decide", page("/proposals?status=proposed", promotion)),
        Read("proposals of a period", page("/proposals?period=2026-Q1", promotion)),
        Read("promotions to decide", page("/rank-promotions?status=proposed", promotion)),
        Read("one month's attendance", lambda chance: (HR, f"/employees/{here.person(chance)}/attendance/2026-05")),
        Read("awards of a year", lambda chance: (HR, "/awards?year=2026")),
    ]


def of_feedback(here: Agency) -> list[Read]:
    q1, q2 = offices.QUARTERS
    return [
        Read("rounds of a period", page(f"/peer-rounds?period={q2}", here.of(q2))),
        Read("whom one may rate", lambda chance: ((here.serving(chance)[0], "employee"), f"/peer-rounds/{q2}/asked-of-me")),
        Read("what peers said of one", lambda chance: ((one := here.person(chance), "employee"), f"/peer-feedback/{one}/{q1}")),
        Read("surveys of a period", page(f"/surveys?period={q1}", lambda chance: f"{here.leaf(chance)}/permits/{q1}")),
        Read("surveys of a unit", lambda chance: (HR, f"/surveys?unit={here.leaf(chance)}")),
        Read("complaints", page("/complaints", lambda chance: f"k-{chance.randrange(here.many // 4):06d}")),
        Read("complaints that are open", page("/complaints?status=open", lambda chance: f"k-{chance.randrange(here.many // 4):06d}")),
        Read("complaints about a unit", lambda chance: (HR, f"/complaints?unit={here.leaf(chance)}")),
    ]


# Measuring


def main(sizes: Sequence[int] = (ORDINARY,), only: Sequence[str] = ()) -> list[str]:
    """Each service in a database of its own, vacuumed and analysed once it is filled; one caller at a time."""
    found = {size: {read: times for name in SERVICES if not only or name in only for read, times in _of(name, size)} for size in sizes}
    heads = "".join(f" {size:,} people: p50, ms | p95, ms |" for size in sizes)
    lines = [f"| read |{heads}", "|---|" + "---|---|" * len(sizes)]
    for read in found[sizes[0]]:
        times = [found[size][read] for size in sizes]
        lines.append(f"| {read} |" + "".join(f" {statistics.median(one):.1f} | {p95(one):.1f} |" for one in times))
    most = {read: p95(times) for read, times in found[sizes[-1]].items()}
    slowest = max(most, key=most.__getitem__)
    over = [read for read, took in most.items() if took > GOAL]
    return [
        *lines,
        "",
        f"- of {sizes[-1]:,} people the slowest, {slowest}: {ground.goal(most[slowest], GOAL, 'ms at p95', '.1f', most=True)}",
        *([f"- above it: {', '.join(over)}"] if over else []),
    ]


SERVICES: dict[str, tuple[Service, Callable[[str, int], Iterable[Envelope]], Callable[[Agency], list[Read]]]] = {
    "appraisal": (APPRAISAL, lambda _, many: offices.appraisal(many), of_appraisal),
    "personnel": (PERSONNEL, lambda _, many: offices.personnel(many), of_personnel),
    "payroll": (PAYROLL, paid, of_payroll),
    "feedback": (FEEDBACK, lambda _, many: offices.feedback(many), of_feedback),
}


def _of(name: str, many: int) -> Iterator[tuple[str, list[float]]]:
    service, told, reads = SERVICES[name]
    with ground.server() as server:
        places = ensure_service(server.admin_url, f"bench_{name}", "secret")
        migrate(service, places.owner_url, places.roles, (AGENCY,))
        with closing_database(places.app_url) as database:
            began = time.monotonic()
            events = fill(database, service, told(server.admin_url, many))
            if service is PERSONNEL:
                named(database, many)
            _settled(places)
            print(f"    {name}, {many:,} people: {events:,} events in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            with closing(Asking(service, database, places)) as asking:
                for read in reads(Agency(many)):
                    times = measured(asking, read)
                    print(f"    {read.what}: {statistics.median(times):.1f}, {p95(times):.1f} ms", file=sys.stderr, flush=True)
                    yield read.what, times


def _settled(places: ServiceDatabase) -> None:
    """What autovacuum would have done by then."""
    with closing(psycopg2.connect(places.owner_url.replace("+psycopg2", ""))) as connection:
        connection.autocommit = True
        connection.cursor().execute("vacuum analyze")


if __name__ == "__main__":
    print(
        "\n".join(
            main(
                tuple(int(one) for one in sys.argv[1:] if one.isdigit()) or (ORDINARY,), [one for one in sys.argv[1:] if not one.isdigit()]
            )
        )
    )
