"""An agency of any size with a year of history, as payroll hears of it: what every measurement of sets stands on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

from services.payroll import heard as h
from services.payroll.domain.run import PAY_RUN, OpenRun
from services.payroll.domain.run_id import RunId
from services.payroll.events import RuleSetPublished
from services.payroll.jobs import PAY_RUN_JOB
from services.payroll.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import decisions, jobs
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.flow.jobs import Asker
from shared.kernel.ids import event_id
from shared.local.databases import ServiceDatabase, ensure_service
from shared.process.migrate import migrate
from shared.store import bulk
from shared.store.commands import Meta, execute
from shared.store.database import Database

AGENCY = "aa"
BATCH = 1000
BEGAN, NOW = datetime(2026, 1, 5, 2, tzinfo=UTC), datetime(2027, 1, 5, 2, tzinfo=UTC)
PREDICATES = ("baik", "sangat_baik", "baik", "butuh_perbaikan")
CITY = Path(__file__).parents[1] / "scenario/mulyorejo/rules/allowance.json"
SETTINGS: dict[str, Any] = json.loads(CITY.read_text(encoding="utf-8"))["settings"] | {"pay_basis": "finalized"}
"""Mulyorejo's own, but that pay rests on final results."""
_NUMBERS = count(1)


def people(many: int) -> list[str]:
    return [f"e-{number:06d}" for number in range(many)]


def envelope(source: str, event: Any, subject: str, stream: str, version: int, recorded: datetime, effective: datetime) -> Envelope:
    id_ = event_id(AGENCY, stream, version)
    type_ = f"merit.{source}.{type(event).__name__}.v1"
    return Envelope(
        id_, type_, AGENCY, subject, stream, version, effective, recorded, "bench", "c-1", None, 0, None, next(_NUMBERS), encode(event)
    )  # fmt: skip


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 3, tzinfo=UTC)


def history(employee: str, number: int, months: int = 11) -> Iterator[Envelope]:
    """What personnel and appraisal said of one person in a year: service, post, predicates by quarter, attendance of `months`."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    person = f"personnel-employee-{employee}"
    yield envelope("personnel", h.EmployeeRegistered(employee, "PNS", since.date()), employee, person, 1, BEGAN, since)
    post = h.PositionAssigned(employee, f"post-{employee}", 5 + number % 6, False, since.date(), "SK-1")
    yield envelope("personnel", post, employee, person, 2, BEGAN, since)
    before = h.AppraisalImported(employee, "2025-Q4", "baik", "e-kinerja")
    yield envelope("appraisal", before, employee, f"appraisal-{employee}-2025-Q4", 1, BEGAN, BEGAN)
    for quarter in (1, 2, 3):
        predicate, when = PREDICATES[(number + quarter) % 4], _at(3 * quarter + 1, 20)
        judgement = h.Judgement("below" if predicate == "butuh_perbaikan" else "as", "as", predicate)
        final = h.AppraisalFinalized(employee, f"2026-Q{quarter}", judgement, "bench@1", "accepted")
        yield envelope("appraisal", final, employee, f"appraisal-{employee}-2026-Q{quarter}", 1, when, when)
    for month in range(1, months + 1):
        yield attendance(employee, number, month)


def attendance(employee: str, number: int, month: int) -> Envelope:
    """A month's row: every fifth person is late by some hours, every ninth was absent for a day."""
    name = f"2026-{month:02d}"
    late, absent = 480 if (number + month) % 5 == 0 else 0, int((number + month) % 9 == 0)
    event = h.AttendanceRecorded(employee, name, late, 0, absent, 0, 0, 1)
    when = datetime(2026, month, 28, 3, tzinfo=UTC) + timedelta(days=5)
    return envelope("personnel", event, employee, f"personnel-attendance-{employee}-{name}", 1, when, when)


def rules(version: int, since: date, **changes: Any) -> Envelope:
    event = RuleSetPublished("allowance", "bench-tpp", version, since, ("Perbup 1/2025",), SETTINGS | changes)
    began = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return envelope("payroll", event, "rules-allowance", "payroll-rules-allowance", version, BEGAN, began)


def prepared(admin_url: str) -> ServiceDatabase:
    """A new migrated database of payroll."""
    urls = ensure_service(admin_url, f"bench_payroll_{os.getpid()}_{next(_NUMBERS)}", "secret")
    migrate(SERVICE, urls.owner_url, urls.roles, (AGENCY,))
    return urls


def publish(database: Database, rule_set: Envelope) -> None:
    """An own rule set, appended and applied as the reactor does."""
    bulk.append_all(database, AGENCY, NOW, f"rules-{rule_set.version}", [rule_set])
    arrive(database, [rule_set])


def arrive(database: Database, envelopes: Iterable[Envelope]) -> int:
    """Apply events in batches, as the consumer does; how many they were."""
    many, left = 0, iter(envelopes)
    while batch := list(islice(left, BATCH)):
        with database.transaction(None, NOW) as tx:
            tx.repeatable()
            apply(tx, SERVICE, [Arrived(Place("bench", 0, one.sequence), one) for one in batch])
        many += len(batch)
    return many


def decide(database: Database) -> int:
    """Take every marked decision; how many they were."""
    total = 0
    while taken := decisions.settle(database, SERVICE, AGENCY, NOW):
        total += taken
    return total


def pay(database: Database, month: str, employees: Sequence[str]) -> int:
    """Post a month's run as its job does, part by part; how many people are through."""
    run = RunId.parse(month)
    with database.transaction(AGENCY, NOW) as tx:
        execute(tx, SERVICE.events, PAY_RUN, OpenRun(month, month), Meta("bench", "c-1"))
        asker = Asker("bench", frozenset({"treasurer"}), "bench", "c-1")
        job = jobs.start(tx, jobs.kind_of(SERVICE, PAY_RUN_JOB), asker, str(run), {"run": str(run)}, len(employees))
    while jobs.advance(database, SERVICE, AGENCY, NOW):
        pass
    with database.transaction(AGENCY, NOW) as tx:
        job = jobs.read(tx, job.id)
    if job.status != jobs.DONE or job.result["persons"] != len(employees):
        raise RuntimeError(f"expected {len(employees)} people paid, found {job.plain()}")
    return job.done


def born(database: Database, employees: Sequence[str]) -> None:
    """Rules, everybody's history of eleven months, and the entitlements that follow."""
    publish(database, rules(1, date(2026, 1, 1)))
    arrive(database, (one for number, employee in enumerate(employees) for one in history(employee, number)))
    decide(database)
